//! Operators: who may decide. Nobody decides for an agency outside his or her scope, nobody unknown decides at all.

use super::statement::{Row, json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::Operator;

/// An operator with the act of enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The operator.
    pub operator: Operator,
    /// Who enrolled him or her.
    pub by: String,
    /// When.
    pub at: Time,
    /// When he or she was removed, if so: the login stays known for the trail.
    pub removed: Option<Time>,
}

impl WriteTx {
    /// Enrols an operator, or changes name and scope. Once there is an operator, only those for the whole province
    /// enrol others: nobody widens his or her own scope.
    pub async fn add_operator(&mut self, operator: &Operator, by: &Login) -> Result<(), StoreError> {
        let Operator { login, name, agencies } = operator;
        let first =
            self.row(sql("operators", "SELECT login FROM operator WHERE removed_at IS NULL LIMIT 1")).await?;
        if first.is_some() {
            self.require_province_operator(by).await?;
        }
        let insert = sql(
            "add operator",
            "INSERT INTO operator (login, name, agencies, enrolled_by, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (login) DO UPDATE SET name = excluded.name, agencies = excluded.agencies,
                 enrolled_by = excluded.enrolled_by, at = excluded.at, removed_at = NULL",
        );
        let scope = json("an operator's scope", agencies)?;
        let insert = insert.text(login.as_str()).text(name).text(&scope).text(by.as_str());
        let now = self.now;
        self.execute(insert.time(now)).await?;
        self.audit(by.as_str(), "operator.add", login.as_str(), &format!("{name} {scope}"));
        Ok(())
    }

    /// Removes an operator: the login decides nothing from now on. `false` where it was not enrolled. The last one
    /// for the whole province stays: without one nobody could enrol another, or whoever installs could.
    pub async fn remove_operator(&mut self, login: &Login, by: &Login) -> Result<bool, StoreError> {
        self.require_province_operator(by).await?;
        let update = sql(
            "remove operator",
            "UPDATE operator SET removed_at = $1 WHERE login = $2 AND removed_at IS NULL
             AND EXISTS (SELECT 1 FROM operator o
                 WHERE o.login <> $2 AND o.removed_at IS NULL AND o.agencies = '[]')",
        );
        let removed = self.execute(update.time(self.now).text(login.as_str())).await? == 1;
        if removed {
            self.audit(by.as_str(), "operator.remove", login.as_str(), "");
        } else if login == by {
            return Err(StoreError::LastOperator(login.clone()));
        }
        Ok(removed)
    }

    /// The enrolled operator `login`, with `agency` in scope. Every decision passes here.
    pub(super) async fn require_operator(
        &mut self,
        login: &Login,
        agency: Option<&AgencyCode>,
    ) -> Result<Operator, StoreError> {
        let query = sql(
            "operator",
            "SELECT login, name, agencies FROM operator WHERE login = $1 AND removed_at IS NULL",
        );
        let row = self.row(query.text(login.as_str())).await?;
        let operator = read(&row.ok_or_else(|| StoreError::NotEnrolled(login.clone()))?)?;
        match agency {
            Some(agency) if !operator.may_see(agency) => {
                Err(StoreError::OutOfScope { operator: login.clone(), agency: agency.to_string() })
            }
            _ => Ok(operator),
        }
    }

    /// The same for what concerns the whole province: only an operator with every agency in scope.
    pub(super) async fn require_province_operator(&mut self, login: &Login) -> Result<(), StoreError> {
        let operator = self.require_operator(login, None).await?;
        if operator.agencies.is_empty() {
            return Ok(());
        }
        Err(StoreError::OutOfScope { operator: login.clone(), agency: "*".into() })
    }
}

impl Store {
    /// Every operator ever enrolled, by login.
    pub async fn operators(&self) -> Result<Vec<Enrolled>, StoreError> {
        let query = sql(
            "operators",
            "SELECT login, name, agencies, enrolled_by, at, removed_at FROM operator ORDER BY login",
        );
        let enrolled = |row: &Row| {
            Ok(Enrolled {
                operator: read(row)?,
                by: row.text("enrolled_by")?,
                at: row.time("at")?,
                removed: row.maybe_time("removed_at")?,
            })
        };
        self.rows(query).await?.iter().map(enrolled).collect()
    }

    /// The enrolled operator `login`.
    pub async fn operator(&self, login: &Login) -> Result<Option<Operator>, StoreError> {
        let query = sql(
            "operator",
            "SELECT login, name, agencies FROM operator WHERE login = $1 AND removed_at IS NULL",
        );
        self.row(query.text(login.as_str())).await?.map(|row| read(&row)).transpose()
    }
}

fn read(row: &Row) -> Result<Operator, StoreError> {
    Ok(Operator {
        login: Login::new(row.text("login")?),
        name: row.text("name")?,
        agencies: row.json("agencies")?,
    })
}
