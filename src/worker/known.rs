//! What is known: everything the store holds that a plan, or a template, is made from.

use super::engine::Engine;
use crate::model::account::Snapshot;
use crate::model::adoption::Adoption;
use crate::model::custodian::Custodian;
use crate::model::ids::{AccountId, AgencyCode, PersonId, QuestionKey};
use crate::model::legal_hold::HoldSubject;
use crate::model::person::Person;
use crate::model::question::Question;
use crate::model::role::RoleSnapshot;
use crate::model::roll::Roll;
use crate::model::roster::Roster;
use crate::reconcile::{World, adoption, roll};
use crate::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};

/// What the store holds.
pub(super) struct Known {
    pub(super) rosters: Vec<Roster>,
    pub(super) people: BTreeMap<PersonId, Person>,
    answers: BTreeMap<QuestionKey, String>,
    departures: BTreeSet<PersonId>,
    holds: BTreeSet<HoldSubject>,
    locked_by_rule: BTreeSet<AccountId>,
    reserved: BTreeMap<String, PersonId>,
    pub(super) asked: BTreeMap<QuestionKey, Question>,
    custodians: BTreeMap<AccountId, Custodian>,
    citizen_digits: BTreeMap<String, String>,
}

impl Engine {
    /// Loads what the store holds. `more` are rosters that are not stored.
    pub(super) async fn known(&self, more: Vec<Roster>) -> Result<Known, StoreError> {
        let mut rosters = self.store.rosters().await?;
        rosters.extend(more);
        let people = self.store.people().await?.into_iter();
        let people: BTreeMap<_, _> = people.map(|person| (person.id.clone(), person)).collect();
        let counts = |id: &PersonId, at| people.get(id).is_none_or(|person| person.has_left(at));
        let confirmed = self.store.confirmations().await?.into_iter();
        let departures =
            confirmed.filter_map(|one| one.person.filter(|person| counts(person, one.at))).collect();
        let citizen_digits = self.citizen_digits(&rosters);
        let holds = self.store.legal_holds().await?.into_iter().filter(|hold| hold.holds);
        Ok(Known {
            rosters,
            answers: self.store.answers().await?,
            departures,
            holds: holds.map(|hold| hold.subject).collect(),
            locked_by_rule: self.store.locked_by_rule().await?,
            people,
            reserved: self.store.reserved_addresses().await?,
            asked: self.store.questions().await?.into_iter().map(|one| (one.key, one.question)).collect(),
            custodians: self.store.custodians().await?,
            citizen_digits,
        })
    }

    /// The last digits of the citizen IDs in `rosters`, by hash, where a naming rule takes them.
    fn citizen_digits(&self, rosters: &[Roster]) -> BTreeMap<String, String> {
        let keys = self.mark_keys();
        if keys.naming.is_none() {
            return BTreeMap::new();
        }
        let marks = rosters.iter().flat_map(|roster| &roster.rows).filter_map(|row| row.citizen_id.as_ref());
        marks.filter_map(|mark| Some((mark.hash.clone(), keys.naming_digits(mark)?))).collect()
    }

    /// The world as it is known now.
    pub(super) fn world<'a>(
        &'a self,
        known: &'a Known,
        directory: &'a Snapshot,
        systems: &'a [RoleSnapshot],
    ) -> World<'a> {
        World {
            today: self.local(self.now()),
            zone: self.config().time_zone,
            agencies: &self.site.agencies,
            rosters: &known.rosters,
            people: &known.people,
            directory,
            systems,
            answers: &known.answers,
            departures: &known.departures,
            holds: &known.holds,
            locked_by_rule: &known.locked_by_rule,
            reserved: &known.reserved,
            asked: &known.asked,
            custodians: &known.custodians,
            citizen_digits: &known.citizen_digits,
            policy: &self.config().policy,
        }
    }

    /// How the accounts of `directory` stand towards the rosters, `more` included, which are not stored.
    pub async fn adoption(&self, directory: &Snapshot, more: Vec<Roster>) -> Result<Adoption, StoreError> {
        let known = self.known(more).await?;
        Ok(adoption(&self.world(&known, directory, &[])))
    }

    /// Whom `agency` has, as far as the store and the directory tell.
    pub async fn roll(&self, directory: &Snapshot, agency: &AgencyCode) -> Result<Roll, StoreError> {
        let known = self.known(Vec::new()).await?;
        Ok(roll(&self.world(&known, directory, &[]), agency))
    }
}
