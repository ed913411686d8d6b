//! Incidents while a pass over the whole province runs: from the start of the command to its end, when the account is
//! locked in the directory. The worker is the program itself; passes follow each other, each over rosters with new bytes.

use crate::page::at;
use crate::province::{AGENCIES, Behind, Person, SUFFIX, ldif, province};
use crate::report::{Line, Report, Target, seconds};
use crate::site::Site;
use crate::support::slapd::Slapd;
use crate::workbooks;
use chrono::{TimeDelta, Utc};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Incidents opened while passes run: of so many the 99th percentile is the second longest.
const INCIDENTS: usize = 100;
/// Passes after which there are not going to be enough.
const ROUNDS: i64 = 200;
/// How long a pass may take to begin.
const BEGINS: Duration = Duration::from_mins(1);

pub fn measure(report: &mut Report, people: usize) {
    Report::progress("writing the rosters and loading the directory");
    let offices = province(AGENCIES.min(people / 20).max(1), people, Behind::Little);
    let slapd = Slapd::durable(SUFFIX, &ldif(&offices));
    let site = Site::new(&offices, &slapd, "kind = \"eml\"\nfolder = \"mail\"");
    let user =
        nix::unistd::User::from_uid(nix::unistd::Uid::current()).unwrap().expect("this user has a name");
    site.run(&["operator", "add", &user.name, "--name", "Quản trị viên"]);
    let known = offices.iter().flat_map(|office| &office.people).filter(|one| one.known_title.is_some());
    let addresses: Vec<String> = known.map(Person::mail).collect();
    assert!(addresses.len() >= 2 * INCIDENTS, "--people {people}: too few accounts to take over");
    // Spread over the agencies.
    let step = addresses.len() / (2 * INCIDENTS);
    let mut next = addresses.iter().step_by(step);

    Report::progress("a first pass, then incidents while nothing else runs");
    site.drop_rosters(
        &offices,
        &workbooks::rosters(&offices, Utc::now().date_naive() - TimeDelta::days(ROUNDS + 1)),
    );
    let worker = Worker::start(&site);
    worker.wait_for(1);
    let quiet: Vec<Duration> = next.by_ref().take(10).map(|address| open(&site, address)).collect();

    let (mut busy, mut rounds) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        if busy.len() >= INCIDENTS {
            break;
        }
        rounds = round + 1;
        Report::progress(&format!("{} of {INCIDENTS} incidents measured", busy.len()));
        let date = Utc::now().date_naive() - TimeDelta::days(ROUNDS - round);
        site.drop_rosters(&offices, &workbooks::rosters(&offices, date));
        site.wake();
        let asked = Instant::now();
        while site.is_to_wake() {
            assert!(asked.elapsed() < BEGINS, "no pass began");
            std::thread::sleep(Duration::from_millis(20));
        }
        let ended = worker.passes();
        while busy.len() < INCIDENTS && worker.passes() == ended {
            let Some(address) = next.next() else { break };
            busy.push(open(&site, address));
        }
        worker.wait_for(ended + 1);
    }
    assert_eq!(busy.len(), INCIDENTS, "the passes are too short to open incidents in: take more people");
    let lines = [
        Line::plain(format!("{people} people, no pass: median"), seconds(at(&quiet, 50))),
        Line::plain(format!("while one of {rounds} passes runs: median"), seconds(at(&busy, 50))),
        Line::plain("  99th percentile", seconds(at(&busy, 99))).target(Target::AtMost(5.0)),
        Line::plain("  longest", seconds(at(&busy, 100))),
    ];
    report.table("incident", &lines);
}

/// Opens an incident; the command ends once the account is locked, with another code where it is not.
fn open(site: &Site, address: &str) -> Duration {
    let start = Instant::now();
    site.run(&["incident", "open", address, "--reason", "đo thời gian khóa"]);
    start.elapsed()
}

/// The worker, which ends with the value.
struct Worker {
    child: Child,
    /// Passes that ended.
    ended: Arc<AtomicU64>,
}

impl Worker {
    fn start(site: &Site) -> Self {
        let mut child = site
            .program(&["run"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = child.stderr.take().unwrap();
        let ended = Arc::new(AtomicU64::new(0));
        let count = ended.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                let fields: Value = serde_json::from_str(&line).unwrap_or_default();
                if fields["ending"].is_string() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Self { child, ended }
    }

    fn passes(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    fn wait_for(&self, passes: u64) {
        let start = Instant::now();
        while self.passes() < passes {
            assert!(start.elapsed() < Duration::from_hours(1), "the worker's pass does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
