//! The agencies' file as a workbook.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::config::agencies;
use rosterd::model::agency::Agencies;
use rosterd::workbook::{Limits, Reader};
use rust_xlsxwriter::Workbook;
use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::path::Path;

const TOML: &str = r#"
[[agency]]
code = "skhcn"
name = "Sở Khoa học và Công nghệ"
kind = "so"
contacts = [
  { name = "Nguyễn Văn A", mail = "a.nguyen@tinh.gov.vn", phone = "0200 0000 002" },
  { name = "Trần Thị B", mail = "b.tran@tinh.gov.vn", phone = "0200 0000 003", login = "tranthib" },
]
deputy = { name = "Lê Văn C", mail = "c.le@tinh.gov.vn", phone = "0200 0000 004" }
mailboxes = [
  { mail = "vanthu.skhcn@tinh.gov.vn", custodian = "d.hoang@tinh.gov.vn" },
  { mail = "tiepdan.skhcn@tinh.gov.vn", custodian = "e.vu@tinh.gov.vn" },
]

[[agency]]
code = "ttcds"
name = "Trung tâm Chuyển đổi số"
parent = "skhcn"
kind = "trungtam"
contacts = [{ name = "Phạm Thị D", mail = "d.pham@tinh.gov.vn" }]
"#;

const HEAD: &str = "STT|Mã|Tên cơ quan|Cơ quan cấp trên|Loại|Đầu mối 1|Thư điện tử 1|Điện thoại 1|Đầu mối 2|Thư điện tử 2|\
                    Điện thoại 2|Tên đăng nhập 2|Người thay thế|Thư điện tử người thay thế|Điện thoại người thay thế|Ghi chú|Hộp thư đơn vị|\
                    Người quản lý hộp thư";
const ROWS: [&str; 2] = [
    "1|skhcn|Sở Khoa học và Công nghệ||Sở|Nguyễn Văn A|a.nguyen@tinh.gov.vn|0200 0000 002|Trần Thị B|b.tran@tinh.gov.vn|\
     0200 0000 003|tranthib|Lê Văn C|c.le@tinh.gov.vn|0200 0000 004||vanthu.skhcn@tinh.gov.vn, tiepdan.skhcn@tinh.gov.vn|\
     d.hoang@tinh.gov.vn, e.vu@tinh.gov.vn",
    "2|ttcds|Trung tâm Chuyển đổi số|Sở Khoa học và Công nghệ|Trung tâm|Phạm Thị D|d.pham@tinh.gov.vn|||||||||mới thành lập",
];

fn cells(rows: &[&str]) -> Vec<Vec<String>> {
    std::iter::once(&HEAD).chain(rows).map(|row| row.split('|').map(str::to_owned).collect()).collect()
}

fn xlsx(cells: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(cells) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn ods(cells: &[Vec<String>]) -> Vec<u8> {
    let cell = |text: &String| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &Vec<String>| {
        format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
    };
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>\
         <table:table table:name=\"Trang 1\">{}</table:table></office:spreadsheet></office:body>\
         </office:document-content>",
        cells.iter().map(row).collect::<String>()
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\
         <manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/></manifest:manifest>"
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in
        [("mimetype", kind), ("content.xml", content.as_str()), ("META-INF/manifest.xml", manifest.as_str())]
    {
        archive.start_file(name, stored).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn csv(cells: &[Vec<String>]) -> Vec<u8> {
    cells.iter().map(|row| row.join(";") + "\r\n").collect::<String>().into_bytes()
}

async fn read(folder: &Path, name: &str, bytes: &[u8]) -> Result<Agencies, String> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut reader = Reader::new(env!("CARGO_BIN_EXE_rosterd").into(), Limits::default());
    agencies::read(&path, &mut reader).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_workbook_says_the_same_as_toml_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let cells = cells(&ROWS);
    let expected = read(folder.path(), "agencies.toml", TOML.as_bytes()).await.unwrap();
    assert_eq!(expected.len(), 2);
    for (name, bytes) in [
        ("agencies.xlsx", xlsx(&cells)),
        ("agencies.ods", ods(&cells)),
        ("agencies.csv", csv(&cells)),
        ("co-quan.xls", xlsx(&cells)),
        ("agencies.toml", xlsx(&cells)),
        ("agencies.xlsx", TOML.into()),
    ] {
        assert_eq!(read(folder.path(), name, &bytes).await.unwrap(), expected, "{name}");
    }
}

#[tokio::test]
async fn what_is_no_workbook_or_a_damaged_one_is_refused_with_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let mut cut = xlsx(&cells(&ROWS));
    cut.truncate(cut.len() / 2);
    for (name, bytes) in
        [("a.xlsx", cut), ("b.xlsx", b"%PDF-1.7 ...".to_vec()), ("c.csv", b"xin chao".to_vec())]
    {
        let said = read(folder.path(), name, &bytes).await.unwrap_err();
        assert!(said.contains(name) && said.contains("[[agency]]") && said.contains(".ods"), "{said}");
    }
    let mut reader = Reader::new("/no/such/program".into(), Limits::default());
    let path = folder.path().join("d.xlsx");
    std::fs::write(&path, xlsx(&cells(&ROWS))).unwrap();
    let said = agencies::read(&path, &mut reader).await.unwrap_err().to_string();
    assert!(said.contains("/no/such/program"), "{said}");
    let said = agencies::read(&folder.path().join("none.xlsx"), &mut reader).await.unwrap_err().to_string();
    assert!(said.contains("none.xlsx"), "{said}");
}

/// The site's agencies as a workbook in the place of its TOML file.
async fn with_workbook(extra: &[&str]) -> Site {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let toml = std::fs::read(site.path("agencies.toml")).unwrap();
    let agencies = read(site.folder.path(), "agencies.toml", &toml).await.unwrap();
    let rows: Vec<String> = agencies
        .values()
        .map(|one| {
            let contact = &one.contacts[0];
            let phone = contact.phone.as_deref().unwrap();
            format!("|{}|{}||Sở|{}|{}|{phone}", one.code, one.name, contact.name, contact.mail)
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).chain(extra.iter().copied()).collect();
    std::fs::write(site.path("agencies.xlsx"), xlsx(&cells(&rows))).unwrap();
    desk::edit_config(&site, "agencies = \"agencies.toml\"", "agencies = \"agencies.xlsx\"");
    std::fs::remove_file(site.path("agencies.toml")).unwrap();
    site
}

#[tokio::test]
async fn every_command_works_from_a_workbook() {
    let by_toml = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    by_toml.drop_province();
    let site = with_workbook(&[]).await;
    let check = site.expect(&["check"], 0);
    assert!(check.contains("agencies"), "{check}");
    site.drop_province();
    let changes = |site: &Site| -> BTreeSet<String> {
        let plan = site.plan();
        let changes = plan["changes"].as_array().unwrap().iter();
        changes.map(|one| format!("{} {} {}", one["kind"], one["agency"], one["label"])).collect()
    };
    assert!(!changes(&site).is_empty());
    assert_eq!(changes(&site), changes(&by_toml));
    site.pass(3);
    assert!(site.expect(&["review", "list", "--agency", "snv"], 0).contains("snv"));
}

#[tokio::test]
async fn check_names_every_wrong_cell_a_line_each() {
    let site = with_workbook(&["|snv|Sở Nội vụ", "|moi|Cơ quan mới|Sở Không Có||A|a.nguyen|912345678"]).await;
    let output = site.rosterd(&["check", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let lines: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let lines: Vec<String> =
        lines.as_array().unwrap().iter().map(|line| line["says"].as_str().unwrap().to_owned()).collect();
    for (column, why) in [
        ("B (Mã)", "snv is given twice"),
        ("G (Thư điện tử 1)", "\"a.nguyen\" is not an address"),
        ("H (Điện thoại 1)", "has lost its leading 0"),
        ("D (Cơ quan cấp trên)", "\"Sở Không Có\" is not in this file"),
    ] {
        let is = |line: &&String| {
            line.contains("agencies.xlsx: row ")
                && line.contains(&format!("column {column}"))
                && line.contains(why)
        };
        assert!(lines.iter().any(|line| is(&line)), "{column} {why}\n{lines:#?}");
    }
    let run = site.rosterd(&["run", "--once"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(said(&run).contains("agencies.xlsx: row "), "{}", said(&run));
}
