//! A draft: changes and questions in the making.

use super::World;
use super::correlate::{RowRef, evidence, place};
use crate::model::account::{Account, Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, CaseId, Fingerprint, PersonId, QuestionKey, Subject, TargetId};
use crate::model::person::{OutOfUse, Person};
use crate::model::question::Question;
use crate::model::role::Unclaimed;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What has been proposed so far.
#[derive(Debug, Default)]
pub struct Draft {
    /// The changes.
    pub changes: Vec<Change>,
    /// The questions.
    pub questions: BTreeMap<QuestionKey, Question>,
    /// Roles that are held by nobody on any roster, and not proposed for removal.
    pub unclaimed: Vec<Unclaimed>,
    /// Days on which the clock alone brings something.
    pub wakes: BTreeSet<NaiveDate>,
    /// Whose mailbox was seen to go out of use, or to come back.
    pub out_of_use: Vec<(PersonId, OutOfUse)>,
}

impl Draft {
    /// Puts a question unless it was answered; returns the answer.
    pub fn ask<'a>(&mut self, world: &World<'a>, question: Question) -> Option<&'a str> {
        let key = question.key();
        let answer = world.answers.get(&key).map(String::as_str);
        if answer.is_none() {
            self.questions.entry(key).or_insert(question);
        }
        answer
    }
}

/// A change to a person's account.
pub fn on_account(
    world: &World<'_>,
    person: &Person,
    account: &Account,
    kind: ChangeKind,
    reason: Reason,
) -> Change {
    Change {
        person: Some(person.id.clone()),
        label: format!("{} <{}>", person.name, account.label()),
        case: case(person.id.as_str(), reason),
        ..on_nobodys(world, account, kind, reason)
    }
}

/// A change to an account that nobody is known to hold.
pub fn on_nobodys(world: &World<'_>, account: &Account, kind: ChangeKind, reason: Reason) -> Change {
    let name = account.get(Attr::FullName).unwrap_or_default();
    Change {
        target: TargetId::mail(),
        subject: Subject::new(account.id.as_str()),
        kind,
        agency: account.agency.clone().unwrap_or_else(AgencyCode::unknown),
        person: None,
        label: format!("{name} <{}>", account.label()),
        before: Attrs::from([(Attr::Dn, Values::one(account.dn.to_string()))]),
        after: Attrs::new(),
        reason,
        effective: None,
        due: world.today,
        gate: Gate::Two,
        risk: Risk::High,
        document: None,
        case: case(account.id.as_str(), reason),
        needs: Vec::new(),
        evidence: vec![Evidence::Snapshot { target: "mail".into(), entry: account.label().to_owned() }],
    }
}

/// One event of one person across systems.
pub fn case(who: &str, reason: Reason) -> CaseId {
    let event = match reason {
        Reason::Transfer
        | Reason::TransferByReceiver
        | Reason::RoleEndsByTransfer
        | Reason::MoverAlias
        | Reason::TransferredAway => "move",
        Reason::LeaverConfirmed
        | Reason::LeaverByStatus
        | Reason::AbsentFromFull
        | Reason::RequestRevoke
        | Reason::RequestSuspend
        | Reason::NoRosterClaims
        | Reason::MailboxRetention
        | Reason::RoleEndsByLeaving => "leave",
        Reason::Joiner | Reason::RequestCreate | Reason::Rehire | Reason::RoleByPosition => "join",
        Reason::RequestChange
        | Reason::RequestReset
        | Reason::RosterAttribute
        | Reason::RoleNotByPosition
        | Reason::RoleRestsOnLeave
        | Reason::LeavePolicy
        | Reason::RequestUnlock
        | Reason::PhoneUnlock
        | Reason::Custodian
        | Reason::HandOver
        | Reason::PasswordOverdue
        | Reason::FirstLoginOverdue
        | Reason::Dormant
        | Reason::Campaign
        | Reason::Leak
        | Reason::Incident
        | Reason::DefaultPassword
        | Reason::RolesApart
        | Reason::CustodianNamed
        | Reason::LookupsExceeded
        | Reason::Undo => "change",
        Reason::Reorganisation => "reorganise",
    };
    CaseId::new(format!("c-{}", &Fingerprint::of("case").part(who).part(event).finish()[..24]))
}

impl Change {
    /// Adds the row that asks for it: its document, its date, its agency.
    pub(super) fn by_row(mut self, world: &World<'_>, row: RowRef) -> Self {
        let (roster, record) = place(world, row);
        self.agency.clone_from(&roster.agency);
        self.document = roster.number().map(str::to_owned);
        self.effective = record.effective_date;
        self.due = record.effective_date.unwrap_or(world.today);
        self.evidence.insert(0, evidence(roster, record));
        self
    }

    /// Adds the full roster that does not list the person.
    pub(super) fn by_absence(mut self, world: &World<'_>, roster: usize) -> Self {
        let source = &world.rosters[roster];
        self.document = source.number().map(str::to_owned);
        let absence = Evidence::Absence {
            roster: source.id.clone(),
            file: source.file.clone(),
            document: source.document.clone(),
        };
        self.evidence.insert(0, absence);
        self
    }

    /// Takes the row's date away: it is the date of the person's status ("nghỉ hưu từ …"), not of this change.
    pub(super) fn undated(mut self, world: &World<'_>) -> Self {
        self.effective = None;
        self.due = world.today;
        self
    }

    pub(super) fn touching(mut self, attr: Attr, before: Values, after: Values) -> Self {
        self.before.insert(attr, before);
        self.after.insert(attr, after);
        self
    }

    pub(super) fn disabling(self, disabled: bool) -> Self {
        let word = |disabled: bool| Values::one(disabled.to_string());
        self.touching(Attr::Disabled, word(!disabled), word(disabled))
    }

    pub(super) fn gated(mut self, gate: Gate, risk: Risk) -> Self {
        self.gate = gate;
        self.risk = risk;
        self
    }
}
