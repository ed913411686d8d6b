//! The roll call: whom an agency has, from the last words of its rosters, from the directory where those say nothing,
//! and from what was ever stated of each person.

use super::attributes::stated;
use super::correlate::{Resolved, Row, RowRef, goes, place};
use super::fate::{Fate, fate};
use super::fold::Stand;
use super::ledger::phone;
use super::lifecycle::is_doubtful;
use super::{Scene, World};
use crate::model::account::{Account, Attr};
use crate::model::agency::name_of;
use crate::model::ids::{AccountId, AgencyCode};
use crate::model::name::PersonName;
use crate::model::person::Person;
use crate::model::record::{Action, Status};
use crate::model::roll::{Entry, Gone, Roll, Why};
use crate::model::roster::RosterKind;
use std::cmp::Reverse;

/// Calls the roll of `agency`.
pub fn call(scene: &Scene<'_>, agency: &AgencyCode) -> Roll {
    let mut call = Call { scene, agency, listed: Vec::new(), gone: Vec::new() };
    for person in scene.correlation.people.values() {
        call.person(person);
    }
    call.accounts();
    call.rows_asked_about();
    let Call { mut listed, mut gone, .. } = call;
    let rank = |row: Option<RowRef>| row.map(|(roster, at)| (Reverse(scene.timeline.rank[roster]), at));
    listed.sort_by_cached_key(|(row, entry)| {
        let name = &entry.name;
        (
            row.is_none(),
            rank(*row),
            PersonName::new(name.given()).map(|given| given.matching()),
            name.matching(),
        )
    });
    gone.sort_by_cached_key(|one| one.name.matching());
    let mut entries: Vec<Entry> = listed.into_iter().map(|(_, entry)| entry).collect();
    let mailboxes = mailboxes(scene.world, agency, &entries);
    entries.extend(mailboxes);
    Roll { entries, gone }
}

/// A line for each unit mailbox that somebody listed keeps: sent back as it is, the same person still does; under
/// another name, somebody else does.
fn mailboxes(world: &World<'_>, agency: &AgencyCode, entries: &[Entry]) -> Vec<Entry> {
    let kept = world.custodians.values().filter(|one| one.agency == *agency);
    let line = |custodian: &crate::model::custodian::Custodian| {
        let keeps = |one: &&Entry| {
            one.mail.as_ref().is_some_and(|mail| mail.eq_ignore_ascii_case(&custodian.address))
                && !one.missing
        };
        let keeper = entries.iter().find(keeps)?;
        let note = Some("Người quản lý hộp thư đơn vị".to_owned());
        Some(Entry { mail: Some(custodian.mailbox.clone()), note, ..keeper.clone() })
    };
    kept.filter_map(line).collect()
}

struct Call<'a, 's> {
    scene: &'s Scene<'a>,
    agency: &'s AgencyCode,
    listed: Vec<(Option<RowRef>, Entry)>,
    gone: Vec<Gone>,
}

impl<'a> Call<'a, '_> {
    fn world(&self) -> &'a World<'a> {
        self.scene.world
    }

    /// Somebody known: listed by the agency, or the holder of an open account in it.
    fn person(&mut self, person: &Person) {
        let account = self.scene.account_of(person);
        let stand = self.scene.standing.people.get(&person.id).and_then(|stands| stands.get(self.agency));
        if let Some(Stand::Present(row)) = stand {
            return self.list(Some(row), Some(person), account, false);
        }
        let Some(account) =
            account.filter(|one| one.agency.as_ref() == Some(self.agency) && !one.is_disabled())
        else {
            return;
        };
        let confirmed = self.world().departures.contains(&person.id);
        match fate(self.scene, &person.id, Some(self.agency)) {
            Fate::Works { row, .. } => self.list(Some(row), Some(person), Some(account), false),
            Fate::Missing(_) | Fate::Unspoken if confirmed => self.gone(person, Why::Confirmed),
            Fate::Missing(_) => self.list(None, Some(person), Some(account), true),
            Fate::Unspoken => self.list(None, Some(person), Some(account), false),
            Fate::Moves { to, .. } if is_doubtful(self.scene, account, &to) => {
                self.list(None, Some(person), Some(account), false);
            }
            Fate::Moves { to, .. } => {
                let name = name_of(self.world().agencies, &to);
                self.gone(person, Why::Elsewhere(name));
            }
            Fate::Leaves { row, .. } => {
                let record = place(self.world(), row).1;
                let asked = matches!(record.action, Some(Action::Revoke | Action::Suspend));
                let status = record.status.filter(|_| !asked);
                self.gone(person, status.map_or(Why::Asked, Why::Status));
            }
        }
    }

    /// Open accounts whose holder no roster has told of.
    fn accounts(&mut self) {
        let (ledger, correlation) = (self.scene.ledger, self.scene.correlation);
        for account in ledger.accounts_in(self.agency) {
            let known = correlation.person_of(ledger, &account.id).is_some();
            if !known && !account.protected && !account.is_disabled() {
                self.list(None, None, Some(account), false);
            }
        }
    }

    /// Rows of the lists in force of whom it is not certain who they are. Where an account of the agency may be meant,
    /// that account is on the roll.
    fn rows_asked_about(&mut self) {
        let (correlation, timeline) = (self.scene.correlation, self.scene.timeline);
        for (reference, resolved) in &correlation.rows {
            let (roster, row) = place(self.world(), *reference);
            let Resolved::Asked(key) = resolved else { continue };
            let index = reference.0;
            let in_force = !timeline.is_replaced(index) && timeline.kinds[index] != RosterKind::Request;
            if roster.agency != *self.agency || !in_force || goes(row) {
                continue;
            }
            let candidates = correlation.questions.get(key).map_or(&[][..], |question| &question.candidates);
            let mut accounts = candidates
                .iter()
                .filter_map(|one| self.world().directory.accounts.get(&AccountId::new(one.answer.as_str())));
            if !accounts.any(|account| account.agency.as_ref() == Some(self.agency)) {
                self.list(Some(*reference), None, None, false);
            }
        }
    }

    fn gone(&mut self, person: &Person, why: Why) {
        self.gone.push(Gone { name: person.name.clone(), why });
    }

    fn list(
        &mut self,
        row: Option<RowRef>,
        person: Option<&Person>,
        account: Option<&Account>,
        missing: bool,
    ) {
        let record = row.map(|row| place(self.world(), row).1);
        if let Some(entry) = entry(record, person, account, missing) {
            self.listed.push((row, entry));
        }
    }
}

/// What the row says, else what the account holds, else what was stated earlier. `None` for an account without a name.
fn entry(
    row: Option<&Row>,
    person: Option<&Person>,
    account: Option<&Account>,
    missing: bool,
) -> Option<Entry> {
    let held = |attr| account.and_then(|account| account.get(attr));
    let said = |attr| row.and_then(|row| stated(attr, row)).or_else(|| held(attr)).map(str::to_owned);
    let name = row.map(|row| &row.full_name).or(person.map(|person| &person.name)).cloned();
    let known = |field: fn(&Person) -> &Option<String>| person.and_then(|person| field(person).clone());
    let status = row.and_then(|row| row.status);
    Some(Entry {
        name: name.or_else(|| PersonName::new(held(Attr::FullName).or(held(Attr::Login))?))?,
        birth: person.and_then(|person| person.birth).or(row.and_then(|row| row.birth)),
        gender: person.and_then(|person| person.gender).or(row.and_then(|row| row.gender)),
        citizen: person.map_or_else(|| row.and_then(|row| row.citizen_id.clone()), |one| one.citizen.clone()),
        staff_code: said(Attr::StaffCode).or_else(|| known(|person| &person.staff_code)),
        position: said(Attr::Title),
        unit: said(Attr::Unit),
        phone: said(Attr::Phone).or_else(|| known(|person| &person.phone)).map(|number| phone(&number)),
        mail: held(Attr::Mail)
            .or(row.and_then(|row| row.email.as_deref()))
            .map(str::to_owned)
            .or_else(|| known(|person| &person.mail)),
        status,
        effective: row.filter(|_| status.is_some_and(Status::pauses)).and_then(|row| row.effective_date),
        note: row.and_then(|row| row.note.clone()),
        missing,
    })
}
