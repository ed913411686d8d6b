//! Roles: given by position, taken by transfer, leaving, leave or another title.

use super::PHONE;
use crate::model::change::{ChangeKind, Gate};
use crate::model::record::{Action, Status};
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Entry, Line, entry, full, line, request};

const NAME: &str = "Nguyễn Văn An";
const CLERK: &str = "Công chức một cửa";
const ROLE: &str = "Một cửa";

fn account() -> Entry {
    entry("a", "an", NAME).phone(PHONE).title(CLERK)
}

fn an() -> Line {
    line(NAME).phone(PHONE)
}

fn roles(province: &Province) -> Vec<String> {
    province.proposes().into_iter().filter(|one| one.contains("-role")).collect()
}

fn held(agency: &str) -> Province {
    Province::new().with(account()).holding(&[("an", ROLE, agency)])
}

#[test]
fn a_position_gives_its_role() {
    let province = Province::new().with(account()).holding(&[]).given(full("a").row(an().title(CLERK)));
    assert_eq!(roles(&province), ["grant-role an#Một cửa@a role-by-position one"]);
}

#[test]
fn a_privileged_role_needs_two() {
    let province = Province::new().with(account()).holding(&[]).given(full("a").row(an().title("Giám đốc")));
    assert_eq!(roles(&province), ["grant-role an#Lãnh đạo@a role-by-position two"]);
}

#[test]
fn a_joiners_role_waits_for_the_account_and_keeps_its_key() {
    let mut province = Province::new().holding(&[]).given(full("a").row(an().title(CLERK)));
    let first = province.reconcile();
    let find = |kind| first.changes.iter().find(|change| change.kind == kind).unwrap();
    let (create, grant) = (find(ChangeKind::CreateAccount), find(ChangeKind::GrantRole));
    assert_eq!(grant.needs, [create.key()]);
    province.learn(&first);
    province.carry_out(&crate::reconcile::Proposals { changes: vec![create.clone()], ..first.clone() });
    let second = province.reconcile().changes;
    assert_eq!((second.len(), second[0].key()), (1, grant.key()));
    assert_eq!(second[0].needs, []);
}

#[test]
fn what_is_held_is_not_given_again() {
    assert_eq!(roles(&held("a").given(full("a").row(an().title(CLERK)))), [""; 0]);
    assert_eq!(
        roles(&held("").given(full("a").row(an().title(CLERK)))),
        [""; 0],
        "a system without agencies"
    );
}

#[test]
fn a_title_without_the_role_ends_it() {
    let province = held("a").given(full("a").row(an().title("Kế toán").from("2027-01-01")));
    assert_eq!(
        roles(&province),
        ["revoke-role an#Một cửa@a role-not-by-position one"],
        "the date is the status's"
    );
}

#[test]
fn a_row_without_a_title_says_nothing_of_roles() {
    assert_eq!(roles(&held("a").given(full("a").row(an()))), [""; 0]);
}

#[test]
fn a_row_without_the_unit_that_the_map_asks_for_takes_nothing() {
    let with_unit = |account: Entry, row: Line| {
        let mut province =
            Province::new().with(account).holding(&[("an", ROLE, "a")]).given(full("a").row(row));
        province.policy.roles[0].rule[0].units = vec!["Bộ phận Một cửa".into()];
        roles(&province)
    };
    assert_eq!(with_unit(account(), an().title(CLERK)), [""; 0]);
    assert_eq!(with_unit(account().unit("Bộ phận Một cửa"), an().title(CLERK)), [""; 0]);
    assert_eq!(with_unit(account(), an().title(CLERK).unit("Văn phòng")).len(), 1);
}

#[test]
fn unmanaged_roles_are_never_touched_and_those_of_strangers_only_as_orphans() {
    let province = Province::new()
        .with(account())
        .holding(&[("an", "Tra cứu", "a"), ("nobody", ROLE, "a"), ("else", ROLE, "b"), ("who", ROLE, "")])
        .given(full("a").row(an().title("Kế toán")));
    assert_eq!(roles(&province), ["revoke-role nobody#Một cửa@a no-roster-claims two"]);
    let reported = province.reconcile().unclaimed;
    let reported: Vec<&str> = reported.iter().map(|one| one.holder.as_str()).collect();
    assert_eq!(reported, ["who@tinh.gov.vn", "else@tinh.gov.vn"], "their agencies have sent no full roster");
}

#[test]
fn leave_and_secondment_let_roles_rest_and_give_them_back() {
    for status in [Status::Leave, Status::Seconded] {
        let row = an().title(CLERK).status(status).from("2026-12-01");
        let mut province = held("a").given(full("a").dated("2026-11-01").row(row));
        assert_eq!(province.proposes(), ["revoke-role an#Một cửa@a role-rests-on-leave one 2026-12-01"]);
        assert_eq!(province.settle(), [""; 0]);
        province.give(full("a").dated("2026-11-15").row(an().title(CLERK)));
        assert_eq!(province.proposes(), ["grant-role an#Một cửa@a role-by-position one"]);
    }
}

#[test]
fn roles_of_a_confirmed_leaver_end_without_approval_on_the_day() {
    let retired = full("a").row(an().status(Status::Retired).from("2027-01-01"));
    let confirmed = held("a").given(retired.clone().numbered("1/QĐ").with_pdf());
    assert_eq!(roles(&confirmed), ["revoke-role an#Một cửa@a role-ends-by-leaving none 2027-01-01"]);
    assert_eq!(
        roles(&held("a").given(retired.clone())),
        ["revoke-role an#Một cửa@a role-ends-by-leaving one 2027-01-01"]
    );
    let elsewhere = held("c").given(retired);
    assert_eq!(roles(&elsewhere), ["revoke-role an#Một cửa@c role-ends-by-leaving one 2027-01-01"]);
}

#[test]
fn a_confirmed_absence_ends_roles_and_a_suspected_one_does_not() {
    let mut province = held("a").given(full("a").dated("2026-10-01").row(an().title(CLERK)));
    let first = province.reconcile();
    province.learn(&first);
    province.give(full("a").dated("2026-11-01").row(line("Lê Thị Bình").phone("0912000009")));
    assert_eq!(roles(&province), [""; 0]);
    province.departures = first.people.keys().cloned().collect();
    assert_eq!(roles(&province), ["revoke-role an#Một cửa@a role-ends-by-leaving none"]);
}

#[test]
fn a_revocation_ends_roles_and_a_suspension_lets_them_be() {
    let asks = |action| roles(&held("a").given(request("a").row(an().asks(action))));
    assert_eq!(asks(Action::Revoke), ["revoke-role an#Một cửa@a role-ends-by-leaving one"]);
    assert_eq!(asks(Action::Suspend), [""; 0]);
}

#[test]
fn a_transfer_ends_the_old_role_and_gives_the_new_one() {
    let mut province = held("a")
        .given(full("a").row(an().status(Status::Transferred).from("2026-12-01")))
        .given(full("b").row(an().title(CLERK)));
    assert_eq!(
        roles(&province),
        [
            "revoke-role an#Một cửa@a role-ends-by-transfer one 2026-12-01",
            "grant-role an#Một cửa@b role-by-position one",
        ]
    );
    assert_eq!(province.settle(), [""; 0]);
}

#[test]
fn roles_that_end_by_transfer_still_end_once_the_account_has_moved() {
    let cases = [
        held("a").given(full("a").row(an().status(Status::Transferred))).given(full("b").row(an())),
        // No list of the old agency ever named him.
        held("a").given(full("a").row(line("Lê Thị Bình").phone("0912000009"))).given(full("b").row(an())),
        // An older one did.
        held("a")
            .given(full("a").dated("2026-10-01").row(an()))
            .given(full("a").dated("2026-11-01").row(line("Lê Thị Bình").phone("0912000009")))
            .given(full("b").row(an())),
    ];
    for mut province in cases {
        let first = province.reconcile();
        let (roles, rest): (Vec<_>, Vec<_>) =
            first.changes.iter().cloned().partition(|change| change.kind == ChangeKind::RevokeRole);
        let [revoke] = roles.as_slice() else { panic!("{:?}", province.proposes()) };
        assert_eq!(revoke.gate, Gate::One);
        province.carry_out(&crate::reconcile::Proposals { changes: rest, ..first.clone() });
        let second = province.reconcile().changes;
        let keys: Vec<_> = second.iter().map(crate::model::change::Change::key).collect();
        assert_eq!(keys, [revoke.key()], "{:?}", province.proposes());
    }
}

#[test]
fn a_receiving_agency_alone_ends_the_role_where_the_account_lies() {
    let province = held("a").given(full("b").row(an()));
    assert_eq!(roles(&province), ["revoke-role an#Một cửa@a role-ends-by-transfer one"]);
    let elsewhere = held("c").given(full("b").row(an()));
    assert_eq!(roles(&elsewhere), [""; 0], "of agency c nobody speaks");
}

#[test]
fn a_second_post_gives_its_role_too_and_ends_by_itself() {
    let mut province = held("a")
        .given(full("a").dated("2026-10-01").row(an().title(CLERK)))
        .given(full("b").dated("2026-10-01").row(an().title(CLERK)));
    assert_eq!(province.proposes(), ["grant-role an#Một cửa@b role-by-position one"]);
    assert_eq!(province.settle(), [""; 0]);
    province.give(full("b").dated("2026-11-01").row(an().status(Status::Resigned)));
    assert_eq!(province.proposes(), ["revoke-role an#Một cửa@b role-ends-by-leaving one"]);
}

#[test]
fn a_system_that_was_not_read_says_nothing() {
    let mut province = held("a").given(full("a").row(an().title("Kế toán")));
    assert_eq!(roles(&province).len(), 1);
    province.systems.clear();
    assert_eq!(roles(&province), [""; 0]);
}
