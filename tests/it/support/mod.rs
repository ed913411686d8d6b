//! Starts the real servers that tests need, each in a folder and on a port of its own.

pub mod browser;
pub mod desk;
pub mod http;
pub mod keycloak;
pub mod openid;
pub mod page;
pub mod port;
pub mod postgres;
pub mod scim;
pub mod script;
pub mod site;
pub mod slapd;
pub mod smtp;
pub mod tls;
pub mod tthc;
pub mod webdriver;
