//! The agencies of a workbook: a row of headings, then a row for each agency.

use super::super::headed::{Header, clean, numbers_columns};
use super::check::{Detail, Field, Who, Wrong, check};
use super::headings;
use crate::model::agency::{Agencies, Agency, Contact, KeptMailbox};
use crate::model::ids::AgencyCode;
use crate::model::name::{PersonName, ascii};
use crate::workbook::letters;
use std::collections::BTreeMap;

/// Reads the cells of a sheet, or says everything that is wrong with them, each with its row and column.
pub(super) fn read(cells: &[Vec<String>]) -> Result<Agencies, Vec<String>> {
    let headings = headings::embedded().map_err(|error| vec![format!("mappings/agencies.toml: {error}")])?;
    let header = Header::find(cells, &headings, [Field::Code, Field::Name])?;
    let mut said = Vec::new();
    let lines = lines(&header, cells, &mut said);
    let names = Names::of(&lines);
    let mut agencies = Vec::new();
    let mut rows = Vec::new();
    for line in &lines {
        let (agency, wrong) = line.agency(&names);
        said.extend(wrong.into_iter().map(|(field, why)| header.place(line.row, field, &why)));
        if let Some(agency) = agency {
            agencies.push(agency);
            rows.push(line.row);
        }
    }
    if lines.is_empty() && said.is_empty() {
        said.push(format!("row {}: an agency is expected below the headings", header.row + 2));
    }
    let checked = check(agencies);
    if let Err(wrong) = &checked {
        let place = |one: &Wrong| header.place(rows[one.agency], one.field, &one.why);
        said.extend(wrong.iter().map(place));
    }
    match checked {
        Ok(agencies) if said.is_empty() => Ok(agencies),
        _ => Err(said),
    }
}

/// The rows that hold an agency.
fn lines<'c>(header: &Header<'_, Field>, cells: &'c [Vec<String>], said: &mut Vec<String>) -> Vec<Line<'c>> {
    let mut lines = Vec::new();
    for (row, cells) in cells.iter().enumerate().skip(header.row + 1) {
        let filled = |column: &usize| cells.get(*column).is_some_and(|cell| !cell.trim().is_empty());
        let known = |column: &usize| {
            header.passed_over.contains(column) || header.columns.values().any(|one| one == column)
        };
        for column in (0..cells.len()).filter(filled).filter(|column| !known(column)) {
            said.push(format!(
                "row {}, column {}: {:?} stands under no heading; remove it, or give the column one",
                row + 1,
                letters(column),
                clean(&cells[column]),
            ));
        }
        let fields: BTreeMap<Field, &str> = header
            .columns
            .iter()
            .filter(|(_, column)| filled(column))
            .map(|(field, column)| (*field, cells[*column].as_str()))
            .collect();
        if !fields.is_empty() && !numbers_columns(cells) {
            lines.push(Line { row, fields });
        }
    }
    lines
}

/// The filled cells of an agency's row.
struct Line<'a> {
    /// From 0.
    row: usize,
    fields: BTreeMap<Field, &'a str>,
}

type Found = Vec<(Field, String)>;

impl Line<'_> {
    fn get(&self, field: Field) -> Option<String> {
        self.fields.get(&field).map(|cell| clean(cell))
    }

    /// The agency, where it has a code, and what is wrong beside what [`check`] finds.
    fn agency(&self, names: &Names) -> (Option<Agency>, Found) {
        let mut wrong: Found = self
            .fields
            .iter()
            .filter(|(_, cell)| cell.trim().starts_with('#'))
            .map(|(field, cell)| {
                (*field, format!("{:?} is the error of a formula; write the value", cell.trim()))
            })
            .collect();
        let code = match self.get(Field::Code).map(|code| AgencyCode::parse(&code)) {
            Some(Ok(code)) => Some(code),
            Some(Err(error)) => {
                wrong.push((Field::Code, error.to_string()));
                None
            }
            None => {
                let why =
                    "the agency's code is expected; a row that is no agency (a total, a signature) must go";
                wrong.push((Field::Code, why.into()));
                None
            }
        };
        let parent = self
            .get(Field::Parent)
            .and_then(|parent| names.code(&parent).map_err(|why| wrong.push((Field::Parent, why))).ok());
        let [first, second, deputy] = Who::ALL.map(|who| self.person(who));
        if let (None, Some(_)) = (&first, &second) {
            wrong.push((
                Field::Of(Who::First, Detail::Name),
                "a second contact is given, but no first one".into(),
            ));
        }
        let mailboxes = self.mailboxes().unwrap_or_else(|found| {
            wrong.push(found);
            Vec::new()
        });
        let agency = code.map(|code| Agency {
            code,
            name: self.get(Field::Name).unwrap_or_default(),
            parent,
            kind: self.get(Field::Kind).map(|kind| as_role_maps_call_it(&kind)),
            contacts: first.map(|first| std::iter::once(first).chain(second).collect()).unwrap_or_default(),
            deputy,
            mailboxes,
        });
        (agency, wrong)
    }

    /// The unit mailboxes and, in the same order, who keeps them.
    fn mailboxes(&self) -> Result<Vec<KeptMailbox>, (Field, String)> {
        let [mails, custodians] = [Field::Mailboxes, Field::Custodians].map(|field| {
            let cell = self.get(field).unwrap_or_default();
            let parts = cell.split([';', ',', ' ']).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        });
        if mails.len() != custodians.len() {
            let why = format!(
                "{} addresses of custodians are given for {} unit mailboxes; one for each is expected, in the same order, \
                 with ; between them",
                custodians.len(),
                mails.len()
            );
            return Err((Field::Custodians, why));
        }
        Ok(mails
            .into_iter()
            .zip(custodians)
            .map(|(mail, custodian)| KeptMailbox { mail, custodian })
            .collect())
    }

    /// One who answers for the agency, if the row names one.
    fn person(&self, who: Who) -> Option<Contact> {
        let [name, mail, phone, login] = Detail::ALL.map(|detail| self.get(Field::Of(who, detail)));
        let named = [&name, &mail, &phone, &login].iter().any(|one| one.is_some());
        named.then(|| Contact {
            name: name.unwrap_or_default(),
            mail: mail.unwrap_or_default(),
            phone,
            login,
        })
    }
}

/// `Trung tâm` as role maps call it, `trungtam`.
fn as_role_maps_call_it(kind: &str) -> String {
    ascii(kind).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The agencies of the file by code and by name.
struct Names {
    codes: Vec<AgencyCode>,
    by_name: BTreeMap<String, Vec<AgencyCode>>,
}

impl Names {
    fn of(lines: &[Line<'_>]) -> Self {
        let mut names = Self { codes: Vec::new(), by_name: BTreeMap::new() };
        for line in lines {
            let Some(Ok(code)) = line.get(Field::Code).map(|code| AgencyCode::parse(&code)) else { continue };
            if let Some(name) = line.get(Field::Name) {
                names.by_name.entry(spoken(&name)).or_default().push(code.clone());
            }
            names.codes.push(code);
        }
        names
    }

    /// The code of the agency that `text` means by code or by name.
    fn code(&self, text: &str) -> Result<AgencyCode, String> {
        if let Some(code) = AgencyCode::parse(text).ok().filter(|code| self.codes.contains(code)) {
            return Ok(code);
        }
        match self.by_name.get(&spoken(text)).map(Vec::as_slice) {
            Some([code]) => Ok(code.clone()),
            Some(_) => Err(format!("two agencies are called {text:?}; write the code")),
            None => Err(format!(
                "{text:?} is not in this file; the code or the name of another agency is expected"
            )),
        }
    }
}

/// A name however its tone marks were typed.
fn spoken(name: &str) -> String {
    PersonName::new(name).map(|name| name.matching()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: [&str; 7] =
        ["STT", "Mã", "Tên cơ quan", "Cơ quan cấp trên", "Loại", "Đầu mối 1", "Thư điện tử 1"];

    fn cells(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    fn wrong(rows: &[&[&str]]) -> Vec<String> {
        let mut all: Vec<&[&str]> = vec![&HEAD];
        all.extend(rows);
        read(&cells(&all)).unwrap_err()
    }

    #[test]
    fn an_agency_above_is_named_by_code_or_by_name() {
        let rows = cells(&[
            &["DANH SÁCH CƠ QUAN, ĐƠN VỊ"],
            &[],
            &["TT", "MÃ CƠ QUAN", "Tên cơ quan, đơn vị", "Đơn vị cấp trên", "Loại"],
            &["(1)", "(2)", "(3)", "(4)", "(5)"],
            &["1", "SKHCN", "Sở  Khoa học và Công nghệ", "", "Sở"],
            &[],
            &["2", "ttcds", "Trung tâm Chuyển đổi số", "sở khoa học và công nghệ", "Trung tâm"],
            &["3", "ttdl", "Trung tâm Dữ liệu", "skhcn", ""],
            &["4", "", "", "", ""],
        ]);
        let agencies = read(&rows).unwrap();
        let said: Vec<String> = agencies
            .values()
            .map(|one| {
                let parent = one.parent.as_ref().map_or("-", AgencyCode::as_str);
                format!("{} {} < {parent} {:?}", one.code, one.name, one.kind)
            })
            .collect();
        assert_eq!(
            said,
            [
                "skhcn Sở Khoa học và Công nghệ < - Some(\"so\")",
                "ttcds Trung tâm Chuyển đổi số < skhcn Some(\"trungtam\")",
                "ttdl Trung tâm Dữ liệu < skhcn None",
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_row_and_column_and_all_of_it() {
        let said = wrong(&[
            &["1", "a", "A", "b"],
            &["2", "b", "B", "a"],
            &["3", "a/c", "C"],
            &["4", "d", "", "Sở Không Có"],
            &["5", "", "Tổng cộng: 3"],
            &["6", "a", "A", "", "", "Nguyễn Văn A", "a.nguyen"],
            &["7", "e", "#REF!", "", "", "", "e@tinh.gov.vn", "x"],
        ]);
        for (place, why) in [
            ("row 2, column D (Cơ quan cấp trên): ", "circle"),
            ("row 3, column D (Cơ quan cấp trên): ", "circle"),
            ("row 4, column B (Mã): ", "agency code"),
            ("row 5, column C (Tên cơ quan): ", "official name"),
            ("row 5, column D (Cơ quan cấp trên): ", "is not in this file"),
            ("row 6, column B (Mã): ", "must go"),
            ("row 7, column B (Mã): ", "twice"),
            ("row 7, column G (Thư điện tử 1): ", "\"a.nguyen@tinh.gov.vn\" is expected"),
            ("row 8, column C (Tên cơ quan): ", "formula"),
            ("row 8, column F (Đầu mối 1): ", "a full name is expected"),
            ("row 8, column H: ", "under no heading"),
        ] {
            assert!(
                said.iter().any(|one| one.starts_with(place) && one.contains(why)),
                "{place}{why}\n{said:#?}"
            );
        }
        assert_eq!(said.len(), 11, "{said:#?}");
        let circle = wrong(&[&["1", "a", "A", "b"], &["2", "b", "B", "a"]]);
        assert_eq!(circle.len(), 2, "{circle:?}");
        assert!(circle.iter().all(|one| one.contains("column D") && one.contains("circle")), "{circle:?}");
    }

    #[test]
    fn two_agencies_of_one_name_are_told_apart_by_code() {
        let said = wrong(&[
            &["1", "x1", "UBND xã Tân Lập"],
            &["2", "x2", "UBND xã Tân Lập"],
            &["3", "t", "T", "UBND xã Tân Lập"],
        ]);
        assert!(
            matches!(&said[..], [one] if one.starts_with("row 4, column D") && one.contains("write the code")),
            "{said:?}"
        );
    }

    #[test]
    fn people_are_given_whole_and_in_order() {
        let head = ["Mã", "Tên", "Điện thoại 1", "Đầu mối 2", "Thư điện tử 2", "Điện thoại 2"];
        let said = |row: &[&str]| read(&cells(&[&head, row])).unwrap_err();
        let missing = said(&["a", "A", "0912 345 678"]);
        assert!(missing[0].starts_with("row 2, no column \"Đầu mối 1\": a full name"), "{missing:?}");
        let no_first = said(&["a", "A", "", "B", "b@tinh.gov.vn"]);
        assert!(no_first[0].contains("no first one"), "{no_first:?}");
        let head = ["Mã", "Tên", "Đầu mối", "Email", "Số điện thoại"];
        let said = |phone: &str| read(&cells(&[&head, &["a", "A", "B", "b@tinh.gov.vn", phone]]));
        for lost in ["912345678", "912 345 678", "2003822123"] {
            let said = said(lost).unwrap_err();
            assert!(
                matches!(&said[..], [one] if one.starts_with("row 2, column E") && one.contains("leading 0")),
                "{said:?}"
            );
        }
        assert!(said("chưa có").unwrap_err()[0].contains("no phone number"));
        for whole in ["0912345678", "+84 912 345 678", "1900 6789", "0200 3822 123 (máy lẻ 12)"] {
            assert!(said(whole).is_ok(), "{whole}");
        }
    }

    #[test]
    fn each_unit_mailbox_of_a_row_has_its_custodian_in_the_same_order() {
        let head = ["Mã", "Tên", "Hộp thư đơn vị", "Người quản lý hộp thư"];
        let of = |mails: &str, keepers: &str| read(&cells(&[&head, &["a", "A", mails, keepers]]));
        let agencies = of("vt@a.vn; td@a.vn", "x@a.vn\ny@a.vn").unwrap();
        let kept: Vec<_> = agencies.values().flat_map(|one| &one.mailboxes).collect();
        assert_eq!([&kept[1].mail, &kept[1].custodian], ["td@a.vn", "y@a.vn"]);
        for (mails, keepers) in [("vt@a.vn; td@a.vn", "x@a.vn"), ("", "x@a.vn"), ("vt@a.vn", "")] {
            let said = of(mails, keepers).unwrap_err();
            assert!(said[0].contains("one for each is expected"), "{said:?}");
        }
    }

    #[test]
    fn headings_are_told_where_they_are_missing_unknown_or_given_twice() {
        let none = read(&cells(&[&["Danh sách"], &["Mã", "Ghi chú"]])).unwrap_err();
        assert!(none[0].contains("no row of headings") && none[0].contains("Thư điện tử 1"), "{none:?}");
        let twice = read(&cells(&[&["Mã", "Tên", "Mã đơn vị", "Màu"], &["a", "A"]])).unwrap_err();
        assert!(twice[0].starts_with("row 1, column C (Mã đơn vị): says the same as column A"), "{twice:?}");
        assert!(twice[1].starts_with("row 1, column D (Màu): the heading is not known"), "{twice:?}");
        let empty = wrong(&[]);
        assert!(empty[0].starts_with("row 2: an agency is expected"), "{empty:?}");
    }
}
