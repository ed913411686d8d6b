//! A sheet: cells, merged ranges, sizes and what is hidden, in the order in which they stand in the file.

use super::strings::{content, item};
use super::tags::{Tag, Tags};
use crate::roster::sheet::Cell;
use crate::workbook::decode::Grid;
use crate::workbook::layout::{Figures, Lane, Layout, StyleLook, attributes, cell, col, number, row};
use crate::workbook::shape::merge;
use crate::workbook::spreadsheet::convert;
use calamine::{CellErrorType, Data, ExcelDateTime, ExcelDateTimeType};
use std::borrow::Cow;

/// A sheet while it is read.
pub(super) struct Scan<'a> {
    pub(super) strings: &'a [Cow<'a, str>],
    pub(super) styles: &'a [StyleLook],
    pub(super) since_1904: bool,
    pub(super) layout: &'a mut Layout,
    pub(super) grid: &'a mut Grid,
}

impl Scan<'_> {
    /// Reads the whole of a sheet; `None` where it is not plain.
    pub(super) fn read(mut self, xml: &str) -> Option<()> {
        let mut tags = Tags(xml);
        let (hidden_columns, has_rows) = self.head(&mut tags)?;
        let hidden_rows = if has_rows { self.rows(&mut tags)? } else { Vec::new() };
        self.tail(&mut tags)?;
        self.grid.hide(hidden_rows.into_iter().collect(), hidden_columns.into_iter().collect());
        Some(())
    }

    /// Up to the rows; the hidden columns, and whether rows follow.
    fn head(&mut self, tags: &mut Tags<'_>) -> Option<(Vec<(u32, u32)>, bool)> {
        let mut hidden = Vec::new();
        let mut is_sheet = false;
        loop {
            let tag = tags.next()?;
            match tag.name {
                "worksheet" => is_sheet = true,
                "col" => {
                    let Lane { first, last, size, hidden: is_hidden } = col(tag.attributes.as_bytes())?;
                    self.layout.column(first, last, size);
                    hidden.extend(is_hidden.then_some((first, last)));
                }
                "sheetData" if is_sheet => return Some((hidden, !tag.is_empty)),
                name if name.ends_with(":col") || name.ends_with(":sheetData") => return None,
                _ => {}
            }
        }
    }

    /// The rows; those that are hidden.
    fn rows(&mut self, tags: &mut Tags<'_>) -> Option<Vec<(u32, u32)>> {
        let mut hidden = Vec::new();
        let (mut at, mut column) = (0_u32, 0_u32);
        loop {
            let tag = tags.next()?;
            match tag.name {
                "row" => {
                    let Lane { first, size, hidden: is_hidden, .. } = row(tag.attributes.as_bytes(), at)?;
                    at = first;
                    self.layout.row(at, at, size);
                    hidden.extend(is_hidden.then_some((at, at)));
                    if tag.is_empty {
                        (at, column) = (at.saturating_add(1), 0);
                    }
                }
                "/row" => (at, column) = (at.saturating_add(1), 0),
                "c" => column = self.cell(tags, tag, (at, column))?.saturating_add(1),
                "/sheetData" => return Some(hidden),
                _ => return None,
            }
        }
    }

    /// A cell that stands at `next` unless it says otherwise; its column.
    fn cell(&mut self, tags: &mut Tags<'_>, tag: Tag<'_>, next: (u32, u32)) -> Option<u32> {
        let (mut place, mut style, mut kind) = (next, 0, "n");
        for (name, value) in attributes(tag.attributes.as_bytes()) {
            match name {
                b"r" => place = cell(value)?,
                b"s" => style = number(value)? as usize,
                b"t" => kind = std::str::from_utf8(value).ok()?,
                _ => {}
            }
        }
        let (row, column) = place;
        let value = if tag.is_empty { Cell::Empty } else { self.value(tags, kind, style)? };
        self.grid.put(row, column, value);
        if let Some(StyleLook { shown, old_font, figures: _ }) = self.styles.get(style) {
            self.layout.show(row, column, *shown);
            if let Some(font) = old_font {
                self.grid.old_font(row, column, *font);
            }
        }
        Some(column)
    }

    /// The value of a cell that has begun: what stands last in it.
    fn value(&self, tags: &mut Tags<'_>, kind: &str, style: usize) -> Option<Cell> {
        let mut value = Cell::Empty;
        loop {
            let tag = tags.next()?;
            match tag.name {
                "v" | "f" if tag.is_empty => value = Cell::Empty,
                "v" => value = self.written(tags.text("/v")?, kind, style)?,
                "f" => {
                    tags.text("/f")?;
                    value = Cell::Empty;
                }
                "is" if !tag.is_empty => value = worded(&item(tags, "/is")?),
                "/c" => return Some(value),
                _ => return None,
            }
        }
    }

    fn written(&self, text: &str, kind: &str, style: usize) -> Option<Cell> {
        match kind {
            "s" => self.strings.get(number(text.as_bytes())? as usize).map(|text| worded(text)),
            "n" => {
                let digits =
                    |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'E' | b'e' | b'+');
                let number: f64 = text.parse().ok().filter(|_| text.bytes().all(digits))?;
                match self.styles.get(style).map_or(Figures::Numbers, |look| look.figures) {
                    Figures::Numbers => Some(Cell::Number(number)),
                    Figures::Dates => {
                        let kind = ExcelDateTimeType::DateTime;
                        Some(convert(Data::DateTime(ExcelDateTime::new(number, kind, self.since_1904))))
                    }
                    Figures::Unclear => None,
                }
            }
            "str" => content(text, true).map(|text| worded(&text)),
            "b" => match text {
                "0" => Some(Cell::Bool(false)),
                "1" => Some(Cell::Bool(true)),
                _ => None,
            },
            "e" => Some(convert(Data::Error(text.parse::<CellErrorType>().ok()?))),
            "inlineStr" => Some(Cell::Empty),
            _ => None,
        }
    }

    /// Behind the rows, up to the end: the merged ranges.
    fn tail(&mut self, tags: &mut Tags<'_>) -> Option<()> {
        loop {
            let tag = tags.next()?;
            match tag.name {
                "mergeCell" => {
                    let mut found = attributes(tag.attributes.as_bytes()).filter(|(name, _)| *name == b"ref");
                    let range = merge(std::str::from_utf8(found.next()?.1).ok()?)?;
                    self.grid.merge(range.top, range.left, range.bottom, range.right);
                }
                "/worksheet" => return Some(()),
                "sheetData" => return None,
                name if name.ends_with(":mergeCell") => return None,
                _ => {}
            }
        }
    }
}

/// A text as a cell: an empty one is none.
fn worded(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}
