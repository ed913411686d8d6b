//! From one agency to another: one transfer, whoever speaks first.

use super::PHONE;
use crate::model::account::Attr;
use crate::model::change::Change;
use crate::model::record::{Action, Status};
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, Sheet, entry, full, line, request};

const NAME: &str = "Nguyễn Văn An";

fn an() -> Line {
    line(NAME).phone(PHONE)
}

/// A full roster of `agency` on `date`, with the colleague who works there anyway.
fn list(agency: &str, date: &str) -> Sheet {
    full(agency).dated(date).row(line(&format!("Lê Thị {agency}")).phone("0912000009"))
}

/// An and his colleague work at `a`, another colleague at `b`; all of them were on the lists of January.
fn office() -> Province {
    let colleague = |agency: &str| entry(agency, agency, &format!("Lê Thị {agency}")).phone("0912000009");
    let mut province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE))
        .with(colleague("a"))
        .with(colleague("b"))
        .given(list("a", "2026-01-01").row(an()))
        .given(list("b", "2026-01-01"));
    let first = province.reconcile();
    assert_eq!((first.changes.len(), first.questions.len()), (0, 0));
    province.learn(&first);
    province
}

#[test]
fn the_old_agency_drops_first() {
    let mut province = office().given(list("a", "2026-11-01"));
    assert_eq!(province.proposes(), ["suspect-leaver an absent-from-full-roster one"]);
    province.give(list("b", "2026-11-10").row(an()));
    assert_eq!(province.proposes(), ["move-account an transfer one"]);
    let change = &province.reconcile().changes[0];
    assert_eq!(change.after(Attr::Dn), Some("uid=an,ou=b,ou=people,dc=tinh"));
    assert_eq!((change.before(Attr::Agency), change.after(Attr::Agency)), (Some("a"), Some("b")));
    assert_eq!(change.agency.as_str(), "b");
    assert!(!change.after.contains_key(&Attr::Mail), "the address stays");
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn the_new_agency_drops_first() {
    let mut province = office().given(list("b", "2026-11-01").row(an()));
    assert_eq!(province.proposes(), [""; 0], "both list him: he works at home");
    province.give(list("a", "2026-11-10"));
    assert_eq!(province.proposes(), ["move-account an transfer one"]);
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn both_at_once_and_the_status_says_so() {
    let away = an().status(Status::Transferred).from("2026-12-01");
    let mut province =
        office().given(list("a", "2026-11-01").row(away)).given(list("b", "2026-11-01").row(an()));
    assert_eq!(
        province.proposes(),
        ["move-account an transfer one 2026-12-01"],
        "the day the old agency names"
    );
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn only_the_receiver_speaks() {
    let mut province =
        Province::new().with(entry("a", "an", NAME).phone(PHONE)).given(full("b").row(an().title("Kế toán")));
    assert_eq!(province.proposes(), ["move-account an transfer-by-receiver one"]);
    assert_eq!(
        province.reconcile().changes[0].after(Attr::Title),
        Some("Kế toán"),
        "one change for all of it"
    );
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn only_the_old_agency_speaks_suspended_after_a_grace_period() {
    let away = |row: Line| office().given(list("a", "2026-11-01").row(row.status(Status::Transferred)));
    let dated = away(an().from("2026-12-01"));
    assert_eq!(dated.proposes(), ["disable-account an transferred-away one 2026-12-16"]);
    let undated = away(an());
    assert_eq!(undated.proposes(), ["disable-account an transferred-away one"]);
    assert_eq!(undated.reconcile().changes[0].due.to_string(), "2026-12-07", "today and 15 days");
}

#[test]
fn a_transfer_that_was_said_stays_said_when_the_next_list_is_silent() {
    let province = office()
        .given(list("a", "2026-11-01").row(an().status(Status::Transferred).from("2026-12-01")))
        .given(list("a", "2026-11-15"));
    assert_eq!(province.proposes(), ["disable-account an transferred-away one 2026-12-16"]);
}

#[test]
fn back_again() {
    let mut province = office().given(list("a", "2026-02-01")).given(list("b", "2026-02-01").row(an()));
    assert_eq!(province.settle(), [""; 0]);
    assert_eq!(province.directory.accounts.values().next().unwrap().agency.as_ref().unwrap().as_str(), "a");
    province.give(list("b", "2026-11-01"));
    province.give(list("a", "2026-11-01").row(an()));
    assert_eq!(province.proposes(), ["move-account an transfer one"]);
    assert_eq!(province.reconcile().changes[0].agency.as_str(), "a");
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn once_moved_the_old_agencys_word_is_fulfilled() {
    let mut province = office()
        .given(list("a", "2026-11-01").row(an().status(Status::Transferred)))
        .given(list("b", "2026-11-01").row(an()));
    assert_eq!(province.settle(), [""; 0]);
    // The receiving agency falls silent; the old word must not disable the account where it lies now.
    province.rosters.retain(|roster| roster.agency.as_str() == "a");
    assert_eq!(province.proposes(), [""; 0]);
}

#[test]
fn somebody_who_works_in_two_agencies_stays_at_home() {
    let province = office()
        .given(list("a", "2026-11-01").row(an().title("Kế toán")))
        .given(list("b", "2026-11-02").row(an().title("Thủ quỹ")));
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute none"]);
    assert_eq!(province.reconcile().changes[0].after(Attr::Title), Some("Kế toán"), "the home agency's word");
}

#[test]
fn who_retires_at_home_is_not_moved_to_where_an_older_list_has_him() {
    let province = office()
        .given(list("b", "2026-10-01").row(an()))
        .given(list("a", "2026-11-01").row(an().status(Status::Retired)));
    assert_eq!(province.proposes(), ["disable-account an leaver-by-status one"]);
    let hired_later = office()
        .given(list("a", "2026-10-01").row(an().status(Status::Resigned)))
        .given(list("b", "2026-11-01").row(an()));
    assert_eq!(hired_later.proposes(), ["move-account an transfer one"]);
}

#[test]
fn a_disabled_account_that_moves_is_opened_after_the_move() {
    let mut province =
        Province::new().with(entry("a", "an", NAME).phone(PHONE).disabled()).given(full("b").row(an()));
    let proposals = province.reconcile();
    assert_eq!(
        province.proposes(),
        ["move-account an transfer-by-receiver one", "enable-account an rehire one"]
    );
    let [moved, opened] = proposals.changes.as_slice() else { panic!("{proposals:?}") };
    assert_eq!(opened.needs, [moved.key()]);
    assert_eq!(opened.before(Attr::Dn), moved.after(Attr::Dn), "it is opened where it lies by then");
    province.learn(&proposals);
    province.carry_out_one(moved);
    let still: Vec<_> = province.reconcile().changes.iter().map(Change::key).collect();
    assert_eq!(still, [opened.key()], "only the opening is left, with its approvals");
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn the_agency_above_may_list_the_staff_below_without_moving_them() {
    let of_sub = Province::new().with(entry("a-sub", "an", NAME).phone(PHONE).title("Văn thư"));
    let mut province = of_sub.given(full("a").row(an().title("Kế toán")));
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute none"]);
    province.give(full("a-sub").row(line("Lê Thị B").phone("0912000008")));
    assert!(province.proposes().contains(&"move-account an transfer one".to_owned()), "the unit let go");
}

#[test]
fn somebody_known_by_birth_is_found_where_the_list_has_no_phone() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE))
        .given(full("a").row(an().born("1980-05-06").status(Status::Transferred)))
        .given(full("b").row(line(NAME).born("1980-05-06")));
    assert_eq!(province.proposes(), ["move-account an transfer one"]);
}

#[test]
fn somebody_known_by_citizen_id_is_found_in_the_same_pass() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE))
        .given(full("a").row(an().citizen("c1").status(Status::Transferred)))
        .given(full("b").row(line(NAME).citizen("c1")));
    assert_eq!(province.proposes(), ["move-account an transfer one"]);
}

#[test]
fn an_entry_keeps_the_attribute_that_names_it() {
    let mut account = entry("a", "an", NAME).phone(PHONE);
    account.0.dn = crate::model::dn::Dn::parse("cn=Nguyễn Văn An,ou=a,ou=people,dc=tinh").unwrap();
    let province = Province::new().with(account).given(full("b").row(an()));
    assert_eq!(
        province.reconcile().changes[0].after(Attr::Dn),
        Some("cn=Nguyễn Văn An,ou=b,ou=people,dc=tinh")
    );
}

#[test]
fn a_suspension_at_home_is_not_netted_into_a_move() {
    let province = office()
        .given(list("b", "2026-11-01").row(an()))
        .given(request("a").dated("2026-11-10").row(an().asks(Action::Suspend)));
    assert_eq!(province.proposes(), ["disable-account an request-suspend one"]);
}
