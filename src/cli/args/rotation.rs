//! The grammar of `rosterd rotation` and `rosterd notice`.

use clap::Subcommand;

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
    /// Let go for today what the mail brake stops: more reminders are due at once than it lets pass. Two operators must.
    ReleaseMail {
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// The printed list: accounts whose reminders were not accepted, and mailboxes that a rule has locked.
    List {
        /// Only this agency.
        #[arg(value_name = "AGENCY")]
        agency: Option<String>,
    },
    /// The printed list was handed to the agency; of those on it for their reminders, who is still unchanged five working
    /// days later is put forward to be locked.
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
