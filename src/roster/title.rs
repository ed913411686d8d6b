//! A title: what stands above a header, and what the list says of itself there.

use super::grid::Grid;
use super::header::Header;
use super::mapping::{Form, Mapping, Words};
use super::sheet::Cell;
use super::standing::actions;
use super::text::{Said, flat, plain};
use super::value::date::mentions;
use crate::model::evidence::DocumentRef;
use crate::model::record::Action;
use crate::model::roster::{Column, Declared};
use chrono::NaiveDate;
use std::ops::Range;

/// What a list says of itself.
#[derive(Debug)]
pub(super) struct Title {
    /// What it is.
    pub(super) declared: Declared,
    /// The form it was recognised as.
    pub(super) form: Option<String>,
    /// The one action its title asks for.
    pub(super) action: Option<Action>,
    /// The agency it names.
    pub(super) agency: Option<String>,
    /// The one part of an agency it is about.
    pub(super) unit: Option<String>,
    /// The document behind it.
    pub(super) document: Option<DocumentRef>,
    /// The date it is of.
    pub(super) as_of: Option<NaiveDate>,
}

/// A line of a title: a cell's text, or one of its lines.
struct Line {
    row: usize,
    column: usize,
    text: String,
}

impl Title {
    /// Reads the rows above `header`, of which `rows` belong to it.
    pub(super) fn read(
        grid: &Grid,
        rows: Range<usize>,
        header: &Header,
        mapping: &Mapping,
        file_name: &str,
    ) -> Self {
        let words = &mapping.words;
        let lines: Vec<Line> = lines(grid, rows).filter(|line| !is_motto(&line.text, words)).collect();
        // What an agency is called says nothing about its list.
        let titles = lines.iter().filter(|line| !words.organisations.names_one(&line.text));
        let all = titles.map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ; ");
        let said = Said::new(&all).without(&words.declares.not_said);
        let form = mapping.forms.iter().find(|form| fits(form, &said, header));
        let name = lines.iter().find(|line| plain(&line.text).contains("danh sach"));
        let unit = name.and_then(|line| unit_in(&line.text, words));
        let asks = said.has_any(&words.declares.request) && said.has_any(&words.declares.request_about);
        let declared = declared(&said, asks, unit.is_some(), form, header, words);
        Self {
            declared,
            form: form.map(|form| form.id.clone()),
            action: (declared == Declared::Request).then(|| one_action(&lines, words)).flatten(),
            agency: agency(&lines, words),
            unit,
            document: document(&lines, words).or_else(|| document_in_name(file_name, words)),
            as_of: as_of(&lines, words),
        }
    }
}

fn lines(grid: &Grid, rows: Range<usize>) -> impl Iterator<Item = Line> {
    rows.flat_map(|row| grid.filled(row).map(move |(column, cell)| (row, column, cell))).flat_map(
        |(row, column, cell)| {
            let text = if let Cell::Text(text) = cell { text.as_str() } else { "" };
            text.lines()
                .map(move |line| Line { row, column, text: flat(line) })
                .filter(|line| !line.text.is_empty())
        },
    )
}

fn is_motto(text: &str, words: &Words) -> bool {
    Said::new(text).starts_any(&words.titles.motto)
}

fn fits(form: &Form, title: &Said, header: &Header) -> bool {
    let Form { id: _, title: groups, not, columns, without, headers, declares: _ } = form;
    let holds = |wanted: &str| header.labels.iter().any(|label| plain(label).contains(wanted));
    groups.iter().all(|group| title.has_any(group))
        && !title.has_any(not)
        && columns.iter().all(|column| header.has(*column))
        && !without.iter().any(|column| header.has(*column))
        && headers.iter().all(|phrase| holds(phrase.plain()))
}

/// What the list is: its title's word, else its header's, else its form's.
fn declared(
    title: &Said,
    asks: bool,
    one_unit: bool,
    form: Option<&Form>,
    header: &Header,
    words: &Words,
) -> Declared {
    let says = &words.declares;
    let has_action = header.columns.keys().any(|column| is_action(*column));
    let about_others = || {
        let other = |label: &String| {
            let label = Said::new(label);
            label.has_any(&says.some_people_headers)
        };
        header.labels.iter().any(other)
    };
    let declares = form.and_then(|form| form.declares);
    // Only our own template is a form of everybody; it has a column for requests too.
    if declares == Some(Declared::WholeAgency) {
        Declared::WholeAgency
    } else if has_action || asks || declares == Some(Declared::Request) {
        Declared::Request
    } else if title.has_any(&says.some_people) {
        Declared::SomePeople
    } else if title.has_any(&says.whole_agency) {
        Declared::WholeAgency
    } else if one_unit {
        Declared::SomePeople
    } else if title.has_any(&says.staff_list) {
        Declared::StaffList
    } else if about_others() {
        Declared::SomePeople
    } else if let Some(declared) = declares {
        declared
    } else if is_personnel(header) {
        Declared::StaffList
    } else {
        Declared::SomePeople
    }
}

/// Whether a column asks for something.
pub(super) fn is_action(column: Column) -> bool {
    matches!(
        column,
        Column::Action
            | Column::ActionCreate
            | Column::ActionChange
            | Column::ActionSuspend
            | Column::ActionRevoke
            | Column::ActionReset
    )
}

/// A personnel form without a title: it knows each person's code, birth and position.
fn is_personnel(header: &Header) -> bool {
    let has = |column| header.has(column);
    let born = has(Column::BirthDate) || has(Column::BirthMale) || has(Column::BirthFemale);
    has(Column::StaffCode) && born && (has(Column::Position) || has(Column::PositionAndUnit))
}

/// The part of an agency a list's name is about: "Danh sách viên chức Phòng Đào tạo". A part named after its
/// agency, or an agency, is none.
fn unit_in(text: &str, words: &Words) -> Option<String> {
    let parts: Vec<&str> = text.split(' ').collect();
    let organisations = &words.organisations;
    let begins = |at: &usize| {
        let rest = parts[*at..].join(" ");
        let leads = plain(parts[at - 1]);
        // "Trưởng phòng" and "cán bộ, công chức ban …" aside, a part is named after the people it holds.
        !matches!(leads.as_str(), "truong" | "pho" | "van" | "to") && organisations.names_unit(&rest)
    };
    let named = |at: &usize| organisations.names_agency(&parts[*at..].join(" "));
    let first = (1..parts.len()).find(|at| begins(at) || named(at))?;
    if named(&first) {
        return None;
    }
    let end = (first + 1..parts.len())
        .find(|at| {
            named(at)
                || matches!(parts[*at], "-" | "–") && parts.get(at + 1).is_some_and(|_| named(&(at + 1)))
        })
        .unwrap_or(parts.len());
    let unit = cut(&parts[first..end].join(" "));
    let unit = unit.trim_end_matches(" thuộc").trim_end_matches(" THUỘC");
    Some(organisations.official_case(unit))
}

/// `text` up to a parenthesis or a date.
fn cut(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        let bare = plain(word);
        let dated = matches!(bare.as_str(), "nam" | "thang" | "ngay" | "tinh")
            && matches!(word.to_lowercase().as_str(), "năm" | "tháng" | "ngày" | "tính");
        if word.starts_with(['(', ';']) || dated {
            break;
        }
        kept.push(word);
    }
    kept.join(" ").trim_end_matches([',', '.', ':', '-', '–', ' ']).to_owned()
}

/// The agency at the top left, the lowest of its lines; else the one the title names.
fn agency(lines: &[Line], words: &Words) -> Option<String> {
    let organisations = &words.organisations;
    let corner = lines.first().map(|line| (line.row, line.column));
    let in_corner = |line: &&Line| {
        let near = corner.is_some_and(|(row, column)| line.row <= row + 3 && line.column <= column + 1);
        near && !is_basis(&line.text, words)
    };
    let mut found: Option<(bool, String)> = None;
    for line in lines.iter().filter(in_corner) {
        let is_agency = organisations.names_agency(&line.text);
        if is_agency || (organisations.names_unit(&line.text) && !matches!(found, Some((true, _)))) {
            found = Some((is_agency, cut(&line.text)));
        } else if let Some((_, agency)) = &mut found
            && Said::new(&line.text).starts_any(&organisations.levels)
        {
            // "ỦY BAN NHÂN DÂN" over "XÃ TÂN LẬP".
            *agency = format!("{agency} {}", cut(&line.text));
        }
    }
    if let Some((_, agency)) = found {
        return Some(agency);
    }
    lines.iter().find_map(|line| {
        let parts: Vec<&str> = line.text.split(' ').collect();
        let words = (0..parts.len()).filter(|at| parts[*at].starts_with(char::is_alphanumeric));
        let at = words.into_iter().find(|at| organisations.names_agency(&parts[*at..].join(" ")))?;
        Some(cut(&parts[at..].join(" "))).filter(|text| !text.is_empty())
    })
}

/// The one action the title asks for: of its lines together, documents left out.
fn one_action(lines: &[Line], words: &Words) -> Option<Action> {
    let titles = lines.iter().filter(|line| !is_basis(&line.text, words));
    let text = titles.map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ; ");
    let asked = actions(&text, words);
    (asked.len() == 1).then(|| asked.first().copied()).flatten()
}

fn is_basis(text: &str, words: &Words) -> bool {
    Said::new(text).has_any(&words.titles.basis)
}

/// `Công văn số 626/CV-VP ngày 05 tháng 11 năm 2026`; a form's legal basis is no document of the list.
fn document(lines: &[Line], words: &Words) -> Option<DocumentRef> {
    lines.iter().filter(|line| !is_basis(&line.text, words)).find_map(|line| {
        let text = line.text.replace(" /", "/").replace("/ ", "/");
        let parts: Vec<&str> = text.split(' ').collect();
        let at = parts.iter().position(|word| number_of(word).is_some())?;
        let number = number_of(parts[at]);
        let date = mentions(&text).into_iter().find(|mention| mention.word > at).map(|mention| mention.date);
        // "Số: 12/BC-VP" in the corner; its date then stands on the right.
        let date = date.or_else(|| {
            let beside =
                lines.iter().filter(|other| other.row.abs_diff(line.row) <= 1 && other.column > line.column);
            beside
                .filter(|other| plain(&other.text).contains("ngay"))
                .find_map(|other| mentions(&other.text).first().map(|mention| mention.date))
        });
        Some(DocumentRef { number, date })
    })
}

/// `626/CV-VP` out of a word such as `(626/CV-VP,` or `Số:626/CV-VP`.
fn number_of(word: &str) -> Option<String> {
    let word = word.rsplit(':').next()?.trim_matches(|c: char| !c.is_alphanumeric());
    let (number, symbol) = word.split_once('/')?;
    let fine = number.starts_with(|c: char| c.is_ascii_digit())
        && number.len() <= 6
        && number.chars().all(char::is_alphanumeric)
        && symbol.starts_with(char::is_alphabetic)
        && symbol.chars().any(char::is_uppercase)
        && symbol.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '&' | '/'));
    fine.then(|| format!("{number}/{symbol}"))
}

/// `626-CV-VP`, `626_CV-VP ngay 05-11-2026` in a file's name.
fn document_in_name(file_name: &str, words: &Words) -> Option<DocumentRef> {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let parts: Vec<&str> = stem.split(['-', '_', ' ', '.']).filter(|part| !part.is_empty()).collect();
    let is_number = |part: &str| part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit());
    let is_kind = |part: &str| words.titles.document_kinds.contains(&part.to_uppercase());
    let at = (0..parts.len().saturating_sub(1)).find(|at| is_number(parts[*at]) && is_kind(parts[at + 1]))?;
    let office = parts.get(at + 2).filter(|part| {
        part.chars().all(char::is_alphabetic) && part.chars().next().is_some_and(char::is_uppercase)
    });
    let symbol = office.map_or(parts[at + 1].to_owned(), |office| format!("{}-{office}", parts[at + 1]));
    let date = parts[at + 1..].windows(3).find_map(|three| {
        let [day, month, year] = [0, 1, 2].map(|at| three[at].parse::<u32>().ok());
        let year = i32::try_from(year?).ok().filter(|year| (2000..2100).contains(year))?;
        NaiveDate::from_ymd_opt(year, month?, day?)
    });
    Some(DocumentRef { number: Some(format!("{}/{symbol}", parts[at])), date })
}

/// "Tính đến ngày 15/11/2026", "Tháng 11 năm 2026" (its first day), or the day the list was signed.
fn as_of(lines: &[Line], words: &Words) -> Option<NaiveDate> {
    let dates = |line: &Line| mentions(&line.text).first().map(|mention| mention.date);
    let own = || lines.iter().filter(|line| !is_basis(&line.text, words));
    let stated = own().filter(|line| Said::new(&line.text).has_any(&words.titles.as_of)).find_map(dates);
    let month = || {
        let named = own().filter(|line| line.text.split(' ').all(|word| number_of(word).is_none()));
        named.filter(|line| plain(&line.text).contains("thang")).find_map(dates)
    };
    stated.or_else(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Mapping::embedded().unwrap().words
    }

    fn line(row: usize, column: usize, text: &str) -> Line {
        Line { row, column, text: text.to_owned() }
    }

    fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn the_document_is_found_in_the_title_and_never_the_forms_legal_basis() {
        let words = words();
        let found = |lines: &[Line]| document(lines, &words).map(|found| (found.number.unwrap(), found.date));
        let both = |number: &str, date| Some((number.to_owned(), date));
        let attached = line(4, 0, "(Kèm theo Công văn số 626/CV-VP ngày 05 tháng 11 năm 2026)");
        let basis = line(0, 0, "(Ban hành kèm theo Thông tư số 09/TT-BNV ngày 19/02/2004)");
        assert_eq!(found(&[basis, attached]), both("626/CV-VP", date(2026, 11, 5)));
        let corner = [line(2, 0, "Số: 12 /BC-SNV"), line(2, 4, "Tân Lập, ngày 03 tháng 11 năm 2026")];
        assert_eq!(found(&corner), both("12/BC-SNV", date(2026, 11, 3)));
        assert_eq!(found(&[line(0, 0, "Số:      /STTTT-CĐS"), line(1, 0, "Tính đến ngày 15/11/2026")]), None);
    }

    #[test]
    fn a_file_name_may_name_the_document() {
        let words = words();
        let found =
            |name: &str| document_in_name(name, &words).map(|found| (found.number.unwrap(), found.date));
        let expected = |date| Some(("626/CV-VP".to_owned(), date));
        assert_eq!(found("626-CV-VP.xlsx"), expected(None));
        assert_eq!(found("626_CV-VP ngay 05-11-2026.xlsx"), expected(date(2026, 11, 5)));
        assert_eq!(found("snv-mau06.xlsx"), None);
        assert_eq!(found("danh sach 2026.xlsx"), None);
    }

    #[test]
    fn the_agency_is_the_lowest_line_of_the_corner() {
        let words = words();
        let found = |lines: &[Line]| agency(lines, &words);
        let corner = |below: &str| {
            vec![line(0, 0, "UBND TỈNH MẪU"), line(1, 0, below), line(3, 0, "DANH SÁCH CÔNG CHỨC")]
        };
        assert_eq!(found(&corner("SỞ NỘI VỤ")).as_deref(), Some("SỞ NỘI VỤ"));
        assert_eq!(found(&corner("PHÒNG TỔ CHỨC")).as_deref(), Some("UBND TỈNH MẪU"));
        let split = [line(0, 0, "ỦY BAN NHÂN DÂN"), line(1, 0, "XÃ TÂN LẬP")];
        assert_eq!(found(&split).as_deref(), Some("ỦY BAN NHÂN DÂN XÃ TÂN LẬP"));
        let title = [line(0, 0, "Danh sách công chức thuộc Sở Tài chính (tháng 11)")];
        assert_eq!(found(&title).as_deref(), Some("Sở Tài chính"));
    }

    #[test]
    fn a_title_names_the_unit_it_is_about() {
        let words = words();
        let unit = |text: &str| unit_in(text, &words);
        assert_eq!(unit("DANH SÁCH CÔNG CHỨC PHÒNG NỘI VỤ NĂM 2026").as_deref(), Some("Phòng Nội vụ"));
        assert_eq!(unit("Danh sách viên chức Khoa Nội - Bệnh viện Mẫu").as_deref(), Some("Khoa Nội"));
        assert_eq!(unit("DANH SÁCH CÔNG CHỨC SỞ NỘI VỤ"), None);
        assert_eq!(unit("DANH SÁCH CÔNG CHỨC VĂN PHÒNG UBND TỈNH"), None);
        assert_eq!(unit("DANH SÁCH CÁC TRƯỞNG PHÒNG"), None);
    }
}
