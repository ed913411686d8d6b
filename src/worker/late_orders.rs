//! Late orders: a work order whose deadline has passed, and that no export has confirmed, goes up the steps of its system.

use super::engine::Engine;
use super::telling::{TellError, name_and_address};
use crate::apply::undo::original;
use crate::model::account::Attr;
use crate::model::change::{Change, State};
use crate::model::ids::{ChangeId, TargetId};
use crate::notify::letter::{LateLine, Letter, OrderLate};
use crate::store::{Filter, Standing, StoreError, Token, WorkOrder};
use crate::systems::System;
use crate::systems::handoff::Settings;
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// Queues a letter for every step that has come of each late order. The outbox takes each once.
    pub(super) async fn press_late_orders(&self, token: &Token) -> Result<u64, TellError> {
        let today = self.local(self.now());
        let mut notices = Vec::new();
        let mut ordered: BTreeMap<TargetId, Vec<Standing>> = BTreeMap::new();
        for order in self.store.open_orders().await? {
            let mut systems = self.systems.iter().filter_map(System::handoff);
            let Some(system) = systems.find(|system| system.name == order.target) else { continue };
            let steps = system.steps(order.due, today, &self.config().holidays);
            if steps.is_empty() {
                continue;
            }
            if !ordered.contains_key(&order.target) {
                ordered.insert(order.target.clone(), self.ordered_of(&order.target).await?);
            }
            let lines = self.open_lines(&order, ordered.get(&order.target).map_or(&[], Vec::as_slice));
            if lines.is_empty() {
                continue;
            }
            for (number, to) in steps {
                let above = (*to != system.contact).then_some(system);
                let letter = self.late(&order, system, above, &lines);
                let key = format!("{}:{}:{number}", letter.template(), order.id);
                let lang = self.config().language;
                notices.push(self.templates.render(&letter, lang, &to.mail, &to.name, &key)?);
            }
        }
        self.queue(token, &notices).await
    }

    /// What a system was asked for and has not confirmed.
    pub(super) async fn ordered_of(&self, target: &TargetId) -> Result<Vec<Standing>, StoreError> {
        let filter =
            Filter { state: Some(State::Ordered), target: Some(target.clone()), ..Filter::default() };
        self.store.every_change(&filter).await
    }

    /// What of an order is still to be done: a line that another order takes back is not.
    fn open_lines(&self, order: &WorkOrder, ordered: &[Standing]) -> Vec<LateLine> {
        let withdrawn: BTreeSet<ChangeId> =
            ordered.iter().filter_map(|one| original(&one.stored.change)).collect();
        let open = ordered.iter().filter(|one| {
            one.order.as_deref() == Some(order.id.as_str()) && !withdrawn.contains(&one.stored.id)
        });
        open.filter_map(|one| self.late_line(&one.stored.change)).collect()
    }

    fn late_line(&self, change: &Change) -> Option<LateLine> {
        let (name, address) = name_and_address(change);
        let unit = self.site.agencies.get(&change.agency);
        Some(LateLine {
            kind: change.kind,
            name,
            address,
            role: change.after(Attr::Role).or_else(|| change.before(Attr::Role))?.to_owned(),
            unit: unit.map_or(change.agency.as_str(), |one| one.name.as_str()).to_owned(),
        })
    }

    fn late(
        &self,
        order: &WorkOrder,
        system: &Settings,
        above: Option<&Settings>,
        lines: &[LateLine],
    ) -> Letter {
        Letter::OrderLate(OrderLate {
            agency: None,
            system: system.title.clone(),
            order: order.file.trim_end_matches(".xlsx").to_owned(),
            ordered: self.local(order.at),
            due: order.due,
            urgent: order.urgent,
            contact: above.map(|system| system.contact.name.clone()),
            phone: above.and_then(|system| system.contact.phone.clone()),
            lines: lines.to_vec(),
        })
    }
}
