//! Text: a scenario file as blocks, each a line at the margin with the indented lines under it; tables in them.

use std::collections::BTreeMap;

/// What is wrong in a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line, from 1.
    pub line: usize,
    pub what: String,
}

/// Something wrong at `line`.
pub fn wrong<T>(line: usize, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { line, what: what.into() })
}

/// One line of a body, with its number.
pub type Line = (usize, String);

/// A line at the margin and what is indented under it.
#[derive(Debug)]
pub struct Block {
    pub line: usize,
    pub head: String,
    /// The indented lines without the two blanks that indent them.
    pub body: Vec<Line>,
}

/// Takes a file apart. Empty lines and lines that begin with `#` say nothing.
pub fn blocks(text: &str) -> Result<Vec<Block>, Wrong> {
    let mut blocks: Vec<Block> = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (at + 1, line.trim_end());
        if line.is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if line.contains('\t') {
            return wrong(number, "a tab: indent with two blanks");
        }
        match (line.strip_prefix("  "), blocks.last_mut()) {
            (Some(body), Some(block)) => block.body.push((number, body.to_owned())),
            (Some(_), None) => return wrong(number, "an indented line belongs under a line at the margin"),
            (None, _) if line.starts_with(' ') => return wrong(number, "indent with two blanks"),
            (None, _) => blocks.push(Block { line: number, head: line.to_owned(), body: Vec::new() }),
        }
    }
    Ok(blocks)
}

/// One row of a table: its filled cells by column.
#[derive(Debug)]
pub struct Row {
    pub line: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// The cell, unless it is empty.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The cell, which must be filled.
    pub fn must(&self, column: &str) -> Result<&str, Wrong> {
        match self.get(column) {
            Some(cell) => Ok(cell),
            None => wrong(self.line, format!("the column {column:?} must be filled")),
        }
    }

    /// A row with these cells.
    pub fn of(line: usize, cells: BTreeMap<String, String>) -> Self {
        Self { line, cells }
    }
}

/// Reads `| a | b |` lines, the first of which names columns out of `known`.
pub fn table(lines: &[&Line], known: &[&str]) -> Result<Vec<Row>, Wrong> {
    let Some(((number, header), rows)) = lines.split_first() else { return Ok(Vec::new()) };
    let columns = cells(*number, header)?;
    for column in &columns {
        if !known.contains(&column.as_str()) {
            return wrong(*number, format!("unknown column {column:?}; known are {}", known.join(", ")));
        }
    }
    rows.iter()
        .map(|(number, text)| {
            let cells = cells(*number, text)?;
            if cells.len() != columns.len() {
                let what = format!("{} cells under {} columns", cells.len(), columns.len());
                return wrong(*number, what);
            }
            let filled = columns.iter().cloned().zip(cells).filter(|(_, cell)| !cell.is_empty());
            Ok(Row { line: *number, cells: filled.collect() })
        })
        .collect()
}

fn cells(number: usize, text: &str) -> Result<Vec<String>, Wrong> {
    let inner = text.trim().strip_prefix('|').and_then(|text| text.strip_suffix('|'));
    match inner {
        Some(inner) => Ok(inner.split('|').map(|cell| cell.trim().to_owned()).collect()),
        None => wrong(number, "a row of a table begins and ends with '|'"),
    }
}

/// The text with the body of each block that begins in one of `lines` replaced.
pub fn with_bodies(text: &str, bodies: &BTreeMap<usize, Vec<String>>) -> String {
    let mut out = String::new();
    let mut replaced = false;
    for (at, line) in text.lines().enumerate() {
        let is_body = line.starts_with("  ") && !line.trim().is_empty();
        if replaced && is_body {
            continue;
        }
        replaced = false;
        out.push_str(line);
        out.push('\n');
        if let Some(body) = bodies.get(&(at + 1)) {
            for line in body {
                out.extend(["  ", line, "\n"]);
            }
            replaced = true;
        }
    }
    out
}
