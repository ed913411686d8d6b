//! Rules: every statement of the design's rules and promises, with what covers it (`tests/scenarios/RULES`).

use super::text::{Wrong, blocks, wrong};
use std::collections::{BTreeMap, BTreeSet};

/// One statement.
#[derive(Debug)]
pub struct Rule {
    pub line: usize,
    pub id: String,
    pub says: String,
    /// Scenarios that cover it, as the file has them.
    pub scenarios: Vec<String>,
    /// Tests that cover it.
    pub tests: Vec<String>,
    /// The issue that is to build it.
    pub open: Option<String>,
}

/// Reads the catalogue: a rule at the margin, under it what covers it.
pub fn read(text: &str) -> Result<Vec<Rule>, Wrong> {
    let mut rules: Vec<Rule> = Vec::new();
    for block in blocks(text)? {
        let Some((id, says)) = block.head.split_once(": ") else {
            return wrong(block.line, "write \"id: what the rule says\"");
        };
        if rules.iter().any(|rule| rule.id == id) {
            return wrong(block.line, format!("{id:?} is given twice"));
        }
        let mut rule = Rule {
            line: block.line,
            id: id.to_owned(),
            says: says.trim().to_owned(),
            scenarios: Vec::new(),
            tests: Vec::new(),
            open: None,
        };
        for (line, text) in &block.body {
            let list = |names: &str| names.split(',').map(|name| name.trim().to_owned()).collect();
            match text.split_once(": ") {
                Some(("scenarios", names)) => rule.scenarios = list(names),
                Some(("tests", names)) => rule.tests = list(names),
                Some(("open", issue)) if issue.starts_with("issue ") => rule.open = Some(issue.to_owned()),
                _ => {
                    return wrong(
                        *line,
                        "write \"scenarios: …\", \"tests: NAME, NAME\" or \"open: issue N\"",
                    );
                }
            }
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// What is wrong with the catalogue: gaps, unknown rules, tests that are not there, lists that are out of date.
/// `covered` are the scenarios that pass, by rule; `tests` the names of all tests.
pub fn gaps(
    rules: &[Rule],
    covered: &BTreeMap<String, BTreeSet<String>>,
    tests: &BTreeSet<String>,
) -> Vec<String> {
    let mut gaps = Vec::new();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    for (id, scenarios) in covered.iter().filter(|(id, _)| !ids.contains(id.as_str())) {
        gaps.push(format!("{scenarios:?} cover the unknown rule {id:?}"));
    }
    for rule in rules {
        let found: Vec<&String> = covered.get(&rule.id).into_iter().flatten().collect();
        let at = format!("tests/scenarios/RULES:{}: {}", rule.line, rule.id);
        if found.is_empty() && rule.tests.is_empty() && rule.open.is_none() {
            gaps.push(format!("{at}: nothing covers it: {}", rule.says));
        }
        if found != rule.scenarios.iter().collect::<Vec<_>>() {
            gaps.push(format!(
                "{at}: its scenarios are {found:?}; SCENARIOS=rewrite brings the list up to date"
            ));
        }
        gaps.extend(
            rule.tests
                .iter()
                .filter(|test| !tests.contains(*test))
                .map(|test| format!("{at}: no test {test}")),
        );
    }
    gaps
}

/// The catalogue with its lists of scenarios brought up to date.
pub fn with_scenarios(text: &str, rules: &[Rule], covered: &BTreeMap<String, BTreeSet<String>>) -> String {
    let heads: BTreeMap<usize, &Rule> = rules.iter().map(|rule| (rule.line, rule)).collect();
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("  scenarios: ") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
        let found = heads.get(&(at + 1)).and_then(|rule| covered.get(&rule.id));
        if let Some(names) = found.filter(|names| !names.is_empty()) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            out.extend(["  scenarios: ", &names.join(", "), "\n"]);
        }
    }
    out
}
