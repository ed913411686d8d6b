//! `rosterd slip`: the page to print, and what becomes of a slip that nobody collects.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State, StoredChange};
use std::os::unix::fs::PermissionsExt;

const ON_DUTY: &str = "on_duty = [{ name = \"Người Trực\", mail = \"truc@tinhmau.gov.vn\" }]\n---\n[worker]\ndaily_letter_hour = 24\n";

/// A site with accounts that were made, and their slips.
async fn made() -> (Site, Vec<StoredChange>) {
    let site = Site::new(Base::Sqlite, Dir::Ldif, ON_DUTY).await;
    desk::enrol(&site).await;
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    site.pass(0);
    let created = desk::of_kind(&site, ChangeKind::CreateAccount, State::Applied).await;
    assert!(created.len() > 2);
    (site, created)
}

fn letters(site: &Site, subject: &str) -> usize {
    let mails = desk::mails(site);
    mails.iter().filter(|(head, _)| decoded(head).contains(subject)).map(|(_, count)| count).sum()
}

/// A head with its encoded words as text.
fn decoded(head: &str) -> String {
    use base64::Engine as _;
    let part = |word: &str| {
        let text = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        text.map_or(word.to_owned(), |text| {
            String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
        })
    };
    head.split(' ').map(part).collect()
}

#[tokio::test]
async fn a_slip_is_a_page_for_its_owner_alone_and_there_is_no_second_one() {
    let (site, created) = made().await;
    let id = created[0].id.as_str();
    let file = site.path("phieu.html");
    let out = file.to_str().unwrap();
    site.expect(&["slip", "print", id, "--out", out], 0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let page = std::fs::read_to_string(&file).unwrap();
    for text in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "PHIẾU BÀN GIAO TÀI KHOẢN",
        "BÊN GIAO",
        "BÊN NHẬN",
        "@media print",
        "size: A4",
        "Nguyễn Văn Trực",
        created[0].change.label.split(" <").next().unwrap(),
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let again = site.rosterd(&["slip", "print", id]);
    assert!(again.status.code() == Some(1) && said(&again).contains("printed once"), "{}", said(&again));
    let over = site.rosterd(&["slip", "print", created[1].id.as_str(), "--out", out]);
    assert!(over.status.code() == Some(1) && said(&over).contains("there already"), "{}", said(&over));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), page);
    // A page that cannot be written costs no password.
    let nowhere = site.rosterd(&["slip", "print", created[1].id.as_str(), "--out", "/proc/phieu.html"]);
    assert_eq!(nowhere.status.code(), Some(1), "{}", said(&nowhere));
    let list = site.expect(&["slip", "list"], 0);
    let line = |id: &str| list.lines().find(|line| line.contains(id)).unwrap().to_owned();
    assert!(
        line(id).contains("to be signed") && line(created[1].id.as_str()).contains("to be printed"),
        "{list}"
    );
    site.expect(&["slip", "print", created[1].id.as_str()], 0);
    let json: serde_json::Value = serde_json::from_str(&site.expect(&["slip", "list", "--json"], 0)).unwrap();
    assert_eq!(json["slips"].as_array().unwrap().len(), list.lines().count());
}

#[tokio::test]
async fn a_slip_that_nobody_collects_is_asked_for_then_reported_then_wiped() {
    let (site, created) = made().await;
    let total = created.len();
    assert_eq!(letters(&site, "Đôn đốc nhận"), 0);
    let age = async |days: i64| {
        let then = rosterd::model::rfc3339(chrono::Utc::now() - chrono::TimeDelta::days(days));
        desk::execute(&site, &format!("UPDATE intent SET resolved = '{then}' WHERE sealed IS NOT NULL"))
            .await;
        desk::execute(&site, &format!("UPDATE slip SET made = '{then}' WHERE ended IS NULL")).await;
    };
    // One is printed, and stays open whatever time passes: only its signature is missing.
    let printed = created[0].id.as_str();
    site.expect(&["slip", "print", printed], 0);
    age(8).await;
    site.pass(0);
    let reminded = letters(&site, "Đôn đốc nhận");
    assert!(reminded > 0);
    site.pass(0);
    assert_eq!(letters(&site, "Đôn đốc nhận"), reminded, "once");
    age(16).await;
    site.pass(0);
    let heads = desk::mails(&site);
    assert!(heads.keys().any(|head| head.contains("truc@tinhmau.gov.vn")), "{heads:?}");
    age(40).await;
    site.pass(0);
    assert!(letters(&site, "Hết thời hạn nhận") > 0);
    let list = site.expect(&["slip", "list"], 0);
    assert!(list.lines().count() == 1 && list.contains(printed) && list.contains("OVERDUE"), "{list}");
    assert!(desk::rows(&site, "SELECT id FROM intent WHERE sealed IS NOT NULL").await.is_empty());
    let ended = desk::rows(&site, "SELECT change_id FROM slip WHERE ending = 'expired'").await;
    assert_eq!(ended.len(), total - 1);
    let gone = site.rosterd(&["slip", "print", created[1].id.as_str()]);
    assert!(gone.status.code() == Some(1) && said(&gone).contains("nobody collected"), "{}", said(&gone));
    let known = desk::mails(&site).len();
    site.pass(0);
    assert_eq!(desk::mails(&site).len(), known);
    site.expect(&["audit", "verify"], 0);
}
