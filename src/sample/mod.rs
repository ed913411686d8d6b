//! A sample province: invented agencies, rosters, a directory, a TTHC export.
//!
//! It is the same on every machine: names and numbers come from a fixed seed, dates from `today`. What the
//! worker should find in it is written beside it as `truth.json`, by the story that made it and not by the
//! program that is to find it.

mod bad;
mod forms;
mod layout;
mod ldif;
mod names;
mod ods;
mod offices;
mod page;
mod people;
mod rng;
mod rosters;
mod story;
mod tcvn3;
mod text;
mod truth;
mod tthc;
mod xlsx;

pub use bad::BadFile;
pub use rosters::RosterTruth;
pub use truth::{Asked, DirectoryTruth, Moved, Noted, Someone, Truth};
pub use tthc::{RoleLine, RolesTruth};

use crate::model::agency::{Agency, Contact};
use crate::model::ids::{AgencyCode, BadAgencyCode};
use chrono::NaiveDate;
use offices::{OFFICES, Office};
use people::{Part, Person};
use rosters::File;
use std::io;
use std::path::{Path, PathBuf};

/// Marks a folder as ours.
const MARKER: &str = ".rosterd-sample";
/// The directory, below the folder.
pub const DIRECTORY: &str = "directory.ldif";
/// The agencies, below the folder.
pub const AGENCIES: &str = "agencies.toml";
/// What each system of the one-stop kind exports, below the folder.
pub const TTHC_EXPORT: &str = "systems/tthc/export/xuat-vai-tro.csv";
/// What the worker should find, below the folder.
pub const TRUTH: &str = "truth.json";

/// A province that was laid out.
#[derive(Debug, Clone)]
pub struct Laid {
    /// Where.
    pub dir: PathBuf,
    /// How many agencies there are.
    pub agencies: usize,
    /// How many people, whether on a list, in the directory or both.
    pub people: usize,
    /// How many rosters were dropped that can be read.
    pub rosters: usize,
    /// How many that cannot.
    pub bad_files: usize,
    /// How many accounts the directory holds, unit mailboxes and the administrator included.
    pub accounts: usize,
    /// How many roles the TTHC export lists.
    pub roles: usize,
    /// What the worker should find.
    pub truth: Truth,
}

/// Why a province could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder holds something else.
    #[error(
        "{} is not empty and holds no sample of rosterd; name an empty or new folder, nothing there was touched",
        .0.display()
    )]
    NotOurs(PathBuf),
    /// A file or folder could not be read or written.
    #[error("cannot write the sample at {}", path.display())]
    Io {
        /// What was being written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A workbook could not be built.
    #[error("cannot build a sample workbook")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// A spreadsheet could not be built.
    #[error("cannot build a sample spreadsheet")]
    Zip(#[from] zip::result::ZipError),
    /// A text file could not be built.
    #[error("cannot build a sample text file")]
    Csv(#[source] Box<csv::Error>),
    /// The agencies could not be written as TOML.
    #[error("cannot write the sample's agencies as TOML")]
    Toml(#[from] toml::ser::Error),
    /// The truth could not be written as JSON.
    #[error("cannot write the sample's truth as JSON")]
    Json(#[from] serde_json::Error),
    /// An agency's code is none.
    #[error("the sample names an agency that cannot be one")]
    Code(#[from] BadAgencyCode),
}

/// Whether `dir` holds a sample that was laid out here before.
pub fn is_laid(dir: &Path) -> bool {
    dir.join(MARKER).is_file()
}

/// Lays out the province in `dir` as of `today`. The folder must be new, empty or laid out here before; then
/// the sample's own files are written anew and nothing else is touched.
pub fn lay_out(dir: &Path, today: NaiveDate) -> Result<Laid, SampleError> {
    claim(dir)?;
    let people = story::tell(today);
    let (mut files, read) = rosters::rosters(&people, today)?;
    let (bad, refused) = bad::files(today)?;
    files.extend(bad);
    let (directory, accounts) = ldif::export(&people);
    let (export, roles) = tthc::export(&people)?;
    let truth = truth::tell(today, &people, read, refused);
    let mut add = |path: &str, bytes: Vec<u8>| files.push(File { path: path.to_owned(), bytes });
    add(DIRECTORY, directory.into_bytes());
    add(TTHC_EXPORT, export);
    add(AGENCIES, agencies(&people)?.into_bytes());
    add(TRUTH, serde_json::to_vec_pretty(&truth)?);
    for File { path, bytes } in &files {
        write(&dir.join(path), bytes)?;
    }
    // Agencies that send nothing have a folder to drop into all the same.
    for office in &OFFICES {
        let inbox = dir.join("inbox").join(office.code);
        std::fs::create_dir_all(&inbox).map_err(|source| SampleError::Io { path: inbox, source })?;
    }
    Ok(Laid {
        dir: dir.to_owned(),
        agencies: OFFICES.len(),
        people: people.len(),
        rosters: truth.files.len(),
        bad_files: truth.bad_files.len(),
        accounts,
        roles,
        truth,
    })
}

/// Makes sure that `dir` is ours to write in, and marks it before anything else is written: a lay-out that is
/// cut short can be repeated.
fn claim(dir: &Path) -> Result<(), SampleError> {
    let failed = |source| SampleError::Io { path: dir.to_owned(), source };
    std::fs::create_dir_all(dir).map_err(failed)?;
    let empty = std::fs::read_dir(dir).map_err(failed)?.next().is_none();
    if !empty && !is_laid(dir) {
        return Err(SampleError::NotOurs(dir.to_owned()));
    }
    write(
        &dir.join(MARKER),
        "Dữ liệu mẫu của rosterd. Sample data of rosterd; all of it is invented.\n".as_bytes(),
    )
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), SampleError> {
    let failed = |source| SampleError::Io { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}

#[derive(serde::Serialize)]
struct AgenciesFile {
    agency: Vec<Agency>,
}

fn agencies(people: &[Person]) -> Result<String, SampleError> {
    let agency = OFFICES.iter().map(|office| agency(office, people)).collect::<Result<_, BadAgencyCode>>()?;
    Ok(toml::to_string(&AgenciesFile { agency })?)
}

/// The agency as configured; the first who stay answer for its lists, after its leaders.
fn agency(office: &Office, people: &[Person]) -> Result<Agency, BadAgencyCode> {
    let mut answer = people
        .iter()
        .filter(|person| std::ptr::eq(person.office, office) && person.part == Part::Stays)
        .skip(3)
        .filter_map(|person| {
            Some(Contact {
                name: person.name.as_str().to_owned(),
                mail: person.mail()?,
                phone: Some(person.phone.clone()),
                login: None,
            })
        });
    Ok(Agency {
        code: AgencyCode::parse(office.code)?,
        name: office.name.to_owned(),
        parent: office.parent.map(AgencyCode::parse).transpose()?,
        kind: Some(office.kind.to_owned()),
        contacts: answer.by_ref().take(2).collect(),
        deputy: answer.next(),
        mailboxes: Vec::new(),
    })
}
