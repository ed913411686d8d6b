//! An unread row: one that a person has to read in the file, for it names nobody by itself, or what stands for a name is
//! none and nobody known fits. It makes nobody known; and while it waits, its list says of nobody that he or she is
//! missing: the row may be just that person's.

use super::World;
use super::correlate::Correlation;
use super::draft::Draft;
use super::requests::{HANDLED, candidates};
use super::timeline::Timeline;
use crate::model::evidence::Evidence;
use crate::model::question::{Question, QuestionKind};
use crate::model::roster::{Roster, WordsRow};

/// Asks for the rows to be read. Another file asks anew, for what its rows say is not known here.
pub fn propose(world: &World<'_>, correlation: &Correlation, timeline: &Timeline<'_>, out: &mut Draft) {
    for (index, roster) in world.rosters.iter().enumerate() {
        for WordsRow { sheet, row } in &roster.in_words {
            out.ask(world, question(roster, sheet, *row));
        }
        if !timeline.is_replaced(index) {
            for question in nameless(world, correlation, index) {
                out.ask(world, question);
            }
        }
    }
}

/// Whether a row of a list still waits to be read.
pub fn waits(world: &World<'_>, correlation: &Correlation, index: usize) -> bool {
    nameless(world, correlation, index).any(|question| !world.answers.contains_key(&question.key()))
}

/// What is asked of the rows that state no name.
fn nameless(world: &World<'_>, correlation: &Correlation, index: usize) -> impl Iterator<Item = Question> {
    let roster = &world.rosters[index];
    let rows = roster.rows.iter().enumerate();
    rows.filter(move |(at, row)| {
        !row.full_name.is_plausible() && !correlation.rows.contains_key(&(index, *at))
    })
    .map(|(_, row)| question(roster, &row.sheet, row.row))
}

fn question(roster: &Roster, sheet: &str, row: u32) -> Question {
    let evidence = Evidence::Row {
        roster: roster.id.clone(),
        file: roster.file.clone(),
        sheet: sheet.to_owned(),
        row,
        document: roster.document.clone(),
    };
    Question {
        kind: QuestionKind::FreeText,
        agency: roster.agency.clone(),
        about: format!("{}|{sheet}|{row}", roster.sha256),
        label: roster.file.clone(),
        candidates: candidates(&HANDLED),
        evidence: vec![evidence],
    }
}
