//! `rosterd plan`: what would change, its exit codes, its JSON; it stores nothing.

use super::{World, assert_same_lines};
use crate::support::site::{Base, Dir, PROVINCE, Site};
use rosterd::model::change::{ChangeKind, Gate, Risk, State};
use serde_json::Value;
use std::path::Path;

/// A plan writes no row, no file, nothing to the directory: not even that there was one.
async fn assert_stores_nothing(site: &Site, arguments: &[&str], code: i32) -> String {
    let before = World::of(site).await;
    let out = site.expect(arguments, code);
    let after = World::of(site).await;
    after.tables.assert_same_but(&before.tables, &[]);
    assert!(after.files == before.files, "{arguments:?} wrote a file");
    assert_same_lines(&before.directory, &after.directory, "the directory");
    out
}

#[tokio::test]
async fn a_plan_of_what_lies_in_the_inbox_stores_nothing_on_sqlite() {
    codes(Base::Sqlite).await;
}

#[tokio::test]
async fn a_plan_of_what_lies_in_the_inbox_stores_nothing_on_postgresql() {
    codes(Base::Postgres).await;
}

async fn codes(base: Base) {
    let site = Site::new(base, Dir::Slapd, "").await;
    assert_stores_nothing(&site, &["plan"], 0).await;
    site.drop_file("snv", Path::new(&format!("{PROVINCE}/inbox/snv/snv-mau06.xlsx")));
    // What takes away waits until its match by name and phone is confirmed.
    let out = assert_stores_nothing(&site, &["plan"], 3).await;
    assert!(out.contains("Vũ Đức Long"), "{out}");
    site.drop_province();
    let text = assert_stores_nothing(&site, &["plan", "--json"], 3).await;
    let previewed: Value = serde_json::from_str(&text).unwrap();
    assert_schema(&previewed);
    let narrow = assert_stores_nothing(&site, &["plan", "--agency", "snv"], 3).await;
    assert!(narrow.contains("Vũ Đức Long") && !narrow.contains("Đặng Bá Quân"), "{narrow}");
    let one = assert_stores_nothing(&site, &["plan", "--person", "vu duc long"], 2).await;
    assert!(one.contains("Vũ Đức Long") && !one.contains("Đinh Kim Nhung"), "{one}");
    site.expect(&["plan", "--agency", "khongco"], 1);

    // What a pass then stores is what was shown.
    site.pass(3);
    let stored = site.changes(None).await;
    let shown = previewed["changes"].as_array().unwrap();
    let mut shown: Vec<_> = shown.iter().map(|one| one["key"].as_str().unwrap()).collect();
    let mut keys: Vec<_> = stored.iter().map(|one| one.key.as_str()).collect();
    shown.sort_unstable();
    keys.sort_unstable();
    assert_eq!(shown, keys);
    assert_stores_nothing(&site, &["plan"], 3).await;

    site.approve_everything().await;
    site.pass(0);
    assert_stores_nothing(&site, &["plan"], 0).await;

    // An error outranks the rest, and nothing is shown as a plan.
    let mut site = site;
    site.slapd.as_mut().unwrap().stop();
    let output = site.rosterd(&["plan", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stderr).contains("directory"));
}

/// The contract of `plan --json`.
fn assert_schema(plan: &Value) {
    assert_eq!(plan["schema"], 1);
    let changes = plan["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        let text = |name: &str| change[name].as_str().unwrap_or_else(|| panic!("{name}: {change:#}"));
        assert_eq!(text("key").len(), 64);
        assert!(ChangeKind::parse(text("kind")).is_some());
        assert!(["mail", "tthc"].contains(&text("target")));
        assert!(!text("subject").is_empty() && !text("agency").is_empty() && !text("reason").is_empty());
        assert!(Risk::parse(text("risk")).is_some() && Gate::parse(text("gate")).is_some());
        assert!(text("due").parse::<chrono::NaiveDate>().is_ok());
        assert!(State::parse(text("state")).is_some());
        assert!(change["before"].is_object() && change["after"].is_object());
        assert!(!change["evidence"].as_array().unwrap().is_empty());
    }
    assert!(plan["questions"].is_array());
    let held = changes.iter().filter(|change| change["state"] == "held").count();
    let brakes = plan["brakes"].as_array().unwrap();
    let holds: Vec<_> = brakes.iter().flat_map(|brake| brake["holds"].as_array().unwrap()).collect();
    let waits = changes
        .iter()
        .filter(|one| one["state"] == "held" && one["waits"].is_string() && !holds.contains(&&one["key"]));
    assert_eq!(holds.len() + waits.count(), held, "counts equal the listed items");
    let summary = &plan["summary"];
    assert_eq!((&summary["changes"], &summary["held"]), (&changes.len().into(), &held.into()));
    let kinds = summary["kinds"].as_object().unwrap();
    for (kind, count) in kinds {
        let listed = changes.iter().filter(|change| change["kind"] == kind.as_str()).count();
        assert_eq!(count, listed, "{kind}");
    }
}
