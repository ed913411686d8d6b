//! The layout of an Excel workbook since 2007. Sheets are scanned for the few tags that matter: they are long, and
//! nothing but attributes is wanted of them.

use super::{Archive, Layout, Layouts, Shown, part};
use crate::roster::OldFont;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::Cursor;
use zip::ZipArchive;

pub(super) fn read(bytes: &[u8]) -> Option<Layouts> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let Styles { shown, looks } =
        part(&mut archive, "xl/styles.xml").and_then(|xml| styles(&xml)).unwrap_or_default();
    let mut layouts = Layouts { sheets: BTreeMap::new(), shown };
    for (name, path) in sheets(&mut archive)? {
        if let Some(xml) = part(&mut archive, &path) {
            layouts.sheets.insert(name, scan(&xml, &looks));
        }
    }
    Some(layouts)
}

/// The sheets with their parts.
fn sheets(archive: &mut Archive<'_>) -> Option<Vec<(String, String)>> {
    let mut targets = BTreeMap::new();
    each(&part(archive, "xl/_rels/workbook.xml.rels")?, |element| {
        if element.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (value(element, "Id"), value(element, "Target"))
        {
            let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(id, path);
        }
    })?;
    let mut sheets = Vec::new();
    each(&part(archive, "xl/workbook.xml")?, |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (value(element, "name"), value(element, "id"))
            && let Some(path) = targets.remove(&id)
        {
            sheets.push((name, path));
        }
    })?;
    Some(sheets)
}

/// Calls `see` with every element that begins.
pub(in crate::workbook) fn each(xml: &[u8], mut see: impl FnMut(&BytesStart<'_>)) -> Option<()> {
    let mut reader = Reader::from_reader(xml);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => see(&element),
            Event::Eof => return Some(()),
            _ => {}
        }
    }
}

/// The attribute of that local name, its entities resolved.
pub(in crate::workbook) fn value(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        element.attributes().filter_map(Result::ok).find(|one| one.key.local_name().as_ref() == name)?;
    unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// The cell styles of a workbook.
#[derive(Default)]
pub(in crate::workbook) struct Styles {
    pub(in crate::workbook) shown: Vec<Shown>,
    /// What each says of a cell.
    pub(in crate::workbook) looks: Vec<StyleLook>,
}

/// What a cell style says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::workbook) struct StyleLook {
    /// How it shows, as a place in the list, from 1; 0 is nothing to say.
    pub(in crate::workbook) shown: u16,
    pub(in crate::workbook) old_font: Option<OldFont>,
    pub(in crate::workbook) figures: Figures,
}

/// What numbers are meant as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::workbook) enum Figures {
    Numbers,
    Dates,
    /// A span of time, or a format that takes more than a look.
    Unclear,
}

impl Figures {
    /// By the number format's code where the file has one, else by its number.
    fn of(code: Option<&str>, id: &str) -> Self {
        match (code, id.parse()) {
            (Some(code), _) => Self::of_code(code),
            (None, Ok(14..=22 | 27..=36 | 45 | 47 | 50..=58)) => Self::Dates,
            (None, Ok(46)) => Self::Unclear,
            (None, Ok(0_u32..) | Err(_)) => Self::Numbers,
        }
    }

    /// A letter of a date makes it one, unless it is quoted or only part of a colour, a currency or a locale.
    fn of_code(code: &str) -> Self {
        if code.eq_ignore_ascii_case("general") {
            return Self::Numbers;
        }
        let mut rest = code.chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' | '_' | '*' => drop(rest.next()),
                '"' | '[' => {
                    let end = if c == '[' { ']' } else { c };
                    let Some((inside, after)) = rest.as_str().split_once(end) else { return Self::Unclear };
                    let is_span = c == '[' && inside.starts_with(['h', 'H', 'm', 'M', 's', 'S']);
                    if is_span || inside.contains(['\\', '_', '*', '"', '[', ';']) {
                        return Self::Unclear;
                    }
                    rest = after.chars();
                }
                'a' | 'A' => return Self::Unclear,
                ';' => return Self::Numbers,
                'd' | 'm' | 'h' | 'y' | 's' | 'D' | 'M' | 'H' | 'Y' | 'S' => return Self::Dates,
                _ => {}
            }
        }
        Self::Numbers
    }
}

/// A longer number format is nobody's.
const LONGEST_CODE: usize = 100;

pub(in crate::workbook) fn styles(xml: &[u8]) -> Option<Styles> {
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    let mut fonts: Vec<Option<String>> = Vec::new();
    let mut styles = Styles::default();
    // Which list of the file is read: fonts stand in several.
    let mut list = String::new();
    each(xml, |element| match element.local_name().as_ref() {
        "numFmt" => {
            if let (Some(id), Some(code)) = (value(element, "numFmtId"), value(element, "formatCode")) {
                codes.insert(id, code);
            }
        }
        name @ ("fonts" | "fills" | "cellStyleXfs" | "cellXfs" | "cellStyles" | "dxfs") => {
            name.clone_into(&mut list);
        }
        "font" if list == "fonts" => fonts.push(None),
        "name" if list == "fonts" => {
            if let (Some(last), Some(name)) = (fonts.last_mut(), value(element, "val")) {
                *last = Some(name);
            }
        }
        "xf" if list == "cellXfs" => {
            let id = value(element, "numFmtId").unwrap_or_default();
            let code = codes.get(&id).map(String::as_str);
            let fine = |code: &&str| code.len() <= LONGEST_CODE && !code.chars().any(char::is_control);
            let font =
                value(element, "fontId").and_then(|at| fonts.get(at.parse::<usize>().ok()?)?.as_deref());
            let shown = Shown {
                code: code.or(built_in(&id)).filter(fine).map(str::to_owned),
                old_font: font.filter(|name| is_old(name)).map(str::to_owned),
            };
            styles.looks.push(StyleLook {
                shown: place(&mut styles.shown, shown),
                old_font: font.and_then(OldFont::of),
                figures: Figures::of(code, &id),
            });
        }
        _ => {}
    })?;
    Some(styles)
}

/// Whether a font is one of those that show Vietnamese by codes of their own.
fn is_old(font: &str) -> bool {
    let name = font.to_ascii_lowercase();
    font.len() <= 32 && (name.starts_with(".vn") || name.starts_with("vni"))
}

/// The place of `wanted` in the list, from 1; what says nothing has none.
fn place(list: &mut Vec<Shown>, wanted: Shown) -> u16 {
    if wanted == Shown::default() {
        return 0;
    }
    let at = list.iter().position(|known| *known == wanted).unwrap_or_else(|| {
        list.push(wanted);
        list.len() - 1
    });
    u16::try_from(at + 1).unwrap_or(0)
}

/// The formats without a code in the file that show what ours would not. Dates among them follow the reader's own
/// country, so ours fit.
fn built_in(id: &str) -> Option<&'static str> {
    match id {
        "2" => Some("0.00"),
        "3" => Some("#,##0"),
        "4" => Some("#,##0.00"),
        "9" => Some("0%"),
        "10" => Some("0.00%"),
        "49" => Some("@"),
        _ => None,
    }
}

/// The layout of a sheet that is not plain: what cannot be read of it is nothing to say.
fn scan(xml: &[u8], looks: &[StyleLook]) -> Layout {
    let mut layout = Layout::default();
    let (mut at, mut next, mut column) = (0_u32, 0_u32, 0_u32);
    let mut rest = xml;
    while let Some(start) = memchr::memchr(b'<', rest) {
        rest = &rest[start + 1..];
        if let Some(tag) = rest.strip_prefix(b"c ") {
            let (mut style, mut here) = (0, None);
            for (name, value) in attributes(tag) {
                match name {
                    b"r" => here = cell(value),
                    b"s" => style = number(value).unwrap_or(0),
                    _ => {}
                }
            }
            let (r, c) = here.unwrap_or((at, column));
            column = c.saturating_add(1);
            layout.show(r, c, looks.get(style as usize).map_or(0, |look| look.shown));
        } else if let Some(tag) = rest.strip_prefix(b"row ") {
            if let Some(Lane { first, size, .. }) = row(tag, next) {
                (at, next, column) = (first, first.saturating_add(1), 0);
                layout.row(first, first, size);
            }
        } else if let Some(tag) = rest.strip_prefix(b"col ") {
            if let Some(Lane { first, last, size, hidden: _ }) = col(tag) {
                layout.column(first, last, size);
            }
        } else if rest.starts_with(b"/sheetData") {
            break;
        }
    }
    layout
}

/// Columns or rows, from 0, both ends included.
pub(in crate::workbook) struct Lane {
    pub(in crate::workbook) first: u32,
    pub(in crate::workbook) last: u32,
    /// The width in characters or the height in points, where somebody set it.
    pub(in crate::workbook) size: Option<f64>,
    pub(in crate::workbook) hidden: bool,
}

/// The row of a tag; one that does not say which is the `next`.
pub(in crate::workbook) fn row(tag: &[u8], next: u32) -> Option<Lane> {
    let (mut at, mut custom, mut height, mut hidden) = (next, false, None, false);
    for (name, value) in attributes(tag) {
        match name {
            b"r" => at = number(value)?.checked_sub(1)?,
            b"ht" => height = size(value, 409.0),
            b"customHeight" => custom = is_true(value),
            b"hidden" => hidden = is_true(value),
            _ => {}
        }
    }
    Some(Lane { first: at, last: at, size: height.filter(|_| custom), hidden })
}

/// The columns of a tag.
pub(in crate::workbook) fn col(tag: &[u8]) -> Option<Lane> {
    let (mut first, mut last, mut width, mut custom, mut hidden) = (1_u32, 0_u32, None, false, false);
    for (name, value) in attributes(tag) {
        match name {
            b"min" => first = number(value)?,
            b"max" => last = number(value)?,
            b"width" => width = size(value, 255.0),
            b"customWidth" => custom = is_true(value),
            b"hidden" => hidden = is_true(value),
            _ => {}
        }
    }
    // The file counts the margins of a cell in, five pixels of seven to a character.
    let width = width.filter(|_| custom).map(|width| (width - 5.0 / 7.0).max(0.5));
    Some(Lane { first: first.checked_sub(1)?, last: last.checked_sub(1)?, size: width, hidden })
}

/// The attributes of a tag, up to its end.
pub(in crate::workbook) fn attributes(mut tag: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        tag = tag.trim_ascii_start();
        let equals = tag.iter().position(|byte| matches!(byte, b'=' | b'>' | b'/'))?;
        let (name, rest) = tag.split_at(equals);
        let rest = rest.strip_prefix(b"=")?;
        let (quote, rest) = rest.split_first()?;
        let end = rest.iter().position(|byte| byte == quote)?;
        tag = &rest[end + 1..];
        Some((name, &rest[..end]))
    })
}

pub(in crate::workbook) fn number(value: &[u8]) -> Option<u32> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn size(value: &[u8], most: f64) -> Option<f64> {
    let size: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    (size > 0.0 && size <= most).then_some(size)
}

fn is_true(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true")
}

/// Row and column of `AB12`, from 0.
pub(in crate::workbook) fn cell(name: impl AsRef<[u8]>) -> Option<(u32, u32)> {
    let name = name.as_ref();
    let letters =
        name.iter().position(|byte| !byte.is_ascii_uppercase()).filter(|at| (1..=3).contains(at))?;
    let (letters, row) = name.split_at(letters);
    let column = letters.iter().fold(0, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
    Some((number(row)?.checked_sub(1)?, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_their_names() {
        assert_eq!(cell(b"A1"), Some((0, 0)));
        assert_eq!(cell(b"AB12"), Some((11, 27)));
        assert_eq!([cell(b"12"), cell(b"A0"), cell(b"ABCD1"), cell(b"A")], [None; 4]);
    }

    #[test]
    fn attributes_end_with_their_tag() {
        let found: Vec<_> = attributes(br#"r="3" ht='20' x:y="" hidden="1"/><c r="A1">"#).collect();
        let expected: [(&[u8], &[u8]); 4] = [(b"r", b"3"), (b"ht", b"20"), (b"x:y", b""), (b"hidden", b"1")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_sheet_tells_what_somebody_set() {
        let xml = br#"<worksheet><cols><col min="1" max="2" width="10.7109375" customWidth="1"/><col min="4" max="4" hidden="1" width="9"/>
            <col min="5" max="16384" width="9"/></cols><sheetData><row r="2" ht="30" customHeight="1"><c r="B2" s="1"><v>7</v></c><c s="1"/></row>
            <row ht="15" hidden="true"/></sheetData><row r="9" hidden="1"/></worksheet>"#;
        let look = |shown| StyleLook { shown, old_font: None, figures: Figures::Numbers };
        let layout = scan(xml, &[look(0), look(3)]);
        assert_eq!(layout.columns.keys().copied().collect::<Vec<_>>(), [0, 1]);
        assert!((layout.columns[&0] - 10.0).abs() < 0.01);
        assert_eq!(layout.rows, [(1, 30.0)].into());
        assert_eq!(
            [layout.shown(1, 1), layout.shown(1, 2), layout.shown(1, 0), layout.shown(0, 0)],
            [3, 3, 0, 0]
        );
    }

    #[test]
    fn a_format_tells_dates_from_numbers_or_leaves_it_open() {
        use Figures::{Dates, Numbers, Unclear};
        for (code, figures) in [
            ("dd/mm/yyyy", Dates),
            ("[$-1010000]d/m/yyyy;@", Dates),
            ("General", Numbers),
            ("@", Numbers),
            ("#,##0\\ \"đồng\"", Numbers),
            ("[Red]0.00", Numbers),
            ("_(* #,##0_);_(d", Numbers),
            ("000000000000", Numbers),
            ("[h]:mm", Unclear),
            ("h:mm AM/PM", Dates),
            ("AM/PM h", Unclear),
            ("0\"d", Unclear),
        ] {
            assert_eq!(Figures::of(Some(code), "164"), figures, "{code}");
        }
        assert_eq!(
            ["0", "14", "46", "49", ""].map(|id| Figures::of(None, id)),
            [Numbers, Dates, Unclear, Numbers, Numbers]
        );
    }
}
