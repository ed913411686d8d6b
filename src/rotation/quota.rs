//! A mailbox that is nearly full: since when, and the steps that follow once until it has emptied again. Nobody is locked
//! for it.

use super::demand::Demand;
use super::ladder::Course;
use super::leak::course_of;
use super::policy::{Audience, QuotaRule, Rule, Step};
use super::verdict::Cause;
use super::{Subject, World};
use crate::model::password::Quota;
use crate::model::rotation::Memory;
use chrono::NaiveDate;

/// Percentage points below the rule's share at which a mailbox has emptied again: one that stays about the line is not
/// told of each day.
pub const BELOW: u64 = 5;

/// The steps where a rule has none of its own; days are working days after it was first seen so full, 0 at once.
pub fn short() -> Vec<Step> {
    let step = |name: &str, days, to| Step { name: name.into(), days, to };
    vec![
        step("day-nhac-1", 0, Audience::Holder),
        step("day-nhac-2", 5, Audience::Holder),
        step("day-dau-moi", 10, Audience::Contact),
    ]
}

/// Takes down since when a mailbox is nearly full. What is not shown says nothing.
pub fn observe(memory: &mut Memory, quota: Option<Quota>, rule: Option<&QuotaRule>, today: NaiveDate) {
    let (Some(quota), Some(rule)) = (quota, rule) else { return };
    if quota.percent() >= rule.percent {
        memory.full.get_or_insert(today);
    } else if quota.percent() + BELOW <= rule.percent {
        memory.full = None;
    }
}

/// Whether a read shows the mailbox fuller than the rule has it.
pub fn is_nearly_full(quota: Option<Quota>, rule: Option<&QuotaRule>) -> bool {
    quota.zip(rule).is_some_and(|(quota, rule)| quota.percent() >= rule.percent)
}

/// What is asked of the holder of a mailbox that was seen nearly full. While it is not seen so, nothing further follows
/// and nothing is forgotten.
pub fn demand<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    rule: &'a Rule,
    memory: &Memory,
) -> Option<Demand<'a>> {
    let (rule, since) = (rule.quota.as_ref()?, memory.full?);
    let mut course: Course = course_of(format!("{}:{since}", Cause::Quota), since, &rule.ladder, &world.days);
    if !is_nearly_full(subject.facts.quota, Some(rule)) {
        course.stages.clear();
    }
    Some(Demand {
        cause: Cause::Quota,
        basis: &rule.basis,
        document: &world.policy.document,
        course,
        needs_receipts: false,
        campaign: None,
        afterwards: Vec::new(),
    })
}
