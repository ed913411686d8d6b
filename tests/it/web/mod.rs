//! The review page over real HTTP, served by the program: who gets in, who may do what, what an attacker achieves.

mod agency;
mod asked_again;
mod attacks;
mod browser;
mod campaign;
mod decisions;
mod doors;
mod everybody;
mod four_eyes;
mod keyboard;
mod many_changes;
mod markup;
mod matches;
mod numbers;
mod one_change;
mod openid;
mod openid_rows;
mod operators;
mod overview;
mod papers;
mod phone;
mod pressing;
mod programs;
mod programs_decide;
mod programs_paper;
mod programs_read;
mod sheets;
mod signing_in;
mod taken_over;
mod watched;

use crate::support::page::Page;
use rosterd::model::change::{Gate, Risk, State, StoredChange};

/// The first change that waits, of this risk and gate.
async fn waiting(page: &Page, risk: Risk, gate: Gate) -> StoredChange {
    let mut found = page.site.changes(Some(State::Proposed)).await;
    found.retain(|one| one.change.risk == risk && one.change.gate == gate);
    found.into_iter().next().unwrap_or_else(|| panic!("the sample has a change of risk {risk}, gate {gate}"))
}

/// Where a change stands.
async fn state(page: &Page, change: &StoredChange) -> State {
    page.store.change(&change.id).await.unwrap().unwrap().stored.state
}

/// Who approved a change.
async fn approvals(page: &Page, change: &StoredChange) -> Vec<String> {
    page.store.change(&change.id).await.unwrap().unwrap().stored.approvals
}
