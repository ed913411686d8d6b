//! Rotation: printed lists that were handed over, the mail brake, campaigns.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::rotation::figures;
use super::{for_province, said_why, sight};
use crate::model::ids::AgencyCode;
use crate::model::operator::{Operator, Right};
use crate::model::rotation::Campaign;
use crate::rotation::figures::Figures;
use crate::rotation::room::MailBraked;
use crate::store::{Handed, MailRelease};

/// The list of an agency was handed over; how many accounts were on it.
pub(in super::super) async fn hand_over(
    desk: &Desk,
    operator: &Operator,
    agency: &str,
) -> Result<u64, PageError> {
    let code = AgencyCode::stored(agency).ok_or(PageError::NotFound)?;
    sight(operator, &code)?;
    let figures = figures(desk, operator).await?.unwrap_or_default();
    let on = desk.today();
    let waiting = figures.listed.into_iter().filter(|one| one.agency == code && one.handed.is_none());
    let accounts: Vec<Handed> = waiting
        .map(|one| Handed { account: one.account, cycle: one.cycle, agency: one.agency, on })
        .collect();
    let work = async |mut tx: crate::store::WriteTx| {
        let noted = tx.hand_over_list(&accounts, &operator.login).await?;
        tx.commit(noted).await
    };
    let noted = desk.store.write(desk.now(), work).await?;
    desk.wake();
    Ok(noted)
}

/// The mail brake by the figures of the last pass, where it is on, with who has let its letters go today.
pub(in super::super) async fn mail_brake(
    desk: &Desk,
    figures: Option<&Figures>,
) -> Result<Option<(MailBraked, Vec<MailRelease>)>, PageError> {
    let Some(braked) = figures.and_then(|figures| figures.braked) else { return Ok(None) };
    Ok(Some((braked, desk.store.mail_releases(desk.today()).await?)))
}

/// Lets go for today what the mail brake stops; `false` where a second operator must too.
pub(in super::super) async fn release_mail(
    desk: &Desk,
    operator: &Operator,
    reason: &str,
) -> Result<bool, PageError> {
    for_province(operator, Right::Approve)?;
    figures(desk, operator).await?.and_then(|figures| figures.braked).ok_or(PageError::NotFound)?;
    let (today, reason) = (desk.today(), said_why(reason)?);
    let work = async |mut tx: crate::store::WriteTx| {
        let said = tx.release_mail(today, &operator.login, reason).await?;
        tx.commit(said).await
    };
    let by_two = desk.store.write(desk.now(), work).await? > 1;
    if by_two {
        desk.wake();
    }
    Ok(by_two)
}

/// Campaigns are for who answers for the whole province.
pub(in super::super) fn for_campaigns(operator: &Operator) -> Result<(), PageError> {
    for_province(operator, Right::Approve)
}

/// The campaign `name`.
pub(in super::super) async fn campaign(desk: &Desk, name: &str) -> Result<Campaign, PageError> {
    let all = desk.store.campaigns().await?;
    all.into_iter().find(|one| one.plan.name == name).ok_or(PageError::NotFound)
}

/// Stops it; `false` where it was stopped before.
pub(in super::super) async fn stop(
    desk: &Desk,
    operator: &Operator,
    name: &str,
    reason: &str,
) -> Result<bool, PageError> {
    let reason = said_why(reason)?;
    let one = campaign(desk, name).await?;
    let work = async |mut tx: crate::store::WriteTx| {
        let stopped = tx.stop_campaign(&one.plan.name, &operator.login, reason).await?;
        tx.commit(stopped).await
    };
    let stopped = desk.store.write(desk.now(), work).await?;
    desk.wake();
    Ok(stopped)
}
