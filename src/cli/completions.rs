//! `rosterd completions`.

use super::Code;
use super::args::Cli;
use anyhow::Result;
use clap::CommandFactory;

/// Prints completions for `shell`.
pub fn run(shell: clap_complete::Shell) -> Result<Code> {
    clap_complete::generate(shell, &mut Cli::command(), "rosterd", &mut std::io::stdout());
    Ok(0)
}
