//! The sheet as read: the rows of one arrival's workbook as the reader saw them, each finding at its cell, a page of rows
//! at a time. The kept original is read anew, by a reader process: the page never opens a workbook itself.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::sign_in::{has_password, unproved};
use super::super::view::{Signed, query_value};
use super::cells;
use super::grid::{Grid, Listed, PER_PAGE};
use super::rosters::arrival;
use crate::intake::original::Original;
use crate::model::Lang;
use crate::model::operator::Right;
use crate::store::{Arrival, Feedback};
use crate::workbook::{Excerpt, Reader, ReaderError, Wanted};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

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
    pub sheet: String,
    /// A row that the page is to show.
    #[serde(default)]
    pub row: Option<u32>,
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (feedback, _) = arrival(&desk, &signed.operator, id).await?;
    show(&desk, &signed, feedback, &asked, false).await
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
    let (feedback, _) = arrival(&desk, &signed.operator, id.clone()).await?;
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

/// The page of rows that is asked for, `reveal` after the password was given; else why there is none, in both languages.
pub(in super::super) async fn grid(
    desk: &Desk,
    feedback: &Feedback,
    asked: &Asked,
    lang: Lang,
    reveal: bool,
) -> Result<Result<Grid, (String, String)>, PageError> {
    let read = read(desk, &feedback.arrival, asked).await?;
    let notes = cells::notes(&feedback.arrival.notes, lang, reveal);
    Ok(read.map(|excerpt| Grid::of(feedback, &excerpt, &notes, lang, reveal)))
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
    let more = match grid(desk, &feedback, asked, lang, reveal).await? {
        Ok(grid) => Value::from_serialize(&grid),
        Err((vi, en)) => {
            let notes = cells::notes(&arrival.notes, lang, reveal);
            let notes: Vec<_> = notes.iter().take(PER_PAGE as usize).map(Listed::of).collect();
            context! { missing => signed.view.t(&vi, &en), notes => Value::from_serialize(&notes) }
        }
    };
    signed.view.page(desk, "sheet.html", context! { ..more, ..base })
}
