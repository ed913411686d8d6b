//! Leaks: how many accounts of each leak list are still open to whoever has it.

use super::engine::Engine;
use crate::model::account::Snapshot;
use crate::model::ids::TargetId;
use crate::rotation::{age, leak};
use crate::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};

/// How many accounts stand in a leak list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeakFigures {
    /// All of them.
    pub accounts: usize,
    /// Those whose holders have not changed the password since.
    pub open: usize,
}

impl Engine {
    /// How many accounts of the directory stand in each leak list, by its id; none where the site has no policy.
    pub async fn leak_figures(
        &self,
        directory: &Snapshot,
    ) -> Result<BTreeMap<String, LeakFigures>, StoreError> {
        let (nobody, away) = (BTreeMap::new(), BTreeSet::new());
        let counted = self.with_rules(directory, &[], &nobody, &away, |world, subjects, round| {
            let mut memories = round.by_account();
            let mut figures: BTreeMap<String, LeakFigures> = BTreeMap::new();
            let mail = TargetId::mail();
            for subject in subjects.iter().filter(|one| *one.target == mail) {
                let Some(leaks) = world.leaks.get(subject.id) else { continue };
                let mut memory = memories.remove(&(mail.clone(), subject.id.clone())).unwrap_or_default();
                age::observe(&mut memory, &subject.facts, world.days.zone);
                for one in leaks {
                    let figures = figures.entry(one.list.clone()).or_default();
                    figures.accounts += 1;
                    figures.open += usize::from(leak::is_open(one, &memory, &subject.facts, &world.days));
                }
            }
            figures
        });
        Ok(counted.await?.unwrap_or_default())
    }
}
