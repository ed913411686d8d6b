//! Reminding: what the steps of ladders and campaigns come to as letters. A holder gets a letter of his or her own, a
//! unit's contact one digest for all accounts of the unit and of those below it.

use super::engine::Engine;
use super::rotating::{Outgoing, is_digest, led_by};
use crate::model::Lang;
use crate::model::account::Snapshot;
use crate::model::agency::{Agency, Contact, name_of};
use crate::model::ids::{AgencyCode, Fingerprint, TargetId};
use crate::model::notice::Notice;
use crate::model::password::Quota;
use crate::model::rotation::{Campaign, Memory};
use crate::notify::letter::{
    AgencyCount, LeakedFrom, Letter, LockedMailbox, MailboxFull, OverdueAccount, RotationDigest,
    RotationReminder,
};
use crate::rotation::campaign::above;
use crate::rotation::judge::preview;
use crate::rotation::policy::Audience;
use crate::rotation::status::{Progress, progress};
use crate::rotation::verdict::{Cause, Issue, Standing, Verdict};
use crate::rotation::{Subject, World};
use std::collections::{BTreeMap, BTreeSet};

/// What one digest is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Topic<'a> {
    audience: &'static str,
    /// The agency whose contacts get it; none for the department and the chief.
    agency: Option<&'a AgencyCode>,
    cause: &'static str,
    document: &'a str,
    basis: &'a str,
}

/// What it holds.
#[derive(Debug, Default)]
struct Digest<'a> {
    own: Vec<OverdueAccount>,
    unreached: Vec<OverdueAccount>,
    locked: Vec<LockedMailbox>,
    below: BTreeMap<&'a AgencyCode, usize>,
    keys: Vec<String>,
}

impl Engine {
    /// The letters of all steps taken, digests first.
    pub(super) fn letters(&self, world: &World<'_>, verdicts: &[Verdict<'_>]) -> Vec<Outgoing> {
        let mut digests: BTreeMap<Topic<'_>, Digest<'_>> = BTreeMap::new();
        let mut reminders = Vec::new();
        for verdict in verdicts {
            for issue in &verdict.issues {
                if is_digest(issue.to) {
                    self.file(verdict, issue, &mut digests);
                } else if let Some(mail) = verdict.subject.mail {
                    reminders.push(Outgoing {
                        letter: self.to_holder(world, &verdict.subject, &verdict.memory, issue),
                        to: mail.to_owned(),
                        to_name: verdict.subject.name.to_owned(),
                        key: issue.key.clone(),
                    });
                }
            }
        }
        let locked = self.locked(verdicts);
        for (topic, digest) in &mut digests {
            digest.locked = match topic.agency {
                Some(agency) => locked.get(agency).cloned().unwrap_or_default(),
                None => Vec::new(),
            };
        }
        let mut letters: Vec<Outgoing> = digests
            .into_iter()
            .flat_map(|(topic, digest)| self.digest_letters(world, &topic, digest))
            .collect();
        letters.append(&mut reminders);
        letters
    }

    /// Files an account under every digest it belongs into: its unit's, those of the agencies above, the department's;
    /// a protected account's ladder ends with the chief.
    fn file<'a>(
        &'a self,
        verdict: &Verdict<'a>,
        issue: &Issue<'a>,
        digests: &mut BTreeMap<Topic<'a>, Digest<'a>>,
    ) {
        let subject = &verdict.subject;
        let account = OverdueAccount {
            name: subject.name.to_owned(),
            address: subject.mail.or(subject.login).unwrap_or(subject.id.as_str()).to_owned(),
            agency: self.name_of(subject.agency),
            deadline: issue.deadline,
            lock_on: issue.lock_on,
            percent: subject.facts.quota.filter(|_| issue.cause == Cause::Quota).map(Quota::percent),
        };
        let topic = |audience, agency| Topic {
            audience,
            agency,
            cause: issue.cause.as_str(),
            document: issue.document,
            basis: issue.basis,
        };
        let mut add = |topic: Topic<'a>, below: bool| {
            let digest = digests.entry(topic).or_default();
            digest.keys.push(issue.key.clone());
            if below {
                *digest.below.entry(subject.agency).or_default() += 1;
            } else {
                if verdict.unreached {
                    digest.unreached.push(account.clone());
                }
                digest.own.push(account.clone());
            }
        };
        if issue.to == Audience::Department {
            add(topic(if subject.protected { "chief" } else { "department" }, None), false);
            return;
        }
        let answering: Vec<&AgencyCode> = self.answering(subject.agency).collect();
        let Some((nearest, higher)) = answering.split_first() else {
            // Nobody answers for the unit: the department does.
            add(topic("department", None), false);
            return;
        };
        add(topic("contact", Some(nearest)), false);
        for code in higher {
            add(topic("contact", Some(code)), true);
        }
    }

    /// The agencies whose contacts answer for `agency`, the nearest first.
    fn answering<'a>(&'a self, agency: &'a AgencyCode) -> impl Iterator<Item = &'a AgencyCode> {
        let has_contacts =
            |code: &&AgencyCode| self.site.agencies.get(*code).is_some_and(|one| !one.contacts.is_empty());
        above(agency, &self.site.agencies).filter(has_contacts)
    }

    /// The mailboxes that rules have locked, by the agency whose contacts answer for them.
    fn locked<'a>(&'a self, verdicts: &[Verdict<'a>]) -> BTreeMap<&'a AgencyCode, Vec<LockedMailbox>> {
        let mut all: BTreeMap<&AgencyCode, Vec<LockedMailbox>> = BTreeMap::new();
        for subject in verdicts.iter().filter(|one| one.standing == Standing::Locked).map(|one| &one.subject)
        {
            if let Some(nearest) = self.answering(subject.agency).next() {
                let address = subject.mail.or(subject.login).unwrap_or(subject.id.as_str()).to_owned();
                all.entry(nearest)
                    .or_default()
                    .push(LockedMailbox { name: subject.name.to_owned(), address });
            }
        }
        all
    }

    fn digest_letters(&self, world: &World<'_>, topic: &Topic<'_>, mut digest: Digest<'_>) -> Vec<Outgoing> {
        let agency = topic.agency.and_then(|code| self.site.agencies.get(code));
        let recipients: Vec<(&str, &str)> = match (topic.audience, agency) {
            (_, Some(Agency { contacts, .. })) => {
                contacts.iter().map(|Contact { name, mail, .. }| (name.as_str(), mail.as_str())).collect()
            }
            ("chief", None) => vec![(world.settings.chief.name.as_str(), world.settings.chief.mail.as_str())],
            (_, None) => {
                vec![(world.settings.department.name.as_str(), world.settings.department.mail.as_str())]
            }
        };
        digest.own.sort();
        digest.unreached.sort();
        digest.locked.sort();
        digest.keys.sort();
        let print = digest.keys.iter().fold(Fingerprint::of("digest"), |print, key| print.part(key)).finish();
        let key = format!("rotation-digest:{}:{}", topic.audience, &print[..32]);
        let below: Vec<AgencyCount> = digest
            .below
            .iter()
            .map(|(code, count)| AgencyCount { agency: self.name_of(code), count: *count })
            .collect();
        let letter = RotationDigest {
            agency: agency.map_or_else(|| self.config().sender.agency.clone(), |one| one.name.clone()),
            audience: topic.audience,
            cause: topic.cause.to_owned(),
            document: topic.document.to_owned(),
            basis: topic.basis.to_owned(),
            count: digest.own.len() + digest.below.values().sum::<usize>(),
            accounts: digest.own,
            unreached: digest.unreached,
            locked: digest.locked,
            below,
        };
        recipients
            .into_iter()
            .map(|(name, mail)| Outgoing {
                letter: Letter::RotationDigest(letter.clone()),
                to: mail.to_owned(),
                to_name: name.to_owned(),
                key: key.clone(),
            })
            .collect()
    }

    /// The letter to a holder.
    fn to_holder(
        &self,
        world: &World<'_>,
        subject: &Subject<'_>,
        memory: &Memory,
        issue: &Issue<'_>,
    ) -> Letter {
        match subject.facts.quota.filter(|_| issue.cause == Cause::Quota) {
            Some(quota) => self.mailbox_full(world, subject, issue, quota),
            None => self.reminder(world, subject, memory, issue),
        }
    }

    fn mailbox_full(
        &self,
        world: &World<'_>,
        subject: &Subject<'_>,
        issue: &Issue<'_>,
        quota: Quota,
    ) -> Letter {
        const MEGABYTE: u64 = 1 << 20;
        let sender = &self.config().sender;
        Letter::MailboxFull(MailboxFull {
            agency: self.name_of(subject.agency),
            account: subject.mail.or(subject.login).unwrap_or(subject.id.as_str()).to_owned(),
            percent: quota.percent(),
            used_mb: quota.used / MEGABYTE,
            limit_mb: quota.limit / MEGABYTE,
            number: issue.number.0,
            of: issue.number.1,
            deadline: issue.deadline,
            document: issue.document.to_owned(),
            basis: issue.basis.to_owned(),
            sign_in_at: world.settings.sign_in_at.clone(),
            contact_name: sender.agency.clone(),
            contact_phone: sender.phone.clone(),
        })
    }

    fn reminder(
        &self,
        world: &World<'_>,
        subject: &Subject<'_>,
        memory: &Memory,
        issue: &Issue<'_>,
    ) -> Letter {
        let leak = led_by(world, subject, memory).filter(|_| issue.cause == Cause::Leak);
        let form = world.policy.rule(subject.target, subject.holder).and_then(|rule| rule.password.as_ref());
        let plan = issue.campaign.map(|one| &one.plan);
        let sender = &self.config().sender;
        let settings = world.settings;
        let sign_in = settings.sign_in_at_systems.get(subject.target).unwrap_or(&settings.sign_in_at);
        Letter::RotationReminder(RotationReminder {
            agency: self.name_of(subject.agency),
            account: subject.mail.or(subject.login).unwrap_or(subject.id.as_str()).to_owned(),
            system: self.system_title(subject.target),
            cause: issue.cause.as_str().to_owned(),
            leak: leak.map(|one| LeakedFrom {
                source: one.source.clone(),
                on: one.leaked,
                by_agency: one.by_agency,
            }),
            number: issue.number.0,
            of: issue.number.1,
            deadline: issue.deadline,
            until_hour: plan.map(|plan| hour(plan.closes.time(), self.config().language)),
            force_on: issue.force_on,
            lock_on: issue.lock_on,
            deletes: plan.is_some_and(|plan| plan.delete_after_days.is_some()) && issue.lock_on.is_some(),
            document: issue.document.to_owned(),
            decided_by: plan.map_or_else(|| sender.agency.clone(), |plan| plan.decided_by.clone()),
            basis: issue.basis.to_owned(),
            sign_in_at: sign_in.clone(),
            leak_check_at: settings.leak_check_at.clone(),
            min_length: form.map(|form| form.min_length),
            classes: form.map(|form| form.classes.clone()).unwrap_or_default(),
            contact_name: plan.map_or_else(|| sender.agency.clone(), |plan| plan.contact.name.clone()),
            contact_phone: plan.map_or_else(|| sender.phone.clone(), |plan| plan.contact.phone.clone()),
        })
    }

    pub(super) fn name_of(&self, agency: &AgencyCode) -> String {
        name_of(&self.site.agencies, agency)
    }

    pub(super) fn system_title(&self, target: &TargetId) -> String {
        let system = self.config().systems.iter().find(|system| *system.name() == *target);
        match (system, self.config().language) {
            (Some(system), _) => system.title().to_owned(),
            (None, Lang::Vi) => "thư điện tử công vụ".to_owned(),
            (None, Lang::En) => "official mail".to_owned(),
        }
    }
}

fn hour(time: chrono::NaiveTime, lang: Lang) -> String {
    match lang {
        Lang::Vi => time.format("%H giờ %M").to_string(),
        Lang::En => time.format("%H:%M").to_string(),
    }
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum NoPreview {
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// A template.
    #[error(transparent)]
    Template(#[from] crate::notify::templates::TemplateError),
    /// No policy.
    #[error("there is no [rotation] in the configuration: nobody is reminded")]
    NoPolicy,
    /// No such account.
    #[error("no account has the address or login {0:?}")]
    NoAccount(String),
    /// No such step.
    #[error("{step:?} is no step to this holder; {}", steps(known))]
    NoStep {
        /// What was asked for.
        step: String,
        /// The steps there are.
        known: Vec<String>,
    },
}

fn steps(known: &[String]) -> String {
    if known.is_empty() {
        "no rule or campaign asks anything of the account now".to_owned()
    } else {
        format!("the steps are: {}", known.join(", "))
    }
}

impl Engine {
    /// The mail of one step as its holder would get it. Nothing is stored or sent.
    pub async fn preview_reminder(
        &self,
        directory: &Snapshot,
        account: &str,
        step: &str,
    ) -> Result<Notice, NoPreview> {
        let people = self.store.people().await?.into_iter().map(|one| (one.id.clone(), one)).collect();
        let wanted = |text: Option<&str>| text.is_some_and(|text| text.eq_ignore_ascii_case(account));
        let away = BTreeSet::new();
        let found = self.with_rules(directory, &[], &people, &away, |world, subjects, round| {
            let subject = subjects.iter().find(|one| wanted(one.mail) || wanted(one.login));
            let subject = subject.ok_or_else(|| NoPreview::NoAccount(account.to_owned()))?;
            let memory =
                round.by_account().remove(&(subject.target.clone(), subject.id.clone())).unwrap_or_default();
            let issue = preview(world, subject, &memory, step)
                .map_err(|known| NoPreview::NoStep { step: step.to_owned(), known })?;
            let to = subject.mail.unwrap_or_default().to_owned();
            Ok::<_, NoPreview>((self.to_holder(world, subject, &memory, &issue), to, subject.name.to_owned()))
        });
        let (letter, to, name) = found.await?.ok_or(NoPreview::NoPolicy)??;
        Ok(self.templates.render(&letter, self.config().language, &to, &name, "preview")?)
    }

    /// How far a campaign has come, by agency, the furthest first.
    pub async fn campaign_progress(
        &self,
        directory: &Snapshot,
        campaign: &Campaign,
    ) -> Result<Vec<(AgencyCode, Progress)>, NoPreview> {
        let (nobody, away) = (BTreeMap::new(), BTreeSet::new());
        let found = self.with_rules(directory, &[], &nobody, &away, |world, subjects, round| {
            progress(world, campaign, subjects, &round.by_account())
        });
        let mut table: Vec<_> = found.await?.ok_or(NoPreview::NoPolicy)?.into_iter().collect();
        table.sort_by(|(a, one), (b, other)| other.percent().cmp(&one.percent()).then(a.cmp(b)));
        Ok(table)
    }
}
