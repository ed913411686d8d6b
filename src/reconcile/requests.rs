//! Requests: rows that ask for a password anew or for a change in free words, and rows by which somebody goes
//! against the roster in force.

use super::Scene;
use super::correlate::{RowRef, evidence, place};
use super::draft::{Draft, on_account};
use super::fate::{Fate, fate, leaving};
use super::lifecycle::{disable, password_gate};
use super::unread;
use super::wish;
use crate::model::account::Account;
use crate::model::change::{ChangeKind, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::PersonId;
use crate::model::person::Person;
use crate::model::question::{Candidate, Question, QuestionKind};
use crate::model::record::Action;
use crate::model::roster::WordsRow;

/// How a request in free words ends: a person saw to it, or there is nothing to do.
const HANDLED: [&str; 2] = ["done", "ignore"];

/// Proposes what requests ask for beyond what their rows state.
pub fn propose(scene: &Scene<'_>, out: &mut Draft) {
    for (id, row) in &scene.standing.resets {
        reset(scene, id, *row, out);
    }
    for (id, rows) in &scene.standing.wishes {
        for row in rows {
            if let Some(note) = wish::words(place(scene.world, *row).1) {
                let about = format!("{id}|{note}");
                out.ask(scene.world, question(scene, *row, QuestionKind::FreeText, about, &HANDLED));
            }
        }
    }
    in_words(scene, out);
    unread::propose(scene.world, scene.correlation, scene.timeline, out);
    for (id, row) in &scene.standing.contradicted {
        contradicted(scene, id, *row, out);
    }
}

/// Rows that name nobody by themselves are read by a person, in the file. Another file asks anew, for what its rows
/// say is not known here.
fn in_words(scene: &Scene<'_>, out: &mut Draft) {
    for roster in scene.world.rosters {
        for WordsRow { sheet, row } in &roster.in_words {
            let evidence = Evidence::Row {
                roster: roster.id.clone(),
                file: roster.file.clone(),
                sheet: sheet.clone(),
                row: *row,
                document: roster.document.clone(),
            };
            let question = Question {
                kind: QuestionKind::FreeText,
                agency: roster.agency.clone(),
                about: format!("{}|{sheet}|{row}", roster.sha256),
                label: roster.file.clone(),
                candidates: candidates(&HANDLED),
                evidence: vec![evidence],
            };
            out.ask(scene.world, question);
        }
    }
}

fn holder<'a>(scene: &Scene<'a>, id: &PersonId) -> Option<(&'a Person, &'a Account)> {
    let person = scene.correlation.people.get(id)?;
    let account = scene.account_of(person)?;
    (!account.is_disabled()).then_some((person, account))
}

/// A first password anew. On a disabled account it is refused: it could open the account again. One that a rule has
/// locked is unlocked with it, unless its holder goes.
fn reset(scene: &Scene<'_>, id: &PersonId, row: RowRef, out: &mut Draft) {
    let Some(person) = scene.correlation.people.get(id) else { return };
    let Some(account) = scene.account_of(person) else { return };
    let by_rule = scene.world.locked_by_rule.contains(&account.id);
    let (kind, reason) = match account.is_disabled() {
        false => (ChangeKind::ResetPassword, Reason::RequestReset),
        true if by_rule && stays(scene, id, account) => (ChangeKind::UnlockAccount, Reason::RequestUnlock),
        true => return,
    };
    let (roster, record) = place(scene.world, row);
    let gate = password_gate(scene, account, record.position.as_deref(), record.unit.as_deref());
    let mut change = on_account(scene.world, person, account, kind, reason)
        .by_row(scene.world, row)
        .undated(scene.world)
        .gated(gate, Risk::High);
    if kind == ChangeKind::UnlockAccount {
        change = change.disabling(false);
    }
    // Each request is one reset: the day it was asked for tells one from the next.
    change.effective = Some(roster.age(|time| scene.world.local(time)).0);
    out.changes.push(change);
}

/// Whether the holder of an account works on, as far as rosters and confirmed departures tell.
fn stays(scene: &Scene<'_>, id: &PersonId, account: &Account) -> bool {
    !scene.world.departures.contains(id)
        && matches!(fate(scene, id, account.agency.as_ref()), Fate::Works { .. } | Fate::Unspoken)
}

/// The same of somebody outside of a plan.
pub fn works_on(scene: &Scene<'_>, id: &PersonId) -> bool {
    let account = scene.correlation.people.get(id).and_then(|person| scene.account_of(person));
    account.is_some_and(|account| stays(scene, id, account))
}

fn contradicted(scene: &Scene<'_>, id: &PersonId, row: RowRef, out: &mut Draft) {
    let (roster, record) = place(scene.world, row);
    // The day and the word are in the question, so that an answer is not taken for the next one's.
    let day = roster.age(|time| scene.world.local(time)).0;
    let word = record.action.map(Action::as_str).or(record.status.map(crate::model::record::Status::as_str));
    let about = format!("{id}|{day}|{}", word.unwrap_or_default());
    let question = question(scene, row, QuestionKind::Contradiction, about, &["left", "stays"]);
    if out.ask(scene.world, question) != Some("left") {
        return;
    }
    let reason = match record.action {
        Some(Action::Revoke) => Reason::RequestRevoke,
        Some(Action::Suspend) => Reason::RequestSuspend,
        Some(Action::Create | Action::Change | Action::ResetPassword) | None => leaving(scene, id, row),
    };
    if let Some((person, account)) = holder(scene, id) {
        out.changes.push(disable(scene, person, account, row, reason));
    }
}

/// A question about a row.
fn question(scene: &Scene<'_>, row: RowRef, kind: QuestionKind, about: String, answers: &[&str]) -> Question {
    let (roster, record) = place(scene.world, row);
    Question {
        kind,
        agency: roster.agency.clone(),
        about,
        label: record.full_name.to_string(),
        candidates: candidates(answers),
        evidence: vec![evidence(roster, record)],
    }
}

fn candidates(answers: &[&str]) -> Vec<Candidate> {
    let candidate =
        |one: &&str| Candidate { answer: (*one).into(), label: (*one).into(), fields: Vec::new() };
    answers.iter().map(candidate).collect()
}
