//! Pages of the review list while a change of everybody waits: read one at a time, then by many at once, then while a pass
//! runs. Each request has a connection of its own.

use crate::province::{AGENCIES, Behind, SUFFIX, ldif, province};
use crate::report::{Line, Report, Target, seconds};
use crate::site::{Site, wait};
use crate::support::browser::Browser;
use crate::support::port::Port;
use crate::support::postgres;
use crate::support::slapd::Slapd;
use crate::workbooks;
use chrono::{TimeDelta, Utc};
use rosterd::config;
use rosterd::model::ids::Login;
use rosterd::model::secret::Secret;
use rosterd::store::Store;
use rosterd::web::account;
use rosterd::worker::engine::Engine;
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How often one reader asks for each page, after once that does not count.
const ROUNDS: usize = 30;
/// Readers at once.
const READERS: usize = 20;
/// How often each of them asks for each page.
const ROUNDS_EACH: usize = 10;
/// How long a reader looks at a page before the next one; no person is faster.
const LOOKS: Duration = Duration::from_secs(1);
/// How long the program may take to listen.
const LISTENS: Duration = Duration::from_mins(2);
/// How long a pass may take.
const PASSES: Duration = Duration::from_mins(5);
/// How long the only reader looks at a page while a pass runs.
const GLANCES: Duration = Duration::from_millis(100);
/// What a page may take one reader, in seconds.
const ALONE: f64 = 0.05;
/// What 99 of 100 pages may take many readers, in seconds.
const AMONG_MANY: f64 = 0.1;

pub fn measure(report: &mut Report, people: usize) {
    Report::progress("writing the rosters and loading the directory");
    let offices = province(AGENCIES.min(people / 20).max(1), people, Behind::Everybody);
    let slapd = Slapd::durable(SUFFIX, &ldif(&offices));
    let rosters = workbooks::rosters(&offices, Utc::now().date_naive() - TimeDelta::days(1));
    let database = postgres::database();
    for (name, url) in [("SQLite", "rosterd.db"), ("PostgreSQL", &database.url())] {
        let port = Port::free();
        let web = format!("[web]\nlisten = \"127.0.0.1:{}\"\ncodes = \"optional\"\n", port.number);
        let site = Site::on(url, &offices, &slapd, "kind = \"eml\"\nfolder = \"mail\"", &web);
        Report::progress(&format!("{name}: a pass that proposes a change of everybody"));
        site.drop_rosters(&offices, &rosters);
        let summary = site.pass().summary;
        // Of namesakes, a question is asked first.
        assert!(summary["waiting"].as_u64() >= Some(people as u64 * 99 / 100), "{summary:#}");
        let served = Served::start(&site, port.number);
        Report::progress(&format!("{name}: reading pages"));
        let mut lines = read(name, &summary["waiting"].to_string(), &served.browser);
        site.drop_rosters(&offices[..1], &rosters[..1]);
        lines.extend(served.read_during_a_pass());
        report.table("page", &lines);
    }
}

/// Reads the pages of a list of `waiting` changes.
fn read(name: &str, waiting: &str, browser: &Browser) -> Vec<Line> {
    let first = get(&mut browser.clone(), "/changes").1;
    let next = first.split_once("rel=\"next\" href=\"").expect("a second page").1;
    let next = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
    let pages = [
        ("first page", "/changes"),
        ("second page", &next),
        ("of one agency", "/changes?agency=xa250"),
        ("by kind, risk and age", "/changes?kind=create-account&risk=low&age=1"),
        ("a text that many have", "/changes?text=tran+thi"),
        ("a text that one has", "/changes?text=huecdx9.xa499"),
        ("overview", "/"),
    ];
    let mut lines = Vec::new();
    for (what, path) in pages {
        let mut browser = browser.clone();
        get(&mut browser, path);
        let times: Vec<_> = (0..ROUNDS).map(|_| get(&mut browser, path).0).collect();
        let line = Line::plain(format!("{name}, {waiting} changes: {what}: median"), seconds(at(&times, 50)));
        lines.push(line.target(Target::AtMost(ALONE)));
    }
    // Nobody turns pages without a pause; the machine's limit is what that shows.
    let two = [pages[0], pages[2]];
    for (how, pages, looks, target) in [
        ("of all these, a page a second each", &pages[..], LOOKS, Some(AMONG_MANY)),
        ("of the first page and an agency's, without a pause", &two[..], Duration::ZERO, None),
        ("of all these, without a pause", &pages[..], Duration::ZERO, None),
    ] {
        let times = many(browser, pages, looks);
        lines.push(Line::plain(format!("  {READERS} readers {how}: median"), seconds(at(&times, 50))));
        let slow = Line::plain("  99th percentile", seconds(at(&times, 99)));
        lines.push(match target {
            Some(most) => slow.target(Target::AtMost(most)),
            None => slow,
        });
    }
    lines
}

/// How long each page took while all readers read; each looks so long at a page.
fn many(browser: &Browser, pages: &[(&str, &str)], looks: Duration) -> Vec<Duration> {
    let reads = |reader: usize| {
        let mut browser = browser.clone();
        // They come one after another, and each begins with another page.
        std::thread::sleep(looks * u32::try_from(reader).unwrap() / u32::try_from(READERS).unwrap());
        let paths = pages.iter().cycle().skip(reader).take(ROUNDS_EACH * pages.len());
        let timed = paths.map(move |(_, path)| {
            let (took, _) = get(&mut browser, path);
            std::thread::sleep(looks);
            took
        });
        timed.collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|reader| scope.spawn(move || reads(reader))).collect();
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect()
    })
}

/// Gets a page, and says how long it took to its last byte.
fn get(browser: &mut Browser, path: &str) -> (Duration, String) {
    let start = Instant::now();
    let answer = browser.get(path);
    let took = start.elapsed();
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    (took, answer.body)
}

/// The duration that `percent` of them do not exceed.
pub fn at(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

/// The program that serves the page, which ends with the value.
struct Served {
    program: Child,
    /// Signed in.
    browser: Browser,
    /// What it reads and writes, seen from beside it.
    store: Store,
}

impl Served {
    fn start(site: &Site, port: u16) -> Self {
        let (login, password) = (Login::new("an"), "lúa chín ngoài đồng xa");
        site.run(&["operator", "add", login.as_str(), "--name", "Quản trị viên", "--page-only"]);
        let store = wait(async {
            let engine = Engine::open(config::load(&site.configuration()).await.unwrap()).await.unwrap();
            let secret = Secret::new(password);
            account::set_password(&engine.store, Utc::now(), &login, secret, &login, None).await.unwrap();
            engine.store
        });
        let before = wait(store.last_pass()).unwrap().expect("the pass that proposed").id;
        let program = site.program(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut served = Self { program, browser: Browser::at(port), store };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < LISTENS, "the page does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        let answer = served.browser.sign_in(login.as_str(), password);
        assert_eq!(answer.status, 303, "{}", answer.body);
        // The program begins with a pass of its own.
        served.pass_after(&before, |_| std::thread::sleep(GLANCES));
        served
    }

    /// Does `meanwhile` time and again until a pass after the one with this id has ended, and tells it whether that has
    /// begun.
    fn pass_after(&self, before: &str, mut meanwhile: impl FnMut(bool)) {
        let start = Instant::now();
        loop {
            let last = wait(self.store.last_pass()).unwrap().expect("a pass");
            if last.id != before && last.ended.is_some() {
                return;
            }
            assert!(start.elapsed() < PASSES, "no pass ended");
            meanwhile(last.id != before);
        }
    }

    /// How long the first page takes one reader while a pass runs, which somebody has just given a reason.
    fn read_during_a_pass(&self) -> [Line; 2] {
        let before = wait(self.store.last_pass()).unwrap().expect("a pass").id;
        let (mut browser, mut times) = (self.browser.clone(), Vec::new());
        self.pass_after(&before, |begun| {
            if begun {
                times.push(get(&mut browser, "/changes").0);
            }
            std::thread::sleep(GLANCES);
        });
        let figure = |what: &str, percent| {
            Line::plain(format!("  first page while a pass runs: {what}"), seconds(at(&times, percent)))
        };
        [figure("median", 50), figure("99th percentile", 99)]
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
