//! People who leave, come back, or rest.

use super::{OTHER_PHONE, PHONE};
use crate::model::change::{Reason, Risk};
use crate::model::record::Status;
use crate::reconcile::testing::build::{Line, entry, full, line, staff_list};
use crate::reconcile::testing::{Province, at};

const NAME: &str = "Nguyễn Văn An";

fn an() -> Line {
    line(NAME).phone(PHONE)
}

fn office() -> Province {
    Province::new().with(entry("a", "an", NAME).phone(PHONE))
}

#[test]
fn a_status_alone_needs_one_approval_and_keeps_its_date() {
    for status in [Status::Retired, Status::Resigned, Status::Dismissed, Status::Deceased] {
        let province = office().given(full("a").row(an().status(status).from("2027-01-01")));
        assert_eq!(province.proposes(), ["disable-account an leaver-by-status one 2027-01-01"]);
        let change = &province.reconcile().changes[0];
        assert_eq!((change.due.to_string().as_str(), change.risk), ("2027-01-01", Risk::High));
    }
}

#[test]
fn without_a_date_it_is_due_today() {
    let province = office().given(full("a").row(an().status(Status::Retired)));
    let change = &province.reconcile().changes[0];
    assert_eq!((change.effective, change.due), (None, province.today));
}

#[test]
fn a_document_number_with_its_pdf_confirms() {
    let retired = || full("a").row(an().status(Status::Retired));
    let reason = |sheet| office().given(sheet).reconcile().changes[0].reason;
    assert_eq!(reason(retired().numbered("12/QĐ").with_pdf()), Reason::LeaverConfirmed);
    assert_eq!(reason(retired().numbered("12/QĐ")), Reason::LeaverByStatus);
    assert_eq!(reason(retired().with_pdf()), Reason::LeaverByStatus);
}

#[test]
fn an_operators_word_confirms_a_status_or_an_absence_or_stands_alone() {
    let mut province = office().given(full("a").dated("2026-10-01").row(an()));
    let first = province.reconcile();
    province.learn(&first);
    province.departures = province.people.keys().cloned().collect();
    assert_eq!(province.proposes(), [""; 0], "the list in force still names him");

    let mut by_status = province.clone();
    by_status.give(full("a").dated("2026-11-01").row(an().status(Status::Retired)));
    assert_eq!(by_status.proposes(), ["disable-account an leaver-confirmed one"]);

    let mut by_absence = province.clone();
    by_absence.give(full("a").dated("2026-11-01").row(line("Lê Thị Bình").phone(OTHER_PHONE)));
    assert!(by_absence.proposes().contains(&"disable-account an leaver-confirmed one".to_owned()));

    province.rosters.clear();
    assert_eq!(province.proposes(), ["disable-account an leaver-confirmed one"]);
}

#[test]
fn a_confirmation_counts_no_more_once_a_later_list_names_the_person() {
    let mut province = office().given(full("a").dated("2026-10-01").row(an()));
    let first = province.reconcile();
    province.learn(&first);
    province.departures = province.people.keys().cloned().collect();
    let gone = full("a").dated("2026-10-15").row(line("Lê Thị Bình").phone(OTHER_PHONE));
    province.give(gone);
    let left = |province: &Province, on| {
        let people = province.reconcile().people;
        people.values().find(|one| one.name.as_str() == NAME).unwrap().has_left(at(on))
    };
    assert!(left(&province, "2026-10-20"));
    province.give(full("a").dated("2026-11-01").row(an()));
    assert!(!left(&province, "2026-10-20"), "he works again");
    assert!(left(&province, "2026-11-15"), "a later confirmation counts");
}

#[test]
fn a_leaver_is_expected_to_be_missing_from_the_next_list() {
    let mut province =
        office().given(full("a").dated("2026-10-01").row(an().status(Status::Retired).from("2027-01-01")));
    let before = province.reconcile().changes;
    province.give(full("a").dated("2026-11-01").row(line("Lê Thị Bình").phone(OTHER_PHONE)));
    let after = province.reconcile().changes;
    assert_eq!(before[0].key(), after.iter().find(|one| one.kind == before[0].kind).unwrap().key());
    assert!(!province.proposes().iter().any(|one| one.starts_with("suspect")));
}

#[test]
fn leave_and_secondment_leave_the_mailbox_alone() {
    for status in [Status::Leave, Status::Seconded] {
        assert_eq!(office().given(full("a").row(an().status(status))).proposes(), [""; 0]);
        let disabled = Province::new().with(entry("a", "an", NAME).phone(PHONE).disabled());
        assert_eq!(disabled.given(full("a").row(an().status(status))).proposes(), [""; 0]);
    }
}

#[test]
fn who_is_on_leave_or_seconded_is_away_from_the_day_the_row_names() {
    let away = |line: Line| office().given(full("a").row(line)).reconcile().away.len();
    for status in [Status::Leave, Status::Seconded] {
        assert_eq!(away(an().status(status)), 1);
        assert_eq!(away(an().status(status).from("2020-01-01")), 1);
        assert_eq!(away(an().status(status).from("2099-01-01")), 0);
    }
    assert_eq!(away(an().status(Status::Active)), 0);
}

#[test]
fn a_disabled_account_of_somebody_listed_is_opened_again() {
    let disabled = |title: &str| {
        let account = entry("a", "an", NAME).phone(PHONE).title(title).disabled();
        Province::new().with(account).given(full("a").row(an())).proposes()
    };
    assert_eq!(disabled("Chuyên viên"), ["enable-account an rehire one"]);
    assert_eq!(disabled("Giám đốc"), ["enable-account an rehire two"]);
}

#[test]
fn a_leaver_whose_account_is_disabled_is_done() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).disabled())
        .given(full("a").row(an().status(Status::Retired)));
    assert_eq!(province.proposes(), [""; 0]);
}

#[test]
fn listed_twice_as_leaving_and_as_working_he_stays_and_a_person_looks() {
    let rows = [an().status(Status::Retired), an().status(Status::Active)];
    for rows in [rows.clone(), [rows[1].clone(), rows[0].clone()]] {
        let province = office().given(staff_list("a").rows(rows));
        let proposals = province.reconcile();
        assert_eq!((proposals.changes.len(), proposals.questions.len()), (0, 1));
    }
}
