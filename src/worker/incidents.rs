//! Incidents: an account in somebody else's hands is locked at once, in the directory and in every system; those who
//! answer for it are told; it opens again with approval and a password that must be changed.

use super::engine::Engine;
use super::telling::TellError;
use crate::apply::Applied;
use crate::apply::incident::Taken;
use crate::directory::{ReadDirectory, ReadError, Settings, Write};
use crate::model::account::{Account, Attr, Attrs, Values};
use crate::model::agency::Contact;
use crate::model::change::{Change, ChangeKind, Reason, State};
use crate::model::evidence::Evidence;
use crate::model::ids::{AccountId, AgencyCode, Login, TargetId};
use crate::model::incident::Incident;
use crate::model::notice::Notice;
use crate::notify::letter::{IncidentClosed, IncidentOpened, Letter};
use crate::plan::Counts;
use crate::reconcile::lifecycle::gate_of;
use crate::rotation::campaign::above;
use crate::rotation::policy::Holder;
use crate::store::{Locks, NewIncident, StoreError, Token};
use crate::systems::{ReadSystem, System};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a command waits for the worker that runs to carry out what it asks for.
const WAIT: Duration = Duration::from_secs(30);

/// Why an incident could not be opened or closed.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// The directory cannot be read: it is not known which account is meant.
    #[error("directory: {0}")]
    Read(#[from] ReadError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The words of a notice.
    #[error(transparent)]
    Tell(#[from] TellError),
    /// The lease.
    #[error(transparent)]
    Engine(#[from] super::engine::EngineError),
    /// No such account.
    #[error("no account of the directory is called {0:?}: give its address or its login")]
    Nobody(String),
    /// One is open.
    #[error("an incident on {0} is open already; the list: rosterd incident list")]
    OpenAlready(String),
    /// None is open.
    #[error("no incident is open on {0}; the list: rosterd incident list")]
    NotOpen(String),
}

impl Engine {
    /// Opens an incident on the account that `text` calls: the locks are approved with it, the notices queued. Nothing is
    /// written to a target here; see [`Engine::attend`]. On a protected account nothing ever is.
    pub async fn open_incident(
        &self,
        text: &str,
        by: &Login,
        reason: &str,
    ) -> Result<Incident, IncidentError> {
        let account = self.directory.called(text).await?;
        let account = &account.ok_or_else(|| IncidentError::Nobody(text.to_owned()))?;
        let mail = TargetId::mail();
        let person = self.store.holder(&mail, &account.id).await?;
        let name = person
            .as_ref()
            .map_or_else(|| account.get(Attr::FullName).unwrap_or_default(), |one| one.name.as_str());
        let label = format!("{name} <{}>", account.label());
        let address = account.get(Attr::Mail);
        let roles = match address {
            Some(address) => self.store.roles_of(address).await?,
            None => Vec::new(),
        };
        let new = NewIncident {
            target: mail,
            account: account.id.clone(),
            label: label.clone(),
            person: person.as_ref().map(|one| one.id.clone()),
            agency: account.agency.clone().unwrap_or_else(AgencyCode::unknown),
            reason: reason.to_owned(),
            by_hand: account.protected,
            is_locked: account.is_disabled(),
            evidence: evidence(account, &roles),
        };
        let notices = self.tell_opened(&new, account, &roles)?;
        let today = self.local(self.now());
        let opened = self
            .store
            .write(self.now(), async |mut tx| {
                let id = tx.open_incident(&new, by).await?;
                if let Some(id) = &id {
                    let taken = Taken {
                        incident: id,
                        account,
                        person: new.person.as_ref(),
                        label: &label,
                        login: by.as_str(),
                        reason,
                        today,
                    };
                    let changes = if new.by_hand { Vec::new() } else { self.locks(&taken, &roles) };
                    tx.add_locks(id, &Locks { changes, notices: notices.clone() }).await?;
                }
                tx.commit(id).await
            })
            .await?;
        let id = opened.ok_or_else(|| IncidentError::OpenAlready(label.clone()))?;
        self.store.incident(&id).await?.ok_or(IncidentError::NotOpen(label))
    }

    /// Has the account of `incident` locked; of one that is never written the operators are alerted instead.
    pub async fn shut_out(&self, incident: &Incident) -> Result<(), IncidentError> {
        if incident.by_hand {
            self.alert(
                "rosterd: a protected account is taken over; lock it by hand: rosterd incident list\n",
            )
            .await;
            return Ok(());
        }
        self.lock_out(incident).await
    }

    /// Closes the incident on the account that `text` calls. What rosterd locked for it is proposed to open again, each
    /// with approval; gives the incident and how many changes wait for it.
    pub async fn close_incident(
        &self,
        text: &str,
        by: &Login,
        reason: &str,
    ) -> Result<(Incident, usize), IncidentError> {
        let account = self.directory.called(text).await?;
        let account = &account.ok_or_else(|| IncidentError::Nobody(text.to_owned()))?;
        let open = self.store.open_incidents().await?;
        let incident =
            open.into_iter().find(|one| one.account == account.id && one.target == TargetId::mail());
        let incident = incident.ok_or_else(|| IncidentError::NotOpen(text.to_owned()))?;
        let made = self.store.changes_of_incident(&incident.id).await?.into_iter().map(|one| one.stored);
        let done: Vec<_> = made.filter(|one| matches!(one.state, State::Applied | State::Ordered)).collect();
        // Who was locked before, as a leaver is, stays locked.
        let ours = done.iter().any(|one| one.change.kind == ChangeKind::LockAccount);
        let gate = gate_of(&self.config().policy, &self.site.agencies, account, None, None);
        let taken = Taken {
            incident: &incident.id,
            account,
            person: incident.person.as_ref(),
            label: &incident.label,
            login: by.as_str(),
            reason,
            today: self.local(self.now()),
        };
        let reopens = ours && account.is_disabled();
        let mut changes = if reopens { taken.reopening(&done, gate) } else { Vec::new() };
        for unlock in changes.iter_mut().filter(|one| one.kind == ChangeKind::UnlockAccount) {
            unlock.evidence.extend(self.basis_of_forced_change(account));
        }
        let count = changes.len();
        let notices = self.tell_closed(&incident, account, reopens)?;
        let locks = Locks { changes, notices };
        let closed = self
            .store
            .write(self.now(), async |mut tx| {
                let closed = tx.close_incident(&incident.id, by, reason).await?;
                if closed {
                    tx.add_locks(&incident.id, &locks).await?;
                }
                tx.commit(closed).await
            })
            .await?;
        if closed { Ok((incident, count)) } else { Err(IncidentError::NotOpen(text.to_owned())) }
    }

    /// What it rests on that the holder must change the password somebody else sets, where there are written rules.
    fn basis_of_forced_change(&self, account: &Account) -> Option<Evidence> {
        let (policy, settings) = (self.site.rotation.as_ref()?, self.config().rotation.as_ref()?);
        let administrator = account.get(Attr::Login).is_some_and(|one| settings.administrators.contains(one));
        let rule = policy.rule(&TargetId::mail(), Holder::of(account.kind, administrator))?;
        let basis = rule.first_password.as_ref().map_or(&rule.basis, |limit| &limit.basis);
        let changed = account.password.changed;
        Some(Evidence::Rule { document: policy.document.clone(), basis: basis.clone(), changed })
    }

    /// Carries out what open incidents ask for and has not been done; under the lease. `alone` where no pass runs under it.
    pub async fn attend(&self, token: &Token, alone: bool) -> Result<Applied, StoreError> {
        if !self.store.an_incident_waits().await? {
            return Ok(Applied::default());
        }
        let last = self.store.snapshot(&TargetId::mail()).await?;
        let counts =
            last.map_or_else(Counts::default, |last| Counts { agencies: last.counts, province: last.total });
        let clock = || self.now();
        // An incident's locks ask for no hour.
        let by_rule = || false;
        Box::pin(self.applier(token, &counts, (&clock, &by_rule), Some(Reason::Incident)).attend(alone)).await
    }

    /// Sees to it that the locks of `incident` are carried out: by the worker that runs, else under its lease. Waits until
    /// none is left to be tried, or for half a minute.
    pub async fn lock_out(&self, incident: &Incident) -> Result<(), IncidentError> {
        let until = tokio::time::Instant::now() + WAIT;
        loop {
            match self.grip().await? {
                super::engine::Gripped::Yes(grip) => {
                    let done = self.attend(&grip.token, true).await;
                    self.let_go(grip).await?;
                    done?;
                    return Ok(());
                }
                super::engine::Gripped::Here => {
                    let path = self.wake_file();
                    std::fs::write(&path, b"")
                        .map_err(|source| super::engine::EngineError::File { path, source })?;
                }
                super::engine::Gripped::Elsewhere => {}
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            let made = self.store.changes_of_incident(&incident.id).await?;
            let waits = |state| matches!(state, State::Approved | State::Claimed);
            if made.iter().all(|one| !waits(one.stored.state)) || tokio::time::Instant::now() > until {
                return Ok(());
            }
        }
    }

    /// Reads the account of every open incident afresh, and notes the first read that shows it locked. Gives a line for
    /// each incident that is not over with: an account that is open, a lock that was not carried out.
    pub async fn watch_incidents(&self) -> Result<Vec<String>, StoreError> {
        let mut red = Vec::new();
        let mut locked = Vec::new();
        for incident in self.store.open_incidents().await? {
            match self.directory.account(&incident.account).await {
                Ok(Some(account)) if account.is_disabled() => {
                    if incident.seen_locked.is_none() {
                        locked.push(incident.id.clone());
                    }
                }
                Ok(Some(_)) if incident.by_hand => red.push(format!(
                    "incident {}: a protected account is taken over and not locked; the commands: rosterd incident list",
                    incident.id
                )),
                Ok(Some(_)) => red.push(format!("incident {}: the account is not locked", incident.id)),
                // Who is not there signs in no more.
                Ok(None) => locked.push(incident.id.clone()),
                Err(error) => red.push(format!("incident {}: the directory cannot be read: {error}", incident.id)),
            }
            for one in self.store.changes_of_incident(&incident.id).await? {
                let stored = one.stored;
                if matches!(stored.state, State::Failed | State::Unknown | State::Held | State::Approved) {
                    let why = stored.outcome.unwrap_or_else(|| stored.state.to_string());
                    red.push(format!(
                        "incident {}: {} in {}: {why}",
                        incident.id, stored.change.kind, stored.change.target
                    ));
                }
            }
        }
        if !locked.is_empty() {
            self.store
                .write(self.now(), async |mut tx| {
                    tx.incidents_seen_locked(&locked).await?;
                    tx.commit(()).await
                })
                .await?;
        }
        Ok(red)
    }

    /// The commands with which an administrator locks the account of `incident` by hand, and looks whether it is.
    pub async fn commands(&self, incident: &Incident) -> Result<String, ReadError> {
        let Some(account) = self.directory.account(&incident.account).await? else {
            return Ok(String::new());
        };
        let open = Attrs::from([(Attr::Disabled, Values::one("false"))]);
        let write = Write::Disable { id: account.id.clone(), dn: account.dn.clone(), before: open };
        let records = self.directory.change_records(&[write]).await?;
        let records = records.trim_end();
        let lock = &self.directory.tree().dialect.disabled.attribute;
        Ok(match &self.config().directory {
            Settings::Ldap(one) => {
                let tls = if one.connection.starttls { " -ZZ" } else { "" };
                let server = format!("-x{tls} -H {} -D '<administrator DN>' -W", quoted(&one.connection.url));
                let dn = quoted(&account.dn.to_string());
                format!(
                    "ldapmodify {server} <<'LDIF'\n{records}\n\nLDIF\nldapsearch {server} -b {dn} -s base '(objectClass=*)' {lock}\n"
                )
            }
            Settings::Ldif(one) => {
                format!(
                    "# into the server that writes {}:\nldapmodify -x -D '<administrator DN>' -W <<'LDIF'\n{records}\n\nLDIF\n",
                    one.path.display()
                )
            }
        })
    }

    /// Everything that locks the holder out: the mail account, the accounts of systems that close them, the roles in the
    /// others.
    fn locks(&self, taken: &Taken<'_>, roles: &[(TargetId, String, AgencyCode)]) -> Vec<Change> {
        let mut changes: Vec<Change> = taken.lock().into_iter().collect();
        let Some(mail) = taken.account.get(Attr::Mail) else { return changes };
        for system in &self.systems {
            if system.can().disable && system.online().is_some() {
                changes.push(taken.close(system.name(), mail));
                continue;
            }
            let held = roles.iter().filter(|(target, ..)| target == system.name());
            changes.extend(held.map(|(target, role, agency)| taken.take(target, mail, role, agency)));
        }
        changes
    }

    fn tell_opened(
        &self,
        new: &NewIncident,
        account: &Account,
        roles: &[(TargetId, String, AgencyCode)],
    ) -> Result<Vec<Notice>, IncidentError> {
        let concerned = |system: &&System| {
            system.can().disable && system.online().is_some()
                || roles.iter().any(|(target, ..)| target == system.name())
        };
        let concerned: BTreeSet<_> = self.systems.iter().filter(concerned).map(System::name).collect();
        let titles = self.config().systems.iter().filter(|one| concerned.contains(one.name()));
        let systems: Vec<String> = titles.map(|one| one.title().to_owned()).collect();
        let (name, address) = split(&new.label);
        let now = self.now().with_timezone(&self.config().time_zone);
        self.chain("incident_opened", &new.account, account, &new.agency, |agency| {
            Letter::IncidentOpened(IncidentOpened {
                agency,
                about: self.name_of(&new.agency),
                name: name.clone(),
                address: address.clone(),
                date: now.date_naive(),
                hour: now.format("%H:%M").to_string(),
                reason: new.reason.clone(),
                by_hand: new.by_hand,
                systems: if new.by_hand { Vec::new() } else { systems.clone() },
            })
        })
    }

    fn tell_closed(
        &self,
        incident: &Incident,
        account: &Account,
        reopens: bool,
    ) -> Result<Vec<Notice>, IncidentError> {
        let (name, address) = split(&incident.label);
        self.chain("incident_closed", &incident.account, account, &incident.agency, |agency| {
            Letter::IncidentClosed(IncidentClosed {
                agency,
                about: self.name_of(&incident.agency),
                name: name.clone(),
                address: address.clone(),
                date: self.local(incident.opened),
                reopens,
                slips_at: self.config().slips_at.clone(),
            })
        })
    }

    /// One letter each to the agency's contacts, to those of the agencies above, to the department and to those on duty;
    /// never to the account itself, which somebody else reads.
    fn chain(
        &self,
        step: &str,
        id: &AccountId,
        account: &Account,
        agency: &AgencyCode,
        letter: impl Fn(Option<String>) -> Letter,
    ) -> Result<Vec<Notice>, IncidentError> {
        let config = self.config();
        let key = format!("{step}:{id}:{}", crate::model::rfc3339(self.now()));
        let contact = |one: &Contact| (one.mail.clone(), one.name.clone());
        let mut to: Vec<(Option<String>, (String, String))> = Vec::new();
        for agency in above(agency, &self.site.agencies).filter_map(|code| self.site.agencies.get(code)) {
            to.extend(agency.contacts.iter().map(|one| (Some(agency.name.clone()), contact(one))));
        }
        let department = config.rotation.as_ref().map(|rotation| &rotation.department);
        to.extend(department.map(|one| (None, (one.mail.clone(), one.name.clone()))));
        let duty = Some(config.sender.agency.clone());
        to.extend(config.on_duty.iter().map(|one| (duty.clone(), contact(one))));
        let mut told: BTreeSet<String> = [Attr::Mail, Attr::Alias]
            .iter()
            .flat_map(|attr| account.all(*attr))
            .map(|address| address.to_lowercase())
            .collect();
        let mut notices = Vec::new();
        for (agency, (mail, name)) in to {
            if told.insert(mail.to_lowercase()) {
                let notice = self.templates.render(&letter(agency), config.language, &mail, &name, &key);
                notices.push(notice.map_err(TellError::from)?);
            }
        }
        Ok(notices)
    }
}

fn split(label: &str) -> (String, String) {
    let (name, address) = label.split_once(" <").unwrap_or((label, ""));
    (name.to_owned(), address.trim_end_matches('>').to_owned())
}

/// What is kept of the moment: it may be gone when somebody asks.
fn evidence(account: &Account, roles: &[(TargetId, String, AgencyCode)]) -> String {
    let facts = &account.password;
    let time = |time: Option<crate::model::Time>| time.map(crate::model::rfc3339);
    let roles: Vec<_> = roles.iter().map(|(target, role, agency)| json!([target, role, agency])).collect();
    json!({
        "dn": account.dn.to_string(),
        "attributes": account.attrs,
        "password_changed": time(facts.changed),
        "password_set_by_other": facts.set_by_other,
        "last_login": time(facts.last_login),
        "roles": roles,
    })
    .to_string()
}

/// A word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
