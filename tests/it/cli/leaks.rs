//! `rosterd leak`: a list is taken in, its accounts must change the password, and no password of it lies anywhere.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State};
use serde_json::Value;

/// The rules on age bind nobody for a long time: what is seen comes of the leak.
const ROTATION: &str = "[rotation]\nprofile = \"ha-giang-2018\"\nactive_from = \"2099-01-05\"\n\
                        sign_in_at = \"mail.tinhmau.gov.vn\"\n\
                        department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                        chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n";

const SECRET: &str = "HoaBinh#2026xyz";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A list in a folder of its own.
fn file(name: &str, bytes: impl AsRef<[u8]>) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path.to_string_lossy().into_owned())
}

fn nowhere(site: &Site) {
    for path in desk::listing(site, "") {
        let bytes = std::fs::read(site.path(&path)).unwrap();
        assert!(!desk::holds(&bytes, SECRET), "a password lies in {path}");
    }
}

#[tokio::test]
async fn who_stands_in_a_leak_list_must_change_the_password_and_is_told() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    desk::enrol(&site).await;
    let text = format!("nhungkb.snv@tinhmau.gov.vn:{SECRET}\nnguoila@ngoai.example:x\n");
    let (_folder, list) = file("lo.txt", text);
    let import =
        ["leak", "import", &list, "--source", "dien-dan.example", "--document", "04/STTTT-TTCNTT", "--json"];
    let said = site.expect(&import, 0);
    assert!(!said.contains(SECRET) && !said.contains("nguoila"), "{said}");
    let said = json(&said);
    let figures = ["read", "kept", "accounts", "cleared", "open"].map(|name| said[name].as_u64().unwrap());
    assert_eq!(figures, [2, 1, 1, 0, 1]);
    let again = site.rosterd(&import);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("taken in before"));

    site.pass(0);
    let forced = desk::of_kind(&site, ChangeKind::ForcePasswordChange, State::Applied).await;
    assert_eq!(forced.len(), 1, "{forced:?}");
    assert_eq!(forced[0].change.document.as_deref(), Some("04/STTTT-TTCNTT"));
    let entry = site.slapd.as_ref().unwrap().ldapsearch("(uid=nhungkb.snv)", &["pwdReset"]);
    assert!(entry.contains("pwdReset: TRUE"), "{entry}");
    let bodies = desk::rows(
        &site,
        "SELECT body FROM outbox JOIN outbox_content USING (id) WHERE address = 'nhungkb.snv@tinhmau.gov.vn'",
    )
    .await;
    assert!(bodies.len() == 1 && bodies[0].contains("dien-dan.example"), "{bodies:?}");
    assert!(bodies[0].contains("04/STTTT-TTCNTT"), "{bodies:?}");
    // The holder's letter, and to the contact what was carried out.
    let all = "SELECT address FROM outbox ORDER BY address";
    let letters = desk::rows(&site, all).await;
    assert_eq!(letters, ["daumoi.snv@tinhmau.gov.vn", "nhungkb.snv@tinhmau.gov.vn"]);
    site.pass(0);
    assert_eq!(desk::of_kind(&site, ChangeKind::ForcePasswordChange, State::Applied).await.len(), 1);
    assert_eq!(desk::rows(&site, all).await, letters, "each step once");

    // Long before the account was made: it is clear.
    let dated = ["leak", "import", &list, "--date", "2017-12-26", "--json"];
    let said = json(&site.expect(&dated, 0));
    assert_eq!(
        (said["source"].as_str(), said["accounts"].as_u64(), said["open"].as_u64()),
        (Some("lo"), Some(1), Some(0))
    );
    let lists = json(&site.expect(&["leak", "list", "--json"], 0));
    let open: Vec<_> = lists["lists"].as_array().unwrap().iter().map(|one| one["open"].as_u64()).collect();
    assert_eq!(open, [Some(1), Some(0)]);
    assert!(site.expect(&["leak", "list"], 0).contains("dien-dan.example"));
    nowhere(&site);
}

#[tokio::test]
async fn a_workbook_counts_as_a_leak_whether_imported_or_sent_by_an_agency() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    desk::enrol(&site).await;
    desk::edit_config(&site, "level = \"warn\"", "level = \"trace\"");
    let lines: Vec<_> = desk::accounts("snv").await.iter().take(2).map(desk::line).collect();
    let book = desk::list("DANH SÁCH TÀI KHOẢN CÁN BỘ", &lines, Some(("Mật khẩu", SECRET)));
    site.drop_bytes("snv", "tai-khoan.xlsx", &book);
    for _ in 0..2 {
        let ran = site.rosterd(&["run", "--once"]);
        assert!(!desk::holds(&[ran.stdout, ran.stderr].concat(), SECRET), "a password lies in the log");
    }
    let lists = json(&site.expect(&["leak", "list", "--json"], 0));
    let sent = &lists["lists"][0];
    assert_eq!(
        (sent["agency"].as_str(), sent["source"].as_str()),
        (Some("snv"), Some("tai-khoan.xlsx")),
        "{lists}"
    );
    assert_eq!((sent["accounts"].as_u64(), sent["open"].as_u64()), (Some(2), Some(2)), "{lists}");
    // Who stands in it must change the password, and is told which file it came from.
    let forced = desk::of_kind(&site, ChangeKind::ForcePasswordChange, State::Applied).await;
    assert_eq!(forced.len(), 2, "{forced:?}");
    let letters = desk::rows(
        &site,
        "SELECT body FROM outbox JOIN outbox_content USING (id) WHERE key LIKE 'rotation:%'",
    )
    .await;
    assert!(letters.len() == 2 && letters.iter().all(|one| one.contains("tai-khoan.xlsx")), "{letters:?}");
    assert!(!desk::holds(site.expect(&["audit", "export"], 0).as_bytes(), SECRET));

    for (name, bytes) in [("lo.xlsx", book), ("lo.csv", csv(&lines))] {
        let (_folder, list) = file(name, &bytes);
        let said = json(&site.expect(&["leak", "import", &list, "--source", name, "--json"], 0));
        assert_eq!((said["kept"].as_u64(), said["open"].as_u64()), (Some(2), Some(2)), "{said}");
    }
    nowhere(&site);
}

/// The same list as a table of text.
fn csv(lines: &[desk::Line]) -> Vec<u8> {
    let row = |[name, _, _, mail]: &desk::Line| format!("{name};{mail};{SECRET};\r\n");
    let rows: String = lines.iter().map(row).collect();
    format!("\u{feff}Họ và tên;Email;Mật khẩu;Ngày lộ\r\n{rows}").into_bytes()
}

#[tokio::test]
async fn what_is_no_leak_list_is_refused_and_stores_nothing() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION).await;
    let (_folder, good) = file("lo.txt", "nhungkb.snv@tinhmau.gov.vn\n");
    let (_other, empty) = file("rong.txt", "không có gì\n");
    let (_third, binary) = file("anh.bin", b"\x89PNG\0\0");
    let refused = |arguments: &[&str], why: &str| {
        let output = site.rosterd(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(why), "{arguments:?}: {said}");
    };
    refused(&["leak", "import", &good], "not an enrolled operator");
    desk::enrol(&site).await;
    refused(&["leak", "import", &empty], "no address and no domain");
    refused(&["leak", "import", &binary], "neither text nor a workbook");
    refused(&["leak", "import", "khong-co.txt"], "khong-co.txt");
    refused(&["leak", "import", &good, "--date", "2999-01-01"], "lies ahead");
    refused(&["leak", "import", &good, "--source", "https://x.vn"], "without a scheme");
    assert_eq!(desk::rows(&site, "SELECT id FROM leak_list").await, Vec::<String>::new());
}
