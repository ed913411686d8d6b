//! The command line's grammar. What each command does is in the module of its name.

use crate::model::Lang;
use crate::model::operator::OperatorRole;
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

/// `rosterd review …`.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// What waits: changes, questions, brakes.
    List {
        /// Only this agency.
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
        /// Only this kind.
        #[arg(long)]
        kind: Option<String>,
        /// Only this state; without it, what waits.
        #[arg(long)]
        state: Option<String>,
        /// Only what holds this text, tone marks or not.
        #[arg(long)]
        text: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 200)]
        limit: u32,
    },
    /// One change, question or brake with everything known of it.
    Show {
        /// Its id, or the first letters of its id or key.
        id: String,
    },
    /// Approve changes.
    Approve {
        /// Their ids; or `--all` of a filter.
        ids: Vec<String>,
        /// Every proposed change of --agency and --kind that one approval is enough for.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// With --all: only this agency.
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
        /// With --all: only this kind.
        #[arg(long)]
        kind: Option<String>,
        /// With --all: how many you expect; anything else is refused.
        #[arg(long, value_name = "N")]
        count: Option<usize>,
    },
    /// Reject changes; they stay away until what they ask for changes.
    Reject {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
        /// Why; it goes back to the agency.
        #[arg(long)]
        reason: String,
    },
    /// Confirm an agency's matches by name and phone, all at once; without --count they are only listed.
    ConfirmMatches {
        /// The agency whose rosters were matched.
        #[arg(long, value_name = "CODE")]
        agency: String,
        /// How many you expect; anything else is refused.
        #[arg(long, value_name = "N")]
        count: Option<usize>,
    },
    /// Note that you called the published number about a change that asks for it: before its approvals.
    CallBack {
        /// The change.
        id: String,
        /// The number you called: one that the agencies' file publishes for the agency.
        #[arg(long)]
        number: String,
        /// Who answered.
        #[arg(long, value_name = "NAME")]
        spoke_with: String,
    },
    /// Answer a question.
    Answer {
        /// The question.
        id: String,
        /// The answer: one of those it offers.
        answer: String,
    },
    /// Release a brake, for exactly the changes it holds; two operators must.
    Release {
        /// The brake.
        id: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Reject everything a brake holds.
    Discard {
        /// The brake.
        id: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
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

/// `rosterd operator …`.
#[derive(Debug, Subcommand)]
pub enum OperatorAction {
    /// Enrol an operating-system login.
    Add {
        /// The login.
        login: String,
        /// Full name.
        #[arg(long)]
        name: String,
        /// What he or she may do: viewer, contact, auditor, reviewer, approver or administrator.
        #[arg(long, default_value = "administrator", value_parser = role)]
        role: RoleArg,
        /// Only these agencies.
        #[arg(long, value_name = "CODE")]
        agency: Vec<String>,
        /// A contact of these agencies: may confirm for them, and approves nothing.
        #[arg(long, requires = "agency")]
        contact: bool,
        /// He or she signs in to the page alone and has no login on this system.
        #[arg(long)]
        page_only: bool,
    },
    /// Name a deputy who decides what only you may, while you are away; the approvals are recorded as given for you.
    Delegate {
        /// The deputy's login.
        deputy: String,
        /// The first day.
        #[arg(long, value_name = "DATE")]
        from: chrono::NaiveDate,
        /// The last day.
        #[arg(long, value_name = "DATE")]
        until: chrono::NaiveDate,
        /// Who is away, where it is not you: only an operator for the whole province names another's deputy.
        #[arg(long = "for", value_name = "LOGIN")]
        absent: Option<String>,
    },
    /// Call a delegation off.
    Recall {
        /// Its id, as the list shows it.
        id: String,
    },
    /// Everybody enrolled, and who stands in for whom.
    List,
    /// Remove one; what he or she approved stays on record.
    Remove {
        /// The login.
        login: String,
    },
    /// Set the password for the page; it is read from the terminal, or from standard input.
    Password {
        /// The login.
        login: String,
    },
    /// Set a new secret for one-time codes (TOTP) and print it for an authenticator.
    Totp {
        /// The login.
        login: String,
        /// Forget the secret instead: the password alone is enough from then on.
        #[arg(long)]
        remove: bool,
    },
    /// Print a link with which an operator signs in to the page once, to set a password.
    Invite {
        /// The login.
        login: String,
        /// For how many minutes it is good.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=10_080))]
        minutes: u32,
    },
    /// Tokens of programs that use the interface under /api/v1.
    Token {
        /// What to do.
        #[command(subcommand)]
        action: TokenAction,
    },
}

/// A role as written.
#[derive(Debug, Clone, Copy)]
pub struct RoleArg(pub OperatorRole);

fn role(word: &str) -> Result<RoleArg, String> {
    OperatorRole::parse(word).map(RoleArg).ok_or_else(|| {
        let known: Vec<_> = OperatorRole::ALL.iter().map(|role| role.as_str()).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// `rosterd operator token …`.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Make one and print it; it is not shown again.
    Add {
        /// The operator it acts as.
        login: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Let it decide, not only read.
        #[arg(long)]
        decide: bool,
        /// For how many days it is good.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
    },
    /// Those that are good.
    List,
    /// Revoke one.
    Revoke {
        /// Its id.
        id: String,
    },
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

/// `rosterd report …`.
#[derive(Debug, Subcommand)]
pub enum ReportOn {
    /// How the accounts of the directory stand towards the rosters: matched by which rule, ambiguous, nobody's.
    Adoption {
        /// Only these agencies.
        #[arg(long, value_name = "CODE")]
        agency: Vec<String>,
        /// Write it to this file.
        #[arg(long, value_name = "FILE.xlsx|.html")]
        out: Option<PathBuf>,
    },
    /// The list of accounts, with type, manager, status and dates.
    Accounts {
        /// Only these agencies.
        #[arg(long, value_name = "CODE")]
        agency: Vec<String>,
        /// Write it to this file.
        #[arg(long, value_name = "FILE.xlsx|.html")]
        out: Option<PathBuf>,
    },
    /// The six-monthly review of one agency, with the minutes to sign.
    Review {
        /// The agency.
        #[arg(long, value_name = "CODE")]
        agency: String,
        /// The period's first day; without it, the half-year in which today lies.
        #[arg(long, value_name = "DATE", requires = "to")]
        from: Option<chrono::NaiveDate>,
        /// The period's last day.
        #[arg(long, value_name = "DATE", requires = "from")]
        to: Option<chrono::NaiveDate>,
        /// Write it to this file.
        #[arg(long, value_name = "FILE.xlsx|.html")]
        out: Option<PathBuf>,
    },
    /// Who could do what at a time, and why.
    Access {
        /// A local date, or a time as RFC 3339.
        #[arg(long, value_name = "TIME")]
        at: String,
        /// Only this person, by id, name or address.
        #[arg(long, value_name = "KEY")]
        person: Option<String>,
        /// Only this system; `mail` is the directory.
        #[arg(long, value_name = "NAME")]
        system: Option<String>,
        /// Write it to this file.
        #[arg(long, value_name = "FILE.xlsx|.html")]
        out: Option<PathBuf>,
    },
    /// Everything that proves one case: rosters, documents, approvals, writes, mails, audit rows.
    Case {
        /// The case, or one of its changes.
        id: String,
        /// A folder, or a .zip file.
        #[arg(long, value_name = "DIR|FILE.zip")]
        out: PathBuf,
    },
}

/// `rosterd rotation …`.
#[derive(Debug, Subcommand)]
pub enum Rotation {
    /// Accounts by standing, agency and system, and what the next 7 and 30 days bring.
    Status {
        /// Only this agency.
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
    },
    /// Write and send the reminders that are due now.
    Remind,
    /// The printed list: accounts whose reminders were not accepted.
    List {
        /// Only this agency.
        #[arg(value_name = "AGENCY")]
        agency: Option<String>,
    },
    /// The printed list was handed to the agency; five working days later its accounts are put forward to be locked.
    Handed {
        /// The agency.
        #[arg(value_name = "AGENCY")]
        agency: String,
    },
    /// Campaigns.
    Campaign {
        /// What to do; without it, the list.
        #[command(subcommand)]
        action: Option<CampaignAction>,
    },
}

/// `rosterd rotation campaign …`.
#[derive(Debug, Subcommand)]
pub enum CampaignAction {
    /// Ask for a campaign; it begins once a second operator asks for the same.
    Start {
        /// A profile's name, or a .toml file with a [campaign] table.
        #[arg(value_name = "PROFILE|FILE.toml")]
        plan: String,
    },
    /// How far one has come, by agency, the furthest first.
    Show {
        /// Its name.
        name: String,
    },
    /// Stop one; nothing further comes of it.
    Stop {
        /// Its name.
        name: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Every campaign.
    List,
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

/// `rosterd notice …`.
#[derive(Debug, Subcommand)]
pub enum NoticeAction {
    /// The mail of a step as the holder would get it; sends nothing.
    Preview {
        /// The step, as nhac-1.
        step: String,
        /// The account's address or login.
        #[arg(long, value_name = "ADDRESS")]
        account: String,
    },
}

/// `rosterd audit …`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check the chain.
    Verify,
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
