//! Decisions on many changes at once: every one of low risk within a filter, or those that were picked.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::changes::Asked;
use super::{approve, change};
use crate::model::Lang;
use crate::model::change::{Gate, Risk, State as ChangeState};
use crate::model::ids::{ChangeId, ChangeKey, Fingerprint};
use crate::model::operator::Operator;
use crate::store::{Approval, Query};
use crate::words;
use std::collections::BTreeMap;

/// One act covers no more: beyond, it is done again.
pub(in super::super) const MOST: usize = 2_000;

/// What a bulk approval within a filter covers: what waits for one approval and does little harm.
pub(in super::super) struct Coverage {
    /// The filter, narrowed to that.
    pub query: Query,
    keys: Vec<(ChangeId, ChangeKey)>,
    /// Whether the number must be given: there are more than the settings let pass without.
    pub must_count: bool,
}

impl Coverage {
    /// How many, [`MOST`] at most.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// The hash of the sorted keys: an approval is for exactly these.
    pub fn covered(&self) -> String {
        let start = Fingerprint::of("bulk approval");
        let part = |print: Fingerprint, (id, key): &(ChangeId, ChangeKey)| {
            print.part(key.as_str()).part(id.as_str())
        };
        self.keys.iter().fold(start, part).finish()
    }
}

/// What a bulk approval within `asked` would cover now.
pub(in super::super) async fn coverage(
    desk: &Desk,
    operator: &Operator,
    asked: &Asked,
) -> Result<Coverage, PageError> {
    let query = Query {
        state: ChangeState::Proposed,
        risk: Some(Risk::Low),
        gate: Some(Gate::One),
        ..asked.query(desk, operator)?
    };
    let keys = desk.store.change_keys(&query, MOST).await?;
    let must_count = keys.len() > usize::try_from(desk.settings.bulk_typed_above).unwrap_or(usize::MAX);
    Ok(Coverage { query, keys, must_count })
}

/// What came of a bulk approval.
pub(in super::super) enum Bulk {
    /// Nothing was approved: the list is another one than the hash was made of.
    Moved,
    /// Nothing was approved: the number is not that of the changes, or is missing where it must be given.
    WrongCount,
    /// What came of each.
    Decided(Tally),
}

/// Approves everything of low risk within `asked`: exactly what `covered` is the hash of, as many as `count` says. The
/// number may be left out where [`Coverage::must_count`] does not ask for it.
pub(in super::super) async fn approve_covered(
    desk: &Desk,
    operator: &Operator,
    asked: &Asked,
    covered: &str,
    count: Option<usize>,
) -> Result<Bulk, PageError> {
    let coverage = coverage(desk, operator, asked).await?;
    if coverage.covered() != covered {
        return Ok(Bulk::Moved);
    }
    let is_counted = count.map_or(!coverage.must_count, |count| count == coverage.count());
    if !is_counted {
        return Ok(Bulk::WrongCount);
    }
    Ok(Bulk::Decided(Tally::of(&approve(desk, &operator.login, &coverage.keys).await?)))
}

/// Changes that were picked, to be decided each as its key.
pub(in super::super) struct Picked {
    pub named: Vec<(ChangeId, ChangeKey)>,
    /// Whether one of them is of high risk.
    pub any_high: bool,
}

/// The changes of these ids and keys; all of them must be within sight.
pub(in super::super) async fn picked(
    desk: &Desk,
    operator: &Operator,
    picks: &[(String, String)],
) -> Result<Picked, PageError> {
    if picks.len() > MOST {
        return Err(PageError::Bad(
            format!("Mỗi lần chọn không quá {MOST} thay đổi."),
            format!("At most {MOST} changes are decided at once."),
        ));
    }
    let (mut named, mut any_high) = (Vec::with_capacity(picks.len()), false);
    for (id, key) in picks {
        let stored = change(desk, operator, id).await?.stored;
        any_high |= stored.change.risk == Risk::High;
        named.push((stored.id, ChangeKey::new(key)));
    }
    Ok(Picked { named, any_high })
}

/// What came of many decisions, counted.
#[derive(Debug, Default)]
pub(in super::super) struct Tally {
    /// How many counted.
    pub done: usize,
    rejected: bool,
    /// The others.
    others: Vec<Approval>,
}

impl Tally {
    /// Counts results.
    pub fn of(results: &[Approval]) -> Self {
        let mut tally = Self::default();
        for one in results {
            match one {
                Approval::Approved { .. } => tally.done += 1,
                Approval::Rejected => {
                    tally.done += 1;
                    tally.rejected = true;
                }
                Approval::AlreadyApproved
                | Approval::KeyMoved { .. }
                | Approval::NeedsCallBack
                | Approval::NotProposed(_)
                | Approval::PutInByYou => tally.others.push(one.clone()),
            }
        }
        tally
    }

    /// The same of rejections, which it also is where none of them counted.
    #[must_use]
    pub fn of_rejections(results: &[Approval]) -> Self {
        Self { rejected: true, ..Self::of(results) }
    }

    /// Why those that did not count did not, each reason in a sentence with how many it stopped.
    pub fn others(&self, lang: Lang) -> BTreeMap<String, usize> {
        let mut others = BTreeMap::new();
        for one in &self.others {
            *others.entry(words::approval(one, lang)).or_default() += 1;
        }
        others
    }

    /// The whole in a sentence.
    pub fn said(&self, lang: Lang) -> String {
        let done = self.done;
        let text = match (self.rejected, lang) {
            (false, Lang::Vi) => format!("Đã duyệt {done} thay đổi."),
            (false, Lang::En) => format!("{done} approved."),
            (true, Lang::Vi) => format!("Đã từ chối {done} thay đổi."),
            (true, Lang::En) => format!("{done} rejected."),
        };
        let others = self.others(lang).into_iter();
        others.fold(text, |text, (why, count)| format!("{text} {count}: {why}."))
    }
}
