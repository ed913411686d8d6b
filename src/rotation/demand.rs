//! What is asked of one account: by a leak list, by a campaign, by a default password, by the password's age, by its not
//! being used, by a mailbox that is nearly full. One at a time, but for the last two.

use super::age::{self, Age, age};
use super::campaign;
use super::days::{Days, before, shifted};
use super::ladder::{self, Course};
use super::policy::{Audience, Dormancy, DormantStep, Limit, Rule, Step};
use super::verdict::{Cause, Standing, What};
use super::{Subject, World};
use super::{guess, leak, quota};
use crate::model::ids::Fingerprint;
use crate::model::rotation::{Campaign, Memory};
use chrono::NaiveDate;

/// Days between the word to the unit and the lock of an unused account.
const IDLE_WARNING: i64 = 7;

/// A demand on one account, with the course that leads to its end.
#[derive(Debug, Clone)]
pub struct Demand<'a> {
    /// Why.
    pub cause: Cause,
    /// The legal basis.
    pub basis: &'a str,
    /// The document that lays it down.
    pub document: &'a str,
    /// What leads to its end.
    pub course: Course,
    /// Locks only after accepted warnings.
    pub needs_receipts: bool,
    /// The campaign it belongs to.
    pub campaign: Option<&'a Campaign>,
    /// What follows the lock, and from when on.
    pub afterwards: Vec<(What, NaiveDate, &'a str)>,
}

impl Demand<'_> {
    /// Whether strangers may have the password: the change is forced at once, whether or not the holder is there.
    pub fn is_urgent(&self) -> bool {
        matches!(self.cause, Cause::Leak | Cause::DefaultPassword)
    }
}

/// What is asked of the account, the strongest first, and where it stands if nothing is.
pub fn demands<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: Option<&'a Rule>,
    idle: Option<NaiveDate>,
    memory: &Memory,
) -> (Vec<Demand<'a>>, Standing) {
    let today = world.days.date(world.now);
    if exempt(world, subject, today) {
        return (Vec::new(), Standing::Exempt);
    }
    let active = world.settings.active_from(subject.agency).filter(|from| *from <= today);
    let (mut demands, standing) = of_use(world, subject, rule, (idle, active), memory);
    // A full mailbox takes no reminder, whatever the reminder is about.
    demands.extend(
        rule.filter(|_| active.is_some()).and_then(|rule| quota::demand(world, subject, rule, memory)),
    );
    (demands, standing)
}

/// What is asked of the password and of whoever does not use the account. `active` is the day from which the rules bind.
fn of_use<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: Option<&'a Rule>,
    (idle, active): (Option<NaiveDate>, Option<NaiveDate>),
    memory: &Memory,
) -> (Vec<Demand<'a>>, Standing) {
    let days = &world.days;
    if let Some(demand) = leaked(world, subject, rule, memory) {
        return (vec![demand], if subject.away { Standing::Away } else { Standing::Fresh });
    }
    // One at a time: who is in a campaign is not also led up a ladder.
    if let Some(campaign) = campaign_of(world, subject, memory) {
        let plan = &campaign.plan;
        let demand = Demand {
            cause: Cause::Campaign,
            basis: &plan.basis,
            document: &plan.document,
            course: campaign::course(plan, days),
            needs_receipts: true,
            campaign: Some(campaign),
            afterwards: Vec::new(),
        };
        return (vec![demand], Standing::Fresh);
    }
    if let Some(demand) = guessed(world, subject, rule, memory) {
        return (vec![demand], if subject.away { Standing::Away } else { Standing::Fresh });
    }
    let Some(rule) = rule else { return (Vec::new(), Standing::NoRule) };
    let Some(active) = active else { return (Vec::new(), Standing::Inactive) };
    if subject.away {
        // Nothing is taken and nothing forgotten.
        let kept = password(world, subject, rule, memory, active)
            .into_iter()
            .chain(idleness(world, subject, rule, idle, active));
        return (kept.collect(), Standing::Away);
    }
    let demand = password(world, subject, rule, memory, active);
    let standing = match (&demand, age(memory, &subject.facts)) {
        (None, Age::Unknown) if rule.max_age.is_some() || rule.first_password.is_some() => Standing::Unknown,
        (None, Age::Unknown | Age::First(_) | Age::Own(_))
            if rule.max_age.is_none() && rule.first_password.is_none() =>
        {
            Standing::NoRule
        }
        _ => Standing::Fresh,
    };
    (demand.into_iter().chain(idleness(world, subject, rule, idle, active)).collect(), standing)
}

/// What a leak asks, whether or not the rules bind the agency yet: the password may be in strangers' hands.
fn leaked<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: Option<&'a Rule>,
    memory: &Memory,
) -> Option<Demand<'a>> {
    if *subject.target != crate::model::ids::TargetId::mail() {
        return None;
    }
    let leak = leak::leading(world.leaks.get(subject.id)?, memory, &subject.facts, &world.days)?;
    let course = leak::course(leak, &world.policy.after_leak.ladder, &world.days);
    // Disabled for another reason: there is nobody to change anything.
    if subject.disabled && !memory.runs.contains_key(&course.cycle) {
        return None;
    }
    let own = Some(world.policy.after_leak.basis.as_str()).filter(|basis| !basis.is_empty());
    Some(Demand {
        cause: Cause::Leak,
        basis: own.or(rule.map(|rule| rule.basis.as_str())).unwrap_or(&world.policy.title),
        document: leak.document.as_deref().unwrap_or(&world.policy.document),
        course,
        // Promise 13 binds the ladder of age, not leaks: one approval takes the place of accepted warnings.
        needs_receipts: false,
        campaign: None,
        afterwards: Vec::new(),
    })
}

/// What a default password asks, whether or not the rules bind the agency yet: anybody may guess it.
fn guessed<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: Option<&'a Rule>,
    memory: &Memory,
) -> Option<Demand<'a>> {
    let found = guess::standing(memory, &subject.facts)?;
    let after = &world.policy.after_default;
    let course = guess::course(found, &after.ladder, &world.days);
    // Disabled for another reason: nobody signs in with it.
    if subject.disabled && !memory.runs.contains_key(&course.cycle) {
        return None;
    }
    let of_first = rule.and_then(|rule| rule.first_password.as_ref()).map(|limit| limit.basis.as_str());
    let basis = Some(after.basis.as_str()).filter(|basis| !basis.is_empty()).or(of_first);
    Some(Demand {
        cause: Cause::DefaultPassword,
        basis: basis.or(rule.map(|rule| rule.basis.as_str())).unwrap_or(&world.policy.title),
        document: &world.policy.document,
        course,
        needs_receipts: true,
        campaign: None,
        afterwards: Vec::new(),
    })
}

fn exempt(world: &World<'_>, subject: &Subject<'_>, today: NaiveDate) -> bool {
    world.settings.exemptions.iter().any(|one| {
        let named = [subject.mail, subject.login].into_iter().flatten();
        today <= one.until && named.into_iter().any(|name| name.eq_ignore_ascii_case(one.account.trim()))
    })
}

/// The campaign that still asks something of the account.
fn campaign_of<'a>(world: &World<'a>, subject: &Subject<'a>, memory: &Memory) -> Option<&'a Campaign> {
    if *subject.target != crate::model::ids::TargetId::mail() {
        return None;
    }
    let run = |one: &Campaign| memory.runs.get(&campaign::cycle(&one.plan));
    world.campaigns.iter().find(|one| {
        run(one).is_none_or(|run| run.again == 0)
            && campaign::runs(one, world.now, world.days.zone)
            && campaign::covers(&one.plan, subject.agency, subject.holder, world.agencies)
            && !cleared(one, memory, world)
            // Disabled for another reason before it opened: not the campaign's to delete.
            && (!subject.disabled || run(one).is_some())
    })
}

/// Whether the account's holder has done what the campaign asks.
pub fn cleared(campaign: &Campaign, memory: &Memory, world: &World<'_>) -> bool {
    age::changed_after(memory, campaign::instant(campaign.plan.opens, world.days.zone))
}

/// What the password's age asks.
fn password<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: &'a Rule,
    memory: &Memory,
    active: NaiveDate,
) -> Option<Demand<'a>> {
    let days = &world.days;
    let (cause, limit, since) = match age(memory, &subject.facts) {
        Age::Unknown => return None,
        Age::Own(at) => (Cause::MaxAge, rule.max_age.as_ref()?, days.date(at)),
        Age::First(at) => match (&rule.first_password, &rule.max_age, memory.own) {
            (Some(limit), _, _) => (Cause::FirstPassword, limit, days.date(at)),
            (None, Some(limit), Some(own)) => (Cause::MaxAge, limit, days.date(own)),
            (None, Some(limit), None) => (Cause::MaxAge, limit, days.date(at)),
            (None, None, _) => return None,
        },
    };
    let cohort = cohort(subject.id.as_str(), world.policy.cohort_days);
    let end = limit.within.after(since, days.holidays);
    let deadline = if cause == Cause::MaxAge { before(end, cohort).max(since) } else { end };
    let begins = shifted(active, i64::from(cohort));
    Some(Demand {
        cause,
        basis: &limit.basis,
        document: &world.policy.document,
        course: Course {
            cycle: format!("{cause}:{since}"),
            deadline,
            stages: ladder::stages(steps(world, limit), deadline, since, begins, days),
            ends: None,
        },
        needs_receipts: true,
        campaign: None,
        afterwards: Vec::new(),
    })
}

fn steps<'a>(world: &World<'a>, limit: &'a Limit) -> &'a [Step] {
    world.policy.steps(limit)
}

/// Days by which an account's term is moved, so that terms that end together are spread.
fn cohort(account: &str, days: u32) -> u32 {
    if days < 2 {
        return 0;
    }
    let print = Fingerprint::of("cohort").part(account).finish();
    u32::from_str_radix(&print[..8], 16).unwrap_or(0) % days
}

/// What follows from nobody using the account: the unit is told, then it is locked, with an approval.
fn idleness<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: &'a Rule,
    idle: Option<NaiveDate>,
    active: NaiveDate,
) -> Option<Demand<'a>> {
    let last = idle?;
    let of = |wanted: DormantStep| rule.dormancy.iter().find(|one| one.then == wanted);
    let days = &world.days;
    let lock = of(DormantStep::Lock);
    let told = of(DormantStep::Tell);
    let step = |name: &str, days, to| Step { name: name.into(), days, to };
    let (limit, steps) = match (lock, told) {
        (Some(lock), _) => (
            lock,
            vec![
                step("khong-su-dung", -IDLE_WARNING, Audience::Contact),
                step("khoa-khong-su-dung", 0, Audience::Lock),
            ],
        ),
        (None, Some(told)) => (told, vec![step("khong-su-dung", 0, Audience::Contact)]),
        (None, None) => return None,
    };
    let deadline = limit.after.after(last, days.holidays);
    let stages = ladder::stages(&steps, deadline, last, active, days);
    if stages.first()?.at > days.clock(world.now) && !subject.disabled {
        return None;
    }
    Some(Demand {
        cause: Cause::Idle,
        basis: &limit.basis,
        document: &world.policy.document,
        course: Course { cycle: format!("idle:{last}"), deadline, stages, ends: None },
        needs_receipts: false,
        campaign: None,
        afterwards: rule.dormancy.iter().filter_map(|one| follows(one, last, days)).collect(),
    })
}

fn follows<'a>(one: &'a Dormancy, last: NaiveDate, days: &Days<'_>) -> Option<(What, NaiveDate, &'a str)> {
    let what = match one.then {
        DormantStep::Tell | DormantStep::Lock => return None,
        DormantStep::Close => What::Close,
        DormantStep::Delete => What::Delete,
    };
    Some((what, days.next(one.after.after(last, days.holidays)), one.basis.as_str()))
}
