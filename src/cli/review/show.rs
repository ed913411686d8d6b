//! `rosterd review show`: one change, question or brake with everything known of it.

use super::super::{Code, print_json, words};
use super::decide::{find_brake, find_change, find_question};
use crate::model::Lang;
use crate::model::change::{State, StoredChange};
use crate::model::evidence::Evidence;
use crate::reconcile::row_result::kind_phrase;
use crate::store::CallBack;
use crate::worker::engine::Engine;
use anyhow::{Result, bail};
use serde_json::json;

/// Shows what `id` names.
pub async fn run(engine: &Engine, id: &str, as_json: bool) -> Result<Code> {
    let lang = engine.config().language;
    if let Some(stored) = find_change(engine, id).await? {
        if as_json {
            print_json(&stored)?;
        } else {
            crate::cli::text!("{}", change(&stored, lang));
            let by = engine.answer_by(&stored).unwrap_or_else(|| engine.serve_by(&stored));
            crate::cli::line!(
                "{:<16} {}",
                if lang == Lang::Vi { "Thời hạn" } else { "To be served" },
                by.format("%d/%m/%Y")
            );
            for (deputy, absent) in engine.store.stand_ins(&stored.id).await? {
                crate::cli::line!(
                    "{:<16} {deputy} ({} {absent})",
                    if lang == Lang::Vi { "Duyệt thay" } else { "Deputy" },
                    if lang == Lang::Vi { "thay" } else { "for" }
                );
            }
            for one in crate::cli::handover::sessions(engine, &stored, lang).await? {
                crate::cli::line!(
                    "{:<16} {one}",
                    if lang == Lang::Vi { "Phiên đăng nhập" } else { "Sessions" }
                );
            }
            for call in engine.store.call_backs(&stored.key).await? {
                let CallBack { operator, number, spoke_with, at } = call;
                let name = if lang == Lang::Vi { "Gọi lại" } else { "Call-back" };
                let at = at.with_timezone(&engine.config().time_zone).format("%d/%m/%Y %H:%M");
                crate::cli::line!("{name:<16} {operator}: {number}, {spoke_with}, {at}");
            }
        }
        return Ok(0);
    }
    if let Some((key, question)) = find_question(engine, id).await? {
        if as_json {
            print_json(&json!({ "key": key, "question": question }))?;
        } else {
            crate::cli::line!("{key}\n{}", words::question_line(&question, lang));
            for candidate in &question.candidates {
                crate::cli::line!(
                    "  {}  {}  {}",
                    candidate.answer,
                    candidate.label,
                    candidate.fields.join("; ")
                );
            }
            for one in &question.evidence {
                crate::cli::line!("  {}", evidence(one, lang));
            }
        }
        return Ok(0);
    }
    if let Some((brake, by)) = find_brake(engine, id).await? {
        if as_json {
            print_json(&json!({ "brake": brake, "released_by": by }))?;
        } else {
            crate::cli::line!("{}", words::brake_line(&brake, lang));
            for key in &brake.holds {
                crate::cli::line!("  {key}");
            }
        }
        return Ok(0);
    }
    bail!("nothing is named {id:?}: `rosterd review list` shows what there is")
}

fn change(stored: &StoredChange, lang: Lang) -> String {
    use std::fmt::Write;
    let change = &stored.change;
    let mut text = String::new();
    let mut line = |vi: &str, en: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{:<16} {value}", if lang == Lang::Vi { vi } else { en });
        }
    };
    line("Mã", "Id", stored.id.as_str());
    line("Trạng thái", "State", words::state(stored.state, lang));
    line("Việc", "What", kind_phrase(change.kind, lang));
    line("Ai", "Who", &change.label);
    line("Cơ quan", "Agency", change.agency.as_str());
    line("Hệ thống", "System", change.target.as_str());
    line("Quy tắc", "Rule", change.reason.as_str());
    line("Văn bản", "Document", change.document.as_deref().unwrap_or(""));
    line("Ngày thực hiện", "Due", &change.due.format("%d/%m/%Y").to_string());
    line("Mức rủi ro", "Risk", change.risk.as_str());
    let approvals =
        format!("{}/{} {}", stored.approvals.len(), change.gate.needed(), stored.approvals.join(", "));
    line("Duyệt", "Approvals", &approvals);
    line("Kết quả", "Outcome", stored.outcome.as_deref().unwrap_or(""));
    for (attr, after) in &change.after {
        let before = change.before.get(attr).cloned().unwrap_or_default();
        let name = words::attr(*attr, lang);
        line(&format!("  {name}"), &format!("  {name}"), &format!("{before} → {after}"));
    }
    for one in &change.evidence {
        let (vi, en) = match one {
            Evidence::Match { .. } | Evidence::Unsettled { .. } => ("Khớp", "Match"),
            Evidence::Row { .. }
            | Evidence::Absence { .. }
            | Evidence::Snapshot { .. }
            | Evidence::Rule { .. }
            | Evidence::Operator { .. } => ("Căn cứ", "Evidence"),
        };
        line(vi, en, &evidence(one, lang));
    }
    if stored.state == State::Held
        && let Some(agency) = change.waits_for_matches_of()
    {
        line("Đang chờ", "Waits for", &words::waits_for_matches(agency, lang));
    }
    text
}

/// Evidence in words.
pub fn evidence(evidence: &Evidence, lang: Lang) -> String {
    let number = |document: &Option<crate::model::evidence::DocumentRef>| {
        document
            .as_ref()
            .and_then(|one| one.number.clone())
            .map(|number| format!(" ({number})"))
            .unwrap_or_default()
    };
    match (evidence, lang) {
        (Evidence::Row { file, sheet, row, document, .. }, Lang::Vi) => {
            format!("{file}, trang {sheet}, dòng {row}{}", number(document))
        }
        (Evidence::Row { file, sheet, row, document, .. }, Lang::En) => {
            format!("{file}, sheet {sheet}, row {row}{}", number(document))
        }
        (Evidence::Absence { file, document, .. }, Lang::Vi) => {
            format!("không có tên trong {file}{}", number(document))
        }
        (Evidence::Absence { file, document, .. }, Lang::En) => {
            format!("not named in {file}{}", number(document))
        }
        (Evidence::Snapshot { target, entry }, _) => format!("{target}: {entry}"),
        (Evidence::Rule { document, basis, .. }, _) => format!("{document}: {basis}"),
        (Evidence::Operator { login, reason }, _) => format!("{login}: {reason}"),
        (Evidence::Match { row, account }, lang) => words::found_by(*row, account.as_ref(), lang),
        (Evidence::Unsettled { agency }, lang) => words::unsettled(agency, lang),
    }
}
