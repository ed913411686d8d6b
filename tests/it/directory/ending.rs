//! The end of an account on a real server: its mailbox is closed, reopened, and the entry removed; and a password change
//! that is forced.

use super::{
    LINH, account, delete, disable, enable, export, is_refused, is_stale, mark, now, reset, sample, unmark,
    update, write,
};
use crate::support::slapd::{SUFFIX, Slapd};
use rosterd::directory::compare::{Shows, shows};
use rosterd::directory::{Directory, ReadDirectory, Settings, Write};
use rosterd::model::account::{Account, Attr, Values};

fn entry(server: &Slapd, login: &str) -> String {
    server.ldapsearch(&format!("(uid={login})"), &["*", "pwdReset", "pwdAccountLockedTime"])
}

async fn seen(directory: &Directory, write: &Write) -> Shows {
    shows(directory.subject(write).await.unwrap().as_ref(), write)
}

/// Linh's account, locked.
async fn locked(directory: &Directory) -> Account {
    write(directory, &disable(&account(directory, LINH).await)).await.unwrap();
    account(directory, LINH).await
}

/// And closed.
async fn closed(directory: &Directory) -> Account {
    write(directory, &mark(&locked(directory).await, Attr::Closed)).await.unwrap();
    account(directory, LINH).await
}

#[tokio::test]
async fn a_mailbox_is_closed_beside_its_lock_and_reopened_under_it() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    server.ldapmodify(&format!("dn: {}\nadd: employeeType\nemployeeType: bien-che\n", linh.dn));
    let linh = locked(&directory).await;
    let close = mark(&linh, Attr::Closed);
    assert_eq!(seen(&directory, &close).await, Shows::NotDone);
    assert_eq!(write(&directory, &close).await, Ok(()));
    assert_eq!(seen(&directory, &close).await, Shows::Done);
    let found = entry(&server, LINH);
    assert!(found.contains("employeeType: closed") && found.contains("employeeType: bien-che"), "{found}");
    assert!(found.contains("pwdAccountLockedTime: 000001010000Z"), "{found}");
    assert!(account(&directory, LINH).await.is_closed());
    assert!(is_stale(&write(&directory, &close).await), "sent once more it finds another entry");

    let reopen = unmark(&linh, Attr::Closed);
    assert_eq!(write(&directory, &reopen).await, Ok(()));
    assert_eq!(seen(&directory, &reopen).await, Shows::Done);
    let found = entry(&server, LINH);
    assert!(!found.contains("employeeType: closed") && found.contains("employeeType: bien-che"), "{found}");
    assert!(account(&directory, LINH).await.is_disabled(), "a mailbox that receives is no open account");
}

#[tokio::test]
async fn an_account_that_was_opened_meanwhile_is_not_closed() {
    let (server, directory) = sample();
    let close = mark(&locked(&directory).await, Attr::Closed);
    server.ldapmodify(&format!("dn: {}\ndelete: pwdAccountLockedTime\n", server.dn_of(LINH)));
    assert!(is_stale(&write(&directory, &close).await));
    assert!(!account(&directory, LINH).await.is_closed());
}

#[tokio::test]
async fn a_forced_change_asks_at_the_next_sign_in_and_ends_with_the_holders_own_change() {
    let (server, directory) = sample();
    server.set_password(LINH, "mat-khau-cua-toi");
    server.ldapmodify(&format!("dn: {}\nreplace: pwdReset\n", server.dn_of(LINH)));
    let linh = account(&directory, LINH).await;
    let force = mark(&linh, Attr::MustChange);
    assert_eq!(write(&directory, &force).await, Ok(()));
    assert_eq!(seen(&directory, &force).await, Shows::Done);
    assert!(entry(&server, LINH).contains("pwdReset: TRUE"));
    assert_eq!(account(&directory, LINH).await.get(Attr::MustChange), Some("true"));
    assert!(
        server.can_sign_in(LINH, "mat-khau-cua-toi"),
        "the old password still lets the holder in to change it"
    );
    assert_eq!(write(&directory, &unmark(&linh, Attr::MustChange)).await, Ok(()));
    assert!(!entry(&server, LINH).contains("pwdReset: TRUE"));
    // Where the mark says no instead of being absent, it is set all the same.
    server.ldapmodify(&format!("dn: {}\nreplace: pwdReset\npwdReset: FALSE\n", linh.dn));
    assert_eq!(write(&directory, &force).await, Ok(()));
    assert!(entry(&server, LINH).contains("pwdReset: TRUE"));
}

#[tokio::test]
async fn an_unlock_gives_another_password_and_a_lock_stays_through_a_reset() {
    let (server, directory) = sample();
    server.set_password(LINH, "mat-khau-cua-toi");
    let linh = locked(&directory).await;
    assert!(is_stale(&write(&directory, &reset(&linh, "mat-khau-moi")).await), "a reset would open it");
    assert!(!server.can_sign_in(LINH, "mat-khau-moi"));
    assert_eq!(write(&directory, &enable(&linh, Some("mot-mat-khau-dau"))).await, Ok(()));
    assert!(server.can_sign_in(LINH, "mot-mat-khau-dau") && !server.can_sign_in(LINH, "mat-khau-cua-toi"));
    assert_eq!(account(&directory, LINH).await.get(Attr::MustChange), Some("true"));
}

#[tokio::test]
async fn a_deletion_removes_exactly_what_was_seen() {
    let (server, directory) = sample();
    let linh = closed(&directory).await;
    let gone = delete(&linh);
    assert_eq!(seen(&directory, &gone).await, Shows::NotDone);
    let requests = |word: &str| server.log().lines().filter(|line| line.contains(word)).count();
    let before = (requests(" SRCH base="), requests(" DEL dn="));
    assert_eq!(write(&directory, &gone).await, Ok(()));
    let after = (requests(" SRCH base="), requests(" DEL dn="));
    assert_eq!(after, (before.0, before.1 + 1), "one request, checked by the server itself");
    assert_eq!(seen(&directory, &gone).await, Shows::Done);
    assert_eq!(entry(&server, LINH), "");
    assert_eq!(directory.snapshot(now()).await.unwrap().accounts.len(), 89);
    assert!(is_stale(&write(&directory, &gone).await), "sent once more it finds nothing");
}

#[tokio::test]
async fn nothing_is_deleted_that_is_not_as_it_was_seen() {
    let (server, directory) = sample();
    let linh = closed(&directory).await;
    let gone = delete(&linh);
    for edit in [
        "replace: title\ntitle: Giam doc",
        "delete: telephoneNumber",
        "delete: pwdAccountLockedTime",
        "delete: employeeType\nemployeeType: closed",
    ] {
        server.ldapmodify(&format!("dn: {}\n{edit}\n", linh.dn));
        assert!(is_stale(&write(&directory, &gone).await), "{edit}");
        assert!(matches!(seen(&directory, &gone).await, Shows::Other(_)), "{edit}");
    }
    // Made anew under its name, with all it had, it is another entry.
    let copy = entry(&server, LINH);
    let again = copy.lines().filter(|line| !line.starts_with("pwd")).collect::<Vec<_>>().join("\n");
    server.ldapmodify(&format!("dn: {}\nchangetype: delete\n", linh.dn));
    server.ldapmodify(&format!("{}\n", again.replacen('\n', "\nchangetype: add\n", 1)));
    assert!(is_stale(&write(&directory, &gone).await));
    assert!(!entry(&server, LINH).is_empty());
}

#[tokio::test]
async fn an_open_a_protected_or_an_outside_entry_is_never_deleted() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    assert!(is_refused(&write(&directory, &delete(&linh)).await), "open");
    let linh = closed(&directory).await;
    let mut settings = server.settings();
    settings.protected = vec![LINH.to_owned()];
    let guarded = Directory::open(&Settings::Ldap(settings)).unwrap();
    assert!(is_refused(&write(&guarded, &delete(&linh)).await), "protected");
    let outside =
        Write::Delete { id: linh.id.clone(), dn: server.dn("cn=rosterd"), before: linh.attrs.clone() };
    assert!(is_refused(&write(&directory, &outside).await), "outside");
    server.ldapmodify(&format!(
        "dn: cn=dien-thoai,{}\nchangetype: add\nobjectClass: device\ncn: dien-thoai\n",
        linh.dn
    ));
    assert!(is_refused(&write(&directory, &delete(&linh)).await), "something lies below it");
    assert!(!entry(&server, LINH).is_empty());
}

#[tokio::test]
async fn an_export_refuses_the_same_deletions() {
    let (server, live) = sample();
    let linh = closed(&live).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.ldif");
    std::fs::write(&path, server.slapcat()).unwrap();
    let file = export(&path);
    let text = || std::fs::read_to_string(&path).unwrap();
    let before = text();
    let mut other = linh.clone();
    other.attrs.insert(Attr::Title, Values::one("Giám đốc"));
    assert!(is_stale(&write(&file, &delete(&other)).await));
    let below = format!("{before}\ndn: cn=dien-thoai,{}\nobjectClass: device\ncn: dien-thoai\n", linh.dn);
    std::fs::write(&path, below).unwrap();
    assert!(is_refused(&write(&export(&path), &delete(&linh)).await));
    std::fs::write(&path, &before).unwrap();
    let file = export(&path);
    assert_eq!(write(&file, &delete(&linh)).await, Ok(()));
    assert!(text().len() < before.len() && !text().contains(&format!("uid: {LINH}\n")));
}

#[tokio::test]
async fn records_for_ldapmodify_set_marks_and_delete_nothing() {
    let (server, directory) = sample();
    let linh = locked(&directory).await;
    let writes = [mark(&linh, Attr::Closed), update(&linh, [(Attr::Title, "Giám đốc")])];
    server.ldapmodify(&directory.change_records(&writes).await.unwrap());
    let linh = account(&directory, LINH).await;
    assert!(linh.is_closed() && linh.get(Attr::Title) == Some("Giám đốc"));
    let records = directory.change_records(&[delete(&linh), unmark(&linh, Attr::Closed)]).await.unwrap();
    assert!(records.contains(&format!("Deleting {}", linh.dn)), "{records}");
    server.ldapmodify(&records);
    let linh = account(&directory, LINH).await;
    assert!(!linh.is_closed(), "{SUFFIX}");
}
