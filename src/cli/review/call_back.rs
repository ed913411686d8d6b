//! `rosterd review call-back`: the published number was called about a change that opens a leader's or a privileged
//! holder's account. A number from the request itself proves nothing: only those of the agencies' file count.

use super::decide::find_change;
use crate::cli::{Code, who};
use crate::model::agency::Agency;
use crate::store::Noted;
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};

/// Notes the call.
pub async fn run(engine: &Engine, id: &str, number: &str, spoke_with: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if spoke_with.trim().is_empty() {
        bail!("--spoke-with is empty: say who answered");
    }
    let stored = find_change(engine, id).await?.ok_or_else(|| anyhow!("there is no change {id:?}"))?;
    let agency = &stored.change.agency;
    let published = engine.site.agencies.get(agency).map(published).unwrap_or_default();
    if published.is_empty() {
        bail!(
            "no phone number is published for {agency}: enter one for a contact in the agencies' file first"
        );
    }
    let Some(number) = published.iter().find(|one| digits(one) == digits(number)) else {
        bail!("{number:?} is not published for {agency}; call one of: {}", published.join(", "));
    };
    let forbidden = engine.site.forbidden(agency);
    let noted = engine
        .store
        .write(engine.now(), async |mut tx| {
            let noted =
                tx.note_call_back(&stored.id, &operator.login, number, spoke_with.trim(), &forbidden).await?;
            tx.commit(noted).await
        })
        .await?;
    match noted {
        Noted::Noted => crate::cli::line!("{} {number}", stored.id),
        Noted::NotNeeded => bail!("change {} asks for no call-back", stored.id),
        Noted::PutInByYou => bail!("you answer for the roster that asks for it; somebody else must call"),
    }
    Ok(0)
}

/// The phone numbers of those who answer for an agency.
fn published(agency: &Agency) -> Vec<&str> {
    let contacts = agency.contacts.iter().chain(&agency.deputy);
    contacts
        .filter_map(|contact| contact.phone.as_deref())
        .filter(|phone| !digits(phone).is_empty())
        .collect()
}

/// The digits of a number within the country.
fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84").filter(|_| number.trim_start().starts_with('+')) {
        Some(rest) => format!("0{rest}"),
        None => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for same in ["0256 382 2222", "(0256) 382-2222", "+84 256 382 2222"] {
            assert_eq!(digits(same), "02563822222", "{same}");
        }
        assert_ne!(digits("84256"), digits("+84256"));
    }
}
