//! Four eyes: who put in what a change is made from neither approves it nor releases the brake that holds it.

use super::rows::{arrival, insert};
use super::*;
use rosterd::model::brake::{Brake, BrakeKind, BrakeScope};
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::{BrakeKey, RosterId};
use rosterd::model::operator::Contacts;
use rosterd::store::{Approval, Delegation, Release, WriteTx};

impl Site {
    /// A workbook that lay in an agency's folder; its bytes are told by `sha256`.
    async fn dropped(&self, id: &str, folder: &str, sha256: &str) {
        let mut arrival = arrival(id, sha256);
        arrival.agency = agency(folder);
        insert(self, &arrival).await;
    }

    async fn uploads(&self, by: &Login, folder: &str, sha256: &str) {
        let work = async |mut tx: WriteTx| {
            tx.note_upload(&agency(folder), sha256, "ds.xlsx", by).await?;
            tx.commit(()).await
        };
        self.store.write(now(), work).await.unwrap();
    }

    /// `deputy` stands in for `absent` from now on.
    async fn stands_in(&self, deputy: &Login, absent: &Login) {
        let delegation = Delegation {
            id: String::new(),
            operator: absent.clone(),
            deputy: deputy.clone(),
            since: minutes(-1),
            until: minutes(60),
        };
        let work = async |mut tx: WriteTx| {
            let id = tx.delegate(&delegation, absent).await?;
            tx.commit(id).await
        };
        self.store.write(now(), work).await.unwrap();
    }

    async fn approves(&self, one: &Standing, by: &Login, contacts: &Contacts) -> Approval {
        let work = async |mut tx: WriteTx| {
            let answer = tx.approve(&one.stored.id, &one.stored.key, by, contacts).await?;
            tx.commit(answer).await
        };
        self.store.write(now(), work).await.unwrap()
    }

    async fn releases(&self, key: &BrakeKey, by: &Login, contacts: &Contacts) -> Release {
        let work = async |mut tx: WriteTx| {
            let answer = tx.release(key, by, "đã đối chiếu", contacts).await?;
            tx.commit(answer).await
        };
        self.store.write(now(), work).await.unwrap()
    }
}

fn row(roster: &str) -> Evidence {
    let (file, sheet) = ("ds.xlsx".into(), "Sheet1".into());
    Evidence::Row { roster: RosterId::new(roster), file, sheet, row: 8, document: None }
}

fn absence(roster: &str) -> Evidence {
    Evidence::Absence { roster: RosterId::new(roster), file: "ds.xlsx".into(), document: None }
}

/// A change of skhcn with this evidence.
fn asked(subject: &str, evidence: Vec<Evidence>) -> Change {
    Change { evidence, ..title(subject, Gate::One) }
}

fn is_approved(approval: &Approval) -> bool {
    matches!(approval, Approval::Approved { .. })
}

#[tokio::test]
async fn who_put_in_what_a_key_comes_back_from_has_not_approved_it() {
    // After the approval.
    let later = |pass| PlanDelta { snapshot_start: minutes(5), ..delta(pass) };
    on_both(async |site| {
        let [an, binh, dung] = site.operators(["an", "binh", "dung"]).await;
        let chi = Login::new("chi");
        site.enrol(&chi, &["snv"]).await;
        site.dropped("r1", "snv", "aa").await;
        site.dropped("r2", "stc", "bb").await;
        site.uploads(&binh, "stc", "bb").await;
        let contacts = Contacts::from([(agency("stc"), an.clone())]);
        // An answers for the folder of the second roster, Bình handed it in, Dung has no part in it.
        for (by, regains) in [(&an, false), (&binh, false), (&dung, true)] {
            let subject = format!("a-{by}");
            let one = &site.propose(&[asked(&subject, vec![row("r1")])]).await[0];
            assert!(is_approved(&site.approves(one, by, &contacts).await), "{by}: it lay in another folder");
            site.publish(&PlanDelta { supersede: vec![one.stored.id.clone()], ..later("p2") }).await;
            let insert = vec![proposed(&asked(&subject, vec![row("r2")]))];
            let back = site.publish(&PlanDelta { insert, contacts: contacts.clone(), ..later("p3") }).await;
            assert_eq!((back.inserted, back.approved), (1, u64::from(regains)), "{by}");
        }
        let one = &site.propose(&[asked("a-chi", vec![row("r1")])]).await[0];
        site.stands_in(&chi, &an).await;
        assert!(is_approved(&site.approves(one, &chi, &contacts).await));
        site.publish(&PlanDelta { supersede: vec![one.stored.id.clone()], ..later("p4") }).await;
        let insert = vec![proposed(&asked("a-chi", vec![row("r2")]))];
        let back = site.publish(&PlanDelta { insert, contacts, ..later("p5") }).await;
        assert_eq!((back.inserted, back.approved), (1, 0), "in An's place");
    })
    .await;
}

#[tokio::test]
async fn whose_folder_a_roster_lay_in_does_not_approve_what_it_asks_of_another_agency() {
    on_both(async |site| {
        let [an, chi, dung] = site.operators(["an", "chi", "dung"]).await;
        // The agency above lists the staff of the one below: `an` answers for its folder, `chi` for the one below.
        site.dropped("r1", "snv", "aa").await;
        site.dropped("r2", "stc", "bb").await;
        let contacts = Contacts::from([
            (agency("snv"), an.clone()),
            (agency("skhcn"), chi.clone()),
            (agency("vpub"), dung.clone()),
        ]);
        let evidence = [vec![row("r1")], vec![absence("r1")], vec![row("r2"), row("r1")]];
        for (at, evidence) in evidence.into_iter().enumerate() {
            let one = &site.propose(&[asked(&format!("a{at}"), evidence)]).await[0];
            for by in [&an, &chi] {
                assert_eq!(site.approves(one, by, &contacts).await, Approval::PutInByYou, "{by} {one:?}");
                assert!(site.store.put_in(&one.stored.change).await.unwrap().is_by(by, &contacts));
            }
            assert_eq!(site.state(one).await, State::Proposed);
            assert!(!site.store.put_in(&one.stored.change).await.unwrap().is_by(&dung, &contacts));
            assert!(is_approved(&site.approves(one, &dung, &contacts).await), "another folder's contact");
        }
        // A roster that is not known is nobody's.
        let one = &site.propose(&[asked("a9", vec![row("r0")])]).await[0];
        assert!(is_approved(&site.approves(one, &an, &contacts).await));
    })
    .await;
}

#[tokio::test]
async fn nobody_approves_in_the_place_of_whoever_put_it_in() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let [binh, chi, dung] = ["binh", "chi", "dung"].map(Login::new);
        site.enrol(&binh, &["skhcn", "snv"]).await;
        site.enrol(&chi, &["skhcn"]).await;
        for deputy in [&dung, &Login::new("em")] {
            site.enrol(deputy, &["stc"]).await;
        }
        let em = Login::new("em");
        site.dropped("r1", "snv", "aa").await;
        site.uploads(&binh, "snv", "aa").await;
        site.stands_in(&dung, &binh).await;
        site.stands_in(&em, &chi).await;
        // `binh` handed it in; `chi` answers for the folder.
        let contacts = Contacts::from([(agency("snv"), chi.clone())]);
        let one = &site.propose(&[asked("a1", vec![row("r1")])]).await[0];
        for by in [&binh, &dung, &chi, &em] {
            assert_eq!(site.approves(one, by, &contacts).await, Approval::PutInByYou, "{by}");
        }
        assert_eq!(site.state(one).await, State::Proposed);
        assert!(is_approved(&site.approves(one, &an, &contacts).await));
        // Elsewhere the same deputies count.
        let two = &site.propose(&[asked("a2", vec![])]).await[0];
        assert!(is_approved(&site.approves(two, &dung, &contacts).await));
    })
    .await;
}

#[tokio::test]
async fn whoever_put_in_anything_that_a_brake_holds_does_not_release_it() {
    for scope in [BrakeScope::Province, BrakeScope::Agency(agency("skhcn"))] {
        on_both(async |site| {
            let [an, binh, chi, dung, em, giang] =
                site.operators(["an", "binh", "chi", "dung", "em", "giang"]).await;
            site.dropped("r1", "snv", "aa").await;
            site.dropped("r2", "skhcn", "bb").await;
            site.uploads(&binh, "skhcn", "bb").await;
            // `chi` answers for a folder behind it, `dung` for an agency whose changes it holds; `em` wrote one down.
            let contacts = Contacts::from([
                (agency("snv"), chi.clone()),
                (agency("skhcn"), dung.clone()),
                (agency("vpub"), giang.clone()),
            ]);
            let word = Evidence::Operator { login: em.to_string(), reason: "gọi điện".into() };
            let changes = [
                asked("a1", vec![row("r1")]),
                asked("a2", vec![row("r2")]),
                Change { reason: Reason::PhoneUnlock, ..asked("a3", vec![word]) },
            ];
            let brake = Brake {
                key: BrakeKey::new("brake-1"),
                scope: scope.clone(),
                kind: BrakeKind::Attributes,
                wanted: 3,
                spent: 0,
                limit: 1,
                of_accounts: 10,
                holds: changes.iter().map(Change::key).collect(),
            };
            let hold = |change: &Change| NewChange {
                change: change.clone(),
                state: State::Held,
                brake: Some(brake.key.clone()),
            };
            let insert = changes.iter().map(hold).collect();
            site.publish(&PlanDelta { insert, brakes: vec![brake.clone()], ..delta("p1") }).await;
            for by in [&binh, &chi, &dung, &em] {
                let refused = site.releases(&brake.key, by, &contacts).await;
                assert_eq!(refused, Release::PutInByYou, "{by} {scope}");
            }
            assert_eq!(site.store.votes(&brake.key).await.unwrap(), []);
            assert_eq!(site.releases(&brake.key, &an, &contacts).await, Release::NeedsSecond);
            assert_eq!(
                site.releases(&brake.key, &binh, &contacts).await,
                Release::PutInByYou,
                "nor as the second"
            );
            assert_eq!(site.releases(&brake.key, &giang, &contacts).await, Release::Released(3));
        })
        .await;
    }
}
