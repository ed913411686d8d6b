//! Whether a holder was warned (promise 13): nobody is locked by a ladder whose reminders were not accepted.

use super::World;
use crate::model::rotation::{Memory, Receipt, Run};
use chrono::TimeDelta;

/// Whether the holder's reminders arrived.
pub enum Warned {
    /// Each was accepted, none came back in time, and the mailbox has been opened before.
    Accepted,
    /// One is still on its way, or might yet come back.
    Waiting,
    /// One was not accepted, there was no address, or nobody has ever opened the mailbox.
    Unreachable,
}

/// Whether what `run` sent arrived.
pub fn warned(world: &World<'_>, run: &Run, memory: &Memory, tracks_logins: bool) -> Warned {
    let settled = TimeDelta::hours(world.settings.bounce_hours.into());
    let today = world.days.date(world.now);
    let mut sent = run.taken.iter().filter_map(|taken| Some((taken.notice.as_ref()?, taken.on))).peekable();
    if sent.peek().is_none() || (tracks_logins && memory.login.is_none()) {
        return Warned::Unreachable;
    }
    // All were accepted, and one of them so long ago that it would have come back by now: a mail of the last hours of a
    // campaign shows no more than the one before it.
    let (mut waits, mut stayed) = (false, false);
    for (key, on) in sent {
        match world.receipts.get(key) {
            // Taken in this very pass.
            None if on == today => waits = true,
            Some(Receipt::Accepted(at)) => stayed |= world.now - *at >= settled,
            Some(Receipt::Waiting) => waits = true,
            Some(Receipt::Failed) | None => return Warned::Unreachable,
        }
    }
    if stayed && !waits { Warned::Accepted } else { Warned::Waiting }
}
