//! Incidents at the terminal, on a real OpenLDAP: what is locked, what is only said, who is told, what opens again.

use super::by_phone::approve;
use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::kill::{KillPoint, VARIABLE};
use rosterd::model::change::{ChangeKind, Reason, State};
use rosterd::model::evidence::Evidence;
use rosterd::store::Approval;
use std::os::unix::process::ExitStatusExt;

const ON_DUTY: &str = "on_duty = [{ name = \"Người Trực\", mail = \"truc@tinhmau.gov.vn\" }]\n---\n[worker]\ndaily_letter_hour = 24\n";

/// Written rules, which bind nobody yet.
const RULES: &str = "[rotation]\nprofile = \"ha-giang-2018\"\nactive_from = \"2099-01-05\"\n\
                     sign_in_at = \"mail.tinhmau.gov.vn\"\n\
                     department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                     chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n";

/// The holder of a role in the system that has no API.
const LOGIN: &str = "nhungkb.snv";
const ADDRESS: &str = "nhungkb.snv@tinhmau.gov.vn";
const PASSWORD: &str = "Mat-khau-cu-2026";

async fn site(more: &str) -> Site {
    let site = Site::new(Base::Sqlite, Dir::Slapd, more).await;
    desk::enrol(&site).await;
    let path = site.path("agencies.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("code = \"snv\"\n"));
    std::fs::write(&path, text.replace("code = \"snv\"\n", "code = \"snv\"\nparent = \"vpub\"\n")).unwrap();
    // A first look, so that it is known who holds what.
    site.pass(0);
    site.slapd.as_ref().unwrap().set_password(LOGIN, PASSWORD);
    site
}

fn can_sign_in(site: &Site, password: &str) -> bool {
    site.slapd.as_ref().unwrap().can_sign_in(LOGIN, password)
}

fn told(site: &Site, address: &str) -> usize {
    let urgent = |text: &str| text.contains(&format!("<{address}"));
    desk::mails(site).iter().filter(|(head, _)| urgent(head)).map(|(_, count)| count).sum()
}

fn open(site: &Site) -> std::process::Output {
    site.rosterd(&["incident", "open", ADDRESS, "--reason", "đăng nhập lạ lúc nửa đêm"])
}

#[tokio::test]
async fn an_incident_locks_the_account_orders_the_rest_and_opens_with_approval_and_a_forced_change() {
    let site = site(&format!("{ON_DUTY}{RULES}")).await;
    assert!(can_sign_in(&site, PASSWORD));
    // Nothing else is carried out, and an incident is all the same.
    site.expect(&["pause", "writes", "--reason", "bảo trì"], 0);
    let opened = open(&site);
    assert_eq!(opened.status.code(), Some(0), "{}", said(&opened));
    assert!(!can_sign_in(&site, PASSWORD), "the account is open");
    let lock = desk::of_kind(&site, ChangeKind::LockAccount, State::Applied).await.remove(0);
    assert_eq!(
        (lock.change.reason, lock.approvals.clone()),
        (Reason::Incident, vec!["policy:incident".to_owned()])
    );
    let orders = desk::listing(&site, "systems/tthc/orders");
    assert_eq!(orders.len(), 1, "{orders:?}");
    assert_eq!(desk::rows(&site, "SELECT CAST(urgent AS TEXT) FROM work_order").await, ["1"]);
    assert_eq!(desk::of_kind(&site, ChangeKind::RevokeRole, State::Ordered).await.len(), 1);
    // The contact, those above, those on duty; never the account.
    for address in ["daumoi.snv@", "daumoi.vpub@", "truc@"] {
        assert_eq!(told(&site, address), 1, "{address}: {:?}", desk::mails(&site));
    }
    assert_eq!(told(&site, ADDRESS), 0);
    let kept = desk::rows(&site, "SELECT evidence FROM incident").await.remove(0);
    assert!(kept.contains(LOGIN) && kept.contains("Cán bộ một cửa"), "{kept}");

    let twice = open(&site);
    assert_eq!(twice.status.code(), Some(1));
    assert!(said(&twice).contains("open already"), "{}", said(&twice));
    assert!(site.expect(&["incident", "list"], 0).contains("locked"));
    // While it is open, an undo of the lock is not carried out.
    site.expect(&["resume"], 0);
    site.expect(&["undo", lock.id.as_str()], 0);
    site.expect(&["apply"], 0);
    assert!(!can_sign_in(&site, PASSWORD), "an undo beat the incident");
    site.pass(0);

    site.expect(&["incident", "close", ADDRESS, "--reason", "đã cài lại máy"], 0);
    assert_eq!(site.expect(&["incident", "list"], 0), "");
    site.pass(0);
    let unlock = desk::of_kind(&site, ChangeKind::UnlockAccount, State::Proposed).await.remove(0);
    assert!(!can_sign_in(&site, PASSWORD), "nobody has approved that it opens");
    let basis = unlock.change.evidence.iter().find_map(|one| match one {
        Evidence::Rule { document, basis, .. } => Some((document.as_str(), basis.as_str())),
        _ => None,
    });
    assert!(basis.is_some_and(|(document, basis)| !document.is_empty() && !basis.is_empty()), "{unlock:?}");
    site.expect(&["review", "approve", unlock.id.as_str()], 0);
    site.pass(0);
    let unlock = desk::of_kind(&site, ChangeKind::UnlockAccount, State::Applied).await.remove(0);
    assert!(!can_sign_in(&site, PASSWORD), "the password that was stolen opens nothing");
    let (login, password) = desk::slip(&site, &unlock);
    assert!(desk::password_fits(&site, &login, &password));
    let entry = site.slapd.as_ref().unwrap().ldapsearch(&format!("(uid={LOGIN})"), &["pwdReset"]);
    assert!(entry.contains("pwdReset: TRUE"), "{entry}");
    assert!(site.expect(&["audit", "export"], 0).contains("incident.open"));
    site.expect(&["audit", "verify"], 0);
}

/// A system whose accounts an incident closes.
const PORTAL: &str = r#"
[[system]]
kind = "sql"
name = "congdvc"
title = "Cổng dịch vụ công"
url = "congdvc.db"
read = "SELECT login, mail, name, NULL AS agency, NULL AS role FROM account"
accounts = { sql = "SELECT login, mail, name, active FROM account", columns = ["active"] }
disable = { sql = "UPDATE account SET active = 0 WHERE login = $1", with = ["login"] }
enable = { sql = "UPDATE account SET active = 1 WHERE login = $1", with = ["login"] }
"#;

/// Runs a statement on the portal's own database; the first column of its rows.
async fn in_the_portal(site: &Site, statement: &str) -> Vec<String> {
    use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", site.path("congdvc.db").display());
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

/// Turns down the opening that an incident's end proposed.
async fn turn_down(site: &Site) {
    let unlock = desk::of_kind(site, ChangeKind::UnlockAccount, State::Proposed).await.remove(0);
    site.expect(&["review", "reject", unlock.id.as_str(), "--reason", "chưa rõ"], 0);
}

#[tokio::test]
async fn what_an_opening_that_was_turned_down_left_waiting_follows_the_next_one() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, &format!("{ON_DUTY}{PORTAL}")).await;
    desk::enrol(&site).await;
    in_the_portal(&site, "CREATE TABLE account (login TEXT, mail TEXT, name TEXT, active BIGINT)").await;
    in_the_portal(&site, &format!("INSERT INTO account VALUES ('nhung', '{ADDRESS}', 'Kpă Bích Nhung', 1)"))
        .await;
    let is_open = "SELECT CAST(active AS TEXT) FROM account";
    site.pass(0);
    let reopenings = || desk::of_kind(&site, ChangeKind::EnableAccount, State::Proposed);

    // Opened, closed, its opening turned down: the portal's account waits for an opening that will not come.
    assert_eq!(open(&site).status.code(), Some(0));
    assert_eq!(in_the_portal(&site, is_open).await, ["0"]);
    site.expect(&["incident", "close", ADDRESS, "--reason", "đã xử lý"], 0);
    turn_down(&site).await;
    let [first] = &reopenings().await[..] else { panic!("{:?}", site.changes(None).await) };

    // Taken over again: the account is locked and closed already, and what waits opens nothing.
    assert_eq!(open(&site).status.code(), Some(0));
    site.expect(&["review", "approve", first.id.as_str()], 0);
    site.pass(0);
    assert_eq!(in_the_portal(&site, is_open).await, ["0"], "an incident is open");
    site.expect(&["incident", "close", ADDRESS, "--reason", "đã xử lý"], 0);
    site.pass(0);
    assert_eq!(in_the_portal(&site, is_open).await, ["0"], "the mailbox is locked still");

    // An opening by phone takes its place: what was approved waits for it alone.
    let asked = [
        "contact",
        "unlock",
        ADDRESS,
        "--asked-by",
        "daumoi.snv@tinhmau.gov.vn",
        "--reason",
        "cần ký văn bản",
    ];
    let id = site.expect(&asked, 0).trim().to_owned();
    site.expect(&["review", "call-back", &id, "--number", "0900 000 000", "--spoke-with", "Đầu mối"], 0);
    assert!(matches!(approve(&site, &id, "an").await, Approval::Approved { .. }));
    site.pass(0);
    assert_eq!(in_the_portal(&site, is_open).await, ["1"], "{:?}", site.changes(None).await);
    assert!(reopenings().await.is_empty());
    site.expect(&["audit", "verify"], 0);
}

#[tokio::test]
async fn a_protected_account_is_not_written_its_commands_lock_it_and_it_stays_red_until_then() {
    let site = site(ON_DUTY).await;
    desk::edit_config(&site, "kind = \"ldap\"\n", &format!("kind = \"ldap\"\nprotected = [\"{LOGIN}\"]\n"));
    let opened = open(&site);
    assert_eq!(opened.status.code(), Some(1), "{}", said(&opened));
    assert!(can_sign_in(&site, PASSWORD), "a protected account was written");
    let text = said(&opened);
    assert!(text.contains("RED") && text.contains("ldapmodify"), "{text}");
    assert_eq!(desk::rows(&site, "SELECT id FROM change").await, [""; 0], "nothing is planned for it");
    assert_eq!(told(&site, "truc@"), 1);
    let red = site.rosterd(&["run", "--once"]);
    assert_eq!(red.status.code(), Some(1), "{}", said(&red));
    assert!(said(&red).contains("protected account"), "{}", said(&red));

    // What is printed is what locks it.
    let list: serde_json::Value =
        serde_json::from_str(&site.expect(&["incident", "list", "--json"], 0)).unwrap();
    assert_eq!(list["incidents"][0]["red"], true);
    let commands = list["incidents"][0]["commands"].as_str().unwrap();
    let ldif = commands.split("<<'LDIF'\n").nth(1).unwrap().split("\nLDIF\n").next().unwrap();
    site.slapd.as_ref().unwrap().ldapmodify(ldif);
    assert!(!can_sign_in(&site, PASSWORD));
    site.pass(0);
    let list = site.expect(&["incident", "list"], 0);
    assert!(!list.contains("RED") && !list.contains("ldapmodify"), "{list}");
}

#[tokio::test]
async fn a_kill_between_intent_and_outcome_leaves_a_lock_that_is_done_once() {
    for point in
        [KillPoint::BeforeIntent, KillPoint::AfterIntent, KillPoint::AfterWrite, KillPoint::AfterOrder]
    {
        let site = site("").await;
        let arguments = ["incident", "open", ADDRESS, "--reason", "thư lạ"];
        let died = site.rosterd_with(&arguments, &[(VARIABLE, point.as_str())]);
        assert_eq!(died.status.signal(), Some(9), "{}: {died:?}", point.as_str());
        let after = site.rosterd(&["run", "--once"]);
        assert_eq!(after.status.code(), Some(0), "{}: {}", point.as_str(), said(&after));
        assert!(!can_sign_in(&site, PASSWORD), "{}", point.as_str());
        let done = "SELECT change_id FROM intent WHERE outcome IN ('applied', 'ordered')";
        assert_eq!(
            desk::rows(&site, done).await.len(),
            2,
            "{}: the lock and the order, once each",
            point.as_str()
        );
        assert_eq!(desk::listing(&site, "systems/tthc/orders").len(), 1, "{}", point.as_str());
        let letters = "SELECT address FROM outbox WHERE key LIKE 'incident_opened:%' AND state = 'sent'";
        assert_eq!(desk::rows(&site, letters).await.len(), 2, "{}", point.as_str());
    }
}

#[tokio::test]
async fn a_running_worker_is_handed_the_incident() {
    let site = site("").await;
    let mut worker = std::process::Command::new(env!("CARGO_BIN_EXE_rosterd"))
        .arg("--config")
        .arg(site.path("rosterd.toml"))
        .arg("run")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // It runs once it holds the lease.
    while desk::rows(&site, "SELECT id FROM pass WHERE ended IS NULL OR ended IS NOT NULL").await.len() < 2 {
        assert_eq!(worker.try_wait().unwrap(), None, "the worker ended");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let opened = open(&site);
    let locked = !can_sign_in(&site, PASSWORD);
    worker.kill().unwrap();
    worker.wait().unwrap();
    assert_eq!(opened.status.code(), Some(0), "{}", said(&opened));
    assert!(locked);
}

#[tokio::test]
async fn what_is_not_known_or_not_said_opens_no_incident() {
    let site = site("").await;
    for (arguments, why) in [
        (["incident", "open", "khong-co@tinhmau.gov.vn", "--reason", "x"], "no account"),
        (["incident", "open", ADDRESS, "--reason", " "], "--reason"),
        (["incident", "close", ADDRESS, "--reason", "x"], "no incident is open"),
    ] {
        let output = site.rosterd(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    assert_eq!(desk::rows(&site, "SELECT id FROM incident").await, [""; 0]);
    assert!(can_sign_in(&site, PASSWORD));
}

#[tokio::test]
async fn what_a_holder_tells_waits_until_it_is_dismissed_or_an_incident_comes_of_it() {
    let site = site("").await;
    let report = |what: &str| {
        let words = ["--words", "có người nhận thư lạ từ tôi", "--from", "chủ tài khoản, gọi điện"];
        site.rosterd(&[&["incident", "report", ADDRESS, "--what", what][..], &words].concat())
    };
    assert_eq!(report("odd-mail").status.code(), Some(0));
    assert_eq!(report("failed-sign-ins").status.code(), Some(0));
    let tips = || {
        let list = site.expect(&["incident", "triage", "--json"], 0);
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let id = |tip: &serde_json::Value| tip["id"].as_str().unwrap().to_owned();
        list["tips"].as_array().unwrap().iter().map(id).collect::<Vec<_>>()
    };
    let [first, second] = tips().try_into().unwrap();
    let text = site.expect(&["incident", "triage", "list"], 0);
    assert!(text.contains("thư lạ") && text.contains("đăng nhập sai nhiều lần"), "{text}");
    assert!(can_sign_in(&site, PASSWORD), "a tip by itself locks nobody");

    let silent = site.rosterd(&["incident", "triage", "dismiss", &first, "--reason", " "]);
    assert!(said(&silent).contains("--reason is empty"), "{}", said(&silent));
    site.expect(&["incident", "triage", "dismiss", &first, "--reason", "thư quảng cáo"], 0);
    let again = site.rosterd(&["incident", "triage", "dismiss", &first, "--reason", "thư quảng cáo"]);
    assert!(said(&again).contains("no tip"), "{}", said(&again));
    assert_eq!(tips(), [second.as_str()]);

    site.expect(&["incident", "triage", "open", &second, "--reason", "nhật ký có đăng nhập lạ"], 0);
    assert!(!can_sign_in(&site, PASSWORD), "the account is open");
    assert_eq!(tips(), [""; 0]);
    // What comes while it is open belongs to it.
    let later = report("unknown-sign-in");
    assert!(said(&later).contains("sự cố đang mở"), "{}", said(&later));
    assert_eq!(tips(), [""; 0]);
    assert_eq!(desk::rows(&site, "SELECT id FROM tip WHERE incident IS NOT NULL").await.len(), 2);
    let trail = site.expect(&["audit", "export"], 0);
    assert!(trail.contains("tip.take") && trail.contains("tip.dismiss"), "{trail}");
    site.expect(&["audit", "verify"], 0);
    let wrong = report("x");
    assert!(said(&wrong).contains("expected one of odd-mail"), "{}", said(&wrong));
}
