//! The step of a ladder that forces a change: from its day on the holder must change the password at the next sign-in. It
//! is taken once a cycle; whoever takes the mark off again has the last word.

use super::demand::Demand;
use super::policy::Audience;
use super::verdict::{Act, Cause, What};
use super::{Subject, World};
use crate::model::change::Gate;
use crate::model::rotation::{Forced, Memory, Run};
use chrono::NaiveDate;

/// Takes down that a change was forced on this day: the mark may be gone again before a read shows it.
pub fn done(memory: &mut Memory, on: NaiveDate) {
    let asked = memory.runs.values_mut().filter(|run| run.forced == Some(Forced::Asked));
    for run in asked.filter(|run| run.taken.first().is_some_and(|first| first.on <= on)) {
        run.forced = Some(Forced::Done);
    }
}

/// What forces a change now. Under a leak or a default password that is so from the start; by age once the ladder has
/// come to the step, and until a read has shown the mark.
pub fn forcing<'a>(
    world: &World<'a>,
    subject: &Subject<'a>,
    demand: &Demand<'a>,
    run: &mut Run,
) -> Option<Act<'a>> {
    let stages = &demand.course.stages;
    let due = match demand.cause {
        Cause::Leak | Cause::DefaultPassword => {
            let today = world.days.date(world.now);
            (!subject.facts.must_change).then(|| stages.first().map_or(today, |stage| stage.at.date()))
        }
        Cause::MaxAge | Cause::FirstPassword | Cause::Campaign | Cause::Idle | Cause::Quota => {
            let step = stages.iter().find(|stage| stage.to == Audience::ForceChange)?;
            let on = run.taken.iter().find(|taken| taken.step == step.name)?.on;
            if subject.facts.must_change {
                run.forced = Some(Forced::Done);
            }
            (*run.forced.get_or_insert(Forced::Asked) == Forced::Asked).then_some(on)
        }
    };
    due.filter(|_| subject.lockable).map(|due| Act {
        what: What::ForceChange,
        cause: demand.cause,
        basis: demand.basis,
        document: demand.document,
        gate: Gate::None,
        deadline: demand.course.deadline,
        due,
    })
}
