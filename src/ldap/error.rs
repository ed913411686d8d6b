//! What can go wrong between rosterd and a server, told apart by what to do about it.

use ldap3::LdapError;

/// No usable connection. Nothing was read or written.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The settings themselves.
    #[error("{field} {why}")]
    Settings {
        /// The field.
        field: &'static str,
        /// What is wrong and what was expected.
        why: String,
    },
    /// No answer at that address.
    #[error(
        "{server} cannot be reached ({why}): check the address and port, the network and firewall, and that the \
         directory service is running"
    )]
    Unreachable {
        /// Address and port.
        server: String,
        /// What the operating system said.
        why: String,
    },
    /// An answer, but no trusted encryption.
    #[error(
        "no trusted TLS connection with {server} ({why}): check that ca_file holds the authority that signed the \
         server's certificate, that the certificate is in date and names this host, and that the port speaks TLS"
    )]
    Tls {
        /// Address and port.
        server: String,
        /// What failed.
        why: String,
    },
    /// The name or the password is wrong, or the account is locked.
    #[error(
        "{server} refused the credentials of {bind_dn} ({why}): check bind_dn and the content of password_file, \
         and that the account is neither locked nor expired"
    )]
    Credentials {
        /// Address and port.
        server: String,
        /// Who tried.
        bind_dn: String,
        /// What the server said.
        why: String,
    },
    /// The server answered the bind with something else.
    #[error("{server} did not let {bind_dn} sign in ({why}): see the server's log")]
    Bind {
        /// Address and port.
        server: String,
        /// Who tried.
        bind_dn: String,
        /// What the server said.
        why: String,
    },
}

/// A search that did not end well: what it returned is not the whole and must not be used.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The search base does not exist, or the account may not see it.
    #[error("{base} is not there or may not be read by this account ({why})")]
    NoBase {
        /// The base.
        base: String,
        /// What the server said.
        why: String,
    },
    /// A limit on rows or time.
    #[error(
        "the server stopped the search of {base} at a limit after {entries} entries ({why}): raise the size and \
         time limits of rosterd's account, or lower page_size"
    )]
    Limit {
        /// The base.
        base: String,
        /// How many had come.
        entries: usize,
        /// What the server said.
        why: String,
    },
    /// The connection was cut, an answer did not come in time, or a page was lost.
    #[error("the search of {base} was cut after {entries} entries ({why})")]
    Cut {
        /// The base.
        base: String,
        /// How many had come.
        entries: usize,
        /// What happened.
        why: String,
    },
    /// Any other answer.
    #[error("the server refused the search of {base} ({why})")]
    Refused {
        /// The base.
        base: String,
        /// What the server said.
        why: String,
    },
}

/// A change that was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The server said no; nothing was changed.
    #[error("{text}")]
    Answer {
        /// The result code (RFC 4511).
        code: u32,
        /// The code's name with the server's text.
        text: String,
    },
    /// The request never left.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request may have reached the server; its answer did not come back.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

impl From<LdapError> for OperationError {
    fn from(error: LdapError) -> Self {
        match error {
            LdapError::LdapResult { result } => {
                Self::Answer { code: result.rc, text: answer(result.rc, &result.text) }
            }
            // The connection's task had ended before it was given the request.
            LdapError::OpSend { .. }
            | LdapError::AddNoValues
            | LdapError::FilterParsing
            | LdapError::UrlParsing { .. }
            | LdapError::UnknownScheme(_) => Self::NotSent(error.to_string()),
            LdapError::ResultRecv { .. } => {
                Self::Unknown("the connection was lost before the answer came".to_owned())
            }
            LdapError::Timeout { .. } => Self::Unknown("no answer in time".to_owned()),
            other => Self::Unknown(other.to_string()),
        }
    }
}

/// A result code as a person reads it: its name, number and the server's words.
pub(super) fn answer(code: u32, text: &str) -> String {
    let name = match code {
        1 => "operations error",
        3 => "time limit exceeded",
        4 => "size limit exceeded",
        10 => "referral to another server",
        11 => "administrative limit exceeded",
        12 => "a needed control is not supported",
        13 => "confidentiality required",
        16 => "no such attribute or value",
        17 => "undefined attribute type",
        19 => "constraint violation",
        20 => "the value is there already",
        21 => "invalid attribute syntax",
        32 => "no such entry",
        34 => "invalid name",
        49 => "invalid credentials",
        50 => "insufficient access rights",
        51 => "server busy",
        52 => "server unavailable",
        53 => "server unwilling",
        64 => "naming violation",
        65 => "object class violation",
        66 => "the entry has children",
        67 => "not allowed on the naming attribute",
        68 => "the entry exists already",
        69 => "object class change prohibited",
        80 => "other error",
        122 => "assertion failed",
        _ => "LDAP error",
    };
    if text.is_empty() { format!("{name}, code {code}") } else { format!("{name}, code {code}: {text}") }
}
