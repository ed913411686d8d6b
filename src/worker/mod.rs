//! The worker: passes, schedule, leases, shutdown. It starts stages and holds no rules.

mod answering;
pub mod asking;
pub mod by_phone;
mod daily;
pub mod engine;
mod figures;
pub mod guessing;
mod history;
pub mod incidents;
mod known;
mod late_orders;
pub mod leaks;
pub mod look;
mod lookups;
pub mod mailing;
pub mod pass;
pub mod planning;
pub mod pressing;
pub mod preview;
pub mod reminding;
mod returning;
pub mod rotating;
pub mod schedule;
pub mod service;
pub mod standings;
pub mod telling;
pub mod tips;
pub mod undoing;

use serde::Deserialize;
use std::path::PathBuf;

/// The `[worker]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// This worker's name: its lane of the audit trail. The same after a restart; another on another machine.
    pub name: String,
    /// When passes run, as cron expressions with day names, in the province's time zone.
    pub schedule: Vec<String>,
    /// How often the inbox is looked at, in seconds; what arrives starts a pass.
    pub poll_seconds: u64,
    /// Passes only apply what is approved where this is true; else `rosterd apply` does.
    pub apply: bool,
    /// The local hour from which on the first pass of a day writes to those on duty how things stand;
    /// 24: none does.
    pub daily_letter_hour: u32,
    /// A file that is touched while the worker lives.
    pub heartbeat_file: Option<PathBuf>,
    /// A program (and its arguments) run after each good pass: a dead man's switch elsewhere.
    pub heartbeat_command: Vec<String>,
    /// A program (and its arguments) that tells somebody when a pass fails or mail cannot leave: a webhook or an
    /// SMS gateway. The message comes on its standard input.
    pub alert_command: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "rosterd".into(),
            schedule: vec!["0 6-18/2 * * MON-FRI".into()],
            poll_seconds: 15,
            apply: true,
            daily_letter_hour: 7,
            heartbeat_file: None,
            heartbeat_command: Vec::new(),
            alert_command: Vec::new(),
        }
    }
}

impl Settings {
    /// What is wrong with them, with what was expected.
    pub fn check(&self) -> Result<(), String> {
        if self.daily_letter_hour <= 24 {
            return Ok(());
        }
        Err(format!(
            "daily_letter_hour = {}: a day has no such hour; expected 0 to 23, or 24 for no letter",
            self.daily_letter_hour
        ))
    }
}
