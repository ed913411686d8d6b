//! Staging: what a plan adds lies where nobody reads it until one short transaction publishes it.

use super::*;
use rosterd::store::{Filter, WriteTx};

fn plan(pass: &str) -> PlanDelta {
    let changes = [title("a1", Gate::None), title("a2", Gate::One), create("p1", "p1@x.gov.vn")];
    PlanDelta { insert: changes.iter().map(proposed).collect(), ..delta(pass) }
}

impl Site {
    /// A worker that dies before it publishes.
    async fn stage_and_die(&self, delta: &PlanDelta) {
        let token =
            self.store.acquire_lease("pass", "worker", now(), TimeDelta::zero()).await.unwrap().unwrap();
        self.store.stage(&token, now(), delta).await.unwrap();
    }

    async fn leftovers(&self) -> [i64; 4] {
        [
            self.count("change_staged").await,
            self.count("change_content").await,
            self.count("approval").await,
            self.count("reservation").await,
        ]
    }

    async fn is_empty(&self) -> bool {
        self.store.open_changes(now()).await.unwrap().live.is_empty()
            && self.store.changes(&Filter::default(), None, 100).await.unwrap().is_empty()
            && self.store.reserved_addresses().await.unwrap().is_empty()
    }
}

#[tokio::test]
async fn what_is_staged_is_seen_by_nobody_and_the_next_plan_publishes_once() {
    on_both(async |site| {
        site.stage_and_die(&plan("p1")).await;
        assert_eq!(site.leftovers().await, [3, 3, 1, 1], "the crash left something");
        assert!(site.is_empty().await);
        let published = site.publish(&plan("p2")).await;
        assert_eq!((published.inserted, published.approved, published.address_taken), (3, 1, 0));
        assert_eq!(site.leftovers().await, [0, 3, 1, 1]);
        assert_eq!(site.store.changes(&Filter::default(), None, 100).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_wants_nothing_removes_what_a_crash_left() {
    on_both(async |site| {
        site.stage_and_die(&plan("p1")).await;
        site.publish(&delta("p2")).await;
        assert_eq!(site.leftovers().await, [0, 0, 0, 0]);
        assert!(site.is_empty().await);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_a_crash_left_reserved_is_free() {
    on_both(async |site| {
        site.stage_and_die(&plan("p1")).await;
        let other = PlanDelta { insert: vec![proposed(&create("p2", "p1@x.gov.vn"))], ..delta("p2") };
        let published = site.publish(&other).await;
        assert_eq!((published.inserted, published.address_taken), (1, 0));
        let reserved = site.store.reserved_addresses().await.unwrap();
        assert_eq!(reserved.get("p1@x.gov.vn").map(PersonId::as_str), Some("p2"));
    })
    .await;
}

#[tokio::test]
async fn staging_does_not_take_an_address_from_a_change_that_stands() {
    on_both(async |site| {
        let one = &site.propose(&[create("p1", "p1@x.gov.vn")]).await[0];
        // The same person and address, in another change that would supersede the first.
        let other = Change { document: Some("1/QĐ".into()), ..one.stored.change.clone() };
        let next = PlanDelta {
            insert: vec![proposed(&other)],
            supersede: vec![one.stored.id.clone()],
            ..delta("p2")
        };
        site.stage_and_die(&next).await;
        site.publish(&delta("p3")).await;
        assert_eq!(site.store.reserved_addresses().await.unwrap().len(), 1, "it is still the first one's");
        let published = site.publish(&next).await;
        assert_eq!((published.inserted, published.superseded, published.address_taken), (1, 1, 0));
        assert_eq!(site.store.reserved_addresses().await.unwrap().len(), 1);
        // An address passes on within one plan.
        let last = PlanDelta {
            insert: vec![proposed(&create("p2", "p1@x.gov.vn"))],
            supersede: vec![site.standing(&other.key()).await.stored.id],
            ..delta("p4")
        };
        assert_eq!(site.publish(&last).await.inserted, 1);
        let reserved = site.store.reserved_addresses().await.unwrap();
        assert_eq!(reserved.get("p1@x.gov.vn").map(PersonId::as_str), Some("p2"));
    })
    .await;
}

#[tokio::test]
async fn a_decision_between_staging_and_publishing_keeps_its_subject_out() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        let disable = Change { kind: ChangeKind::DisableAccount, ..title("a1", Gate::One) };
        let plan = PlanDelta {
            insert: vec![proposed(&disable), proposed(&create("p1", "p1@x.gov.vn"))],
            supersede: vec![one.stored.id.clone()],
            snapshot_start: minutes(1),
            ..delta("p2")
        };
        let token = site.lease().await;
        let staged = site.store.stage(&token, minutes(2), &plan).await.unwrap();
        let approve = async |mut tx: WriteTx| {
            tx.approve(&one.stored.id, &one.stored.key, &an, &nobody()).await?;
            tx.commit(()).await
        };
        site.store.write(minutes(3), approve).await.unwrap();
        let publish = async |mut tx: rosterd::store::Fenced| {
            let done = tx.publish(&plan, &staged).await?;
            tx.commit(done).await
        };
        let published = site.store.write_fenced(&token, minutes(4), publish).await.unwrap();
        assert_eq!((published.skipped, published.inserted, published.superseded), (2, 1, 0));
        assert_eq!(site.state(one).await, State::Approved);
        assert_eq!(site.count("change_staged").await, 0);
        assert_eq!(site.count("change_content").await, 2, "what was left out is gone");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_neither_stages_nor_publishes() {
    on_both(async |site| {
        let old = site.lease().await;
        let staged = site.store.stage(&old, now(), &plan("p1")).await.unwrap();
        let new = site.lease().await;
        let refused = site.store.stage(&old, now(), &plan("p1")).await;
        assert!(matches!(refused, Err(StoreError::Fenced { .. })), "{refused:?}");
        let plan = plan("p1");
        let publish = async |mut tx: rosterd::store::Fenced| {
            let done = tx.publish(&plan, &staged).await?;
            tx.commit(done).await
        };
        let refused = site.store.write_fenced(&old, now(), publish).await;
        assert!(matches!(refused, Err(StoreError::Fenced { .. })), "{refused:?}");
        assert!(site.is_empty().await);
        assert_eq!(site.publish_under(&new, &plan, now()).await.unwrap().inserted, 3);
    })
    .await;
}
