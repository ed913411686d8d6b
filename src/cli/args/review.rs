//! The grammar of `rosterd review`.

use clap::Subcommand;

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
