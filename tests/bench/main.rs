//! Measurements: what a part of rosterd takes against the bare libraries under it, in the same run (`ops/bench WHAT`).
//! A target that is missed is a result, no failure.
#![allow(missing_docs, reason = "nothing here is a library")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on fails"
)]
#![allow(clippy::cast_precision_loss, reason = "counts here have far fewer than 52 bits")]

mod apply;
mod feedback;
mod floor;
mod incident;
mod machine;
mod outbox;
mod page;
mod pass;
mod plan;
mod province;
mod read;
mod report;
mod rotation;
mod sink;
mod site;
mod support;
mod workbooks;

use clap::{Parser, ValueEnum};
use report::Report;
use std::process::ExitCode;

/// Measures rosterd against the bare libraries under it.
#[derive(Parser)]
#[command(name = "ops/bench")]
struct Cli {
    /// What is measured.
    #[arg(required = true)]
    what: Vec<What>,
    /// People in the province; its 500 agencies share them.
    #[arg(long, default_value_t = 100_000)]
    people: usize,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// What `cargo bench` passes.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part that is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Reading rosters in the reader process, against bare calamine.
    Read,
    /// Writing feedback workbooks in the reader process, against bare `rust_xlsxwriter`.
    Feedback,
    /// Reconciling and planning alone, without IO.
    Plan,
    /// Whole passes over a real slapd, against calamine and an ldap3 search.
    Pass,
    /// Carrying out approved changes on a real slapd, against bare ldap3.
    Apply,
    /// Incidents while passes run on a real slapd: until the account is locked.
    Incident,
    /// Sending mail to a sink on this machine, against bare lettre.
    Outbox,
    /// Reading the page while a change of everybody waits, on both databases.
    Page,
    /// Holding accounts against the rules on passwords, without IO.
    Rotation,
}

fn main() -> ExitCode {
    // `cargo test --all-targets` starts this too, with nothing to do; `cargo bench` says that it is one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let cli = Cli::parse();
    let mut report = Report::new(cli.json);
    for what in cli.what {
        match what {
            What::Read => read::measure(&mut report, cli.people),
            What::Feedback => feedback::measure(&mut report, cli.people),
            What::Plan => plan::measure(&mut report, cli.people),
            What::Pass => pass::measure(&mut report, cli.people),
            What::Apply => apply::measure(&mut report),
            What::Incident => incident::measure(&mut report, cli.people),
            What::Outbox => outbox::measure(&mut report),
            What::Page => page::measure(&mut report, cli.people),
            What::Rotation => rotation::measure(&mut report, cli.people),
        }
    }
    report.finish();
    ExitCode::SUCCESS
}
