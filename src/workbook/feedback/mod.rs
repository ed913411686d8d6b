//! Feedback: the agency's workbook as sent, with a summary in front, a result beside each row and a comment on
//! each wrong cell. It may be corrected and dropped again: [`summary::is_ours`] and [`RESULT_HEADER`]
//! tell what in it is ours.

mod names;
mod size;

use super::annotate::{Annotations, RowResult, Summary, TablePlace, words};
use super::layout::{Layout, Layouts};
use super::paint::{Look, Mark, Paint, Part, set_up};
use super::{summary, template};
use crate::model::finding::Severity;
use crate::roster::sheet::{Book, Cell, Merge, Sheet};
use names::Names;
use rust_xlsxwriter::utility::column_number_to_name;
use rust_xlsxwriter::{Note, Workbook, Worksheet, XlsxError};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The header of the result column, in every language, so that a corrected file is understood.
pub const RESULT_HEADER: &str = "Kết quả (rosterd)";

/// The width of the result column, in characters.
const RESULT_WIDTH: u8 = 50;

/// How hard the file is pressed together, of 9.
const ZIP_LEVEL: u8 = 1;

/// Merged ranges of a workbook may cover so many cells; what is beyond is written unmerged.
const MOST_MERGED: usize = 100_000;

/// The feedback on `book`, which looked as `layouts` says, as `.xlsx`.
pub fn write(book: &Book, layouts: &Layouts, notes: &Annotations) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let mut paint = Paint::showing(&layouts.shown);
    let mut names = Names::default();
    let sent = book.sheets.iter().filter(|sheet| !summary::is_ours(sheet));
    let pages: Vec<Page> =
        sent.map(|sheet| Page::new(sheet, layouts.sheets.get(&sheet.name), notes)).collect();
    let titles: Vec<String> = pages.iter().map(|page| names.take(&page.sheet.name)).collect();
    let first = workbook.add_worksheet().set_name(names.take(words(notes.lang, "Tổng hợp", "Summary")))?;
    summary::fill(first, &mut paint, &as_fed_back(&notes.summary, &pages), notes.lang)?;
    for (page, title) in pages.iter().zip(titles) {
        let target = workbook.add_worksheet().set_name(title)?.set_hidden(page.sheet.hidden);
        page.write(target, &mut paint)?;
    }
    // Each agency gets its own after every drop: half the time matters more than a third of their size.
    workbook.set_zip_compression_level(ZIP_LEVEL);
    workbook.save_to_buffer()
}

/// The summary with the columns' letters as they are once a column is left out.
fn as_fed_back(summary: &Summary, pages: &[Page]) -> Summary {
    let mut summary = summary.clone();
    for one in &mut summary.findings {
        if let Some(page) = pages.iter().find(|page| one.sheet.as_ref() == Some(&page.sheet.name)) {
            one.column =
                one.column.take().and_then(|letters| page.place(&letters)).map(column_number_to_name);
        }
    }
    summary
}

/// One sheet on its way into the feedback.
struct Page<'a> {
    sheet: &'a Sheet,
    layout: Option<&'a Layout>,
    notes: &'a Annotations,
    /// Where each column goes; `None` for one that is left out.
    columns: Vec<Option<u16>>,
    /// The column of the results, right of everything in the tables.
    result: u16,
    /// The results by row, from 0.
    results: BTreeMap<u32, &'a RowResult>,
    tables: Vec<Extent>,
}

/// The rows of a table, from 0, all included.
struct Extent {
    header: u32,
    header_end: u32,
    last: u32,
}

impl<'a> Page<'a> {
    fn new(sheet: &'a Sheet, layout: Option<&'a Layout>, notes: &'a Annotations) -> Self {
        let rows = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
        let merged = sheet.merges.iter().map(|merge| merge.right as usize + 1).max().unwrap_or(0);
        let mut places: Vec<&TablePlace> =
            notes.tables.iter().filter(|it| it.sheet == sheet.name && it.header_row > 0).collect();
        places.sort_by_key(|place| place.header_row);
        let passwords = notes.drop_columns.iter().filter(|(name, _)| *name == sheet.name);
        let mut dropped: BTreeSet<usize> = passwords.filter_map(|it| index(&it.1)).collect();
        dropped.extend(places.iter().filter_map(|place| earlier_results(sheet, place)));
        let mut next = 0;
        let mut place = |column: usize| {
            (!dropped.contains(&column)).then(|| {
                next += 1;
                next - 1
            })
        };
        let columns: Vec<Option<u16>> = (0..rows.max(merged)).map(&mut place).collect();
        let results: BTreeMap<u32, &RowResult> = notes
            .results
            .iter()
            .filter(|((name, row), _)| *name == sheet.name && *row > 0)
            .map(|((_, row), result)| (row - 1, result))
            .collect();
        let mut page = Self { sheet, layout, notes, columns, result: 0, results, tables: Vec::new() };
        page.tables =
            places.iter().enumerate().map(|(nth, place)| page.extent(place, places.get(nth + 1))).collect();
        page.result = page.right_edge();
        page
    }

    /// Where the column of these letters goes.
    fn place(&self, letters: &str) -> Option<u16> {
        self.columns.get(index(letters)?).copied().flatten()
    }

    /// A table reaches to its last result, which is before the next table.
    fn extent(&self, place: &TablePlace, next: Option<&&TablePlace>) -> Extent {
        let (header, header_end) = (place.header_row - 1, place.header_end.max(place.header_row) - 1);
        let end = next.map_or(u32::MAX, |next| next.header_row - 1).max(header_end);
        let last = self.results.range(header_end..end).next_back().map_or(header_end, |(row, _)| *row);
        Extent { header, header_end, last }
    }

    /// The first column right of all that stands in the rows of the tables.
    fn right_edge(&self) -> u16 {
        let rows = self.tables.iter().flat_map(|table| table.header..=table.last);
        let used = rows.filter_map(|row| self.sheet.rows.get(row as usize)).map(Vec::len).max().unwrap_or(0);
        self.columns.iter().take(used).flatten().last().map_or(0, |column| column + 1)
    }

    fn table(&self, row: u32) -> Option<&Extent> {
        self.tables.iter().find(|table| (table.header..=table.last).contains(&row))
    }

    fn part(&self, row: u32, column: u16) -> Part {
        match self.table(row) {
            Some(table) if column < self.result && row <= table.header_end => Part::Head,
            Some(_) if column < self.result => Part::Body,
            _ => Part::Free,
        }
    }

    fn write(&self, target: &mut Worksheet, paint: &mut Paint) -> Result<(), XlsxError> {
        set_up(target);
        let marks = self.marks();
        let centred = self.write_merges(target, paint)?;
        paint.gather();
        for (at, cells) in self.sheet.rows.iter().enumerate() {
            let row = u32::try_from(at).unwrap_or(u32::MAX);
            let width = if self.table(row).is_some() { self.result } else { 0 };
            let used = cells.iter().zip(self.columns.iter().copied()).enumerate();
            let mut reached = 0;
            for (from, cell, column) in used.filter_map(|(from, (cell, column))| Some((from, cell, column?)))
            {
                reached = column + 1;
                if *cell == Cell::Empty && (column >= width || centred.contains(&(row, column))) {
                    continue;
                }
                let part = match self.part(row, column) {
                    Part::Free if centred.contains(&(row, column)) => Part::Title,
                    part => part,
                };
                let mark = marks.get(&(row, column)).map_or(Mark::No, |severity| Mark::Found(*severity));
                let shown = self.layout.map_or(0, |layout| layout.shown(at, from));
                paint.sent(target, (row, column), cell, Look { part, mark }, shown)?;
            }
            for column in reached..width {
                if !centred.contains(&(row, column)) {
                    paint.cell(target, (row, column), &Cell::Empty, self.part(row, column))?;
                }
            }
        }
        self.write_results(target, paint)?;
        paint.lay_on(target)?;
        self.write_comments(target)?;
        let widths = self.set_widths(target)?;
        if !self.tables.is_empty() {
            target.set_column_width(self.result, RESULT_WIDTH)?;
        }
        self.set_heights(target, &widths)
    }

    /// The merged ranges; returns the cells they cover.
    fn write_merges(
        &self,
        target: &mut Worksheet,
        paint: &mut Paint,
    ) -> Result<HashSet<(u32, u16)>, XlsxError> {
        let mut covered = HashSet::new();
        for &Merge { top, left, bottom, right } in &self.sheet.merges {
            let kept: Vec<u16> =
                self.columns[left as usize..=right as usize].iter().flatten().copied().collect();
            let (Some(&left), Some(&right)) = (kept.first(), kept.last()) else { continue };
            let area = kept.len().saturating_mul((bottom - top) as usize + 1);
            if area < 2 || covered.len().saturating_add(area) > MOST_MERGED {
                continue;
            }
            let cells = || (top..=bottom).flat_map(|row| (left..=right).map(move |column| (row, column)));
            // Ranges that overlap are an error in every spreadsheet program.
            if cells().any(|cell| covered.contains(&cell)) {
                continue;
            }
            let part = match self.part(top, left) {
                Part::Free => Part::Title,
                part => part,
            };
            target.merge_range(top, left, bottom, right, "", paint.format(part))?;
            covered.extend(cells());
        }
        Ok(covered)
    }

    /// The worst that was found on each cell.
    fn marks(&self) -> BTreeMap<(u32, u16), Severity> {
        let mut marks = BTreeMap::new();
        for (place, note) in self.comments() {
            let worst = marks.entry(place).or_insert(note.severity);
            *worst = note.severity.max(*worst);
        }
        marks
    }

    /// The comments with the cells they are on; those on a column that is left out go with it.
    fn comments(&self) -> impl Iterator<Item = ((u32, u16), &super::annotate::CellNote)> {
        self.notes
            .cells
            .iter()
            .filter(|note| note.sheet == self.sheet.name && note.row > 0)
            .filter_map(|note| Some(((note.row - 1, self.place(&note.column)?), note)))
    }

    fn write_results(&self, target: &mut Worksheet, paint: &mut Paint) -> Result<(), XlsxError> {
        for table in &self.tables {
            if table.header_end > table.header {
                let head = paint.format(Part::Head);
                target.merge_range(table.header, self.result, table.header_end, self.result, "", head)?;
            }
            paint.text(target, (table.header, self.result), RESULT_HEADER, Part::Head)?;
        }
        for (row, result) in &self.results {
            let mark = result.severity.map_or(Mark::Fine, Mark::Found);
            paint.text(target, (*row, self.result), &result.text, Look { part: Part::Body, mark })?;
        }
        if let [table] = self.tables.as_slice() {
            target.set_freeze_panes(table.header_end + 1, 0)?;
            if table.last > table.header_end {
                target.autofilter(table.header_end, 0, table.last, self.result)?;
            }
        }
        for table in &self.tables {
            self.offer_lists(target, table)?;
        }
        Ok(())
    }

    /// Our own template keeps its drop-down lists.
    fn offer_lists(&self, target: &mut Worksheet, table: &Extent) -> Result<(), XlsxError> {
        let header = self.sheet.rows.get(table.header as usize).map_or(&[][..], Vec::as_slice);
        let find = |wanted: &str| {
            let at = header.iter().position(|cell| matches!(cell, Cell::Text(text) if text == wanted))?;
            self.columns.get(at).copied().flatten()
        };
        template::add_lists(target, table.header_end, find)
    }

    fn write_comments(&self, target: &mut Worksheet) -> Result<(), XlsxError> {
        let mut texts: BTreeMap<(u32, u16), String> = BTreeMap::new();
        for (place, note) in self.comments() {
            let text = texts.entry(place).or_default();
            let break_ = if text.is_empty() { "" } else { "\n" };
            text.push_str(break_);
            text.push_str(note.severity.word(self.notes.lang));
            text.push_str(": ");
            text.extend(note.message.chars().take(1000));
        }
        for ((row, column), text) in texts {
            let lines =
                u32::try_from(text.chars().count() / 35 + text.matches('\n').count() + 2).unwrap_or(20);
            let note = Note::new(text)
                .set_author("rosterd")
                .add_author_prefix(false)
                .set_width(260)
                .set_height(20 * lines.min(20));
            target.insert_note(row, column, &note)?;
        }
        Ok(())
    }
}

/// The result column of an earlier feedback: it is written anew.
fn earlier_results(sheet: &Sheet, place: &TablePlace) -> Option<usize> {
    let header = sheet.rows.get(place.header_row as usize - 1)?;
    header.iter().position(|cell| matches!(cell, Cell::Text(text) if text == RESULT_HEADER))
}

/// A column's letters as a number from 0.
fn index(letters: &str) -> Option<usize> {
    let digits =
        letters.bytes().map(|letter| letter.is_ascii_uppercase().then(|| usize::from(letter - b'A') + 1));
    let number = digits.take(4).try_fold(0, |number, digit| Some(number * 26 + digit?))?;
    number.checked_sub(1)
}
