//! The sample's role export and the position map, from which the truth about roles follows.

use super::directory::{account, directory, first, persons};
use super::{agencies, open, province};
use rosterd::model::agency::Agency;
use rosterd::model::name::ascii;
use rosterd::model::record::Action;
use rosterd::sample::{self, RoleLine};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What of the map says which position gives which role.
#[derive(serde::Deserialize)]
struct PositionMap {
    target: String,
    managed: BTreeSet<String>,
    rule: Vec<Rule>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    positions: Vec<String>,
    kinds: Option<Vec<String>>,
    units: Option<Vec<String>>,
    roles: Vec<String>,
    #[serde(default)]
    privileged: bool,
}

/// The patterns here end in `*` or hold none.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (ascii(pattern), ascii(text));
    pattern.strip_suffix('*').map_or(text == pattern, |start| text.starts_with(start))
}

impl PositionMap {
    fn read() -> Self {
        toml::from_str(include_str!("../../../mappings/roles/tthc.toml")).unwrap()
    }

    fn roles(&self, kind: &str, unit: &str, title: &str) -> BTreeSet<String> {
        let applies = |rule: &&Rule| {
            rule.positions.iter().any(|pattern| fits(pattern, title))
                && rule.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|wanted| wanted == kind))
                && rule.units.as_ref().is_none_or(|units| units.iter().any(|pattern| fits(pattern, unit)))
        };
        self.rule.iter().filter(applies).flat_map(|rule| rule.roles.clone()).collect()
    }
}

#[test]
fn the_position_map_grants_only_roles_it_manages() {
    let map = PositionMap::read();
    assert_eq!(map.target, "tthc");
    assert!(map.rule.iter().flat_map(|rule| &rule.roles).all(|role| map.managed.contains(role)));
    assert_eq!(map.rule.iter().filter(|rule| rule.privileged).count(), 1);
    assert_eq!(map.roles("xa", "Phòng Kinh tế", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH").len(), 1);
    assert!(map.roles("so", "Phòng Kinh tế", "Công chức Tư pháp - Hộ tịch").is_empty());
}

/// What the export holds: agency's name, login, role.
fn held(dir: &Path) -> BTreeSet<(String, String, String)> {
    let rows = open(&std::fs::read(dir.join(sample::TTHC_EXPORT)).unwrap()).remove("Danh sách").unwrap();
    assert_eq!(rows[0], ["Tên đăng nhập", "Họ và tên", "Thư điện tử", "Đơn vị", "Vai trò"]);
    rows[1..].iter().map(|row| (row[3].clone(), row[0].clone(), row[4].clone())).collect()
}

#[test]
fn grants_and_revokes_follow_from_rosters_position_map_and_export() {
    let (dir, laid) = province();
    let (map, agencies, entries) = (PositionMap::read(), agencies(dir.path()), directory(dir.path()));
    let persons = persons(&entries);
    let held = held(dir.path());
    assert_eq!(held.len(), laid.roles);
    assert!(held.iter().any(|line| !map.managed.contains(&line.2)), "an unmanaged role");
    let by_code: BTreeMap<&str, &Agency> =
        agencies.values().map(|agency| (agency.code.as_str(), agency)).collect();
    let by_name: BTreeMap<&str, &str> =
        agencies.values().map(|agency| (agency.name.as_str(), agency.code.as_str())).collect();

    let (mut grants, mut revokes) = (BTreeSet::new(), BTreeSet::new());
    for roster in &laid.truth.files {
        for record in &roster.records {
            let gone = record.status.is_some_and(rosterd::model::record::Status::leaves);
            let stopped = matches!(record.action, Some(Action::Revoke | Action::Suspend));
            if stopped {
                continue;
            }
            let entry = account(&persons, record);
            let login = entry.map(|entry| first(entry, "uid").to_owned());
            let unit = record.unit.as_deref().or(entry.map(|entry| first(entry, "ou"))).unwrap_or_default();
            let kind = by_code[roster.agency.as_str()].kind.as_deref().unwrap();
            let due = if gone {
                BTreeSet::new()
            } else {
                map.roles(kind, unit, record.position.as_deref().unwrap())
            };
            let line = |agency: &str, role: &str| RoleLine {
                agency: agency.to_owned(),
                name: record.full_name.to_string(),
                login: login.clone(),
                role: role.to_owned(),
            };
            let has: Vec<(&str, &str)> = held
                .iter()
                .filter(|(_, holder, role)| Some(holder) == login.as_ref() && map.managed.contains(role))
                .map(|(agency, _, role)| (by_name[agency.as_str()], role.as_str()))
                .collect();
            let lacks = due.iter().filter(|role| !has.contains(&(roster.agency.as_str(), role)));
            grants.extend(lacks.map(|role| line(&roster.agency, role)));
            let beyond = has.iter().filter(|(agency, role)| *agency != roster.agency || !due.contains(*role));
            revokes.extend(beyond.map(|(agency, role)| line(agency, role)));
        }
    }
    // Whom the full list of the agency does not name holds nothing by it.
    for one in &laid.truth.directory.extra {
        let of_it = held
            .iter()
            .filter(|(_, holder, role)| Some(holder) == one.login.as_ref() && map.managed.contains(role));
        revokes.extend(of_it.map(|(agency, _, role)| RoleLine {
            agency: by_name[agency.as_str()].to_owned(),
            name: one.name.clone(),
            login: one.login.clone(),
            role: role.clone(),
        }));
    }
    assert_eq!(grants, laid.truth.roles.grants.iter().cloned().collect());
    assert_eq!(revokes, laid.truth.roles.revokes.iter().cloned().collect());
    assert!(grants.iter().any(|line| line.login.is_some()) && revokes.len() > 10);
}
