//! One change: who, what, where, why, on what evidence, how risky, who agreed, what will happen and how it is undone.

use super::super::decide::{self, CallBacks};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::sign_in::{has_password, unproved};
use super::super::view::{Signed, own_path};
use super::changes::{Line, differences};
use super::consequence;
use super::facts::Facts;
use super::row::record_as_sent;
use crate::model::change::{ChangeKind, Risk, State as ChangeState, StoredChange};
use crate::model::evidence::Evidence;
use crate::model::ids::{ChangeKey, Login, RosterId};
use crate::model::operator::Right;
use crate::store::CallBack;
use crate::words;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let standing = decide::change(&desk, &signed.operator, &id).await?;
    let (stored, change) = (&standing.stored, &standing.stored.change);
    let (login, today) = (&signed.operator.login, desk.today());
    let Facts { evidence, approvals, history, spans, put_in_by_me, moved } =
        Facts::of(&desk, &signed.operator, &standing, signed.view.lang).await?;
    let history: Vec<_> = history
        .iter()
        .map(|one| context! { line => Value::from_serialize(Line::of(&one.stored, login, today)), since => crate::model::rfc3339(one.since) })
        .collect();
    let spans: Vec<_> = spans
        .iter()
        .map(|one| context! { system => one.target, role => one.right.role, label => one.right.label, agency => one.right.agency, since => crate::model::rfc3339(one.since), until => one.until.map(crate::model::rfc3339) })
        .collect();
    // Named as on its own page where it is within sight; elsewhere it is counted alone.
    let needs: Vec<_> = desk
        .store
        .predecessors(change)
        .await?
        .iter()
        .filter(|one| signed.operator.may_see(&one.stored.change.agency))
        .map(|one| Line::of(&one.stored, login, today))
        .collect();
    let waits = matches!(stored.state, ChangeState::Proposed | ChangeState::Held);
    let forbidden = desk.forbidden(&change.agency).contains(login);
    let call_backs = call_backs(&desk, stored, &desk.store.operator_names().await?).await?;
    let more = context! {
        line => Value::from_serialize(Line::of(stored, login, today)),
        differences => Value::from_serialize(differences(stored)),
        change => Value::from_serialize(change),
        risk_reason => words::risk_reason(change.risk, change.kind, signed.view.lang),
        document => change.document_number(),
        brake => stored.brake,
        proposed => crate::model::rfc3339(stored.proposed),
        since => crate::model::rfc3339(standing.since),
        evidence => Value::from_serialize(&evidence),
        approvals => Value::from_serialize(&approvals),
        history,
        needs_elsewhere => change.needs.len().saturating_sub(needs.len()),
        needs => Value::from_serialize(&needs),
        waits,
        may_reject => stored.state.may_become(ChangeState::Rejected),
        forbidden,
        put_in_by_me,
        call_backs,
        spans,
        moved => Value::from_serialize(&moved),
        then => consequence::then(change, signed.view.lang),
        undone_by => consequence::undone_by(change, signed.view.lang),
        has_reverse => change.has_reverse(),
        handed_over => change.kind == ChangeKind::SetCustodian && stored.state == ChangeState::Applied,
        undoable => super::undo::is_undoable(stored, today),
        suspicion => decide::is_open_suspicion(stored),
        has_password => has_password(&desk, login).await?,
    };
    signed.view.page(&desk, "change.html", more)
}

/// The call-backs that its approval waits for; none where it asks for none.
async fn call_backs(
    desk: &Desk,
    stored: &StoredChange,
    names: &BTreeMap<Login, String>,
) -> Result<Value, PageError> {
    let Some(CallBacks { numbers, calls }) = decide::call_backs(desk, stored).await? else {
        return Ok(Value::from(()));
    };
    let call = |CallBack { operator, number, spoke_with, at }: &CallBack| {
        let name = names.get(operator).cloned().unwrap_or_else(|| operator.to_string());
        context! { name, number, spoke_with, at => crate::model::rfc3339(*at) }
    };
    let numbers: Vec<_> = numbers.iter().map(|(name, number)| context! { name, number }).collect();
    Ok(context! { numbers, calls => calls.iter().map(call).collect::<Vec<_>>() })
}

#[derive(Deserialize)]
pub(in super::super) struct Called {
    #[serde(default)]
    number: String,
    #[serde(default)]
    spoke_with: String,
}

/// Notes a call-back.
pub(in super::super) async fn call_back(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(called): Form<Called>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    let call = (called.number.as_str(), called.spoke_with.as_str());
    let noted = decide::note_call(&desk, &signed.operator, &id, call).await?;
    signed.view.go(&desk, &format!("/changes/{id}"), words::noted(noted, signed.view.lang))
}

#[derive(Deserialize)]
pub(in super::super) struct Decided {
    key: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    next: String,
}

impl Decided {
    fn next(&self, id: &str) -> String {
        if self.next.is_empty() { format!("/changes/{id}") } else { own_path(&self.next).to_owned() }
    }
}

/// Approves.
pub(in super::super) async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(decided): Form<Decided>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    if stored.change.risk == Risk::High && !signed.is_confirmed(&desk) {
        return signed.ask_password(&format!("/changes/{id}"));
    }
    let named = (stored.id, ChangeKey::new(&decided.key));
    let results = decide::approve(&desk, &signed.operator.login, &[named]).await?;
    said(&desk, &signed, &decided.next(&id), &results)
}

/// Rejects.
pub(in super::super) async fn reject(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(decided): Form<Decided>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    let named = (stored.id, ChangeKey::new(&decided.key));
    let results = decide::reject(&desk, &signed.operator.login, &[named], &decided.reason).await?;
    said(&desk, &signed, &decided.next(&id), &results)
}

fn said(
    desk: &Desk,
    signed: &Signed,
    next: &str,
    results: &[crate::store::Approval],
) -> Result<Response, PageError> {
    let lang = signed.view.lang;
    let text = results.first().map(|one| words::approval(one, lang)).unwrap_or_default();
    signed.view.go(desk, next, &text)
}

#[derive(Deserialize)]
pub(in super::super) struct Reveal {
    #[serde(default)]
    password: String,
    roster: String,
    sheet: String,
    row: u32,
}

/// Shows a row of the roster behind the change as it was sent: for the password, here or at the provider, and written
/// into the trail.
pub(in super::super) async fn as_sent(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(reveal): Form<Reveal>,
) -> Result<Response, PageError> {
    signed.require(Right::Reveal)?;
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    // Only a row that this change rests on: an id and a row number are not a way to read rosters.
    let cited = stored.change.evidence.iter().any(|one| {
        matches!(one, Evidence::Row { roster, sheet, row, .. }
            if roster.as_str() == reveal.roster && *sheet == reveal.sheet && *row == reveal.row)
    });
    if !cited {
        return Err(PageError::NotFound);
    }
    if let Some(refused) = unproved(&desk, &signed, &reveal.password, &format!("/changes/{id}")).await? {
        return Ok(refused);
    }
    let roster = RosterId::new(&reveal.roster);
    let by = &signed.operator.login;
    let about =
        stored.change.person.as_ref().map_or(stored.change.subject.as_str(), |person| person.as_str());
    let detail = format!("{} {} {} {}", stored.id, roster, reveal.sheet, reveal.row);
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.audit(by.as_str(), "row.reveal", about, &detail);
            tx.commit(()).await
        })
        .await?;
    let fields = record_as_sent(&desk, &roster, &reveal.sheet, reveal.row, signed.view.lang).await?;
    let more = context! { id, sheet => reveal.sheet, row => reveal.row, fields => Value::from_serialize(&fields), agency => stored.change.agency };
    signed.view.page(&desk, "as_sent.html", more)
}
