//! LDAP groups: a role is a group, its holders are the group's members.
//!
//! Groups and people are read whole. A member is added or deleted as one value: the server refuses the addition of a
//! value that is there and the deletion of one that is not, which is compare and swap on any server.

mod write;

pub use write::GroupWriter;

use super::offices::Offices;
use super::settings::target;
use super::shrink::Shrink;
use super::{Look, ReadError, ReadSystem, Seat, Write, nobody, several, snapshot_of};
use crate::ldap::{self, Connection, Entry, Filter, Scope};
use crate::model::agency::Agencies;
use crate::model::dn::Dn;
use crate::model::ids::TargetId;
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Groups as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in lists and file names.
    #[serde(deserialize_with = "target")]
    pub name: TargetId,
    /// What its users call it, for mails.
    pub title: String,
    /// How to reach the server.
    pub connection: ldap::Settings,
    /// Where the groups lie; no other is read or written.
    pub groups: Dn,
    /// What a group is.
    #[serde(default)]
    pub class: Class,
    /// The attribute of a group that names the role.
    #[serde(default = "cn")]
    pub role_attribute: String,
    /// The attribute of a group that names the agency the role is for, by code or name; without it, any.
    #[serde(default)]
    pub agency_attribute: Option<String>,
    /// Where the people lie whose memberships count.
    pub people: Dn,
    /// The attribute of a person that holds the login.
    #[serde(default = "uid")]
    pub login_attribute: String,
    /// The attribute of a person that holds the official address.
    #[serde(default = "mail")]
    pub mail_attribute: String,
    /// How much fewer roles than in the last good read are believed.
    #[serde(default)]
    pub shrink: Shrink,
}

fn cn() -> String {
    "cn".into()
}

fn uid() -> String {
    "uid".into()
}

fn mail() -> String {
    "mail".into()
}

/// The two kinds of group of RFC 4519.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Class {
    /// With `member`.
    #[default]
    #[serde(rename = "groupOfNames")]
    GroupOfNames,
    /// With `uniqueMember`.
    #[serde(rename = "groupOfUniqueNames")]
    GroupOfUniqueNames,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::GroupOfNames => "groupOfNames",
            Self::GroupOfUniqueNames => "groupOfUniqueNames",
        }
    }

    fn member(self) -> &'static str {
        match self {
            Self::GroupOfNames => "member",
            Self::GroupOfUniqueNames => "uniqueMember",
        }
    }
}

impl Settings {
    /// What is wrong with these settings, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        self.connection.check().map_err(|error| format!("connection.{error}"))?;
        let attributes = [
            ("role_attribute", Some(&self.role_attribute)),
            ("agency_attribute", self.agency_attribute.as_ref()),
            ("login_attribute", Some(&self.login_attribute)),
            ("mail_attribute", Some(&self.mail_attribute)),
        ];
        for (setting, name) in attributes {
            let plain = |name: &String| {
                name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            };
            if let Some(name) = name.filter(|name| !plain(name)) {
                return Err(format!("{setting}: {name:?} is not the name of an attribute, as \"cn\" is"));
            }
        }
        Ok(())
    }
}

/// Roles that are groups on a server.
#[derive(Debug)]
pub struct LdapGroups {
    settings: Settings,
    offices: Offices,
}

/// A group that is a role.
#[derive(Debug)]
struct Group {
    dn: Dn,
    /// A holding without its holder.
    role: Holding,
    /// Its members' names, folded.
    members: BTreeSet<String>,
}

/// Who may hold roles.
#[derive(Debug)]
struct Person {
    dn: Dn,
    login: String,
    mail: String,
    name: Option<String>,
}

impl LdapGroups {
    pub(super) fn new(settings: Settings, agencies: &Agencies) -> Self {
        Self { settings, offices: Offices::new(agencies) }
    }

    pub(super) fn name(&self) -> &TargetId {
        &self.settings.name
    }

    pub(super) fn writer(&self) -> GroupWriter<'_> {
        GroupWriter::new(self)
    }

    /// Whether the seat that `write` is about is held.
    pub(super) async fn holds(&self, write: &Write) -> Result<bool, ReadError> {
        let no_accounts = || ReadError::Content("groups hold roles alone, no accounts".into());
        let seat = write.seat().ok_or_else(no_accounts)?;
        let mut connection = Connection::open(&self.settings.connection).await?;
        let (group, person) = self.seat(&mut connection, seat).await?;
        Ok(group.members.contains(&person.dn.folded()))
    }

    /// The one group and the one person of a seat.
    async fn seat(&self, connection: &mut Connection, seat: &Seat) -> Result<(Group, Person), ReadError> {
        let named = Filter::equal(&self.settings.role_attribute, &seat.role);
        let mut groups = self.groups(connection, Some(named)).await?;
        groups.retain(|group| {
            // The server ignores case; the role map does not.
            group.role.role == seat.role
                && seat.is(&Holding { login: seat.mail.clone(), ..group.role.clone() })
        });
        let mut groups = groups.into_iter();
        let group = match (groups.next(), groups.next()) {
            (Some(group), None) => group,
            (None, _) => {
                let why = format!("no group below {} is the role {:?}", self.settings.groups, seat.role);
                return Err(ReadError::Holder(why));
            }
            (Some(_), Some(_)) => {
                let why =
                    format!("several groups below {} are the role {:?}", self.settings.groups, seat.role);
                return Err(ReadError::Holder(why));
            }
        };
        let address = Filter::equal(&self.settings.mail_attribute, &seat.mail);
        let people = self.people(connection, address).await?;
        let mut people = people.into_values().filter(|person| person.mail == seat.mail);
        match (people.next(), people.next()) {
            (Some(person), None) => Ok((group, person)),
            (None, _) => Err(nobody()),
            (Some(_), Some(_)) => Err(several()),
        }
    }

    /// The groups, or those of them that `also` finds.
    async fn groups(
        &self,
        connection: &mut Connection,
        also: Option<Filter>,
    ) -> Result<Vec<Group>, ReadError> {
        let Settings { groups: base, class, role_attribute, agency_attribute, .. } = &self.settings;
        let filter = Filter::all(std::iter::once(Filter::equal("objectClass", class.name())).chain(also));
        let mut attributes = vec![role_attribute.as_str(), class.member()];
        attributes.extend(agency_attribute.as_deref());
        let mut found = Vec::new();
        let mut keep = |entry: Entry| -> Result<(), ReadError> {
            found.extend(self.group(&entry)?);
            Ok(())
        };
        connection.search(base, Scope::Subtree, &filter, &attributes, &mut keep).await?;
        Ok(found)
    }

    /// A group without the role's attribute is none.
    fn group(&self, entry: &Entry) -> Result<Option<Group>, ReadError> {
        let Settings { class, role_attribute, agency_attribute, .. } = &self.settings;
        let Some(role) = entry.values(role_attribute).first() else { return Ok(None) };
        // Active Directory gives the first 1,500 members only, under another name.
        if !entry.values(&format!("{};range=0-1499", class.member())).is_empty() {
            let why =
                format!("{}: the server gives only part of its members; raise its MaxValRange", entry.dn);
            return Err(ReadError::Content(why));
        }
        let mut members = BTreeSet::new();
        for member in entry.values(class.member()).iter().filter(|member| !member.is_empty()) {
            members.insert(name(&entry.dn, member)?.folded());
        }
        let agency = agency_attribute.as_ref().and_then(|name| entry.values(name).first());
        let role = Holding {
            login: String::new(),
            mail: None,
            name: None,
            agency: agency.and_then(|agency| self.offices.find(agency)),
            role: role.clone(),
        };
        Ok(Some(Group { dn: name(&entry.dn, &entry.dn)?, role, members }))
    }

    /// The people that `filter` finds, by name.
    async fn people(
        &self,
        connection: &mut Connection,
        filter: Filter,
    ) -> Result<BTreeMap<String, Person>, ReadError> {
        let Settings { people: base, login_attribute, mail_attribute, .. } = &self.settings;
        let mut found = BTreeMap::new();
        let mut keep = |entry: Entry| -> Result<(), ReadError> {
            let first = |attribute: &str| entry.values(attribute).first().cloned();
            let Some(mail) = first(mail_attribute).map(|mail| mail.to_lowercase()) else { return Ok(()) };
            let dn = name(&entry.dn, &entry.dn)?;
            let login = first(login_attribute).unwrap_or_else(|| mail.clone());
            found.insert(dn.folded(), Person { dn, login, mail, name: first("cn") });
            Ok(())
        };
        let attributes = [login_attribute.as_str(), mail_attribute.as_str(), "cn"];
        connection.search(base, Scope::Subtree, &filter, &attributes, &mut keep).await?;
        Ok(found)
    }
}

fn name(entry: &str, text: &str) -> Result<Dn, ReadError> {
    // uniqueMember may carry a bit string behind the name (RFC 4517, 3.3.21).
    let text = text.split_once("#'").map_or(text, |(name, _)| name);
    Dn::parse(text).map_err(|error| ReadError::Content(format!("{entry}: {error}")))
}

impl ReadSystem for LdapGroups {
    fn can(&self) -> Can {
        Can { list: true, roles: true, ..Can::default() }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        let mut connection = Connection::open(&self.settings.connection).await?;
        let groups = self.groups(&mut connection, None).await?;
        let people = self.people(&mut connection, Filter::present(&self.settings.mail_attribute)).await?;
        if groups.is_empty() || people.is_empty() {
            let (what, base) = if groups.is_empty() {
                ("group", &self.settings.groups)
            } else {
                ("person with an address", &self.settings.people)
            };
            return Err(ReadError::Content(format!(
                "no {what} is visible below {base}: check the name, and what the service account may read"
            )));
        }
        let mut holdings = BTreeSet::new();
        for group in groups {
            // A member elsewhere is a program or a placeholder: a group must have one.
            holdings.extend(group.members.iter().filter_map(|member| people.get(member)).map(|person| {
                Holding {
                    login: person.login.clone(),
                    mail: Some(person.mail.clone()),
                    name: person.name.clone(),
                    ..group.role.clone()
                }
            }));
        }
        self.settings.shrink.check(look.last, holdings.len())?;
        let accounts = people.into_values().map(|person| SystemAccount {
            login: person.login,
            mail: Some(person.mail),
            name: person.name,
            ..SystemAccount::default()
        });
        Ok(snapshot_of(&self.settings.name, look.now, self.can(), holdings, accounts.collect()))
    }
}
