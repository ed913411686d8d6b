//! Delegations: who stands in for an absent operator, between two instants. A deputy decides on what only the absent
//! one may, and passes nothing on.

use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx, ids, operator};
use crate::model::Time;
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::{Operator, Right};

/// One operator standing in for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its id.
    pub id: String,
    /// Who is away.
    pub operator: Login,
    /// Who stands in.
    pub deputy: Login,
    /// From when on.
    pub since: Time,
    /// Until when; it holds no longer at that instant.
    pub until: Time,
}

impl WriteTx {
    /// Names a deputy. The absent operator does so, or one for the whole province. Gives the delegation's id.
    pub async fn delegate(&mut self, delegation: &Delegation, by: &Login) -> Result<String, StoreError> {
        let Delegation { id: _, operator, deputy, since, until } = delegation;
        self.require(operator, Right::Approve, None).await?;
        self.require(deputy, Right::Approve, None).await?;
        self.require_self_or_province(by, operator).await?;
        let id = ids::fresh(self.now)?;
        let insert = sql(
            "delegation",
            "INSERT INTO delegation (id, operator, deputy, since, until, named_by, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let insert = insert.text(&id).text(operator.as_str()).text(deputy.as_str()).time(*since).time(*until);
        let now = self.now;
        self.execute(insert.text(by.as_str()).time(now)).await?;
        let detail = format!("{deputy} {} {}", crate::model::rfc3339(*since), crate::model::rfc3339(*until));
        self.audit(by.as_str(), "operator.delegate", operator.as_str(), &detail);
        Ok(id)
    }

    /// Calls a delegation off; `false` where it had ended. What was approved under it stands.
    pub async fn recall(&mut self, id: &str, by: &Login) -> Result<bool, StoreError> {
        let query = sql("delegation", "SELECT operator FROM delegation WHERE id = $1").text(id);
        let missing = || StoreError::Missing { what: "delegation", id: id.to_owned() };
        let operator = Login::new(self.row(query).await?.ok_or_else(missing)?.text("operator")?);
        self.require_self_or_province(by, &operator).await?;
        let update = sql(
            "delegation",
            "UPDATE delegation SET ended = $1 WHERE id = $2 AND ended IS NULL AND until > $1",
        );
        let now = self.now;
        let ended = self.execute(update.time(now).text(id)).await? == 1;
        if ended {
            self.audit(by.as_str(), "operator.recall", operator.as_str(), id);
        }
        Ok(ended)
    }

    async fn require_self_or_province(&mut self, by: &Login, operator: &Login) -> Result<(), StoreError> {
        if by == operator {
            return self.require(by, Right::Approve, None).await.map(|_| ());
        }
        self.require_province(by, Right::Administer).await
    }

    /// For whom `operator` decides about `agency`: for nobody else where it is in his or her own scope, else for an
    /// absent operator in whose scope it is.
    pub(super) async fn instead_of(
        &mut self,
        operator: &Operator,
        agency: &AgencyCode,
    ) -> Result<Option<Login>, StoreError> {
        if operator.may_see(agency) {
            return Ok(None);
        }
        let now = self.now;
        let query = sql("delegation", MANDATES).text(operator.login.as_str()).time(now);
        for row in self.rows(query).await? {
            let absent = operator::read(&row)?;
            if absent.may_see(agency) {
                return Ok(Some(absent.login));
            }
        }
        Err(StoreError::OutOfScope { operator: operator.login.clone(), agency: agency.to_string() })
    }
}

/// The absent operators for whom $1 stands in at $2.
const MANDATES: &str = "SELECT o.login, o.name, o.role, o.agencies FROM delegation d
     JOIN operator o ON o.login = d.operator AND o.removed_at IS NULL AND o.role <> 'contact'
     WHERE d.deputy = $1 AND d.ended IS NULL AND d.since <= $2 AND d.until > $2 ORDER BY d.id";

impl Store {
    /// Delegations that hold at `now` or later, by their beginning.
    pub async fn delegations(&self, now: Time) -> Result<Vec<Delegation>, StoreError> {
        let query = sql(
            "delegations",
            "SELECT id, operator, deputy, since, until FROM delegation WHERE ended IS NULL AND until > $1
             ORDER BY since, id",
        );
        let read = |row: &Row| {
            Ok(Delegation {
                id: row.text("id")?,
                operator: Login::new(row.text("operator")?),
                deputy: Login::new(row.text("deputy")?),
                since: row.time("since")?,
                until: row.time("until")?,
            })
        };
        self.rows(query.time(now)).await?.iter().map(read).collect()
    }

    /// The absent operators for whom `deputy` stands in at `now`.
    pub async fn stands_in_for(&self, deputy: &Login, now: Time) -> Result<Vec<Operator>, StoreError> {
        let query = sql("delegations", MANDATES).text(deputy.as_str()).time(now);
        self.rows(query).await?.iter().map(operator::read).collect()
    }
}
