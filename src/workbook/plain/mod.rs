//! A plain workbook: an `.xlsx` written the way nearly all are, read in one look at its bytes, cells and layout
//! together. calamine parses a sheet for its cells alone, and merged ranges, what is hidden and the layout each take
//! another turn, which for a workbook that is read and fed back is half of the time.
//!
//! Only what is understood to the last tag counts: a prefix, a comment, a type or a number format that is not among
//! the common ones, and the file is left to calamine, whose answer would be the same (the tests compare both).

mod sheet;
mod strings;
mod tags;

use super::decode::{Decoded, Grid};
use super::layout::{Layout, Layouts, Styles, each, styles, value};
use super::limits::Limits;
use crate::roster::sheet::Book;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Parts larger than this are streamed by calamine instead of held in memory.
const LARGEST_PART: u64 = 8 * 1024 * 1024;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The workbook in `bytes`; `None` where it is not plain.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Option<Decoded> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    if has_a_name_twice(&archive) {
        return None;
    }
    let List { sheets, since_1904 } = list(&mut archive)?;
    if sheets.len() > limits.sheets {
        return None;
    }
    let strings = part(&mut archive, "xl/sharedStrings.xml");
    let strings = strings.as_deref().map_or(Some(Vec::new()), strings::shared)?;
    let styles = styles(part(&mut archive, "xl/styles.xml")?.as_bytes())?;
    let (mut book, mut findings) = (Book::default(), Vec::new());
    let mut layouts = BTreeMap::new();
    for Listed { name, path, hidden } in sheets {
        let xml = part(&mut archive, &path)?;
        let mut layout = Layout::default();
        let mut grid = Grid::new(&name, limits).hidden(hidden);
        sheet::Scan {
            strings: &strings,
            styles: &styles.looks,
            since_1904,
            layout: &mut layout,
            grid: &mut grid,
        }
        .read(&xml)?;
        book.sheets.push(grid.finish(&mut findings).ok()?);
        // calamine finds a sheet by its name.
        if layouts.insert(name, layout).is_some() {
            return None;
        }
    }
    let Styles { shown, looks: _ } = styles;
    let whole = !book.sheets.is_empty();
    whole.then_some(Decoded { book, findings, layouts: Some(Layouts { sheets: layouts, shown }) })
}

/// Whether two parts have the same name but for capitals: a package has no such names, so programs differ in which
/// they take.
fn has_a_name_twice(archive: &Archive<'_>) -> bool {
    let mut names = BTreeSet::new();
    archive.file_names().any(|name| name.is_ok_and(|name| !names.insert(name.to_ascii_lowercase())))
}

/// A part in UTF-8 without what makes tags other than they look: comments, CDATA, a document type.
fn part(archive: &mut Archive<'_>, name: &str) -> Option<String> {
    let mut text = String::new();
    let member = archive.by_name(name).ok()?;
    text.reserve(usize::try_from(member.size().min(LARGEST_PART)).unwrap_or(0));
    member.take(LARGEST_PART + 1).read_to_string(&mut text).ok()?;
    if text.len() as u64 > LARGEST_PART || memchr::memmem::find(text.as_bytes(), b"<!").is_some() {
        return None;
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let declared = body.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let (declaration, body) = declared.unwrap_or(("", body));
    let is_utf8 = !declaration.contains("encoding") || declaration.to_ascii_lowercase().contains("utf-8");
    let start = text.len() - body.len();
    text.drain(..start);
    is_utf8.then_some(text)
}

/// What the workbook says of its sheets.
struct List {
    sheets: Vec<Listed>,
    /// Whether its days count from 1904 on.
    since_1904: bool,
}

struct Listed {
    name: String,
    path: String,
    hidden: bool,
}

fn list(archive: &mut Archive<'_>) -> Option<List> {
    let mut workbook = None;
    each(part(archive, "_rels/.rels")?.as_bytes(), |element| {
        let kind = value(element, "Type").unwrap_or_default();
        if kind.ends_with("/relationships/officeDocument") {
            workbook = value(element, "Target");
        }
    })?;
    workbook.filter(|path| path.strip_prefix('/').unwrap_or(path) == "xl/workbook.xml")?;
    let mut targets = BTreeMap::new();
    each(part(archive, "xl/_rels/workbook.xml.rels")?.as_bytes(), |element| {
        if let [Some(id), Some(kind), Some(target)] =
            ["Id", "Type", "Target"].map(|name| value(element, name))
        {
            let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(id, (kind, path));
        }
    })?;
    let mut list = List { sheets: Vec::new(), since_1904: false };
    let mut plain = true;
    each(part(archive, "xl/workbook.xml")?.as_bytes(), |element| match element.local_name().as_ref() {
        "workbookPr" => {
            if let Some(since) = value(element, "date1904") {
                list.since_1904 = matches!(since.as_str(), "1" | "true");
            }
        }
        "sheet" => {
            let target = value(element, "id").and_then(|id| targets.get(&id));
            let hidden = match value(element, "state").as_deref() {
                None | Some("visible") => Some(false),
                Some("hidden" | "veryHidden") => Some(true),
                Some(_) => None,
            };
            match (value(element, "name"), target, hidden) {
                (Some(name), Some((kind, path)), Some(hidden)) if kind.ends_with("/worksheet") => {
                    list.sheets.push(Listed { name, path: path.clone(), hidden });
                }
                (Some(_), Some((kind, _)), Some(_)) if kind.ends_with("/chartsheet") => {}
                _ => plain = false,
            }
        }
        _ => {}
    })?;
    plain.then_some(list)
}
