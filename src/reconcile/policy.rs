//! The province's rules for reconciling: which attributes rosters own, how addresses are made, which position
//! gives which role.

use crate::model::account::Attr;
use crate::model::dn::Dn;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::name::ascii;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The rules.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Attributes that a roster may change.
    pub owned: Vec<Attr>,
    /// The share of an agency's known people, in percent, that a staff list must hold to count as full.
    pub full_share: u32,
    /// Days between a transfer that no other agency confirms and the suspension.
    pub transfer_grace_days: u32,
    /// Titles of leaders: their password is reset only with two approvals.
    pub leaders: Vec<String>,
    /// How addresses are made.
    pub naming: Naming,
    /// Where accounts lie in the directory.
    #[serde(skip)]
    pub layout: Layout,
    /// Position maps, one a system.
    #[serde(skip)]
    pub roles: Vec<RoleMap>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            owned: vec![Attr::Title, Attr::Unit, Attr::Phone, Attr::FullName],
            full_share: 80,
            transfer_grace_days: 15,
            leaders: [
                "Giám đốc*",
                "Phó Giám đốc*",
                "Chủ tịch*",
                "Phó Chủ tịch*",
                "Bí thư*",
                "Chánh Văn phòng*",
            ]
            .map(String::from)
            .into(),
            layout: Layout::default(),
            naming: Naming::default(),
            roles: Vec::new(),
        }
    }
}

/// Where accounts lie: `<login attribute>=<login>,<branch attribute>=<agency>,<people>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The entry above the agencies' branches.
    pub people: Dn,
    /// The attribute that names an agency's branch.
    pub branch_attribute: String,
    /// The attribute that names an account.
    pub login_attribute: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self { people: Dn::default(), branch_attribute: "ou".into(), login_attribute: "uid".into() }
    }
}

impl Layout {
    /// Where `login` of `agency` lies.
    pub fn account(&self, agency: &AgencyCode, login: &str) -> Dn {
        self.people.child(&self.branch_attribute, agency.as_str()).child(&self.login_attribute, login)
    }
}

/// How an address is made. Patterns hold `{given}`, `{initials}` (family and middle names), `{full}`,
/// `{agency}`, `{birth_year}`, `{cccd3}` and, for collisions, `{seq}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Naming {
    /// The mail domain.
    pub domain: String,
    /// The first choice.
    pub pattern: String,
    /// What is tried, in order, where it is taken; a pattern with `{seq}` counts from 2.
    pub on_collision: Vec<String>,
    /// Local parts never given out.
    pub reserved: BTreeSet<String>,
}

impl Default for Naming {
    /// Ninh Bình 162/2025 art. 5.3: given name and the initials of family and middle names, then the agency.
    fn default() -> Self {
        Self {
            domain: "tinh.gov.vn".into(),
            pattern: "{given}{initials}.{agency}".into(),
            on_collision: vec!["{given}{initials}{seq}.{agency}".into()],
            reserved: [
                "abuse",
                "admin",
                "administrator",
                "hostmaster",
                "info",
                "postmaster",
                "root",
                "webmaster",
            ]
            .map(String::from)
            .into(),
        }
    }
}

/// Which position gives which role in one system (`mappings/roles`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleMap {
    /// The system.
    pub target: TargetId,
    /// The roles rosterd gives and takes; it never touches another.
    pub managed: BTreeSet<String>,
    /// The rules; every one that fits gives its roles.
    #[serde(default)]
    pub rule: Vec<RoleRule>,
}

/// One line of the position map.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// Titles, with `*` for anything; case and tone marks do not matter.
    pub positions: Vec<String>,
    /// Kinds of agency; empty means any.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Units within the agency, with `*`; empty means any.
    #[serde(default)]
    pub units: Vec<String>,
    /// What is given.
    pub roles: BTreeSet<String>,
    /// Whether these are privileged: two must approve.
    #[serde(default)]
    pub privileged: bool,
}

impl RoleMap {
    /// The managed roles that a post gives, each with whether it is privileged.
    pub fn roles(
        &self,
        kind: Option<&str>,
        title: Option<&str>,
        unit: Option<&str>,
    ) -> BTreeSet<(String, bool)> {
        let Some(title) = title else { return BTreeSet::new() };
        self.rule
            .iter()
            .filter(|rule| rule.positions.iter().any(|pattern| fits(pattern, title)))
            .filter(|rule| {
                rule.kinds.is_empty() || kind.is_some_and(|kind| rule.kinds.iter().any(|k| k == kind))
            })
            .filter(|rule| {
                rule.units.is_empty() || unit.is_some_and(|unit| rule.units.iter().any(|p| fits(p, unit)))
            })
            .flat_map(|rule| rule.roles.iter().map(|role| (role.clone(), rule.privileged)))
            .filter(|(role, _)| self.managed.contains(role))
            .collect()
    }

    /// Whether `role` is privileged in any rule.
    pub fn privileged(&self, role: &str) -> bool {
        self.rule.iter().any(|rule| rule.privileged && rule.roles.contains(role))
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for anything; case, tone marks and runs of white space do
/// not matter.
pub fn fits(pattern: &str, text: &str) -> bool {
    let fold = |text: &str| ascii(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let (pattern, text) = (fold(pattern), fold(text));
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        None => rest.is_empty(),
        Some(part) => rest.is_empty() || part.is_empty() || text.ends_with(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(fits("Phó Chủ tịch*", "Phó chủ tịch UBND xã"));
        assert!(fits("*một cửa*", "Công chức Một Cửa"));
        assert!(fits("Kế toán", "KẾ  TOÁN"));
        assert!(fits("*trưởng", "Phó trưởng phòng, kế toán trưởng"));
        assert!(!fits("Kế toán", "Kế toán trưởng"));
        assert!(!fits("Chuyên viên*chính", "Chuyên viên"));
    }

    #[test]
    fn a_role_outside_the_managed_ones_is_never_given() {
        let map = RoleMap {
            target: TargetId::new("tthc"),
            managed: ["Cán bộ một cửa".to_owned()].into(),
            rule: vec![RoleRule {
                positions: vec!["Công chức một cửa".into()],
                kinds: vec!["xa".into()],
                units: vec![],
                roles: ["Cán bộ một cửa".to_owned(), "Quản trị".to_owned()].into(),
                privileged: false,
            }],
        };
        let given = map.roles(Some("xa"), Some("Công chức một cửa"), None);
        assert_eq!(given, [("Cán bộ một cửa".to_owned(), false)].into());
        assert!(map.roles(Some("so"), Some("Công chức một cửa"), None).is_empty());
        assert!(map.roles(Some("xa"), None, None).is_empty());
    }
}
