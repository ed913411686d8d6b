//! A notice's way out: rendered from a template, kept in the outbox, handed to a mail server or a folder.
//!
//! [`letter`] says what there is to write, [`templates`] turns it into words a clerk believes, [`transport`]
//! hands it over and [`outbox`] decides what becomes of it when that fails; [`bounce`] reads what came back.

pub mod bounce;
pub mod letter;
pub mod outbox;
pub mod paper;
pub mod templates;
pub mod transport;
pub mod words;
