//! What publishing a plan does to the plan before it.

use super::*;
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::{BrakeKey, ChangeId};
use rosterd::store::{Published, Query, StateChange, StoreError, WriteTx};

async fn approve(site: &Site, one: &Standing, by: &Login, at: Time) {
    let work = async |mut tx: WriteTx| {
        tx.approve(&one.stored.id, &one.stored.key, by, &nobody()).await?;
        tx.commit(()).await
    };
    site.store.write(at, work).await.unwrap();
}

fn supersede(pass: &str, one: &Standing) -> PlanDelta {
    PlanDelta { supersede: vec![one.stored.id.clone()], snapshot_start: minutes(5), ..delta(pass) }
}

fn again(pass: &str, change: &Change) -> PlanDelta {
    PlanDelta { insert: vec![proposed(change)], snapshot_start: minutes(5), ..delta(pass) }
}

#[tokio::test]
async fn a_change_is_stored_as_it_was_planned() {
    on_both(async |site| {
        let change = Change {
            person: Some(PersonId::new("p1")),
            document: Some("626/CV-VP".into()),
            needs: vec![ChangeKey::new("k0")],
            evidence: vec![Evidence::Operator { login: "an".into(), reason: "điện thoại".into() }],
            before: [
                (Attr::Phone, Values::none()),
                (Attr::Alias, Values::many(vec!["b@x".into(), "a@x".into()])),
            ]
            .into(),
            ..title("a1", Gate::Two)
        };
        let stored = &site.propose(std::slice::from_ref(&change)).await[0].stored;
        assert_eq!((&stored.change, &stored.key), (&change, &change.key()));
        assert_eq!((stored.state, stored.proposed, stored.released), (State::Proposed, now(), false));
        assert_eq!(stored.change.key(), stored.key, "the key can be checked from what is stored");
    })
    .await;
}

#[tokio::test]
async fn the_same_plan_again_writes_nothing() {
    on_both(async |site| {
        let changes = [title("a1", Gate::One), title("a2", Gate::None), create("p1", "p1@x")];
        let plan = PlanDelta { insert: changes.iter().map(proposed).collect(), ..delta("p1") };
        let first = site.publish(&plan).await;
        assert_eq!((first.inserted, first.approved), (3, 1));
        let before = (site.count("audit").await, site.store.open_changes(now()).await.unwrap());
        let repeat = site.publish_at(&PlanDelta { pass: "p2".into(), ..plan.clone() }, minutes(1)).await;
        assert_eq!((repeat.inserted, repeat.blocked, repeat.approved), (0, 3, 0));
        let refresh =
            before.1.live.iter().map(|one| (one.stored.id.clone(), one.stored.change.clone())).collect();
        let repeat = site.publish_at(&PlanDelta { refresh, ..delta("p3") }, minutes(2)).await;
        assert_eq!(repeat, Published::default());
        assert_eq!((site.count("audit").await, site.store.open_changes(now()).await.unwrap()), before);
    })
    .await;
}

#[tokio::test]
async fn the_policy_approves_where_nobody_must_under_the_name_of_its_rule() {
    on_both(async |site| {
        let one = &site.propose(&[title("a1", Gate::None)]).await[0];
        assert_eq!(
            (one.stored.state, &one.stored.approvals[..]),
            (State::Approved, &["policy:roster-attribute".to_owned()][..])
        );
    })
    .await;
}

#[tokio::test]
async fn wording_is_brought_up_to_date_without_costing_approvals() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::Two)]).await[0];
        approve(site, one, &an, now()).await;
        let reworded = Change {
            label: "Nguyễn Thị Hòa <hoa.moi@x>".into(),
            agency: AgencyCode::parse("stc").unwrap(),
            risk: Risk::High,
            evidence: vec![Evidence::Operator { login: "an".into(), reason: "x".into() }],
            ..one.stored.change.clone()
        };
        let refresh = |change: &Change| PlanDelta {
            refresh: vec![(one.stored.id.clone(), change.clone())],
            ..delta("p2")
        };
        assert_eq!(site.publish(&refresh(&reworded)).await.refreshed, 1);
        assert_eq!(site.publish(&refresh(&reworded)).await.refreshed, 0);
        let stored = site.standing(&one.stored.key).await.stored;
        assert_eq!((&stored.change, &stored.approvals[..]), (&reworded, &["an".to_owned()][..]));
        // Lists find it by what it says now.
        let proposed = Query::of(State::Proposed, vec![reworded.agency.clone()]);
        let found = Query { risk: Some(Risk::High), text: Some("hoa moi".into()), ..proposed };
        assert_eq!(site.store.count_changes(&found, 9).await.unwrap(), 0, "not as two words");
        let found = Query { text: Some("HÒA.MOI".into()), ..found };
        assert_eq!(site.store.count_changes(&found, 9).await.unwrap(), 1);
        let before = Query { agencies: vec![one.stored.change.agency.clone()], ..found };
        assert_eq!(site.store.count_changes(&before, 9).await.unwrap(), 0);
        // What is in the key is never overwritten.
        let other = Change { due: today() + TimeDelta::days(1), ..reworded };
        assert_eq!(site.publish(&refresh(&other)).await.refreshed, 0);
    })
    .await;
}

/// What PostgreSQL answers from an index alone, it does only where it knows a page to be seen by all.
#[tokio::test]
async fn after_much_was_published_and_then_only_it_is_made_ready_for_reading() {
    on_both(async |site| {
        site.propose(&[title("a1", Gate::One)]).await;
        let ready = "UPDATE change SET told = told WHERE (SELECT relallvisible FROM pg_class WHERE relname = 'change') > 0";
        for (inserted, expected) in [(9_999, 0), (10_000, 1)] {
            let published = Published { inserted, ..Published::default() };
            site.store.tidy_after(&published).await.unwrap();
            if site.url.starts_with("postgres") {
                assert_eq!(site.raw(ready).await.unwrap(), expected, "{inserted}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_superseded_key_that_comes_back_regains_its_approvals() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let change = title("a1", Gate::Two);
        let one = &site.propose(std::slice::from_ref(&change)).await[0];
        approve(site, one, &an, now()).await;
        approve(site, one, &binh, minutes(1)).await;
        assert_eq!(site.publish(&supersede("p2", one)).await.superseded, 1);
        assert_eq!(site.store.open_changes(now()).await.unwrap().live, []);
        let back = site.publish(&again("p3", &change)).await;
        assert_eq!((back.inserted, back.approved), (1, 1));
        let two = site.standing(&change.key()).await.stored;
        assert_ne!(two.id, one.stored.id);
        assert_eq!(
            (two.state, &two.approvals[..]),
            (State::Approved, &["an".to_owned(), "binh".to_owned()][..])
        );
        // Another document is another key: nothing is regained.
        let other = Change { document: Some("1/QĐ".into()), ..change.clone() };
        let plan = PlanDelta {
            insert: vec![proposed(&other)],
            ..supersede("p4", &site.standing(&change.key()).await)
        };
        let plan = site.publish(&plan).await;
        assert_eq!((plan.superseded, plan.inserted, plan.approved), (1, 1, 0));
    })
    .await;
}

#[tokio::test]
async fn approvals_that_ran_out_or_whose_operator_left_are_not_regained() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let (old, left) = (title("a1", Gate::One), title("a2", Gate::One));
        let due = title("a3", Gate::One);
        for one in site.propose(&[old.clone(), left.clone(), due.clone()]).await {
            let by = if one.stored.key == left.key() { &binh } else { &an };
            approve(site, &one, by, now()).await;
            site.publish(&supersede("p2", &one)).await;
        }
        let remove = async |mut tx: WriteTx| {
            tx.remove_operator(&binh, &an).await?;
            tx.commit(()).await
        };
        site.store.write(now(), remove).await.unwrap();
        let late = PlanDelta { today: today() + TimeDelta::days(31), ..again("p3", &old) };
        assert_eq!(site.publish(&late).await.approved, 0);
        assert_eq!(site.publish(&again("p4", &left)).await.approved, 0);
        // Thirty days after the due date is still in time.
        let in_time = PlanDelta { today: today() + TimeDelta::days(30), ..again("p5", &due) };
        assert_eq!(site.publish(&in_time).await.approved, 1);
    })
    .await;
}

#[tokio::test]
async fn approvals_run_out_from_the_due_date_and_can_be_given_anew() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::One), title("a2", Gate::None)]).await[0];
        approve(site, one, &an, now()).await;
        let expire = async |day: NaiveDate| {
            let work = async |mut tx: WriteTx| {
                let expired = tx.expire_approvals(day, 30).await?;
                tx.commit(expired).await
            };
            site.store.write(minutes(1), work).await.unwrap()
        };
        assert_eq!(expire(today() + TimeDelta::days(30)).await, 0);
        assert_eq!(expire(today() + TimeDelta::days(31)).await, 1);
        assert_eq!(site.state(one).await, State::Expired);
        let move_on =
            StateChange { id: one.stored.id.clone(), from: State::Expired, to: State::Proposed, brake: None };
        let plan = PlanDelta { set_state: vec![move_on], snapshot_start: minutes(5), ..delta("p2") };
        assert_eq!(site.publish(&plan).await.moved, 1);
        approve(site, one, &an, minutes(6)).await;
        assert_eq!(site.state(one).await, State::Approved);
    })
    .await;
}

#[tokio::test]
async fn what_was_decided_after_the_snapshot_is_left_for_the_next_pass() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let change = title("a1", Gate::One);
        let one = &site.propose(std::slice::from_ref(&change)).await[0];
        approve(site, one, &an, now()).await;
        let hold = StateChange {
            id: one.stored.id.clone(),
            from: State::Approved,
            to: State::Proposed,
            brake: None,
        };
        let other_kind = Change { kind: ChangeKind::DisableAccount, ..change.clone() };
        let old = PlanDelta {
            insert: vec![proposed(&other_kind)],
            supersede: vec![one.stored.id.clone()],
            set_state: vec![hold],
            ..delta("p2")
        };
        let published = site.publish(&old).await;
        assert_eq!(
            (published.skipped, published.inserted, published.superseded, published.moved),
            (3, 0, 0, 0)
        );
        assert_eq!(site.state(one).await, State::Approved);
        let fresh = PlanDelta { set_state: vec![], snapshot_start: minutes(5), pass: "p3".into(), ..old };
        let published = site.publish(&fresh).await;
        assert_eq!((published.skipped, published.inserted, published.superseded), (0, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_move_that_the_table_does_not_have_is_an_error_and_one_that_came_too_late_nothing() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        let transition = async |from, to| {
            let work = async |mut tx: WriteTx| {
                let moved = tx.transition(&one.stored.id, from, to, None).await?;
                tx.commit(moved).await
            };
            site.store.write(now(), work).await
        };
        let forbidden = transition(State::Proposed, State::Applied).await;
        assert!(matches!(forbidden, Err(StoreError::Transition { .. })), "{forbidden:?}");
        approve(site, one, &an, now()).await;
        assert!(!transition(State::Proposed, State::Superseded).await.unwrap());
        assert!(transition(State::Approved, State::Superseded).await.unwrap());
        assert!(!transition(State::Approved, State::Superseded).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn no_way_to_approved_leads_around_the_operators() {
    on_both(async |site| {
        let approved = NewChange { state: State::Approved, ..proposed(&title("a1", Gate::One)) };
        let token = site.lease().await;
        let publish = async |plan: &PlanDelta| site.publish_under(&token, plan, now()).await;
        let refused = publish(&PlanDelta { insert: vec![approved], ..delta("p1") }).await;
        assert!(matches!(refused, Err(StoreError::Transition { .. })), "{refused:?}");
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        let id = one.stored.id.clone();
        let to_approved =
            StateChange { id: id.clone(), from: State::Proposed, to: State::Approved, brake: None };
        let plan = PlanDelta { set_state: vec![to_approved.clone()], ..delta("p2") };
        assert_eq!(publish(&plan).await.unwrap().moved, 0);
        let claimed = StateChange { from: State::Approved, to: State::Claimed, ..to_approved };
        assert!(publish(&PlanDelta { set_state: vec![claimed], ..delta("p3") }).await.is_err());
        let alone = async |mut tx: WriteTx| {
            let moved = tx.transition(&id, State::Proposed, State::Approved, None).await?;
            tx.commit(moved).await
        };
        assert!(!site.store.write(now(), alone).await.unwrap());
        assert_eq!(site.state(one).await, State::Proposed);
    })
    .await;
}

#[tokio::test]
async fn one_live_change_per_target_subject_and_kind() {
    on_both(async |site| {
        let one = title("a1", Gate::One);
        let two = Change { after: [(Attr::Title, Values::one("Phó phòng"))].into(), ..one.clone() };
        site.propose(std::slice::from_ref(&one)).await;
        let published = site.publish(&PlanDelta { insert: vec![proposed(&two)], ..delta("p2") }).await;
        assert_eq!((published.inserted, published.blocked), (0, 1));
        let other_target = Change { target: TargetId::new("tthc"), ..two.clone() };
        let other_kind = Change { kind: ChangeKind::MoveAccount, ..two };
        let insert = vec![proposed(&other_target), proposed(&other_kind)];
        assert_eq!(site.publish(&PlanDelta { insert, ..delta("p3") }).await.inserted, 2);
    })
    .await;
}

#[tokio::test]
async fn an_address_is_reserved_with_its_change_and_freed_with_it() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[create("p1", "Hoa.NT@x.gov.vn")]).await[0];
        let owner = async || {
            let reserved = site.store.reserved_addresses().await.unwrap();
            reserved.get("hoa.nt@x.gov.vn").map(PersonId::to_string)
        };
        assert_eq!(owner().await.as_deref(), Some("p1"));
        // The same address for somebody else, and for two new persons of one plan.
        let insert = vec![
            proposed(&create("p2", "hoa.nt@x.gov.vn")),
            proposed(&create("p3", "new@x.gov.vn")),
            proposed(&create("p4", "new@x.gov.vn")),
        ];
        let published = site.publish(&PlanDelta { insert, ..delta("p2") }).await;
        assert_eq!((published.inserted, published.address_taken), (1, 2));
        let reject = async |mut tx: WriteTx| {
            tx.reject(&one.stored.id, &one.stored.key, &an, "không").await?;
            tx.commit(()).await
        };
        site.store.write(now(), reject).await.unwrap();
        assert_eq!(owner().await, None);
        let next = PlanDelta { insert: vec![proposed(&create("p2", "hoa.nt@x.gov.vn"))], ..delta("p3") };
        assert_eq!(site.publish(&next).await.inserted, 1);
        assert_eq!(owner().await.as_deref(), Some("p2"));
    })
    .await;
}

#[tokio::test]
async fn a_plan_of_many_changes_takes_time_in_proportion() {
    on_both(async |site| {
        let change = |n| match n % 2 {
            0 => title(&format!("a{n}"), Gate::One),
            _ => create(&format!("p{n}"), &format!("p{n}@x.gov.vn")),
        };
        let changes: Vec<_> = (0..12_000).map(change).collect();
        let timed = async |what: &str, delta: PlanDelta| {
            let started = std::time::Instant::now();
            let published = site.publish(&delta).await;
            eprintln!("{what}: {:?}", started.elapsed());
            assert!(started.elapsed().as_secs() < 20, "{what}: something is quadratic");
            published
        };
        let insert = changes.iter().map(proposed).collect();
        assert_eq!(timed("insert", PlanDelta { insert, ..delta("p1") }).await.inserted, 12_000);
        let live = site.store.open_changes(now()).await.unwrap().live;
        let ids: Vec<_> = live.iter().map(|one| one.stored.id.clone()).collect();
        let reworded = |one: &Standing| {
            (one.stored.id.clone(), Change { label: "x".into(), ..one.stored.change.clone() })
        };
        let refresh = live.iter().map(reworded).collect();
        assert_eq!(timed("refresh", PlanDelta { refresh, ..delta("p2") }).await.refreshed, 12_000);
        let hold = |id: &ChangeId| StateChange {
            id: id.clone(),
            from: State::Proposed,
            to: State::Held,
            brake: Some(BrakeKey::new("none")),
        };
        // A brake that is not stored cannot hold anything.
        let token = site.lease().await;
        let lost = PlanDelta { set_state: vec![hold(&ids[0])], ..delta("p2") };
        assert!(site.publish_under(&token, &lost, now()).await.is_err());
        assert_eq!(timed("supersede", PlanDelta { supersede: ids, ..delta("p3") }).await.superseded, 12_000);
        assert_eq!(site.store.reserved_addresses().await.unwrap().len(), 0);
    })
    .await;
}
