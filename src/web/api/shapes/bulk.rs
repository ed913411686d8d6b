//! Of decisions on many changes at once.

use super::super::super::decide::{self, Coverage, Tally};
use super::super::super::pages::changes::Asked;
use crate::model::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a bulk approval within a filter would cover: what waits for one approval and is of low risk.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct BulkShape {
    pub count: u64,
    /// What the approval names: it is for exactly these.
    pub covered: String,
    /// Whether the approval must name the count as well.
    pub must_count: bool,
    /// One approval covers no more.
    pub most: u64,
}

impl BulkShape {
    pub fn of(coverage: &Coverage) -> Self {
        Self {
            count: coverage.count() as u64,
            covered: coverage.covered(),
            must_count: coverage.must_count,
            most: decide::MOST as u64,
        }
    }
}

/// Everything of low risk within a filter, as the preview of the same filter showed it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BulkGiven {
    /// From the preview.
    pub covered: String,
    /// How many; it must be given where the preview says so, and be exact.
    #[serde(default)]
    pub count: Option<usize>,
    /// An agency's code.
    #[serde(default)]
    #[schema(required = false)]
    pub agency: String,
    #[serde(default)]
    #[schema(required = false)]
    pub kind: String,
    /// `mail`, or a system's name.
    #[serde(default)]
    #[schema(required = false)]
    pub target: String,
    /// Part of a name, address or document.
    #[serde(default)]
    #[schema(required = false)]
    pub text: String,
    #[serde(default)]
    #[schema(required = false)]
    pub due: String,
    #[serde(default)]
    #[schema(required = false)]
    pub mine: String,
    #[serde(default)]
    #[schema(required = false)]
    pub age: String,
    /// The id of a roster.
    #[serde(default)]
    #[schema(required = false)]
    pub roster: String,
}

impl BulkGiven {
    /// The filter of it.
    pub fn asked(self) -> Asked {
        let Self { covered: _, count: _, agency, kind, target, text, due, mine, age, roster } = self;
        Asked { agency, kind, target, text, due, mine, age, roster, ..Asked::default() }
    }
}

/// What became of many decisions.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct BulkOutcome {
    /// Whether any of them counts.
    pub done: bool,
    /// How many count.
    pub count: u64,
    /// Why the others do not, in a sentence each, and how many.
    pub others: BTreeMap<String, usize>,
    /// The whole in a sentence.
    pub message: String,
}

impl BulkOutcome {
    pub fn of(tally: &Tally) -> Self {
        Self {
            done: tally.done > 0,
            count: tally.done as u64,
            others: tally.others(Lang::En),
            message: tally.said(Lang::En),
        }
    }

    /// Nothing was done.
    pub fn nothing(why: &str) -> Self {
        Self { done: false, count: 0, others: BTreeMap::new(), message: why.to_owned() }
    }
}

/// Changes that are decided alike.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SelectionGiven {
    /// `approve` or `reject`.
    pub what: String,
    pub changes: Vec<PickedGiven>,
    /// Why they are rejected; it goes back to the agencies.
    #[serde(default)]
    #[schema(required = false)]
    pub reason: String,
}

/// One of them, as this key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PickedGiven {
    pub id: String,
    pub key: String,
}
