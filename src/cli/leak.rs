//! `rosterd leak`: lists of leaked accounts. Of a list only what concerns accounts here is kept, and never a password.

use super::args::LeakAction;
use super::{Code, absolute, print_json, who};
use crate::model::Lang;
use crate::model::leak::{LeakEntry, LeakKind, LeakList};
use crate::roster::leaked::in_text;
use crate::rotation::leak::concerning;
use crate::store::ids;
use crate::workbook::ReaderError;
use crate::worker::engine::Engine;
use crate::worker::leaks::LeakFigures;
use anyhow::{Context, Result, anyhow, bail};
use chrono::NaiveDate;
use serde_json::json;
use std::path::Path;

/// Makes the file's path absolute before the process enters the configuration's folder.
pub fn settle(action: LeakAction) -> Result<LeakAction> {
    Ok(match action {
        LeakAction::Import { file, source, date, document } => {
            LeakAction::Import { file: absolute(file)?, source, date, document }
        }
        LeakAction::List => LeakAction::List,
    })
}

/// Runs `rosterd leak`.
pub async fn run(engine: &Engine, action: LeakAction, as_json: bool) -> Result<Code> {
    match action {
        LeakAction::Import { file, source, date, document } => {
            import(engine, &file, source, date, document, as_json).await
        }
        LeakAction::List => list(engine, as_json).await,
    }
}

async fn import(
    engine: &Engine,
    file: &Path,
    source: Option<String>,
    leaked: Option<NaiveDate>,
    document: Option<String>,
    as_json: bool,
) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if engine.site.rotation.is_none() {
        bail!("there is no [rotation] in the configuration: a leak needs its calendar and its recipients");
    }
    let now = engine.now();
    if let Some(day) = leaked.filter(|day| *day > engine.local(now)) {
        bail!("--date {day} lies ahead; expected the day of the leak, or nothing where it is not known");
    }
    let stem = || file.file_stem().map(|name| name.to_string_lossy().into_owned());
    let source = source.or_else(stem).unwrap_or_default();
    if source.trim().is_empty() || source.contains("://") || source.contains(char::is_control) {
        bail!("--source {source:?}: expected the site's name without a scheme, as in dien-dan.example");
    }
    let found = read(engine, file).await?;
    let (read, days) = (found.len(), engine.local(now));
    if let Some(day) = found.iter().filter_map(|one| one.leaked).find(|day| *day > days) {
        bail!("{}: a row says that it leaked on {day}, which lies ahead; correct the day", file.display());
    }
    let directory = engine.look_at_directory().await?;
    let entries = concerning(found, directory.accounts.values());
    let list = LeakList {
        id: ids::fresh(now)?,
        source,
        document,
        leaked,
        imported: now,
        by: Some(operator.login.clone()),
        agency: None,
        entries,
    };
    let new = engine
        .store
        .write(now, async |mut tx| {
            let new = tx.import_leak(&list, &operator.login).await?;
            tx.commit(new).await
        })
        .await?;
    if !new {
        bail!(
            "{}: the same list from {} was taken in before; see: rosterd leak list",
            file.display(),
            list.source
        );
    }
    let mut figures = engine.leak_figures(&directory).await?;
    let LeakFigures { accounts, open } = figures.remove(&list.id).unwrap_or_default();
    if as_json {
        print_json(&json!({
            "schema": 1, "id": list.id, "source": list.source, "read": read, "kept": list.entries.len(),
            "accounts": accounts, "cleared": accounts - open, "open": open,
        }))?;
        return Ok(0);
    }
    match engine.config().language {
        Lang::Vi => crate::cli::line!(
            "{}: đọc {read} mục, liên quan {} mục, {accounts} tài khoản: {} đã đổi mật khẩu sau khi lộ, {open} phải đổi ngay",
            list.source,
            list.entries.len(),
            accounts - open
        ),
        Lang::En => crate::cli::line!(
            "{}: {read} entries read, {} concern accounts here, {accounts} accounts: {} changed since, {open} must change now",
            list.source,
            list.entries.len(),
            accounts - open
        ),
    }
    Ok(0)
}

/// The addresses and domains in a file. The bytes of a workbook are the reader's alone.
async fn read(engine: &Engine, file: &Path) -> Result<Vec<LeakEntry>> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let is_workbook = [&b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0"].iter().any(|magic| bytes.starts_with(magic));
    let found = if is_workbook {
        engine.reader().leaked(&bytes).await.map_err(|error| match error {
            ReaderError::Refused(finding) => {
                anyhow!("{}: {}", file.display(), finding.message(engine.config().language))
            }
            other @ (ReaderError::Start { .. } | ReaderError::Mappings(_)) => other.into(),
        })?
    } else {
        // With a mark of UTF-16 at its head it is read as that; addresses are the same in every other encoding.
        let (text, ..) = encoding_rs::UTF_8.decode(&bytes);
        if text.contains('\0') {
            bail!(
                "{}: neither text nor a workbook; expected .txt, .csv, .xlsx, .xls or .ods",
                file.display()
            );
        }
        in_text(&text)
    };
    if found.is_empty() {
        bail!(
            "{}: no address and no domain in it; expected one a line, or a table with a column of addresses",
            file.display()
        );
    }
    Ok(found)
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let lists = engine.store.leak_lists().await?;
    let directory = engine.look_at_directory().await?;
    let figures = engine.leak_figures(&directory).await?;
    let of = |list: &LeakList| figures.get(&list.id).copied().unwrap_or_default();
    if as_json {
        let lists = lists.iter().map(|list| {
            let LeakFigures { accounts, open } = of(list);
            let domains = list.entries.iter().filter(|one| one.kind == LeakKind::Domain).count();
            json!({
                "id": list.id, "source": list.source, "document": list.document, "leaked": list.leaked,
                "imported": list.imported, "by": list.by, "agency": list.agency, "kept": list.entries.len(),
                "domains": domains, "accounts": accounts, "cleared": accounts - open, "open": open,
            })
        });
        print_json(&json!({ "schema": 1, "lists": lists.collect::<Vec<_>>() }))?;
        return Ok(0);
    }
    for list in &lists {
        let LeakFigures { accounts, open } = of(list);
        let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
        let imported = day(engine.local(list.imported));
        let who = list.agency.as_ref().map(ToString::to_string);
        let who = who.or_else(|| list.by.as_ref().map(ToString::to_string)).unwrap_or_default();
        match engine.config().language {
            Lang::Vi => {
                let leaked = list
                    .leaked
                    .map_or_else(|| "không rõ ngày lộ".to_owned(), |one| format!("lộ {}", day(one)));
                crate::cli::line!(
                    "{imported}  {}  ({leaked}; {who}): {accounts} tài khoản, {open} chưa đổi mật khẩu",
                    list.source
                );
            }
            Lang::En => {
                let leaked = list
                    .leaked
                    .map_or_else(|| "day unknown".to_owned(), |one| format!("leaked {}", day(one)));
                crate::cli::line!(
                    "{imported}  {}  ({leaked}; {who}): {accounts} accounts, {open} not changed yet",
                    list.source
                );
            }
        }
    }
    Ok(0)
}
