//! Pressing (đôn đốc): what waits for people is asked for again, step by step; whoever stands above is told. Silence
//! takes nothing away: only a first password whose slip nobody collected is wiped.

use super::engine::Engine;
use super::telling::{TellError, name_and_address};
use crate::model::agency::{Agency, Contact};
use crate::model::change::{Change, ChangeKind, State, StoredChange};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::name::ascii;
use crate::model::notice::{Notice, Step};
use crate::model::question::QuestionKind;
use crate::notify::letter::{
    AttestationAsked, ContactLeaves, CustodianLeaves, KeptMailbox, Letter, Missing, Named, SlipsWaiting,
    SuspicionsWaiting, UnagedSystem, WaitingSlip,
};
use crate::notify::templates::TemplateError;
use crate::store::{OpenQuestion, Slip, SlipEnding, Token};
use chrono::{NaiveDate, TimeDelta};
use std::collections::BTreeMap;

/// Who gets a letter: the agency's name, and the person.
type Addressee<'a> = (&'a str, &'a Contact);

/// What is pressed for in one letter: of one agency, at one step that came on one day, so that what comes to it later
/// makes no second letter.
type Batch = (AgencyCode, Step, NaiveDate);

impl Engine {
    /// Ends the slips whose time is up and queues what is to be asked for again; each letter goes out once.
    pub(super) async fn press(&self, token: &Token) -> Result<u64, TellError> {
        let (now, today) = (self.now(), self.local(self.now()));
        let open = self.store.open_changes(now - TimeDelta::days(2)).await?;
        let live: Vec<StoredChange> = open.live.into_iter().map(|one| one.stored).collect();
        let recent = open.applied.into_iter().map(|one| one.stored);
        let mut notices = self.press_for_slips(token, today).await?;
        notices.extend(self.press_for_suspicions(&live, today)?);
        notices.extend(self.tell_of_contacts(&live.iter().cloned().chain(recent).collect::<Vec<_>>())?);
        notices.extend(self.press_for_attestations(today).await?);
        notices.extend(self.tell_of_undelivered(today).await?);
        self.queue(token, &notices).await
    }

    /// Whom a step tells: the agency, the one above it, those on duty. Where there is nobody, those on duty.
    pub(super) fn addressees<'a>(&'a self, agency: &'a Agency, step: Option<Step>) -> Vec<Addressee<'a>> {
        let of = |agency: &'a Agency| agency.contacts.iter().map(|one| (agency.name.as_str(), one)).collect();
        let asked: Vec<Addressee<'a>> = match step {
            None | Some(Step::Remind) => of(agency),
            Some(Step::Escalate) => {
                let above = agency.parent.as_ref().and_then(|code| self.site.agencies.get(code));
                above.map_or(Vec::new(), of)
            }
            Some(Step::Overdue) => Vec::new(),
        };
        if asked.is_empty() { self.on_duty() } else { asked }
    }

    pub(super) fn on_duty(&self) -> Vec<Addressee<'_>> {
        let config = self.config();
        config.on_duty.iter().map(|one| (config.sender.agency.as_str(), one)).collect()
    }

    pub(super) fn render_for(
        &self,
        addressees: &[Addressee<'_>],
        key: &str,
        letter: impl Fn(&str) -> Letter,
    ) -> Result<Vec<Notice>, TemplateError> {
        let lang = self.config().language;
        let render = |(agency, person): &Addressee<'_>| {
            let letter = letter(agency);
            let key = format!("{}:{key}", letter.template());
            self.templates.render(&letter, lang, &person.mail, &person.name, &key)
        };
        addressees.iter().map(render).collect()
    }

    /// Slips that nobody collects or signs for: the contact is reminded, those on duty are told, what was never printed
    /// is wiped. A slip whose account got a newer password has ended.
    async fn press_for_slips(&self, token: &Token, today: NaiveDate) -> Result<Vec<Notice>, TellError> {
        let (ladder, holidays) = (&self.config().deadlines.slips, &self.config().holidays);
        let mut newest: BTreeMap<_, (Slip, Change)> = BTreeMap::new();
        let mut ending = Vec::new();
        for slip in self.store.open_slips().await? {
            let Some(standing) = self.store.change(&slip.change).await? else { continue };
            let change = standing.stored.change;
            // Oldest first: the one before it opens nothing any more.
            let account = (change.target.clone(), change.subject.clone());
            if let Some((replaced, _)) = newest.insert(account, (slip, change)) {
                ending.push((replaced, SlipEnding::Replaced));
            }
        }
        let mut batches: BTreeMap<Batch, Vec<(Slip, WaitingSlip)>> = BTreeMap::new();
        for (slip, change) in newest.into_values() {
            let made = self.local(slip.made);
            let Some(step) = ladder.reached(made, today, holidays) else { continue };
            let printed = slip.printed.is_some();
            if step == Step::Overdue && !printed {
                ending.push((slip.clone(), SlipEnding::Expired));
            }
            let (name, address) = name_and_address(&change);
            let batch = (change.agency, step, ladder.day(step, made, holidays));
            let waiting = WaitingSlip { name, address, made, printed };
            batches.entry(batch).or_default().push((slip, waiting));
        }
        let mut notices = Vec::new();
        for ((code, step, day), slips) in batches {
            let Some(agency) = self.site.agencies.get(&code) else { continue };
            // Time up: the agency learns which passwords are gone. That a signature is missing is for those on duty.
            let (wanted, addressees) = match step {
                Step::Remind => (slips, self.addressees(agency, Some(step))),
                Step::Escalate => (slips, self.on_duty()),
                Step::Overdue => {
                    let unprinted = slips.into_iter().filter(|(slip, _)| slip.printed.is_none()).collect();
                    (unprinted, self.addressees(agency, None))
                }
            };
            let made = wanted.iter().map(|(_, one)| one.made).min();
            let Some(made) = made else { continue };
            let slips: Vec<_> = wanted.into_iter().map(|(_, one)| one).collect();
            notices.extend(self.render_for(
                &addressees,
                &format!("{}:{code}:{day}", step.as_str()),
                |to| {
                    Letter::SlipsWaiting(SlipsWaiting {
                        agency: to.to_owned(),
                        about: agency.name.clone(),
                        step,
                        slips: slips.clone(),
                        slips_at: self.config().slips_at.clone(),
                        collect_by: ladder.day(Step::Overdue, made, holidays),
                    })
                },
            )?);
        }
        // What wipes a password queues the letter that says so.
        if !ending.is_empty() {
            self.store
                .write_fenced(token, self.now(), |mut tx| {
                    let (ending, notices) = (&ending, &notices);
                    async move {
                        for (slip, how) in ending {
                            tx.end_slip(slip, *how).await?;
                        }
                        for notice in notices {
                            tx.enqueue(notice).await?;
                        }
                        tx.commit(()).await
                    }
                })
                .await?;
        }
        Ok(notices)
    }

    /// Suspicions that nobody answers: the contact is reminded, then the agency above, then those on duty.
    fn press_for_suspicions(
        &self,
        live: &[StoredChange],
        today: NaiveDate,
    ) -> Result<Vec<Notice>, TemplateError> {
        let (ladder, holidays) = (&self.config().deadlines.suspicions, &self.config().holidays);
        let mut batches: BTreeMap<Batch, (NaiveDate, Vec<Missing>)> = BTreeMap::new();
        for stored in live.iter().filter(|one| is_asked(one)) {
            let asked = self.local(stored.proposed);
            let Some(step) = ladder.reached(asked, today, holidays) else { continue };
            let (name, address) = name_and_address(&stored.change);
            let file = stored.change.evidence.iter().find_map(|one| one.file().map(str::to_owned));
            let missing = Missing { name, address, file: file.unwrap_or_default(), asked };
            let batch = (stored.change.agency.clone(), step, ladder.day(step, asked, holidays));
            let (first, people) = batches.entry(batch).or_insert((asked, Vec::new()));
            *first = asked.min(*first);
            people.push(missing);
        }
        let mut notices = Vec::new();
        for ((code, step, day), (first, people)) in batches {
            let Some(agency) = self.site.agencies.get(&code) else { continue };
            let addressees = self.addressees(agency, Some(step));
            notices.extend(self.render_for(
                &addressees,
                &format!("{}:{code}:{day}", step.as_str()),
                |to| {
                    Letter::SuspicionsWaiting(SuspicionsWaiting {
                        agency: to.to_owned(),
                        about: agency.name.clone(),
                        step,
                        people: people.clone(),
                        answer_by: ladder.day(Step::Overdue, first, holidays),
                    })
                },
            )?);
        }
        Ok(notices)
    }

    /// Who keeps which unit mailbox, and whether contacts are the same: asked at once, then pressed for. Where a
    /// custodian leaves, the first letter says so.
    async fn press_for_attestations(&self, today: NaiveDate) -> Result<Vec<Notice>, TellError> {
        let open = self.store.questions().await?;
        if open.iter().all(|one| !one.question.kind.is_for_contacts()) {
            return Ok(Vec::new());
        }
        let custodians = self.store.custodians().await?;
        let (ladder, holidays) = (&self.config().deadlines.attestations, &self.config().holidays);
        let keeper = |mailbox: &str| {
            let found = custodians.values().find(|one| one.mailbox.eq_ignore_ascii_case(mailbox));
            found.map(|one| one.address.clone())
        };
        let mut notices = Vec::new();
        for OpenQuestion { key, question, asked } in open {
            let Some(agency) = self.site.agencies.get(&question.agency) else { continue };
            let asked = self.local(asked);
            let step = ladder.reached(asked, today, holidays);
            let addressees = self.addressees(agency, step);
            let key = format!("{}:{key}", step.map_or("ask", Step::as_str));
            let answer_by = ladder.day(Step::Overdue, asked, holidays);
            let shown = question.evidence.iter().filter_map(|one| match one {
                Evidence::Snapshot { target, entry } => Some((target.as_str(), entry)),
                _ => None,
            });
            let (mail, systems): (Vec<_>, Vec<_>) =
                shown.partition(|(target, _)| *target == TargetId::mail().as_str());
            let mailboxes: Vec<KeptMailbox> = mail
                .into_iter()
                .map(|(_, entry)| KeptMailbox { address: entry.clone(), custodian: keeper(entry) })
                .collect();
            let systems: Vec<UnagedSystem> = systems
                .into_iter()
                .map(|(system, count)| UnagedSystem {
                    system: self.system_title(&TargetId::new(system)),
                    accounts: count.parse().unwrap_or_default(),
                })
                .collect();
            let contacts = match question.kind {
                QuestionKind::Attestation => &agency.contacts[..],
                QuestionKind::Custodian => &[],
                QuestionKind::WhoIs
                | QuestionKind::FreeText
                | QuestionKind::UnreadRows
                | QuestionKind::Contradiction
                | QuestionKind::HandOver
                | QuestionKind::RolesApart
                | QuestionKind::NoAccount => continue,
            };
            let leaving = mailboxes.iter().find_map(|one| one.custodian.clone());
            notices.extend(self.render_for(&addressees, &key, |to| {
                match (&leaving, question.kind, step) {
                    (Some(custodian), QuestionKind::Custodian, None) => {
                        Letter::CustodianLeaves(CustodianLeaves {
                            agency: to.to_owned(),
                            about: agency.name.clone(),
                            custodian: custodian.clone(),
                            mailboxes: mailboxes.iter().map(|one| one.address.clone()).collect(),
                            absent: question.about.ends_with("|gone"),
                            answer_by,
                        })
                    }
                    _ => Letter::AttestationAsked(AttestationAsked {
                        agency: to.to_owned(),
                        about: agency.name.clone(),
                        step,
                        contacts: contacts
                            .iter()
                            .map(|one| Named { name: one.name.clone(), address: one.mail.clone() })
                            .collect(),
                        mailboxes: mailboxes.clone(),
                        systems: systems.clone(),
                        answer_by,
                    }),
                }
            })?);
        }
        Ok(notices)
    }

    /// Contacts whose account is about to be taken away or moved, or who are missing: the agency's other contacts and
    /// those on duty are told, never the contact.
    fn tell_of_contacts(&self, changes: &[StoredChange]) -> Result<Vec<Notice>, TemplateError> {
        let mut notices = Vec::new();
        for (agency, contact, stored) in self.leaving_contacts(changes) {
            let others: Vec<&Contact> =
                agency.contacts.iter().chain(&agency.deputy).filter(|one| !is_same(one, contact)).collect();
            let to = others.iter().map(|one| (agency.name.as_str(), *one)).chain(self.on_duty());
            let key = format!("{}:{}:{}", agency.code, contact.mail.to_lowercase(), stored.key);
            notices.extend(self.render_for(&to.collect::<Vec<_>>(), &key, |to| {
                Letter::ContactLeaves(ContactLeaves {
                    agency: to.to_owned(),
                    about: agency.name.clone(),
                    contact: contact.name.clone(),
                    address: contact.mail.clone(),
                    absent: stored.change.kind == ChangeKind::SuspectLeaver,
                    last: others.is_empty(),
                })
            })?);
        }
        Ok(notices)
    }

    /// The contacts and deputies whom one of `changes` says to leave, with it.
    pub fn leaving_contacts<'a>(
        &'a self,
        changes: &'a [StoredChange],
    ) -> Vec<(&'a Agency, &'a Contact, &'a StoredChange)> {
        let leaving: Vec<_> = changes
            .iter()
            .filter(|one| leaves(one))
            .map(|one| (one, name_and_address(&one.change)))
            .collect();
        let domain = format!("@{}", self.config().policy.naming.domain.to_lowercase());
        let mut found = Vec::new();
        for agency in self.site.agencies.values() {
            for contact in agency.contacts.iter().chain(&agency.deputy) {
                let official = contact.mail.to_lowercase().ends_with(&domain);
                let is_contact = |change: &Change, name: &str, address: &str| {
                    address.eq_ignore_ascii_case(&contact.mail)
                        // One who is reached elsewhere is known by name alone.
                        || !official && change.agency == agency.code && ascii(name) == ascii(&contact.name)
                };
                let gone = leaving
                    .iter()
                    .find(|(stored, (name, address))| is_contact(&stored.change, name, address));
                found.extend(gone.map(|(stored, _)| (agency, contact, *stored)));
            }
        }
        found
    }

    /// By which day a change is to be carried out for the province to keep its time to serve.
    pub fn serve_by(&self, stored: &StoredChange) -> NaiveDate {
        let config = self.config();
        let (change, asked) = (&stored.change, self.local(stored.proposed));
        config.time_to_serve.by(change.kind, asked, change.due, &config.holidays)
    }

    /// The last day on which a suspicion is answered in time; of anything else there is none.
    pub fn answer_by(&self, stored: &StoredChange) -> Option<NaiveDate> {
        let (ladder, holidays) = (&self.config().deadlines.suspicions, &self.config().holidays);
        (stored.change.kind == ChangeKind::SuspectLeaver)
            .then(|| ladder.day(Step::Overdue, self.local(stored.proposed), holidays))
    }
}

fn is_same(one: &Contact, other: &Contact) -> bool {
    one.mail.eq_ignore_ascii_case(&other.mail)
}

/// Whether a suspicion waits for an answer.
fn is_asked(one: &StoredChange) -> bool {
    one.change.kind == ChangeKind::SuspectLeaver
        && matches!(one.state, State::Proposed | State::Held | State::Expired)
}

/// Whether a change says that its holder leaves the agency.
fn leaves(one: &StoredChange) -> bool {
    matches!(
        one.change.kind,
        ChangeKind::SuspectLeaver | ChangeKind::DisableAccount | ChangeKind::MoveAccount
    ) && !matches!(one.state, State::Rejected | State::Superseded | State::Stale | State::Undone)
        && one.change.reason != crate::model::change::Reason::Undo
}
