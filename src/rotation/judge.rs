//! One account: where it stands, which steps are taken now, what is proposed.

use super::age;
use super::campaign;
use super::demand::{Demand, demands};
use super::force::forcing;
use super::ladder::{self, Course};
use super::policy::{Audience, Rule};
use super::quota;
use super::room::Room;
use super::verdict::{Act, Cause, Issue, Standing, Verdict, What};
use super::warned::{Warned, warned};
use super::{AFTER_SILENCE, Subject, World};
use crate::model::change::Gate;
use crate::model::rotation::{Memory, Run, Taken};
use chrono::NaiveDate;

/// Working days that pass between a printed list and the lock of an account on it (promise 13).
pub const AFTER_LIST: u32 = 5;

/// Judges `subject`.
pub fn judge<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    remembered: &Memory,
    tracks_logins: bool,
    room: &mut Room,
) -> Verdict<'a> {
    let days = &world.days;
    let today = days.date(world.now);
    let rule = world.policy.rule(subject.target, subject.holder);
    let memory = observed(world, subject, rule, remembered);
    let idle = memory.login.or_else(|| subject.facts.created.map(|made| days.date(made)));
    let idle = idle.filter(|_| tracks_logins);
    let never_used = tracks_logins && memory.login.is_none();
    let mut verdict = Verdict {
        subject: *subject,
        standing: Standing::Fresh,
        cause: None,
        deadline: None,
        memory,
        news: false,
        issues: Vec::new(),
        acts: Vec::new(),
        ahead: Vec::new(),
        cycle: None,
        idle_days: idle.map(|last| (today - last).num_days()),
        never_used,
        nearly_full: quota::is_nearly_full(subject.facts.quota, rule.and_then(|rule| rule.quota.as_ref())),
        unreached: false,
        postponed: None,
    };
    settle(world, subject, rule, idle, tracks_logins, room, &mut verdict);
    verdict.news = verdict.memory != *remembered;
    verdict
}

/// What is remembered, with what a read shows now.
fn observed(world: &World<'_>, subject: &Subject<'_>, rule: Option<&Rule>, remembered: &Memory) -> Memory {
    let mut memory = remembered.clone();
    age::observe(&mut memory, &subject.facts, world.days.zone);
    let rule = rule.and_then(|rule| rule.quota.as_ref());
    quota::observe(&mut memory, subject.facts.quota, rule, world.days.date(world.now));
    memory
}

fn settle<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: Option<&'a Rule>,
    idle: Option<NaiveDate>,
    tracks_logins: bool,
    room: &mut Room,
    verdict: &mut Verdict<'a>,
) {
    let today = world.days.date(world.now);
    rest(&mut verdict.memory, subject.away, today);
    release(&mut verdict.memory, subject.disabled);
    let (demands, standing) = demands(world, subject, rule, idle, &verdict.memory);
    verdict.standing = standing;
    let of_a_campaign = |cycle: &str| world.campaigns.iter().any(|one| campaign::cycle(&one.plan) == cycle);
    verdict.memory.runs.retain(|cycle, run| {
        demands.iter().any(|demand| demand.course.cycle == *cycle) || run.again > 0 && of_a_campaign(cycle)
    });
    for demand in &demands {
        let run = verdict.memory.runs.remove(&demand.course.cycle).unwrap_or_default();
        let run = pursue(world, subject, demand, run, tracks_logins, room, verdict);
        if run != Run::default() {
            verdict.memory.runs.insert(demand.course.cycle.clone(), run);
        }
    }
    if subject.disabled && !matches!(verdict.standing, Standing::Locked) {
        verdict.standing = Standing::Disabled;
    }
}

/// A ladder rests while its holder is away; afterwards its waiting begins anew.
fn rest(memory: &mut Memory, away: bool, today: NaiveDate) {
    match (memory.away, away) {
        (None, true) => memory.away = Some(today),
        (Some(_), false) => {
            memory.away = None;
            memory.runs.values_mut().for_each(|run| run.rested = Some(today));
        }
        (None, false) | (Some(_), true) => {}
    }
}

/// Who was locked by a campaign and unlocked again, with an approval and a password that must be changed, is no longer
/// the campaign's: the rule on first passwords takes over.
fn release(memory: &mut Memory, disabled: bool) {
    let campaigns = memory.runs.iter_mut().filter(|(cycle, _)| campaign::is_cycle(cycle));
    for (_, run) in campaigns.filter(|(_, run)| !disabled && run.locked.is_some()) {
        *run = Run { again: 1, ..Run::default() };
    }
}

/// Takes what is due of a demand.
fn pursue<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    demand: &Demand<'a>,
    mut run: Run,
    tracks_logins: bool,
    room: &mut Room,
    verdict: &mut Verdict<'a>,
) -> Run {
    let days = &world.days;
    let today = days.date(world.now);
    let course = &demand.course;
    // A clock that was ahead and was set back: what it did then was done today.
    for taken in run.taken.iter_mut().filter(|taken| taken.on > today) {
        taken.on = today;
    }
    let lock = course.stages.iter().find(|stage| stage.to == Audience::Lock);
    let lock_taken = lock.is_some_and(|lock| run.taken.iter().any(|taken| taken.step == lock.name));
    if subject.disabled {
        if lock_taken {
            let locked = *run.locked.get_or_insert(today);
            verdict.standing = Standing::Locked;
            verdict.cause = Some(demand.cause);
            verdict.deadline = Some(course.deadline);
            verdict.cycle = Some(cycle_of(course, &run));
            verdict.acts.extend(after_lock(world, demand, locked));
        }
        return run;
    }
    if run.locked.is_some() {
        // Unlocked, with an approval: another time up the ladder from its first step.
        run = Run { again: run.again + 1, rested: Some(today), ..Run::default() };
    }
    if verdict.cause.is_none() {
        verdict.cause = Some(demand.cause);
        verdict.deadline = Some(course.deadline);
        verdict.cycle = Some(cycle_of(course, &run));
    }
    if subject.away && demand.cause != Cause::Campaign {
        verdict.acts.extend(forcing(world, subject, demand, &mut run).filter(|_| demand.is_urgent()));
        return run;
    }
    let lock_on = lock.and_then(|_| day_of(Audience::Lock, course, &run, subject, world));
    let force_on = day_of(Audience::ForceChange, course, &run, subject, world);
    let due: Vec<_> = ladder::due(course, &run, days.clock(world.now), days).into_iter().cloned().collect();
    let last_word = due.iter().rposition(|stage| stage.to == Audience::Holder);
    for (at, stage) in due.into_iter().enumerate() {
        match stage.to {
            Audience::Lock => break,
            // A clock that ran ahead forces nobody, as it locks nobody.
            Audience::ForceChange if is_after_silence(world) => break,
            Audience::ForceChange => {
                run.taken.push(Taken { step: stage.name, on: today, notice: None });
                continue;
            }
            Audience::Holder | Audience::Contact | Audience::Department => {}
        }
        // Over Tết two reminders can fall on one day: one mail says it all.
        if stage.to == Audience::Holder && Some(at) != last_word {
            run.taken.push(Taken { step: stage.name, on: today, notice: None });
            continue;
        }
        if stage.to == Audience::Holder && !room.take(demand.cause) {
            verdict.postponed = Some(demand.cause);
            break;
        }
        let key =
            format!("rotation:{}:{}:{}:{}", subject.target, subject.id, cycle_of(course, &run), stage.name);
        let reachable = subject.mail.is_some_and(|mail| world.settings.may_receive(mail));
        let notice = (stage.to == Audience::Holder && reachable).then(|| key.clone());
        if stage.to != Audience::Holder || notice.is_some() {
            verdict.issues.push(Issue {
                step: stage.name.clone(),
                to: stage.to,
                cause: demand.cause,
                basis: demand.basis,
                document: demand.document,
                campaign: demand.campaign,
                key,
                deadline: if stage.to == Audience::Holder {
                    last_day(course, lock_on, today)
                } else {
                    course.deadline
                },
                lock_on,
                force_on,
                number: number(course, &stage.name),
            });
        }
        run.taken.push(Taken { step: stage.name, on: today, notice });
    }
    verdict.acts.extend(forcing(world, subject, demand, &mut run));
    let is_about_it = !matches!(demand.cause, Cause::Idle | Cause::Quota);
    if verdict.standing == Standing::Fresh && !run.taken.is_empty() && is_about_it {
        verdict.standing = if course.deadline < today { Standing::Overdue } else { Standing::Warned };
    }
    verdict.unreached |= demand.needs_receipts
        && !run.taken.is_empty()
        && matches!(warned(world, &run, &verdict.memory, tracks_logins), Warned::Unreachable);
    if let Some(act) = locking(world, subject, demand, &mut run, tracks_logins, verdict) {
        verdict.acts.push(act);
    }
    verdict.ahead.extend(
        ladder::ahead(course, &run, today, days)
            .into_iter()
            .filter(|(stage, _)| {
                subject.lockable || !matches!(stage.to, Audience::Lock | Audience::ForceChange)
            })
            .map(|(stage, at)| (at.date().max(today), stage.to)),
    );
    run
}

fn cycle_of(course: &Course, run: &Run) -> String {
    if run.again == 0 { course.cycle.clone() } else { format!("{}#{}", course.cycle, run.again) }
}

/// The last day a reminder names: who is reminded late still has until the day before the lock.
fn last_day(course: &Course, lock_on: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    let until = lock_on.and_then(|day| day.pred_opt());
    if course.deadline >= today { course.deadline } else { until.unwrap_or(today).max(today) }
}

/// Which of the reminders to the holder a step is.
fn number(course: &Course, step: &str) -> (usize, usize) {
    let holder = course.stages.iter().filter(|stage| stage.to == Audience::Holder);
    let at = holder.clone().position(|stage| stage.name == step).unwrap_or(0);
    (at + 1, holder.count())
}

/// The day of the lock, or of the forced change, if nothing changes; a protected account has none.
fn day_of(
    what: Audience,
    course: &Course,
    run: &Run,
    subject: &Subject<'_>,
    world: &World<'_>,
) -> Option<NaiveDate> {
    if !subject.lockable {
        return None;
    }
    // What is due now is taken now: the distances count from today.
    let mut tried = run.clone();
    let today = world.days.date(world.now);
    for stage in ladder::due(course, run, world.days.clock(world.now), &world.days) {
        tried.taken.push(Taken { step: stage.name.clone(), on: today, notice: None });
    }
    let ahead = ladder::ahead(course, &tried, today, &world.days);
    ahead.into_iter().find(|(stage, _)| stage.to == what).map(|(_, at)| at.date())
}

/// Whether the worker has only just begun again.
fn is_after_silence(world: &World<'_>) -> bool {
    let days = &world.days;
    let until = world.resumed.map(|at| days.working_days_after(days.date(at), AFTER_SILENCE));
    until.is_some_and(|until| days.date(world.now) < until)
}

/// The lock, where it is due and nothing stands against it.
fn locking<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    demand: &Demand<'a>,
    run: &mut Run,
    tracks_logins: bool,
    verdict: &mut Verdict<'a>,
) -> Option<Act<'a>> {
    if !subject.lockable {
        return None;
    }
    let days = &world.days;
    let today = days.date(world.now);
    let course = &demand.course;
    let lock = course.stages.iter().find(|stage| stage.to == Audience::Lock)?;
    let due = match run.taken.iter().find(|taken| taken.step == lock.name) {
        Some(taken) => taken.on,
        None => ladder::ahead(course, run, today, days)
            .into_iter()
            .find(|(stage, _)| stage.to == Audience::Lock)?
            .1
            .date(),
    };
    // Every other step comes first; of a campaign, those that were missed are past.
    let open = |stage: &&ladder::Stage| !run.taken.iter().any(|taken| taken.step == stage.name);
    let waits = course.ends.is_none()
        && course.stages.iter().filter(|stage| stage.to != Audience::Lock).any(|stage| open(&stage));
    if due > today || waits {
        return None;
    }
    if is_after_silence(world) {
        return None;
    }
    let warned = demand.needs_receipts.then(|| warned(world, run, &verdict.memory, tracks_logins));
    let gate = match warned {
        None => Gate::One,
        Some(Warned::Accepted) => Gate::None,
        Some(Warned::Waiting) => return None,
        Some(Warned::Unreachable) => {
            let handed = world.handed.get(&(subject.id.clone(), cycle_of(course, run)));
            let until = handed.map(|on| days.working_days_after(*on, AFTER_LIST));
            if until.is_none_or(|until| today < until) {
                verdict.standing = Standing::Unreachable;
                return None;
            }
            Gate::One
        }
    };
    if !run.taken.iter().any(|taken| taken.step == lock.name) {
        run.taken.push(Taken { step: lock.name.clone(), on: today, notice: None });
    }
    Some(Act {
        what: What::Lock,
        cause: demand.cause,
        basis: demand.basis,
        document: demand.document,
        gate,
        deadline: course.deadline,
        due,
    })
}

/// What follows a lock once its day has come: a mailbox is closed with one approval, an account deleted with two.
fn after_lock<'a>(world: &World<'a>, demand: &Demand<'a>, locked: NaiveDate) -> Vec<Act<'a>> {
    let days = &world.days;
    let campaign = demand.campaign.and_then(|one| campaign::delete_on(&one.plan, locked, days));
    let campaign = campaign.map(|due| (What::Delete, due, demand.basis));
    // Never on the heels of the lock, however long nobody has used the account.
    let earliest = days.working_days_after(locked, AFTER_LIST);
    let idle = demand.afterwards.iter().map(|(what, due, basis)| (*what, (*due).max(earliest), *basis));
    let all = campaign.into_iter().chain(idle);
    all.filter(|(_, due, _)| *due <= days.date(world.now))
        .map(|(what, due, basis)| Act {
            what,
            cause: demand.cause,
            basis,
            document: demand.document,
            gate: if what == What::Delete { Gate::Two } else { Gate::One },
            deadline: demand.course.deadline,
            due,
        })
        .collect()
}

/// The step of this name as the holder would get it, whether or not it is due; else the names there are.
pub fn preview<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    remembered: &Memory,
    step: &str,
) -> Result<Issue<'a>, Vec<String>> {
    let rule = world.policy.rule(subject.target, subject.holder);
    let memory = observed(world, subject, rule, remembered);
    let (demands, _) = demands(world, subject, rule, None, &memory);
    let mut names = Vec::new();
    for demand in demands {
        let course = demand.course;
        let run = memory.runs.get(&course.cycle).cloned().unwrap_or_default();
        for stage in course.stages.iter().filter(|stage| stage.to == Audience::Holder) {
            if stage.name == step {
                return Ok(Issue {
                    step: stage.name.clone(),
                    to: stage.to,
                    cause: demand.cause,
                    basis: demand.basis,
                    document: demand.document,
                    campaign: demand.campaign,
                    key: "preview".to_owned(),
                    deadline: course.deadline,
                    lock_on: day_of(Audience::Lock, &course, &run, subject, world),
                    force_on: day_of(Audience::ForceChange, &course, &run, subject, world),
                    number: number(&course, &stage.name),
                });
            }
            names.push(stage.name.clone());
        }
    }
    Err(names)
}
