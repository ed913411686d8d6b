//! The store on SQLite and on PostgreSQL: every test runs on both.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests fails as a test does"
)]

mod decisions;
mod deputies;
mod holds;
mod leaks;
mod lists;
mod lookups;
mod open;
mod plans;
mod put_in;
mod queries;
mod rotation;
mod rows;
mod slips;
mod staging;
mod tips;
mod trail;
mod writes;

use crate::support::postgres;
use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use rosterd::model::Time;
use rosterd::model::account::{Attr, Values};
use rosterd::model::change::{Change, ChangeKind, Gate, Reason, Risk, State};
use rosterd::model::ids::{AgencyCode, CaseId, ChangeKey, Login, PersonId, Subject, TargetId};
use rosterd::model::operator::{Operator, OperatorRole};
use rosterd::store::{NewChange, PlanDelta, Published, Settings, Standing, Store, StoreError, Token};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::collections::BTreeSet;

/// A store on a fresh database.
struct Site {
    store: Store,
    settings: Settings,
    /// What sqlx calls the database, for looking behind the store's back.
    url: String,
}

impl Site {
    async fn new(settings: Settings, url: String) -> Self {
        let store = Store::open(&settings, site_key()).await.unwrap();
        Self { store, settings, url }
    }

    /// A second process's view of the same store.
    async fn second(&self) -> Store {
        Store::open(&self.settings, site_key()).await.unwrap()
    }

    /// Runs SQL behind the store's back.
    async fn raw(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let mut connection =
            self.url.parse::<sqlx::any::AnyConnectOptions>().unwrap().connect().await.unwrap();
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
        connection.close().await.unwrap();
        done.map(|done| done.rows_affected())
    }

    /// The first column of the first row, a number.
    async fn count(&self, table: &str) -> i64 {
        let mut connection =
            self.url.parse::<sqlx::any::AnyConnectOptions>().unwrap().connect().await.unwrap();
        let query = format!("SELECT COUNT(*) FROM {table}");
        let count = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        count
    }

    fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// A lease to write under.
    async fn lease(&self) -> Token {
        self.store.acquire_lease("apply", "worker", now(), TimeDelta::minutes(5)).await.unwrap().unwrap()
    }

    /// Enrols operators with every agency in scope.
    async fn operators<const N: usize>(&self, logins: [&str; N]) -> [Login; N] {
        let logins = logins.map(Login::new);
        for login in &logins {
            self.enrol(login, &[]).await;
        }
        logins
    }

    async fn enrol(&self, login: &Login, agencies: &[&str]) {
        let agencies = agencies.iter().map(|code| agency(code)).collect();
        let role = OperatorRole::Administrator;
        let operator = Operator { login: login.clone(), name: login.to_string(), role, agencies };
        let by = self
            .store
            .operators()
            .await
            .unwrap()
            .first()
            .map_or(login.clone(), |one| one.operator.login.clone());
        self.store
            .write(now(), async |mut tx| {
                tx.add_operator(&operator, &by).await?;
                tx.commit(()).await
            })
            .await
            .unwrap();
    }

    /// Publishes a plan as a worker does.
    async fn publish(&self, delta: &PlanDelta) -> Published {
        self.publish_at(delta, now()).await
    }

    async fn publish_at(&self, delta: &PlanDelta, at: Time) -> Published {
        let token = self.store.acquire_lease("pass", "worker", at, TimeDelta::zero()).await.unwrap().unwrap();
        self.publish_under(&token, delta, at).await.unwrap()
    }

    async fn publish_under(
        &self,
        token: &Token,
        delta: &PlanDelta,
        at: Time,
    ) -> Result<Published, StoreError> {
        let staged = self.store.stage(token, at, delta).await?;
        let published = self
            .store
            .write_fenced(token, at, async |mut tx| {
                let done = tx.publish(delta, &staged).await?;
                tx.commit(done).await
            })
            .await?;
        Ok(Published { refreshed: self.store.refresh(token, at, delta).await?, ..published })
    }

    /// Publishes new changes and gives them back as stored.
    async fn propose(&self, changes: &[Change]) -> Vec<Standing> {
        let insert = changes.iter().map(proposed).collect();
        let published = self.publish(&PlanDelta { insert, ..delta("p1") }).await;
        assert_eq!(published.inserted, changes.len() as u64, "{published:?}");
        let mut all = Vec::new();
        for change in changes {
            all.push(self.standing(&change.key()).await);
        }
        all
    }

    /// The live or applied change with this key.
    async fn standing(&self, key: &ChangeKey) -> Standing {
        let open = self.store.open_changes(now() - TimeDelta::days(999)).await.unwrap();
        let mut all = open.live.into_iter().chain(open.applied);
        all.find(|one| one.stored.key == *key).unwrap_or_else(|| panic!("no standing change {key}"))
    }

    async fn state(&self, standing: &Standing) -> State {
        self.store.change(&standing.stored.id).await.unwrap().unwrap().stored.state
    }
}

/// Runs a test on a fresh SQLite file and on a fresh PostgreSQL database.
async fn on_both(test: impl AsyncFn(&Site)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rosterd.db");
    eprintln!("on SQLite");
    let path = path.to_str().unwrap().to_owned();
    let site =
        Site::new(Settings { url: path.clone(), password_file: None }, format!("sqlite://{path}")).await;
    test(&site).await;
    site.store.close().await;
    eprintln!("on PostgreSQL");
    let database = postgres::database();
    let site = Site::new(Settings { url: database.url(), password_file: None }, database.url()).await;
    test(&site).await;
    site.store.close().await;
}

fn site_key() -> ring::hmac::Key {
    ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a site key for tests")
}

fn now() -> Time {
    Utc.with_ymd_and_hms(2026, 11, 22, 6, 0, 0).unwrap()
}

fn minutes(n: i64) -> Time {
    now() + TimeDelta::minutes(n)
}

fn today() -> NaiveDate {
    now().date_naive()
}

fn agency(code: &str) -> AgencyCode {
    AgencyCode::parse(code).unwrap()
}

fn nobody<T: Ord>() -> BTreeSet<T> {
    BTreeSet::new()
}

fn delta(pass: &str) -> PlanDelta {
    PlanDelta::empty(pass, minutes(-10), today())
}

/// A new title for the account `subject` of agency skhcn.
fn title(subject: &str, gate: Gate) -> Change {
    Change {
        target: TargetId::mail(),
        subject: Subject::new(subject),
        kind: ChangeKind::UpdateAttributes,
        agency: agency("skhcn"),
        person: None,
        label: format!("Nguyễn Thị Hòa <{subject}@x.gov.vn>"),
        before: [(Attr::Title, Values::one("Chuyên viên"))].into(),
        after: [(Attr::Title, Values::one("Trưởng phòng"))].into(),
        reason: Reason::RosterAttribute,
        effective: None,
        due: today(),
        gate,
        risk: Risk::Low,
        document: None,
        case: CaseId::new("case-1"),
        needs: Vec::new(),
        evidence: Vec::new(),
    }
}

/// A new account with this address for this person.
fn create(person: &str, mail: &str) -> Change {
    Change {
        subject: Subject::new(person),
        kind: ChangeKind::CreateAccount,
        person: Some(PersonId::new(person)),
        before: [].into(),
        after: [(Attr::Mail, Values::one(mail))].into(),
        reason: Reason::Joiner,
        ..title(person, Gate::One)
    }
}

fn proposed(change: &Change) -> NewChange {
    NewChange { change: change.clone(), state: State::Proposed, brake: None }
}
