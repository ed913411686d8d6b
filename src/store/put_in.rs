//! Four eyes: who put in what a change is made from. None of them approves it or lets a brake go that holds it, and nobody
//! does so in their place.

use super::dialect::Dialect;
use super::statement::{Row, Statement, sql};
use super::{Store, StoreError, WriteTx, change};
use crate::model::change::Change;
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, Login, RosterId};
use crate::model::operator::Contacts;
use std::collections::{BTreeMap, BTreeSet};

/// Who put in what some changes are made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PutIn {
    /// The agencies whose changes they are, and those in whose folders the rosters behind them lay.
    agencies: BTreeSet<AgencyCode>,
    /// Who handed such a roster in, or wrote a request down.
    logins: BTreeSet<Login>,
}

impl PutIn {
    /// Whether `login` is among them, in person or as one who answers for an agency.
    pub fn is_by(&self, login: &Login, contacts: &Contacts) -> bool {
        self.logins.contains(login)
            || self.agencies.iter().any(|code| contacts.contains(&(code.clone(), login.clone())))
    }

    /// What the changes say by themselves.
    fn of(changes: &[&Change]) -> Self {
        Self {
            agencies: changes.iter().map(|one| one.agency.clone()).collect(),
            logins: changes.iter().filter_map(|one| one.entered_by()).map(Login::new).collect(),
        }
    }

    /// Adds what is known of the rosters behind them: rows of [`behind`].
    fn with<'a>(mut self, rosters: impl IntoIterator<Item = &'a Row>) -> Result<Self, StoreError> {
        for row in rosters {
            self.agencies.insert(row.word("agency", AgencyCode::stored)?);
            self.logins.extend(row.maybe("operator")?.map(Login::new));
        }
        Ok(self)
    }
}

/// The rosters that a change is made from.
fn rosters(change: &Change) -> impl Iterator<Item = &RosterId> {
    change.evidence.iter().filter_map(Evidence::roster)
}

/// The agencies in whose folders the rosters behind `changes` lay, and who handed them in.
fn behind(dialect: Dialect, changes: &[&Change]) -> Result<Statement, StoreError> {
    let rosters: BTreeSet<&str> = changes.iter().flat_map(|one| rosters(one)).map(RosterId::as_str).collect();
    let list = change::id_list(rosters.into_iter())?;
    let query = format!(
        "SELECT DISTINCT r.id, r.agency, u.operator FROM roster r
         LEFT JOIN upload u ON u.agency = r.agency AND u.sha256 = r.sha256
         WHERE r.id IN (SELECT s.id FROM {} s)",
        dialect.ids()
    );
    Ok(sql("who put it in", query).text(&list))
}

impl Store {
    /// Who put in what a change is made from, to be said beside it; decisions ask the same within their transaction.
    pub async fn put_in(&self, change: &Change) -> Result<PutIn, StoreError> {
        let rosters = self.rows(behind(self.dialect, &[change])?).await?;
        PutIn::of(&[change]).with(&rosters)
    }
}

impl WriteTx {
    /// Who put in what these changes are made from.
    pub(super) async fn put_in(&mut self, changes: &[&Change]) -> Result<PutIn, StoreError> {
        let query = behind(self.dialect, changes)?;
        let rosters = self.rows(query).await?;
        PutIn::of(changes).with(&rosters)
    }

    /// The same of each of them by itself, in their order.
    pub(super) async fn put_in_each(&mut self, changes: &[&Change]) -> Result<Vec<PutIn>, StoreError> {
        let query = behind(self.dialect, changes)?;
        let known = self.rows(query).await?;
        let mut of_roster: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in &known {
            of_roster.entry(row.text("id")?).or_default().push(row);
        }
        let put_in = |change: &&Change| {
            let behind_it = rosters(change).filter_map(|id| of_roster.get(id.as_str()));
            PutIn::of(&[change]).with(behind_it.flatten().copied())
        };
        changes.iter().map(put_in).collect()
    }
}
