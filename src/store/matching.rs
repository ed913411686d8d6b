//! Confirmed matches: an operator's word that the accounts which an agency's rows were matched with by name and phone are
//! their people's. Until then nothing that takes away and rests on one of them is approved.

use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx, change};
use crate::model::change::State;
use crate::model::evidence::Evidence;
use crate::model::ids::{AccountId, AgencyCode, ChangeId, Fingerprint, Login, PersonId, TargetId};
use crate::model::operator::Right;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What became of confirming an agency's matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchesConfirmed {
    /// They count.
    Confirmed {
        /// How many matches.
        matches: u64,
        /// How many changes no longer wait for one.
        changes: u64,
    },
    /// The operator answers for the agency's rosters.
    PutInByYou,
    /// Some account is no longer this person's: nothing was confirmed.
    Moved,
}

#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    person: &'a str,
}

impl WriteTx {
    /// Confirms all open `matches` of `agency`, person and mail account each. `forbidden` are the logins that answer for
    /// the agency's rosters. What waited for them is proposed at once, or approved where it has approvals enough.
    pub async fn confirm_matches(
        &mut self,
        agency: &AgencyCode,
        matches: &[(PersonId, AccountId)],
        by: &Login,
        forbidden: &BTreeSet<Login>,
    ) -> Result<MatchesConfirmed, StoreError> {
        self.require(by, Right::Approve, Some(agency)).await?;
        if forbidden.contains(by) {
            return Ok(MatchesConfirmed::PutInByYou);
        }
        let lines: Vec<_> = matches
            .iter()
            .map(|(person, account)| Line { account: account.as_str(), person: person.as_str() })
            .collect();
        let lines = json("matches", &lines)?;
        let source = self.dialect.rows(&[Bulk::Text("account"), Bulk::Text("person")]);
        let standing = format!(
            "SELECT COUNT(*) AS n FROM account_link l WHERE l.target = $2 AND EXISTS (
                 SELECT 1 FROM {source} s WHERE s.account = l.account AND s.person = l.person)"
        );
        let mail = TargetId::mail();
        let standing = sql("matches", standing).text(&lines).text(mail.as_str());
        let found = self.row(standing).await?.map_or(Ok(0), |row| row.count("n"))?;
        if found != matches.len() as u64 {
            return Ok(MatchesConfirmed::Moved);
        }
        let insert = format!(
            "INSERT INTO match_confirmation (target, account, person, agency, operator, at)
             SELECT $2, s.account, s.person, $3, $4, $5 FROM {source} s WHERE true
             ON CONFLICT (target, account, person) DO NOTHING"
        );
        let now = self.now;
        let insert = sql("confirm matches", insert).text(&lines).text(mail.as_str()).text(agency.as_str());
        let confirmed = self.execute(insert.text(by.as_str()).time(now)).await?;
        let ended =
            format!("UPDATE person SET open_match = NULL WHERE id IN (SELECT s.person FROM {source} s)");
        self.execute(sql("open matches", ended).text(&lines)).await?;
        // One hash names the batch in every row, so that what was confirmed together can be told.
        let batch = matches.iter().fold(Fingerprint::of("matches"), |print, (person, account)| {
            print.part(person.as_str()).part(account.as_str())
        });
        let detail = format!("{agency} batch of {} {}", matches.len(), batch.finish());
        for (person, account) in matches {
            self.audit(by.as_str(), "match.confirm", person.as_str(), &format!("{account} {detail}"));
        }
        let people = matches.iter().map(|(person, _)| person.as_str()).collect();
        let changes = self.end_waiting(agency, &people).await?;
        Ok(MatchesConfirmed::Confirmed { matches: confirmed, changes })
    }

    /// Lets go what waited for the matches of `people` or for those of the agency as a whole.
    async fn end_waiting(&mut self, agency: &AgencyCode, people: &BTreeSet<&str>) -> Result<u64, StoreError> {
        let live = change::words(State::is_live);
        let query = format!(
            "SELECT c.id, c.state, c.brake, t.person, t.evidence
             FROM change_content t JOIN change c ON c.id = t.id WHERE t.waits = 1 AND c.state IN ({live})"
        );
        let (mut ended, mut held) = (0, Vec::new());
        for row in self.rows(sql("waiting changes", query)).await? {
            let id = ChangeId::new(row.text("id")?);
            let person = row.maybe("person")?;
            let is_meant = person.as_deref().is_none_or(|person| people.contains(person));
            let mut evidence: Vec<Evidence> = row.json("evidence")?;
            evidence.retain(|one| !matches!(one, Evidence::Unsettled { agency: of } if of == agency));
            for one in &mut evidence {
                if let Evidence::Match { account: Some(matched), .. } = one
                    && matched.agency == *agency
                {
                    matched.confirmed |= is_meant;
                }
            }
            if !is_meant || evidence.iter().any(|one| one.unsettled().is_some()) {
                continue;
            }
            let update =
                sql("waiting change", "UPDATE change_content SET waits = 0, evidence = $1 WHERE id = $2");
            self.execute(update.text(&json("evidence", &evidence)?).text(id.as_str())).await?;
            ended += 1;
            // What a brake holds beside stays held.
            if row.text("state")? == State::Held.as_str() && row.maybe("brake")?.is_none() {
                held.push(id);
            }
        }
        self.transition_all(&held.iter().collect::<Vec<_>>(), &[State::Held], State::Proposed, None).await?;
        self.settle_proposed(&held).await?;
        for id in &held {
            self.mark_decided(id).await?;
        }
        Ok(ended)
    }

    /// Whether a change rests on a match that nobody has confirmed and takes away.
    pub(super) async fn waits_for_matches(&mut self, id: &ChangeId) -> Result<bool, StoreError> {
        let query = sql("waiting change", "SELECT id FROM change_content WHERE id = $1 AND waits = 1");
        self.row(query.text(id.as_str())).await.map(|row| row.is_some())
    }
}

impl Store {
    /// The mail accounts that an operator has confirmed to be a person's, by person.
    pub(super) async fn confirmed_matches(&self) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        let query =
            sql("confirmed matches", "SELECT person, account FROM match_confirmation WHERE target = $1");
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.rows(query.text(TargetId::mail().as_str())).await? {
            found.entry(row.text("person")?).or_default().insert(row.text("account")?);
        }
        Ok(found)
    }
}
