//! Of questions.

use super::super::super::decide;
use super::super::super::pages::questions::{Beside, Side};
use crate::model::operator::Right;
use crate::model::{Lang, rfc3339};
use crate::store::OpenQuestion;
use crate::words;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A question to a person.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct QuestionShape {
    pub key: String,
    /// `who-is`, `free-text`, `contradiction`, …
    pub kind: Value,
    pub agency: String,
    /// Whom it is about.
    pub label: String,
    /// What is asked.
    pub sentence: String,
    pub asked: String,
    /// Whether the agency's contact may answer.
    pub for_contacts: bool,
    /// One question alone: what the row that raises it says of each attribute that a candidate speaks of, personal data
    /// masked; none where it says nothing.
    pub row: Option<BTreeMap<String, Option<String>>>,
    pub candidates: Vec<CandidateShape>,
    /// Where it comes from: file, sheet, row.
    pub evidence: Value,
}

/// A possible answer.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct CandidateShape {
    /// The `answer` to send.
    pub answer: String,
    pub label: String,
    /// What it says of each attribute, personal data masked.
    pub fields: BTreeMap<String, SaidShape>,
    /// What else is said of it.
    pub remarks: Vec<String>,
}

/// What a candidate says of an attribute.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SaidShape {
    pub value: String,
    /// Whether it agrees with the row.
    pub agrees: bool,
}

impl QuestionShape {
    /// A question with its candidates beside the row, in words of `lang`.
    pub fn of(open: &OpenQuestion, beside: Beside, lang: Lang) -> Result<Self, serde_json::Error> {
        let question = &open.question;
        let Beside { fields, candidates } = beside;
        let attrs: Vec<_> = fields.iter().map(|one| one.attr.clone()).collect();
        Ok(Self {
            key: open.key.to_string(),
            kind: serde_json::to_value(question.kind)?,
            agency: question.agency.to_string(),
            label: question.label.clone(),
            sentence: words::question_line(question, lang),
            asked: rfc3339(open.asked),
            for_contacts: decide::answered_with(question.kind) == Right::Confirm,
            row: Some(fields.into_iter().map(|one| (one.attr, one.row)).collect()),
            candidates: candidates.into_iter().map(|one| CandidateShape::of(one, &attrs)).collect(),
            evidence: serde_json::to_value(&question.evidence)?,
        })
    }
}

impl CandidateShape {
    fn of(side: Side, attrs: &[String]) -> Self {
        let Side { answer, label, fields, more } = side;
        let said = attrs.iter().zip(fields).filter_map(|(attr, said)| {
            said.map(|said| (attr.clone(), SaidShape { value: said.value, agrees: said.agrees }))
        });
        Self { answer, label, fields: said.collect(), remarks: more }
    }
}
