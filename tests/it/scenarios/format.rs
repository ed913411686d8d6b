//! The format of scenario files: what is misspelt is told with its line, never passed over.

use super::act::{Scenario, read};
use super::text::{Wrong, with_bodies};
use super::{differences, judged, rules};
use std::collections::{BTreeMap, BTreeSet};

const HEAD: &str = "title: Thử\ncovers: x\n";

fn told(rest: &str) -> String {
    match read(&format!("{HEAD}{rest}")) {
        Err(Wrong { line, what }) => format!("{line}: {what}"),
        Ok(scenario) => panic!("{scenario:?}"),
    }
}

#[test]
fn an_unknown_key_column_or_word_is_an_error_with_its_line() {
    for (text, expected) in [
        ("owner: An\nplan\n", "3: unknown key \"owner\""),
        ("plann\n", "3: unknown line"),
        ("accounts\n  | login | nmae |\nplan\n", "4: unknown column \"nmae\""),
        ("roster snv staff-list\n  dcoument: 1/A\nplan\n", "4: unknown key \"dcoument\""),
        ("roster snv full\nplan\n", "3: \"full\" is no kind of roster"),
        ("roster snv request\n  | full_name | action |\n  | An | xoa |\nplan\n", "5: \"xoa\" is no action"),
        ("roster snv request\n  | full_name |\n  | An | x |\nplan\n", "5: 2 cells under 1 columns"),
        ("roster snv request\n  dated: 23/11/2026\nplan\n", "4: \"23/11/2026\" is no date"),
        ("show nothing\n", "3: show what?"),
        ("day 2026-11-24\n  x\nplan\n", "4: nothing stands under"),
        ("approve all\n", "3: approve what, by whom?"),
        ("\tplan\n", "3: a tab"),
        ("day 2026-11-24\n", "1: nothing is expected"),
    ] {
        let told = told(text);
        assert!(told.starts_with(expected), "{text:?}: {told}");
    }
    assert!(matches!(read("plan\n"), Err(Wrong { line: 1, .. })), "a title is needed");
}

#[test]
fn what_is_known_not_to_come_out_is_told_of_once_it_does() {
    let scenario = |more: &str| read(&format!("{HEAD}{more}plan\n  nothing new\n")).unwrap();
    let found = |told: &str| BTreeMap::from([(3, vec![told.to_owned()]), (4, vec![told.to_owned()])]);
    let judged = |scenario: &Scenario, told: &str| judged(scenario, &differences(scenario, &found(told)));
    assert_eq!(judged(&scenario(""), "nothing new"), None);
    let failure = judged(&scenario(""), "a question").unwrap();
    assert!(failure.contains("- nothing new") && failure.contains("+ a question"), "{failure}");
    assert_eq!(judged(&scenario("known: issue 9\n"), "a question"), None);
    assert!(judged(&scenario("known: issue 9\n"), "nothing new").unwrap().contains("take the line"));
}

#[test]
fn a_rewritten_file_keeps_everything_but_what_was_expected() {
    let text = "title: Thử\n# why\n\nplan\n  old\n  older\n\n# then\nplan\nday 2026-11-24\n";
    let bodies = BTreeMap::from([(4, vec!["new".to_owned()]), (9, vec!["a".to_owned(), "  b".to_owned()])]);
    assert_eq!(
        with_bodies(text, &bodies),
        "title: Thử\n# why\n\nplan\n  new\n\n# then\nplan\n  a\n    b\nday 2026-11-24\n"
    );
}

#[test]
fn a_gap_an_unknown_rule_and_a_test_that_is_not_there_are_told() {
    let text = "a: A.\n  scenarios: one\nb: B.\nc: C.\n  tests: gone\nd: D.\n  open: issue 5\ne: E.\n  tests: here\n";
    let rules = rules::read(text).unwrap();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let covered = BTreeMap::from([("a".to_owned(), names(&["one"])), ("z".to_owned(), names(&["two"]))]);
    let gaps = rules::gaps(&rules, &covered, &names(&["here"]));
    assert_eq!(gaps.len(), 3, "{gaps:#?}");
    for part in ["unknown rule \"z\"", "b: nothing covers it", "no test gone"] {
        assert!(gaps.iter().any(|gap| gap.contains(part)), "{part}: {gaps:#?}");
    }
    let more = BTreeMap::from([("a".to_owned(), names(&["one", "two"]))]);
    assert_eq!(rules::with_scenarios(text, &rules, &more).lines().nth(1), Some("  scenarios: one, two"));
    assert!(
        rules::gaps(&rules, &more, &names(&["here", "gone"]))
            .iter()
            .any(|gap| gap.contains("out of date") || gap.contains("up to date"))
    );
}
