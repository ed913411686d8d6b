//! Operators: who may decide. Nobody decides for an agency outside his or her scope, nobody unknown decides at all.

use super::statement::{Row, json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::{Operator, OperatorRole, Right};
use std::collections::BTreeMap;

/// An operator or a contact with the act of enrolment.
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
    /// Who he or she is at the provider of OpenID Connect.
    pub subject: Option<String>,
}

impl WriteTx {
    /// Enrols an operator, or changes name and scope. Once there is an operator, only those for the whole province
    /// enrol others: nobody widens his or her own scope. One for the whole province always stays.
    pub async fn add_operator(&mut self, operator: &Operator, by: &Login) -> Result<(), StoreError> {
        let Operator { login, name, role, agencies } = operator;
        let first =
            self.row(sql("operators", "SELECT login FROM operator WHERE removed_at IS NULL LIMIT 1")).await?;
        if first.is_some() {
            self.require_province(by, Right::Administer).await?;
        }
        let insert = sql(
            "add operator",
            "INSERT INTO operator (login, name, agencies, role, enrolled_by, at)
             SELECT $1, $2, $3, $4, $5, $6
             WHERE $4 = 'administrator' AND $3 = '[]' OR EXISTS (SELECT 1 FROM operator o
                 WHERE o.login <> $1 AND o.removed_at IS NULL AND o.agencies = '[]' AND o.role = 'administrator')
             ON CONFLICT (login) DO UPDATE SET name = excluded.name, agencies = excluded.agencies,
                 role = excluded.role, enrolled_by = excluded.enrolled_by, at = excluded.at, removed_at = NULL",
        );
        let scope = json("an operator's scope", agencies)?;
        let insert = insert.text(login.as_str()).text(name).text(&scope).text(role.as_str());
        let now = self.now;
        if self.execute(insert.text(by.as_str()).time(now)).await? == 0 {
            return Err(StoreError::NoProvinceOperator(login.clone()));
        }
        self.audit(by.as_str(), "operator.add", login.as_str(), &format!("{role} {name} {scope}"));
        Ok(())
    }

    /// Removes an operator: the login decides nothing from now on. `false` where it was not enrolled. The last one
    /// for the whole province stays: without one nobody could enrol another, or whoever installs could.
    pub async fn remove_operator(&mut self, login: &Login, by: &Login) -> Result<bool, StoreError> {
        self.require_province(by, Right::Administer).await?;
        let update = sql(
            "remove operator",
            "UPDATE operator SET removed_at = $1 WHERE login = $2 AND removed_at IS NULL
             AND EXISTS (SELECT 1 FROM operator o
                 WHERE o.login <> $2 AND o.removed_at IS NULL AND o.agencies = '[]'
                 AND o.role = 'administrator')",
        );
        let removed = self.execute(update.time(self.now).text(login.as_str())).await? == 1;
        if removed {
            self.audit(by.as_str(), "operator.remove", login.as_str(), "");
        } else if login == by {
            return Err(StoreError::LastOperator(login.clone()));
        }
        Ok(removed)
    }

    /// Who may speak for `agency`: an operator, or a contact of it.
    pub(super) async fn require_voice(
        &mut self,
        login: &Login,
        agency: &AgencyCode,
    ) -> Result<(), StoreError> {
        let operator = self.enrolled(login).await?;
        in_scope(operator, Some(agency)).map(|_| ())
    }

    async fn enrolled(&mut self, login: &Login) -> Result<Operator, StoreError> {
        let query = sql(
            "operator",
            "SELECT login, name, role, agencies FROM operator WHERE login = $1 AND removed_at IS NULL",
        );
        let row = self.row(query.text(login.as_str())).await?;
        read(&row.ok_or_else(|| StoreError::NotEnrolled(login.clone()))?)
    }

    /// The same, with the right in his or her role.
    pub(super) async fn require(
        &mut self,
        login: &Login,
        right: Right,
        agency: Option<&AgencyCode>,
    ) -> Result<Operator, StoreError> {
        let operator = in_scope(self.enrolled(login).await?, agency)?;
        match operator.role {
            role if role.may(right) => Ok(operator),
            OperatorRole::Contact => Err(StoreError::OnlyContact(login.clone())),
            _ => Err(StoreError::NotAllowed { operator: login.clone(), right }),
        }
    }

    /// The same for what concerns the whole province: only an operator with every agency in scope.
    pub(super) async fn require_province(&mut self, login: &Login, right: Right) -> Result<(), StoreError> {
        let operator = self.require(login, right, None).await?;
        if operator.agencies.is_empty() {
            return Ok(());
        }
        Err(StoreError::OutOfScope { operator: login.clone(), agency: "*".into() })
    }
}

impl Store {
    /// Names of operators, removed ones included, by login.
    pub async fn operator_names(&self) -> Result<BTreeMap<Login, String>, StoreError> {
        let rows = self.rows(sql("operators", "SELECT login, name FROM operator")).await?;
        rows.iter().map(|row| Ok((Login::new(row.text("login")?), row.text("name")?))).collect()
    }

    /// Every operator ever enrolled, by login.
    pub async fn operators(&self) -> Result<Vec<Enrolled>, StoreError> {
        let query = sql(
            "operators",
            "SELECT o.login, o.name, o.role, o.agencies, o.enrolled_by, o.at, o.removed_at, c.subject
             FROM operator o LEFT JOIN credential c ON c.login = o.login ORDER BY o.login",
        );
        let enrolled = |row: &Row| {
            Ok(Enrolled {
                operator: read(row)?,
                by: row.text("enrolled_by")?,
                at: row.time("at")?,
                removed: row.maybe_time("removed_at")?,
                subject: row.maybe("subject")?,
            })
        };
        self.rows(query).await?.iter().map(enrolled).collect()
    }

    /// The enrolled operator `login`; a contact is none.
    pub async fn operator(&self, login: &Login) -> Result<Option<Operator>, StoreError> {
        let voice = self.voice(login).await?;
        Ok(voice.filter(|operator| operator.role != OperatorRole::Contact))
    }

    /// The enrolled operator or contact `login`.
    pub async fn voice(&self, login: &Login) -> Result<Option<Operator>, StoreError> {
        let query = sql(
            "operator",
            "SELECT login, name, role, agencies FROM operator WHERE login = $1 AND removed_at IS NULL",
        );
        let row = self.row(query.text(login.as_str())).await?;
        row.map(|row| read(&row)).transpose()
    }
}

/// The operator, where `agency` is in his or her scope.
fn in_scope(operator: Operator, agency: Option<&AgencyCode>) -> Result<Operator, StoreError> {
    match agency {
        Some(agency) if !operator.may_see(agency) => {
            Err(StoreError::OutOfScope { operator: operator.login, agency: agency.to_string() })
        }
        _ => Ok(operator),
    }
}

pub(super) fn read(row: &Row) -> Result<Operator, StoreError> {
    Ok(Operator {
        login: Login::new(row.text("login")?),
        name: row.text("name")?,
        role: row.word("role", OperatorRole::parse)?,
        agencies: row.json("agencies")?,
    })
}
