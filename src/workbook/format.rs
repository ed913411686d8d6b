//! A format: what a file is, decided by its content and never by its name. A real `.xls` of a ministry is an
//! OOXML file.

use super::text;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Nothing in it.
    Empty,
    /// Excel since 2007, with or without macros.
    Xlsx,
    /// Excel's binary variant in a zip container.
    Xlsb,
    /// `OpenDocument`, as LibreOffice writes it.
    Ods,
    /// Excel up to 2003.
    Xls,
    /// Comma, semicolon or tab separated text.
    Text,
    /// An OOXML file under a password.
    Encrypted,
    /// Apple Numbers.
    Numbers,
    /// PDF.
    Pdf,
    /// A web page, or XML, whatever its name says.
    Html,
    /// Begins like a workbook but its end is missing.
    Damaged,
    /// Anything else.
    Other,
}

/// What `bytes` are.
pub fn detect(bytes: &[u8]) -> Format {
    let head = &bytes[..bytes.len().min(1024)];
    if bytes.iter().all(u8::is_ascii_whitespace) {
        Format::Empty
    } else if bytes.starts_with(b"PK") {
        container(bytes)
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        compound(bytes)
    } else if head.windows(5).any(|window| window == b"%PDF-") {
        Format::Pdf
    } else if is_markup(head) {
        Format::Html
    } else if text::looks_like_a_table(bytes) {
        Format::Text
    } else {
        Format::Other
    }
}

/// A zip file, by its members.
fn container(bytes: &[u8]) -> Format {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Format::Damaged };
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(|name| name.replace('\\', "/").to_lowercase()))
        .collect();
    let has = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    if has(&|name| name.ends_with("workbook.bin")) {
        Format::Xlsb
    } else if has(&|name| name.starts_with("xl/") || name.ends_with("workbook.xml")) {
        Format::Xlsx
    } else if has(&|name| name.strip_suffix(".iwa").is_some() || name.rsplit('/').next() == Some("index.zip"))
    {
        Format::Numbers
    } else if has(&|name| name == "content.xml") && is_spreadsheet_mimetype(&mut archive) {
        Format::Ods
    } else {
        Format::Other
    }
}

fn is_spreadsheet_mimetype(archive: &mut ZipArchive<Cursor<&[u8]>>) -> bool {
    let mut mimetype = String::new();
    archive.by_name("mimetype").is_ok_and(|member| member.take(100).read_to_string(&mut mimetype).is_ok())
        && mimetype.trim_end() == "application/vnd.oasis.opendocument.spreadsheet"
}

/// A compound file (CFB), by the names in its directory: entries of 128 bytes that begin with 64 bytes of
/// UTF-16 name and the name's length.
fn compound(bytes: &[u8]) -> Format {
    let stream = |name: &str| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = entry.len() + 2;
        entry.resize(64, 0);
        entry.extend(u16::try_from(length).unwrap_or(0).to_le_bytes());
        bytes.chunks(128).any(|chunk| chunk.starts_with(&entry))
    };
    if stream("EncryptedPackage") || is_locked(bytes) {
        Format::Encrypted
    } else if stream("Workbook") || stream("Book") || stream("WORKBOOK") || stream("BOOK") {
        Format::Xls
    } else {
        Format::Other
    }
}

/// Whether a workbook of Excel up to 2003 is under a password: a FILEPASS record stands among the first of its
/// stream. calamine knows the kind of it that 2003 wrote, not the older one.
fn is_locked(bytes: &[u8]) -> bool {
    const SECTOR: usize = 512;
    const FIRST: usize = 8;
    const FILE_PASS: u16 = 0x2F;
    // BOF, its length, the version, and that what begins are the workbook's globals.
    let begins = |stream: &[u8]| {
        matches!(
            stream,
            [0x09, 0x08, 0x10, 0, 0, 0x06, 0x05, 0, ..] | [0x09, 0x08, 0x08, 0, 0, 0x05, 0x05, 0, ..]
        )
    };
    (SECTOR..bytes.len()).step_by(SECTOR).map(|at| &bytes[at..]).filter(|stream| begins(stream)).any(
        |stream| {
            let mut rest = stream;
            (0..FIRST).any(|_| {
                let &[a, b, c, d, ..] = rest else { return false };
                let length = usize::from(u16::from_le_bytes([c, d]));
                rest = rest.get(4 + length..).unwrap_or_default();
                u16::from_le_bytes([a, b]) == FILE_PASS
            })
        },
    )
}

/// HTML, XML (Excel 2003's own included) and MHTML all begin so.
fn is_markup(head: &[u8]) -> bool {
    let head: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&head);
    let head = head.strip_prefix(&[0xFF, 0xFE]).unwrap_or(head).trim_ascii_start();
    head.starts_with(b"<") || head.get(..13).is_some_and(|it| it.eq_ignore_ascii_case(b"mime-version:"))
}
