//! A site: the province in a folder of its own, with the program and the configuration as they are deployed.

use crate::machine::{children, peak_megabytes};
use crate::province::{DOMAIN, Office, SUFFIX};
use crate::support::slapd::Slapd;
use rosterd::config::keys::SiteKey;
use rosterd::workbook::{Limits, Reader};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_rosterd");

/// Waits for what is asynchronous.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime")).block_on(work)
}

/// A reader process of the real program.
pub fn reader() -> Reader {
    Reader::new(PROGRAM.into(), Limits::default())
}

/// A site; gone with the value.
pub struct Site {
    folder: tempfile::TempDir,
}

/// One pass as seen from outside.
pub struct Pass {
    /// From the start of the program to the end of each stage.
    ended: BTreeMap<String, Duration>,
    /// How long each stage took, by its own word.
    pub stages: Vec<(String, f64)>,
    /// From start to end.
    pub whole: Duration,
    /// What it came to.
    pub summary: Value,
    /// The most memory the worker held, in MB.
    pub worker: f64,
    /// The most memory one reader process held, in MB.
    pub reader: f64,
}

impl Pass {
    /// From the start of the program to the committed plan: feedback and mail come after it.
    pub fn to_plan(&self) -> Duration {
        self.ended["publish"]
    }
}

impl Site {
    /// A site with the directory of `slapd`, on SQLite. It plans and applies nothing by itself; no brake holds anything.
    /// `mail` is the table of that name.
    pub fn new(offices: &[Office], slapd: &Slapd, mail: &str) -> Self {
        Self::on("rosterd.db", offices, slapd, mail, "")
    }

    /// The same on the store at `url`; `more` are tables of their own.
    pub fn on(url: &str, offices: &[Office], slapd: &Slapd, mail: &str, more: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["inbox", "secrets"] {
            std::fs::create_dir(site.path(name)).unwrap();
        }
        SiteKey::create(&site.path("secrets/site.key")).unwrap();
        let agencies = offices.iter().fold(String::new(), |mut toml, Office { code, name, .. }| {
            writeln!(
                toml,
                "[[agency]]\ncode = {code:?}\nname = {name:?}\nkind = \"xa\"\n\
                 contacts = [{{ name = \"Đầu mối {code}\", mail = \"daumoi.{code}@{DOMAIN}\" }}]"
            )
            .unwrap();
            toml
        });
        std::fs::write(site.path("agencies.toml"), agencies).unwrap();
        let wide = "{ count = 1000000, percent = 100, cap = 1000000 }";
        let configuration = format!(
            "agencies = \"agencies.toml\"\nsite_key_file = \"secrets/site.key\"\nslips_at = \"Phòng 101\"\n\
             [sender]\nagency = \"Trung tâm Chuyển đổi số\"\nphone = \"0200 0000 000\"\nsign_off = \"Quản trị\"\n\
             [folders]\ninbox = \"inbox\"\ndone = \"done\"\nrefused = \"refused\"\nspool = \"spool\"\nsettle_seconds = 0\n\
             [store]\nurl = {url:?}\n\
             [directory]\nkind = \"ldap\"\nbase = {SUFFIX:?}\npeople = \"ou=people,{SUFFIX}\"\n\
             [directory.connection]\nurl = {:?}\nbind_dn = \"cn=rosterd,{SUFFIX}\"\npassword_file = {:?}\nca_file = {:?}\n\
             [mail]\n{mail}\nfrom = \"quantri@{DOMAIN}\"\n\
             [policy.naming]\ndomain = {DOMAIN:?}\n\
             [brakes]\nattributes = {wide}\ncreates = {wide}\nincidents = {wide}\n[worker]\napply = false\n\
             [log]\nlevel = \"debug\"\nformat = \"json\"\n{more}",
            slapd.ldaps(),
            slapd.password_file().to_string_lossy(),
            slapd.ca().to_string_lossy(),
        );
        std::fs::write(site.configuration(), configuration).unwrap();
        site
    }

    pub fn configuration(&self) -> PathBuf {
        self.path("rosterd.toml")
    }

    /// Runs a command of the program, which succeeds.
    pub fn run(&self, arguments: &[&str]) {
        let output = self.program(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The program with this site's configuration, not yet started.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(self.configuration()).args(arguments);
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Asks the worker that runs for a pass.
    pub fn wake(&self) {
        std::fs::write(self.path("spool/wake"), b"").unwrap();
    }

    /// Whether it has not begun one since.
    pub fn is_to_wake(&self) -> bool {
        self.path("spool/wake").exists()
    }

    /// Drops a roster for each agency.
    pub fn drop_rosters(&self, offices: &[Office], files: &[Vec<u8>]) {
        for (office, bytes) in offices.iter().zip(files) {
            let folder = self.path("inbox").join(&office.code);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("danh-sach.xlsx"), bytes).unwrap();
        }
    }

    /// Runs one pass of the program, and watches it.
    pub fn pass(&self) -> Pass {
        let start = Instant::now();
        let mut child = self
            .program(&["run", "--once", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, log) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (id, over) = (child.id(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let lines = scope.spawn(move || follow(log, start));
            let peaks = scope.spawn(|| watch(id, &over));
            let summary = serde_json::from_reader(said);
            let status = child.wait().unwrap();
            let whole = start.elapsed();
            over.store(true, Ordering::Relaxed);
            let (worker, reader) = peaks.join().unwrap();
            let Log { ended, stages, other } = lines.join().unwrap();
            assert!(status.code().is_some_and(|code| code == 0 || code == 3), "{status}: {other}");
            Pass { ended, stages, whole, summary: summary.unwrap(), worker, reader }
        })
    }
}

/// What the program logged.
#[derive(Default)]
struct Log {
    ended: BTreeMap<String, Duration>,
    stages: Vec<(String, f64)>,
    other: String,
}

fn follow(log: impl std::io::Read, start: Instant) -> Log {
    let mut found = Log::default();
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        let fields: Value = serde_json::from_str(&line).unwrap_or_default();
        match (fields["stage"].as_str(), fields["seconds"].as_f64()) {
            (Some(stage), Some(seconds)) => {
                found.ended.insert(stage.to_owned(), start.elapsed());
                found.stages.push((stage.to_owned(), seconds));
            }
            _ => found.other.extend([line.as_str(), "\n"]),
        }
    }
    found
}

/// The peaks of a process and of its readers, looked at while it runs.
fn watch(id: u32, over: &AtomicBool) -> (f64, f64) {
    let (mut worker, mut reader) = (0.0_f64, 0.0_f64);
    while !over.load(Ordering::Relaxed) {
        worker = worker.max(peak_megabytes(id).unwrap_or(0.0));
        reader = children(id).into_iter().filter_map(peak_megabytes).fold(reader, f64::max);
        std::thread::sleep(Duration::from_millis(50));
    }
    (worker, reader)
}
