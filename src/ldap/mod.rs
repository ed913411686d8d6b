//! LDAP: connections, TLS, paging, controls; shared by directory and systems.
//!
//! A [`Connection`] is one bound session with one server. It knows nothing of accounts: it searches, changes one
//! entry a request, and tells apart what was refused, what was never sent and what cannot be known.

mod connection;
mod error;
mod filter;
mod settings;

pub use connection::{Connection, Entry, Modification};
pub use error::{ConnectError, OperationError, SearchError};
pub use filter::Filter;
pub use ldap3::Scope;
pub use settings::Settings;
