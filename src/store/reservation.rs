//! Address reservations: an address is never given to a second person, and one that a write has used never freed.

use super::delta::NewChange;
use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx, change};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, State, StoredChange};
use crate::model::ids::{ChangeId, PersonId, TargetId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A staged change, as one that may give an address away.
#[derive(Clone, Copy)]
pub(super) struct Claimant<'a> {
    pub(super) id: &'a ChangeId,
    pub(super) change: &'a Change,
    /// Whether the policy alone approves it.
    pub(super) by_policy: bool,
}

impl<'a> Claimant<'a> {
    pub(super) fn new(id: &'a ChangeId, new: &'a NewChange) -> Self {
        let by_policy = new.change.gate == Gate::None && new.state != State::Held;
        Self { id, change: &new.change, by_policy }
    }

    fn reservations(self) -> impl Iterator<Item = Reservation<'a>> {
        let (person, change) = (person(self.change), self.id.as_str());
        addresses(self.change).into_iter().map(move |address| Reservation { address, person, change })
    }
}

/// The columns of a reservation in a bulk parameter.
const LINE: &[Bulk] = &[Bulk::Text("address"), Bulk::Text("person"), Bulk::Text("change")];

#[derive(Serialize)]
struct Reservation<'a> {
    address: String,
    person: &'a str,
    change: &'a str,
}

/// The addresses and the login that a change gives away, in lower case; a login of another system with that system's
/// name before it, for it is a name there alone.
fn addresses(change: &Change) -> BTreeSet<String> {
    match change.kind {
        ChangeKind::CreateAccount if change.target != TargetId::mail() => {
            let logins = lower(&change.after, Attr::Login);
            logins.map(|login| format!("{}/{login}", change.target)).collect()
        }
        ChangeKind::CreateAccount => called(&change.after),
        ChangeKind::UpdateAttributes | ChangeKind::MoveAccount => {
            let aliases = |attrs: &Attrs| lower(attrs, Attr::Alias).collect::<BTreeSet<_>>();
            &aliases(&change.after) - &aliases(&change.before)
        }
        _ => BTreeSet::new(),
    }
}

/// All that an account is called.
fn called(attrs: &Attrs) -> BTreeSet<String> {
    [Attr::Mail, Attr::Alias, Attr::Login].into_iter().flat_map(|attr| lower(attrs, attr)).collect()
}

fn lower(attrs: &Attrs, attr: Attr) -> impl Iterator<Item = String> {
    attrs.get(&attr).map(Values::as_slice).unwrap_or_default().iter().map(|value| value.to_lowercase())
}

/// Whom an address is for: the person, or the subject where no person is known yet.
fn person(change: &Change) -> &str {
    change.person.as_ref().map_or(change.subject.as_str(), PersonId::as_str)
}

impl WriteTx {
    /// Reserves the addresses of staged changes as far as they are free; gives the changes that lack one.
    pub(super) async fn reserve_free(&mut self, new: &[Claimant<'_>]) -> Result<Vec<ChangeId>, StoreError> {
        let wanted: Vec<_> = new.iter().flat_map(|one| one.reservations()).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let lines = json("reservations", &wanted)?;
        let source = self.dialect.rows(LINE);
        let insert = format!(
            "INSERT INTO reservation (address, person, change_id, used)
             SELECT s.address, s.person, s.change, 0 FROM {source} s WHERE true ON CONFLICT DO NOTHING"
        );
        if self.execute(sql("reserve", insert).text(&lines)).await? == wanted.len() as u64 {
            return Ok(Vec::new());
        }
        let query = format!(
            "SELECT s.change FROM {source} s WHERE NOT EXISTS (
                 SELECT 1 FROM reservation r WHERE r.address = s.address AND r.change_id = s.change)"
        );
        let rows = self.rows(sql("reservations", query).text(&lines)).await?;
        rows.iter().map(|row| row.text("change").map(ChangeId::new)).collect()
    }

    /// Divides changes into those whose addresses are free or their person's own, and those whose address belongs
    /// to somebody else; among equals the first has it.
    pub(super) async fn divide<'a>(
        &mut self,
        new: Vec<Claimant<'a>>,
    ) -> Result<(Vec<Claimant<'a>>, Vec<Claimant<'a>>), StoreError> {
        if new.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let wanted: BTreeSet<_> = new.iter().flat_map(|one| addresses(one.change)).collect();
        let source = self.dialect.ids();
        let query = format!(
            "SELECT r.address, r.person FROM reservation r WHERE r.address IN (SELECT i.id FROM {source} i)"
        );
        let list = change::id_list(wanted.iter().map(String::as_str))?;
        let mut owners = BTreeMap::new();
        for row in self.rows(sql("reservations", query).text(&list)).await? {
            owners.insert(row.text("address")?, row.text("person")?);
        }
        Ok(new.into_iter().partition(|one| {
            let person = person(one.change);
            let wanted = addresses(one.change);
            let free = wanted.iter().all(|one| owners.get(one).is_none_or(|owner| owner == person));
            if free {
                owners.extend(wanted.into_iter().map(|one| (one, person.to_owned())));
            }
            free
        }))
    }

    /// Reserves the addresses of `new` as far as its changes were published.
    pub(super) async fn reserve(&mut self, new: &[Claimant<'_>]) -> Result<(), StoreError> {
        let wanted: Vec<_> = new.iter().flat_map(|one| one.reservations()).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let source = self.dialect.rows(LINE);
        let insert = format!(
            "INSERT INTO reservation (address, person, change_id, used)
             SELECT s.address, s.person, s.change, 0 FROM {source} s
             WHERE EXISTS (SELECT 1 FROM change c WHERE c.id = s.change)
             ON CONFLICT (address) DO UPDATE SET change_id = excluded.change_id
             WHERE reservation.person = excluded.person"
        );
        self.execute(sql("reserve", insert).text(&json("reservations", &wanted)?)).await?;
        Ok(())
    }

    /// What a deleted account was called stays its holder's for good.
    pub(super) async fn keep_addresses(&mut self, stored: &StoredChange) -> Result<(), StoreError> {
        if stored.change.kind != ChangeKind::DeleteAccount || stored.change.target != TargetId::mail() {
            return Ok(());
        }
        for address in called(&stored.change.before) {
            let insert = sql(
                "keep addresses",
                "INSERT INTO reservation (address, person, change_id, used) VALUES ($1, $2, $3, 1)
                 ON CONFLICT (address) DO UPDATE SET used = 1",
            );
            let insert = insert.text(&address).text(person(&stored.change)).text(stored.id.as_str());
            self.execute(insert).await?;
        }
        Ok(())
    }

    /// Writes are about to use the addresses of these changes: a bulk parameter of ids.
    pub(super) async fn use_addresses(&mut self, ids: &str) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE reservation SET used = 1 WHERE used = 0 AND change_id IN (SELECT r.id FROM {} AS r)",
            self.dialect.ids()
        );
        self.execute(sql("reservation", update).text(ids)).await.map(drop)
    }
}

impl Store {
    /// Every address and login that was ever given away or is about to be, with whom it is for.
    pub async fn reserved_addresses(&self) -> Result<BTreeMap<String, PersonId>, StoreError> {
        let query = "SELECT r.address, r.person FROM reservation r
             WHERE NOT EXISTS (SELECT 1 FROM change_staged s WHERE s.id = r.change_id)";
        let rows = self.rows(sql("reservations", query)).await?;
        rows.iter().map(|row| Ok((row.text("address")?, PersonId::new(row.text("person")?)))).collect()
    }
}
