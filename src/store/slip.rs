//! Slips: first passwords, sealed from their intent until they are printed, once; then the paper's way until it is
//! signed for.

use super::statement::{Row, sql};
use super::{Fenced, Store, StoreError, WriteTx, legal_hold};
use crate::model::Time;
use crate::model::ids::{AgencyCode, ChangeId, Login};
use crate::model::operator::Right;

/// How a slip ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipEnding {
    /// Handed over and signed.
    Confirmed,
    /// Nobody collected it in time.
    Expired,
    /// A newer password was set on the same account.
    Replaced,
}

impl SlipEnding {
    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Expired, Self::Replaced].into_iter().find(|one| one.as_str() == word)
    }
}

/// A slip and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The change that set the password.
    pub change: ChangeId,
    /// When it was set.
    pub made: Time,
    /// Who printed it, and when.
    pub printed: Option<(Login, Time)>,
    /// How it ended, and when.
    pub ended: Option<(SlipEnding, Time)>,
}

/// What became of printing or confirming a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipStep {
    /// Done.
    Done,
    /// It was printed before: there is no second paper.
    PrintedBefore {
        /// Who printed it.
        by: Login,
        /// When.
        at: Time,
    },
    /// It was not printed yet: nobody can have signed it.
    NotPrinted,
    /// It has ended.
    Ended(SlipEnding, Time),
    /// The change set no password, or was not carried out.
    NoSlip,
}

impl WriteTx {
    /// Notes that the slip of change `id` is printed, and forgets the sealed password in the same transaction: what
    /// the caller has unsealed by then is the only paper there will be.
    pub async fn print_slip(&mut self, id: &ChangeId, by: &Login) -> Result<SlipStep, StoreError> {
        self.require_slip_operator(id, by).await?;
        match self.slip_row(id).await? {
            Some(Slip { ended: Some((ending, at)), .. }) => return Ok(SlipStep::Ended(ending, at)),
            Some(Slip { printed: Some((by, at)), .. }) => return Ok(SlipStep::PrintedBefore { by, at }),
            Some(_) | None => {}
        }
        let insert = sql(
            "slip",
            "INSERT INTO slip (change_id, made, printed, printed_by)
             SELECT i.change_id, i.resolved, $1, $2 FROM intent i
             WHERE i.change_id = $3 AND i.outcome = 'applied' AND i.sealed IS NOT NULL
             ON CONFLICT (change_id) DO NOTHING",
        );
        let now = self.now;
        if self.execute(insert.time(now).text(by.as_str()).text(id.as_str())).await? == 0 {
            return Ok(SlipStep::NoSlip);
        }
        self.wipe(id).await?;
        self.audit(by.as_str(), "slip.print", id.as_str(), "");
        Ok(SlipStep::Done)
    }

    /// Notes that the printed slip of change `id` was handed over and signed.
    pub async fn confirm_slip(&mut self, id: &ChangeId, by: &Login) -> Result<SlipStep, StoreError> {
        self.require_slip_operator(id, by).await?;
        let Some(slip) = self.slip_row(id).await? else {
            let query =
                sql("slip", "SELECT id FROM intent WHERE change_id = $1 AND sealed IS NOT NULL LIMIT 1");
            let waits = self.row(query.text(id.as_str())).await?.is_some();
            return Ok(if waits { SlipStep::NotPrinted } else { SlipStep::NoSlip });
        };
        if let Some((ending, at)) = slip.ended {
            return Ok(SlipStep::Ended(ending, at));
        }
        let update = sql(
            "slip",
            "UPDATE slip SET ended = $1, ending = 'confirmed', ended_by = $2
             WHERE change_id = $3 AND ended IS NULL AND printed IS NOT NULL",
        );
        let now = self.now;
        if self.execute(update.time(now).text(by.as_str()).text(id.as_str())).await? == 0 {
            return Ok(SlipStep::NotPrinted);
        }
        self.audit(by.as_str(), "slip.confirm", id.as_str(), "");
        Ok(SlipStep::Done)
    }

    async fn require_slip_operator(&mut self, id: &ChangeId, by: &Login) -> Result<(), StoreError> {
        self.require(by, Right::HandOver, None).await?;
        let query = sql("slip", "SELECT agency FROM change_content WHERE id = $1").text(id.as_str());
        let Some(row) = self.row(query).await? else {
            return Err(StoreError::Missing { what: "change", id: id.to_string() });
        };
        self.require(by, Right::HandOver, Some(&row.word("agency", AgencyCode::stored)?)).await.map(|_| ())
    }

    async fn slip_row(&mut self, id: &ChangeId) -> Result<Option<Slip>, StoreError> {
        let query = sql(
            "slip",
            "SELECT change_id, made, printed, printed_by, ended, ending FROM slip WHERE change_id = $1",
        );
        self.row(query.text(id.as_str())).await?.as_ref().map(read).transpose()
    }

    async fn wipe(&mut self, id: &ChangeId) -> Result<(), StoreError> {
        let update =
            sql("slip", "UPDATE intent SET sealed = NULL WHERE change_id = $1 AND resolved IS NOT NULL");
        self.execute(update.text(id.as_str())).await.map(|_| ())
    }
}

impl Fenced {
    /// Ends a slip that ran out or was replaced; a password that was never printed is wiped. `false` where it has
    /// ended before, or where a legal hold lets nothing run out.
    pub async fn end_slip(&mut self, slip: &Slip, ending: SlipEnding) -> Result<bool, StoreError> {
        if ending == SlipEnding::Expired && self.is_slip_on_hold(&slip.change).await? {
            return Ok(false);
        }
        let insert = sql(
            "slip",
            "INSERT INTO slip (change_id, made, ended, ending) VALUES ($1, $2, $3, $4)
             ON CONFLICT (change_id) DO UPDATE SET ended = excluded.ended, ending = excluded.ending
             WHERE slip.ended IS NULL",
        );
        let now = self.now;
        let insert = insert.text(slip.change.as_str()).time(slip.made).time(now).text(ending.as_str());
        if self.execute(insert).await? == 0 {
            return Ok(false);
        }
        self.wipe(&slip.change).await?;
        let verb = match ending {
            SlipEnding::Confirmed => "slip.confirm",
            SlipEnding::Expired => "slip.expire",
            SlipEnding::Replaced => "slip.replace",
        };
        let worker = self.token().holder.clone();
        self.audit(&worker, verb, slip.change.as_str(), "");
        Ok(true)
    }

    async fn is_slip_on_hold(&mut self, id: &ChangeId) -> Result<bool, StoreError> {
        let query = format!(
            "SELECT c.id FROM change c JOIN change_content t ON t.id = c.id WHERE c.id = $1 AND {}",
            legal_hold::on("t.person", "c.target", "c.subject")
        );
        self.row(sql("slip", query).text(id.as_str())).await.map(|row| row.is_some())
    }
}

impl Store {
    /// Slips that have not ended, oldest first: to be printed, or printed and to be signed for.
    pub async fn open_slips(&self) -> Result<Vec<Slip>, StoreError> {
        let query = sql(
            "slips",
            "SELECT i.change_id, i.resolved AS made, NULL AS printed, NULL AS printed_by, NULL AS ended,
                 NULL AS ending
             FROM intent i WHERE i.sealed IS NOT NULL AND i.outcome = 'applied'
             UNION ALL
             SELECT change_id, made, printed, printed_by, ended, ending FROM slip WHERE ended IS NULL
             ORDER BY 2, 1",
        );
        self.rows(query).await?.iter().map(read).collect()
    }

    /// The slip of change `id`, ended or not.
    pub async fn slip(&self, id: &ChangeId) -> Result<Option<Slip>, StoreError> {
        let query = sql(
            "slip",
            "SELECT i.change_id, i.resolved AS made, NULL AS printed, NULL AS printed_by, NULL AS ended,
                 NULL AS ending
             FROM intent i WHERE i.change_id = $1 AND i.sealed IS NOT NULL AND i.outcome = 'applied'
             UNION ALL
             SELECT change_id, made, printed, printed_by, ended, ending FROM slip WHERE change_id = $1",
        );
        self.row(query.text(id.as_str())).await?.as_ref().map(read).transpose()
    }

    /// The sealed first password that change `id` set, until its slip is printed.
    pub async fn sealed_password(&self, id: &ChangeId) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sql(
            "slip",
            "SELECT sealed FROM intent WHERE change_id = $1 AND outcome = 'applied' AND sealed IS NOT NULL
             ORDER BY id DESC LIMIT 1",
        );
        let Some(row) = self.row(query.text(id.as_str())).await? else { return Ok(None) };
        super::intent::unhex(&row.text("sealed")?).map(Some)
    }
}

fn read(row: &Row) -> Result<Slip, StoreError> {
    let printed = match (row.maybe("printed_by")?, row.maybe_time("printed")?) {
        (Some(by), Some(at)) => Some((Login::new(by), at)),
        _ => None,
    };
    let ended = match (row.maybe("ending")?, row.maybe_time("ended")?) {
        (Some(word), Some(at)) => {
            let ending = SlipEnding::parse(&word).ok_or_else(|| StoreError::decode("ending", word))?;
            Some((ending, at))
        }
        _ => None,
    };
    Ok(Slip { change: ChangeId::new(row.text("change_id")?), made: row.time("made")?, printed, ended })
}
