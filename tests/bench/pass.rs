//! Passes of the real program over 500 rosters and a real slapd, against one core's calamine read of the same
//! workbooks and one ldap3 search of the same attributes.

use crate::province::{AGENCIES, Behind, SUFFIX, ldif, province};
use crate::report::{Line, Quantity, Report, Target, seconds};
use crate::site::{Pass, Site, wait};
use crate::support::slapd::Slapd;
use crate::{floor, workbooks};
use chrono::{TimeDelta, Utc};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Of so many looks at the floor the best counts: what else runs on the machine only ever adds.
const ROUNDS: usize = 3;

pub fn measure(report: &mut Report, people: usize) {
    Report::progress("writing the rosters and loading the directory");
    let offices = province(AGENCIES, people, Behind::Little);
    let today = Utc::now().date_naive();
    let first = workbooks::rosters(&offices, today - TimeDelta::days(10));
    let anew = workbooks::rosters(&offices, today - TimeDelta::days(1));
    let accounts =
        offices.iter().flat_map(|office| &office.people).filter(|one| one.known_title.is_some()).count();
    let slapd = Slapd::durable(SUFFIX, &ldif(&offices));
    let site = Site::new(&offices, &slapd, "kind = \"eml\"\nfolder = \"mail\"");

    Report::progress("the floor");
    let reading = quickest(|| first.iter().for_each(|bytes| drop(black_box(floor::read(bytes)))));
    let searching = quickest(|| assert_eq!(wait(floor::search(&slapd)), accounts, "entries found"));
    let bottom = reading + searching;

    let mut lines = vec![
        Line::plain("floor: calamine", seconds(reading)),
        Line::plain("floor: ldap3 search", seconds(searching)),
    ];
    let mut add = |name: &str, most: f64, files: Option<&[Vec<u8>]>| {
        Report::progress(name);
        if let Some(files) = files {
            site.drop_rosters(&offices, files);
        }
        let pass = site.pass();
        check(&pass, files.map_or(0, <[_]>::len));
        let line = Line::plain(format!("{name}: to the committed plan"), seconds(pass.to_plan()));
        lines.push(line.against(seconds(bottom)).target(Target::RatioAtMost(most)));
        for (stage, took) in &pass.stages {
            lines.push(Line::plain(format!("  {stage}"), Quantity::Seconds(*took)).against(seconds(bottom)));
        }
        lines.push(Line::plain("  whole", seconds(pass.whole)));
        lines.push(Line::plain("  worker, peak", Quantity::Megabytes(pass.worker)));
        lines.push(Line::plain("  reader, peak", Quantity::Megabytes(pass.reader)));
        let memory = Line::plain("  together", Quantity::Megabytes(pass.worker + pass.reader));
        lines.push(memory.target(Target::AtMost(300.0)));
    };
    add("first pass", 3.0, Some(&first));
    add("all dropped anew", 1.5, Some(&anew));
    add("nothing new", 0.1, None);
    report.table("pass", &lines);
}

/// A pass that did less than it should is no measurement.
fn check(pass: &Pass, files: usize) {
    let summary = &pass.summary;
    Report::progress(&format!("read {}, proposed {}", summary["read"], summary["proposed"]));
    assert_eq!(summary["read"], files, "{summary:#}");
    assert_eq!(summary["answered"], files, "{summary:#}");
    assert_eq!(summary["errors"].as_array().map(Vec::len), Some(0), "{summary:#}");
}

fn quickest(mut work: impl FnMut()) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}
