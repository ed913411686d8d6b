//! Citizen IDs in a cell: Excel drops leading zeros; they are put back only where birth year and gender prove it.

use crate::model::citizen::CitizenId;
use crate::model::finding::FindingCode;
use crate::model::person::{Birth, Gender};
use crate::roster::sheet::Cell;
use std::collections::BTreeSet;

/// What a citizen ID cell says and what there is to tell about it.
#[derive(Debug, PartialEq, Eq, Default)]
pub(in crate::roster) struct ReadCitizen {
    /// The ID, where there is one.
    pub(in crate::roster) id: Option<CitizenId>,
    /// What was wrong or repaired.
    pub(in crate::roster) findings: Vec<FindingCode>,
}

/// Reads a cell, held against what the same row says of birth and gender. `places` are the known codes.
pub(in crate::roster) fn read(
    cell: &Cell,
    birth: Option<Birth>,
    gender: Option<Gender>,
    places: &BTreeSet<String>,
) -> ReadCitizen {
    let refused = |code| ReadCitizen { id: None, findings: vec![code] };
    let digits = match cell {
        Cell::Empty | Cell::Error(_) => return ReadCitizen::default(),
        // A mask is what rosterd shows instead of the ID: it comes back in a template and means unchanged.
        Cell::Text(text) if text.contains(['*', '•']) => return ReadCitizen::default(),
        Cell::Text(text) if is_scientific(text) => return refused(FindingCode::CitizenIdLost),
        Cell::Text(text) => match digits(text) {
            Some(digits) => digits,
            None => return refused(FindingCode::BadCitizenId),
        },
        Cell::Number(number) if (1e7..1e12).contains(number) && number.fract() == 0.0 => format!("{number}"),
        Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => return refused(FindingCode::BadCitizenId),
    };
    let (padded, restored) = match digits.len() {
        9 | 12 => (digits, false),
        8 => (format!("{digits:0>9}"), true),
        10 | 11 => (format!("{digits:0>12}"), true),
        _ => return refused(FindingCode::BadCitizenId),
    };
    let Some(id) = CitizenId::parse(&padded) else {
        return refused(FindingCode::BadCitizenId);
    };
    let year_agrees = id.birth_year().zip(birth).map(|(stated, birth)| stated == birth.year());
    let gender_agrees = id.gender().zip(gender).map(|(stated, gender)| stated == gender);
    let known_place = id.place().is_none_or(|place| places.contains(place));
    let mut findings = Vec::new();
    if restored {
        let proven = year_agrees == Some(true) && gender_agrees != Some(false) && known_place;
        if padded.len() == 12 && !proven {
            return refused(FindingCode::CitizenIdLost);
        }
        findings.push(FindingCode::CitizenIdRestored);
    }
    if year_agrees == Some(false) || gender_agrees == Some(false) {
        findings.push(FindingCode::CitizenIdDisagrees);
    }
    if !known_place {
        findings.push(FindingCode::CitizenIdPlace);
    }
    ReadCitizen { id: Some(id), findings }
}

/// `7.9E+10`: the last digits are gone for good.
fn is_scientific(text: &str) -> bool {
    let number = text.trim().replace(',', ".");
    number.contains(['e', 'E']) && number.parse::<f64>().is_ok()
}

/// The digits of an ID written alone, or the first group long enough where more is written ("… ngày cấp …").
fn digits(text: &str) -> Option<String> {
    let alone: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\'' | '`' | '\n')).collect();
    if !alone.is_empty() && alone.bytes().all(|b| b.is_ascii_digit()) && alone.len() <= 12 {
        return Some(alone);
    }
    let groups = || text.split(|c: char| !c.is_ascii_digit());
    [12, 9].iter().find_map(|length| groups().find(|group| group.len() == *length)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FindingCode::{BadCitizenId, CitizenIdDisagrees, CitizenIdLost, CitizenIdPlace, CitizenIdRestored};

    fn read_one(
        cell: &Cell,
        year: Option<i32>,
        gender: Option<Gender>,
    ) -> (Option<String>, Vec<FindingCode>) {
        let places = crate::roster::mapping::Mapping::embedded().unwrap().places;
        let read = read(cell, year.map(Birth::Year), gender, &places);
        (read.id.map(|id| id.reveal().to_owned()), read.findings)
    }

    fn text(text: &str) -> (Option<String>, Vec<FindingCode>) {
        read_one(&Cell::Text(text.into()), None, None)
    }

    #[test]
    fn leading_zeros_are_put_back_where_birth_year_and_gender_prove_it() {
        let lost = Cell::Number(2_088_975_940.0);
        let whole = Some("002088975940".to_owned());
        assert_eq!(read_one(&lost, Some(1988), Some(Gender::Male)), (whole.clone(), vec![CitizenIdRestored]));
        assert_eq!(read_one(&lost, Some(1988), None), (whole, vec![CitizenIdRestored]));
        assert_eq!(read_one(&lost, Some(1988), Some(Gender::Female)), (None, vec![CitizenIdLost]));
        assert_eq!(read_one(&lost, Some(1989), None), (None, vec![CitizenIdLost]));
        assert_eq!(read_one(&lost, None, None), (None, vec![CitizenIdLost]));
    }

    #[test]
    fn an_old_cmnd_keeps_its_nine_digits() {
        assert_eq!(text("123 456 789"), (Some("123456789".into()), vec![]));
        assert_eq!(
            read_one(&Cell::Number(23_456_789.0), None, None),
            (Some("023456789".into()), vec![CitizenIdRestored])
        );
    }

    #[test]
    fn an_id_is_found_beside_its_date_of_issue() {
        assert_eq!(text("022201921394, cấp ngày 05/06/2021"), (Some("022201921394".into()), vec![]));
        assert_eq!(text("123456789\nngày cấp 01/01/2010"), (Some("123456789".into()), vec![]));
    }

    #[test]
    fn scientific_notation_is_refused() {
        assert_eq!(text("7.9E+10"), (None, vec![CitizenIdLost]));
        assert_eq!(text("3,8E+10"), (None, vec![CitizenIdLost]));
    }

    #[test]
    fn a_mask_means_unchanged() {
        assert_eq!(text("*********394"), (None, vec![]));
        assert_eq!(text("•••••••••394"), (None, vec![]));
    }

    #[test]
    fn disagreement_and_unknown_places_are_said() {
        let id = Cell::Text("022201921394".into());
        assert_eq!(read_one(&id, Some(1999), None).1, [CitizenIdDisagrees]);
        assert_eq!(read_one(&id, Some(2001), Some(Gender::Female)).1, [CitizenIdDisagrees]);
        assert_eq!(text("103201921394").1, [CitizenIdPlace]);
        assert_eq!(text("12345"), (None, vec![BadCitizenId]));
        assert_eq!(text("không nhớ"), (None, vec![BadCitizenId]));
    }
}
