//! The layers: which module may use which. The table is the architecture; an edge that is not in it is a decision to
//! be made here first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What each module may use beside itself.
const MAY_USE: &[(&str, &[&str])] = &[
    // Pure.
    ("model", &[]),
    ("roster", &["model"]),
    ("reconcile", &["model"]),
    ("plan", &["model"]),
    ("rotation", &["model"]),
    ("report", &["model", "rotation"]),
    // Tools.
    ("dsn", &[]),
    ("files", &[]),
    ("http", &["model", "tls"]),
    ("kill", &[]),
    ("telemetry", &[]),
    ("tls", &[]),
    // Input and output, each on its own ground.
    ("store", &["model", "dsn"]),
    ("ldap", &["model", "tls"]),
    ("workbook", &["model", "report", "roster"]),
    ("directory", &["model", "ldap"]),
    ("openid", &["model", "http"]),
    ("systems", &["model", "dsn", "http", "ldap", "workbook"]),
    ("notify", &["model"]),
    ("sample", &["model", "roster"]),
    ("words", &["model", "rotation", "store"]),
    // Stages.
    ("intake", &["model", "files", "kill", "notify", "store", "workbook"]),
    ("apply", &["model", "files", "kill", "plan", "directory", "store", "systems", "workbook"]),
    // Assembly: imported by none of the above.
    (
        "config",
        &[
            "model",
            "reconcile",
            "plan",
            "rotation",
            "directory",
            "intake",
            "notify",
            "store",
            "systems",
            "telemetry",
            "web",
            "workbook",
            "worker",
        ],
    ),
    (
        "web",
        &[
            "model",
            "reconcile",
            "report",
            "rotation",
            "apply",
            "config",
            "files",
            "intake",
            "notify",
            "openid",
            "store",
            "words",
            "workbook",
        ],
    ),
    (
        "worker",
        &[
            "model",
            "reconcile",
            "plan",
            "rotation",
            "apply",
            "config",
            "directory",
            "files",
            "intake",
            "kill",
            "notify",
            "store",
            "systems",
            "words",
            "workbook",
        ],
    ),
    (
        "cli",
        &[
            "model",
            "reconcile",
            "plan",
            "report",
            "roster",
            "rotation",
            "apply",
            "config",
            "directory",
            "files",
            "intake",
            "notify",
            "openid",
            "sample",
            "store",
            "systems",
            "telemetry",
            "web",
            "words",
            "workbook",
            "worker",
        ],
    ),
];

/// What would make a pure module impure.
const IMPURE: &[&str] = &[
    "async ",
    ".await",
    "Utc::now",
    "SystemTime",
    "Instant::now",
    "std::fs",
    "std::env",
    "SystemRandom",
    "sqlx",
];

fn sources() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let root = folders[0].clone();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                let module = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
                found.push((module, name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let of_tests =
        |file: &str| file.ends_with("tests.rs") || file.contains("/tests/") || file.contains("/testing");
    found.retain(|(module, file, _)| module != "lib" && module != "main" && !of_tests(file));
    found
}

/// The crate's modules that a text names, `use crate::{a, b}` included.
fn named(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let word =
            |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = &list[..list.find("};").unwrap_or(0)];
                names.extend(list.split(',').map(|part| word(part.trim())).filter(|name| !name.is_empty()));
            }
            None => {
                names.insert(word(rest));
            }
        }
    }
    names
}

#[test]
fn every_edge_between_modules_is_in_the_table() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (module, file, text) in sources() {
        let allowed =
            table.get(module.as_str()).unwrap_or_else(|| panic!("src/{module} is not in the table"));
        for name in named(&text).iter().filter(|name| table.contains_key(name.as_str()) && **name != module) {
            if !allowed.contains(&name.as_str()) {
                wrong.push(format!("src/{file} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_middle_is_pure() {
    let mut wrong = Vec::new();
    for (module, file, text) in sources() {
        if ["model", "roster", "reconcile", "plan", "report", "rotation"].contains(&module.as_str()) {
            for word in IMPURE.iter().filter(|word| text.contains(**word)) {
                wrong.push(format!("src/{file}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The modules in which one of these words stands.
fn modules_with(words: &[&str]) -> BTreeSet<String> {
    let has = |text: &str| words.iter().any(|word| text.contains(word));
    sources().into_iter().filter(|(_, _, text)| has(text)).map(|(module, _, _)| module).collect()
}

#[test]
fn only_apply_can_hold_a_writer() {
    assert_eq!(modules_with(&["DirectoryWriter"]), ["apply".to_owned(), "directory".to_owned()].into());
    assert_eq!(modules_with(&["SystemWriter"]), ["apply".to_owned(), "systems".to_owned()].into());
    let openers = modules_with(&[".writer()"]);
    assert_eq!(openers, ["apply".to_owned(), "directory".to_owned(), "systems".to_owned()].into());
}
