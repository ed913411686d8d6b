//! The reader as the worker sees it: hands workbooks to a reader process and outlives whatever they do to it.

use super::annotate::Annotations;
use super::frame::{Answer, Peak, Reply, Request, announced, length};
use super::limits::{Limits, Setup};
use super::mappings::{self, MappingsError};
use super::{about_file, child};
use crate::model::finding::{Finding, FindingCode};
use crate::model::leak::LeakEntry;
use crate::model::roster::Reading;
use crate::roster::excerpt::{Excerpt, Wanted};
use chrono::NaiveDate;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Why a reader gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The reader process could not be started: nothing can be read until that is mended.
    #[error("cannot start the reader process {}: {source}; is the program still in place and executable?", program.display())]
    Start {
        /// The program that was to be started.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The site's own mappings cannot be used: nothing is read by halves of them.
    #[error(transparent)]
    Mappings(#[from] MappingsError),
    /// This file cannot be used; the next one may be.
    #[error("the file cannot be used: {}", .0.code)]
    Refused(Box<Finding>),
}

/// Reads and annotates workbooks in a process of their own.
#[derive(Debug)]
pub struct Reader {
    program: PathBuf,
    setup: Setup,
    peak: Peak,
    /// Taken out while a file is under way, so that a request cut short never leaves half an answer behind.
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    process: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Reader {
    /// A reader that starts `program` (rosterd itself) when it is first needed.
    pub fn new(program: PathBuf, limits: Limits) -> Self {
        Self { program, setup: Setup { limits, mappings: None }, peak: Peak::default(), running: None }
    }

    /// The same reader with a site's own mappings; see [`mappings::load`].
    #[must_use]
    pub fn with_mappings(mut self, folder: Option<PathBuf>) -> Self {
        self.setup.mappings = folder;
        self
    }

    /// What the workbook in `bytes` says. One that cannot be read is a reading of one finding.
    pub async fn read(
        &mut self,
        bytes: &[u8],
        file_name: &str,
        today: NaiveDate,
    ) -> Result<Reading, ReaderError> {
        self.read_of(None, bytes, file_name, today).await
    }

    /// The same of a workbook of `agency`, for which something may be laid down.
    pub async fn read_of(
        &mut self,
        agency: Option<&str>,
        bytes: &[u8],
        file_name: &str,
        today: NaiveDate,
    ) -> Result<Reading, ReaderError> {
        let agency = agency.map(str::to_owned);
        let request = Request::Read { file_name: file_name.to_owned(), agency, today };
        match self.ask(&request, bytes).await {
            Ok((Answer::Reading(reading), _)) => Ok(reading),
            Ok((answer, _)) => Ok(refused(unexpected(answer))),
            Err(ReaderError::Refused(finding)) => Ok(refused(*finding)),
            Err(error @ (ReaderError::Start { .. } | ReaderError::Mappings(_))) => Err(error),
        }
    }

    /// The workbook in `bytes` with `notes` on it, as `.xlsx`.
    pub async fn annotate(&mut self, bytes: &[u8], notes: Annotations) -> Result<Vec<u8>, ReaderError> {
        match self.ask(&Request::Annotate { notes }, bytes).await? {
            (Answer::Annotated, workbook) => Ok(workbook),
            (answer, _) => Err(ReaderError::Refused(Box::new(unexpected(answer)))),
        }
    }

    /// The rows of the first visible sheet that holds something, as text: whole numbers without a point, dates
    /// as ISO.
    pub async fn table(&mut self, bytes: &[u8]) -> Result<Vec<Vec<String>>, ReaderError> {
        match self.ask(&Request::Table, bytes).await? {
            (Answer::Table(rows), _) => Ok(rows),
            (answer, _) => Err(ReaderError::Refused(Box::new(unexpected(answer)))),
        }
    }

    /// The addresses and domains of a leak list that is a workbook; nothing else of it leaves the reader.
    pub async fn leaked(&mut self, bytes: &[u8]) -> Result<Vec<LeakEntry>, ReaderError> {
        match self.ask(&Request::Leaked, bytes).await? {
            (Answer::Leaked(entries), _) => Ok(entries),
            (answer, _) => Err(ReaderError::Refused(Box::new(unexpected(answer)))),
        }
    }

    /// Some rows of a sheet, as a reading sees them, for a person to look at.
    pub async fn excerpt(&mut self, bytes: &[u8], wanted: Wanted) -> Result<Excerpt, ReaderError> {
        match self.ask(&Request::Excerpt(wanted), bytes).await? {
            (Answer::Excerpt(excerpt), _) => Ok(excerpt),
            (answer, _) => Err(ReaderError::Refused(Box::new(unexpected(answer)))),
        }
    }

    /// The most that a process of this reader took, of those that lived to tell.
    pub fn peak(&self) -> Peak {
        self.peak
    }

    /// The process that runs now, for tests and for a heartbeat.
    pub fn process_id(&self) -> Option<u32> {
        self.running.as_ref().and_then(|running| running.process.id())
    }

    /// Asks the running process, then once more a fresh one: a file is refused only after failing alone.
    async fn ask(&mut self, request: &Request, bytes: &[u8]) -> Result<(Answer, Vec<u8>), ReaderError> {
        if bytes.len() as u64 > self.setup.limits.file_bytes {
            let size = format!("{} MB", bytes.len() / 1_000_000);
            return Err(ReaderError::Refused(Box::new(super::decode::too_large(size))));
        }
        if let Some(running) = self.running.take()
            && let Ok(answered) = self.exchange(running, request, bytes).await
        {
            return Ok(answered);
        }
        let fresh = self.start()?;
        self.exchange(fresh, request, bytes)
            .await
            .map_err(|code| ReaderError::Refused(Box::new(about_file(code, vec![]))))
    }

    fn start(&self) -> Result<Running, ReaderError> {
        let cannot = |source| ReaderError::Start { program: self.program.clone(), source };
        // A process that finds them broken dies, and would be taken for killed by the file.
        mappings::load(self.setup.mappings.as_deref())?;
        let setup = serde_json::to_string(&self.setup).map_err(|error| cannot(error.into()))?;
        let mut process = Command::new(&self.program)
            .args([child::COMMAND, &setup])
            .env_clear()
            // rust_xlsxwriter starts a thread a sheet; under a limit of address space each must be small.
            .envs([("RUST_MIN_STACK", "524288"), ("MALLOC_ARENA_MAX", "1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(cannot)?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Running { process, input, output }),
            _ => Err(cannot(io::Error::other("no pipes"))),
        }
    }

    /// One request and its answer. The process is kept for the next file if it came through this one well.
    async fn exchange(
        &mut self,
        mut running: Running,
        request: &Request,
        bytes: &[u8],
    ) -> Result<(Answer, Vec<u8>), FindingCode> {
        let deadline = Duration::from_secs(self.setup.limits.wall_seconds);
        match tokio::time::timeout(deadline, running.converse(request, bytes)).await {
            Ok(Ok((reply, body))) => {
                self.peak.address_space = self.peak.address_space.max(reply.peak.address_space);
                self.peak.resident = self.peak.resident.max(reply.peak.resident);
                if reply.grown <= self.setup.limits.growth_bytes {
                    self.running = Some(running);
                }
                Ok((reply.answer, body))
            }
            Ok(Err(_)) => Err(running.cause_of_death().await),
            Err(_) => Err(FindingCode::ReaderTimeout),
        }
    }
}

impl Running {
    async fn converse(&mut self, request: &Request, bytes: &[u8]) -> io::Result<(Reply, Vec<u8>)> {
        self.send(&postcard::to_stdvec(request).map_err(io::Error::other)?).await?;
        self.send(bytes).await?;
        let head = self.receive().await?;
        let reply = postcard::from_bytes(&head).map_err(io::Error::other)?;
        Ok((reply, self.receive().await?))
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = length(bytes).ok_or_else(|| io::Error::other("request too long"))?;
        self.input.write_all(&length).await?;
        self.input.write_all(bytes).await?;
        self.input.flush().await
    }

    async fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).await?;
        let length = announced(length).ok_or_else(|| io::Error::other("answer too long"))?;
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).await?;
        Ok(bytes)
    }

    /// Why the process broke off. It is dead or about to be: it is killed in any case.
    async fn cause_of_death(mut self) -> FindingCode {
        /// A process that closed its pipe ends within this time.
        const GRACE: Duration = Duration::from_secs(2);
        let mut words = Vec::new();
        let last = async {
            if let Some(mut errors) = self.process.stderr.take() {
                let _ = (&mut errors).take(4096).read_to_end(&mut words).await;
            }
            self.process.wait().await
        };
        match tokio::time::timeout(GRACE, last).await {
            Ok(Ok(status)) => cause(status, &words),
            _ => FindingCode::ReaderCrashed,
        }
    }
}

fn cause(status: ExitStatus, words: &[u8]) -> FindingCode {
    const CPU_TIME: i32 = nix::sys::signal::Signal::SIGXCPU as i32;
    const ABORT: i32 = nix::sys::signal::Signal::SIGABRT as i32;
    match status.signal() {
        Some(CPU_TIME) => FindingCode::ReaderTimeout,
        Some(ABORT) if String::from_utf8_lossy(words).contains("memory allocation of") => {
            FindingCode::ReaderOutOfMemory
        }
        _ => FindingCode::ReaderCrashed,
    }
}

fn refused(finding: Finding) -> Reading {
    Reading { blocks: Vec::new(), findings: vec![finding] }
}

/// What to say where the answer does not fit the question: the refusal in it, else that the reader failed.
fn unexpected(answer: Answer) -> Finding {
    match answer {
        Answer::Refused(finding) => finding,
        Answer::Reading(_)
        | Answer::Annotated
        | Answer::Table(_)
        | Answer::Leaked(_)
        | Answer::Excerpt(_) => about_file(FindingCode::ReaderCrashed, vec![]),
    }
}
