//! Who-is questions: a row, the accounts it may be about, and the answer if one was given.

use super::{Row, evidence};
use crate::model::account::{Account, Attr};
use crate::model::ids::{AgencyCode, Fingerprint};
use crate::model::question::{Candidate, Question, QuestionKind};
use crate::model::roster::Roster;
use crate::reconcile::World;
use crate::reconcile::attributes::same;

/// The answer that says: none of the candidates.
pub const NEW: &str = "new";

/// What became of a question.
pub(super) enum Answered<'a> {
    /// It is this one.
    Is(&'a Account),
    /// It is none of these.
    None(Vec<&'a Account>),
    /// Nobody has said.
    Open(Vec<&'a Account>),
}

/// What an operator said on `candidates`.
pub(super) fn answered<'a>(
    world: &World<'a>,
    roster: &Roster,
    row: &Row,
    mut candidates: Vec<&'a Account>,
) -> Answered<'a> {
    candidates.sort_by_key(|account| &account.id);
    candidates.dedup_by_key(|account| &account.id);
    let answer = world.answers.get(&question(roster, row, &candidates).key()).map(String::as_str);
    if answer == Some(NEW) {
        return Answered::None(candidates);
    }
    match candidates.iter().find(|one| Some(one.id.as_str()) == answer) {
        Some(account) => Answered::Is(account),
        None => Answered::Open(candidates),
    }
}

/// The question whether `row` speaks of one of `candidates`, which are sorted.
pub(super) fn question(roster: &Roster, row: &Row, candidates: &[&Account]) -> Question {
    let mut offered: Vec<Candidate> = candidates
        .iter()
        .map(|account| Candidate {
            answer: account.id.to_string(),
            label: account.label().to_owned(),
            fields: compare(account, row),
        })
        .collect();
    offered.push(Candidate { answer: NEW.to_owned(), label: NEW.to_owned(), fields: Vec::new() });
    Question {
        kind: QuestionKind::WhoIs,
        agency: roster.agency.clone(),
        about: about(row),
        label: row.full_name.to_string(),
        candidates: offered,
        evidence: vec![evidence(roster, row)],
    }
}

/// Whom a question is about, the same for every drop of the same roster.
fn about(row: &Row) -> String {
    [
        row.full_name.matching(),
        birth(row),
        row.unit.as_deref().map(crate::model::name::ascii).unwrap_or_default(),
        row.phone.clone().unwrap_or_default(),
    ]
    .join("|")
}

/// The fingerprint of what a row says of who somebody is: every cell that may tell one from another, and none that
/// changes with the work; as written, for it is the same list that comes again.
pub fn met_as(agency: &AgencyCode, row: &Row) -> String {
    let citizen = row.citizen_id.as_ref().map(|mark| mark.hash.as_str());
    let print = Fingerprint::of("met").part(agency.as_str());
    let print = print.part(row.full_name.as_str()).part(&birth(row));
    [&row.unit, &row.phone, &row.staff_code, &row.email]
        .into_iter()
        .fold(print, |print, cell| print.part(cell.as_deref().unwrap_or_default()))
        .part(citizen.unwrap_or_default())
        .finish()[..16]
        .to_owned()
}

/// The birth a row states, as text.
pub(super) fn birth(row: &Row) -> String {
    row.birth
        .map(|birth| match birth.date() {
            Some(date) => date.to_string(),
            None => birth.year().to_string(),
        })
        .unwrap_or_default()
}

/// Which fields of an account agree with a row (`=`) and which differ (`≠`).
fn compare(account: &Account, row: &Row) -> Vec<String> {
    [
        (Attr::FullName, Some(row.full_name.as_str())),
        (Attr::Phone, row.phone.as_deref()),
        (Attr::Title, row.position.as_deref()),
        (Attr::Unit, row.unit.as_deref()),
        (Attr::StaffCode, row.staff_code.as_deref()),
        (Attr::Mail, row.email.as_deref()),
    ]
    .into_iter()
    .filter_map(|(attr, ours)| {
        let (ours, theirs) = ours.zip(account.get(attr))?;
        let sign = if same(attr, theirs, ours) { '=' } else { '≠' };
        Some(format!("{} {sign} {theirs}", attr.as_str()))
    })
    .collect()
}
