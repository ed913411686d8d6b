//! Incidents, undo, slips, the agency's contact and reports on the page: what they do, and what another's id achieves.

use super::{state, waiting};
use crate::support::desk;
use crate::support::page::{PASSWORD, Page};
use crate::support::site::Site;
use rosterd::model::change::{ChangeKind, Gate, Risk, State, StoredChange};
use rosterd::model::ids::AgencyCode;
use rosterd::model::incident::Incident;
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;
use std::time::{Duration, Instant};

/// The holder of a role in the system that has no API.
pub const ADDRESS: &str = "nhungkb.snv@tinhmau.gov.vn";
const WHY: &str = "đăng nhập lạ lúc nửa đêm";

/// Another agency than this one.
pub fn other(agency: &AgencyCode) -> &'static str {
    if agency.as_str() == "snv" { "skhcn" } else { "snv" }
}

/// Asks until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn open_one(page: &Page) -> Option<Incident> {
    page.store.open_incidents().await.unwrap().pop()
}

fn is_locked(site: &Site, address: &str) -> bool {
    let ldif = std::fs::read_to_string(site.path("directory.ldif")).unwrap();
    let entry = ldif.split("\n\n").find(|entry| entry.contains(&format!("mail: {address}"))).unwrap();
    entry.contains("pwdAccountLockedTime")
}

#[tokio::test]
async fn one_button_locks_everywhere_and_the_incident_ends_with_an_approval() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let fields = [("account", ADDRESS), ("reason", WHY)];
    let answer = an.post("/incidents", &fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let incident = open_one(&page).await.unwrap();
    let path = format!("/incidents/{}", incident.id);
    assert_eq!(answer.header("location"), Some(path.as_str()));
    until("the account was not locked", async || is_locked(&page.site, ADDRESS).then_some(())).await;
    let made = until("a lock was not carried out", async || {
        let made = page.store.changes_of_incident(&incident.id).await.unwrap();
        let done = |state| matches!(state, State::Applied | State::Ordered);
        made.iter().all(|one| done(one.stored.state)).then_some(made)
    })
    .await;
    assert_eq!(made.len(), 2, "the account, and the role in the system without an interface: {made:?}");
    let shown = an.get(&path).body;
    for one in &made {
        assert!(shown.contains(one.stored.id.as_str()), "{shown}");
    }
    assert!(!shown.contains("chưa khóa hết"), "a read shows it locked: {shown}");
    assert!(an.get("/").body.contains("<strong>1</strong> sự cố đang mở"));

    // A second one on the same account, nobody's account, no reason.
    assert_eq!(an.post("/incidents", &fields).status, 422);
    assert_eq!(an.post("/incidents", &[("account", "khong.co"), ("reason", WHY)]).status, 422);
    assert_eq!(an.post("/incidents", &[("account", ADDRESS), ("reason", " ")]).status, 422);

    assert_eq!(an.post(&format!("{path}/close"), &[("reason", " ")]).status, 422);
    assert_eq!(an.post(&format!("{path}/close"), &[("reason", "đã cài lại máy")]).status, 303);
    assert!(open_one(&page).await.is_none());
    let unlock = page.site.changes(Some(State::Proposed)).await.into_iter();
    let unlock = unlock.filter(|one| one.change.kind == ChangeKind::UnlockAccount).collect::<Vec<_>>();
    assert_eq!(unlock.len(), 1, "it opens again with an approval alone");
    assert!(is_locked(&page.site, ADDRESS));
    let closed = an.get(&path).body;
    assert!(closed.contains("đã cài lại máy") && closed.contains(unlock[0].id.as_str()), "{closed}");
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn an_incident_asks_for_the_password_and_for_the_right() {
    let page = Page::with("confirmed_minutes = 0\n", |_| {}).await;
    let mut an = page.signed_in("an");
    let fields = [("account", ADDRESS), ("reason", WHY)];
    let answer = an.post("/incidents", &fields);
    let to = answer.header("location").unwrap();
    assert!(to.starts_with("/confirm?next=") && to.contains("nhungkb.snv"), "{to}");
    assert!(open_one(&page).await.is_none(), "nothing is done without it");
    drop(page);

    let page = Page::with("", |_| {}).await;
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    page.enrol("dau.moi", OperatorRole::Contact, &["snv"]).await;
    page.enrol("khac", OperatorRole::Administrator, &["skhcn"]).await;
    for (login, status) in [("xem", 403), ("dau.moi", 403), ("khac", 404)] {
        assert_eq!(page.signed_in(login).post("/incidents", &fields).status, status, "{login}");
    }
    assert!(open_one(&page).await.is_none() && !is_locked(&page.site, ADDRESS));
    assert_eq!(page.signed_in("an").post("/incidents", &fields).status, 303);
    let incident = open_one(&page).await.unwrap();
    let path = format!("/incidents/{}", incident.id);
    let mut khac = page.signed_in("khac");
    assert_eq!(khac.get(&path).status, 404, "another agency's, by its id");
    assert_eq!(khac.post(&format!("{path}/close"), &[("reason", "x")]).status, 404);
    assert!(!khac.get("/incidents").body.contains("nhungkb"));
    assert_eq!(page.signed_in("dau.moi").post(&format!("{path}/close"), &[("reason", "x")]).status, 403);
    let mut program = page.browser();
    let token = page.token("khac", TokenScope::Read).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    assert_eq!(program.get("/api/v1/incidents").json(), serde_json::json!([]));
    assert!(open_one(&page).await.is_some());
}

#[tokio::test]
async fn a_tip_waits_until_it_is_dismissed_or_an_incident_takes_it_up() {
    let page = Page::with("", |_| {}).await;
    page.enrol("dau.moi", OperatorRole::Contact, &["snv"]).await;
    page.enrol("khac", OperatorRole::Administrator, &["skhcn"]).await;
    page.enrol("xem", OperatorRole::Viewer, &["snv"]).await;
    let fields =
        [("account", ADDRESS), ("sign", "odd-mail"), ("words", "thư đòi tiền"), ("told_by", "chủ tài khoản")];
    assert_eq!(page.signed_in("xem").post("/tips", &fields).status, 403);
    assert_eq!(page.signed_in("khac").post("/tips", &fields).status, 404, "another agency's account");
    let mut contact = page.signed_in("dau.moi");
    for _ in 0..2 {
        assert_eq!(contact.post("/tips", &fields).status, 303);
    }
    let tips = page.store.waiting_tips().await.unwrap();
    assert_eq!(tips.len(), 2);
    assert!(contact.get("/incidents").body.contains("thư đòi tiền"));
    let path = format!("/tips/{}/dismiss", tips[0].id);
    let why = [("reason", "thư thật của cơ quan")];
    assert_eq!(contact.post(&path, &why).status, 403, "a contact dismisses nothing");
    let mut khac = page.signed_in("khac");
    assert_eq!(khac.post(&path, &why).status, 404, "another agency's, by its id");
    assert!(!khac.get("/incidents").body.contains("thư đòi tiền"));
    let mut an = page.signed_in("an");
    assert_eq!(an.post(&path, &[("reason", " ")]).status, 422);
    assert_eq!(an.post(&path, &why).status, 303);
    assert_eq!(an.post(&path, &why).status, 404, "it waits no more");
    assert_eq!(an.post("/incidents", &[("account", ADDRESS), ("reason", WHY)]).status, 303);
    assert!(page.store.waiting_tips().await.unwrap().is_empty(), "the incident took the other one up");
}

#[tokio::test]
async fn a_protected_account_stays_red_with_the_commands_that_lock_it() {
    let page = Page::with("", |site| {
        let marked = "kind = \"ldif\"\n";
        desk::edit_config(site, marked, &format!("{marked}protected = [\"nhungkb.snv\"]\n"));
    })
    .await;
    let mut an = page.signed_in("an");
    assert_eq!(an.post("/incidents", &[("account", ADDRESS), ("reason", WHY)]).status, 303);
    let incident = open_one(&page).await.unwrap();
    let shown = an.get(&format!("/incidents/{}", incident.id)).body;
    assert!(shown.contains("ldapmodify") && shown.contains("changetype: modify"), "{shown}");
    assert!(an.get("/incidents").body.contains("phải khóa bằng tay"));
    assert!(!is_locked(&page.site, ADDRESS), "a protected account was written");
}

/// The sample province with everything carried out.
pub async fn carried_out() -> Page {
    let page = Page::of_province().await;
    page.site.approve_everything().await;
    std::fs::write(page.site.path("spool/wake"), b"").unwrap();
    until("nothing was carried out", async || {
        let done = page.site.changes(Some(State::Applied)).await;
        let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
        let waits = page.site.changes(Some(State::Approved)).await;
        (done.len() > 20 && waits.iter().all(|one| one.change.due > today)).then_some(())
    })
    .await;
    page
}

pub async fn applied(page: &Page, kind: ChangeKind) -> StoredChange {
    let found = page.site.changes(Some(State::Applied)).await.into_iter();
    let mut found = found.filter(|one| one.change.kind == kind);
    found.next().unwrap_or_else(|| panic!("the sample has a {kind}"))
}

#[tokio::test]
async fn what_was_carried_out_is_undone_from_the_page_beside_the_running_worker() {
    let page = carried_out().await;
    let change = applied(&page, ChangeKind::UpdateAttributes).await;
    let path = format!("/changes/{}/undo", change.id);
    let fields = [("reason", "ghi nhầm người"), ("sure", "1")];
    page.enrol("khac", OperatorRole::Approver, &[other(&change.change.agency)]).await;
    page.enrol("ra.soat", OperatorRole::Reviewer, &[]).await;
    assert_eq!(page.signed_in("khac").post(&path, &fields).status, 404, "another agency's, by its id");
    assert_eq!(page.signed_in("ra.soat").post(&path, &fields).status, 403);
    let mut an = page.signed_in("an");
    assert!(an.get(&format!("/changes/{}", change.id)).body.contains("Lý do hoàn tác"));
    assert_eq!(an.post(&path, &[("reason", " "), ("sure", "1")]).status, 422);
    assert_eq!(an.post(&path, &fields[..1]).status, 422, "the box was not ticked");
    assert_eq!(state(&page, &change).await, State::Applied);
    let answer = an.post(&path, &fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    until("it was not undone", async || (state(&page, &change).await == State::Undone).then_some(())).await;
    // What is undone has no reverse of its own, and what waits was never done.
    assert_eq!(an.post(&path, &fields).status, 422);
    assert!(!an.get(&format!("/changes/{}", change.id)).body.contains("Lý do hoàn tác"));
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn a_slip_is_the_paper_of_the_terminal_printed_once_and_for_the_own_agency() {
    let page = carried_out().await;
    let change = applied(&page, ChangeKind::CreateAccount).await;
    let agency = change.change.agency.clone();
    page.enrol("dau.moi", OperatorRole::Contact, &[agency.as_str()]).await;
    page.enrol("khac", OperatorRole::Contact, &[other(&agency)]).await;
    let (print, confirm) = (format!("/slips/{}/print", change.id), format!("/slips/{}/confirm", change.id));
    let mut khac = page.signed_in("khac");
    assert_eq!(khac.post(&print, &[]).status, 404, "another agency's, by its id");
    assert_eq!(khac.post(&confirm, &[]).status, 404);
    let mut contact = page.signed_in("dau.moi");
    assert_eq!(contact.post(&confirm, &[]).status, 303);
    let open = async || page.store.slip(&change.id).await.unwrap().unwrap();
    assert!(open().await.ended.is_none(), "nobody signs what was not printed");
    let paper = contact.post(&print, &[]);
    assert_eq!(paper.status, 200, "{}", paper.body);
    assert!(paper.body.contains("Độc lập - Tự do - Hạnh phúc"), "{}", paper.body);
    assert!(
        paper.body.contains("Người dau.moi") && paper.body.contains("class=\"secret\""),
        "{}",
        paper.body
    );
    let policy = paper.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src 'sha256-") && !policy.contains("script"), "{policy}");
    assert_eq!(paper.header("cache-control"), Some("no-store"));
    let again = contact.post(&print, &[]);
    assert!(again.status == 303 && !again.body.contains("secret"), "{}", again.body);
    assert_eq!(contact.post(&confirm, &[]).status, 303);
    assert!(open().await.ended.is_some());
}

/// A province with somebody whom a full roster does not name any more.
pub async fn with_suspicion() -> (Page, StoredChange) {
    let lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    let page = Page::with("", |site| {
        for (name, lines) in [("mot.xlsx", &lines[..]), ("hai.xlsx", &lines[1..])] {
            site.drop_bytes("stc", name, &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", lines, None));
            site.pass(0);
        }
        site.drop_province();
        site.pass(3);
    })
    .await;
    let found = page.site.changes(None).await.into_iter();
    let waits = |one: &StoredChange| matches!(one.state, State::Proposed | State::Held);
    let suspicion = found.filter(waits).find(|one| one.change.kind == ChangeKind::SuspectLeaver);
    (page, suspicion.expect("the sample has somebody who is missing from a full roster"))
}

#[tokio::test]
async fn a_contact_speaks_for_the_own_agency_and_never_approves() {
    let (page, suspicion) = with_suspicion().await;
    let agency = suspicion.change.agency.clone();
    page.enrol("dau.moi", OperatorRole::Contact, &[agency.as_str()]).await;
    page.enrol("khac", OperatorRole::Contact, &[other(&agency)]).await;
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    let path = format!("/changes/{}", suspicion.id);
    let left = format!("{path}/left");
    let why = [("reason", "Quyết định nghỉ hưu 15/QĐ-SNV")];
    assert_eq!(page.signed_in("khac").post(&left, &why).status, 404, "another agency's, by its id");
    assert_eq!(page.signed_in("xem").post(&left, &why).status, 403);
    let mut contact = page.signed_in("dau.moi");
    assert!(contact.get("/").body.contains("chờ xác nhận"));
    assert!(contact.get(&path).body.contains("Xác nhận đã nghỉ"));
    assert_eq!(contact.post(&left, &[("reason", " ")]).status, 422);
    let key = suspicion.key.as_str();
    assert_eq!(contact.post(&format!("{path}/approve"), &[("key", key)]).status, 403);
    assert!(page.store.confirmations().await.unwrap().is_empty());
    assert_eq!(contact.post(&left, &why).status, 303);
    let said = page.store.confirmations().await.unwrap().remove(0);
    assert_eq!((said.by.as_str(), said.account.as_str()), ("dau.moi", suspicion.change.subject.as_str()));
    // What is no suspicion is not confirmed so.
    let other = waiting(&page, Risk::Low, Gate::One).await;
    let mut an = page.signed_in("an");
    assert_eq!(an.post(&format!("/changes/{}/left", other.id), &why).status, 422);
    // The next pass takes the word.
    until("nothing follows", async || (state(&page, &suspicion).await != suspicion.state).then_some(()))
        .await;
}

#[tokio::test]
async fn reports_are_those_of_the_terminal_within_the_scope() {
    let page = Page::of_province().await;
    page.enrol("hoa", OperatorRole::Viewer, &["snv"]).await;
    let (mut an, mut hoa) = (page.signed_in("an"), page.signed_in("hoa"));
    for report in ["accounts", "adoption", "review", "access"] {
        let fields = |agency: &'static str, form: &'static str| {
            [("report", report), ("agency", agency), ("as_file", form)]
        };
        let book = an.post("/reports", &fields("snv", "xlsx"));
        assert!(book.status == 200 && book.body.starts_with("PK"), "{report}: {}", book.status);
        let name = book.header("content-disposition").unwrap();
        assert!(name.starts_with("attachment") && name.contains(&format!("{report}-snv-")), "{name}");
        let paper = an.post("/reports", &fields("snv", "html"));
        assert_eq!(paper.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(paper.body.contains("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), "{report}");
        assert_eq!(hoa.post("/reports", &fields("skhcn", "html")).status, 404, "{report}");
        assert_eq!(an.post("/reports", &fields("khong-co", "html")).status, 404, "{report}");
    }
    let own = hoa.post("/reports", &[("report", "accounts"), ("as_file", "html")]).body;
    assert!(own.contains(".snv@tinhmau.gov.vn") && !own.contains(".skhcn@tinhmau.gov.vn"), "{own}");
    for (fields, status) in [
        ([("report", "nothing"), ("as_file", "html"), ("agency", "")], 404),
        ([("report", "accounts"), ("as_file", "exe"), ("agency", "")], 404),
        ([("report", "review"), ("as_file", "html"), ("agency", "")], 422),
        ([("report", "access"), ("as_file", "html"), ("on", "2999-01-01")], 422),
        ([("report", "access"), ("as_file", "html"), ("on", "hôm qua")], 422),
    ] {
        assert_eq!(an.post("/reports", &fields).status, status, "{fields:?}");
    }
    let taken = page.store.audit_page("hoa", "report.make", None, 10).await.unwrap();
    assert_eq!(taken.len(), 1, "who took which is in the trail");
    assert_eq!(page.browser().sign_in("hoa", PASSWORD).status, 303);
}
