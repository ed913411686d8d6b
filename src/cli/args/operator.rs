//! The grammar of `rosterd operator`.

use crate::model::operator::OperatorRole;
use clap::Subcommand;

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
        /// Who he or she is at the provider of OpenID Connect (`[web.openid]`): its `sub`.
        #[arg(long, visible_alias = "oidc", value_name = "SUBJECT")]
        openid: Option<String>,
    },
    /// Tie an operator to somebody at the provider of OpenID Connect, by the provider's `sub`.
    Openid {
        /// The login.
        login: String,
        /// The subject.
        #[arg(required_unless_present = "remove")]
        subject: Option<String>,
        /// Untie instead.
        #[arg(long, conflicts_with = "subject")]
        remove: bool,
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
