//! The sheet as read: the rows of one arrival's workbook as the reader saw them, each finding at its cell, a page of rows
//! at a time. The kept original is read anew, by a reader process: the page never opens a workbook itself.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::sign_in::{has_password, unproved};
use super::super::view::{Signed, query_value};
use super::cells::{self, Note, Sheet};
use crate::intake::original::Original;
use crate::model::Lang;
use crate::model::finding::Severity;
use crate::model::ids::RosterId;
use crate::model::operator::Right;
use crate::store::{Arrival, Feedback};
use crate::workbook::{Excerpt, Reader, ReaderError, WIDEST, Wanted, letters};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows a page.
const PER_PAGE: u32 = 100;

/// The bytes of an arrival's original; else why there are none, in both languages.
pub(super) fn original(arrival: &Arrival) -> Result<Vec<u8>, (&'static str, &'static str)> {
    match Original::of(arrival) {
        Original::Kept(bytes) => Ok(bytes),
        Original::Deleted => Err((
            "Tệp gốc có cột mật khẩu nên đã bị xóa; chỉ còn tệp kết quả không có cột này.",
            "The original held passwords and was deleted; only the feedback remains, without them.",
        )),
        Original::Gone => Err((
            "Tệp gốc không còn lưu: đã quá thời hạn lưu giữ hoặc đã được chuyển đi.",
            "The workbook is no longer kept: its time is over, or it was moved away.",
        )),
        Original::Replaced => Err((
            "Tệp đang nằm ở chỗ tệp gốc đã bị sửa sau khi đọc, nên không được dùng làm căn cứ.",
            "The file that lies in the original’s place was edited since it was read, so it proves nothing.",
        )),
    }
}

/// A reader process for whatever an agency sent.
pub(super) fn reader(desk: &Desk) -> Reader {
    let config = &desk.site.config;
    Reader::new(desk.program.clone(), config.reader).with_mappings(config.mappings.clone())
}

#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    sheet: String,
    /// A row that the page is to show.
    #[serde(default)]
    row: Option<u32>,
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    show(&desk, &signed, arrival(&desk, &signed, &id).await?, &asked, false).await
}

#[derive(Deserialize)]
pub(in super::super) struct Reveal {
    #[serde(default)]
    password: String,
    #[serde(flatten)]
    asked: AskedByForm,
}

/// A form sends its numbers as text, which a flattened field is not parsed from.
#[derive(Deserialize)]
struct AskedByForm {
    #[serde(default)]
    sheet: String,
    #[serde(default)]
    row: String,
}

/// The same rows, nothing masked: for the password, here or at the provider, and written into the trail.
pub(in super::super) async fn as_sent(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(reveal): Form<Reveal>,
) -> Result<Response, PageError> {
    signed.require(Right::Reveal)?;
    let feedback = arrival(&desk, &signed, &id).await?;
    let asked = Asked { sheet: reveal.asked.sheet, row: reveal.asked.row.parse().ok() };
    let back =
        format!("/rosters/{id}/sheet?sheet={}&row={}", query_value(&asked.sheet), asked.row.unwrap_or(1));
    if let Some(refused) = unproved(&desk, &signed, &reveal.password, &back).await? {
        return Ok(refused);
    }
    let (by, from) = (&signed.operator.login, first_of_page(asked.row));
    let detail = format!("{id} {} {from}-{}", asked.sheet, from.saturating_add(PER_PAGE - 1));
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.audit(by.as_str(), "sheet.reveal", feedback.arrival.agency.as_str(), &detail);
            tx.commit(()).await
        })
        .await?;
    show(&desk, &signed, feedback, &asked, true).await
}

async fn arrival(desk: &Desk, signed: &Signed, id: &str) -> Result<Feedback, PageError> {
    let (feedback, _) = desk.store.arrival(&RosterId::new(id)).await?.ok_or(PageError::NotFound)?;
    signed.require_sight(&feedback.arrival.agency)?;
    Ok(feedback)
}

fn first_of_page(row: Option<u32>) -> u32 {
    row.unwrap_or(1).saturating_sub(1) / PER_PAGE * PER_PAGE + 1
}

/// The rows from the reader; else why there are none, in both languages.
async fn read(
    desk: &Desk,
    arrival: &Arrival,
    asked: &Asked,
) -> Result<Result<Excerpt, (String, String)>, PageError> {
    // Each holds a workbook and a process.
    let _turn = desk.reading.acquire().await.map_err(PageError::internal)?;
    let bytes = match original(arrival) {
        Ok(bytes) => bytes,
        Err((vi, en)) => return Ok(Err((vi.to_owned(), en.to_owned()))),
    };
    let first = arrival.notes.blocks.first().map(|block| block.sheet.clone());
    let sheet = if asked.sheet.is_empty() { first } else { Some(asked.sheet.clone()) };
    let wanted = Wanted { sheet, from: first_of_page(asked.row), rows: PER_PAGE };
    match reader(desk).excerpt(&bytes, wanted).await {
        Ok(excerpt) => Ok(Ok(excerpt)),
        Err(ReaderError::Refused(finding)) => Ok(Err((finding.message(Lang::Vi), finding.message(Lang::En)))),
        Err(error @ (ReaderError::Start { .. } | ReaderError::Mappings(_))) => {
            Err(PageError::internal(error))
        }
    }
}

async fn show(
    desk: &Desk,
    signed: &Signed,
    feedback: Feedback,
    asked: &Asked,
    reveal: bool,
) -> Result<Response, PageError> {
    let arrival = &feedback.arrival;
    let lang = signed.view.lang;
    let has_password = has_password(desk, &signed.operator.login).await?;
    let base = context! {
        id => arrival.id,
        file => arrival.file,
        agency => arrival.agency,
        arrived => crate::model::rfc3339(arrival.arrived),
        refused => arrival.roster.is_none(),
        revealed => reveal,
        has_password,
    };
    let notes = cells::notes(&arrival.notes, lang, reveal);
    let more = match read(desk, arrival, asked).await? {
        Ok(excerpt) => grid(&feedback, &excerpt, &notes, lang, reveal),
        Err((vi, en)) => {
            let notes: Vec<_> = notes.iter().take(PER_PAGE as usize).map(|one| listed(one, None)).collect();
            context! { missing => signed.view.t(&vi, &en), notes }
        }
    };
    signed.view.page(desk, "sheet.html", context! { ..more, ..base })
}

/// The page of rows as its template has it.
fn grid(feedback: &Feedback, excerpt: &Excerpt, notes: &[Note], lang: Lang, reveal: bool) -> Value {
    let overview = &excerpt.sheets[excerpt.sheet];
    let sheet = Sheet::of(&feedback.arrival.notes, &overview.name);
    let count = u32::try_from(excerpt.rows.len()).unwrap_or(PER_PAGE);
    let (from, to) = (excerpt.from, excerpt.from.saturating_add(count).saturating_sub(1));
    let width = excerpt.width.min(WIDEST);
    let on_sheet: Vec<&Note> =
        notes.iter().filter(|one| one.sheet.as_ref().is_none_or(|name| *name == overview.name)).collect();
    let here: Vec<&Note> = on_sheet.iter().copied().filter(|one| one.is_among(from, to)).collect();
    let mut by_place: BTreeMap<String, Vec<(usize, &Note)>> = BTreeMap::new();
    for (at, note) in here.iter().enumerate() {
        by_place.entry(place(note, width)).or_default().push((at + 1, note));
    }
    let at = |place: &str| -> Vec<Value> {
        by_place.get(place).into_iter().flatten().map(|(at, note)| listed(note, Some(*at))).collect()
    };
    let heading = sheet.heading(from, to);
    let heads: Vec<_> = (0..width)
        .map(|column| {
            let letter = letters(column);
            let name =
                heading.and_then(|row| sheet.column(row, &letter)).map(|one| cells::column_name(one, lang));
            context! { name, notes => at(&format!("k{letter}")), letter }
        })
        .collect();
    let results: BTreeMap<u32, &str> = feedback
        .results
        .iter()
        .filter(|one| one.sheet == overview.name && (from..=to).contains(&one.row))
        .map(|one| (one.row, one.text.as_str()))
        .collect();
    let rows: Vec<_> = (from..=to)
        .zip(&excerpt.rows)
        .map(|(row, line)| {
            let cells: Vec<_> = (0..width)
                .map(|column| {
                    let letter = letters(column);
                    let text = line.cells.get(column).map_or("", String::as_str);
                    let known = sheet.ends_header(row).then(|| sheet.column(row, &letter)).flatten();
                    context! {
                        text => cells::shown(text, sheet.place(row, &letter), reveal),
                        notes => at(&format!("c{letter}{row}")),
                        known => known.map(|one| cells::column_name(one, lang)),
                        letter,
                    }
                })
                .collect();
            context! {
                number => row,
                cells,
                header => sheet.is_header(row),
                hidden => line.hidden,
                result => results.get(&row),
                notes => at(&format!("r{row}")),
            }
        })
        .collect();
    let troubled = |one: &&&Note| one.severity >= Severity::Warning;
    let rows_with = || on_sheet.iter().filter(troubled).filter_map(|one| one.row);
    let of = |severity| on_sheet.iter().filter(|one| one.severity == severity).count();
    context! {
        sheets => Value::from_serialize(&excerpt.sheets),
        sheet => overview.name,
        total => overview.rows,
        from,
        to,
        previous => (from > 1).then(|| from.saturating_sub(PER_PAGE).max(1)),
        next => (to < overview.rows).then_some(to + 1),
        trouble_before => rows_with().filter(|row| *row < from).max(),
        trouble_after => rows_with().filter(|row| *row > to).min(),
        errors => of(Severity::Error),
        warnings => of(Severity::Warning),
        remarks => of(Severity::Info),
        cut => excerpt.width.saturating_sub(width),
        heads,
        rows,
        with_results => !results.is_empty() || by_place.keys().any(|one| one.starts_with('r')),
        notes => here.iter().enumerate().map(|(at, one)| listed_at(one, at + 1, width)).collect::<Vec<_>>(),
    }
}

/// Where on the page a note stands: what lies to the right of the last column that is shown stands at its row.
fn place(note: &Note, width: usize) -> String {
    let is_shown = |letter: &str| (0..width).any(|column| letters(column) == letter);
    match (&note.column, note.row) {
        (Some(column), Some(row)) if !is_shown(column) => format!("r{row}"),
        (Some(column), None) if !is_shown(column) => "grid".to_owned(),
        _ => note.anchor(),
    }
}

fn listed_at(note: &Note, at: usize, width: usize) -> Value {
    context! { anchor => place(note, width), ..listed(note, Some(at)) }
}

fn listed(note: &Note, at: Option<usize>) -> Value {
    let cell = format!(
        "{}{}",
        note.column.as_deref().unwrap_or(""),
        note.row.map(|row| row.to_string()).unwrap_or_default()
    );
    context! {
        at,
        cell,
        severity => note.severity,
        code => note.code.as_str(),
        sentence => note.sentence,
        sheet => note.sheet,
    }
}
