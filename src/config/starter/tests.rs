//! The starter is held against the settings it explains: it says all of them, and says of none what is not so.

use super::{AGENCIES, CONFIG, ROLES};
use crate::config::{Config, agencies};
use crate::model::agency::{Agency, Contact, KeptMailbox};
use crate::reconcile::policy::{Naming, Policy, Retention, RoleMap};
use crate::systems::handoff::{self, Columns, DeadlineDays, Step};
use crate::systems::{Shrink, keycloak, ldap_groups, scim, sql};
use crate::{
    directory, http, intake, notify, openid, plan, rotation, store, telemetry, web, workbook, worker,
};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The ways the file can be used: as it is, and with each block of `#|` lines in force.
fn variants() -> Vec<String> {
    let lines: Vec<&str> = CONFIG.lines().collect();
    let is_block = |at: usize| lines[at].starts_with("#|");
    let starts = (0..lines.len()).filter(|&at| is_block(at) && (at == 0 || !is_block(at - 1)));
    let blocks = starts.map(|start| (start..lines.len()).take_while(|&at| is_block(at)).collect::<Vec<_>>());
    std::iter::once(CONFIG.to_owned()).chain(blocks.map(|block| in_force(&lines, &block))).collect()
}

/// The file after what its head asks for: `#| ` taken away, and the table of the same name deleted.
fn in_force(lines: &[&str], block: &[usize]) -> String {
    let taken_away = |at: usize| lines[at].trim_start_matches("#|").trim_start_matches(' ');
    let header = Some(taken_away(block[0])).filter(|line| line.starts_with('['));
    let mut deleting = false;
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            deleting = Some(*line) == header;
        }
        let line = if block.contains(&at) {
            taken_away(at)
        } else if deleting && !line.starts_with("#|") {
            ""
        } else {
            *line
        };
        text += line;
        text.push('\n');
    }
    text
}

/// With every `#name = value` in force too.
fn with_defaults(text: &str) -> String {
    let line = |line: &str| {
        let setting =
            line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        setting.unwrap_or(line).to_owned() + "\n"
    };
    text.lines().map(line).collect()
}

fn config(text: &str) -> Config {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn it_can_be_used_as_it_is_and_in_each_other_way() {
    let variants = variants();
    assert_eq!(variants.len(), 1 + 23, "the file, fifteen tables and eight settings");
    for text in &variants {
        config(text).directory.tree().unwrap();
    }
    let configs: Vec<Config> = variants.iter().map(|text| config(text)).collect();
    let any = |is: fn(&Config) -> bool| assert!(configs.iter().any(is));
    any(|config| matches!(config.directory, directory::Settings::Ldap(_)));
    any(|config| matches!(config.directory, directory::Settings::Ldif(_)));
    any(|config| matches!(config.mail, notify::transport::Settings::Smtp(_)));
    any(|config| matches!(config.mail, notify::transport::Settings::Eml(_)));
    any(|config| config.store.url.starts_with("postgres://"));
    any(|config| !config.systems.is_empty());
    any(|config| config.policy.naming.profile.is_some());
}

#[test]
fn what_it_calls_a_default_is_the_default() {
    for text in variants() {
        let [as_is, spelt_out] =
            [text.clone(), with_defaults(&text)].map(|text| format!("{:#?}", config(&text)));
        let differs = as_is.lines().zip(spelt_out.lines()).find(|(one, other)| one != other);
        assert_eq!(differs, None);
        assert_eq!(as_is.len(), spelt_out.len());
    }
}

/// The names of a type's settings, as its refusal of an unknown one lists them.
fn settings<T: DeserializeOwned>() -> BTreeSet<String> {
    let Err(error) = toml::from_str::<T>("no_such_setting = 0") else { panic!("takes anything") };
    let names = error.message().split('`').skip(3).step_by(2);
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(names.iter().all(|name| !name.is_empty() && !name.contains(' ')), "{error}");
    names
}

/// The same for the type of a field.
fn settings_of<S, T: DeserializeOwned>(_field: fn(S) -> T) -> BTreeSet<String> {
    settings::<T>()
}

/// The names under `path`, in whichever of the tables they stand.
fn said(tables: &[Table], path: &[&str]) -> BTreeSet<String> {
    let mut level: Vec<Value> = tables.iter().cloned().map(Value::Table).collect();
    for step in path {
        let below = level.iter().filter_map(|value| value.get(step)).cloned();
        level =
            below.flat_map(|value| if let Value::Array(list) = value { list } else { vec![value] }).collect();
    }
    level.iter().filter_map(Value::as_table).flat_map(|table| table.keys().cloned()).collect()
}

#[test]
fn it_says_every_setting() {
    let tables: Vec<Table> =
        variants().iter().map(|text| toml::from_str(&with_defaults(text)).unwrap()).collect();
    let missing = |path: &[&str], settings: BTreeSet<String>| {
        assert!(!settings.is_empty(), "{path:?}");
        let missing: Vec<_> = settings.difference(&said(&tables, path)).cloned().collect();
        assert!(missing.is_empty(), "the starter does not say {path:?} {missing:?}");
    };
    // Explained in a comment, for the table it is added to is itself a block.
    let mut system = settings::<handoff::Settings>();
    assert!(system.remove("columns"));
    let columns = CONFIG.lines().find_map(|line| line.strip_prefix("#   columns = ")).unwrap();
    let columns: Table = toml::from_str(&format!("columns = {columns}")).unwrap();
    assert_eq!(said(&[columns], &["columns"]), settings::<Columns>());

    missing(&[], settings::<Config>());
    missing(&["folders"], settings::<intake::folders::Folders>());
    missing(&["store"], settings::<store::Settings>());
    missing(&["directory"], settings::<directory::LdapSettings>());
    missing(&["directory"], settings::<directory::LdifSettings>());
    missing(&["directory", "connection"], settings_of(|one: directory::LdapSettings| one.connection));
    missing(&["system"], system);
    missing(&["system"], settings::<sql::Settings>());
    missing(&["system"], settings::<ldap_groups::Settings>());
    missing(&["system"], settings::<scim::Settings>());
    missing(&["system"], settings::<keycloak::Settings>());
    missing(&["system", "roles"], settings::<keycloak::Role>());
    missing(&["system", "connection"], settings::<http::Settings>());
    missing(&["system", "revoke"], settings::<sql::Statement>());
    missing(&["system", "revoke", "read_back"], settings::<sql::ReadBack>());
    missing(&["system", "accounts"], settings::<sql::Accounts>());
    missing(&["system", "create"], settings::<sql::AccountStatement>());
    missing(&["system", "deadline_days"], settings::<DeadlineDays>());
    missing(&["system", "escalation"], settings::<Step>());
    let mut files = settings::<handoff::LookupFiles>();
    assert!(files.remove("columns"), "in a comment");
    missing(&["system", "lookups"], files);
    missing(&["system", "lookups"], settings::<sql::LookupQuery>());
    missing(&["lookup_limits"], settings::<rotation::lookups::Rule>());
    missing(&["lookup_limits", "limits"], settings::<rotation::lookups::Limit>());
    missing(&["system", "shrink"], settings::<Shrink>());
    missing(&["mail"], settings::<notify::transport::smtp::Settings>());
    missing(&["mail"], settings::<notify::transport::eml::Settings>());
    missing(&["sender"], settings::<notify::templates::Sender>());
    missing(&["policy"], settings::<Policy>());
    missing(&["policy", "naming"], settings::<Naming>());
    missing(&["policy", "retention"], settings::<Retention>());
    missing(&["time_to_serve"], settings::<plan::serve::TimeToServe>());
    missing(&["deadlines"], settings::<plan::ladder::Ladders>());
    missing(&["deadlines", "suspicions"], settings::<plan::ladder::Ladder>());
    missing(&["rotation"], settings::<rotation::settings::Settings>());
    missing(&["rotation", "default_passwords"], settings::<rotation::settings::DefaultPasswords>());
    missing(&["rotation", "exempt"], settings::<rotation::settings::Exemption>());
    missing(&["brakes"], settings::<plan::brakes::Limits>());
    missing(&["brakes", "disables"], settings::<plan::brakes::Limit>());
    missing(&["log"], settings::<telemetry::Settings>());
    missing(&["worker"], settings::<worker::Settings>());
    missing(&["reader"], settings::<workbook::Limits>());
    missing(&["web"], settings::<web::Settings>());
    missing(&["web", "openid"], settings::<openid::Settings>());
}

#[tokio::test]
async fn the_agencies_can_be_read_and_say_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agencies.toml");
    std::fs::write(&path, AGENCIES).unwrap();
    let mut reader = workbook::Reader::new("no-reader".into(), workbook::Limits::default());
    assert_eq!(agencies::read(&path, &mut reader).await.unwrap().len(), 2);
    let tables = [toml::from_str(AGENCIES).unwrap()];
    assert_eq!(said(&tables, &["agency"]), settings::<Agency>());
    assert_eq!(said(&tables, &["agency", "contacts"]), settings::<Contact>());
    assert_eq!(said(&tables, &["agency", "mailboxes"]), settings::<KeptMailbox>());
}

#[test]
fn the_role_map_is_for_the_system_the_starter_names() {
    let map: RoleMap = toml::from_str(ROLES).unwrap();
    let systems: Vec<_> = variants().iter().flat_map(|text| config(text).systems).collect();
    assert!(systems.iter().any(|system| *system.name() == map.target));
}

#[test]
fn what_must_be_filled_in_is_marked() {
    // The examples' domain and number stand nowhere in force without a mark.
    let example =
        |line: &&str| line.contains("tinh.gov.vn") || line.contains("dc=tinh") || line.contains("0200 0000");
    let in_force = CONFIG.lines().filter(|line| !line.starts_with('#'));
    for line in in_force.filter(example) {
        assert!(line.ends_with("# FILL IN"), "{line}");
    }
    assert!(AGENCIES.contains("FILL IN"));
}
