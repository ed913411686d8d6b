//! Departure: the answer to our template's question whether somebody whom a roster did not list has left.

use super::grid::text;
use super::notes::Notes;
use super::person::Person;
use super::sheet::Cell;
use super::value::flag;
use crate::model::finding::FindingCode;
use crate::model::name::ascii;
use crate::model::record::Status;
use crate::model::roster::Column;

/// What stands in the column.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// Nobody was asked.
    NotAsked,
    Yes,
    No,
    /// As we sent it.
    Unanswered,
    Unclear,
}

impl Person<'_> {
    /// The standing with the answer heard, and whether it confirms that the person has left. `None` where the
    /// question is open: the row then says nothing of the person, neither that he or she is there nor that not.
    pub(super) fn departure(
        &self,
        status: Option<Status>,
        notes: &mut Notes,
    ) -> Option<(Option<Status>, bool)> {
        let Some((at, cell)) = self.cell(Column::Departed) else { return Some((status, false)) };
        let mut unclear = || notes.cell(self.row, at, FindingCode::StatusUnclear);
        match (answer(cell), status) {
            (Answer::NotAsked, status) => Some((status, false)),
            (Answer::Yes, Some(status)) if status.leaves() => Some((Some(status), true)),
            (Answer::Yes, Some(Status::Active) | None) if self.cell(Column::Status).is_none() => {
                Some((Some(Status::Resigned), true))
            }
            (Answer::Yes, Some(Status::Transferred)) => Some((status, false)),
            (Answer::No, status) if !status.is_some_and(goes) => Some((status, false)),
            // The two columns contradict each other: nothing is taken away.
            (Answer::Yes | Answer::No, _) => {
                unclear();
                Some((status.filter(|status| !goes(*status)), false))
            }
            (Answer::Unanswered, _) => {
                notes.cell(self.row, at, FindingCode::DepartureUnanswered);
                None
            }
            (Answer::Unclear, _) => {
                unclear();
                None
            }
        }
    }
}

fn goes(status: Status) -> bool {
    status.leaves() || status == Status::Transferred
}

fn answer(cell: &Cell) -> Answer {
    if flag::is_ticked(cell) {
        return Answer::Yes;
    }
    let Some(text) = text(cell) else { return Answer::NotAsked };
    match ascii(text.trim()).trim_end_matches('.') {
        "dung" | "da nghi" | "da nghi viec" => Answer::Yes,
        "khong" | "sai" | "khong dung" | "van lam viec" | "dang cong tac" => Answer::No,
        "chua tra loi" => Answer::Unanswered,
        _ => Answer::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_a_few_words() {
        for (said, expected) in [
            ("Đúng", Answer::Yes),
            ("ĐÚNG", Answer::Yes),
            ("x", Answer::Yes),
            ("Không", Answer::No),
            ("không đúng", Answer::No),
            ("Chưa trả lời", Answer::Unanswered),
            ("Đúng/Không", Answer::Unclear),
            ("?", Answer::Unclear),
        ] {
            assert_eq!(answer(&Cell::Text(said.into())), expected, "{said}");
        }
        assert_eq!(answer(&Cell::Empty), Answer::NotAsked);
    }
}
