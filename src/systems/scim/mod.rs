//! A system that speaks SCIM 2.0 (RFC 7643, 7644): a role is a group, or a value of a user's `roles`.

mod account;
mod protocol;
mod session;
mod write;

pub use write::ScimWriter;

use super::settings::target;
use super::shrink::Shrink;
use super::{Look, ReadError, ReadSystem, Write, snapshot_of};
use crate::http;
use crate::model::ids::TargetId;
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use protocol::{Group, User};
use serde::Deserialize;
use session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU16;
use std::path::PathBuf;

/// A SCIM system as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in lists and file names.
    #[serde(deserialize_with = "target")]
    pub name: TargetId,
    /// What its users call it, for mails.
    pub title: String,
    /// How to reach it; the address is the one below which `Users` and `Groups` lie.
    pub connection: http::Settings,
    /// The file that holds its bearer token.
    pub token_file: PathBuf,
    /// What a role is there.
    #[serde(default)]
    pub roles_are: RolesAre,
    /// Whether rosterd may create accounts there.
    #[serde(default)]
    pub create: bool,
    /// Whether rosterd may close accounts there, and open them again.
    #[serde(default = "yes")]
    pub disable: bool,
    /// How many users or groups are asked for at once.
    #[serde(default = "page_size")]
    pub page_size: NonZeroU16,
    /// How much fewer roles than in the last good read are believed.
    #[serde(default)]
    pub shrink: Shrink,
}

pub(super) fn yes() -> bool {
    true
}

pub(super) fn page_size() -> NonZeroU16 {
    NonZeroU16::MIN.saturating_add(99)
}

/// What a role is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RolesAre {
    /// A group, by its `displayName`.
    #[default]
    Groups,
    /// A value of a user's `roles`.
    Roles,
}

impl Settings {
    /// What is wrong with these settings, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        self.connection.check().map_err(|why| format!("connection.{why}"))
    }
}

/// A SCIM system.
#[derive(Debug)]
pub struct ScimSystem {
    settings: Settings,
}

impl ScimSystem {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings }
    }

    pub(super) fn name(&self) -> &TargetId {
        &self.settings.name
    }

    pub(super) fn writer(&self) -> ScimWriter<'_> {
        ScimWriter::new(&self.settings)
    }

    /// Whether what `write` is about is there.
    pub(super) async fn holds(&self, write: &Write) -> Result<bool, ReadError> {
        let session = Session::open(&self.settings).await?;
        match write.seat() {
            Some(seat) => Ok(session.subject(seat).await?.held),
            None => Ok(account::look(&session, write).await?.is_there()),
        }
    }

    async fn read_all(&self) -> Result<(Can, BTreeSet<Holding>, BTreeSet<SystemAccount>), ReadError> {
        let session = Session::open(&self.settings).await?;
        let users: Vec<User> = session.list("Users", None).await?;
        if users.is_empty() {
            let why = "there is no user at all: check what the token may read";
            return Err(ReadError::Content(why.into()));
        }
        let users: BTreeMap<String, User> = users.into_iter().map(|user| (user.id.clone(), user)).collect();
        let mut holdings = BTreeSet::new();
        match self.settings.roles_are {
            RolesAre::Roles => {
                for user in users.values() {
                    holdings.extend(user.roles().map(|role| user.holding(role)));
                }
            }
            RolesAre::Groups => {
                for group in session.list::<Group>("Groups", None).await? {
                    let group = session.with_members(group).await?;
                    for member in group.people() {
                        match users.get(member) {
                            Some(user) => {
                                holdings.insert(user.holding(&group.display_name));
                            }
                            // A member that was deleted may be left in a group; one that is there was on a lost page.
                            None if session.user_is_gone(member).await? => {}
                            None => {
                                let why = "a group has a member who was not among the users: a page was lost";
                                return Err(ReadError::Content(why.into()));
                            }
                        }
                    }
                }
            }
        }
        let patches = session.can_patch();
        let can = Can { roles: patches, disable: self.settings.disable && patches, ..self.can() };
        Ok((can, holdings, users.values().map(User::account).collect()))
    }
}

impl ReadSystem for ScimSystem {
    /// What the protocol offers; the snapshot has what the server does.
    fn can(&self) -> Can {
        let Settings { create, disable, .. } = self.settings;
        Can { list: true, create, disable, roles: true, ..Can::default() }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        let (can, holdings, accounts) = self.read_all().await?;
        self.settings.shrink.check(look.last, holdings.len())?;
        Ok(snapshot_of(&self.settings.name, look.now, can, holdings, accounts))
    }
}
