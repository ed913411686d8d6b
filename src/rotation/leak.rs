//! Leaks: which accounts stand in a list, whether their holders have changed the password since, and the short way from
//! the forced change to the lock.

use super::age::changed_after;
use super::campaign::instant;
use super::days::Days;
use super::ladder::{Course, Stage};
use super::policy::{Audience, Step};
use crate::model::Time;
use crate::model::account::{Account, Attr};
use crate::model::leak::{Leak, LeakEntry, LeakKind, LeakList, Leaks};
use crate::model::name::ascii;
use crate::model::password::PasswordFacts;
use crate::model::rotation::Memory;
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};

/// The ladder after a leak where a policy has none of its own; days are working days after the list came, 0 at once.
pub fn short() -> Vec<Step> {
    let step = |name: &str, days, to| Step { name: name.into(), days, to };
    vec![
        step("lo-nhac-1", 0, Audience::Holder),
        step("lo-nhac-2", 1, Audience::Holder),
        step("lo-dau-moi", 1, Audience::Contact),
        step("lo-so", 2, Audience::Department),
        step("lo-khoa", 3, Audience::Lock),
    ]
}

/// What of `entries` concerns any of `accounts`: nothing else of a list is kept.
pub fn concerning<'a>(
    entries: Vec<LeakEntry>,
    accounts: impl Iterator<Item = &'a Account>,
) -> Vec<LeakEntry> {
    let known: BTreeSet<(LeakKind, String)> = accounts.flat_map(keys).collect();
    entries.into_iter().filter(|one| known.contains(&(one.kind, one.value.clone()))).collect()
}

/// Under which an account may stand in a list.
fn keys(account: &Account) -> Vec<(LeakKind, String)> {
    let mut keys = Vec::new();
    for address in account.all(Attr::Mail).iter().chain(account.all(Attr::Alias)) {
        let address = address.to_lowercase();
        keys.extend(address.rsplit_once('@').map(|(_, domain)| (LeakKind::Domain, domain.to_owned())));
        keys.push((LeakKind::Address, address));
    }
    keys.extend(account.get(Attr::FullName).map(|name| (LeakKind::Name, ascii(name))));
    keys
}

/// The leaks of each of `accounts` that stands in any of `lists`.
pub fn matched<'a>(lists: &[LeakList], accounts: impl Iterator<Item = &'a Account>) -> Leaks {
    let mut by_key: BTreeMap<(LeakKind, &str), Vec<(&LeakList, &LeakEntry)>> = BTreeMap::new();
    for list in lists {
        for entry in &list.entries {
            by_key.entry((entry.kind, &entry.value)).or_default().push((list, entry));
        }
    }
    let mut leaks = Leaks::new();
    if by_key.is_empty() {
        return leaks;
    }
    for account in accounts {
        let mut own: BTreeMap<&str, Leak> = BTreeMap::new();
        let found = keys(account);
        let found = found.iter().filter_map(|(kind, value)| by_key.get(&(*kind, value.as_str())));
        for (list, entry) in found.flatten() {
            // A name says something within its agency alone.
            if entry.kind == LeakKind::Name && list.agency != account.agency {
                continue;
            }
            let leak = Leak {
                list: list.id.clone(),
                source: entry.site.clone().unwrap_or_else(|| list.source.clone()),
                document: list.document.clone(),
                leaked: entry.leaked.or(list.leaked),
                imported: list.imported,
                by_agency: list.agency.is_some(),
            };
            // By its address, by an alias and by its domain: the stricter day counts.
            let stricter =
                |had: &Leak| had.leaked.is_some() && leak.leaked.is_none_or(|day| Some(day) > had.leaked);
            if own.get(list.id.as_str()).is_none_or(stricter) {
                own.insert(&list.id, leak);
            }
        }
        if !own.is_empty() {
            leaks.insert(account.id.clone(), own.into_values().collect());
        }
    }
    leaks
}

/// The moment after which a holder's change clears the account: the end of the day of the leak, and the import where no
/// day is known or it has not ended.
fn moment(leak: &Leak, days: &Days<'_>) -> Time {
    let ended = leak
        .leaked
        .and_then(|day| day.succ_opt())
        .map(|day| instant(day.and_time(NaiveTime::MIN), days.zone));
    ended.map_or(leak.imported, |ended| ended.min(leak.imported))
}

/// Whether the password that leaked may still be the account's.
pub fn is_open(leak: &Leak, memory: &Memory, facts: &PasswordFacts, days: &Days<'_>) -> bool {
    let moment = moment(leak, days);
    !changed_after(memory, moment) && facts.created.is_none_or(|created| created <= moment)
}

/// The leak that leads the account: of those that are open the one that came first, so that another list does not begin
/// the ladder anew.
pub fn leading<'a>(
    leaks: &'a [Leak],
    memory: &Memory,
    facts: &PasswordFacts,
    days: &Days<'_>,
) -> Option<&'a Leak> {
    let open = leaks.iter().filter(|leak| is_open(leak, memory, facts, days));
    open.min_by_key(|leak| (leak.imported, &leak.list))
}

/// The way from the import to the lock.
pub fn course(leak: &Leak, steps: &[Step], days: &Days<'_>) -> Course {
    course_of(format!("leak:{}", leak.list), days.date(leak.imported), steps, days)
}

/// A course whose steps count in working days from `since`, 0 at once.
pub fn course_of(cycle: String, since: NaiveDate, steps: &[Step], days: &Days<'_>) -> Course {
    let on = |step: &Step| match u32::try_from(step.days) {
        Ok(count) if count > 0 => days.working_days_after(since, count),
        _ => since,
    };
    let stage =
        |step: &Step| Stage { name: step.name.clone(), to: step.to, at: on(step).and_time(NaiveTime::MIN) };
    let last = steps.iter().rfind(|step| step.to != Audience::Lock);
    Course { cycle, deadline: last.map_or(since, on), stages: steps.iter().map(stage).collect(), ends: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::{AccountKind, Values};
    use crate::model::dn::Dn;
    use crate::model::ids::{AccountId, AgencyCode};

    fn account(id: &str, agency: &str, mail: &str, alias: &str, name: &str) -> Account {
        let attrs = [(Attr::Mail, mail), (Attr::Alias, alias), (Attr::FullName, name)];
        Account {
            id: AccountId::new(id),
            dn: Dn::default(),
            attrs: attrs.into_iter().map(|(attr, text)| (attr, Values::one(text))).collect(),
            agency: AgencyCode::parse(agency).ok(),
            kind: AccountKind::Person,
            protected: false,
            password: PasswordFacts::default(),
        }
    }

    fn entry(kind: LeakKind, value: &str, leaked: Option<&str>) -> LeakEntry {
        LeakEntry { kind, value: value.into(), leaked: leaked.map(|day| day.parse().unwrap()), site: None }
    }

    fn list(id: &str, agency: Option<&str>, entries: Vec<LeakEntry>) -> LeakList {
        LeakList {
            id: id.into(),
            source: "dien-dan.example".into(),
            document: None,
            leaked: Some("2018-01-01".parse().unwrap()),
            imported: "2026-03-02T01:00:00Z".parse().unwrap(),
            by: None,
            agency: agency.map(|code| AgencyCode::parse(code).unwrap()),
            entries,
        }
    }

    fn accounts() -> [Account; 3] {
        [
            account("an", "snv", "AnNV@tinh.gov.vn", "annv@cu.gov.vn", "Nguyễn Văn An"),
            account("binh", "snv", "binh@tinh.gov.vn", "b@x.vn", "Lê Thị Bình"),
            account("an2", "stc", "annv2@khac.gov.vn", "a@x.vn", "Nguyễn Văn An"),
        ]
    }

    fn found(lists: &[LeakList]) -> Vec<String> {
        let all = matched(lists, accounts().iter());
        let days = |leaks: &[Leak]| {
            leaks.iter().map(|one| one.leaked.unwrap().to_string()).collect::<Vec<_>>().join(" ")
        };
        all.iter().map(|(id, leaks)| format!("{id} {}", days(leaks))).collect()
    }

    #[test]
    fn an_account_is_found_by_address_alias_and_domain_once_a_list_with_the_stricter_day() {
        let one = list("1", None, vec![entry(LeakKind::Address, "annv@cu.gov.vn", Some("2017-12-26"))]);
        assert_eq!(found(std::slice::from_ref(&one)), ["an 2017-12-26"]);
        let mut both = one;
        both.entries.push(entry(LeakKind::Domain, "tinh.gov.vn", None));
        assert_eq!(found(&[both]), ["an 2018-01-01", "binh 2018-01-01"]);
    }

    #[test]
    fn a_name_is_found_within_the_agency_that_sent_it() {
        let entries = vec![entry(LeakKind::Name, "nguyen van an", None)];
        assert_eq!(found(&[list("1", Some("snv"), entries)]), ["an 2018-01-01"]);
    }

    #[test]
    fn what_concerns_nobody_here_is_dropped() {
        let ours = entry(LeakKind::Address, "annv@tinh.gov.vn", None);
        let entries = vec![
            ours.clone(),
            entry(LeakKind::Address, "p@ss.word", None),
            entry(LeakKind::Domain, "gov.vn", None),
        ];
        assert_eq!(concerning(entries, accounts().iter()), [ours]);
    }
}
