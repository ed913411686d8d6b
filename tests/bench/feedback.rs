//! Writing feedback workbooks in the reader process, against bare `rust_xlsxwriter` writing the same cells.

use crate::machine::{ReaderWatch, best, processor_time};
use crate::province::{AGENCIES, Behind, province};
use crate::report::{Line, Quantity, Report, Target, seconds};
use crate::{floor, site, workbooks};
use calamine::{Data, Range};
use chrono::NaiveDate;
use rosterd::model::Lang;
use rosterd::workbook::{Annotations, Reader};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The best of so many rounds counts: what else runs on the machine only ever adds.
const ROUNDS: usize = 3;

pub fn measure(report: &mut Report, people: usize) {
    Report::progress("writing and reading the rosters");
    let offices = province(AGENCIES, people, Behind::Little);
    let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let files = workbooks::rosters(&offices, today);
    let mut reader = site::reader();
    let notes: Vec<Annotations> = files.iter().map(|bytes| notes(&mut reader, bytes, today)).collect();
    let mut watch = ReaderWatch::default();
    watch.look(&reader);
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        Report::progress(&format!("writing {} workbooks, round {round} of {ROUNDS}", files.len()));
        let [mut bare, mut bare_cpu, mut ours] = [Duration::ZERO; 3];
        let before = watch.processor_time();
        for (bytes, notes) in files.iter().zip(&notes) {
            let notes = notes.clone();
            let start = Instant::now();
            let written = site::wait(reader.annotate(bytes, notes)).expect("feedback is written");
            ours += start.elapsed();
            watch.look(&reader);
            let cells = floor::read(&written);
            let (start, cpu) = (Instant::now(), processor_time());
            black_box(bare_workbook(&cells).expect("the same cells fit a workbook"));
            bare += start.elapsed();
            bare_cpu += processor_time().saturating_sub(cpu);
        }
        rounds.push([bare, ours, bare_cpu, watch.processor_time().saturating_sub(before)]);
    }
    let [bare, ours, bare_cpu, cpu] = best(&rounds);
    let work = format!("write {} feedback workbooks", files.len());
    report.table(
        "feedback",
        &[
            Line::plain(work, seconds(ours)).against(seconds(bare)).target(Target::RatioAtMost(1.5)),
            Line::plain("the same in processor time", seconds(cpu)).against(seconds(bare_cpu)),
            Line::plain("reader process, peak", Quantity::Megabytes(watch.peak)),
        ],
    );
}

/// What a pass says of a roster in which nothing differs from the directory.
fn notes(reader: &mut Reader, bytes: &[u8], today: NaiveDate) -> Annotations {
    let reading = site::wait(reader.read(bytes, "danh-sach.xlsx", today)).expect("the reader runs");
    let mut notes = Annotations::of(&reading, Lang::Vi, vec!["Cơ quan: Ủy ban nhân dân xã Mẫu".into()]);
    for result in notes.results.values_mut() {
        result.text = format!("Khớp với tài khoản hiện có, không thay đổi.\n{}", result.text);
    }
    notes
}

/// The cells with no format at all.
fn bare_workbook(sheets: &[(String, Range<Data>)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    for (name, range) in sheets {
        let sheet = workbook.add_worksheet().set_name(name)?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, cell) in range.used_cells() {
            let row = top + u32::try_from(row).unwrap();
            let column = u16::try_from(left).unwrap() + u16::try_from(column).unwrap();
            match cell {
                Data::Float(number) => sheet.write_number(row, column, *number)?,
                Data::Int(number) => sheet.write_number(row, column, *number as f64)?,
                Data::DateTime(time) => sheet.write_number(row, column, time.as_f64())?,
                Data::Bool(truth) => sheet.write_boolean(row, column, *truth)?,
                Data::Empty => continue,
                other => sheet.write_string(row, column, other.to_string())?,
            };
        }
    }
    workbook.save_to_buffer()
}
