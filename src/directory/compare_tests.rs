use super::*;
use crate::model::account::AccountKind;
use crate::model::dn::Dn;
use crate::model::ids::AccountId;
use crate::model::secret::Secret;

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

fn account(attrs: &[(Attr, &str)]) -> Account {
    let mut attrs: Attrs = attrs.iter().map(|(attr, value)| (*attr, Values::one(*value))).collect();
    attrs.entry(Attr::Disabled).or_insert_with(|| Values::one("false"));
    Account {
        id: AccountId::new("1"),
        dn: dn("uid=a,ou=x,dc=vn"),
        attrs,
        agency: None,
        kind: AccountKind::Person,
        protected: false,
        password: crate::model::password::PasswordFacts::default(),
    }
}

fn one(attr: Attr, value: &str) -> Attrs {
    [(attr, Values::one(value))].into()
}

#[test]
fn an_update_is_done_not_done_partly_or_overtaken() {
    let write = Write::Update {
        id: AccountId::new("1"),
        dn: dn("uid=a,ou=x,dc=vn"),
        before: [(Attr::Title, Values::one("old")), (Attr::Phone, Values::none())].into(),
        after: [(Attr::Title, Values::one("new")), (Attr::Phone, Values::one("09"))].into(),
    };
    let seen = |attrs: &[(Attr, &str)]| shows(Some(&account(attrs)), &write);
    assert_eq!(seen(&[(Attr::Title, "old")]), Shows::NotDone);
    assert_eq!(seen(&[(Attr::Title, "new"), (Attr::Phone, "09")]), Shows::Done);
    assert_eq!(seen(&[(Attr::Title, "new")]), Shows::Partly);
    assert!(matches!(seen(&[(Attr::Title, "else")]), Shows::Other(_)));
    assert!(matches!(seen(&[]), Shows::Other(_)));
    assert!(matches!(shows(None, &write), Shows::Other(_)));
    let mut elsewhere = account(&[(Attr::Title, "old")]);
    elsewhere.dn = dn("uid=a,ou=y,dc=vn");
    assert!(matches!(shows(Some(&elsewhere), &write), Shows::Other(_)));
}

#[test]
fn a_move_is_seen_by_place_and_attributes() {
    let write = Write::Move {
        id: AccountId::new("1"),
        from: dn("uid=a,ou=x,dc=vn"),
        to: dn("uid=a,ou=y,dc=vn"),
        before: one(Attr::Agency, "x"),
        after: one(Attr::Agency, "y"),
    };
    let seen = |place: &str, agency: &str| {
        let mut account = account(&[(Attr::Agency, agency)]);
        account.dn = dn(place);
        shows(Some(&account), &write)
    };
    assert_eq!(seen("UID=A,ou=x,dc=vn", "x"), Shows::NotDone);
    assert_eq!(seen("uid=a,ou=x,dc=vn", "y"), Shows::Partly);
    assert_eq!(seen("uid=a,ou=y,dc=vn", "y"), Shows::Done);
    assert!(matches!(seen("uid=a,ou=z,dc=vn", "y"), Shows::Other(_)));
    assert!(matches!(seen("uid=a,ou=x,dc=vn", "z"), Shows::Other(_)));
}

#[test]
fn a_deletion_is_done_when_the_entry_is_gone() {
    let write = Write::Delete {
        id: AccountId::new("1"),
        dn: dn("uid=a,ou=x,dc=vn"),
        before: [(Attr::Title, Values::one("x")), (Attr::Disabled, Values::one("true"))].into(),
    };
    let seen = |attrs: &[(Attr, &str)]| shows(Some(&account(attrs)), &write);
    assert_eq!(shows(None, &write), Shows::Done);
    assert_eq!(seen(&[(Attr::Title, "x"), (Attr::Disabled, "true")]), Shows::NotDone);
    assert!(matches!(seen(&[(Attr::Title, "x")]), Shows::Other(_)), "open again");
    assert!(matches!(seen(&[(Attr::Title, "y"), (Attr::Disabled, "true")]), Shows::Other(_)));
}

#[test]
fn a_password_is_not_seen() {
    let (id, place) = (AccountId::new("1"), dn("uid=a,ou=x,dc=vn"));
    let open = account(&[]);
    let closed = account(&[(Attr::Disabled, "true")]);
    let password = || Secret::new("x");

    let reset = Write::ResetPassword {
        id: id.clone(),
        dn: place.clone(),
        before: one(Attr::Disabled, "false"),
        password: password(),
    };
    assert_eq!(shows(Some(&open), &reset), Shows::NotDone);
    assert!(matches!(shows(Some(&closed), &reset), Shows::Other(_)));

    for (given, after) in [(None, Shows::Done), (Some(password()), Shows::Partly)] {
        let before = one(Attr::Disabled, "true");
        let enable = Write::Enable { id: id.clone(), dn: place.clone(), before, password: given.clone() };
        assert_eq!(shows(Some(&closed), &enable), Shows::NotDone);
        assert_eq!(shows(Some(&open), &enable), after);

        let attrs = one(Attr::Login, "a");
        let create = Write::Create { dn: place.clone(), attrs, password: given };
        assert_eq!(shows(None, &create), Shows::NotDone);
        assert_eq!(shows(Some(&account(&[(Attr::Login, "a")])), &create), after);
        let more = account(&[(Attr::Login, "a"), (Attr::Title, "b")]);
        assert!(matches!(shows(Some(&more), &create), Shows::Other(_)));
    }
}
