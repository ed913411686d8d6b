//! The main job, end to end, on real servers.

use crate::support::site::{Base, Dir, Site};

#[tokio::test]
async fn the_sample_province_is_read_planned_and_stored() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    let out = site.pass(3);
    assert!(out.contains("Danh sách đã đọc: 6"), "{out}");
}
