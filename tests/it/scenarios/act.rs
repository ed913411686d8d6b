//! Acts: what the blocks of a scenario file ask for, one after the other.

use super::rosters::{self, Arrival};
use super::text::{Block, Line, Row, Wrong, table, wrong};
use chrono::NaiveDate;

/// A scenario: what it is about, which rules it covers, and what happens.
#[derive(Debug)]
pub struct Scenario {
    pub title: String,
    /// Ids of rules, with their line.
    pub covers: Vec<(usize, String)>,
    /// Why it does not come out as written yet.
    pub known: Option<String>,
    pub steps: Vec<Step>,
}

/// One thing that happens, with what is to come of it.
#[derive(Debug)]
pub struct Step {
    pub line: usize,
    pub act: Act,
    /// What is to be told of it; `None` where nothing is told.
    pub expected: Option<Vec<String>>,
}

/// What happens.
#[derive(Debug)]
pub enum Act {
    /// Another day begins.
    Day(NaiveDate),
    /// The agencies, instead of those every scenario has.
    Agencies(Vec<Row>),
    /// Accounts made or changed in the directory by hand.
    Accounts(Vec<Row>),
    /// So many accounts of invented people.
    Crowd { agency: String, count: usize },
    /// An account deleted by hand.
    Gone(String),
    /// Roles held in a system, and an export of it.
    Holdings { system: String, rows: Vec<Row> },
    /// Who has an account in a system that answers at once, and what it can.
    Logins { system: String, can: Vec<String>, rows: Vec<Row> },
    /// Deviations from the default policy, as TOML.
    Policy(String),
    /// A position map instead of the one of its system, as TOML.
    Roles(String),
    /// Deviations from the default brakes, as TOML.
    Brakes(String),
    /// A workbook arrives.
    Roster(Box<Arrival>),
    /// A pass.
    Plan,
    /// Passes in which everything is approved and carried out, until nothing is left to do.
    Settle,
    /// Operators approve.
    Approve(Choice, Vec<String>),
    /// An operator says no.
    Reject(Choice),
    /// An applied change is to be reversed.
    Undo(Choice, Vec<String>),
    /// Operators let go what a brake holds.
    Release { kind: String, scope: String, by: Vec<String> },
    /// An operator, or the agency's contact, confirms that the holder of an account has left.
    Left(String),
    /// Matches by name and phone wait for a word from here on.
    MatchesWait,
    /// An operator confirms all matches of an agency by name and phone.
    ConfirmMatches(String),
    /// Two operators set a legal hold on the holder of an account.
    Hold(String),
    /// Two operators lift it.
    Lift(String),
    /// An operator answers a question.
    Answer { label: String, answer: String },
    /// What is approved and due is carried out.
    CarryOut,
    /// The keeper of a system carries out the orders.
    Keeper,
    /// A new export of every system is read.
    Export,
    /// Exports, or those of one system, cannot be read from now on.
    ExportFailed(Option<String>),
    /// Something is shown.
    Show(Shown),
}

/// What can be shown.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    Changes,
    Accounts,
    Roles,
    Feedback,
    Questions,
}

/// Which changes are meant: all, those of a kind, or those of a kind about one subject.
#[derive(Debug)]
pub struct Choice {
    pub kind: Option<String>,
    pub subject: Option<String>,
}

const ACCOUNT: &[&str] =
    &["login", "full_name", "agency", "phone", "position", "unit", "staff_code", "alias", "mark"];

/// Reads a scenario.
pub fn read(text: &str) -> Result<Scenario, Wrong> {
    let mut scenario = Scenario { title: String::new(), covers: Vec::new(), known: None, steps: Vec::new() };
    for block in super::text::blocks(text)? {
        let line = block.line;
        if let Some((key, value)) = block.head.split_once(": ").filter(|(key, _)| !key.contains(' ')) {
            no_body(&block)?;
            match key {
                "title" => value.trim().clone_into(&mut scenario.title),
                "covers" => {
                    let ids = value.split(',').map(|id| (line, id.trim().to_owned()));
                    scenario.covers.extend(ids.filter(|(_, id)| !id.is_empty()));
                }
                "known" => scenario.known = Some(value.trim().to_owned()),
                key => {
                    return wrong(line, format!("unknown key {key:?}; known are title, covers, known"));
                }
            }
            continue;
        }
        let act = act(&block)?;
        let expected =
            if tells(&act) { Some(block.body.iter().map(|(_, line)| line.clone()).collect()) } else { None };
        scenario.steps.push(Step { line, act, expected });
    }
    for (missing, key) in [(scenario.title.is_empty(), "title"), (scenario.covers.is_empty(), "covers")] {
        if missing {
            return wrong(1, format!("{key:?} is missing: write \"{key}: …\" at the top"));
        }
    }
    if !scenario.steps.iter().any(|step| step.expected.is_some()) {
        return wrong(1, "nothing is expected: at least one \"plan\" or \"show …\" is needed");
    }
    Ok(scenario)
}

/// Whether something is told of an act, so that its body is what is expected.
fn tells(act: &Act) -> bool {
    match act {
        Act::Plan
        | Act::Approve(..)
        | Act::Reject(_)
        | Act::Undo(..)
        | Act::Release { .. }
        | Act::CarryOut
        | Act::Export
        | Act::Show(_) => true,
        Act::Day(_)
        | Act::Agencies(_)
        | Act::Accounts(_)
        | Act::Crowd { .. }
        | Act::Gone(_)
        | Act::Holdings { .. }
        | Act::Logins { .. }
        | Act::Roles(_)
        | Act::Policy(_)
        | Act::Brakes(_)
        | Act::Roster(_)
        | Act::Settle
        | Act::Left(_)
        | Act::MatchesWait
        | Act::ConfirmMatches(_)
        | Act::Hold(_)
        | Act::Lift(_)
        | Act::Answer { .. }
        | Act::Keeper
        | Act::ExportFailed(_) => false,
    }
}

fn act(block: &Block) -> Result<Act, Wrong> {
    let line = block.line;
    let (verb, rest) = block.head.split_once(' ').unwrap_or((&block.head, ""));
    let rest = rest.trim();
    let act = match (verb, rest) {
        ("agencies", "") => {
            Act::Agencies(table(&whole(&block.body), &["code", "full_name", "kind", "below", "mailboxes"])?)
        }
        ("accounts", "") => Act::Accounts(table(&whole(&block.body), ACCOUNT)?),
        ("holdings", system) => Act::Holdings {
            system: if system.is_empty() { "tthc" } else { system }.to_owned(),
            rows: table(&whole(&block.body), &["login", "role", "agency"])?,
        },
        ("logins", rest) => match rest.split_once(" can ") {
            Some((system, can)) => Act::Logins {
                system: system.to_owned(),
                can: names(can),
                rows: table(&whole(&block.body), &["login", "there", "mark", "open_files"])?,
            },
            None => return wrong(line, "write \"logins SYSTEM can create, disable\"; or \"can nothing\""),
        },
        ("roles", "") => Act::Roles(joined(block)),
        ("policy", "") => Act::Policy(joined(block)),
        ("brakes", "") => Act::Brakes(joined(block)),
        ("roster", rest) => Act::Roster(Box::new(rosters::read(line, rest, &block.body)?)),
        ("plan", "") => Act::Plan,
        ("carry", "out") => Act::CarryOut,
        ("export", "") => Act::Export,
        ("approve" | "reject" | "undo", rest) => {
            let Some((what, by)) = rest.split_once(" by ") else {
                return wrong(line, format!("{verb} what, by whom? Write \"{verb} KIND SUBJECT by LOGIN\""));
            };
            let (choice, by) = (choice(what), names(by));
            match verb {
                "approve" => Act::Approve(choice, by),
                "reject" => Act::Reject(choice),
                _ => Act::Undo(choice, by),
            }
        }
        ("release", rest) => {
            match rest.split_once(" by ").and_then(|(what, by)| Some((what.split_once(" of ")?, by))) {
                Some(((kind, scope), by)) => {
                    Act::Release { kind: kind.to_owned(), scope: scope.to_owned(), by: names(by) }
                }
                None => return wrong(line, "write \"release KIND of AGENCY by LOGIN, LOGIN\""),
            }
        }
        ("show", what) => Act::Show(match what {
            "changes" => Shown::Changes,
            "accounts" => Shown::Accounts,
            "roles" => Shown::Roles,
            "feedback" => Shown::Feedback,
            "questions" => Shown::Questions,
            _ => return wrong(line, "show what? changes, accounts, roles, feedback or questions"),
        }),
        _ => {
            no_body(block)?;
            bare(line, verb, rest)?
        }
    };
    Ok(act)
}

/// The acts that have nothing under them.
fn bare(line: usize, verb: &str, rest: &str) -> Result<Act, Wrong> {
    Ok(match (verb, rest) {
        ("day", date) => Act::Day(day(line, date)?),
        ("crowd", rest) => match rest.split_once(' ').map(|(agency, count)| (agency, count.trim().parse())) {
            Some((agency, Ok(count))) => Act::Crowd { agency: agency.to_owned(), count },
            _ => return wrong(line, "write \"crowd AGENCY NUMBER\""),
        },
        ("gone", login) if !login.is_empty() => Act::Gone(login.to_owned()),
        ("settle", "") => Act::Settle,
        ("left", login) if !login.is_empty() => Act::Left(login.to_owned()),
        ("matches", "wait") => Act::MatchesWait,
        ("confirm", rest) => {
            match rest.strip_prefix("matches of ").and_then(|rest| rest.split_once(" by ")) {
                Some((agency, _)) => Act::ConfirmMatches(agency.trim().to_owned()),
                None => return wrong(line, "write \"confirm matches of AGENCY by LOGIN\""),
            }
        }
        ("hold", login) if !login.is_empty() => Act::Hold(login.to_owned()),
        ("lift", login) if !login.is_empty() => Act::Lift(login.to_owned()),
        ("keeper", "") => Act::Keeper,
        ("answer", rest) => match rest.rsplit_once(": ") {
            Some((label, answer)) => Act::Answer { label: label.into(), answer: answer.trim().into() },
            None => return wrong(line, "write \"answer WHOM: ANSWER\""),
        },
        ("export-failed", "") => Act::ExportFailed(None),
        ("export-failed", system) => Act::ExportFailed(Some(system.to_owned())),
        _ => return wrong(line, format!("unknown line {:?}; see README.md here", format!("{verb} {rest}"))),
    })
}

fn no_body(block: &Block) -> Result<(), Wrong> {
    match block.body.first() {
        Some((line, _)) => wrong(*line, format!("nothing stands under {:?}", block.head)),
        None => Ok(()),
    }
}

/// A date, as 2026-11-23.
pub fn day(line: usize, text: &str) -> Result<NaiveDate, Wrong> {
    text.trim()
        .parse()
        .or_else(|_| wrong(line, format!("{text:?} is no date: write year-month-day, as 2026-11-23")))
}

fn whole(body: &[Line]) -> Vec<&Line> {
    body.iter().collect()
}

fn joined(block: &Block) -> String {
    block.body.iter().fold(String::new(), |text, (_, line)| text + line + "\n")
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_owned()).collect()
}

fn choice(text: &str) -> Choice {
    match text.trim().split_once(' ') {
        _ if text.trim() == "all" => Choice { kind: None, subject: None },
        None => Choice { kind: Some(text.trim().to_owned()), subject: None },
        Some((kind, subject)) => {
            Choice { kind: Some(kind.to_owned()), subject: Some(subject.trim().to_owned()) }
        }
    }
}
