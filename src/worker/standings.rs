//! Standings: every account held against the rules on passwords, for a report; stores nothing.

use super::engine::Engine;
use crate::model::account::Snapshot;
use crate::model::role::RoleSnapshot;
use crate::reconcile::reconcile;
use crate::rotation::evaluate;
use crate::rotation::figures::Figures;
use crate::rotation::status::{Line, Status, lines};
use crate::store::StoreError;

/// Where everybody stands.
#[derive(Debug, Default)]
pub struct Standings {
    /// How many stand where.
    pub status: Status,
    /// What they are counted from.
    pub figures: Figures,
    /// Who.
    pub lines: Vec<Line>,
}

impl Engine {
    /// Where everybody stands; `None` where the site has no policy.
    pub async fn standings(
        &self,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
    ) -> Result<Option<Standings>, StoreError> {
        let known = self.known(Vec::new()).await?;
        let proposals = reconcile(&self.world(&known, directory, systems));
        self.with_rules(directory, systems, &proposals.people, &proposals.away, |world, subjects, round| {
            let evaluation = evaluate(world, subjects, &round.by_account());
            let idle_after = world.policy.idle_after();
            let date = |at| world.days.date(at);
            let figures = Figures::of(&evaluation.verdicts, date(world.now), date, idle_after);
            Standings { status: figures.status(), lines: lines(&evaluation.verdicts, idle_after), figures }
        })
        .await
    }
}
