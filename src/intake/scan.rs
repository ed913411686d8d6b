//! A scan: what lies in the inbox now. Two looks that agree make a file that is no longer being copied.

use super::inbox::{dropped_as, is_claimed};
use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use unicode_normalization::UnicodeNormalization;

/// How long a PDF waits for the workbook it is the document of, before it is taken for a roster itself.
const PDF_WAITS: Duration = Duration::from_hours(1);

/// How deep folders are followed below an agency's.
const DEPTH: usize = 4;

/// A file that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Whose folder it lies in.
    pub agency: AgencyCode,
    /// Where.
    pub path: PathBuf,
    /// The PDF of the same base name beside it.
    pub pdf: Option<PathBuf>,
    /// Its size and time, to tell whether it is still being written.
    seen: (u64, Option<SystemTime>),
}

/// One look at the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Workbooks, by path.
    pub files: BTreeMap<PathBuf, Dropped>,
    /// What lies there and is nobody's: a folder whose name is no agency's code, a link, a file beside the
    /// folders. For a log line and for `check`.
    pub strays: Vec<(PathBuf, &'static str)>,
    /// Folders that could not be read, and what the system said; the others were.
    pub unread: Vec<(PathBuf, String)>,
}

impl Look {
    /// The files that are the same in both looks.
    pub fn settled(&self, later: &Self) -> Vec<Dropped> {
        later.files.values().filter(|file| self.files.get(&file.path) == Some(*file)).cloned().collect()
    }

    /// The later look without what came, or changed, since this one.
    #[must_use]
    pub fn known_of(&self, later: Self) -> Self {
        let known = |path: &PathBuf, file: &mut Dropped| self.files.get(path) == Some(file);
        let mut known_files = later.files;
        known_files.retain(known);
        Self { files: known_files, ..later }
    }
}

/// Looks at the inbox. `now` is the file system's clock.
pub fn look(inbox: &Path, agencies: &Agencies, now: SystemTime) -> io::Result<Look> {
    let mut look = Look::default();
    for entry in entries(inbox)? {
        let (path, kind, name) = (entry.path(), entry.file_type()?, entry.file_name());
        if kind.is_symlink() {
            look.strays.push((path, "a link; links are not followed"));
            continue;
        }
        if !kind.is_dir() {
            if !passed_over(&name.to_string_lossy()) {
                look.strays.push((path, "a file beside the agencies' folders; put it into one"));
            }
            continue;
        }
        // macOS writes names decomposed, Windows in any case.
        let name: String = name.to_string_lossy().nfc().collect();
        match AgencyCode::parse(&name).ok().filter(|code| agencies.contains_key(code)) {
            Some(code) => look.add(&path, &code, now, DEPTH),
            None => look.strays.push((path, "a folder whose name is no agency's code")),
        }
    }
    Ok(look)
}

fn entries(folder: &Path) -> io::Result<Vec<std::fs::DirEntry>> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    Ok(entries)
}

impl Look {
    /// Adds what lies in a folder of `agency`; one that cannot be read keeps no other from being read.
    fn add(&mut self, path: &Path, agency: &AgencyCode, now: SystemTime, depth: usize) {
        if let Err(error) = self.folder(path, agency, now, depth) {
            self.unread.push((path.to_owned(), error.to_string()));
        }
    }

    fn folder(&mut self, path: &Path, agency: &AgencyCode, now: SystemTime, depth: usize) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in entries(path)? {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            // It may have gone since the folder was listed.
            let Ok(kind) = entry.file_type() else { continue };
            if passed_over(&name) {
                continue;
            }
            if kind.is_dir() {
                if depth == 0 {
                    self.strays.push((path, "too many folders inside one another"));
                } else {
                    self.add(&path, agency, now, depth - 1);
                }
            } else if kind.is_file() {
                if let Ok(meta) = entry.metadata() {
                    files.push((path, (meta.len(), meta.modified().ok())));
                }
            } else {
                self.strays.push((path, "neither a file nor a folder; links are not followed"));
            }
        }
        self.pair(files, agency, now);
        Ok(())
    }

    /// Workbooks with their documents. A document alone waits for its workbook.
    fn pair(&mut self, files: Vec<Seen>, agency: &AgencyCode, now: SystemTime) {
        let is_pdf = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
        let base = |path: &Path| {
            path.file_stem().map(|stem| dropped_as(&stem.to_string_lossy()).nfc().collect::<String>())
        };
        let pdfs: BTreeMap<_, _> = files
            .iter()
            .filter(|(path, _)| is_pdf(path))
            .map(|(path, _)| (base(path), path.clone()))
            .collect();
        let claimed: Vec<_> =
            files.iter().filter(|(path, _)| !is_pdf(path)).map(|(path, _)| base(path)).collect();
        for (path, seen) in files {
            let mut pdf = None;
            if is_pdf(&path) {
                let waits =
                    seen.1.and_then(|at| now.duration_since(at).ok()).is_none_or(|age| age < PDF_WAITS);
                if waits || claimed.contains(&base(&path)) {
                    continue;
                }
            } else {
                pdf = pdfs.get(&base(&path)).cloned();
            }
            self.files.insert(path.clone(), Dropped { agency: agency.clone(), path, pdf, seen });
        }
    }
}

/// A file with its size and time.
type Seen = (PathBuf, (u64, Option<SystemTime>));

/// Lock files of Excel and LibreOffice, hidden and half-copied files, what systems leave behind.
fn passed_over(name: &str) -> bool {
    if is_claimed(name) {
        return false;
    }
    let lower = name.to_lowercase();
    let ends = |ending: &str| Path::new(&lower).extension().is_some_and(|found| found == ending);
    name.starts_with("~$")
        || name.starts_with('.')
        || ["tmp", "part", "partial", "crdownload"].iter().any(|ending| ends(ending))
        || lower == "thumbs.db"
        || lower == "desktop.ini"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::agency::Agency;

    fn agencies() -> Agencies {
        let code = AgencyCode::parse("skhcn").unwrap();
        let agency = Agency {
            code: code.clone(),
            name: "Sở".into(),
            parent: None,
            kind: None,
            contacts: vec![],
            deputy: None,
            mailboxes: Vec::new(),
        };
        [(code, agency)].into()
    }

    fn put(dir: &Path, names: &[&str]) {
        for name in names {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
    }

    fn names(look: &Look) -> Vec<String> {
        look.files.keys().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_came_or_changed_meanwhile_is_not_known() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["skhcn/a.xlsx", "skhcn/b.xlsx", "skhcn/c.xlsx"]);
        let before = look(dir.path(), &agencies(), SystemTime::now()).unwrap();
        std::fs::remove_file(dir.path().join("skhcn/a.xlsx")).unwrap();
        std::fs::write(dir.path().join("skhcn/b.xlsx"), "another size").unwrap();
        put(dir.path(), &["skhcn/d.xlsx"]);
        let after = look(dir.path(), &agencies(), SystemTime::now()).unwrap();
        assert_eq!(names(&after), ["b.xlsx", "c.xlsx", "d.xlsx"]);
        let known = before.known_of(after.clone());
        assert_eq!(names(&known), ["c.xlsx"]);
        assert_ne!(known, after, "there is something to take");
    }

    #[test]
    fn workbooks_are_found_in_any_depth_and_case_and_litter_is_not() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["SKHCN/a.xlsx", "SKHCN/2026/b.xls", "SKHCN/~$a.xlsx", "SKHCN/.x", "SKHCN/c.part"]);
        put(dir.path(), &["khac/d.xlsx", "e.xlsx"]);
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("SKHCN/link.xlsx")).unwrap();
        std::os::unix::fs::symlink("/etc", dir.path().join("lien-ket")).unwrap();
        let look = look(dir.path(), &agencies(), SystemTime::now()).unwrap();
        assert_eq!(names(&look), ["b.xls", "a.xlsx"]);
        assert_eq!(look.strays.len(), 4);
    }

    #[test]
    fn a_folder_that_cannot_be_read_keeps_no_other_from_being_read() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["skhcn/2025/a.xlsx", "skhcn/b.xlsx"]);
        let closed = dir.path().join("skhcn/2025");
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
        let look = look(dir.path(), &agencies(), SystemTime::now()).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
        // Root reads it all the same.
        if nix::unistd::geteuid().is_root() {
            assert_eq!((names(&look), look.unread), (vec!["a.xlsx".into(), "b.xlsx".into()], vec![]));
        } else {
            assert_eq!(names(&look), ["b.xlsx"]);
            assert!(look.unread.iter().any(|(path, why)| *path == closed && !why.is_empty()));
        }
    }

    #[test]
    fn a_pdf_goes_with_its_workbook_and_alone_waits() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["skhcn/a.xlsx", "skhcn/a.pdf", "skhcn/b.PDF"]);
        let now = SystemTime::now();
        let first = look(dir.path(), &agencies(), now).unwrap();
        assert_eq!(names(&first), ["a.xlsx"]);
        assert!(first.files.values().next().unwrap().pdf.as_ref().unwrap().ends_with("a.pdf"));
        let later = look(dir.path(), &agencies(), now + 2 * PDF_WAITS).unwrap();
        assert_eq!(names(&later), ["a.xlsx", "b.PDF"]);
    }

    #[test]
    fn a_file_that_still_grows_is_not_settled() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &["skhcn/a.xlsx", "skhcn/b.xlsx"]);
        let first = look(dir.path(), &agencies(), SystemTime::now()).unwrap();
        std::fs::write(dir.path().join("skhcn/b.xlsx"), "more than before").unwrap();
        put(dir.path(), &["skhcn/c.xlsx"]);
        let later = look(dir.path(), &agencies(), SystemTime::now()).unwrap();
        let settled = first.settled(&later);
        assert_eq!(settled.len(), 1);
        assert!(settled[0].path.ends_with("a.xlsx"));
    }
}
