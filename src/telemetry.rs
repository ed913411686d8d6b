//! Telemetry: log lines on stderr, for a person at a terminal or as JSON for a collector.
//!
//! A line is written once, at the boundary where something is decided, with its facts in dotted fields
//! (`roster.id`, `mail.attempts`). No line holds personal data: ids and agency codes, never a name, an address,
//! a phone number, a cell or what a mail server said about an address.

use serde::Deserialize;
use std::io::IsTerminal;
use tracing::Subscriber;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How much is written, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How much of our own; libraries are heard from `warn` on, for they log what they handle.
    pub level: Level,
    /// How.
    pub format: Format,
}

/// How much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the levels of tracing")]
pub enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How a line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Human on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For a person.
    Human,
    /// One JSON object a line.
    Json,
}

/// Starts logging for the whole process; once.
pub fn init(settings: Settings) -> Result<(), SetGlobalDefaultError> {
    let terminal = std::io::stderr().is_terminal();
    tracing::subscriber::set_global_default(subscriber(settings, terminal, std::io::stderr))
}

fn subscriber<W>(settings: Settings, terminal: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = settings.level.as_str();
    let libraries = if settings.level == Level::Error { "error" } else { "warn" };
    let filter = EnvFilter::new(format!("{libraries},rosterd={level}"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let json = match settings.format {
        Format::Auto => !terminal,
        Format::Human => false,
        Format::Json => true,
    };
    if json {
        Box::new(lines.json().flatten_event(true).with_current_span(false).finish())
    } else {
        Box::new(lines.with_ansi(terminal).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of an event of each kind.
    fn written(settings: &str, terminal: bool) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(toml::from_str(settings).unwrap(), terminal, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(roster.id = "r1", rows = 3, "roster taken");
            tracing::debug!("detail");
            tracing::info!(target: "sqlx::query", "a library's talk");
            tracing::warn!(target: "sqlx::pool", "a library's warning");
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn without_a_terminal_a_line_is_one_json_object_with_its_fields() {
        let text = written("", false);
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0]["message"], "roster taken");
        assert_eq!(lines[0]["roster.id"], "r1");
        assert_eq!(lines[0]["rows"], 3);
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[1]["message"], "a library's warning");
    }

    #[test]
    fn a_person_reads_words_and_a_setting_decides() {
        for (settings, terminal, json) in [
            ("", true, false),
            ("format = \"human\"", false, false),
            ("format = \"json\"", true, true),
            ("format = \"auto\"", false, true),
        ] {
            let text = written(settings, terminal);
            assert!(text.contains("roster taken"));
            assert_eq!(text.starts_with('{'), json, "{settings}: {text}");
            assert_eq!(text.contains('\u{1b}'), terminal && !json, "colours are for terminals: {text}");
        }
    }

    #[test]
    fn the_level_is_ours_and_libraries_stay_quiet() {
        let debug = written("level = \"debug\"", false);
        assert!(debug.contains("detail") && !debug.contains("talk"), "{debug}");
        assert_eq!(written("level = \"error\"", false), "");
    }
}
