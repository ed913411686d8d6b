//! The audit trail: who did what to whom, chained by hashes within a lane, lanes sworn to by each other. Rows hold
//! pseudonyms; the detail is apart, so that a leaver's can be deleted while the chain stays valid.

use super::dialect::Bulk;
use super::statement::{Row, json, sql};
use super::{Fenced, Store, StoreError, WriteTx};
use crate::model::ids::{Fingerprint, hex};
use crate::model::{Time, rfc3339};
use ring::hmac;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The verb of a row that swears to another lane's head; its subject names lane, row and hash.
const ANCHOR: &str = "lane.anchor";

/// Rows read at a time while verifying.
const PAGE: i64 = 10_000;

/// A row that the transaction writes when it commits.
pub(super) struct Entry {
    actor: String,
    verb: &'static str,
    subject: String,
    detail: String,
}

/// One row of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Whose chain: a worker's, or the operators'.
    pub lane: String,
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who: a login, a worker, or the policy.
    pub actor: String,
    /// What was done.
    pub verb: String,
    /// To whom: a pseudonym.
    pub subject: String,
    /// HMAC of the detail under the subject's key, hex.
    pub detail_mac: String,
    /// The hash of the row before.
    pub prev: String,
    /// The hash of this row.
    pub hash: String,
    /// The detail, unless it was deleted.
    pub detail: Option<String>,
}

/// A row as one of a bulk parameter.
#[derive(Serialize)]
struct Line<'a> {
    lane: &'a str,
    seq: i64,
    at: String,
    actor: &'a str,
    verb: &'a str,
    subject: &'a str,
    detail_mac: &'a str,
    prev: &'a str,
    hash: &'a str,
    detail: Option<&'a str>,
}

/// The columns of [`Line`].
const LINE: &[Bulk] = &[
    Bulk::Text("lane"),
    Bulk::Int("seq"),
    Bulk::Text("at"),
    Bulk::Text("actor"),
    Bulk::Text("verb"),
    Bulk::Text("subject"),
    Bulk::Text("detail_mac"),
    Bulk::Text("prev"),
    Bulk::Text("hash"),
    Bulk::Text("detail"),
];

impl AuditRow {
    fn line(&self) -> Line<'_> {
        let Self { lane, seq, at, actor, verb, subject, detail_mac, prev, hash, detail } = self;
        let (at, detail) = (rfc3339(*at), detail.as_deref());
        Line { lane, seq: *seq, at, actor, verb, subject, detail_mac, prev, hash, detail }
    }

    fn expected_hash(&self) -> String {
        let Self { lane, seq, at, actor, verb, subject, detail_mac, prev, hash: _, detail: _ } = self;
        [lane, &seq.to_string(), &rfc3339(*at), actor, verb, subject, detail_mac, prev]
            .into_iter()
            .fold(Fingerprint::of("audit"), |print, part| print.part(part))
            .finish()
    }
}

/// Which rows of the trail somebody wants; what is empty leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this actor's.
    pub actor: String,
    /// Only verbs with this beginning.
    pub verb: String,
}

impl AuditFilter {
    /// Whether a row is wanted.
    pub fn has(&self, row: &AuditRow) -> bool {
        let Self { actor, verb } = self;
        (actor.is_empty() || *actor == row.actor) && row.verb.starts_with(verb)
    }
}

/// Where a lane's chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneHead {
    /// The lane.
    pub lane: String,
    /// Its last row.
    pub seq: i64,
    /// That row's hash: noted elsewhere, it proves later that nothing was cut.
    pub hash: String,
}

impl std::fmt::Display for LaneHead {
    /// On one line, as it is noted elsewhere: `LANE:ROW:HASH`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.lane, self.seq, self.hash)
    }
}

impl std::str::FromStr for LaneHead {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.trim().rsplitn(3, ':');
        let (hash, seq, lane) = (parts.next(), parts.next(), parts.next());
        let seq = seq.and_then(|seq| seq.parse().ok()).filter(|seq: &i64| *seq > 0);
        let hash = hash.filter(|hash| hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()));
        match (lane.filter(|lane| !lane.is_empty()), seq, hash) {
            (Some(lane), Some(seq), Some(hash)) => {
                Ok(Self { lane: lane.to_owned(), seq, hash: hash.to_ascii_lowercase() })
            }
            _ => {
                Err(format!("{text:?} is no end of a lane; expected LANE:ROW:HASH as the daily mail has it"))
            }
        }
    }
}

/// An audit trail that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// How many rows were checked.
    pub rows: u64,
    /// How many of them still have their detail.
    pub details: u64,
    /// Where each lane ends.
    pub heads: Vec<LaneHead>,
}

fn pseudonym(site_key: &hmac::Key, subject: &str) -> String {
    let print = Fingerprint::of("audit subject").part(subject).finish();
    hex(hmac::sign(site_key, print.as_bytes()).as_ref())[..32].to_owned()
}

/// The key of one subject, derived from the pseudonym so that the trail can be verified without knowing whom it is
/// about.
fn detail_mac(site_key: &hmac::Key, pseudonym: &str, detail: &str) -> String {
    let print = Fingerprint::of("audit detail").part(pseudonym).finish();
    let key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(site_key, print.as_bytes()).as_ref());
    hex(hmac::sign(&key, detail.as_bytes()).as_ref())
}

impl WriteTx {
    /// Notes what this transaction does; written when it commits, or not at all. `subject` is stored as a
    /// pseudonym; `detail` may be deleted later and must hold no secret.
    pub fn audit(&mut self, actor: &str, verb: &'static str, subject: &str, detail: &str) {
        let clean = |text: &str| text.replace('\0', "");
        let subject = pseudonym(&self.site_key, subject);
        self.trail.push(Entry { actor: clean(actor), verb, subject, detail: clean(detail) });
    }

    /// Links the transaction's rows to the chain of its lane. The head is moved first: two transactions in one lane
    /// meet at that row, before either writes a place that the other takes too.
    pub(super) async fn write_trail(&mut self) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut self.trail);
        if entries.is_empty() {
            return Ok(());
        }
        let (lane, now) = (self.lane.clone(), self.now);
        let insert = sql(
            "audit head",
            "INSERT INTO audit_head (lane, seq, hash, anchored) VALUES ($1, 0, '', 0)
             ON CONFLICT (lane) DO NOTHING",
        );
        self.execute(insert.text(&lane)).await?;
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let advance = sql("audit head", "UPDATE audit_head SET seq = seq + $1 WHERE lane = $2").int(count);
        self.execute(advance.text(&lane)).await?;
        let query = sql("audit head", "SELECT seq, hash FROM audit_head WHERE lane = $1").text(&lane);
        let head = self.row(query).await?.ok_or(StoreError::Busy { what: "audit head" })?;
        let (first, mut prev) = (head.int("seq")? - count + 1, head.text("hash")?);
        let mut rows = Vec::with_capacity(entries.len());
        for (seq, entry) in (first..).zip(entries) {
            let Entry { actor, verb, subject, detail } = entry;
            let mut row = AuditRow {
                lane: lane.clone(),
                seq,
                at: now,
                actor,
                verb: verb.to_owned(),
                detail_mac: detail_mac(&self.site_key, &subject, &detail),
                subject,
                prev: std::mem::take(&mut prev),
                hash: String::new(),
                detail: Some(detail),
            };
            row.hash = row.expected_hash();
            prev.clone_from(&row.hash);
            rows.push(row);
        }
        self.insert_audit(&json("audit", &rows.iter().map(AuditRow::line).collect::<Vec<_>>())?).await?;
        let update = sql("audit head", "UPDATE audit_head SET hash = $1 WHERE lane = $2").text(&prev);
        self.execute(update.text(&lane)).await.map(drop)
    }

    async fn insert_audit(&mut self, lines: &str) -> Result<(), StoreError> {
        let source = self.dialect.rows(LINE);
        let insert = format!(
            "INSERT INTO audit (lane, seq, at, actor, verb, subject, detail_mac, prev, hash)
             SELECT r.lane, r.seq, r.at, r.actor, r.verb, r.subject, r.detail_mac, r.prev, r.hash FROM {source} AS r"
        );
        self.execute(sql("audit", insert).text(lines)).await?;
        let insert = format!(
            "INSERT INTO audit_detail (lane, seq, detail) SELECT r.lane, r.seq, r.detail FROM {source} AS r"
        );
        self.execute(sql("audit detail", insert).text(lines)).await.map(drop)
    }
}

impl Fenced {
    /// Swears in this worker's lane to the heads of the other lanes, those that moved: cutting the end off a lane
    /// then breaks another one.
    pub(super) async fn anchor_lanes(&mut self) -> Result<(), StoreError> {
        let lane = self.lane.clone();
        let query = sql(
            "anchor",
            "SELECT lane, seq, hash FROM audit_head WHERE lane <> $1 AND seq > anchored ORDER BY lane",
        );
        for row in self.rows(query.text(&lane)).await? {
            let (other, seq) = (row.text("lane")?, row.int("seq")?);
            // The subject stands as it is, not as a pseudonym: it names no person.
            let subject = format!("{seq} {} {other}", row.text("hash")?);
            self.trail.push(Entry { actor: lane.clone(), verb: ANCHOR, subject, detail: String::new() });
            let update = sql("anchor", "UPDATE audit_head SET anchored = $1 WHERE lane = $2").int(seq);
            self.execute(update.text(&other)).await?;
        }
        Ok(())
    }
}

impl Store {
    /// The trail, newest first: rows of an actor, a verb (or verbs with this beginning), before a moment.
    pub async fn audit_page(
        &self,
        actor: &str,
        verb: &str,
        before: Option<Time>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let query = format!(
            "SELECT a.lane, a.seq, a.at, a.actor, a.verb, a.subject, a.detail_mac, a.prev, a.hash, d.detail
             FROM audit a LEFT JOIN audit_detail d ON d.lane = a.lane AND d.seq = a.seq
             WHERE ($1 = '' OR a.actor = $1) AND ($2 = '' OR SUBSTR(a.verb, 1, LENGTH($2)) = $2) AND a.at < $3
             ORDER BY a.at DESC, a.lane, a.seq DESC LIMIT {limit}"
        );
        let before = before.map_or_else(|| "9".to_owned(), rfc3339);
        self.rows(sql("audit", query).text(actor).text(verb).text(&before))
            .await?
            .iter()
            .map(read_audit)
            .collect()
    }

    /// The trail from after (lane, seq), at most `limit` rows; `("", 0)` begins.
    pub async fn audit_export(&self, lane: &str, seq: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let query = sql(
            "audit",
            "SELECT a.lane, a.seq, a.at, a.actor, a.verb, a.subject, a.detail_mac, a.prev, a.hash, d.detail
             FROM audit a LEFT JOIN audit_detail d ON d.lane = a.lane AND d.seq = a.seq
             WHERE (a.lane, a.seq) > ($1, $2) ORDER BY a.lane, a.seq LIMIT $3",
        );
        self.rows(query.text(lane).int(seq).int(limit)).await?.iter().map(read_audit).collect()
    }

    /// The parts of the trail that speak of `subjects`: of each lane the unbroken chain from the first row about one of
    /// them to the last, so that its links can be checked; details stay with the rows about them alone.
    pub async fn audit_about(&self, subjects: &BTreeSet<String>) -> Result<Vec<AuditRow>, StoreError> {
        let about: BTreeSet<String> =
            subjects.iter().map(|subject| pseudonym(&self.site_key, subject)).collect();
        let source = self.dialect.ids();
        let query = format!(
            "SELECT lane, MIN(seq) AS first, MAX(seq) AS last FROM audit
             WHERE subject IN (SELECT s.id FROM {source} s) GROUP BY lane ORDER BY lane"
        );
        let subjects = json("subjects", &about)?;
        let mut found = Vec::new();
        for lane in self.rows(sql("audit", query).text(&subjects)).await? {
            let (name, mut before, last) = (lane.text("lane")?, lane.int("first")? - 1, lane.int("last")?);
            while before < last {
                let page = self.audit_export(&name, before, PAGE.min(last - before)).await?;
                let Some(end) = page.last() else { break };
                before = end.seq;
                found.extend(page);
            }
        }
        for row in found.iter_mut().filter(|row| !about.contains(&row.subject)) {
            row.detail = None;
        }
        Ok(found)
    }

    /// Checks every row, link, detail and oath of the trail.
    pub async fn audit_verify(&self) -> Result<AuditReport, StoreError> {
        self.audit_verify_noted(&[]).await
    }

    /// The same, and that the rows where lanes once ended, as somebody noted, are still those.
    pub async fn audit_verify_noted(&self, noted: &[LaneHead]) -> Result<AuditReport, StoreError> {
        let mut check = Check::default();
        let (mut lane, mut seq) = (String::new(), 0);
        loop {
            let page = self.audit_export(&lane, seq, PAGE).await?;
            let Some(last) = page.last() else { break };
            (lane, seq) = (last.lane.clone(), last.seq);
            for row in &page {
                check.row(row, &self.site_key)?;
            }
        }
        check.finish(self.audit_heads().await?, noted)
    }

    /// Where each lane ends: noted outside of the database, it proves later that nothing was cut.
    pub async fn audit_heads(&self) -> Result<Vec<LaneHead>, StoreError> {
        let query = sql("audit heads", "SELECT lane, seq, hash FROM audit_head ORDER BY lane");
        let head = |row: &Row| {
            Ok(LaneHead { lane: row.text("lane")?, seq: row.int("seq")?, hash: row.text("hash")? })
        };
        self.rows(query).await?.iter().map(head).collect()
    }
}

/// What verifying remembers while it goes through the rows in order.
#[derive(Default)]
struct Check {
    rows: u64,
    details: u64,
    heads: BTreeMap<String, (i64, String)>,
    // Hashes that another lane swore to, and those seen, by lane and place.
    sworn: Vec<(AuditRow, String)>,
    seen: BTreeMap<(String, i64), String>,
}

impl Check {
    fn row(&mut self, row: &AuditRow, site_key: &hmac::Key) -> Result<(), StoreError> {
        let broken = |why| StoreError::AuditBroken { lane: row.lane.clone(), seq: row.seq, why };
        let (before, prev) = self.heads.remove(&row.lane).unwrap_or_default();
        if row.seq != before + 1 {
            return Err(broken("rows before it are missing"));
        }
        if row.prev != prev {
            return Err(broken("it does not follow the row before it"));
        }
        if row.hash != row.expected_hash() {
            return Err(broken("it was changed"));
        }
        if let Some(detail) = &row.detail {
            self.details += 1;
            if row.detail_mac != detail_mac(site_key, &row.subject, detail) {
                return Err(broken("its detail was changed, or the site key is another one"));
            }
        }
        if row.verb == ANCHOR {
            self.sworn.push((row.clone(), row.subject.clone()));
        }
        self.rows += 1;
        self.heads.insert(row.lane.clone(), (row.seq, row.hash.clone()));
        self.seen.insert((row.lane.clone(), row.seq), row.hash.clone());
        Ok(())
    }

    fn finish(self, heads: Vec<LaneHead>, noted: &[LaneHead]) -> Result<AuditReport, StoreError> {
        let broken = |lane: &str, seq, why| StoreError::AuditBroken { lane: lane.to_owned(), seq, why };
        for head in &heads {
            let (seq, hash) = self.heads.get(&head.lane).cloned().unwrap_or_default();
            if (seq, &hash) != (head.seq, &head.hash) {
                return Err(broken(&head.lane, seq + 1, "rows at the end are missing"));
            }
        }
        if let Some((lane, (seq, _))) =
            self.heads.iter().find(|(lane, _)| !heads.iter().any(|head| head.lane == **lane))
        {
            return Err(broken(lane, *seq, "its lane has no head"));
        }
        for (_, oath) in &self.sworn {
            let mut parts = oath.splitn(3, ' ');
            let seq = parts.next().and_then(|seq| seq.parse().ok()).unwrap_or_default();
            let (hash, lane) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            if self.seen.get(&(lane.to_owned(), seq)).is_none_or(|seen| seen != hash) {
                return Err(broken(lane, seq, "it is not the row that another lane swore to"));
            }
        }
        for LaneHead { lane, seq, hash } in noted {
            match self.seen.get(&(lane.clone(), *seq)) {
                Some(seen) if seen == hash => {}
                Some(_) => return Err(broken(lane, *seq, "it is not the row that was noted")),
                None => {
                    return Err(broken(lane, *seq, "the row that was noted is missing: the trail was cut"));
                }
            }
        }
        Ok(AuditReport { rows: self.rows, details: self.details, heads })
    }
}

pub(super) fn read_audit(row: &Row) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        lane: row.text("lane")?,
        seq: row.int("seq")?,
        at: row.time("at")?,
        actor: row.text("actor")?,
        verb: row.text("verb")?,
        subject: row.text("subject")?,
        detail_mac: row.text("detail_mac")?,
        prev: row.text("prev")?,
        hash: row.text("hash")?,
        detail: row.maybe("detail")?,
    })
}
