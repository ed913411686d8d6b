//! Who decides: two persons are two enrolled logins, within their scope, for exactly this key.

use super::*;
use rosterd::model::account::Attr;
use rosterd::model::brake::{Brake, BrakeKind, BrakeScope};
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::{BrakeKey, ChangeId};
use rosterd::model::operator::Contacts;
use rosterd::model::question::{Candidate, Question, QuestionKind};
use rosterd::store::{Approval, Committed, Discard, Noted, Paused, Release, StoreError};

impl Site {
    async fn approve(&self, one: &Standing, by: &Login) -> Result<Approval, StoreError> {
        self.approve_as(&one.stored.id, &one.stored.key, by, &nobody()).await
    }

    async fn approve_as(
        &self,
        id: &ChangeId,
        key: &ChangeKey,
        by: &Login,
        contacts: &Contacts,
    ) -> Result<Approval, StoreError> {
        let work = async |mut tx: rosterd::store::WriteTx| {
            let answer = tx.approve(id, key, by, contacts).await?;
            tx.commit(answer).await
        };
        self.store.write(now(), work).await
    }

    async fn reject(&self, one: &Standing, by: &Login) -> Result<Approval, StoreError> {
        let work = async |mut tx: rosterd::store::WriteTx| {
            let answer = tx.reject(&one.stored.id, &one.stored.key, by, "sai chức danh").await?;
            tx.commit(answer).await
        };
        self.store.write(now(), work).await
    }

    async fn release(&self, key: &BrakeKey, by: &Login, contacts: &Contacts) -> Result<Release, StoreError> {
        let work = async |mut tx: rosterd::store::WriteTx| {
            let answer = tx.release(key, by, "đã đối chiếu", contacts).await?;
            tx.commit(answer).await
        };
        self.store.write(now(), work).await
    }
}

#[tokio::test]
async fn two_operators_means_two_logins() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let one = &site.propose(&[title("a1", Gate::Two)]).await[0];
        let (have, needed) = (1, 2);
        let first = site.approve(one, &an).await.unwrap();
        assert_eq!(first, Approval::Approved { have, needed, state: State::Proposed });
        assert_eq!(site.approve(one, &an).await.unwrap(), Approval::AlreadyApproved);
        assert_eq!(site.state(one).await, State::Proposed);
        let second = site.approve(one, &binh).await.unwrap();
        assert_eq!(second, Approval::Approved { have: 2, needed, state: State::Approved });
        let approvals = site.store.change(&one.stored.id).await.unwrap().unwrap().stored.approvals;
        assert_eq!(approvals, ["an", "binh"]);
        assert_eq!(site.approve(one, &binh).await.unwrap(), Approval::NotProposed(State::Approved));
    })
    .await;
}

#[tokio::test]
async fn no_approval_counts_before_a_call_back() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let reset = |subject: &str, gate| Change { kind: ChangeKind::ResetPassword, ..title(subject, gate) };
        let all =
            site.propose(&[reset("a1", Gate::Two), reset("a2", Gate::One), title("a3", Gate::Two)]).await;
        assert_eq!(site.approve(&all[0], &an).await.unwrap(), Approval::NeedsCallBack);
        assert_eq!(site.state(&all[0]).await, State::Proposed);
        let note = async |one: &Standing, by: &Login, forbidden: &BTreeSet<Login>| {
            let work = async |mut tx: rosterd::store::WriteTx| {
                let noted = tx
                    .note_call_back(&one.stored.id, by, "0256 382 2222", "bà Lê Thị Mai", forbidden)
                    .await?;
                tx.commit(noted).await
            };
            site.store.write(now(), work).await
        };
        let sender = [binh.clone()].into();
        assert_eq!(
            note(&all[0], &binh, &sender).await.unwrap(),
            Noted::PutInByYou,
            "the number called is theirs"
        );
        assert!(note(&all[0], &Login::new("stranger"), &nobody()).await.is_err());
        assert_eq!(site.approve(&all[0], &an).await.unwrap(), Approval::NeedsCallBack);
        assert_eq!(note(&all[0], &an, &nobody()).await.unwrap(), Noted::Noted);
        let calls = site.store.call_backs(&all[0].stored.key).await.unwrap();
        let [call] = calls.as_slice() else { panic!("{calls:?}") };
        assert_eq!((&call.operator, call.number.as_str(), call.at), (&an, "0256 382 2222", now()));
        for (by, state) in [(&an, State::Proposed), (&binh, State::Approved)] {
            let approved = site.approve(&all[0], by).await.unwrap();
            assert!(matches!(approved, Approval::Approved { state: at, .. } if at == state), "{approved:?}");
        }
        // What needs no second person, or opens nothing, needs no call.
        assert!(matches!(site.approve(&all[1], &an).await.unwrap(), Approval::Approved { .. }));
        assert!(matches!(site.approve(&all[2], &an).await.unwrap(), Approval::Approved { .. }));
        assert_eq!(note(&all[2], &an, &nobody()).await.unwrap(), Noted::NotNeeded);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_approval_and_an_unknown_login() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::Two)]).await[0];
        site.approve(one, &an).await.unwrap();
        for login in ["an", "stranger"] {
            let (id, key) = (&one.stored.id, &one.stored.key);
            let insert = format!(
                "INSERT INTO approval (change_id, key, operator, at) VALUES ('{id}', '{key}', '{login}', '2026')"
            );
            // sqlx turns references on for SQLite by itself.
            assert!(site.raw(&insert).await.is_err(), "{login}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_that_is_not_enrolled_decides_nothing() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        let stranger = Login::new("stranger");
        assert!(matches!(site.approve(one, &stranger).await, Err(StoreError::NotEnrolled(_))));
        assert!(matches!(site.reject(one, &stranger).await, Err(StoreError::NotEnrolled(_))));
        let remove = async |mut tx: rosterd::store::WriteTx| {
            let removed = tx.remove_operator(&binh, &an).await?;
            tx.commit(removed).await
        };
        assert!(site.store.write(now(), remove).await.unwrap());
        assert!(matches!(site.approve(one, &binh).await, Err(StoreError::NotEnrolled(_))));
        assert_eq!(site.store.operator(&binh).await.unwrap(), None);
        assert_eq!(site.state(one).await, State::Proposed);
        // Once there is an operator, only operators enrol.
        let role = OperatorRole::Administrator;
        let own = Operator { login: stranger.clone(), name: "x".into(), role, agencies: BTreeSet::new() };
        let enrol = async |mut tx: rosterd::store::WriteTx| {
            tx.add_operator(&own, &stranger).await?;
            tx.commit(()).await
        };
        assert!(matches!(site.store.write(now(), enrol).await, Err(StoreError::NotEnrolled(_))));
        // A removed operator comes back by being enrolled again.
        site.enrol(&binh, &["skhcn"]).await;
        assert!(site.store.operator(&binh).await.unwrap().unwrap().may_see(&agency("skhcn")));
    })
    .await;
}

#[tokio::test]
async fn an_operator_decides_within_scope_only() {
    on_both(async |site| {
        site.operators(["an"]).await;
        let [binh, chi] = ["binh", "chi"].map(Login::new);
        site.enrol(&binh, &["stc"]).await;
        site.enrol(&chi, &["skhcn"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        assert!(matches!(site.approve(one, &binh).await, Err(StoreError::OutOfScope { .. })));
        assert!(matches!(site.approve(one, &chi).await, Ok(Approval::Approved { .. })));
    })
    .await;
}

#[tokio::test]
async fn whoever_put_the_roster_in_does_not_approve_it() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        let contacts = Contacts::from([(agency("skhcn"), an.clone())]);
        let (id, key) = (&one.stored.id, &one.stored.key);
        assert_eq!(site.approve_as(id, key, &an, &contacts).await.unwrap(), Approval::PutInByYou);
        let moved = site.approve_as(id, &ChangeKey::new("older"), &binh, &contacts).await.unwrap();
        assert_eq!(moved, Approval::KeyMoved { now: key.clone() });
        assert_eq!(site.state(one).await, State::Proposed);
        let fine = site.approve_as(id, key, &binh, &contacts).await.unwrap();
        assert_eq!(fine, Approval::Approved { have: 1, needed: 1, state: State::Approved });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_approvals_at_the_same_moment_both_count() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let all: Vec<_> = (0..8).map(|n| title(&format!("a{n}"), Gate::Two)).collect();
        let other = site.second().await;
        for one in site.propose(&all).await {
            let tasks: Vec<_> = [(site.store.clone(), an.clone()), (other.clone(), binh.clone())]
                .into_iter()
                .map(|(store, by)| {
                    let (id, key) = (one.stored.id.clone(), one.stored.key.clone());
                    tokio::spawn(async move {
                        let work = async |mut tx: rosterd::store::WriteTx| {
                            let answer = tx.approve(&id, &key, &by, &nobody()).await?;
                            tx.commit(answer).await
                        };
                        store.write(now(), work).await.unwrap()
                    })
                })
                .collect();
            for task in tasks {
                assert!(matches!(task.await.unwrap(), Approval::Approved { .. }));
            }
            assert_eq!(site.state(&one).await, State::Approved);
        }
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_rejected_key_is_told_to_the_planner() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let change = Change { document: Some("12/QĐ-SNV".into()), ..title("a1", Gate::One) };
        let one = &site.propose(std::slice::from_ref(&change)).await[0];
        assert_eq!(site.reject(one, &an).await.unwrap(), Approval::Rejected);
        let open = site.store.open_changes(now()).await.unwrap();
        assert_eq!(open.live, []);
        let [suppressed] = &open.suppressed[..] else { panic!("{open:?}") };
        assert_eq!((&suppressed.key, &suppressed.after), (&change.key(), &change.after));
        assert_eq!((suppressed.kind, &suppressed.document), (change.kind, &change.document));
        let stored = site.store.change(&one.stored.id).await.unwrap().unwrap().stored;
        assert_eq!((stored.state, stored.outcome.as_deref()), (State::Rejected, Some("sai chức danh")));
        assert_eq!(site.approve(one, &an).await.unwrap(), Approval::NotProposed(State::Rejected));
    })
    .await;
}

fn held(subjects: &[&str], scope: BrakeScope) -> (PlanDelta, Brake) {
    let changes: Vec<_> = subjects.iter().map(|subject| title(subject, Gate::One)).collect();
    let brake = Brake {
        key: BrakeKey::new("brake-1"),
        scope,
        kind: BrakeKind::Attributes,
        wanted: 3,
        spent: 0,
        limit: 1,
        of_accounts: 10,
        holds: changes.iter().map(Change::key).collect(),
    };
    let hold = |change| NewChange { change, state: State::Held, brake: Some(brake.key.clone()) };
    let insert = changes.into_iter().map(hold).collect();
    (PlanDelta { insert, brakes: vec![brake.clone()], ..delta("p1") }, brake)
}

#[tokio::test]
async fn a_brake_is_released_by_two_operators_and_then_its_changes_go_on() {
    on_both(async |site| {
        let [an, binh, chi] = site.operators(["an", "binh", "chi"]).await;
        let (plan, brake) = held(&["a1", "a2"], BrakeScope::Agency(agency("skhcn")));
        assert_eq!(site.publish(&plan).await.inserted, 2);
        assert_eq!(site.store.open_brakes().await.unwrap(), [(brake.clone(), vec![])]);
        let [one, two] = &site.store.open_changes(now()).await.unwrap().live[..] else { panic!() };
        // Approved while held, it stays held.
        let approved = site.approve(one, &an).await.unwrap();
        assert_eq!(approved, Approval::Approved { have: 1, needed: 1, state: State::Held });
        let contacts = Contacts::from([(agency("skhcn"), chi.clone())]);
        assert_eq!(site.release(&brake.key, &chi, &contacts).await.unwrap(), Release::PutInByYou);
        assert_eq!(site.release(&brake.key, &an, &contacts).await.unwrap(), Release::NeedsSecond);
        assert_eq!(site.release(&brake.key, &an, &contacts).await.unwrap(), Release::AlreadyByYou);
        assert_eq!(site.store.open_brakes().await.unwrap(), [(brake.clone(), vec![an.clone()])]);
        assert_eq!(site.state(one).await, State::Held);
        assert_eq!(site.release(&brake.key, &binh, &contacts).await.unwrap(), Release::Released(2));
        assert_eq!((site.state(one).await, site.state(two).await), (State::Approved, State::Proposed));
        assert!(site.store.change(&one.stored.id).await.unwrap().unwrap().stored.released);
        assert_eq!(site.release(&brake.key, &binh, &contacts).await.unwrap(), Release::NotOpen);
        assert_eq!(site.store.open_brakes().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_province_brake_needs_operators_of_the_province_and_discarding_rejects() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let local = Login::new("local");
        site.enrol(&local, &["skhcn"]).await;
        let (plan, brake) = held(&["a1", "a2"], BrakeScope::Province);
        site.publish(&plan).await;
        let refused = site.release(&brake.key, &local, &nobody()).await;
        assert!(matches!(refused, Err(StoreError::OutOfScope { .. })), "{refused:?}");
        let discard = async |by: &Login| {
            let work = async |mut tx: rosterd::store::WriteTx| {
                let discarded = tx.discard(&brake.key, by, "nhầm").await?;
                tx.commit(discarded).await
            };
            site.store.write(now(), work).await.unwrap()
        };
        assert_eq!(discard(&an).await, Discard::NeedsSecond);
        assert_eq!(discard(&an).await, Discard::AlreadyByYou);
        assert_eq!(
            site.release(&brake.key, &binh, &nobody()).await.unwrap(),
            Release::NeedsSecond,
            "not alike"
        );
        assert_eq!(discard(&binh).await, Discard::Discarded(2));
        assert_eq!(discard(&an).await, Discard::NotOpen);
        let open = site.store.open_changes(now()).await.unwrap();
        assert_eq!((open.live.len(), open.suppressed.len()), (0, 2));
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_kept_once_given() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let candidate = |answer: &str| Candidate { answer: answer.into(), label: "x".into(), fields: vec![] };
        let mut question = Question {
            kind: QuestionKind::WhoIs,
            agency: agency("skhcn"),
            about: "nguyen thi hoa".into(),
            label: "Nguyễn Thị Hòa".into(),
            candidates: vec![candidate("a1"), candidate("new")],
            evidence: vec![],
        };
        let key = question.key();
        let ask = |question: &Question| PlanDelta { questions: vec![question.clone()], ..delta("p1") };
        assert_eq!(site.publish(&ask(&question)).await.questions, 1);
        assert_eq!(site.publish(&ask(&question)).await.questions, 0);
        question.evidence = vec![Evidence::Snapshot { target: "mail".into(), entry: "a1".into() }];
        assert_eq!(site.publish(&ask(&question)).await.questions, 1);
        let end = PlanDelta { questions_superseded: vec![key.clone()], ..delta("p2") };
        site.publish(&end).await;
        assert_eq!(site.store.questions().await.unwrap(), []);
        site.publish(&ask(&question)).await;
        assert_eq!(site.store.questions().await.unwrap()[0].question, question);

        let answer = async |text: &str, by: &Login| {
            let work = async |mut tx: rosterd::store::WriteTx| {
                tx.answer(&key, text, by).await?;
                tx.commit(()).await
            };
            site.store.write(minutes(1), work).await
        };
        assert!(matches!(answer("a9", &an).await, Err(StoreError::Missing { what: "candidate", .. })));
        assert!(answer("a1", &Login::new("stranger")).await.is_err());
        answer("a1", &an).await.unwrap();
        // Neither asking again nor ceasing to ask loses the answer.
        site.publish(&ask(&question)).await;
        site.publish(&end).await;
        assert_eq!(site.store.questions().await.unwrap(), []);
        assert_eq!(site.store.answers().await.unwrap(), [(key.clone(), "a1".to_owned())].into());
        answer("new", &an).await.unwrap();
        assert_eq!(site.store.answers().await.unwrap()[&key], "new");
    })
    .await;
}

#[tokio::test]
async fn a_pause_has_a_reason_and_its_author() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let pause = async |reason: &str, by: &Login| {
            let work = async |mut tx: rosterd::store::WriteTx| -> Result<Committed<bool>, StoreError> {
                let paused = tx.pause(Paused::Mail, by, reason).await?;
                tx.commit(paused).await
            };
            site.store.write(now(), work).await
        };
        assert!(pause("x", &Login::new("stranger")).await.is_err());
        assert!(pause("máy chủ thư đầy", &an).await.unwrap());
        assert!(!pause("again", &an).await.unwrap());
        let paused = site.store.paused(Paused::Mail).await.unwrap().unwrap();
        assert_eq!((paused.by, paused.reason.as_str(), paused.at), (an.clone(), "máy chủ thư đầy", now()));
        assert_eq!(site.store.paused(Paused::Writes).await.unwrap(), None);
        let resume = async |mut tx: rosterd::store::WriteTx| {
            let resumed = tx.resume(Paused::Mail, &an).await?;
            tx.commit(resumed).await
        };
        assert!(site.store.write(now(), resume).await.unwrap());
        assert!(!site.store.write(now(), resume).await.unwrap());
        assert_eq!(site.store.paused(Paused::Mail).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_page_shows_what_was_asked_for_in_order() {
    on_both(async |site| {
        use rosterd::store::Filter;
        let mut all: Vec<_> = (0..25).map(|n| title(&format!("a{n:02}"), Gate::One)).collect();
        for (change, n) in all.iter_mut().zip(0..) {
            change.due = today() + TimeDelta::days(n % 3);
            change.agency = agency(if n % 5 == 0 { "s_c" } else { "stc" });
        }
        all[7].after.insert(Attr::Phone, rosterd::model::account::Values::one("0912345678"));
        site.propose(&all).await;
        let list = async |filter: &Filter, after: Option<&ChangeId>, limit| {
            site.store.changes(filter, after, limit).await.unwrap()
        };
        let any = Filter { state: Some(State::Proposed), ..Filter::default() };
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = list(&any, after.as_ref(), 10).await;
            let Some(end) = page.last() else { break };
            after = Some(end.stored.id.clone());
            paged.extend(page);
        }
        assert_eq!(paged, list(&Filter::default(), None, 99).await);
        assert_eq!(paged.len(), 25);
        assert!(paged.is_sorted_by_key(|one| (one.stored.change.due, one.stored.id.clone())));
        let count = async |filter: Filter| list(&filter, None, 99).await.len();
        assert_eq!(count(Filter { agencies: vec![agency("s_c")], ..any.clone() }).await, 5);
        assert_eq!(count(Filter { agencies: vec![agency("s_c"), agency("stc")], ..any.clone() }).await, 25);
        let text = |text: &str| Filter { text: Some(text.into()), ..Filter::default() };
        assert_eq!(count(text("THỊ HOÀ")).await, 25);
        assert_eq!(count(text("0912345678")).await, 1);
        assert_eq!(count(text("a_7")).await, 0, "an underscore is data");
        assert_eq!(count(text("%' OR 1=1 --")).await, 0);
        assert_eq!(count(Filter { kind: Some(ChangeKind::GrantRole), ..any.clone() }).await, 0);
        assert_eq!(count(Filter { target: Some(TargetId::mail()), ..any.clone() }).await, 25);
        assert_eq!(count(Filter { state: Some(State::Applied), ..any.clone() }).await, 0);
    })
    .await;
}
