//! Bad books: sixty ways in which a full roster goes wrong on its way, as workbooks of an office.

use super::crowd;
use rosterd::model::ids::AgencyCode;

/// How many work in each office.
pub const STAFF: usize = 12;
/// What those at the counter are called; the position gives a role.
pub const COUNTER: &str = "Công chức một cửa";

const LIST: &str = "DANH SÁCH CÁN BỘ, CÔNG CHỨC";
const WHOLE: &str = "DANH SÁCH TOÀN BỘ CÁN BỘ, CÔNG CHỨC";
const HEADER: [&str; 5] = ["STT", "Họ và tên", "Chức vụ", "Số điện thoại", "Địa chỉ thư điện tử"];

/// One line of a list: name, position, phone, address.
pub type Line = [String; 4];

/// The cells of one sheet.
type Cells = Vec<Vec<String>>;

/// An office with its people.
pub struct Office {
    pub code: AgencyCode,
    pub people: Vec<Line>,
}

impl Office {
    pub fn new(number: usize) -> Self {
        let code = AgencyCode::parse(&format!("cq{number:02}")).unwrap();
        let line = |n| {
            let position = if n <= 2 { COUNTER } else { "Văn thư" };
            let mail = format!("{}@tinhmau.gov.vn", crowd::login(&code, n));
            [crowd::name(&code, n), position.to_owned(), crowd::phone(&code, n), mail]
        };
        Self { people: (1..=STAFF).map(line).collect(), code }
    }

    /// The list as it should be.
    pub fn good(&self) -> Vec<u8> {
        book(&[sheet(&dated(LIST, "20/10/2026"), &self.people)])
    }
}

/// What went wrong, and the workbook that came of it.
pub struct Bad {
    pub what: String,
    pub bytes: Vec<u8>,
}

/// The sixty bad lists of sixty offices, in order.
pub fn bad(offices: &[Office]) -> Vec<Bad> {
    let mut makers: Vec<(String, Maker)> = Vec::new();
    for family in [empty, halves, sheets, columns, strangers, stale, doubled, names, rubbish, leavers] {
        makers.extend(family());
    }
    let next = offices.iter().cycle().skip(1);
    makers
        .into_iter()
        .zip(offices.iter().zip(next))
        .map(|((what, make), (office, next))| Bad { what, bytes: book(&make(office, next)) })
        .collect()
}

/// Makes the sheets out of an office and a stranger to it.
type Maker = Box<dyn Fn(&Office, &Office) -> Vec<Cells>>;

fn maker(
    what: impl Into<String>,
    make: impl Fn(&Office, &Office) -> Vec<Cells> + 'static,
) -> (String, Maker) {
    (what.into(), Box::new(make))
}

fn dated(title: &str, date: &str) -> String {
    format!("{title} (Kèm theo Công văn số 15/VP ngày {date})")
}

fn sheet(title: &str, lines: &[Line]) -> Cells {
    let mut cells = vec![vec![title.to_owned()], Vec::new(), HEADER.map(str::to_owned).to_vec()];
    let numbered = |(at, line): (usize, &Line)| [vec![(at + 1).to_string()], line.to_vec()].concat();
    cells.extend(lines.iter().enumerate().map(numbered));
    cells
}

fn book(sheets: &[Cells]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for cells in sheets {
        let sheet = book.add_worksheet();
        for (row, line) in cells.iter().enumerate() {
            for (column, text) in line.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                sheet.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn empty() -> Vec<(String, Maker)> {
    vec![
        maker("a header without rows", |_, _| vec![sheet(WHOLE, &[])]),
        maker("a title alone", |_, _| vec![vec![vec![WHOLE.to_owned()]]]),
        maker("a header alone", |_, _| vec![vec![HEADER.map(str::to_owned).to_vec()]]),
        maker("nothing at all", |_, _| vec![Vec::new()]),
    ]
}

fn halves() -> Vec<(String, Maker)> {
    let mut all = Vec::new();
    for title in [LIST, WHOLE] {
        all.push(maker(format!("the first half, {title}"), move |office, _| {
            vec![sheet(title, &office.people[..STAFF / 2])]
        }));
        all.push(maker(format!("the second half, {title}"), move |office, _| {
            vec![sheet(title, &office.people[STAFF / 2..])]
        }));
        all.push(maker(format!("every other row, {title}"), move |office, _| {
            vec![sheet(title, &office.people.iter().step_by(2).cloned().collect::<Vec<_>>())]
        }));
    }
    all
}

/// Two sheets were to come: one is missing, or empty.
fn sheets() -> Vec<(String, Maker)> {
    let mut all = Vec::new();
    for title in [LIST, WHOLE] {
        all.push(maker(format!("the second sheet is missing, {title}"), move |office, _| {
            vec![sheet(title, &office.people[..7])]
        }));
        all.push(maker(format!("the first sheet is empty, {title}"), move |office, _| {
            vec![sheet(title, &[]), sheet(title, &office.people[7..])]
        }));
    }
    all
}

/// The cells stand beside their headers.
fn columns() -> Vec<(String, Maker)> {
    let mut all = Vec::new();
    for title in [LIST, WHOLE] {
        for by in 1..=4_usize {
            all.push(maker(format!("cells {by} columns off, {title}"), move |office, _| {
                let mut cells = sheet(title, &office.people);
                for row in &mut cells[3..] {
                    row.rotate_right(by);
                }
                vec![cells]
            }));
        }
    }
    all
}

/// The list of another agency.
fn strangers() -> Vec<(String, Maker)> {
    let without_mail = |lines: &[Line]| -> Vec<Line> {
        lines.iter().map(|[name, position, phone, _]| [name, position, phone, ""].map(Into::into)).collect()
    };
    vec![
        maker("another agency's list", |_, next| vec![sheet(LIST, &next.people)]),
        maker("another agency's whole list", |_, next| vec![sheet(WHOLE, &next.people)]),
        maker("another agency's list without addresses", move |_, next| {
            vec![sheet(LIST, &without_mail(&next.people))]
        }),
        maker("half of it another agency's", |office, next| {
            vec![sheet(WHOLE, &[&office.people[..6], &next.people[6..]].concat())]
        }),
        maker("another agency's list that names it", |_, next| {
            vec![sheet(&format!("{LIST} CỦA CƠ QUAN {}", next.code.as_str().to_uppercase()), &next.people)]
        }),
    ]
}

/// A file of long ago.
fn stale() -> Vec<(String, Maker)> {
    let old = |title| dated(title, "05/01/2026");
    let named = |what: &str, title, change: fn(&mut Vec<Line>)| {
        maker(what, move |office: &Office, _: &Office| {
            let mut lines = office.people.clone();
            change(&mut lines);
            vec![sheet(&old(title), &lines)]
        })
    };
    vec![
        named("an old list", LIST, |_| {}),
        named("an old whole list", WHOLE, |_| {}),
        named("an old list of fewer", WHOLE, |lines| lines.truncate(8)),
        named("an old list with other positions", LIST, |lines| {
            for line in lines {
                "Thủ quỹ".clone_into(&mut line[1]);
            }
        }),
        named("an old list with other phones", LIST, |lines| {
            for line in lines {
                line[2] = line[2].replace("09", "08");
            }
        }),
    ]
}

fn doubled() -> Vec<(String, Maker)> {
    let named = |what: &str, change: fn(&[Line]) -> Vec<Line>| {
        maker(what, move |office: &Office, _: &Office| vec![sheet(WHOLE, &change(&office.people))])
    };
    vec![
        named("each row twice", |lines| lines.iter().flat_map(|line| [line.clone(), line.clone()]).collect()),
        named("the list twice", |lines| [lines, lines].concat()),
        named("the list three times", |lines| [lines, lines, lines].concat()),
        named("half of it twice", |lines| [&lines[..6], &lines[..6]].concat()),
        named("twice with other phones", |lines| {
            let again = lines.iter().map(|[name, position, phone, mail]| {
                [name.clone(), position.clone(), phone.replace("09", "08"), mail.clone()]
            });
            lines.iter().cloned().chain(again).collect()
        }),
    ]
}

/// All names changed.
fn names() -> Vec<(String, Maker)> {
    let named = |what: &str, change: fn(&[Line]) -> Vec<String>| {
        maker(what, move |office: &Office, _: &Office| {
            let lines = office.people.iter().zip(change(&office.people));
            let lines: Vec<Line> = lines
                .map(|([_, position, phone, mail], name)| {
                    [name, position.clone(), phone.clone(), mail.clone()]
                })
                .collect();
            vec![sheet(WHOLE, &lines)]
        })
    };
    vec![
        named("names one row off", |lines| rotated(lines, 1)),
        named("names five rows off", |lines| rotated(lines, 5)),
        named("names of nobody here", |lines| {
            let elsewhere = AgencyCode::parse("khac").unwrap();
            (0..lines.len()).map(|n| crowd::name(&elsewhere, 500 + n)).collect()
        }),
        named("one name for all", |lines| vec!["Nguyễn Văn Mẫu".to_owned(); lines.len()]),
        named("given names alone", |lines| {
            lines.iter().map(|line| line[0].rsplit(' ').next().unwrap().to_owned()).collect()
        }),
    ]
}

fn rotated(lines: &[Line], by: usize) -> Vec<String> {
    let mut names: Vec<String> = lines.iter().map(|line| line[0].clone()).collect();
    names.rotate_right(by);
    names
}

fn rubbish() -> Vec<(String, Maker)> {
    let named = |text: &'static str| {
        maker(format!("{text:?} instead of names"), move |office: &Office, _: &Office| {
            let mut lines = office.people.clone();
            for line in &mut lines {
                text.clone_into(&mut line[0]);
            }
            vec![sheet(WHOLE, &lines)]
        })
    };
    vec![named("#REF!"), named("12345"), named("")]
}

/// "Nghỉ việc" beside those who work: the column slipped, or was filled down.
fn leavers() -> Vec<(String, Maker)> {
    let mut all = Vec::new();
    for (title, header, text) in [
        (LIST, "Ghi chú", "Nghỉ việc"),
        (WHOLE, "Trạng thái", "Nghỉ việc"),
        (WHOLE, "Ghi chú", "Nghỉ việc từ 01/11/2026"),
    ] {
        for many in 4..=8_usize {
            all.push(maker(format!("{many} times {text:?} under {header:?}, {title}"), move |office, _| {
                let mut cells = sheet(title, &office.people);
                cells[2].push(header.to_owned());
                // Those at the counter are among them.
                for row in &mut cells[3..3 + many] {
                    row.push(text.to_owned());
                }
                vec![cells]
            }));
        }
    }
    all
}
