//! A write: one approved role given or taken, one account created, closed or opened, its sessions ended, in the words of
//! any system.

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

/// An account that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The holder's official address, lower case.
    pub mail: String,
    /// The login there.
    pub login: String,
    /// The holder's name.
    pub name: String,
    /// The agency, where the change says.
    pub agency: Option<AgencyCode>,
}

/// One write. Its precondition is the other state: a role that is given is not held, one that is taken is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The seat is to be held.
    Give(Seat),
    /// The seat is not to be held any more.
    Take(Seat),
    /// The account is to be there.
    Create(Newcomer),
    /// The account of this address, lower case, is to be open.
    Open(String),
    /// The account of this address, lower case, is not to be open any more, and its sessions are to end where the
    /// system has any.
    Close(String),
    /// Whoever is signed in as this address, lower case, is to sign in anew.
    EndSessions(String),
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

    /// Whom it is about: the official address, lower case.
    pub fn mail(&self) -> &str {
        match self {
            Self::Give(seat) | Self::Take(seat) => &seat.mail,
            Self::Create(newcomer) => &newcomer.mail,
            Self::Open(mail) | Self::Close(mail) | Self::EndSessions(mail) => mail,
        }
    }

    /// The seat it is about, if it is about one.
    pub fn seat(&self) -> Option<&Seat> {
        match self {
            Self::Give(seat) | Self::Take(seat) => Some(seat),
            Self::Create(_) | Self::Open(_) | Self::Close(_) | Self::EndSessions(_) => None,
        }
    }

    /// Whether what it is about is there afterwards: the seat held, the account there, the account open, a session.
    pub fn gives(&self) -> bool {
        match self {
            Self::Give(_) | Self::Create(_) | Self::Open(_) => true,
            Self::Take(_) | Self::Close(_) | Self::EndSessions(_) => false,
        }
    }
}

fn translate(change: &Change) -> Result<Write, &'static str> {
    match change.kind {
        ChangeKind::GrantRole => Ok(Write::Give(seat(change, change.after(Attr::Role))?)),
        ChangeKind::RevokeRole if change.after(Attr::Role).is_some() => Err("it leaves a role"),
        ChangeKind::RevokeRole => Ok(Write::Take(seat(change, change.before(Attr::Role))?)),
        ChangeKind::CreateAccount => Ok(Write::Create(newcomer(change)?)),
        ChangeKind::EnableAccount if change.after(Attr::Disabled) == Some("false") => {
            Ok(Write::Open(mail(change)?))
        }
        ChangeKind::DisableAccount if change.after(Attr::Disabled) == Some("true") => {
            Ok(Write::Close(mail(change)?))
        }
        ChangeKind::EndSessions => Ok(Write::EndSessions(mail(change)?)),
        ChangeKind::DisableAccount | ChangeKind::EnableAccount => Err("it does not say what becomes of it"),
        ChangeKind::UpdateAttributes
        | ChangeKind::MoveAccount
        | ChangeKind::LockAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::SetCustodian
        | ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount => Err("only roles and accounts are written there"),
    }
}

fn seat(change: &Change, role: Option<&str>) -> Result<Seat, &'static str> {
    let mail = mail(change)?;
    let role = role.ok_or("it names no role")?;
    Ok(Seat { mail, role: role.to_owned(), agency: agency(change.before(Attr::Agency))? })
}

fn newcomer(change: &Change) -> Result<Newcomer, &'static str> {
    let mail = change.after(Attr::Mail).ok_or("it names no address")?;
    let login = change.after(Attr::Login).ok_or("it names no login")?;
    let name = change.after(Attr::FullName).ok_or("it names nobody")?;
    let agency = agency(change.after(Attr::Agency))?;
    Ok(Newcomer { mail: mail.to_lowercase(), login: login.to_owned(), name: name.to_owned(), agency })
}

fn mail(change: &Change) -> Result<String, &'static str> {
    change.before(Attr::Mail).map(str::to_lowercase).ok_or("it names no address")
}

fn agency(code: Option<&str>) -> Result<Option<AgencyCode>, &'static str> {
    code.map(|code| AgencyCode::parse(code).map_err(|_| "it names no agency that can be one")).transpose()
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
