//! The review page: where an administrator sees what is about to happen and decides. Rendered here, whole, without
//! script; it shows what is stored and hands decisions to the store, which enforces who may.

pub mod account;
mod api;
mod assets;
pub mod back_office;
mod decide;
mod desk;
mod error;
mod guard;
mod listen;
mod metrics;
mod openid;
mod outcome;
mod pages;
mod paper;
pub mod password;
pub mod secret;
mod settings;
mod sign_in;
mod templates;
pub mod totp;
mod view;

pub use desk::{Desk, DeskError};
pub use listen::{ListenError, Page};
pub use settings::{Codes, Settings};
