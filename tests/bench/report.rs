//! A report: one table a subject, a line for each piece of work with its floor, ratio and target.

use crate::machine;
use serde_json::{Value, json};
use std::time::Duration;

/// What was measured.
#[derive(Clone, Copy)]
pub enum Quantity {
    /// Wall-clock time.
    Seconds(f64),
    /// Pieces of work in a second.
    PerSecond(f64),
    /// Memory.
    Megabytes(f64),
}

/// What is aimed at.
#[derive(Clone, Copy)]
pub enum Target {
    /// Measured by floor, at most.
    RatioAtMost(f64),
    /// Measured by floor, at least.
    RatioAtLeast(f64),
    /// The quantity itself, in its own unit, at most.
    AtMost(f64),
}

/// One piece of work.
pub struct Line {
    pub work: String,
    pub measured: Quantity,
    pub floor: Option<Quantity>,
    pub target: Option<Target>,
}

impl Line {
    /// A line with neither floor nor target.
    pub fn plain(work: impl Into<String>, measured: Quantity) -> Self {
        Self { work: work.into(), measured, floor: None, target: None }
    }

    pub fn against(mut self, floor: Quantity) -> Self {
        self.floor = Some(floor);
        self
    }

    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    fn ratio(&self) -> Option<f64> {
        Some(self.measured.number() / self.floor?.number())
    }

    fn met(&self) -> Option<bool> {
        Some(match self.target? {
            Target::RatioAtMost(most) => self.ratio()? <= most,
            Target::RatioAtLeast(least) => self.ratio()? >= least,
            Target::AtMost(most) => self.measured.number() <= most,
        })
    }

    fn cells(&self) -> [String; 6] {
        let dash = || "-".to_owned();
        [
            self.work.clone(),
            self.measured.to_string(),
            self.floor.map_or_else(dash, |floor| floor.to_string()),
            self.ratio().map_or_else(dash, |ratio| format!("{ratio:.2}")),
            self.target.map_or_else(dash, |target| match target {
                Target::RatioAtMost(most) => format!("<= {most} x"),
                Target::RatioAtLeast(least) => format!(">= {least} x"),
                Target::AtMost(most) => format!("<= {most}"),
            }),
            self.met().map_or_else(dash, |met| if met { "yes" } else { "NO" }.to_owned()),
        ]
    }
}

/// A time as a quantity.
pub fn seconds(time: Duration) -> Quantity {
    Quantity::Seconds(time.as_secs_f64())
}

impl Quantity {
    fn number(self) -> f64 {
        match self {
            Self::Seconds(number) | Self::PerSecond(number) | Self::Megabytes(number) => number,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Seconds(_) => "s",
            Self::PerSecond(_) => "1/s",
            Self::Megabytes(_) => "MB",
        }
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seconds(seconds) if *seconds < 0.1 => write!(f, "{:.2} ms", seconds * 1e3),
            Self::Seconds(seconds) => write!(f, "{seconds:.3} s"),
            Self::PerSecond(rate) => write!(f, "{rate:.0} /s"),
            Self::Megabytes(size) => write!(f, "{size:.0} MB"),
        }
    }
}

/// The tables of one run.
pub struct Report {
    json: bool,
    machine: Value,
    results: Vec<Value>,
}

impl Report {
    pub fn new(json: bool) -> Self {
        let machine = machine::facts();
        if !json {
            println!(
                "{} cores; {} at {}, fsync {:.2} ms",
                machine["cores"],
                machine["file_system"].as_str().unwrap_or("?"),
                machine["folder"].as_str().unwrap_or("?"),
                machine["fsync_ms"].as_f64().unwrap_or(0.0)
            );
        }
        Self { json, machine, results: Vec::new() }
    }

    /// Says on stderr what goes on, for a person who waits.
    pub fn progress(what: &str) {
        eprintln!("ops/bench: {what}");
    }

    /// Adds a table and, unless JSON was asked for, prints it.
    pub fn table(&mut self, subject: &str, lines: &[Line]) {
        self.results.extend(lines.iter().map(|line| {
            json!({
                "subject": subject, "work": line.work, "measured": line.measured.number(),
                "unit": line.measured.unit(), "floor": line.floor.map(Quantity::number), "ratio": line.ratio(),
                "target": line.cells()[4], "met": line.met(),
            })
        }));
        if self.json {
            return;
        }
        let head = [subject, "measured", "floor", "ratio", "target", "met"].map(str::to_owned);
        let rows: Vec<[String; 6]> = std::iter::once(head).chain(lines.iter().map(Line::cells)).collect();
        let widths: Vec<usize> =
            (0..6).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
        println!();
        for row in &rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                if at == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", cells.collect::<Vec<_>>().join("  "));
        }
    }

    /// Prints the JSON, where it was asked for.
    pub fn finish(self) {
        if self.json {
            let Self { machine, results, .. } = self;
            println!("{:#}", json!({ "schema": 1, "machine": machine, "results": results }));
        }
    }
}
