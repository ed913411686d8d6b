//! What rosters change on accounts, and who must approve it.

use super::{OTHER_PHONE, PHONE};
use crate::model::account::Attr;
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Entry, Line, entry, full, line};

const NAME: &str = "Nguyễn Văn An";

fn account() -> Entry {
    entry("a", "an", NAME).phone(PHONE).title("Chuyên viên").unit("Văn phòng").staff_code("A1")
}

/// An is known already: a former pass matched him by name and phone.
fn known(row: Line) -> Province {
    let mut province = Province::new().with(account()).given(
        full("a").dated("2026-10-01").row(line(NAME).phone(PHONE).born("1980-05-06").staff_code("A1")),
    );
    let first = province.reconcile();
    province.learn(&first);
    province.given(full("a").dated("2026-11-01").row(row))
}

fn an() -> Line {
    line(NAME).born("1980-05-06")
}

#[test]
fn title_and_unit_need_no_approval() {
    let province = known(an().title("Chuyên viên chính").unit("Phòng Tài chính"));
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute none"]);
    let change = &province.reconcile().changes[0];
    assert_eq!(
        (change.before(Attr::Title), change.after(Attr::Title)),
        (Some("Chuyên viên"), Some("Chuyên viên chính"))
    );
    assert_eq!(
        (change.before(Attr::Unit), change.after(Attr::Unit)),
        (Some("Văn phòng"), Some("Phòng Tài chính"))
    );
}

#[test]
fn phone_and_name_need_one_approval() {
    assert_eq!(known(an().phone(OTHER_PHONE)).proposes(), ["update-attributes an roster-attribute one"]);
    let renamed = line("Nguyễn Văn Ân").born("1980-05-06").staff_code("A1").mail("an");
    let province = known(renamed);
    let questions = province.reconcile().questions;
    assert_eq!(questions.len(), 1, "another name under the same address is a question");
    let mut province = province;
    province.answers.insert(questions[0].key(), "an".into());
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute one"]);
    let after = province.reconcile().changes[0].after.clone();
    assert_eq!(after[&Attr::GivenName].first(), Some("Ân"));
    assert!(!after.contains_key(&Attr::FamilyName));
}

#[test]
fn a_title_that_moves_roles_needs_one_approval() {
    assert_eq!(
        known(an().title("Công chức một cửa")).proposes(),
        ["update-attributes an roster-attribute one"]
    );
}

#[test]
fn a_title_that_moves_roles_in_the_accounts_unit_only_counts_there() {
    let with_unit = |unit: &str| {
        let mut province = known(an().title("Văn thư"));
        province.policy.roles[0].rule[0].positions = vec!["Văn thư".into()];
        province.policy.roles[0].rule[0].units = vec![unit.into()];
        province.proposes()
    };
    assert_eq!(with_unit("Văn phòng"), ["update-attributes an roster-attribute one"]);
    assert_eq!(with_unit("Thanh tra"), ["update-attributes an roster-attribute none"]);
}

#[test]
fn an_empty_cell_says_nothing() {
    assert_eq!(known(an()).proposes(), [""; 0]);
}

#[test]
fn other_spellings_of_the_same_change_nothing() {
    let row = line("NGUYỄN VĂN AN").phone("+84 912 000 001").title("chuyên  viên").unit("Văn phòng.");
    assert_eq!(known(row).proposes(), [""; 0]);
}

#[test]
fn a_phone_among_several_is_known() {
    use crate::model::account::Values;
    let mut entry = account();
    entry.0.attrs.insert(Attr::Phone, Values::many(vec!["02253111222".into(), PHONE.into()]));
    let province = Province::new().with(entry).given(full("a").row(line(NAME).phone(PHONE)));
    assert_eq!(province.proposes(), [""; 0]);
}

#[test]
fn a_directory_without_tone_marks_is_matched_and_corrected() {
    let province = Province::new()
        .with(entry("a", "an", "Nguyen Van An").phone(PHONE))
        .given(full("a").row(line(NAME).phone(PHONE)));
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute one"]);
}

#[test]
fn what_the_policy_does_not_own_is_left_alone() {
    let mut province = known(an().phone(OTHER_PHONE).title("Kế toán"));
    province.policy.owned = vec![Attr::Title];
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute none"]);
}

#[test]
fn the_date_of_a_status_is_not_an_attributes() {
    let province = known(an().title("Kế toán").from("2027-01-01"));
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute none"]);
}
