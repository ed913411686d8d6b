//! What waits for people: suspicions that nobody answers, contacts who leave, the time to serve, deputies.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State};
use rosterd::model::ids::Login;
use rosterd::model::operator::{Operator, OperatorRole};
use std::collections::BTreeSet;

const ON_DUTY: &str = "on_duty = [{ name = \"Người Trực\", mail = \"truc@tinhmau.gov.vn\" }]\n---\n[worker]\ndaily_letter_hour = 24\n";

/// A site where one person of stc is missing from a full roster, and the agency above stc is snv.
async fn missing() -> Site {
    let site = Site::new(Base::Sqlite, Dir::Ldif, ON_DUTY).await;
    desk::enrol(&site).await;
    let path = site.path("agencies.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("code = \"stc\"\n", "code = \"stc\"\nparent = \"snv\"\n")).unwrap();
    let lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    site.drop_bytes("stc", "can-bo.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    site.pass(0);
    site.drop_bytes("stc", "can-bo-2.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines[1..], None));
    site.pass(0);
    assert_eq!(desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await.len(), 1);
    site
}

async fn age(site: &Site, days: i64) {
    let then = rosterd::model::rfc3339(chrono::Utc::now() - chrono::TimeDelta::days(days));
    desk::execute(site, &format!("UPDATE change SET proposed = '{then}', due = '{}'", &then[..10])).await;
}

fn to(site: &Site, address: &str) -> usize {
    desk::mails(site).iter().filter(|(head, _)| head.contains(address)).map(|(_, count)| count).sum()
}

#[tokio::test]
async fn a_suspicion_that_nobody_answers_climbs_step_by_step_and_locks_nobody() {
    let site = missing().await;
    let before = [to(&site, "daumoi.stc@"), to(&site, "daumoi.snv@"), to(&site, "truc@")];
    let since = |site: &Site| {
        let now = [to(site, "daumoi.stc@"), to(site, "daumoi.snv@"), to(site, "truc@")];
        [0, 1, 2].map(|at| now[at] - before[at])
    };
    site.pass(0);
    assert_eq!(since(&site), [0, 0, 0]);
    age(&site, 8).await;
    site.pass(0);
    site.pass(0);
    assert_eq!(since(&site), [1, 0, 0], "the contact, once");
    age(&site, 16).await;
    site.pass(0);
    assert_eq!(since(&site), [1, 1, 0], "the agency above");
    assert!(!site.expect(&["review", "list"], 0).contains("QUÁ HẠN"));
    age(&site, 40).await;
    site.pass(0);
    site.pass(0);
    assert_eq!(since(&site), [1, 1, 1], "those on duty");
    let list = site.expect(&["review", "list"], 0);
    assert!(list.contains("QUÁ HẠN"), "{list}");
    let suspect = desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await.remove(0);
    let all = site.changes(None).await;
    assert!(all.iter().all(|one| one.change.kind != ChangeKind::DisableAccount), "{all:?}");
    // The contact's word ends it: enrolled as such, he or she confirms and approves nothing.
    let store = site.store().await;
    let (an, contact) = (Login::new("an"), Login::new(desk::login()));
    let mine = Operator {
        login: contact,
        name: "Đầu mối".into(),
        role: OperatorRole::Contact,
        agencies: [suspect.change.agency.clone()].into(),
    };
    store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.add_operator(&mine, &an).await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    store.close().await;
    let refused = site.rosterd(&["review", "approve", suspect.id.as_str()]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    let address = suspect.change.label.split_once(" <").unwrap().1.trim_end_matches('>').to_owned();
    let other = desk::line(&desk::accounts("snv").await[0])[3].clone();
    let elsewhere = site.rosterd(&["contact", "confirm", &other, "--reason", "đã nghỉ"]);
    assert_eq!(elsewhere.status.code(), Some(1), "{}", said(&elsewhere));
    assert_eq!(site.rosterd(&["contact", "confirm", &address, "--reason", " "]).status.code(), Some(1));
    site.expect(&["contact", "confirm", &address, "--reason", "CV 12/STC"], 0);
    site.pass(0);
    let disable = desk::of_kind(&site, ChangeKind::DisableAccount, State::Proposed).await;
    assert_eq!(disable.len(), 1, "still proposed, still to be approved");
    assert_eq!(disable[0].change.reason.as_str(), "leaver-confirmed");
}

#[tokio::test]
async fn a_contact_who_leaves_raises_an_alert_to_everybody_but_the_contact() {
    let site = missing().await;
    let suspect = desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await.remove(0);
    let address = suspect.change.label.split_once(" <").unwrap().1.trim_end_matches('>').to_owned();
    let path = site.path("agencies.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let first = "{ name = \"Đầu mối stc\", mail = \"daumoi.stc@tinhmau.gov.vn\", phone = \"0900000000\" }";
    assert!(text.contains(first));
    let second = format!("{first}, {{ name = \"Người Nghỉ\", mail = {address:?}, phone = \"0900000001\" }}");
    std::fs::write(&path, text.replace(first, &second)).unwrap();
    let (stc, duty) = (to(&site, "daumoi.stc@"), to(&site, "truc@"));
    site.pass(0);
    site.pass(0);
    assert_eq!((to(&site, "daumoi.stc@"), to(&site, "truc@")), (stc + 1, duty + 1), "each once");
    assert_eq!(to(&site, &address), 0, "never to the one who leaves");
    let list = site.expect(&["contact", "list", "--agency", "stc"], 0);
    let line = |text: &str| list.lines().find(|line| line.contains(text)).unwrap().to_owned();
    assert!(line(&address).contains("LEAVES") && !line("daumoi.stc@").contains("LEAVES"), "{list}");
}

#[tokio::test]
async fn the_review_is_sorted_by_the_time_to_serve() {
    let more = "[time_to_serve]\ndays = 5\nkinds = { create-account = 1 }\n";
    let site = Site::new(Base::Sqlite, Dir::Ldif, more).await;
    desk::enrol(&site).await;
    site.drop_province();
    site.pass(3);
    let json = |site: &Site| -> serde_json::Value {
        serde_json::from_str(&site.expect(&["review", "list", "--json"], 0)).unwrap()
    };
    let listed = json(&site);
    let days: Vec<&str> =
        listed["changes"].as_array().unwrap().iter().map(|one| one["serve_by"].as_str().unwrap()).collect();
    assert!(days.len() > 10 && days.is_sorted(), "{days:?}");
    assert_ne!(days.first(), days.last());
    assert!(listed["changes"].as_array().unwrap().iter().all(|one| one["overdue"] == false));
    age(&site, 30).await;
    assert!(json(&site)["changes"].as_array().unwrap().iter().any(|one| one["overdue"] == true));
    assert!(site.expect(&["review", "list"], 0).contains("QUÁ HẠN"));
    let wrong = Site::new(
        Base::Sqlite,
        Dir::Ldif,
        "[deadlines]\nslips = { remind = 3, escalate = 2, overdue = 9 }\n",
    )
    .await;
    let refused = wrong.rosterd(&["review", "list"]);
    assert!(said(&refused).contains("deadlines.slips"), "{}", said(&refused));
}

#[tokio::test]
async fn a_deputy_sees_and_approves_what_the_absent_operator_may() {
    let site = missing().await;
    let suspect = desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await.remove(0);
    let store = site.store().await;
    let an = Login::new("an");
    let enrol = async |login: &str, agencies: &[&str]| {
        let agencies: BTreeSet<_> =
            agencies.iter().map(|code| rosterd::model::ids::AgencyCode::parse(code).unwrap()).collect();
        let role = OperatorRole::Administrator;
        let operator = Operator { login: Login::new(login), name: login.into(), role, agencies };
        store
            .write(chrono::Utc::now(), async |mut tx| {
                tx.add_operator(&operator, &an).await?;
                tx.commit(()).await
            })
            .await
            .unwrap();
    };
    enrol("binh", &["stc"]).await;
    enrol(&desk::login(), &["snv"]).await;
    let id = suspect.id.as_str();
    assert_eq!(site.rosterd(&["review", "approve", id]).status.code(), Some(1));
    assert!(!site.expect(&["review", "list"], 0).contains(&suspect.change.label));
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive().to_string();
    let mandate =
        ["operator", "delegate", &desk::login(), "--from", &today, "--until", &today, "--for", "binh"];
    assert_eq!(site.rosterd(&mandate).status.code(), Some(1), "nobody takes a mandate");
    enrol(&desk::login(), &[]).await;
    site.expect(&mandate, 0);
    enrol(&desk::login(), &["snv"]).await;
    let list = site.expect(&["operator", "list"], 0);
    assert!(list.contains("stands in for binh"), "{list}");
    assert!(site.expect(&["review", "list"], 0).contains(&suspect.change.label));
    site.expect(&["review", "approve", id], 0);
    let show = site.expect(&["review", "show", id], 0);
    assert!(show.contains("Duyệt thay") && show.contains("thay binh"), "{show}");
    store.close().await;
    // The deputy's approval carries, though the deputy has no scope there; what follows comes with the next plan.
    site.pass(0);
    site.pass(0);
    let disable = desk::of_kind(&site, ChangeKind::DisableAccount, State::Proposed).await;
    assert_eq!(disable.len(), 1, "{disable:?}");
}
