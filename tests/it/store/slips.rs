//! Slips: printed once, then signed for, or ended.

use super::*;
use rosterd::model::change::StoredChange;
use rosterd::model::custodian::Side;
use rosterd::model::ids::ChangeId;
use rosterd::model::intent::Outcome;
use rosterd::model::legal_hold::HoldSubject;
use rosterd::store::{Claim, Fenced, Slip, SlipEnding, SlipStep, Terms, WriteTx};

impl Site {
    /// A reset that was carried out with a sealed password.
    async fn reset(&self, account: &str, document: &str) -> ChangeId {
        let change = Change {
            kind: ChangeKind::ResetPassword,
            reason: Reason::RequestReset,
            document: Some(document.into()),
            ..title(account, Gate::None)
        };
        let one = self.propose(&[change]).await.remove(0).stored;
        self.apply(&one).await;
        one.id
    }

    /// Carries a change out, with a sealed password.
    async fn apply(&self, one: &StoredChange) {
        let terms = Terms {
            today: today(),
            write_by: minutes(9),
            sealed_password: Some(vec![7; 40]),
            limits: vec![],
        };
        let token = self.lease().await;
        let open = async |mut tx: Fenced| {
            let claims = tx.open_intents(&[(one, terms.clone())]).await?;
            tx.commit(claims.into_iter().next().unwrap()).await
        };
        let Claim::Opened(intent) = self.store.write_fenced(&token, minutes(1), open).await.unwrap() else {
            panic!()
        };
        let resolve = async |mut tx: Fenced| {
            let done = tx.resolve_intent(&intent.id, &Outcome::Applied).await?;
            tx.commit(done).await
        };
        assert!(self.store.write_fenced(&token, minutes(2), resolve).await.unwrap());
    }

    async fn print(&self, id: &ChangeId, by: &Login) -> Result<SlipStep, StoreError> {
        let work = async |mut tx: WriteTx| {
            let step = tx.print_slip(id, by).await?;
            tx.commit(step).await
        };
        self.store.write(minutes(3), work).await
    }

    async fn confirm(&self, id: &ChangeId, by: &Login) -> Result<SlipStep, StoreError> {
        let work = async |mut tx: WriteTx| {
            let step = tx.confirm_slip(id, by).await?;
            tx.commit(step).await
        };
        self.store.write(minutes(4), work).await
    }

    async fn end(&self, slip: &Slip, ending: SlipEnding) -> bool {
        let token = self.lease().await;
        let work = async |mut tx: Fenced| {
            let ended = tx.end_slip(slip, ending).await?;
            tx.commit(ended).await
        };
        self.store.write_fenced(&token, minutes(5), work).await.unwrap()
    }
}

#[tokio::test]
async fn a_slip_is_printed_once_and_its_password_is_gone_from_then_on() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let chi = Login::new("chi");
        site.enrol(&chi, &["stc"]).await;
        let id = site.reset("a1", "1/CV").await;
        assert_eq!(site.store.sealed_password(&id).await.unwrap(), Some(vec![7; 40]));
        assert!(matches!(site.print(&id, &chi).await, Err(StoreError::OutOfScope { .. })));
        assert_eq!(site.confirm(&id, &an).await.unwrap(), SlipStep::NotPrinted);
        assert_eq!(site.print(&id, &an).await.unwrap(), SlipStep::Done);
        assert_eq!(site.store.sealed_password(&id).await.unwrap(), None);
        assert_eq!(site.count("intent WHERE sealed IS NOT NULL").await, 0);
        let again = SlipStep::PrintedBefore { by: an.clone(), at: minutes(3) };
        assert_eq!(site.print(&id, &binh).await.unwrap(), again);
        let open = site.store.open_slips().await.unwrap();
        assert_eq!(
            (open.len(), open[0].made, open[0].printed.clone()),
            (1, minutes(2), Some((an, minutes(3))))
        );
        assert_eq!(site.confirm(&id, &binh).await.unwrap(), SlipStep::Done);
        assert_eq!(site.store.open_slips().await.unwrap(), []);
        let confirmed = SlipStep::Ended(SlipEnding::Confirmed, minutes(4));
        assert_eq!(site.print(&id, &binh).await.unwrap(), confirmed);
        assert_eq!(site.confirm(&id, &binh).await.unwrap(), confirmed);
        let other = site.propose(&[title("a2", Gate::None)]).await.remove(0);
        assert_eq!(site.print(&other.stored.id, &binh).await.unwrap(), SlipStep::NoSlip);
        let nothing = site.print(&ChangeId::new("none"), &binh).await;
        assert!(matches!(nothing, Err(StoreError::Missing { .. })));
    })
    .await;
}

#[tokio::test]
async fn two_operators_at_once_print_one_paper() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let id = site.reset("a1", "1/CV").await;
        let (one, other) = tokio::join!(site.print(&id, &an), site.print(&id, &binh));
        let done = [one.unwrap(), other.unwrap()];
        assert_eq!(done.iter().filter(|step| **step == SlipStep::Done).count(), 1, "{done:?}");
        assert!(done.iter().any(|step| matches!(step, SlipStep::PrintedBefore { .. })), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn what_runs_out_or_is_replaced_is_wiped_and_under_a_legal_hold_nothing_runs_out() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        for account in ["a1", "a2", "a3"] {
            site.reset(account, "1/CV").await;
        }
        let open = site.store.open_slips().await.unwrap();
        let subject = HoldSubject::Account(TargetId::mail(), rosterd::model::ids::AccountId::new("a3"));
        for by in [&an, &binh] {
            let work = async |mut tx: WriteTx| {
                let held = tx.set_hold(&subject, &agency("skhcn"), by, "CV 1").await?;
                tx.commit(held).await
            };
            site.store.write(now(), work).await.unwrap();
        }
        let of = |account: &str| {
            let mut sorted = open.clone();
            sorted.sort_by(|a, b| a.change.cmp(&b.change));
            sorted[["a1", "a2", "a3"].iter().position(|one| *one == account).unwrap()].clone()
        };
        assert!(site.end(&of("a1"), SlipEnding::Expired).await);
        assert!(!site.end(&of("a1"), SlipEnding::Expired).await, "once");
        assert!(site.end(&of("a2"), SlipEnding::Replaced).await);
        assert!(!site.end(&of("a3"), SlipEnding::Expired).await, "it is on hold");
        let left = site.store.open_slips().await.unwrap();
        assert_eq!(left.iter().map(|one| &one.change).collect::<Vec<_>>(), [&of("a3").change]);
        assert_eq!(site.count("intent WHERE sealed IS NOT NULL").await, 1);
        let ended = site.print(&of("a1").change, &an).await.unwrap();
        assert_eq!(ended, SlipStep::Ended(SlipEnding::Expired, minutes(5)));
        let slip = site.store.slip(&of("a2").change).await.unwrap().unwrap();
        assert_eq!(slip.ended, Some((SlipEnding::Replaced, minutes(5))));
        assert_eq!(site.print(&of("a3").change, &an).await.unwrap(), SlipStep::Done);
    })
    .await;
}

#[tokio::test]
async fn minutes_are_signed_once_a_side_and_only_for_a_handover_within_the_scope() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let chi = Login::new("chi");
        site.enrol(&chi, &["stc"]).await;
        let sign = async |id: &ChangeId, side: Side, by: &Login| {
            let work = async |mut tx: WriteTx| {
                let noted = tx.sign_minutes(id, side, by).await?;
                tx.commit(noted).await
            };
            site.store.write(minutes(6), work).await
        };
        let change =
            Change { kind: ChangeKind::SetCustodian, reason: Reason::Custodian, ..title("a1", Gate::None) };
        let one = site.propose(&[change]).await.remove(0).stored;
        assert!(!sign(&one.id, Side::Giver, &an).await.unwrap(), "it is not carried out yet");
        site.apply(&one).await;
        assert!(matches!(sign(&one.id, Side::Giver, &chi).await, Err(StoreError::OutOfScope { .. })));
        assert!(sign(&one.id, Side::Giver, &an).await.unwrap());
        assert!(!sign(&one.id, Side::Giver, &binh).await.unwrap(), "once a side");
        assert!(sign(&one.id, Side::Receiver, &binh).await.unwrap());
        let signed = site.store.signatures(&one.id).await.unwrap();
        let sides: Vec<_> = signed.iter().map(|one| (one.side, one.by.clone(), one.at)).collect();
        assert_eq!(sides, [(Side::Giver, an.clone(), minutes(6)), (Side::Receiver, binh, minutes(6))]);
        let reset = site.reset("a2", "1/CV").await;
        assert!(!sign(&reset, Side::Giver, &an).await.unwrap(), "no mailbox was handed over");
        let nothing = sign(&ChangeId::new("none"), Side::Giver, &an).await;
        assert!(matches!(nothing, Err(StoreError::Missing { .. })));
    })
    .await;
}
