//! What the agencies dropped: which list, in which form and format, and what a reader should make of it.

use super::forms;
use super::layout::{Laid, Layout};
use super::offices::{Office, by_code};
use super::page::Page;
use super::people::{Part, Person};
use super::{SampleError, bad, ods, text, xlsx};
use crate::model::evidence::DocumentRef;
use crate::model::record::Record;
use crate::model::roster::RosterKind;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// A file to be written below the province's folder.
pub(super) struct File {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// What a reader should make of one roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterTruth {
    /// The file, below the province's folder.
    pub file: String,
    /// The number of the form, where it is a known one.
    pub form: Option<u8>,
    /// The kind it should be taken for, once held against the directory.
    pub kind: RosterKind,
    /// The agency.
    pub agency: String,
    /// The document it names.
    pub document: Option<DocumentRef>,
    /// The people.
    pub records: Vec<Record>,
}

enum Format {
    Xlsx,
    /// One page a department, with an empty and a hidden sheet, as workbooks grow.
    XlsxPages,
    Ods,
    Csv,
    Utf16,
}

enum Who {
    /// Everyone the agency still counts as its own.
    Listed,
    Joiners,
    Asked,
    /// Every fourth of those who stay.
    Course,
}

/// How a list names its date.
enum About {
    /// With a document of so many days ago; the letters after the number.
    Letter(u64, u32, &'static str),
    /// As of so many days ago.
    AsOf(u64),
    Nothing,
}

struct Sent {
    office: &'static str,
    file: &'static str,
    layout: &'static Layout,
    format: Format,
    who: Who,
    kind: RosterKind,
    about: About,
}

fn sent() -> Vec<Sent> {
    use About::{AsOf, Letter, Nothing};
    use Format::{Csv, Ods, Utf16, Xlsx, XlsxPages};
    use RosterKind::{Full, Partial, Request};
    use Who::{Asked, Course, Joiners, Listed};
    let one = |office, file, layout, format, who, kind, about| Sent {
        office,
        file,
        layout,
        format,
        who,
        kind,
        about,
    };
    vec![
        one("vpub", "de-nghi-cap-moi.xlsx", &forms::CREATE, Xlsx, Joiners, Request, Letter(4, 626, "VP-HC")),
        one("vpub", "lop-tap-huan.xlsx", &forms::COURSE, Xlsx, Course, Partial, AsOf(15)),
        one("skhcn", "bieu-mau-nhan-su.xlsx", &forms::PERSONNEL, Xlsx, Listed, Full, AsOf(6)),
        one("snv", "danh-sach-cbccvc.xlsx", &forms::STAFF_LIST, Xlsx, Listed, Full, AsOf(5)),
        one("stc", "danh-sach-nhan-su.ods", &forms::ONE_ROW, Ods, Listed, Full, Letter(7, 118, "STC-VP")),
        one(
            "sxd",
            "thay-doi-thu-hoi.xlsx",
            &forms::CHANGE_OR_REVOKE,
            Xlsx,
            Asked,
            Request,
            Letter(3, 412, "SXD-VP"),
        ),
        one("syt", "nhan-su-theo-phong.xlsx", &forms::ONE_DEPARTMENT, XlsxPages, Listed, Full, AsOf(8)),
        one("sgddt", "thong-tin-lien-he.xlsx", &forms::CONTACTS, Xlsx, Listed, Full, AsOf(9)),
        one("stp", "xuat-nhan-su.csv", &forms::EXPORT, Csv, Listed, Full, AsOf(2)),
        one("snnmt", "danh-sach-can-bo.xlsx", &forms::YEARS, Xlsx, Listed, Partial, AsOf(10)),
        one("sct", "nhan-su-unicode.csv", &forms::EXPORT, Utf16, Listed, Full, AsOf(4)),
        one("cckl", "cong-chuc-thua-hanh.xlsx", &forms::UNIFORMED, Xlsx, Listed, Full, Nothing),
        one("xatanlap", "danh-sach-thang.xlsx", &forms::MONTHLY, Xlsx, Listed, Full, AsOf(1)),
        one("xabinhminh", "danh-sach-vntime.xlsx", &forms::OLD_FONT, Xlsx, Listed, Full, AsOf(12)),
        one(
            "xaeabang",
            "de-nghi-hop-thu.xlsx",
            &forms::ACTION_IN_WORDS,
            Xlsx,
            Asked,
            Request,
            Letter(2, 57, "UBND-VP"),
        ),
        one("phuonghoabinh", "mau-nhap-lieu.xlsx", &forms::SPLIT_NAME, Xlsx, Listed, Full, AsOf(3)),
        one(
            "phuongtranphu",
            "toan-bo-can-bo.xlsx",
            &forms::EVERYBODY,
            Xlsx,
            Listed,
            Full,
            Letter(6, 33, "UBND"),
        ),
    ]
}

/// All rosters: the files and what they hold.
pub(super) fn rosters(
    people: &[Person],
    today: NaiveDate,
) -> Result<(Vec<File>, Vec<RosterTruth>), SampleError> {
    let (mut files, mut truths) = (Vec::new(), Vec::new());
    for sent in sent() {
        let Some(office) = by_code(sent.office) else { continue };
        let listed = choose(people, office, &sent.who);
        let (about, document) = sent.about.line(today);
        let laid = match sent.format {
            Format::XlsxPages => pages(&sent, office, &about, &listed),
            _ => vec![sent.layout.page("Danh sách", office, &about, &listed)],
        };
        let (pages, records): (Vec<Page>, Vec<Vec<Record>>) =
            laid.into_iter().map(|Laid { page, records }| (page, records)).unzip();
        let bytes = match sent.format {
            Format::Xlsx | Format::XlsxPages => xlsx::workbook(&pages, today)?,
            Format::Ods => ods::spreadsheet(&pages)?,
            Format::Csv => text::utf8_with_semicolons(&as_text(&pages))?,
            Format::Utf16 => text::utf16_with_tabs(&as_text(&pages))?,
        };
        let path = format!("inbox/{}/{}", office.code, sent.file);
        truths.push(RosterTruth {
            file: path.clone(),
            form: (sent.layout.form > 0).then_some(sent.layout.form),
            kind: sent.kind,
            agency: office.code.to_owned(),
            document,
            records: records.concat(),
        });
        files.push(File { path, bytes });
        // A request is worth more with the signed document beside it.
        if sent.office == "xaeabang" {
            let path = format!("inbox/{}/de-nghi-hop-thu.pdf", office.code);
            files.push(File { path, bytes: bad::PDF.to_vec() });
        }
    }
    Ok((files, truths))
}

fn choose<'a>(people: &'a [Person], office: &Office, who: &Who) -> Vec<&'a Person> {
    let own = people.iter().filter(|person| std::ptr::eq(person.office, office));
    match who {
        Who::Listed => own.filter(|person| person.part != Part::Unlisted).collect(),
        Who::Joiners => own.filter(|person| person.part == Part::Joins).collect(),
        Who::Asked => own
            .filter(|person| matches!(person.part, Part::Joins | Part::Asked(_) | Part::AskedByName(_)))
            .collect(),
        Who::Course => own.filter(|person| person.part == Part::Stays).step_by(4).collect(),
    }
}

fn as_text(pages: &[Page]) -> Vec<Vec<String>> {
    pages.iter().flat_map(Page::as_text).collect()
}

fn pages(sent: &Sent, office: &Office, about: &str, people: &[&Person]) -> Vec<Laid> {
    let mut laid: Vec<Laid> = office
        .units
        .iter()
        .map(|unit| {
            let own: Vec<&Person> = people.iter().copied().filter(|person| person.unit == *unit).collect();
            sent.layout.page(unit, office, about, &own)
        })
        .collect();
    let mut hidden = Page::new("Dữ liệu cũ");
    hidden.text(0, 0, "Không sử dụng");
    hidden.sheet.hidden = true;
    laid.extend([Page::new("Sheet2"), hidden].map(|page| Laid { page, records: Vec::new() }));
    laid
}

impl About {
    fn line(&self, today: NaiveDate) -> (String, Option<DocumentRef>) {
        let ago = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
        match *self {
            Self::Letter(days, number, letters) => {
                let (date, number) = (ago(days), format!("{number}/{letters}"));
                let line =
                    format!("(Kèm theo Công văn số {number} {})", date.format("ngày %d tháng %m năm %Y"));
                (line, Some(DocumentRef { number: Some(number), date: Some(date) }))
            }
            Self::AsOf(days) => (format!("Tính đến ngày {}", ago(days).format("%d/%m/%Y")), None),
            Self::Nothing => (String::new(), None),
        }
    }
}
