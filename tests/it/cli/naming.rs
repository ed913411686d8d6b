//! Addresses by a province's rule, through the program: what the rule takes of a citizen ID is kept sealed.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, State};

/// A staff list of one person.
fn list(name: &str, citizen: &str, phone: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "DANH SÁCH CÁN BỘ, CÔNG CHỨC").unwrap();
    for (column, text) in (0..).zip(["STT", "Họ và tên", "Số CCCD", "Chức vụ", "Số điện thoại"])
    {
        sheet.write(2, column, text).unwrap();
    }
    for (column, text) in (0..).zip(["1", name, citizen, "Chuyên viên", phone]) {
        sheet.write(3, column, text).unwrap();
    }
    book.save_to_buffer().unwrap()
}

async fn addresses(site: &Site) -> Vec<String> {
    let created = desk::of_kind(site, ChangeKind::CreateAccount, State::Proposed).await;
    let mut found: Vec<String> =
        created.iter().map(|one| one.change.after(Attr::Login).unwrap().to_owned()).collect();
    found.sort();
    found
}

#[tokio::test]
async fn bac_ninh_takes_four_digits_of_the_citizen_id_where_three_are_taken() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let domain = "domain = \"tinhmau.gov.vn\"";
    desk::edit_config(&site, domain, &format!("{domain}\nprofile = \"bac-ninh-2025\""));
    site.drop_bytes("snv", "mot.xlsx", &list("Kiều Văn Quyết", "001080003857", "0912345601"));
    site.pass(0);
    assert_eq!(addresses(&site).await, ["quyetkv857"]);
    site.drop_bytes("stc", "hai.xlsx", &list("Kiều Văn Quyết", "001085006857", "0912345602"));
    site.pass(0);
    assert_eq!(addresses(&site).await, ["quyetkv6857", "quyetkv857"]);
    // The same four digits: asked of a person, who agrees on an address.
    site.drop_bytes("vpub", "ba.xlsx", &list("Kiều Văn Quyết", "001090006857", "0912345603"));
    site.pass(0);
    assert_eq!(addresses(&site).await.len(), 2);
    assert!(site.expect(&["review", "list"], 0).contains("Kiều Văn Quyết"));
    // Nothing of the IDs but their last three digits lies in the database as it stands.
    let rows = desk::rows(&site, "SELECT CAST(body AS TEXT) FROM roster").await.join("\n");
    assert!(rows.contains("\"857\"") && !rows.contains("\"6857\"") && !rows.contains("85006857"), "{rows}");
}
