//! People without an account: one person, one id, however many rosters speak of them.

use super::{OTHER_PHONE, PHONE};
use crate::model::ids::PersonId;
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, full, line, request, some_people};

const NAME: &str = "Nguyễn Văn An";

fn people(province: &Province) -> Vec<PersonId> {
    province.reconcile().people.into_keys().collect()
}

/// The people after a first roster and after a second that replaces or adds to it.
fn after(first: Line, second: Line) -> (Vec<PersonId>, Vec<PersonId>) {
    let mut province = Province::new().given(full("a").dated("2026-10-01").row(first));
    let proposals = province.reconcile();
    province.learn(&proposals);
    let before = people(&province);
    province.give(full("a").dated("2026-11-01").row(second));
    (before, people(&province))
}

#[test]
fn an_id_stays_when_a_later_roster_says_more_or_less() {
    let an = || line(NAME).phone(PHONE);
    for (first, second) in [
        (an(), an().citizen("c1")),
        (an(), an().staff_code("08")),
        (an().citizen("c1"), an()),
        (an().citizen("c1"), line(NAME).citizen("c1")),
        (an().born("1980-05-06"), line(NAME).born("1980-05-06").unit("Văn phòng")),
        (an().born("1980"), an().born("1980-05-06")),
        (an(), an().unit("Văn phòng").title("Kế toán")),
        (line(NAME), line(NAME).title("Kế toán")),
        (line(NAME).born("1980"), line(NAME).born("1980").unit("Văn phòng")),
        (an(), line(NAME).born("1980-05-06")),
        (an().citizen("c1"), line(NAME)),
    ] {
        let (before, after) = after(first.clone(), second.clone());
        assert_eq!((before.len(), &before), (1, &after), "{:?} then {:?}", first.0, second.0);
    }
}

#[test]
fn namesakes_stay_apart() {
    let an = || line(NAME);
    for (one, two) in [
        (an().phone(PHONE), an().phone(OTHER_PHONE)),
        (an().born("1980-05-06"), an().born("1981-05-06")),
        (an().citizen("c1"), an().citizen("c2")),
        (an().staff_code("1"), an().staff_code("2")),
        (an().unit("Văn phòng"), an().unit("Thanh tra")),
    ] {
        let in_one = Province::new().given(full("a").row(one.clone()).row(two.clone()));
        assert_eq!((people(&in_one).len(), in_one.proposes().len()), (2, 2), "{:?} {:?}", one.0, two.0);
    }
}

#[test]
fn namesakes_of_two_agencies_stay_apart_unless_something_is_shared() {
    let in_two = |one: Line, two: Line| {
        people(&Province::new().given(full("a").row(one)).given(full("b").row(two))).len()
    };
    assert_eq!(in_two(line(NAME), line(NAME)), 2);
    assert_eq!(in_two(line(NAME).born("1980"), line(NAME).born("1980")), 2, "a year is not enough");
    assert_eq!(in_two(line(NAME).born("1980-05-06"), line(NAME).born("1980-05-06")), 1);
    assert_eq!(in_two(line(NAME).phone(PHONE), line(NAME).phone(PHONE)), 1);
    assert_eq!(in_two(line(NAME).citizen("c"), line(NAME).citizen("c")), 1);
    assert_eq!(in_two(line(NAME).staff_code("1"), line(NAME).staff_code("1")), 2, "codes repeat");
}

#[test]
fn rows_that_nothing_tells_apart_are_one_person() {
    let province = Province::new().given(full("a").row(line(NAME)).row(line(NAME).title("Kế toán")));
    assert_eq!(province.proposes().len(), 1);
}

#[test]
fn a_known_person_waits_for_the_account_that_somebody_makes_by_hand() {
    use crate::reconcile::testing::build::entry;
    let mut province = Province::new().given(full("a").row(line(NAME).phone(PHONE).citizen("c1")));
    let first = province.reconcile();
    province.learn(&first);
    let before = people(&province);
    let province = province.with(entry("a", "other.login", NAME).phone(PHONE));
    assert_eq!(province.proposes(), [""; 0]);
    assert_eq!(people(&province), before);
}

#[test]
fn a_mistyped_citizen_id_makes_no_one_of_two() {
    let mut province = Province::new().given(full("a").dated("2026-10-01").row(line(NAME).citizen("c1")));
    let first = province.reconcile();
    province.learn(&first);
    province.give(some_people("a").dated("2026-11-01").row(line("Lê Thị Bình").citizen("c1")));
    assert_eq!(people(&province).len(), 2);
    let first = province.reconcile();
    province.learn(&first);
    assert_eq!(people(&province), first.people.into_keys().collect::<Vec<_>>(), "and it stays so");
}

#[test]
fn a_request_that_repeats_itself_is_one_person() {
    use crate::model::record::Action;
    let asked = || line(NAME).phone(PHONE).asks(Action::Create);
    let province = Province::new()
        .given(request("a").dated("2026-11-01").row(asked()))
        .given(request("a").dated("2026-11-10").row(asked()));
    assert_eq!(province.proposes(), ["create-account annv.a request-create one"]);
}
