//! Matches: the accounts that an agency's rows were matched with by name and phone. They are held side by side and confirmed
//! all at once, by whoever types their exact number.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::agencies;
use crate::model::account::{Account, Attr};
use crate::model::agency::dialled;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::name::{PersonName, by_given};
use crate::model::operator::Operator;
use crate::model::person::Person;
use crate::store::MatchesConfirmed;

/// A match that waits.
pub(in super::super) struct OpenMatch {
    pub person: Person,
    /// The account, where the directory still shows it.
    pub account: Option<Account>,
}

/// What both sides say of one attribute.
pub(in super::super) struct Compared {
    pub attr: Attr,
    /// What rosters say.
    pub listed: Option<String>,
    /// What the account says.
    pub held: Option<String>,
    /// Whether they agree; none where one side says nothing.
    pub agrees: Option<bool>,
}

impl OpenMatch {
    /// What tells one person from another, side by side.
    pub fn compared(&self) -> Vec<Compared> {
        let Self { person, account } = self;
        let listed = [
            (Attr::FullName, Some(person.name.as_str())),
            (Attr::Phone, person.phone.as_deref()),
            (Attr::StaffCode, person.staff_code.as_deref()),
            (Attr::Mail, person.mail.as_deref()),
            (Attr::Agency, person.matched.as_ref().map(|one| one.agency.as_str())),
        ];
        let compared = |(attr, listed): (Attr, Option<&str>)| {
            let held = account.as_ref().and_then(|one| match attr {
                Attr::Agency => one.agency.as_ref().map(AgencyCode::as_str),
                attr => one.get(attr),
            });
            let agrees = listed.zip(held).map(|(listed, held)| says_the_same(attr, listed, held));
            Compared { attr, listed: listed.map(str::to_owned), held: held.map(str::to_owned), agrees }
        };
        listed.map(compared).into()
    }
}

fn says_the_same(attr: Attr, listed: &str, held: &str) -> bool {
    let spoken = |name: &str| PersonName::new(name).map(|name| name.matching());
    match attr {
        Attr::FullName => spoken(listed).is_some_and(|name| spoken(held) == Some(name)),
        Attr::Phone => dialled(listed) == dialled(held),
        _ => listed.trim().to_lowercase() == held.trim().to_lowercase(),
    }
}

/// The matches of the agency `code` that wait, people by given name.
pub(in super::super) async fn open_matches(
    desk: &Desk,
    operator: &Operator,
    code: &str,
) -> Result<Vec<OpenMatch>, PageError> {
    let agency = agencies::agency(desk, operator, code)?;
    let mut people = desk.store.open_matches(&agency.code).await?;
    if people.is_empty() {
        return Ok(Vec::new());
    }
    people.sort_by_cached_key(|one| by_given(one.name.as_str()));
    let directory = desk.back.directory().await?;
    let mail = TargetId::mail();
    let found = people.into_iter().map(|person| {
        let account = person.accounts.get(&mail).and_then(|id| directory.accounts.get(id));
        OpenMatch { account: account.cloned(), person }
    });
    Ok(found.collect())
}

/// Confirms all that wait, where `count` is their exact number as typed.
pub(in super::super) async fn confirm_matches(
    desk: &Desk,
    operator: &Operator,
    code: &str,
    count: &str,
) -> Result<MatchesConfirmed, PageError> {
    let agency = &agencies::agency(desk, operator, code)?.code;
    let people = desk.store.open_matches(agency).await?;
    if people.is_empty() || count.trim().replace(['.', ','], "") != people.len().to_string() {
        return Err(PageError::Bad(
            format!(
                "Số đã gõ không khớp: đang có {} kết quả chờ xác nhận; chưa xác nhận kết quả nào.",
                people.len()
            ),
            format!(
                "The number typed is not that of the matches: {} wait. None was confirmed.",
                people.len()
            ),
        ));
    }
    let mail = TargetId::mail();
    let matches: Vec<_> =
        people.iter().filter_map(|one| Some((one.id.clone(), one.accounts.get(&mail)?.clone()))).collect();
    let forbidden = desk.forbidden(agency);
    let work = async |mut tx: crate::store::WriteTx| {
        let confirmed = tx.confirm_matches(agency, &matches, &operator.login, &forbidden).await?;
        tx.commit(confirmed).await
    };
    let confirmed = desk.store.write(desk.now(), work).await?;
    if matches!(confirmed, MatchesConfirmed::Confirmed { .. }) {
        desk.wake();
    }
    Ok(confirmed)
}
