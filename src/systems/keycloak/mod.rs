//! A Keycloak realm, through its Admin REST interface: a role is a realm role, a role of a client, or a group, as the
//! configuration maps it. Only what is mapped is read and written.

mod account;
mod realm;
mod write;

pub use write::KeycloakWriter;

use super::settings::target;
use super::shrink::Shrink;
use super::{Look, ReadError, ReadSystem, Write, snapshot_of};
use crate::http;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use realm::{Realm, User};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::path::PathBuf;

/// A realm as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in lists and file names.
    #[serde(deserialize_with = "target")]
    pub name: TargetId,
    /// What its users call it, for mails.
    pub title: String,
    /// How to reach it; the address is the one below which `realms` and `admin` lie: up to version 16 with `/auth`.
    pub connection: http::Settings,
    /// The realm whose users hold the roles.
    pub realm: String,
    /// The realm rosterd signs in to, where it is another.
    #[serde(default)]
    pub sign_in_realm: Option<String>,
    /// The client rosterd signs in as.
    pub client_id: String,
    /// The file that holds its secret.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// The user rosterd signs in as, where the client has no account of its own.
    #[serde(default)]
    pub user: Option<String>,
    /// The file that holds that user's password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// What the roles are there.
    pub roles: Vec<Role>,
    /// Whether rosterd may create users there: not where they come from another directory.
    #[serde(default)]
    pub create: bool,
    /// Whether rosterd may close users there and end their sessions, and open them again.
    #[serde(default = "super::scim::yes")]
    pub disable: bool,
    /// How many users are asked for at once.
    #[serde(default = "super::scim::page_size")]
    pub page_size: NonZeroU16,
    /// How much fewer roles than in the last good read are believed.
    #[serde(default)]
    pub shrink: Shrink,
}

/// What one role is there: `realm_role`, `client` with `client_role`, or `group`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The role's name, as the role map has it.
    pub role: String,
    /// The agency it is for; without it, any.
    #[serde(default)]
    pub agency: Option<AgencyCode>,
    /// The name of a role of the realm.
    #[serde(default)]
    pub realm_role: Option<String>,
    /// The id of a client, as its users know it.
    #[serde(default)]
    pub client: Option<String>,
    /// The name of a role of that client.
    #[serde(default)]
    pub client_role: Option<String>,
    /// The path of a group, as `/mot-cua/skhcn`.
    #[serde(default)]
    pub group: Option<String>,
}

/// Where a role lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    Realm { role: &'a str },
    Client { client: &'a str, role: &'a str },
    Group { path: &'a str },
}

impl Role {
    fn place(&self) -> Option<Place<'_>> {
        let Self { role: _, agency: _, realm_role, client, client_role, group } = self;
        match (realm_role, client, client_role, group) {
            (Some(role), None, None, None) => Some(Place::Realm { role }),
            (None, Some(client), Some(role), None) => Some(Place::Client { client, role }),
            (None, None, None, Some(path)) if path.starts_with('/') => Some(Place::Group { path }),
            _ => None,
        }
    }
}

impl Settings {
    /// What is wrong with these settings, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        self.connection.check().map_err(|why| format!("connection.{why}"))?;
        if self.user.is_some() != self.password_file.is_some() {
            return Err("of user and password_file only one is set".into());
        }
        if self.user.is_none() && self.client_secret_file.is_none() {
            return Err("expected client_secret_file, or user and password_file, to sign in with".into());
        }
        if self.page_size.get() < 2 {
            return Err("page_size: expected at least 2".into());
        }
        let mut seen = BTreeSet::new();
        for one in &self.roles {
            let role = &one.role;
            if one.place().is_none() {
                return Err(format!(
                    "roles: {role:?} must be one of realm_role, client with client_role, and group (a path that begins \
                     with /)"
                ));
            }
            if !seen.insert((role, &one.agency)) {
                return Err(format!("roles: {role:?} is there twice for one agency"));
            }
        }
        Ok(())
    }
}

/// A realm.
#[derive(Debug)]
pub struct Keycloak {
    settings: Settings,
}

impl Keycloak {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings }
    }

    pub(super) fn name(&self) -> &TargetId {
        &self.settings.name
    }

    pub(super) fn writer(&self) -> KeycloakWriter<'_> {
        KeycloakWriter::new(&self.settings)
    }

    /// Whether what `write` is about is there.
    pub(super) async fn holds(&self, write: &Write) -> Result<bool, ReadError> {
        let realm = Realm::open(&self.settings)?;
        match write.seat() {
            Some(seat) => Ok(realm.subject(seat).await?.held),
            None => account::is_there(&realm, write).await,
        }
    }

    async fn read_all(&self) -> Result<(BTreeSet<Holding>, BTreeSet<SystemAccount>), ReadError> {
        let realm = Realm::open(&self.settings)?;
        let users = realm.users().await?;
        if users.is_empty() {
            let why = "there is no user at all: check what the client may see";
            return Err(ReadError::Content(why.into()));
        }
        let mut holdings = BTreeSet::new();
        for role in &self.settings.roles {
            for user in realm.holders(role).await? {
                holdings.insert(Holding {
                    mail: user.mail(),
                    name: user.full_name(),
                    login: user.username,
                    agency: role.agency.clone(),
                    role: role.role.clone(),
                });
            }
        }
        Ok((holdings, users.into_iter().map(User::account).collect()))
    }
}

impl ReadSystem for Keycloak {
    fn can(&self) -> Can {
        let Settings { create, disable, .. } = self.settings;
        Can { list: true, create, disable, roles: true, end_sessions: disable, ..Can::default() }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        let (holdings, accounts) = self.read_all().await?;
        self.settings.shrink.check(look.last, holdings.len())?;
        Ok(snapshot_of(&self.settings.name, look.now, self.can(), holdings, accounts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(roles: &str, more: &str) -> Result<(), String> {
        let text = format!(
            "name = \"igate\"\ntitle = \"iGate\"\nrealm = \"digo\"\nclient_id = \"rosterd\"\nroles = {roles}\n{more}\n\
             [connection]\nurl = \"https://sso.tinh.gov.vn/auth\""
        );
        toml::from_str::<Settings>(&text).unwrap().check()
    }

    #[test]
    fn a_role_lies_in_one_place() {
        let secret = "client_secret_file = \"s\"";
        for fine in [
            "[]",
            "[{ role = \"a\", realm_role = \"x\" }]",
            "[{ role = \"a\", client = \"c\", client_role = \"x\" }, { role = \"a\", agency = \"snv\", group = \"/g\" }]",
        ] {
            assert_eq!(check(fine, secret), Ok(()), "{fine}");
        }
        for wrong in [
            "[{ role = \"a\" }]",
            "[{ role = \"a\", client = \"c\" }]",
            "[{ role = \"a\", group = \"g\" }]",
            "[{ role = \"a\", realm_role = \"x\", group = \"/g\" }]",
            "[{ role = \"a\", realm_role = \"x\" }, { role = \"a\", realm_role = \"y\" }]",
        ] {
            assert!(check(wrong, secret).unwrap_err().starts_with("roles: "), "{wrong}");
        }
    }

    #[test]
    fn signing_in_takes_a_secret_or_a_user_with_a_password() {
        assert_eq!(check("[]", "user = \"u\"\npassword_file = \"p\""), Ok(()));
        for wrong in [
            "",
            "user = \"u\"",
            "client_secret_file = \"s\"\npassword_file = \"p\"",
            "client_secret_file = \"s\"\npage_size = 1",
        ] {
            assert!(check("[]", wrong).is_err(), "{wrong}");
        }
    }
}
