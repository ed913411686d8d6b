//! Slips: which wait, and that one was handed over.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::change;
use crate::model::Lang;
use crate::model::name::{ascii, by_given};
use crate::model::operator::Operator;
use crate::store::{Slip, SlipStep, Standing};

/// Those within sight that wait to be printed, or to be signed for: agency by agency, people by given name.
pub(in super::super) async fn slips(
    desk: &Desk,
    operator: &Operator,
) -> Result<Vec<(Slip, Standing)>, PageError> {
    let mut slips = Vec::new();
    for slip in desk.store.open_slips().await? {
        let Some(standing) = desk.store.change(&slip.change).await? else { continue };
        if operator.may_see(&standing.stored.change.agency) {
            slips.push((slip, standing));
        }
    }
    slips.sort_by_cached_key(|(slip, standing)| {
        let change = &standing.stored.change;
        let name = change.label.split(" <").next().unwrap_or_default();
        (ascii(&desk.agency_name(&change.agency)), by_given(name), slip.made, slip.change.clone())
    });
    Ok(slips)
}

/// It was handed over and signed.
pub(in super::super) async fn confirm_slip(
    desk: &Desk,
    operator: &Operator,
    id: &str,
) -> Result<SlipStep, PageError> {
    let stored = change(desk, operator, id).await?.stored;
    let work = async |mut tx: crate::store::WriteTx| {
        let step = tx.confirm_slip(&stored.id, &operator.login).await?;
        tx.commit(step).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

/// What came of it, in a sentence.
pub(in super::super) fn said_of_slip(step: &SlipStep, lang: Lang) -> &'static str {
    let t = |vi, en| match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    match step {
        SlipStep::Done => t("Đã ghi nhận bàn giao.", "Handed over and signed."),
        SlipStep::NotPrinted => {
            t("Phiếu chưa được in nên chưa thể ký nhận.", "It was not printed: nobody can have signed.")
        }
        SlipStep::PrintedBefore { .. } | SlipStep::Ended(..) | SlipStep::NoSlip => {
            t("Phiếu này đã kết thúc trước đó.", "This slip has ended before.")
        }
    }
}
