//! A tip (tin báo): somebody noticed something odd about an account. It waits in the triage list until an operator
//! dismisses it or opens an incident on the account; by itself it changes nothing.

use super::Time;
use super::ids::{AccountId, AgencyCode, Login, TargetId};
use super::vocabulary::words;
use serde::{Deserialize, Serialize};

words!(
    /// What was noticed.
    Sign {
        /// Mail that the holder did not write, or that pretends to be from an official.
        OddMail = "odd-mail",
        /// Sign-ins that failed and were not the holder's.
        FailedSignIns = "failed-sign-ins",
        /// A sign-in, from a place or at an hour, that was not the holder's.
        UnknownSignIn = "unknown-sign-in",
        /// Something else; the words say what.
        Other = "other",
    }
);

/// One that waits for an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Its id; sorts by time.
    pub id: String,
    /// The target the account lies in.
    pub target: TargetId,
    /// The account.
    pub account: AccountId,
    /// How it is called: name and address.
    pub label: String,
    /// The agency whose account it is.
    pub agency: AgencyCode,
    /// What was noticed.
    pub sign: Sign,
    /// In the words of whoever told it.
    pub words: String,
    /// Who told it: the holder, a colleague, a phone call.
    pub told_by: String,
    /// Who took it down.
    pub taken_by: Login,
    /// When.
    pub taken: Time,
}
