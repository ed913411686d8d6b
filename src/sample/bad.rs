//! Files that are no rosters: each is refused with a reason, and nothing else suffers.

use super::page::Page;
use super::rosters::File;
use super::{SampleError, xlsx};
use crate::roster::sheet::Cell;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A document with one empty page.
pub(super) const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
trailer<</Root 1 0 R/Size 4>>\n%%EOF\n";

/// What a web page saves under the name of a workbook.
const HTML: &str = "<html><head><meta charset=\"utf-8\"><title>Danh sách</title></head><body>\
<table><tr><th>STT</th><th>Họ và tên</th><th>Chức vụ</th></tr>\
<tr><td colspan=\"3\">Không có dữ liệu</td></tr></table></body></html>\n";

/// A file that must be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadFile {
    /// The file, below the province's folder.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// All of them.
pub(super) fn files(today: NaiveDate) -> Result<(Vec<File>, Vec<BadFile>), SampleError> {
    let book = |page: Page| xlsx::workbook(&[page], today);
    let all = [
        ("phuongtanan/danh-sach-can-bo.xlsx", "a PDF under the name of a workbook", PDF.to_vec()),
        ("syt/xuat-tu-trang-web.xls", "a web page under the name of a workbook", HTML.as_bytes().to_vec()),
        ("vpub/bieu-mau.xlsx", "a workbook with nothing in it", book(Page::new("Sheet1"))?),
        ("sxd/danh-muc-thiet-bi.xlsx", "a workbook without a header of people", book(equipment())?),
        ("skhcn/bieu-mau-chua-dien.xlsx", "a form with numbers and no names", book(unfilled())?),
    ];
    Ok(all
        .into_iter()
        .map(|(name, what, bytes)| {
            let path = format!("inbox/{name}");
            (File { path: path.clone(), bytes }, BadFile { file: path, what: what.to_owned() })
        })
        .unzip())
}

fn equipment() -> Page {
    let mut page = Page::new("Thiết bị");
    let rows = [
        ["Tên thiết bị", "Số lượng", "Năm mua"],
        ["Máy tính để bàn", "24", "2023"],
        ["Máy quét tài liệu", "3", "2022"],
        ["Máy in", "7", "2021"],
    ];
    for (row, texts) in rows.iter().enumerate() {
        for (column, text) in texts.iter().enumerate() {
            page.text(row, column, *text);
        }
    }
    page
}

fn unfilled() -> Page {
    let mut page = Page::new("Danh sách");
    page.text(0, 0, "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC");
    let header = ["STT", "Họ và tên", "Chức vụ", "Đơn vị", "Số điện thoại", "Tên đăng nhập"];
    for (column, text) in header.into_iter().enumerate() {
        page.text(2, column, text);
    }
    for number in 1..=30_u32 {
        page.put(2 + number as usize, 0, Cell::Number(f64::from(number)));
    }
    page
}
