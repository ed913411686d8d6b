//! Guessing: what the directory stores in place of passwords is held against the known default ones, a little in each pass,
//! on a thread of low priority. What is kept is a flag for each account; what was read and tried is dropped at once.

use super::engine::Engine;
use crate::directory::{ReadError, Stored, StoredPassword};
use crate::model::Time;
use crate::model::account::Account;
use crate::model::ids::{AccountId, AgencyCode, TargetId};
use crate::model::rotation::{Found, Guessed, Memory};
use crate::rotation::guess::Guesses;
use crate::store::{StoreError, Token};
use chrono::Datelike;
use ring::hmac;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Accounts read and written down at a time.
const CHUNK: usize = 200;

/// As low as a priority gets: whatever else wants the processor has it.
const NICE: i32 = 19;

/// What a pass has looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Guessing {
    /// Stored passwords held against the list.
    pub checked: u64,
    /// Of them default ones.
    pub found: u64,
    /// Accounts of which the directory shows nothing that can be checked.
    pub unreadable: u64,
    /// Accounts left for the next pass: this one has spent its time.
    pub left: u64,
}

/// Why nothing more was looked at in this pass.
#[derive(Debug, thiserror::Error)]
pub enum GuessError {
    /// The directory.
    #[error("default passwords: directory: {0}")]
    Read(#[from] ReadError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread.
    #[error("default passwords: {0}")]
    Thread(String),
}

impl Engine {
    /// What the list of guesses is called where a check is written down: it tells one list from another under the site's
    /// key, so that nobody can try lists against it. `None` where nothing is checked.
    pub(super) fn guess_list(&self) -> Option<String> {
        let mut context = hmac::Context::with_key(&self.keys.guesses());
        for part in self.site.guesses.as_ref()?.parts() {
            context.update(part.as_bytes());
            context.update(b"\n");
        }
        Some(crate::model::ids::hex(&context.sign().as_ref()[..4]))
    }

    /// Holds what is stored for `due` against the list, in order, until the time of this pass is spent; at least one, so
    /// that each pass comes further.
    pub(super) async fn guess(&self, token: &Token, due: &[AccountId]) -> Result<Guessing, GuessError> {
        let mut came = Guessing { left: due.len() as u64, ..Guessing::default() };
        let (Some(guesses), Some(list), Some(settings)) =
            (&self.site.guesses, self.guess_list(), &self.config().rotation)
        else {
            return Ok(Guessing::default());
        };
        if due.is_empty() {
            return Ok(came);
        }
        let guesses = Arc::new(guesses.clone());
        let deadline = Instant::now() + Duration::from_secs(settings.default_passwords.seconds_per_pass);
        let year = self.local(self.now()).year();
        let mail = TargetId::mail();
        let mut memories = self.store.memories().await?;
        for chunk in due.chunks(CHUNK) {
            let spent = came.checked + came.unreadable > 0 && Instant::now() >= deadline;
            if spent || self.stop.load(Ordering::Relaxed) {
                break;
            }
            let entries = self.directory.stored_passwords(chunk).await?;
            // Who is gone by now is looked at no more.
            came.left -= (chunk.len() - entries.len()) as u64;
            let now = self.now();
            let tried = Arc::clone(&guesses);
            let results = at_low_priority(move || held_against(entries, &tried, year, deadline)).await?;
            let mut touched: BTreeSet<AgencyCode> = BTreeSet::new();
            for (account, found) in results {
                came.left -= 1;
                match found {
                    Found::Yes => (came.checked, came.found) = (came.checked + 1, came.found + 1),
                    Found::No => came.checked += 1,
                    Found::Unreadable => came.unreadable += 1,
                }
                let agency = account.agency.clone().unwrap_or_else(AgencyCode::unknown);
                let memory = memories.entry((mail.clone(), agency.clone())).or_default();
                let memory: &mut Memory = memory.entry(account.id.clone()).or_default();
                memory.guessed = Some(written_down(&account, found, memory.guessed.take(), (&list, now)));
                touched.insert(agency);
            }
            for agency in touched {
                let place = (mail.clone(), agency);
                let Some(memory) = memories.get(&place) else { continue };
                self.store
                    .write_fenced(token, now, |mut tx| {
                        let (target, agency) = &place;
                        async move {
                            tx.save_memory(target, agency, memory).await?;
                            tx.commit(()).await
                        }
                    })
                    .await?;
            }
        }
        Ok(came)
    }
}

/// What is kept of a check; one that finds the same password again keeps the day of the first find, from which the
/// ladder counts.
fn written_down(
    account: &Account,
    found: Found,
    before: Option<Guessed>,
    (list, now): (&str, Time),
) -> Guessed {
    let changed = account.password.changed;
    let again = before.filter(|one| found == Found::Yes && one.found == found && one.changed == changed);
    // Where nothing shows a change, the password may be another one: it is looked at again after a while.
    let at = again.filter(|_| changed.is_some()).map_or(now, |one| one.at);
    Guessed { found, changed, at, list: list.to_owned() }
}

/// Holds each entry against its guesses until `deadline`; the first one in any case.
fn held_against(
    entries: Vec<(Account, Vec<Stored>)>,
    guesses: &Guesses,
    year: i32,
    deadline: Instant,
) -> Vec<(Account, Found)> {
    let mut results = Vec::with_capacity(entries.len());
    for (account, stored) in entries {
        if !results.is_empty() && Instant::now() >= deadline {
            break;
        }
        let guesses = guesses.of(&account, year);
        let is_guessed = |one: &StoredPassword| guesses.iter().any(|guess| one.is(guess));
        let found = if stored.iter().flatten().any(is_guessed) {
            Found::Yes
        } else if stored.is_empty() || stored.iter().any(Result::is_err) {
            Found::Unreadable
        } else {
            Found::No
        };
        results.push((account, found));
    }
    results
}

/// Runs `work` on a thread of its own, which everything else on this machine goes before.
async fn at_low_priority<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, GuessError> {
    let (done, result) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("guessing".into());
    let body = move || {
        // The priority is the thread's alone. Without it the work is done all the same, within its time.
        let _ = rustix::process::nice(NICE);
        let _ = done.send(work());
    };
    thread.spawn(body).map_err(|error| GuessError::Thread(error.to_string()))?;
    result.await.map_err(|_| GuessError::Thread("the thread ended before its work".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dn::Dn;
    use crate::model::password::PasswordFacts;

    fn account(id: &str, changed: Option<&str>) -> Account {
        Account {
            id: AccountId::new(id),
            dn: Dn::default(),
            attrs: crate::model::account::Attrs::new(),
            agency: None,
            kind: crate::model::account::AccountKind::Person,
            protected: false,
            password: PasswordFacts {
                changed: changed.map(|text| text.parse().unwrap()),
                ..PasswordFacts::default()
            },
        }
    }

    fn entries(stored: &[&[&str]]) -> Vec<(Account, Vec<Stored>)> {
        let parse = |values: &&[&str]| values.iter().map(|value| StoredPassword::parse(value)).collect();
        stored.iter().map(|values| (account("a", None), parse(values))).collect()
    }

    fn found(stored: &[&[&str]], seconds: u64) -> Vec<Found> {
        let guesses: Guesses = toml::from_str("known = ['Abc@123']").unwrap();
        let deadline = Instant::now() + Duration::from_secs(seconds);
        held_against(entries(stored), &guesses, 2026, deadline).into_iter().map(|(_, found)| found).collect()
    }

    #[test]
    fn one_value_that_fits_is_enough_and_one_that_cannot_be_read_is_no_no() {
        use Found::{No, Unreadable, Yes};
        let stored: [&[&str]; 5] = [&["x", "Abc@123"], &["{MD5}x", "Abc@123"], &["x"], &["x", "{MD5}x"], &[]];
        assert_eq!(found(&stored, 60), [Yes, Yes, No, Unreadable, Unreadable]);
    }

    #[test]
    fn a_pass_whose_time_is_spent_comes_one_further() {
        assert_eq!(found(&[&["x"], &["x"], &["x"]], 0), [Found::No]);
    }

    #[test]
    fn a_default_password_keeps_the_day_on_which_it_was_found() {
        let now = |day: u32| format!("2026-03-{day:02}T02:00:00Z").parse::<Time>().unwrap();
        let one = account("a", Some("2026-03-01T00:00:00Z"));
        let first = written_down(&one, Found::Yes, None, ("l1", now(2)));
        let again = written_down(&one, Found::Yes, Some(first.clone()), ("l2", now(9)));
        assert_eq!((again.at, again.list.as_str()), (first.at, "l2"));
        let other = account("a", Some("2026-03-08T00:00:00Z"));
        assert_eq!(written_down(&other, Found::Yes, Some(first), ("l2", now(9))).at, now(9));
    }
}
