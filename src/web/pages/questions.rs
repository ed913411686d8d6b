//! Questions: who is who, what an older roster contradicts, what a request says in free words.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::operator::Right;
use crate::model::question::{Question, QuestionKind};
use crate::store::OpenQuestion;
use crate::words;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// The open ones.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let mut open = desk.store.questions().await?;
    open.retain(|one| signed.operator.may_see(&one.question.agency));
    let lang = signed.view.lang;
    let questions: Vec<_> = open
        .iter()
        .map(|OpenQuestion { key, question, asked }| {
            context! {
                key,
                sentence => words::question_line(question, lang),
                agency => question.agency,
                candidates => question.candidates.len(),
                asked => crate::model::rfc3339(*asked),
            }
        })
        .collect();
    signed.view.page(&desk, "questions.html", context! { questions })
}

/// One question with its candidates side by side.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<Response, PageError> {
    let OpenQuestion { key, question, asked } = decide::question(&desk, &signed.operator, &key).await?;
    let more = context! {
        key,
        sentence => words::question_line(&question, signed.view.lang),
        may_answer => signed.require(answered_with(question.kind)).is_ok(),
        fields => compared(&question),
        question => Value::from_serialize(&question),
        asked => crate::model::rfc3339(asked),
    };
    signed.view.page(&desk, "question.html", more)
}

/// The right that an answer takes: what the agency alone knows of itself, its contact may say.
fn answered_with(kind: QuestionKind) -> Right {
    if kind.is_for_contacts() { Right::Confirm } else { Right::Review }
}

/// Every field that some candidate speaks of, in order of first mention: the rows of the comparison.
fn compared(question: &Question) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for field in question.candidates.iter().flat_map(|one| &one.fields) {
        let name = field.split(':').next().unwrap_or(field).trim().to_owned();
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    fields
}

#[derive(Deserialize)]
pub(in super::super) struct Answered {
    #[serde(default)]
    answer: String,
}

/// The answer; it is kept.
pub(in super::super) async fn answer(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(key): Path<String>,
    Form(given): Form<Answered>,
) -> Result<Response, PageError> {
    let asked = decide::question(&desk, &signed.operator, &key).await?.question;
    signed.require(answered_with(asked.kind))?;
    decide::answer(&desk, &signed.operator, &key, &given.answer).await?;
    let said = signed.view.t("Đã ghi câu trả lời.", "The answer was kept.");
    signed.view.go(&desk, "/questions", said)
}
