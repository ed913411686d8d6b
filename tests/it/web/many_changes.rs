//! Decisions on many at once: in bulk within an agency, what is selected, what a brake holds, holds; and the lists that people
//! stand in by given name.

use super::decisions::pause;
use super::numbers::{body, rows_of_changes};
use super::state;
use crate::support::desk;
use crate::support::page::{PASSWORD, Page};
use rosterd::model::change::{ChangeKind, Gate, Risk, State, StoredChange};
use rosterd::model::ids::AgencyCode;
use rosterd::store::{Query, WriteTx};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// So many changes of one agency, which a bulk approval may cover; everything else is made of high risk.
async fn bulk_of<const N: usize>(page: &Page, counts: [usize; N]) -> [(AgencyCode, Vec<StoredChange>); N] {
    for table in ["change", "change_content"] {
        desk::execute(&page.site, &format!("UPDATE {table} SET risk = 'high'")).await;
    }
    let mut by_agency: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in page.site.changes(Some(State::Proposed)).await {
        if matches!(one.change.kind, ChangeKind::CreateAccount | ChangeKind::UpdateAttributes) {
            by_agency.entry(one.change.agency.clone()).or_default().push(one);
        }
    }
    let chosen = counts.map(|count| {
        let code =
            by_agency.iter().find(|(_, list)| list.len() >= count).expect("an agency with as many").0.clone();
        let mut list = by_agency.remove(&code).unwrap();
        list.truncate(count);
        (code, list)
    });
    for one in chosen.iter().flat_map(|(_, list)| list) {
        let id = &one.id;
        let set = format!("UPDATE change_content SET risk = 'low', gate = 'one' WHERE id = '{id}'");
        desk::execute(&page.site, &set).await;
        desk::execute(
            &page.site,
            &format!("UPDATE change SET needed = 1, risk = 'low', gate = 'one' WHERE id = '{id}'"),
        )
        .await;
    }
    chosen
}

fn value_of(shown: &str, name: &str) -> String {
    let (_, rest) = shown
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no {name}: {shown}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_bulk_approval_of_an_agency_covers_exactly_its_own_and_few_need_no_number() {
    let page = Page::with("bulk_typed_above = 2\n", |site| {
        site.drop_province();
        site.pass(3);
    })
    .await;
    pause(&page).await;
    // At the limit nothing is typed, above it the exact number is.
    let [many, few] = bulk_of(&page, [3, 2]).await;
    let (mut an, mut wanted) = (page.signed_in("an"), BTreeSet::new());
    for ((code, own), types) in [(few, false), (many, true)] {
        let path = format!("/changes/bulk?agency={code}");
        let shown = body(&mut an, &path);
        assert!(shown.contains(&format!("<strong>{}</strong>", own.len())), "{shown}");
        assert_eq!(shown.contains("name=\"typed\""), types, "{code}: {}", own.len());
        assert_eq!(value_of(&shown, "agency"), code.as_str(), "the filter goes with the form");
        let (covered, number) = (value_of(&shown, "covered"), own.len().to_string());
        let mut fields = vec![("covered", covered.as_str()), ("agency", code.as_str())];
        // What was shown for one agency is no approval of everybody's.
        let wrong = an.post("/changes/bulk", &fields[..1]);
        assert!(wrong.status == 200 && wrong.body.contains("chưa duyệt thay đổi nào"), "{}", wrong.body);
        if types {
            let refused = an.post("/changes/bulk", &fields);
            assert!(refused.status == 200 && refused.body.contains("không khớp"), "{}", refused.body);
            fields.push(("typed", &number));
        }
        assert_eq!(an.post("/changes/bulk", &fields).status, 303);
        wanted.extend(own.into_iter().map(|one| one.id));
        let approved = page.site.changes(None).await.into_iter();
        let approved: BTreeSet<_> =
            approved.filter(|one| one.approvals.iter().any(|by| by == "an")).map(|one| one.id).collect();
        assert_eq!(approved, wanted, "{code}: these and no other, of whatever agency");
    }
}

#[tokio::test]
async fn what_is_selected_is_rejected_with_its_reason_and_nothing_else() {
    let page = Page::of_province().await;
    let waiting = page.site.changes(Some(State::Proposed)).await;
    let (picked, left) = waiting.split_at(3);
    let mut an = page.signed_in("an");
    let picks: Vec<_> = picked.iter().map(|one| format!("{}.{}", one.id, one.key)).collect();
    let why = "đề nghị bổ sung văn bản";
    let form = |reason: &'static str| {
        let mut fields: Vec<_> = picks.iter().map(|pick| ("pick", pick.as_str())).collect();
        fields.extend([("what", "reject"), ("reason", reason), ("next", "/changes?risk=low")]);
        fields
    };
    assert_eq!(an.post("/changes/selected", &form("  ")).status, 422, "a rejection says why");
    for one in picked {
        assert_eq!(state(&page, one).await, State::Proposed);
    }
    let none = an.post("/changes/selected", &[("what", "reject"), ("reason", why)]);
    assert_eq!((none.status, none.header("location")), (303, Some("/changes")));
    assert_eq!(an.post("/changes/selected", &[("pick", picks[0].as_str()), ("what", "delete")]).status, 403);
    let done = an.post("/changes/selected", &form(why));
    assert_eq!((done.status, done.header("location")), (303, Some("/changes?risk=low")), "{}", done.body);
    assert!(body(&mut an, "/changes?risk=low").contains("Đã từ chối 3 thay đổi"));
    for one in picked {
        let stored = page.store.change(&one.id).await.unwrap().unwrap().stored;
        assert_eq!((stored.state, stored.outcome.as_deref()), (State::Rejected, Some(why)));
        assert!(body(&mut an, &format!("/changes/{}", one.id)).contains(why));
    }
    for one in left {
        assert_ne!(state(&page, one).await, State::Rejected, "{}", one.change.label);
    }
    // What was decided meanwhile is told apart.
    assert_eq!(an.post("/changes/selected", &form(why)).status, 303);
    assert!(
        body(&mut an, "/changes?risk=low").contains("Đã từ chối 0 thay đổi. 3:"),
        "none of them a second time"
    );
}

#[tokio::test]
async fn every_agency_s_number_is_as_long_as_its_list() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    for filter in ["", "&risk=high", "&state=held", "&kind=create-account"] {
        let shown = body(&mut an, &format!("/changes?group=agency{filter}"));
        let (mut sum, mut high) = (0, 0);
        for row in shown.split_once("<tbody>").unwrap().1.split("<tr>").skip(1) {
            let (_, rest) = row.split_once("<a href=\"").unwrap_or_else(|| panic!("{filter}: {row}"));
            let path = rest.split('"').next().unwrap();
            let numbers: Vec<u64> = row
                .split("<td class=\"num\">")
                .skip(1)
                .map(|cell| cell.split('<').next().unwrap().replace('.', "").parse().unwrap())
                .collect();
            assert!(path.contains("agency="), "{path}");
            assert!(filter.is_empty() || path.contains(&filter[1..]), "the filter stays: {path}");
            assert_eq!(rows_of_changes(&mut an, path), numbers[0], "{path}");
            if !path.contains("risk=") {
                assert_eq!(rows_of_changes(&mut an, &format!("{path}&risk=high")), numbers[1], "{path}");
            }
            (sum, high) = (sum + numbers[0], high + numbers[1]);
        }
        assert!(sum > 0, "{filter}: {shown}");
        assert!(filter != "&risk=high" || sum == high, "{filter}");
        let list = format!("/changes?{}", filter.trim_start_matches('&'));
        assert_eq!(rows_of_changes(&mut an, &list), sum, "{filter}: none is left out");
    }
}

#[tokio::test]
async fn a_brake_is_discarded_by_two_on_its_page_and_everything_it_held_rejected() {
    let page = Page::of_province().await;
    let (brake, _) = page.store.open_brakes().await.unwrap().remove(0);
    let path = format!("/brakes/{}", brake.key);
    let held = async || {
        let query = Query { brake: Some(brake.key.clone()), ..Query::of(State::Held, Vec::new()) };
        page.store.change_keys(&query, 1_000).await.unwrap()
    };
    let before = held().await;
    assert!(!before.is_empty());
    let (mut an, mut binh) = (page.signed_in("an"), page.signed_in("binh"));
    assert_eq!(an.post(&format!("{path}/discard"), &[("reason", " ")]).status, 422);
    let why = [("reason", "danh sách bị cắt mất nửa sau")];
    assert_eq!(an.post(&format!("{path}/discard"), &why).status, 303);
    assert_eq!(an.post(&format!("{path}/discard"), &why).status, 303);
    let shown = body(&mut binh, &path);
    assert!(shown.contains("danh sách bị cắt mất nửa sau") && shown.contains("Trần Thị An"), "{shown}");
    assert!(body(&mut an, &path).contains("Bạn đã đồng ý bỏ; cần một người khác"));
    assert_eq!(held().await, before, "one person is not two");
    assert_eq!(binh.post(&format!("{path}/discard"), &[("reason", "đồng ý")]).status, 303);
    assert_eq!(binh.get(&path).status, 404, "it holds nothing any more");
    assert!(held().await.is_empty());
    for (id, _) in before {
        let stored = page.store.change(&id).await.unwrap().unwrap().stored;
        assert_eq!(stored.state, State::Rejected, "{}", stored.change.label);
    }
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn a_hold_is_lifted_by_two_on_the_page() {
    let page = Page::of_province().await;
    let change = super::waiting(&page, Risk::Low, Gate::One).await;
    let (mut an, mut binh) = (page.signed_in("an"), page.signed_in("binh"));
    let why = [("reason", "CV 12/CA")];
    assert_eq!(an.post(&format!("/changes/{}/hold", change.id), &why).status, 303);
    let hold = page.store.legal_holds().await.unwrap().remove(0);
    assert_eq!(binh.post(&format!("/holds/{}/agree", hold.id), &why).status, 303);
    assert!(body(&mut an, "/holds").contains("đang lưu giữ"));
    let lift = format!("/holds/{}/lift", hold.id);
    assert_eq!(an.post(&lift, &[("reason", "")]).status, 422);
    page.enrol(
        "khac",
        rosterd::model::operator::OperatorRole::Approver,
        &[super::taken_over::other(&hold.agency)],
    )
    .await;
    assert_eq!(page.signed_in("khac").post(&lift, &why).status, 404, "another agency's, by its id");
    for _ in 0..2 {
        assert_eq!(an.post(&lift, &[("reason", "CV 15/CA")]).status, 303);
        assert!(page.store.legal_holds().await.unwrap()[0].holds, "one person is not two");
    }
    assert_eq!(binh.post(&lift, &[("reason", "CV 15/CA")]).status, 303);
    assert!(page.store.legal_holds().await.unwrap().is_empty());
    assert!(!body(&mut an, "/holds").contains(&format!("/holds/{}/", hold.id)));
    page.store.audit_verify().await.unwrap();
}

/// Where each text stands in another, in this order.
fn in_order(shown: &str, wanted: &[&str]) {
    let at: Vec<_> =
        wanted.iter().map(|text| shown.find(text).unwrap_or_else(|| panic!("no {text}: {shown}"))).collect();
    assert!(at.is_sorted(), "{wanted:?} at {at:?}");
}

#[tokio::test]
async fn slips_holds_handovers_and_the_account_list_go_by_given_name() {
    // Family names run the other way, and the alphabet has đ behind d.
    let names = ["Vũ Thị An", "Trần Ánh", "Phạm Văn Bình", "Lê Dũng", "Đỗ Đạt", "Bùi Thị Ước"];
    let page = Page::with("", |site| {
        site.drop_province();
        site.pass(3);
        let path = site.path("directory.ldif");
        let mut text = std::fs::read_to_string(&path).unwrap().trim_end().to_owned() + "\n";
        for (at, name) in names.iter().enumerate().rev() {
            // Logins in the other order too.
            write!(
                text,
                "\ndn: uid=z{login}.stc,ou=stc,ou=people,{suffix}\nobjectClass: inetOrgPerson\nuid: z{login}.stc\ncn:: {cn}\n\
                 sn: x\nmail: z{login}.stc@tinhmau.gov.vn\nentryUUID: 7f0e3f1c-0000-4000-8000-0000000000{at:02}\n",
                login = names.len() - at,
                suffix = crate::support::slapd::SUFFIX,
                cn = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, name),
            )
            .unwrap();
        }
        std::fs::write(path, text).unwrap();
    })
    .await;
    pause(&page).await;
    let waiting = page.site.changes(Some(State::Proposed)).await;
    let now = rosterd::model::rfc3339(chrono::Utc::now());
    // The last ones come first in every order but that of the names.
    for (at, name) in names.iter().enumerate() {
        let (slip, handover) = (&waiting[names.len() - at].id, &waiting[3 * names.len() - at].id);
        let label = format!("{name} <z{}@tinhmau.gov.vn>", names.len() - at);
        for id in [slip, handover] {
            let set =
                format!("UPDATE change_content SET label = '{label}', agency = 'stc' WHERE id = '{id}'");
            desk::execute(&page.site, &set).await;
        }
        let slip = format!("INSERT INTO slip (change_id, made) VALUES ('{slip}', '{now}')");
        desk::execute(&page.site, &slip).await;
        let after = format!(r#"{{"custodian":"{name}"}}"#);
        let set = format!("UPDATE change_content SET new_attrs = '{after}' WHERE id = '{handover}'");
        desk::execute(&page.site, &set).await;
        let set = format!(
            "UPDATE change SET kind = '{}', state = 'applied', due = '2026-11-02', since = '{now}' WHERE id = '{handover}'",
            ChangeKind::SetCustodian
        );
        desk::execute(&page.site, &set).await;
    }
    let by = rosterd::model::ids::Login::new("an");
    let stc = AgencyCode::parse("stc").unwrap();
    let people = page.store.people().await.unwrap();
    for (at, name) in names.iter().enumerate() {
        let person = &people[names.len() - at];
        let (id, shown) = (person.id.as_str().replace('\'', "''"), *name);
        desk::execute(
            &page.site,
            &format!("UPDATE person SET body = json_set(body, '$.name', '{shown}') WHERE id = '{id}'"),
        )
        .await;
        let subject = rosterd::model::legal_hold::HoldSubject::Person(person.id.clone());
        let work = async |mut tx: WriteTx| {
            let held = tx.set_hold(&subject, &stc, &by, "CV 12/CA").await?;
            tx.commit(held).await
        };
        page.store.write(chrono::Utc::now(), work).await.unwrap();
    }
    let mut an = page.signed_in("an");
    in_order(&body(&mut an, "/slips"), &names.map(|name| name));
    in_order(&body(&mut an, "/holds"), &names);
    in_order(&body(&mut an, "/slips/handovers").replace("<td>", " "), &names);
    let confirmed = an.post("/confirm", &[("password", PASSWORD), ("next", "/reports")]);
    assert_eq!(confirmed.status, 303);
    let fields = [("report", "accounts"), ("agency", "stc"), ("as_file", "html")];
    in_order(&an.post("/reports", &fields).body, &names);
    in_order(&page.site.expect(&["report", "accounts", "--agency", "stc", "--json"], 0), &names);
}
