//! People who are to have an account, and the address they get.

use super::{OTHER_PHONE, PHONE};
use crate::model::account::Attr;
use crate::model::ids::PersonId;
use crate::model::record::{Action, Status};
use crate::reconcile::testing::build::{entry, full, line, request, some_people};
use crate::reconcile::testing::{Province, mail};

#[test]
fn somebody_listed_without_an_account_gets_one_in_the_agencys_branch() {
    let row = line("Nguyễn Hùng Anh").phone(PHONE).title("Chuyên viên").unit("Văn phòng");
    let province = Province::new().given(full("a").row(row));
    let proposals = province.reconcile();
    assert_eq!(province.proposes(), ["create-account anhnh.a joiner one"]);
    let change = &proposals.changes[0];
    let after = |attr| change.after(attr).unwrap();
    assert_eq!(after(Attr::Dn), "uid=anhnh.a,ou=a,ou=people,dc=tinh");
    assert_eq!((after(Attr::Mail), after(Attr::Agency)), ("anhnh.a@tinh.gov.vn", "a"));
    assert_eq!((after(Attr::FamilyName), after(Attr::GivenName)), ("Nguyễn", "Anh"));
    assert_eq!(
        (after(Attr::Title), after(Attr::Unit), after(Attr::Phone)),
        ("Chuyên viên", "Văn phòng", PHONE)
    );
}

#[test]
fn a_list_of_some_people_proves_presence() {
    let province = Province::new().given(some_people("a").row(line("Nguyễn Hùng Anh").phone(PHONE)));
    assert_eq!(province.proposes(), ["create-account anhnh.a joiner one"]);
}

#[test]
fn a_request_creates_an_account() {
    let row = line("Nguyễn Hùng Anh").phone(PHONE).asks(Action::Create);
    let province = Province::new().given(request("a").row(row));
    assert_eq!(province.proposes(), ["create-account anhnh.a request-create one"]);
}

#[test]
fn a_request_and_a_list_of_the_same_day_make_one_account() {
    let asked = line("Nguyễn Hùng Anh").phone(PHONE).asks(Action::Create);
    let listed = line("Nguyễn Hùng Anh").born("1990-03-01");
    let province = Province::new().given(request("a").row(asked)).given(full("a").row(listed));
    assert_eq!(province.proposes().len(), 1);
}

#[test]
fn what_is_no_name_gets_no_account() {
    let slipped = ["12", "0912000005", "an@tinh.gov.vn", "#REF!"].map(line);
    assert_eq!(Province::new().given(full("a").rows(slipped)).proposes(), [""; 0]);
    let odd = ["Y-Bhăm Êban", "H'Hen Niê", "Ng. Văn A"].map(line);
    assert_eq!(Province::new().given(full("a").rows(odd)).proposes().len(), 3);
}

#[test]
fn somebody_who_left_gets_no_account() {
    let row = line("Nguyễn Hùng Anh").phone(PHONE).status(Status::Retired);
    assert_eq!(Province::new().given(full("a").row(row)).proposes(), [""; 0]);
}

#[test]
fn a_taken_address_or_login_or_alias_is_passed_over() {
    let row = || full("a").row(line("Nguyễn Hùng Anh").phone(PHONE));
    let by_mail = Province::new().with(entry("b", "anhnh.a", "Nguyễn Hoàng Ánh")).given(row());
    assert_eq!(by_mail.proposes(), ["create-account anhnh2.a joiner one"]);
    let by_alias = Province::new().with(entry("b", "x", "Nguyễn Hoàng Ánh").alias("anhnh.a")).given(row());
    assert_eq!(by_alias.proposes(), ["create-account anhnh2.a joiner one"]);
}

#[test]
fn two_joiners_of_one_address_get_two() {
    let rows = [line("Nguyễn Hùng Anh").phone(PHONE), line("Ngô Hồng Ánh").phone(OTHER_PHONE)];
    let mut logins = Province::new().given(full("a").rows(rows)).proposes();
    logins.sort();
    assert_eq!(logins, ["create-account anhnh.a joiner one", "create-account anhnh2.a joiner one"]);
}

#[test]
fn an_address_reserved_for_somebody_else_stays_taken() {
    let mut province = Province::new().given(full("a").row(line("Nguyễn Hùng Anh").phone(PHONE)));
    province.reserved.insert(mail("anhnh.a"), PersonId::new("p-other"));
    province.reserved.insert("anhnh2.a".into(), PersonId::new("p-other"));
    assert_eq!(province.proposes(), ["create-account anhnh3.a joiner one"]);
}

#[test]
fn a_person_gets_the_address_that_was_reserved_for_him() {
    let mut province = Province::new().given(full("a").row(line("Nguyễn Hùng Anh").phone(PHONE)));
    let first = province.reconcile();
    province.learn(&first);
    // Somebody else comes who sorts before him and would take the address.
    province.give(full("b").rows((0..8).map(|n| line("Ngô Hồng Ánh").phone(&format!("09130000{n:02}")))));
    assert!(province.proposes().contains(&"create-account anhnh.a joiner one".to_owned()));
}

#[test]
fn a_reserved_address_that_somebody_took_by_hand_is_not_given_again() {
    let mut province = Province::new().given(full("a").row(line("Nguyễn Hùng Anh").phone(PHONE)));
    let first = province.reconcile();
    province.learn(&first);
    let province = province.with(entry("b", "anhnh.a", "Lê Văn Ba"));
    assert_eq!(province.proposes(), ["create-account anhnh2.a joiner one"]);
}

#[test]
fn an_account_made_by_hand_from_the_plan_is_the_persons() {
    // No phone in the roster: only the reservation says whose the new account is.
    let mut province = Province::new().given(full("a").row(line("Nguyễn Hùng Anh").born("1990-03-01")));
    let first = province.reconcile();
    province.learn(&first);
    let province = province.with(entry("a", "anhnh.a", "Nguyễn Hùng Anh"));
    let second = province.reconcile();
    assert_eq!((second.changes.len(), second.questions.len()), (0, 0));
}

#[test]
fn where_the_policy_has_no_address_left_the_one_agreed_on_is_taken() {
    let mut province = Province::new()
        .with(entry("b", "anhnh.a", "Ngô Hồng Ánh"))
        .given(full("a").row(line("Nguyễn Hùng Anh").phone(PHONE)));
    province.policy.naming.on_collision.clear();
    let first = province.reconcile();
    assert_eq!((first.changes.len(), first.questions.len()), (0, 1));
    province.answers.insert(first.questions[0].key(), "hunganh.a".into());
    assert_eq!(province.proposes(), ["create-account hunganh.a joiner one"]);
    for bad in ["anhnh.a", "admin", "a b", "x@elsewhere.vn", "uid=x,ou=y"] {
        province.answers.insert(first.questions[0].key(), bad.into());
        assert_eq!(province.proposes(), [""; 0], "{bad}");
    }
}

#[test]
fn the_start_date_of_a_row_is_the_accounts() {
    let row = line("Nguyễn Hùng Anh").phone(PHONE).from("2026-12-01");
    let province = Province::new().given(full("a").row(row));
    assert_eq!(province.proposes(), ["create-account anhnh.a joiner one 2026-12-01"]);
    assert_eq!(province.reconcile().changes[0].due.to_string(), "2026-12-01");
}
