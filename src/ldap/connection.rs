//! A connection: one bound session with one server, every wait bounded.

use super::error::{ConnectError, OperationError, SearchError, answer};
use super::filter::Filter;
use super::settings::{Address, Security, Settings};
use crate::model::dn::Dn;
use crate::model::secret::Secret;
use crate::tls;
use ldap3::controls::{Assertion, Control, ControlType, MakeCritical, PagedResults, RawControl};
use ldap3::exop::PasswordModify;
use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Mod, Scope, SearchEntry, SearchOptions,
    StdStream,
};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// One entry as a search returns it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name as the server writes it.
    pub dn: String,
    attributes: HashMap<String, Vec<String>>,
}

impl Entry {
    /// The values of `attribute`, whatever case the server spells it in.
    pub fn values(&self, attribute: &str) -> &[String] {
        let spelled = self.attributes.get(attribute).or_else(|| {
            self.attributes
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(attribute))
                .map(|(_, values)| values)
        });
        spelled.map_or(&[], Vec::as_slice)
    }
}

/// One part of a modify; the parts of one request hold together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modification {
    /// Adds these values; refused where one is there.
    Add(String, Vec<String>),
    /// Deletes exactly these values; refused where one is missing.
    Delete(String, Vec<String>),
    /// The attribute has these values and no others afterwards; none deletes it.
    Replace(String, Vec<String>),
}

/// One bound session. Dropping it closes the socket.
#[derive(Debug)]
pub struct Connection {
    ldap: Ldap,
    driver: JoinHandle<()>,
    wait: Duration,
    page: u16,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // A driver stuck in a send would keep a dead socket open.
        self.driver.abort();
    }
}

impl Connection {
    /// Connects and binds as the settings' own account.
    pub async fn open(settings: &Settings) -> Result<Self, ConnectError> {
        let path = &settings.password_file;
        let text = tokio::fs::read_to_string(path).await.map_err(|error| ConnectError::Settings {
            field: "password_file",
            why: format!("{} cannot be read: {error}", path.display()),
        })?;
        let password = Secret::new(text.trim_end_matches(['\r', '\n']));
        if password.reveal().is_empty() {
            // A bind with a name and no password succeeds as nobody (RFC 4513, 5.1.2).
            let why = format!("{} is empty", path.display());
            return Err(ConnectError::Settings { field: "password_file", why });
        }
        Self::open_as(settings, &settings.bind_dn, &password).await
    }

    /// Connects and binds as `dn`.
    pub async fn open_as(settings: &Settings, dn: &Dn, password: &Secret) -> Result<Self, ConnectError> {
        settings.check()?;
        let address = settings.address()?;
        let server = format!("{}:{}", address.host, address.port);
        let wait = settings.timeout();
        let (driving, ldap) = connect(settings, &address, &server).await?;
        let driver = tokio::spawn(async move {
            // Whatever ended it shows in the operations that were waiting.
            drop(driving.drive().await);
        });
        let mut connection = Self { ldap, driver, wait, page: settings.page_size };
        let bound = connection.ldap.with_timeout(wait).simple_bind(&dn.to_string(), password.reveal()).await;
        let bind_dn = dn.to_string();
        match bound {
            Ok(LdapResult { rc: 0, .. }) => Ok(connection),
            Ok(result) if matches!(result.rc, 19 | 48 | 49) => {
                Err(ConnectError::Credentials { server, bind_dn, why: answer(result.rc, &result.text) })
            }
            Ok(result) => Err(ConnectError::Bind { server, bind_dn, why: answer(result.rc, &result.text) }),
            Err(error) => Err(ConnectError::Unreachable { server, why: plain(&error) }),
        }
    }

    /// Whether the connection is not known to have ended.
    pub fn is_open(&self) -> bool {
        !self.driver.is_finished()
    }

    /// Searches page by page and hands each entry to `each` as it arrives. Returns how many there were, and only
    /// when the server confirmed every page: a limit, a lost page, a referral to elsewhere or a cut is an error.
    pub async fn search<E: From<SearchError>>(
        &mut self,
        base: &Dn,
        scope: Scope,
        filter: &Filter,
        attributes: &[&str],
        mut each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<usize, E> {
        let base = base.to_string();
        let mut entries = 0;
        let mut cookie = Vec::new();
        loop {
            let page = PagedResults { size: i32::from(self.page), cookie: cookie.clone() };
            let mut stream = self
                .ldap
                .with_timeout(self.wait)
                .with_controls(page)
                .with_search_options(SearchOptions::new())
                .streaming_search(&base, scope, filter.as_str(), attributes)
                .await
                .map_err(|error| cut(&base, entries, &error))?;
            while let Some(item) = stream.next().await.map_err(|error| cut(&base, entries, &error))? {
                if item.is_ref() {
                    let why =
                        "part of the tree lies on another server (referral): search there too".to_owned();
                    return Err(SearchError::Refused { base, why }.into());
                }
                if item.is_intermediate() {
                    continue;
                }
                entries += 1;
                each(entry(SearchEntry::construct(item)))?;
            }
            // The stream ends alike whatever the result: it counts only now.
            let result = stream.finish().await;
            if result.rc != 0 {
                return Err(refused(base, entries, &result).into());
            }
            cookie = match next_page(&result) {
                Some(next) if next.is_empty() => return Ok(entries),
                Some(next) => next,
                // A server without paging answers everything at once; one that paged before does not forget how.
                None if cookie.is_empty() => return Ok(entries),
                None => {
                    let why = "the server lost the page cookie".to_owned();
                    return Err(SearchError::Cut { base, entries, why }.into());
                }
            };
        }
    }

    /// Adds an entry.
    pub async fn add(&mut self, dn: &Dn, attributes: &[(String, Vec<String>)]) -> Result<(), OperationError> {
        let attributes = attributes.iter().map(|(name, values)| (name.as_str(), set(values))).collect();
        done(self.ldap.with_timeout(self.wait).add(&dn.to_string(), attributes).await)
    }

    /// Changes one entry; with `assertion`, only if it holds at that moment.
    pub async fn modify(
        &mut self,
        dn: &Dn,
        modifications: &[Modification],
        assertion: Option<&Filter>,
    ) -> Result<(), OperationError> {
        let modifications = modifications
            .iter()
            .map(|one| match one {
                Modification::Add(name, values) => Mod::Add(name.as_str(), set(values)),
                Modification::Delete(name, values) => Mod::Delete(name.as_str(), set(values)),
                Modification::Replace(name, values) => Mod::Replace(name.as_str(), set(values)),
            })
            .collect();
        self.assert(assertion);
        done(self.ldap.with_timeout(self.wait).modify(&dn.to_string(), modifications).await)
    }

    /// Renames an entry, moving it where the new name's parent is another one.
    pub async fn rename(
        &mut self,
        from: &Dn,
        to: &Dn,
        assertion: Option<&Filter>,
    ) -> Result<(), OperationError> {
        let (name, old, new) = (from.to_string(), from.rdn(), to.rdn());
        let parent = to.parent().to_string();
        let elsewhere = (from.parent() != to.parent()).then_some(parent.as_str());
        self.assert(assertion);
        done(self.ldap.with_timeout(self.wait).modifydn(&name, &new, old != new, elsewhere).await)
    }

    /// Deletes an entry without children; with `assertion`, only if it holds at that moment.
    pub async fn delete(&mut self, dn: &Dn, assertion: Option<&Filter>) -> Result<(), OperationError> {
        self.assert(assertion);
        done(self.ldap.with_timeout(self.wait).delete(&dn.to_string()).await)
    }

    /// Sets another entry's password (RFC 3062): the server hashes it and applies its policy.
    pub async fn set_password(&mut self, dn: &Dn, password: &Secret) -> Result<(), OperationError> {
        let dn = dn.to_string();
        let request =
            PasswordModify { user_id: Some(&dn), old_pass: None, new_pass: Some(password.reveal()) };
        done(self.ldap.with_timeout(self.wait).extended(request).await.map(|answer| answer.1))
    }

    /// Puts the assertion control (RFC 4528) on the next request; critical, so that a server that does not know
    /// it refuses instead of ignoring it.
    fn assert(&mut self, assertion: Option<&Filter>) {
        if let Some(filter) = assertion {
            let control: RawControl = Assertion { filter: filter.as_str() }.critical().into();
            self.ldap.with_controls(control);
        }
    }
}

async fn connect(
    settings: &Settings,
    address: &Address,
    server: &str,
) -> Result<(LdapConnAsync, Ldap), ConnectError> {
    let wait = settings.timeout();
    let unreachable = |why: String| ConnectError::Unreachable { server: server.to_owned(), why };
    let in_vain = || unreachable(format!("no answer within {} s", wait.as_secs()));
    let stream = timeout(wait, TcpStream::connect(server))
        .await
        .map_err(|_| in_vain())?
        .and_then(|stream| stream.set_nodelay(true).map(|()| stream))
        .map_err(|error| unreachable(error.to_string()))?;
    let peer = stream.peer_addr().map_err(|error| unreachable(error.to_string()))?;
    if address.security == Security::PlaintextToLoopback && !peer.ip().is_loopback() {
        let why = format!("is for loopback only, and {server} is {peer}; use ldaps:// or starttls = true");
        return Err(ConnectError::Settings { field: "allow_plaintext", why });
    }
    let stream = stream.into_std().map_err(|error| unreachable(error.to_string()))?;
    let mut library = LdapConnSettings::new().set_std_stream(StdStream::Tcp(stream));
    if address.security != Security::PlaintextToLoopback {
        let config = tls::client(settings.ca_file.as_deref())
            .map_err(|error| ConnectError::Settings { field: "ca_file", why: error.0 })?;
        library = library.set_config(config).set_starttls(address.security == Security::StartTls);
    }
    let url = format!("{}://{server}", address.scheme);
    // The socket is there already, so whatever fails from here on is TLS.
    match timeout(wait, LdapConnAsync::with_settings(library, &url)).await {
        Ok(Ok(pair)) => Ok(pair),
        Ok(Err(error)) => Err(ConnectError::Tls { server: server.to_owned(), why: plain(&error) }),
        Err(_) => Err(in_vain()),
    }
}

fn done(result: Result<LdapResult, LdapError>) -> Result<(), OperationError> {
    result.and_then(LdapResult::success).map(|_| ()).map_err(OperationError::from)
}

fn set(values: &[String]) -> HashSet<&str> {
    values.iter().map(String::as_str).collect()
}

/// Values that are not UTF-8 are no text: they are kept readable, and no precondition on them will hold.
fn entry(found: SearchEntry) -> Entry {
    let SearchEntry { dn, attrs: mut attributes, bin_attrs } = found;
    for (name, values) in bin_attrs {
        let values = values.iter().map(|value| String::from_utf8_lossy(value).into_owned());
        attributes.entry(name).or_default().extend(values);
    }
    Entry { dn, attributes }
}

/// The next page's cookie; `None` where the server said nothing about pages.
fn next_page(result: &LdapResult) -> Option<Vec<u8>> {
    result.ctrls.iter().find_map(|control| match control {
        Control(Some(ControlType::PagedResults), raw) => Some(raw.parse::<PagedResults>().cookie),
        _ => None,
    })
}

fn refused(base: String, entries: usize, result: &LdapResult) -> SearchError {
    let why = answer(result.rc, &result.text);
    match result.rc {
        32 => SearchError::NoBase { base, why },
        3 | 4 | 11 => SearchError::Limit { base, entries, why },
        51 | 52 | 88 => SearchError::Cut { base, entries, why },
        _ => SearchError::Refused { base, why },
    }
}

fn cut(base: &str, entries: usize, error: &LdapError) -> SearchError {
    SearchError::Cut { base: base.to_owned(), entries, why: plain(error) }
}

/// The library's error without its wrapping.
fn plain(error: &LdapError) -> String {
    match error {
        LdapError::Io { source } => source.to_string(),
        LdapError::Timeout { .. } => "no answer in time".to_owned(),
        LdapError::EndOfStream | LdapError::ResultRecv { .. } | LdapError::OpSend { .. } => {
            "the connection was lost".to_owned()
        }
        LdapError::LdapResult { result } => answer(result.rc, &result.text),
        other => other.to_string(),
    }
}
