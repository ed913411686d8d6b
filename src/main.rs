//! rosterd: parse, run, exit code.

use rosterd::workbook::child;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else, so that a reader process has no second thread and no runtime.
    if std::env::args_os().nth(1).is_some_and(|command| command == child::COMMAND) {
        return child::serve();
    }
    ExitCode::SUCCESS
}
