//! Deputies, contacts, and the one operator for the whole province who must stay.

use super::*;
use rosterd::model::ids::AccountId;
use rosterd::model::operator::OperatorRole;
use rosterd::store::{Approval, Confirmation, Delegation, WriteTx};

impl Site {
    async fn approve_at(&self, one: &Standing, by: &Login, at: Time) -> Result<Approval, StoreError> {
        let work = async |mut tx: WriteTx| {
            let answer = tx.approve(&one.stored.id, &one.stored.key, by, &nobody()).await?;
            tx.commit(answer).await
        };
        self.store.write(at, work).await
    }

    async fn delegate(&self, absent: &Login, deputy: &Login, by: &Login) -> Result<String, StoreError> {
        let delegation = Delegation {
            id: String::new(),
            operator: absent.clone(),
            deputy: deputy.clone(),
            since: minutes(10),
            until: minutes(20),
        };
        let work = async |mut tx: WriteTx| {
            let id = tx.delegate(&delegation, by).await?;
            tx.commit(id).await
        };
        self.store.write(now(), work).await
    }

    async fn enrol_as(
        &self,
        login: &Login,
        role: OperatorRole,
        agencies: &[&str],
        by: &Login,
    ) -> Result<(), StoreError> {
        let agencies = agencies.iter().map(|code| agency(code)).collect();
        let operator = Operator { login: login.clone(), name: "x".into(), role, agencies };
        let work = async |mut tx: WriteTx| {
            tx.add_operator(&operator, by).await?;
            tx.commit(()).await
        };
        self.store.write(now(), work).await
    }

    async fn left(&self, by: &Login) -> Result<(), StoreError> {
        let confirmation = Confirmation {
            person: None,
            target: TargetId::mail(),
            account: AccountId::new("a1"),
            agency: agency("skhcn"),
            by: by.clone(),
            reason: "điện thoại".into(),
            at: now(),
        };
        let work = async |mut tx: WriteTx| {
            tx.confirm_departure(&confirmation).await?;
            tx.commit(()).await
        };
        self.store.write(now(), work).await
    }
}

#[tokio::test]
async fn a_deputy_decides_for_the_absent_one_between_two_dates_and_it_is_recorded() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let [binh, chi, dung] = ["binh", "chi", "dung"].map(Login::new);
        site.enrol(&binh, &["skhcn"]).await;
        site.enrol(&chi, &["stc"]).await;
        site.enrol(&dung, &["stc"]).await;
        let one = &site.propose(&[title("a1", Gate::Two)]).await[0];
        let stranger = site.delegate(&binh, &chi, &chi).await;
        assert!(
            matches!(stranger, Err(StoreError::OutOfScope { .. })),
            "nobody names his or her own mandate"
        );
        let id = site.delegate(&binh, &chi, &binh).await.unwrap();
        site.delegate(&chi, &dung, &chi).await.unwrap();
        let out = |answer: Result<Approval, StoreError>| matches!(answer, Err(StoreError::OutOfScope { .. }));
        assert!(out(site.approve_at(one, &chi, minutes(9)).await), "not yet");
        assert!(out(site.approve_at(one, &chi, minutes(20)).await), "no more");
        assert!(out(site.approve_at(one, &dung, minutes(15)).await), "a deputy passes nothing on");
        assert!(matches!(
            site.approve_at(one, &chi, minutes(15)).await,
            Ok(Approval::Approved { have: 1, .. })
        ));
        let stand_ins = site.store.stand_ins(&one.stored.id).await.unwrap();
        assert_eq!(stand_ins, [(chi.clone(), binh.clone())]);
        // One mandate counts once, whoever uses it.
        assert_eq!(site.approve_at(one, &binh, minutes(16)).await.unwrap(), Approval::AlreadyApproved);
        assert_eq!(site.approve_at(one, &chi, minutes(16)).await.unwrap(), Approval::AlreadyApproved);
        assert!(matches!(
            site.approve_at(one, &an, minutes(16)).await,
            Ok(Approval::Approved { have: 2, state: State::Approved, .. })
        ));
        let two = &site.propose(&[title("a2", Gate::One)]).await[0];
        let recall = async |mut tx: WriteTx| {
            let ended = tx.recall(&id, &binh).await?;
            tx.commit(ended).await
        };
        assert!(site.store.write(minutes(16), recall).await.unwrap());
        assert!(!site.store.write(minutes(16), recall).await.unwrap());
        assert!(out(site.approve_at(two, &chi, minutes(17)).await), "called off");
        assert_eq!(site.store.stands_in_for(&chi, minutes(17)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_deputy_never_gives_both_approvals_and_no_mandate_leads_around_who_put_the_roster_in() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let [binh, chi] = ["binh", "chi"].map(Login::new);
        site.enrol(&binh, &["skhcn"]).await;
        site.enrol(&chi, &["skhcn"]).await;
        site.delegate(&binh, &chi, &an).await.unwrap();
        let one = &site.propose(&[title("a1", Gate::Two)]).await[0];
        assert!(matches!(
            site.approve_at(one, &chi, minutes(15)).await,
            Ok(Approval::Approved { have: 1, .. })
        ));
        assert_eq!(site.approve_at(one, &chi, minutes(15)).await.unwrap(), Approval::AlreadyApproved);
        assert_eq!(site.store.stand_ins(&one.stored.id).await.unwrap(), [], "in scope, it is his or her own");
        // The absent one answers for the roster: so does the deputy.
        let dung = Login::new("dung");
        site.enrol(&dung, &["stc"]).await;
        site.delegate(&binh, &dung, &an).await.unwrap();
        let two = &site.propose(&[title("a2", Gate::One)]).await[0];
        let contacts = [(agency("skhcn"), binh.clone())].into();
        let work = async |mut tx: WriteTx| {
            let answer = tx.approve(&two.stored.id, &two.stored.key, &dung, &contacts).await?;
            tx.commit(answer).await
        };
        assert_eq!(site.store.write(minutes(15), work).await.unwrap(), Approval::PutInByYou);
    })
    .await;
}

#[tokio::test]
async fn a_contact_confirms_for_the_agency_and_never_approves() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let [lien, khac] = ["lien", "khac"].map(Login::new);
        site.enrol_as(&lien, OperatorRole::Contact, &["skhcn"], &an).await.unwrap();
        site.enrol_as(&khac, OperatorRole::Contact, &["stc"], &an).await.unwrap();
        assert!(
            site.enrol_as(&Login::new("x"), OperatorRole::Contact, &[], &an).await.is_err(),
            "of no agency"
        );
        assert_eq!(site.store.operator(&lien).await.unwrap(), None, "no operator");
        let one = &site.propose(&[title("a1", Gate::One)]).await[0];
        assert!(matches!(site.approve_at(one, &lien, now()).await, Err(StoreError::OnlyContact(_))));
        assert!(matches!(site.delegate(&an, &lien, &an).await, Err(StoreError::OnlyContact(_))));
        site.left(&lien).await.unwrap();
        assert!(matches!(site.left(&khac).await, Err(StoreError::OutOfScope { .. })));
        assert!(matches!(site.left(&Login::new("ai")).await, Err(StoreError::NotEnrolled(_))));
        assert_eq!(site.store.confirmations().await.unwrap()[0].by, lien);
        // An operator who becomes a contact decides nothing any more.
        let [binh] = site.operators(["binh"]).await;
        site.enrol_as(&binh, OperatorRole::Contact, &["skhcn"], &an).await.unwrap();
        assert!(matches!(site.approve_at(one, &binh, now()).await, Err(StoreError::OnlyContact(_))));
    })
    .await;
}

#[tokio::test]
async fn somebody_for_the_whole_province_always_stays() {
    on_both(async |site| {
        let (an, binh) = (Login::new("an"), Login::new("binh"));
        let first = site.enrol_as(&an, OperatorRole::Administrator, &["skhcn"], &an).await;
        assert!(matches!(first, Err(StoreError::NoProvinceOperator(_))), "{first:?}");
        site.enrol_as(&an, OperatorRole::Administrator, &[], &an).await.unwrap();
        site.enrol_as(&binh, OperatorRole::Administrator, &["skhcn"], &an).await.unwrap();
        for kind in [OperatorRole::Administrator, OperatorRole::Contact] {
            let narrowed = site.enrol_as(&an, kind, &["skhcn"], &an).await;
            assert!(matches!(narrowed, Err(StoreError::NoProvinceOperator(_))), "{narrowed:?}");
        }
        site.enrol_as(&binh, OperatorRole::Administrator, &[], &an).await.unwrap();
        site.enrol_as(&an, OperatorRole::Administrator, &["skhcn"], &binh).await.unwrap();
        assert!(site.store.operator(&an).await.unwrap().unwrap().agencies.contains(&agency("skhcn")));
    })
    .await;
}
