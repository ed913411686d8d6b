//! A hand-off system: one without an API. Its administrator drops exports of who holds which role and gets
//! work orders; only an export newer than the order shows that something was done.

mod confirm;
mod export;
mod lookups;
mod newest;
mod reading;

pub use confirm::{Seen, confirm};
pub use export::{ExportError, parse_export};
pub use lookups::{LookupColumns, LookupFiles};
pub(in crate::systems) use lookups::{minute, poll_minutes};
pub use newest::{DropError, ExportFile, exports_since, newest_export};
pub use reading::{Handoff, LookError};

use super::lookups::Counting;
use super::settings::target;
use super::shrink::Shrink;
use crate::model::agency::Contact;
use crate::model::calendar::add_working_days;
use crate::model::ids::TargetId;
use crate::model::role::Can;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// A work order asks for roles.
pub const CAN: Can = Can {
    list: false,
    create: false,
    disable: false,
    roles: true,
    password_age: false,
    lookups: false,
    end_sessions: false,
};

/// One hand-off system as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in lists and file names (`tthc`).
    #[serde(deserialize_with = "target")]
    pub name: TargetId,
    /// What its users call it, for mails and orders.
    pub title: String,
    /// Where its exports are dropped; the newest counts.
    pub export_dir: PathBuf,
    /// Where work orders are put.
    pub orders_dir: PathBuf,
    /// Its administrator.
    pub contact: Contact,
    /// How many working days an order may take.
    #[serde(default)]
    pub deadline_days: DeadlineDays,
    /// Who is written to when an order's deadline has passed and no export has confirmed it; each step once.
    #[serde(default = "escalation")]
    pub escalation: Vec<Step>,
    /// Headings of the export that the usual names do not cover.
    #[serde(default)]
    pub columns: Columns,
    /// An account without a role has an empty cell. Unless the site says so, an empty cell says nothing and
    /// the export counts as cut.
    #[serde(default)]
    pub empty_role_means_none: bool,
    /// How much fewer roles than in the last good export are believed.
    #[serde(default)]
    pub shrink: Shrink,
    /// Files that count look-ups. Without them, nothing is known of look-ups.
    #[serde(default)]
    pub lookups: Option<LookupFiles>,
    /// How long an export must lie unchanged before it is read.
    #[serde(default = "settle_seconds")]
    pub settle_seconds: u32,
}

/// A step of the escalation of an order that is late.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// So many working days after the deadline.
    pub days: NonZeroU32,
    /// To whom; without it, to the system's own contact.
    #[serde(default)]
    pub to: Option<Contact>,
}

/// The system's contact, on the first working day after the deadline.
fn escalation() -> Vec<Step> {
    vec![Step { days: NonZeroU32::MIN, to: None }]
}

impl Settings {
    /// What is wrong with these settings, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        let steps: Vec<_> = self.escalation.iter().map(|step| step.days).collect();
        if steps.is_sorted_by(|one, next| one < next) {
            return Ok(());
        }
        Err("escalation: each step must be on a later day than the one before".into())
    }

    /// How it counts look-ups, where it does.
    pub fn counting(&self) -> Option<Counting> {
        self.lookups.as_ref().map(|files| Counting::new(files.counted_by, files.poll_minutes))
    }

    /// The steps that have come for an order that was due at the end of `due`: the number of each, and whom it is to.
    pub fn steps(
        &self,
        due: NaiveDate,
        today: NaiveDate,
        holidays: &BTreeSet<NaiveDate>,
    ) -> Vec<(usize, &Contact)> {
        let come = |step: &Step| add_working_days(due, step.days.get(), holidays) <= today;
        let steps = self.escalation.iter().enumerate().filter(|(_, step)| come(step));
        steps.map(|(number, step)| (number, step.to.as_ref().unwrap_or(&self.contact))).collect()
    }
}

fn settle_seconds() -> u32 {
    5
}

/// Working days for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeadlineDays {
    /// For most.
    pub normal: NonZeroU32,
    /// For a leaver and an incident.
    pub urgent: NonZeroU32,
}

impl Default for DeadlineDays {
    fn default() -> Self {
        Self { normal: NonZeroU32::MIN.saturating_add(2), urgent: NonZeroU32::MIN }
    }
}

/// Headings that a site names itself; without one the usual names are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Tên đăng nhập.
    pub login: Option<String>,
    /// Họ và tên.
    pub name: Option<String>,
    /// Thư điện tử.
    pub mail: Option<String>,
    /// Đơn vị.
    pub agency: Option<String>,
    /// Vai trò.
    pub role: Option<String>,
    /// Số hồ sơ đang xử lý.
    pub open_files: Option<String>,
    /// Ngày đổi mật khẩu.
    pub password_changed: Option<String>,
}

/// The file name of the order `number` of one day.
pub fn order_name(target: &TargetId, date: NaiveDate, number: u32) -> String {
    format!("{target}-{date}-{number:02}.xlsx")
}

/// The next free number of the day, where `existing` are the names in the orders' folder.
pub fn next_order_number<'a>(
    target: &TargetId,
    date: NaiveDate,
    existing: impl IntoIterator<Item = &'a str>,
) -> u32 {
    let prefix = format!("{target}-{date}-");
    let number = |name: &str| name.strip_prefix(&prefix)?.strip_suffix(".xlsx")?.parse::<u32>().ok();
    existing.into_iter().filter_map(number).max().unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"
        title = "Hệ thống một cửa"
        export_dir = "tthc/export"
        orders_dir = "tthc/orders"
        contact = { name = "Phạm Thị Em", mail = "em@example.vn", phone = "0200 0000 001" }
    "#;

    fn settings(name: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(&format!("name = {name:?}\n{SETTINGS}"))
    }

    #[test]
    fn a_system_is_named_so_that_it_can_be_part_of_a_file_name() {
        assert_eq!(settings("tthc").unwrap().name, TargetId::new("tthc"));
        for bad in ["mail", "", "../tthc", "một cửa"] {
            assert!(settings(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn orders_are_urgent_in_one_day_and_normal_in_three() {
        let days = settings("tthc").unwrap().deadline_days;
        assert_eq!((days.normal.get(), days.urgent.get()), (3, 1));
    }

    #[test]
    fn a_late_order_goes_up_step_by_step_on_working_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let chief = "{ days = 3, to = { name = \"Lê Văn Trưởng\", mail = \"truong@example.vn\" } }";
        let text = |steps: &str| format!("name = \"tthc\"\n{SETTINGS}\nescalation = [{steps}]");
        let settings: Settings = toml::from_str(&text(&format!("{{ days = 1 }}, {chief}"))).unwrap();
        assert_eq!(settings.check(), Ok(()));
        // Due on Friday; Monday is a holiday.
        let holidays = BTreeSet::from([day("2026-11-30")]);
        let steps = |today: &str| -> Vec<String> {
            let steps = settings.steps(day("2026-11-27"), day(today), &holidays).into_iter();
            steps.map(|(number, to)| format!("{number} {}", to.mail)).collect()
        };
        for (today, expected) in [
            ("2026-11-27", &[][..]),
            ("2026-11-30", &[]),
            ("2026-12-01", &["0 em@example.vn"]),
            ("2026-12-02", &["0 em@example.vn"]),
            ("2026-12-03", &["0 em@example.vn", "1 truong@example.vn"]),
        ] {
            assert_eq!(steps(today), expected, "{today}");
        }
        let backwards: Settings = toml::from_str(&text(&format!("{chief}, {{ days = 1 }}"))).unwrap();
        assert!(backwards.check().unwrap_err().starts_with("escalation: "));
    }

    #[test]
    fn orders_of_a_day_are_numbered() {
        let target = TargetId::new("tthc");
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let mut names = vec![
            "readme.txt".to_owned(),
            "tthc-2026-11-21-07.xlsx".to_owned(),
            "qoffice-2026-11-22-09.xlsx".to_owned(),
            "tthc-2026-11-22-x.xlsx".to_owned(),
        ];
        for expected in 1..=101 {
            let number = next_order_number(&target, date, names.iter().map(String::as_str));
            assert_eq!(number, expected);
            names.push(order_name(&target, date, number));
        }
        assert_eq!(names[4], "tthc-2026-11-22-01.xlsx");
        assert_eq!(names.last().unwrap(), "tthc-2026-11-22-101.xlsx");
    }
}
