//! An answer: the feedback workbook beside the file, and the mail to the agency that says where it lies.

use super::accept::holds_passwords;
use super::original::Original;
use super::take::{Again, ENDING};
use crate::files;
use crate::kill::{KillPoint, reached};
use crate::model::agency::{Agency, Contact};
use crate::model::change::ChangeKind;
use crate::model::finding::Severity;
use crate::model::ids::RosterId;
use crate::model::notice::Notice;
use crate::model::roster::{Declared, RosterKind};
use crate::model::{Lang, Time};
use crate::notify::letter::{Counts, Letter, ReadAs, RosterFeedback};
use crate::notify::templates::{TemplateError, Templates};
use crate::notify::words;
use crate::store::{Arrival, Feedback, Rejection, Store, StoreError, Token};
use crate::workbook::annotate::RowResult;
use crate::workbook::{Annotations, Reader, ReaderError, summary};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// How the summary of what was rejected ends, where the file it is about is gone.
const REJECTED: &str = ".khongduyet.xlsx";

/// Writes one arrival's feedback and queues its mails; both are done again after a crash, and then alike.
#[derive(Debug)]
pub struct Answerer<'a> {
    /// The store.
    pub store: &'a Store,
    /// The worker's lease.
    pub token: &'a Token,
    /// The mail templates.
    pub templates: &'a Templates,
    /// The language of feedback and mail.
    pub lang: Lang,
    /// The moment of this pass.
    pub now: Time,
    /// Turns an instant into a local date.
    pub zone: chrono_tz::Tz,
    /// Rosters that came too late, with the date of the one in force.
    pub outdated: &'a BTreeMap<RosterId, NaiveDate>,
}

/// Why an answer is still owed.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The file system.
    #[error("feedback {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// A mail template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The workbook cannot be written.
    #[error("feedback workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl Answerer<'_> {
    /// Answers one arrival.
    pub async fn answer(
        &self,
        due: &Feedback,
        agency: &Agency,
        reader: &mut Reader,
    ) -> Result<PathBuf, AnswerError> {
        let arrival = &due.arrival;
        let place = arrival.done_path.as_ref().map_or_else(PathBuf::new, PathBuf::from);
        // One that cannot be opened has a summary alone in any case.
        let again = due.written.is_some() && !arrival.notes.blocks.is_empty();
        let original = if again { Original::of(arrival).kept() } else { None };
        // A file that is gone by now, because it held passwords or by the agency's own hand, is not marked up again: what
        // lies there stays, and a summary beside it says the rest.
        let apart = again && original.is_none();
        let path = files::with_ending(&place, if apart { REJECTED } else { ENDING });
        let notes = self.annotations(due, agency, apart);
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| AnswerError::File { path, source }
        };
        let workbook = if apart {
            summary::for_unreadable(&notes.summary, self.lang)?
        } else {
            self.workbook(arrival, original, notes, reader).await?
        };
        files::write(&path, &workbook, 0o640).map_err(io(&path))?;
        reached(KillPoint::AfterFeedback);
        let notices = self.notices(due, agency, &path)?;
        let text = path.to_string_lossy();
        self.store
            .write_fenced(self.token, self.now, async |mut tx| {
                tx.feedback_written(&arrival.id, &text).await?;
                for notice in &notices {
                    tx.enqueue(notice).await?;
                }
                tx.commit(()).await
            })
            .await?;
        Ok(path)
    }

    /// The marked-up copy of the original, or of what waits in the spool; the summary alone where the file cannot be opened.
    async fn workbook(
        &self,
        arrival: &Arrival,
        original: Option<Vec<u8>>,
        notes: Annotations,
        reader: &mut Reader,
    ) -> Result<Vec<u8>, AnswerError> {
        let contents = notes.summary.clone();
        let alone = |lang| summary::for_unreadable(&contents, lang);
        if arrival.notes.blocks.is_empty() {
            return Ok(alone(self.lang)?);
        }
        let spool = arrival.spool_path.as_ref().map(PathBuf::from).unwrap_or_default();
        let bytes = match original {
            Some(bytes) => bytes,
            None => std::fs::read(&spool).map_err(|source| AnswerError::File { path: spool, source })?,
        };
        match reader.annotate(&bytes, notes).await {
            Ok(workbook) => Ok(workbook),
            Err(ReaderError::Refused(_)) => Ok(alone(self.lang)?),
            Err(error @ (ReaderError::Start { .. } | ReaderError::Mappings(_))) => Err(error.into()),
        }
    }

    /// What is said of an arrival; `apart`: rejected rows in the summary, for there are no rows beside it.
    fn annotations(&self, due: &Feedback, agency: &Agency, apart: bool) -> Annotations {
        let arrival = &due.arrival;
        let mut notes = Annotations::of(&arrival.notes, self.lang, self.about(arrival, agency));
        for result in &due.results {
            let row = notes
                .results
                .entry((result.sheet.clone(), result.row))
                .or_insert_with(|| RowResult { text: String::new(), severity: None });
            row.text = [result.text.as_str(), row.text.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("\n");
        }
        for Rejection { place, kind, label, reason } in &due.rejections {
            let text = rejected(*kind, label, reason, self.lang);
            let place = match place {
                Some(place) if !apart => place,
                Some((sheet, row)) => {
                    notes.summary.about.push(match self.lang {
                        Lang::Vi => format!("Trang “{sheet}”, dòng {row}: {text}"),
                        Lang::En => format!("Sheet “{sheet}”, row {row}: {text}"),
                    });
                    continue;
                }
                None => {
                    notes.summary.about.push(text);
                    continue;
                }
            };
            let row = notes
                .results
                .entry(place.clone())
                .or_insert_with(|| RowResult { text: String::new(), severity: None });
            row.text = if row.text.is_empty() { text } else { format!("{text}\n{}", row.text) };
            row.severity = row.severity.max(Some(Severity::Warning));
        }
        if let Some(roster) = &arrival.roster
            && let Some(people) = notes.summary.counts.first_mut()
        {
            people.1 = roster.rows.len() as u64;
        }
        notes
    }

    fn about(&self, arrival: &Arrival, agency: &Agency) -> Vec<String> {
        let received = self.local(arrival.arrived).format("%d/%m/%Y");
        let file = &arrival.file;
        let mut lines = match self.lang {
            Lang::Vi => {
                vec![format!("Cơ quan: {}", agency.name), format!("Tệp: {file}, nhận ngày {received}")]
            }
            Lang::En => {
                vec![format!("Agency: {}", agency.name), format!("File: {file}, received {received}")]
            }
        };
        if let Some(in_force) = self.outdated.get(&arrival.id) {
            lines.push(older(*in_force, self.lang));
        } else if let Some((declared, kind)) =
            arrival.roster.as_ref().and_then(|roster| Some((roster.declared, roster.kind?)))
        {
            lines.push(format!("{} {}", read_as(kind, self.lang), why(declared, kind, self.lang)));
        }
        if holds_passwords(&arrival.notes) {
            lines.push(match self.lang {
                Lang::Vi => "Tệp có cột mật khẩu. Cột này không được lưu, tệp gốc đã bị xóa. Đề nghị không gửi mật khẩu và đổi ngay các mật khẩu này.".into(),
                Lang::En => "The file had a password column. It was not stored and the original was deleted. Never send passwords, and change these now.".into(),
            });
        }
        lines
    }

    /// Says of bytes that came again where their result lies; once a day, however often a synced folder brings them.
    pub async fn again(&self, again: &Again, agency: &Agency) -> Result<(), AnswerError> {
        let Again { first, name, feedback } = again;
        let today = self.local(self.now);
        let letter = Letter::RosterFeedback(RosterFeedback {
            agency: agency.name.clone(),
            file: name.clone(),
            received: today,
            read: ReadAs::Again { first: self.local(first.arrived), name: first.file.clone() },
            counts: counts(first),
            feedback: as_the_agency_sees_it(feedback),
        });
        let notices = self.to_contacts(&letter, agency, &format!("again:{}:{today}", first.id))?;
        self.store
            .write_fenced(self.token, self.now, async |mut tx| {
                for notice in &notices {
                    tx.enqueue(notice).await?;
                }
                tx.commit(()).await
            })
            .await?;
        Ok(())
    }

    fn notices(&self, due: &Feedback, agency: &Agency, path: &Path) -> Result<Vec<Notice>, TemplateError> {
        let arrival = &due.arrival;
        let letter = Letter::RosterFeedback(RosterFeedback {
            agency: agency.name.clone(),
            file: arrival.file.clone(),
            received: self.local(arrival.arrived),
            read: match due.written {
                Some(_) => ReadAs::Rejected { count: due.rejections.len() },
                None => self.read_as(arrival),
            },
            counts: counts(arrival),
            feedback: as_the_agency_sees_it(path),
        });
        let key = match due.written {
            Some(_) => format!("rejected:{}:{}", arrival.id, due.rejections.len()),
            None => format!("feedback:{}", arrival.id),
        };
        self.to_contacts(&letter, agency, &key)
    }

    fn to_contacts(&self, letter: &Letter, agency: &Agency, key: &str) -> Result<Vec<Notice>, TemplateError> {
        let render = |one: &Contact| self.templates.render(letter, self.lang, &one.mail, &one.name, key);
        agency.contacts.iter().map(render).collect()
    }

    fn read_as(&self, arrival: &Arrival) -> ReadAs {
        if let Some(in_force) = self.outdated.get(&arrival.id) {
            return ReadAs::Older { in_force: *in_force };
        }
        match arrival.roster.as_ref().and_then(|roster| Some((roster, roster.kind?))) {
            Some((roster, kind)) => ReadAs::Accepted { kind, why: why(roster.declared, kind, self.lang) },
            None => {
                let findings = arrival.notes.blocks.iter().flat_map(|block| &block.findings);
                let worst = arrival.notes.findings.iter().chain(findings).max_by_key(|one| one.severity());
                ReadAs::Refused { why: worst.map_or_else(String::new, |finding| finding.message(self.lang)) }
            }
        }
    }

    fn local(&self, time: Time) -> NaiveDate {
        time.with_timezone(&self.zone).date_naive()
    }
}

/// What became of a row that asked for something an operator rejected.
fn rejected(kind: ChangeKind, label: &str, reason: &str, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!("KHÔNG DUYỆT: {} ({label}). Lý do: {reason}", words::kind(kind, lang)),
        Lang::En => format!("NOT APPROVED: {} ({label}). Why: {reason}", kind.as_str().replace('-', " ")),
    }
}

/// What becomes of a roster that came too late.
fn older(in_force: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!(
            "Danh sách ngày {} đang có hiệu lực, vì vậy tệp này không thay thế danh sách đó. Các dòng báo chuyển công \
             tác, nghỉ hưu, thôi việc được chuyển cho quản trị viên xem xét.",
            in_force.format("%d/%m/%Y")
        ),
        Lang::En => format!(
            "The roster of {in_force} is in force, so this file does not replace it. Its rows about people who moved, \
             retired or left go to an administrator for review."
        ),
    }
}

/// What a roster's kind means for those it names and those it does not.
fn why(declared: Declared, kind: RosterKind, lang: Lang) -> String {
    let (vi, en) = match (declared, kind) {
        (_, RosterKind::Request) => ("Mỗi dòng là một yêu cầu.", "Each row asks for something."),
        (Declared::StaffList, RosterKind::Partial) => (
            "Danh sách nêu tên dưới mức cần thiết so với số người đã biết của cơ quan nên không được coi là đầy đủ: người vắng tên không bị coi là đã nghỉ.",
            "It names too few of the people known in the agency to count as full: nobody is held to have left for not being named.",
        ),
        (_, RosterKind::Partial) => {
            ("Người vắng tên không bị coi là đã nghỉ.", "Nobody is held to have left for not being named.")
        }
        (_, RosterKind::Full) => (
            "Người vắng tên sẽ được hỏi lại xem còn công tác hay không.",
            "It will be asked whether those not named still work there.",
        ),
    };
    match lang {
        Lang::Vi => vi.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// A kind in a sentence.
fn read_as(kind: RosterKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (RosterKind::Full, Lang::Vi) => "Được đọc là danh sách đầy đủ.",
        (RosterKind::Full, Lang::En) => "Read as a full roster.",
        (RosterKind::Partial, Lang::Vi) => "Được đọc là danh sách một phần.",
        (RosterKind::Partial, Lang::En) => "Read as a partial roster.",
        (RosterKind::Request, Lang::Vi) => "Được đọc là phiếu yêu cầu.",
        (RosterKind::Request, Lang::En) => "Read as a request.",
    }
}

/// Rows by the worst that was found on them.
fn counts(arrival: &Arrival) -> Counts {
    let mut worst = BTreeMap::new();
    for block in &arrival.notes.blocks {
        for finding in &block.findings {
            if let Some(row) = finding.row {
                let place = worst.entry((block.sheet.as_str(), row)).or_insert(Severity::Info);
                *place = finding.severity().max(*place);
            }
        }
    }
    let of = |severity| worst.values().filter(|one| **one == severity).count();
    let rows: std::collections::BTreeSet<_> = arrival
        .roster
        .iter()
        .flat_map(|roster| &roster.rows)
        .map(|row| (row.sheet.as_str(), row.row))
        .collect();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let marked = worst
        .iter()
        .filter(|(place, severity)| **severity == Severity::Warning && rows.contains(*place))
        .count();
    Counts { ok: rows.len().saturating_sub(marked), warnings, errors }
}

/// The last four parts of a path: `done/<agency>/<date>/<name>`. The rest is the server's.
fn as_the_agency_sees_it(path: &Path) -> String {
    let parts: Vec<_> = path.components().rev().take(4).collect();
    parts.into_iter().rev().collect::<PathBuf>().to_string_lossy().into_owned()
}
