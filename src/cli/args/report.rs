//! The grammar of `rosterd report`.

use clap::Subcommand;
use std::path::PathBuf;

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
    /// Where accounts stand to the rules on passwords, with the lists to act on.
    Rotation {
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
