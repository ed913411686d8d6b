//! The summary: the first sheet of a feedback workbook, or the only one where the file could not be read.

use super::annotate::{Summary, words};
use super::height::fit_height;
use super::paint::{Look, Mark, Paint, Part, set_up};
use crate::model::Lang;
use crate::model::finding::Severity;
use crate::roster::sheet::{Cell, Sheet};
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

/// The first cell of the summary, by which it is known when it comes back.
const TITLES: [&str; 2] = ["Kết quả đọc danh sách (rosterd)", "How the roster was read (rosterd)"];

/// Whether `sheet` is the summary of an earlier feedback. Its name does not say so: agencies have sheets of that
/// name too.
pub fn is_ours(sheet: &Sheet) -> bool {
    matches!(sheet.cell(0, 0), Cell::Text(text) if TITLES.contains(&text.as_str()))
}

/// The feedback on a file that could not be read: the summary alone, as `.xlsx`.
pub fn for_unreadable(summary: &Summary, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(words(lang, "Tổng hợp", "Summary"))?;
    fill(sheet, &mut Paint::default(), summary, lang)?;
    workbook.save_to_buffer()
}

/// Fills `sheet` with `summary`.
pub(super) fn fill(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    summary: &Summary,
    lang: Lang,
) -> Result<(), XlsxError> {
    const MESSAGE_WIDTH: u8 = 90;
    for (column, width) in [(0, 24), (1, 9), (2, 7), (3, 16), (4, MESSAGE_WIDTH)] {
        sheet.set_column_width(column, width)?;
    }
    set_up(sheet);
    paint.text(sheet, (0, 0), words(lang, TITLES[0], TITLES[1]), Part::Heading)?;
    let mut row = 1;
    for line in &summary.about {
        paint.text(sheet, (row, 0), line, Part::Free)?;
        row += 1;
    }
    row += 1;
    for (what, count) in &summary.counts {
        #[allow(clippy::cast_precision_loss, reason = "counts of rows")]
        let count = Cell::Number(*count as f64);
        sheet.merge_range(row, 0, row, 2, "", paint.format(Part::Body))?;
        paint.text(sheet, (row, 0), what, Part::Body)?;
        paint.cell(sheet, (row, 3), &count, Part::Body)?;
        row += 1;
    }
    row += 1;
    if summary.findings.is_empty() {
        return paint.text(sheet, (row, 0), words(lang, "Không có lỗi.", "Nothing wrong."), Part::Strong);
    }
    let worst = summary.findings.iter().filter(|one| one.row.is_some()).map(|one| one.severity).max();
    if worst == Some(Severity::Info) {
        let how = words(
            lang,
            "Không có ô nào phải sửa; các ghi chú dưới đây để cơ quan, đơn vị biết và làm thuận lợi hơn lần sau.",
            "No cell has to be corrected; the remarks below are for you to know, and for the next time.",
        );
        paint.text(sheet, (row, 0), how, Part::Free)?;
        row += 2;
    } else if worst.is_some() {
        let how = words(
            lang,
            "Đề nghị sửa các ô tô màu (đưa chuột vào ô để xem ghi chú) rồi gửi lại tệp này vào thư mục như lần \
             trước. Không cần xóa trang này và cột kết quả.",
            "Please correct the coloured cells (point at a cell to see its comment) and drop this file again as \
             before. This sheet and the result column may stay.",
        );
        paint.text(sheet, (row, 0), how, Part::Free)?;
        row += 2;
    }
    let header = match lang {
        Lang::Vi => ["Trang tính", "Dòng", "Cột", "Mức độ", "Nội dung và cách xử lý"],
        Lang::En => ["Sheet", "Row", "Column", "Severity", "What was found and what to do"],
    };
    for (column, text) in (0..).zip(header) {
        paint.text(sheet, (row, column), text, Part::Head)?;
    }
    sheet.set_freeze_panes(row + 1, 0)?;
    for one in &summary.findings {
        row += 1;
        let look = Look { part: Part::Body, mark: Mark::Found(one.severity) };
        let line = one.row.map_or(Cell::Empty, |row| Cell::Number(f64::from(row)));
        let place = one.sheet.as_deref().unwrap_or(words(lang, "(cả tệp)", "(whole file)"));
        paint.text(sheet, (row, 0), place, Part::Body)?;
        paint.cell(sheet, (row, 1), &line, Part::Body)?;
        paint.text(sheet, (row, 2), one.column.as_deref().unwrap_or_default(), Part::Body)?;
        paint.text(sheet, (row, 3), one.severity.word(lang), look)?;
        paint.text(sheet, (row, 4), &one.message, Part::Body)?;
        let texts = [(one.message.as_str(), MESSAGE_WIDTH), (place, 24)];
        fit_height(sheet, row, texts.into_iter())?;
    }
    Ok(())
}
