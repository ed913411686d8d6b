//! An export as directory: written like a server, kept whole whatever happens.

use super::{
    LINH, account, create, delete, disable, enable, export, export_settings, is_refused, is_stale, mark, now,
    one_of_each, relocate, reset, sample, unmark, update, write,
};
use crate::support::slapd::SAMPLE;
use rosterd::directory::compare::{Shows, shows};
use rosterd::directory::ldif::Document;
use rosterd::directory::{Directory, ReadDirectory, ReadError, Settings, Write, WriteError};
use rosterd::model::account::{Account, Attr, Attrs, Values};
use std::path::PathBuf;

fn copy() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.ldif");
    std::fs::copy(SAMPLE, &path).unwrap();
    (folder, path)
}

#[tokio::test]
async fn the_same_writes_leave_server_and_export_alike() {
    let (server, live) = sample();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.ldif");
    std::fs::write(&path, server.slapcat()).unwrap();
    let file = export(&path);
    let disabled = account(&live, "hoalb.snv").await;
    let mut writes = one_of_each(&live).await;
    writes.extend([disable(&disabled), enable(&disabled, Some("mot-mat-khau-dau"))]);
    writes.push(reset(&account(&live, "thuyth.snv").await, "mot-mat-khau-dau"));
    writes.push(create("sgtvt", "moi.sgtvt", Some("mot-mat-khau-dau")));
    let forced = account(&live, "thuylh.skhcn").await;
    writes.push(mark(&forced, Attr::MustChange));
    let leaver = account(&live, "dungdd.stc").await;
    writes.push(disable(&leaver));
    let leaver = Account { attrs: with(&leaver, Attr::Disabled, "true"), ..leaver };
    writes.extend([mark(&leaver, Attr::Closed), unmark(&leaver, Attr::Closed), mark(&leaver, Attr::Closed)]);
    writes.push(delete(&Account { attrs: with(&leaver, Attr::Closed, "true"), ..leaver }));
    let (mut to_server, mut to_file) = (live.writer(), file.writer());
    for change in &writes {
        assert_eq!(to_server.write(change).await, Ok(()), "{change:?}");
        assert_eq!(to_file.write(change).await, Ok(()), "{change:?}");
    }
    let listed = |directory: Directory| async move {
        let accounts = directory.snapshot(now()).await.unwrap().accounts.into_values();
        let mut rest: Vec<_> = accounts.map(|one| (one.dn, one.attrs, one.agency)).collect();
        rest.sort();
        rest
    };
    assert_eq!(listed(live.clone()).await, listed(file.clone()).await);
    assert_eq!(live.branches().await.unwrap(), file.branches().await.unwrap());
    // And the file loads into a server, hashed passwords included.
    let again = crate::support::slapd::Slapd::load(&path);
    assert_eq!(listed(again.directory()).await, listed(file).await);
    for login in ["hoalb.snv", "thuyth.snv", "moi.sgtvt"] {
        assert!(again.can_sign_in(login, "mot-mat-khau-dau"), "{login}");
        assert!(again.ldapsearch(&format!("(uid={login})"), &["pwdReset"]).contains("pwdReset: TRUE"));
    }
}

fn with(account: &Account, attr: Attr, value: &str) -> Attrs {
    let mut attrs = account.attrs.clone();
    attrs.insert(attr, Values::one(value));
    attrs
}

#[tokio::test]
async fn a_write_changes_its_lines_and_no_others() {
    let (_folder, path) = copy();
    let text = std::fs::read_to_string(&path).unwrap();
    let text = format!("version: 1\n\n# của Sở\n{text}# cuối\n").replace(
        "uid: linhpb.stc\n",
        "uid: linhpb.stc\n# ghi chú\njpegPhoto:: /9j/4AAQ\ncn;lang-en: Linh\nx-la: 1\n",
    );
    std::fs::write(&path, &text).unwrap();
    let directory = export(&path);
    let change = update(&account(&directory, LINH).await, [(Attr::Phone, "0911111111")]);
    assert_eq!(write(&directory, &change).await, Ok(()));
    let expected = text.replace("0916540483", "0911111111");
    assert_ne!(expected, text);
    // The order, the comments and every byte of every value; not whether a value stands in base64.
    let (expected, found) =
        (Document::parse(&expected), Document::parse(&std::fs::read_to_string(&path).unwrap()));
    assert!(expected.is_ok() && expected == found);
}

#[tokio::test]
async fn the_precondition_is_the_same_as_on_a_server() {
    let (_folder, path) = copy();
    let directory = export(&path);
    let linh = account(&directory, LINH).await;
    let foreign = update(&linh, [(Attr::Title, "Thủ quỹ")]);
    write(&directory, &foreign).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(is_stale(&write(&directory, &update(&linh, [(Attr::Title, "Giám đốc")])).await));
    assert!(is_stale(&write(&directory, &enable(&linh, None)).await));
    assert!(is_refused(&write(&directory, &create("stc", LINH, Some("mat-khau-moi"))).await));
    assert!(is_refused(&write(&directory, &update(&linh, [(Attr::Login, "khac")])).await));
    let mut elsewhere = relocate(&linh, "snv");
    if let Write::Move { from, .. } = &mut elsewhere {
        *from = from.parent().child("uid", "khac");
    }
    assert!(is_stale(&write(&directory, &elsewhere).await));
    let mut settings = export_settings(&path);
    settings.protected = vec![LINH.to_owned()];
    let guarded = Directory::open(&Settings::Ldif(settings)).unwrap();
    assert!(is_refused(&write(&guarded, &disable(&linh)).await));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(shows(Some(&account(&directory, LINH).await), &foreign), Shows::Done);
}

#[tokio::test]
async fn one_writer_at_a_time() {
    let (_folder, path) = copy();
    let directory = export(&path);
    let change = update(&account(&directory, LINH).await, [(Attr::Title, "Giám đốc")]);
    let mut first = directory.writer();
    first.write(&change).await.unwrap();
    let next = update(&account(&directory, LINH).await, [(Attr::Title, "Phó Giám đốc")]);
    assert!(matches!(write(&directory, &next).await, Err(WriteError::NotSent(_))));
    drop(first);
    assert_eq!(write(&directory, &next).await, Ok(()));
}

#[tokio::test]
async fn a_writer_sees_what_others_did_to_the_file_meanwhile() {
    let (_folder, path) = copy();
    let directory = export(&path);
    let mut writer = directory.writer();
    let linh = account(&directory, LINH).await;
    writer.write(&update(&linh, [(Attr::Title, "Giám đốc")])).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap().replace("0916540483", "0911111111");
    std::fs::write(&path, text).unwrap();
    assert!(is_stale(&writer.write(&update(&linh, [(Attr::Phone, "0922222222")])).await));
    writer.write(&disable(&linh)).await.unwrap();
    let found = account(&directory, LINH).await;
    assert_eq!((found.get(Attr::Phone), found.is_disabled()), (Some("0911111111"), true));
}

#[tokio::test]
async fn what_a_crash_left_beside_the_file_is_ignored() {
    let (folder, path) = copy();
    let beside = folder.path().join(".directory.ldif.new");
    let victim = folder.path().join("victim");
    std::fs::write(&victim, "untouched").unwrap();
    std::fs::write(&beside, "dn: uid=half").unwrap();
    let directory = export(&path);
    assert_eq!(directory.snapshot(now()).await.unwrap().accounts.len(), 90);
    let linh = account(&directory, LINH).await;
    write(&directory, &disable(&linh)).await.unwrap();
    assert!(!beside.exists());
    // A link in its place is not followed.
    std::os::unix::fs::symlink(&victim, &beside).unwrap();
    write(&directory, &enable(&linh, None)).await.unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "untouched");
    assert!(!account(&directory, LINH).await.is_disabled());
}

#[tokio::test]
async fn a_file_that_cannot_be_replaced_was_not_written() {
    let (folder, path) = copy();
    let directory = export(&path);
    let change = disable(&account(&directory, LINH).await);
    let before = std::fs::read(&path).unwrap();
    // A folder where the new file would be made: not even root gets past it.
    std::fs::create_dir(folder.path().join(".directory.ldif.new")).unwrap();
    assert!(matches!(write(&directory, &change).await, Err(WriteError::NotSent(_))));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn half_an_export_is_a_failed_read() {
    let (_folder, path) = copy();
    let text = std::fs::read_to_string(&path).unwrap();
    let doubled = format!("{text}\n{}", &text[text.find("dn: uid=linhpb").unwrap()..]);
    for (damaged, line) in [
        (String::new(), None),
        ("# chỉ có ghi chú\n".to_owned(), None),
        (text[..text.len() / 2].to_owned(), Some("line ")),
        (text.replacen("uid=linhpb", "uid linhpb", 1), Some("line ")),
        (text.replacen("cn:: ", "cn:: *", 1), Some("line ")),
        (text.replacen("objectClass: inetOrgPerson\n", "", 1), None),
        (doubled, Some("line ")),
        (format!("{text}\nsearch: 2\nresult: 4 Size limit exceeded\n"), Some("Size limit")),
    ] {
        std::fs::write(&path, &damaged).unwrap();
        match export(&path).snapshot(now()).await {
            Err(ReadError::File { why, .. }) => assert!(why.contains(line.unwrap_or("")), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    std::fs::write(&path, [text.as_bytes(), b"\ndn: uid=x\ncn: \xff\xfe\n"].concat()).unwrap();
    assert!(export(&path).snapshot(now()).await.unwrap_err().to_string().contains("not UTF-8"));
    std::fs::remove_file(&path).unwrap();
    assert!(export(&path).snapshot(now()).await.is_err());
    assert!(export(&path).probe().await.is_err());
}
