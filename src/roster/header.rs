//! A header: the one to six rows that say what the columns below hold, found by their words.

use super::grid::Grid;
use super::mapping::{Label, Labels, Pin};
use super::sheet::Cell;
use crate::model::roster::Column;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A header as found. Rows and columns count from 0.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// Its first row.
    pub(super) top: usize,
    /// Its last row, number rows below not counted.
    pub(super) bottom: usize,
    /// The first row below it and its number row.
    pub(super) below: usize,
    /// Columns by what they hold, from left to right.
    pub(super) columns: BTreeMap<Column, Vec<usize>>,
    /// Every label text in it.
    pub(super) labels: BTreeSet<String>,
    /// The column where it begins anew: a second list stands to the right.
    pub(super) beside: Option<usize>,
}

/// So many rows a header has at most.
const MOST_ROWS: usize = 6;

/// Longer text is a sentence.
const LONGEST_LABEL: usize = 160;

impl Header {
    /// The header that begins at `row`, if one does: it names people (or asks in free words) and says at
    /// least one thing more.
    pub(super) fn at(grid: &Grid, labels: &Labels, row: usize) -> Option<Self> {
        let found = columns_in(grid, labels, row);
        let has = |column: Column| found.contains(&column);
        let named = has(Column::FullName) || has(Column::GivenName) || has(Column::FreeText);
        (named && found.len() > 1).then(|| Self::around(grid, labels, row))
    }

    /// A header at `row` that has columns, but none with names.
    pub(super) fn nameless_at(grid: &Grid, labels: &Labels, row: usize) -> Option<Self> {
        (columns_in(grid, labels, row).len() > 2).then(|| Self::around(grid, labels, row))
    }

    /// The only or first column of a kind.
    pub(super) fn first(&self, column: Column) -> Option<usize> {
        self.columns.get(&column).and_then(|columns| columns.first()).copied()
    }

    /// Whether it has such a column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.columns.contains_key(&column)
    }

    /// Whether it has names, in one column or in two.
    pub(super) fn has_names(&self) -> bool {
        self.has(Column::FullName) || (self.has(Column::FamilyName) && self.has(Column::GivenName))
    }

    /// The header at `row`, whatever it says.
    pub(super) fn around(grid: &Grid, labels: &Labels, anchor: usize) -> Self {
        let top = (0..anchor)
            .rev()
            .take(3)
            .take_while(|row| is_group_row(grid, labels, *row))
            .last()
            .unwrap_or(anchor);
        let limit = (top + MOST_ROWS).min(grid.rows.len());
        let mut bottom = anchor;
        while bottom + 1 < limit
            && (reaches(grid, top, bottom, bottom + 1) || is_sub_row(grid, labels, anchor, bottom + 1))
        {
            bottom += 1;
        }
        let paths = Paths::new(grid, top, bottom);
        let mut columns: BTreeMap<Column, Vec<usize>> = BTreeMap::new();
        let mut texts = BTreeSet::new();
        for column in 0..paths.width {
            let path = paths.of(column);
            texts.extend(path.iter().map(|text| (*text).to_owned()));
            if let Some(found) = decide(labels, &path) {
                columns.entry(found).or_default().push(column);
            }
        }
        let beside = begins_anew(&columns);
        keep_one_name(&paths, &mut columns);
        let mut below = bottom + 1;
        while below < grid.rows.len() && is_number_row(grid, below) {
            below += 1;
        }
        Self { top, bottom, below, columns, labels: texts, beside }
    }

    /// Puts columns where `pin` says; returns those whose label says something else.
    pub(super) fn apply(&mut self, pin: &Pin) -> Vec<usize> {
        let mut differ = Vec::new();
        for (column, at) in &pin.columns {
            for (other, columns) in &mut self.columns {
                let before = columns.len();
                columns.retain(|found| found != at);
                if columns.len() < before && other != column {
                    differ.push(*at);
                }
            }
            self.columns.insert(*column, vec![*at]);
        }
        self.columns.retain(|_, columns| !columns.is_empty());
        differ
    }
}

/// The text of a cell where it may be a label.
fn label(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) if text.len() <= LONGEST_LABEL => {
            let is_statement = text.split_once(':').is_some_and(|(_, rest)| !rest.trim().is_empty());
            (!is_statement).then_some(text.as_str())
        }
        _ => None,
    }
}

/// The canonical columns the cells of a row name. A row with numbers or dates holds data.
fn columns_in(grid: &Grid, labels: &Labels, row: usize) -> BTreeSet<Column> {
    let mut found = BTreeSet::new();
    for (_, cell) in grid.filled(row) {
        match cell {
            Cell::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) => return BTreeSet::new(),
            Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => return BTreeSet::new(),
            _ => {}
        }
    }
    for (_, cell) in grid.filled(row) {
        if let Some(Label::Column(column)) = label(cell).and_then(|text| labels.find(text)) {
            found.insert(column);
        }
    }
    found
}

/// Whether a row above the anchor holds headings over sub-columns. A title may hold any word, so only whole
/// labels count.
fn is_group_row(grid: &Grid, labels: &Labels, row: usize) -> bool {
    let known = |cell: &Cell| label(cell).is_some_and(|text| labels.is_whole(text));
    grid.filled(row).all(|(_, cell)| label(cell).is_some()) && grid.filled(row).any(|(_, cell)| known(cell))
}

/// Whether a merge that begins in the header reaches down to `row`.
fn reaches(grid: &Grid, top: usize, bottom: usize, row: usize) -> bool {
    grid.merges.iter().any(|merge| {
        let (first, last) = (merge.top as usize, merge.bottom as usize);
        (top..=bottom).contains(&first)
            && (row..top + MOST_ROWS).contains(&last)
            && *grid.cell(first, merge.left as usize) != Cell::Empty
    })
}

/// Whether a row below the anchor holds sub-columns: only labels, none of them below the name or the number.
fn is_sub_row(grid: &Grid, labels: &Labels, anchor: usize, row: usize) -> bool {
    let above = |column: usize| {
        let own = label(grid.cell(anchor, column));
        own.or_else(|| (0..column).rev().find_map(|left| label(grid.cell(anchor, left))))
    };
    let mut known = false;
    for (column, cell) in grid.filled(row) {
        let (Some(text), Some(above)) = (label(cell), above(column)) else {
            return false;
        };
        let parent = match labels.find(above) {
            Some(Label::Column(Column::Number)) => return false,
            Some(Label::Column(parent)) => Some(parent),
            Some(Label::Group | Label::Other) | None => None,
        };
        let own = labels.find(text);
        let under = parent.and_then(|parent| labels.find_under(parent, text));
        let names = [Column::FullName, Column::FamilyName, Column::GivenName];
        if own.is_none() && parent.is_some_and(|parent| names.contains(&parent)) {
            return false;
        }
        known |= own.is_some() || under.is_some();
    }
    known
}

/// `1 2 3 …`, `(1) (2) …`, `A B 1 2 …`, `(5)=(3)+(4)`.
fn is_number_row(grid: &Grid, row: usize) -> bool {
    let mut cells = 0;
    let mut numbers = 0;
    for (_, cell) in grid.filled(row) {
        cells += 1;
        match cell {
            Cell::Number(number) if (0.0..100.0).contains(number) && number.fract() == 0.0 => numbers += 1,
            Cell::Text(text) if is_column_number(text) => numbers += 1,
            Cell::Text(text) if text.chars().count() == 1 && text.chars().all(char::is_alphabetic) => {}
            _ => return false,
        }
    }
    cells > 2 && numbers > 1
}

fn is_column_number(text: &str) -> bool {
    let formula = |c: char| matches!(c, '(' | ')' | '[' | ']' | '=' | '+' | '-' | '*' | '/' | ' ');
    text.len() <= 16
        && text.chars().all(|c| c.is_ascii_digit() || formula(c))
        && text.split(formula).all(|digits| digits.len() < 3)
        && text.chars().any(|c| c.is_ascii_digit())
}

/// The label texts over each column, from the outermost heading to the sub-column.
struct Paths<'g> {
    grid: &'g Grid,
    top: usize,
    bottom: usize,
    width: usize,
    /// Where the text of a merged cell stands.
    origins: HashMap<(usize, usize), (usize, usize)>,
}

impl<'g> Paths<'g> {
    fn new(grid: &'g Grid, top: usize, bottom: usize) -> Self {
        let width = (top..=bottom).filter_map(|row| grid.rows.get(row)).map(Vec::len).max().unwrap_or(0);
        let mut origins = HashMap::new();
        // Merges do not overlap in a sane sheet, so together they cover each cell once at most.
        let mut budget = width * (bottom + 1 - top);
        for merge in &grid.merges {
            let origin = (merge.top as usize, merge.left as usize);
            if origin.0 < top || origin.0 > bottom {
                continue;
            }
            for row in origin.0..=(merge.bottom as usize).min(bottom) {
                for column in origin.1..(merge.right as usize).saturating_add(1).min(width) {
                    if budget == 0 {
                        break;
                    }
                    budget -= 1;
                    origins.insert((row, column), origin);
                }
            }
        }
        Self { grid, top, bottom, width, origins }
    }

    /// Where the label of a header cell stands: itself, its merge, or the heading to its left that it and the
    /// heading's own sub-column share.
    fn origin(&self, row: usize, column: usize) -> (usize, usize) {
        let origin = self.origins.get(&(row, column)).copied().unwrap_or((row, column));
        let splits = |column: usize| self.split_below(row, column);
        if *self.grid.cell(origin.0, origin.1) != Cell::Empty || origin != (row, column) || !splits(column) {
            return origin;
        }
        let left = (0..column).rev().take_while(|left| splits(*left));
        let heading = left.map(|left| self.origins.get(&(row, left)).copied().unwrap_or((row, left)));
        let mut heading = heading.skip_while(|(row, left)| *self.grid.cell(*row, *left) == Cell::Empty);
        // A merged heading says itself how far it reaches.
        heading.next().filter(|found| !self.origins.contains_key(found)).unwrap_or(origin)
    }

    fn split_below(&self, row: usize, column: usize) -> bool {
        (row + 1..=self.bottom).any(|below| {
            self.origins.get(&(below, column)).is_none_or(|origin| origin.0 > row)
                && *self.grid.cell(below, column) != Cell::Empty
        })
    }

    fn of(&self, column: usize) -> Vec<&'g str> {
        let mut path: Vec<&str> = Vec::new();
        for row in self.top..=self.bottom {
            let origin = self.origin(row, column);
            if let Some(text) = label(self.grid.cell(origin.0, origin.1))
                && path.last() != Some(&text)
            {
                path.push(text);
            }
        }
        path
    }
}

/// The canonical column of a path: the sub-column's own label, read in the light of its headings; a label
/// without meaning of its own takes the heading's.
fn decide(labels: &Labels, path: &[&str]) -> Option<Column> {
    let (leaf, headings) = path.split_last()?;
    let heading = headings.iter().rev().find_map(|text| labels.find(text));
    let under = match heading {
        Some(Label::Column(parent)) => labels.find_under(parent, leaf),
        Some(Label::Group | Label::Other) | None => None,
    };
    let own = under.or_else(|| labels.find(leaf)).or_else(|| {
        let joined = headings.last().map(|heading| format!("{heading} {leaf}"))?;
        labels.find(&joined).filter(|_| heading.is_none())
    });
    match own.or(heading)? {
        Label::Column(column) => Some(column),
        Label::Group | Label::Other => None,
    }
}

/// Where a second number column stands that has names of its own: the list goes on beside itself.
fn begins_anew(columns: &BTreeMap<Column, Vec<usize>>) -> Option<usize> {
    let at = |column| columns.get(&column).map_or(&[][..], Vec::as_slice);
    let second = *at(Column::Number).get(1)?;
    let named = |side: &dyn Fn(usize) -> bool| {
        let full = at(Column::FullName).iter().any(|at| side(*at));
        full || [Column::FamilyName, Column::GivenName]
            .iter()
            .all(|part| at(*part).iter().any(|at| side(*at)))
    };
    (named(&|at| at < second) && named(&|at| at > second)).then_some(second)
}

/// Columns below a header of passwords, in a sheet where nobody's names were found.
pub(super) fn password_columns(grid: &Grid, labels: &Labels) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for row in 0..grid.rows.len() {
        for (column, cell) in grid.filled(row) {
            if label(cell).and_then(|text| labels.find(text)) == Some(Label::Column(Column::Password)) {
                found.entry(column).or_insert(row);
            }
        }
    }
    found
}

/// The first name column counts, with the columns merged under the same label (family name in one, given name
/// in the next). A given name alone is how some lists call the full one.
fn keep_one_name(paths: &Paths<'_>, columns: &mut BTreeMap<Column, Vec<usize>>) {
    if let Some(names) = columns.get_mut(&Column::FullName) {
        let origin = |column: usize| {
            (paths.top..=paths.bottom)
                .map(|row| paths.origin(row, column))
                .find(|(row, column)| label(paths.grid.cell(*row, *column)).is_some())
        };
        let first = names.first().copied().and_then(origin);
        names.retain(|column| origin(*column) == first);
    } else if !columns.contains_key(&Column::FamilyName)
        && let Some(given) = columns.remove(&Column::GivenName)
    {
        columns.insert(Column::FullName, given.into_iter().take(1).collect());
    }
}
