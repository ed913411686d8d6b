//! A province: invented people of 500 agencies, the same in every run, with what the mail directory believes of them.

use base64::Engine;
use chrono::NaiveDate;
use rosterd::model::agency::{Agencies, Agency, Contact};
use rosterd::model::ids::AgencyCode;
use rosterd::model::name::ascii;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Agencies of a province.
pub const AGENCIES: usize = 500;
/// Its root in the directory.
pub const SUFFIX: &str = "dc=tinhmau,dc=gov,dc=vn";
/// Its mail domain.
pub const DOMAIN: &str = "tinhmau.gov.vn";

const FAMILIES: [&str; 16] = [
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ",
    "Ngô", "Ksor", "Nông",
];
const MIDDLES: [&str; 14] = [
    "Văn",
    "Hữu",
    "Đức",
    "Minh",
    "Quang",
    "Công",
    "Xuân",
    "Thị",
    "Thị Thu",
    "Ngọc",
    "Kim",
    "Thanh",
    "Bích",
    "Hồng",
];
const GIVENS: [&str; 24] = [
    "Hùng", "Dũng", "Cường", "Tuấn", "Nam", "Sơn", "Hải", "Bình", "Đạt", "Khánh", "Phúc", "Hòa", "Lan",
    "Hoa", "Mai", "Linh", "Hương", "Thủy", "Trang", "Nhung", "Oanh", "Vân", "Yến", "Huệ",
];
const TITLES: [&str; 8] = [
    "Chuyên viên",
    "Chuyên viên chính",
    "Kế toán",
    "Văn thư",
    "Công chức một cửa",
    "Thanh tra viên",
    "Cán sự",
    "Công chức tư pháp - hộ tịch",
];
/// The units of every agency: the sections of its roster.
pub const UNITS: [&str; 4] =
    ["Văn phòng", "Phòng Kinh tế", "Phòng Văn hóa - Xã hội", "Trung tâm Phục vụ hành chính công"];

/// One person.
pub struct Person {
    pub name: String,
    pub woman: bool,
    pub birth: NaiveDate,
    pub citizen: String,
    pub staff_code: String,
    pub phone: String,
    pub title: &'static str,
    pub unit: &'static str,
    pub login: String,
    /// The title the directory still has; `None` where there is no account yet.
    pub known_title: Option<&'static str>,
    /// The phone the directory still has.
    pub known_phone: String,
}

impl Person {
    pub fn mail(&self) -> String {
        format!("{}@{DOMAIN}", self.login)
    }
}

/// One agency with its people, by unit.
pub struct Office {
    pub code: String,
    pub name: String,
    pub people: Vec<Person>,
}

/// How far the directory is behind the rosters.
#[derive(Clone, Copy)]
pub enum Behind {
    /// One title in 100 has changed, one person in 250 has no account.
    Little,
    /// Every title has changed.
    EveryTitle,
    /// Every second person has no account, and of the others it has an old phone number: all of it waits for approval.
    Everybody,
}

/// `people` people in `offices` agencies.
pub fn province(offices: usize, people: usize, behind: Behind) -> Vec<Office> {
    let mut random = Random(20_261_122);
    let mut serial = 0;
    (0..offices)
        .map(|number| {
            let code = format!("xa{:03}", number + 1);
            let name = format!("Ủy ban nhân dân xã Mẫu {:03}", number + 1);
            let size = people / offices + usize::from(number < people % offices);
            let mut logins = BTreeSet::new();
            let people = (0..size).map(|place| {
                serial += 1;
                person(&mut random, serial, UNITS[place * UNITS.len() / size], &code, &mut logins, behind)
            });
            Office { people: people.collect(), code, name }
        })
        .collect()
}

fn person(
    random: &mut Random,
    serial: u64,
    unit: &'static str,
    agency: &str,
    logins: &mut BTreeSet<String>,
    behind: Behind,
) -> Person {
    let (family, middle, given) = (random.pick(&FAMILIES), random.pick(&MIDDLES), random.pick(&GIVENS));
    let woman = matches!(middle, "Thị" | "Thị Thu" | "Ngọc" | "Kim" | "Bích" | "Hồng");
    let name = format!("{family} {middle} {given}");
    let birth = NaiveDate::from_ymd_opt(
        1966 + i32::try_from(random.below(38)).unwrap(),
        1 + u32::try_from(random.below(12)).unwrap(),
        1 + u32::try_from(random.below(28)).unwrap(),
    )
    .unwrap();
    let title = random.pick(&TITLES);
    let other = TITLES[(TITLES.iter().position(|one| *one == title).unwrap() + 1) % TITLES.len()];
    let years = chrono::Datelike::year(&birth) - 1900;
    let century = 2 * (years / 100) + i32::from(woman);
    let initials: String =
        ascii(&format!("{family} {middle}")).split(' ').filter_map(|word| word.chars().next()).collect();
    let stem = format!("{}{initials}", ascii(given));
    let login = std::iter::once(format!("{stem}.{agency}"))
        .chain((2..=9_999).map(|number| format!("{stem}{number}.{agency}")))
        .find(|login| logins.insert(login.clone()))
        .unwrap();
    Person {
        name,
        woman,
        birth,
        citizen: format!(
            "0{:02}{century}{:02}{:06}",
            10 + serial / 1_000_000,
            years % 100,
            serial % 1_000_000
        ),
        staff_code: format!("CC{serial:07}"),
        phone: format!("09{serial:08}"),
        title,
        unit,
        login,
        known_title: match behind {
            Behind::Little if serial % 250 == 7 => None,
            Behind::Little if serial % 100 == 3 => Some(other),
            Behind::EveryTitle => Some(other),
            Behind::Everybody if serial.is_multiple_of(2) => None,
            Behind::Little | Behind::Everybody => Some(title),
        },
        known_phone: match behind {
            Behind::Everybody => format!("08{serial:08}"),
            Behind::Little | Behind::EveryTitle => format!("09{serial:08}"),
        },
    }
}

/// The agencies as configured.
pub fn agencies(offices: &[Office]) -> Agencies {
    let agency = |office: &Office| {
        let code = AgencyCode::parse(&office.code).unwrap();
        let contact = Contact {
            name: format!("Đầu mối {}", office.code),
            mail: format!("daumoi.{}@{DOMAIN}", office.code),
            phone: None,
            login: None,
        };
        let name = office.name.clone();
        (
            code.clone(),
            Agency {
                code,
                name,
                parent: None,
                kind: Some("xa".into()),
                contacts: vec![contact],
                deputy: None,
                mailboxes: Vec::new(),
            },
        )
    };
    offices.iter().map(agency).collect()
}

/// The directory as LDIF, in the order a parent comes before its children.
pub fn ldif(offices: &[Office]) -> String {
    let mut text = format!(
        "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: tinhmau\no: tinhmau\n\n\
         dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n"
    );
    for Office { code, people, .. } in offices {
        writeln!(text, "dn: ou={code},ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: {code}\n")
            .unwrap();
        for person in people {
            let Some(title) = person.known_title else { continue };
            let (family, given) =
                (person.name.split(' ').next().unwrap(), person.name.rsplit(' ').next().unwrap());
            writeln!(
                text,
                "dn: uid={},ou={code},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson",
                person.login
            )
            .unwrap();
            for (attribute, value) in [
                ("uid", person.login.as_str()),
                ("cn", &person.name),
                ("sn", family),
                ("givenName", given),
                ("mail", &person.mail()),
                ("title", title),
                ("ou", person.unit),
                ("departmentNumber", code),
                ("telephoneNumber", &person.known_phone),
                ("employeeNumber", &person.staff_code),
            ] {
                let coded = base64::engine::general_purpose::STANDARD.encode(value);
                writeln!(text, "{attribute}:: {coded}").unwrap();
            }
            text.push('\n');
        }
    }
    text
}

/// Numbers that look random and are the same on every machine (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn pick(&mut self, items: &[&'static str]) -> &'static str {
        items[usize::try_from(self.below(items.len() as u64)).unwrap()]
    }
}
