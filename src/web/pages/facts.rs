//! Facts: what somebody is shown beside a change to be sure of it: the evidence with its rows, who approved, what came before,
//! what the holder could do, what moved.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::moved;
use super::row::{Field, record_masked};
use crate::apply::handover::address_of;
use crate::model::access::Span;
use crate::model::evidence::Evidence;
use crate::model::ids::Login;
use crate::model::operator::Operator;
use crate::model::{Lang, rfc3339};
use crate::store::Standing;
use crate::words;
use serde::Serialize;
use std::collections::BTreeMap;

/// So much of the history is shown.
const HISTORY: usize = 30;

/// What is known about a change.
pub(in super::super) struct Facts {
    pub evidence: Vec<Shown>,
    /// Who approved it, in order.
    pub approvals: Vec<Approved>,
    /// What else was proposed for the person and the account, the latest first.
    pub history: Vec<Standing>,
    /// What the holder could do and when, as reads showed it: the account in the mail directory, and every system; the
    /// latest first.
    pub spans: Vec<Span>,
    /// Whether the operator put in what it is made from, and so never approves it.
    pub put_in_by_me: bool,
    /// How the account stands now to what the change relied on, where its state says that something moved.
    pub moved: Option<moved::Now>,
}

/// A piece of evidence as it is shown.
#[derive(Serialize)]
pub(in super::super) struct Shown {
    #[serde(flatten)]
    evidence: Evidence,
    /// The row as it was understood, personal data masked.
    fields: Option<Vec<Field>>,
    /// Whether a document (PDF) came with the roster.
    has_pdf: bool,
    /// By which rules person and account were brought together.
    found_by: Option<String>,
    /// The name of the operator whose word it is.
    name: Option<String>,
}

/// An approval.
#[derive(Serialize)]
pub(in super::super) struct Approved {
    /// The login, or `policy:` and a policy's name.
    pub by: String,
    /// The operator's name.
    pub name: Option<String>,
    pub at: String,
}

impl Facts {
    /// The facts about a change, as far as the operator may know of them.
    pub async fn of(desk: &Desk, operator: &Operator, of: &Standing, lang: Lang) -> Result<Self, PageError> {
        let names = desk.store.operator_names().await?;
        let mut evidence = Vec::new();
        for one in &of.stored.change.evidence {
            evidence.push(Shown::of(desk, one, &names, lang).await?);
        }
        let approvals = desk.store.approvals(&of.stored.id).await?.into_iter();
        let approved = |(by, at): (String, crate::model::Time)| Approved {
            name: names.get(&Login::new(by.clone())).cloned(),
            by,
            at: rfc3339(at),
        };
        Ok(Self {
            evidence,
            approvals: approvals.map(approved).collect(),
            history: history(desk, operator, of).await?,
            spans: spans(desk, operator, of).await?,
            put_in_by_me: desk
                .store
                .put_in(&of.stored.change)
                .await?
                .is_by(&operator.login, &desk.site.contacts()),
            moved: moved::now(desk, &of.stored).await,
        })
    }
}

async fn history(desk: &Desk, operator: &Operator, of: &Standing) -> Result<Vec<Standing>, PageError> {
    let change = &of.stored.change;
    let subject = (&change.target, &change.subject);
    let mut found = desk.store.history(change.person.as_ref(), &change.agency, subject, HISTORY).await?;
    found.retain(|one| one.stored.id != of.stored.id && operator.may_see(&one.stored.change.agency));
    Ok(found)
}

async fn spans(desk: &Desk, operator: &Operator, of: &Standing) -> Result<Vec<Span>, PageError> {
    let change = &of.stored.change;
    let mut found = desk.store.spans_of(&change.target, change.subject.as_str()).await?;
    let address = address_of(&change.label).to_lowercase();
    for system in &desk.site.config.systems {
        if *system.name() != change.target || address != change.subject.as_str() {
            found.extend(desk.store.spans_of(system.name(), &address).await?);
        }
    }
    found.retain(|one| operator.may_see(&one.right.agency));
    found.sort_by_key(|one| std::cmp::Reverse(one.since));
    found.truncate(HISTORY);
    Ok(found)
}

impl Shown {
    async fn of(
        desk: &Desk,
        evidence: &Evidence,
        names: &BTreeMap<Login, String>,
        lang: Lang,
    ) -> Result<Self, PageError> {
        let mut shown = Self {
            evidence: evidence.clone(),
            fields: None,
            has_pdf: false,
            found_by: match evidence {
                Evidence::Match { row, account } => Some(words::found_by(*row, account.as_ref(), lang)),
                _ => None,
            },
            name: evidence.operator().and_then(|login| names.get(&Login::new(login)).cloned()),
        };
        let Some(roster) = evidence.roster() else { return Ok(shown) };
        let Some((feedback, _)) = desk.store.arrival(roster).await? else { return Ok(shown) };
        let Some(roster) = feedback.arrival.roster else { return Ok(shown) };
        shown.has_pdf = roster.has_pdf;
        if let Evidence::Row { sheet, row, .. } = evidence {
            let found = roster.rows.iter().find(|one| one.sheet == *sheet && one.row == *row);
            shown.fields = found.map(|one| record_masked(one, lang));
        }
        Ok(shown)
    }
}
