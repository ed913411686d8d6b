//! Rosters: what arrived, what was found in it, the feedback; and upload as an alternative to the folder.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::guard;
use super::super::view::Signed;
use crate::files;
use crate::model::citizen::{CitizenId, CitizenMark};
use crate::model::finding::{Finding, Severity};
use crate::model::ids::{AgencyCode, RosterId, hex};
use crate::model::operator::Right;
use crate::model::person::{Birth, Gender};
use crate::model::record::Record;
use crate::store::RosterState;
use crate::workbook::Reader;
use axum::body::Body;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

const PER_PAGE: usize = 50;

/// No workbook that was taken is larger.
const LARGEST: u64 = 1 << 30;

/// What a workbook may be called; its content decides what it is.
const ENDINGS: [&str; 8] = ["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "pdf", "htm"];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// One field of a row.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Field {
    /// The canonical column.
    pub name: &'static str,
    pub value: String,
}

fn fields<C>(
    record: &Record<C>,
    citizen: impl Fn(&C) -> String,
    hide: impl Fn(&str) -> String,
) -> Vec<Field> {
    let Record {
        sheet: _,
        row: _,
        full_name,
        birth,
        gender,
        citizen_id,
        staff_code,
        position,
        unit,
        phone,
        email,
        status,
        action,
        effective_date,
        note,
        departure_confirmed: _,
    } = record;
    let open = |text: &Option<String>| text.clone();
    let all = [
        ("full_name", Some(full_name.to_string())),
        ("birth", birth.as_ref().map(|birth| hide(&birth_text(*birth)))),
        (
            "gender",
            gender.as_ref().map(|gender| {
                hide(match gender {
                    Gender::Male => "Nam",
                    Gender::Female => "Nữ",
                })
            }),
        ),
        ("citizen_id", citizen_id.as_ref().map(citizen)),
        ("staff_code", open(staff_code)),
        ("position", open(position)),
        ("unit", open(unit)),
        ("phone", phone.as_ref().map(|phone| hide(phone))),
        ("email", open(email)),
        ("status", status.map(|status| status.as_str().to_owned())),
        ("action", action.map(|action| action.as_str().to_owned())),
        ("effective_date", effective_date.map(|date| date.format("%d/%m/%Y").to_string())),
        ("note", note.as_ref().map(|note| hide(note))),
    ];
    all.into_iter().filter_map(|(name, value)| value.map(|value| Field { name, value })).collect()
}

fn birth_text(birth: Birth) -> String {
    match birth {
        Birth::Date(date) => date.format("%d/%m/%Y").to_string(),
        Birth::Year(year) => year.to_string(),
    }
}

/// All but the last two characters, as dots.
fn masked(text: &str) -> String {
    let count = text.chars().count();
    let shown: String = text.chars().skip(count.saturating_sub(2)).collect();
    if count <= 4 { "•••".to_owned() } else { format!("{}{shown}", "•".repeat((count - 2).min(8))) }
}

/// A stored row, personal data masked.
pub(in super::super) fn record_masked(record: &Record<CitizenMark>) -> Vec<Field> {
    fields(record, CitizenMark::masked, masked)
}

/// A row read anew from the workbook as it was sent, nothing masked.
pub(in super::super) async fn record_as_sent(
    desk: &Desk,
    roster: &RosterId,
    sheet: &str,
    row: u32,
) -> Result<Vec<Field>, PageError> {
    let gone = || {
        PageError::Bad(
            "Tệp gốc không còn lưu: đã quá thời hạn lưu giữ hoặc đã được chuyển đi.".into(),
            "The workbook is no longer kept: its time is over, or it was moved away.".into(),
        )
    };
    let (feedback, _) = desk.store.arrival(roster).await?.ok_or(PageError::NotFound)?;
    let arrival = feedback.arrival;
    let bytes = [&arrival.spool_path, &arrival.done_path]
        .into_iter()
        .flatten()
        .find_map(|path| files::read(FilePath::new(path), LARGEST).ok())
        .ok_or_else(gone)?;
    let config = &desk.site.config;
    let mut reader = Reader::new(desk.program.clone(), config.reader).with_mappings(config.mappings.clone());
    let reading = reader
        .read_of(Some(arrival.agency.as_str()), &bytes, &arrival.file, desk.today())
        .await
        .map_err(PageError::internal)?;
    let mut records = reading.blocks.into_iter().flat_map(|block| block.records);
    let record = records.find(|one| one.sheet == sheet && one.row == row).ok_or(PageError::NotFound)?;
    Ok(fields(&record, |id: &CitizenId| id.reveal().to_owned(), str::to_owned))
}

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
    let scope = match AgencyCode::stored(&asked.agency) {
        Some(code) => {
            signed.require_sight(&code)?;
            vec![code]
        }
        None => signed.scope(),
    };
    let since = (!asked.today.is_empty()).then(|| desk.midnight(desk.today()));
    let after = (!asked.after.is_empty()).then(|| RosterId::new(&asked.after));
    let only = (!asked.refused.is_empty()).then_some(RosterState::Refused);
    let mut arrivals =
        desk.store.arrivals_in(only, &scope, since, after.as_ref(), PER_PAGE + 1).await?;
    let more = arrivals.len() > PER_PAGE;
    arrivals.truncate(PER_PAGE);
    let agencies: Vec<_> =
        desk.agencies_of(&signed.operator).into_iter().map(|(code, name)| context! { code, name }).collect();
    let more = context! {
        next => arrivals.last().filter(|_| more).map(|one| one.id.to_string()),
        arrivals => Value::from_serialize(&arrivals),
        agencies,
        agency => asked.agency,
        only_today => since.is_some(),
        only_refused => only.is_some(),
        upload_mb => desk.settings.upload_mb,
        upload => guard::UPLOAD,
    };
    signed.view.page(&desk, "rosters.html", more)
}

/// A finding as shown.
#[derive(Serialize)]
struct FindingLine {
    severity: Severity,
    place: String,
    sentence: String,
}

/// One arrival: what it was taken for, its findings, what became of its rows.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (feedback, path) = desk.store.arrival(&RosterId::new(id)).await?.ok_or(PageError::NotFound)?;
    let arrival = feedback.arrival;
    signed.require_sight(&arrival.agency)?;
    let lang = signed.view.lang;
    let line = |sheet: Option<&str>, finding: &Finding| FindingLine {
        severity: finding.severity(),
        place: place(sheet, finding),
        sentence: finding.message(lang),
    };
    let mut findings: Vec<_> = arrival.notes.findings.iter().map(|one| line(None, one)).collect();
    for block in &arrival.notes.blocks {
        findings.extend(block.findings.iter().map(|one| line(Some(&block.sheet), one)));
    }
    findings.sort_by_key(|one| std::cmp::Reverse(one.severity));
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
        as_of => arrival.roster.as_ref().and_then(|one| one.as_of).map(|date| date.to_string()),
        people => arrival.roster.as_ref().map_or(0, |one| one.rows.len()),
        findings => Value::from_serialize(&findings),
        sheets,
        results => Value::from_serialize(&feedback.results),
        feedback => path.is_some(),
    };
    signed.view.page(&desk, "roster.html", more)
}

/// Where a finding is: sheet, and the cell, the row or the column.
fn place(sheet: Option<&str>, finding: &Finding) -> String {
    let Finding { sheet: own, row, column, code: _, details: _ } = finding;
    let row = row.map(|row| row.to_string()).unwrap_or_default();
    let cell = format!("{}{row}", column.as_deref().unwrap_or(""));
    match own.as_deref().or(sheet) {
        Some(sheet) if cell.is_empty() => sheet.to_owned(),
        Some(sheet) => format!("{sheet} · {cell}"),
        None => cell,
    }
}

/// The feedback workbook.
pub(in super::super) async fn feedback(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (feedback, path) = desk.store.arrival(&RosterId::new(id)).await?.ok_or(PageError::NotFound)?;
    signed.require_sight(&feedback.arrival.agency)?;
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

/// A workbook to save. The name stands percent-encoded, so that it cannot end the header.
pub(in super::super) fn download(name: &str, bytes: Vec<u8>) -> Result<Response, PageError> {
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
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(XLSX));
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
    let code = AgencyCode::parse(&agency).map_err(|_| PageError::NotFound)?;
    signed.require_sight(&code)?;
    if !desk.site.agencies.contains_key(&code) {
        return Err(PageError::NotFound);
    }
    let (called, bytes) = file.filter(|(_, bytes)| !bytes.is_empty()).ok_or_else(|| {
        PageError::Bad("Chưa chọn tệp, hoặc tệp rỗng.".into(), "No file was chosen, or it is empty.".into())
    })?;
    let name = safe_name(&called)?;
    let sha256 = hex(ring::digest::digest(&ring::digest::SHA256, &bytes).as_ref());
    let by = &signed.operator.login;
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
    let said = signed.view.t(
        "Đã nhận tệp. Kết quả đọc sẽ có trong ít phút.",
        "The file was taken. What was read of it will be here in a few minutes.",
    );
    signed.view.go(&desk, "/rosters", said)
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

    #[test]
    fn what_is_masked_shows_two_characters_at_most() {
        assert_eq!(masked("0912345678"), "••••••••78");
        assert_eq!(masked("1980"), "•••");
    }
}
