//! A session: one client with its token, and what the server says it can.

use super::protocol::{Group, Page, Provider, Resource, User, equal};
use super::{RolesAre, Settings};
use crate::http::{Answer, Call, Http, HttpError, secret};
use crate::model::secret::Secret;
use crate::systems::{ReadError, Seat, Write, nobody, several};
use hyper::Method;
use hyper::header::HeaderValue;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// One client with its token.
#[derive(Debug)]
pub(super) struct Session<'a> {
    http: Http,
    token: Secret,
    settings: &'a Settings,
    provider: Provider,
}

/// What a write is about, read afresh.
#[derive(Debug)]
pub(super) struct Subject {
    /// What is to be patched: a group, or the user.
    pub(super) kind: &'static str,
    /// Its id.
    pub(super) id: String,
    /// Its version, where the server has one.
    pub(super) etag: Option<HeaderValue>,
    /// The user's id.
    pub(super) user: String,
    /// Whether the seat is held.
    pub(super) held: bool,
}

impl<'a> Session<'a> {
    /// Reads the token, which may have been renewed, and asks what the server can.
    pub(super) async fn open(settings: &'a Settings) -> Result<Self, HttpError> {
        let http = Http::open(&settings.connection)?;
        let token = secret("token_file", &settings.token_file)?;
        let asked = http.call(Method::GET, &["ServiceProviderConfig"]).bearer(&token).send().await?;
        let provider = asked.read()?;
        Ok(Self { http, token, settings, provider })
    }

    /// Whether the site lets rosterd carry out `write`, and the server has a way to.
    pub(super) fn may(&self, write: &Write) -> bool {
        match write {
            Write::Give(_) | Write::Take(_) => self.can_patch(),
            Write::Create(_) => self.settings.create,
            Write::Open(_) | Write::Close(_) => self.settings.disable && self.can_patch(),
            // The protocol knows of no sessions.
            Write::EndSessions(_) => false,
        }
    }

    pub(super) fn can_patch(&self) -> bool {
        self.provider.patch.supported
    }

    pub(super) fn call(&self, method: Method, path: &[&str]) -> Call<'_> {
        self.http.call(method, path).bearer(&self.token)
    }

    /// Every resource of a kind, or those that `filter` finds: whole, or an error.
    pub(super) async fn list<T: DeserializeOwned + Resource>(
        &self,
        kind: &str,
        filter: Option<&str>,
    ) -> Result<Vec<T>, ReadError> {
        let lost = |why: String| ReadError::Content(format!("{kind}: {why}: the list is not whole"));
        let mut found: Vec<T> = Vec::new();
        let mut ids = BTreeSet::new();
        let mut total = None;
        loop {
            let mut call = self
                .call(Method::GET, &[kind])
                .query("startIndex", &(found.len() + 1).to_string())
                .query("count", &self.settings.page_size.to_string());
            if let Some(filter) = filter {
                call = call.query("filter", filter);
            }
            let page: Page<T> = call.send().await?.read()?;
            let before = *total.get_or_insert(page.total);
            if before != page.total {
                return Err(lost(format!("there were {before}, then {}", page.total)));
            }
            let empty = page.resources.is_empty();
            for one in page.resources {
                if !ids.insert(one.id().to_owned()) {
                    return Err(lost("one came twice".into()));
                }
                found.push(one);
            }
            if found.len() == before {
                return Ok(found);
            }
            if empty || found.len() > before {
                return Err(lost(format!("{} of {before} came", found.len())));
            }
        }
    }

    /// A group with its members, which lists may leave out.
    pub(super) async fn with_members(&self, group: Group) -> Result<Group, ReadError> {
        if group.members.is_some() {
            return Ok(group);
        }
        Ok(self.call(Method::GET, &["Groups", &group.id]).send().await?.read()?)
    }

    pub(super) async fn user_is_gone(&self, id: &str) -> Result<bool, ReadError> {
        match self.call(Method::GET, &["Users", id]).send().await {
            Ok(_) => Ok(false),
            Err(error) if error.status() == Some(404) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// What a write to this seat is about.
    pub(super) async fn subject(&self, seat: &Seat) -> Result<Subject, ReadError> {
        let user = self.user(&seat.mail).await?;
        match self.settings.roles_are {
            RolesAre::Roles => {
                let (user, etag): (User, _) = self.fresh("Users", &user.id, User::version).await?;
                let held = user.roles().any(|role| role == seat.role);
                Ok(Subject { kind: "Users", id: user.id.clone(), etag, user: user.id, held })
            }
            RolesAre::Groups => {
                let group = self.group(&seat.role).await?;
                let (group, etag): (Group, _) = self.fresh("Groups", &group.id, Group::version).await?;
                let held = group.people().any(|member| member == user.id);
                Ok(Subject { kind: "Groups", id: group.id, etag, user: user.id, held })
            }
        }
    }

    /// One resource with its version.
    pub(super) async fn fresh<T: DeserializeOwned>(
        &self,
        kind: &str,
        id: &str,
        version: impl Fn(&T) -> Option<&str>,
    ) -> Result<(T, Option<HeaderValue>), ReadError> {
        let answer: Answer = self.call(Method::GET, &[kind, id]).send().await?;
        let etag = answer.etag.clone();
        let one: T = answer.read()?;
        let stated = || version(&one).and_then(|version| HeaderValue::from_str(version).ok());
        let etag = etag.or_else(stated);
        Ok((one, etag))
    }

    /// The one user of an address.
    async fn user(&self, mail: &str) -> Result<User, ReadError> {
        self.find(mail).await?.ok_or_else(nobody)
    }

    /// The one user of an address, if there is one.
    pub(super) async fn find(&self, mail: &str) -> Result<Option<User>, ReadError> {
        let mut found: BTreeMap<String, User> = BTreeMap::new();
        for attribute in ["userName", "emails.value"] {
            let users: Vec<User> = self.filtered("Users", attribute, mail).await?;
            found.extend(users.into_iter().map(|user| (user.id.clone(), user)));
        }
        let mut found = found.into_values().filter(|user| user.address() == mail);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(several()),
            (found, _) => Ok(found),
        }
    }

    /// Whether anybody has this login.
    pub(super) async fn has_login(&self, login: &str) -> Result<bool, ReadError> {
        let found: Vec<User> = self.filtered("Users", "userName", login).await?;
        Ok(found.iter().any(|user| user.login.eq_ignore_ascii_case(login)))
    }

    async fn group(&self, role: &str) -> Result<Group, ReadError> {
        let found: Vec<Group> = self.filtered("Groups", "displayName", role).await?;
        let mut found = found.into_iter().filter(|group| group.display_name == role);
        match (found.next(), found.next()) {
            (Some(group), None) => Ok(group),
            (None, _) => Err(ReadError::Holder(format!("no group there is the role {role:?}"))),
            (Some(_), Some(_)) => {
                Err(ReadError::Holder(format!("several groups there are the role {role:?}")))
            }
        }
    }

    /// Those whose attribute has this value, and perhaps others: all of them, where the server cannot filter by it.
    async fn filtered<T: DeserializeOwned + Resource>(
        &self,
        kind: &str,
        attribute: &str,
        value: &str,
    ) -> Result<Vec<T>, ReadError> {
        if !self.provider.filter.supported {
            return self.list(kind, None).await;
        }
        match self.list(kind, Some(&equal(attribute, value))).await {
            Err(ReadError::Http(error)) if matches!(error.status(), Some(400 | 501)) => {
                self.list(kind, None).await
            }
            other => other,
        }
    }
}
