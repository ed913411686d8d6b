//! Scenarios: rosters, a directory, systems and days, with the plan and the outcome that are to come of them, as
//! data (`tests/scenarios`, README.md there). A new one needs no code.

mod act;
mod bad_books;
mod bad_rosters;
mod carrying;
mod crowd;
mod format;
mod pass;
mod province;
mod rosters;
mod rules;
mod setup;
mod show;
mod text;

use act::Scenario;
use province::Province;
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use text::Wrong;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");

/// Whether what is found is to become what is expected. Never on a build server: there nobody looks at what changed.
fn rewrites() -> bool {
    let asked = std::env::var("SCENARIOS").is_ok_and(|value| value == "rewrite");
    assert!(!asked || std::env::var_os("CI").is_none(), "SCENARIOS=rewrite is not for a build server");
    asked
}

/// The scenario files with their names.
fn files() -> Vec<(String, PathBuf)> {
    let mut files: Vec<(String, PathBuf)> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    files.sort();
    files
}

/// Plays a scenario; gives what was found for each block that expects something, by its line.
fn play(scenario: &Scenario) -> Result<BTreeMap<usize, Vec<String>>, Wrong> {
    let mut province = Province::new();
    let mut found = BTreeMap::new();
    for step in &scenario.steps {
        let told = province.take(step)?;
        if step.expected.is_some() {
            found.insert(step.line, told);
        }
    }
    Ok(found)
}

/// The blocks that came out otherwise, as a difference.
fn differences(scenario: &Scenario, found: &BTreeMap<usize, Vec<String>>) -> String {
    let mut out = String::new();
    for step in &scenario.steps {
        let (Some(expected), Some(found)) = (&step.expected, found.get(&step.line)) else { continue };
        if expected == found {
            continue;
        }
        let _ = writeln!(out, "  line {} (- expected, + found):", step.line);
        let (expected, found) = (expected.join("\n") + "\n", found.join("\n") + "\n");
        for change in TextDiff::from_lines(&expected, &found).iter_all_changes() {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let _ = write!(out, "    {sign} {change}");
        }
    }
    out
}

/// What is to be said against a scenario that came out with these differences.
fn judged(scenario: &Scenario, differences: &str) -> Option<String> {
    match (&scenario.known, differences.is_empty()) {
        (None, true) | (Some(_), false) => None,
        (None, false) => Some(format!("{}\n{differences}", scenario.title)),
        (Some(_), true) => Some("comes out as written now: take the line \"known\" away".to_owned()),
    }
}

/// Every scenario with the rules it covers, as far as it comes out as written.
fn covered() -> BTreeMap<String, BTreeSet<String>> {
    let mut covered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, path) in files() {
        let Ok(scenario) = act::read(&std::fs::read_to_string(path).unwrap()) else { continue };
        if scenario.known.is_none() {
            for (_, rule) in scenario.covers {
                covered.entry(rule).or_default().insert(name.clone());
            }
        }
    }
    covered
}

#[test]
fn every_scenario_comes_out_as_written() {
    let mut failures = Vec::new();
    for (name, path) in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let place = |wrong: Wrong| format!("tests/scenarios/{name}.txt:{}: {}", wrong.line, wrong.what);
        let played = act::read(&text).and_then(|scenario| Ok((play(&scenario)?, scenario)));
        let (found, scenario) = match played {
            Ok(played) => played,
            Err(wrong) => {
                failures.push(place(wrong));
                continue;
            }
        };
        let differences = differences(&scenario, &found);
        let failure = judged(&scenario, &differences);
        if failure.is_some() && scenario.known.is_none() && rewrites() {
            std::fs::write(&path, text::with_bodies(&text, &found)).unwrap();
        } else {
            failures.extend(failure.map(|failure| format!("tests/scenarios/{name}.txt: {failure}")));
        }
        if let Some(why) = &scenario.known {
            println!("known: tests/scenarios/{name}.txt: {why}");
        }
    }
    let count = failures.len();
    assert!(failures.is_empty(), "{count} scenarios:\n{}", failures.join("\n"));
}

#[test]
fn there_are_sixty_and_more() {
    assert!(files().len() >= 60, "{}", files().len());
}

#[test]
fn every_rule_and_every_promise_is_covered() {
    let path = Path::new(FOLDER).join("RULES");
    let text = std::fs::read_to_string(&path).unwrap();
    let rules = rules::read(&text)
        .unwrap_or_else(|wrong| panic!("tests/scenarios/RULES:{}: {}", wrong.line, wrong.what));
    let covered = covered();
    if rewrites() {
        std::fs::write(&path, rules::with_scenarios(&text, &rules, &covered)).unwrap();
        return;
    }
    let gaps = rules::gaps(&rules, &covered, &tests());
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

/// The names of all tests, out of the sources.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests/it")];
    let mut names = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let mut is_test = false;
                for line in text.lines().map(str::trim) {
                    is_test |= line == "#[test]" || line.starts_with("#[tokio::test");
                    let name = line.split_once("fn ").and_then(|(_, rest)| Some(rest.split_once('(')?.0));
                    if let Some(name) = name.filter(|_| std::mem::take(&mut is_test)) {
                        names.insert(name.to_owned());
                    }
                }
            }
        }
    }
    names
}
