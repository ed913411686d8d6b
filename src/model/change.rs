//! A change: one thing to be done in one target to one subject, with why, when and who must approve it.

use super::account::{Attr, Attrs, Values};
use super::evidence::Evidence;
use super::ids::{AgencyCode, CaseId, ChangeId, ChangeKey, Fingerprint, PersonId, Subject, TargetId};
use super::vocabulary::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// What is done.
    ChangeKind {
        /// A new account.
        CreateAccount = "create-account",
        /// New values for attributes.
        UpdateAttributes = "update-attributes",
        /// The account goes to another agency's branch.
        MoveAccount = "move-account",
        /// The account can no longer sign in; the mailbox still receives.
        DisableAccount = "disable-account",
        /// A disabled account opens again.
        EnableAccount = "enable-account",
        /// The account can no longer sign in, by a rule about passwords or use: its holder still works here.
        LockAccount = "lock-account",
        /// A locked account opens again, with a first password anew, that must be changed.
        UnlockAccount = "unlock-account",
        /// The mailbox of a locked account receives nothing any more.
        CloseAccount = "close-account",
        /// A closed mailbox receives again; the account stays locked.
        ReopenMailbox = "reopen-mailbox",
        /// The entry is removed; nothing gives it back.
        DeleteAccount = "delete-account",
        /// A first password anew, that must be changed.
        ResetPassword = "reset-password",
        /// The holder must change the password at the next sign-in.
        ForcePasswordChange = "force-password-change",
        /// A unit mailbox gets another custodian; where one hands it over, with a first password anew.
        SetCustodian = "set-custodian",
        /// Whoever is signed in to a system must sign in anew: the mailbox was handed over.
        EndSessions = "end-sessions",
        /// A role is given.
        GrantRole = "grant-role",
        /// A role is taken.
        RevokeRole = "revoke-role",
        /// Absent from a full roster: has the person left? Approval says yes.
        SuspectLeaver = "suspect-leaver",
        /// An account no roster claims; approval disables it.
        OrphanAccount = "orphan-account",
    }
);

words!(
    /// Where a change stands. [`State::may_become`] is the whole table of transitions.
    State {
        /// Waits for approval.
        Proposed = "proposed",
        /// Stopped by a brake.
        Held = "held",
        /// May be carried out once due.
        Approved = "approved",
        /// An operator said no; its key stays suppressed.
        Rejected = "rejected",
        /// A worker is about to write it.
        Claimed = "claimed",
        /// Handed over to a system without an API, unconfirmed.
        Ordered = "ordered",
        /// Done and confirmed.
        Applied = "applied",
        /// The target refused it.
        Failed = "failed",
        /// The entry no longer is what the plan saw; planned anew.
        Stale = "stale",
        /// The write's outcome could not be read; a person must look.
        Unknown = "unknown",
        /// A later plan no longer wants it.
        Superseded = "superseded",
        /// Its approval ran out.
        Expired = "expired",
        /// Reversed; its key stays suppressed.
        Undone = "undone",
    }
);

impl ChangeKind {
    /// Whether somebody can sign in afterwards who could not before.
    pub fn gives_access(self) -> bool {
        matches!(self, Self::EnableAccount | Self::UnlockAccount | Self::ResetPassword)
    }

    /// Whether it takes something from a person: it never rests on a match that is only probable.
    pub fn takes_away(self) -> bool {
        match self {
            Self::MoveAccount
            | Self::DisableAccount
            | Self::CloseAccount
            | Self::DeleteAccount
            | Self::RevokeRole
            | Self::OrphanAccount => true,
            // What rules about passwords ask for is about the account, whoever holds it.
            Self::LockAccount
            | Self::UnlockAccount
            | Self::ForcePasswordChange
            | Self::SetCustodian
            | Self::EndSessions
            | Self::ReopenMailbox
            | Self::CreateAccount
            | Self::UpdateAttributes
            | Self::EnableAccount
            | Self::ResetPassword
            | Self::GrantRole
            // Its approval is somebody's word about the person; what then takes away waits.
            | Self::SuspectLeaver => false,
        }
    }
}

impl State {
    /// The one table of allowed transitions; the store's conditional updates are made from it.
    pub fn may_become(self, next: Self) -> bool {
        use State::{
            Applied, Approved, Claimed, Expired, Failed, Held, Ordered, Proposed, Rejected, Stale,
            Superseded, Undone, Unknown,
        };
        match self {
            Proposed => matches!(next, Held | Approved | Rejected | Superseded),
            // Held again: another brake, or the same one holding other changes beside it.
            Held => matches!(next, Held | Proposed | Approved | Rejected | Superseded),
            // Applied by another hand: an operator gave the LDIF of what is approved to the server.
            Approved => {
                matches!(next, Held | Claimed | Applied | Rejected | Superseded | Expired | Proposed)
            }
            Claimed => matches!(next, Approved | Ordered | Applied | Failed | Stale | Unknown | Held),
            // Undone: withdrawn by a later order before anybody carried it out.
            Ordered => matches!(next, Applied | Failed | Undone),
            Unknown => matches!(next, Applied | Approved | Failed | Stale),
            Applied => matches!(next, Undone),
            Expired => matches!(next, Proposed | Superseded),
            Failed => matches!(next, Approved | Superseded),
            Rejected | Stale | Superseded | Undone => false,
        }
    }

    /// Whether a change in this state still stands: one such per (target, subject, kind).
    pub fn is_live(self) -> bool {
        match self {
            Self::Proposed
            | Self::Held
            | Self::Approved
            | Self::Claimed
            | Self::Ordered
            | Self::Unknown
            | Self::Expired
            | Self::Failed => true,
            Self::Rejected | Self::Applied | Self::Stale | Self::Superseded | Self::Undone => false,
        }
    }
}

words!(
    /// Who must approve.
    Gate {
        /// Nobody: the policy itself approves.
        None = "none",
        /// One operator.
        One = "one",
        /// Two operators.
        Two = "two",
    }
);

impl Gate {
    /// How many operators must approve.
    pub fn needed(self) -> usize {
        match self {
            Self::None => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

words!(
    /// How much harm a wrong one does.
    Risk {
        /// An attribute a roster owns.
        Low = "low",
        /// Gives something, or moves something.
        Medium = "medium",
        /// Takes something away.
        High = "high",
    }
);

words!(
    /// The rule that asks for a change.
    Reason {
        /// On a roster, without an account.
        Joiner = "joiner",
        /// A request row: cấp mới.
        RequestCreate = "request-create",
        /// A request row: thay đổi.
        RequestChange = "request-change",
        /// A request row: tạm khóa.
        RequestSuspend = "request-suspend",
        /// A request row: thu hồi, xóa.
        RequestRevoke = "request-revoke",
        /// A request row: đặt lại mật khẩu.
        RequestReset = "request-reset",
        /// A request row: đặt lại mật khẩu, of an account that a rule has locked.
        RequestUnlock = "request-unlock",
        /// The agency's contact asks by phone that a locked account opens; an operator wrote it down.
        PhoneUnlock = "phone-unlock",
        /// The roster states another value.
        RosterAttribute = "roster-attribute",
        /// Gone from one agency's roster and present on another's.
        Transfer = "transfer",
        /// Present on another agency's roster; the old agency has not spoken.
        TransferByReceiver = "transfer-by-receiver",
        /// Left, with a document and its PDF or the contact's or an operator's confirmation.
        LeaverConfirmed = "leaver-confirmed",
        /// Left, by the roster's status column alone.
        LeaverByStatus = "leaver-by-status",
        /// The old agency says transferred and no other lists the person: suspended after a grace period.
        TransferredAway = "transferred-away",
        /// Works here again; the account is disabled.
        Rehire = "rehire",
        /// The time for which a leaver's mailbox is kept has passed.
        MailboxRetention = "mailbox-retention",
        /// On leave or seconded, where the province suspends the account meanwhile.
        LeavePolicy = "leave-policy",
        /// A further address after a move, where the province wants one.
        MoverAlias = "mover-alias",
        /// A unit mailbox has another custodian.
        Custodian = "custodian",
        /// A desk or a unit mailbox was handed over.
        HandOver = "hand-over",
        /// The password is older than the rule allows, and the warnings have run out.
        PasswordOverdue = "password-overdue",
        /// The first password was not changed in time.
        FirstLoginOverdue = "first-login-overdue",
        /// Not used for longer than the rule allows.
        Dormant = "dormant",
        /// A campaign in which everybody changes the password.
        Campaign = "campaign",
        /// The address is on a list of leaked accounts.
        Leak = "leak",
        /// Taken over.
        Incident = "incident",
        /// The password is one of the known default ones.
        DefaultPassword = "default-password",
        /// Absent from a full roster.
        AbsentFromFull = "absent-from-full-roster",
        /// No roster claims the account and its agency has sent a full one.
        NoRosterClaims = "no-roster-claims",
        /// The position map gives the role.
        RoleByPosition = "role-by-position",
        /// The position map no longer gives the role.
        RoleNotByPosition = "role-not-by-position",
        /// The holder goes to another agency.
        RoleEndsByTransfer = "role-ends-by-transfer",
        /// The holder leaves.
        RoleEndsByLeaving = "role-ends-by-leaving",
        /// The holder is on leave or seconded.
        RoleRestsOnLeave = "role-rests-on-leave",
        /// Held together with a role that nobody may hold beside it; a person decided which stays.
        RolesApart = "roles-apart",
        /// A roster, the directory or an answer names who keeps a unit mailbox.
        CustodianNamed = "custodian-named",
        /// Agencies were merged, split or renamed.
        Reorganisation = "reorganisation",
        /// Looked up more than the limits allow, on too many days.
        LookupsExceeded = "lookups-exceeded",
        /// Reverses a change that was carried out.
        Undo = "undo",
    }
);

/// What a plan proposes; immutable. The store adds id, state and approvals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What is written to.
    pub target: TargetId,
    /// The account or person it is about.
    pub subject: Subject,
    /// What is done.
    pub kind: ChangeKind,
    /// The agency whose roster asks, or whose account it is: its scope for review, brakes and supersession.
    pub agency: AgencyCode,
    /// The person, where one is known.
    pub person: Option<PersonId>,
    /// How the subject is called: name and address, for lists and mail. Not in the key.
    pub label: String,
    /// The touched attributes as the snapshot had them.
    pub before: Attrs,
    /// The touched attributes as they are to be.
    pub after: Attrs,
    /// The rule.
    pub reason: Reason,
    /// The date the source states for it, if it states one. In the key.
    pub effective: Option<NaiveDate>,
    /// The local date from which it may be carried out: `effective`, else the day it was first proposed. Not
    /// in the key, so that a second drop a day later is the same change.
    pub due: NaiveDate,
    /// Who must approve.
    pub gate: Gate,
    /// How much harm a wrong one does.
    pub risk: Risk,
    /// The document number behind it.
    pub document: Option<String>,
    /// The event it belongs to.
    pub case: CaseId,
    /// Keys that must be applied first; while one of them waits, this one waits.
    pub needs: Vec<ChangeKey>,
    /// Why: file, sheet, row. Not in the key.
    pub evidence: Vec<Evidence>,
}

impl Change {
    /// The hash approvals name. It covers what is done and why, never when it was planned, which file or row
    /// said so or what version the entry had: else a login or a second drop would cost the approvals.
    pub fn key(&self) -> ChangeKey {
        let Self {
            target,
            subject,
            kind,
            before,
            after,
            reason,
            effective,
            gate,
            document,
            due: _,
            agency: _,
            person: _,
            label: _,
            risk: _,
            case: _,
            needs: _,
            evidence: _,
        } = self;
        let mut print = Fingerprint::of("change")
            .part(target.as_str())
            .part(subject.as_str())
            .part(kind.as_str())
            .part(reason.as_str())
            .part(&effective.map(|date| date.to_string()).unwrap_or_default())
            .part(gate.as_str())
            .part(document.as_deref().unwrap_or(""));
        for (side, attrs) in [("before", before), ("after", after)] {
            print = print.part(side);
            for (attr, values) in attrs {
                print = print.part(attr.as_str()).part(&values.as_slice().len().to_string());
                print = values.as_slice().iter().fold(print, |print, value| print.part(value));
            }
        }
        ChangeKey::new(print.finish())
    }

    /// The agency whose matches must be confirmed before this may be approved.
    pub fn waits_for_matches_of(&self) -> Option<&AgencyCode> {
        if self.kind.takes_away() { self.evidence.iter().find_map(Evidence::unsettled) } else { None }
    }

    /// Whether something undoes it, once it is carried out: `apply::undo` knows what.
    pub fn has_reverse(&self) -> bool {
        match self.kind {
            ChangeKind::DeleteAccount
            | ChangeKind::ResetPassword
            | ChangeKind::SuspectLeaver
            | ChangeKind::EndSessions => false,
            // The first custodian took over from nobody.
            ChangeKind::SetCustodian => self.before(Attr::Custodian).is_some(),
            ChangeKind::CreateAccount
            | ChangeKind::UpdateAttributes
            | ChangeKind::MoveAccount
            | ChangeKind::DisableAccount
            | ChangeKind::EnableAccount
            | ChangeKind::CloseAccount
            | ChangeKind::ReopenMailbox
            | ChangeKind::LockAccount
            | ChangeKind::UnlockAccount
            | ChangeKind::OrphanAccount
            | ChangeKind::ForcePasswordChange
            | ChangeKind::GrantRole
            | ChangeKind::RevokeRole => true,
        }
    }

    /// Whether somebody must call the published number before an approval counts: where a leader's or a privileged
    /// holder's account opens, or takes a new password, because of somebody's word, and where that word came by phone. An
    /// undo restores what was there.
    pub fn needs_call_back(&self) -> bool {
        match self.reason {
            Reason::Undo => false,
            Reason::PhoneUnlock => true,
            _ => self.kind.gives_access() && self.gate == Gate::Two,
        }
    }

    /// Who wrote it down for somebody who asked by phone, and so never approves it.
    pub fn entered_by(&self) -> Option<&str> {
        let by_phone = self.reason == Reason::PhoneUnlock;
        self.evidence.iter().find_map(Evidence::operator).filter(|_| by_phone)
    }

    /// The number of the document that it follows, as papers name it: not what marks an incident, a call or an undo.
    pub fn document_number(&self) -> Option<&str> {
        let marked = matches!(self.reason, Reason::Incident | Reason::PhoneUnlock | Reason::Undo);
        self.document.as_deref().filter(|_| !marked)
    }

    /// Whether it locks out whoever has taken an account over: it beats what else stands on it, and no pause, queue or
    /// hour of the day holds it up.
    pub fn is_incident_lock(&self) -> bool {
        self.reason == Reason::Incident
            && matches!(
                self.kind,
                ChangeKind::LockAccount | ChangeKind::DisableAccount | ChangeKind::RevokeRole
            )
    }

    /// The first value of `attr` afterwards.
    pub fn after(&self, attr: Attr) -> Option<&str> {
        self.after.get(&attr).and_then(Values::first)
    }

    /// The first value of `attr` before.
    pub fn before(&self, attr: Attr) -> Option<&str> {
        self.before.get(&attr).and_then(Values::first)
    }
}

/// A change as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredChange {
    /// Its id.
    pub id: ChangeId,
    /// The key of `change`, as stored.
    pub key: ChangeKey,
    /// Where it stands.
    pub state: State,
    /// What it says.
    pub change: Change,
    /// When it was first proposed, RFC 3339.
    pub proposed: super::Time,
    /// The brake that holds it, or held and released it.
    pub brake: Option<super::ids::BrakeKey>,
    /// Whether that brake was released for it: it is not stopped again by the same brake.
    pub released: bool,
    /// Who approved it, in order; `policy:<rule>` where the gate is none.
    pub approvals: Vec<String>,
    /// What became of it, in words, once it failed, went stale or was rejected.
    pub outcome: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_ended_comes_back_by_itself() {
        for end in [State::Rejected, State::Stale, State::Superseded, State::Undone] {
            assert!(State::ALL.iter().all(|next| !end.may_become(*next)), "{end}");
        }
    }

    #[test]
    fn only_an_approved_change_is_claimed() {
        for state in State::ALL {
            assert_eq!(state.may_become(State::Claimed), *state == State::Approved, "{state}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for kind in ChangeKind::ALL {
            assert_eq!(ChangeKind::parse(kind.as_str()), Some(*kind));
        }
    }
}
