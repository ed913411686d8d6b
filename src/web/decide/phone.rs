//! By phone: what a contact asks for in a call, and the call back to the published number that an approval waits for.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::{change, said_why};
use crate::model::agency::Agency;
use crate::model::change::{Change, StoredChange};
use crate::model::ids::ChangeId;
use crate::model::operator::Operator;
use crate::store::{CallBack, Noted};

/// The call-backs of a change that asks for one.
pub(in super::super) struct CallBacks {
    /// Who may be called, with the published number.
    pub numbers: Vec<(String, String)>,
    /// Those that are noted, oldest first.
    pub calls: Vec<CallBack>,
}

/// The call-backs of `stored`; none where it asks for none.
pub(in super::super) async fn call_backs(
    desk: &Desk,
    stored: &StoredChange,
) -> Result<Option<CallBacks>, PageError> {
    if !stored.change.needs_call_back() {
        return Ok(None);
    }
    let agency = desk.site.agencies.get(&stored.change.agency);
    let published = agency.into_iter().flat_map(Agency::published);
    let numbers = published.map(|(contact, number)| (contact.name.clone(), number.to_owned())).collect();
    Ok(Some(CallBacks { numbers, calls: desk.store.call_backs(&stored.key).await? }))
}

/// Notes that a published number was called about the change `id`, and who answered. A number that the request itself
/// gives proves nothing: only one of the agencies' file counts.
pub(in super::super) async fn note_call(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    (number, spoke_with): (&str, &str),
) -> Result<Noted, PageError> {
    let stored = change(desk, operator, id).await?.stored;
    let spoke_with = said_who(spoke_with)?;
    let number = published(desk, &stored.change, number)?;
    let forbidden = desk.forbidden(&stored.change.agency);
    let work = async |mut tx: crate::store::WriteTx| {
        let noted = tx.note_call_back(&stored.id, &operator.login, number, spoke_with, &forbidden).await?;
        tx.commit(noted).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

fn published<'a>(desk: &'a Desk, change: &Change, number: &str) -> Result<&'a str, PageError> {
    let agency = desk.site.agencies.get(&change.agency);
    let found = agency.and_then(|one| one.published_as(number));
    found.ok_or_else(|| {
        PageError::Bad(
            "Chỉ được gọi lại số điện thoại đã công bố của đầu mối cơ quan này. Nếu chưa có, hãy khai số vào tệp cơ quan trước."
                .into(),
            "Only a published number of the agency’s contacts counts. Where there is none, enter one in the agencies’ file first."
                .into(),
        )
    })
}

fn said_who(text: &str) -> Result<&str, PageError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 {
        return Err(PageError::Bad(
            "Phải ghi người đã nghe máy, không quá 200 ký tự.".into(),
            "Say who answered, in at most 200 characters.".into(),
        ));
    }
    Ok(text)
}

/// Writes down that the contact `asked_by` asks by phone to unlock an account; the change that waits for the call-back and
/// for somebody else's approval.
pub(in super::super) async fn unlock_by_phone(
    desk: &Desk,
    operator: &Operator,
    (account, asked_by): (&str, &str),
    reason: &str,
) -> Result<ChangeId, PageError> {
    let reason = said_why(reason)?;
    Ok(desk.back.unlock_by_phone(account.trim(), asked_by.trim(), operator, reason).await?)
}
