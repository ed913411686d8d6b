//! Campaigns: asked for by one operator, begun by the second, stopped by any.

use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::ids::Login;
use crate::model::operator::Right;
use crate::model::rotation::{Campaign, CampaignPlan, CampaignState};
use std::collections::BTreeMap;

/// What became of asking for a campaign or agreeing to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Two operators agreed: it runs.
    Started,
    /// A second operator must agree.
    NeedsSecond,
    /// This operator agreed before: a second time is not a second person.
    AlreadyByYou,
    /// Another campaign of this name stands, or this one runs or was stopped.
    Taken,
}

impl WriteTx {
    /// Asks for a campaign, or agrees to the one that was asked for in the same words; the second operator starts it.
    pub async fn start_campaign(&mut self, plan: &CampaignPlan, by: &Login) -> Result<Start, StoreError> {
        self.require_province(by, Right::Approve).await?;
        let body = json("a campaign", plan)?;
        let now = self.now;
        let insert = sql(
            "campaign",
            "INSERT INTO campaign (name, body, state, since) VALUES ($1, $2, 'asked', $3)
             ON CONFLICT (name) DO NOTHING",
        );
        self.execute(insert.text(&plan.name).text(&body).time(now)).await?;
        let approve = sql(
            "campaign",
            "INSERT INTO campaign_approval (campaign, operator, at)
             SELECT c.name, $2, $3 FROM campaign c WHERE c.name = $1 AND c.state = 'asked' AND c.body = $4
             ON CONFLICT (campaign, operator) DO NOTHING",
        );
        let approve = approve.text(&plan.name).text(by.as_str()).time(now).text(&body);
        if self.execute(approve).await? == 0 {
            let same = sql(
                "campaign",
                "SELECT a.operator FROM campaign_approval a JOIN campaign c ON c.name = a.campaign
                 WHERE c.name = $1 AND c.state = 'asked' AND c.body = $2 AND a.operator = $3",
            );
            let mine = self.row(same.text(&plan.name).text(&body).text(by.as_str())).await?.is_some();
            return Ok(if mine { Start::AlreadyByYou } else { Start::Taken });
        }
        self.audit(by.as_str(), "campaign.start", &plan.name, &body);
        let begin = sql(
            "campaign",
            "UPDATE campaign SET state = 'running', since = $2 WHERE name = $1 AND state = 'asked'
             AND 2 <= (SELECT COUNT(*) FROM campaign_approval a WHERE a.campaign = $1)",
        );
        let started = self.execute(begin.text(&plan.name).time(now)).await? == 1;
        Ok(if started { Start::Started } else { Start::NeedsSecond })
    }

    /// Stops a campaign; `false` where none of that name is asked for or runs.
    pub async fn stop_campaign(&mut self, name: &str, by: &Login, reason: &str) -> Result<bool, StoreError> {
        self.require_province(by, Right::Approve).await?;
        let now = self.now;
        let stop = sql(
            "campaign",
            "UPDATE campaign SET state = 'stopped', since = $2 WHERE name = $1 AND state <> 'stopped'",
        );
        let stopped = self.execute(stop.text(name).time(now)).await? == 1;
        if stopped {
            self.audit(by.as_str(), "campaign.stop", name, reason);
        }
        Ok(stopped)
    }
}

impl Store {
    /// Every campaign, by name.
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, StoreError> {
        let mut by: BTreeMap<String, Vec<Login>> = BTreeMap::new();
        let approvals =
            sql("campaign", "SELECT campaign, operator FROM campaign_approval ORDER BY at, operator");
        for row in self.rows(approvals).await? {
            by.entry(row.text("campaign")?).or_default().push(Login::new(row.text("operator")?));
        }
        let query = sql("campaign", "SELECT name, body, state, since FROM campaign ORDER BY name");
        let rows = self.rows(query).await?;
        let read = |row: &super::statement::Row| {
            Ok(Campaign {
                plan: row.json("body")?,
                state: row.word("state", CampaignState::parse)?,
                started_by: by.get(&row.text("name")?).cloned().unwrap_or_default(),
                since: row.time("since")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
