//! Text files of rows: what spreadsheet programs and systems save as CSV.

use super::SampleError;

/// UTF-8 with a byte-order mark, fields parted by semicolons.
pub(super) fn utf8_with_semicolons(rows: &[Vec<String>]) -> Result<Vec<u8>, SampleError> {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(delimited(rows, b';')?);
    Ok(bytes)
}

/// UTF-16 (little endian) with a byte-order mark, fields parted by tabs: Excel's "Unicode Text".
pub(super) fn utf16_with_tabs(rows: &[Vec<String>]) -> Result<Vec<u8>, SampleError> {
    let utf8 = delimited(rows, b'\t')?;
    let text = String::from_utf8_lossy(&utf8);
    Ok(std::iter::once(0xfeff_u16).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect())
}

fn delimited(rows: &[Vec<String>], delimiter: u8) -> Result<Vec<u8>, SampleError> {
    let mut bytes = Vec::new();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(&mut bytes);
    for row in rows {
        writer.write_record(row).map_err(|source| SampleError::Csv(Box::new(source)))?;
    }
    writer.flush().map_err(|source| SampleError::Csv(Box::new(source.into())))?;
    drop(writer);
    Ok(bytes)
}
