//! Reports at the terminal, as workbooks and as pages.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn adoption_counts_what_it_lists_and_stores_nothing() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    let report = json(&site.expect(&["report", "adoption", "--json"], 0));
    assert_eq!(site.changes(None).await, [], "a report is no pass");
    let accounts = report["accounts"].as_array().unwrap();
    let is = |what: &str| accounts.iter().filter(|one| one["claim"]["is"] == what).count();
    assert!(is("matched") > 50 && is("nobodys") > 0, "{} {}", is("matched"), is("nobodys"));
    let open = accounts.iter().filter(|one| {
        one["claim"]["by"]["rule"] == "name-and-phone" && one["claim"]["by"]["confirmed"] == false
    });
    let counted: u64 = report["agencies"]
        .as_object()
        .unwrap()
        .values()
        .map(|one| one["unconfirmed"].as_u64().unwrap())
        .sum();
    assert_eq!(open.count() as u64, counted);
    // The old addresses of the sample begin otherwise than the rule has it.
    assert!(accounts.iter().any(|one| one["by_the_rule"].is_string()));
    let text = site.expect(&["report", "adoption", "--agency", "snv"], 0);
    assert!(text.contains("Sở Nội vụ") && !text.contains("Sở Tài chính"), "{text}");
    assert_eq!(site.rosterd(&["report", "adoption", "--agency", "khongco"]).status.code(), Some(1));
}

#[tokio::test]
async fn every_report_is_a_workbook_and_a_page() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    site.pass(3);
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive().to_string();
    let reports: [(&[&str], &[&str]); 4] = [
        (&["adoption"], &["Theo cơ quan", "Tài khoản không của ai"]),
        (&["accounts"], &["Người quản lý", "Ngày kích hoạt", "TCVN 14423:2026"]),
        (
            &["review", "--agency", "snv"],
            &["Biên bản rà soát tài khoản", "Tỷ lệ đúng hạn", "Ký, ghi rõ họ tên"],
        ),
        (&["access", "--at", &today], &["Ai có quyền gì", "Lịch sử được ghi từ"]),
    ];
    for (words, parts) in reports {
        for ending in ["xlsx", "html"] {
            let file = site.path(&format!("{}.{ending}", words[0]));
            let file_name = file.to_str().unwrap().to_owned();
            site.expect(&[&["report"], words, &["--out", &file_name]].concat(), 0);
            let bytes = std::fs::read(&file).unwrap();
            for part in parts.iter().chain(&["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]) {
                let shouted = part.to_uppercase();
                assert!(desk::holds(&bytes, part) || desk::holds(&bytes, &shouted), "{part} in {file_name}");
            }
        }
        let wrong = site.rosterd(&[&["report"], words, &["--out", "a.docx"]].concat());
        assert_eq!(wrong.status.code(), Some(1));
        assert!(said(&wrong).contains(".xlsx or .html"), "{}", said(&wrong));
    }
}

#[tokio::test]
async fn access_tells_who_could_do_what_before_and_after_a_disabling_on_sqlite() {
    access(Base::Sqlite).await;
}

#[tokio::test]
async fn access_tells_who_could_do_what_before_and_after_a_disabling_on_postgresql() {
    access(Base::Postgres).await;
}

async fn access(base: Base) {
    let site = Site::new(base, Dir::Ldif, "").await;
    site.drop_province();
    site.pass(3);
    let before = chrono::Utc::now();
    site.approve_everything().await;
    site.pass(0);
    let gone = desk::of_kind(&site, ChangeKind::DisableAccount, State::Applied).await.remove(0);
    let address = gone.change.label.split(['<', '>']).nth(1).unwrap().to_owned();
    let held = |at: chrono::DateTime<chrono::Utc>| {
        let at = at.to_rfc3339();
        json(&site.expect(
            &["report", "access", "--at", &at, "--person", &address, "--system", "mail", "--json"],
            0,
        ))
    };
    let rights = held(before)["rights"].as_array().unwrap().clone();
    assert_eq!(rights.len(), 1, "{rights:?}");
    assert_eq!(rights[0]["held"]["taken_by"]["change"], gone.id.as_str(), "{rights:?}");
    assert_eq!(rights[0]["held"]["taken_by"]["approvals"][0], "an");
    assert_eq!(
        held(chrono::Utc::now())["rights"].as_array().unwrap().len(),
        0,
        "the write tells, not the next read"
    );
    // The read after it says the same.
    site.pass(0);
    assert_eq!(held(chrono::Utc::now())["rights"].as_array().unwrap().len(), 0);
    assert_eq!(held(before)["rights"].as_array().unwrap().len(), 1);

    let created = desk::of_kind(&site, ChangeKind::CreateAccount, State::Applied).await.remove(0);
    let person = created.change.label.split(" <").next().unwrap();
    let now = chrono::Utc::now().to_rfc3339();
    let report = json(&site.expect(&["report", "access", "--at", &now, "--person", person, "--json"], 0));
    let given = &report["rights"][0]["held"]["given_by"];
    assert_eq!(given["change"], created.id.as_str(), "{report:#}");
    let early = json(&site.expect(
        &["report", "access", "--at", &before.to_rfc3339(), "--person", person, "--system", "mail", "--json"],
        0,
    ));
    assert_eq!(early["rights"].as_array().unwrap().len(), 0);
    assert_eq!(site.rosterd(&["report", "access", "--at", "hôm qua"]).status.code(), Some(1));
    assert_eq!(site.rosterd(&["report", "access", "--at", "2999-01-01"]).status.code(), Some(1));
}

#[tokio::test]
async fn the_pack_of_a_case_holds_what_proves_it() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    site.pass(0);
    let moved = desk::of_kind(&site, ChangeKind::MoveAccount, State::Applied).await.remove(0);
    let folder = site.path("pack");
    let out = folder.to_str().unwrap().to_owned();
    let pack = ["report", "case", moved.change.case.as_str(), "--out", &out];
    assert!(said(&site.rosterd(&pack)).contains("operator add"), "rosters hold whole citizen IDs");
    desk::enrol(&site).await;
    let manifest = json(&site.expect(&[&pack[..], &["--json"]].concat(), 0));
    let files = manifest["files"].as_array().unwrap();
    for file in files {
        let bytes = std::fs::read(folder.join(file["file"].as_str().unwrap())).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
        assert_eq!(file["sha256"], rosterd::model::ids::hex(digest.as_ref()), "{file}");
    }
    let names: Vec<_> = files.iter().map(|file| file["file"].as_str().unwrap()).collect();
    for part in ["changes.json", "approvals.json", "writes.json", "audit.jsonl", "README.txt"] {
        assert!(names.contains(&part), "{names:?}");
    }
    let has =
        |start: &str, end: &str| names.iter().any(|name| name.starts_with(start) && name.ends_with(end));
    assert!(has("rosters/", ".xlsx") || has("rosters/", ".xls"), "{names:?}");
    assert!(has("mails/", ".json"), "{names:?}");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert!(read("approvals.json").contains("\"an\"") && read("writes.json").contains("applied"));
    // The rows of each lane follow each other by their hashes.
    let rows: Vec<Value> = read("audit.jsonl").lines().map(json).collect();
    assert!(
        rows.iter().any(|row| row["verb"] == "change.approve")
            && rows.iter().any(|row| row["verb"] == "change.applied")
    );
    for pair in rows.windows(2).filter(|pair| pair[0]["lane"] == pair[1]["lane"]) {
        assert_eq!(pair[1]["prev"], pair[0]["hash"]);
    }
    assert!(said(&site.rosterd(&pack)).contains("there already"));
    let zip = site.path("pack.zip");
    site.expect(&["report", "case", moved.id.as_str(), "--out", zip.to_str().unwrap()], 0);
    assert!(zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap().len() == files.len() + 1);
    assert_eq!(site.rosterd(&["report", "case", "c-khongco", "--out", "x"]).status.code(), Some(1));
    assert!(site.expect(&["audit", "export"], 0).contains("case.pack"));
}
