//! Telling: what was carried out goes to the agency's contact, one digest an agency and pass. That a change was
//! told is noted in the transaction that queues the mail.

use super::engine::Engine;
use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind, Reason};
use crate::model::ids::{AgencyCode, ChangeId, Fingerprint, TargetId};
use crate::model::notice::{Notice, Step};
use crate::notify::letter::{AccountCreated, ChangesMade, CreatedAccount, Letter, LockedMailbox, MadeChange};
use crate::notify::templates::TemplateError;
use crate::store::{Standing, StoreError, Token};
use std::collections::BTreeMap;

/// Why something is still untold.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A mail template.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl Engine {
    /// Queues a digest for every agency that has untold changes, and a letter to each that is to answer another.
    pub async fn tell(&self, token: &Token) -> Result<u64, TellError> {
        let names: BTreeMap<String, String> = self
            .store
            .operators()
            .await?
            .into_iter()
            .map(|one| (one.operator.login.to_string(), one.operator.name))
            .collect();
        let mut by_agency: BTreeMap<AgencyCode, Vec<Standing>> = BTreeMap::new();
        for one in self.store.untold().await? {
            by_agency.entry(one.stored.change.agency.clone()).or_default().push(one);
        }
        let mut told = 0;
        for (agency, changes) in by_agency {
            let notices = self.digest(&agency, &changes, &names)?;
            let ids: Vec<ChangeId> = changes.iter().map(|one| one.stored.id.clone()).collect();
            told += notices.len() as u64;
            self.store
                .write_fenced(token, self.now(), |mut tx| {
                    let (ids, notices) = (&ids, &notices);
                    async move {
                        tx.mark_told(ids).await?;
                        tx.note_notices(ids, &notices.iter().map(|one| one.key.clone()).collect()).await?;
                        for notice in notices {
                            tx.enqueue(notice).await?;
                        }
                        tx.commit(()).await
                    }
                })
                .await?;
        }
        Ok(told + self.ask_old_agencies(token).await? + self.press_late_orders(token).await?)
    }

    /// Puts letters into the outbox, which takes each once. How many were new.
    pub(super) async fn queue(&self, token: &Token, notices: &[Notice]) -> Result<u64, TellError> {
        if notices.is_empty() {
            return Ok(0);
        }
        let queued = self.store.write_fenced(token, self.now(), |mut tx| async move {
            let mut queued = 0;
            for notice in notices {
                queued += u64::from(tx.enqueue(notice).await?);
            }
            tx.commit(queued).await
        });
        Ok(queued.await?)
    }

    fn digest(
        &self,
        agency: &AgencyCode,
        changes: &[Standing],
        names: &BTreeMap<String, String>,
    ) -> Result<Vec<Notice>, TemplateError> {
        let Some(agency) = self.site.agencies.get(agency) else { return Ok(Vec::new()) };
        let approvers = |one: &Standing| -> Vec<String> {
            let people = one.stored.approvals.iter().filter(|login| !login.starts_with("policy:"));
            people.map(|login| names.get(login).unwrap_or(login).clone()).collect()
        };
        let (created, others): (Vec<_>, Vec<_>) = changes
            .iter()
            .filter(|one| one.stored.change.kind != ChangeKind::SuspectLeaver)
            .partition(|one| {
                let change = &one.stored.change;
                change.kind == ChangeKind::CreateAccount && change.target == TargetId::mail()
            });
        let mut letters = Vec::new();
        if let Some(last) = created.last() {
            letters.push(Letter::AccountCreated(AccountCreated {
                agency: agency.name.clone(),
                accounts: created
                    .iter()
                    .map(|one| created_account(&one.stored.change, approvers(one)))
                    .collect(),
                date: self.local(last.since),
                slips_at: self.config().slips_at.clone(),
                collect_by: Some(self.collect_by(last.since)),
            }));
        }
        if !others.is_empty() {
            let made = |one: &&Standing| self.made(one, approvers(one));
            letters.push(Letter::ChangesMade(ChangesMade {
                agency: agency.name.clone(),
                changes: others.iter().map(made).collect(),
                locked: others.iter().filter_map(|one| locked(&one.stored.change)).collect(),
            }));
        }
        let print =
            changes.iter().fold(Fingerprint::of("told"), |print, one| print.part(one.stored.id.as_str()));
        let batch = print.finish();
        let mut notices = Vec::new();
        for letter in &letters {
            let key = format!("{}:{batch}", letter.template());
            for contact in &agency.contacts {
                let lang = self.config().language;
                notices.push(self.templates.render(letter, lang, &contact.mail, &contact.name, &key)?);
            }
        }
        Ok(notices)
    }

    /// The last day to collect a slip whose password was set at `made`.
    fn collect_by(&self, made: crate::model::Time) -> chrono::NaiveDate {
        let config = self.config();
        config.deadlines.slips.day(Step::Overdue, self.local(made), &config.holidays)
    }

    fn made(&self, one: &Standing, approved_by: Vec<String>) -> MadeChange {
        let change = &one.stored.change;
        let (name, address) = name_and_address(change);
        let system = self.config().systems.iter().find(|system| *system.name() == change.target);
        MadeChange {
            kind: change.kind,
            system: system.map(|system| system.title().to_owned()),
            name,
            address,
            detail: detail(change, self.config().language),
            date: self.local(one.since),
            document: change
                .document
                .clone()
                .filter(|_| !matches!(change.reason, Reason::Undo | Reason::Incident)),
            approved_by,
        }
    }
}

fn created_account(change: &Change, approved_by: Vec<String>) -> CreatedAccount {
    let (name, address) = name_and_address(change);
    CreatedAccount {
        name,
        position: change.after(Attr::Title).map(str::to_owned),
        address,
        document: change.document.clone(),
        approved_by,
    }
}

/// The line of the list to print, where a rule has locked a mailbox.
fn locked(change: &Change) -> Option<LockedMailbox> {
    let (name, address) = name_and_address(change);
    let is_lock = change.kind == ChangeKind::LockAccount && change.target == TargetId::mail();
    is_lock.then_some(LockedMailbox { name, address })
}

pub(super) fn name_and_address(change: &Change) -> (String, String) {
    let (name, address) = change.label.split_once(" <").unwrap_or((&change.label, ""));
    (name.to_owned(), address.trim_end_matches('>').to_owned())
}

/// What changed, in words.
fn detail(change: &Change, lang: crate::model::Lang) -> Option<String> {
    let parts: Vec<String> = change
        .after
        .iter()
        .filter(|(attr, _)| !attr.is_told_by_kind())
        .map(|(attr, after)| {
            let before = change.before.get(attr).cloned().unwrap_or_default();
            let name = crate::notify::words::attr(*attr, lang);
            match (before.first(), after.first()) {
                (Some(_), None) => format!("{name}: {before}"),
                (None, _) => format!("{name}: {after}"),
                _ => format!("{name}: {before} → {after}"),
            }
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
