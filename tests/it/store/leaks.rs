//! Leak lists: taken in by an operator for the province, or with a workbook; the same counts once.

use super::*;
use rosterd::model::leak::{LeakEntry, LeakKind, LeakList};
use rosterd::store::{Fenced, WriteTx};

fn list(id: &str, day: Option<&str>) -> LeakList {
    LeakList {
        id: id.into(),
        source: "dien-dan.example".into(),
        document: Some("04/STTTT-TTCNTT".into()),
        leaked: day.map(|day| day.parse().unwrap()),
        imported: now(),
        by: Some(Login::new("an")),
        agency: None,
        entries: vec![LeakEntry {
            kind: LeakKind::Address,
            value: "annv@tinh.gov.vn".into(),
            leaked: Some("2017-12-26".parse().unwrap()),
            site: Some("shop.example".into()),
        }],
    }
}

impl Site {
    async fn import(&self, list: &LeakList, by: &Login) -> Result<bool, StoreError> {
        let work = async |mut tx: WriteTx| {
            let new = tx.import_leak(list, by).await?;
            tx.commit(new).await
        };
        self.store.write(now(), work).await
    }

    async fn record(&self, list: &LeakList) -> bool {
        let token = self.lease().await;
        let work = async |mut tx: Fenced| {
            let new = tx.record_leak(list).await?;
            tx.commit(new).await
        };
        self.store.write_fenced(&token, now(), work).await.unwrap()
    }
}

#[tokio::test]
async fn a_leak_list_counts_once_and_another_day_makes_another_list() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let undated = list("1", None);
        assert!(site.import(&undated, &an).await.unwrap());
        assert!(!site.import(&list("2", None), &an).await.unwrap(), "the same again");
        let dated = list("3", Some("2018-01-02"));
        assert!(site.import(&dated, &an).await.unwrap());
        assert_eq!(site.store.leak_lists().await.unwrap(), [undated, dated]);
    })
    .await;
}

#[tokio::test]
async fn every_workbook_with_passwords_counts_and_names_its_agency() {
    on_both(async |site| {
        let sent =
            |id: &str| LeakList { by: None, document: None, agency: Some(agency("snv")), ..list(id, None) };
        assert!(site.record(&sent("1")).await && site.record(&sent("2")).await);
        assert!(!site.record(&sent("2")).await, "its intake was repeated");
        assert_eq!(site.store.leak_lists().await.unwrap(), [sent("1"), sent("2")]);
    })
    .await;
}

#[tokio::test]
async fn only_an_operator_of_the_whole_province_takes_a_leak_list_in() {
    on_both(async |site| {
        site.operators(["an"]).await;
        let binh = Login::new("binh");
        site.enrol(&binh, &["snv"]).await;
        assert!(site.import(&list("1", None), &binh).await.is_err());
        assert!(site.import(&list("1", None), &Login::new("stranger")).await.is_err());
        assert_eq!(site.store.leak_lists().await.unwrap(), []);
    })
    .await;
}
