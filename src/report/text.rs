//! A report as lines for a terminal.

use super::{Report, Table};
use std::fmt::Write;

/// The report: its facts, then each table with its columns in line.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n{}", report.title, report.subtitle);
    for (name, value) in &report.facts {
        let _ = writeln!(out, "{name}: {value}");
    }
    for chart in &report.charts {
        let _ = writeln!(out, "\n{}", chart.title);
        for bar in &chart.bars {
            let _ = writeln!(out, "  {}: {}", bar.label.replace(['\r', '\n'], " "), bar.shown);
        }
    }
    for table in &report.tables {
        let _ = writeln!(out, "\n{}", table.title);
        out.push_str(&rows(table));
    }
    out
}

fn rows(table: &Table) -> String {
    let header: Vec<String> = table.columns.iter().map(|(title, _)| title.clone()).collect();
    let mut lines = vec![header];
    // A terminal shows one line a row, whatever a name holds.
    let flat = |text: String| text.replace(['\r', '\n'], " ");
    lines.extend(table.rows.iter().map(|row| row.iter().map(|cell| flat(cell.shown())).collect()));
    let mut widths = vec![0; table.columns.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let _ = writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    out
}
