//! A write: one approved change in the words of a directory, with the state it must find.

use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind};
use crate::model::dn::{BadDn, Dn};
use crate::model::ids::AccountId;
pub use crate::model::intent::WriteError;
use crate::model::secret::Secret;

/// One write. `before` is its precondition: the touched attributes, and others it relies on, as the plan saw
/// them; a key with no value must be absent. Neither `before` nor `after` holds `Dn`; only `before` may hold
/// `Disabled`. Closing a mailbox, its reverse and a forced password change are updates of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A new account.
    Create {
        /// Where it is to lie.
        dn: Dn,
        /// What it is to have.
        attrs: Attrs,
        /// Its first password, to be changed at the first sign-in.
        password: Option<Secret>,
    },
    /// New values for attributes.
    Update {
        /// Whose.
        id: AccountId,
        /// Where it lies.
        dn: Dn,
        /// The precondition.
        before: Attrs,
        /// The new values; none removes the attribute.
        after: Attrs,
    },
    /// Another branch, with what changes on the way.
    Move {
        /// Whose.
        id: AccountId,
        /// Where it lies.
        from: Dn,
        /// Where it is to lie.
        to: Dn,
        /// The precondition.
        before: Attrs,
        /// The new values.
        after: Attrs,
    },
    /// The account can no longer sign in.
    Disable {
        /// Whose.
        id: AccountId,
        /// Where it lies.
        dn: Dn,
        /// The precondition.
        before: Attrs,
    },
    /// A disabled account opens again.
    Enable {
        /// Whose.
        id: AccountId,
        /// Where it lies.
        dn: Dn,
        /// The precondition.
        before: Attrs,
        /// A new first password, where it is to have one.
        password: Option<Secret>,
    },
    /// The entry is removed; only one that is disabled.
    Delete {
        /// Whose.
        id: AccountId,
        /// Where it lies.
        dn: Dn,
        /// The precondition: all that the plan saw of it.
        before: Attrs,
    },
    /// A first password anew; never on a disabled account.
    ResetPassword {
        /// Whose.
        id: AccountId,
        /// Where it lies.
        dn: Dn,
        /// The precondition.
        before: Attrs,
        /// The password, to be changed at the next sign-in.
        password: Secret,
    },
}

/// A change that no write can carry out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("change {kind} of {subject} cannot be written to the directory: {why}")]
pub struct Impossible {
    /// Its kind.
    pub kind: ChangeKind,
    /// Its subject.
    pub subject: String,
    /// What is missing or does not fit.
    pub why: String,
}

impl Write {
    /// The write that carries out `change`. `password` is the first password of a new, reopened or reset
    /// account.
    pub fn of(change: &Change, password: Option<Secret>) -> Result<Self, Impossible> {
        translate(change, password).map_err(|why| Impossible {
            kind: change.kind,
            subject: change.subject.as_str().to_owned(),
            why,
        })
    }

    /// The account's immutable id; a new account has none yet.
    pub fn id(&self) -> Option<&AccountId> {
        match self {
            Self::Create { .. } => None,
            Self::Update { id, .. }
            | Self::Move { id, .. }
            | Self::Disable { id, .. }
            | Self::Enable { id, .. }
            | Self::Delete { id, .. }
            | Self::ResetPassword { id, .. } => Some(id),
        }
    }

    /// Where the entry lies before the write, or is to lie where it is new.
    pub fn dn(&self) -> &Dn {
        match self {
            Self::Create { dn, .. }
            | Self::Update { dn, .. }
            | Self::Move { from: dn, .. }
            | Self::Disable { dn, .. }
            | Self::Enable { dn, .. }
            | Self::Delete { dn, .. }
            | Self::ResetPassword { dn, .. } => dn,
        }
    }

    /// Where the entry lies afterwards.
    pub fn dn_after(&self) -> &Dn {
        match self {
            Self::Move { to, .. } => to,
            other => other.dn(),
        }
    }

    /// What the entry must look like for the write to go ahead; nothing for a new one.
    pub fn before(&self) -> Attrs {
        match self {
            Self::Create { .. } => Attrs::new(),
            Self::Update { before, .. }
            | Self::Move { before, .. }
            | Self::Disable { before, .. }
            | Self::Enable { before, .. }
            | Self::Delete { before, .. }
            | Self::ResetPassword { before, .. } => before.clone(),
        }
    }

    /// The attributes it sets.
    pub fn after(&self) -> Attrs {
        let disabled = |value| Attrs::from([(Attr::Disabled, Values::one(value))]);
        match self {
            Self::Create { attrs, .. } => attrs.clone(),
            Self::Update { after, .. } | Self::Move { after, .. } => after.clone(),
            Self::Disable { .. } => disabled("true"),
            Self::Enable { .. } => disabled("false"),
            Self::ResetPassword { .. } | Self::Delete { .. } => Attrs::new(),
        }
    }
}

fn translate(change: &Change, password: Option<Secret>) -> Result<Write, String> {
    let id = AccountId::new(change.subject.as_str());
    match change.kind {
        ChangeKind::CreateAccount => create(change, password),
        ChangeKind::UpdateAttributes => {
            let dn = dn_before(change)?;
            if dn_after(change)?.is_some_and(|after| after != dn) {
                return Err("it would move the entry; that is a move".to_owned());
            }
            let after = attributes(&change.after)?;
            Ok(Write::Update { id, dn, before: precondition(change, &after)?, after })
        }
        ChangeKind::MoveAccount => {
            let from = dn_before(change)?;
            let to = dn_after(change)?.ok_or("it does not say where to")?;
            let after = attributes(&change.after)?;
            Ok(Write::Move { id, from, to, before: precondition(change, &after)?, after })
        }
        // A lock by rule and a leaver's are one mark to a directory: what tells them apart is why, and that is the
        // journal's to know.
        ChangeKind::DisableAccount
        | ChangeKind::LockAccount
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount => {
            only(change, Attr::Disabled, Some("true"))?;
            let mut before = precondition(change, &Attrs::new())?;
            before.entry(Attr::Disabled).or_insert_with(|| Values::one("false"));
            Ok(Write::Disable { id, dn: dn_before(change)?, before })
        }
        ChangeKind::EnableAccount | ChangeKind::UnlockAccount => {
            only(change, Attr::Disabled, Some("false"))?;
            let mut before = precondition(change, &Attrs::new())?;
            before.entry(Attr::Disabled).or_insert_with(|| Values::one("true"));
            Ok(Write::Enable { id, dn: dn_before(change)?, before, password })
        }
        ChangeKind::CloseAccount => {
            only(change, Attr::Closed, Some("true"))?;
            let mut write = mark(change, id)?;
            if let Write::Update { before, .. } = &mut write {
                before.insert(Attr::Disabled, Values::one("true"));
            }
            Ok(write)
        }
        ChangeKind::ReopenMailbox => {
            only(change, Attr::Closed, None)?;
            mark(change, id)
        }
        ChangeKind::ForcePasswordChange => {
            only(change, Attr::MustChange, change.after(Attr::MustChange).filter(|word| *word == "true"))?;
            mark(change, id)
        }
        ChangeKind::DeleteAccount => {
            if !change.after.is_empty() {
                return Err("it changes something on the way".to_owned());
            }
            let before = precondition(change, &Attrs::new())?;
            if before.get(&Attr::Disabled).and_then(Values::first) != Some("true") {
                return Err(
                    "the account is not disabled; it is disabled first, and then time passes".to_owned()
                );
            }
            Ok(Write::Delete { id, dn: dn_before(change)?, before })
        }
        // Who keeps a mailbox is the store's to know; the directory sees that what the former custodian knew is void.
        ChangeKind::SetCustodian => {
            let named = change.after(Attr::Custodian).is_some();
            if !named || change.after.keys().any(|attr| *attr != Attr::Custodian) {
                return Err("it does not say who keeps the mailbox, or says more".to_owned());
            }
            let password = password.ok_or("there is no password to set")?;
            let before = Attrs::from([(Attr::Disabled, Values::one("false"))]);
            Ok(Write::ResetPassword { id, dn: dn_before(change)?, before, password })
        }
        ChangeKind::ResetPassword => {
            let password = password.ok_or("there is no password to set")?;
            let mut before = precondition(change, &Attrs::new())?;
            let disabled = before.entry(Attr::Disabled).or_insert_with(|| Values::one("false"));
            if disabled.first() != Some("false") {
                return Err("the account is disabled; a reset could open it again".to_owned());
            }
            Ok(Write::ResetPassword { id, dn: dn_before(change)?, before, password })
        }
        ChangeKind::GrantRole | ChangeKind::RevokeRole | ChangeKind::EndSessions => {
            Err("roles and sessions are a system's, not the directory's".to_owned())
        }
    }
}

fn create(change: &Change, password: Option<Secret>) -> Result<Write, String> {
    let dn = dn_after(change)?.ok_or("it does not say where the account is to lie")?;
    let mut after = change.after.clone();
    // A new account is open: it has no password before it is given one.
    if after.remove(&Attr::Disabled).is_some_and(|values| values.first() == Some("true")) {
        return Err("a new account cannot be disabled from the start".to_owned());
    }
    let mut attrs = attributes(&after)?;
    attrs.retain(|_, values| *values != Values::none());
    for needed in [Attr::Login, Attr::FullName, Attr::FamilyName, Attr::Mail] {
        if !attrs.contains_key(&needed) {
            return Err(format!("a new account needs {}", needed.as_str()));
        }
    }
    Ok(Write::Create { dn, attrs, password })
}

fn dn(attrs: &Attrs) -> Result<Option<Dn>, String> {
    let Some(values) = attrs.get(&Attr::Dn) else { return Ok(None) };
    match values.as_slice() {
        [one] => Ok(Some(Dn::parse(one).map_err(|error: BadDn| error.to_string())?)),
        _ => Err("it names no place, or several".to_owned()),
    }
}

fn dn_before(change: &Change) -> Result<Dn, String> {
    dn(&change.before)?.ok_or_else(|| "it does not say where the entry lies".to_owned())
}

fn dn_after(change: &Change) -> Result<Option<Dn>, String> {
    dn(&change.after)
}

/// The attributes of an entry among `attrs`, without its place.
fn attributes(attrs: &Attrs) -> Result<Attrs, String> {
    for (attr, why) in [
        (Attr::Disabled, "disabling and enabling are changes of their own"),
        (Attr::Closed, "closing and reopening a mailbox are changes of their own"),
        (Attr::MustChange, "forcing a password change is a change of its own"),
        (Attr::Role, "a role is a system's, not the directory's"),
    ] {
        if attrs.contains_key(&attr) {
            return Err(why.to_owned());
        }
    }
    let mut attrs = attrs.clone();
    attrs.remove(&Attr::Dn);
    Ok(attrs)
}

/// What must hold: all the change states, and the absence of what it touches without stating it.
fn precondition(change: &Change, after: &Attrs) -> Result<Attrs, String> {
    let mut before = change.before.clone();
    before.remove(&Attr::Dn);
    if before.contains_key(&Attr::Role) {
        return Err("a role is a system's, not the directory's".to_owned());
    }
    for attr in after.keys() {
        before.entry(*attr).or_default();
    }
    Ok(before)
}

/// An update of one mark.
fn mark(change: &Change, id: AccountId) -> Result<Write, String> {
    let mut after = change.after.clone();
    after.remove(&Attr::Dn);
    Ok(Write::Update { id, dn: dn_before(change)?, before: precondition(change, &after)?, after })
}

/// Checks that `mark` becomes `value`, and that nothing else changes.
fn only(change: &Change, mark: Attr, value: Option<&str>) -> Result<(), String> {
    let name = mark.as_str();
    if !change.after.contains_key(&mark) || change.after(mark) != value {
        return Err(format!("it does not say that {name} becomes {}", value.unwrap_or("nothing")));
    }
    let stays = change.after.get(&Attr::Dn).is_none_or(|after| change.before.get(&Attr::Dn) == Some(after));
    let others = change.after.keys().any(|attr| *attr != mark && *attr != Attr::Dn);
    if others || !stays {
        return Err(format!("it changes more than whether the account is {name}"));
    }
    Ok(())
}

/// Attribute by attribute, the values that go and those that come.
pub(super) fn differences<'a>(
    before: &'a Attrs,
    after: &'a Attrs,
) -> impl Iterator<Item = (Attr, Vec<String>, Vec<String>)> + 'a {
    let without = |these: &Values, those: &Values| -> Vec<String> {
        these.as_slice().iter().filter(|one| !those.as_slice().contains(one)).cloned().collect()
    };
    after.iter().filter_map(move |(attr, new)| {
        let old = before.get(attr).cloned().unwrap_or_default();
        (old != *new).then(|| (*attr, without(&old, new), without(new, &old)))
    })
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
