//! Incidents, which beat every other change on their account; legal holds, under which nothing runs out.

use super::*;
use rosterd::model::ids::AccountId;
use rosterd::model::legal_hold::HoldSubject;
use rosterd::model::name::PersonName;
use rosterd::model::person::{OutOfUse, Person};
use rosterd::store::{Claim, Decided, Fenced, NewIncident, Terms, WriteTx};

impl Site {
    async fn open_incident(&self, account: &str, by: &Login, at: Time) -> Result<Option<String>, StoreError> {
        let new = NewIncident {
            target: TargetId::mail(),
            account: AccountId::new(account),
            label: account.to_owned(),
            person: None,
            agency: agency("skhcn"),
            reason: "đăng nhập lạ".to_owned(),
            by_hand: false,
            is_locked: false,
            evidence: "{}".to_owned(),
        };
        let work = async |mut tx: WriteTx| {
            let id = tx.open_incident(&new, by).await?;
            tx.commit(id).await
        };
        self.store.write(at, work).await
    }

    async fn close_incident(&self, id: &str, by: &Login, at: Time) -> Result<bool, StoreError> {
        let work = async |mut tx: WriteTx| {
            let closed = tx.close_incident(id, by, "đã đổi mật khẩu").await?;
            tx.commit(closed).await
        };
        self.store.write(at, work).await
    }

    async fn set_hold(&self, subject: &HoldSubject, by: &Login) -> Result<Decided, StoreError> {
        let work = async |mut tx: WriteTx| {
            let decided = tx.set_hold(subject, &agency("skhcn"), by, "công văn 12/CV-TTr").await?;
            tx.commit(decided).await
        };
        self.store.write(now(), work).await
    }

    async fn lift_hold(&self, id: &str, by: &Login) -> Result<Decided, StoreError> {
        let work = async |mut tx: WriteTx| {
            let decided = tx.lift_hold(id, by, "kết luận 3/KL-TTr").await?;
            tx.commit(decided).await
        };
        self.store.write(now(), work).await
    }

    async fn is_on_hold(&self, subject: &HoldSubject) -> bool {
        let work = async |mut tx: WriteTx| {
            let held = tx.is_on_hold(subject).await?;
            tx.commit(held).await
        };
        self.store.write(now(), work).await.unwrap()
    }

    async fn expire(&self) -> u64 {
        let work = async |mut tx: WriteTx| {
            let expired = tx.expire_approvals(today() + TimeDelta::days(31), 30).await?;
            tx.commit(expired).await
        };
        self.store.write(now(), work).await.unwrap()
    }

    async fn claim_now(&self, one: &Standing) -> Claim {
        let terms = Terms { today: today(), write_by: minutes(9), sealed_password: None, limits: vec![] };
        let token = self.lease().await;
        let work = async |mut tx: Fenced| {
            let claims = tx.open_intents(&[(&one.stored, terms.clone())]).await?;
            tx.commit(claims.into_iter().next().unwrap()).await
        };
        self.store.write_fenced(&token, minutes(8), work).await.unwrap()
    }
}

#[tokio::test]
async fn while_an_incident_is_open_nothing_else_is_claimed_on_its_account() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let of_mail = [title("a1", Gate::None), title("a2", Gate::None)];
        let elsewhere = Change { target: TargetId::new("tthc"), ..title("a1", Gate::None) };
        let [a1, a2, other] = &site.propose(&[&of_mail[..], &[elsewhere]].concat()).await[..] else {
            panic!()
        };
        let id = site.open_incident("a1", &an, minutes(1)).await.unwrap().unwrap();
        assert_eq!(site.open_incident("a1", &an, minutes(1)).await.unwrap(), None, "it is open already");
        let open = site.store.open_incidents().await.unwrap();
        assert_eq!(
            (open.len(), open[0].id.as_str(), open[0].account.as_str(), &open[0].opened_by),
            (1, id.as_str(), "a1", &an)
        );
        assert_eq!(site.claim_now(a1).await, Claim::Incident);
        assert_eq!(site.state(a1).await, State::Approved, "it waits");
        assert!(matches!(site.claim_now(a2).await, Claim::Opened(_)), "another account");
        assert!(matches!(site.claim_now(other).await, Claim::Opened(_)), "an account of another target");
        assert!(site.close_incident(&id, &an, minutes(2)).await.unwrap());
        assert!(!site.close_incident(&id, &an, minutes(2)).await.unwrap());
        assert!(matches!(site.claim_now(a1).await, Claim::Opened(_)));
        assert_eq!(site.store.open_incidents().await.unwrap(), []);
        assert!(site.open_incident("a1", &an, minutes(3)).await.unwrap().is_some(), "it may happen again");
    })
    .await;
}

#[tokio::test]
async fn a_plan_older_than_an_incident_leaves_its_account_alone() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        let id = site.open_incident("a1", &an, minutes(1)).await.unwrap().unwrap();
        site.open_incident("a2", &an, minutes(1)).await.unwrap();
        let plan = |pass: &str, start| PlanDelta {
            insert: vec![proposed(&title("a2", Gate::One))],
            supersede: vec![one.stored.id.clone()],
            snapshot_start: minutes(start),
            ..delta(pass)
        };
        let published = site.publish(&plan("p2", 0)).await;
        assert_eq!((published.skipped, published.inserted, published.superseded), (2, 0, 0));
        site.close_incident(&id, &an, minutes(4)).await.unwrap();
        let published = site.publish(&plan("p3", 3)).await;
        assert_eq!((published.skipped, published.inserted, published.superseded), (1, 1, 0));
        assert_eq!(site.publish(&plan("p4", 5)).await.superseded, 1);
    })
    .await;
}

#[tokio::test]
async fn only_an_enrolled_operator_in_scope_opens_and_closes_an_incident_or_sets_a_hold() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let (binh, stranger) = (Login::new("binh"), Login::new("stranger"));
        site.enrol(&binh, &["stc"]).await;
        let id = site.open_incident("a1", &an, now()).await.unwrap().unwrap();
        let hold = HoldSubject::Person(PersonId::new("p1"));
        site.set_hold(&hold, &an).await.unwrap();
        let hold_id = &site.store.legal_holds().await.unwrap()[0].id;
        let refused = [
            (&binh, site.open_incident("a2", &binh, now()).await.err()),
            (&binh, site.close_incident(&id, &binh, now()).await.err()),
            (&binh, site.set_hold(&hold, &binh).await.err()),
            (&binh, site.lift_hold(hold_id, &binh).await.err()),
            (&stranger, site.open_incident("a2", &stranger, now()).await.err()),
            (&stranger, site.close_incident(&id, &stranger, now()).await.err()),
            (&stranger, site.set_hold(&hold, &stranger).await.err()),
            (&stranger, site.lift_hold(hold_id, &stranger).await.err()),
        ];
        for (by, error) in refused {
            match error.unwrap() {
                StoreError::OutOfScope { operator, .. } => assert_eq!((&operator, by), (&binh, &binh)),
                StoreError::NotEnrolled(login) => assert_eq!((&login, by), (&stranger, &stranger)),
                other => panic!("{other}"),
            }
        }
        let missing =
            [site.close_incident("i9", &an, now()).await.err(), site.lift_hold("h9", &an).await.err()];
        assert!(missing.iter().all(|error| matches!(error, Some(StoreError::Missing { .. }))), "{missing:?}");
    })
    .await;
}

#[tokio::test]
async fn a_legal_hold_is_set_by_two_operators_and_lifted_by_two() {
    on_both(async |site| {
        let [an, binh, chi] = site.operators(["an", "binh", "chi"]).await;
        let hold = HoldSubject::Account(TargetId::mail(), AccountId::new("a1"));
        assert_eq!(site.set_hold(&hold, &an).await.unwrap(), Decided::NeedsSecond);
        assert_eq!(site.set_hold(&hold, &an).await.unwrap(), Decided::AlreadyByYou);
        assert!(!site.is_on_hold(&hold).await, "one operator holds nothing");
        assert_eq!(site.set_hold(&hold, &binh).await.unwrap(), Decided::Done);
        assert_eq!(site.set_hold(&hold, &chi).await.unwrap(), Decided::Nothing);
        assert!(site.is_on_hold(&hold).await);
        let standing = site.store.legal_holds().await.unwrap();
        assert_eq!((standing.len(), standing[0].holds, &standing[0].subject), (1, true, &hold));
        let id = &standing[0].id;
        assert_eq!(site.lift_hold(id, &an).await.unwrap(), Decided::NeedsSecond);
        assert_eq!(site.lift_hold(id, &an).await.unwrap(), Decided::AlreadyByYou);
        assert!(site.is_on_hold(&hold).await, "one operator lifts nothing");
        assert_eq!(site.lift_hold(id, &chi).await.unwrap(), Decided::Done);
        assert_eq!(site.lift_hold(id, &binh).await.unwrap(), Decided::Nothing);
        assert!(!site.is_on_hold(&hold).await);
        // Set anew it needs two again; what a single operator asked for, one takes back.
        assert_eq!(site.set_hold(&hold, &an).await.unwrap(), Decided::NeedsSecond);
        let asked = site.store.legal_holds().await.unwrap();
        assert_eq!(site.lift_hold(&asked[0].id, &binh).await.unwrap(), Decided::Done);
        assert_eq!(site.store.legal_holds().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn under_a_legal_hold_no_approval_runs_out() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let holder = Person {
            id: PersonId::new("p3"),
            name: PersonName::new("Trần Văn Bình").unwrap(),
            birth: None,
            gender: None,
            citizen: None,
            former_citizens: BTreeSet::new(),
            staff_code: None,
            phone: None,
            mail: None,
            accounts: [(TargetId::mail(), AccountId::new("a3"))].into(),
            matched: None,
            met: std::collections::BTreeMap::new(),
            listed: BTreeSet::new(),
            returned: None,
            out_of_use: OutOfUse::default(),
        };
        site.publish(&PlanDelta { people: vec![holder], ..delta("p0") }).await;
        let person = Change { person: Some(PersonId::new("p2")), ..title("a2", Gate::One) };
        let changes = [title("a1", Gate::One), person, title("a3", Gate::One), title("a4", Gate::One)];
        let all = site.propose(&changes).await;
        for one in &all {
            let work = async |mut tx: WriteTx| {
                tx.approve(&one.stored.id, &one.stored.key, &an, &nobody()).await?;
                tx.commit(()).await
            };
            site.store.write(now(), work).await.unwrap();
        }
        let account = HoldSubject::Account(TargetId::mail(), AccountId::new("a1"));
        let holder = HoldSubject::Person(PersonId::new("p3"));
        let holds = [account.clone(), HoldSubject::Person(PersonId::new("p2")), holder.clone()];
        for (hold, by) in holds.iter().flat_map(|hold| [(hold, &an), (hold, &binh)]) {
            site.set_hold(hold, by).await.unwrap();
        }
        assert_eq!(site.expire().await, 1, "a4 alone");
        assert_eq!(site.state(&all[3]).await, State::Expired);
        let of_holder = HoldSubject::Account(TargetId::mail(), AccountId::new("a3"));
        assert!(site.is_on_hold(&of_holder).await, "the holder's account");
        assert!(site.is_on_hold(&holder).await && site.is_on_hold(&account).await);
        assert!(!site.is_on_hold(&HoldSubject::Account(TargetId::new("tthc"), AccountId::new("a1"))).await);
        for hold in site.store.legal_holds().await.unwrap() {
            site.lift_hold(&hold.id, &an).await.unwrap();
            assert_eq!(site.lift_hold(&hold.id, &binh).await.unwrap(), Decided::Done);
        }
        assert_eq!(site.expire().await, 3);
        // One on the account keeps the person too.
        site.set_hold(&of_holder, &an).await.unwrap();
        site.set_hold(&of_holder, &binh).await.unwrap();
        assert!(site.is_on_hold(&holder).await);
    })
    .await;
}

#[tokio::test]
async fn a_legal_hold_stops_closing_and_deleting_at_the_claim() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let ends = |kind, subject: &str| Change { kind, ..title(subject, Gate::None) };
        let all = site
            .propose(&[
                ends(ChangeKind::CloseAccount, "a1"),
                Change { person: Some(PersonId::new("p2")), ..ends(ChangeKind::DeleteAccount, "a2") },
                title("a3", Gate::None),
                ends(ChangeKind::DeleteAccount, "a4"),
            ])
            .await;
        let a1 = HoldSubject::Account(TargetId::mail(), AccountId::new("a1"));
        let a3 = HoldSubject::Account(TargetId::mail(), AccountId::new("a3"));
        for hold in [&a1, &HoldSubject::Person(PersonId::new("p2")), &a3] {
            site.set_hold(hold, &an).await.unwrap();
        }
        assert!(matches!(site.claim_now(&all[3]).await, Claim::Opened(_)), "nobody holds it");
        for hold in [&a1, &HoldSubject::Person(PersonId::new("p2")), &a3] {
            site.set_hold(hold, &binh).await.unwrap();
        }
        assert_eq!(site.claim_now(&all[0]).await, Claim::OnHold);
        assert_eq!(site.claim_now(&all[1]).await, Claim::OnHold);
        assert!(matches!(site.claim_now(&all[2]).await, Claim::Opened(_)), "what ends nothing goes on");
        for hold in site.store.legal_holds().await.unwrap() {
            site.lift_hold(&hold.id, &an).await.unwrap();
            site.lift_hold(&hold.id, &binh).await.unwrap();
        }
        assert!(matches!(site.claim_now(&all[0]).await, Claim::Opened(_)));
        assert!(matches!(site.claim_now(&all[1]).await, Claim::Opened(_)));
    })
    .await;
}
