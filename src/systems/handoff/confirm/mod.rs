//! Confirming an order: what a newer export says of it. Pure.

use crate::model::Time;
use crate::model::account::{Attr, Values};
use crate::model::change::{Change, ChangeKind, StoredChange};
use crate::model::ids::ChangeId;
use crate::model::name::PersonName;
use crate::model::role::{Holding, RoleSnapshot};
use std::collections::BTreeSet;

/// What an export says of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It was done.
    Confirmed,
    /// Not that anybody could see.
    StillOpen,
}

/// Holds each ordered change, with the moment it was ordered, against an export. A role is confirmed as given
/// where its holder has it in an export taken later, as taken where no line of such an export could mean that
/// the holder still has it.
pub fn confirm(ordered: &[(StoredChange, Time)], snapshot: &RoleSnapshot) -> Vec<(ChangeId, Seen)> {
    ordered
        .iter()
        .map(|(stored, at)| {
            let change = &stored.change;
            let speaks = change.target == snapshot.target && snapshot.taken > *at;
            let done = speaks
                && match change.kind {
                    ChangeKind::GrantRole => granted(change, snapshot),
                    ChangeKind::RevokeRole => revoked(change, snapshot),
                    // An export of roles does not show these.
                    ChangeKind::CreateAccount
                    | ChangeKind::UpdateAttributes
                    | ChangeKind::MoveAccount
                    | ChangeKind::DisableAccount
                    | ChangeKind::EnableAccount
                    | ChangeKind::LockAccount
                    | ChangeKind::UnlockAccount
                    | ChangeKind::CloseAccount
                    | ChangeKind::ReopenMailbox
                    | ChangeKind::DeleteAccount
                    | ChangeKind::ForcePasswordChange
                    | ChangeKind::SetCustodian
                    | ChangeKind::EndSessions
                    | ChangeKind::ResetPassword
                    | ChangeKind::SuspectLeaver
                    | ChangeKind::OrphanAccount => false,
                };
            (stored.id.clone(), if done { Seen::Confirmed } else { Seen::StillOpen })
        })
        .collect()
}

fn granted(change: &Change, snapshot: &RoleSnapshot) -> bool {
    let Some((seat, roles)) = read(change, change.after.get(&Attr::Role)) else { return false };
    roles.iter().all(|role| snapshot.holdings.iter().any(|holding| seat.is(holding, role)))
}

fn revoked(change: &Change, snapshot: &RoleSnapshot) -> bool {
    let Some((seat, roles)) = read(change, change.before.get(&Attr::Role)) else { return false };
    !roles.iter().any(|role| snapshot.holdings.iter().any(|holding| seat.is(holding, role)))
}

/// Whose roles, and where.
struct Seat {
    /// Logins and addresses, lower case.
    holder: BTreeSet<String>,
    agency: Option<String>,
}

/// The seat and the roles; `None` where the change does not say, which confirms nothing.
fn read(change: &Change, roles: Option<&Values>) -> Option<(Seat, Vec<String>)> {
    let stated = |attr| change.before(attr).or_else(|| change.after(attr));
    let mut holder: BTreeSet<String> =
        [Attr::Login, Attr::Mail].into_iter().filter_map(stated).map(str::to_lowercase).collect();
    if holder.is_empty() {
        holder.insert(change.subject.as_str().split_once('#')?.0.to_lowercase());
    }
    let roles: Vec<_> = roles?.as_slice().iter().map(|role| matching(role)).collect();
    let seat = Seat { holder, agency: stated(Attr::Agency).map(str::to_owned) };
    (!roles.is_empty()).then_some((seat, roles))
}

impl Seat {
    /// Whether the line is this holder's in this role. A line that names no known agency may be for any.
    fn is(&self, holding: &Holding, role: &str) -> bool {
        let Holding { login, mail, name: _, agency, role: held } = holding;
        let holder = self.holder.contains(&login.to_lowercase())
            || mail.as_ref().is_some_and(|mail| self.holder.contains(&mail.to_lowercase()));
        let here = match (&self.agency, agency) {
            (Some(asked), Some(stated)) => asked == stated.as_str(),
            (None, _) | (_, None) => true,
        };
        holder && here && matching(held) == role
    }
}

fn matching(role: &str) -> String {
    PersonName::new(role).map(|role| role.matching()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
