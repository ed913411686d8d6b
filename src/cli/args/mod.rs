//! The command line's grammar. What each command does is in the module of its name.

mod incident;
mod operator;
mod report;
mod review;
mod rotation;

pub use incident::{IncidentAction, TriageAction};
pub use operator::{OperatorAction, RoleArg, TokenAction};
pub use report::ReportOn;
pub use review::Review;
pub use rotation::{CampaignAction, NoticeAction, Rotation};

use crate::model::Lang;
use crate::store::LaneHead;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Keeps a province's official accounts honest.
#[derive(Debug, Parser)]
#[command(name = "rosterd", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// The configuration file.
    #[arg(long, global = true, default_value = "rosterd.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// The language of sentences.
    #[arg(long, global = true, value_enum, value_name = "vi|en")]
    pub lang: Option<LangArg>,
    /// Print JSON on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads a command line, the program's name first.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words: Vec<OsString> = words.into_iter().collect();
        let cli = Self::try_parse_from(&words)?;
        // clap refuses an option given twice in one place; of one given before the command and after it, it takes
        // the last without a word.
        for option in ["--config", "--lang"] {
            let is = |word: &&OsString| {
                let word = word.to_string_lossy();
                word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
            };
            if words.iter().take_while(|word| *word != "--").filter(is).count() > 1 {
                let why = format!("the argument '{option}' cannot be used multiple times");
                return Err(Self::command().error(ErrorKind::ArgumentConflict, why));
            }
        }
        Ok(cli)
    }
}

/// `vi` or `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Vi => Self::Vi,
            LangArg::En => Self::En,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lay out a sample province in DIR and run the worker on it.
    Demo {
        /// Where; it must be empty or an earlier demo.
        #[arg(default_value = "rosterd-demo")]
        dir: PathBuf,
        /// Stop after the first pass.
        #[arg(long)]
        once: bool,
    },
    /// Write a commented starter configuration.
    Init {
        /// Where.
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Check configuration, mappings, database, directory, systems, mail and folders.
    Check,
    /// Show how workbooks are understood; stores nothing.
    Read(ReadArgs),
    /// Run the worker.
    Run {
        /// One pass: intake, plan, apply what is approved, notify; then stop.
        #[arg(long)]
        once: bool,
    },
    /// Show what would change; stores nothing.
    Plan(PlanArgs),
    /// Review pending changes.
    Review {
        /// What to do; without it, the list.
        #[command(subcommand)]
        action: Option<Review>,
    },
    /// Carry out what is approved.
    Apply,
    /// Propose the reverse of what was carried out.
    Undo(UndoArgs),
    /// Stop every write or every mail at once.
    Pause {
        /// What to stop.
        what: Pausable,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Go on.
    Resume {
        /// What; without it, both.
        what: Option<Pausable>,
    },
    /// Legal holds: nothing of their subject is deleted or runs out.
    Hold {
        /// What to do.
        #[command(subcommand)]
        action: Hold,
    },
    /// Enrol, list and remove operators.
    Operator {
        /// What to do.
        #[command(subcommand)]
        action: OperatorAction,
    },
    /// Agencies' contacts: who answers for its rosters, and what they confirm.
    Contact {
        /// What to do.
        #[command(subcommand)]
        action: ContactAction,
    },
    /// Handover slips of first passwords.
    Slip {
        /// What to do.
        #[command(subcommand)]
        action: Slip,
    },
    /// Write an agency's roster, filled in with what is known, for the agency to correct and drop.
    Template {
        /// The agency's code.
        #[arg(value_name = "AGENCY")]
        agency: String,
        /// Where to; without it `AGENCY-danh-sach.xlsx` here. A file that is there already is never replaced.
        #[arg(long, value_name = "FILE.xlsx")]
        out: Option<PathBuf>,
    },
    /// Reports: as text, JSON, a workbook or a page ready to print.
    Report {
        /// On what.
        #[command(subcommand)]
        on: ReportOn,
    },
    /// Rotation of passwords: who stands where, reminders, campaigns.
    Rotation {
        /// What to do; without it, the status.
        #[command(subcommand)]
        action: Option<Rotation>,
    },
    /// Incidents: accounts in somebody else's hands, locked at once.
    Incident {
        /// What to do.
        #[command(subcommand)]
        action: IncidentAction,
    },
    /// Lists of leaked accounts: whoever stands in one must change the password now.
    Leak {
        /// What to do.
        #[command(subcommand)]
        action: LeakAction,
    },
    /// Notices.
    Notice {
        /// What to do.
        #[command(subcommand)]
        action: NoticeAction,
    },
    /// The audit trail.
    Audit {
        /// What to do.
        #[command(subcommand)]
        action: Audit,
    },
    /// Shell completions.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// `rosterd read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// The workbooks.
    #[arg(required_unless_present = "codes")]
    pub files: Vec<PathBuf>,
    /// The agency whose roster it is.
    #[arg(long, value_name = "CODE")]
    pub agency: Option<String>,
    /// A folder with the site's own mappings, as `mappings` in the configuration.
    #[arg(long, value_name = "DIR")]
    pub mappings: Option<PathBuf>,
    /// List every finding code with its severity and sentence.
    #[arg(long)]
    pub codes: bool,
    /// Show what reading each file cost instead of what it says.
    #[arg(long, conflicts_with_all = ["codes", "reveal"])]
    pub cost: bool,
    /// Show citizen IDs whole.
    #[arg(long)]
    pub reveal: bool,
}

/// `rosterd plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Only this agency.
    #[arg(long, value_name = "CODE")]
    pub agency: Option<String>,
    /// Only this person, by id, name or address.
    #[arg(long, value_name = "KEY")]
    pub person: Option<String>,
    /// Write the approved directory changes as LDIF change records; `-` is stdout.
    #[arg(long, value_name = "FILE")]
    pub ldif: Option<PathBuf>,
    /// With --ldif: the changes that are not approved too, as comments.
    #[arg(long, requires = "ldif")]
    pub all: bool,
}

/// `rosterd undo`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct UndoArgs {
    /// The change.
    pub change: Option<String>,
    /// Everything carried out in one batch (a pass's id).
    #[arg(long, value_name = "ID")]
    pub batch: Option<String>,
    /// Everything carried out since this time (RFC 3339, or a local date).
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}

/// What can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pausable {
    /// Every write to a target.
    Writes,
    /// Every mail.
    Mail,
}

/// `rosterd hold …`.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// Set one; from the second operator on it holds.
    Set {
        /// A person's id or full name, or an account's address or login.
        subject: String,
        /// Why, with the document's number.
        #[arg(long)]
        reason: String,
    },
    /// Lift one; with the second operator it ends.
    Lift {
        /// A person's id or full name, or an account's address or login.
        subject: String,
        /// Why, with the document's number.
        #[arg(long)]
        reason: String,
    },
    /// Those that hold or wait for a second operator.
    List,
}

/// `rosterd contact …`.
#[derive(Debug, Subcommand)]
pub enum ContactAction {
    /// The contacts, which of them leave, and who keeps which unit mailbox.
    List {
        /// Only this agency.
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
    },
    /// Confirm, for the agency, that somebody has left; a contact may, and so may an operator.
    Confirm {
        /// An account's address or login.
        subject: String,
        /// In which words, with the document's number where there is one.
        #[arg(long)]
        reason: String,
    },
    /// Write down that a contact asks by phone to unlock an account that a rule, a leak or an incident has locked. The
    /// published number is called back (review call-back), then another operator approves; a slip gives the new password.
    Unlock {
        /// The account, by its address or login.
        account: String,
        /// The contact who asks, by name or address.
        #[arg(long, value_name = "CONTACT")]
        asked_by: String,
        /// Why, in the caller's words.
        #[arg(long)]
        reason: String,
    },
}

/// `rosterd slip …`.
#[derive(Debug, Subcommand)]
pub enum Slip {
    /// Slips that are to be printed, or printed and to be signed for.
    List,
    /// Print one, once, with the first password, which is forgotten here from then on; audited.
    Print {
        /// The change that created or reopened the account, or reset its password.
        change: String,
        /// A page to print, with room for both signatures; without it plain text on standard output.
        #[arg(long, value_name = "FILE.html")]
        out: Option<PathBuf>,
    },
    /// The minutes of a handover of a unit mailbox, a page for both sides to sign; it holds no password.
    Minutes {
        /// The change that set the custodian.
        change: String,
        /// Where to.
        #[arg(long, value_name = "FILE.html")]
        out: PathBuf,
    },
    /// It was handed over and signed.
    Confirm {
        /// The change.
        change: String,
    },
}

/// `rosterd leak …`.
#[derive(Debug, Subcommand)]
pub enum LeakAction {
    /// Take in a list: text, CSV or a workbook, with addresses or domains. Passwords in it are neither kept nor shown.
    Import {
        /// The list.
        file: PathBuf,
        /// The site it comes from; without it the file's name.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// The day of the leak: who changed the password later is clear. Without it only a change after the import counts.
        #[arg(long, value_name = "DATE")]
        date: Option<chrono::NaiveDate>,
        /// Number and date of the document the list came with; the notices name it.
        #[arg(long, value_name = "NUMBER")]
        document: Option<String>,
    },
    /// Every list, with how many of its accounts have not changed the password yet.
    List,
}

/// `rosterd audit …`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check the chain.
    Verify {
        /// Where a lane once ended, as a daily mail or the log noted it: its row must still be that one. May be repeated.
        #[arg(long = "head", value_name = "LANE:ROW:HASH")]
        heads: Vec<LaneHead>,
    },
    /// Print every row as JSON lines.
    Export,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_option_of_all_commands_is_given_once_wherever_it_stands() {
        let read = |line: &str| Cli::read(line.split(' ').map(OsString::from));
        for line in [
            "rosterd --config a --config b check",
            "rosterd check --config a --config=b",
            "rosterd --config a check --config a",
            "rosterd --lang vi review list --lang=en",
        ] {
            let said = read(line).unwrap_err().to_string();
            assert!(said.contains("cannot be used multiple times"), "{line}: {said}");
        }
        for line in
            ["rosterd check --config a", "rosterd --config a --lang vi check", "rosterd --json check --json"]
        {
            assert!(read(line).is_ok(), "{line}");
        }
        let files = read("rosterd --config a read -- --config --config=b").unwrap();
        assert!(matches!(files.command, Command::Read(ReadArgs { files, .. }) if files.len() == 2));
    }
}
