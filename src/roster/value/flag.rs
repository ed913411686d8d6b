//! Ticks and genders.

use crate::model::name::ascii;
use crate::model::person::Gender;
use crate::roster::sheet::Cell;

/// Whether a cell of a column to tick is ticked.
pub(in crate::roster) fn is_ticked(cell: &Cell) -> bool {
    match cell {
        Cell::Bool(ticked) => *ticked,
        Cell::Number(number) => (*number - 1.0).abs() < f64::EPSILON,
        Cell::Text(text) => {
            matches!(
                ascii(text.trim()).as_str(),
                "x" | "v" | "1" | "co" | "✓" | "✔" | "√" | "☑" | "☒" | "■" | "●" | "+"
            )
        }
        Cell::Empty | Cell::Date(_) | Cell::Error(_) => false,
    }
}

/// The gender a cell states.
pub(in crate::roster) fn gender(text: &str) -> Option<Gender> {
    match ascii(text.trim()).as_str() {
        "nam" | "male" | "m" | "ong" => Some(Gender::Male),
        "nu" | "female" | "f" | "ba" => Some(Gender::Female),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_come_in_many_shapes() {
        for text in ["x", "X", "✓", "1", "Có", "√"] {
            assert!(is_ticked(&Cell::Text(text.into())), "{text}");
        }
        assert!(is_ticked(&Cell::Bool(true)) && is_ticked(&Cell::Number(1.0)));
        assert!(
            !is_ticked(&Cell::Text("không".into()))
                && !is_ticked(&Cell::Number(0.0))
                && !is_ticked(&Cell::Empty)
        );
    }

    #[test]
    fn genders() {
        assert_eq!(
            ["Nam", "NỮ", "nu", "khác"].map(gender),
            [Some(Gender::Male), Some(Gender::Female), Some(Gender::Female), None]
        );
    }
}
