//! A report as a page ready to print on A4: one file without anything from elsewhere, headed as official papers are
//! (Decree 30/2020/NĐ-CP, appendix I).

use super::chart::Chart;
use super::{Cell, Report, Table, minutes_title, say, shown_day};
use crate::model::Lang;
use chrono::Datelike;
use std::fmt::Write;

/// A table with more columns than this is printed across the page.
const COLUMNS_UPRIGHT: usize = 6;

const STYLE: &str = "\
@page { size: A4 ORIENTATION; margin: 20mm 15mm 20mm 20mm; }
body { font-family: 'Times New Roman', 'Liberation Serif', serif; font-size: 13pt; color: #000; background: #fff;
  line-height: 1.35; max-width: 270mm; margin: 0 auto; padding: 0 4mm; }
table.head { width: 100%; border-collapse: collapse; margin-bottom: 8mm; }
table.head td { text-align: center; vertical-align: top; width: 50%; padding: 0 3mm; }
.motto { font-weight: bold; display: inline-block; border-bottom: 1px solid #000; padding-bottom: 1mm; }
h1 { font-size: 15pt; text-align: center; text-transform: uppercase; margin: 4mm 0 1mm; }
.subtitle { text-align: center; font-weight: bold; margin: 0 0 6mm; }
h2 { font-size: 13pt; margin: 7mm 0 2mm; break-after: avoid; }
table.list { width: 100%; border-collapse: collapse; font-size: 11pt; }
table.list th, table.list td { border: 1px solid #444; padding: 1mm 1.5mm; vertical-align: top; text-align: left;
  overflow-wrap: anywhere; }
table.list th { background: #eee; text-align: center; overflow-wrap: normal; }
table.list td.number { text-align: right; }
table.list td.day { white-space: nowrap; text-align: center; }
table.list thead { display: table-header-group; }
table.list tr { break-inside: avoid; }
.facts { margin: 0 0 4mm; }
.facts td { padding: 0 4mm 1mm 0; vertical-align: top; }
.figure { break-inside: avoid; }
.figure p { margin: 0 0 2mm; }
.figure .beside { display: flex; gap: 6mm; align-items: flex-start; }
.figure .chart { flex: 0 0 55%; width: 55%; }
.figure .list { flex: 1; width: auto; }
.figure td.number { white-space: nowrap; }
.chart text { font: 13px 'Times New Roman', 'Liberation Serif', serif; fill: #000; }
.chart rect { fill: #555; }
.chart line { stroke: #000; }
.minutes { break-before: page; }
.minutes p { text-align: left; text-indent: 10mm; margin: 2mm 0; }
.sign { width: 100%; margin-top: 10mm; break-inside: avoid; }
.sign td { text-align: center; vertical-align: top; height: 45mm; }
@media screen and (prefers-color-scheme: dark) { body { border: 1px solid #888; } }
";

/// The page.
pub fn page(report: &Report) -> String {
    let widest = report.tables.iter().map(|table| table.columns.len()).max().unwrap_or(0);
    let orientation = if widest > COLUMNS_UPRIGHT { "landscape" } else { "portrait" };
    let lang = match report.lang {
        Lang::Vi => "vi",
        Lang::En => "en",
    };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
        escaped(&report.title),
        STYLE.replace("ORIENTATION", orientation),
    );
    head(&mut out, report);
    let _ = writeln!(out, "<h1>{}</h1>", escaped(&report.title));
    let _ = writeln!(out, "<p class=\"subtitle\">{}</p>", escaped(&report.subtitle));
    facts(&mut out, report);
    for chart in &report.charts {
        picture(&mut out, chart, report.lang);
    }
    for table in &report.tables {
        list(&mut out, table);
    }
    if !report.minutes.is_empty() {
        minutes(&mut out, report);
    }
    sign(&mut out, report);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The state's name and motto on the right, who issues it on the left; both in Vietnamese whatever the language.
fn head(out: &mut String, report: &Report) {
    let day = report.date;
    let dated = match report.lang {
        Lang::Vi => format!("Ngày {:02} tháng {:02} năm {}", day.day(), day.month(), day.year()),
        Lang::En => shown_day(day),
    };
    let _ = writeln!(
        out,
        "<table class=\"head\"><tr><td><b>{}</b><br>Số: ……/……</td>\
         <td lang=\"vi\"><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br>\
         <span class=\"motto\">Độc lập - Tự do - Hạnh phúc</span><br><i>{dated}</i></td></tr></table>",
        escaped(&report.issuer.to_uppercase()),
    );
}

fn facts(out: &mut String, report: &Report) {
    if report.facts.is_empty() {
        return;
    }
    out.push_str("<table class=\"facts\">\n");
    for (name, value) in &report.facts {
        let _ = writeln!(out, "<tr><td>{}</td><td><b>{}</b></td></tr>", escaped(name), escaped(value));
    }
    out.push_str("</table>\n");
}

fn list(out: &mut String, table: &Table) {
    let _ = writeln!(out, "<h2>{}</h2>\n<table class=\"list\">\n<thead><tr>", escaped(&table.title));
    for (title, _) in &table.columns {
        let _ = writeln!(out, "<th scope=\"col\">{}</th>", escaped(title));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for cell in row {
            let class = match cell {
                Cell::Text(_) => "",
                Cell::Number(_) => " class=\"number\"",
                Cell::Day(_) => " class=\"day\"",
            };
            let _ = write!(out, "<td{class}>{}</td>", escaped(&cell.shown()));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn picture(out: &mut String, chart: &Chart, lang: Lang) {
    let _ = writeln!(
        out,
        "<section class=\"figure\">\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"beside\">\n{}\n<table class=\"list\">\n<thead><tr>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        escaped(&chart.title),
        escaped(&chart.description),
        chart.svg(),
        say(lang, "Nhóm", "Group"),
        say(lang, "Số liệu", "Figure"),
    );
    for bar in &chart.bars {
        let (label, shown) = (escaped(&bar.label), escaped(&bar.shown));
        let _ = writeln!(out, "<tr><td>{label}</td><td class=\"number\">{shown}</td></tr>");
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

fn minutes(out: &mut String, report: &Report) {
    let title = minutes_title(report.lang);
    out.push_str("<section class=\"minutes\">\n");
    head(out, report);
    let _ = writeln!(out, "<h1>{title}</h1>");
    for paragraph in &report.minutes {
        let _ = writeln!(out, "<p>{}</p>", escaped(paragraph));
    }
    out.push_str("</section>\n");
}

fn sign(out: &mut String, report: &Report) {
    if report.signatures.is_empty() {
        return;
    }
    let how = say(report.lang, "(Ký, ghi rõ họ tên)", "(Signature and full name)");
    out.push_str("<table class=\"sign\"><tr>");
    for who in &report.signatures {
        let _ = write!(out, "<td><b>{}</b><br><i>{how}</i></td>", escaped(&who.to_uppercase()));
    }
    out.push_str("</tr></table>\n");
}

/// Text that is never markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_text_and_never_markup() {
        let evil = "<script>alert('x')</script>&\"";
        let report = Report {
            lang: Lang::Vi,
            issuer: evil.into(),
            title: evil.into(),
            subtitle: evil.into(),
            date: "2026-11-23".parse().unwrap(),
            facts: vec![(evil.into(), evil.into())],
            tables: vec![Table {
                title: evil.into(),
                columns: vec![(evil.into(), 10)],
                rows: vec![vec![evil.into()]],
            }],
            charts: vec![Chart {
                id: "a".into(),
                title: evil.into(),
                description: evil.into(),
                bars: vec![super::super::chart::Bar { label: evil.into(), value: 1, shown: evil.into() }],
                most: 0,
                shape: super::super::chart::Shape::Lying,
            }],
            minutes: vec![evil.into()],
            signatures: vec![evil.into()],
        };
        let page = page(&report);
        assert!(!page.to_lowercase().contains("<script"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;").count() + page.matches("&lt;SCRIPT&gt;").count(), 20);
        assert!(page.contains("Độc lập - Tự do - Hạnh phúc") && page.contains("Ngày 23 tháng 11 năm 2026"));
    }
}
