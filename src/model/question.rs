//! A question for a person: ambiguity is never resolved by the program.

use super::evidence::Evidence;
use super::ids::{AgencyCode, Fingerprint, QuestionKey};
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// Which account is this person's? Several fit, or one fits by name alone.
    WhoIs,
    /// A request row that says what to change in free words.
    FreeText,
    /// Rows of a full roster in which no name can be read: until they are, it proves nobody's absence.
    UnreadRows,
    /// A leaver row of an older roster, or a request that contradicts the roster in force.
    Contradiction,
    /// Who takes over the files of an officer who leaves or goes elsewhere?
    HandOver,
    /// Which of two roles that one person may not hold together stays?
    RolesApart,
    /// Somebody is to have a role in a system that shows no account of theirs and cannot create one.
    NoAccount,
    /// Who keeps this unit mailbox? The answer is an official address.
    Custodian,
    /// Are the agency's contacts and the custodians of its unit mailboxes still the same? Asked twice a year.
    Attestation,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Candidate {
    /// What is stored as the answer: an account id, or `new` for none of them.
    pub answer: String,
    /// How it is called.
    pub label: String,
    /// Which fields agree and which differ.
    pub fields: Vec<String>,
}

/// A question with its candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked.
    pub kind: QuestionKind,
    /// The agency whose roster raises it.
    pub agency: AgencyCode,
    /// Whom it is about: stable across drops of the same roster (folded name, birth, unit, phone).
    pub about: String,
    /// How the person is called.
    pub label: String,
    /// The possible answers, sorted.
    pub candidates: Vec<Candidate>,
    /// The rows that raise it. Not in the key.
    pub evidence: Vec<Evidence>,
}

impl QuestionKind {
    /// Whether the agency's contact may answer: what the agency alone knows of itself.
    pub fn is_for_contacts(self) -> bool {
        match self {
            Self::Custodian | Self::Attestation => true,
            Self::WhoIs
            | Self::FreeText
            | Self::UnreadRows
            | Self::Contradiction
            | Self::HandOver
            | Self::RolesApart
            | Self::NoAccount => false,
        }
    }
}

impl Question {
    /// The systems that raise it: what such a question is about ends with a person and then each system, with a role
    /// behind a stroke where one is meant.
    pub fn systems(&self) -> impl Iterator<Item = &str> {
        let parts = match self.kind {
            QuestionKind::WhoIs
            | QuestionKind::FreeText
            | QuestionKind::UnreadRows
            | QuestionKind::Contradiction
            | QuestionKind::Custodian
            | QuestionKind::Attestation => "",
            QuestionKind::HandOver | QuestionKind::RolesApart | QuestionKind::NoAccount => {
                self.about.as_str()
            }
        };
        parts.split('|').skip(2).map(|part| part.split_once('/').map_or(part, |(system, _)| system))
    }

    /// Its key: what is asked, about whom, among which answers.
    pub fn key(&self) -> QuestionKey {
        let kind = match self.kind {
            QuestionKind::WhoIs => "who-is",
            QuestionKind::FreeText => "free-text",
            QuestionKind::UnreadRows => "unread-rows",
            QuestionKind::Contradiction => "contradiction",
            QuestionKind::HandOver => "hand-over",
            QuestionKind::RolesApart => "roles-apart",
            QuestionKind::NoAccount => "no-account",
            QuestionKind::Custodian => "custodian",
            QuestionKind::Attestation => "attestation",
        };
        let print = Fingerprint::of("question").part(kind).part(self.agency.as_str()).part(&self.about);
        let print = self.candidates.iter().fold(print, |print, one| print.part(&one.answer));
        QuestionKey::new(print.finish())
    }
}
