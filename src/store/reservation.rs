//! Address reservations: an address is never given to a second person, and one that a write has used never freed.

use super::dialect::Bulk;
use super::publish::Line;
use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind};
use crate::model::ids::{ChangeId, PersonId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
struct Reservation<'a> {
    address: String,
    person: &'a str,
    change: &'a str,
}

/// The address and login that a change gives away, in lower case.
fn addresses(change: &Change) -> BTreeSet<String> {
    if change.kind != ChangeKind::CreateAccount {
        return BTreeSet::new();
    }
    [Attr::Mail, Attr::Login]
        .into_iter()
        .filter_map(|attr| change.after(attr))
        .map(str::to_lowercase)
        .collect()
}

/// Whom an address is for: the person, or the subject where no person is known yet.
fn person(change: &Change) -> &str {
    change.person.as_ref().map_or(change.subject.as_str(), PersonId::as_str)
}

impl WriteTx {
    /// Takes out of `lines` those whose address belongs to another person; gives how many.
    pub(super) async fn drop_taken(&mut self, lines: &mut Vec<Line<'_>>) -> Result<u64, StoreError> {
        #[derive(Serialize)]
        struct One {
            id: String,
        }
        let wanted: Vec<_> =
            lines.iter().flat_map(|line| addresses(line.change())).map(|id| One { id }).collect();
        if wanted.is_empty() {
            return Ok(0);
        }
        let source = self.dialect.rows(&[Bulk::Text("id")]);
        let query = format!(
            "SELECT r.address, r.person FROM reservation r WHERE r.address IN (SELECT s.id FROM {source} s)"
        );
        let mut owners = BTreeMap::new();
        for row in self.rows(sql("reservations", query).text(&json("addresses", &wanted)?)).await? {
            owners.insert(row.text("address")?, row.text("person")?);
        }
        let before = lines.len();
        lines.retain(|line| {
            let (change, person) = (line.change(), person(line.change()));
            let free =
                addresses(change).iter().all(|one| owners.get(one).is_none_or(|owner| owner == person));
            if free {
                owners.extend(addresses(change).into_iter().map(|one| (one, person.to_owned())));
            }
            free
        });
        Ok((before - lines.len()) as u64)
    }

    /// Reserves the addresses of `lines` as far as their changes were stored.
    pub(super) async fn reserve(&mut self, lines: &[Line<'_>]) -> Result<(), StoreError> {
        let mut wanted = Vec::new();
        for line in lines {
            let person = person(line.change());
            let of_line = addresses(line.change());
            wanted.extend(of_line.into_iter().map(|address| Reservation {
                address,
                person,
                change: line.id(),
            }));
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let source = self.dialect.rows(&[Bulk::Text("address"), Bulk::Text("person"), Bulk::Text("change")]);
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

    /// A write is about to use the addresses of this change.
    pub(super) async fn use_addresses(&mut self, id: &ChangeId) -> Result<(), StoreError> {
        let update = sql("reservation", "UPDATE reservation SET used = 1 WHERE change_id = $1 AND used = 0");
        self.execute(update.text(id.as_str())).await?;
        Ok(())
    }
}

impl Store {
    /// Every address and login that was ever given away or is about to be, with whom it is for.
    pub async fn reserved_addresses(&self) -> Result<BTreeMap<String, PersonId>, StoreError> {
        let rows = self.rows(sql("reservations", "SELECT address, person FROM reservation")).await?;
        rows.iter().map(|row| Ok((row.text("address")?, PersonId::new(row.text("person")?)))).collect()
    }
}
