//! Đồng Nai 2024: what ages is not the mailbox but the TTHC system, at least every three months. It has no API: its export
//! says when each password was changed.

use super::town::{Town, person};
use std::fmt::Write as _;

/// Writes the export of a day: login, agency, the date of the last change.
fn export(town: &Town, local: &str, lines: &[(&str, &str, &str)]) {
    let mut text = String::from("Tên đăng nhập;Họ và tên;Thư điện tử;Đơn vị;Vai trò;Ngày đổi mật khẩu\n");
    for (login, agency, changed) in lines {
        writeln!(text, "{login};Người {login};{login}@tinhmau.gov.vn;{agency};Cán bộ một cửa;{changed}")
            .unwrap();
        // A login stands there once a role.
        writeln!(text, "{login};Người {login};{login}@tinhmau.gov.vn;{agency};Công chức tiếp nhận;{changed}")
            .unwrap();
    }
    let path = town.path("tthc/export/xuat.csv");
    std::fs::write(&path, text).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(super::town::moment(local).into()).unwrap();
}

#[tokio::test]
async fn dong_nai_2024_the_tthc_system_is_aged_and_not_the_mailbox() {
    let used = "2024-02-05T08:00:00";
    let people = [
        person("an", "so", "2017-06-01T08:00:00", used),
        person("binh", "xa", "2017-06-01T08:00:00", used),
        person("cuc", "xa", "2017-06-01T08:00:00", used),
    ];
    let rotation = "active_from = \"2024-02-01\"\nsign_in_at_systems = { tthc = \"motcua.tinhmau.gov.vn\" }";
    let more = "[[system]]\nname = \"tthc\"\ntitle = \"Hệ thống một cửa\"\nexport_dir = \"@ROOT@/tthc/export\"\n\
                orders_dir = \"@ROOT@/tthc/orders\"\nsettle_seconds = 0\n\
                contact = { name = \"Quản trị TTHC\", mail = \"tthc@tinhmau.gov.vn\", phone = \"0200 0000 001\" }\n";
    let mut town = Town::new("2024-02-19T07:00:00", &people, "dong-nai-2024", rotation, more).await;
    // 90 days after 6 December 2023 is 5 March 2024; of cuc's password the export says nothing.
    let (old, new) = ("06/12/2023", "01/03/2024");
    let before = [("an", "so", old), ("binh", "xa", old), ("cuc", "xa", "")];
    export(&town, "2024-02-19T06:00:00", &before);
    town.days("2024-02-19", "2024-03-01", &["08:30"]).await;
    // One of the two changes it in the TTHC system; the next export says so. A change of the mailbox's is none.
    export(&town, "2024-03-01T17:00:00", &[("an", "so", new), ("binh", "xa", old), ("cuc", "xa", "")]);
    town.changes_password("2024-03-01T18:00:00", "binh");
    town.days("2024-03-02", "2024-03-25", &["08:30"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);
    let notice = town.notices().await.into_values().find(|one| one.to.starts_with("binh@")).unwrap();
    assert!(notice.text.contains("motcua.tinhmau.gov.vn"), "{}", notice.text);
    assert!(notice.text.contains("Hệ thống một cửa"), "{}", notice.text);
}
