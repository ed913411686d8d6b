//! Returning: mails that a server took and sent back. Bounces are read before the rules are, so that nobody is locked
//! whose warnings came back (promise 13); what did not arrive is told to those on duty, a letter a day.

use super::engine::Engine;
use super::telling::TellError;
use crate::files;
use crate::model::ids::sha256;
use crate::model::notice::Notice;
use crate::notify::bounce::{LARGEST, Report, Settings, read};
use crate::notify::letter::{Letter, NotReceived, NotReceivedMail};
use crate::store::{Bounce, Bounced, StoreError, Token, Undelivered};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

/// Bounces read in one pass; the rest follow in the next.
const AT_ONCE: usize = 10_000;

/// Days for which a letter on what did not arrive is made up for, where no pass ran on the day after.
const MADE_UP_FOR: u64 = 7;

/// What reading the bounces came to.
#[derive(Debug, Default)]
pub(super) struct Returned {
    /// Mails that count as returned from now on.
    pub(super) mails: u64,
    /// What could not be read or moved, a line each.
    pub(super) errors: Vec<String>,
}

impl Engine {
    /// Reads every bounce that nobody has read yet.
    pub(super) async fn take_bounces(&self, token: &Token) -> Result<Returned, StoreError> {
        let mut returned = Returned::default();
        let Some(Settings { folder, .. }) = self.config().mail.bounces() else { return Ok(returned) };
        let cannot = |path: &Path, error: &io::Error| format!("mail.bounces: {}: {error}", path.display());
        let waiting = match waiting(folder) {
            Ok(waiting) => waiting,
            Err(error) => {
                returned.errors.push(cannot(folder, &error));
                return Ok(returned);
            }
        };
        for path in waiting {
            let bytes = match files::read(&path, LARGEST) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => None,
                Err(error) => {
                    returned.errors.push(cannot(&path, &error));
                    continue;
                }
            };
            let report = bytes.as_deref().and_then(read);
            let understood = match (&report, &bytes) {
                (Some(report), Some(bytes)) => self.note(token, report, bytes, &mut returned).await?,
                _ => false,
            };
            if !understood {
                tracing::warn!("a mail among the bounces is about none of ours: it is left to a person");
            }
            // Noted first: after a crash it is read again and counts once.
            if let Err(error) = put_away(&path, understood) {
                returned.errors.push(cannot(&path, &error));
            }
        }
        Ok(returned)
    }

    /// Notes what a notification says; whether it is about our mail.
    async fn note(
        &self,
        token: &Token,
        report: &Report,
        bytes: &[u8],
        returned: &mut Returned,
    ) -> Result<bool, StoreError> {
        let digest = sha256(bytes);
        let id = report.message_id.as_deref().map(|id| id.split('@').next().unwrap_or(id).to_owned());
        let mut ours = report.failed.is_empty();
        for failed in &report.failed {
            let bounce = Bounce {
                digest: digest.clone(),
                message_id: id.clone(),
                address: failed.address.clone(),
                why: failed.why.clone(),
            };
            let bounced = self.store.write_fenced(token, self.now(), |mut tx| {
                let bounce = &bounce;
                async move {
                    let bounced = tx.note_bounce(bounce).await?;
                    tx.commit(bounced).await
                }
            });
            match bounced.await? {
                Bounced::Noted => {
                    returned.mails += 1;
                    ours = true;
                }
                Bounced::Known => ours = true,
                Bounced::Stranger => {}
            }
        }
        Ok(ours)
    }

    /// A letter to those on duty for each of the last days on which it became known that mails did not arrive.
    pub(super) async fn tell_of_undelivered(&self, today: NaiveDate) -> Result<Vec<Notice>, TellError> {
        let config = self.config();
        let from = self.midnight(today.checked_sub_days(Days::new(MADE_UP_FOR)).unwrap_or(today));
        let mut by_day: BTreeMap<NaiveDate, Vec<NotReceivedMail>> = BTreeMap::new();
        for one in self.store.undelivered(from, self.midnight(today)).await? {
            // A letter of this kind that did not arrive asks for no other.
            if one.notice.template != NotReceived::TEMPLATE {
                by_day.entry(self.local(one.at)).or_default().push(line(one));
            }
        }
        let mut notices = Vec::new();
        for (date, mails) in by_day {
            let letter = Letter::NotReceived(NotReceived { agency: None, date, count: mails.len(), mails });
            let key = format!("{}:{date}", NotReceived::TEMPLATE);
            for to in &config.on_duty {
                notices.push(self.templates.render(&letter, config.language, &to.mail, &to.name, &key)?);
            }
        }
        Ok(notices)
    }
}

fn line(one: Undelivered) -> NotReceivedMail {
    let Undelivered { notice, returned, at: _, why } = one;
    NotReceivedMail {
        name: notice.to_name,
        address: notice.to,
        subject: notice.subject,
        returned,
        code: code(&why),
    }
}

/// The reply's number in what a server said (`5.1.1`, or `550`): its words come from outside and may hold links.
fn code(why: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let digits =
            |part: &&str| !part.is_empty() && part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit());
        parts.iter().all(digits) && (parts.len() == 3 || parts.len() == 1 && word.len() == 3)
    };
    let words: Vec<&str> = why.split(|c: char| c.is_whitespace() || "():;,".contains(c)).collect();
    let best = words.iter().copied().filter(is_code).max_by_key(|word| word.contains('.'));
    best.map(str::to_owned)
}

/// Mails that nobody has read yet: of a Maildir those in `new`, else the `.eml` files.
fn waiting(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let new = folder.join("new");
    let maildir = new.is_dir();
    let entries = fs::read_dir(if maildir { &new } else { folder })?;
    let fits = |entry: &DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        !name.starts_with('.') && (maildir || name.to_lowercase().ends_with(".eml"))
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if fits(&entry) && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    found.truncate(AT_ONCE);
    Ok(found)
}

/// Moves a mail to those that were read; one that was not understood stays unread for a person.
fn put_away(path: &Path, understood: bool) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let name = name.to_string_lossy();
    let to = match folder.parent() {
        Some(maildir) if folder.ends_with("new") => {
            maildir.join("cur").join(format!("{name}:2,{}", if understood { "S" } else { "" }))
        }
        _ => files::free_name(&folder.join(if understood { "read" } else { "unclear" }), &name),
    };
    files::move_to(path, &to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .map(|all| all.map(|one| one.unwrap().file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        names.sort();
        names
    }

    #[test]
    fn a_reply_s_number_is_told_and_none_of_its_words() {
        assert_eq!(code("550 5.1.1 <a@b>: https://x.example User unknown").as_deref(), Some("5.1.1"));
        assert_eq!(code("permanent error (550): no such user").as_deref(), Some("550"));
        assert_eq!(code("5.0.0").as_deref(), Some("5.0.0"));
        assert_eq!(code("connection lost after 12 s at 10.0.0.1"), None);
    }

    #[test]
    fn of_a_maildir_what_is_new_is_read_and_what_is_not_understood_stays_unread() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["new", "cur", "tmp"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        for name in ["new/2.host", "new/1.host", "tmp/3.host", "cur/4.host:2,S"] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let found = waiting(dir.path()).unwrap();
        assert_eq!(found, ["new/1.host", "new/2.host"].map(|name| dir.path().join(name)));
        put_away(&found[0], true).unwrap();
        put_away(&found[1], false).unwrap();
        assert_eq!(names(&dir.path().join("cur")), ["1.host:2,S", "2.host:2,", "4.host:2,S"]);
        assert_eq!(waiting(dir.path()).unwrap(), Vec::<PathBuf>::new());
    }

    #[test]
    fn a_folder_of_files_keeps_what_was_read_and_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..2 {
            for name in ["a.eml", "b.EML", "c.txt", ".d.eml"] {
                fs::write(dir.path().join(name), format!("{round}")).unwrap();
            }
            std::os::unix::fs::symlink("a.eml", dir.path().join(format!("{round}.eml"))).unwrap();
            for (path, understood) in waiting(dir.path()).unwrap().iter().zip([true, false]) {
                put_away(path, understood).unwrap();
            }
        }
        assert_eq!(names(&dir.path().join("read")), ["a (2).eml", "a.eml"]);
        assert_eq!(names(&dir.path().join("unclear")), ["b (2).EML", "b.EML"]);
        assert!(waiting(&dir.path().join("nothing")).is_err());
    }
}
