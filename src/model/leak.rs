//! A leak list (danh sách tài khoản bị lộ): addresses and domains that came out of some site, as far as they concern
//! accounts of the province. Passwords that stand in a list are never taken over.

use super::Time;
use super::ids::{AccountId, AgencyCode, Login};
use super::vocabulary::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// What an entry of a list names.
    LeakKind {
        /// An address, lower case; an alias as well.
        Address = "address",
        /// Every address of exactly this domain.
        Domain = "domain",
        /// A name in the list's agency, as [`super::name::ascii`] writes it, where its row had no address.
        Name = "name",
    }
);

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeakEntry {
    /// What `value` is.
    pub kind: LeakKind,
    /// The address, domain or name.
    pub value: String,
    /// The day it leaked, where its row says so.
    pub leaked: Option<NaiveDate>,
    /// The site it leaked from, where its row says so.
    pub site: Option<String>,
}

/// A list as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakList {
    /// Its id.
    pub id: String,
    /// The site it comes from, or the file that an agency sent.
    pub source: String,
    /// Number and date of the document it came with.
    pub document: Option<String>,
    /// The day of the leak, where it is known; it counts for entries without a day of their own.
    pub leaked: Option<NaiveDate>,
    /// When it was taken in.
    pub imported: Time,
    /// The operator who took it in; none where it came with a roster.
    pub by: Option<Login>,
    /// The agency that sent passwords in a workbook; none where an operator took the list in.
    pub agency: Option<AgencyCode>,
    /// The entries that concern accounts here, in order.
    pub entries: Vec<LeakEntry>,
}

/// That one account stands in one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The list.
    pub list: String,
    /// The site it comes from, or the file that an agency sent.
    pub source: String,
    /// Number and date of the document the list came with.
    pub document: Option<String>,
    /// The day of the leak.
    pub leaked: Option<NaiveDate>,
    /// When the list was taken in.
    pub imported: Time,
    /// Whether the account's own agency had sent the password in a workbook.
    pub by_agency: bool,
}

/// The leaks of each account that stands in any.
pub type Leaks = BTreeMap<AccountId, Vec<Leak>>;
