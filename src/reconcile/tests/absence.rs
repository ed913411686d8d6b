//! Who is missing, and which accounts nobody ever claimed.

use super::PHONE;
use crate::model::account::AccountKind;
use crate::model::brake::{BrakeKind, BrakeScope};
use crate::model::change::{ChangeKind, State};
use crate::model::ids::TargetId;
use crate::plan::brakes::Limits;
use crate::plan::{Counts, Standing, plan};
use crate::reconcile::testing::build::{Line, entry, full, line, request, some_people, staff_list};
use crate::reconcile::testing::{Province, code};

fn phone(n: usize) -> String {
    format!("09120001{n:02}")
}

fn name(n: usize) -> String {
    let given = ["An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khoa", "Lan", "Minh", "Nga"][n % 10];
    let middle = ["Văn", "Thị", "Hữu", "Ngọc", "Minh", "Quang", "Thanh", "Xuân", "Đức", "Kim"][n / 10 % 10];
    format!("Trần {middle} {given}")
}

fn row(n: usize) -> Line {
    line(&name(n)).phone(&phone(n))
}

/// An agency with `count` accounts whose holders were all listed once.
fn office(count: usize) -> Province {
    let mut province = Province::new();
    for n in 0..count {
        province =
            province.with(entry("a", &format!("p{n:02}"), &name(n)).phone(&phone(n)).unit("Văn phòng"));
    }
    province.give(full("a").dated("2026-01-01").rows((0..count).map(row)));
    let first = province.reconcile();
    assert_eq!((first.changes.len(), first.questions.len()), (0, 0));
    province.learn(&first);
    province
}

#[test]
fn somebody_known_before_is_suspected() {
    let province = office(3).given(full("a").dated("2026-11-01").rows((0..2).map(row)));
    assert_eq!(province.proposes(), ["suspect-leaver p02 absent-from-full-roster one"]);
}

#[test]
fn an_account_nobody_ever_claimed_is_an_orphan() {
    let province = Province::new()
        .with(entry("a", "an", "Nguyễn Văn An").phone(PHONE))
        .given(full("a").row(line("Lê Thị Bình").phone("0912000008")));
    let proposals = province.proposes();
    assert!(proposals.contains(&"orphan-account an no-roster-claims two".to_owned()), "{proposals:?}");
}

#[test]
fn a_list_of_some_people_or_a_request_never_says_absence() {
    for sheet in [some_people("a"), request("a")] {
        let province = office(3)
            .with(entry("a", "orphan", "Nguyễn Văn An"))
            .given(sheet.dated("2026-11-01").rows((0..1).map(row)));
        assert!(!province.proposes().iter().any(|one| one.contains("p0")));
    }
    let never_full =
        Province::new().with(entry("a", "an", "Nguyễn Văn An")).given(some_people("a").row(row(1)));
    assert!(!never_full.proposes().iter().any(|one| one.starts_with("orphan")));
}

#[test]
fn other_agencies_are_not_spoken_of() {
    let province = Province::new().with(entry("b", "an", "Nguyễn Văn An")).given(full("a").row(row(1)));
    assert!(!province.proposes().iter().any(|one| one.contains(" an ")));
}

#[test]
fn a_roster_of_some_units_speaks_of_these_alone() {
    let province = office(2)
        .with(entry("a", "x", "Nguyễn Văn An").unit("Phòng Tài chính"))
        .with(entry("a", "y", "Nguyễn Văn Ba").unit("PHÒNG  TÀI CHÍNH"))
        .with(entry("a", "z", "Nguyễn Văn Ca"));
    let mut province = province;
    province.rosters.clear();
    province.give(
        full("a")
            .dated("2026-11-01")
            .of_units(&["Phòng Tài chính"])
            .row(line("Nguyễn Văn Ba").staff_code("7")),
    );
    let question = &province.reconcile().questions[0];
    province.answers.insert(question.key(), "y".into());
    assert_eq!(
        province.proposes(),
        ["orphan-account x no-roster-claims two"],
        "p00 and p01 sit elsewhere, and the unit of z is not known"
    );
}

#[test]
fn an_open_question_keeps_its_candidates_out_of_it() {
    let province = Province::new()
        .with(entry("a", "an1", "Nguyễn Văn An").phone("0912000007"))
        .with(entry("a", "an2", "Nguyễn Văn An").phone("0912000008"))
        .given(full("a").row(line("Nguyễn Văn An")));
    let proposals = province.reconcile();
    assert_eq!((proposals.changes.len(), proposals.questions.len()), (0, 1));
}

#[test]
fn unit_mailboxes_and_services_are_never_orphans() {
    let province = Province::new()
        .with(entry("a", "vanthu", "Văn thư").kind(AccountKind::Unit))
        .with(entry("a", "scan", "Máy quét").kind(AccountKind::Service))
        .with(entry("a", "old", "Lê Văn Cũ").disabled())
        .given(full("a").row(row(1)));
    assert_eq!(province.proposes().len(), 1, "the joiner alone");
}

#[test]
fn a_staff_list_with_79_of_100_known_is_partial_and_with_80_full() {
    let with = |claimed: usize| {
        let province = office(100).given(staff_list("a").dated("2026-11-01").rows((0..claimed).map(row)));
        let proposals = province.reconcile();
        let decision = proposals.decisions[0].clone();
        (decision.kind.as_str(), decision.claims, proposals.changes.len())
    };
    assert_eq!(with(79), ("partial", (79, 100), 0));
    assert_eq!(with(80), ("full", (80, 100), 20));
}

#[test]
fn half_of_a_whole_agency_gone_is_held_and_its_joiners_go_on() {
    let mut province = office(20).given(full("a").dated("2026-11-01").rows((0..10).map(row)));
    province.rosters[1].rows.extend([90, 91].map(|n| row(n).0));
    let proposals = province.reconcile();
    let counts = Counts::of(&province.directory);
    let read = [TargetId::mail()].into();
    let plan =
        plan(&proposals.changes, &Standing::default(), &Limits::default(), &counts, &read, province.today)
            .unwrap();
    let states = |kind| {
        plan.insert.iter().filter(|(change, ..)| change.kind == kind).map(|one| one.1).collect::<Vec<_>>()
    };
    assert_eq!(states(ChangeKind::SuspectLeaver), [State::Held; 10]);
    assert_eq!(states(ChangeKind::CreateAccount), [State::Proposed; 2]);
    let [brake] = plan.brakes.as_slice() else { panic!("{:?}", plan.brakes) };
    assert_eq!((&brake.scope, brake.kind), (&BrakeScope::Agency(code("a")), BrakeKind::Suspicions));
    assert_eq!((brake.wanted, brake.limit, brake.of_accounts), (10, 3, 20));
}

#[test]
fn somebody_asked_for_and_never_listed_is_not_created_once_the_full_list_is_newer() {
    use crate::model::record::Action;
    let asked = request("a").dated("2026-10-01").row(row(5).asks(Action::Create));
    let mut province = Province::new().given(asked);
    assert_eq!(province.proposes().len(), 1);
    province.give(full("a").dated("2026-11-01").row(row(6)));
    assert_eq!(province.proposes().len(), 1, "the one who is listed");
    assert!(province.reconcile().changes[0].label.contains(&name(6)));
}
