//! Đồng Nai 2024: what ages is not the mailbox but the TTHC system, at least every three months. Its database
//! says when each password was changed.

use super::town::{Town, person};
use crate::support::tthc::{self, passwords};
use rosterd::model::ids::Login;
use std::collections::BTreeMap;

#[tokio::test]
async fn dong_nai_2024_the_tthc_system_is_aged_and_not_the_mailbox() {
    let used = "2024-02-05T08:00:00";
    let people = [
        person("an", "so", "2017-06-01T08:00:00", used),
        person("binh", "xa", "2017-06-01T08:00:00", used),
        person("cuc", "xa", "2017-06-01T08:00:00", used),
    ];
    let rotation = "active_from = \"2024-02-01\"\nsign_in_at_systems = { tthc = \"motcua.tinhmau.gov.vn\" }";
    let mut town = Town::new("2024-02-19T07:00:00", &people, "dong-nai-2024", rotation, tthc::SETTINGS).await;
    // 90 days after 6 December 2023 is 5 March 2024; of cuc's password the database says nothing.
    let (old, new) = ("2023-12-06", "2024-03-01");
    passwords(&town.path("tthc.db"), &[("an", "so", old), ("binh", "xa", old), ("cuc", "xa", "")]).await;
    town.days("2024-02-19", "2024-03-01", &["08:30"]).await;
    // One of the two changes it in the TTHC system; A change of the mailbox's is none.
    passwords(&town.path("tthc.db"), &[("an", "so", new), ("binh", "xa", old), ("cuc", "xa", "")]).await;
    town.changes_password("2024-03-01T18:00:00", "binh");
    town.days("2024-03-02", "2024-03-25", &["08:30"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);
    let notice = town.notices().await.into_values().find(|one| one.to.starts_with("binh@")).unwrap();
    assert!(notice.text.contains("motcua.tinhmau.gov.vn"), "{}", notice.text);
    assert!(notice.text.contains("Hệ thống một cửa"), "{}", notice.text);
}

#[tokio::test]
async fn dong_nai_2024_a_unit_vouches_for_the_passwords_whose_age_the_system_does_not_tell() {
    let used = "2024-04-05T08:00:00";
    let people = [
        person("an", "so", "2017-06-01T08:00:00", used),
        person("binh", "xa", "2017-06-01T08:00:00", used),
        person("cuc", "xa", "2017-06-01T08:00:00", used),
    ];
    let more = format!("[policy]\nattest_from = \"2024-01-01\"\n{}", tthc::SETTINGS);
    let rotation = "active_from = \"2024-02-01\"";
    let mut town = Town::new("2024-04-15T07:00:00", &people, "dong-nai-2024", rotation, &more).await;
    let known = "2024-03-06";
    passwords(&town.path("tthc.db"), &[("an", "so", known), ("binh", "xa", known), ("cuc", "xa", "")]).await;
    town.pass("2024-04-15T08:30:00").await;
    let asked: BTreeMap<String, String> = town
        .notices()
        .await
        .into_values()
        .filter(|one| one.template == "attestation_asked")
        .map(|one| (one.to, one.text))
        .collect();
    let of = |who: &str| &asked[&format!("{who}@tinhmau.gov.vn")];
    let line = "- Hệ thống một cửa: 1 tài khoản";
    assert!(of("daumoi.xa").contains(line) && !of("daumoi.so").contains("một cửa"), "{asked:#?}");
    // It is reported all the same: nobody knows how old the password is.
    assert_eq!(town.standings().await["unknown"], 1);
    let questions = town.engine.store.questions().await.unwrap();
    let xa = questions.iter().find(|one| one.question.agency.as_str() == "xa").unwrap();
    let answer = town.engine.store.write(town.engine.now(), async |mut tx| {
        tx.answer(&xa.key, "confirmed", &Login::new("an")).await?;
        tx.commit(()).await
    });
    answer.await.unwrap();
    town.pass("2024-04-16T08:30:00").await;
    let questions = town.engine.store.questions().await.unwrap();
    assert!(
        questions.iter().all(|one| one.question.agency.as_str() != "xa"),
        "the unit has vouched for them"
    );
}
