//! Legal holds at the terminal.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::ids::Login;

#[tokio::test]
async fn two_operators_set_a_hold_and_two_lift_it() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let address = desk::line(&desk::accounts("snv").await[0])[3].clone();
    let set = ["hold", "set", &address, "--reason", "CV 12/CATP"];
    assert!(said(&site.rosterd(&set)).contains("operator add"), "who is not enrolled sets none");
    desk::enrol(&site).await;
    assert!(said(&site.rosterd(&["hold", "set", &address, "--reason", " "])).contains("--reason"));
    let nobody = site.rosterd(&["hold", "set", "khong-co@tinhmau.gov.vn", "--reason", "x"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(said(&nobody).contains("nobody is known as"), "{}", said(&nobody));
    site.expect(&set, 0);
    let again = site.rosterd(&set);
    assert_eq!(again.status.code(), Some(1), "one operator twice is not two: {}", said(&again));
    assert!(site.expect(&["hold", "list"], 0).contains("waits for a second operator"));

    let store = site.store().await;
    let hold = store.legal_holds().await.unwrap().remove(0);
    let binh = Login::new("binh");
    store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.set_hold(&hold.subject, &hold.agency, &binh, "CV 12/CATP").await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    let listed = site.expect(&["hold", "list"], 0);
    assert!(listed.contains("holds") && !listed.contains("waits"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&site.expect(&["hold", "list", "--json"], 0)).unwrap();
    assert_eq!((&json["holds"][0]["holds"], &json["holds"][0]["agency"]), (&true.into(), &"snv".into()));

    let lift = site.rosterd(&["hold", "lift", &address, "--reason", "CV 15/CATP"]);
    assert!(said(&lift).contains("second operator"), "{}", said(&lift));
    assert_eq!(store.legal_holds().await.unwrap().len(), 1);
    store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.lift_hold(&hold.id, &binh, "CV 15/CATP").await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    assert_eq!(site.expect(&["hold", "list"], 0), "");
    assert_eq!(site.rosterd(&["hold", "lift", &address, "--reason", "x"]).status.code(), Some(1));
    let trail = site.expect(&["audit", "export"], 0);
    assert_eq!(trail.matches("hold.set").count() + trail.matches("hold.lift").count(), 4, "{trail}");
}
