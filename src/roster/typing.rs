//! Typing: the encoding each cell of a sheet was typed in, by its font where the format tells it, else by what its
//! column holds.

use super::legacy::{Encoding, Legacy, OldFont, Tally};
use super::sheet::{Cell, Sheet};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How a sheet was typed.
pub(super) struct Typing<'s> {
    legacy: &'s Legacy,
    sheet: &'s Sheet,
    /// By column, from what it holds. A column too short for a verdict follows the others.
    verdicts: BTreeMap<usize, Encoding>,
    /// Columns with Unicode text in an old font: somebody typed anew and left the font, which says nothing there.
    left_over: BTreeSet<usize>,
}

impl<'s> Typing<'s> {
    pub(super) fn of(sheet: &'s Sheet, legacy: &'s Legacy) -> Self {
        let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
        let mut in_old_fonts: BTreeMap<usize, Tally> = BTreeMap::new();
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                if let Cell::Text(text) = cell
                    && !text.is_ascii()
                {
                    legacy.count(tallies.entry(column).or_default(), text);
                    if font(sheet, row, column).is_some() {
                        legacy.count(in_old_fonts.entry(column).or_default(), text);
                    }
                }
            }
        }
        let verdict = |(column, tally): (&usize, &Tally)| Some((*column, Legacy::verdict(*tally)?));
        let mut verdicts: BTreeMap<usize, Encoding> = tallies.iter().filter_map(verdict).collect();
        if let Some(encoding) = verdicts.values().next().copied() {
            for (column, tally) in &tallies {
                if tally.may_follow() {
                    verdicts.entry(*column).or_insert(encoding);
                }
            }
        }
        let left_over = in_old_fonts.iter().filter(|(_, tally)| tally.is_unicode()).map(|(at, _)| *at);
        Self { legacy, sheet, verdicts, left_over: left_over.collect() }
    }

    /// A cell's text in Unicode, and the encoding it had where that changed it.
    pub(super) fn decode<'t>(
        &self,
        row: usize,
        column: usize,
        text: &'t str,
    ) -> (Cow<'t, str>, Option<Encoding>) {
        let font = font(self.sheet, row, column).filter(|_| !self.left_over.contains(&column));
        let by_content = || self.verdicts.get(&column).copied();
        let Some(encoding) = font.map(|font| font.encoding).or_else(by_content) else {
            return (Cow::Borrowed(text), None);
        };
        let mut decoded = self.legacy.decode(encoding, text);
        if font.is_some_and(|font| font.capitals) {
            decoded = decoded.to_uppercase();
        }
        if decoded == text { (Cow::Borrowed(text), None) } else { (Cow::Owned(decoded), Some(encoding)) }
    }
}

fn font(sheet: &Sheet, row: usize, column: usize) -> Option<OldFont> {
    if sheet.old_fonts.is_empty() {
        return None;
    }
    let at = (u32::try_from(row).ok()?, u32::try_from(column).ok()?);
    sheet.old_fonts.get(&at).copied()
}
