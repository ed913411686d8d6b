//! Correlation: which person, and which account, a roster's row speaks of; each match with its reason. A name
//! alone, or two candidates, is a question for a person.
//!
//! It is done in two steps, neither of which depends on the order of rosters or rows: each row is judged by
//! itself against what was known before; then the rows that fit nobody are held against each other and against
//! the accounts elsewhere that nobody speaks for.

mod alike;
mod ask;
mod judge;
mod learned;
mod newcomers;
mod settle;
mod tie;

use super::World;
use super::ledger::{Ledger, Spelling};
use super::timeline::Timeline;
use crate::model::account::Account;
use crate::model::citizen::CitizenMark;
use crate::model::evidence::Evidence;
use crate::model::ids::{AccountId, AgencyCode, PersonId, QuestionKey};
pub use crate::model::matching::MatchRule as Match;
use crate::model::person::Person;
use crate::model::question::Question;
use crate::model::record::{Action, Record, Status};
use crate::model::roster::Roster;
pub use ask::met_as;
pub use settle::settle;
use std::collections::{BTreeMap, BTreeSet};

/// A row as stored.
pub type Row = Record<CitizenMark>;

/// A row's place: the roster's index in the world, the row's index in the roster.
pub type RowRef = (usize, usize);

/// Who a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// This person.
    Person(PersonId, Match),
    /// A person must say.
    Asked(QuestionKey),
}

impl Resolved {
    /// The rule by which the row was found to be a person's.
    pub fn rule(&self) -> Option<Match> {
        match self {
            Self::Person(_, why) => Some(*why),
            Self::Asked(_) => None,
        }
    }
}

/// Every row that matters, resolved. Of a replaced roster only the rows of those who go matter, and only where it is
/// sure who is meant.
#[derive(Debug, Default)]
pub struct Correlation {
    /// Everybody known, updated by the rows.
    pub people: BTreeMap<PersonId, Person>,
    /// Who each row speaks of.
    pub rows: BTreeMap<RowRef, Resolved>,
    /// The resolved rows of each roster, in the order in which they are taken; of two rows about one person the
    /// one that counts comes last, wherever it stands in the sheet.
    pub order: Vec<Vec<(usize, PersonId)>>,
    /// Open questions.
    pub questions: BTreeMap<QuestionKey, Question>,
    /// Accounts that are a possible answer to an open question, with the agencies that raise one: nothing is said of
    /// them.
    pub asked_about: BTreeMap<AccountId, BTreeSet<AgencyCode>>,
    /// The people of accounts that nobody was linked to before.
    pub owners: BTreeMap<AccountId, PersonId>,
}

impl Correlation {
    /// The person an account is held to belong to.
    pub fn person_of<'c>(&'c self, ledger: &'c Ledger<'_>, account: &AccountId) -> Option<&'c PersonId> {
        ledger.person_of(account).map(|person| &person.id).or_else(|| self.owners.get(account))
    }
}

/// A row's verdict, from what was known before this pass.
#[derive(Debug, Clone)]
pub enum Verdict<'a> {
    /// This account's holder.
    Account(&'a Account, Match),
    /// This person, known already.
    Person(&'a Person, Match),
    /// One of these accounts' holders, or none.
    Ask(Vec<&'a Account>),
    /// Another row of the same roster, at this index, speaks of the same person and is asked about.
    Waits(usize),
    /// Nobody known fits.
    Undecided,
    /// A newer roster has spoken.
    Unheard,
}

impl<'a> Verdict<'a> {
    /// Whether both come to the same account or person, for whatever reason.
    fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Account(one, _), Self::Account(two, _)) => one.id == two.id,
            (Self::Person(one, _), Self::Person(two, _)) => one.id == two.id,
            _ => false,
        }
    }

    /// The account it comes to, where there is one for sure.
    pub fn account(&self, ledger: &Ledger<'a>) -> Option<&'a Account> {
        match self {
            Self::Account(account, _) => Some(account),
            Self::Person(person, _) => ledger.account_of(&person.id),
            Self::Ask(_) | Self::Waits(_) | Self::Undecided | Self::Unheard => None,
        }
    }
}

/// The verdict of every row of every roster, in the world's order. Nobody listens to what rosters replaced in an
/// earlier pass list: who was listed is known since.
pub fn judge_all<'a>(world: &World<'a>, ledger: &Ledger<'a>, replaced: &[bool]) -> Vec<Vec<Verdict<'a>>> {
    let judge = |(roster, replaced): (&'a Roster, &bool)| {
        if *replaced && !roster.rows.iter().any(goes) {
            return vec![Verdict::Unheard; roster.rows.len()];
        }
        judge_roster(world, ledger, roster)
    };
    world.rosters.iter().zip(replaced).map(judge).collect()
}

/// Leaves of a replaced roster what still counts: who was said to go is expected to be missing afterwards.
fn silence<'a>(world: &World<'a>, timeline: &Timeline<'_>, verdicts: &mut [Vec<Verdict<'a>>]) {
    for (index, verdicts) in verdicts.iter_mut().enumerate().filter(|(index, _)| timeline.is_replaced(*index))
    {
        for (row, verdict) in world.rosters[index].rows.iter().zip(verdicts) {
            if !goes(row) {
                *verdict = Verdict::Unheard;
            }
        }
    }
}

fn judge_roster<'a>(world: &World<'a>, ledger: &Ledger<'a>, roster: &'a Roster) -> Vec<Verdict<'a>> {
    // Most rosters say of everybody what the last one said.
    let former = |row: &Row| {
        let person = judge::former(ledger, &roster.agency, row)?;
        ledger.account_of(&person.id).map(|_| Verdict::Person(person, Match::SameRow))
    };
    if let Some(verdicts) = roster.rows.iter().map(former).collect() {
        return verdicts;
    }
    let names: Vec<Spelling> = roster.rows.iter().map(|row| Spelling::of(&row.full_name)).collect();
    let mut namesakes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        namesakes.entry(name.key()).or_default().push(at);
    }
    let mut verdicts = vec![Verdict::Undecided; roster.rows.len()];
    for places in namesakes.into_values() {
        let rows: Vec<&Row> = places.iter().map(|at| &roster.rows[*at]).collect();
        let people = alike::one_by_one(&rows);
        let unique = people.len() == 1;
        for (at, row) in places.iter().zip(rows) {
            let (agency, name, not) = (&roster.agency, &names[*at], BTreeSet::new());
            verdicts[*at] = judged(world, roster, judge::Judge { ledger, agency, row, name, unique, not });
        }
        for person in people.into_iter().filter(|person| person.len() > 1) {
            let mut places: Vec<usize> = person.into_iter().map(|at| places[at]).collect();
            // The one that is asked about must not depend on where it stands.
            places.sort_by(|a, b| alike::precedence(&roster.rows[*a], &roster.rows[*b]));
            agree(ledger, &roster.rows, &places, &mut verdicts);
        }
    }
    verdicts
}

/// Rows of one person: the account that one of them makes sure is the others' too, and where one has to be asked
/// about, the others wait for the answer.
fn agree<'a>(ledger: &Ledger<'a>, rows: &'a [Row], places: &[usize], verdicts: &mut [Verdict<'a>]) {
    let mut sure = places.iter().filter_map(|at| verdicts[*at].account(ledger));
    let Some(account) = sure.next() else {
        let Some(asking) = places.iter().find(|at| matches!(verdicts[**at], Verdict::Ask(_))) else { return };
        for at in places {
            if !matches!(verdicts[*at], Verdict::Ask(_)) {
                verdicts[*at] = Verdict::Waits(*asking);
            }
        }
        return;
    };
    if sure.any(|other| other.id != account.id) {
        return;
    }
    let holder = ledger.person_of(&account.id);
    for at in places.iter().filter(|at| !holder.is_some_and(|one| alike::conflict(one, &rows[**at], true))) {
        if verdicts[*at].account(ledger).is_none() {
            verdicts[*at] = Verdict::Account(account, Match::Known);
        }
    }
}

/// The verdict on one row with the answers given so far: whoever it is said not to be is left out, and the rules go
/// on without.
fn judged<'a>(world: &World<'a>, roster: &'a Roster, mut judge: judge::Judge<'a, '_>) -> Verdict<'a> {
    loop {
        let candidates = match judge.verdict() {
            Verdict::Ask(candidates) => candidates,
            verdict => return verdict,
        };
        match ask::answered(world, roster, judge.row, candidates) {
            ask::Answered::Open(candidates) => return Verdict::Ask(candidates),
            ask::Answered::Is(account) => return Verdict::Account(account, Match::Answer),
            ask::Answered::None(candidates) => judge.not.extend(candidates.iter().map(|one| &one.id)),
        }
    }
}

/// The roster and row behind a reference.
pub fn place<'a>(world: &World<'a>, (roster, row): RowRef) -> (&'a Roster, &'a Row) {
    let roster = &world.rosters[roster];
    (roster, &roster.rows[row])
}

/// Whether a row says that the person no longer works there.
pub fn goes(row: &Row) -> bool {
    match row.action {
        Some(Action::Revoke | Action::Suspend) => true,
        Some(Action::Create | Action::Change | Action::ResetPassword) | None => {
            row.status.is_some_and(|status| status.leaves() || status == Status::Transferred)
        }
    }
}

/// The evidence a row is.
pub fn evidence(roster: &Roster, row: &Row) -> Evidence {
    Evidence::Row {
        roster: roster.id.clone(),
        file: roster.file.clone(),
        sheet: row.sheet.clone(),
        row: row.row,
        document: roster.document.clone(),
    }
}
