//! rosterd: parse, run, exit code.

use clap::Parser;
use rosterd::cli::{self, args::Cli};
use rosterd::workbook::child;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else, so that a reader process has no second thread and no runtime.
    if std::env::args_os().nth(1).is_some_and(|command| command == child::COMMAND) {
        return child::serve();
    }
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
