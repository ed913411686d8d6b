//! `rosterd report case`: the evidence pack (hồ sơ chứng cứ) of one case: its changes, rosters and documents, approvals,
//! writes, mails, and the part of the audit chain that speaks of them, each with its SHA-256 in a manifest.

use super::super::review::find_change;
use super::super::{Code, print_json, who, words};
use crate::intake::original::Original;
use crate::model::ids::{AgencyCode, CaseId, Login, sha256};
use crate::model::operator::Operator;
use crate::model::{Time, rfc3339};
use crate::store::{Arrival, CaseFiles};
use crate::worker::engine::Engine;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// The files of a pack by their names in it.
type Pack = BTreeMap<String, Vec<u8>>;

/// What a roster or a document may be in size.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A pack with what it says of itself.
struct Packed {
    pack: Pack,
    manifest: serde_json::Value,
    missing: Vec<String>,
}

/// Gathers the case that `id` names, or that the change `id` belongs to, into a folder or a .zip file.
pub async fn run(engine: &Engine, id: &str, out: &Path, as_json: bool) -> Result<Code> {
    // Rosters hold whole citizen IDs: whoever takes them out is known and on record.
    let operator = who::operator(engine).await?;
    let Some((case, files)) = found(engine, id).await? else {
        bail!("there is no case {id:?}: `rosterd plan --json` and `rosterd review show --json` name them");
    };
    if let Some(agency) = outside(&files, &operator) {
        bail!("agency {agency} is not in your scope");
    }
    if out.exists() {
        bail!("{} is there already: name another with --out", out.display());
    }
    let place = out.display().to_string();
    let Packed { pack, manifest, missing } = packed(engine, &case, &files, &operator.login, &place).await?;
    write(out, &pack).with_context(|| place.clone())?;
    if as_json {
        print_json(&manifest)?;
    } else {
        crate::cli::line!("{place}: {} files", pack.len());
        for one in &missing {
            eprintln!("missing: {one}");
        }
    }
    Ok(u8::from(!missing.is_empty()))
}

/// The same as a .zip file, for the page; `None` where there is no such case within the operator's scope. What is missing
/// stands in its manifest.
pub async fn archive(engine: &Engine, id: &str, operator: &Operator) -> Result<Option<Vec<u8>>> {
    let Some((case, files)) = found(engine, id).await? else { return Ok(None) };
    if outside(&files, operator).is_some() {
        return Ok(None);
    }
    let packed = packed(engine, &case, &files, &operator.login, "page").await?;
    Ok(Some(zipped(&packed.pack)?))
}

async fn found(engine: &Engine, id: &str) -> Result<Option<(CaseId, CaseFiles)>> {
    let mut case = CaseId::new(id);
    let mut files = engine.store.case(&case).await?;
    if files.changes.is_empty()
        && let Some(stored) = find_change(engine, id).await?
    {
        case = stored.change.case;
        files = engine.store.case(&case).await?;
    }
    Ok((!files.changes.is_empty()).then_some((case, files)))
}

/// An agency of the case that the operator does not see.
fn outside<'a>(files: &'a CaseFiles, operator: &Operator) -> Option<&'a AgencyCode> {
    files.changes.iter().map(|one| &one.stored.change.agency).find(|agency| !operator.may_see(agency))
}

/// Writes down who takes the pack where, then gathers it.
async fn packed(
    engine: &Engine,
    case: &CaseId,
    files: &CaseFiles,
    by: &Login,
    place: &str,
) -> Result<Packed> {
    engine
        .store
        .write(engine.now(), async |mut tx| {
            tx.audit(by.as_str(), "case.pack", case.as_str(), place);
            tx.commit(()).await
        })
        .await?;
    let (mut pack, missing) = gather(engine, case, files).await?;
    let documents = documents(files, &pack);
    let manifest = manifest(case, &pack, &documents, &missing, engine.now(), by.as_str());
    pack.insert("MANIFEST.json".into(), serde_json::to_vec_pretty(&manifest)?);
    Ok(Packed { pack, manifest, missing })
}

/// Everything that belongs to the case, and what ought to be there and is not.
async fn gather(engine: &Engine, case: &CaseId, files: &CaseFiles) -> Result<(Pack, Vec<String>)> {
    let CaseFiles { changes, decisions, writes, mails, rosters } = files;
    let mut pack = Pack::new();
    let mut missing = Vec::new();
    pack.insert("changes.json".into(), serde_json::to_vec_pretty(&changes.iter().map(|one| {
        json!({ "change": one.stored, "since": one.since, "order": one.order, "pass": one.pass })
    }).collect::<Vec<_>>())?);
    pack.insert("approvals.json".into(), serde_json::to_vec_pretty(decisions)?);
    pack.insert("writes.json".into(), serde_json::to_vec_pretty(writes)?);
    for (number, mail) in (1..).zip(mails) {
        pack.insert(format!("mails/{number:03}.json"), serde_json::to_vec_pretty(mail)?);
    }
    for arrival in rosters {
        roster(arrival, &mut pack, &mut missing)?;
    }
    pack.insert("audit.jsonl".into(), trail(engine, case, files).await?);
    let readme = readme(engine, case, files, &documents(files, &pack));
    pack.insert("README.txt".into(), readme.into_bytes());
    Ok((pack, missing))
}

/// The workbook as it was sent, and the document beside it.
fn roster(arrival: &Arrival, pack: &mut Pack, missing: &mut Vec<String>) -> Result<()> {
    let folder = format!("rosters/{}", arrival.id);
    match Original::of(arrival).kept() {
        Some(bytes) => drop(pack.insert(format!("{folder}/{}", plain(&arrival.file)), bytes)),
        None => missing
            .push(format!("{} of {}: no copy with the SHA-256 it came with", arrival.file, arrival.agency)),
    }
    if arrival.roster.as_ref().is_some_and(|roster| roster.has_pdf) {
        let beside =
            arrival.done_path.as_ref().map(|path| crate::files::with_ending(Path::new(path), ".pdf"));
        match beside.and_then(|path| Some((path.clone(), crate::files::read(&path, LARGEST).ok()?))) {
            Some((path, bytes)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                pack.insert(format!("{folder}/{}", plain(&name)), bytes);
            }
            None => missing.push(format!("the document (PDF) of {} of {}", arrival.file, arrival.agency)),
        }
    }
    let understood = json!({
        "id": arrival.id, "agency": arrival.agency, "file": arrival.file, "sha256": arrival.sha256,
        "arrived": arrival.arrived, "kind": arrival.roster.as_ref().and_then(|roster| roster.kind),
        "document": arrival.roster.as_ref().and_then(|roster| roster.document.clone()),
        "findings": arrival.notes.findings,
    });
    pack.insert(format!("{folder}/arrival.json"), serde_json::to_vec_pretty(&understood)?);
    Ok(())
}

fn is_pdf(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|one| one.eq_ignore_ascii_case("pdf"))
}

/// The number and date of the document that each PDF of the pack is, where the roster beside it states them.
fn documents(files: &CaseFiles, pack: &Pack) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for arrival in &files.rosters {
        let stated = arrival.roster.as_ref().and_then(|roster| roster.document.as_ref());
        let Some(number) = stated.and_then(|document| document.number.as_ref()) else { continue };
        let date = stated.and_then(|document| document.date);
        let folder = format!("rosters/{}/", arrival.id);
        let is_document = |name: &&String| name.starts_with(&folder) && is_pdf(name);
        let called = date.map_or(number.clone(), |date| format!("{number}, {}", date.format("%d/%m/%Y")));
        found.extend(pack.keys().filter(is_document).map(|name| (name.clone(), called.clone())));
    }
    found
}

/// A name that stays within its folder.
fn plain(name: &str) -> String {
    let name = name.replace(['/', '\\', '\0'], "_");
    if name.trim_matches('.').is_empty() { "_".into() } else { name }
}

/// The part of the trail about the case, a row a line.
async fn trail(engine: &Engine, case: &CaseId, files: &CaseFiles) -> Result<Vec<u8>> {
    let mut subjects = BTreeSet::from([case.to_string()]);
    for one in &files.changes {
        let change = &one.stored.change;
        subjects.insert(change.subject.to_string());
        subjects.extend(change.person.as_ref().map(ToString::to_string));
        subjects.extend(one.stored.brake.as_ref().map(ToString::to_string));
        subjects.insert(one.pass.clone());
    }
    let mut out = Vec::new();
    for row in engine.store.audit_about(&subjects).await? {
        serde_json::to_writer(&mut out, &row)?;
        out.push(b'\n');
    }
    Ok(out)
}

fn manifest(
    case: &CaseId,
    pack: &Pack,
    documents: &BTreeMap<String, String>,
    missing: &[String],
    now: Time,
    by: &str,
) -> serde_json::Value {
    let files: Vec<_> = pack
        .iter()
        .map(|(name, bytes)| {
            json!({
                "file": name, "bytes": bytes.len(), "sha256": sha256(bytes), "document": documents.get(name),
            })
        })
        .collect();
    json!({ "schema": 1, "case": case, "made": rfc3339(now), "by": by, "files": files, "missing": missing })
}

/// What a reader finds where, and what happened in a line a change.
fn readme(engine: &Engine, case: &CaseId, files: &CaseFiles, documents: &BTreeMap<String, String>) -> String {
    let lang = engine.config().language;
    let mut text = format!(
        "HỒ SƠ CHỨNG CỨ / EVIDENCE PACK\n{case}\n\n\
         changes.json    thay đổi, trước và sau, căn cứ / the changes, before and after, evidence\n\
         approvals.json  ai duyệt, lúc nào / who approved, and when\n\
         writes.json     lần ghi vào hệ thống và kết quả / writes to the targets with their outcome\n\
         mails/          thư đã gửi / mails\n\
         rosters/        danh sách và văn bản như đã nhận / rosters and documents as received\n\
         audit.jsonl     đoạn chuỗi nhật ký: mỗi dòng ghi hàm băm của dòng trước / the part of the audit chain: each row\n\
         \x20               holds the hash of the row before\n\
         MANIFEST.json   SHA-256 của từng tệp / SHA-256 of each file\n\n"
    );
    for one in &files.changes {
        text.push_str(
            &words::change_line(&one.stored.change, one.stored.state, lang).replace(['\r', '\n'], " "),
        );
        text.push('\n');
    }
    if !documents.is_empty() {
        text.push_str("\nVăn bản / documents:\n");
    }
    for (file, called) in documents {
        text.push_str(&format!("{called}: {file}").replace(['\r', '\n'], " "));
        text.push('\n');
    }
    text
}

fn write(out: &Path, pack: &Pack) -> Result<()> {
    if out.extension().is_some_and(|ending| ending == "zip") {
        crate::files::write(out, &zipped(pack)?, 0o600)?;
        return Ok(());
    }
    crate::files::private_folder(out)?;
    for (name, bytes) in pack {
        crate::files::write(&out.join(name), bytes, 0o600)?;
    }
    Ok(())
}

fn zipped(pack: &Pack) -> Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in pack {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
