//! Apply: approved changes are carried out, journalled.

pub mod password;
pub mod seal;
