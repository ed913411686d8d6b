use super::*;
use crate::model::change::{Gate, Reason, Risk};
use crate::model::ids::{AgencyCode, CaseId, Subject, TargetId};

const PLACE: &str = "uid=a,ou=x,dc=vn";

fn change(kind: ChangeKind, before: &[(Attr, &str)], after: &[(Attr, &str)]) -> Change {
    let attrs = |pairs: &[(Attr, &str)]| {
        let value = |text: &str| if text.is_empty() { Values::none() } else { Values::one(text) };
        pairs.iter().map(|(attr, text)| (*attr, value(text))).collect()
    };
    Change {
        target: TargetId::mail(),
        subject: Subject::new("1"),
        kind,
        agency: AgencyCode::parse("x").unwrap(),
        person: None,
        label: String::new(),
        before: attrs(before),
        after: attrs(after),
        reason: Reason::RosterAttribute,
        effective: None,
        due: "2026-11-22".parse().unwrap(),
        gate: Gate::One,
        risk: Risk::Low,
        document: None,
        case: CaseId::new("c"),
        needs: Vec::new(),
        evidence: Vec::new(),
    }
}

fn of(kind: ChangeKind, before: &[(Attr, &str)], after: &[(Attr, &str)]) -> Result<Write, Impossible> {
    Write::of(&change(kind, before, after), Some(Secret::new("x")))
}

#[test]
fn an_update_relies_on_all_it_touches_and_all_it_states() {
    let before = [(Attr::Dn, PLACE), (Attr::Title, "old"), (Attr::Disabled, "false")];
    let write =
        of(ChangeKind::UpdateAttributes, &before, &[(Attr::Title, "new"), (Attr::Phone, "09")]).unwrap();
    let Write::Update { id, dn, before, after } = write else { panic!() };
    assert_eq!((id.as_str(), dn.to_string().as_str()), ("1", PLACE));
    let keys: Vec<_> = before.keys().copied().collect();
    assert_eq!(keys, [Attr::Title, Attr::Phone, Attr::Disabled]);
    assert_eq!(before[&Attr::Phone], Values::none());
    assert_eq!(after.len(), 2);
}

#[test]
fn a_move_says_where_from_and_where_to() {
    let there = "uid=a,ou=y,dc=vn";
    let before = [(Attr::Dn, PLACE), (Attr::Agency, "x")];
    let write = of(ChangeKind::MoveAccount, &before, &[(Attr::Dn, there), (Attr::Agency, "y")]).unwrap();
    assert_eq!((write.dn().to_string(), write.dn_after().to_string()), (PLACE.into(), there.into()));
    assert!(!write.before().contains_key(&Attr::Dn) && !write.after().contains_key(&Attr::Dn));
}

#[test]
fn disabling_relies_on_the_account_being_open_and_the_reverse() {
    for kind in [ChangeKind::DisableAccount, ChangeKind::OrphanAccount, ChangeKind::SuspectLeaver] {
        let write = of(kind, &[(Attr::Dn, PLACE)], &[(Attr::Disabled, "true")]).unwrap();
        assert!(matches!(write, Write::Disable { .. }));
        assert_eq!(write.before()[&Attr::Disabled], Values::one("false"));
    }
    let write = of(ChangeKind::EnableAccount, &[(Attr::Dn, PLACE)], &[(Attr::Disabled, "false")]).unwrap();
    assert_eq!(write.before()[&Attr::Disabled], Values::one("true"));
    let write = of(ChangeKind::ResetPassword, &[(Attr::Dn, PLACE)], &[]).unwrap();
    assert_eq!(write.before()[&Attr::Disabled], Values::one("false"));
}

#[test]
fn a_rule_locks_and_unlocks_as_anybody_else() {
    let at = (Attr::Dn, PLACE);
    let lock = of(ChangeKind::LockAccount, &[at], &[(Attr::Disabled, "true")]).unwrap();
    assert_eq!(lock, of(ChangeKind::DisableAccount, &[at], &[(Attr::Disabled, "true")]).unwrap());
    let unlock = of(ChangeKind::UnlockAccount, &[at], &[(Attr::Disabled, "false")]).unwrap();
    assert!(matches!(unlock, Write::Enable { password: Some(_), .. }));
}

#[test]
fn marks_are_set_by_kinds_of_their_own() {
    let at = (Attr::Dn, PLACE);
    let close = of(ChangeKind::CloseAccount, &[at, (Attr::Closed, "")], &[(Attr::Closed, "true")]).unwrap();
    assert_eq!(
        close.before(),
        [(Attr::Disabled, Values::one("true")), (Attr::Closed, Values::none())].into()
    );
    assert_eq!(close.after(), [(Attr::Closed, Values::one("true"))].into());
    let reopen = of(ChangeKind::ReopenMailbox, &[at, (Attr::Closed, "true")], &[(Attr::Closed, "")]).unwrap();
    assert_eq!(reopen.before(), close.after());
    for value in ["true", ""] {
        let force = of(ChangeKind::ForcePasswordChange, &[at], &[(Attr::MustChange, value)]).unwrap();
        assert!(matches!(force, Write::Update { .. }), "{value}: what was forced can be undone");
    }
    let delete =
        of(ChangeKind::DeleteAccount, &[at, (Attr::Disabled, "true"), (Attr::Title, "x")], &[]).unwrap();
    assert!(matches!(&delete, Write::Delete { before, .. } if before.len() == 2));
}

#[test]
fn a_new_account_is_all_there_is_to_know_of_it() {
    let after = [
        (Attr::Dn, PLACE),
        (Attr::Login, "a"),
        (Attr::FullName, "Lê A"),
        (Attr::FamilyName, "Lê"),
        (Attr::Mail, "a@x.vn"),
        (Attr::Phone, ""),
    ];
    let Write::Create { dn, attrs, password } = of(ChangeKind::CreateAccount, &[], &after).unwrap() else {
        panic!()
    };
    assert_eq!((dn.to_string().as_str(), attrs.len(), password.is_some()), (PLACE, 4, true));
}

#[test]
fn what_cannot_be_written_is_said_and_not_cut_down() {
    use ChangeKind::{
        CloseAccount, CreateAccount, DeleteAccount, DisableAccount, EnableAccount, ForcePasswordChange,
        GrantRole, MoveAccount, ReopenMailbox, ResetPassword, UpdateAttributes,
    };
    let at = (Attr::Dn, PLACE);
    for (kind, before, after) in [
        (GrantRole, vec![at], vec![(Attr::Role, "x")]),
        (UpdateAttributes, vec![(Attr::Title, "old")], vec![(Attr::Title, "new")]),
        (UpdateAttributes, vec![at], vec![(Attr::Dn, "uid=a,dc=vn"), (Attr::Title, "new")]),
        (UpdateAttributes, vec![at], vec![(Attr::Disabled, "true")]),
        (UpdateAttributes, vec![at], vec![(Attr::Role, "x")]),
        (UpdateAttributes, vec![at], vec![(Attr::Closed, "true")]),
        (UpdateAttributes, vec![at], vec![(Attr::MustChange, "true")]),
        (CloseAccount, vec![at], vec![(Attr::Closed, "")]),
        (CloseAccount, vec![at], vec![(Attr::Closed, "true"), (Attr::Disabled, "true")]),
        (ReopenMailbox, vec![at], vec![(Attr::Closed, "true")]),
        (ReopenMailbox, vec![at], vec![]),
        (ForcePasswordChange, vec![at], vec![]),
        (ForcePasswordChange, vec![at], vec![(Attr::MustChange, "perhaps")]),
        (DeleteAccount, vec![at], vec![]),
        (DeleteAccount, vec![at, (Attr::Disabled, "false")], vec![]),
        (DeleteAccount, vec![at, (Attr::Disabled, "true")], vec![(Attr::Disabled, "true")]),
        (DeleteAccount, vec![(Attr::Disabled, "true")], vec![]),
        (UpdateAttributes, vec![(Attr::Dn, "nowhere")], vec![(Attr::Title, "new")]),
        (MoveAccount, vec![at], vec![(Attr::Agency, "y")]),
        (DisableAccount, vec![at], vec![]),
        (DisableAccount, vec![at], vec![(Attr::Disabled, "true"), (Attr::Title, "x")]),
        (DisableAccount, vec![at], vec![(Attr::Disabled, "true"), (Attr::Dn, "uid=a,dc=vn")]),
        (EnableAccount, vec![at], vec![(Attr::Disabled, "true")]),
        (ResetPassword, vec![at, (Attr::Disabled, "true")], vec![]),
        (CreateAccount, vec![], vec![(Attr::Login, "a")]),
        (CreateAccount, vec![], vec![at, (Attr::Login, "a")]),
    ] {
        assert!(of(kind, &before, &after).is_err(), "{kind}: {before:?} {after:?}");
    }
    assert!(Write::of(&change(ResetPassword, &[at], &[]), None).is_err());
}

#[test]
fn a_password_is_not_printed() {
    let write =
        Write::of(&change(ChangeKind::ResetPassword, &[(Attr::Dn, PLACE)], &[]), Some(Secret::new("bi-mat")));
    assert!(!format!("{write:?}").contains("bi-mat"));
}
