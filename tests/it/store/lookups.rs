//! Look-ups beyond their limits: the larger count of a period stays, and what counts no more goes.

use super::*;
use rosterd::model::lookup::{Excess, Period};
use rosterd::store::Fenced;

fn excess(target: &str, hour: u32, count: u64) -> Excess {
    Excess {
        target: TargetId::new(target),
        login: "an.snv".into(),
        per: Period::Minute,
        began: Utc.with_ymd_and_hms(2026, 11, 22, hour, 41, 0).unwrap(),
        count,
        most: 20,
        basis: "5722/TCTTKĐA".into(),
    }
}

#[tokio::test]
async fn the_larger_count_of_a_period_is_kept_and_what_counts_no_more_is_forgotten() {
    on_both(async |site| {
        let token = site.lease().await;
        let save = async |excesses: &[Excess]| {
            let work = async |mut tx: Fenced| {
                tx.save_excesses(excesses).await?;
                tx.commit(()).await
            };
            site.store.write_fenced(&token, now(), work).await.unwrap();
        };
        let (early, late, other) = (excess("tthc", 1, 30), excess("tthc", 2, 21), excess("qlvb", 1, 40));
        save(&[early.clone(), late.clone(), other.clone()]).await;
        // The same period read again, once cut and once grown.
        save(&[excess("tthc", 1, 25), excess("tthc", 2, 35)]).await;
        let grown = Excess { count: 35, ..late };
        assert_eq!(site.store.excesses().await.unwrap(), [other.clone(), early, grown.clone()]);
        let work = async |mut tx: Fenced| {
            tx.forget_excesses(&TargetId::new("tthc"), grown.began).await?;
            tx.commit(()).await
        };
        site.store.write_fenced(&token, now(), work).await.unwrap();
        assert_eq!(site.store.excesses().await.unwrap(), [other, grown]);
    })
    .await;
}
