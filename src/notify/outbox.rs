//! The outbox's rules: what becomes of a notice after an attempt, and when the next one is due. The rows
//! themselves are the store's.

use super::transport::{SendError, Transport};
use crate::model::Time;
use crate::model::ids::Fingerprint;
use crate::model::notice::Notice;
use chrono::TimeDelta;

/// What became of one attempt. The reasons may name an address: they belong in the store, not in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Accepted.
    Sent,
    /// Not this time: again at [`next_attempt`], with the same Message-ID.
    Retry(String),
    /// The server takes nobody's mail now (not reached, TLS or sign-in refused): the rest of the batch would
    /// fail the same way and can wait; somebody should be told.
    Unavailable(String),
    /// Never: the address or the mail itself was refused.
    Failed(String),
}

/// Hands `notice` over once.
pub async fn deliver(transport: &Transport, notice: &Notice) -> Delivery {
    match transport.send(notice).await {
        Ok(()) => Delivery::Sent,
        Err(SendError::Unavailable(why)) => Delivery::Unavailable(why),
        // After an unknown outcome the server may have it: the same Message-ID shows a second copy for one.
        Err(SendError::Retry(why) | SendError::Unknown(why)) => Delivery::Retry(why),
        Err(SendError::Refused(why)) => Delivery::Failed(why),
    }
}

/// Minutes until the next attempt, by the number of attempts made; then once a day.
const FIRST_WAITS: [i64; 5] = [1, 5, 15, 60, 240];
/// Daily attempts before a notice counts as failed: RFC 5321 (4.5.4.1) asks for 4 to 5 days.
const DAYS: u32 = 5;

/// Minutes until a server that takes nobody's mail is asked again. That is no attempt of the notices that wait for it:
/// however long it is away, none of them fails by it.
const AWAY: i64 = 15;

/// A wait is shorter by up to this share of itself, so that what failed together does not come back together, and the
/// days are those of RFC 5321.
const SPREAD: i32 = 5;

/// When a notice that `attempts` times could not be handed over is tried again; `None`: it has failed. `id` is its place
/// in the outbox, by which waits are spread.
pub fn next_attempt(attempts: u32, id: &str, now: Time) -> Option<Time> {
    let Some(made_before) = attempts.checked_sub(1) else { return Some(now) };
    let wait = match FIRST_WAITS.get(made_before as usize) {
        Some(minutes) => TimeDelta::minutes(*minutes),
        None if made_before < u32::try_from(FIRST_WAITS.len()).unwrap_or(u32::MAX) + DAYS => {
            TimeDelta::days(1)
        }
        None => return None,
    };
    now.checked_add_signed(wait - spread(wait, id))
}

/// When a notice is tried again for which the server was away.
pub fn after_outage(id: &str, now: Time) -> Time {
    let wait = TimeDelta::minutes(AWAY);
    now + wait - spread(wait, id)
}

/// Up to a fifth of `wait`, the same for the same notice.
fn spread(wait: TimeDelta, id: &str) -> TimeDelta {
    let print = Fingerprint::of("spread").part(id).finish();
    let share = print.get(..2).and_then(|digits| i32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    wait / SPREAD * share / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_day_and_end_after_five() {
        let start: Time = "2026-11-20T01:00:00Z".parse().unwrap();
        let mut now = start;
        let mut waits = Vec::new();
        let mut attempts = 0;
        while let Some(next) = next_attempt(attempts, "1", now) {
            waits.push((next - now).num_minutes());
            now = next;
            attempts += 1;
        }
        let most = [0, 1, 5, 15, 60, 240, 1440, 1440, 1440, 1440, 1440];
        assert_eq!(waits.len(), most.len());
        for (wait, most) in waits.iter().zip(most) {
            assert!((most * 4 / 5..=most).contains(wait), "{waits:?}");
        }
        assert!((4..=5).contains(&(now - start).num_days()));
        assert_eq!(next_attempt(u32::MAX, "1", now), None);
    }

    #[test]
    fn what_failed_together_does_not_come_back_together() {
        let now: Time = "2026-11-20T01:00:00Z".parse().unwrap();
        let waits: [fn(&str, Time) -> Option<Time>; 2] =
            [|id, now| next_attempt(4, id, now), |id, now| Some(after_outage(id, now))];
        for again in waits {
            let moments: std::collections::BTreeSet<_> =
                (0..100).map(|id| again(&id.to_string(), now).unwrap()).collect();
            assert!(moments.len() > 50, "{moments:?}");
            assert_eq!(again("7", now), again("7", now), "a notice has one wait");
        }
    }
}
