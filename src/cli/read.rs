//! `rosterd read`: how a workbook is understood, as text and as the JSON of the contract. Stores nothing.

use super::args::ReadArgs;
use super::{Code, print_json};
use crate::files;
use crate::intake::take::refusal;
use crate::model::Lang;
use crate::model::finding::{Finding, FindingCode, Severity};
use crate::model::person::Birth;
use crate::model::record::Record;
use crate::model::roster::{Block, Reading};
use crate::workbook::{Limits, Peak, Reader};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Runs `rosterd read`; exit code 1 if a file is unreadable.
pub async fn run(args: ReadArgs, as_json: bool, lang: Lang) -> Result<Code> {
    if args.codes {
        if as_json {
            print_json(&codes_json())?;
        } else {
            crate::cli::text!("{}", codes(lang));
        }
        return Ok(0);
    }
    let limits = Limits::default();
    let program = std::env::current_exe().context("the program itself")?;
    let mut reader = Reader::new(program, limits).with_mappings(args.mappings);
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
    let mut read = Vec::new();
    for path in &args.files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let start = Instant::now();
        let reading = match files::read(path, limits.file_bytes) {
            Ok(bytes) => reader.read_of(args.agency.as_deref(), &bytes, &name, today).await?,
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                refusal(FindingCode::TooLarge, vec![format!("> {} MB", limits.file_bytes / 1_048_576)])
            }
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let file = ReadFile { name: path.display().to_string(), reading };
        if args.cost {
            crate::cli::line!("{}", cost(&file, start.elapsed(), reader.peak()));
            // What many files say together may be more than memory holds.
            continue;
        }
        read.push(file);
    }
    if args.cost {
        return Ok(0);
    }
    if as_json {
        print_json(&json(&read, args.agency.as_deref(), lang, args.reveal))?;
    } else {
        crate::cli::text!("{}", text(&read, lang, args.reveal));
    }
    Ok(u8::from(read.iter().any(ReadFile::is_unreadable)))
}

/// One file's reading with its name.
pub struct ReadFile {
    /// As given on the command line.
    pub name: String,
    /// What was understood.
    pub reading: Reading,
}

impl ReadFile {
    /// Whether nothing could be read of it.
    pub fn is_unreadable(&self) -> bool {
        self.reading.blocks.is_empty()
    }
}

/// The contract's JSON, schema 1.
pub fn json(files: &[ReadFile], agency: Option<&str>, lang: Lang, reveal: bool) -> Value {
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            let mut blocks = file.reading.blocks.iter().map(|one| block(one, agency, lang, reveal));
            let mut first = blocks.next().unwrap_or_else(|| {
                json!({
                    "sheet": null, "header_row": null, "form": null, "kind": null, "agency": agency,
                    "document": null, "columns": {}, "records": [], "findings": [],
                })
            });
            first["file"] = json!(file.name);
            if let Value::Array(list) = &mut first["findings"] {
                list.splice(0..0, file.reading.findings.iter().map(|one| finding(one, lang)));
            }
            let rest: Vec<Value> = blocks.collect();
            if !rest.is_empty() {
                first["blocks"] = Value::Array(rest);
            }
            first
        })
        .collect();
    json!({ "schema": 1, "files": files })
}

fn block(block: &Block, agency: Option<&str>, lang: Lang, reveal: bool) -> Value {
    json!({
        "sheet": block.sheet,
        "header_row": block.header_row,
        "form": block.form,
        "kind": block.declared.kind(),
        "agency": agency.or(block.agency_in_title.as_deref()),
        "document": block.document,
        "columns": block.columns,
        "records": block.records.iter().map(|one| record(one, reveal)).collect::<Vec<_>>(),
        "findings": block.findings.iter().map(|one| finding(one, lang)).collect::<Vec<_>>(),
    })
}

fn record(record: &Record, reveal: bool) -> Value {
    let citizen = record.citizen_id.as_ref();
    json!({
        "sheet": record.sheet,
        "row": record.row,
        "full_name": record.full_name,
        "birth_date": record.birth.and_then(Birth::date),
        "birth_year": record.birth.map(Birth::year),
        "gender": record.gender,
        "citizen_id": citizen.map(|id| if reveal { id.reveal().to_owned() } else { id.masked() }),
        "staff_code": record.staff_code,
        "position": record.position,
        "unit": record.unit,
        "phone": record.phone,
        "email": record.email,
        "status": record.status,
        "action": record.action,
        "effective_date": record.effective_date,
        "note": record.note,
    })
}

fn finding(finding: &Finding, lang: Lang) -> Value {
    json!({
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "severity": finding.severity(),
        "code": finding.code,
        "message": finding.message(lang),
    })
}

/// The same for a person.
pub fn text(files: &[ReadFile], lang: Lang, reveal: bool) -> String {
    let mut out = String::new();
    for file in files {
        let _ = writeln!(out, "{}", file.name);
        for one in &file.reading.findings {
            let _ = writeln!(out, "  {}", line(one, lang));
        }
        for block in &file.reading.blocks {
            describe(&mut out, block, lang, reveal);
        }
    }
    out
}

fn describe(out: &mut String, block: &Block, lang: Lang, reveal: bool) {
    let words = match lang {
        Lang::Vi => ["trang tính", "dòng tiêu đề", "loại", "biểu mẫu", "người", "cột"],
        Lang::En => ["sheet", "header row", "kind", "form", "people", "columns"],
    };
    let _ = writeln!(
        out,
        "  {} {:?}, {} {}, {} {}, {} {}: {} {}",
        words[0],
        block.sheet,
        words[1],
        block.header_row,
        words[2],
        block.declared.kind().as_str(),
        words[3],
        block.form.as_deref().unwrap_or("-"),
        block.records.len(),
        words[4],
    );
    let columns: Vec<String> = block
        .columns
        .iter()
        .map(|(column, letters)| {
            let name = serde_json::to_value(column).ok().and_then(|value| value.as_str().map(str::to_owned));
            format!("{}={}", name.unwrap_or_default(), letters.join("+"))
        })
        .collect();
    let _ = writeln!(out, "  {}: {}", words[5], columns.join(" "));
    for record in &block.records {
        let citizen = record.citizen_id.as_ref();
        let fields = [
            record.birth.map(Birth::written),
            citizen.map(|id| if reveal { id.reveal().to_owned() } else { id.masked() }),
            record.staff_code.clone(),
            record.position.clone(),
            record.unit.clone(),
            record.phone.clone(),
            record.email.clone(),
            record.status.map(|status| status.as_str().to_owned()),
            record.action.map(|action| action.as_str().to_owned()),
            record.effective_date.map(|date| date.format("%d/%m/%Y").to_string()),
        ];
        let fields: Vec<String> = fields.into_iter().flatten().collect();
        let _ =
            writeln!(out, "    {:>5}  {:<28} {}", record.row, record.full_name.as_str(), fields.join(" · "));
    }
    for one in &block.findings {
        let _ = writeln!(out, "  {}", line(one, lang));
    }
}

/// A finding with its place, as `F12 warning bad-date: …`.
pub fn line(finding: &Finding, lang: Lang) -> String {
    let column = finding.column.as_deref().unwrap_or("");
    let row = finding.row.map(|row| row.to_string()).unwrap_or_default();
    let severity = severity(finding.severity());
    format!("{column}{row} {severity} {}: {}", finding.code, finding.message(lang)).trim_start().to_owned()
}

/// What reading a file cost: milliseconds, how far the reader's address space and resident memory have grown since
/// its start in KiB, `read` or the code it was refused with, and the file.
fn cost(file: &ReadFile, took: Duration, peak: Peak) -> String {
    let outcome = match file.reading.findings.iter().find(|one| one.severity() == Severity::Error) {
        Some(refusal) if file.is_unreadable() => refusal.code.as_str(),
        _ => "read",
    };
    let (space, resident) = (peak.address_space / 1024, peak.resident / 1024);
    format!("{}\t{space}\t{resident}\t{outcome}\t{}", took.as_millis(), file.name)
}

/// Every finding code with its severity and its sentence.
pub fn codes(lang: Lang) -> String {
    FindingCode::ALL.iter().fold(String::new(), |mut out, code| {
        let severity = severity(code.severity());
        let _ = writeln!(out, "{:<24} {severity:<8} {}", code.as_str(), code.sentence(lang, &[]));
        out
    })
}

fn codes_json() -> Value {
    let code = |code: &FindingCode| {
        let [vi, en] = [Lang::Vi, Lang::En].map(|lang| code.sentence(lang, &[]));
        json!({ "code": code, "severity": code.severity(), "vi": vi, "en": en })
    };
    json!({ "schema": 1, "codes": FindingCode::ALL.iter().map(code).collect::<Vec<_>>() })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
