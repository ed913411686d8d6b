//! An excerpt: some rows of one sheet as the reader saw them, for a person to look at. Text is cleaned and decoded; what
//! stands below a heading of passwords is in none.

use super::grid::{self, Grid};
use super::header::password_columns;
use super::mapping::Mapping;
use super::notes::Notes;
use super::sheet::{Book, Cell, Sheet};
use serde::{Deserialize, Serialize};

/// So many columns are shown; the widest roster met has 40.
pub const WIDEST: usize = 60;

/// So many characters of a cell are shown; longer ones are cut, with an ellipsis.
const LONGEST: usize = 300;

/// Which rows of which sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The sheet's name; the first one where there is none of that name.
    pub sheet: Option<String>,
    /// The first row, from 1; beyond the end it is the last page that is given.
    pub from: u32,
    /// How many rows at most.
    pub rows: u32,
}

/// Some rows of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Every sheet of the workbook that is read, in order.
    pub sheets: Vec<Overview>,
    /// Which of them the rows are of.
    pub sheet: usize,
    /// How many columns hold something, anywhere in the sheet.
    pub width: usize,
    /// The first row that was given, from 1.
    pub from: u32,
    /// The rows, in order, each with its cells as text; rows may differ in length.
    pub rows: Vec<Line>,
}

/// A sheet among the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Its name.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// How many rows it has.
    pub rows: u32,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whether it is hidden in the file.
    pub hidden: bool,
    /// What stands in its cells, from column A on.
    pub cells: Vec<String>,
}

/// The rows of `book` that are wanted; `None` where it has no sheet.
pub fn excerpt(book: &Book, mapping: &Mapping, wanted: &Wanted) -> Option<Excerpt> {
    let named = wanted.sheet.as_ref().and_then(|name| book.sheets.iter().position(|one| one.name == *name));
    let at = named.unwrap_or(0);
    let sheet = book.sheets.get(at)?;
    let mut grid = Grid::new(sheet, mapping, &mut Notes::on(&sheet.name));
    for (column, row) in password_columns(&grid, &mapping.labels) {
        grid.forget(row + 1..grid.rows.len(), column);
    }
    let length =
        |row: &Vec<Cell>| row.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1);
    let width = grid.rows.iter().map(length).max().unwrap_or(0);
    let (rows, count) = (wanted.rows.max(1), number(grid.rows.len()));
    let last = count.saturating_sub(1) / rows * rows + 1;
    let from = wanted.from.clamp(1, last);
    let lines =
        (from - 1..(from - 1).saturating_add(rows).min(count)).map(|row| line(sheet, &grid, row as usize));
    Some(Excerpt {
        sheets: book
            .sheets
            .iter()
            .map(|one| Overview { name: one.name.clone(), hidden: one.hidden, rows: number(one.rows.len()) })
            .collect(),
        sheet: at,
        width,
        from,
        rows: lines.collect(),
    })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn line(sheet: &Sheet, grid: &Grid, row: usize) -> Line {
    let cells = grid.rows[row].iter().take(WIDEST).map(text).collect();
    Line { hidden: sheet.hidden_rows.covers(row), cells }
}

fn text(cell: &Cell) -> String {
    let text = match cell {
        Cell::Error(text) => text.clone(),
        Cell::Bool(truth) => truth.to_string(),
        other => grid::text(other).unwrap_or_default().into_owned(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Book {
        let row = |cells: &[&str]| cells.iter().map(|one| Cell::Text((*one).to_owned())).collect::<Vec<_>>();
        let mut rows = vec![row(&["Họ và tên", "Mật khẩu", "Chức vụ"])];
        rows.extend((2..=250).map(|at| row(&[&format!("Nguyễn  Văn {at}"), "bí mật", "x"])));
        let sheet = |name: &str, rows| Sheet { name: name.to_owned(), rows, ..Sheet::default() };
        Book { sheets: vec![sheet("Một", vec![row(&[""])]), sheet("Hai", rows)] }
    }

    fn of(sheet: Option<&str>, from: u32) -> Excerpt {
        let mapping = Mapping::embedded().unwrap();
        let wanted = Wanted { sheet: sheet.map(str::to_owned), from, rows: 100 };
        excerpt(&book(), &mapping, &wanted).unwrap()
    }

    #[test]
    fn a_page_of_rows_is_given_and_never_one_beyond_the_end() {
        let page = of(Some("Hai"), 101);
        assert_eq!((page.sheet, page.from, page.rows.len(), page.width), (1, 101, 100, 3));
        assert_eq!(page.rows[0].cells[0], "Nguyễn Văn 101", "cleaned as it was read");
        assert_eq!(page.sheets[1].rows, 250);
        let last = of(Some("Hai"), 9_999);
        assert_eq!((last.from, last.rows.len()), (201, 50));
        let other = of(Some("Không có"), 1);
        assert_eq!((other.sheet, other.width), (0, 0));
        let empty = excerpt(
            &Book::default(),
            &Mapping::embedded().unwrap(),
            &Wanted { sheet: None, from: 1, rows: 9 },
        );
        assert_eq!(empty, None);
    }

    #[test]
    fn passwords_and_endless_cells_do_not_leave_the_reader() {
        let page = of(Some("Hai"), 1);
        assert_eq!(page.rows[0].cells[1], "Mật khẩu");
        assert!(!format!("{page:?}").contains("bí mật"));
        assert_eq!(text(&Cell::Text("ă".repeat(5_000))).chars().count(), LONGEST + 1);
        assert_eq!(text(&Cell::Error("#N/A".into())), "#N/A");
    }
}
