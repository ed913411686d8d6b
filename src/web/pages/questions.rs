//! Questions: who is who, what an older roster contradicts, what a request says in free words.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::templates;
use super::super::view::Signed;
use super::row::{Field, masked, record_masked};
use crate::model::Lang;
use crate::model::evidence::Evidence;
use crate::model::question::{Question, QuestionKind};
use crate::store::OpenQuestion;
use crate::words;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
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
    let lang = signed.view.lang;
    let Beside { fields, candidates } = beside(&desk, &question, lang).await?;
    let more = context! {
        key,
        sentence => words::question_line(&question, lang),
        may_answer => signed.require(decide::answered_with(question.kind)).is_ok(),
        side_by_side => question.kind == QuestionKind::WhoIs && !fields.is_empty(),
        fields => Value::from_serialize(&fields),
        candidates => Value::from_serialize(&candidates),
        question => Value::from_serialize(&question),
        asked => crate::model::rfc3339(asked),
    };
    signed.view.page(&desk, "question.html", more)
}

/// The candidates of a question beside the row that raises it.
pub(in super::super) struct Beside {
    /// Every attribute that some candidate speaks of, in order of first mention.
    pub fields: Vec<Stated>,
    pub candidates: Vec<Side>,
}

/// What the row says of an attribute.
#[derive(Debug, Serialize)]
pub(in super::super) struct Stated {
    pub attr: String,
    /// Personal data masked; none where the row says nothing.
    pub row: Option<String>,
}

/// A candidate.
#[derive(Debug, Serialize)]
pub(in super::super) struct Side {
    pub answer: String,
    pub label: String,
    /// What it says of each attribute, in their order.
    pub fields: Vec<Option<Said>>,
    /// Remarks.
    pub more: Vec<String>,
}

/// What a candidate says of an attribute.
#[derive(Debug, Serialize)]
pub(in super::super) struct Said {
    pub value: String,
    /// Whether it agrees with the row.
    pub agrees: bool,
}

/// The candidates beside the row, personal data masked.
pub(in super::super) async fn beside(
    desk: &Desk,
    question: &Question,
    lang: Lang,
) -> Result<Beside, PageError> {
    let mut beside = candidates(question, lang);
    let row = asking_row(desk, question, lang).await?;
    for one in &mut beside.fields {
        let field = row.iter().find(|field| field.name == row_field(&one.attr));
        one.row = field.map(|field| field.value.clone());
    }
    Ok(beside)
}

/// The row that raises a question, as it was understood, personal data masked.
async fn asking_row(desk: &Desk, question: &Question, lang: Lang) -> Result<Vec<Field>, PageError> {
    for one in &question.evidence {
        let Evidence::Row { roster, sheet, row, .. } = one else { continue };
        let Some((feedback, _)) = desk.store.arrival(roster).await? else { continue };
        let rows = feedback.arrival.roster.into_iter().flat_map(|roster| roster.rows);
        if let Some(found) = rows.into_iter().find(|one| one.sheet == *sheet && one.row == *row) {
            return Ok(record_masked(&found, lang));
        }
    }
    Ok(Vec::new())
}

/// The field of a row that stands beside an attribute of an account.
fn row_field(attr: &str) -> &str {
    match attr {
        "title" => "position",
        "mail" => "email",
        other => other,
    }
}

/// The candidates by themselves, the row left out: each with what it says of every attribute that some of them speak of, and
/// whether it agrees with the row or differs.
pub(in super::super) fn candidates(question: &Question, lang: Lang) -> Beside {
    let parsed: Vec<Vec<Compared>> = question
        .candidates
        .iter()
        .map(|one| one.fields.iter().map(|field| Compared::of(field)).collect())
        .collect();
    let mut seen: Vec<String> = Vec::new();
    for attr in parsed.iter().flatten().filter_map(|one| one.attr.as_ref()) {
        if !seen.contains(attr) {
            seen.push(attr.clone());
        }
    }
    let candidates = question.candidates.iter().zip(parsed).map(|(one, parsed)| {
        let said = |attr: &String| {
            let found = parsed.iter().find(|field| field.attr.as_ref() == Some(attr));
            found.map(|field| Said { value: field.value.clone(), agrees: field.agrees })
        };
        let fields = seen.iter().map(said).collect();
        let more = parsed.iter().filter(|field| field.attr.is_none()).map(|field| field.value.clone());
        let label = answer_words(&one.answer, &one.label, lang);
        Side { answer: one.answer.clone(), label, fields, more: more.collect() }
    });
    let candidates = candidates.collect();
    let fields = seen.into_iter().map(|attr| Stated { attr, row: None }).collect();
    Beside { fields, candidates }
}

/// What a candidate says of one attribute.
#[derive(Debug, PartialEq, Eq)]
struct Compared {
    /// The attribute; none where the line is a remark.
    attr: Option<String>,
    /// Its value; a phone is masked as in the row beside it.
    value: String,
    agrees: bool,
}

impl Compared {
    fn of(line: &str) -> Self {
        let parts = [(" = ", true), (" ≠ ", false)];
        let found =
            parts.into_iter().find_map(|(sign, agrees)| line.split_once(sign).map(|pair| (pair, agrees)));
        match found {
            Some(((attr, value), agrees)) if templates::attr(attr).is_some() => {
                let value = if attr == "phone" { masked(value) } else { value.to_owned() };
                Self { attr: Some(attr.to_owned()), value, agrees }
            }
            _ => Self { attr: None, value: line.to_owned(), agrees: false },
        }
    }
}

/// An answer as people say it; an account's or a role's name stays as it is.
fn answer_words(answer: &str, label: &str, lang: Lang) -> String {
    let (vi, en) = match answer {
        "new" => ("Không phải tài khoản nào ở đây: người mới", "None of these: somebody new"),
        "done" => ("Đã xử lý", "Done"),
        "ignore" => ("Bỏ qua", "Ignore it"),
        "left" => ("Đã nghỉ hoặc chuyển đi", "Has left"),
        "stays" => ("Vẫn công tác", "Still works here"),
        "read" => ("Đã xem, không thiếu ai", "Read; nobody is missing"),
        "confirmed" => ("Vẫn đúng", "Still the same"),
        "changed" => ("Đã thay đổi", "Not the same any more"),
        _ => return label.to_owned(),
    };
    if lang == Lang::Vi { vi.to_owned() } else { en.to_owned() }
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
    signed.require(decide::answered_with(asked.kind))?;
    decide::answer(&desk, &signed.operator, &key, &given.answer).await?;
    let said = signed.view.t("Đã ghi câu trả lời.", "The answer was kept.");
    signed.view.go(&desk, "/questions", said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_s_fields_are_told_apart_from_remarks_and_its_phone_is_masked() {
        let of = |line: &str| {
            let Compared { attr, value, agrees } = Compared::of(line);
            (attr.unwrap_or_default(), value, agrees)
        };
        assert_eq!(of("title = Kế toán"), ("title".into(), "Kế toán".into(), true));
        assert_eq!(of("phone ≠ 0912345678"), ("phone".into(), "••••••••78".into(), false));
        assert_eq!(of("= tthc/Cán bộ một cửa"), (String::new(), "= tthc/Cán bộ một cửa".into(), false));
        assert_eq!(of("a = b"), (String::new(), "a = b".into(), false));
    }
}
