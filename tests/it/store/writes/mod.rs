//! Intents: what is checked before a write, what blocks while one is under way, and how it ends.

mod addresses;

use super::*;
use rosterd::model::brake::{BrakeKind, BrakeScope};
use rosterd::model::change::StoredChange;
use rosterd::model::ids::BrakeKey;
use rosterd::model::intent::{Intent, Outcome};
use rosterd::store::{Claim, Fenced, Limit, Paused, StateChange, StoreError, Terms, WriteTx};

fn terms() -> Terms {
    Terms { today: today(), write_by: minutes(1), sealed_password: None, limits: vec![] }
}

fn limits(limit: u64) -> Terms {
    let scopes = [BrakeScope::Agency(agency("skhcn")), BrakeScope::Province];
    let kind = BrakeKind::Attributes;
    let limits = scopes.map(|scope| Limit { scope, kind, limit, window_start: minutes(-60) });
    Terms { limits: limits.into(), ..terms() }
}

impl Site {
    async fn claim(&self, stored: &StoredChange, terms: &Terms) -> Claim {
        let token = self.lease().await;
        self.claim_as(&token, stored, terms).await.unwrap()
    }

    async fn claim_as(
        &self,
        token: &Token,
        stored: &StoredChange,
        terms: &Terms,
    ) -> Result<Claim, StoreError> {
        let work = async |mut tx: Fenced| {
            let claims = tx.open_intents(&[(stored, terms.clone())]).await?;
            tx.commit(claims.into_iter().next().unwrap()).await
        };
        self.store.write_fenced(token, minutes(1), work).await
    }

    async fn opened(&self, stored: &StoredChange) -> Intent {
        match self.claim(stored, &terms()).await {
            Claim::Opened(intent) => intent,
            other => panic!("{other:?}"),
        }
    }

    async fn resolve(&self, intent: &Intent, outcome: Outcome) -> Result<bool, StoreError> {
        let token = self.lease().await;
        let work = async |mut tx: Fenced| {
            let resolved = tx.resolve_intent(&intent.id, &outcome).await?;
            tx.commit(resolved).await
        };
        self.store.write_fenced(&token, minutes(2), work).await
    }

    /// Changes that may be carried out at once.
    async fn approved<const N: usize>(&self, subjects: [&str; N]) -> [StoredChange; N] {
        let changes = subjects.map(|subject| title(subject, Gate::None));
        let stored: Vec<_> = self.propose(&changes).await.into_iter().map(|one| one.stored).collect();
        stored.try_into().unwrap()
    }

    async fn state_of(&self, stored: &StoredChange) -> State {
        self.store.change(&stored.id).await.unwrap().unwrap().stored.state
    }
}

#[tokio::test]
async fn only_an_approved_change_is_claimed_and_only_under_its_key() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0].stored;
        assert_eq!(site.claim(one, &terms()).await, Claim::NotApproved);
        let approve = async |mut tx: WriteTx| {
            tx.approve(&one.id, &one.key, &an, &nobody()).await?;
            tx.commit(()).await
        };
        site.store.write(now(), approve).await.unwrap();
        let other = StoredChange { key: ChangeKey::new("other"), ..one.clone() };
        assert_eq!(site.claim(&other, &terms()).await, Claim::NotApproved);
        assert!(matches!(site.claim(one, &terms()).await, Claim::Opened(_)));
        assert_eq!(site.claim(one, &terms()).await, Claim::NotApproved, "it is claimed already");
    })
    .await;
}

#[tokio::test]
async fn a_state_written_without_approvals_is_not_enough_to_claim() {
    on_both(async |site| {
        let one = &site.propose(&[title("a1", Gate::Two)]).await[0].stored;
        site.raw("UPDATE change SET state = 'approved'").await.unwrap();
        assert_eq!(site.claim(one, &terms()).await, Claim::NotApproved);
    })
    .await;
}

#[tokio::test]
async fn an_intent_keeps_the_sealed_password_for_a_retry() {
    on_both(async |site| {
        let [one] = &site.approved(["a1"]).await;
        let sealed = Terms { sealed_password: Some(vec![0, 1, 0xfe, 0xff]), ..terms() };
        let Claim::Opened(intent) = site.claim(one, &sealed).await else { panic!() };
        let [open] = &site.store.unresolved_intents().await.unwrap()[..] else { panic!() };
        assert_eq!((&open.intent, open.opened, &open.unknown), (&intent, minutes(1), &None));
        assert_eq!(open.intent.sealed_password.as_deref(), Some(&[0, 1, 0xfe, 0xff][..]));
    })
    .await;
}

#[tokio::test]
async fn an_open_intent_blocks_its_change_and_its_subject() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let [one] = &site.approved(["a1"]).await;
        let same_subject = Change { kind: ChangeKind::MoveAccount, ..title("a1", Gate::None) };
        let second = &site.propose(&[same_subject]).await[0].stored;
        let intent = site.opened(one).await;
        assert_eq!(site.claim(second, &terms()).await, Claim::Busy);
        let supersede =
            PlanDelta { supersede: vec![one.id.clone()], snapshot_start: minutes(5), ..delta("p9") };
        assert_eq!(site.publish(&supersede).await.superseded, 0);
        let reject = async |mut tx: WriteTx| {
            let answer = tx.reject(&one.id, &one.key, &an, "x").await?;
            tx.commit(answer).await
        };
        site.store.write(now(), reject).await.unwrap();
        assert_eq!(site.state_of(one).await, State::Claimed);

        // Unknown: still nothing touches the subject, until somebody knows.
        let unknown = Outcome::Unknown { why: "hết thời gian".into() };
        assert!(site.resolve(&intent, unknown).await.unwrap());
        assert_eq!(site.state_of(one).await, State::Unknown);
        assert_eq!(
            site.store.unresolved_intents().await.unwrap()[0].unknown.as_deref(),
            Some("hết thời gian")
        );
        assert_eq!(site.claim(second, &terms()).await, Claim::Busy);
        assert_eq!(site.publish(&supersede).await.superseded, 0);
        assert!(site.resolve(&intent, Outcome::Applied).await.unwrap());
        assert_eq!(site.state_of(one).await, State::Applied);
        assert!(matches!(site.claim(second, &terms()).await, Claim::Opened(_)));
    })
    .await;
}

#[tokio::test]
async fn an_outcome_is_noted_once() {
    on_both(async |site| {
        let [one] = &site.approved(["a1"]).await;
        let intent = site.opened(one).await;
        assert!(site.resolve(&intent, Outcome::Applied).await.unwrap());
        let rows = site.count("audit").await;
        assert!(!site.resolve(&intent, Outcome::Failed { why: "x".into() }).await.unwrap());
        assert_eq!(site.state_of(one).await, State::Applied);
        assert_eq!(site.count("audit").await, rows);
        assert_eq!(site.store.unresolved_intents().await.unwrap(), []);
        let open = site.store.open_changes(minutes(0)).await.unwrap();
        assert_eq!((open.live.len(), open.applied.len(), open.applied[0].since), (0, 1, minutes(2)));
        assert_eq!(site.store.open_changes(minutes(3)).await.unwrap().applied, []);
    })
    .await;
}

#[tokio::test]
async fn each_outcome_has_its_state() {
    on_both(async |site| {
        let all = site.approved(["a1", "a2", "a3"]).await;
        let why = || "đã đổi".to_owned();
        let outcomes = [
            (Outcome::Stale { why: why() }, State::Stale),
            (Outcome::Failed { why: why() }, State::Failed),
            (Outcome::NotSent { why: why() }, State::Approved),
        ];
        for (one, (outcome, state)) in all.iter().zip(outcomes) {
            let intent = site.opened(one).await;
            site.resolve(&intent, outcome).await.unwrap();
            let stored = site.store.change(&one.id).await.unwrap().unwrap().stored;
            assert_eq!((stored.state, stored.outcome), (state, Some(why())));
        }
        assert!(matches!(site.claim(&all[2], &terms()).await, Claim::Opened(_)), "not sent: tried again");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_was_taken_over_notes_no_outcome() {
    on_both(async |site| {
        let ttl = TimeDelta::minutes(5);
        let [one, two] = &site.approved(["a1", "a2"]).await;
        let old = site.store.acquire_lease("apply", "w1", now(), ttl).await.unwrap().unwrap();
        let Claim::Opened(intent) = site.claim_as(&old, one, &terms()).await.unwrap() else { panic!() };
        let new = site.store.acquire_lease("apply", "w2", minutes(6), ttl).await.unwrap().unwrap();
        let resolve = async |mut tx: Fenced| {
            let resolved = tx.resolve_intent(&intent.id, &Outcome::Applied).await?;
            tx.commit(resolved).await
        };
        let late = site.store.write_fenced(&old, minutes(7), resolve).await;
        assert!(matches!(late, Err(StoreError::Fenced { .. })), "{late:?}");
        assert!(matches!(site.claim_as(&old, two, &terms()).await, Err(StoreError::Fenced { .. })));
        assert_eq!(site.state_of(one).await, State::Claimed);
        assert!(site.store.write_fenced(&new, minutes(7), resolve).await.unwrap());
        assert_eq!(site.state_of(one).await, State::Applied);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_claimed_before_it_is_due_or_before_what_it_needs() {
    on_both(async |site| {
        let first = title("a1", Gate::None);
        let second = Change { needs: vec![first.key()], ..title("a2", Gate::None) };
        let later = Change { due: today() + TimeDelta::days(1), ..title("a3", Gate::None) };
        let stored = site.propose(&[first, second, later]).await;
        let [first, second, later] = [0, 1, 2].map(|n| &stored[n].stored);
        assert_eq!(site.claim(later, &terms()).await, Claim::NotReady);
        let tomorrow = Terms { today: today() + TimeDelta::days(1), ..terms() };
        assert!(matches!(site.claim(later, &tomorrow).await, Claim::Opened(_)));
        assert_eq!(site.claim(second, &terms()).await, Claim::NotReady);
        let intent = site.opened(first).await;
        assert_eq!(site.claim(second, &terms()).await, Claim::NotReady);
        site.resolve(&intent, Outcome::Applied).await.unwrap();
        assert!(matches!(site.claim(second, &terms()).await, Claim::Opened(_)));
    })
    .await;
}

#[tokio::test]
async fn paused_writes_claim_nothing() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let [one] = &site.approved(["a1"]).await;
        let pause = async |mut tx: WriteTx| {
            tx.pause(Paused::Writes, &an, "bảo trì").await?;
            tx.commit(()).await
        };
        site.store.write(now(), pause).await.unwrap();
        assert_eq!(site.claim(one, &terms()).await, Claim::Paused);
        assert_eq!(site.state_of(one).await, State::Approved);
        assert_eq!(site.store.unresolved_intents().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_budget_stops_many_small_batches() {
    on_both(async |site| {
        let all = site.approved(["a1", "a2", "a3", "a4"]).await;
        let terms = limits(2);
        let spent = async || {
            site.store.spent(&BrakeScope::Province, BrakeKind::Attributes, minutes(-60)).await.unwrap()
        };
        let Claim::Opened(first) = site.claim(&all[0], &terms).await else { panic!() };
        assert!(matches!(site.claim(&all[1], &terms).await, Claim::Opened(_)));
        let braked = Claim::Braked(BrakeScope::Agency(agency("skhcn")), BrakeKind::Attributes);
        assert_eq!(site.claim(&all[2], &terms).await, braked);
        assert_eq!((site.state_of(&all[2]).await, spent().await), (State::Approved, 2));
        // What was not sent is given back.
        site.resolve(&first, Outcome::NotSent { why: "x".into() }).await.unwrap();
        assert_eq!(spent().await, 1);
        assert!(matches!(site.claim(&all[2], &terms).await, Claim::Opened(_)));
        // The window moves on.
        assert_eq!(site.claim(&all[3], &terms).await, braked);
        let mut later = limits(2);
        later.limits.iter_mut().for_each(|limit| limit.window_start = minutes(2));
        assert!(matches!(site.claim(&all[3], &later).await, Claim::Opened(_)));
    })
    .await;
}

#[tokio::test]
async fn a_group_is_claimed_as_its_changes_would_be_one_by_one() {
    on_both(async |site| {
        let all = site.approved(["a1", "a2", "a3", "a4"]).await;
        let Claim::Opened(under_way) = site.claim(&all[0], &limits(3)).await else { panic!() };
        let waiting = &site.propose(&[title("a5", Gate::One)]).await[0].stored;
        let token = site.lease().await;
        // What came first, what is not approved, one that fits the budget, it again, one more, one too many.
        let wanted = [&all[0], waiting, &all[1], &all[1], &all[2], &all[3]];
        let claims = async |mut tx: Fenced| {
            let claims = tx.open_intents(&wanted.map(|one| (one, limits(3)))).await?;
            tx.commit(claims).await
        };
        let claims = site.store.write_fenced(&token, minutes(1), claims).await.unwrap();
        let braked = Claim::Braked(BrakeScope::Agency(agency("skhcn")), BrakeKind::Attributes);
        let [
            Claim::NotApproved,
            Claim::NotApproved,
            Claim::Opened(one),
            Claim::Busy,
            Claim::Opened(two),
            last,
        ] = &claims[..]
        else {
            panic!("{claims:?}")
        };
        assert_eq!(*last, braked);
        assert_eq!(site.store.unresolved_intents().await.unwrap().len(), 3);
        assert_eq!(site.state_of(&all[3]).await, State::Approved);

        let (failed, late) =
            (Outcome::Failed { why: "đã đổi".into() }, Outcome::NotSent { why: "muộn".into() });
        let ended = [(&under_way.id, &Outcome::Applied), (&one.id, &failed), (&two.id, &late)];
        let ended = ended.map(|(id, outcome)| (id.as_str(), outcome));
        let resolve = async |mut tx: Fenced| {
            let news = tx.resolve_intents(&ended).await?;
            tx.commit(news).await
        };
        let rows = site.count("audit").await;
        assert_eq!(site.store.write_fenced(&token, minutes(2), resolve).await.unwrap(), [true; 3]);
        assert_eq!(site.count("audit").await, rows + 3);
        assert_eq!(site.store.write_fenced(&token, minutes(3), resolve).await.unwrap(), [false; 3]);
        let mut states = Vec::new();
        for one in &all {
            states.push(site.state_of(one).await);
        }
        assert_eq!(states, [State::Applied, State::Failed, State::Approved, State::Approved]);
        let spent = site.store.spent(&BrakeScope::Province, BrakeKind::Attributes, minutes(-60)).await;
        assert_eq!(spent.unwrap(), 2, "what was not sent costs nothing");
        site.store.audit_verify().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_change_braked_at_its_claim_goes_on_once_released() {
    on_both(async |site| {
        let logins = site.operators(["an", "binh"]).await;
        let [one] = &site.approved(["a1"]).await;
        let brake = rosterd::model::brake::Brake {
            key: BrakeKey::new("b1"),
            scope: BrakeScope::Province,
            kind: BrakeKind::Attributes,
            wanted: 1,
            spent: 0,
            limit: 0,
            of_accounts: 1,
            holds: vec![one.key.clone()],
        };
        assert!(matches!(site.claim(one, &limits(0)).await, Claim::Braked(..)));
        let hold = async |mut tx: WriteTx| {
            let held = tx.hold(std::slice::from_ref(&one.id), &brake).await?;
            tx.commit(held).await
        };
        assert_eq!(site.store.write(now(), hold).await.unwrap(), 1);
        assert_eq!(site.store.open_brakes().await.unwrap().len(), 1);
        for by in &logins {
            let release = async |mut tx: WriteTx| {
                tx.release(&brake.key, by, "đúng", &nobody()).await?;
                tx.commit(()).await
            };
            site.store.write(now(), release).await.unwrap();
        }
        assert!(matches!(site.claim(one, &limits(0)).await, Claim::Opened(_)));
    })
    .await;
}

#[tokio::test]
async fn who_locked_an_account_last_tells_whether_a_rule_did() {
    on_both(async |site| {
        let lock = |kind, subject: &str| Change { kind, ..title(subject, Gate::None) };
        let kinds = [
            ("a1", vec![ChangeKind::LockAccount]),
            ("a2", vec![ChangeKind::LockAccount, ChangeKind::UnlockAccount]),
            ("a3", vec![ChangeKind::LockAccount, ChangeKind::EnableAccount, ChangeKind::DisableAccount]),
            ("a4", vec![ChangeKind::DisableAccount, ChangeKind::EnableAccount, ChangeKind::LockAccount]),
        ];
        let mut at = 0;
        for (subject, kinds) in kinds {
            for kind in kinds {
                at += 1;
                let plan = PlanDelta {
                    insert: vec![proposed(&lock(kind, subject))],
                    snapshot_start: minutes(5),
                    ..delta("p1")
                };
                assert_eq!(site.publish(&plan).await.inserted, 1);
                let one = &site.standing(&lock(kind, subject).key()).await.stored;
                let intent = site.opened(one).await;
                let token = site.lease().await;
                let work = async |mut tx: Fenced| {
                    tx.resolve_intent(&intent.id, &Outcome::Applied).await?;
                    tx.commit(()).await
                };
                site.store.write_fenced(&token, minutes(2) + TimeDelta::seconds(at), work).await.unwrap();
            }
        }
        let locked = site.store.locked_by_rule().await.unwrap();
        assert_eq!(
            locked.iter().map(rosterd::model::ids::AccountId::as_str).collect::<Vec<_>>(),
            ["a1", "a4"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_ordered_change_stands_until_an_export_confirms_it() {
    on_both(async |site| {
        let [one] = &site.approved(["a1"]).await;
        let intent = site.opened(one).await;
        let order = || Outcome::Ordered { order: "tthc-1.xlsx".into() };
        assert!(site.resolve(&intent, order()).await.is_err(), "there is no such order");
        assert_eq!(site.state_of(one).await, State::Claimed);
        let token = site.lease().await;
        let insert = async |mut tx: Fenced| {
            let id = tx
                .insert_order(&TargetId::mail(), "tthc-1.xlsx", false, "2026-11-25".parse().unwrap())
                .await?;
            tx.commit(id).await
        };
        let id = site.store.write_fenced(&token, now(), insert).await.unwrap();
        assert_eq!(site.store.write_fenced(&token, now(), insert).await.unwrap(), id);
        assert!(site.resolve(&intent, order()).await.unwrap());
        let open = site.store.open_changes(now()).await.unwrap();
        assert_eq!((open.live[0].stored.state, open.live[0].order.as_ref()), (State::Ordered, Some(&id)));
        assert_eq!(site.store.open_orders().await.unwrap()[0].file, "tthc-1.xlsx");
        let confirm = async || {
            let work = async |mut tx: Fenced| {
                let confirmed = tx.confirm_orders().await?;
                tx.commit(confirmed).await
            };
            site.store.write_fenced(&site.lease().await, minutes(9), work).await.unwrap()
        };
        assert_eq!(confirm().await, 0);
        // A newer export shows it: the plan says so, and the trail has a row for it.
        let rows = site.count("audit").await;
        let seen = StateChange { id: one.id.clone(), from: State::Ordered, to: State::Applied, brake: None };
        let plan = PlanDelta { set_state: vec![seen], snapshot_start: minutes(5), ..delta("p2") };
        assert_eq!(site.publish_at(&plan, minutes(8)).await.moved, 1);
        assert_eq!(site.count("audit").await, rows + 2);
        assert_eq!(site.state_of(one).await, State::Applied);
        assert_eq!(confirm().await, 1);
        assert_eq!(site.store.open_orders().await.unwrap(), []);
    })
    .await;
}
