//! The engine: everything a pass or a command works with, opened once from the configuration.

use crate::config::keys::{KeyError, SiteKey};
use crate::config::{Config, Site};
use crate::directory::{Directory, SettingsError};
use crate::files;
use crate::model::Time;
use crate::model::citizen::MarkKeys;
use crate::notify::templates::{TemplateError, Templates};
use crate::notify::transport::{OpenError, Transport};
use crate::store::{Store, StoreError, Token};
use crate::systems::System;
use crate::workbook::Reader;
use chrono::{NaiveDate, TimeDelta, Utc};
use nix::fcntl::{Flock, FlockArg};
use ring::hmac;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How long a lease lasts without being renewed.
pub const LEASE: TimeDelta = TimeDelta::seconds(90);

/// The lease of the worker that plans and writes.
const LEASE_NAME: &str = "worker";

/// Everything opened.
pub struct Engine {
    /// The configuration and the agencies.
    pub site: Site,
    /// The site key.
    pub keys: SiteKey,
    /// The store.
    pub store: Store,
    /// The mail directory.
    pub directory: Directory,
    /// The systems beside it.
    pub systems: Vec<System>,
    /// The mail templates.
    pub templates: Templates,
    /// The program itself, for reader processes.
    pub program: PathBuf,
    /// Set when the process is to stop.
    pub stop: Arc<AtomicBool>,
    /// The clock, where it is another than the machine's.
    pub clock: Option<Clock>,
}

/// A clock: calendars are played with one that is moved by hand.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// Why the engine cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The site key.
    #[error("site_key_file")]
    Key(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory's settings.
    #[error(transparent)]
    Directory(#[from] SettingsError),
    /// A mail template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The mail settings.
    #[error("mail")]
    Mail(#[from] OpenError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The right to plan and write, on this machine and in the store.
#[derive(Debug)]
pub struct Grip {
    /// The lease.
    pub token: Token,
    _lock: Flock<File>,
}

/// Why the right was not given.
#[derive(Debug)]
pub enum Gripped {
    /// It was.
    Yes(Grip),
    /// A worker of this name runs on this machine.
    Here,
    /// Another worker holds the lease.
    Elsewhere,
}

impl Engine {
    /// Opens everything but connections to the directory and the mail server.
    pub async fn open(site: Site) -> Result<Self, EngineError> {
        let config = &site.config;
        let keys = SiteKey::read(&config.site_key_file)?;
        let audit = hmac::Key::new(hmac::HMAC_SHA256, &keys.audit());
        let store = Store::open(&config.store, audit).await?;
        let directory = Directory::open(&config.directory)?;
        let systems = config.systems.iter().map(|one| System::new(one, &site.agencies)).collect();
        let templates = Templates::load(config.mail_templates.as_deref(), &config.sender)?;
        let program = std::env::current_exe()
            .map_err(|source| EngineError::File { path: "the program itself".into(), source })?;
        Ok(Self {
            site,
            keys,
            store,
            directory,
            systems,
            templates,
            program,
            stop: Arc::default(),
            clock: None,
        })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.site.config
    }

    /// A mail transport.
    pub fn transport(&self) -> Result<Transport, EngineError> {
        Ok(Transport::open(&self.config().mail)?)
    }

    /// A reader process, started when first needed.
    pub fn reader(&self) -> Reader {
        Reader::new(self.program.clone(), self.config().reader).with_mappings(self.config().mappings.clone())
    }

    /// The keys that marks of citizen IDs are made under.
    pub fn mark_keys(&self) -> MarkKeys {
        let naming = self.config().policy.takes_sealed_digits().then(|| self.keys.citizen_digits());
        MarkKeys { hash: self.keys.citizen(), naming }
    }

    /// The moment.
    pub fn now(&self) -> Time {
        self.clock.as_ref().map_or_else(Utc::now, |clock| clock())
    }

    /// The local date of a moment.
    pub fn local(&self, time: Time) -> NaiveDate {
        time.with_timezone(&self.config().time_zone).date_naive()
    }

    /// The first moment of a local date.
    pub fn midnight(&self, date: NaiveDate) -> Time {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        // Where the clock jumps over it, the date begins later by less than a day.
        let local = midnight.and_local_timezone(self.config().time_zone).earliest();
        local.map_or_else(|| midnight.and_utc(), |time| time.to_utc())
    }

    /// Takes the right to plan and write. The file lock ends with the process, so that a restarted worker need not
    /// wait for the lease of the one that was killed.
    pub async fn grip(&self) -> Result<Gripped, EngineError> {
        let spool = &self.config().folders.spool;
        let path = spool.join(format!("{}.lock", self.config().worker.name));
        let at = |source| EngineError::File { path: path.clone(), source };
        files::private_folder(spool).map_err(at)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at)?;
        let lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => return Ok(Gripped::Here),
            Err((_, error)) => return Err(at(error.into())),
        };
        let name = &self.config().worker.name;
        let token = self.store.acquire_lease(LEASE_NAME, name, self.now(), LEASE).await?;
        Ok(token.map_or(Gripped::Elsewhere, |token| Gripped::Yes(Grip { token, _lock: lock })))
    }

    /// Gives the right back.
    pub async fn let_go(&self, grip: Grip) -> Result<(), StoreError> {
        self.store.release_lease(&grip.token, self.now()).await.map(|_| ())
    }

    /// The file whose appearance asks a running worker for a pass.
    pub fn wake_file(&self) -> PathBuf {
        self.config().folders.spool.join("wake")
    }
}
