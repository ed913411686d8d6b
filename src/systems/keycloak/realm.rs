//! A realm as it answers: signing in, lists page by page, who holds what.

use super::{Place, Role, Settings};
use crate::http::{Call, Http, HttpError, secret};
use crate::model::role::SystemAccount;
use crate::model::secret::Secret;
use crate::systems::{ReadError, Seat, Write, nobody, several};
use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// One client with its token.
#[derive(Debug)]
pub(super) struct Realm<'a> {
    http: Http,
    settings: &'a Settings,
    token: Mutex<Option<(Secret, Instant)>>,
}

/// A user.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    pub(super) enabled: Option<bool>,
}

/// Something with an id: a role, a client, a group.
#[derive(Debug, Clone, Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

/// What a write is about, read afresh.
#[derive(Debug)]
pub(super) struct Subject {
    /// Whether the seat is held.
    pub(super) held: bool,
    /// Below which path of the realm it is written.
    pub(super) path: Vec<String>,
    /// What is sent there: a role, or nothing for a group.
    pub(super) role: Option<Value>,
}

/// A place as the server knows it.
struct Found {
    /// The path of its holders, below the realm.
    holders: Vec<String>,
    /// The path of a user's own, below the user.
    of_user: Vec<String>,
    id: String,
    role: Option<Value>,
}

impl User {
    pub(super) fn mail(&self) -> Option<String> {
        self.email.as_ref().filter(|mail| !mail.is_empty()).map(|mail| mail.to_lowercase())
    }

    pub(super) fn account(self) -> SystemAccount {
        SystemAccount {
            mail: self.mail(),
            name: self.full_name(),
            open: self.enabled,
            login: self.username,
            ..SystemAccount::default()
        }
    }

    /// In Vietnamese order: the last name comes first.
    pub(super) fn full_name(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.last_name, &self.first_name].into_iter().filter_map(|part| part.as_deref()).collect();
        let name = parts.join(" ").trim().to_owned();
        (!name.is_empty()).then_some(name)
    }
}

impl<'a> Realm<'a> {
    pub(super) fn open(settings: &'a Settings) -> Result<Self, HttpError> {
        Ok(Self { http: Http::open(&settings.connection)?, settings, token: Mutex::new(None) })
    }

    /// A request below the realm, signed in.
    pub(super) async fn call(&self, method: Method, path: &[&str]) -> Result<Call<'_>, HttpError> {
        let token = self.token().await?;
        let whole: Vec<&str> =
            ["admin", "realms", &self.settings.realm].into_iter().chain(path.iter().copied()).collect();
        Ok(self.http.call(method, &whole).bearer(&token))
    }

    /// Whether the site lets rosterd carry out `write`.
    pub(super) fn may(&self, write: &Write) -> bool {
        match write {
            Write::Give(_) | Write::Take(_) => true,
            Write::Create(_) => self.settings.create,
            Write::Open(_) | Write::Close(_) | Write::EndSessions(_) => self.settings.disable,
        }
    }

    /// Every user, whole or an error.
    pub(super) async fn users(&self) -> Result<Vec<User>, ReadError> {
        self.pages(&["users"]).await
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, HttpError> {
        self.call(Method::GET, path).await?.send().await?.read()
    }

    /// The token, anew before it ends; its files are read each time.
    async fn token(&self) -> Result<Secret, HttpError> {
        let mut kept = self.token.lock().await;
        if let Some((token, until)) = kept.as_ref()
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let Settings { client_id, client_secret_file, user, password_file, .. } = self.settings;
        let client_secret =
            client_secret_file.as_deref().map(|path| secret("client_secret_file", path)).transpose()?;
        let password = password_file.as_deref().map(|path| secret("password_file", path)).transpose()?;
        let mut form = vec![("client_id", client_id.as_str())];
        form.extend(client_secret.as_ref().map(|secret| ("client_secret", secret.reveal())));
        match (user, &password) {
            (Some(user), Some(password)) => form.extend([
                ("grant_type", "password"),
                ("username", user.as_str()),
                ("password", password.reveal()),
            ]),
            _ => form.push(("grant_type", "client_credentials")),
        }
        let realm = self.settings.sign_in_realm.as_ref().unwrap_or(&self.settings.realm);
        let call = self.http.call(Method::POST, &["realms", realm, "protocol", "openid-connect", "token"]);
        let answer = call.form(&form).send().await.map_err(|error| match error.status() {
            Some(400 | 401) => HttpError::Settings {
                field: "client_id",
                why: format!("{error}: check client_id, user and the files of their secrets"),
            },
            _ => error,
        })?;
        let token: Token = answer.read()?;
        let secret = Secret::new(token.access_token);
        let lasts = Duration::from_secs(token.expires_in.saturating_sub(MARGIN));
        *kept = Some((secret.clone(), Instant::now() + lasts));
        Ok(secret)
    }

    /// Whoever has this role, whole or an error.
    pub(super) async fn holders(&self, role: &Role) -> Result<Vec<User>, ReadError> {
        let found = self.find(role).await?;
        let path: Vec<&str> = found.holders.iter().map(String::as_str).collect();
        self.pages(&path).await
    }

    /// A list page by page. There is no total, so each page begins with the last of the one before: if that is another,
    /// the list moved meanwhile, and something may be missing.
    async fn pages(&self, path: &[&str]) -> Result<Vec<User>, ReadError> {
        let size = usize::from(self.settings.page_size.get());
        let moved = || {
            let why = format!("{}: the list changed while it was read: it is not whole", path.join("/"));
            ReadError::Content(why)
        };
        let mut found: Vec<User> = Vec::new();
        let mut ids = BTreeSet::new();
        loop {
            let first = found.len().saturating_sub(1);
            let call = self.call(Method::GET, path).await?.query("first", &first.to_string());
            let page: Vec<User> = call.query("max", &size.to_string()).send().await?.read()?;
            let whole = page.len() != size;
            let mut page = page.into_iter();
            if let Some(last) = found.last()
                && page.next().is_none_or(|again| again.id != last.id)
            {
                return Err(moved());
            }
            for user in page {
                if !ids.insert(user.id.clone()) {
                    return Err(moved());
                }
                found.push(user);
            }
            if whole {
                return Ok(found);
            }
        }
    }

    /// What a write to this seat is about.
    pub(super) async fn subject(&self, seat: &Seat) -> Result<Subject, ReadError> {
        let mut roles = self.settings.roles.iter().filter(|one| {
            one.role == seat.role
                && (one.agency.is_none() || seat.agency.is_none() || one.agency == seat.agency)
        });
        let role = match (roles.next(), roles.next()) {
            (Some(role), None) => role,
            (None, _) => {
                let why = format!("roles says nothing of {:?} for this agency: add it there", seat.role);
                return Err(ReadError::Holder(why));
            }
            (Some(_), Some(_)) => {
                let why = format!("roles has {:?} for this agency and for any: one must be meant", seat.role);
                return Err(ReadError::Holder(why));
            }
        };
        let user = self.user(&seat.mail).await?;
        let Found { of_user, id, role, .. } = self.find(role).await?;
        let own = ["users".to_owned(), user.id];
        let list: Vec<&str> = own.iter().chain(&of_user).map(String::as_str).collect();
        let held: Vec<Named> = self.get(&list).await?;
        let held = held.iter().any(|one| one.id == id);
        // A group is named in the path, a role in the body.
        let path = own.into_iter().chain(of_user).chain(role.is_none().then_some(id)).collect();
        Ok(Subject { held, path, role })
    }

    /// The one user of an address.
    pub(super) async fn user(&self, mail: &str) -> Result<User, ReadError> {
        self.seek(mail).await?.ok_or_else(nobody)
    }

    /// The one user of an address, if there is one.
    pub(super) async fn seek(&self, mail: &str) -> Result<Option<User>, ReadError> {
        let mut found: BTreeMap<String, User> = BTreeMap::new();
        for field in ["email", "username"] {
            let call = self.call(Method::GET, &["users"]).await?.query(field, mail).query("exact", "true");
            let users: Vec<User> = call.send().await?.read()?;
            found.extend(users.into_iter().map(|user| (user.id.clone(), user)));
        }
        // Versions that know no `exact` give all that contain it.
        let of = |user: &User| user.mail().unwrap_or_else(|| user.username.to_lowercase()) == mail;
        let mut found = found.into_values().filter(of);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(several()),
            (found, _) => Ok(found),
        }
    }

    /// The role as the server knows it.
    async fn find(&self, role: &Role) -> Result<Found, ReadError> {
        let missing =
            |what: String| ReadError::Holder(format!("{what} is not there: correct it under roles"));
        let owned = |path: &[&str]| path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        match role.place() {
            None => Err(missing(format!("{:?}", role.role))),
            Some(Place::Realm { role }) => {
                let found =
                    self.get_or(&["roles", role], || missing(format!("the realm role {role:?}"))).await?;
                Ok(Found {
                    holders: owned(&["roles", role, "users"]),
                    of_user: owned(&["role-mappings", "realm"]),
                    id: id_of(&found)?,
                    role: Some(found),
                })
            }
            Some(Place::Client { client, role }) => {
                let call = self.call(Method::GET, &["clients"]).await?.query("clientId", client);
                let clients: Vec<Named> = call.send().await?.read()?;
                let [Named { id: client_id }] = &clients[..] else {
                    return Err(missing(format!("the client {client:?}")));
                };
                let path = ["clients", client_id, "roles", role];
                let found = self.get_or(&path, || missing(format!("the role {role:?} of {client}"))).await?;
                Ok(Found {
                    holders: owned(&["clients", client_id, "roles", role, "users"]),
                    of_user: owned(&["role-mappings", "clients", client_id]),
                    id: id_of(&found)?,
                    role: Some(found),
                })
            }
            Some(Place::Group { path }) => {
                let parts = path.split('/').filter(|part| !part.is_empty());
                let below: Vec<&str> = std::iter::once("group-by-path").chain(parts).collect();
                let found = self.get_or(&below, || missing(format!("the group {path}"))).await?;
                let id = id_of(&found)?;
                Ok(Found {
                    holders: owned(&["groups", &id, "members"]),
                    of_user: owned(&["groups"]),
                    id,
                    role: None,
                })
            }
        }
    }

    async fn get_or(&self, path: &[&str], missing: impl FnOnce() -> ReadError) -> Result<Value, ReadError> {
        match self.get(path).await {
            Err(error) if error.status() == Some(404) => Err(missing()),
            other => Ok(other?),
        }
    }
}

/// A token is renewed this many seconds before it ends.
const MARGIN: u64 = 10;

fn id_of(found: &Value) -> Result<String, ReadError> {
    let id = found.get("id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| ReadError::Content("a role or group came without an id".into()))
}
