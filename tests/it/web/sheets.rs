//! Rosters on the page: the sheet as read with findings at its cells, what is masked and for whom, what the page says where
//! there is nothing to show; what moved; handovers and their minutes.

use super::{state, waiting};
use crate::support::browser::Answer;
use crate::support::desk;
use crate::support::page::{Browser, PASSWORD, Page};
use crate::support::slapd::SUFFIX;
use crate::support::tthc;
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, Gate, Risk, State, StoredChange};
use rosterd::model::operator::OperatorRole;
use rosterd::model::question::QuestionKind;
use rosterd::store::{ArrivalLine, RosterState};
use std::time::{Duration, Instant};

const HEADER: &str = "STT;Họ và tên;Ngày sinh;Số căn cước;Điện thoại;Chức vụ;Dân tộc\n";
pub const PHONE: &str = "0912345678";
pub const CITIZEN: &str = "022201921394";
pub const BIRTH: &str = "05/10/1985";

/// A list of 250 rows; the third has a phone that is none, and so has the last.
pub fn long_list() -> String {
    let mut text = HEADER.to_owned();
    for at in 1..=250 {
        let phone = if [3, 250].contains(&at) { "12" } else { PHONE };
        let citizen = if at == 1 { CITIZEN } else { "" };
        let name = ["Nguyễn Văn", "Trần Thị", "Lê Hữu", "Phạm Minh", "Hoàng Thu"][at % 5];
        let given = ["An", "Bình", "Cúc", "Dũng", "Giang", "Hà", "Khánh"][at / 5 % 7];
        let middle = ["Ái", "Bảo", "Chi", "Diệu", "Hạ", "Kim", "Linh", "Mai"][at / 35];
        let line = [
            &at.to_string(),
            &format!("{name} {middle} {given}"),
            BIRTH,
            citizen,
            phone,
            "Chuyên viên",
            "Kinh",
        ];
        text.push_str(&line.join(";"));
        text.push('\n');
    }
    text
}

pub async fn arrived(page: &Page, file: &str) -> ArrivalLine {
    let all = page.store.arrivals(&[], None, None, 1000).await.unwrap();
    all.into_iter().find(|one| one.file == file).unwrap_or_else(|| panic!("{file} has not arrived"))
}

fn sheet(browser: &mut Browser, roster: &ArrivalLine, query: &str) -> Answer {
    let answer = browser.get(&format!("/rosters/{}/sheet{query}", roster.id));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

/// The cell of this id, to its end.
fn cell(answer: &Answer, id: &str) -> String {
    let (_, rest) = answer
        .body
        .split_once(&format!("<td id=\"{id}\""))
        .unwrap_or_else(|| panic!("no {id}: {}", answer.body));
    rest.split("</td>").next().unwrap().to_owned()
}

async fn verbs(page: &Page) -> Vec<String> {
    desk::rows(&page.site, "SELECT verb FROM audit ORDER BY seq").await
}

#[tokio::test]
async fn a_sheet_shows_each_finding_at_its_cell_and_masks_what_is_personal() {
    let page = Page::with("", |site| {
        site.drop_bytes("snv", "dài.csv", long_list().as_bytes());
        site.pass(3);
    })
    .await;
    let roster = arrived(&page, "dài.csv").await;
    let mut an = page.signed_in("an");
    let first = sheet(&mut an, &roster, "");
    for text in [PHONE, CITIZEN, BIRTH] {
        assert!(!first.body.contains(text) && !first.body.contains(&text.replace('/', "&#x2f;")), "{text}");
    }
    assert!(cell(&first, "cE2").contains("••••••••78") && cell(&first, "cD2").contains("*********394"));
    assert!(cell(&first, "cG2").contains("Kinh") && cell(&first, "cF2").contains("Chuyên viên"));
    // Named, not coloured alone: its severity, its code, its sentence; and the way to the list and back.
    let bad = cell(&first, "cE4");
    for text in ["cần xem", "bad-phone", "Số điện thoại không đúng", "href=\"#f"] {
        assert!(bad.contains(text), "{text}: {bad}");
    }
    assert!(first.body.contains("href=\"#cE4\""), "the list leads to the cell");
    assert!(
        first.body.contains("id=\"kE\">E<span class=\"known\">Điện thoại"),
        "the column is named: {}",
        first.body
    );
    assert!(first.body.contains("tiêu đề</span>"), "the header is marked");
    assert!(first.body.contains("tabindex=\"0\""), "the box that scrolls takes the focus");
    // A page of rows, and the next row with a problem.
    assert!(first.body.contains("id=\"r100\"") && !first.body.contains("id=\"r101\""));
    assert!(first.body.contains("row=251&amp;sheet=") && first.body.contains("#r251\""), "{}", first.body);
    let last = sheet(&mut an, &roster, "?row=251");
    assert!(
        last.body.contains("id=\"r201\"")
            && last.body.contains("id=\"r251\"")
            && !last.body.contains("id=\"r200\"")
    );
    assert!(cell(&last, "cE251").contains("bad-phone") && last.body.contains("#r4\""));
    assert!(
        sheet(&mut an, &roster, "?row=99999&sheet=Kh%C3%B4ng").body.contains("id=\"r251\""),
        "beyond the end is the end"
    );
    // The list of all findings leads to it too.
    let listed = an.get(&format!("/rosters/{}", roster.id)).body.replace("&#x2f;", "/");
    assert!(listed.contains("row=251&amp;sheet=") && listed.contains("#cE251\""), "{listed}");

    // As sent: for the password, and written down.
    let path = format!("/rosters/{}/sheet", roster.id);
    let sheet_name = "CSV";
    let wrong = an.post(&path, &[("password", "sai"), ("sheet", sheet_name), ("row", "1")]);
    assert_eq!(wrong.status, 303);
    assert!(!verbs(&page).await.contains(&"sheet.reveal".to_owned()));
    let shown = an.post(&path, &[("password", PASSWORD), ("sheet", sheet_name), ("row", "1")]);
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains(PHONE) && shown.body.contains(CITIZEN), "{}", shown.body);
    assert_eq!(verbs(&page).await.iter().filter(|one| *one == "sheet.reveal").count(), 1);
    page.store.audit_verify().await.unwrap();

    // Who may, and whose it is.
    page.enrol("hoa", OperatorRole::Contact, &["snv"]).await;
    page.enrol("khac", OperatorRole::Contact, &["skhcn"]).await;
    let mut hoa = page.signed_in("hoa");
    let own = sheet(&mut hoa, &roster, "");
    assert!(!own.body.contains("name=\"password\"") && own.body.contains("••••••••78"));
    assert_eq!(hoa.post(&path, &[("password", PASSWORD), ("sheet", ""), ("row", "1")]).status, 403);
    let mut other = page.signed_in("khac");
    for more in ["", "/sheet", "/feedback", "/document"] {
        assert_eq!(other.get(&format!("/rosters/{}{more}", roster.id)).status, 404, "{more}");
    }
    // The agency's own contact takes the feedback and the template, and no other's.
    let feedback = hoa.get(&format!("/rosters/{}/feedback", roster.id));
    assert_eq!(feedback.status, 200);
    assert!(feedback.header("content-disposition").unwrap().contains("ketqua.xlsx"));
    assert_eq!(hoa.post("/agencies/snv/template", &[]).status, 200);
    assert_eq!(hoa.post("/agencies/skhcn/template", &[]).status, 404);
}

#[tokio::test]
async fn where_the_original_is_gone_or_another_the_page_says_so() {
    let page = Page::with("", |site| {
        site.drop_bytes(
            "snv",
            "một.csv",
            format!("{HEADER}1;Nguyễn Văn An;{BIRTH};;;Chuyên viên;\n").as_bytes(),
        );
        site.drop_bytes(
            "skhcn",
            "hai.csv",
            format!("{HEADER}1;Trần Thị Bình;{BIRTH};;;Chuyên viên;\n").as_bytes(),
        );
        let leaked = "STT;Họ và tên;Mật khẩu;Chức vụ\n1;Lê Thị Cúc;BiMat@123;Chuyên viên\n";
        site.drop_bytes("stc", "ba.csv", leaked.as_bytes());
        site.drop_bytes("vpub", "bốn.xlsx", b"%PDF-1.4 x");
        site.pass(0);
    })
    .await;
    let mut an = page.signed_in("an");
    let done = |name: &str| {
        let found = desk::listing(&page.site, "done");
        page.site.path(found.iter().find(|path| path.ends_with(name)).unwrap())
    };
    std::fs::write(done("một.csv"), format!("{HEADER}1;Kẻ Gian;{BIRTH};;;Giám đốc;\n")).unwrap();
    let edited = sheet(&mut an, &arrived(&page, "một.csv").await, "");
    assert!(
        edited.body.contains("đã bị sửa sau khi đọc") && !edited.body.contains("Kẻ Gian"),
        "{}",
        edited.body
    );
    // A link in its place leads nowhere.
    let place = done("hai.csv");
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &place).unwrap();
    let gone = sheet(&mut an, &arrived(&page, "hai.csv").await, "");
    assert!(gone.body.contains("không còn lưu") && !gone.body.contains("root:"), "{}", gone.body);
    let leaked = sheet(&mut an, &arrived(&page, "ba.csv").await, "");
    assert!(
        leaked.body.contains("có cột mật khẩu nên đã bị xóa") && !leaked.body.contains("BiMat@123"),
        "{}",
        leaked.body
    );
    assert!(leaked.body.contains("password-column"), "what was found is said all the same");
    // The feedback of another place is not given either.
    let roster = arrived(&page, "hai.csv").await;
    let feedback = done("hai.ketqua.xlsx");
    std::fs::remove_file(&feedback).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &feedback).unwrap();
    let answer = an.get(&format!("/rosters/{}/feedback", roster.id));
    assert!(answer.status != 200 && !answer.body.contains("root:"), "{}", answer.body);
    // Refused: why, and what to do.
    let refused = arrived(&page, "bốn.xlsx").await;
    assert_eq!(refused.state, RosterState::Refused);
    for more in ["", "/sheet"] {
        let shown = an.get(&format!("/rosters/{}{more}", refused.id)).body;
        assert!(shown.contains("không được sử dụng") && shown.contains("gửi lại"), "{shown}");
        assert!(shown.contains("<code>pdf</code>") && shown.contains("Excel gốc"), "{shown}");
    }
}

#[tokio::test]
async fn every_kind_of_change_has_a_page_and_its_evidence_leads_to_the_row() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let mut kinds = std::collections::BTreeSet::new();
    for change in page.site.changes(None).await {
        if kinds.insert(change.change.kind) {
            let shown = an.get(&format!("/changes/{}", change.id));
            assert_eq!(shown.status, 200, "{}", change.change.kind);
            assert!(shown.body.contains("oàn tác"), "how it is undone: {}", change.change.kind);
        }
    }
    assert!(kinds.len() >= 6, "{kinds:?}");
    let change = waiting(&page, Risk::High, Gate::One).await;
    let shown = an.get(&format!("/changes/{}", change.id)).body.replace("&#x2f;", "/");
    let (_, link) = shown.split_once("/sheet?").expect("a link to the row");
    let (query, anchor) = link.split('"').next().unwrap().split_once("#r").unwrap();
    let roster = change.change.evidence.iter().find_map(|one| one.roster()).unwrap();
    let path = format!("/rosters/{roster}/sheet?{}", query.replace("&amp;", "&"));
    assert!(an.get(&path).body.contains(&format!("id=\"r{anchor}\"")), "{path}");
    // What the holder could do and since when, and by which rule it is this holder.
    assert!(shown.contains("tài khoản mở") && shown.contains("Đối chiếu:"), "{shown}");
    // A rule as evidence is shown as one.
    let rule = r#"[{"source":"rule","document":"Quyết định 1","basis":"Điều 5","changed":null}]"#;
    let id = &change.id;
    desk::execute(&page.site, &format!("UPDATE change_content SET evidence = '{rule}' WHERE id = '{id}'"))
        .await;
    let shown = an.get(&format!("/changes/{}", change.id));
    assert!(shown.status == 200 && shown.body.contains("Quyết định 1, Điều 5"), "{}", shown.body);
}

#[tokio::test]
async fn a_stale_change_says_which_value_moved_and_what_it_is_now() {
    let page = Page::of_province().await;
    let mut changes = page.site.changes(None).await;
    changes.retain(|one| one.change.kind == ChangeKind::UpdateAttributes && one.state == State::Proposed);
    let change = changes
        .into_iter()
        .find(|one| one.change.before.contains_key(&rosterd::model::account::Attr::Title))
        .unwrap();
    let title = change.change.before(rosterd::model::account::Attr::Title).unwrap().to_owned();
    let address = change.change.label.split(['<', '>']).nth(1).unwrap().to_owned();
    desk::execute(&page.site, &format!("UPDATE change SET state = 'stale', outcome = 'title is no longer what the plan saw' WHERE id = '{}'", change.id)).await;
    let path = page.site.path("directory.ldif");
    let ldif = std::fs::read_to_string(&path).unwrap();
    let entry = ldif.split("\n\n").find(|entry| entry.contains(&format!("mail: {address}"))).unwrap();
    let other = "Pho giam doc moi";
    let lines: Vec<_> = entry
        .lines()
        .map(|line| if line.starts_with("title:") { format!("title: {other}") } else { line.to_owned() })
        .collect();
    let moved = ldif.replacen(entry, &lines.join("\n"), 1);
    std::fs::write(&path, &moved).unwrap();
    let mut an = page.signed_in("an");
    let page_of = |an: &mut Browser| an.get(&format!("/changes/{}", change.id)).body.replace("&#x2f;", "/");
    let shown = page_of(&mut an);
    assert!(shown.contains("Chức vụ đã khác so với lúc lập đề nghị"), "{shown}");
    let (_, table) = shown.split_once("id=\"moved\"").unwrap();
    let row = table.split("<tr>").find(|row| row.contains("Chức vụ")).unwrap();
    assert!(
        row.contains(&format!("<del>{title}</del>"))
            && row.contains(&format!("<ins>{other}</ins>"))
            && row.contains("đã khác"),
        "{row}"
    );
    // What cannot be read is not guessed; what is gone is said to be.
    std::fs::write(&path, "not a directory").unwrap();
    assert!(page_of(&mut an).contains("không đọc được thư mục"));
    std::fs::write(&path, ldif.replacen(&format!("{entry}\n\n"), "", 1)).unwrap();
    assert!(page_of(&mut an).contains("không còn trong thư mục"));
}

#[tokio::test]
async fn a_stale_change_in_another_system_says_what_moved_there() {
    const ROLE: &str = "Cán bộ một cửa";
    let settings = tthc::SETTINGS.replace("@ROOT@", ".").replace("tthc", "qlvb");
    let page = Page::with(&settings, |site| {
        site.drop_province();
        site.rosterd(&["run", "--once"]);
    })
    .await;
    let changes = page.site.changes(None).await;
    let of_role =
        |kind| changes.iter().find(|one| one.change.target.as_str() == "tthc" && one.change.kind == kind);
    let change = of_role(ChangeKind::GrantRole).or(of_role(ChangeKind::RevokeRole)).expect("a role");
    let before = |attr| change.change.before(attr).unwrap().to_owned();
    let (mail, agency) = (before(Attr::Mail), before(Attr::Agency));
    let login = mail.split('@').next().unwrap();
    let revokes = change.change.kind == ChangeKind::RevokeRole;
    let mut an = page.signed_in("an");
    let become_stale = async |target: &str| {
        let (id, why) = (&change.id, "the role is held already");
        let update = format!(
            "UPDATE change SET state = 'stale', target = '{target}', outcome = '{why}' WHERE id = '{id}'"
        );
        desk::execute(&page.site, &update).await;
    };
    let row = |an: &mut Browser| {
        let shown = an.get(&format!("/changes/{}", change.id)).body;
        let (_, section) = shown.split_once("id=\"moved\"").unwrap_or_else(|| panic!("{shown}"));
        section.split("</section>").next().unwrap().to_owned()
    };
    let said = |held: bool| if held { "đang giữ" } else { "không giữ" };
    let check = |an: &mut Browser, held: bool| {
        let row = row(an);
        assert!(row.contains(&format!("Vai trò {ROLE}")), "{row}");
        let moved = format!("<del>{}</del></td><td><ins>{}</ins>", said(revokes), said(held));
        assert_eq!(row.contains(&moved), held != revokes, "{row}");
        assert_eq!(row.contains("như lúc duyệt"), held == revokes, "{row}");
    };
    // One that has no interface says it by its newest export, one that has by its answer.
    for (held, who) in [(true, login), (false, "khac.snv")] {
        become_stale("tthc").await;
        page.site.export(&[(who, "Một Người", &agency, ROLE)]);
        check(&mut an, held);
        become_stale("qlvb").await;
        tthc::passwords(&page.site.path("qlvb.db"), &[(who, &agency, "")]).await;
        check(&mut an, held);
    }
    // What cannot be read is not guessed.
    std::fs::write(page.site.path("qlvb.db"), "no database").unwrap();
    assert!(row(&mut an).contains("không đọc được hệ thống"));
}

#[tokio::test]
async fn namesakes_stand_beside_the_row_with_what_agrees_and_what_differs() {
    let namesake = namesake().await;
    let page = Page::with("", |site| {
        site.drop_bytes("stc", "lop.xlsx", &namesake);
        site.pass(0);
    })
    .await;
    let mut an = page.signed_in("an");
    let mut open = page.store.questions().await.unwrap();
    open.retain(|one| one.question.kind == QuestionKind::WhoIs);
    let question = open.remove(0);
    let shown = an.get(&format!("/questions/{}", question.key)).body;
    assert!(shown.contains("Danh sách ghi") && shown.contains("khớp"), "{shown}");
    assert!(shown.contains("người mới") && !shown.contains("full_name"), "{shown}");
    for one in &question.question.candidates {
        assert!(shown.contains(&format!("value=\"{}\"", one.answer)), "{}: {shown}", one.answer);
    }
    let answer = an.post(&format!("/questions/{}", question.key), &[("answer", "new")]);
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_brake_shows_its_arithmetic_and_who_released_it_why() {
    let page = Page::of_province().await;
    let brake = page.store.open_brakes().await.unwrap().remove(0).0;
    let mut an = page.signed_in("an");
    let path = format!("/brakes/{}", brake.key);
    let shown = an.get(&path).body;
    let over = brake.wanted + brake.spent - brake.limit;
    for text in [
        "Muốn làm trong lượt này",
        "Luôn được phép",
        &format!("{} tài khoản", brake.of_accounts),
        &format!("Vượt</th><td class=\"num\">{over}<"),
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert_eq!(an.post(&format!("{path}/release"), &[("reason", "đã đối chiếu quyết định")]).status, 303);
    let shown = an.get(&path).body;
    assert!(shown.contains("đã đối chiếu quyết định") && shown.contains("Cần thêm một người"), "{shown}");
    let mut binh = page.signed_in("binh");
    assert_eq!(binh.post(&format!("{path}/release"), &[("reason", "đồng ý")]).status, 303);
    assert_eq!(binh.get(&path).status, 404, "released: it holds nothing any more");
}

#[tokio::test]
async fn an_agency_shows_how_complete_its_roster_is_and_who_stands_below_it() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let full = page.store.last_full_rosters().await.unwrap();
    let open = page.store.open_accounts().await.unwrap();
    let (code, (roster, people)) = full.iter().next().unwrap();
    let listed = an.get("/agencies").body;
    assert!(listed.contains(&format!("{people} / {}", open[code])), "{listed}");
    let shown = an.get(&format!("/agencies/{code}")).body;
    assert!(shown.contains(&format!("href=\"/rosters/{roster}\">{people} người")), "{shown}");
    assert!(shown.contains("Mức đầy đủ") && shown.contains("Số căn cước"), "{shown}");
    let stored = page.store.arrival(roster).await.unwrap().unwrap().0.arrival.roster.unwrap();
    assert_eq!(stored.rows.len() as u64, *people);
}

/// A list of a class, with somebody of whom nothing but the name and the position is what the directory has.
pub async fn namesake() -> Vec<u8> {
    let known = desk::line(&desk::accounts("stc").await.remove(0));
    let line = [known[0].clone(), known[1].clone(), "0987000111".into(), String::new()];
    desk::list("DANH SÁCH LỚP TẬP HUẤN", &[line], None)
}

/// A list of a class in which some cells are wrong.
pub const BAD: &str = "Danh sách lớp tập huấn\nSTT;Họ và tên;Ngày sinh;Số căn cước;Điện thoại;Dân tộc\n\
                       1;Nguyễn Văn Thử Một;31/02/1985;123;12;Kinh\n2;Trần Thị Thử Hai;05/10/1985;22201921394;0912345678;Tày\n";

pub const MAILBOX: &str = "vanthu.stc@tinhmau.gov.vn";

/// The handover of a unit mailbox from one person of stc to another, carried out by the worker of the page.
pub async fn handed_over(page: &Page, lines: &[desk::Line]) -> StoredChange {
    for (who, file) in [(0, "mot.xlsx"), (1, "hai.xlsx")] {
        let mut lines = lines.to_vec();
        lines[who][3] = MAILBOX.into();
        let until = Instant::now() + Duration::from_mins(1);
        page.site.drop_bytes("stc", file, &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
        std::fs::write(page.site.path("spool/wake"), b"").unwrap();
        let mut an = page.signed_in("an");
        let change = loop {
            if let Some(change) =
                desk::of_kind(&page.site, ChangeKind::SetCustodian, State::Proposed).await.pop()
            {
                break change;
            }
            assert!(Instant::now() < until, "{file}: no custodian was proposed");
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let approved = an.post(&format!("/changes/{}/approve", change.id), &[("key", change.key.as_str())]);
        assert_eq!(approved.status, 303);
        while state(page, &change).await != State::Applied {
            assert!(Instant::now() < until, "{file}: not carried out: {:?}", state(page, &change).await);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        if who == 1 {
            return change;
        }
    }
    unreachable!()
}

/// A site where stc has a unit mailbox, and a list of stc.
pub async fn with_mailbox() -> (Page, Vec<desk::Line>) {
    let lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    let page = Page::with("", |site| {
        let path = site.path("directory.ldif");
        let entry = format!(
            "\ndn: uid=vanthu.stc,ou=stc,ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: vanthu.stc\n\
             cn: Van thu So Tai chinh\nsn: Van thu\nmail: {MAILBOX}\nemployeeType: unit\nuserPassword: mat-khau-cu\n\
             entryUUID: 7f0e3f1c-0000-4000-8000-00000000beef\n"
        );
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.trim_end().to_owned() + "\n" + &entry).unwrap();
    })
    .await;
    (page, lines)
}

#[tokio::test]
async fn a_handover_is_listed_its_minutes_printed_and_signed_by_both_sides() {
    let (page, lines) = with_mailbox().await;
    let change = handed_over(&page, &lines).await;
    let path = format!("/slips/handovers/{}", change.id);
    page.enrol("hoa", OperatorRole::Contact, &["stc"]).await;
    page.enrol("khac", OperatorRole::Contact, &["snv"]).await;
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    let mut hoa = page.signed_in("hoa");
    let list = hoa.get("/slips/handovers").body;
    assert!(list.contains(&path) && list.contains(&lines[0][3]) && list.contains("chưa ký"), "{list}");
    assert!(hoa.get("/slips").body.contains("/slips/handovers"));
    let shown = hoa.get(&path).body;
    assert!(shown.contains("Phiên đăng nhập của bên giao") && shown.contains("Thư điện tử"), "{shown}");
    let paper = hoa.get(&format!("{path}/minutes"));
    for text in ["BIÊN BẢN BÀN GIAO", "Phiên đăng nhập của bên giao", MAILBOX, &lines[0][3], &lines[1][3]]
    {
        assert!(paper.body.contains(text), "{text}: {}", paper.body);
    }
    assert!(paper.header("content-security-policy").unwrap().contains("sha256-"));
    for side in ["giver", "receiver", "receiver"] {
        assert_eq!(hoa.post(&format!("{path}/sign"), &[("side", side)]).status, 303);
    }
    let signed = hoa.get(&path).body;
    assert_eq!(signed.matches("đã ký, ghi nhận").count(), 2, "{signed}");
    assert!(hoa.get("/slips/handovers").body.contains("đã ký đủ"));
    assert_eq!(
        verbs(&page).await.iter().filter(|one| *one == "minutes.sign").count(),
        2,
        "a second time is no signature"
    );
    // Nobody else's, and nothing that was no handover.
    let mut other = page.signed_in("khac");
    for way in ["", "/minutes"] {
        assert_eq!(other.get(&format!("{path}{way}")).status, 404);
        assert_eq!(page.signed_in("xem").get(&format!("{path}{way}")).status, 403);
    }
    assert!(!other.get("/slips/handovers").body.contains(&path));
    assert_eq!(other.post(&format!("{path}/sign"), &[("side", "giver")]).status, 404);
    assert_eq!(hoa.post(&format!("{path}/sign"), &[("side", "nobody")]).status, 404);
    assert_eq!(hoa.get("/slips/handovers/none").status, 404);
    page.store.audit_verify().await.unwrap();
}
