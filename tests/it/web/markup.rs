//! Markup that a roster brings along, in whatever field and wherever it is shown again: it stays text.

use super::state;
use super::taken_over::until;
use crate::support::browser::Answer;
use crate::support::desk;
use crate::support::page::{PASSWORD, Page};
use rosterd::model::change::{ChangeKind, Gate, State};
use rosterd::model::evidence::Evidence;
use rosterd::model::roster::Column;

const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}";

/// Fails where it is anything but text; how often it is shown.
fn as_text(what: &str, answer: &Answer) -> usize {
    let body = &answer.body;
    assert_eq!(answer.status, 200, "{what}: {body}");
    assert!(
        !body.contains("<script>alert") && !body.contains("<img src=x") && !body.contains(">49<"),
        "{what}: {body}"
    );
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{what}: no policy"));
    assert!(!policy.contains("unsafe") && policy.contains("default-src 'none'"), "{what}: {policy}");
    body.matches("&lt;script&gt;alert").count()
}

/// A list with the markup in each of its columns, a row for each, and one row with it in all of them.
fn list() -> String {
    const COLUMNS: [&str; 13] = [
        "Họ và tên",
        "Ngày sinh",
        "Giới tính",
        "Số CCCD",
        "Mã cán bộ",
        "Chức vụ",
        "Đơn vị",
        "Điện thoại",
        "Thư điện tử",
        "Trạng thái",
        "Đề nghị",
        "Ngày hiệu lực",
        "Ghi chú",
    ];
    let evil = format!("\"{}\"", EVIL.replace('"', "\"\""));
    let fine = |at: usize| {
        let given = [
            "An", "Bình", "Cúc", "Dũng", "Giang", "Hà", "Khánh", "Lam", "Minh", "Nga", "Oanh", "Phú", "Quý",
            "Sơn",
        ];
        [
            &format!("Nguyễn Thử {}", given[at]),
            "01/02/1990",
            "Nam",
            "",
            "",
            "Chuyên viên",
            "Văn phòng",
            "",
            "",
            "Đang làm việc",
            "cấp mới",
            "",
            "",
        ]
        .map(str::to_owned)
    };
    let mut text = COLUMNS.join(";") + "\n";
    for at in 0..=COLUMNS.len() {
        let mut row = fine(at);
        match row.get_mut(at) {
            Some(cell) => cell.clone_from(&evil),
            None => row.fill(evil.clone()),
        }
        text += &(row.join(";") + "\n");
    }
    text
}

#[tokio::test]
async fn markup_in_any_field_of_a_roster_stays_text_on_its_sheet_its_changes_and_as_sent() {
    let page = Page::with("", |site| {
        site.drop_bytes("snv", "danh sách <b>mới<b>.csv", list().as_bytes());
        site.rosterd(&["run", "--once"]);
    })
    .await;
    let mut an = page.signed_in("an");
    let roster = page.store.arrivals(&[], None, None, 1).await.unwrap().remove(0);
    let stored = page.store.arrival(&roster.id).await.unwrap().unwrap().0.arrival;
    let columns: Vec<_> = stored.notes.blocks.iter().flat_map(|block| block.columns.keys()).collect();
    for column in
        [Column::Status, Column::Action, Column::EffectiveDate, Column::Note, Column::Unit, Column::Position]
    {
        assert!(columns.contains(&&column), "the list has {column:?}: {columns:?}");
    }
    let sheet = format!("/rosters/{}/sheet", roster.id);
    assert!(as_text("sheet", &an.get(&sheet)) >= 13, "every cell that is not personal is shown");
    let shown = an.post(&sheet, &[("password", PASSWORD), ("sheet", "CSV"), ("row", "1")]);
    assert!(as_text("sheet as sent", &shown) >= 26);
    for path in [
        "/",
        "/rosters",
        "/changes?group=roster",
        "/changes?group=agency",
        "/questions",
        "/holds",
        "/slips",
        "/changes/stale",
    ] {
        let answer = an.get(path);
        as_text(path, &answer);
        assert!(!answer.body.contains("<b>mới"), "{path}");
    }
    let by_roster = an.get("/changes?group=roster").body;
    assert!(by_roster.contains("danh sách &lt;b&gt;mới&lt;b&gt;.csv"), "{by_roster}");
    let (mut told, mut sent) = (0, 0);
    for change in page.site.changes(None).await {
        told += as_text("change", &an.get(&format!("/changes/{}", change.id)));
        for one in &change.change.evidence {
            let Evidence::Row { roster, sheet, row, .. } = one else { continue };
            let row = row.to_string();
            let fields = [
                ("password", PASSWORD),
                ("roster", roster.as_str()),
                ("sheet", sheet.as_str()),
                ("row", row.as_str()),
            ];
            sent += as_text("as sent", &an.post(&format!("/changes/{}/as-sent", change.id), &fields));
        }
    }
    for question in page.store.questions().await.unwrap() {
        as_text("question", &an.get(&format!("/questions/{}", question.key)));
    }
    assert!(told > 3 && sent > 3, "the markup is shown, as text: {told}, {sent}");
}

#[tokio::test]
async fn markup_stays_text_beside_namesakes() {
    let known = desk::line(&desk::accounts("stc").await.remove(0));
    let page = Page::with("", |site| {
        let line = [known[0].clone(), known[1].clone(), "0987000111".into(), String::new()];
        let book = desk::list("DANH SÁCH LỚP TẬP HUẤN", &[line], Some(("Đơn vị", EVIL)));
        site.drop_bytes("stc", "lop.xlsx", &book);
        site.pass(0);
    })
    .await;
    let mut an = page.signed_in("an");
    let open = page.store.questions().await.unwrap();
    let pages: usize =
        open.iter().map(|one| as_text("question", &an.get(&format!("/questions/{}", one.key)))).sum();
    assert!(!open.is_empty() && pages > 0, "the row’s unit is shown beside the accounts: {open:?}");
}

#[tokio::test]
async fn markup_stays_text_on_slips_and_minutes() {
    let (page, lines) = super::sheets::with_mailbox().await;
    let handover = super::sheets::handed_over(&page, &lines).await;
    let evil = EVIL.replace('\'', "’");
    let attrs = serde_json::json!({ "custodian": evil, "title": evil, "unit": evil }).to_string();
    let set = format!(
        "UPDATE change_content SET label = '{evil} <x@tinhmau.gov.vn>', old_attrs = '{attrs}', new_attrs = '{attrs}', \
         document = '{evil}' WHERE id = '{}'",
        handover.id
    );
    desk::execute(&page.site, &set).await;
    let mut an = page.signed_in("an");
    let path = format!("/slips/handovers/{}", handover.id);
    assert!(as_text("minutes", &an.get(&format!("{path}/minutes"))) >= 2);
    assert!(as_text("handover", &an.get(&path)) >= 2);
    assert!(as_text("handovers", &an.get("/slips/handovers")) >= 2);
    // A first password in the hands of somebody whose position is markup.
    page.site.drop_province();
    std::fs::write(page.site.path("spool/wake"), b"").unwrap();
    let created = until("nobody is new", async || {
        let found = desk::of_kind(&page.site, ChangeKind::CreateAccount, State::Proposed).await;
        found.into_iter().find(|one| one.change.target.as_str() == "mail" && one.change.gate == Gate::One)
    })
    .await;
    let approve = format!("/changes/{}/approve", created.id);
    assert_eq!(an.post(&approve, &[("key", created.key.as_str())]).status, 303);
    until("it is not made", async || (state(&page, &created).await == State::Applied).then_some(())).await;
    let set = format!(
        "UPDATE change_content SET label = '{evil} <x@tinhmau.gov.vn>', document = '{evil}' WHERE id = '{}'",
        created.id
    );
    desk::execute(&page.site, &set).await;
    assert!(as_text("slips", &an.get("/slips")) >= 1);
    assert!(as_text("slip", &an.post(&format!("/slips/{}/print", created.id), &[])) >= 1);
}
