//! The age of a password. Only a holder's own change counts: what rosterd or an administrator sets is a first password
//! again. Unknown is a state of its own, neither old nor new.

use crate::model::Time;
use crate::model::password::PasswordFacts;
use crate::model::rotation::Memory;
use crate::rotation::verdict::Cause;
use chrono::TimeDelta;
use chrono_tz::Tz;

/// A password set this soon after its account was made is the first one, whoever looks at it later.
const FIRST_PASSWORD_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// How old a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Nothing shows it.
    Unknown,
    /// The holder has not changed it since somebody else set it, at this moment.
    First(Time),
    /// The holder's own change.
    Own(Time),
}

/// Takes down what a read shows; what was known stays known when a server forgets it.
pub fn observe(memory: &mut Memory, facts: &PasswordFacts, zone: Tz) {
    if let Some(login) = facts.last_login.map(|login| login.with_timezone(&zone).date_naive()) {
        memory.login = memory.login.max(Some(login));
    }
    let Some(changed) = facts.changed else { return };
    if memory.seen != Some(changed) && is_own(facts, changed) {
        memory.own = Some(changed);
    }
    memory.seen = Some(changed);
}

/// Whether the last change is the holder's own, as far as the entry shows: it need not be changed at the next
/// sign-in, nobody else made it, and it is not the password the account was made with.
fn is_own(facts: &PasswordFacts, changed: Time) -> bool {
    let with_the_account = facts.created.is_some_and(|created| changed - created <= FIRST_PASSWORD_WITHIN);
    !facts.must_change && !facts.set_by_other && !with_the_account
}

/// The age by what is remembered and shown, [`observe`] done.
pub fn age(memory: &Memory, facts: &PasswordFacts) -> Age {
    match (memory.seen, memory.own) {
        (Some(seen), Some(own)) if seen == own && (!facts.must_change || is_forced(memory)) => Age::Own(own),
        // Set by somebody else since the holder's last change, or marked to be changed.
        (Some(seen), _) => Age::First(seen),
        // A server that stopped showing it: what it showed last holds.
        (None, Some(own)) => Age::Own(own),
        (None, None) => match facts.created.filter(|_| facts.must_change) {
            Some(created) => Age::First(created),
            None => Age::Unknown,
        },
    }
}

/// Whether a step of the ladder by age asked for the mark: then it says nothing of who set the password.
fn is_forced(memory: &Memory) -> bool {
    let by_age = |cycle: &str| cycle.split(':').next() == Some(Cause::MaxAge.as_str());
    memory.runs.iter().any(|(cycle, run)| run.forced.is_some() && by_age(cycle))
}

/// Whether the holder has changed the password after `moment`; a reset since takes nothing back.
pub fn changed_after(memory: &Memory, moment: Time) -> bool {
    memory.own.is_some_and(|own| own > moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Ho_Chi_Minh;

    fn at(text: &str) -> Time {
        format!("{text}T02:00:00Z").parse().unwrap()
    }

    fn shows(changed: &str) -> PasswordFacts {
        PasswordFacts {
            changed: Some(at(changed)),
            created: Some(at("2020-01-01")),
            ..PasswordFacts::default()
        }
    }

    fn read(memory: &mut Memory, facts: PasswordFacts) -> Age {
        observe(memory, &facts, Ho_Chi_Minh);
        age(memory, &facts)
    }

    #[test]
    fn a_password_nothing_is_shown_of_is_unknown() {
        assert_eq!(read(&mut Memory::default(), PasswordFacts::default()), Age::Unknown);
    }

    #[test]
    fn a_reset_is_no_rotation_and_the_change_after_it_is() {
        let mut memory = Memory::default();
        assert_eq!(read(&mut memory, shows("2026-01-05")), Age::Own(at("2026-01-05")));
        let reset = PasswordFacts { must_change: true, ..shows("2026-02-01") };
        assert_eq!(read(&mut memory, reset), Age::First(at("2026-02-01")));
        assert_eq!(memory.own, Some(at("2026-01-05")), "the holder's last own change stays known");
        let unmarked = shows("2026-02-01");
        assert_eq!(
            read(&mut memory, unmarked),
            Age::First(at("2026-02-01")),
            "to clear the mark is no change"
        );
        assert_eq!(read(&mut memory, shows("2026-02-02")), Age::Own(at("2026-02-02")));
    }

    #[test]
    fn a_password_set_by_an_administrator_is_a_first_one() {
        let by_other = PasswordFacts { set_by_other: true, ..shows("2026-02-01") };
        assert_eq!(read(&mut Memory::default(), by_other), Age::First(at("2026-02-01")));
    }

    #[test]
    fn the_password_an_account_was_made_with_is_a_first_one() {
        let made = PasswordFacts { created: Some(at("2026-02-01")), ..shows("2026-02-01") };
        assert_eq!(read(&mut Memory::default(), made), Age::First(at("2026-02-01")));
    }

    #[test]
    fn what_a_server_forgets_stays_known() {
        let mut memory = Memory::default();
        let login = PasswordFacts {
            last_login: Some("2026-01-05T18:00:00Z".parse().unwrap()),
            ..shows("2026-01-05")
        };
        read(&mut memory, login);
        assert_eq!(memory.login, Some("2026-01-06".parse().unwrap()), "the local day");
        assert_eq!(read(&mut memory, PasswordFacts::default()), Age::Own(at("2026-01-05")));
        assert_eq!(memory.login, Some("2026-01-06".parse().unwrap()));
    }

    #[test]
    fn only_a_change_after_the_opening_clears() {
        let mut memory = Memory::default();
        let facts = shows("2026-01-09");
        observe(&mut memory, &facts, Ho_Chi_Minh);
        assert!(changed_after(&memory, at("2026-01-08")));
        assert!(!changed_after(&memory, at("2026-01-09")));
        observe(&mut memory, &PasswordFacts { must_change: true, ..shows("2026-01-10") }, Ho_Chi_Minh);
        assert!(!changed_after(&memory, at("2026-01-09")), "a reset clears nothing");
    }
}
