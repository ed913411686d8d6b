//! Leaked: the addresses and domains in a leak list, whatever form it has. Of a row counts the first address, and what
//! a headed column says of the day and the site; everything else may be a password and is not looked at again.

use super::sheet::{Book, Cell};
use crate::model::leak::{LeakEntry, LeakKind};
use crate::model::name::ascii;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Headers of the column with the day of the leak.
const DAY: &[&str] =
    &["ngay", "ngay lo", "ngay lo lot", "thoi diem", "date", "leak date", "breach date", "leaked"];

/// Headers of the column with the site.
const SITE: &[&str] = &["nguon", "trang", "trang web", "website", "site", "source", "breach", "domain nguon"];

/// The longest name of a site that is kept, in characters.
const LONGEST_SITE: usize = 60;

/// The entries of a list written as text: an address or domain a line, or separated by commas, semicolons or tabs.
pub fn in_text(text: &str) -> Vec<LeakEntry> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: &char| first.matches(*separator).count();
    let separator = ['\t', ';', ','].into_iter().max_by_key(count).filter(|one| count(one) > 0);
    // Quotes group nothing: a password with a lone one would swallow the lines after it.
    let cells = |line: &str| match separator {
        Some(separator) => {
            line.split(separator).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
        }
        None => vec![line.trim().to_owned()],
    };
    entries(text.lines().map(cells))
}

/// The entries in every sheet of a workbook, hidden ones included.
pub fn in_book(book: &Book) -> Vec<LeakEntry> {
    let mut all = Vec::new();
    for sheet in &book.sheets {
        all.extend(entries(sheet.rows.iter().map(|row| row.iter().map(text).collect())));
    }
    once_each(all)
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Date(time) => time.date().to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Empty | Cell::Error(_) | Cell::Bool(_) => String::new(),
    }
}

/// Where the headed columns lie.
#[derive(Default)]
struct Columns {
    day: Option<usize>,
    site: Option<usize>,
}

fn entries(rows: impl Iterator<Item = Vec<String>>) -> Vec<LeakEntry> {
    let mut columns = Columns::default();
    let mut found = Vec::new();
    for row in rows {
        let at = |names: &[&str]| row.iter().position(|cell| names.contains(&ascii(cell.trim()).as_str()));
        let address = row.iter().find_map(|cell| address_in(cell));
        let (kind, value) = match (address, domain_of(&row)) {
            (Some(address), _) => (LeakKind::Address, address),
            (None, Some(domain)) => (LeakKind::Domain, domain),
            (None, None) => {
                if let (day, site) = (at(DAY), at(SITE))
                    && (day.is_some() || site.is_some())
                {
                    columns = Columns { day, site };
                }
                continue;
            }
        };
        let cell = |column: Option<usize>| row.get(column?).map(|text| text.trim());
        found.push(LeakEntry {
            kind,
            value,
            leaked: cell(columns.day).and_then(day),
            site: cell(columns.site).and_then(site).or_else(|| row.iter().find_map(|cell| host(cell))),
        });
    }
    once_each(found)
}

/// Every address and domain once. One without a day counts from the import on: it is the stricter one, and stays.
fn once_each(found: Vec<LeakEntry>) -> Vec<LeakEntry> {
    let mut all: BTreeMap<(LeakKind, String), LeakEntry> = BTreeMap::new();
    for entry in found {
        let key = (entry.kind, entry.value.clone());
        let newer = |had: &LeakEntry| match (had.leaked, entry.leaked) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(had), Some(day)) => had < day,
        };
        if all.get(&key).is_none_or(newer) {
            all.insert(key, entry);
        }
    }
    all.into_values().collect()
}

/// The first address in `text`, lower case.
fn address_in(text: &str) -> Option<String> {
    text.match_indices('@').find_map(|(at, _)| {
        let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
        let is_domain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let local = before.rsplit(|c: char| !is_local(c)).next()?.trim_start_matches('.');
        let name = after.split(|c: char| !is_domain(c)).next()?.trim_end_matches(['.', '-']);
        let address = format!("{local}@{name}").to_lowercase();
        (!local.is_empty() && is_domain_name(name)).then_some(address)
    })
}

/// The domain that a row is about: it stands alone, or beside numbers and days.
fn domain_of(row: &[String]) -> Option<String> {
    let words = row.iter().flat_map(|cell| cell.split_whitespace());
    let is_figure = |word: &&str| word.chars().all(|c| c.is_ascii_digit() || "./-,:".contains(c));
    let mut other = words.filter(|word| !is_figure(word));
    let (word, None) = (other.next()?, other.next()) else { return None };
    let name = word.trim_start_matches(['*', '@', '.']).to_lowercase();
    is_domain_name(&name).then_some(name)
}

fn is_domain_name(text: &str) -> bool {
    let fits = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(fits)
        && last.len() > 1
        && last.chars().all(|c| c.is_ascii_alphabetic())
}

/// The site that an address of a page names, as lists of stolen sign-ins have it before the login.
fn host(cell: &str) -> Option<String> {
    let (_, rest) = cell.split_once("://")?;
    site(rest.split(['/', ':', '?', '#', ' ']).next()?)
}

/// A site's name, plain enough to stand in a letter.
fn site(text: &str) -> Option<String> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
    let plain = |c: char| c.is_alphanumeric() || " .-_".contains(c);
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_SITE && text.chars().all(plain);
    fits.then(|| text.to_owned())
}

/// A day as lists write it.
fn day(text: &str) -> Option<NaiveDate> {
    let date = text.split([' ', 'T']).next()?;
    let read = |form| NaiveDate::parse_from_str(date, form).ok();
    ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"].into_iter().find_map(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let word = |one: LeakEntry| {
            let day = one.leaked.map(|day| format!(" {day}")).unwrap_or_default();
            let site = one.site.map(|site| format!(" {site}")).unwrap_or_default();
            format!("{} {}{day}{site}", one.kind, one.value)
        };
        in_text(text).into_iter().map(word).collect()
    }

    #[test]
    fn of_a_line_only_the_address_counts_and_never_the_password() {
        assert_eq!(
            said(
                "AnNV@tinh.gov.vn:B@m.t-1\r\n\nbinh@tinh.gov.vn|x y\nhttps://shop.vn/login:cuc@tinh.gov.vn:pw@a.vn\n"
            ),
            ["address annv@tinh.gov.vn", "address binh@tinh.gov.vn", "address cuc@tinh.gov.vn shop.vn"]
        );
    }

    #[test]
    fn a_domain_counts_where_it_stands_alone_or_with_figures() {
        assert_eq!(
            said("gov.vn 1056\n@tinh.gov.vn\nmatkhau.abc xyz\nkhông có gì\n12.5\n"),
            ["domain gov.vn", "domain tinh.gov.vn"]
        );
    }

    #[test]
    fn a_day_counts_under_a_header_only_because_birthdays_are_passwords() {
        assert_eq!(
            said(
                "Email;Mật khẩu;Ngày lộ;Nguồn\nan@t.vn;01/01/1990;26/12/2017;dien dan X\nbinh@t.vn;02/02/1991;;\n"
            ),
            ["address an@t.vn 2017-12-26 dien dan X", "address binh@t.vn"]
        );
        assert_eq!(said("an@t.vn;01/01/1990\n"), ["address an@t.vn"]);
    }

    #[test]
    fn an_address_that_comes_twice_counts_by_its_strictest_day() {
        let header = "email,date\n";
        assert_eq!(
            said(&format!("{header}an@t.vn,2017-01-01\nan@t.vn,2018-01-01\n")),
            ["address an@t.vn 2018-01-01"]
        );
        assert_eq!(said(&format!("{header}an@t.vn,2017-01-01\nan@t.vn,\n")), ["address an@t.vn"]);
    }

    #[test]
    fn a_lone_quote_in_a_password_swallows_nobody() {
        assert_eq!(said("an@t.vn,\"x\nbinh@t.vn,y\n"), ["address an@t.vn", "address binh@t.vn"]);
    }
}
