//! Handovers: unit mailboxes that changed hands, and which side has signed the minutes (biên bản bàn giao).

use super::super::desk::Desk;
use super::super::error::PageError;
use super::change;
use crate::apply::handover::hands_over;
use crate::model::account::Attr;
use crate::model::change::{ChangeKind, State as ChangeState};
use crate::model::custodian::Side;
use crate::model::ids::ChangeId;
use crate::model::name::{ascii, by_given};
use crate::model::operator::Operator;
use crate::store::{Place, Query, Signature, Standing};

/// Handovers a page.
const PER_PAGE: usize = 50;

/// A mailbox that changed hands.
pub(in super::super) struct Handover {
    /// The change that handed it over.
    pub of: Standing,
    /// The signatures that were noted, a side each.
    signatures: Vec<Signature>,
}

impl Handover {
    /// The signature of a side, where it was noted.
    pub fn signed(&self, side: Side) -> Option<&Signature> {
        self.signatures.iter().find(|one| one.side == side)
    }

    /// Whether everybody has signed who must: where nobody kept the mailbox before, nobody gives it.
    pub fn is_signed(&self) -> bool {
        self.signed(Side::Receiver).is_some()
            && (self.signed(Side::Giver).is_some() || !hands_over(&self.of.stored.change))
    }
}

async fn with_signatures(desk: &Desk, of: Standing) -> Result<Handover, PageError> {
    let signatures = desk.store.signatures(&of.stored.id).await?;
    Ok(Handover { of, signatures })
}

/// Those that were carried out within the operator's scope, in the order of the days they were due, behind the one with id
/// `after`; and the last one's id where more follow.
pub(in super::super) async fn handovers(
    desk: &Desk,
    operator: &Operator,
    after: &str,
) -> Result<(Vec<Handover>, Option<String>), PageError> {
    let scope = operator.agencies.iter().cloned().collect();
    let query = Query { kind: Some(ChangeKind::SetCustodian), ..Query::of(ChangeState::Applied, scope) };
    let place = if after.is_empty() { Place::First } else { Place::After(ChangeId::new(after)) };
    let listing = desk.store.list_changes(&query, &place, PER_PAGE).await?;
    let next = listing.rows.last().filter(|_| listing.more_after).map(|one| one.stored.id.to_string());
    let mut handovers = Vec::new();
    for one in listing.rows {
        handovers.push(with_signatures(desk, one).await?);
    }
    // Of one day, agency by agency and by the receiver's given name.
    handovers.sort_by_cached_key(|one| {
        let (id, change) = (&one.of.stored.id, &one.of.stored.change);
        let receiver = change.after(Attr::Custodian).and_then(by_given);
        (change.due, ascii(&desk.agency_name(&change.agency)), receiver, id.clone())
    });
    Ok((handovers, next))
}

/// The handover that the change `id` carried out, where the operator may know of it.
pub(in super::super) async fn handover(
    desk: &Desk,
    operator: &Operator,
    id: &str,
) -> Result<Handover, PageError> {
    let of = change(desk, operator, id).await?;
    let handed = of.stored.change.kind == ChangeKind::SetCustodian && of.stored.state == ChangeState::Applied;
    if handed { with_signatures(desk, of).await } else { Err(PageError::NotFound) }
}

/// Notes that a side has signed the paper; `false` where that was noted before.
pub(in super::super) async fn sign(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    side: Side,
) -> Result<bool, PageError> {
    let stored = handover(desk, operator, id).await?.of.stored;
    if side == Side::Giver && !hands_over(&stored.change) {
        return Err(PageError::NotFound);
    }
    let work = async |mut tx: crate::store::WriteTx| {
        let noted = tx.sign_minutes(&stored.id, side, &operator.login).await?;
        tx.commit(noted).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}
