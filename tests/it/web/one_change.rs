//! One change on its page: why, what is before and after, how risky, who agreed and when, what happens and how it is undone,
//! for every kind and reason there is; what it waits for; the history of person and account, each scope its own.

use super::decisions::pause;
use super::numbers::body;
use super::sheets::namesake;
use super::taken_over::other;
use super::waiting;
use crate::support::desk;
use crate::support::page::{Browser, Page};
use rosterd::model::Lang;
use rosterd::model::account::{Attr, Attrs, Values};
use rosterd::model::change::{ChangeKind, Gate, Reason, Risk, State, StoredChange};
use rosterd::model::operator::OperatorRole;
use rosterd::model::question::QuestionKind;
use rosterd::words;

/// What happens on approval, and how it is undone, in a few words of each sentence.
fn consequence(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::CreateAccount => ("được lập với mật khẩu lần đầu ngẫu nhiên", "tài khoản mới bị khóa"),
        ChangeKind::UpdateAttributes => ("được ghi vào hệ thống", "ghi lại các giá trị cũ"),
        ChangeKind::MoveAccount => ("được chuyển sang cơ quan mới", "về cơ quan cũ"),
        ChangeKind::DisableAccount | ChangeKind::OrphanAccount | ChangeKind::LockAccount => {
            ("Tài khoản bị khóa, không đăng nhập được", "trong 72 giờ một người được mở lại")
        }
        ChangeKind::EnableAccount => ("đăng nhập được trở lại", "khóa lại tài khoản"),
        ChangeKind::UnlockAccount => ("được mở với mật khẩu tạm ngẫu nhiên", "mật khẩu tạm đã cấp không còn"),
        ChangeKind::CloseAccount => ("Hộp thư không nhận thư nữa", "hộp thư nhận thư trở lại"),
        ChangeKind::ReopenMailbox => ("Hộp thư nhận thư trở lại", "đóng lại hộp thư"),
        ChangeKind::DeleteAccount => {
            ("bị xóa khỏi hệ thống", "Không hoàn tác được; chỉ khôi phục được từ bản sao")
        }
        ChangeKind::ResetPassword => ("Mật khẩu mới ngẫu nhiên", "mật khẩu cũ không được lưu"),
        ChangeKind::ForcePasswordChange => {
            ("phải đổi mật khẩu ở lần đăng nhập tới", "bỏ yêu cầu đổi mật khẩu")
        }
        ChangeKind::SetCustodian => ("được ghi nhận", "trước đó chưa có người quản lý"),
        ChangeKind::EndSessions => ("Mọi phiên đăng nhập đang mở", "chỉ cần đăng nhập lại"),
        ChangeKind::GrantRole => ("Vai trò được thay đổi", "thu hồi vai trò"),
        ChangeKind::RevokeRole => ("Vai trò được thay đổi", "cấp lại vai trò"),
        ChangeKind::SuspectLeaver => ("xác nhận người này đã nghỉ", "danh sách mới của cơ quan"),
    }
}

fn page_of(browser: &mut Browser, change: &StoredChange) -> String {
    body(browser, &format!("/changes/{}", change.id))
}

async fn set(page: &Page, change: &StoredChange, table: &str, what: &str) {
    desk::execute(&page.site, &format!("UPDATE {table} SET {what} WHERE id = '{}'", change.id)).await;
}

/// The section of the page with this heading.
fn section<'a>(shown: &'a str, id: &str) -> &'a str {
    let (_, rest) =
        shown.split_once(&format!("aria-labelledby=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {shown}"));
    rest.split("</section>").next().unwrap()
}

/// A change of the directory whose account no other one touches: its kind can be any.
async fn alone(page: &Page) -> StoredChange {
    let all = page.site.changes(None).await;
    let count =
        |one: &StoredChange| all.iter().filter(|other| other.change.subject == one.change.subject).count();
    let fits = |one: &&StoredChange| {
        one.change.kind == ChangeKind::UpdateAttributes && one.state == State::Proposed && count(one) == 1
    };
    all.iter().find(fits).expect("the sample has one").clone()
}

#[tokio::test]
async fn every_kind_says_what_happens_on_approval_and_how_it_is_undone() {
    let page = Page::of_province().await;
    let change = alone(&page).await;
    let mut an = page.signed_in("an");
    for kind in ChangeKind::ALL {
        set(&page, &change, "change", &format!("kind = '{kind}'")).await;
        let shown = page_of(&mut an, &change);
        let then = section(&shown, "then");
        let (happens, undone) = consequence(*kind);
        assert!(then.contains(happens) && then.contains(undone), "{kind}: {then}");
        assert!(then.contains("Trước khi ghi, hệ thống đích được so lại"), "{kind}: {then}");
        let by_command = then.contains(&format!("rosterd undo {}", change.id));
        let stored = page.store.change(&change.id).await.unwrap().unwrap().stored;
        assert_eq!(by_command, stored.change.has_reverse(), "{kind}");
        assert_eq!(by_command, then.contains("Hoàn tác:"), "{kind}: the sentence and the command agree");
    }
    // A mailbox that somebody kept before is handed over, and can be handed back.
    let before: Attrs = [(Attr::Custodian, Values::one("Nguyễn Văn Giao"))].into();
    let json = serde_json::to_string(&before).unwrap();
    set(&page, &change, "change_content", &format!("old_attrs = '{json}'")).await;
    set(&page, &change, "change", "kind = 'set-custodian'").await;
    let shown = page_of(&mut an, &change);
    let then = section(&shown, "then");
    assert!(
        then.contains("biên bản bàn giao in được") && then.contains("giao lại cho người quản lý cũ"),
        "{then}"
    );
    // In another system an account needs no first password.
    set(&page, &change, "change", "kind = 'create-account', target = 'tthc'").await;
    assert!(section(&page_of(&mut an, &change), "then").contains("được lập trong hệ thống này"));
}

#[tokio::test]
async fn why_how_risky_and_what_changes_stand_in_words() {
    let page = Page::of_province().await;
    let change = alone(&page).await;
    let mut an = page.signed_in("an");
    for reason in Reason::ALL {
        set(&page, &change, "change_content", &format!("reason = '{reason}'")).await;
        let shown = page_of(&mut an, &change);
        assert!(section(&shown, "why").contains(words::reason(*reason, Lang::Vi)), "{reason}: {shown}");
    }
    for risk in Risk::ALL {
        set(&page, &change, "change_content", &format!("risk = '{risk}'")).await;
        let shown = page_of(&mut an, &change);
        let (named, why) =
            (words::risk(*risk, Lang::Vi), words::risk_reason(*risk, change.change.kind, Lang::Vi));
        let risks = section(&shown, "risk");
        assert!(risks.contains(&format!("rủi ro {named}</span>")) && risks.contains(why), "{risk}: {risks}");
    }
    // Each side in its own column, told by words and marks and not by colour alone.
    let side =
        |lines: &[(Attr, Values)]| serde_json::to_string(&lines.iter().cloned().collect::<Attrs>()).unwrap();
    let one = |text: &str| Values::one(text);
    let before = side(&[
        (Attr::Title, one("Chuyên viên")),
        (Attr::Phone, one("0912000001")),
        (Attr::FullName, one("Nguyễn Văn Thử")),
    ]);
    let after = side(&[
        (Attr::Title, one("Trưởng phòng")),
        (Attr::Phone, Values::none()),
        (Attr::Unit, one("Phòng Một")),
        (Attr::FullName, one("Nguyễn Văn Thử")),
    ]);
    set(&page, &change, "change_content", &format!("old_attrs = '{before}', new_attrs = '{after}'")).await;
    let shown = page_of(&mut an, &change);
    let table = section(&shown, "diff");
    let empty = "<span class=\"muted\">trống</span>";
    for (row, was, is, word) in [
        ("Chức vụ", "<del>Chuyên viên</del>", "<ins>Trưởng phòng</ins>", "đổi"),
        ("Điện thoại", "<del>0912000001</del>", empty, "bỏ"),
        ("Phòng", empty, "<ins>Phòng Một</ins>", "thêm"),
        ("Họ và tên", "Nguyễn Văn Thử", "Nguyễn Văn Thử", "giữ nguyên"),
    ] {
        let found = table.split("<tr class=").skip(1).find(|line| {
            let cells: Vec<_> = line.split("<td>").map(|cell| cell.split("</td>").next().unwrap()).collect();
            cells.len() == 4 && cells[1] == was && cells[2] == is && cells[3] == word
        });
        assert!(found.is_some(), "{row}: {table}");
    }
}

#[tokio::test]
async fn who_approved_stands_with_the_moment() {
    let page = Page::of_province().await;
    pause(&page).await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    set(&page, &change, "change", "needed = 2").await;
    set(&page, &change, "change_content", "gate = 'two'").await;
    let mut an = page.signed_in("an");
    let before = page_of(&mut an, &change);
    assert!(
        section(&before, "risk").contains("hai người duyệt") && !section(&before, "risk").contains("<li>")
    );
    for (login, name) in [("an", "Trần Thị An"), ("binh", "Lê Văn Bình")] {
        let path = format!("/changes/{}/approve", change.id);
        assert_eq!(page.signed_in(login).post(&path, &[("key", change.key.as_str())]).status, 303);
        let (_, at) = page.store.approvals(&change.id).await.unwrap().pop().unwrap();
        let at = at.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).format("%d/%m/%Y %H:%M").to_string();
        let shown = page_of(&mut an, &change);
        let line = format!("<li>{name} <span class=\"muted\">{at}</span></li>");
        assert!(section(&shown, "risk").contains(&line), "{line}: {shown}");
    }
    let approvals = page.store.approvals(&change.id).await.unwrap();
    assert!(approvals.iter().map(|(by, _)| by.as_str()).eq(["an", "binh"]), "{approvals:?}");
}

#[tokio::test]
async fn what_it_waits_for_is_listed_and_what_is_out_of_sight_counted() {
    let page = Page::of_province().await;
    let all = page.site.changes(Some(State::Proposed)).await;
    let change = alone(&page).await;
    let own = |one: &&StoredChange| one.change.agency == change.change.agency && one.id != change.id;
    let near = all.iter().find(own).expect("another change of the agency");
    let far = all.iter().find(|one| one.change.agency != change.change.agency).unwrap();
    let needs = serde_json::to_string(&[near.key.as_str(), far.key.as_str()]).unwrap();
    set(&page, &change, "change_content", &format!("needs = '{needs}', case_id = 'vụ-1'")).await;
    for one in [near, far] {
        set(&page, one, "change_content", "case_id = 'vụ-1'").await;
    }
    let mut an = page.signed_in("an");
    let shown = page_of(&mut an, &change);
    let list = shown.split_once("id=\"needs\"").unwrap().1.split("</ul>").next().unwrap();
    assert!(
        list.contains("Chỉ thực hiện sau khi xong 2 thay đổi khác") || list.contains("xong 2 thay đổi"),
        "{list}"
    );
    for one in [near, far] {
        let line = list.split("<li>").find(|line| line.contains(&format!("href=\"/changes/{}\"", one.id)));
        assert!(line.is_some_and(|line| line.contains("chờ duyệt")), "{list}");
    }
    assert!(!list.contains("ngoài phạm vi"), "{list}");
    page.enrol("rieng", OperatorRole::Viewer, &[change.change.agency.as_str()]).await;
    let shown = page_of(&mut page.signed_in("rieng"), &change);
    assert!(shown.contains(near.id.as_str()) && !shown.contains(far.id.as_str()), "{shown}");
    assert!(shown.contains("1 thay đổi ngoài phạm vi của bạn"), "{shown}");
}

#[tokio::test]
async fn the_history_is_of_the_person_and_of_the_account_and_hides_other_agencies() {
    let page = Page::of_province().await;
    let all = page.site.changes(Some(State::Proposed)).await;
    let change = alone(&page).await;
    let agency = &change.change.agency;
    let mut others = all.iter().filter(|one| one.id != change.id);
    let account = others.find(|one| one.change.agency == *agency).unwrap();
    let mut others = others.filter(|one| one.change.agency != *agency);
    let (person, stranger) = (others.next().unwrap(), others.next().unwrap());
    set(&page, &change, "change_content", "person = 'người-1'").await;
    // The same account, elsewhere the same person; and neither.
    let subject = change.change.subject.as_str().replace('\'', "''");
    let what = format!(
        "target = '{}', subject = '{subject}', kind = 'end-sessions', state = 'applied'",
        change.change.target
    );
    set(&page, account, "change", &what).await;
    set(&page, account, "change_content", "person = NULL").await;
    set(&page, person, "change_content", "person = 'người-1'").await;
    set(&page, person, "change", "state = 'rejected'").await;
    let mut an = page.signed_in("an");
    let shown = page_of(&mut an, &change);
    let history = section(&shown, "history");
    let line = |id: &str| history.split("<tr>").find(|row| row.contains(&format!("href=\"/changes/{id}\"")));
    assert!(line(account.id.as_str()).is_some_and(|row| row.contains("đã thực hiện")), "{history}");
    let of_person = line(person.id.as_str()).unwrap_or_else(|| panic!("{history}"));
    assert!(of_person.contains("không duyệt") && of_person.contains(words::state(State::Rejected, Lang::Vi)));
    assert!(line(stranger.id.as_str()).is_none() && line(change.id.as_str()).is_none(), "{history}");
    page.enrol("rieng", OperatorRole::Viewer, &[agency.as_str()]).await;
    let shown = page_of(&mut page.signed_in("rieng"), &change);
    let history = section(&shown, "history");
    assert!(history.contains(account.id.as_str()) && !history.contains(person.id.as_str()), "{history}");
    page.enrol("khac", OperatorRole::Viewer, &[other(agency)]).await;
    assert_eq!(page.signed_in("khac").get(&format!("/changes/{}", change.id)).status, 404);
}

#[tokio::test]
async fn namesakes_show_what_differs_and_no_whole_phone() {
    let bytes = namesake().await;
    let known = desk::line(&desk::accounts("stc").await.remove(0));
    let page = Page::with("", |site| {
        site.drop_bytes("stc", "lop.xlsx", &bytes);
        site.pass(0);
    })
    .await;
    let open = page.store.questions().await.unwrap();
    let question = open.iter().find(|one| one.question.kind == QuestionKind::WhoIs).unwrap();
    let mut an = page.signed_in("an");
    let shown = body(&mut an, &format!("/questions/{}", question.key));
    let row = |name: &str| {
        let found = shown.split("<tr>").find(|row| row.contains(&format!("<th scope=\"row\">{name}")));
        found.unwrap_or_else(|| panic!("no {name}: {shown}"))
    };
    let (phone, title) = (row("Điện thoại"), row("Chức vụ"));
    assert!(phone.contains("••••••••11"), "the roster’s: {phone}");
    assert!(
        phone.contains(&format!("••••••••{}", &known[2][known[2].len() - 2..])),
        "the account’s: {phone}"
    );
    assert!(phone.contains("<span class=\"tag medium\">khác</span>"), "{phone}");
    assert!(title.contains(&known[1]) && title.contains(">khớp</span>"), "{title}");
    assert!(!shown.contains("0987000111") && !shown.contains(&known[2]), "no whole phone: {shown}");
}
