use super::*;
use crate::model::account::Attrs;
use crate::model::change::{Gate, Reason, Risk, State};
use crate::model::ids::{AgencyCode, CaseId, Subject, TargetId};
use proptest::prelude::*;

fn at(hour: u32) -> Time {
    format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
}

/// A change as the role rules plan it.
fn ordered(kind: ChangeKind, mail: &str, role: &str, agency: &str) -> StoredChange {
    let role_now = Attrs::from([(Attr::Role, Values::one(role))]);
    let seat = Attrs::from([(Attr::Mail, Values::one(mail)), (Attr::Agency, Values::one(agency))]);
    let (before, after) = match kind {
        ChangeKind::RevokeRole => {
            (seat.into_iter().chain(role_now).collect(), Attrs::from([(Attr::Role, Values::none())]))
        }
        _ => (seat, role_now),
    };
    let change = Change {
        target: TargetId::new("tthc"),
        subject: Subject::new(format!("{mail}#{role}@{agency}")),
        kind,
        agency: AgencyCode::parse(agency).unwrap(),
        person: None,
        label: mail.to_owned(),
        before,
        after,
        reason: Reason::RoleByPosition,
        effective: None,
        due: at(0).date_naive(),
        gate: Gate::One,
        risk: Risk::Medium,
        document: None,
        case: CaseId::new("c"),
        needs: vec![],
        evidence: vec![],
    };
    StoredChange {
        id: ChangeId::new("1"),
        key: change.key(),
        state: State::Ordered,
        change,
        proposed: at(0),
        brake: None,
        released: false,
        approvals: vec![],
        outcome: None,
    }
}

fn holding(login: &str, mail: Option<&str>, role: &str, agency: Option<&str>) -> Holding {
    Holding {
        login: login.into(),
        mail: mail.map(str::to_owned),
        name: None,
        agency: agency.map(|code| AgencyCode::parse(code).unwrap()),
        role: role.into(),
    }
}

fn snapshot(taken: Time, holdings: Vec<Holding>) -> RoleSnapshot {
    RoleSnapshot {
        target: TargetId::new("tthc"),
        taken,
        digest: "d".into(),
        can: super::super::CAN,
        holdings,
        accounts: vec![],
    }
}

fn outcome(change: &StoredChange, snapshot: &RoleSnapshot) -> Seen {
    let said = confirm(&[(change.clone(), at(8))], snapshot);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].0, change.id);
    said[0].1
}

use ChangeKind::{GrantRole, RevokeRole};
use Seen::{Confirmed, StillOpen};

#[test]
fn a_grant_is_confirmed_by_a_newer_export_that_has_it() {
    let grant = ordered(GrantRole, "annv@example.vn", "Chuyên viên", "skhcn");
    let has = |holding| outcome(&grant, &snapshot(at(9), vec![holding]));
    assert_eq!(has(holding("annv", Some("AnNV@example.vn"), "chuyên  viên", Some("skhcn"))), Confirmed);
    assert_eq!(has(holding("annv@example.vn", None, "Chuyên viên", None)), Confirmed);
    assert_eq!(has(holding("annv", Some("annv@example.vn"), "Chuyên viên", Some("stc"))), StillOpen);
    assert_eq!(has(holding("annv", Some("annv@example.vn"), "Lãnh đạo phòng", Some("skhcn"))), StillOpen);
    assert_eq!(has(holding("annv", Some("other@example.vn"), "Chuyên viên", Some("skhcn"))), StillOpen);
}

#[test]
fn a_revocation_is_confirmed_by_a_newer_export_that_no_longer_has_it() {
    let revoke = ordered(RevokeRole, "annv@example.vn", "Chuyên viên", "skhcn");
    let has = |holding| outcome(&revoke, &snapshot(at(9), vec![holding]));
    assert_eq!(has(holding("annv", Some("annv@example.vn"), "Chuyên viên", Some("skhcn"))), StillOpen);
    assert_eq!(has(holding("annv", Some("annv@example.vn"), "CHUYÊN VIÊN", None)), StillOpen);
    assert_eq!(has(holding("annv", Some("annv@example.vn"), "Chuyên viên", Some("stc"))), Confirmed);
    assert_eq!(has(holding("annv", Some("annv@example.vn"), "Lãnh đạo phòng", Some("skhcn"))), Confirmed);
    assert_eq!(has(holding("cuclt", Some("cuclt@example.vn"), "Chuyên viên", Some("skhcn"))), Confirmed);
}

#[test]
fn an_export_of_before_the_order_or_of_another_system_says_nothing() {
    let revoke = ordered(RevokeRole, "annv@example.vn", "Chuyên viên", "skhcn");
    for taken in [at(7), at(8)] {
        assert_eq!(outcome(&revoke, &snapshot(taken, vec![])), StillOpen);
    }
    let other = RoleSnapshot { target: TargetId::new("qoffice"), ..snapshot(at(9), vec![]) };
    assert_eq!(outcome(&revoke, &other), StillOpen);
}

#[test]
fn a_change_that_does_not_say_whose_role_is_never_confirmed() {
    let mut revoke = ordered(RevokeRole, "annv@example.vn", "Chuyên viên", "skhcn");
    revoke.change.before.remove(&Attr::Mail);
    let held = snapshot(at(9), vec![holding("annv@example.vn", None, "Chuyên viên", None)]);
    assert_eq!(outcome(&revoke, &held), StillOpen, "the subject names the holder");
    revoke.change.subject = Subject::new("42");
    assert_eq!(outcome(&revoke, &snapshot(at(9), vec![])), StillOpen);
    let mut no_role = ordered(RevokeRole, "annv@example.vn", "Chuyên viên", "skhcn");
    no_role.change.before.remove(&Attr::Role);
    assert_eq!(outcome(&no_role, &snapshot(at(9), vec![])), StillOpen);
}

#[test]
fn what_an_export_of_roles_does_not_show_stays_open() {
    for kind in ChangeKind::ALL.iter().filter(|kind| !matches!(kind, GrantRole | RevokeRole)) {
        let change = ordered(*kind, "annv@example.vn", "Chuyên viên", "skhcn");
        assert_eq!(outcome(&change, &snapshot(at(9), vec![])), StillOpen, "{kind}");
    }
}

proptest! {
    /// Whatever an export holds, it confirms exactly one of the two.
    #[test]
    fn an_export_confirms_either_a_grant_or_its_revocation(
        lines in prop::collection::vec((0usize..3, 0usize..2, 0usize..3), 0..8),
    ) {
        let (people, roles) = (["annv", "cuclt", "minhtc"], ["Chuyên viên", "Lãnh đạo phòng"]);
        let offices = [Some("skhcn"), Some("stc"), None];
        let holdings = lines
            .iter()
            .map(|(who, role, office)| holding(people[*who], None, roles[*role], offices[*office]))
            .collect();
        let snapshot = snapshot(at(9), holdings);
        let grant = outcome(&ordered(GrantRole, "annv", "Chuyên viên", "skhcn"), &snapshot);
        let revoke = outcome(&ordered(RevokeRole, "annv", "Chuyên viên", "skhcn"), &snapshot);
        prop_assert_ne!(grant, revoke);
    }
}
