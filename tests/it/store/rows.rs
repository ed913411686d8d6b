//! The rows beside the plan: arrivals, last good reads, mail.

use super::*;
use rosterd::model::citizen::{CitizenId, CitizenMark};
use rosterd::model::ids::{AccountId, RosterId};
use rosterd::model::name::PersonName;
use rosterd::model::notice::Notice;
use rosterd::model::record::Record;
use rosterd::model::roster::{Block, Declared, Reading, Roster, RosterKind};
use rosterd::store::{
    Arrival, Confirmation, ExportState, Fate, Fenced, Inserted, OutboxCounts, RowResult, Settled,
    SnapshotState, StoreError, WriteTx,
};

fn record() -> Record<CitizenId> {
    Record {
        sheet: "Sheet1".into(),
        row: 7,
        full_name: PersonName::new("Đặng Thị Ướt").unwrap(),
        birth: None,
        gender: None,
        citizen_id: CitizenId::parse("022201921394"),
        staff_code: None,
        position: Some("Kế\0 toán".into()),
        unit: None,
        phone: None,
        email: None,
        status: None,
        action: None,
        effective_date: None,
        note: None,
        departure_confirmed: false,
    }
}

pub(super) fn arrival(id: &str, sha256: &str) -> Arrival {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"k");
    let block = Block {
        sheet: "Sheet1".into(),
        header_row: 5,
        header_end: 6,
        form: None,
        declared: Declared::StaffList,
        agency_in_title: None,
        document: None,
        as_of: None,
        columns: [].into(),
        units: [].into(),
        records: vec![record()],
        findings: vec![],
    };
    let roster = Roster {
        id: RosterId::new(id),
        agency: agency("skhcn"),
        file: "ds.xlsx".into(),
        sha256: sha256.into(),
        arrived: now(),
        declared: Declared::StaffList,
        kind: None,
        document: None,
        as_of: None,
        has_pdf: false,
        units: [].into(),
        rows: vec![record().map_citizen(|id| CitizenMark::of(&id, &key))],
        in_words: vec![],
    };
    Arrival {
        id: RosterId::new(id),
        agency: agency("skhcn"),
        file: "ds.xlsx".into(),
        sha256: sha256.into(),
        arrived: now(),
        roster: Some(roster),
        notes: Reading { blocks: vec![block], findings: vec![] },
        done_path: None,
        spool_path: Some("spool/1".into()),
    }
}

pub(super) async fn insert(site: &Site, arrival: &Arrival) -> Inserted {
    let work = async |mut tx: WriteTx| {
        let inserted = tx.insert_arrival(arrival).await?;
        tx.commit(inserted).await
    };
    site.store.write(now(), work).await.unwrap()
}

#[tokio::test]
async fn an_arrival_is_known_by_its_bytes_and_keeps_no_whole_citizen_id() {
    on_both(async |site| {
        let first = arrival("r1", "aa");
        assert_eq!(insert(site, &first).await, Inserted::New);
        assert_eq!(insert(site, &arrival("r2", "aa")).await, Inserted::Known(RosterId::new("r1")));
        let stored = site.store.find_by_hash(&agency("skhcn"), "aa").await.unwrap().unwrap();
        assert_eq!((&stored.id, &stored.spool_path), (&first.id, &first.spool_path));
        assert_eq!(stored.notes.blocks[0].header_end, 6);
        assert_eq!(stored.notes.blocks[0].records, []);
        assert_eq!(site.store.find_by_hash(&agency("stc"), "aa").await.unwrap(), None);
        let whole = "roster WHERE body LIKE '%022201921394%' OR notes LIKE '%022201921394%'";
        assert_eq!(site.count(whole).await, 0);
        // NUL, which PostgreSQL takes in neither text nor JSON, is gone; nothing else is.
        let rows = &site.store.rosters().await.unwrap()[0].rows;
        assert_eq!(rows[0].position.as_deref(), Some("Kế toán"));
        assert_eq!(rows[0].citizen_id.as_ref().unwrap().tail, "394");
    })
    .await;
}

#[tokio::test]
async fn a_roster_kind_once_decided_stays() {
    on_both(async |site| {
        insert(site, &arrival("r1", "aa")).await;
        let refused = Arrival { roster: None, ..arrival("r2", "bb") };
        insert(site, &refused).await;
        let decide = async |id: &str, kind| {
            let kinds = [(RosterId::new(id), kind)];
            let work = async |mut tx: WriteTx| {
                let decided = tx.decide_kinds(&kinds).await?;
                tx.commit(decided == 1).await
            };
            site.store.write(now(), work).await.unwrap()
        };
        assert!(decide("r1", RosterKind::Partial).await);
        assert!(!decide("r1", RosterKind::Full).await);
        assert!(!decide("r2", RosterKind::Full).await, "a refused file has no kind");
        let rosters = site.store.rosters().await.unwrap();
        assert_eq!((rosters.len(), rosters[0].kind), (1, Some(RosterKind::Partial)));
    })
    .await;
}

#[tokio::test]
async fn feedback_is_owed_once_there_is_something_to_say() {
    on_both(async |site| {
        insert(site, &arrival("r1", "aa")).await;
        insert(site, &Arrival { roster: None, ..arrival("r2", "bb") }).await;
        let due = async || {
            let due = site.store.feedback_due().await.unwrap();
            due.iter().map(|one| (one.arrival.id.to_string(), one.results.len())).collect::<Vec<_>>()
        };
        assert_eq!(due().await, [("r2".to_owned(), 0)]);
        let results =
            [RowResult { sheet: "Sheet1".into(), row: 7, text: "Sẽ cấp tài khoản mới".into() }];
        let id = RosterId::new("r1");
        let set = async |mut tx: WriteTx| {
            tx.set_results(&id, &results).await?;
            tx.set_done_path(&id, "done/skhcn/ds.xlsx").await?;
            tx.commit(()).await
        };
        site.store.write(now(), set).await.unwrap();
        assert_eq!(due().await, [("r2".to_owned(), 0)], "results are staged until the kind is decided");
        let decide = async |mut tx: WriteTx| {
            tx.decide_kinds(&[(id.clone(), RosterKind::Partial)]).await?;
            tx.commit(()).await
        };
        site.store.write(now(), decide).await.unwrap();
        assert_eq!(due().await, [("r1".to_owned(), 1), ("r2".to_owned(), 0)]);
        let written = async |mut tx: WriteTx| {
            tx.feedback_written(&id, "done/skhcn/ds.ketqua.xlsx").await?;
            tx.commit(()).await
        };
        site.store.write(now(), written).await.unwrap();
        assert_eq!(due().await, [("r2".to_owned(), 0)]);
        let nowhere = async |mut tx: WriteTx| {
            tx.feedback_written(&RosterId::new("r9"), "x").await?;
            tx.commit(()).await
        };
        assert!(matches!(site.store.write(now(), nowhere).await, Err(StoreError::Missing { .. })));
    })
    .await;
}

#[tokio::test]
async fn an_older_read_never_replaces_a_newer_one() {
    on_both(async |site| {
        let target = TargetId::mail();
        let read = |at, digest: &str, total| SnapshotState {
            taken: at,
            digest: digest.into(),
            counts: [(agency("skhcn"), total)].into(),
            total,
        };
        let save = async |state: SnapshotState| {
            let work = async |mut tx: WriteTx| {
                let SnapshotState { taken, digest, .. } = &state;
                tx.save_snapshot(&target, &state).await?;
                tx.save_export(&target, &ExportState { digest: digest.clone(), taken: *taken }).await?;
                tx.commit(()).await
            };
            site.store.write(now(), work).await.unwrap();
        };
        assert_eq!(site.store.snapshot(&target).await.unwrap(), None);
        save(read(minutes(1), "d1", 600)).await;
        save(read(minutes(0), "d0", 1)).await;
        assert_eq!(site.store.snapshot(&target).await.unwrap(), Some(read(minutes(1), "d1", 600)));
        save(read(minutes(2), "d2", 601)).await;
        assert_eq!(site.store.snapshot(&target).await.unwrap(), Some(read(minutes(2), "d2", 601)));
        let export = site.store.export(&target).await.unwrap().unwrap();
        assert_eq!((export.digest.as_str(), export.taken), ("d2", minutes(2)));
    })
    .await;
}

#[tokio::test]
async fn a_confirmed_departure_is_an_operators_word() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let confirmation = |by: &Login| Confirmation {
            person: None,
            target: TargetId::mail(),
            account: AccountId::new("a1"),
            agency: agency("skhcn"),
            by: by.clone(),
            reason: "gọi điện cho đơn vị".into(),
            at: now(),
        };
        let confirm = async |by: &Login| {
            let work = async |mut tx: WriteTx| {
                tx.confirm_departure(&confirmation(by)).await?;
                tx.commit(()).await
            };
            site.store.write(now(), work).await
        };
        assert!(confirm(&Login::new("stranger")).await.is_err());
        confirm(&an).await.unwrap();
        assert_eq!(site.store.confirmations().await.unwrap(), [confirmation(&an)]);
    })
    .await;
}

fn notice(key: &str, to: &str) -> Notice {
    Notice {
        key: key.into(),
        template: "agency-feedback".into(),
        to: to.into(),
        to_name: "Văn thư".into(),
        subject: "Kết quả".into(),
        text: "t".into(),
        html: "h".into(),
    }
}

#[tokio::test]
async fn a_notice_goes_out_once_per_key_and_address() {
    on_both(async |site| {
        let enqueue = async |notice: Notice| {
            let work = async |mut tx: WriteTx| {
                let new = tx.enqueue(&notice).await?;
                tx.commit(new).await
            };
            site.store.write(now(), work).await.unwrap()
        };
        assert!(enqueue(notice("k1", "a@x")).await);
        assert!(!enqueue(notice("k1", "a@x")).await);
        assert!(enqueue(notice("k1", "b@x")).await);
        assert!(enqueue(notice("k2", "a@x")).await);
        let token = site.lease().await;
        let claim = async |at: Time| {
            let work = async |mut tx: Fenced| {
                let claimed = tx.claim_due(2, at + TimeDelta::minutes(10)).await?;
                tx.commit(claimed).await
            };
            site.store.write_fenced(&token, at, work).await.unwrap()
        };
        let [first, second] = &claim(now()).await[..] else { panic!() };
        assert_eq!((&first.notice, first.attempts), (&notice("k1", "a@x"), 1));
        let [third] = &claim(now()).await[..] else { panic!() };
        let done = async |mut tx: Fenced| {
            let settled = [
                (first, Fate::Sent),
                (second, Fate::Again { at: minutes(3), error: "451 busy".into() }),
                (third, Fate::GivenUp { error: "550 no such user".into() }),
            ];
            tx.settle(&settled.map(|(one, fate)| Settled { id: one.id.clone(), fate })).await?;
            tx.commit(()).await
        };
        site.store.write_fenced(&token, now(), done).await.unwrap();
        let counts = OutboxCounts { queued: 1, sending: 0, sent: 1, failed: 1, returned: 0 };
        assert_eq!(site.store.outbox_counts().await.unwrap(), counts);
        assert_eq!(claim(minutes(2)).await, []);
        let [again] = &claim(minutes(3)).await[..] else { panic!() };
        assert_eq!((&again.id, again.attempts), (&second.id, 2));
        // Its worker dies: the notice is due again later, as the same mail.
        assert_eq!(claim(minutes(12)).await, []);
        let [repeat] = &claim(minutes(13)).await[..] else { panic!() };
        assert_eq!((&repeat.id, repeat.attempts), (&second.id, 3));
        assert_eq!(repeat.notice.message_id(), second.notice.message_id());
        // Sent once, never queued again.
        assert!(!enqueue(notice("k1", "a@x")).await);
        let twice = async |mut tx: Fenced| {
            tx.settle(&[Settled { id: first.id.clone(), fate: Fate::Sent }]).await?;
            tx.commit(()).await
        };
        assert!(site.store.write_fenced(&token, now(), twice).await.is_err());
    })
    .await;
}
