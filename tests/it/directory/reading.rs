//! Reading: whole or not at all.

use super::{LINH, account, export, now, sample};
use crate::support::slapd::{SAMPLE, Slapd};
use rosterd::directory::{Directory, ReadDirectory, Settings};
use rosterd::model::account::{Account, AccountKind, Attr};
use rosterd::model::ids::AccountId;
use std::path::Path;

#[tokio::test]
async fn a_server_and_its_export_are_the_same_directory() {
    let (server, directory) = sample();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.ldif");
    std::fs::write(&path, server.slapcat()).unwrap();

    let live = directory.snapshot(now()).await.unwrap();
    assert_eq!(live.accounts.len(), 90);
    assert_eq!(live, export(&path).snapshot(now()).await.unwrap());
    assert_eq!(directory.branches().await.unwrap(), export(&path).branches().await.unwrap());

    // The sample has none of the ids that a server gives; everything else is equal.
    let sample = export(Path::new(SAMPLE)).snapshot(now()).await.unwrap();
    let without_ids = |accounts: Vec<Account>| {
        let mut rest: Vec<_> = accounts.into_iter().map(|one| (one.dn, one.attrs, one.agency)).collect();
        rest.sort();
        rest
    };
    assert_eq!(
        without_ids(live.accounts.into_values().collect()),
        without_ids(sample.accounts.into_values().collect())
    );
}

#[tokio::test]
async fn an_account_is_read_by_its_id_and_by_its_place() {
    let (server, live) = sample();
    for directory in [live, export(Path::new(SAMPLE))] {
        let linh = account(&directory, LINH).await;
        assert_eq!(directory.account(&linh.id).await.unwrap().as_ref(), Some(&linh));
        assert_eq!(directory.account_at(&linh.dn).await.unwrap().as_ref(), Some(&linh));
        for text in [Attr::Mail, Attr::Login].map(|attr| linh.get(attr).unwrap().to_uppercase()) {
            assert_eq!(directory.called(&text).await.unwrap().as_ref(), Some(&linh), "{text}");
        }
        assert_eq!(directory.called(linh.id.as_str()).await.unwrap().as_ref(), Some(&linh));
        for text in ["*", "", "*)(uid=*", "nobody@tinhmau.gov.vn"] {
            assert_eq!(directory.called(text).await.unwrap(), None, "{text}");
        }
        assert_eq!(directory.account(&AccountId::new("*)(uid=*")).await.unwrap(), None);
        assert_eq!(directory.account_at(&linh.dn.child("uid", "x")).await.unwrap(), None);
        assert!(directory.probe().await.is_ok());
        assert_eq!(directory.branches().await.unwrap().len(), 7);
    }
    drop(server);
}

#[tokio::test]
async fn whose_an_account_is_comes_from_marks_settings_and_its_branch() {
    let server = Slapd::sample();
    server.ldapmodify(&format!(
        "dn: uid=vanthu.stc,ou=stc,ou=people,{suffix}
changetype: add
objectClass: inetOrgPerson
uid: vanthu.stc
cn: Văn thư Sở Tài chính
sn: Văn thư
employeeType: unit-mailbox

dn: cn=Quét,ou=people,{suffix}
changetype: add
objectClass: inetOrgPerson
uid: mayquet
cn: Quét
sn: Quét
",
        suffix = crate::support::slapd::SUFFIX
    ));
    let mut settings = server.settings();
    settings.service_accounts = vec!["mayquet".to_owned()];
    settings.protected =
        vec!["MayQuet".to_owned(), server.dn(&format!("uid={LINH},ou=stc,ou=people")).to_string()];
    let directory = Directory::open(&Settings::Ldap(settings)).unwrap();

    let unit = account(&directory, "vanthu.stc").await;
    assert_eq!((unit.kind, unit.protected), (AccountKind::Unit, false));
    assert_eq!(unit.agency.unwrap().as_str(), "stc");
    let service = account(&directory, "mayquet").await;
    assert_eq!((service.kind, service.protected, service.agency), (AccountKind::Service, true, None));
    let linh = account(&directory, LINH).await;
    assert_eq!((linh.kind, linh.protected), (AccountKind::Person, true));
}

#[tokio::test]
async fn starttls_and_asked_for_plaintext_read_alike() {
    let server = Slapd::sample();
    for (starttls, allow_plaintext) in [(true, false), (false, true)] {
        let mut settings = server.settings();
        settings.connection.url = server.ldap();
        settings.connection.starttls = starttls;
        settings.connection.allow_plaintext = allow_plaintext;
        let directory = Directory::open(&Settings::Ldap(settings)).unwrap();
        assert_eq!(directory.snapshot(now()).await.unwrap().accounts.len(), 90);
    }
}
