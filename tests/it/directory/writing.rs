//! Writing to a real server: what each write does, and when it does nothing.

use super::{
    LINH, account, attrs, create, disable, enable, is_refused, is_stale, one_of_each, relocate, reset,
    sample, update, values, write,
};
use crate::support::slapd::{SUFFIX, Slapd};
use rosterd::directory::compare::{Shows, shows};
use rosterd::directory::{Directory, ReadDirectory, Settings, Write};
use rosterd::model::account::{Attr, Values};

/// What ldapsearch shows of one account.
fn entry(server: &Slapd, login: &str) -> String {
    server.ldapsearch(&format!("(uid={login})"), &["*", "pwdReset", "pwdAccountLockedTime"])
}

async fn seen(directory: &Directory, write: &Write) -> Shows {
    shows(directory.subject(write).await.unwrap().as_ref(), write)
}

#[tokio::test]
async fn a_new_account_has_its_branch_and_a_password_that_must_be_changed() {
    let (server, directory) = sample();
    let joiner = create("sgtvt", "thuydt.sgtvt", Some("mot-mat-khau-dau"));
    assert_eq!(seen(&directory, &joiner).await, Shows::NotDone);
    assert_eq!(write(&directory, &joiner).await, Ok(()));
    let found = entry(&server, "thuydt.sgtvt");
    for line in [
        "dn: uid=thuydt.sgtvt,ou=sgtvt,ou=people,dc=tinhmau,dc=gov,dc=vn",
        "mail: thuydt.sgtvt@tinhmau.gov.vn",
        "departmentNumber: sgtvt",
        "telephoneNumber: 0978721495",
        "pwdReset: TRUE",
    ] {
        assert!(found.lines().any(|one| one == line), "{line} in {found}");
    }
    assert!(server.can_sign_in("thuydt.sgtvt", "mot-mat-khau-dau"));
    // Its password cannot be seen, so a run that was cut sends it again: nothing is different afterwards.
    assert_eq!(seen(&directory, &joiner).await, Shows::Partly);
    assert_eq!(write(&directory, &joiner).await, Ok(()));
    assert!(server.can_sign_in("thuydt.sgtvt", "mot-mat-khau-dau"));
    assert!(entry(&server, "thuydt.sgtvt").contains("pwdReset: TRUE"));
}

#[tokio::test]
async fn a_new_account_cut_before_its_password_is_completed() {
    let (server, directory) = sample();
    let joiner = create("vpub", "thuydt.vpub", Some("mot-mat-khau-dau"));
    let Write::Create { dn, attrs, .. } = &joiner else { unreachable!() };
    let cut = Write::Create { dn: dn.clone(), attrs: attrs.clone(), password: None };
    assert_eq!(write(&directory, &cut).await, Ok(()));
    assert!(!entry(&server, "thuydt.vpub").contains("pwdReset"));
    assert_eq!(write(&directory, &joiner).await, Ok(()));
    assert!(server.can_sign_in("thuydt.vpub", "mot-mat-khau-dau"));
    assert!(entry(&server, "thuydt.vpub").contains("pwdReset: TRUE"));
}

#[tokio::test]
async fn a_new_account_never_takes_over_another() {
    let (server, directory) = sample();
    write(&directory, &create("vpub", "thuydt.vpub", None)).await.unwrap();
    server.set_password("thuydt.vpub", "cua-nguoi-khac");
    server.ldapmodify(&format!("dn: {}\nreplace: title\ntitle: Khac\n", server.dn_of("thuydt.vpub")));
    let joiner = create("vpub", "thuydt.vpub", Some("mot-mat-khau-dau"));
    assert!(is_refused(&write(&directory, &joiner).await));
    assert!(matches!(seen(&directory, &joiner).await, Shows::Other(_)));
    assert!(server.can_sign_in("thuydt.vpub", "cua-nguoi-khac"));
    // The same address elsewhere: the server's own uniqueness refuses it.
    assert!(is_refused(&write(&directory, &create("snv", "thuydt.vpub", None)).await));
}

#[tokio::test]
async fn an_update_sets_removes_and_keeps() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    // With `mail`, which slapo-unique guards: it answers "assertion failed" to an assertion that holds.
    let change = update(
        &linh,
        [(Attr::Title, "Phó Giám đốc"), (Attr::Phone, ""), (Attr::Mail, "linh.moi@tinhmau.gov.vn")],
    );
    assert_eq!(seen(&directory, &change).await, Shows::NotDone);
    assert_eq!(write(&directory, &change).await, Ok(()));
    assert_eq!(seen(&directory, &change).await, Shows::Done);
    let found = entry(&server, LINH);
    assert!(found.contains("mail: linh.moi@tinhmau.gov.vn") && !found.contains("telephoneNumber"), "{found}");
    let mut expected = linh;
    expected.attrs.insert(Attr::Title, Values::one("Phó Giám đốc"));
    expected.attrs.insert(Attr::Mail, Values::one("linh.moi@tinhmau.gov.vn"));
    expected.attrs.remove(&Attr::Phone);
    assert_eq!(account(&directory, LINH).await, expected);
    // Sent once more it finds another entry than the plan saw.
    assert!(is_stale(&write(&directory, &change).await));
}

#[tokio::test]
async fn a_login_between_plan_and_apply_refuses_nothing() {
    let (server, directory) = sample();
    for login in ["thuylh.skhcn", LINH, "nhungkb.snv"] {
        server.set_password(login, "mat-khau-cua-toi");
    }
    let writes = one_of_each(&directory).await;
    let version = |server: &Slapd| server.ldapsearch(&format!("(uid={LINH})"), &["entryCSN"]);
    let before = version(&server);
    for login in ["thuylh.skhcn", LINH, "nhungkb.snv"] {
        assert!(server.can_sign_in(login, "mat-khau-cua-toi"));
    }
    assert_ne!(version(&server), before, "a login moves the version, else this test tests nothing");
    for change in &writes {
        assert_eq!(write(&directory, change).await, Ok(()), "{change:?}");
    }
}

#[tokio::test]
async fn a_foreign_edit_of_a_touched_attribute_refuses_that_change_only() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    let (title, mail) = (
        update(&linh, [(Attr::Title, "Phó Giám đốc")]),
        update(&linh, [(Attr::Mail, "linh.moi@tinhmau.gov.vn")]),
    );
    server.ldapmodify(&format!("dn: {}\nreplace: title\ntitle: Thu quy\n", linh.dn));
    assert!(is_stale(&write(&directory, &title).await));
    assert!(matches!(seen(&directory, &title).await, Shows::Other(_)));
    assert!(entry(&server, LINH).contains("title: Thu quy"));
    assert_eq!(write(&directory, &mail).await, Ok(()));
    // One that was absent when planned, and one that is unique.
    let phone = update(&account(&directory, LINH).await, [(Attr::Phone, "")]);
    write(&directory, &phone).await.unwrap();
    let fresh = update(&account(&directory, LINH).await, [(Attr::Phone, "0911111111")]);
    server.ldapmodify(&format!("dn: {}\nadd: telephoneNumber\ntelephoneNumber: 0922222222\n", linh.dn));
    assert!(is_stale(&write(&directory, &fresh).await));
    let mail = update(&account(&directory, LINH).await, [(Attr::Mail, "linh.ba@tinhmau.gov.vn")]);
    server.ldapmodify(&format!("dn: {}\nreplace: mail\nmail: linh.tu@tinhmau.gov.vn\n", linh.dn));
    assert!(is_stale(&write(&directory, &mail).await));
}

#[tokio::test]
async fn precondition_and_change_are_one_request() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    let requests = |word: &str| server.log().lines().filter(|line| line.contains(word)).count();
    let (searches, modifies) = (requests(" SRCH base="), requests(" MOD dn="));
    write(&directory, &update(&linh, [(Attr::Title, "Phó Giám đốc")])).await.unwrap();
    write(&directory, &disable(&linh)).await.unwrap();
    assert_eq!((requests(" SRCH base="), requests(" MOD dn=")), (searches, modifies + 2));
}

#[tokio::test]
async fn a_value_that_somebody_added_meanwhile_stays() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    let change = update(&linh, [(Attr::Title, "Phó Giám đốc")]);
    server.ldapmodify(&format!("dn: {}\nadd: title\ntitle: Bi thu doan\n", linh.dn));
    // A filter cannot say "and no other value": the old value goes, the new one comes, the foreign one stays.
    assert_eq!(write(&directory, &change).await, Ok(()));
    let found = account(&directory, LINH).await;
    assert_eq!(found.attrs[&Attr::Title], Values::many(vec!["Bi thu doan".into(), "Phó Giám đốc".into()]));
}

#[tokio::test]
async fn an_entry_deleted_and_made_anew_under_its_name_is_another() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    let copy = server.ldapsearch(&format!("(uid={LINH})"), &[]);
    server.ldapmodify(&format!("dn: {}\nchangetype: delete\n", linh.dn));
    let moved = relocate(&linh, "snv");
    for change in [
        update(&linh, [(Attr::Title, "Giám đốc")]),
        moved.clone(),
        disable(&linh),
        reset(&linh, "mat-khau-moi"),
    ] {
        assert!(is_stale(&write(&directory, &change).await), "gone: {change:?}");
        assert!(matches!(seen(&directory, &change).await, Shows::Other(_)));
    }
    server.ldapmodify(&copy.replacen('\n', "\nchangetype: add\n", 1));
    for change in [
        update(&linh, [(Attr::Title, "Giám đốc")]),
        update(&linh, [(Attr::Mail, "khac@tinhmau.gov.vn")]),
        moved,
        disable(&linh),
        enable(&linh, None),
        enable(&linh, Some("mat-khau-moi")),
        reset(&linh, "mat-khau-moi"),
    ] {
        assert!(is_stale(&write(&directory, &change).await), "made anew: {change:?}");
    }
    assert_eq!(copy, server.ldapsearch(&format!("(uid={LINH})"), &[]));
}

#[tokio::test]
async fn a_move_takes_the_entry_its_groups_and_its_attributes() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    server.ldapmodify(&format!(
        "dn: cn=nhom,{SUFFIX}\nchangetype: add\nobjectClass: groupOfNames\ncn: nhom\nmember: {}\n",
        linh.dn
    ));
    let change = relocate(&linh, "sgtvt");
    assert_eq!(write(&directory, &change).await, Ok(()));
    assert_eq!(seen(&directory, &change).await, Shows::Done);
    let moved = account(&directory, LINH).await;
    assert_eq!((&moved.id, &moved.dn), (&linh.id, change.dn_after()));
    assert_eq!(moved.agency.unwrap().as_str(), "sgtvt");
    assert!(server.ldapsearch("(cn=nhom)", &["member"]).contains(&format!("member: {}", change.dn_after())));
    // Sent again it is found done.
    assert_eq!(write(&directory, &change).await, Ok(()));
}

#[tokio::test]
async fn a_move_cut_after_its_attributes_is_completed() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    let change = relocate(&linh, "snv");
    server.ldapmodify(&format!("dn: {}\nreplace: departmentNumber\ndepartmentNumber: snv\n", linh.dn));
    assert_eq!(seen(&directory, &change).await, Shows::Partly);
    assert_eq!(write(&directory, &change).await, Ok(()));
    assert_eq!(seen(&directory, &change).await, Shows::Done);
    // Somebody else's move is not taken for ours.
    let back = relocate(&account(&directory, LINH).await, "stc");
    server.ldapmodify(&format!(
        "dn: {}\nchangetype: modrdn\nnewrdn: uid={LINH}\ndeleteoldrdn: 0\nnewsuperior: ou=vpub,ou=people,{SUFFIX}\n",
        change.dn_after()
    ));
    assert!(is_stale(&write(&directory, &back).await));
}

#[tokio::test]
async fn a_disabled_account_stays_out_until_it_is_enabled() {
    let (server, directory) = sample();
    server.set_password(LINH, "mat-khau-cua-toi");
    let linh = account(&directory, LINH).await;
    assert_eq!(write(&directory, &disable(&linh)).await, Ok(()));
    assert!(entry(&server, LINH).contains("pwdAccountLockedTime: 000001010000Z"));
    assert!(account(&directory, LINH).await.is_disabled());
    assert!(!server.can_sign_in(LINH, "mat-khau-cua-toi"));
    assert_eq!(seen(&directory, &disable(&linh)).await, Shows::Done);
    // A reset by an administrator would open it again.
    assert!(is_stale(&write(&directory, &reset(&linh, "mat-khau-moi")).await));
    assert!(!server.can_sign_in(LINH, "mat-khau-moi"));
    assert!(is_stale(&write(&directory, &disable(&linh)).await));

    assert_eq!(write(&directory, &enable(&linh, None)).await, Ok(()));
    assert!(server.can_sign_in(LINH, "mat-khau-cua-toi"));
    assert_eq!(seen(&directory, &enable(&linh, None)).await, Shows::Done);
}

#[tokio::test]
async fn an_account_reopened_with_a_password_no_longer_takes_the_old_one() {
    let (server, directory) = sample();
    server.set_password(LINH, "mat-khau-cua-toi");
    let linh = account(&directory, LINH).await;
    write(&directory, &disable(&linh)).await.unwrap();
    let reopened = enable(&linh, Some("mot-mat-khau-dau"));
    assert_eq!(write(&directory, &reopened).await, Ok(()));
    assert!(server.can_sign_in(LINH, "mot-mat-khau-dau"));
    assert!(!server.can_sign_in(LINH, "mat-khau-cua-toi"));
    let found = entry(&server, LINH);
    assert!(found.contains("pwdReset: TRUE") && !found.contains("pwdAccountLockedTime"), "{found}");
    // Cut after the password: it is open, and sent again it is whole.
    server.ldapmodify(&format!("dn: {}\ndelete: pwdReset\n", linh.dn));
    assert_eq!(seen(&directory, &reopened).await, Shows::Partly);
    assert_eq!(write(&directory, &reopened).await, Ok(()));
    assert!(entry(&server, LINH).contains("pwdReset: TRUE"));
}

#[tokio::test]
async fn a_lockout_that_ends_by_itself_is_no_disabling() {
    let (server, directory) = sample();
    server.set_password(LINH, "mat-khau-cua-toi");
    for _ in 0..5 {
        assert!(!server.can_sign_in(LINH, "sai"));
    }
    assert!(entry(&server, LINH).contains("pwdAccountLockedTime: 2"));
    let linh = account(&directory, LINH).await;
    assert!(!linh.is_disabled());
    let mut change = update(&linh, [(Attr::Title, "Giám đốc")]);
    if let Write::Update { before, .. } = &mut change {
        before.insert(Attr::Disabled, values("false"));
    }
    assert_eq!(write(&directory, &change).await, Ok(()));
    assert_eq!(write(&directory, &disable(&linh)).await, Ok(()));
    assert!(account(&directory, LINH).await.is_disabled());
}

#[tokio::test]
async fn a_reset_password_must_be_changed_and_can_be_sent_again() {
    let (server, directory) = sample();
    server.set_password(LINH, "mat-khau-cua-toi");
    let change = reset(&account(&directory, LINH).await, "mot-mat-khau-dau");
    for _ in 0..2 {
        assert_eq!(write(&directory, &change).await, Ok(()));
        assert!(server.can_sign_in(LINH, "mot-mat-khau-dau"));
        assert!(!server.can_sign_in(LINH, "mat-khau-cua-toi"));
        assert!(entry(&server, LINH).contains("pwdReset: TRUE"));
    }
    // One that the server's policy refuses is no success.
    let short = reset(&account(&directory, LINH).await, "ngan");
    assert!(is_refused(&write(&directory, &short).await));
    assert!(server.can_sign_in(LINH, "mot-mat-khau-dau"));
}

#[tokio::test]
async fn a_protected_account_is_refused_whatever_the_plan_says() {
    let server = Slapd::sample();
    server.ldapmodify(&format!(
        "dn: cn=Máy chủ,ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: maychu\ncn: Máy chủ\nsn: x\n"
    ));
    let open = server.directory();
    let (linh, host) = (account(&open, LINH).await, account(&open, "maychu").await);
    let mut settings = server.settings();
    settings.protected = vec![LINH.to_owned(), "maychu".to_owned()];
    let directory = Directory::open(&Settings::Ldap(settings)).unwrap();
    let before = server.slapcat();
    for one in [&linh, &host] {
        for change in [
            update(one, [(Attr::Title, "Giám đốc")]),
            disable(one),
            enable(one, Some("mat-khau-moi")),
            reset(one, "mat-khau-moi"),
        ] {
            assert!(is_refused(&write(&directory, &change).await), "{change:?}");
        }
    }
    assert!(is_refused(&write(&directory, &relocate(&linh, "snv")).await));
    assert!(is_refused(&write(&directory, &create("snv", "maychu", None)).await));
    let itself = Write::Disable { id: linh.id.clone(), dn: server.dn("cn=rosterd"), before: attrs([]) };
    assert!(is_refused(&write(&directory, &itself).await));
    assert_eq!(server.slapcat(), before);
}

#[tokio::test]
async fn what_comes_from_outside_stays_data() {
    let (server, directory) = sample();
    let hostile = [
        "*)(uid=*",
        " #đầu và cuối ",
        "a,ou=snv+cn=x\\",
        "\"<>;=",
        "dòng một\ndòng hai",
        ":< file:///etc/passwd",
        "# không",
    ];
    for (index, value) in hostile.iter().enumerate() {
        let login = format!("x{index} {}", value.trim());
        let joiner = create("vpub", &login, None);
        let Write::Create { dn, attrs, .. } = joiner else { unreachable!() };
        let mut attrs = attrs;
        attrs.insert(Attr::Mail, Values::one(format!("x{index}@tinhmau.gov.vn")));
        attrs.insert(Attr::Title, Values::one(*value));
        write(&directory, &Write::Create { dn: dn.clone(), attrs, password: None }).await.unwrap();
        let made = directory.account_at(&dn).await.unwrap().unwrap();
        assert_eq!((made.get(Attr::Title), made.get(Attr::Login)), (Some(*value), Some(login.as_str())));
        // As a precondition, as a new value and in a place.
        let unit = update(&made, [(Attr::Unit, value), (Attr::Title, "Văn thư")]);
        assert_eq!(write(&directory, &unit).await, Ok(()), "{value:?}");
        let back = update(
            &directory.account(&made.id).await.unwrap().unwrap(),
            [(Attr::Unit, ""), (Attr::Title, value)],
        );
        assert_eq!(write(&directory, &back).await, Ok(()), "{value:?}");
        let moved = Write::Move {
            id: made.id.clone(),
            from: dn.clone(),
            to: server.dn("ou=people").child("ou", value).child("uid", &login),
            before: made.attrs.clone(),
            after: attrs_of_unit(value),
        };
        assert_eq!(write(&directory, &moved).await, Ok(()), "{value:?}");
        assert_eq!(directory.account(&made.id).await.unwrap().unwrap().dn, *moved.dn_after());
    }
    assert_eq!(account(&directory, LINH).await, account(&server.directory(), LINH).await);
    assert_eq!(directory.snapshot(super::now()).await.unwrap().accounts.len(), 90 + hostile.len());
}

fn attrs_of_unit(value: &str) -> rosterd::model::account::Attrs {
    attrs([(Attr::Unit, value)])
}
