//! The list of accounts that TCVN 14423:2026 asks for: of each its type, name, status, system, manager, department, and when
//! it was activated and disabled.

use super::{Cell, Report, Table, columns, say, shown_day};
use crate::model::Lang;
use crate::model::name::{ascii, by_given};
use chrono::NaiveDate;
use serde::Serialize;

/// An account as the list has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// The system it is in.
    pub system: String,
    /// The agency that answers for it.
    pub agency: String,
    /// The department or unit within.
    pub unit: String,
    /// Its login or address.
    pub account: String,
    /// Whose it is, or what it is for.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Who manages it: the agency's contact, a system's administrator.
    pub manager: String,
    /// Whether it may be used.
    pub open: bool,
    /// What it may do, beside being there.
    pub roles: Vec<String>,
    /// When it was activated, where that is on record.
    pub activated: Option<NaiveDate>,
    /// When it was first seen; it is older where no activation is on record.
    pub first_seen: Option<NaiveDate>,
    /// When it was disabled, where that is on record.
    pub disabled: Option<NaiveDate>,
}

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A person's.
    Person,
    /// A unit's mailbox.
    Unit,
    /// A program's.
    Service,
    /// One that is never written: an administrator's, a break-glass one.
    Protected,
}

impl Line {
    /// Where it stands in the list: system by system, agency by agency, unit by unit, people by given name. What two share
    /// beyond that is told apart by the account.
    pub fn place(&self) -> impl Ord + use<> {
        let Self { system, agency, unit, account, name, .. } = self;
        (system.clone(), ascii(agency), agency.clone(), unit.clone(), by_given(name), account.clone())
    }
}

impl Kind {
    fn phrase(self, lang: Lang) -> String {
        match self {
            Self::Person => say(lang, "cá nhân", "person"),
            Self::Unit => say(lang, "đơn vị", "unit"),
            Self::Service => say(lang, "dịch vụ", "service"),
            Self::Protected => say(lang, "quản trị, được bảo vệ", "administrator, protected"),
        }
    }
}

/// Lays out the list. `unread` are systems that could not be read: nothing is said of them.
pub fn report(lines: &[Line], unread: &[String], issuer: &str, date: NaiveDate, lang: Lang) -> Report {
    let open = lines.iter().filter(|line| line.open).count();
    let mut facts = vec![
        (say(lang, "Số tài khoản", "Accounts"), lines.len().to_string()),
        (say(lang, "Đang hoạt động", "Open"), open.to_string()),
        (say(lang, "Đã khóa", "Disabled"), (lines.len() - open).to_string()),
        (say(lang, "Căn cứ", "Basis"), "TCVN 14423:2026".to_owned()),
    ];
    if !unread.is_empty() {
        let name =
            say(lang, "Hệ thống không đọc được, chưa có trong danh sách", "Systems not read, left out");
        facts.push((name, unread.join("; ")));
    }
    Report {
        lang,
        issuer: issuer.to_owned(),
        title: say(lang, "Danh sách tài khoản", "List of accounts"),
        subtitle: say(lang, "Tính đến ngày ", "As of ") + &shown_day(date),
        date,
        facts,
        charts: Vec::new(),
        tables: vec![Table {
            title: say(lang, "Tài khoản", "Accounts"),
            columns: columns(
                lang,
                &[
                    ("STT", "No.", 6),
                    ("Hệ thống", "System", 14),
                    ("Loại", "Type", 12),
                    ("Tài khoản", "Account", 28),
                    ("Họ và tên", "Name", 22),
                    ("Cơ quan", "Agency", 24),
                    ("Phòng, bộ phận", "Department", 20),
                    ("Người quản lý", "Manager", 20),
                    ("Vai trò", "Roles", 20),
                    ("Trạng thái", "Status", 11),
                    ("Ngày kích hoạt", "Activated", 14),
                    ("Ngày khóa", "Disabled", 12),
                ],
            ),
            rows: (1..).zip(lines).map(|(number, line)| row(number, line, lang)).collect(),
        }],
        minutes: Vec::new(),
        signatures: vec![
            say(lang, "Người lập danh sách", "Prepared by"),
            say(lang, "Thủ trưởng đơn vị", "Head of the unit"),
        ],
    }
}

fn row(number: u64, line: &Line, lang: Lang) -> Vec<Cell> {
    let state =
        if line.open { say(lang, "hoạt động", "open") } else { say(lang, "đã khóa", "disabled") };
    let activated = match (line.activated, line.first_seen) {
        (Some(day), _) => Cell::Day(Some(day)),
        (None, Some(seen)) => Cell::Text(say(lang, "trước ", "before ") + &shown_day(seen)),
        (None, None) => Cell::Day(None),
    };
    vec![
        number.into(),
        line.system.clone().into(),
        line.kind.phrase(lang).into(),
        line.account.clone().into(),
        line.name.clone().into(),
        line.agency.clone().into(),
        line.unit.clone().into(),
        line.manager.clone().into(),
        line.roles.join("; ").into(),
        state.into(),
        activated,
        line.disabled.into(),
    ]
}
