//! The desk: what every page works with, opened once.

use super::back_office::BackOffice;
use super::settings::Settings;
use super::templates;
use crate::config::Site;
use crate::config::keys::SiteKey;
use crate::model::Time;
use crate::model::agency::name_of;
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::{Operator, Right};
use crate::notify::paper::{PaperError, Papers};
use crate::openid::{OpenidError, Provider};
use crate::store::{Store, StoreError};
use chrono::{NaiveDate, NaiveTime, TimeZone, Utc};
use minijinja::Environment;
use ring::hmac;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Semaphore;

/// What the page works with.
pub struct Desk {
    pub(super) site: Site,
    pub(super) keys: SiteKey,
    pub(super) store: Store,
    pub(super) settings: Settings,
    pub(super) templates: Environment<'static>,
    pub(super) form_key: hmac::Key,
    /// The file whose appearance asks the worker for a pass.
    pub(super) wake: PathBuf,
    /// The program itself, for reader processes.
    pub(super) program: PathBuf,
    pub(super) back: Box<dyn BackOffice>,
    pub(super) papers: Papers,
    pub(super) provider: Option<Provider>,
    /// Hashing passwords takes memory and a core: so many at once.
    pub(super) hashing: Semaphore,
    /// So does reading a workbook anew.
    pub(super) reading: Semaphore,
    /// Set when the process is to stop.
    pub(super) stop: Arc<AtomicBool>,
}

/// Why the desk cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The configuration has no `[web]`.
    #[error("the configuration has no [web] table")]
    NoSettings,
    /// A template of ours does not parse.
    #[error("a page's template cannot be used: {0}")]
    Template(#[from] minijinja::Error),
    /// A paper of the site's own, or one of ours.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The provider of OpenID Connect.
    #[error("web.openid: {0}")]
    Openid(#[from] OpenidError),
}

impl Desk {
    /// Opens the desk.
    pub fn open(
        site: Site,
        keys: SiteKey,
        store: Store,
        program: PathBuf,
        wake: PathBuf,
        back: Box<dyn BackOffice>,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, DeskError> {
        let settings = site.config.web.clone().ok_or(DeskError::NoSettings)?;
        let papers = Papers::load(site.config.mappings.as_deref())?;
        Ok(Self {
            templates: templates::environment(&site)?,
            provider: settings.openid.as_ref().map(Provider::open).transpose()?,
            form_key: hmac::Key::new(hmac::HMAC_SHA256, &keys.page()),
            hashing: Semaphore::new(2),
            reading: Semaphore::new(2),
            site,
            keys,
            store,
            settings,
            wake,
            program,
            back,
            papers,
            stop,
        })
    }

    /// The address people type, with a slash at its end.
    pub(super) fn address(&self) -> String {
        match &self.settings.public {
            Some(public) => public.to_string(),
            None => format!("http://{}/", self.settings.listen),
        }
    }

    /// Whether this operator may sign in with a password, or once with a link, beside the provider.
    pub(super) fn leaves_password(&self, login: &Login) -> bool {
        self.settings.openid.as_ref().is_none_or(|openid| openid.leaves_password(login))
    }

    /// An operator with the agencies of those for whom he or she stands in just now: a deputy sees what the absent one
    /// sees. They are named one by one, so that a deputy is never taken for an operator for the whole province; what may
    /// be decided about them is the store's to say.
    pub(super) async fn with_mandates(&self, operator: Operator) -> Result<Operator, StoreError> {
        let mut operator = operator;
        if operator.agencies.is_empty() || !operator.role.may(Right::Approve) {
            return Ok(operator);
        }
        for absent in self.store.stands_in_for(&operator.login, self.now()).await? {
            if absent.agencies.is_empty() {
                operator.agencies.extend(self.site.agencies.keys().cloned());
            } else {
                operator.agencies.extend(absent.agencies);
            }
        }
        Ok(operator)
    }

    /// The moment.
    #[expect(clippy::unused_self, reason = "the pages' clock is the desk's, whatever it shows")]
    pub(super) fn now(&self) -> Time {
        Utc::now()
    }

    /// Today, where the province is.
    pub(super) fn today(&self) -> NaiveDate {
        self.local(self.now())
    }

    /// The local date of a moment.
    pub(super) fn local(&self, at: Time) -> NaiveDate {
        at.with_timezone(&self.site.config.time_zone).date_naive()
    }

    /// When a local day began.
    pub(super) fn midnight(&self, day: NaiveDate) -> Time {
        let local = day.and_time(NaiveTime::MIN);
        let zone = self.site.config.time_zone;
        zone.from_local_datetime(&local)
            .earliest()
            .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
    }

    /// The logins that answer for an agency's rosters.
    pub(super) fn forbidden(&self, agency: &AgencyCode) -> std::collections::BTreeSet<Login> {
        self.site.forbidden(agency)
    }

    /// An agency's name; its code where it is not configured.
    pub(super) fn agency_name(&self, code: &AgencyCode) -> String {
        name_of(&self.site.agencies, code)
    }

    /// The agencies an operator sees, by name.
    pub(super) fn agencies_of(&self, operator: &Operator) -> Vec<(&AgencyCode, &str)> {
        let mut list: Vec<_> = self
            .site
            .agencies
            .iter()
            .filter(|(code, _)| operator.may_see(code))
            .map(|(code, agency)| (code, agency.name.as_str()))
            .collect();
        list.sort_by_key(|(_, name)| crate::model::name::ascii(name));
        list
    }

    /// Asks the worker for a pass: something was decided. Where it cannot be asked, the schedule's next pass does it.
    pub(super) fn wake(&self) {
        if let Err(error) = std::fs::write(&self.wake, b"") {
            tracing::warn!(%error, "the worker could not be woken");
        }
    }
}
