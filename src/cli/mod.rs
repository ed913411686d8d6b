//! The command line: data on stdout, progress on stderr, an exit code a script can use.

pub mod args;
mod audit;
mod back_office;
mod check;
mod completions;
mod contact;
mod demo;
mod handover;
mod hold;
mod incident;
mod init;
mod leak;
mod match_words;
mod operator;
mod pause;
mod plan;
mod read;
mod report;
mod review;
mod rotation;
pub mod run;
mod sign_in;
mod slip;
mod template;
mod triage;
mod undo;
mod who;
pub mod words;

use crate::model::Lang;
use crate::worker::engine::Engine;
use crate::{config, telemetry};
use anyhow::{Context, Result};
use args::{Cli, Command, NoticeAction};
use std::path::{Path, PathBuf};

/// Prints to standard output as `print!` does, but ends quietly where nobody reads on (`| head`).
macro_rules! text {
    ($($part:tt)*) => { $crate::cli::out(format_args!($($part)*)) };
}
/// The same with a line's end.
macro_rules! line {
    ($($part:tt)*) => { $crate::cli::out(format_args!("{}\n", format_args!($($part)*))) };
}
pub(crate) use {line, text};

fn out(text: std::fmt::Arguments<'_>) {
    use std::io::Write;
    match std::io::stdout().write_fmt(text) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            eprintln!("error: standard output: {error}");
            std::process::exit(1);
        }
    }
}

/// What a command ends with: 0 done or nothing new, 2 changes, 3 something is held; a failure is an error and 1.
pub type Code = u8;

/// Runs one command.
pub async fn run(cli: Cli) -> Result<Code> {
    let lang = cli.lang.map(Lang::from);
    match cli.command {
        Command::Demo { dir, once } => Box::pin(demo::run(&dir, once, lang.unwrap_or_default())).await,
        Command::Init { dir } => init::run(&dir, lang.unwrap_or_default()),
        Command::Read(args) => read::run(args, cli.json, lang.unwrap_or_default()).await,
        Command::Completions { shell } => Ok(completions::run(shell)),
        Command::Check => check::run(&cli.config, cli.json, lang).await,
        Command::Run { once } => run::run(open(&cli.config, lang).await?, once, cli.json).await,
        Command::Apply => run::apply(&open(&cli.config, lang).await?, cli.json).await,
        Command::Plan(mut args) => {
            args.ldif = args.ldif.map(absolute).transpose()?;
            plan::run(&open(&cli.config, lang).await?, &args, cli.json).await
        }
        Command::Review { action } => review::run(&open(&cli.config, lang).await?, action, cli.json).await,
        Command::Template { agency, out } => {
            let file = template::file(&agency, out)?;
            template::run(&open(&cli.config, lang).await?, &agency, &file, cli.json).await
        }
        Command::Undo(args) => undo::run(&open(&cli.config, lang).await?, &args, cli.json).await,
        Command::Pause { what, reason } => pause::pause(&open(&cli.config, lang).await?, what, &reason).await,
        Command::Resume { what } => pause::resume(&open(&cli.config, lang).await?, what).await,
        Command::Operator { action } => {
            operator::run(&open(&cli.config, lang).await?, action, cli.json).await
        }
        Command::Hold { action } => hold::run(&open(&cli.config, lang).await?, action, cli.json).await,
        Command::Contact { action } => contact::run(&open(&cli.config, lang).await?, action, cli.json).await,
        Command::Slip { action } => {
            let action = slip::absolute_out(action)?;
            slip::run(&open(&cli.config, lang).await?, action, cli.json).await
        }
        Command::Report { on } => {
            let on = report::absolute_paths(on)?;
            report::run(&open(&cli.config, lang).await?, on, cli.json).await
        }
        Command::Rotation { action } => {
            let action = rotation::settle(action)?;
            rotation::run(&open(&cli.config, lang).await?, action, cli.json).await
        }
        Command::Incident { action } => {
            incident::run(&open(&cli.config, lang).await?, action, cli.json).await
        }
        Command::Leak { action } => {
            let action = leak::settle(action)?;
            leak::run(&open(&cli.config, lang).await?, action, cli.json).await
        }
        Command::Notice { action: NoticeAction::Preview { step, account } } => {
            rotation::preview(&open(&cli.config, lang).await?, &step, &account, cli.json).await
        }
        Command::Audit { action } => audit::run(&open(&cli.config, lang).await?, &action, cli.json).await,
    }
}

/// Loads the configuration, starts logging and opens everything.
async fn open(path: &Path, lang: Option<Lang>) -> Result<Engine> {
    let mut site = config::load(path).await?;
    if let Some(lang) = lang {
        site.config.language = lang;
    }
    // A second start within one process (the demo) keeps the first one's log.
    let _ = telemetry::init(site.config.log);
    Ok(Engine::open(site).await?)
}

/// A path of the command line, before the process enters the configuration's folder.
fn absolute(path: PathBuf) -> Result<PathBuf> {
    if path.as_os_str() == "-" {
        return Ok(path);
    }
    std::path::absolute(&path).with_context(|| path.display().to_string())
}

/// Prints a JSON document.
fn print_json(value: &impl serde::Serialize) -> Result<()> {
    crate::cli::line!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
