//! Which account a row speaks of.

use super::{OTHER_PHONE, PHONE};
use crate::model::record::Action;
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, entry, full, line, request, some_people};

const NAME: &str = "Nguyễn Văn An";

fn an() -> Line {
    line(NAME).phone(PHONE)
}

fn asked(province: &Province) -> Vec<String> {
    let proposals = province.reconcile();
    let mut lines = crate::reconcile::testing::lines(&proposals.changes);
    for question in proposals.questions {
        let answers: Vec<&str> = question.candidates.iter().map(|one| one.answer.as_str()).collect();
        lines.push(format!("asks {} {}", question.label, answers.join(" ")));
    }
    lines
}

fn known(first: Line) -> Province {
    let mut province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).title("Văn thư").unit("Văn phòng"))
        .given(full("a").dated("2026-10-01").row(first));
    let proposals = province.reconcile();
    province.learn(&proposals);
    province.rosters.clear();
    province
}

#[test]
fn a_name_alone_is_a_question_whose_answer_is_kept_and_used() {
    let mut province =
        Province::new().with(entry("a", "an", NAME)).given(full("a").row(line(NAME).title("Văn thư")));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new"]);
    let key = province.reconcile().questions[0].key();
    province.answers.insert(key.clone(), "an".into());
    assert_eq!(asked(&province), ["update-attributes an roster-attribute none"]);
    assert_eq!(province.settle(), [""; 0]);

    let mut other =
        Province::new().with(entry("a", "an", NAME)).given(full("a").row(line(NAME).title("Văn thư")));
    other.answers.insert(key, "new".into());
    assert_eq!(asked(&other), ["orphan-account an no-roster-claims two", "create-account annv.a joiner one"]);
}

#[test]
fn the_name_and_the_phone_are_enough() {
    let province =
        Province::new().with(entry("a", "an", NAME).phone("+84912000001")).given(full("a").row(an()));
    assert_eq!(asked(&province), [""; 0]);
}

#[test]
fn two_candidates_are_a_question_even_with_the_phone() {
    let mut province = Province::new()
        .with(entry("a", "an1", NAME).phone(PHONE))
        .with(entry("a", "an2", NAME).phone(OTHER_PHONE))
        .given(some_people("a").row(an()));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an1 an2 new"]);
    let key = province.reconcile().questions[0].key();
    province.answers.insert(key, "an1".into());
    let first = province.reconcile();
    province.learn(&first);
    // Once answered, the phone tells the two apart, even where another cell has changed.
    province.answers.clear();
    province.rosters.clear();
    province.give(some_people("a").row(an().unit("Văn phòng")));
    assert_eq!(asked(&province), ["update-attributes an1 roster-attribute none"]);
}

#[test]
fn two_rows_of_one_name_are_a_question_each() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE))
        .given(some_people("a").row(an()).row(line(NAME).phone(OTHER_PHONE)));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new", "asks Nguyễn Văn An an new"]);
}

#[test]
fn the_same_person_listed_twice_is_one() {
    let twice = |second: Line| {
        Province::new().with(entry("a", "an", NAME).phone(PHONE)).given(full("a").row(an()).row(second))
    };
    assert_eq!(asked(&twice(an())), [""; 0]);
    assert_eq!(asked(&twice(an().unit("Văn phòng"))), ["update-attributes an roster-attribute none"]);
}

#[test]
fn of_two_rows_about_one_person_what_they_say_counts_and_not_where_they_stand() {
    let rows = [an().title("Kế toán"), an().title("Thủ quỹ")];
    let office = Province::new().with(entry("a", "an", NAME).phone(PHONE));
    let one = office.clone().given(full("a").rows(rows.clone())).reconcile();
    let two = office.given(full("a").rows(rows.into_iter().rev())).reconcile();
    assert_eq!(one.changes[0].key(), two.changes[0].key());
}

#[test]
fn a_new_phone_of_somebody_known_is_a_change() {
    let by_birth =
        known(an().born("1980-05-06")).given(full("a").row(line(NAME).phone(OTHER_PHONE).born("1980-05-06")));
    assert_eq!(asked(&by_birth), ["update-attributes an roster-attribute one"]);
    let by_post =
        known(an()).given(full("a").row(line(NAME).phone(OTHER_PHONE).title("Văn thư").unit("Văn phòng")));
    assert_eq!(asked(&by_post), ["update-attributes an roster-attribute one"]);
    let by_name_alone = known(an()).given(full("a").row(line(NAME).phone(OTHER_PHONE).title("Kế toán")));
    assert_eq!(asked(&by_name_alone), ["asks Nguyễn Văn An an new"]);
}

#[test]
fn somebody_known_needs_no_phone() {
    let province = known(an()).given(full("a").row(line(NAME).title("Kế toán")));
    assert_eq!(asked(&province), ["update-attributes an roster-attribute none"]);
}

#[test]
fn another_staff_code_speaks_against_a_former_match() {
    let province = known(an().staff_code("08")).given(full("a").row(line(NAME).staff_code("09")));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new"]);
}

#[test]
fn another_birth_under_the_same_name_is_a_question() {
    let province = known(an().born("1980-05-06")).given(full("a").row(line(NAME).born("1990-01-01")));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new"]);
}

#[test]
fn the_same_name_elsewhere_with_another_phone_is_somebody_new() {
    let province = Province::new().with(entry("b", "an", NAME).phone(OTHER_PHONE)).given(full("a").row(an()));
    assert_eq!(asked(&province), ["create-account annv.a joiner one"]);
}

#[test]
fn the_same_name_elsewhere_without_a_phone_is_a_question_unless_spoken_for() {
    let office = || Province::new().with(entry("b", "an", NAME).phone(PHONE));
    let province = office().given(full("a").row(line(NAME)));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new"]);
    let spoken_for = office().given(full("a").row(line(NAME))).given(full("b").row(an()));
    assert_eq!(asked(&spoken_for), ["create-account annv.a joiner one"]);
}

#[test]
fn the_address_and_the_name_are_enough() {
    let office =
        |row: Line| Province::new().with(entry("a", "an", NAME).phone(PHONE)).given(full("a").row(row));
    assert_eq!(
        asked(&office(line(NAME).mail("an").title("Văn thư"))),
        ["update-attributes an roster-attribute none"]
    );
    assert_eq!(asked(&office(line("Lê Thị Bình").mail("an"))), ["asks Lê Thị Bình an new"]);
}

#[test]
fn the_staff_code_and_the_name_are_enough() {
    let office = |row: Line| {
        Province::new().with(entry("a", "an", NAME).staff_code("08.051")).given(full("a").row(row))
    };
    assert_eq!(asked(&office(line(NAME).staff_code(" 08.051 "))), [""; 0]);
    assert_eq!(asked(&office(line("Lê Thị Bình").staff_code("08.051"))), ["asks Lê Thị Bình an new"]);
    let elsewhere = Province::new()
        .with(entry("b", "an", NAME).staff_code("7"))
        .given(full("a").row(line("Lê Thị Bình").staff_code("7").phone(PHONE)));
    assert_eq!(asked(&elsewhere), ["create-account binhlt.a joiner one"], "short codes repeat elsewhere");
}

#[test]
fn the_citizen_id_outweighs_the_name_only_with_the_birth() {
    let known = || known(an().citizen("c1").born("1980-05-06"));
    let renamed = known().given(full("a").row(line("Nguyễn Văn Ân").citizen("c1").born("1980-05-06")));
    assert_eq!(asked(&renamed), ["update-attributes an roster-attribute one"]);
    let mistyped = known().given(full("a").row(line("Lê Thị Bình").citizen("c1")));
    assert_eq!(asked(&mistyped), ["asks Lê Thị Bình an new"]);
}

#[test]
fn another_citizen_id_with_the_same_name_and_birth_in_the_agency_is_the_same_person() {
    let province = known(an().citizen("cmnd").born("1980-05-06"))
        .given(full("a").row(line(NAME).citizen("cccd").born("1980-05-06").title("Kế toán")));
    assert_eq!(asked(&province), ["update-attributes an roster-attribute none"]);
    let without_birth = known(an().citizen("c1")).given(full("a").row(an().citizen("c2")));
    assert_eq!(asked(&without_birth), ["asks Nguyễn Văn An an new"]);
}

#[test]
fn name_and_birth_elsewhere_with_another_phone_is_a_question() {
    let mut province = known(an().born("1980-05-06"));
    province.give(full("b").row(line(NAME).born("1980-05-06").phone(OTHER_PHONE)));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new"]);
}

#[test]
fn a_link_to_an_entry_that_is_gone_binds_nobody() {
    let mut province = known(an().born("1980-05-06"));
    province.directory.accounts.clear();
    province.give(full("a").row(an().born("1980-05-06")));
    let before: Vec<_> = province.people.keys().cloned().collect();
    assert_eq!(asked(&province), ["create-account annv.a joiner one"]);
    let after: Vec<_> = province.reconcile().people.into_keys().collect();
    assert_eq!(before, after, "the same person");
}

#[test]
fn what_a_row_says_is_never_a_pattern() {
    let province = known(an()).given(full("a").row(line(NAME).phone(OTHER_PHONE).title("*").unit("*")));
    assert_eq!(asked(&province), ["asks Nguyễn Văn An an new"]);
}

#[test]
fn a_reset_request_finds_its_account_by_address() {
    let province = Province::new()
        .with(entry("a", "an", NAME))
        .given(request("a").row(line(NAME).mail("an").asks(Action::ResetPassword)));
    assert_eq!(asked(&province), ["reset-password an request-reset one 2026-11-20"]);
}
