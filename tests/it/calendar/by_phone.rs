//! Unlocking by phone: whatever had locked the account, no ladder locks it again at once.

use super::town::{Town, person};
use rosterd::model::change::{ChangeKind, State};
use rosterd::model::ids::{ChangeId, Login};
use rosterd::model::leak::{LeakEntry, LeakKind, LeakList};
use rosterd::model::phone::NotByPhone;
use rosterd::plan::Counts;
use rosterd::store::{Approval, Filter, Noted};
use rosterd::worker::by_phone::PhoneError;
use rosterd::worker::pass::Summary;
use std::collections::BTreeSet;

const CONTACT: &str = "daumoi.so@tinhmau.gov.vn";

async fn ask(town: &Town, login: &str) -> Result<ChangeId, PhoneError> {
    let an = town.engine.store.operator(&Login::new("an")).await.unwrap().unwrap();
    town.engine.unlock_by_phone(login, CONTACT, &an, "cần xử lý văn bản").await
}

/// Asked for by phone, called back, approved by another operator and carried out at this moment, with no pass between.
pub(super) async fn unlock(town: &Town, login: &str) {
    let engine = &town.engine;
    let id = ask(town, login).await.unwrap();
    let key = engine.store.change(&id).await.unwrap().unwrap().stored.key;
    let approve = async |by: &str| {
        let approved = engine.store.write(engine.now(), async |mut tx| {
            let approval = tx.approve(&id, &key, &Login::new(by), &BTreeSet::new()).await?;
            tx.commit(approval).await
        });
        approved.await.unwrap()
    };
    assert_eq!(approve("binh").await, Approval::NeedsCallBack);
    let noted = engine.store.write(engine.now(), async |mut tx| {
        let noted = tx
            .note_call_back(&id, &Login::new("an"), "0200 0000 010", "Đầu mối Sở", &BTreeSet::new())
            .await?;
        tx.commit(noted).await
    });
    assert_eq!(noted.await.unwrap(), Noted::Noted);
    assert_eq!(approve("an").await, Approval::PutInByYou, "who wrote it down");
    assert!(matches!(approve("binh").await, Approval::Approved { state: State::Approved, .. }));
    let grip = engine.grip_or_say().await.unwrap();
    let directory = engine.look_at_directory().await.unwrap();
    let mut summary = Summary::default();
    engine.apply(&grip.token, &Counts::of(&directory), &mut summary).await.unwrap();
    engine.let_go(grip).await.unwrap();
    assert_eq!((summary.applied.applied, summary.applied.errors), (1, Vec::new()));
}

/// Locks that wait or were approved.
async fn locks(town: &Town) -> usize {
    let filter = Filter { kind: Some(ChangeKind::LockAccount), ..Filter::default() };
    let all = town.engine.store.every_change(&filter).await.unwrap();
    all.iter().filter(|one| one.stored.state.is_live()).count()
}

#[tokio::test]
async fn what_is_unlocked_by_phone_is_not_locked_again_at_once() {
    let used = "2021-02-05T08:00:00";
    let old = "2020-08-30T08:00:00";
    let people = [
        person("an", "so", old, used),
        person("binh", "so", "2021-01-04T08:00:00", used),
        person("chi", "so", old, used),
    ];
    let rotation = "active_from = \"2021-01-01\"\n";
    let mut town = Town::new("2021-02-08T07:00:00", &people, "dong-thap-2021", rotation, "").await;
    assert!(matches!(ask(&town, "binh").await, Err(PhoneError::Not(NotByPhone::Open(_)))));
    town.days("2021-02-08", "2021-03-03", &["08:30"]).await;

    // A leak: three working days later it is locked, with an approval.
    town.go_to("2021-03-04T08:00:00");
    let list = LeakList {
        id: "l1".into(),
        source: "dien-dan.example".into(),
        document: None,
        leaked: None,
        imported: town.engine.now(),
        by: Some(Login::new("an")),
        agency: None,
        entries: vec![LeakEntry {
            kind: LeakKind::Address,
            value: "binh@tinhmau.gov.vn".into(),
            leaked: None,
            site: None,
        }],
    };
    let imported = town.engine.store.write(town.engine.now(), async |mut tx| {
        let new = tx.import_leak(&list, &Login::new("an")).await?;
        tx.commit(new).await
    });
    assert!(imported.await.unwrap());
    town.days("2021-03-04", "2021-03-09", &["08:30"]).await;
    assert_eq!(town.approve(ChangeKind::LockAccount).await.len(), 1);
    town.pass("2021-03-09T09:00:00").await;
    town.said();
    town.go_to("2021-03-09T09:30:00");
    unlock(&town, "binh").await;
    town.pass("2021-03-09T10:00:00").await;
    assert_eq!(locks(&town).await, 0, "the leak's ladder begins anew");

    // An incident, whose own opening was turned down.
    town.go_to("2021-03-10T09:00:00");
    let by = Login::new("an");
    let incident = town.engine.open_incident("chi", &by, "thư lạ").await.unwrap();
    town.engine.lock_out(&incident).await.unwrap();
    assert!(matches!(ask(&town, "chi").await, Err(PhoneError::Not(NotByPhone::Incident(_)))));
    town.engine.close_incident("chi", &by, "đã xử lý").await.unwrap();
    let Err(PhoneError::Not(NotByPhone::Waits { id, .. })) = ask(&town, "chi").await else {
        panic!("it stands")
    };
    let key = town.engine.store.change(&id).await.unwrap().unwrap().stored.key;
    let rejected = town.engine.store.write(town.engine.now(), async |mut tx| {
        let rejected = tx.reject(&id, &key, &by, "chưa rõ").await?;
        tx.commit(rejected).await
    });
    assert_eq!(rejected.await.unwrap(), Approval::Rejected);

    // The ladder's own lock.
    town.days("2021-03-11", "2021-03-12", &["08:30"]).await;
    town.go_to("2021-03-12T09:00:00");
    unlock(&town, "an").await;
    unlock(&town, "chi").await;
    town.days("2021-03-12", "2021-03-14", &["10:00"]).await;
    assert_eq!(locks(&town).await, 0);
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);
}
