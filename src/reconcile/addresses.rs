//! Addresses: which are taken, and by whom, so that none is ever given to a second person.

use super::World;
use super::naming::{Namee, local_part};
use crate::model::account::{Account, Attr};
use crate::model::ids::PersonId;
use std::collections::{BTreeMap, BTreeSet};

/// What is taken: in the directory, by a reservation, or by a proposal of this pass.
#[derive(Debug)]
pub struct Addresses<'a> {
    /// Local parts and logins that are taken.
    pub taken: BTreeSet<String>,
    /// What is reserved for a person and lies in no account.
    waiting: BTreeMap<&'a PersonId, String>,
    /// All that is reserved for a person.
    reserved: BTreeMap<&'a PersonId, Vec<String>>,
}

impl<'a> Addresses<'a> {
    /// Those of a world.
    pub fn of(world: &World<'a>) -> Self {
        let domain = &world.policy.naming.domain;
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for account in world.directory.accounts.values() {
            taken.extend(parts(account, domain));
        }
        // A person's own reservation is used again, unless somebody made an account of that name since. What is
        // reserved is an address, or a login without a domain.
        let mut waiting: BTreeMap<&PersonId, String> = BTreeMap::new();
        let mut reserved: BTreeMap<&PersonId, Vec<String>> = BTreeMap::new();
        // A login of another system (`qlvb/…`) is none of this.
        for (address, person) in world.reserved.iter().filter(|(address, _)| !address.contains('/')) {
            let is_address = address.contains('@');
            let part = if is_address { local(address, domain) } else { Some(address.to_lowercase()) };
            let Some(part) = part else { continue };
            if is_address && !taken.contains(&part) {
                waiting.entry(person).or_insert_with(|| part.clone());
            }
            reserved.entry(person).or_default().push(part);
        }
        taken.extend(reserved.values().flatten().cloned());
        Self { taken, waiting, reserved }
    }

    /// What waits for `person`, once.
    pub fn take_waiting(&mut self, person: &PersonId) -> Option<String> {
        self.waiting.remove(person)
    }

    /// What `namee`, who holds `account`, would be called by the pattern; `None` where one of the account's own
    /// addresses is that already, or none is left. It is taken from now on.
    pub fn another(
        &mut self,
        world: &World<'_>,
        namee: &Namee<'_>,
        person: &PersonId,
        account: &Account,
    ) -> Option<String> {
        let naming = &world.policy.naming;
        let held = parts(account, &naming.domain);
        let own: Vec<String> =
            held.iter().chain(self.reserved.get(person).into_iter().flatten()).cloned().collect();
        for part in &own {
            self.taken.remove(part);
        }
        let found = local_part(naming, namee, &self.taken).filter(|part| !held.contains(part));
        self.taken.extend(own);
        self.taken.extend(found.clone());
        found
    }
}

/// The local parts of an account's addresses, and its login.
fn parts(account: &Account, domain: &str) -> BTreeSet<String> {
    let addresses = [Attr::Mail, Attr::Alias].iter().flat_map(|attr| account.all(*attr));
    let logins = account.get(Attr::Login).map(str::to_lowercase);
    addresses.filter_map(|address| local(address, domain)).chain(logins).collect()
}

/// The local part of an address of this domain.
pub fn local(address: &str, domain: &str) -> Option<String> {
    let (local, at) = address.split_once('@')?;
    at.eq_ignore_ascii_case(domain).then(|| local.to_lowercase())
}
