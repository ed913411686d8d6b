//! What each row's sender is told.

use super::PHONE;
use crate::model::Lang;
use crate::model::record::{Action, Status};
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Sheet, entry, full, line, request};

const NAME: &str = "Nguyễn Văn An";

fn told(province: &Province) -> Vec<String> {
    let proposals = province.reconcile();
    let rows = proposals.rows.values().flat_map(|sheets| sheets.values()).flat_map(|rows| rows.values());
    rows.map(|result| result.sentence(Lang::En)).collect()
}

fn office(sheet: Sheet) -> Vec<String> {
    told(&Province::new().with(entry("a", "an", NAME).phone(PHONE)).given(sheet))
}

#[test]
fn every_row_is_answered() {
    let rows = [
        line(NAME).phone(PHONE),
        line("Lê Thị Bình").phone("0912000005"),
        line("Đỗ Văn Ca").status(Status::Retired),
    ];
    assert_eq!(
        office(full("a").rows(rows)),
        [
            "Matches account an@tinh.gov.vn; nothing to change.",
            "Proposed: create account: binhlt.a@tinh.gov.vn; waits for approval.",
            "This person has no account; there is nothing to do.",
        ]
    );
}

#[test]
fn a_row_that_nobody_fits_for_sure_is_asked_about() {
    assert_eq!(
        office(full("a").row(line(NAME))),
        ["It is not certain which account is meant; an operator will ask."]
    );
}

#[test]
fn a_revocation_of_no_account_is_not_passed_over_in_silence() {
    assert_eq!(
        office(request("a").row(line("Lê Thị Bình").asks(Action::Revoke))),
        ["This person has no account; there is nothing to do."]
    );
}

#[test]
fn a_row_without_a_real_name_is_told_that_it_is_not_used() {
    let rows = [line("0912000005"), line("12").status(Status::Retired)];
    let told = office(full("a").rows(rows));
    assert!(told.iter().all(|one| one.starts_with("What stands for a name is none")), "{told:?}");
}

#[test]
fn a_reset_on_a_disabled_account_is_told_why_it_is_not_done() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).disabled())
        .given(request("a").row(line(NAME).phone(PHONE).asks(Action::ResetPassword)));
    assert!(
        told(&province)[0].starts_with("Account an@tinh.gov.vn is disabled, so its password is not reset")
    );
}

#[test]
fn an_older_roster_is_told_which_one_is_in_force() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE))
        .given(full("a").dated("2026-11-10").row(line(NAME).phone(PHONE)))
        .given(full("a").dated("2026-10-01").arrived("2026-11-15").row(line(NAME).phone(PHONE)));
    assert_eq!(told(&province)[1], "The list of 2026-11-10 is in force; this row is not applied.");
}
