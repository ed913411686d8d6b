//! Unlocking by phone: an agency's contact calls because a locked account is needed today. An operator writes the request
//! down; the published number is called back, somebody else approves, and the account opens with a password by slip that
//! must be changed.

use super::engine::Engine;
use crate::directory::ReadError;
use crate::model::account::{Account, Attr, Attrs, Values, called};
use crate::model::agency::{Agency, Contact};
use crate::model::change::{Change, ChangeKind, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, CaseId, ChangeId, Fingerprint, PersonId, Subject, TargetId};
use crate::model::name::PersonName;
use crate::model::operator::Operator;
use crate::model::phone::NotByPhone;
use crate::reconcile::lifecycle::gate_of;
use crate::reconcile::stays;
use crate::rotation::campaign::above;
use crate::store::{Entered, StoreError};

/// Why a request is not written down.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The directory cannot be read: it is not known which account is meant.
    #[error("directory: {0}")]
    Read(#[from] ReadError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such account.
    #[error("no account of the directory is called {0:?}: give its address or its login")]
    Nobody(String),
    /// Something stands against it.
    #[error(transparent)]
    Not(#[from] NotByPhone),
}

impl Engine {
    /// Writes down that the contact `asked_by` asks by phone to unlock the account that `text` calls; gives the change,
    /// which waits for a call-back and for the approval of somebody else than `by`. An account out of the sight of `by` is
    /// as one that is not there.
    pub async fn unlock_by_phone(
        &self,
        text: &str,
        asked_by: &str,
        by: &Operator,
        reason: &str,
    ) -> Result<ChangeId, PhoneError> {
        let directory = self.look_at_directory().await?;
        let account =
            called(directory.accounts.values(), text).ok_or_else(|| PhoneError::Nobody(text.to_owned()))?;
        let agency = account.agency.clone().unwrap_or_else(AgencyCode::unknown);
        if !by.may_see(&agency) {
            return Err(PhoneError::Nobody(text.to_owned()));
        }
        let label = account.label().to_owned();
        if account.protected {
            return Err(NotByPhone::Protected(label).into());
        }
        if !account.is_disabled() {
            return Err(NotByPhone::Open(label).into());
        }
        if !self.store.locked_by_rule().await?.contains(&account.id) {
            return Err(NotByPhone::NotByRule(label).into());
        }
        let contact = self.contact(&agency, asked_by)?;
        let known = self.known(Vec::new()).await?;
        let mail = TargetId::mail();
        let person = known.people.values().find(|person| person.accounts.get(&mail) == Some(&account.id));
        if person.is_some_and(|person| !stays(&self.world(&known, &directory, &[]), &person.id)) {
            return Err(NotByPhone::Leaves(label).into());
        }
        let said = format!("{} <{}>: {reason}", contact.name, contact.mail);
        let name =
            person.map_or_else(|| account.get(Attr::FullName).unwrap_or_default(), |one| one.name.as_str());
        let change = Change {
            label: format!("{name} <{label}>"),
            evidence: vec![Evidence::Operator { login: by.login.to_string(), reason: said }],
            ..self.unlocking(account, person.map(|person| &person.id), &agency)
        };
        let entered = self
            .store
            .write(self.now(), async |mut tx| {
                let entered = tx.enter_request(&change, &by.login).await?;
                tx.commit(entered).await
            })
            .await?;
        match entered {
            Entered::Entered(id) => Ok(id),
            Entered::Waits(id) => Err(NotByPhone::Waits { label, id }.into()),
            Entered::Incident => Err(NotByPhone::Incident(label).into()),
        }
    }

    fn unlocking(&self, account: &Account, person: Option<&PersonId>, agency: &AgencyCode) -> Change {
        let now = self.now().with_timezone(&self.config().time_zone);
        let who = person.map_or(account.id.as_str(), PersonId::as_str);
        let case = Fingerprint::of("case").part(who).part("change").finish();
        Change {
            target: TargetId::mail(),
            subject: Subject::new(account.id.as_str()),
            kind: ChangeKind::UnlockAccount,
            agency: agency.clone(),
            person: person.cloned(),
            label: String::new(),
            before: Attrs::from([
                (Attr::Dn, Values::one(account.dn.to_string())),
                (Attr::Disabled, Values::one("true")),
            ]),
            after: Attrs::from([(Attr::Disabled, Values::one("false"))]),
            reason: Reason::PhoneUnlock,
            effective: Some(now.date_naive()),
            due: now.date_naive(),
            gate: gate_of(&self.config().policy, &self.site.agencies, account, None, None),
            risk: Risk::High,
            // Each call is a request of its own: an earlier one's call-back says nothing of it.
            document: Some(format!("điện thoại {}", now.format("%H:%M:%S %d/%m/%Y"))),
            case: CaseId::new(format!("c-{}", &case[..24])),
            needs: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// Who of those that answer for `agency`, or for one above it, is called `text`, by name or address.
    fn contact(&self, agency: &AgencyCode, text: &str) -> Result<&Contact, NotByPhone> {
        let spoken = |name: &str| PersonName::new(name).map(|name| name.matching());
        let is = |one: &&Contact| {
            one.mail.eq_ignore_ascii_case(text.trim())
                || spoken(text).is_some_and(|text| spoken(&one.name) == Some(text))
        };
        let agencies = || above(agency, &self.site.agencies).filter_map(|code| self.site.agencies.get(code));
        let all = || agencies().flat_map(|one: &Agency| one.contacts.iter().chain(&one.deputy));
        all().find(is).ok_or_else(|| NotByPhone::NoContact {
            name: text.to_owned(),
            agency: agency.clone(),
            known: all().map(|one| format!("{} <{}>", one.name, one.mail)).collect::<Vec<_>>().join(", "),
        })
    }
}
