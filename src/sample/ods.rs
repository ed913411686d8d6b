//! Pages as a spreadsheet in the open document format, as LibreOffice saves one: a zip whose first file, stored as it is,
//! names the type.

use super::SampleError;
use super::page::Page;
use crate::roster::sheet::{Cell, Merge};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">"#,
    r#"<manifest:file-entry manifest:full-path="/" manifest:version="1.2" "#,
    r#"manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>"#,
    r#"<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>"#,
    "</manifest:manifest>"
);
const HEAD: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" "#,
    r#"xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" "#,
    r#"xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">"#,
    "<office:body><office:spreadsheet>"
);
const TAIL: &str = "</office:spreadsheet></office:body></office:document-content>";

/// The spreadsheet's bytes.
pub(super) fn spreadsheet(pages: &[Page]) -> Result<Vec<u8>, SampleError> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let content = format!("{HEAD}{}{TAIL}", pages.iter().map(table).collect::<String>());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text, options) in [
        ("mimetype", TYPE, stored),
        ("content.xml", content.as_str(), packed),
        ("META-INF/manifest.xml", MANIFEST, packed),
    ] {
        archive.start_file(name, options)?;
        archive.write_all(text.as_bytes()).map_err(zip::result::ZipError::from)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn table(page: &Page) -> String {
    let mut xml = format!("<table:table table:name=\"{}\">", escape(&page.sheet.name));
    let width = page.sheet.rows.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let _ = write!(xml, "<table:table-column table:number-columns-repeated=\"{width}\"/>");
    for row in 0..page.sheet.rows.len() {
        xml.push_str("<table:table-row>");
        for column in 0..width {
            let merge = page.sheet.merges.iter().find(|merge| covers(merge, row, column));
            xml.push_str(&cell(page.sheet.cell(row, column), merge, row, column));
        }
        xml.push_str("</table:table-row>");
    }
    xml.push_str("</table:table>");
    xml
}

fn covers(merge: &Merge, row: usize, column: usize) -> bool {
    (merge.top as usize..=merge.bottom as usize).contains(&row)
        && (merge.left as usize..=merge.right as usize).contains(&column)
}

fn cell(cell: &Cell, merge: Option<&Merge>, row: usize, column: usize) -> String {
    let span = match merge {
        Some(merge) if (merge.top as usize, merge.left as usize) != (row, column) => {
            return "<table:covered-table-cell/>".to_owned();
        }
        Some(merge) => format!(
            " table:number-columns-spanned=\"{}\" table:number-rows-spanned=\"{}\"",
            merge.right - merge.left + 1,
            merge.bottom - merge.top + 1
        ),
        None => String::new(),
    };
    let (value, shown) = match cell {
        Cell::Empty => return format!("<table:table-cell{span}/>"),
        Cell::Text(text) | Cell::Error(text) => ("office:value-type=\"string\"".to_owned(), escape(text)),
        Cell::Number(number) => {
            (format!("office:value-type=\"float\" office:value=\"{number}\""), number.to_string())
        }
        Cell::Date(date) => (
            format!("office:value-type=\"date\" office:date-value=\"{}\"", date.format("%Y-%m-%d")),
            date.format("%d/%m/%Y").to_string(),
        ),
        Cell::Bool(flag) => {
            (format!("office:value-type=\"boolean\" office:boolean-value=\"{flag}\""), flag.to_string())
        }
    };
    format!("<table:table-cell{span} {value}><text:p>{shown}</text:p></table:table-cell>")
}

/// `text` as XML text; runs of spaces are written as the format wants them, else they collapse.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace("  ", " <text:s/>")
}
