//! rosterd: parse, run, exit code.

use rosterd::cli::{self, args::Cli};
use rosterd::workbook::child;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else, so that a reader process has no second thread and no runtime.
    if std::env::args_os().nth(1).is_some_and(|command| command == child::COMMAND) {
        return child::serve();
    }
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; a wrong command line is a failure, and 2 means changes.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
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
