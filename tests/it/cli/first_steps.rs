//! Help, init, check and what a broken configuration says.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use std::path::Path;
use std::process::{Command, Output};

/// The program in a folder.
pub fn rosterd(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("timeout")
        .args(["-s", "KILL", "60", env!("CARGO_BIN_EXE_rosterd")])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// What it said on both outputs.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_command_explains_itself() {
    let here = tempfile::tempdir().unwrap();
    let commands = "demo|init|check|read|run|plan|review|review list|review show|review approve|review reject|\
                    review answer|review release|review discard|apply|undo|pause|resume|operator|operator add|\
                    operator list|operator remove|slip|slip list|slip print|slip confirm|audit|audit verify|\
                    audit export|completions";
    let top = said(&rosterd(here.path(), &["--help"]));
    for command in commands.split('|') {
        let words: Vec<_> = command.split(' ').chain(["--help"]).collect();
        let output = rosterd(here.path(), &words);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(said(&output).contains(&format!("Usage: rosterd {command}")), "{}", said(&output));
        assert!(top.contains(command.split(' ').next().unwrap()), "{command} is not in the overview");
    }
    assert_eq!(rosterd(here.path(), &["--version"]).status.code(), Some(0));
    assert_eq!(rosterd(here.path(), &["no-such-command"]).status.code(), Some(1));
}

#[test]
fn init_lays_out_a_starter_once_and_replaces_nothing() {
    let here = tempfile::tempdir().unwrap();
    let output = rosterd(here.path(), &["init", "tinh"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let folder = here.path().join("tinh");
    for name in ["rosterd.toml", "agencies.toml", "roles/tthc.toml", "secrets/site.key"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
    let before = std::fs::read(folder.join("rosterd.toml")).unwrap();
    let key = std::fs::read(folder.join("secrets/site.key")).unwrap();
    let again = rosterd(here.path(), &["init", "tinh"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("replaces nothing"), "{}", said(&again));
    assert_eq!(std::fs::read(folder.join("rosterd.toml")).unwrap(), before);
    assert_eq!(std::fs::read(folder.join("secrets/site.key")).unwrap(), key);

    // All that is wrong with it is what only the province can know.
    let check = rosterd(&folder, &["check", "--json"]);
    let lines: serde_json::Value =
        serde_json::from_slice(&check.stdout).unwrap_or_else(|_| panic!("{}", said(&check)));
    let wrong: Vec<_> = lines
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["fine"] == false)
        .map(|line| line["what"].as_str().unwrap())
        .collect();
    assert_eq!(check.status.code(), Some(1));
    assert_eq!(wrong, ["database", "directory"], "{}", said(&check));
    assert!(said(&check).contains("rosterd operator add"), "{}", said(&check));
}

#[tokio::test]
async fn a_site_that_is_ready_passes_its_check() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let out = site.expect(&["check"], 0);
    assert!(out.lines().all(|line| line.starts_with("ok ")), "{out}");
    assert!(out.contains("accounts") && out.contains("audit chain"), "{out}");
}

#[tokio::test]
async fn the_check_reads_what_is_laid_down_for_agencies() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    desk::edit_config(&site, "agencies = ", "mappings = \"mappings\"\nagencies = ");
    let folder = site.path("mappings/rosters/agencies");
    std::fs::create_dir_all(&folder).unwrap();
    let pins = "[[list]]\ncolumns = { full_name = \"C\" }\n";
    std::fs::write(folder.join("snv.toml"), pins).unwrap();
    let line = || {
        let out = said(&site.rosterd(&["check"]));
        out.lines().find(|line| line.contains("mappings: ")).map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(line(), "ok     mappings: rosters; laid down for snv");
    std::fs::write(folder.join("nobody.toml"), pins).unwrap();
    assert!(line().starts_with("ERROR") && line().contains("agencies/nobody.toml: no agency"), "{}", line());
    std::fs::write(folder.join("nobody.toml"), "[[list]]\ncolumns = { full_name = \"3\" }\n").unwrap();
    assert!(line().contains("agencies/nobody.toml: list 1: columns.full_name"), "{}", line());
}

#[tokio::test]
async fn a_broken_configuration_says_where_and_what_was_expected() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    for (from, to, told) in [
        ("settle_seconds = 0", "settle_secs = 0", vec!["settle_secs", "settle_seconds", "rosterd.toml"]),
        ("kind = \"eml\"", "kind = \"pigeon\"", vec!["pigeon", "eml", "smtp"]),
        ("domain = \"tinhmau.gov.vn\"", "domain = 5", vec!["domain", "string"]),
        ("slips_at = \"Phòng 101\"", "", vec!["slips_at"]),
    ] {
        desk::edit_config(&site, from, to);
        let output = site.rosterd(&["run", "--once"]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(told.iter().all(|word| said.contains(word)), "{said}");
        if !to.is_empty() {
            desk::edit_config(&site, to, from);
        }
    }
    let nowhere = rosterd(site.folder.path(), &["--config", "no.toml", "check"]);
    assert!(said(&nowhere).contains("rosterd init"), "{}", said(&nowhere));
}

#[test]
fn a_configuration_named_twice_is_a_wrong_command_line() {
    let here = tempfile::tempdir().unwrap();
    for line in [
        ["--config", "a.toml", "check", "--config", "b.toml"],
        ["--config", "a.toml", "--config", "b.toml", "check"],
    ] {
        let output = rosterd(here.path(), &line);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let said = said(&output);
        assert!(
            said.contains("--config") && said.contains("multiple times") && said.contains("Usage"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn english_is_spoken_when_asked_for() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    let vietnamese = site.expect(&["plan"], 3);
    let english = site.expect(&["--lang", "en", "plan"], 3);
    assert!(vietnamese.contains("thay đổi") && !vietnamese.contains("Nothing was stored"), "{vietnamese}");
    assert!(english.contains("Nothing was stored") && !english.contains("thay đổi:"), "{english}");
    let out = site.expect(&["--lang", "en", "run", "--once"], 3);
    assert!(out.contains("Rosters read: 6"), "{out}");
    let codes = site.expect(&["--lang", "en", "read", "--codes"], 0);
    assert!(
        codes.lines().any(|line| line.starts_with("no-header")) && codes.is_ascii()
            || codes.contains("header")
    );
}
