//! Attributes: what rows state against what the account holds.

use super::correlate::{Row, RowRef, place};
use super::coverage::unit_key;
use super::ledger::{phone, staff};
use super::{Scene, World};
use crate::model::account::{Account, Attr, Attrs, Values};
use crate::model::change::Gate;
use crate::model::ids::AgencyCode;
use crate::model::name::PersonName;
use crate::model::record::Action;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// The touched attributes, before and after, and the rows that ask for them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// As the account has them.
    pub before: Attrs,
    /// As the rows have them.
    pub after: Attrs,
    /// The rows whose word counted, the newest first.
    pub sources: Vec<RowRef>,
}

/// What `statements`, the newest first, would change on `account`. For each attribute the newest row that states
/// it counts; an empty cell says nothing.
pub fn difference(world: &World<'_>, account: &Account, statements: &[RowRef]) -> Difference {
    let mut out = Difference::default();
    let mut counted = BTreeSet::new();
    for attr in &world.policy.owned {
        let newest = statements.iter().find_map(|at| Some((*at, stated(*attr, place(world, *at).1)?)));
        let Some((source, value)) = newest else { continue };
        if account.all(*attr).iter().any(|held| same(*attr, held, value)) {
            continue;
        }
        out.touch(account, *attr, Values::one(value));
        if *attr == Attr::FullName
            && let Some(name) = PersonName::new(value)
        {
            out.touch(account, Attr::FamilyName, Values::one(family(&name)));
            out.touch(account, Attr::GivenName, Values::one(name.given()));
        }
        counted.insert(source);
    }
    out.sources = statements.iter().copied().filter(|at| counted.contains(at)).collect();
    out
}

/// A name of one word is its own family name: directories insist on one.
pub fn family(name: &PersonName) -> &str {
    if name.family().is_empty() { name.given() } else { name.family() }
}

impl Difference {
    /// Sets `attr`, where it differs.
    pub fn touch(&mut self, account: &Account, attr: Attr, after: Values) {
        let before = account.attrs.get(&attr).cloned().unwrap_or_default();
        if before != after {
            self.before.insert(attr, before);
            self.after.insert(attr, after);
        }
    }

    /// Whether a request row asks for part of it.
    pub fn is_asked_for(&self, world: &World<'_>) -> bool {
        self.sources.iter().any(|at| place(world, *at).1.action == Some(Action::Change))
    }

    /// Name, phone (it may receive one-time codes) and a title that moves roles need one approval, as does what a
    /// request asks for; the rest none.
    pub fn gate(&self, scene: &Scene<'_>, account: &Account, agency: &AgencyCode) -> Gate {
        let sensitive = self.after.contains_key(&Attr::FullName) || self.after.contains_key(&Attr::Phone);
        if sensitive || self.is_asked_for(scene.world) || self.moves_roles(scene.world, account, agency) {
            Gate::One
        } else {
            Gate::None
        }
    }

    fn moves_roles(&self, world: &World<'_>, account: &Account, agency: &AgencyCode) -> bool {
        let Some(title) = self.after.get(&Attr::Title).and_then(Values::first) else { return false };
        let kind = world.agencies.get(agency).and_then(|agency| agency.kind.as_deref());
        let held = account.get(Attr::Unit);
        let unit = self.after.get(&Attr::Unit).and_then(Values::first).or(held);
        world
            .policy
            .roles
            .iter()
            .any(|map| map.given(kind, account.get(Attr::Title), held) != map.given(kind, Some(title), unit))
    }
}

/// What the row states of an attribute that a roster may own.
pub fn stated(attr: Attr, row: &Row) -> Option<&str> {
    match attr {
        Attr::Title => row.position.as_deref(),
        Attr::Unit => row.unit.as_deref(),
        Attr::Phone => row.phone.as_deref(),
        Attr::FullName => Some(row.full_name.as_str()),
        Attr::StaffCode => row.staff_code.as_deref(),
        Attr::Dn
        | Attr::Login
        | Attr::FamilyName
        | Attr::GivenName
        | Attr::Mail
        | Attr::Alias
        | Attr::Agency
        | Attr::Disabled
        | Attr::Closed
        | Attr::MustChange
        | Attr::Custodian
        | Attr::Role => None,
    }
}

/// Whether two spellings say the same.
pub fn same(attr: Attr, held: &str, stated: &str) -> bool {
    // Most are spelt alike, and taking a spelling apart is the dear part.
    held == stated || same_apart_from_spelling(attr, held, stated)
}

fn same_apart_from_spelling(attr: Attr, held: &str, stated: &str) -> bool {
    match attr {
        Attr::Phone => phone(held) == phone(stated),
        Attr::Unit => unit_key(held) == unit_key(stated),
        Attr::StaffCode => staff(held) == staff(stated),
        Attr::FullName => {
            PersonName::new(held).map(|n| n.matching()) == PersonName::new(stated).map(|n| n.matching())
        }
        Attr::Dn
        | Attr::Login
        | Attr::FamilyName
        | Attr::GivenName
        | Attr::Mail
        | Attr::Alias
        | Attr::Title
        | Attr::Agency
        | Attr::Disabled
        | Attr::Closed
        | Attr::MustChange
        | Attr::Custodian
        | Attr::Role => plain(held) == plain(stated),
    }
}

/// Text as compared where tone marks count but case and white space do not.
fn plain(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
