//! Older and newer rosters of one agency.

use super::{OTHER_PHONE, PHONE};
use crate::model::account::Attr;
use crate::model::ids::RosterId;
use crate::model::question::QuestionKind;
use crate::model::record::Status;
use crate::model::roster::{Roster, RosterKind};
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, entry, full, line, some_people};
use crate::reconcile::timeline::outdated;

const NAME: &str = "Nguyễn Văn An";

fn an() -> Line {
    line(NAME).phone(PHONE)
}

fn binh() -> Line {
    line("Lê Thị Bình").phone(OTHER_PHONE)
}

fn office() -> Province {
    Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).title("Văn thư"))
        .with(entry("a", "binh", "Lê Thị Bình").phone(OTHER_PHONE))
}

fn title(province: &Province) -> Option<String> {
    province.reconcile().changes.first().and_then(|change| change.after(Attr::Title).map(str::to_owned))
}

#[test]
fn newer_is_by_document_date_else_by_arrival_else_by_content() {
    let sheet = |title: &str| full("a").row(an().title(title)).row(binh());
    let by_document = office()
        .given(sheet("Mới").dated("2026-11-02").arrived("2026-11-02"))
        .given(sheet("Cũ").dated("2026-11-01").arrived("2026-11-20"));
    assert_eq!(title(&by_document).as_deref(), Some("Mới"));
    let by_arrival =
        office().given(sheet("Mới").arrived("2026-11-20")).given(sheet("Cũ").arrived("2026-11-10"));
    assert_eq!(title(&by_arrival).as_deref(), Some("Mới"));
    let of_one_day = office()
        .given(sheet("Cũ").dated("2026-11-01").arrived("2026-11-10"))
        .given(sheet("Mới").dated("2026-11-01").arrived("2026-11-11"));
    assert_eq!(title(&of_one_day).as_deref(), Some("Mới"));
    let mut of_one_moment = office().given(sheet("Cũ")).given(sheet("Mới"));
    assert_eq!(title(&of_one_moment).as_deref(), Some("Mới"), "the greater hash");
    of_one_moment.rosters.reverse();
    assert_eq!(title(&of_one_moment).as_deref(), Some("Mới"));
}

#[test]
fn a_document_dated_after_its_arrival_does_not_rule_for_years() {
    let typed_wrong = full("a").dated("2062-11-01").arrived("2026-11-01").row(an().title("Cũ")).row(binh());
    let next = full("a").dated("2026-11-10").row(an().title("Mới")).row(binh());
    assert_eq!(title(&office().given(typed_wrong).given(next)).as_deref(), Some("Mới"));
}

#[test]
fn an_older_roster_overrides_nothing_and_its_leavers_are_questions() {
    let newer = full("a").dated("2026-11-10").row(an()).row(binh());
    let older = full("a")
        .dated("2026-10-01")
        .arrived("2026-11-15")
        .row(an().status(Status::Retired))
        .row(binh().title("Cũ"))
        .row(line("Đỗ Văn Mới").phone("0912000003"));
    let mut province = office().given(newer).given(older);
    let proposals = province.reconcile();
    assert_eq!(proposals.changes, [], "neither title nor joiner nor leaver");
    let [question] = proposals.questions.as_slice() else { panic!("{:?}", proposals.questions) };
    assert_eq!((question.kind, question.label.as_str()), (QuestionKind::Contradiction, NAME));
    province.answers.insert(question.key(), "left".into());
    assert_eq!(province.proposes(), ["disable-account an leaver-by-status one"]);
}

#[test]
fn last_months_roster_asks_nothing() {
    let province = office()
        .given(full("a").dated("2026-10-01").row(an().status(Status::Retired)).row(binh()))
        .given(full("a").dated("2026-11-01").row(an()).row(binh()));
    let proposals = province.reconcile();
    assert_eq!((proposals.changes.len(), proposals.questions.len()), (0, 0), "the newer list has him back");
}

#[test]
fn a_question_goes_with_the_roster_that_raised_it() {
    let mut province = office().given(full("a").dated("2026-10-01").row(line(NAME)).row(binh()));
    assert_eq!(province.reconcile().questions.len(), 1);
    province.give(full("a").dated("2026-11-01").row(an()).row(binh()));
    assert_eq!(province.reconcile().questions, []);
}

#[test]
fn a_list_of_some_people_adds_to_the_full_roster_before_it() {
    let province = office()
        .given(full("a").dated("2026-10-01").row(an()).row(binh()))
        .given(some_people("a").dated("2026-11-01").row(an().title("Kế toán")));
    assert_eq!(province.proposes(), ["update-attributes an roster-attribute none"]);
    let replaced = office()
        .given(some_people("a").dated("2026-10-01").row(an().title("Kế toán")))
        .given(full("a").dated("2026-11-01").row(an()).row(binh()));
    assert_eq!(replaced.proposes(), [""; 0]);
}

#[test]
fn rosters_of_units_replace_each_other_unit_by_unit() {
    let office = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).unit("Văn phòng"))
        .with(entry("a", "binh", "Lê Thị Bình").phone(OTHER_PHONE).unit("Thanh tra"));
    let january = full("a").dated("2026-01-01").of_units(&["Văn phòng", "Thanh tra"]).row(an()).row(binh());
    let mut province = office.given(january);
    let first = province.reconcile();
    province.learn(&first);
    // The office speaks anew and without An; Thanh tra's word of January stands.
    let colleague = line("Đỗ Văn Mới").phone("0912000003");
    province.give(full("a").dated("2026-11-01").of_units(&["Văn phòng"]).row(colleague));
    let suspected: Vec<String> =
        province.proposes().into_iter().filter(|one| one.starts_with("suspect")).collect();
    assert_eq!(suspected, ["suspect-leaver an absent-from-full-roster one"]);
}

#[test]
fn the_same_workbook_dropped_again_changes_no_key() {
    let sheet = || full("a").numbered("1/CV").row(an().title("Kế toán").status(Status::Active)).row(binh());
    let mut province = office().given(sheet());
    let first: Vec<_> = province.reconcile().changes.iter().map(crate::model::change::Change::key).collect();
    province.give(sheet().arrived("2026-11-21"));
    let second: Vec<_> = province.reconcile().changes.iter().map(crate::model::change::Change::key).collect();
    assert_eq!(first, second);
    province.today = crate::reconcile::testing::day("2026-11-30");
    let later: Vec<_> = province.reconcile().changes.iter().map(crate::model::change::Change::key).collect();
    assert_eq!(first, later, "nor does the clock");
}

#[test]
fn a_roster_that_came_too_late_names_the_one_in_force() {
    let decided = |sheet: crate::reconcile::testing::build::Sheet, number, kind| Roster {
        kind,
        ..sheet.row(an()).roster(number)
    };
    let full_kind = Some(RosterKind::Full);
    let newer = decided(full("a").dated("2026-11-02"), 1, full_kind);
    let late = decided(full("a").dated("2026-11-01").arrived("2026-11-20"), 2, full_kind);
    let elsewhere = decided(full("b").dated("2026-11-01").arrived("2026-11-20"), 3, full_kind);
    let undecided = decided(full("a").dated("2026-10-01").arrived("2026-11-20"), 4, None);
    let before = decided(full("a").dated("2026-10-01"), 5, full_kind);
    let found = outdated(&[newer, late, elsewhere, undecided, before], |time| time.date_naive());
    assert_eq!(found, [(RosterId::new("r2"), "2026-11-02".parse().unwrap())].into());
}
