//! Unread rows: those of a full roster in which what stands for a name is none, and nobody known fits. They make nobody
//! known; and until somebody has read them, their list says of nobody that he or she is missing: a row may be just that
//! person's.

use super::World;
use super::correlate::{Correlation, evidence};
use super::draft::Draft;
use super::timeline::Timeline;
use crate::model::evidence::Evidence;
use crate::model::question::{Candidate, Question, QuestionKind};

/// That they were read, and that no row is of somebody missing.
const READ: &str = "read";

/// Rows that a question names: who reads them sees the others beside them.
const SHOWN: usize = 10;

/// Asks for the unread rows of each list in force to be read: one question a list. Another file asks anew.
pub fn propose(world: &World<'_>, correlation: &Correlation, timeline: &Timeline<'_>, out: &mut Draft) {
    for index in timeline.full.values().flatten() {
        if let Some(question) = question(world, correlation, *index) {
            out.ask(world, question);
        }
    }
}

/// Whether rows of a list still wait to be read.
pub fn waits(world: &World<'_>, correlation: &Correlation, index: usize) -> bool {
    question(world, correlation, index).is_some_and(|one| !world.answers.contains_key(&one.key()))
}

fn question(world: &World<'_>, correlation: &Correlation, index: usize) -> Option<Question> {
    let roster = &world.rosters[index];
    let rows =
        roster.rows.iter().enumerate().filter(|(at, row)| {
            !row.full_name.is_plausible() && !correlation.rows.contains_key(&(index, *at))
        });
    let raising: Vec<Evidence> = rows.map(|(_, row)| evidence(roster, row)).take(SHOWN).collect();
    (!raising.is_empty()).then(|| Question {
        kind: QuestionKind::UnreadRows,
        agency: roster.agency.clone(),
        about: roster.sha256.clone(),
        label: roster.file.clone(),
        candidates: vec![Candidate { answer: READ.into(), label: READ.into(), fields: Vec::new() }],
        evidence: raising,
    })
}
