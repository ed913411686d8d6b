//! Reading rosters in the reader process, mapping and checks included, against bare calamine on the same bytes.

use crate::machine::{ReaderWatch, best, median, processor_time};
use crate::province::{AGENCIES, Behind, province};
use crate::report::{Line, Quantity, Report, Target, seconds};
use crate::{floor, site, workbooks};
use chrono::NaiveDate;
use rosterd::workbook::Reader;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The best of so many rounds counts: what else runs on the machine only ever adds.
const ROUNDS: usize = 3;

pub fn measure(report: &mut Report, people: usize) {
    Report::progress("writing the rosters");
    let offices = province(AGENCIES, people, Behind::Little);
    let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let files = workbooks::rosters(&offices, today);
    let mut reader = site::reader();
    let mut watch = ReaderWatch::default();
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        Report::progress(&format!("reading {} rosters, round {round} of {ROUNDS}", files.len()));
        let (mut bare, mut bare_cpu, mut ours) = (Duration::ZERO, Duration::ZERO, Vec::new());
        let before = watch.processor_time();
        for (bytes, office) in files.iter().zip(&offices) {
            let (start, cpu) = (Instant::now(), processor_time());
            black_box(floor::read(bytes));
            bare += start.elapsed();
            bare_cpu += processor_time().saturating_sub(cpu);
            ours.push(one(&mut reader, bytes, today, office.people.len()));
            watch.look(&reader);
        }
        let cpu = watch.processor_time().saturating_sub(before);
        rounds.push([bare, ours.iter().sum(), bare_cpu, cpu, median(ours)]);
    }
    let [bare, ours, bare_cpu, cpu, one] = best(&rounds);
    let work = format!("read {} rosters of {}", files.len(), people / files.len());
    report.table(
        "read",
        &[
            Line::plain(work, seconds(ours)).against(seconds(bare)).target(Target::RatioAtMost(2.5)),
            Line::plain("the same in processor time", seconds(cpu)).against(seconds(bare_cpu)),
            Line::plain("one file (median)", seconds(one)),
            Line::plain("reader process, peak", Quantity::Megabytes(watch.peak)),
        ],
    );
}

/// Reads one roster, and sees that everybody in it was found.
fn one(reader: &mut Reader, bytes: &[u8], today: NaiveDate, people: usize) -> Duration {
    let start = Instant::now();
    let reading = site::wait(reader.read(bytes, "danh-sach.xlsx", today)).expect("the reader runs");
    let took = start.elapsed();
    let found: usize = reading.blocks.iter().map(|block| block.records.len()).sum();
    assert_eq!(found, people, "people read; findings: {:?}", reading.findings);
    took
}
