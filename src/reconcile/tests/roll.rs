//! Whom an agency is asked to correct its list of.

use super::{OTHER_PHONE, PHONE};
use crate::model::change::ChangeKind;
use crate::model::record::{Action, Status};
use crate::model::roll::{Entry, Roll, Why};
use crate::reconcile::roll;
use crate::reconcile::testing::build::{Line, entry, full, line, request, some_people};
use crate::reconcile::testing::{Province, code};

const NAME: &str = "Nguyễn Văn An";
const COLLEAGUE: &str = "Lê Thị Bình";

fn an() -> Line {
    line(NAME).phone(PHONE).born("1985-03-14")
}

fn binh() -> Line {
    line(COLLEAGUE).phone(OTHER_PHONE)
}

fn office() -> Province {
    Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).title("Chuyên viên").unit("Văn phòng"))
        .with(entry("a", "binh", COLLEAGUE).phone(OTHER_PHONE))
}

/// Both were listed on one day and only one of them on another.
fn one_missing() -> Province {
    let mut province = office().given(full("a").dated("2026-10-01").rows([an(), binh()]));
    let first = province.reconcile();
    province.learn(&first);
    province.given(full("a").dated("2026-11-01").row(binh()))
}

/// Keeps what a pass learns, and calls the roll of `a`.
fn call(province: &mut Province) -> Roll {
    let learned = province.reconcile();
    province.learn(&learned);
    roll(&province.world(), &code("a"))
}

fn names(roll: &Roll) -> Vec<(&str, bool)> {
    roll.entries.iter().map(|one| (one.name.as_str(), one.missing)).collect()
}

/// The template as an agency sends it back untouched: who is asked about has no row.
fn returned(roll: &Roll) -> crate::reconcile::testing::build::Sheet {
    full("a").arrived("2026-11-22").rows(roll.entries.iter().filter(|one| !one.missing).map(as_row))
}

fn as_row(entry: &Entry) -> Line {
    let mut row = line(entry.name.as_str());
    row.0.birth = entry.birth;
    row.0.gender = entry.gender;
    row.0.staff_code.clone_from(&entry.staff_code);
    row.0.position.clone_from(&entry.position);
    row.0.unit.clone_from(&entry.unit);
    row.0.phone.clone_from(&entry.phone);
    row.0.email.clone_from(&entry.mail);
    row.0.status = Some(entry.status.unwrap_or_default());
    row.0.effective_date = entry.effective;
    row.0.note.clone_from(&entry.note);
    row
}

#[test]
fn the_rows_come_first_in_their_order_then_accounts_that_no_roster_told_of() {
    let mut province = office().given(some_people("a").row(an().title("Trưởng phòng").note("Kiêm nhiệm")));
    let found = call(&mut province);
    assert_eq!(names(&found), [(NAME, false), (COLLEAGUE, false)]);
    let an = &found.entries[0];
    assert_eq!(an.position.as_deref(), Some("Trưởng phòng"), "the agency's last word");
    assert_eq!(an.unit.as_deref(), Some("Văn phòng"), "else what the account holds");
    assert_eq!(
        (an.birth, an.mail.as_deref(), an.note.as_deref()),
        (
            super::super::testing::build::line("x").born("1985-03-14").0.birth,
            Some("an@tinh.gov.vn"),
            Some("Kiêm nhiệm")
        )
    );
    assert_eq!(roll(&province.world(), &code("b")), Roll::default());
}

#[test]
fn who_is_missing_is_asked_about_and_who_has_left_is_only_named() {
    let mut province = one_missing();
    assert_eq!(names(&call(&mut province)), [(COLLEAGUE, false), (NAME, true)]);
    let mut confirmed = province.clone();
    confirmed.departures =
        province.people.values().filter(|one| one.name.as_str() == NAME).map(|one| one.id.clone()).collect();
    let found = call(&mut confirmed);
    assert_eq!((names(&found).len(), &found.gone[0].why), (1, &Why::Confirmed));

    let mut said = office().given(full("a").rows([an().status(Status::Retired), binh()]));
    let found = call(&mut said);
    assert_eq!(
        (names(&found), &found.gone[0].why),
        (vec![(COLLEAGUE, false)], &Why::Status(Status::Retired))
    );
    let mut asked = office().given(request("a").row(an().asks(Action::Revoke)));
    assert_eq!(call(&mut asked).gone[0].why, Why::Asked);
    let mut moved = office().given(full("b").row(an()));
    assert_eq!(call(&mut moved).gone[0].why, Why::Elsewhere("b".into()));
}

#[test]
fn who_waits_for_an_account_is_on_the_roll_and_a_closed_account_is_not() {
    let mut province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).disabled())
        .given(some_people("a").row(binh().born("1990-01-01")));
    let found = call(&mut province);
    assert_eq!(names(&found), [(COLLEAGUE, false)]);
    assert_eq!(found.entries[0].mail, None);
}

#[test]
fn sent_back_untouched_it_changes_nothing() {
    let rosters = [
        vec![],
        vec![full("a").dated("2026-10-01").rows([an(), binh()])],
        vec![full("a").dated("2026-10-01").rows([an().title("Trưởng phòng"), binh()])],
        vec![full("a").dated("2026-10-01").rows([an().status(Status::Leave).from("2026-12-01"), binh()])],
        vec![full("a").dated("2026-10-01").rows([an().status(Status::Retired).from("2026-12-01"), binh()])],
        vec![full("a").dated("2026-10-01").rows([an(), binh(), line("Hồ Thị Na").born("1988-08-08")])],
        vec![full("a").dated("2026-10-01").rows([an(), binh()]), full("a").dated("2026-11-01").row(binh())],
        vec![request("a").dated("2026-10-01").row(an().asks(Action::Suspend))],
    ];
    for given in rosters {
        let mut province = office();
        for sheet in given.clone() {
            province.give(sheet);
            let learned = province.reconcile();
            province.learn(&learned);
        }
        let found = call(&mut province);
        let before = province.proposes();
        province.give(returned(&found));
        let after = province.reconcile();
        assert_eq!(crate::reconcile::testing::lines(&after.changes), before, "{given:?}");
        assert!(after.questions.is_empty(), "{:?}", after.questions);
    }
}

#[test]
fn the_contacts_word_confirms_who_was_missing() {
    let mut province = one_missing();
    let found = call(&mut province);
    let missing = found.entries.iter().find(|one| one.missing).unwrap();
    let mut row = as_row(missing).status(Status::Resigned);
    row.0.departure_confirmed = true;
    let mut left = province.clone();
    left.give(returned(&found).row(row));
    assert_eq!(left.proposes(), ["disable-account an leaver-confirmed one"]);
    province.give(returned(&found).row(as_row(missing)));
    assert_eq!(province.proposes(), [""; 0], "a row says that he works there");
}

#[test]
fn a_reset_asked_for_in_a_list_leaves_the_person_in_it() {
    let mut province = office().given(full("a").dated("2026-10-01").rows([an(), binh()]));
    let found = call(&mut province);
    let rows = found.entries.iter().map(|one| as_row(one).asks(Action::ResetPassword));
    province.give(full("a").arrived("2026-11-22").rows(rows));
    let kinds: Vec<ChangeKind> = province.reconcile().changes.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [ChangeKind::ResetPassword; 2]);
    province.give(full("a").arrived("2026-11-22").row(binh()));
    assert!(province.proposes().contains(&"suspect-leaver an absent-from-full-roster one".to_owned()));
}
