//! Sheets, documents, minutes and reports through the interface for programs: what is in them, what is masked, for whom.

use super::programs::{deeds, post, with_token};
use super::sheets::{BIRTH, CITIZEN, MAILBOX, PHONE, arrived, handed_over, long_list, with_mailbox};
use crate::support::desk;
use crate::support::page::{Browser, Page};
use rosterd::model::custodian::Side;
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;
use serde_json::{Value, json};

async fn of(page: &Page, login: &str, role: OperatorRole, agencies: &[&str]) -> Browser {
    page.enrol(login, role, agencies).await;
    with_token(page, &page.token(login, TokenScope::Decide).await)
}

#[tokio::test]
async fn a_sheet_is_read_with_its_findings_and_nothing_personal_in_it() {
    let scan: &[u8] = b"%PDF-1.7\nQuyet dinh";
    let page = Page::with("", |site| {
        site.drop_bytes("snv", "dai.pdf", scan);
        site.drop_bytes("snv", "dai.csv", long_list().as_bytes());
        site.pass(3);
    })
    .await;
    let roster = arrived(&page, "dai.csv").await;
    let mut an = with_token(&page, &page.token("an", TokenScope::Decide).await);
    let mut hoa = of(&page, "hoa", OperatorRole::Contact, &["snv"]).await;
    let mut khac = of(&page, "khac", OperatorRole::Administrator, &["skhcn"]).await;
    let path = format!("/api/v1/rosters/{}", roster.id);
    assert_eq!(hoa.get(&path).json()["has_pdf"], true);
    for more in ["", "/sheet", "/feedback", "/document"] {
        assert_eq!(khac.get(&format!("{path}{more}")).status, 404, "{more}");
    }

    let answer = hoa.get(&format!("{path}/sheet"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    for text in [PHONE, CITIZEN, BIRTH] {
        assert!(!answer.body.contains(text), "{text}");
    }
    let first = answer.json();
    assert_eq!((&first["from"], &first["next"], &first["cut"]), (&json!(1), &json!(101), &json!(0)));
    assert_eq!(first["sheets"], json!([{"name": "CSV", "hidden": false, "rows": 251}]));
    assert_eq!(first["columns"][4], json!({"column": "E", "holds": "Điện thoại"}));
    let rows = first["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["header"], &rows[1]["header"]), (100, &json!(true), &json!(false)));
    assert_eq!((&rows[1]["row"], &rows[1]["cells"][4]), (&json!(2), &json!("••••••••78")));
    assert_eq!((&rows[1]["cells"][3], &rows[1]["cells"][5]), (&json!("*********394"), &json!("Chuyên viên")));
    let bad = |shown: &Value| -> Vec<(Value, Value)> {
        let found = shown["findings"].as_array().unwrap().iter();
        found
            .filter(|one| one["code"] == "bad-phone")
            .map(|one| (one["row"].clone(), one["column"].clone()))
            .collect()
    };
    assert_eq!(bad(&first), [(json!(4), json!("E"))], "the finding stands at its cell");
    let last = hoa.get(&format!("{path}/sheet?row=251")).json();
    assert_eq!((&last["from"], &last["next"]), (&json!(201), &Value::Null));
    assert_eq!(bad(&last), [(json!(251), json!("E"))]);
    // As it was sent it is shown on the page alone.
    let sheet = format!("rosters/{}/sheet", roster.id);
    assert_eq!(post(&mut hoa, &sheet, json!({})).0, 403);
    let (status, said) = post(&mut an, &sheet, json!({"password": "x"}));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert!(!deeds(&page, "an").await.contains(&"sheet.reveal".to_owned()));

    // The document that came with it, its feedback, the agency's template.
    let document = hoa.get(&format!("{path}/document"));
    assert_eq!((document.status, document.header("content-type")), (200, Some("application/pdf")));
    assert_eq!(document.body.as_bytes(), scan);
    let feedback = hoa.get(&format!("{path}/feedback"));
    assert!(feedback.status == 200 && feedback.body.starts_with("PK"), "{}", feedback.status);
    let mut viewer = of(&page, "xem", OperatorRole::Viewer, &["snv"]).await;
    let template = |program: &mut Browser, agency: &str| {
        program.send("POST", &format!("/api/v1/agencies/{agency}/template"), &[], "")
    };
    assert_eq!(template(&mut viewer, "snv").status, 403);
    assert_eq!(template(&mut hoa, "skhcn").status, 404);
    assert!(deeds(&page, "hoa").await.is_empty());
    let workbook = template(&mut hoa, "snv");
    assert!(workbook.status == 200 && workbook.body.starts_with("PK"), "{}", workbook.status);
    assert_eq!(deeds(&page, "hoa").await, ["roster.template"]);

    // What is gone, or is another file by now, is said.
    let done = |name: &str| {
        let found = desk::listing(&page.site, "done");
        page.site.path(found.iter().find(|path| path.ends_with(name)).unwrap())
    };
    std::fs::write(done("dai.csv"), "Họ và tên\nKẻ Gian\n").unwrap();
    std::fs::remove_file(done("dai.pdf")).unwrap();
    for (more, why) in [("/sheet", "edited since"), ("/document", "no longer lies")] {
        let said = an.get(&format!("{path}{more}"));
        assert_eq!(said.status, 422, "{more}: {}", said.body);
        assert!(said.json()["error"].as_str().unwrap().contains(why), "{}", said.body);
        assert!(!said.body.contains("Kẻ Gian"));
    }
}

#[tokio::test]
async fn a_report_is_for_whoever_sees_what_is_in_it_and_who_took_it_is_written_down() {
    let page = Page::of_province().await;
    page.enrol("xem", OperatorRole::Viewer, &["snv"]).await;
    // A report decides nothing: on the page a viewer takes one as well.
    let mut reads = with_token(&page, &page.token("xem", TokenScope::Read).await);
    let asked = |report: &str, agency: &str| json!({"report": report, "as_file": "json", "agency": agency});
    assert_eq!(post(&mut reads, "reports", asked("accounts", "skhcn")).0, 404);
    assert_eq!(post(&mut reads, "reports", asked("nothing", "")).0, 404);
    assert!(deeds(&page, "xem").await.is_empty());
    let (status, report) = post(&mut reads, "reports", asked("accounts", ""));
    assert_eq!(status, 200, "{report}");
    let text = report.to_string();
    assert!(text.contains(".snv@tinhmau.gov.vn") && !text.contains(".skhcn@tinhmau.gov.vn"), "{text}");
    assert_eq!(deeds(&page, "xem").await, ["report.make"]);
    // The evidence of a case holds rosters as they were sent: it is for who may see them, on the page.
    let change = page.site.changes(None).await.remove(0);
    let path = format!("cases/{}/pack", change.id);
    assert_eq!(post(&mut reads, &path, json!({})).0, 403);
    let mut an = with_token(&page, &page.token("an", TokenScope::Decide).await);
    let (status, said) = post(&mut an, &path, json!({}));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert!(!deeds(&page, "an").await.contains(&"case.pack".to_owned()));
}

#[tokio::test]
async fn a_handover_is_listed_with_its_minutes_and_signed_a_side_each() {
    let (page, lines) = with_mailbox().await;
    let change = handed_over(&page, &lines).await;
    let mut hoa = of(&page, "hoa", OperatorRole::Contact, &["stc"]).await;
    let mut khac = of(&page, "khac", OperatorRole::Contact, &["snv"]).await;
    let mut viewer = of(&page, "xem", OperatorRole::Viewer, &[]).await;
    let mut reads = with_token(&page, &page.token("hoa", TokenScope::Read).await);
    let path = format!("/api/v1/handovers/{}", change.id);
    let listed = reads.get("/api/v1/handovers").json();
    let of_it =
        listed["handovers"].as_array().unwrap().iter().find(|one| one["change"] == change.id.as_str());
    let of_it = of_it.unwrap_or_else(|| panic!("{listed}"));
    assert_eq!((&of_it["giver"], &of_it["receiver"]), (&json!(lines[0][3]), &json!(lines[1][3])));
    assert!(of_it["label"].as_str().unwrap().contains(MAILBOX) && of_it["signed"] == false, "{of_it}");
    let sessions = reads.get(&path).json()["sessions"].clone();
    assert!(
        sessions.as_array().unwrap().iter().any(|one| one.as_str().unwrap().contains("Thư điện tử")),
        "{sessions}"
    );
    let paper = reads.get(&format!("{path}/minutes"));
    for text in ["BIÊN BẢN BÀN GIAO", MAILBOX, &lines[0][3], &lines[1][3]] {
        assert!(paper.body.contains(text), "{text}: {}", paper.body);
    }
    assert!(paper.header("content-security-policy").unwrap().contains("sha256-"));
    for more in ["", "/minutes"] {
        assert_eq!(khac.get(&format!("{path}{more}")).status, 404, "{more}");
        assert_eq!(viewer.get(&format!("{path}{more}")).status, 403, "{more}");
    }
    assert_eq!(khac.get("/api/v1/handovers").json()["handovers"], json!([]));

    let sign = format!("handovers/{}/signatures", change.id);
    let side = |side: &str| json!({"side": side});
    for (program, status) in [(&mut reads, 403), (&mut viewer, 403), (&mut khac, 404)] {
        assert_eq!(post(program, &sign, side("giver")).0, status);
    }
    assert_eq!(post(&mut hoa, &sign, side("nobody")).0, 422);
    assert_eq!(post(&mut hoa, "handovers/none/signatures", side("giver")).0, 404);
    assert!(page.store.signatures(&change.id).await.unwrap().is_empty());
    for (who, status) in [("giver", 200), ("receiver", 200), ("receiver", 409)] {
        assert_eq!(post(&mut hoa, &sign, side(who)).0, status, "{who}");
    }
    let signatures = page.store.signatures(&change.id).await.unwrap();
    assert!(signatures.iter().all(|one| one.by.as_str() == "hoa"));
    assert_eq!(signatures.iter().map(|one| one.side).collect::<Vec<_>>(), [Side::Giver, Side::Receiver]);
    assert_eq!(deeds(&page, "hoa").await, ["minutes.sign", "minutes.sign"]);
    let one = reads.get(&path).json();
    assert_eq!((&one["signed"], &one["giver_signed"]["noted_by"]), (&json!(true), &json!("hoa")));
}
