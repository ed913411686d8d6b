//! Attributes: what a roster's row states against what the account holds.

use super::World;
use super::correlate::Row;
use super::coverage::unit_key;
use super::ledger::phone;
use crate::model::account::{Account, Attr, Attrs, Values};
use crate::model::change::Gate;
use crate::model::ids::AgencyCode;
use crate::model::name::PersonName;
use unicode_normalization::UnicodeNormalization;

/// The touched attributes, before and after, and who must approve.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// As the account has them.
    pub before: Attrs,
    /// As the row has them.
    pub after: Attrs,
}

/// What `row` would change on `account`. An empty cell says nothing.
pub fn difference(world: &World<'_>, account: &Account, row: &Row) -> Difference {
    let mut out = Difference::default();
    for attr in &world.policy.owned {
        let Some(stated) = stated(*attr, row) else { continue };
        if account.get(*attr).is_some_and(|held| same(*attr, held, &stated)) {
            continue;
        }
        out.touch(account, *attr, Values::one(stated.clone()));
        if *attr == Attr::FullName
            && let Some(name) = PersonName::new(&stated)
        {
            out.touch(account, Attr::FamilyName, Values::one(name.family()));
            out.touch(account, Attr::GivenName, Values::one(name.given()));
        }
    }
    out
}

impl Difference {
    fn touch(&mut self, account: &Account, attr: Attr, after: Values) {
        let before = account.attrs.get(&attr).cloned().unwrap_or_default();
        if before != after {
            self.before.insert(attr, before);
            self.after.insert(attr, after);
        }
    }

    /// Name, phone (it may receive one-time codes) and a title that moves roles need one approval, the rest
    /// none.
    pub fn gate(&self, world: &World<'_>, agency: &AgencyCode) -> Gate {
        let kind = world.agencies.get(agency).and_then(|agency| agency.kind.as_deref());
        let first = |attrs: &Attrs, attr| attrs.get(&attr).and_then(Values::first).map(str::to_owned);
        let unit = first(&self.after, Attr::Unit);
        let moves_roles = world.policy.roles.iter().any(|map| {
            let roles = |attrs| map.roles(kind, first(attrs, Attr::Title).as_deref(), unit.as_deref());
            roles(&self.before) != roles(&self.after)
        });
        let sensitive = self.after.contains_key(&Attr::FullName) || self.after.contains_key(&Attr::Phone);
        if sensitive || moves_roles { Gate::One } else { Gate::None }
    }
}

/// What the row states of an attribute that a roster may own.
pub fn stated(attr: Attr, row: &Row) -> Option<String> {
    match attr {
        Attr::Title => row.position.clone(),
        Attr::Unit => row.unit.clone(),
        Attr::Phone => row.phone.clone(),
        Attr::FullName => Some(row.full_name.to_string()),
        Attr::StaffCode => row.staff_code.clone(),
        Attr::Dn
        | Attr::Login
        | Attr::FamilyName
        | Attr::GivenName
        | Attr::Mail
        | Attr::Alias
        | Attr::Agency
        | Attr::Disabled
        | Attr::Role => None,
    }
}

/// Whether two spellings say the same.
fn same(attr: Attr, held: &str, stated: &str) -> bool {
    match attr {
        Attr::Phone => phone(held) == phone(stated),
        Attr::Unit => unit_key(held) == unit_key(stated),
        Attr::StaffCode => super::ledger::staff(held) == super::ledger::staff(stated),
        Attr::FullName => {
            PersonName::new(held).map(|n| n.matching()) == PersonName::new(stated).map(|n| n.matching())
        }
        _ => plain(held) == plain(stated),
    }
}

/// Text as compared where tone marks count but case and white space do not.
fn plain(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
