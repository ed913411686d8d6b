//! What the sample province must come to, worked out from its truth.json alone.

use crate::support::site::PROVINCE;
use chrono::NaiveDate;
use rosterd::model::account::Attr;
use rosterd::model::change::{Change, ChangeKind};
use rosterd::model::evidence::Evidence;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The position that the site's role map gives a role for, and who holds it already by the site's export.
const CLERK: &str = "Công chức một cửa";
const HOLDS_THE_ROLE: &str = "Kpă Bích Nhung";
/// What the note of those who retire says (`Nghỉ hưu từ 01/12/2026`).
pub const RETIRES: NaiveDate = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();

#[derive(Deserialize)]
pub struct Truth {
    pub files: Vec<File>,
    pub directory: Directory,
}

#[derive(Deserialize)]
pub struct File {
    #[serde(rename = "file")]
    pub path: String,
    pub kind: String,
    pub agency: String,
    pub records: Vec<Record>,
}

#[derive(Deserialize)]
pub struct Record {
    pub row: u32,
    pub full_name: String,
    pub position: String,
    pub unit: Option<String>,
    pub phone: Option<String>,
    pub staff_code: Option<String>,
    pub email: Option<String>,
    pub status: Option<String>,
    pub action: Option<String>,
}

#[derive(Deserialize)]
pub struct Directory {
    pub missing: Vec<Someone>,
    pub extra: Vec<Someone>,
    pub title_differs: Vec<Someone>,
    pub moved: Vec<Moved>,
}

#[derive(Deserialize)]
pub struct Someone {
    pub agency: String,
    pub name: String,
}

#[derive(Deserialize)]
pub struct Moved {
    pub name: String,
    pub frm: String,
    pub to: String,
}

impl Truth {
    pub fn read() -> Self {
        serde_json::from_str(&std::fs::read_to_string(format!("{PROVINCE}/truth.json")).unwrap()).unwrap()
    }

    /// The row about a person of an agency.
    pub fn row(&self, agency: &str, name: &str) -> (&File, &Record) {
        let file = self.files.iter().find(|file| file.agency == agency).unwrap();
        (file, file.records.iter().find(|record| record.full_name == name).unwrap())
    }

    /// Those who get an account, with their row: on a list without an account, or asked for.
    pub fn joiners(&self) -> Vec<(&File, &Record)> {
        let missing = self.directory.missing.iter().map(|one| self.row(&one.agency, &one.name));
        missing.chain(self.asked("create")).collect()
    }

    /// The rows that ask for `action`.
    pub fn asked(&self, action: &'static str) -> impl Iterator<Item = (&File, &Record)> {
        self.rows().filter(move |(_, row)| row.action.as_deref() == Some(action))
    }

    pub fn retired(&self) -> impl Iterator<Item = (&File, &Record)> {
        self.rows().filter(|(_, row)| row.status.as_deref() == Some("retired"))
    }

    fn rows(&self) -> impl Iterator<Item = (&File, &Record)> {
        self.files.iter().flat_map(|file| file.records.iter().map(move |record| (file, record)))
    }

    /// Who is due the role and lacks it: the position says so, and the person works there.
    pub fn clerks(&self) -> impl Iterator<Item = (&File, &Record)> {
        self.rows().filter(|(_, row)| {
            row.position == CLERK
                && row.full_name != HOLDS_THE_ROLE
                && row.action.as_deref().is_none_or(|action| action == "create")
                && row.status.as_deref().is_none_or(|status| status == "active")
        })
    }

    /// Every change there must be, a line each.
    pub fn changes(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        let mut add = |kind: &str, agency: &str, name: &str, rest: String| {
            assert!(lines.insert(format!("{kind} {agency} {name}: {rest}")), "{kind} {name} twice");
        };
        for (file, row) in self.joiners() {
            let reason = if row.action.is_some() { "request-create" } else { "joiner" };
            let mut rest = format!("{reason}, gate one, {}, title={}", place(file, row), row.position);
            for (attr, value) in [("unit", &row.unit), ("phone", &row.phone), ("staff_code", &row.staff_code)]
            {
                if let Some(value) = value {
                    write!(rest, ", {attr}={value}").unwrap();
                }
            }
            add("create-account", &file.agency, &row.full_name, rest);
        }
        for one in &self.directory.title_differs {
            let (file, row) = self.row(&one.agency, &one.name);
            // A title that gives or takes a role is approved by a person.
            let gate = if row.position == CLERK { "one" } else { "none" };
            let rest = format!("roster-attribute, gate {gate}, {}, title={}", place(file, row), row.position);
            add("update-attributes", &one.agency, &one.name, rest);
        }
        for one in &self.directory.moved {
            let (file, row) = self.row(&one.to, &one.name);
            // Where the old agency lists its people, it says by leaving this one out that the person is gone.
            let both = self.files.iter().any(|file| file.agency == one.frm && file.kind == "full");
            let reason = if both { "transfer" } else { "transfer-by-receiver" };
            let rest =
                format!("{reason}, gate one, {}, from={}, agency={}", place(file, row), one.frm, one.to);
            add("move-account", &one.to, &one.name, rest);
        }
        for (action, reason) in [("suspend", "request-suspend"), ("revoke", "request-revoke")] {
            for (file, row) in self.asked(action) {
                let rest = format!("{reason}, gate one, {}, disabled=true", place(file, row));
                add("disable-account", &file.agency, &row.full_name, rest);
            }
        }
        for (file, row) in self.retired() {
            let rest = format!("leaver-by-status {RETIRES}, gate one, {}, disabled=true", place(file, row));
            add("disable-account", &file.agency, &row.full_name, rest);
        }
        for one in &self.directory.extra {
            let path = &self.files.iter().find(|file| file.agency == one.agency).unwrap().path;
            let rest = format!("no-roster-claims, gate two, {} without, disabled=true", base(path));
            add("orphan-account", &one.agency, &one.name, rest);
        }
        for (file, row) in self.clerks() {
            let rest = format!("role-by-position, gate one, {}, role=Cán bộ một cửa", place(file, row));
            add("grant-role", &file.agency, &row.full_name, rest);
        }
        lines
    }
}

fn place(file: &File, row: &Record) -> String {
    format!("{} row {}", base(&file.path), row.row)
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// A change in the words of [`Truth::changes`].
pub fn line(change: &Change) -> String {
    let name = change.label.split(" <").next().unwrap();
    let mut line = format!("{} {} {name}: {}", change.kind, change.agency, change.reason);
    if let Some(date) = change.effective {
        write!(line, " {date}").unwrap();
    }
    write!(line, ", gate {}", change.gate).unwrap();
    let place = change.evidence.iter().find_map(|evidence| match evidence {
        Evidence::Row { file, row, .. } => Some(format!("{file} row {row}")),
        Evidence::Absence { file, .. } => {
            (change.kind == ChangeKind::OrphanAccount).then(|| format!("{file} without"))
        }
        Evidence::Snapshot { .. }
        | Evidence::Operator { .. }
        | Evidence::Match { .. }
        | Evidence::Rule { .. }
        | Evidence::Unsettled { .. } => None,
    });
    write!(line, ", {}", place.unwrap_or_else(|| "no evidence".into())).unwrap();
    if change.kind == ChangeKind::MoveAccount {
        write!(line, ", from={}", change.before(Attr::Agency).unwrap()).unwrap();
    }
    for (attr, values) in &change.after {
        let told_elsewhere = match change.kind {
            // Names and the address are held against the directory, not against the plan.
            ChangeKind::CreateAccount => {
                !matches!(attr, Attr::Title | Attr::Unit | Attr::Phone | Attr::StaffCode)
            }
            ChangeKind::MoveAccount => *attr == Attr::Dn,
            ChangeKind::GrantRole => *attr != Attr::Role,
            _ => false,
        };
        if !told_elsewhere {
            write!(line, ", {}={}", attr.as_str(), values.as_slice().join("|")).unwrap();
        }
    }
    line
}
