//! What an account shows of a write whose outcome is not known. Pure.

use super::write::Write;
use crate::model::account::{Account, Attr, Attrs, Values};

/// What is to be seen of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// All of it: it is done.
    Done,
    /// Nothing of it: the entry is as it was before, and the write may be sent again. A password reset leaves
    /// no trace in an account; sent again it sets the same password.
    NotDone,
    /// It was begun, or its password cannot be seen: sending it again completes it.
    Partly,
    /// Neither before nor after: somebody else changed it, or it is gone.
    Other(String),
}

/// Holds `account`, as read afresh (by id; a new account by its place), against `write`.
pub fn shows(account: Option<&Account>, write: &Write) -> Shows {
    match (write, account) {
        (Write::Create { .. }, None) => Shows::NotDone,
        (Write::Create { attrs, password, dn: _ }, Some(account)) => {
            if !is_exactly(account, attrs) {
                return Shows::Other(format!("another entry lies at {}", account.dn));
            }
            if password.is_some() { Shows::Partly } else { Shows::Done }
        }
        (Write::Delete { .. }, None) => Shows::Done,
        (_, None) => Shows::Other("the entry is gone".to_owned()),
        (Write::Enable { password: Some(_), .. }, Some(account)) => match transition(account, write) {
            Shows::Done => Shows::Partly,
            other => other,
        },
        (
            Write::Update { .. }
            | Write::Move { .. }
            | Write::Disable { .. }
            | Write::Enable { .. }
            | Write::Delete { .. }
            | Write::ResetPassword { .. },
            Some(account),
        ) => transition(account, write),
    }
}

/// Whether an account has these attributes and, of those rosterd knows, no others, and is open.
pub(super) fn is_exactly(account: &Account, attrs: &Attrs) -> bool {
    let mut known = account.attrs.clone();
    let disabled = known.remove(&Attr::Disabled);
    // Its first password must be changed; whether it was set already is not told apart here.
    known.remove(&Attr::MustChange);
    known == *attrs && disabled.is_none_or(|values| values.first() != Some("true"))
}

/// The name of the first attribute of `wanted` that the account has otherwise. Names only: values are personal
/// data, and this ends up in logs.
pub(super) fn difference(account: &Account, wanted: &Attrs) -> Option<&'static str> {
    let none = Values::none();
    let differs = |(attr, values): &(&Attr, &Values)| account.attrs.get(attr).unwrap_or(&none) != *values;
    wanted.iter().find(differs).map(|(attr, _)| attr.as_str())
}

fn transition(account: &Account, write: &Write) -> Shows {
    let before = write.before();
    // What a write relies on without changing it is to stay.
    let mut after = before.clone();
    after.extend(write.after());

    let here = account.dn.folded();
    let (at_before, at_after) = (here == write.dn().folded(), here == write.dn_after().folded());
    if !at_before && !at_after {
        return Shows::Other("the entry lies elsewhere".to_owned());
    }
    let untouched = at_before && difference(account, &before).is_none();
    let reached = at_after && difference(account, &after).is_none();
    match (untouched, reached, write) {
        (true, _, Write::ResetPassword { .. } | Write::Delete { .. }) | (true, false, _) => Shows::NotDone,
        (_, true, _) => Shows::Done,
        (false, false, _) => {
            let none = Values::none();
            let strange = after.iter().find(|(attr, values)| {
                let found = account.attrs.get(attr).unwrap_or(&none);
                found != *values && before.get(attr) != Some(found)
            });
            match strange {
                Some((attr, _)) => {
                    Shows::Other(format!("{} is neither what it was nor what it was to be", attr.as_str()))
                }
                None => Shows::Partly,
            }
        }
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
