//! The truth: what the worker should find in the sample, written down by those who made it up.

use super::bad::BadFile;
use super::offices::OFFICES;
use super::people::{Part, Person};
use super::rosters::RosterTruth;
use super::tthc::{self, RolesTruth};
use crate::model::record::{Action, Status};
use crate::model::roster::RosterKind;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Everything there is to find, as `truth.json` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// The day all dates are relative to.
    pub today: NaiveDate,
    /// What each roster holds.
    pub files: Vec<RosterTruth>,
    /// What must be refused.
    pub bad_files: Vec<BadFile>,
    /// Agencies that sent nothing that can be read.
    pub silent: Vec<String>,
    /// How the directory differs from the rosters.
    pub directory: DirectoryTruth,
    /// How the TTHC system differs from them.
    pub roles: RolesTruth,
    /// Agencies whose suspicions a brake holds.
    pub held: Vec<String>,
}

/// How the directory differs from the rosters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DirectoryTruth {
    /// Joiners: on a list, without an account.
    pub missing: Vec<Someone>,
    /// Accounts that the full roster of their agency does not claim.
    pub extra: Vec<Someone>,
    /// Those whose title is another by now.
    pub title_differs: Vec<Someone>,
    /// Those whose phone number is another by now.
    pub phone_differs: Vec<Someone>,
    /// Those who changed departments within the agency.
    pub unit_differs: Vec<Someone>,
    /// Transfers: the account still lies in the agency `frm`.
    pub moved: Vec<Moved>,
    /// Those whose list says that they leave, or are on leave.
    pub noted: Vec<Noted>,
    /// Those whom a request wants changed, suspended or revoked.
    pub asked: Vec<Asked>,
    /// Request rows that name a person and nothing else: to be asked about, never guessed.
    pub questions: Vec<Someone>,
}

/// A person of an agency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Someone {
    /// The agency.
    pub agency: String,
    /// The name.
    pub name: String,
    /// The login, where there is an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
}

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The name.
    pub name: String,
    /// The login.
    pub login: String,
    /// From this agency.
    pub frm: String,
    /// To this one.
    pub to: String,
}

/// A note on a person's standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Who.
    #[serde(flatten)]
    pub who: Someone,
    /// What the note says.
    pub status: Status,
    /// From when.
    pub from: NaiveDate,
}

/// A request about an account that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whose.
    #[serde(flatten)]
    pub who: Someone,
    /// What for.
    pub action: Action,
}

/// Writes down what the story means.
pub(super) fn tell(
    today: NaiveDate,
    people: &[Person],
    files: Vec<RosterTruth>,
    bad_files: Vec<BadFile>,
) -> Truth {
    let sends = |code: &str| files.iter().any(|file| file.agency == code);
    let silent = OFFICES.iter().map(|office| office.code).filter(|code| !sends(code));
    let full = |code: &str| files.iter().any(|file| file.agency == code && file.kind == RosterKind::Full);
    Truth {
        today,
        silent: silent.map(str::to_owned).collect(),
        directory: directory(people, full),
        roles: tthc::truth(people, full),
        held: vec!["phuongtranphu".to_owned()],
        bad_files,
        files,
    }
}

fn directory(people: &[Person], full: impl Fn(&str) -> bool) -> DirectoryTruth {
    let mut truth = DirectoryTruth::default();
    for person in people {
        let who = Someone {
            agency: person.office.code.to_owned(),
            name: person.name.as_str().to_owned(),
            login: person.entry.as_ref().map(|entry| entry.login.clone()),
        };
        match person.part {
            Part::Joins => truth.missing.push(who.clone()),
            Part::Unlisted if full(person.office.code) => truth.extra.push(who.clone()),
            Part::Noted(status, from) => truth.noted.push(Noted { who: who.clone(), status, from }),
            Part::Asked(action) => truth.asked.push(Asked { who: who.clone(), action }),
            Part::AskedByName(_) => truth.questions.push(who.clone()),
            Part::Stays | Part::Moves | Part::Unlisted => {}
        }
        let Some(entry) = person.entry.as_ref() else { continue };
        if person.part == Part::Moves {
            truth.moved.push(Moved {
                name: who.name,
                login: entry.login.clone(),
                frm: entry.office.code.to_owned(),
                to: who.agency,
            });
            continue;
        }
        if entry.title != person.title {
            truth.title_differs.push(who.clone());
        }
        if entry.phone != person.phone {
            truth.phone_differs.push(who.clone());
        }
        if entry.unit != person.unit {
            truth.unit_differs.push(who);
        }
    }
    truth
}
