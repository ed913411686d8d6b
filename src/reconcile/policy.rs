//! The province's rules for reconciling: which attributes rosters own, how addresses are made, which position
//! gives which role.

use super::naming::{check_pattern, takes_sealed_digits};
use super::pattern::{Folded, Pattern};
use super::reorganisation::Reorganisation;
use crate::model::account::Attr;
use crate::model::dn::Dn;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::record::Status;
use chrono::NaiveDate;
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
    /// From this day on each agency is asked twice a year whether its contacts and the custodians of its unit mailboxes are
    /// the same; nobody is asked without it.
    pub attest_from: Option<NaiveDate>,
    /// Titles of leaders: their password is reset only with two approvals.
    pub leaders: Vec<Pattern>,
    /// What becomes of an account while its holder is on leave.
    pub leave: Pause,
    /// And while its holder is seconded elsewhere.
    pub secondment: Pause,
    /// How long the mailbox of somebody who has left is kept.
    pub retention: Retention,
    /// How addresses are made.
    pub naming: Naming,
    /// What the directory can do.
    #[serde(skip)]
    pub directory: DirectoryCan,
    /// The systems whose passwords the written rules age.
    #[serde(skip)]
    pub aged: BTreeSet<TargetId>,
    /// The map of old to new agencies, where some were merged, split or renamed.
    pub reorganisation: Option<Reorganisation>,
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
            attest_from: None,
            leaders: [
                "Giám đốc*",
                "Phó Giám đốc*",
                "Chủ tịch*",
                "Phó Chủ tịch*",
                "Bí thư*",
                "Chánh Văn phòng*",
            ]
            .map(Pattern::from)
            .into(),
            leave: Pause::default(),
            secondment: Pause::default(),
            retention: Retention::default(),
            directory: DirectoryCan::default(),
            layout: Layout::default(),
            naming: Naming::default(),
            aged: BTreeSet::new(),
            reorganisation: None,
            roles: Vec::new(),
        }
    }
}

impl Policy {
    /// Whether an address or a login of this province takes digits of citizen IDs that are kept sealed.
    pub fn takes_sealed_digits(&self) -> bool {
        let Naming { pattern, on_collision, .. } = &self.naming;
        let addresses = std::iter::once(pattern).chain(on_collision);
        let logins = self.roles.iter().flat_map(|map| map.login.iter().chain(&map.login_on_collision));
        takes_sealed_digits(addresses.chain(logins))
    }

    /// The rule for somebody of this status, where it is one that pauses.
    pub fn pause(&self, status: Option<Status>) -> Option<&Pause> {
        match status? {
            Status::Leave => Some(&self.leave),
            Status::Seconded => Some(&self.secondment),
            Status::Active
            | Status::Transferred
            | Status::Retired
            | Status::Resigned
            | Status::Dismissed
            | Status::Deceased => None,
        }
    }
}

/// What rests while somebody is away and is to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pause {
    /// Whether the roles at home rest.
    pub roles_rest: bool,
    /// Whether the account is suspended too; the mailbox receives all the same.
    pub account_rests: bool,
}

impl Default for Pause {
    /// Roles give power over citizens' files and rest; the mailbox stays, for its holder comes back.
    fn default() -> Self {
        Self { roles_rest: true, account_rests: false }
    }
}

/// How long the mailbox of somebody who has left is kept: locked at once, then closed, then deleted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// A province's own terms, by name, instead of the months and ranks.
    pub profile: Option<String>,
    /// Months from the lock, and from leaving, until the mailbox is closed: 6 by Quyết định 652/QĐ-BTTTT (2016).
    pub close_after_months: u32,
    /// The same for those whose title is in `ranks`: 12 by the same decision, for heads of department.
    pub close_after_months_of_ranks: u32,
    /// Titles of those whose mailbox is kept longer.
    pub ranks: Vec<Pattern>,
    /// Months from the closing until the account is deleted: 3 by Quyết định 162/2025/QĐ-UBND Ninh Bình, điều 7
    /// khoản 4 (send and receive blocked, deleted after three months). The Personal Data Protection Law 91/2025/QH15
    /// asks for deletion once the purpose has ended.
    pub delete_after_months: u32,
    /// Days before its day on which a step is put to review.
    pub notice_days: u32,
    /// The document and its article, where a profile lays the terms down.
    #[serde(skip)]
    pub basis: Option<Basis>,
}

/// What a rule rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The document.
    pub document: String,
    /// The article.
    pub article: String,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            profile: None,
            close_after_months: 6,
            close_after_months_of_ranks: 12,
            ranks: [
                "Giám đốc*",
                "Phó Giám đốc*",
                "Chủ tịch*",
                "Phó Chủ tịch*",
                "Bí thư*",
                "Phó Bí thư*",
                "Chánh*",
                "Trưởng*",
                "Vụ trưởng*",
                "Cục trưởng*",
                "Chi cục trưởng*",
                "Viện trưởng*",
                "Hiệu trưởng*",
            ]
            .map(Pattern::from)
            .into(),
            delete_after_months: 3,
            notice_days: 30,
            basis: None,
        }
    }
}

impl Retention {
    /// Checks that time passes between the lock and the deletion: what is gone cannot be undone.
    pub fn check(&self) -> Result<(), String> {
        let Self { close_after_months, close_after_months_of_ranks, delete_after_months, .. } = self;
        if close_after_months.min(close_after_months_of_ranks) + delete_after_months == 0 {
            return Err("retention: delete_after_months is 0, and so are the months before: nothing would wait between \
                        the lock and the deletion; expected at least one month in all"
                .to_owned());
        }
        Ok(())
    }
}

/// What the mail directory can do, by its dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryCan {
    /// Close a mailbox.
    pub closes: bool,
    /// Hold further addresses of an account.
    pub aliases: bool,
}

impl Default for DirectoryCan {
    fn default() -> Self {
        Self { closes: true, aliases: true }
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
    /// The branch of `agency`.
    pub fn branch(&self, agency: &AgencyCode) -> Dn {
        self.people.child(&self.branch_attribute, agency.as_str())
    }

    /// Where `login` of `agency` lies.
    pub fn account(&self, agency: &AgencyCode, login: &str) -> Dn {
        self.branch(agency).child(&self.login_attribute, login)
    }
}

/// How an address is made. Patterns hold `{given}`, `{initials}` (family and middle names), `{full}`,
/// `{agency}`, `{birth_year}`, `{birth_month}`, `{cccd3}`, `{cccd4}` and, for
/// collisions, `{seq}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Naming {
    /// The mail domain.
    pub domain: String,
    /// A province's own order of patterns, by name, instead of `pattern` and `on_collision`.
    pub profile: Option<String>,
    /// The first choice.
    pub pattern: String,
    /// What is tried, in order, where it is taken; a pattern with `{seq}` counts from 2.
    pub on_collision: Vec<String>,
    /// Local parts never given out.
    pub reserved: BTreeSet<String>,
    /// Whether somebody who moves gets, as a further address, the one that newcomers of the new agency would get. The
    /// address itself stays.
    pub alias_on_move: bool,
}

impl Default for Naming {
    /// Ninh Bình 162/2025 art. 5.3: given name and the initials of family and middle names, then the agency.
    fn default() -> Self {
        Self {
            domain: "tinh.gov.vn".into(),
            profile: None,
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
            alias_on_move: false,
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
    /// Roles whose holders have files in hand: when one goes, somebody is asked who takes them over.
    #[serde(default)]
    pub files: BTreeSet<String>,
    /// Roles that one person may not hold together.
    #[serde(default)]
    pub apart: Vec<Apart>,
    /// How a login is made there; without it, a login is the official address.
    #[serde(default)]
    pub login: Option<String>,
    /// What is tried, in order, where that login is taken; a pattern with `{seq}` counts from 2.
    #[serde(default)]
    pub login_on_collision: Vec<String>,
}

/// Two roles that one person may not hold together, in one system or in two.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// The two.
    pub roles: [RoleOf; 2],
    /// Why, for whoever must decide between them.
    pub why: String,
}

/// A role by name, of the map's own system or of another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a role's name, or { system = \"…\", role = \"…\" }")]
pub enum RoleOf {
    /// Of the map's own system.
    Here(String),
    /// Of another.
    There {
        /// The system.
        system: TargetId,
        /// The role there.
        role: String,
    },
}

/// One line of the position map.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// Titles.
    pub positions: Vec<Pattern>,
    /// Kinds of agency; empty means any.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Units within the agency; empty means any.
    #[serde(default)]
    pub units: Vec<Pattern>,
    /// What is given.
    pub roles: BTreeSet<String>,
    /// Whether these are privileged: two must approve.
    #[serde(default)]
    pub privileged: bool,
}

/// What a position gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// The managed roles it gives.
    pub roles: BTreeSet<String>,
    /// The managed roles it might give: a rule asks for a unit and none is known. Of these nothing is said.
    pub perhaps: BTreeSet<String>,
}

impl RoleMap {
    /// What a post of this title gives.
    pub fn given(&self, kind: Option<&str>, title: Option<&str>, unit: Option<&str>) -> Given {
        let mut given = Given::default();
        let Some(title) = title.map(Folded::new) else { return given };
        let unit = unit.map(Folded::new);
        for rule in &self.rule {
            let kind_fits =
                rule.kinds.is_empty() || kind.is_some_and(|kind| rule.kinds.iter().any(|one| one == kind));
            if !kind_fits || !Pattern::any(&rule.positions, &title) {
                continue;
            }
            let side = match &unit {
                _ if rule.units.is_empty() => &mut given.roles,
                Some(unit) if Pattern::any(&rule.units, unit) => &mut given.roles,
                Some(_) => continue,
                None => &mut given.perhaps,
            };
            side.extend(rule.roles.intersection(&self.managed).cloned());
        }
        given
    }

    /// The two roles of each pair that must be apart, each with its system.
    pub fn pairs(&self) -> impl Iterator<Item = ([(&TargetId, &str); 2], &Apart)> {
        self.apart.iter().map(|pair| {
            let [one, two] = &pair.roles;
            ([self.named(one), self.named(two)], pair)
        })
    }

    fn named<'a>(&'a self, role: &'a RoleOf) -> (&'a TargetId, &'a str) {
        match role {
            RoleOf::Here(role) => (&self.target, role),
            RoleOf::There { system, role } => (system, role),
        }
    }

    /// What is wrong with this map, with the setting's name; `systems` are those configured.
    pub fn check(&self, systems: &BTreeSet<&TargetId>) -> Result<(), String> {
        for ([one, two], _) in self.pairs() {
            if one == two {
                return Err(format!("apart: {:?} stands there twice; expected two roles", one.1));
            }
            if let Some((system, _)) = [one, two].into_iter().find(|(system, _)| !systems.contains(system)) {
                return Err(format!("apart: no [[system]] is named {:?}", system.as_str()));
            }
        }
        if self.login.is_none() && !self.login_on_collision.is_empty() {
            return Err("login_on_collision: there is no login pattern; set login too".into());
        }
        for pattern in self.login.iter().chain(&self.login_on_collision) {
            check_pattern(pattern).map_err(|why| format!("login: {why}"))?;
        }
        Ok(())
    }

    /// Whether `role` is privileged in any rule.
    pub fn privileged(&self, role: &str) -> bool {
        self.rule.iter().any(|rule| rule.privileged && rule.roles.contains(role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(units: Vec<Pattern>) -> RoleMap {
        RoleMap {
            target: TargetId::new("tthc"),
            managed: ["Cán bộ một cửa".to_owned()].into(),
            rule: vec![RoleRule {
                positions: vec!["Công chức một cửa".into()],
                kinds: vec!["xa".into()],
                units,
                roles: ["Cán bộ một cửa".to_owned(), "Quản trị".to_owned()].into(),
                privileged: false,
            }],
            files: BTreeSet::new(),
            apart: Vec::new(),
            login: None,
            login_on_collision: Vec::new(),
        }
    }

    #[test]
    fn a_map_that_names_what_is_not_there_is_refused() {
        let said = |text: &str| {
            let map: RoleMap = toml::from_str(&format!("target = \"tthc\"\nmanaged = []\n{text}")).unwrap();
            map.check(&[&TargetId::new("tthc"), &TargetId::new("qlvb")].into())
        };
        let pair = |roles: &str| said(&format!("[[apart]]\nroles = [{roles}]\nwhy = \"vì\""));
        assert_eq!(pair("\"a\", \"b\""), Ok(()));
        assert_eq!(pair("\"a\", { system = \"qlvb\", role = \"a\" }"), Ok(()));
        assert!(pair("\"a\", \"a\"").unwrap_err().contains("expected two roles"));
        assert!(pair("\"a\", { system = \"khac\", role = \"b\" }").unwrap_err().contains("no [[system]]"));
        assert_eq!(
            said("login = \"{agency}_{full}\"\nlogin_on_collision = [\"{agency}_{full}{seq}\"]"),
            Ok(())
        );
        assert!(said("login = \"{unit}\"").unwrap_err().starts_with("login: "));
        assert!(said("login_on_collision = [\"x{seq}\"]").unwrap_err().contains("set login too"));
    }

    #[test]
    fn a_role_outside_the_managed_ones_is_never_given() {
        let given = |kind, title| map(Vec::new()).given(Some(kind), title, None).roles;
        assert_eq!(given("xa", Some("Công chức một cửa")), ["Cán bộ một cửa".to_owned()].into());
        assert!(given("so", Some("Công chức một cửa")).is_empty());
        assert!(given("xa", None).is_empty());
    }

    #[test]
    fn a_rule_that_asks_for_a_unit_says_nothing_where_none_is_known() {
        let map = map(vec!["Bộ phận một cửa".into()]);
        let given = |unit| map.given(Some("xa"), Some("Công chức một cửa"), unit);
        assert_eq!(given(Some("Bộ phận Một cửa")).roles.len(), 1);
        assert_eq!(given(Some("Văn phòng")), Given::default());
        assert!(given(None).roles.is_empty());
        assert_eq!(given(None).perhaps.len(), 1);
    }
}
