//! A write: one approved role given or taken, in the words of any system.

use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind};
use crate::model::ids::AgencyCode;
use crate::model::role::Holding;

/// A role somebody may hold: who, which, and for which agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The holder's official address, lower case.
    pub mail: String,
    /// The role's name.
    pub role: String,
    /// The agency the role is for, where the change says.
    pub agency: Option<AgencyCode>,
}

/// One write. Its precondition is the other state: a role that is given is not held, one that is taken is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The seat is to be held.
    Give(Seat),
    /// The seat is not to be held any more.
    Take(Seat),
}

/// A change that no write to a system can carry out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("change {kind} of {subject} cannot be written to a system: {why}")]
pub struct Impossible {
    /// Its kind.
    pub kind: ChangeKind,
    /// Its subject.
    pub subject: String,
    /// What is missing or does not fit.
    pub why: &'static str,
}

impl Write {
    /// The write that carries out `change`.
    pub fn of(change: &Change) -> Result<Self, Impossible> {
        translate(change).map_err(|why| Impossible {
            kind: change.kind,
            subject: change.subject.as_str().to_owned(),
            why,
        })
    }

    /// What it is about.
    pub fn seat(&self) -> &Seat {
        match self {
            Self::Give(seat) | Self::Take(seat) => seat,
        }
    }

    /// Whether the seat is held afterwards.
    pub fn gives(&self) -> bool {
        match self {
            Self::Give(_) => true,
            Self::Take(_) => false,
        }
    }
}

fn translate(change: &Change) -> Result<Write, &'static str> {
    match change.kind {
        ChangeKind::GrantRole => Ok(Write::Give(seat(change, change.after(Attr::Role))?)),
        ChangeKind::RevokeRole if change.after(Attr::Role).is_some() => Err("it leaves a role"),
        ChangeKind::RevokeRole => Ok(Write::Take(seat(change, change.before(Attr::Role))?)),
        ChangeKind::CreateAccount
        | ChangeKind::UpdateAttributes
        | ChangeKind::MoveAccount
        | ChangeKind::DisableAccount
        | ChangeKind::EnableAccount
        | ChangeKind::LockAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount => Err("only roles are written there"),
    }
}

fn seat(change: &Change, role: Option<&str>) -> Result<Seat, &'static str> {
    let mail = change.before(Attr::Mail).ok_or("it names no address")?;
    let role = role.ok_or("it names no role")?;
    let agency = match change.before(Attr::Agency) {
        Some(code) => Some(AgencyCode::parse(code).map_err(|_| "it names no agency that can be one")?),
        None => None,
    };
    Ok(Seat { mail: mail.to_lowercase(), role: role.to_owned(), agency })
}

impl Seat {
    /// Whether a line of the system is this seat. One that names no agency may be for any, as the planner has it.
    pub fn is(&self, holding: &Holding) -> bool {
        let Holding { login, mail, name: _, agency, role } = holding;
        let here = match (&self.agency, agency) {
            (Some(asked), Some(stated)) => asked == stated,
            (None, _) | (_, None) => true,
        };
        mail.as_deref().unwrap_or(login).to_lowercase() == self.mail && *role == self.role && here
    }
}
