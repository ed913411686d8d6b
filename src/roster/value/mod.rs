//! Values: what one cell says, repaired only where that is provable.

pub(super) mod citizen;
pub(super) mod date;
pub(super) mod email;
pub(super) mod flag;
pub(super) mod name;
pub(super) mod phone;
