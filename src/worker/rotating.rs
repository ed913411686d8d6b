//! Rotating: passwords are held against the written rules. Locks join the plan; reminders are queued once it is
//! published, with what is remembered of them, so that a crash repeats none.

use super::engine::Engine;
use super::telling::TellError;
use crate::kill::{KillPoint, reached};
use crate::model::account::{Account, Attr, Attrs, Snapshot, Values};
use crate::model::change::{Change, ChangeKind, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{
    AccountId, AgencyCode, CaseId, Fingerprint, PersonId, Subject as ChangeSubject, TargetId,
};
use crate::model::leak::{Leak, LeakList, Leaks};
use crate::model::notice::Notice;
use crate::model::password::PasswordFacts;
use crate::model::person::Person;
use crate::model::role::{Holding, RoleSnapshot, SystemAccount};
use crate::model::rotation::{Campaign, CampaignState, Memory, Receipt};
use crate::notify::letter::Letter;
use crate::rotation::days::Days;
use crate::rotation::figures::Figures;
use crate::rotation::part::{Parts, parts};
use crate::rotation::policy::{Audience, Holder};
use crate::rotation::printed::listed;
use crate::rotation::room::MailBraked;
use crate::rotation::row::{AsOf, Rows, rows};
use crate::rotation::settings::Settings;
use crate::rotation::status::table;
use crate::rotation::unlocked::unlocked;
use crate::rotation::verdict::{Act, Cause, Verdict, What};
use crate::rotation::{SILENCE, Subject, World, evaluate, resumed};
use crate::rotation::{force, guess, leak};
use crate::store::{StoreError, Token};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered, by target and agency.
type Memories = BTreeMap<(TargetId, AgencyCode), BTreeMap<AccountId, Memory>>;

/// Notices queued in one transaction.
const NOTICES: usize = 50;

/// What the rules come to in one pass.
#[derive(Debug, Default)]
pub struct Rotated {
    /// Locks and deletions, to be planned.
    pub changes: Vec<Change>,
    /// Where everybody stands, with the printed lists.
    pub figures: Figures,
    /// Who they are.
    pub(super) rows: Rows,
    /// Letters to be written.
    pub(super) letters: Vec<Outgoing>,
    /// What is remembered from now on, where that is news: whole agencies.
    memories: Memories,
    /// Reminders left for the next pass.
    pub postponed: usize,
    /// Accounts whose stored password is to be held against the known default ones, agency by agency.
    pub(super) unguessed: Vec<AccountId>,
}

/// A letter on its way.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) letter: Letter,
    pub(super) to: String,
    pub(super) to_name: String,
    pub(super) key: String,
}

/// What was queued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reminded {
    /// Letters queued; one that was queued before is not counted.
    pub queued: u64,
    /// Reminders left for the next pass.
    pub postponed: u64,
    /// The mail brake, where it is on: the letters that it stops wait for two operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub braked: Option<MailBraked>,
}

/// What a round of the rules is made from, loaded from the store.
pub(super) struct Round {
    memories: Memories,
    receipts: BTreeMap<String, Receipt>,
    handed: BTreeMap<(AccountId, String), chrono::NaiveDate>,
    passes: Vec<crate::model::Time>,
    pub(super) campaigns: Vec<Campaign>,
    leak_lists: Vec<LeakList>,
    mail_released: bool,
}

impl Engine {
    /// The calendar that ladders go by, where there is a policy.
    pub fn days(&self) -> Option<Days<'_>> {
        self.site.days()
    }

    async fn round(&self) -> Result<Round, StoreError> {
        let mut memories = self.store.memories().await?;
        let opened = self.store.last_done(ChangeKind::UnlockAccount).await?;
        let forced = self.store.last_done(ChangeKind::ForcePasswordChange).await?;
        let mail = TargetId::mail();
        for (account, memory) in
            memories.iter_mut().filter(|((target, _), _)| *target == mail).flat_map(|one| one.1)
        {
            if let Some(at) = opened.get(account) {
                unlocked(memory, self.local(*at));
            }
            if let Some(at) = forced.get(account) {
                force::done(memory, self.local(*at));
            }
        }
        let taken = memories.values().flat_map(BTreeMap::values).flat_map(|memory| memory.runs.values());
        let keys = taken.flat_map(|run| run.taken.iter().filter_map(|taken| taken.notice.as_deref()));
        let receipts = self.store.receipts(keys).await?;
        Ok(Round {
            receipts,
            handed: self.store.handed().await?,
            passes: self.store.passes_since(self.now() - SILENCE * 5).await?,
            campaigns: self.store.campaigns().await?,
            leak_lists: self.store.leak_lists().await?,
            mail_released: self.store.mail_released(self.local(self.now())).await?,
            memories,
        })
    }

    /// Holds the directory against the rules; stores nothing. `None` where the site has no policy.
    pub async fn rotate(
        &self,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
        people: &BTreeMap<PersonId, Person>,
        away: &BTreeSet<PersonId>,
    ) -> Result<Option<Rotated>, StoreError> {
        self.with_rules(directory, systems, people, away, |world, subjects, round| {
            let memories = round.by_account();
            let evaluation = evaluate(world, subjects, &memories);
            let verdicts = &evaluation.verdicts;
            let idle = world.policy.idle_after();
            let acts = verdicts.iter().flat_map(|verdict| verdict.acts.iter().map(move |act| (verdict, act)));
            let changes = acts.filter_map(|(verdict, act)| {
                Some(change(directory.accounts.get(verdict.subject.id)?, verdict, act, world))
            });
            let today = world.days.date(world.now);
            let as_of = AsOf { day: today, idle_after: idle };
            let started = world.campaigns.iter().filter(|one| one.state != CampaignState::Asked);
            let started: Vec<_> =
                started.map(|one| (&one.plan.name, parts(world, one, subjects, &memories))).collect();
            let mut by_account: BTreeMap<&AccountId, Parts> = BTreeMap::new();
            for (name, parts) in &started {
                for (subject, part) in parts {
                    by_account.entry(subject.id).or_default().insert((*name).clone(), *part);
                }
            }
            Rotated {
                changes: changes.collect(),
                figures: Figures {
                    listed: verdicts.iter().filter_map(|verdict| listed(verdict, &round.handed)).collect(),
                    campaigns: started.iter().map(|(name, parts)| ((*name).clone(), table(parts))).collect(),
                    braked: evaluation.braked,
                    ..Figures::of(verdicts, today, |at| world.days.date(at), idle)
                },
                rows: rows(verdicts, as_of, |at| world.days.date(at), &by_account),
                letters: self.letters(world, verdicts),
                memories: news(verdicts, &round.memories),
                postponed: evaluation.postponed,
                unguessed: self.unguessed(verdicts, world.now),
            }
        })
        .await
    }

    /// The open accounts of the directory whose stored password is to be held against the list; none where the site does
    /// not allow it.
    fn unguessed(&self, verdicts: &[Verdict<'_>], now: crate::model::Time) -> Vec<AccountId> {
        let Some(list) = self.guess_list() else { return Vec::new() };
        let mail = TargetId::mail();
        let is_due = |one: &&Verdict<'_>| {
            let subject = &one.subject;
            *subject.target == mail
                && !subject.disabled
                && guess::is_due(&one.memory, &subject.facts, &list, now)
        };
        let mut due: Vec<_> = verdicts.iter().filter(is_due).map(|one| one.subject).collect();
        due.sort_by_key(|subject| (subject.agency, subject.id));
        due.into_iter().map(|subject| subject.id.clone()).collect()
    }

    /// The rules and everybody they are held against, given to `then`; `None` where the site has no policy.
    pub(super) async fn with_rules<T>(
        &self,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
        people: &BTreeMap<PersonId, Person>,
        away: &BTreeSet<PersonId>,
        then: impl FnOnce(&World<'_>, &[Subject<'_>], &Round) -> T,
    ) -> Result<Option<T>, StoreError> {
        let (Some(policy), Some(settings), Some(days)) =
            (&self.site.rotation, &self.config().rotation, self.days())
        else {
            return Ok(None);
        };
        let round = self.round().await?;
        let now = self.now();
        let leaks: Leaks = leak::matched(&round.leak_lists, directory.accounts.values());
        let world = World {
            now,
            days,
            policy,
            settings,
            agencies: &self.site.agencies,
            campaigns: &round.campaigns,
            receipts: &round.receipts,
            handed: &round.handed,
            leaks: &leaks,
            resumed: resumed(&round.passes, now),
            mail_released: round.mail_released,
        };
        let mail = TargetId::mail();
        let holders: BTreeMap<&AccountId, &PersonId> =
            people.values().filter_map(|one| Some((one.accounts.get(&mail)?, &one.id))).collect();
        let nowhere = AgencyCode::unknown();
        let subject = |account| subject(account, &mail, &nowhere, settings, &holders, away);
        let mut subjects: Vec<Subject<'_>> = directory.accounts.values().map(subject).collect();
        // A system is aged only where a rule speaks of it.
        let aged = |system: &&RoleSnapshot| policy.rules.iter().any(|rule| rule.system == system.target);
        let seats: Vec<_> = systems.iter().filter(aged).map(|system| (system, seats(system))).collect();
        for (system, seats) in &seats {
            let shown: BTreeMap<String, &SystemAccount> =
                system.accounts.iter().map(|one| (one.login.to_lowercase(), one)).collect();
            subjects.extend(seats.iter().map(|(id, seat)| {
                holder_of(&system.target, id, seat, shown.get(id.as_str()).copied(), &nowhere)
            }));
        }
        Ok(Some(then(&world, &subjects, &round)))
    }

    /// Queues what [`Engine::rotate`] wrote and keeps what is remembered of it: letters first, each under a key of its
    /// own, memory last and at once, so that after a crash the same round is made again, with the same digests.
    pub async fn remind(&self, token: &Token, rotated: &Rotated) -> Result<Reminded, TellError> {
        let now = self.now();
        let at = self.out_of_quiet(now);
        let lang = self.config().language;
        let mut queued = 0;
        for chunk in rotated.letters.chunks(NOTICES) {
            let render =
                |one: &Outgoing| self.templates.render(&one.letter, lang, &one.to, &one.to_name, &one.key);
            let notices: Vec<Notice> = chunk.iter().map(render).collect::<Result<_, _>>()?;
            queued += self
                .store
                .write_fenced(token, now, |mut tx| {
                    let notices = &notices;
                    async move {
                        let mut queued = 0;
                        for notice in notices {
                            queued += u64::from(tx.enqueue_for(notice, at).await?);
                        }
                        tx.commit(queued).await
                    }
                })
                .await?;
            reached(KillPoint::BetweenReminders);
        }
        if !rotated.memories.is_empty() {
            self.store
                .write_fenced(token, now, |mut tx| async move {
                    for ((target, agency), memories) in &rotated.memories {
                        tx.save_memory(target, agency, memories).await?;
                    }
                    tx.commit(()).await
                })
                .await?;
            reached(KillPoint::BetweenReminders);
        }
        Ok(Reminded { queued, postponed: rotated.postponed as u64, braked: rotated.figures.braked })
    }

    /// The first moment from `now` on that does not lie in the quiet hours.
    fn out_of_quiet(&self, now: crate::model::Time) -> crate::model::Time {
        let Some(settings) = &self.config().rotation else { return now };
        let zone = self.config().time_zone;
        let local = now.with_timezone(&zone).naive_local();
        let quiet = settings.quiet;
        if !quiet.holds(local.time()) {
            return now;
        }
        let ends = local.date().and_time(quiet.until);
        let ends = if ends < local { ends + chrono::TimeDelta::days(1) } else { ends };
        crate::rotation::campaign::instant(ends, zone)
    }
}

impl Round {
    /// What is remembered, by account.
    pub(super) fn by_account(&self) -> BTreeMap<(TargetId, AccountId), Memory> {
        let all = self.memories.iter().flat_map(|((target, _), memories)| {
            memories.iter().map(move |(id, memory)| ((target.clone(), id.clone()), memory.clone()))
        });
        all.collect()
    }
}

/// An account of the directory as the rules see it.
fn subject<'a>(
    account: &'a Account,
    mail: &'a TargetId,
    nowhere: &'a AgencyCode,
    settings: &Settings,
    holders: &BTreeMap<&AccountId, &'a PersonId>,
    away: &BTreeSet<PersonId>,
) -> Subject<'a> {
    let person = holders.get(&account.id).copied();
    let login = account.get(Attr::Login);
    let administrator = login.is_some_and(|login| settings.administrators.contains(login));
    Subject {
        target: mail,
        id: &account.id,
        agency: account.agency.as_ref().unwrap_or(nowhere),
        person,
        holder: Holder::of(account.kind, administrator),
        name: account.get(Attr::FullName).unwrap_or_else(|| account.label()),
        mail: account.get(Attr::Mail),
        login,
        disabled: account.is_disabled(),
        protected: account.protected,
        lockable: !account.protected,
        away: person.is_some_and(|person| away.contains(person)),
        facts: account.password,
    }
}

/// Who signs in to a system, by login in lower case: a login stands in its export once a role.
fn seats(system: &RoleSnapshot) -> BTreeMap<AccountId, &Holding> {
    system.holdings.iter().map(|one| (AccountId::new(one.login.to_lowercase()), one)).collect()
}

/// An account of a system beside the mailbox. Nothing locks it by itself: its keeper does, when the department says so.
fn holder_of<'a>(
    target: &'a TargetId,
    id: &'a AccountId,
    seat: &'a Holding,
    shown: Option<&SystemAccount>,
    nowhere: &'a AgencyCode,
) -> Subject<'a> {
    // A system dates a change by the day: noon in Việt Nam, so that no zone moves it.
    let noon = |day: chrono::NaiveDate| Some(day.and_hms_opt(5, 0, 0)?.and_utc());
    let changed = shown.and_then(|one| one.password_changed).and_then(noon);
    Subject {
        target,
        id,
        agency: seat.agency.as_ref().unwrap_or(nowhere),
        person: None,
        holder: Holder::Person,
        name: seat.name.as_deref().unwrap_or(&seat.login),
        mail: seat.mail.as_deref().or_else(|| seat.login.contains('@').then_some(seat.login.as_str())),
        login: Some(&seat.login),
        disabled: shown.is_some_and(|one| one.open == Some(false)),
        protected: false,
        lockable: false,
        away: false,
        facts: PasswordFacts { changed, ..PasswordFacts::default() },
    }
}

/// Whole agencies in which something is remembered anew, or an account came or went.
fn news(verdicts: &[Verdict<'_>], stored: &Memories) -> Memories {
    let mut all: BTreeMap<(TargetId, AgencyCode), BTreeMap<AccountId, Memory>> = BTreeMap::new();
    let read: BTreeSet<&TargetId> = verdicts.iter().map(|verdict| verdict.subject.target).collect();
    for verdict in verdicts.iter().filter(|verdict| verdict.memory != Memory::default()) {
        let subject = &verdict.subject;
        let agency = all.entry((subject.target.clone(), subject.agency.clone())).or_default();
        agency.insert(subject.id.clone(), verdict.memory.clone());
    }
    // Of a target that was not read nothing is forgotten.
    let gone: Vec<_> = stored
        .iter()
        .filter(|(place, memories)| {
            read.contains(&place.0) && !all.contains_key(*place) && !memories.is_empty()
        })
        .map(|(place, _)| place.clone())
        .collect();
    all.retain(|place, memories| stored.get(place) != Some(memories));
    all.extend(gone.into_iter().map(|place| (place, BTreeMap::new())));
    all
}

/// The change that an act asks for.
fn change(account: &Account, verdict: &Verdict<'_>, act: &Act<'_>, world: &World<'_>) -> Change {
    let subject = &verdict.subject;
    let reason = match act.cause {
        Cause::MaxAge => Reason::PasswordOverdue,
        Cause::FirstPassword => Reason::FirstLoginOverdue,
        Cause::Campaign => Reason::Campaign,
        // Nothing is done to a mailbox for being full.
        Cause::Idle | Cause::Quota => Reason::Dormant,
        Cause::Leak => Reason::Leak,
        Cause::DefaultPassword => Reason::DefaultPassword,
    };
    let mut before = Attrs::from([(Attr::Dn, Values::one(account.dn.to_string()))]);
    let mut after = Attrs::new();
    let kind = match act.what {
        What::Lock => {
            before.insert(Attr::Disabled, Values::one("false"));
            after.insert(Attr::Disabled, Values::one("true"));
            ChangeKind::LockAccount
        }
        What::ForceChange => {
            before.insert(Attr::MustChange, Values::none());
            after.insert(Attr::MustChange, Values::one("true"));
            ChangeKind::ForcePasswordChange
        }
        What::Close => {
            before.insert(Attr::Closed, Values::none());
            after.insert(Attr::Closed, Values::one("true"));
            ChangeKind::CloseAccount
        }
        What::Delete => {
            // All that was seen of it: whatever changes by then is looked at anew.
            before.extend(account.attrs.clone());
            ChangeKind::DeleteAccount
        }
    };
    let who = subject.person.map_or(subject.id.as_str(), PersonId::as_str);
    let case = Fingerprint::of("case").part(who).part("change").finish();
    Change {
        target: subject.target.clone(),
        subject: ChangeSubject::new(subject.id.as_str()),
        kind,
        agency: subject.agency.clone(),
        person: subject.person.cloned(),
        label: format!("{} <{}>", subject.name, account.label()),
        before,
        after,
        reason,
        effective: Some(act.deadline),
        due: act.due,
        gate: act.gate,
        risk: Risk::High,
        document: Some(act.document.to_owned()),
        case: CaseId::new(format!("c-{}", &case[..24])),
        needs: Vec::new(),
        evidence: vec![evidence(verdict, act, world)],
    }
}

fn evidence(verdict: &Verdict<'_>, act: &Act<'_>, world: &World<'_>) -> Evidence {
    let facts = &verdict.subject.facts;
    let basis = match (act.cause, led_by(world, &verdict.subject, &verdict.memory)) {
        (Cause::Leak, Some(leak)) => format!("{}; danh sách lộ: {}", act.basis, leak.source),
        _ => act.basis.to_owned(),
    };
    Evidence::Rule { document: act.document.to_owned(), basis, changed: facts.changed }
}

/// The leak that leads an account.
pub(super) fn led_by<'a>(world: &World<'a>, subject: &Subject<'_>, memory: &Memory) -> Option<&'a Leak> {
    leak::leading(world.leaks.get(subject.id)?, memory, &subject.facts, &world.days)
}

/// Whether a letter's audience is anybody but the holder.
pub(super) fn is_digest(to: Audience) -> bool {
    match to {
        Audience::Contact | Audience::Department => true,
        Audience::Holder | Audience::ForceChange | Audience::Lock => false,
    }
}
