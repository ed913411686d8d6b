//! Rosters: what arrived, what was found in it, the feedback; and upload as an alternative to the folder.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::guard;
use super::super::view::Signed;
use super::cells::{self, Note};
use crate::files;
use crate::model::ids::{AgencyCode, RosterId, sha256};
use crate::model::operator::{Operator, Right};
use crate::store::{ArrivalLine, Feedback, RosterState};
use axum::body::{Body, Bytes};
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use serde::Deserialize;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

const PER_PAGE: usize = 50;

/// No workbook that was taken is larger.
const LARGEST: u64 = 1 << 30;

/// What a workbook may be called; its content decides what it is.
const ENDINGS: [&str; 8] = ["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "pdf", "htm"];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    agency: String,
    #[serde(default)]
    today: String,
    /// Only what could not be read.
    #[serde(default)]
    refused: String,
    #[serde(default)]
    after: String,
}

/// Arrivals, the latest first.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let wanted = Wanted {
        agency: &asked.agency,
        today: !asked.today.is_empty(),
        refused: !asked.refused.is_empty(),
        after: &asked.after,
    };
    let (arrivals, next) = arrivals(&desk, &signed.operator, &wanted, PER_PAGE).await?;
    let agencies: Vec<_> =
        desk.agencies_of(&signed.operator).into_iter().map(|(code, name)| context! { code, name }).collect();
    let midnight = desk.midnight(desk.today());
    let scope = AgencyCode::stored(&asked.agency).map_or_else(|| signed.scope(), |code| vec![code]);
    let uploads = desk.store.unread_uploads(&scope, midnight).await?;
    let is_unanswered = |one: &&ArrivalLine| one.arrived >= midnight && one.feedback_path.is_none();
    let more = context! {
        uploads => Value::from_serialize(&uploads),
        unanswered => arrivals.iter().filter(is_unanswered).count(),
        next,
        arrivals => Value::from_serialize(&arrivals),
        agencies,
        agency => wanted.agency,
        only_today => wanted.today,
        only_refused => wanted.refused,
        upload_mb => desk.settings.upload_mb,
        upload => guard::UPLOAD,
    };
    signed.view.page(&desk, "rosters.html", more)
}

/// Which arrivals.
pub(in super::super) struct Wanted<'a> {
    /// Only this agency's; empty means all within sight.
    pub agency: &'a str,
    /// Only what came in today.
    pub today: bool,
    /// Only what could not be read.
    pub refused: bool,
    /// Behind the one with this id, where it is not empty.
    pub after: &'a str,
}

/// At most `most` arrivals within sight, the latest first, and the last one's id where more follow.
pub(in super::super) async fn arrivals(
    desk: &Desk,
    operator: &Operator,
    wanted: &Wanted<'_>,
    most: usize,
) -> Result<(Vec<ArrivalLine>, Option<String>), PageError> {
    let scope = match decide::asked_agency(operator, wanted.agency)? {
        Some(code) => vec![code],
        None => operator.agencies.iter().cloned().collect(),
    };
    let since = wanted.today.then(|| desk.midnight(desk.today()));
    let after = (!wanted.after.is_empty()).then(|| RosterId::new(wanted.after));
    let only = wanted.refused.then_some(RosterState::Refused);
    let mut arrivals = desk.store.arrivals_in(only, &scope, since, after.as_ref(), most + 1).await?;
    let more = arrivals.len() > most;
    arrivals.truncate(most);
    let next = arrivals.last().filter(|_| more).map(|one| one.id.to_string());
    Ok((arrivals, next))
}

#[derive(Deserialize)]
pub(in super::super) struct Pages {
    /// Which page of the findings, from 1.
    #[serde(default)]
    findings: usize,
    /// Which page of the results, from 1.
    #[serde(default)]
    results: usize,
}

/// Findings, or results, a page.
const LISTED: usize = 100;

/// The lines of a page of `all`, and the numbers of the pages around it.
fn page_of<T>(all: &[T], page: usize) -> (&[T], Value) {
    let last = all.len().div_ceil(LISTED).max(1);
    let page = page.clamp(1, last);
    let from = (page - 1) * LISTED;
    let around = context! {
        page, last, count => all.len(),
        previous => (page > 1).then(|| page - 1), next => (page < last).then_some(page + 1),
    };
    (&all[from..all.len().min(from + LISTED)], around)
}

/// One arrival: what it was taken for, its findings, what became of its rows.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Query(pages): Query<Pages>,
) -> Result<Response, PageError> {
    let (feedback, path) = arrival(&desk, &signed.operator, id).await?;
    let arrival = feedback.arrival;
    let found = cells::notes(&arrival.notes, signed.view.lang, false);
    let (findings, finding_pages) = page_of(&found, pages.findings);
    let findings: Vec<_> = findings.iter().map(line).collect();
    let (results, result_pages) = page_of(&feedback.results, pages.results);
    let sheets: Vec<_> = arrival
        .notes
        .blocks
        .iter()
        .map(|block| context! { sheet => block.sheet, header => block.header_row, form => block.form, columns => block.columns.len() })
        .collect();
    let more = context! {
        id => arrival.id,
        agency => arrival.agency,
        file => arrival.file,
        arrived => crate::model::rfc3339(arrival.arrived),
        read => arrival.roster.is_some(),
        kind => arrival.roster.as_ref().and_then(|one| one.kind).map(crate::model::roster::RosterKind::as_str),
        document => arrival.roster.as_ref().and_then(|one| one.number().map(str::to_owned)),
        has_pdf => arrival.roster.as_ref().is_some_and(|one| one.has_pdf),
        as_of => arrival.roster.as_ref().and_then(|one| one.as_of).map(|date| date.to_string()),
        people => arrival.roster.as_ref().map_or(0, |one| one.rows.len()),
        findings,
        finding_pages,
        sheets,
        results => Value::from_serialize(results),
        result_pages,
        feedback => path.is_some(),
    };
    signed.view.page(&desk, "roster.html", more)
}

/// A finding in the list: where it is, and where on the page of its sheet it stands.
fn line(note: &Note) -> Value {
    let cell = format!(
        "{}{}",
        note.column.as_deref().unwrap_or(""),
        note.row.map(|row| row.to_string()).unwrap_or_default()
    );
    context! {
        severity => note.severity,
        code => note.code.as_str(),
        sentence => note.sentence,
        sheet => note.sheet,
        row => note.row,
        anchor => note.anchor(),
        cell,
    }
}

/// The feedback workbook.
pub(in super::super) async fn feedback(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    handed_back(&desk, &signed.operator, id).await
}

/// An arrival and where its feedback lies, where the operator may know of it.
pub(in super::super) async fn arrival(
    desk: &Desk,
    operator: &Operator,
    id: String,
) -> Result<(Feedback, Option<String>), PageError> {
    let (feedback, path) = desk.store.arrival(&RosterId::new(id)).await?.ok_or(PageError::NotFound)?;
    decide::sight(operator, &feedback.arrival.agency)?;
    Ok((feedback, path))
}

/// The feedback workbook, for whoever may have it.
pub(in super::super) async fn handed_back(
    desk: &Desk,
    operator: &Operator,
    id: String,
) -> Result<Response, PageError> {
    let (_, path) = arrival(desk, operator, id).await?;
    let path = PathBuf::from(path.ok_or(PageError::NotFound)?);
    let bytes = files::read(&path, LARGEST).map_err(|_| {
        PageError::Bad(
            "Tệp kết quả không còn trong thư mục của cơ quan.".into(),
            "The feedback is no longer in the agency's folder.".into(),
        )
    })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    download(&name, bytes)
}

/// The document (PDF) that came with the workbook.
pub(in super::super) async fn document(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    came_with(&desk, &signed.operator, id).await
}

/// The document (PDF) that came with the workbook and lies beside it under the same name, for whoever may have it.
pub(in super::super) async fn came_with(
    desk: &Desk,
    operator: &Operator,
    id: String,
) -> Result<Response, PageError> {
    let arrival = arrival(desk, operator, id).await?.0.arrival;
    let came = arrival.roster.is_some_and(|one| one.has_pdf);
    let place = arrival.done_path.filter(|_| came).ok_or(PageError::NotFound)?;
    let path = files::with_ending(FilePath::new(&place), ".pdf");
    let bytes = files::read(&path, LARGEST).map_err(|_| {
        PageError::Bad(
            "Văn bản không còn nằm cạnh danh sách trong thư mục của cơ quan.".into(),
            "The document no longer lies beside the roster in the agency’s folder.".into(),
        )
    })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    download_as("application/pdf", &name, bytes)
}

/// A workbook to save.
pub(in super::super) fn download(name: &str, bytes: Vec<u8>) -> Result<Response, PageError> {
    download_as(XLSX, name, bytes)
}

/// A file to save. The name stands percent-encoded, so that it cannot end the header.
fn download_as(kind: &'static str, name: &str, bytes: Vec<u8>) -> Result<Response, PageError> {
    let plain: String = crate::model::name::ascii(name)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(PageError::internal)?);
    Ok((headers, Body::from(bytes)).into_response())
}

/// Takes a workbook and lays it into the agency's inbox folder, as if it had been dropped there. The form's token
/// and the agency come before the file.
pub(in super::super) async fn upload(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    mut parts: Multipart,
) -> Result<Response, PageError> {
    signed.require(Right::Upload)?;
    let (mut token, mut agency, mut file) = (String::new(), String::new(), None);
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "form" => token = part.text().await.map_err(|error| broken(&error))?,
            "agency" => agency = part.text().await.map_err(|error| broken(&error))?,
            "file" => {
                if !guard::is_same(&token, &signed.view.form) {
                    return Err(PageError::Form);
                }
                let called = part.file_name().unwrap_or_default().to_owned();
                file = Some((called, part.bytes().await.map_err(|error| broken(&error))?));
            }
            _ => {}
        }
    }
    if !guard::is_same(&token, &signed.view.form) {
        return Err(PageError::Form);
    }
    let (called, bytes) = file.unwrap_or_default();
    take(&desk, &signed.operator, &agency, &called, bytes).await?;
    let said = signed.view.t(
        "Đã nhận tệp. Kết quả đọc sẽ có trong ít phút.",
        "The file was taken. What was read of it will be here in a few minutes.",
    );
    signed.view.go(&desk, "/rosters", said)
}

/// Takes a workbook for an agency within sight and asks for a pass.
pub(in super::super) async fn take(
    desk: &Desk,
    operator: &Operator,
    agency: &str,
    called: &str,
    bytes: Bytes,
) -> Result<(), PageError> {
    let code = AgencyCode::parse(agency).map_err(|_| PageError::NotFound)?;
    decide::sight(operator, &code)?;
    if !desk.site.agencies.contains_key(&code) {
        return Err(PageError::NotFound);
    }
    if bytes.is_empty() {
        return Err(PageError::Bad(
            "Chưa chọn tệp, hoặc tệp rỗng.".into(),
            "No file was chosen, or it is empty.".into(),
        ));
    }
    let name = safe_name(called)?;
    let sha256 = sha256(&bytes);
    let by = &operator.login;
    // Noted first: whoever hands it in must be known before anything follows from it.
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.note_upload(&code, &sha256, &name, by).await?;
            tx.commit(()).await
        })
        .await?;
    let folder = desk.site.config.folders.inbox.join(code.as_str());
    let written = tokio::task::spawn_blocking(move || lay(&folder, &name, &bytes)).await;
    written.map_err(PageError::internal)?.map_err(PageError::internal)?;
    desk.wake();
    Ok(())
}

fn broken(error: &axum::extract::multipart::MultipartError) -> PageError {
    tracing::info!(%error, "an upload was not taken");
    PageError::Bad(
        "Tệp gửi lên bị đứt giữa chừng hoặc lớn quá mức cho phép.".into(),
        "The upload broke off, or the file is larger than allowed.".into(),
    )
}

fn lay(folder: &FilePath, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // A name that is there already stays; written aside first, so that the intake never sees half a file.
    files::write(&files::free_name(folder, name), bytes, 0o640)
}

/// The name a file is kept under: its last component, without anything that means something to a file system.
fn safe_name(called: &str) -> Result<String, PageError> {
    let last = called.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .map(|c| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c })
        .take(120)
        .collect();
    let clean = clean.trim().trim_start_matches(['.', '~', '$', '-']).trim();
    let ending = FilePath::new(clean).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let known = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
    if known && FilePath::new(clean).file_stem().is_some_and(|stem| !stem.is_empty()) {
        return Ok(clean.to_owned());
    }
    Err(PageError::Bad(
        "Tên tệp phải có đuôi .xlsx, .xls, .ods hoặc .csv.".into(),
        "The file's name must end in .xlsx, .xls, .ods or .csv.".into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_browser_never_leads_elsewhere() {
        let name = |text: &str| safe_name(text).ok();
        assert_eq!(name("../../etc/cron.d/x.xlsx").as_deref(), Some("x.xlsx"));
        assert_eq!(name("C:\\Users\\an\\Danh sách.xlsx").as_deref(), Some("Danh sách.xlsx"));
        assert_eq!(name(".hidden.xlsx").as_deref(), Some("hidden.xlsx"));
        assert_eq!(name("~$khoa.xlsx").as_deref(), Some("khoa.xlsx"));
        assert_eq!(name("a\r\nb.xlsx").as_deref(), Some("a__b.xlsx"));
        for bad in ["", "..", "x", "x.sh", ".xlsx", "x.xlsx/"] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_download_s_name_stays_within_its_header() {
        let response = download("Danh sách\r\nSet-Cookie: x=\"1\".xlsx", Vec::new()).unwrap();
        let text = response.headers()[CONTENT_DISPOSITION].to_str().unwrap().to_owned();
        assert!(!text.contains('\r') && !text.contains("Set-Cookie: "), "{text}");
        assert!(text.contains("filename=\"danhsachset-cookiex1.xlsx\""), "{text}");
    }
}
