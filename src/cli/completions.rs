//! `rosterd completions`.

use super::Code;
use super::args::Cli;
use clap::CommandFactory;

/// Prints completions for `shell`.
pub fn run(shell: clap_complete::Shell) -> Code {
    clap_complete::generate(shell, &mut Cli::command(), "rosterd", &mut std::io::stdout());
    0
}
