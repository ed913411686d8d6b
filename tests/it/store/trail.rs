//! The audit trail: written by every decision, and broken by every change to it.

use super::*;
use rosterd::store::{Fenced, StoreError, WriteTx};

/// A store whose trail has rows of two lanes, the operators' sworn to by the worker's.
async fn with_trail(site: &Site) {
    let [an, _] = site.operators(["an", "binh"]).await;
    let one = &site.propose(&[title("nguyen.thi.hoa", Gate::Two)]).await[0];
    let approve = async |mut tx: WriteTx| {
        tx.approve(&one.stored.id, &one.stored.key, &an, &nobody()).await?;
        tx.commit(()).await
    };
    site.store.write(now(), approve).await.unwrap();
    let token = site.lease().await;
    let pass = async |mut tx: Fenced| {
        let id = tx.begin_pass().await?;
        tx.end_pass(&id, "done", &()).await?;
        tx.commit(()).await
    };
    site.store.write_fenced(&token, now(), pass).await.unwrap();
    // A second pass finds nothing to swear to and leaves no row.
    let rows = site.count("audit").await;
    site.store.write_fenced(&token, now(), pass).await.unwrap();
    assert_eq!(site.count("audit").await, rows);
}

async fn unlocked(site: &Site) {
    let locks: &[&str] = if site.is_postgres() {
        &["DROP TRIGGER audit_append_only ON audit"]
    } else {
        &["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    };
    for lock in locks {
        site.raw(lock).await.unwrap();
    }
}

async fn broken(site: &Site) -> (String, i64) {
    match site.store.audit_verify().await {
        Err(StoreError::AuditBroken { lane, seq, .. }) => (lane, seq),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_decision_is_in_the_trail_under_a_pseudonym() {
    on_both(async |site| {
        with_trail(site).await;
        let report = site.store.audit_verify().await.unwrap();
        let heads: Vec<_> = report.heads.iter().map(|head| (head.lane.as_str(), head.seq)).collect();
        assert_eq!(heads, [("operators", 3), ("worker", 2)]);
        assert_eq!((report.rows, report.details), (5, 5));
        let rows = site.store.audit_export("", 0, 99).await.unwrap();
        let verbs: Vec<_> = rows.iter().map(|row| (row.actor.as_str(), row.verb.as_str())).collect();
        let add = ("an", "operator.add");
        assert_eq!(verbs[..2], [add, add]);
        assert_eq!(
            verbs[2..],
            [("an", "change.approve"), ("worker", "plan.publish"), ("worker", "lane.anchor")]
        );
        assert!(rows.iter().all(|row| !row.subject.contains("nguyen.thi.hoa")));
        assert_eq!(site.store.audit_export("operators", 2, 1).await.unwrap()[0], rows[2]);
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_is_rolled_back_leaves_no_row() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let mut tx = site.store.begin_write(now()).await.unwrap();
        tx.remove_operator(&binh, &an).await.unwrap();
        drop(tx);
        assert!(site.store.operator(&binh).await.unwrap().is_some());
        assert_eq!(site.store.audit_verify().await.unwrap().rows, 2);
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_the_trail() {
    on_both(async |site| {
        with_trail(site).await;
        assert!(site.raw("UPDATE audit SET actor = 'x'").await.is_err());
        assert!(site.raw("DELETE FROM audit").await.is_err());
        assert!(site.store.audit_verify().await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_changed_row_is_found_in_every_column() {
    on_both(async |site| {
        with_trail(site).await;
        unlocked(site).await;
        for column in ["at", "actor", "verb", "subject", "detail_mac", "prev", "hash"] {
            let set = |value: &str| {
                format!("UPDATE audit SET {column} = {value} WHERE lane = 'operators' AND seq = 2")
            };
            let text = site.store.audit_export("operators", 1, 1).await.unwrap().remove(0);
            let old = match column {
                "at" => rosterd::model::rfc3339(text.at),
                "actor" => text.actor,
                "verb" => text.verb,
                "subject" => text.subject,
                "detail_mac" => text.detail_mac,
                "prev" => text.prev,
                _ => text.hash,
            };
            site.raw(&set("'2001-01-01T00:00:00.000Z'")).await.unwrap();
            assert_eq!(broken(site).await, ("operators".into(), 2), "{column}");
            site.raw(&set(&format!("'{old}'"))).await.unwrap();
            site.store.audit_verify().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_missing_row_is_found_wherever_it_was() {
    on_both(async |site| {
        with_trail(site).await;
        unlocked(site).await;
        site.raw("CREATE TABLE kept AS SELECT * FROM audit").await.unwrap();
        for (seq, found) in [(1, 2), (2, 3), (3, 3)] {
            site.raw(&format!("DELETE FROM audit WHERE lane = 'operators' AND seq = {seq}")).await.unwrap();
            assert_eq!(broken(site).await, ("operators".into(), found));
            site.raw("DELETE FROM audit").await.unwrap();
            site.raw("INSERT INTO audit SELECT * FROM kept").await.unwrap();
        }
        site.store.audit_verify().await.unwrap();
        // The end cut off and the head moved back to hide it: the other lane swore to it.
        site.raw("DELETE FROM audit WHERE lane = 'operators' AND seq = 3").await.unwrap();
        site.raw(
            "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE lane = 'operators' AND seq = 2)
             WHERE lane = 'operators'",
        )
        .await
        .unwrap();
        assert_eq!(broken(site).await, ("operators".into(), 3));
    })
    .await;
}

#[tokio::test]
async fn a_detail_may_be_deleted_but_not_changed() {
    on_both(async |site| {
        with_trail(site).await;
        site.raw("DELETE FROM audit_detail WHERE lane = 'operators' AND seq = 3").await.unwrap();
        let report = site.store.audit_verify().await.unwrap();
        assert_eq!((report.rows, report.details), (5, 4));
        site.raw("UPDATE audit_detail SET detail = 'x' WHERE lane = 'operators' AND seq = 1").await.unwrap();
        assert_eq!(broken(site).await, ("operators".into(), 1));
    })
    .await;
}
