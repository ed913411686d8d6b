//! Đồng Nai 2024: what ages is not the mailbox but the TTHC system, at least every three months. Its database
//! says when each password was changed.

use super::town::{Town, person};
use crate::support::tthc::{self, passwords};

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
