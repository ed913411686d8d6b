//! An entry of a directory, whatever it came from, turned into an account.

use super::dialect::Mark;
use super::password;
use super::settings::Tree;
use crate::model::account::{Account, AccountKind, Attr, Attrs, Values};
use crate::model::dn::Dn;
use crate::model::ids::{AccountId, AgencyCode};

/// The account an entry is. `values` answers for an attribute by the directory's name.
pub(super) fn account<'a>(
    tree: &Tree,
    id: AccountId,
    dn: Dn,
    values: impl Fn(&str) -> Vec<&'a str>,
) -> Account {
    let dialect = &tree.dialect;
    let mut attrs: Attrs = dialect
        .attributes
        .iter()
        .filter_map(|(attr, name)| {
            let found = values(name);
            let found = Values::many(found.into_iter().map(str::to_owned).collect());
            (found != Values::none()).then_some((*attr, found))
        })
        .collect();
    let shows =
        |mark: &Mark| values(&mark.attribute).iter().any(|value| value.eq_ignore_ascii_case(&mark.value));
    let disabled = shows(&dialect.disabled);
    attrs.insert(Attr::Disabled, Values::one(if disabled { "true" } else { "false" }));
    for attr in [Attr::Closed, Attr::MustChange] {
        if dialect.mark(attr).is_some_and(shows) {
            attrs.insert(attr, Values::one("true"));
        }
    }

    let logins = attrs.get(&Attr::Login).map(Values::as_slice).unwrap_or_default();
    let kind = if tree.is_service(&dn, logins) || dialect.services.iter().any(shows) {
        AccountKind::Service
    } else if dialect.unit_mailboxes.iter().any(shows) {
        AccountKind::Unit
    } else {
        AccountKind::Person
    };
    let protected = tree.protects(&dn, logins);
    let agency = attrs
        .get(&Attr::Agency)
        .and_then(Values::first)
        .and_then(|text| AgencyCode::parse(text).ok())
        .or_else(|| branch(tree, &dn));
    let password = password::facts(dialect, &dn, &values);
    Account { id, dn, attrs, agency, kind, protected, password }
}

/// The agency whose branch an entry lies in: the nearest level above it, within the people base, that is named
/// by a code.
fn branch(tree: &Tree, dn: &Dn) -> Option<AgencyCode> {
    let mut above = dn.parent();
    while above.is_within(&tree.people) && !tree.people.is_within(&above) {
        if let Some(code) = above.rdn_pair().and_then(|(_, value)| AgencyCode::parse(value).ok()) {
            return Some(code);
        }
        above = above.parent();
    }
    None
}

/// Whether `entry_classes` make an entry an account.
pub(super) fn is_account(tree: &Tree, entry_classes: &[&str]) -> bool {
    let wanted = &tree.dialect.people_classes;
    entry_classes.iter().any(|class| wanted.iter().any(|one| one.eq_ignore_ascii_case(class)))
}
