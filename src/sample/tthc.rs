//! The one-stop system (TTHC): who holds which role there, and who should.

use super::SampleError;
use super::offices::Office;
use super::people::{Part, Person, Slip};
use serde::{Deserialize, Serialize};

/// The columns of the export.
pub(super) const COLUMNS: [&str; 5] = ["Tên đăng nhập", "Họ và tên", "Thư điện tử", "Đơn vị", "Vai trò"];

/// A role that rosterd does not manage; it must survive.
const UNMANAGED: &str = "Quản trị quy trình";

/// A role in the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Receives files.
    Clerk,
    /// Handles them.
    Handler,
    /// Leads a department.
    Division,
    /// Leads the agency; privileged.
    Head,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Clerk => "Cán bộ một cửa",
            Self::Handler => "Chuyên viên xử lý",
            Self::Division => "Lãnh đạo phòng",
            Self::Head => "Lãnh đạo đơn vị",
        }
    }
}

/// The role that a position gives. `mappings/roles/tthc.toml` says the same; a test holds one against the
/// other, so that the truth does not come out of the program it is to judge.
pub(super) fn role_of(office: &Office, unit: &str, title: &str) -> Option<Role> {
    let commune = matches!(office.kind, "xa" | "phuong");
    match title {
        "Công chức một cửa" => Some(Role::Clerk),
        "Nhân viên" | "Nhân viên tiếp nhận hồ sơ" => {
            unit.starts_with("Bộ phận Tiếp nhận").then_some(Role::Clerk)
        }
        "Chuyên viên" | "Chuyên viên chính" => Some(Role::Handler),
        title if title.starts_with("Công chức ") => commune.then_some(Role::Handler),
        "Trưởng phòng" | "Phó Trưởng phòng" => Some(Role::Division),
        title => office.chiefs().contains(&title).then_some(Role::Head),
    }
}

/// One line of the export, or one that should or should not be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleLine {
    /// The agency the role is held for.
    pub agency: String,
    /// The holder.
    pub name: String,
    /// The holder's login; a joiner has none yet.
    pub login: Option<String>,
    /// The role.
    pub role: String,
}

/// The roles that should be granted and revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesTruth {
    /// The system.
    pub target: String,
    /// To be granted, those of joiners included.
    pub grants: Vec<RoleLine>,
    /// To be revoked: of movers, of leavers from their date on, of those on no list, and those that no
    /// position gives.
    pub revokes: Vec<RoleLine>,
}

/// What `person` holds, with the agency it is held for.
fn held(person: &Person) -> Option<(&'static Office, Vec<Role>)> {
    let entry = person.entry.as_ref().filter(|entry| !entry.disabled)?;
    let by_title = role_of(entry.office, entry.unit, entry.title);
    let roles = match person.slip {
        None => by_title.into_iter().collect(),
        Some(Slip::Lacks) => Vec::new(),
        Some(Slip::Holds(role)) => by_title.into_iter().chain([role]).collect(),
    };
    Some((entry.office, roles))
}

/// What `person` should hold where he or she works; `None` where no list says so.
fn due(person: &Person, full: impl Fn(&str) -> bool) -> Option<Vec<Role>> {
    let by_title = || role_of(person.office, person.unit, person.title).into_iter().collect();
    match person.part {
        Part::Stays | Part::Joins | Part::Moves | Part::Asked(crate::model::record::Action::Change) => {
            Some(by_title())
        }
        Part::Noted(status, _) => {
            Some(if status.leaves() || status.pauses() { Vec::new() } else { by_title() })
        }
        // Whom the full list of the agency does not name holds nothing by it.
        Part::Unlisted if full(person.office.code) => Some(Vec::new()),
        // Those who are asked about here hold no role; who is on no list keeps what there is.
        Part::Asked(_) | Part::AskedByName(_) | Part::Unlisted => None,
    }
}

/// What differs between what is held and what is due.
pub(super) fn truth(people: &[Person], full: impl Fn(&str) -> bool) -> RolesTruth {
    let (mut grants, mut revokes) = (Vec::new(), Vec::new());
    for person in people {
        let Some(due) = due(person, &full) else { continue };
        if person.entry.as_ref().is_some_and(|entry| entry.disabled) {
            continue;
        }
        let (branch, held) = held(person).unwrap_or((person.office, Vec::new()));
        let line = |office: &Office, role: &Role| RoleLine {
            agency: office.code.to_owned(),
            name: person.name.as_str().to_owned(),
            login: person.entry.as_ref().map(|entry| entry.login.clone()),
            role: role.name().to_owned(),
        };
        grants.extend(due.iter().filter(|role| !held.contains(role)).map(|role| line(person.office, role)));
        revokes.extend(held.iter().filter(|role| !due.contains(role)).map(|role| line(branch, role)));
    }
    grants.sort();
    revokes.sort();
    RolesTruth { target: "tthc".to_owned(), grants, revokes }
}

/// The export as bytes (CSV with a byte-order mark and semicolons, as such systems write it) and its number
/// of lines.
pub(super) fn export(people: &[Person]) -> Result<(Vec<u8>, usize), SampleError> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    let mut unmanaged = Some(UNMANAGED);
    for person in people {
        let (Some((office, roles)), Some(entry)) = (held(person), person.entry.as_ref()) else { continue };
        let extra = if roles.is_empty() { None } else { unmanaged.take() };
        for role in roles.into_iter().map(Role::name).chain(extra) {
            let mail = person.mail().unwrap_or_default();
            let name = person.name.as_str().to_owned();
            rows.push(vec![entry.login.clone(), name, mail, office.name.to_owned(), role.to_owned()]);
        }
    }
    let lines = rows.len() - 1;
    Ok((super::text::utf8_with_semicolons(&rows)?, lines))
}
