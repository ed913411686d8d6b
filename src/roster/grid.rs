//! A grid: one sheet with its text cleaned, decoded and ready to be compared.

use super::letters::without_look_alikes;
use super::mapping::{Mapping, Treatment};
use super::notes::Notes;
use super::sheet::{Cell, Merge, Sheet};
use super::typing::Typing;
use crate::model::finding::FindingCode;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A sheet's cells, text in NFC, without invisible characters; line breaks stay, other white space is single.
pub(super) struct Grid {
    /// The cells; as ragged as the sheet.
    pub(super) rows: Vec<Vec<Cell>>,
    /// Merges that reach over several rows, by first column, in order of their first row.
    tall: BTreeMap<u32, Vec<Merge>>,
    /// All merges.
    pub(super) merges: Vec<Merge>,
    /// Whether hidden rows were left out: it is no whole sheet.
    pub(super) is_cut: bool,
}

impl Grid {
    /// Cleans `sheet`, noting what had to be repaired and what is hidden.
    pub(super) fn new(sheet: &Sheet, mapping: &Mapping, notes: &mut Notes) -> Self {
        let typing = Typing::of(sheet, &mapping.legacy);
        let mut decoded = BTreeSet::new();
        let mut hidden = 0_u32;
        let mut rows = Vec::with_capacity(sheet.rows.len());
        for (row, cells) in sheet.rows.iter().enumerate() {
            if sheet.hidden_rows.covers(row) && cells.iter().any(|cell| *cell != Cell::Empty) {
                hidden += 1;
                if mapping.hidden.rows == Treatment::LeaveOut {
                    rows.push(Vec::new());
                    continue;
                }
            }
            let mut clean_cells = Vec::with_capacity(cells.len());
            for (column, cell) in cells.iter().enumerate() {
                clean_cells.push(match cell {
                    Cell::Text(text) => {
                        let (text, encoding) = typing.decode(row, column, text);
                        decoded.extend(encoding.map(|encoding| (column, encoding)));
                        let clean = clean(&text);
                        clean.odd.into_iter().for_each(|code| notes.cell(row, column, code));
                        if clean.text.is_empty() { Cell::Empty } else { Cell::Text(clean.text) }
                    }
                    Cell::Number(number) if !number.is_finite() => Cell::Empty,
                    other => other.clone(),
                });
            }
            rows.push(clean_cells);
        }
        for (column, encoding) in decoded {
            notes.add(None, Some(column), FindingCode::LegacyFont, vec![encoding.name().to_owned()]);
        }
        let is_cut = hidden > 0 && mapping.hidden.rows == Treatment::LeaveOut;
        if hidden > 0 {
            let code = if is_cut { FindingCode::HiddenRowsLeftOut } else { FindingCode::HiddenRows };
            notes.add(None, None, code, vec![hidden.to_string()]);
        }
        let mut tall: BTreeMap<u32, Vec<Merge>> = BTreeMap::new();
        for merge in sheet.merges.iter().filter(|merge| merge.bottom > merge.top) {
            tall.entry(merge.left).or_default().push(*merge);
        }
        for merges in tall.values_mut() {
            merges.sort_by_key(|merge| merge.top);
        }
        Self { rows, tall, merges: sheet.merges.clone(), is_cut }
    }

    /// The grid without the columns from `column` on, and without those before it, from row `top` down: two lists
    /// side by side below one title.
    pub(super) fn split(self, top: usize, column: usize) -> (Self, Self) {
        let mut right = self.rows.clone();
        for cells in right.iter_mut().skip(top) {
            cells.iter_mut().take(column).for_each(|cell| *cell = Cell::Empty);
        }
        let mut left = self.rows;
        for cells in left.iter_mut().skip(top) {
            cells.truncate(column);
        }
        let right =
            Self { rows: right, tall: self.tall.clone(), merges: self.merges.clone(), is_cut: self.is_cut };
        (Self { rows: left, tall: self.tall, merges: self.merges, is_cut: self.is_cut }, right)
    }

    /// The cell as it stands, merged cells below the first being empty.
    pub(super) fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Empty)
    }

    /// Empties a column's cells in `rows`; whether any held something.
    pub(super) fn forget(&mut self, rows: std::ops::Range<usize>, column: usize) -> bool {
        let mut held = false;
        for row in self.rows.iter_mut().take(rows.end).skip(rows.start) {
            held |= row.get_mut(column).is_some_and(|cell| std::mem::take(cell) != Cell::Empty);
        }
        held
    }

    /// The first row of a merge that reaches down over this cell.
    pub(super) fn merged_from(&self, row: usize, column: usize) -> Option<usize> {
        let merges = self.tall.get(&u32::try_from(column).ok()?)?;
        let row = u32::try_from(row).ok()?;
        let merge = merges[..merges.partition_point(|merge| merge.top < row)].last()?;
        (merge.bottom >= row).then_some(merge.top as usize)
    }

    /// The cell, a merge that reaches down over it counting for every row.
    pub(super) fn carried(&self, row: usize, column: usize) -> &Cell {
        match self.cell(row, column) {
            Cell::Empty => match self.merged_from(row, column) {
                Some(top) => self.cell(top, column),
                None => &Cell::Empty,
            },
            cell => cell,
        }
    }

    /// What stands in the cells of a row that hold something, with their columns.
    pub(super) fn filled(&self, row: usize) -> impl Iterator<Item = (usize, &Cell)> {
        self.rows.get(row).into_iter().flatten().enumerate().filter(|(_, cell)| **cell != Cell::Empty)
    }
}

/// A cell's content as text; numbers as a spreadsheet shows them.
pub(super) fn text(cell: &Cell) -> Option<Cow<'_, str>> {
    match cell {
        Cell::Empty | Cell::Error(_) | Cell::Bool(_) => None,
        Cell::Text(text) => Some(Cow::Borrowed(text)),
        Cell::Number(number) => Some(Cow::Owned(number.to_string())),
        Cell::Date(date) => Some(Cow::Owned(date.format("%d/%m/%Y").to_string())),
    }
}

/// A cell's text after cleaning, and what was in it that should not be.
struct Clean {
    text: String,
    odd: Vec<FindingCode>,
}

/// NFC, single spaces, neither invisible characters nor look-alikes.
fn clean(text: &str) -> Clean {
    // Most cells are clean already.
    if is_clean(text) {
        return Clean { text: text.to_owned(), odd: vec![] };
    }
    let mut out = String::with_capacity(text.len());
    let mut odd = Vec::new();
    let mut gap = None;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = Some(if c == '\n' || gap == Some('\n') { '\n' } else { ' ' });
        } else if is_invisible(c) {
            if odd.is_empty() {
                odd.push(FindingCode::InvisibleCharacters);
            }
        } else {
            if let Some(gap) = gap.take()
                && !out.is_empty()
            {
                out.push(gap);
            }
            out.push(c);
        }
    }
    if is_nfc_quick(out.chars()) != IsNormalized::Yes {
        out = out.nfc().collect();
    }
    if let Some(text) = without_look_alikes(&out) {
        odd.push(FindingCode::LookAlike);
        out = text;
    }
    Clean { text: out, odd }
}

/// Whether `text` is words of composed Latin letters, none of them a look-alike, with single spaces between.
fn is_clean(text: &str) -> bool {
    let mut after_space = true;
    for c in text.chars() {
        match c {
            ' ' if after_space => return false,
            ' ' => after_space = true,
            'Ð' | 'ð' => return false,
            '!'..='~' | 'À'..='ɏ' | 'Ḁ'..='ỿ' => after_space = false,
            _ => return false,
        }
    }
    !after_space
}

/// Control characters, zero-width and direction marks, soft hyphens, fillers, variation selectors and tags.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned_and_line_breaks_stay() {
        let cleaned = |text: &str| {
            let clean = clean(text);
            (clean.text, clean.odd)
        };
        assert_eq!(cleaned(" Ngày \u{a0} tháng \r\n năm "), ("Ngày tháng\nnăm".to_owned(), vec![]));
        let invisible = vec![FindingCode::InvisibleCharacters];
        for text in ["Nguyễn\u{202e} Văn\u{0}", "\u{feff}Nguyễn\u{200b} Văn\u{e0041}", "Nguyễn V\u{ad}ăn"]
        {
            assert_eq!(cleaned(text), ("Nguyễn Văn".to_owned(), invisible.clone()), "{text:?}");
        }
        assert_eq!(cleaned("Ðỗ"), ("Đỗ".to_owned(), vec![FindingCode::LookAlike]));
    }

    #[test]
    fn what_is_clean_is_left_alone_and_nothing_else() {
        for text in ["Nguyễn Văn Đức", "a", "Tổ 1 - 2", "x@y.vn"] {
            assert!(is_clean(text) && clean(text).text == text, "{text}");
        }
        for text in
            ["", " a", "a ", "a  b", "a\nb", "a\u{a0}b", "Ðỗ", "ðức", "Nguye\u{302}n", "Vаn", "a\u{ad}b"]
        {
            assert!(!is_clean(text), "{text:?}");
        }
    }
}
