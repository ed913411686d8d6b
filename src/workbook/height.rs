//! The height of a row: how many lines its texts take in their columns, for LibreOffice does not find it by itself.

use rust_xlsxwriter::{Worksheet, XlsxError};

/// The height of a row of one line.
pub(super) const LINE: u32 = 18;

/// How many lines `text` takes in a column of `width` characters, at twelve points of Times New Roman.
pub(super) fn lines(text: &str, width: f64) -> usize {
    /// Pixels of a character of the column's width, and of the margins.
    const CHARACTER: f64 = 7.0;
    /// No text that a cell takes overflows the sum below.
    const LONG: usize = 10_000;
    if text.len() < LONG && !text.contains('\n') {
        let most: u32 = text.bytes().map(|byte| u32::from(HALF_PIXELS[usize::from(byte)])).sum();
        if f64::from(most) <= 2.0 * width * CHARACTER {
            return 1;
        }
    }
    text.lines().map(|line| wrapped(line, width * CHARACTER)).sum::<usize>().max(1)
}

/// The lines of one paragraph, words kept whole.
fn wrapped(line: &str, room: f64) -> usize {
    const SPACE: f64 = 4.0;
    let (mut lines, mut used) = (1, 0.0);
    for word in line.split(' ') {
        let width: f64 = word.chars().map(pixels).sum();
        if used > 0.0 && used + SPACE + width > room {
            lines += 1;
            used = 0.0;
        } else if used > 0.0 {
            used += SPACE;
        }
        used += width;
        // A word longer than the column breaks anywhere.
        while used > room && room >= 16.0 {
            lines += 1;
            used -= room;
        }
    }
    lines
}

/// About how wide a character is.
fn pixels(c: char) -> f64 {
    match u8::try_from(c) {
        Ok(byte @ ..=0x7F) => f64::from(HALF_PIXELS[usize::from(byte)]) / 2.0,
        _ if c.is_uppercase() => 11.0,
        _ => 8.0,
    }
}

/// About how wide the character of a byte is, in half pixels; of one of several bytes the most it can be.
const HALF_PIXELS: [u8; 256] = half_pixels();

const fn half_pixels() -> [u8; 256] {
    let mut widths = [0; 256];
    let mut byte = 0;
    while byte < widths.len() {
        #[allow(clippy::cast_possible_truncation, reason = "there are 256")]
        let width = match byte as u8 {
            b' ' => 8,
            b'i' | b'j' | b'l' | b't' | b'f' | b'r' | b'I' | b'.' | b',' | b':' | b';' | b'!' | b'|'
            | b'\'' | b'(' | b')' | b'-' | b'/' => 10,
            b'a' | b'c' | b'e' | b's' | b'z' => 14,
            b'm' | b'w' | b'M' | b'W' | b'@' => 25,
            b'A'..=b'Z' | 0xC0.. => 22,
            // The rest of a character that has begun.
            0x80..0xC0 => 0,
            _ => 16,
        };
        widths[byte] = width;
        byte += 1;
    }
    widths
}

/// Makes `row` as high as its texts need in columns of their widths, in characters.
pub(super) fn fit_height<'a>(
    sheet: &mut Worksheet,
    row: u32,
    texts: impl Iterator<Item = (&'a str, u8)>,
) -> Result<(), XlsxError> {
    let needed = texts.map(|(text, width)| lines(text, f64::from(width))).max().unwrap_or(1);
    set_height(sheet, row, needed, None)
}

/// Makes `row` as high as so many lines need, but no lower than it was `sent`, in points.
pub(super) fn set_height(
    sheet: &mut Worksheet,
    row: u32,
    lines: usize,
    sent: Option<f64>,
) -> Result<(), XlsxError> {
    const MOST_LINES: usize = 20;
    /// From one line to the next.
    const NEXT: u32 = 16;
    let more = u32::try_from(lines.clamp(1, MOST_LINES) - 1).unwrap_or(0);
    let needed = f64::from(LINE + more * NEXT);
    match sent {
        Some(sent) => sheet.set_row_height(row, if more > 0 { sent.max(needed) } else { sent })?,
        None if more > 0 => sheet.set_row_height(row, needed)?,
        None => return Ok(()),
    };
    Ok(())
}
