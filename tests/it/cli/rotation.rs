//! `rosterd rotation`, `rosterd notice preview` and what `rosterd check` says of the directory's own password policy.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use crate::support::tthc;
use rosterd::model::ids::Login;
use rosterd::store::Start;

const ROTATION: &str = "[rotation]\nprofile = \"nghe-an-2025\"\nactive_from = \"2026-01-05\"\n\
                        sign_in_at = \"mail.tinhmau.gov.vn\"\n\
                        department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                        chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n";

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn the_status_counts_every_account_once_and_stores_nothing() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    let before = desk::rows(&site, "SELECT agency FROM rotation_memory").await;
    let status = json(&site.expect(&["rotation", "status", "--json"], 0));
    let sum = |counts: &serde_json::Value| -> u64 {
        counts["states"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
    };
    let directory = site.slapd.as_ref().unwrap().directory();
    let accounts =
        rosterd::directory::ReadDirectory::snapshot(&directory, chrono::Utc::now()).await.unwrap().accounts;
    assert_eq!(sum(&status["total"]), accounts.len() as u64);
    assert_eq!(sum(&status["systems"]["mail"]), accounts.len() as u64);
    let agencies = status["agencies"].as_object().unwrap();
    assert_eq!(agencies.values().map(sum).sum::<u64>(), accounts.len() as u64);
    for ahead in ["next_7_days", "next_30_days"] {
        assert!(status[ahead]["locks"].is_u64(), "{status}");
    }
    assert_eq!(desk::rows(&site, "SELECT agency FROM rotation_memory").await, before);
    assert_eq!(desk::rows(&site, "SELECT key FROM outbox").await, Vec::<String>::new());
    let text = site.expect(&["rotation", "status"], 0);
    assert!(text.contains("7 ngày tới"), "{text}");
}

#[tokio::test]
async fn the_status_counts_the_accounts_of_systems_and_says_which_could_not_be_read() {
    let rules = "[rotation]\nprofile = \"dong-nai-2024\"\nactive_from = \"2024-02-01\"\n\
                 sign_in_at = \"mail.tinhmau.gov.vn\"\n\
                 sign_in_at_systems = { tthc = \"motcua.tinhmau.gov.vn\" }\n\
                 department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                 chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n";
    let site = Site::new(Base::Sqlite, Dir::Ldif, rules).await;
    // The site's own system of this name has no API: it gives way to one with a database.
    desk::edit_config(&site, "name = \"tthc\"", "name = \"cu\"");
    let text = std::fs::read_to_string(site.path("rosterd.toml")).unwrap();
    std::fs::write(site.path("rosterd.toml"), text + &tthc::SETTINGS.replace("@ROOT@/", "")).unwrap();
    let unread = site.rosterd(&["rotation", "status", "--json"]);
    assert!(String::from_utf8_lossy(&unread.stderr).contains("error: tthc: "), "{unread:?}");
    tthc::passwords(&site.path("tthc.db"), &[("an", "so", "2023-12-06"), ("cuc", "xa", "")]).await;
    let status = json(&site.expect(&["rotation", "status", "--json"], 0));
    let states = status["systems"]["tthc"]["states"].as_object().unwrap();
    assert_eq!(states.values().map(|one| one.as_u64().unwrap()).sum::<u64>(), 2, "{status}");
}

#[tokio::test]
async fn a_site_without_rules_says_so() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let output = site.rosterd(&["rotation", "status"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no [rotation]"));
}

#[tokio::test]
async fn a_campaign_is_started_by_two_operators_and_shown_by_agency() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    let nobody = site.rosterd(&["rotation", "campaign", "start", "gia-lai-2020"]);
    assert_eq!(nobody.status.code(), Some(1), "who runs the tests is no operator yet");
    desk::enrol(&site).await;
    site.expect(&["rotation", "campaign", "start", "gia-lai-2020"], 0);
    let again = site.rosterd(&["rotation", "campaign", "start", "gia-lai-2020"]);
    assert_eq!(again.status.code(), Some(1), "a second time is not a second person");
    let list = json(&site.expect(&["rotation", "campaign", "list", "--json"], 0));
    assert_eq!(list["campaigns"][0]["state"], "asked");
    let plan = rosterd::config::profile::Profile::load("gia-lai-2020").unwrap().campaign.unwrap();
    let store = site.store().await;
    let second = store.write(chrono::Utc::now(), async |mut tx| {
        let started = tx.start_campaign(&plan, &Login::new("binh")).await?;
        tx.commit(started).await
    });
    assert_eq!(second.await.unwrap(), Start::Started);
    store.close().await;
    let shown = json(&site.expect(&["rotation", "campaign", "show", "gia-lai-2020", "--json"], 0));
    assert_eq!(shown["campaign"]["state"], "running");
    assert!(!shown["agencies"].as_array().unwrap().is_empty(), "{shown}");
    let login = desk::rows(&site, "SELECT key FROM outbox").await;
    assert_eq!(login, Vec::<String>::new(), "showing sends nothing");
    let account = "nhungkb.snv@tinhmau.gov.vn";
    let preview = site.expect(&["notice", "preview", "mo-dot", "--account", account], 0);
    assert!(preview.contains("01/TTCNTT&TT-NV") && preview.contains("mail.tinhmau.gov.vn"), "{preview}");
    let unknown = site.rosterd(&["notice", "preview", "nhac-9", "--account", account]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("hai-gio-cuoi"), "the steps there are");
    site.expect(&["rotation", "campaign", "stop", "gia-lai-2020", "--reason", "Công văn 9"], 0);
    let list = json(&site.expect(&["rotation", "campaign", "list", "--json"], 0));
    assert_eq!(list["campaigns"][0]["state"], "stopped");
}

#[tokio::test]
async fn check_names_a_directory_that_ends_passwords_before_the_ladder_locks() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    let output = site.rosterd(&["check"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("ERROR  password policy: cn=default") && said.contains("after 90 days"), "{said}");
    let slapd = site.slapd.as_ref().unwrap();
    slapd.ldapmodify(&format!(
        "dn: {}\nchangetype: modify\nreplace: pwdMaxAge\npwdMaxAge: 0\n",
        slapd.dn("cn=default,ou=policies")
    ));
    let said = site.expect(&["check"], 0);
    assert!(said.contains("ok     password policy"), "{said}");
}

#[tokio::test]
async fn the_rotation_report_counts_what_it_lists_as_text_workbook_and_page() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    let report = json(&site.expect(&["report", "rotation", "--json"], 0));
    let status = json(&site.expect(&["rotation", "status", "--json"], 0));
    let accounts = report["accounts"].as_array().unwrap();
    assert!(accounts.len() > 80, "{} accounts", accounts.len());
    for (agency, counts) in report["agencies"].as_object().unwrap() {
        for (standing, count) in counts["states"].as_object().unwrap() {
            let is = |one: &&serde_json::Value| {
                one["agency"] == agency.as_str() && one["standing"] == standing.as_str()
            };
            assert_eq!(
                accounts.iter().filter(is).count() as u64,
                count.as_u64().unwrap(),
                "{agency} {standing}"
            );
        }
    }
    assert_eq!(report["agencies"]["snv"]["states"], status["agencies"]["snv"]["states"]);
    let text = site.expect(&["report", "rotation", "--agency", "snv"], 0);
    assert!(text.contains("Sở Nội vụ") && !text.contains("Sở Tài chính"), "{text}");
    for ending in ["xlsx", "html"] {
        let file = site.path(&format!("doi-mat-khau.{ending}"));
        site.expect(&["report", "rotation", "--out", file.to_str().unwrap()], 0);
        let bytes = std::fs::read(&file).unwrap();
        for part in
            ["Theo cơ quan", "Theo tình trạng và hệ thống", "Không rõ tuổi mật khẩu", "Trong 30 ngày tới"]
        {
            assert!(desk::holds(&bytes, part), "{part} in {ending}");
        }
        assert!(desk::holds(&bytes, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), "{ending}");
    }
    let foreign = site.rosterd(&["report", "rotation", "--agency", "khongco"]);
    assert_eq!(foreign.status.code(), Some(1));
    let bare = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let output = bare.rosterd(&["report", "rotation"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no [rotation]"), "{output:?}");
}
