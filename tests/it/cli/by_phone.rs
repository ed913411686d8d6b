//! Unlocking by phone at the terminal, on a real OpenLDAP: who asks, who calls back, who approves, what opens.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, Reason, State};
use rosterd::model::ids::{ChangeId, Login};
use rosterd::store::Approval;
use std::collections::BTreeSet;

const LOGIN: &str = "nhungkb.snv";
const ADDRESS: &str = "nhungkb.snv@tinhmau.gov.vn";
const PASSWORD: &str = "Mat-khau-cu-2026";

/// A site whose agency has listed everybody, the holder among them.
async fn site() -> (Site, Vec<desk::Line>) {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    let lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    assert!(lines.iter().any(|line| line[3] == ADDRESS));
    site.drop_bytes("snv", "ds.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    site.rosterd(&["run", "--once"]);
    site.slapd.as_ref().unwrap().set_password(LOGIN, PASSWORD);
    (site, lines)
}

/// An incident comes and goes; what would open the account again is turned down, so that it stays locked.
async fn locked(site: &Site, address: &str) {
    site.expect(&["incident", "open", address, "--reason", "thư lạ"], 0);
    site.expect(&["incident", "close", address, "--reason", "đã xử lý"], 0);
    let waits = desk::of_kind(site, ChangeKind::UnlockAccount, State::Proposed).await;
    let waits = waits.iter().find(|one| one.change.label.contains(address)).unwrap();
    site.expect(&["review", "reject", waits.id.as_str(), "--reason", "chưa cần"], 0);
}

fn refused(site: &Site, arguments: &[&str], why: &str) {
    let output = site.rosterd(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", said(&output));
    assert!(said(&output).contains(why), "{why}: {}", said(&output));
}

pub(super) async fn approve(site: &Site, id: &str, by: &str) -> Approval {
    let store = site.store().await;
    let id = ChangeId::new(id);
    let key = store.change(&id).await.unwrap().unwrap().stored.key;
    let approval = store
        .write(chrono::Utc::now(), async |mut tx| {
            let approval = tx.approve(&id, &key, &Login::new(by), &BTreeSet::new()).await?;
            tx.commit(approval).await
        })
        .await
        .unwrap();
    store.close().await;
    approval
}

#[tokio::test]
async fn a_contact_asks_by_phone_the_number_is_called_back_and_somebody_else_approves() {
    let (site, _) = site().await;
    locked(&site, ADDRESS).await;
    let ask =
        |by: &'static str| ["contact", "unlock", ADDRESS, "--asked-by", by, "--reason", "cần ký văn bản"];
    refused(&site, &ask("Người Lạ"), "daumoi.snv@tinhmau.gov.vn");
    let id = site.expect(&ask("đầu mối snv"), 0).trim().to_owned();
    refused(&site, &ask("daumoi.snv@tinhmau.gov.vn"), &id);
    let stored =
        site.changes(Some(State::Proposed)).await.into_iter().find(|one| one.id.as_str() == id).unwrap();
    assert_eq!(stored.change.reason, Reason::PhoneUnlock);
    // Plans leave it alone: no list says so.
    site.rosterd(&["run", "--once"]);

    refused(&site, &["review", "approve", &id], "chính bạn ghi nhận");
    assert_eq!(approve(&site, &id, "an").await, Approval::NeedsCallBack);
    let call = |number: &'static str| {
        ["review", "call-back", id.as_str(), "--number", number, "--spoke-with", "Đầu mối"].map(str::to_owned)
    };
    let call = |number| call(number).to_vec();
    let arguments = call("0911 111 111");
    refused(&site, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), "is not published");
    let arguments = call("0900 000 000");
    site.expect(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    refused(&site, &["review", "approve", &id], "chính bạn ghi nhận");
    assert!(matches!(approve(&site, &id, "an").await, Approval::Approved { state: State::Approved, .. }));

    site.rosterd(&["run", "--once"]);
    let done = desk::of_kind(&site, ChangeKind::UnlockAccount, State::Applied).await.remove(0);
    let slapd = site.slapd.as_ref().unwrap();
    assert!(!slapd.can_sign_in(LOGIN, PASSWORD), "the old password opens nothing");
    let slip = site.expect(&["slip", "print", done.id.as_str()], 0);
    assert!(slip.contains("Mở khóa tài khoản") && !slip.contains("Văn bản số"), "{slip}");
    let password = slip.lines().find_map(|line| line.strip_prefix("Mật khẩu lần đầu: ")).unwrap().trim();
    assert!(desk::password_fits(&site, LOGIN, password));
    assert!(slapd.ldapsearch(&format!("(uid={LOGIN})"), &["pwdReset"]).contains("pwdReset: TRUE"));
    let show = site.expect(&["review", "show", &id], 0);
    assert!(show.contains("Đầu mối snv <daumoi.snv@tinhmau.gov.vn>: cần ký văn bản"), "{show}");
    assert!(site.expect(&["audit", "export"], 0).contains("change.enter"));
    site.expect(&["audit", "verify"], 0);
}

#[tokio::test]
async fn what_no_phone_call_opens_is_said_with_what_to_do() {
    let (site, lines) = site().await;
    let unlock = |account: &str| {
        let words = ["contact", "unlock", account, "--asked-by", "Đầu mối snv", "--reason", "gấp"];
        words.map(str::to_owned)
    };
    let no = |account: &str, why: &str| {
        let words = unlock(account);
        refused(&site, &words.iter().map(String::as_str).collect::<Vec<_>>(), why);
    };
    no("khong-co@tinhmau.gov.vn", "no account");
    no(ADDRESS, "is not locked");
    site.expect(&["incident", "open", ADDRESS, "--reason", "thư lạ"], 0);
    no(ADDRESS, "an incident is open");
    // Locked by another hand.
    let other = &lines.iter().find(|line| line[3] != ADDRESS).unwrap()[3];
    let login = other.split('@').next().unwrap();
    let slapd = site.slapd.as_ref().unwrap();
    let dn = slapd.dn_of(login);
    slapd.ldapmodify(&format!(
        "dn: {dn}\nchangetype: modify\nreplace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n"
    ));
    no(other, "not by a rule");
    // Whoever has left stays locked.
    let third = &lines.iter().find(|line| line[3] != ADDRESS && line[3] != *other).unwrap()[3];
    locked(&site, third).await;
    site.expect(&["contact", "confirm", third, "--reason", "đã nghỉ việc theo QĐ 15/QĐ-SNV"], 0);
    no(third, "no longer works there");
    assert!(site.changes(None).await.iter().all(|one| one.change.reason != Reason::PhoneUnlock));
}
