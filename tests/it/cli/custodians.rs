//! Custodians of unit mailboxes: named by a roster, handed over with a new password and minutes, asked for when they
//! leave, and twice a year.

use super::first_steps::said;
use crate::support::desk;
use crate::support::http::Said;
use crate::support::keycloak::{Keycloak, SECRET};
use crate::support::site::{Base, Dir, Site};
use crate::support::slapd::SUFFIX;
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, State, StoredChange};
use serde_json::json;

const MAILBOX: &str = "vanthu.stc@tinhmau.gov.vn";
const TITLE: &str = "DANH SÁCH CÁN BỘ, CÔNG CHỨC";

/// A site where stc has a unit mailbox, and a list of stc.
async fn site(more: &str) -> (Site, Vec<desk::Line>) {
    let site = Site::new(Base::Sqlite, Dir::Ldif, more).await;
    desk::enrol(&site).await;
    let path = site.path("directory.ldif");
    let entry = format!(
        "\ndn: uid=vanthu.stc,ou=stc,ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: vanthu.stc\n\
         cn: Van thu So Tai chinh\nsn: Van thu\nmail: {MAILBOX}\nemployeeType: unit\nuserPassword: mat-khau-cu\n\
         entryUUID: 7f0e3f1c-0000-4000-8000-00000000beef\n"
    );
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.trim_end().to_owned() + "\n" + &entry).unwrap();
    (site, desk::accounts("stc").await.iter().map(desk::line).collect())
}

async fn proposed(site: &Site) -> Vec<StoredChange> {
    desk::of_kind(site, ChangeKind::SetCustodian, State::Proposed).await
}

/// Drops the list with the mailbox's address in the row of one person.
fn keeps(site: &Site, lines: &[desk::Line], who: usize, file: &str) {
    let mut lines = lines.to_vec();
    lines[who][3] = MAILBOX.into();
    site.drop_bytes("stc", file, &desk::list(TITLE, &lines, None));
}

#[tokio::test]
async fn a_unit_mailbox_is_handed_over_with_a_new_password_and_minutes() {
    let (site, lines) = site("").await;
    keeps(&site, &lines, 0, "mot.xlsx");
    site.pass(0);
    let first = proposed(&site).await.remove(0);
    site.expect(&["review", "approve", first.id.as_str()], 0);
    site.pass(0);
    assert!(site.expect(&["slip", "list"], 0).is_empty(), "the first custodian takes over from nobody");
    let list = site.expect(&["contact", "list", "--agency", "stc"], 0);
    assert!(list.contains(&format!("{MAILBOX}: {}", lines[0][3])), "{list}");
    let held =
        |site: &Site| std::fs::read_to_string(site.path("directory.ldif")).unwrap().contains("mat-khau-cu");
    assert!(held(&site));

    keeps(&site, &lines, 1, "hai.xlsx");
    site.pass(0);
    let second = proposed(&site).await.remove(0);
    let id = second.id.as_str();
    let minutes = site.path("bien-ban.html");
    let early = site.rosterd(&["slip", "minutes", id, "--out", minutes.to_str().unwrap()]);
    assert_eq!(early.status.code(), Some(1), "{}", said(&early));
    site.expect(&["review", "approve", id], 0);
    site.pass(0);
    assert!(!held(&site), "what the former custodian knew opens nothing");
    assert!(proposed(&site).await.is_empty(), "settled");
    let slip = site.expect(&["slip", "print", id], 0);
    assert!(slip.contains("Bàn giao hộp thư đơn vị") && slip.contains(MAILBOX), "{slip}");
    assert!(slip.contains(&lines[1][3]), "for whoever keeps it now: {slip}");
    for _ in 0..2 {
        site.expect(&["slip", "minutes", id, "--out", minutes.to_str().unwrap()], 0);
        let page = std::fs::read_to_string(&minutes).unwrap();
        for text in ["BIÊN BẢN BÀN GIAO", "BÊN GIAO", "BÊN NHẬN", MAILBOX, &lines[0][3], &lines[1][3]]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        std::fs::remove_file(&minutes).unwrap();
    }
    // The template has a line for it, which sent back as it is says the same again.
    let file = site.path("mau.xlsx");
    site.expect(&["template", "stc", "--out", file.to_str().unwrap()], 0);
    let bytes = std::fs::read(&file).unwrap();
    assert!(desk::holds(&bytes, MAILBOX) && desk::holds(&bytes, "Người quản lý hộp thư đơn vị"));
    site.drop_bytes("stc", "mau.xlsx", &bytes);
    site.pass(0);
    assert!(proposed(&site).await.is_empty());
    assert!(desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await.is_empty());
    site.expect(&["undo", id], 0);
    site.expect(&["apply"], 0);
    let back = site.expect(&["contact", "list", "--agency", "stc"], 0);
    assert!(back.contains(&format!("{MAILBOX}: {}", lines[0][3])), "{back}");
    site.expect(&["audit", "verify"], 0);
}

/// A realm in which the mailbox and its first custodian are users, both signed in.
fn realm() -> (Keycloak, tempfile::NamedTempFile, String) {
    let keycloak = Keycloak::start();
    keycloak.user("vanthu.stc", Some(MAILBOX), "Văn thư");
    keycloak.user("an", Some("an@tinhmau.gov.vn"), "Trần Văn An");
    keycloak.kept.lock().unwrap().sessions.extend(["u-vanthu.stc".to_owned(), "u-an".to_owned()]);
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), SECRET).unwrap();
    let table = format!(
        "[[system]]\nkind = \"keycloak\"\nname = \"igate\"\ntitle = \"iGate\"\nrealm = \"digo\"\n\
         client_id = \"rosterd\"\nclient_secret_file = {:?}\nroles = []\n\
         [system.connection]\nurl = {:?}\nallow_plaintext = true\ntimeout_seconds = 5\n",
        secret.path(),
        keycloak.url()
    );
    (keycloak, secret, table)
}

#[tokio::test]
async fn a_handover_ends_the_sessions_wherever_they_can_be_ended() {
    let (keycloak, _secret, table) = realm();
    let (site, lines) = site(&table).await;
    let signed_in = || keycloak.kept.lock().unwrap().sessions.contains("u-vanthu.stc");
    keeps(&site, &lines, 0, "mot.xlsx");
    site.pass(0);
    site.expect(&["review", "approve", proposed(&site).await[0].id.as_str()], 0);
    site.pass(0);
    assert!(signed_in(), "nobody handed it over");

    keeps(&site, &lines, 1, "hai.xlsx");
    site.pass(0);
    let handover = proposed(&site).await.remove(0);
    let id = handover.id.as_str();
    let show = site.expect(&["review", "show", id], 0);
    for says in [
        "Thư điện tử: máy chủ thư không cho kết thúc phiên từ xa",
        "iGate: mọi phiên đăng nhập được kết thúc ngay khi bàn giao",
        "Một cửa: hệ thống không cho kết thúc phiên từ xa",
    ] {
        assert!(show.contains(says), "{says}: {show}");
    }
    site.expect(&["review", "approve", id], 0);
    // The realm answers that it failed: the handover stands, the sessions are ended in the next pass.
    keycloak.twist(|asked, _| asked.path.ends_with("/logout").then(|| Said::Json(500, json!({}))));
    let half = site.rosterd(&["run", "--once"]);
    assert_eq!(half.status.code(), Some(1), "{}", said(&half));
    assert_eq!(desk::of_kind(&site, ChangeKind::SetCustodian, State::Applied).await.len(), 2);
    assert!(signed_in());
    assert!(minutes(&site, id).contains("iGate: không kết thúc được các phiên đăng nhập"));
    keycloak.twist(|_, _| None);
    site.pass(0);
    assert!(!signed_in(), "who kept it is signed in still");
    assert!(keycloak.kept.lock().unwrap().sessions.contains("u-an"), "nobody else is signed out");
    assert!(minutes(&site, id).contains("iGate: mọi phiên đăng nhập đã được kết thúc"));
    let ended = desk::of_kind(&site, ChangeKind::EndSessions, State::Applied).await.remove(0);
    assert_eq!(ended.approvals, ["policy:hand-over"]);
    site.pass(0);
    let asked = keycloak.server.asked();
    let logouts = asked.iter().filter(|asked| asked.path.ends_with("/logout")).count();
    assert_eq!(logouts, 2, "the one that failed and the one that did not");

    keycloak.kept.lock().unwrap().sessions.insert("u-vanthu.stc".into());
    site.expect(&["undo", id], 0);
    site.expect(&["apply"], 0);
    assert!(!signed_in(), "handed back, the other way round");
    site.expect(&["audit", "verify"], 0);
}

/// Names who keeps the mailbox in the agencies' file.
fn list_in_file(site: &Site, custodian: &str) {
    let path = site.path("agencies.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("mailboxes")).collect();
    let at = lines.iter().position(|line| *line == "code = \"stc\"").unwrap();
    let kept = format!("mailboxes = [{{ mail = {MAILBOX:?}, custodian = {custodian:?} }}]");
    lines.insert(at + 1, &kept);
    std::fs::write(&path, lines.join("\n")).unwrap();
}

#[tokio::test]
async fn the_agencies_file_names_custodians_by_the_rules_of_every_other_source() {
    let (site, lines) = site("").await;
    let takes_over = async |who: usize| {
        site.pass(0);
        let waits = proposed(&site).await;
        assert_eq!(waits.len(), 1, "{waits:?}");
        assert_eq!(waits[0].change.after(Attr::Custodian), Some(lines[who][3].as_str()));
        site.expect(&["review", "approve", waits[0].id.as_str()], 0);
        site.pass(0);
        site.pass(0);
        assert!(proposed(&site).await.is_empty(), "settled");
    };
    let elsewhere = desk::line(&desk::accounts("snv").await[0])[3].clone();
    list_in_file(&site, &elsewhere);
    site.pass(0);
    assert!(proposed(&site).await.is_empty(), "somebody of another agency cannot keep it");
    assert!(site.expect(&["review", "list"], 0).contains(MAILBOX), "the agency is asked");
    let check = site.rosterd(&["check"]);
    assert!(said(&check).contains("agency stc: unit mailbox") && said(&check).contains("belongs to another"));

    list_in_file(&site, &lines[0][3]);
    assert!(!said(&site.rosterd(&["check"])).contains("unit mailbox"));
    takes_over(0).await;
    // As the template has it: a line of its own for the mailbox, under the name of whoever keeps it.
    let mut all = lines.clone();
    let mut line = lines[1].clone();
    line[3] = MAILBOX.into();
    all.push(line);
    site.drop_bytes("stc", "danh-sach.xlsx", &desk::list(TITLE, &all, None));
    takes_over(1).await;
    // The file still names the one before: that is said no more. Another name is.
    list_in_file(&site, &lines[2][3].to_uppercase());
    takes_over(2).await;
    site.expect(&["audit", "verify"], 0);
}

/// The minutes of a handover.
fn minutes(site: &Site, id: &str) -> String {
    let path = site.path("bien-ban.html");
    site.expect(&["slip", "minutes", id, "--out", path.to_str().unwrap()], 0);
    let page = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    page
}

#[tokio::test]
async fn a_custodian_who_leaves_is_asked_for_and_the_mailbox_stays_open() {
    let (site, lines) = site("").await;
    keeps(&site, &lines, 0, "mot.xlsx");
    site.pass(0);
    site.expect(&["review", "approve", proposed(&site).await[0].id.as_str()], 0);
    site.pass(0);
    site.drop_bytes("stc", "hai.xlsx", &desk::list(TITLE, &lines[1..], None));
    site.pass(0);
    site.pass(0);
    let json: serde_json::Value =
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap();
    let asked: Vec<_> = json["questions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["question"]["kind"] == "custodian")
        .collect();
    assert_eq!(asked.len(), 1, "{json}");
    let key = &asked[0]["key"].as_str().unwrap()[..12];
    let letters = desk::rows(&site, "SELECT key FROM outbox WHERE key LIKE 'custodian_leaves:%'").await;
    assert_eq!(letters.len(), 1, "the contact, once");
    let elsewhere = desk::line(&desk::accounts("snv").await[0])[3].clone();
    for wrong in [elsewhere.as_str(), "khong-co@tinhmau.gov.vn"] {
        let refused = site.rosterd(&["review", "answer", key, wrong]);
        assert_eq!(refused.status.code(), Some(1), "{wrong}: {}", said(&refused));
    }
    site.expect(&["review", "answer", key, &lines[1][3]], 0);
    site.pass(0);
    assert_eq!(proposed(&site).await.len(), 1);
    let all = site.changes(None).await;
    let on_mailbox = all.iter().filter(|one| one.change.label.contains(MAILBOX));
    assert!(on_mailbox.clone().count() == 2);
    assert!(on_mailbox.into_iter().all(|one| one.change.kind == ChangeKind::SetCustodian), "{all:?}");
}

#[tokio::test]
async fn contacts_and_custodians_are_attested_from_the_day_policy_names() {
    let (site, lines) = site("[policy]\nattest_from = \"2020-01-01\"\n").await;
    site.drop_bytes("stc", "mot.xlsx", &desk::list(TITLE, &lines, None));
    site.pass(0);
    site.pass(0);
    let json: serde_json::Value =
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap();
    let questions = json["questions"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&serde_json::Value> {
        questions.iter().filter(|one| one["question"]["kind"] == kind).collect()
    };
    assert_eq!(of("custodian").len(), 1, "nobody has said yet who keeps it");
    let key = &of("custodian")[0]["key"].as_str().unwrap()[..12];
    site.expect(&["review", "answer", key, &lines[0][3]], 0);
    // Which agencies are asked today depends on the day of the year: each has its own.
    for one in of("attestation") {
        let key = &one["key"].as_str().unwrap()[..12];
        assert_eq!(site.rosterd(&["review", "answer", key, "perhaps"]).status.code(), Some(1));
        site.expect(&["review", "answer", key, "confirmed"], 0);
    }
    site.pass(0);
    assert_eq!(proposed(&site).await.len(), 1);
    let after: serde_json::Value =
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap();
    let left = after["questions"].as_array().unwrap();
    assert!(left.iter().all(|one| one["question"]["kind"] != "attestation"), "{after}");
}
