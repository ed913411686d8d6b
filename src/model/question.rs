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
    /// A leaver row of an older roster, or a request that contradicts the roster in force.
    Contradiction,
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

impl Question {
    /// Its key: what is asked, about whom, among which answers.
    pub fn key(&self) -> QuestionKey {
        let kind = match self.kind {
            QuestionKind::WhoIs => "who-is",
            QuestionKind::FreeText => "free-text",
            QuestionKind::Contradiction => "contradiction",
        };
        let print = Fingerprint::of("question").part(kind).part(self.agency.as_str()).part(&self.about);
        let print = self.candidates.iter().fold(print, |print, one| print.part(&one.answer));
        QuestionKey::new(print.finish())
    }
}
