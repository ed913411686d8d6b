//! The reader process: the program itself, started again under limits of its own, that opens one workbook after
//! another. One thread and no runtime; it ends with its standard input.

use super::frame::{Answer, Peak, Reply, Request, announced, length};
use super::limits::{Limits, Setup};
use super::{Decoded, decode, feedback, layout, mappings, summary, template};
use crate::model::finding::{Finding, FindingCode};
use crate::model::roster::Reading;
use crate::roster::excerpt::excerpt;
use crate::roster::leaked::in_book;
use crate::roster::sheet::{Book, Cell, Sheet};
use crate::roster::{About, Mapping, understand};
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, rlim_t, setrlimit};
use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;

/// The hidden command that starts the program as a reader; its one argument is its [`Setup`] as JSON.
pub const COMMAND: &str = "__reader";

/// Serves requests until standard input ends.
pub fn serve() -> ExitCode {
    // A panic message may quote a cell; the exit code says enough.
    std::panic::set_hook(Box::new(|_| {}));
    match serve_requests(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reader: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_requests(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let setup = std::env::args().nth(2).ok_or_else(|| io::Error::other("no limits given"))?;
    let Setup { limits, mappings } = serde_json::from_str(&setup)?;
    grow_stack();
    let start = Size::now()?;
    limit(Resource::RLIMIT_AS, start.address_space + limits.memory_bytes)?;
    // A core file would hold whole citizen IDs.
    limit(Resource::RLIMIT_CORE, 0)?;
    let mapping = mappings::load(mappings.as_deref()).map_err(io::Error::other)?;
    while let Some(head) = receive(input)? {
        let request = postcard::from_bytes(&head).map_err(io::Error::other)?;
        let bytes = receive(input)?.ok_or(ErrorKind::UnexpectedEof)?;
        limit(Resource::RLIMIT_CPU, cpu_seconds_used()? + limits.cpu_seconds)?;
        let (answer, body) = answer(request, &bytes, &limits, &mapping);
        let now = Size::now()?;
        let grown = now.resident.saturating_sub(start.resident);
        let peak = Peak {
            address_space: now.largest_address_space.saturating_sub(start.address_space),
            resident: now.largest_resident.saturating_sub(start.resident),
        };
        send(output, &postcard::to_stdvec(&Reply { answer, grown, peak }).map_err(io::Error::other)?)?;
        send(output, &body)?;
        output.flush()?;
    }
    Ok(())
}

/// Takes the stack that is needed before memory is bounded: a stack that cannot grow ends the process without a word,
/// while an allocation that fails says so.
#[inline(never)]
#[allow(clippy::large_stack_arrays, reason = "it is the stack that is to grow")]
fn grow_stack() {
    std::hint::black_box([0_u8; 400 * 1024]);
}

fn answer(request: Request, bytes: &[u8], limits: &Limits, mapping: &Mapping) -> (Answer, Vec<u8>) {
    match request {
        Request::Read { file_name, agency, today } => {
            let about = About { file_name: &file_name, agency: agency.as_deref(), today };
            (Answer::Reading(read(bytes, &about, limits, mapping)), Vec::new())
        }
        Request::Annotate { notes } => match decode(bytes, limits) {
            Err(finding) => (Answer::Refused(finding), Vec::new()),
            Ok(decoded) => {
                let layouts = decoded.layouts.unwrap_or_else(|| layout::read(bytes));
                match feedback::write(&decoded.book, &layouts, &notes) {
                    Ok(workbook) => (Answer::Annotated, workbook),
                    Err(_) => {
                        (Answer::Refused(super::about_file(FindingCode::ReaderCrashed, vec![])), Vec::new())
                    }
                }
            }
        },
        Request::Table => match decode(bytes, limits) {
            // What was left out may be the line that matters: a cut read is a failed read.
            Ok(decoded) if decoded.findings.is_empty() => (Answer::Table(table(&decoded.book)), Vec::new()),
            Ok(mut decoded) => (Answer::Refused(decoded.findings.swap_remove(0)), Vec::new()),
            Err(finding) => (Answer::Refused(finding), Vec::new()),
        },
        // Passwords in it stay in this process.
        Request::Leaked => match decode(bytes, limits) {
            Ok(decoded) if decoded.findings.is_empty() => {
                (Answer::Leaked(in_book(&decoded.book)), Vec::new())
            }
            Ok(mut decoded) => (Answer::Refused(decoded.findings.swap_remove(0)), Vec::new()),
            Err(finding) => (Answer::Refused(finding), Vec::new()),
        },
        Request::Excerpt(wanted) => {
            let found = decode_theirs(bytes, limits).map(|decoded| excerpt(&decoded.book, mapping, &wanted));
            let nothing = || super::about_file(FindingCode::EmptyWorkbook, vec![]);
            let answer = match found {
                Ok(found) => found.map_or_else(|| Answer::Refused(nothing()), Answer::Excerpt),
                Err(finding) => Answer::Refused(finding),
            };
            (answer, Vec::new())
        }
    }
}

/// The book without the sheets that rosterd itself put into it.
fn decode_theirs(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let mut decoded = decode(bytes, limits)?;
    decoded.book.sheets.retain(|sheet| !summary::is_ours(sheet) && !template::is_instructions(sheet));
    Ok(decoded)
}

/// The roster in `bytes`. A book that is not whole proves nobody's absence, whatever it says of itself.
fn read(bytes: &[u8], about: &About, limits: &Limits, mapping: &Mapping) -> Reading {
    let decoded = match decode_theirs(bytes, limits) {
        Ok(decoded) => decoded,
        Err(finding) => return Reading { blocks: Vec::new(), findings: vec![finding] },
    };
    let mut reading = understand(&decoded.book, mapping, about);
    if !decoded.findings.is_empty() {
        reading.blocks.iter_mut().for_each(|block| block.declared = block.declared.of_a_part());
        reading.findings.splice(0..0, decoded.findings);
    }
    reading
}

/// The first visible sheet that holds something, as text.
fn table(book: &Book) -> Vec<Vec<String>> {
    let visible = |sheet: &&Sheet| !sheet.hidden && sheet.rows.iter().any(|row| !row.is_empty());
    let rows = book.sheets.iter().find(visible).map_or(&[][..], |sheet| &sheet.rows);
    rows.iter().map(|row| row.iter().map(plain).collect()).collect()
}

/// A cell as text: whole numbers without a point, dates as ISO.
pub(super) fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Error(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(time) if time.time() == chrono::NaiveTime::MIN => time.date().to_string(),
        Cell::Date(time) => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
        Cell::Bool(truth) => truth.to_string(),
    }
}

/// The size of this process, in bytes.
struct Size {
    address_space: u64,
    largest_address_space: u64,
    resident: u64,
    largest_resident: u64,
}

impl Size {
    fn now() -> io::Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(name))?;
            value.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
        };
        match ["VmSize:", "VmPeak:", "VmRSS:", "VmHWM:"].map(field) {
            [Some(address_space), Some(largest_address_space), Some(resident), Some(largest_resident)] => {
                Ok(Self { address_space, largest_address_space, resident, largest_resident })
            }
            _ => Err(io::Error::other("/proc/self/status does not tell the size of the process")),
        }
    }
}

/// Lowers the soft limit of `resource` to `most`. The hard one stays, so that the next file may raise it again.
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    Ok(setrlimit(resource, rlim_t::min(most, hard), hard)?)
}

fn cpu_seconds_used() -> io::Result<u64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = usage.user_time().tv_sec() + usage.system_time().tv_sec() + 1;
    Ok(u64::try_from(seconds).unwrap_or(0))
}

/// The next frame; `None` where the input ends instead.
fn receive(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = announced(length).ok_or_else(|| io::Error::other("frame too long"))?;
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

fn send(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&length(bytes).ok_or_else(|| io::Error::other("answer too long"))?)?;
    output.write_all(bytes)
}
