//! Show: changes, questions and brakes as lines that a person reads.

use chrono::NaiveDate;
use rosterd::model::account::{Account, Attr, Values};
use rosterd::model::brake::Brake;
use rosterd::model::change::{Change, ChangeKind, Gate, StoredChange};
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::{AgencyCode, ChangeKey, TargetId};
use rosterd::model::question::{Question, QuestionKind};
use rosterd::model::role::Unclaimed;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The domain of every address in a scenario: left out in lines.
pub const DOMAIN: &str = "tinh.gov.vn";

/// What a change is about, shortly: a login, or a login with a role.
pub fn subject(change: &Change) -> String {
    match change.kind {
        // Of another system, whose login may be another name.
        _ if change.target != TargetId::mail()
            && change.before(Attr::Role).or(change.after(Attr::Role)).is_none() =>
        {
            format!(
                "{} in {}",
                change.subject.as_str().trim_end_matches(&format!("@{DOMAIN}")),
                change.target
            )
        }
        ChangeKind::CreateAccount => change.after(Attr::Login).unwrap_or("?").to_owned(),
        ChangeKind::GrantRole | ChangeKind::RevokeRole if change.target.as_str() != "tthc" => {
            let seat = change.subject.as_str().replace(&format!("@{DOMAIN}#"), " ");
            format!("{seat} in {}", change.target)
        }
        ChangeKind::GrantRole | ChangeKind::RevokeRole => {
            change.subject.as_str().replace(&format!("@{DOMAIN}#"), " ")
        }
        _ => change.subject.to_string(),
    }
}

/// Kind and subject.
pub fn brief(change: &Change) -> String {
    format!("{} {}", change.kind, subject(change))
}

/// A change with everything that matters for a decision, the attributes on lines of their own.
pub fn change(change: &Change, today: NaiveDate, names: &BTreeMap<ChangeKey, String>) -> Vec<String> {
    let gate = match change.gate {
        Gate::None => "no approval",
        Gate::One => "one approval",
        Gate::Two => "two approvals",
    };
    let mut first = format!("{} ({}): {}, {gate}", brief(change), change.agency, change.reason);
    if change.due != today {
        let _ = write!(first, ", due {}", change.due);
    }
    if let Some(document) = &change.document {
        let _ = write!(first, ", document {document}");
    }
    if let Some(agency) = change.waits_for_matches_of() {
        let _ = write!(first, ", waits for the matches of {agency}");
    }
    for need in &change.needs {
        let _ = write!(first, ", after {}", names.get(need).map_or("another", String::as_str));
    }
    let mut lines = vec![first];
    let is_own = |attr: Attr| match attr {
        Attr::Login => change.target != TargetId::mail(),
        Attr::Role => false,
        attr if attr.is_told_by_kind() => false,
        Attr::Agency => change.kind == ChangeKind::MoveAccount,
        Attr::FullName | Attr::Mail if change.target != TargetId::mail() => false,
        Attr::Mail => change.after(attr) != Some(format!("{}@{DOMAIN}", subject(change)).as_str()),
        _ => true,
    };
    for (attr, after) in change.after.iter().filter(|(attr, _)| is_own(**attr)) {
        let text = |values: Option<&Values>| match values.map(ToString::to_string) {
            Some(text) if !text.is_empty() => text,
            _ => "nothing".to_owned(),
        };
        let before = text(change.before.get(attr));
        let before = if change.kind == ChangeKind::CreateAccount { String::new() } else { before + " -> " };
        lines.push(format!("  {}: {before}{}", attr.as_str(), text(Some(after))));
    }
    lines
}

/// A question with its answers.
pub fn question(question: &Question) -> String {
    let kind = match question.kind {
        QuestionKind::WhoIs => "who is",
        QuestionKind::FreeText => "free text of",
        QuestionKind::UnreadRows => "unread rows of",
        QuestionKind::Contradiction => "contradiction about",
        QuestionKind::HandOver => "who takes over the files of",
        QuestionKind::RolesApart => "which role stays with",
        QuestionKind::NoAccount => "who creates an account for",
        QuestionKind::Custodian => "who keeps",
        QuestionKind::Attestation => "still the same at",
    };
    let answers: Vec<&str> = question.candidates.iter().map(|one| one.answer.as_str()).collect();
    let answers = if answers.is_empty() { "any words".to_owned() } else { answers.join(" or ") };
    format!("{kind} {} ({}, {})? {answers}", question.label, question.agency, rows(question))
}

/// The rows that raise a question.
pub fn rows(question: &Question) -> String {
    let row = |evidence: &Evidence| match evidence {
        Evidence::Row { roster, row, .. } => format!("{roster} row {row}"),
        Evidence::Absence { roster, .. } => format!("missing from {roster}"),
        Evidence::Snapshot { target, entry } => {
            format!("{target} {}", entry.replace(&format!("@{DOMAIN}"), ""))
        }
        other => format!("{other:?}"),
    };
    question.evidence.iter().map(row).collect::<Vec<_>>().join(" and ")
}

/// A role that nobody on any roster holds.
pub fn unclaimed(one: &Unclaimed) -> String {
    let Unclaimed { target, agency, holder, name: _, role } = one;
    let agency = agency.as_ref().map_or("any agency", AgencyCode::as_str);
    format!(
        "{target}: {role} in {agency} is held by {}, whom no roster names",
        holder.replace(&format!("@{DOMAIN}"), "")
    )
}

/// A brake with its arithmetic.
pub fn brake(brake: &Brake) -> String {
    let Brake { key: _, scope, kind, wanted, spent, limit, of_accounts, holds: _ } = brake;
    format!(
        "brake {kind} of {scope}: {wanted} wanted and {spent} done, limit {limit} among {of_accounts} accounts"
    )
}

/// An account.
pub fn account(account: &Account) -> String {
    let mut line = format!("{}:", account.id);
    for attr in [Attr::FullName, Attr::Agency, Attr::Title, Attr::Unit, Attr::Phone] {
        let values = account.attrs.get(&attr).map(ToString::to_string);
        line += &values.filter(|text| !text.is_empty()).map(|text| format!(" {text},")).unwrap_or_default();
    }
    for alias in account.all(Attr::Alias) {
        let _ = write!(line, " also {alias},");
    }
    line + if account.is_disabled() { " disabled" } else { " open" }
        + if account.is_closed() { ", closed" } else { "" }
}

/// A stored change with its state.
pub fn stored(one: &StoredChange) -> String {
    format!("{} {}", one.state, brief(&one.change))
}
