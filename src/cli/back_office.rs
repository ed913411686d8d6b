//! The back office of the page: the worker's engine, which reads the directory and locks what is taken over.

use super::report::{access, accounts, adoption, case, review, rotation};
use crate::directory::ReadDirectory;
use crate::model::Lang;
use crate::model::account::{Account, Snapshot};
use crate::model::change::{Change, StoredChange};
use crate::model::ids::{AccountId, AgencyCode, ChangeId, Login};
use crate::model::incident::Incident;
use crate::model::operator::Operator;
use crate::model::tip::Sign;
use crate::report::Report;
use crate::store::TakenDown;
use crate::web::back_office::{Asked, BackOffice, Refusal, Wanted, WantedReport};
use crate::worker::by_phone::PhoneError;
use crate::worker::engine::Engine;
use crate::worker::incidents::IncidentError;
use crate::worker::undoing::UndoError;
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long whoever opens an incident waits for its locks; what takes longer is seen on the incident's page.
const LOCKED_WITHIN: Duration = Duration::from_secs(5);

/// The engine of a worker that serves the page.
pub struct Office {
    engine: Arc<Engine>,
    /// Reports are made one at a time: each holds the directory.
    reports: Semaphore,
}

impl Office {
    /// The office of `engine`.
    pub fn of(engine: Arc<Engine>) -> Self {
        Self { engine, reports: Semaphore::new(1) }
    }
}

fn failed(why: impl std::fmt::Display) -> Refusal {
    Refusal::Failed(format!("{why:#}"))
}

impl From<IncidentError> for Refusal {
    fn from(error: IncidentError) -> Self {
        match error {
            IncidentError::Nobody(text) => Self::NoAccount(text),
            IncidentError::OpenAlready(label) => Self::OpenAlready(label),
            IncidentError::NotOpen(label) => Self::NotOpen(label),
            IncidentError::Store(error) => Self::Store(error),
            other => failed(other),
        }
    }
}

impl From<UndoError> for Refusal {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Not(why) => Self::NotUndoable(why),
            UndoError::UnderWay(_) => Self::UnderWay,
            UndoError::Store(error) => Self::Store(error),
            UndoError::Read(error) => failed(error),
        }
    }
}

impl From<PhoneError> for Refusal {
    fn from(error: PhoneError) -> Self {
        match error {
            PhoneError::Nobody(text) => Self::NoAccount(text),
            PhoneError::Not(why) => Self::NotByPhone(why),
            PhoneError::Store(error) => Self::Store(error),
            PhoneError::Read(error) => failed(error),
        }
    }
}

impl BackOffice for Office {
    fn template(&self, agency: AgencyCode) -> Asked<'_, Vec<u8>> {
        Box::pin(async move {
            super::template::workbook(&self.engine, &agency).await.map(|made| made.bytes).map_err(failed)
        })
    }

    fn directory(&self) -> Asked<'_, Snapshot> {
        Box::pin(async move { self.engine.look_at_directory().await.map_err(failed) })
    }

    fn account<'a>(&'a self, id: &'a AccountId) -> Asked<'a, Option<Account>> {
        Box::pin(async move { self.engine.directory.account(id).await.map_err(failed) })
    }

    fn sessions<'a>(&'a self, change: &'a StoredChange, lang: Lang) -> Asked<'a, Vec<String>> {
        Box::pin(async move { super::handover::sessions(&self.engine, change, lang).await.map_err(failed) })
    }

    fn minutes<'a>(&'a self, change: &'a StoredChange) -> Asked<'a, String> {
        Box::pin(async move { super::slip::minutes_page(&self.engine, change).await.map_err(failed) })
    }

    fn open_incident<'a>(&'a self, account: &'a str, by: &'a Login, reason: &'a str) -> Asked<'a, Incident> {
        Box::pin(async move {
            let incident = self.engine.open_incident(account, by, reason).await?;
            let (engine, opened) = (self.engine.clone(), incident.clone());
            // On its own: a browser that hangs up must not leave a lock half carried out.
            let locking = tokio::spawn(async move {
                if let Err(error) = engine.shut_out(&opened).await {
                    tracing::error!(%error, "an incident's locks wait for the next pass");
                }
            });
            let _ = tokio::time::timeout(LOCKED_WITHIN, locking).await;
            Ok(incident)
        })
    }

    fn close_incident<'a>(
        &'a self,
        incident: &'a Incident,
        by: &'a Login,
        reason: &'a str,
    ) -> Asked<'a, usize> {
        Box::pin(async move {
            let (_, waiting) = self.engine.close_incident(incident.account.as_str(), by, reason).await?;
            Ok(waiting)
        })
    }

    fn take_tip<'a>(
        &'a self,
        account: &'a str,
        sign: Sign,
        told: (&'a str, &'a str),
        by: &'a Login,
    ) -> Asked<'a, TakenDown> {
        Box::pin(async move { Ok(self.engine.take_tip(account, sign, told, by).await?.1) })
    }

    fn unlock_by_phone<'a>(
        &'a self,
        account: &'a str,
        asked_by: &'a str,
        by: &'a Operator,
        reason: &'a str,
    ) -> Asked<'a, ChangeId> {
        Box::pin(async move { Ok(self.engine.unlock_by_phone(account, asked_by, by, reason).await?) })
    }

    fn is_there<'a>(&'a self, change: &'a Change) -> Asked<'a, Option<bool>> {
        Box::pin(async move { self.engine.is_there(change).await.map_err(failed) })
    }

    fn watch_incidents(&self) -> Asked<'_, ()> {
        // What is red is shown with each incident.
        Box::pin(async move { self.engine.watch_incidents().await.map(|_| ()).map_err(Refusal::Store) })
    }

    fn commands<'a>(&'a self, incident: &'a Incident) -> Asked<'a, String> {
        Box::pin(async move { self.engine.commands(incident).await.map_err(failed) })
    }

    fn undo<'a>(
        &'a self,
        change: &'a StoredChange,
        by: &'a Login,
        reason: &'a str,
    ) -> Asked<'a, StoredChange> {
        Box::pin(async move { Ok(self.engine.undo(change, by, reason).await?) })
    }

    fn report(&self, wanted: Wanted) -> Asked<'_, Report> {
        let (engine, here) = (self.engine.clone(), tokio::runtime::Handle::current());
        Box::pin(async move {
            let _turn = self.reports.acquire().await.map_err(failed)?;
            // Laying out a hundred thousand accounts takes a core for seconds: not one that answers requests.
            let made = tokio::task::spawn_blocking(move || here.block_on(made(&engine, wanted)));
            made.await.map_err(failed)?.map_err(failed)
        })
    }

    fn case_pack<'a>(&'a self, id: &'a str, by: &'a Operator) -> Asked<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let _turn = self.reports.acquire().await.map_err(failed)?;
            case::archive(&self.engine, id, by).await.map_err(failed)
        })
    }
}

async fn made(engine: &Engine, wanted: Wanted) -> Result<Report> {
    let Wanted { what, agencies, lang } = wanted;
    let made = match what {
        WantedReport::Adoption => adoption::make(engine, &agencies, lang).await?,
        WantedReport::Accounts => accounts::make(engine, &agencies, lang).await?,
        WantedReport::Rotation => rotation::make(engine, &agencies, lang).await?,
        WantedReport::Review(agency, period) => review::make(engine, &agency, period, lang).await?,
        WantedReport::Access { on, person, system } => {
            let (at, scope) = (on.to_string(), agencies.into_iter().collect::<Vec<_>>());
            let asked = access::Asked { at: &at, person: person.as_deref(), system: system.as_deref() };
            access::make(engine, &asked, &scope, lang).await?
        }
    };
    Ok(made.report)
}
