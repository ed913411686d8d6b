//! How much of an agency a roster has to name.

use crate::model::record::Status;
use crate::model::roster::RosterKind;
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, entry, full, line, request, some_people, staff_list};

fn name(n: usize) -> String {
    format!("Trần Văn {}", ["An", "Bình", "Chi", "Dũng", "Giang"][n])
}

fn row(n: usize) -> Line {
    line(&name(n)).phone(&format!("091200010{n}"))
}

fn office() -> Province {
    (0..5).fold(Province::new(), |province, n| {
        province.with(entry("a", &format!("p{n}"), &name(n)).phone(&format!("091200010{n}")))
    })
}

fn kinds(province: &Province) -> Vec<RosterKind> {
    province.reconcile().decisions.into_iter().map(|one| one.kind).collect()
}

#[test]
fn what_a_sheet_says_of_itself_counts_first() {
    assert_eq!(kinds(&office().given(full("a").row(row(0)))), [RosterKind::Full]);
    assert_eq!(kinds(&office().given(some_people("a").rows((0..5).map(row)))), [RosterKind::Partial]);
    assert_eq!(kinds(&office().given(request("a").row(row(0)))), [RosterKind::Request]);
}

#[test]
fn the_first_list_of_an_agency_without_accounts_is_full() {
    assert_eq!(kinds(&Province::new().given(staff_list("a").row(row(0)))), [RosterKind::Full]);
}

#[test]
fn a_list_without_anybody_takes_nobody_away() {
    for sheet in [full("a"), staff_list("a"), full("a").of_units(&["Văn phòng"])] {
        let mut province = office().given(full("a").dated("2026-01-01").rows((0..5).map(row)));
        let first = province.reconcile();
        province.learn(&first);
        province.give(sheet.dated("2026-11-01"));
        assert_eq!(kinds(&province), [RosterKind::Partial]);
        assert_eq!(province.proposes(), [""; 0]);
    }
}

#[test]
fn a_decision_stays_when_the_directory_grows() {
    let mut province = office().given(staff_list("a").rows((0..4).map(row)));
    let first = province.reconcile();
    assert_eq!(first.decisions[0].kind, RosterKind::Full);
    province.learn(&first);
    let province =
        (0..9).fold(province, |province, n| province.with(entry("a", &format!("q{n}"), "Lê Thị Mới")));
    assert_eq!(province.reconcile().decisions, []);
    assert!(province.proposes().contains(&"orphan-account p4 no-roster-claims two".to_owned()));
}

#[test]
fn leavers_are_named_and_count() {
    let rows = (0..4).map(|n| if n < 2 { row(n).status(Status::Retired) } else { row(n) });
    assert_eq!(kinds(&office().given(staff_list("a").rows(rows))), [RosterKind::Full]);
}

#[test]
fn whoever_another_agency_lists_need_not_be_named() {
    let alone = office().given(staff_list("a").rows((0..3).map(row)));
    assert_eq!(kinds(&alone), [RosterKind::Partial]);
    let gone =
        office().given(staff_list("a").rows((0..3).map(row))).given(some_people("b").rows((3..5).map(row)));
    assert_eq!(kinds(&gone), [RosterKind::Full, RosterKind::Partial]);
}

#[test]
fn disabled_and_protected_accounts_need_not_be_named() {
    let mut province = office().given(staff_list("a").rows((0..3).map(row)));
    for (n, account) in province.directory.accounts.values_mut().enumerate() {
        account.protected = n == 3;
        if n == 4 {
            account
                .attrs
                .insert(crate::model::account::Attr::Disabled, crate::model::account::Values::one("true"));
        }
    }
    assert_eq!(kinds(&province), [RosterKind::Full]);
}

#[test]
fn a_row_under_a_question_names_one_of_its_candidates_and_not_both() {
    let namesakes = office()
        .with(entry("a", "x1", "Lê Văn Hai").phone("0912000201"))
        .with(entry("a", "x2", "Lê Văn Hai").phone("0912000202"))
        .given(staff_list("a").rows((0..4).map(row)).row(line("Lê Văn Hai")));
    assert_eq!(namesakes.reconcile().decisions[0].claims, (5, 7));
}
