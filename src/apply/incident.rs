//! An incident's changes: the locks that keep out whoever has taken an account over, and what opens it again once the
//! incident is closed. Pure but for [`Applier::attend`], which carries out the locks beside everything else.

use super::undo::reverse;
use super::{Applied, Applier};
use crate::model::account::{Account, Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, StoredChange};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, CaseId, PersonId, Subject, TargetId};
use crate::store::StoreError;
use chrono::NaiveDate;

/// Whose account it is, and what every change of its incident says.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    /// The incident's id.
    pub incident: &'a str,
    /// The account as read now.
    pub account: &'a Account,
    /// Whose it is, where that is known.
    pub person: Option<&'a PersonId>,
    /// How it is called: name and address.
    pub label: &'a str,
    /// Who opened or closes the incident.
    pub login: &'a str,
    /// In which words.
    pub reason: &'a str,
    /// The local date.
    pub today: NaiveDate,
}

impl Taken<'_> {
    fn change(&self, target: TargetId, subject: Subject, kind: ChangeKind, gate: Gate) -> Change {
        Change {
            target,
            subject,
            kind,
            agency: self.account.agency.clone().unwrap_or_else(AgencyCode::unknown),
            person: self.person.cloned(),
            label: self.label.to_owned(),
            before: Attrs::new(),
            after: Attrs::new(),
            reason: Reason::Incident,
            effective: None,
            due: self.today,
            gate,
            risk: Risk::High,
            // Two incidents of one account are two changes.
            document: Some(format!("incident:{}", self.incident)),
            case: CaseId::new(self.incident),
            needs: Vec::new(),
            evidence: vec![Evidence::Operator {
                login: self.login.to_owned(),
                reason: self.reason.to_owned(),
            }],
        }
    }

    fn in_directory(&self, kind: ChangeKind, gate: Gate, disabled: [&str; 2]) -> Change {
        let [before, after] = disabled.map(Values::one);
        Change {
            before: Attrs::from([
                (Attr::Dn, Values::one(self.account.dn.to_string())),
                (Attr::Disabled, before),
            ]),
            after: Attrs::from([(Attr::Disabled, after)]),
            ..self.change(TargetId::mail(), Subject::new(self.account.id.as_str()), kind, gate)
        }
    }

    /// The lock of the mail account; none where it is locked already.
    pub fn lock(&self) -> Option<Change> {
        let open = !self.account.is_disabled();
        open.then(|| self.in_directory(ChangeKind::LockAccount, Gate::None, ["false", "true"]))
    }

    /// The lock of the account of this address in a system that closes accounts and ends their sessions.
    pub fn close(&self, system: &TargetId, mail: &str) -> Change {
        Change {
            before: Attrs::from([(Attr::Mail, Values::one(mail)), (Attr::Disabled, Values::one("false"))]),
            after: Attrs::from([(Attr::Disabled, Values::one("true"))]),
            ..self.change(
                system.clone(),
                Subject::new(mail.to_lowercase()),
                ChangeKind::DisableAccount,
                Gate::None,
            )
        }
    }

    /// A role taken, in a system that closes no accounts: by order where it has no API.
    pub fn take(&self, system: &TargetId, mail: &str, role: &str, agency: &AgencyCode) -> Change {
        let subject = Subject::new(format!("{}#{role}@{agency}", mail.to_lowercase()));
        Change {
            agency: agency.clone(),
            before: Attrs::from([
                (Attr::Mail, Values::one(mail)),
                (Attr::Agency, Values::one(agency.as_str())),
                (Attr::Role, Values::one(role)),
            ]),
            after: Attrs::from([(Attr::Role, Values::none())]),
            ..self.change(system.clone(), subject, ChangeKind::RevokeRole, Gate::None)
        }
    }

    /// What opens the account again, with a password by slip that must be changed, and then gives back what `locks`
    /// took elsewhere. Each waits for approval.
    pub fn reopening(&self, locks: &[StoredChange], gate: Gate) -> Vec<Change> {
        let unlock = self.in_directory(ChangeKind::UnlockAccount, gate, ["true", "false"]);
        let key = unlock.key();
        let mut changes = vec![unlock];
        let elsewhere = locks.iter().filter(|one| one.change.target != TargetId::mail());
        changes.extend(
            elsewhere
                .filter_map(|one| reverse(one, None, self.login, self.reason, self.today).ok())
                .map(|back| Change { needs: vec![key.clone()], ..back }),
        );
        changes
    }
}

impl Applier<'_> {
    /// Carries out what incidents ask for, and nothing else: their locks in the directory and in every system, and the
    /// urgent orders. `alone`: nothing else runs under this lease, so that what a crash left of earlier writes is settled
    /// first; else the pass beside it does that, and two would write the same.
    pub async fn attend(&self, alone: bool) -> Result<Applied, StoreError> {
        let mut done = Applied::default();
        if alone {
            self.recover(&mut done).await?;
        }
        self.carry_out(&mut done).await?;
        Box::pin(self.write_roles(&mut done)).await?;
        self.hand_over(&mut done).await?;
        Ok(done)
    }
}
