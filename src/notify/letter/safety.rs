//! What is told of accounts that are not safe: looked up too much, not rotated, leaked, taken over; and of mail that
//! nobody got.

use crate::model::lookup::Period;
use chrono::NaiveDate;
use serde::Serialize;

/// An account of a system looked up more than it may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookupsExceeded {
    /// The addressee's agency.
    pub agency: String,
    /// The account's agency, where it is known.
    pub about: Option<String>,
    /// The system, as its users call it.
    pub system: String,
    /// The holder's name, where it is known.
    pub name: Option<String>,
    /// The login.
    pub login: String,
    /// The day.
    pub date: NaiveDate,
    /// When the period began.
    pub hour: String,
    /// Its length.
    pub per: Period,
    /// How often the account looked something up in it, as far as was counted.
    pub count: u64,
    /// How often it may.
    pub most: u64,
    /// The legal basis of the limit.
    pub basis: String,
    /// The how-manieth day with an excess it is.
    pub number: u32,
    /// Of how many days.
    pub within_days: u32,
    /// Whether the account is to be suspended now.
    pub suspends: bool,
    /// Whether that must be done by hand, in the system itself.
    pub by_hand: bool,
}

/// The leak that a password came out with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeakedFrom {
    /// The site, or the file that the agency sent.
    pub source: String,
    /// The day, where it is known.
    pub on: Option<NaiveDate>,
    /// Whether the agency itself sent the password in a workbook.
    pub by_agency: bool,
}

/// The password of an account is to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RotationReminder {
    /// The holder's agency.
    pub agency: String,
    /// The account, by its address.
    pub account: String,
    /// The system, as its users call it.
    pub system: String,
    /// Why: `max-age`, `first-password`, `campaign`, `leak` or `default-password`. A digest says nothing of the last: who
    /// reads one need not learn whose password can be guessed.
    pub cause: String,
    /// Where the password leaked, if it did.
    pub leak: Option<LeakedFrom>,
    /// Which reminder.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// The last day.
    pub deadline: NaiveDate,
    /// The hour of the last day, where the window ends with one (`17 giờ 00`).
    pub until_hour: Option<String>,
    /// The day from which the next sign-in asks for another password.
    pub force_on: Option<NaiveDate>,
    /// The day from which the account is locked.
    pub lock_on: Option<NaiveDate>,
    /// Whether it is deleted afterwards.
    pub deletes: bool,
    /// The document it follows.
    pub document: String,
    /// Who decided.
    pub decided_by: String,
    /// The legal basis.
    pub basis: String,
    /// The address to type by hand.
    pub sign_in_at: String,
    /// The address to type by hand to see whether an address has leaked.
    pub leak_check_at: Option<String>,
    /// The fewest characters of the new password.
    pub min_length: Option<u32>,
    /// The classes of characters it must have.
    pub classes: Vec<String>,
    /// Whom to ask.
    pub contact_name: String,
    /// Under which number.
    pub contact_phone: String,
}

/// A mailbox is nearly full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailboxFull {
    /// The holder's agency.
    pub agency: String,
    /// The address.
    pub account: String,
    /// How full it is, in percent of what it may hold.
    pub percent: u64,
    /// Megabytes (1,048,576 bytes) in it.
    pub used_mb: u64,
    /// Megabytes it may hold.
    pub limit_mb: u64,
    /// Which reminder.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// The last day; afterwards the agency's contact is told, where a step says so.
    pub deadline: NaiveDate,
    /// The document it follows.
    pub document: String,
    /// The legal basis.
    pub basis: String,
    /// The address to type by hand.
    pub sign_in_at: String,
    /// Whom to ask.
    pub contact_name: String,
    /// Under which number.
    pub contact_phone: String,
}

/// Whose password is not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RotationDigest {
    /// The agency it is for.
    pub agency: String,
    /// `contact`, `department` or `chief`.
    pub audience: &'static str,
    /// Why: as of a reminder, or `idle`, or `quota`.
    pub cause: String,
    /// The document it follows.
    pub document: String,
    /// The legal basis.
    pub basis: String,
    /// How many accounts in all, those of the agencies below included.
    pub count: usize,
    /// The accounts of the agency itself.
    pub accounts: Vec<OverdueAccount>,
    /// Those whose reminders were not accepted: the list to print.
    pub unreached: Vec<OverdueAccount>,
    /// Those whose mailbox a rule has locked, whatever the digest is about: they are on the list to print too.
    pub locked: Vec<LockedMailbox>,
    /// The agencies below it.
    pub below: Vec<AgencyCount>,
}

/// A mailbox that a rule has locked: its holder reads nothing, so the unit's contact tells him or her in person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LockedMailbox {
    /// The holder's name.
    pub name: String,
    /// The address.
    pub address: String,
}

/// One account of a digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OverdueAccount {
    /// The holder's name.
    pub name: String,
    /// The address.
    pub address: String,
    /// The agency.
    pub agency: String,
    /// The last day.
    pub deadline: NaiveDate,
    /// The day from which it is locked.
    pub lock_on: Option<NaiveDate>,
    /// How full its mailbox is, in percent, where the digest is about that.
    pub percent: Option<u64>,
}

/// An agency with a number of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgencyCount {
    /// Its name.
    pub agency: String,
    /// How many.
    pub count: usize,
}

/// An account is in somebody else's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentOpened {
    /// The addressee's agency; none for the department.
    pub agency: Option<String>,
    /// The agency whose account it is.
    pub about: String,
    /// The holder's name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// The day it was opened.
    pub date: NaiveDate,
    /// And the hour, local.
    pub hour: String,
    /// In which words.
    pub reason: String,
    /// Whether the account is protected: nothing is locked until an administrator does it by hand.
    pub by_hand: bool,
    /// The other systems where the holder is locked out, as their users call them.
    pub systems: Vec<String>,
}

/// An incident is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentClosed {
    /// The addressee's agency; none for the department.
    pub agency: Option<String>,
    /// The agency whose account it is.
    pub about: String,
    /// The holder's name.
    pub name: String,
    /// The official address.
    pub address: String,
    /// The day it was opened.
    pub date: NaiveDate,
    /// Whether the account opens again once that is approved.
    pub reopens: bool,
    /// Where the slip with the new password is collected.
    pub slips_at: String,
}

/// Mails of which it became known on one day that they did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotReceived {
    /// No agency's letter: the addressee is named alone.
    pub agency: Option<String>,
    /// The day.
    pub date: NaiveDate,
    /// How many.
    pub count: usize,
    /// Which; at least one.
    pub mails: Vec<NotReceivedMail>,
}

impl NotReceived {
    /// The template's name.
    pub const TEMPLATE: &'static str = "not_received";
}

/// A mail that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotReceivedMail {
    /// The addressee's name.
    pub name: String,
    /// The address.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// Whether a server took it and returned it; else it was refused at once, or given up after days.
    pub returned: bool,
    /// The number of the server's reply, as in `5.1.1`.
    pub code: Option<String>,
}
