//! What a site decides beside the written rules: since when they bind whom, who is exempt, who is told.

use super::days::{LockHours, clock};
use super::room::MailBrake;
use crate::model::ids::{AgencyCode, TargetId};
use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The `[rotation]` table of the configuration. Without it nothing is aged, nobody is warned and nobody is locked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// A profile's name, or a `.toml` file with one.
    pub profile: String,
    /// The day from which the rules bind agencies that `activation` does not name; without it they bind none of them.
    #[serde(default)]
    pub active_from: Option<NaiveDate>,
    /// The day for single agencies.
    #[serde(default)]
    pub activation: BTreeMap<AgencyCode, NaiveDate>,
    /// Logins of administrators.
    #[serde(default)]
    pub administrators: BTreeSet<String>,
    /// Who answers for the province's accounts: the step to the department goes there.
    pub department: Recipient,
    /// The chief: the ladder of a protected account ends there.
    pub chief: Recipient,
    /// The address that holders type by hand to change the password, without a scheme.
    pub sign_in_at: String,
    /// The same for systems beside the mailbox, by name.
    #[serde(default)]
    pub sign_in_at_systems: BTreeMap<TargetId, String>,
    /// The address that holders type by hand to see whether an address of theirs has leaked, without a scheme.
    #[serde(default)]
    pub leak_check_at: Option<String>,
    /// When accounts may be locked, on working days.
    #[serde(default)]
    pub lock_hours: LockHours,
    /// When no reminder leaves.
    #[serde(default)]
    pub quiet: Quiet,
    /// The most reminders that one pass writes; the rest follow in the next.
    #[serde(default = "per_pass")]
    pub reminders_per_pass: usize,
    /// How many letters steps may bring due at once before two operators let them go.
    #[serde(default)]
    pub mail_brake: MailBrake,
    /// Domains that reminders may go to; empty means the domain of the naming policy.
    #[serde(default)]
    pub recipient_domains: BTreeSet<String>,
    /// Hours within which a mail that was accepted may still come back.
    #[serde(default = "bounce_hours")]
    pub bounce_hours: u32,
    /// Holding stored passwords against the known default ones.
    #[serde(default)]
    pub default_passwords: DefaultPasswords,
    /// Exemptions.
    #[serde(default, rename = "exempt")]
    pub exemptions: Vec<Exemption>,
}

fn per_pass() -> usize {
    5_000
}

fn bounce_hours() -> u32 {
    24
}

/// The `[rotation.default_passwords]` table. Without it no stored password is ever read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DefaultPasswords {
    /// Whether rosterd may read what the directory stores in place of passwords and hold it against a list. The directory
    /// must show it to rosterd's account as well.
    pub read_stored: bool,
    /// Seconds that one pass may spend on it, on one thread of the lowest priority.
    pub seconds_per_pass: u64,
    /// Files with the site's own default passwords, in the form of `mappings/passwords/known.toml`.
    pub lists: Vec<PathBuf>,
}

impl Default for DefaultPasswords {
    fn default() -> Self {
        Self { read_stored: false, seconds_per_pass: 10, lists: Vec::new() }
    }
}

/// Somebody a step goes to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The person or office.
    pub name: String,
    /// The address.
    pub mail: String,
}

/// An account that the rules do not bind for a while.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// Its address or login.
    pub account: String,
    /// The last day.
    pub until: NaiveDate,
    /// Why, with the document's number.
    pub reason: String,
}

/// The hours in which no reminder leaves; they may run over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// From, local time.
    #[serde(deserialize_with = "clock")]
    pub from: NaiveTime,
    /// Until, local time.
    #[serde(deserialize_with = "clock")]
    pub until: NaiveTime,
}

impl Default for Quiet {
    fn default() -> Self {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self { from: at(20), until: at(6) }
    }
}

impl Quiet {
    /// Whether `time` lies in it.
    pub fn holds(&self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }
}

impl Settings {
    /// The day from which the rules bind `agency`.
    pub fn active_from(&self, agency: &AgencyCode) -> Option<NaiveDate> {
        self.activation.get(agency).copied().or(self.active_from)
    }

    /// Whether a reminder may go to `address`.
    pub fn may_receive(&self, address: &str) -> bool {
        let Some((_, domain)) = address.rsplit_once('@') else { return false };
        self.recipient_domains.iter().any(|one| one.eq_ignore_ascii_case(domain))
    }

    /// What is wrong with it, if anything.
    pub fn check(&self) -> Result<(), String> {
        if let Some(one) = self.exemptions.iter().find(|one| one.reason.trim().is_empty()) {
            return Err(format!("exempt {}: reason is empty; expected the document and why", one.account));
        }
        let of_systems = self.sign_in_at_systems.values().map(|at| ("sign_in_at_systems", at));
        let typed = [("sign_in_at", &self.sign_in_at)].into_iter().chain(of_systems);
        for (name, at) in typed.chain(self.leak_check_at.iter().map(|at| ("leak_check_at", at))) {
            if at.trim().is_empty() || at.contains("://") || at.trim().contains(char::is_whitespace) {
                return Err(format!(
                    "{name} = {at:?}: expected the address as it is typed by hand, as in \"mail.tinh.gov.vn\""
                ));
            }
        }
        if self.default_passwords.seconds_per_pass == 0 {
            return Err("default_passwords.seconds_per_pass = 0: expected at least 1".into());
        }
        if self.lock_hours.from >= self.lock_hours.until {
            return Err("lock_hours: until must be later than from".into());
        }
        for (name, one) in [("department", &self.department), ("chief", &self.chief)] {
            if !one.mail.contains('@') {
                return Err(format!("{name}.mail = {:?} is no address", one.mail));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> Settings {
        toml::from_str(&format!(
            "profile = 'gia-lai-2020'\nsign_in_at = 'mail.tinh.gov.vn'\n\
             department = {{ name = 'Phòng', mail = 'p@tinh.gov.vn' }}\nchief = {{ name = 'Ông', mail = 'o@tinh.gov.vn' }}\n{more}"
        ))
        .unwrap()
    }

    #[test]
    fn the_quiet_hours_run_over_midnight() {
        let quiet = Quiet::default();
        let at = |text: &str| quiet.holds(text.parse().unwrap());
        assert!(at("23:00:00") && at("05:59:59") && at("20:00:00"));
        assert!(!at("06:00:00") && !at("19:59:59"));
    }

    #[test]
    fn an_agency_has_its_own_day_or_the_province_s_or_none() {
        let code = |text: &str| AgencyCode::parse(text).unwrap();
        let some = settings("active_from = '2026-01-05'\nactivation = { snv = '2026-02-02' }");
        assert_eq!(some.active_from(&code("snv")), "2026-02-02".parse().ok());
        assert_eq!(some.active_from(&code("skhcn")), "2026-01-05".parse().ok());
        assert_eq!(settings("").active_from(&code("snv")), None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        settings("").check().unwrap();
        let exempt = "[[exempt]]\naccount = 'a'\nuntil = '2026-01-01'\nreason = ' '";
        assert!(settings(exempt).check().unwrap_err().contains("reason is empty"));
        let hours = "lock_hours = { from = '11:00', until = '08:00' }";
        assert!(settings(hours).check().unwrap_err().contains("lock_hours"));
        let link = Settings { sign_in_at: "https://mail.tinh.gov.vn".into(), ..settings("") };
        assert!(link.check().unwrap_err().contains("typed by hand"));
    }
}
