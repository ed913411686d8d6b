//! The grammar of `rosterd incident`.

use crate::model::tip::Sign;
use clap::Subcommand;

/// `rosterd incident …`.
#[derive(Debug, Subcommand)]
pub enum IncidentAction {
    /// Open one: the account is locked now, in the directory and in every system, and those who answer for it are told.
    Open {
        /// The account, by its address or login.
        account: String,
        /// Why: what was noticed, by whom.
        #[arg(long)]
        reason: String,
    },
    /// Close one; opening the account again, with a new password by slip, then waits for approval.
    Close {
        /// The account, by its address or login.
        account: String,
        /// What was found and done.
        #[arg(long)]
        reason: String,
    },
    /// Those that are open, what became of their locks, and what is to be done by hand.
    List,
    /// Take down what somebody told of an account: it waits in the triage list.
    Report {
        /// The account, by its address or login.
        account: String,
        /// What was noticed: odd-mail, failed-sign-ins, unknown-sign-in or other.
        #[arg(long, value_parser = sign)]
        what: Sign,
        /// In the words of whoever told it.
        #[arg(long)]
        words: String,
        /// Who told it, and how: the holder by phone, a colleague.
        #[arg(long, value_name = "WHO")]
        from: String,
    },
    /// What people told of accounts and waits for an operator.
    Triage {
        /// What to do; without it the list.
        #[command(subcommand)]
        action: Option<TriageAction>,
    },
}

/// `rosterd incident triage …`.
#[derive(Debug, Subcommand)]
pub enum TriageAction {
    /// What waits, the oldest first.
    List,
    /// Dismiss one.
    Dismiss {
        /// Its id, as the list shows it.
        tip: String,
        /// Why nothing follows.
        #[arg(long)]
        reason: String,
    },
    /// Open an incident on its account; everything else that waits of the account goes with it.
    Open {
        /// Its id, as the list shows it.
        tip: String,
        /// Why: what was looked at, beside what was told.
        #[arg(long)]
        reason: String,
    },
}

fn sign(word: &str) -> Result<Sign, String> {
    let words = Sign::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    Sign::parse(word).ok_or_else(|| format!("expected one of {words}"))
}
