//! A letter: what there is to tell somebody, before it has words. One variant a template.

mod daily;
mod safety;

use crate::model::change::ChangeKind;
use crate::model::notice::Step;
use crate::model::roster::RosterKind;
use chrono::NaiveDate;
use serde::Serialize;

pub use daily::{DailyReport, HeldByBrake, WaitingByDue};
pub use safety::{
    AgencyCount, IncidentClosed, IncidentOpened, LeakedFrom, LockedMailbox, LookupsExceeded, MailboxFull,
    NotReceived, NotReceivedMail, OverdueAccount, RotationDigest, RotationReminder,
};

/// Every letter there is. None carries a password, a link or an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Letter {
    /// To the agency's contact: accounts were made, the slips wait to be collected.
    AccountCreated(AccountCreated),
    /// To the agency's contact: a digest of what was carried out.
    ChangesMade(ChangesMade),
    /// To the agency's contact: how the roster was read and where the feedback lies.
    RosterFeedback(RosterFeedback),
    /// To the contact of the agency that an account lies in: another agency lists its holder.
    ReceiverAsks(ReceiverAsks),
    /// To the agency's contact, then to those on duty: handover slips that nobody collects.
    SlipsWaiting(SlipsWaiting),
    /// To the agency's contact, then to those above: has somebody who is missing from a full roster left?
    SuspicionsWaiting(SuspicionsWaiting),
    /// To the agency's contact, then to those above: are contacts and custodians still the same?
    AttestationAsked(AttestationAsked),
    /// To the agency's other contacts and those on duty: a contact leaves.
    ContactLeaves(ContactLeaves),
    /// To the agency's contact: the custodian of a unit mailbox leaves, a new one is needed.
    CustodianLeaves(CustodianLeaves),
    /// To a system's contact, then to those above: a work order is late.
    OrderLate(OrderLate),
    /// To the account's agency and those on duty, then to those above: it looked up more than it may.
    LookupsExceeded(LookupsExceeded),
    /// To a holder: the password is to be changed.
    RotationReminder(RotationReminder),
    /// To a holder: the mailbox is nearly full.
    MailboxFull(MailboxFull),
    /// To a unit's contact, the department or the chief: whose password is not changed.
    RotationDigest(RotationDigest),
    /// To the agency's contacts, those above, the department and those on duty: an account was taken over.
    IncidentOpened(IncidentOpened),
    /// To the same: it is over.
    IncidentClosed(IncidentClosed),
    /// To those on duty: mails that did not arrive.
    NotReceived(NotReceived),
    /// To those on duty, once a day: how things stand.
    DailyReport(DailyReport),
}

impl Letter {
    /// The template's name: its files are `<name>.subject`, `<name>.txt` and `<name>.html`.
    pub fn template(&self) -> &'static str {
        match self {
            Self::AccountCreated(_) => "account_created",
            Self::ChangesMade(_) => "changes_made",
            Self::RosterFeedback(_) => "roster_feedback",
            Self::ReceiverAsks(_) => "receiver_asks",
            Self::SlipsWaiting(_) => "slips_waiting",
            Self::SuspicionsWaiting(_) => "suspicions_waiting",
            Self::AttestationAsked(_) => "attestation_asked",
            Self::ContactLeaves(_) => "contact_leaves",
            Self::CustodianLeaves(_) => "custodian_leaves",
            Self::OrderLate(_) => "order_late",
            Self::LookupsExceeded(_) => "lookups_exceeded",
            Self::RotationReminder(_) => "rotation_reminder",
            Self::MailboxFull(_) => "mailbox_full",
            Self::RotationDigest(_) => "rotation_digest",
            Self::IncidentOpened(_) => "incident_opened",
            Self::IncidentClosed(_) => "incident_closed",
            Self::NotReceived(_) => NotReceived::TEMPLATE,
            Self::DailyReport(_) => DailyReport::TEMPLATE,
        }
    }
}

/// Accounts were made for people of one agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountCreated {
    /// The agency's name.
    pub agency: String,
    /// Who got an account; at least one.
    pub accounts: Vec<CreatedAccount>,
    /// The day they were made.
    pub date: NaiveDate,
    /// Where the handover slips, with the first passwords, are collected.
    pub slips_at: String,
    /// The last day to collect them; afterwards the first passwords are wiped.
    pub collect_by: Option<NaiveDate>,
}

/// One account that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreatedAccount {
    /// The holder's name.
    pub name: String,
    /// The holder's position.
    pub position: Option<String>,
    /// The official address.
    pub address: String,
    /// Number of the document it follows.
    pub document: Option<String>,
    /// Who approved it, by name; empty where the policy itself did.
    pub approved_by: Vec<String>,
}

/// What was carried out for one agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangesMade {
    /// The agency's name.
    pub agency: String,
    /// What was done; at least one.
    pub changes: Vec<MadeChange>,
    /// Those whose mailbox was locked by a rule: the list to print.
    pub locked: Vec<LockedMailbox>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadeChange {
    /// What.
    pub kind: ChangeKind,
    /// The system's name as the agency knows it; `None` for the mailbox itself.
    pub system: Option<String>,
    /// The holder's name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// What changed, in words (`Chức vụ: Kế toán → Kế toán trưởng`), or the role.
    pub detail: Option<String>,
    /// The day it took effect.
    pub date: NaiveDate,
    /// Number of the document it follows.
    pub document: Option<String>,
    /// Who approved it, by name; empty where the policy itself did.
    pub approved_by: Vec<String>,
}

/// How a roster was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RosterFeedback {
    /// The agency's name.
    pub agency: String,
    /// The file as dropped.
    pub file: String,
    /// The day it was dropped.
    pub received: NaiveDate,
    /// What it was taken for.
    pub read: ReadAs,
    /// How many rows are fine, and how many are not.
    pub counts: Counts,
    /// Where the feedback workbook lies, as the agency sees its folder.
    pub feedback: String,
}

/// What a roster was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "as", rename_all = "lowercase")]
pub enum ReadAs {
    /// It counts.
    Accepted {
        /// Full, partial or a request.
        kind: RosterKind,
        /// Why it was taken for that, as a sentence in the letter's language.
        why: String,
    },
    /// A newer roster is in force.
    Older {
        /// The date of the one in force.
        in_force: NaiveDate,
    },
    /// The same bytes came before: they are not read again.
    Again {
        /// The day they first came.
        first: NaiveDate,
        /// The name they first had.
        name: String,
    },
    /// It counts, and an operator has rejected some of what it asks for.
    Rejected {
        /// How many rows, those included that were told before.
        count: usize,
    },
    /// It could not be read.
    Refused {
        /// Why, as a sentence in the letter's language.
        why: String,
    },
}

/// Rows by result; they add up to the rows that hold people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Read without a remark.
    pub ok: usize,
    /// Used, but worth a look.
    pub warnings: usize,
    /// Not used.
    pub errors: usize,
}

/// Another agency lists somebody whose account lies in this one, and this one has said nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiverAsks {
    /// The name of the agency that the account lies in.
    pub agency: String,
    /// The name of the agency that lists the holder.
    pub receiver: String,
    /// The holder's name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// The position there, where it differs from the one known.
    pub position: Option<String>,
    /// The roster that lists the holder.
    pub file: String,
    /// Number of the document behind it.
    pub document: Option<String>,
    /// The day the move takes effect, where one is named.
    pub from: Option<NaiveDate>,
}

/// Handover slips of one agency that nobody has collected or signed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlipsWaiting {
    /// The addressee's agency.
    pub agency: String,
    /// The agency whose accounts they are.
    pub about: String,
    /// How long they have waited.
    pub step: Step,
    /// The slips; at least one.
    pub slips: Vec<WaitingSlip>,
    /// Where they are collected.
    pub slips_at: String,
    /// The last day to collect the first of them.
    pub collect_by: NaiveDate,
}

/// One slip that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingSlip {
    /// The holder's name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// The day the password was set.
    pub made: NaiveDate,
    /// Whether it is printed and only the signature is missing.
    pub printed: bool,
}

/// People of one agency of whom nobody has said whether they left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SuspicionsWaiting {
    /// The addressee's agency.
    pub agency: String,
    /// The agency that must answer.
    pub about: String,
    /// How long it has been asked.
    pub step: Step,
    /// The people; at least one.
    pub people: Vec<Missing>,
    /// The last day to answer for the first of them.
    pub answer_by: NaiveDate,
}

/// Somebody who is missing from a full roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// The roster.
    pub file: String,
    /// Since when the agency is asked.
    pub asked: NaiveDate,
}

/// Whether an agency's contacts, and the custodians of its unit mailboxes, are still the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttestationAsked {
    /// The addressee's agency.
    pub agency: String,
    /// The agency that must answer.
    pub about: String,
    /// How long it has been asked; `None` the first time.
    pub step: Option<Step>,
    /// Its contacts.
    pub contacts: Vec<Named>,
    /// Its unit mailboxes.
    pub mailboxes: Vec<KeptMailbox>,
    /// Systems that do not say when its people changed their passwords.
    pub systems: Vec<UnagedSystem>,
    /// The last day to answer.
    pub answer_by: NaiveDate,
}

/// A system that does not say how old the passwords of an agency's people are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnagedSystem {
    /// The system, as its users call it.
    pub system: String,
    /// How many accounts of the agency.
    pub accounts: u64,
}

/// A person with an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Name.
    pub name: String,
    /// Mail address.
    pub address: String,
}

/// A unit mailbox and who keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptMailbox {
    /// Its address.
    pub address: String,
    /// Its custodian.
    pub custodian: Option<String>,
}

/// A contact of an agency leaves or is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactLeaves {
    /// The addressee's agency.
    pub agency: String,
    /// The agency that loses a contact.
    pub about: String,
    /// The contact's name.
    pub contact: String,
    /// The contact's address.
    pub address: String,
    /// Whether a full roster no longer names the contact; else one says that he or she leaves.
    pub absent: bool,
    /// Whether the agency has no other contact.
    pub last: bool,
}

/// The custodian of unit mailboxes leaves or is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustodianLeaves {
    /// The addressee's agency.
    pub agency: String,
    /// The agency whose mailboxes they are.
    pub about: String,
    /// The custodian's name.
    pub custodian: String,
    /// The mailboxes' addresses; at least one.
    pub mailboxes: Vec<String>,
    /// Whether a full roster no longer names the custodian; else one says that he or she leaves.
    pub absent: bool,
    /// The last day to name another.
    pub answer_by: NaiveDate,
}

/// A work order whose deadline has passed, and that no export has confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderLate {
    /// No agency's letter: the addressee is named alone.
    pub agency: Option<String>,
    /// The system, as its users call it.
    pub system: String,
    /// The order's number.
    pub order: String,
    /// The day it was handed over.
    pub ordered: NaiveDate,
    /// It was to be done by the end of this day.
    pub due: NaiveDate,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// The system's contact, where the letter is to somebody above; `None` where it is to the contact.
    pub contact: Option<String>,
    /// The contact's phone, where it is known.
    pub phone: Option<String>,
    /// What of it is open; at least one.
    pub lines: Vec<LateLine>,
}

/// One line of a late order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateLine {
    /// What was asked.
    pub kind: ChangeKind,
    /// The holder's name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// The role.
    pub role: String,
    /// The agency's name.
    pub unit: String,
}
