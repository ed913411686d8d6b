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
async fn the_pack_of_a_case_holds_the_document_behind_it_byte_for_byte_and_names_it() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    desk::enrol(&site).await;
    let leaver = desk::line(&desk::accounts("snv").await[0]);
    let title = "DANH SÁCH NGHỈ HƯU (Kèm theo Quyết định số 15/QĐ-SNV ngày 20/11/2026)";
    let book = desk::list(title, std::slice::from_ref(&leaver), Some(("Trạng thái", "Nghỉ hưu")));
    // As a scanner writes it: no text, and any bytes.
    let scan: Vec<u8> = b"%PDF-1.7\n".iter().copied().chain((0..=255).cycle().take(20_000)).collect();
    site.drop_bytes("snv", "nghi-huu.pdf", &scan);
    site.drop_bytes("snv", "nghi-huu.xlsx", &book);
    site.pass(0);
    site.approve_everything().await;
    site.pass(0);
    let left = desk::of_kind(&site, ChangeKind::DisableAccount, State::Applied).await.remove(0);
    assert_eq!(left.change.document.as_deref(), Some("15/QĐ-SNV"), "{left:?}");
    let out = site.path("pack").to_str().unwrap().to_owned();
    let manifest = json(&site.expect(&["report", "case", left.id.as_str(), "--out", &out, "--json"], 0));
    assert_eq!(manifest["missing"].as_array().unwrap().len(), 0, "{manifest:#}");
    let named: Vec<&Value> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["document"] == "15/QĐ-SNV, 20/11/2026")
        .collect();
    let [document] = named[..] else { panic!("{manifest:#}") };
    let name = document["file"].as_str().unwrap();
    assert!(name.starts_with("rosters/") && name.ends_with("/nghi-huu.pdf"), "{name}");
    assert_eq!(std::fs::read(site.path("pack").join(name)).unwrap(), scan);
    let readme = std::fs::read_to_string(site.path("pack/README.txt")).unwrap();
    assert!(readme.contains(&format!("15/QĐ-SNV, 20/11/2026: {name}")), "{readme}");
    // A document that is gone is said, with a failure.
    let done = desk::listing(&site, "done").into_iter().find(|one| one.ends_with(".pdf")).unwrap();
    std::fs::remove_file(site.path(&done)).unwrap();
    let again = site.rosterd(&["report", "case", left.id.as_str(), "--out", &format!("{out}-2")]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("missing: the document (PDF) of nghi-huu.xlsx of snv"), "{}", said(&again));
}

#[tokio::test]
async fn the_review_says_which_share_of_the_work_was_done_on_time() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let lines: Vec<_> = desk::accounts("snv").await.iter().take(3).map(desk::line).collect();
    let book = desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, Some(("Trạng thái", "Nghỉ việc")));
    site.drop_bytes("snv", "nghi-viec.xlsx", &book);
    site.rosterd(&["run", "--once"]);
    site.approve_everything().await;
    site.rosterd(&["run", "--once"]);
    let mut applied = desk::of_kind(&site, ChangeKind::DisableAccount, State::Applied).await;
    assert_eq!(applied.len(), 3, "{:#?}", site.changes(None).await);
    let review = |site: &Site| {
        let report = ["report", "review", "--agency", "snv", "--from", "2026-01-01", "--to", "2099-12-31"];
        json(&site.expect(&[&report[..], &["--json"]].concat(), 0))["review"]["on_time"]["disable-account"]
            .clone()
    };
    let all = applied.len();
    assert_eq!(review(&site), serde_json::json!([all, all]));
    // One of them had been asked for a month before.
    let late = applied.remove(0);
    let then = rosterd::model::rfc3339(chrono::Utc::now() - chrono::TimeDelta::days(30));
    let day = &then[..10];
    let id = late.id.as_str();
    desk::execute(&site, &format!("UPDATE change SET proposed = '{then}', due = '{day}' WHERE id = '{id}'"))
        .await;
    assert_eq!(review(&site), serde_json::json!([all - 1, all]));
    let page = site.path("ra-soat.html");
    site.expect(
        &[
            "report",
            "review",
            "--agency",
            "snv",
            "--from",
            "2026-01-01",
            "--to",
            "2099-12-31",
            "--out",
            page.to_str().unwrap(),
        ],
        0,
    );
    let share = format!("({}/{all})", all - 1);
    let bytes = std::fs::read(&page).unwrap();
    assert!(
        desk::holds(&bytes, "Tỷ lệ đúng hạn") && desk::holds(&bytes, &share),
        "{share}\n{}",
        String::from_utf8_lossy(&bytes)
    );
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
