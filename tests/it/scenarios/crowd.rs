//! A crowd: many invented people of one agency, by number, for brakes and bad lists.

use super::rosters::row_of;
use super::text::{Row, Wrong, wrong};
use rosterd::model::ids::AgencyCode;

const FAMILY: [&str; 10] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ"];
const MIDDLE: [&str; 11] =
    ["Văn", "Thị", "Minh", "Ngọc", "Thanh", "Quang", "Thu", "Đức", "Hữu", "Kim", "Xuân"];
const GIVEN: [&str; 13] =
    ["An", "Bình", "Cúc", "Dũng", "Giang", "Hà", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Sơn"];

/// What everybody of a crowd is; a position that gives no role.
pub const POSITION: &str = "Văn thư";

/// The login of number `n`.
pub fn login(agency: &AgencyCode, n: usize) -> String {
    format!("{agency}{n:03}")
}

/// The name of number `n`: no two of one agency share one, nor do small numbers of two agencies.
pub fn name(agency: &AgencyCode, n: usize) -> String {
    let n = n + seed(agency) % 50 * 25;
    format!("{} {} {}", FAMILY[n % 10], MIDDLE[n % 11], GIVEN[n % 13])
}

/// The phone of number `n`: no two share one.
pub fn phone(agency: &AgencyCode, n: usize) -> String {
    format!("09{:08}", seed(agency) * 10_000 + n)
}

fn seed(agency: &AgencyCode) -> usize {
    agency.as_str().bytes().fold(7, |seed, byte| (seed * 31 + usize::from(byte)) % 9_973)
}

/// The rows of `[AGENCY] FROM-TO[, COLUMN VALUE]...`. `phones of N` gives everybody the phone of the one N further
/// on, as a column that slipped does; `names of N` the same with names.
pub fn rows(line: usize, home: &AgencyCode, text: &str) -> Result<Vec<Row>, Wrong> {
    let mut parts = text.split(',').map(str::trim);
    let whom = parts.next().unwrap_or_default();
    let (agency, range) = match whom.split_once(' ') {
        Some((agency, range)) => {
            (AgencyCode::parse(agency).or_else(|error| wrong(line, error.to_string()))?, range)
        }
        None => (home.clone(), whom),
    };
    let bounds = range.split_once('-').map(|(from, to)| (from.trim().parse(), to.trim().parse()));
    let Some((Ok(from), Ok(to))) = bounds else {
        return wrong(line, "write \"crowd: 1-20\" or \"crowd: stc 1-20, status retired\"");
    };
    let changes: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once(' ')).collect();
    let slip = |what: &str| {
        let by =
            changes.iter().find(|(key, _)| *key == what).map(|(_, by)| by.trim_start_matches("of ").parse());
        match by {
            None => Ok(0_usize),
            Some(Ok(by)) => Ok(by),
            Some(Err(_)) => wrong(line, format!("write \"{what} of 1\"")),
        }
    };
    let (names, phones) = (slip("names")?, slip("phones")?);
    (from..=to)
        .map(|n: usize| {
            let mut cells = vec![
                ("full_name", name(&agency, n + names)),
                ("phone", phone(&agency, n + phones)),
                ("position", POSITION.to_owned()),
            ];
            for (column, value) in changes.iter().filter(|(key, _)| !["names", "phones"].contains(key)) {
                cells.retain(|(key, _)| key != column);
                if *value != "empty" {
                    cells.push((column, (*value).to_owned()));
                }
            }
            row_of(line, &cells)
        })
        .collect()
}
