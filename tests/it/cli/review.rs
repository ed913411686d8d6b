//! `rosterd review` and `rosterd slip`.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, Gate, State};

async fn site() -> Site {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    site.drop_province();
    site.pass(3);
    site
}

#[tokio::test]
async fn what_waits_is_listed_shown_approved_and_carried_out() {
    let site = site().await;
    let list = site.expect(&["review", "list"], 0);
    let create = desk::of_kind(&site, ChangeKind::CreateAccount, State::Proposed).await.remove(0);
    let id = create.id.as_str();
    let short = &id[id.len() - 8..];
    assert!(list.contains(short) && list.contains(create.change.label.split(" <").next().unwrap()), "{list}");
    let only = site.expect(
        &["review", "list", "--kind", "create-account", "--agency", create.change.agency.as_str()],
        0,
    );
    let mut changes = only.lines().filter(|line| line.starts_with("  "));
    assert!(only.contains(short) && changes.all(|line| line.contains("cấp mới tài khoản")), "{only}");
    let show = site.expect(&["review", "show", id], 0);
    assert!(show.contains("Căn cứ") && show.contains("dòng") && show.contains("Thư điện tử"), "{show}");
    let json: serde_json::Value =
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap();
    assert!(["changes", "questions", "brakes"].iter().all(|key| json[key].is_array()), "{json}");

    let out = site.expect(&["review", "approve", short], 0);
    assert!(out.contains("1/1"), "{out}");
    let again = site.rosterd(&["review", "approve", id]);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    let wrong = site.rosterd(&["review", "approve", "--all", "--kind", "create-account", "--count", "1"]);
    assert!(wrong.status.code() == Some(1) && said(&wrong).contains("--count"), "{}", said(&wrong));
    let rest = desk::of_kind(&site, ChangeKind::CreateAccount, State::Proposed).await.len().to_string();
    site.expect(&["review", "approve", "--all", "--kind", "create-account", "--count", &rest], 0);
    site.expect(&["apply"], 0);
    assert!(desk::of_kind(&site, ChangeKind::CreateAccount, State::Approved).await.is_empty());

    let slips = site.expect(&["slip", "list"], 0);
    assert!(slips.contains(id), "{slips}");
    let early = site.rosterd(&["slip", "confirm", id]);
    assert!(early.status.code() == Some(1) && said(&early).contains("not printed"), "{}", said(&early));
    let (login, password) = desk::slip(&site, &create);
    assert!(desk::password_fits(&site, &login, &password));
    let again = site.rosterd(&["slip", "print", id]);
    assert!(again.status.code() == Some(1) && said(&again).contains("printed once"), "{}", said(&again));
    assert!(!said(&again).contains(&password), "{}", said(&again));
    site.expect(&["slip", "confirm", id], 0);
    let gone = site.rosterd(&["slip", "print", id]);
    assert!(gone.status.code() == Some(1) && said(&gone).contains("confirmed"), "{}", said(&gone));
    assert!(!site.expect(&["slip", "list"], 0).contains(id));
    assert_eq!(site.rosterd(&["slip", "confirm", id]).status.code(), Some(1));
}

#[tokio::test]
async fn what_was_rejected_stays_away() {
    let site = site().await;
    let change = desk::of_kind(&site, ChangeKind::CreateAccount, State::Proposed).await.remove(0);
    assert_eq!(
        site.rosterd(&["review", "reject", change.id.as_str(), "--reason", ""]).status.code(),
        Some(1)
    );
    site.expect(&["review", "reject", change.id.as_str(), "--reason", "đã có tài khoản khác"], 0);
    site.pass(3);
    let same: Vec<_> = site
        .changes(None)
        .await
        .into_iter()
        .filter(|one| one.change.subject == change.change.subject && one.change.kind == change.change.kind)
        .collect();
    assert_eq!(same.iter().map(|one| one.state).collect::<Vec<_>>(), [State::Rejected]);
    let show = site.expect(&["review", "show", change.id.as_str()], 0);
    assert!(show.contains("đã có tài khoản khác"), "{show}");
}

#[tokio::test]
async fn two_operators_are_two_persons() {
    let site = site().await;
    site.confirm_matches().await;
    let mut two: Vec<_> =
        site.changes(None).await.into_iter().filter(|one| one.change.gate == Gate::Two).collect();
    two.retain(|one| matches!(one.state, State::Proposed | State::Held));
    let change = two.first().expect("the sample has a change that two must approve");
    let first = site.expect(&["review", "approve", change.id.as_str()], 0);
    assert!(first.contains("1/2"), "{first}");
    let second = site.rosterd(&["review", "approve", change.id.as_str()]);
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second).contains("một người khác"), "{}", said(&second));
    let now = site.changes(None).await.into_iter().find(|one| one.id == change.id).unwrap();
    assert_eq!((now.state, now.approvals.len()), (change.state, 1));
}

#[tokio::test]
async fn a_brake_is_released_by_two_and_discarded_by_two() {
    let site = site().await;
    let held = site.changes(Some(State::Held)).await;
    let key = held[0].brake.clone().unwrap();
    let short = &key.as_str()[..8];
    let show = site.expect(&["review", "show", short], 0);
    assert!(show.contains("giới hạn"), "{show}");
    let first = site.rosterd(&["review", "release", short, "--reason", "đã kiểm tra"]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let again = site.rosterd(&["review", "release", short, "--reason", "đã kiểm tra"]);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    let of_brake = |all: Vec<rosterd::model::change::StoredChange>| {
        all.into_iter()
            .filter(|one| one.brake.as_ref() == Some(&key))
            .map(|one| one.state)
            .collect::<Vec<_>>()
    };
    assert!(of_brake(site.changes(None).await).iter().all(|state| *state == State::Held));
    let discard = ["review", "discard", short, "--reason", "danh sách gửi nhầm"];
    let first = site.expect(&discard, 0);
    assert!(first.contains("cần thêm một người"), "{first}");
    let again = site.rosterd(&discard);
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(of_brake(site.changes(None).await).iter().all(|state| *state == State::Held));
    desk::execute(&site, "UPDATE brake_vote SET operator = 'binh' WHERE what = 'discard'").await;
    site.expect(&discard, 0);
    assert!(of_brake(site.changes(None).await).iter().all(|state| *state == State::Rejected));
    site.rosterd(&["run", "--once"]);
    for one in &held {
        let back = site.changes(Some(State::Held)).await;
        assert!(one.brake.as_ref() != Some(&key) || back.iter().all(|other| other.key != one.key), "{one:?}");
    }
}

#[tokio::test]
async fn a_question_takes_only_an_answer_it_offers_and_is_not_asked_again() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    // A name alone, without phone or address, is a question.
    let account = desk::accounts("stc").await.remove(0);
    let mut line = desk::line(&account);
    line[2].clear();
    line[3].clear();
    site.drop_bytes("stc", "hop.xlsx", &desk::list("DANH SÁCH THAM GIA TẬP HUẤN", &[line], None));
    site.rosterd(&["run", "--once"]);
    let json: serde_json::Value =
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap();
    let questions = json["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 1, "{json}");
    let key = questions[0]["key"].as_str().unwrap();
    let candidates = questions[0]["question"]["candidates"].as_array().unwrap();
    let answer =
        candidates.iter().map(|one| one["answer"].as_str().unwrap()).find(|one| *one != "new").unwrap();
    let show = site.expect(&["review", "show", &key[..12]], 0);
    assert!(show.contains(answer), "{show}");
    let other = site.rosterd(&["review", "answer", &key[..12], "ai-do"]);
    assert!(other.status.code() == Some(1) && said(&other).contains(answer), "{}", said(&other));
    site.expect(&["review", "answer", &key[..12], answer], 0);
    site.pass(0);
    let json: serde_json::Value =
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap();
    assert!(json["questions"].as_array().unwrap().is_empty(), "{json}");
}

#[tokio::test]
async fn rows_in_free_words_wait_in_the_list_until_they_are_answered() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    desk::enrol(&site).await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([
        ["DANH SÁCH ĐỀ NGHỊ THAY ĐỔI THÔNG TIN HỘP THƯ", "", "", ""],
        ["STT", "Thông tin cần thay đổi", "Thông tin thay đổi mới", "Ghi chú"],
        ["1", "Nguyễn Văn An, Phòng Nội vụ", "Chuyển sang Văn phòng", ""],
        ["2", "Số điện thoại của Lê Thị Bình", "0912 345 678", ""],
    ]) {
        for (column, text) in (0..).zip(cells) {
            sheet.write(row, column, text).unwrap();
        }
    }
    site.drop_bytes("snv", "mau-05.xlsx", &book.save_to_buffer().unwrap());
    let planned = site.plan();
    assert_eq!(planned["questions"].as_array().unwrap().len(), 2, "{planned:#}");
    site.pass(0);
    let list = site.expect(&["review", "list"], 0);
    let asked: Vec<&str> = list.lines().filter(|line| line.contains("mau-05.xlsx")).collect();
    assert_eq!(asked.len(), 2, "{list}");
    assert!(asked.iter().any(|line| line.contains("dòng 3")), "{list}");
    let done = desk::listing(&site, "done");
    assert!(done.iter().any(|path| path.ends_with("/mau-05.ketqua.xlsx")), "{done:?}");
    for line in asked {
        let id = line.split(' ').next().unwrap();
        let shown = site.expect(&["review", "show", id], 0);
        assert!(shown.contains("mau-05.xlsx"), "{shown}");
        site.expect(&["review", "answer", id, "done"], 0);
    }
    site.pass(0);
    assert!(!site.expect(&["review", "list"], 0).contains("mau-05.xlsx"));
}

#[tokio::test]
async fn a_leaders_account_is_opened_only_after_a_call_to_the_published_number() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    let accounts = desk::accounts("snv").await;
    let mut lines: Vec<_> = accounts.iter().map(desk::line).collect();
    lines[0][1] = "Giám đốc".into();
    let dn = &accounts[0].dn;
    let slapd = site.slapd.as_ref().unwrap();
    slapd.ldapmodify(&format!("dn: {dn}\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n"));
    site.drop_bytes("snv", "ds.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    site.pass(0);
    let opening = desk::of_kind(&site, ChangeKind::EnableAccount, State::Proposed).await.remove(0);
    let id = opening.id.as_str();
    assert_eq!(opening.change.gate, Gate::Two);
    let early = site.rosterd(&["review", "approve", id]);
    assert!(early.status.code() == Some(1) && said(&early).contains("call-back"), "{}", said(&early));
    let call = |number, who| ["review", "call-back", id, "--number", number, "--spoke-with", who];
    let wrong = site.rosterd(&call("0912 345 678", "Lê Thị Mai"));
    assert!(wrong.status.code() == Some(1) && said(&wrong).contains("0900000000"), "{}", said(&wrong));
    let nobody = site.rosterd(&call("0900000000", " "));
    assert!(nobody.status.code() == Some(1) && said(&nobody).contains("--spoke-with"), "{}", said(&nobody));
    site.expect(&call("+84 900 000 000", "Lê Thị Mai"), 0);
    let out = site.expect(&["review", "approve", id], 0);
    assert!(out.contains("1/2"), "{out}");
    let show = site.expect(&["review", "show", id], 0);
    assert!(show.contains("0900000000, Lê Thị Mai"), "{show}");
    assert!(site.expect(&["audit", "export"], 0).contains("change.call-back"));
    let create = site.rosterd(&["review", "call-back", "khong-co", "--number", "1", "--spoke-with", "x"]);
    assert!(create.status.code() == Some(1) && said(&create).contains("no change"), "{}", said(&create));
}
