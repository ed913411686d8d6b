//! Request rows: each turns into its change.

use super::{OTHER_PHONE, PHONE};
use crate::model::question::QuestionKind;
use crate::model::record::Action;
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, entry, full, line, request};

const NAME: &str = "Nguyễn Văn An";

fn office() -> Province {
    Province::new().with(entry("a", "an", NAME).phone(PHONE).title("Chuyên viên").unit("Văn phòng"))
}

fn an() -> Line {
    line(NAME).phone(PHONE)
}

#[test]
fn suspend_and_revoke_disable_the_account() {
    for (action, reason) in [(Action::Suspend, "request-suspend"), (Action::Revoke, "request-revoke")] {
        let province = office().given(request("a").row(an().asks(action)));
        assert_eq!(province.proposes(), [format!("disable-account an {reason} one")]);
    }
}

#[test]
fn a_reset_is_one_reset_a_day_it_was_asked_for() {
    let mut province = office().given(request("a").dated("2026-11-10").row(an().asks(Action::ResetPassword)));
    assert_eq!(province.proposes(), ["reset-password an request-reset one 2026-11-10"]);
    // The next request is the next reset, not the first once more.
    province.give(request("a").dated("2026-11-20").row(an().asks(Action::ResetPassword)));
    assert_eq!(province.proposes(), ["reset-password an request-reset one 2026-11-20"]);
}

#[test]
fn a_reset_on_a_disabled_account_is_refused() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).disabled())
        .given(request("a").row(an().asks(Action::ResetPassword)));
    assert_eq!(province.proposes(), [""; 0]);
}

#[test]
fn a_reset_of_a_leader_or_of_a_privileged_position_needs_two() {
    let reset = |title: &str| {
        let account = entry("a", "an", NAME).phone(PHONE).title(title);
        Province::new().with(account).given(request("a").row(an().asks(Action::ResetPassword))).proposes()
    };
    assert_eq!(reset("Phó Giám đốc"), ["reset-password an request-reset two 2026-11-20"]);
    assert_eq!(reset("Chuyên viên"), ["reset-password an request-reset one 2026-11-20"]);
}

#[test]
fn a_change_request_needs_one_approval_whatever_it_changes() {
    let province = office().given(request("a").row(an().asks(Action::Change).unit("Phòng Tài chính")));
    assert_eq!(province.proposes(), ["update-attributes an request-change one"]);
}

#[test]
fn free_words_in_a_change_request_are_a_question() {
    let row = an().asks(Action::Change).note("Đổi địa chỉ thư theo họ tên mới");
    let mut province = office().given(request("a").row(row));
    let proposals = province.reconcile();
    assert_eq!(proposals.changes, []);
    assert_eq!(proposals.questions[0].kind, QuestionKind::FreeText);
    province.answers.insert(proposals.questions[0].key(), "done".into());
    assert_eq!(province.reconcile().questions, []);
}

#[test]
fn a_row_in_free_words_is_a_question_until_it_is_answered_and_another_file_asks_anew() {
    let mut province = office().given(request("a").in_words(4).in_words(5));
    let proposals = province.reconcile();
    assert_eq!(proposals.changes, []);
    assert_eq!(proposals.questions.len(), 2);
    assert!(
        proposals.questions.iter().all(|one| one.kind == QuestionKind::FreeText && one.label == "ds.xlsx")
    );
    province.answers.insert(proposals.questions[0].key(), "done".into());
    assert_eq!(province.reconcile().questions, proposals.questions[1..]);
    province.give(request("a").in_words(4));
    assert_eq!(province.reconcile().questions.len(), 2);
}

#[test]
fn a_row_without_a_real_name_makes_nobody_known_and_is_read_by_a_person() {
    let sentence = "Các đồng chí tham gia lớp bồi dưỡng đợt cuối năm nay";
    let rows =
        [line("0912000005").title("Kế toán"), line(sentence), line("Lê Thị Bình (PGĐ)").born("1990-02-01")];
    let listed = full("a").dated("2026-11-01").rows(rows).row(an());
    let mut province = office().given(listed);
    let proposals = province.reconcile();
    assert_eq!((proposals.changes, proposals.people.len()), (vec![], 1));
    let asked: Vec<_> = proposals.questions.iter().map(|one| (one.kind, one.label.as_str())).collect();
    // The cells may hold anything: the list is named, once, with the rows.
    assert_eq!(asked, [(QuestionKind::UnreadRows, "ds.xlsx")]);
    assert_eq!(proposals.questions[0].evidence.len(), 3);
    province.give(full("a").dated("2026-11-20").row(an()).row(line("Lê Thị Bình").born("1990-02-01")));
    let corrected = province.reconcile();
    assert_eq!(corrected.questions, []);
    assert_eq!(corrected.people.len(), 2);
}

#[test]
fn a_list_with_a_row_without_a_real_name_says_of_nobody_that_he_is_missing_until_it_is_read() {
    let listed = full("a").dated("2026-11-01").row(an()).row(line("(như trên)"));
    let mut province = office().with(entry("a", "binh", "Lê Thị Bình")).given(listed);
    let unread = province.reconcile();
    assert_eq!((unread.changes, unread.questions.len()), (vec![], 1));
    province.answers.insert(unread.questions[0].key(), "read".into());
    assert_eq!(province.proposes(), ["orphan-account binh no-roster-claims two"]);
}

#[test]
fn a_row_without_a_real_name_is_asked_about_by_the_account_that_its_address_means() {
    let row = line("Lê Thị Bình (PGĐ)").mail("binh");
    let listed = full("a").dated("2026-11-20").row(an()).row(row);
    let province = office().with(entry("a", "binh", "Lê Thị Bình")).given(listed);
    let proposals = province.reconcile();
    assert_eq!((proposals.questions.len(), proposals.changes), (1, vec![]));
    assert_eq!(proposals.questions[0].kind, QuestionKind::WhoIs);
}

#[test]
fn a_change_request_and_the_roster_in_force_do_not_undo_each_other() {
    let listed = full("a").dated("2026-11-01").row(an().title("Chuyên viên"));
    let asked = request("a").dated("2026-11-10").row(an().asks(Action::Change).title("Kế toán"));
    let mut newer_wish = office().given(listed).given(asked.clone());
    assert_eq!(newer_wish.proposes(), ["update-attributes an request-change one"]);
    assert_eq!(newer_wish.settle(), [""; 0]);

    let listed = full("a").dated("2026-11-15").row(an().title("Chuyên viên"));
    let older_wish = office().given(asked).given(listed);
    assert_eq!(older_wish.proposes(), [""; 0]);
}

#[test]
fn a_change_request_outlives_a_newer_list_that_does_not_speak_of_it() {
    let asked =
        request("a").dated("2026-11-10").row(line(NAME).phone(PHONE).asks(Action::Change).title("Kế toán"));
    let listed = full("a").dated("2026-11-15").row(an());
    let province = office().given(asked).given(listed);
    assert_eq!(province.proposes(), ["update-attributes an request-change one"]);
}

#[test]
fn a_request_outlives_full_rosters_dated_before_it() {
    let listed = full("a").dated("2026-11-01").arrived("2026-11-15").row(an());
    let asked = request("a").dated("2026-11-10").row(an().asks(Action::Revoke));
    let province = office().given(asked).given(listed);
    assert_eq!(province.proposes(), ["disable-account an request-revoke one"]);
}

#[test]
fn a_list_newer_than_a_revocation_makes_it_a_question() {
    let asked = request("a").dated("2026-11-10").row(an().asks(Action::Revoke));
    let listed = full("a").dated("2026-11-15").row(an());
    let mut province = office().given(asked).given(listed);
    let proposals = province.reconcile();
    assert_eq!(proposals.changes, []);
    assert_eq!(proposals.questions[0].kind, QuestionKind::Contradiction);
    province.answers.insert(proposals.questions[0].key(), "left".into());
    assert_eq!(province.proposes(), ["disable-account an request-revoke one"]);
    province.answers.insert(proposals.questions[0].key(), "stays".into());
    let answered = province.reconcile();
    assert_eq!((answered.changes.len(), answered.questions.len()), (0, 0));
}

#[test]
fn a_person_taken_off_by_request_is_not_missed_afterwards() {
    let asked = request("a").dated("2026-11-10").row(an().asks(Action::Revoke));
    let colleague = line("Lê Thị Bình").phone(OTHER_PHONE);
    let listed = full("a").dated("2026-11-15").row(colleague);
    let province =
        office().with(entry("a", "binh", "Lê Thị Bình").phone(OTHER_PHONE)).given(asked).given(listed);
    assert_eq!(province.proposes(), ["disable-account an request-revoke one"]);
}

#[test]
fn the_agency_above_may_take_an_account_away_and_a_stranger_may_not() {
    let of_sub = || Province::new().with(entry("a-sub", "an", NAME).phone(PHONE));
    let revoke = |agency: &str| of_sub().given(request(agency).row(an().asks(Action::Revoke))).proposes();
    assert_eq!(revoke("a"), ["disable-account an request-revoke one"]);
    assert_eq!(revoke("b"), [""; 0]);
}
