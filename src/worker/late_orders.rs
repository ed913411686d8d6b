//! Late orders: a work order whose deadline has passed, and that no export has confirmed, goes up the steps of its system.

use super::engine::Engine;
use super::telling::{TellError, name_and_address};
use crate::apply::undo::original;
use crate::model::account::Attr;
use crate::model::change::{Change, State};
use crate::model::ids::ChangeId;
use crate::notify::letter::{LateLine, Letter, OrderLate};
use crate::store::{Filter, Standing, Token, WorkOrder};
use crate::systems::System;
use crate::systems::handoff::Settings;
use std::collections::BTreeSet;

impl Engine {
    /// Queues a letter for every step that has come of each late order. The outbox takes each once.
    pub(super) async fn press_late_orders(&self, token: &Token) -> Result<u64, TellError> {
        let today = self.local(self.now());
        let mut notices = Vec::new();
        for order in self.store.open_orders().await? {
            let mut systems = self.systems.iter().filter_map(System::handoff);
            let Some(system) = systems.find(|system| system.name == order.target) else { continue };
            let steps = system.steps(order.due, today, &self.config().holidays);
            let lines = if steps.is_empty() { Vec::new() } else { self.open_lines(&order).await? };
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
        if notices.is_empty() {
            return Ok(0);
        }
        let queued = self.store.write_fenced(token, self.now(), |mut tx| {
            let notices = &notices;
            async move {
                let mut queued = 0;
                for notice in notices {
                    queued += u64::from(tx.enqueue(notice).await?);
                }
                tx.commit(queued).await
            }
        });
        Ok(queued.await?)
    }

    /// What of an order is still to be done: a line that another order takes back is not.
    async fn open_lines(&self, order: &WorkOrder) -> Result<Vec<LateLine>, TellError> {
        let filter =
            Filter { state: Some(State::Ordered), target: Some(order.target.clone()), ..Filter::default() };
        let mut ordered: Vec<Standing> = Vec::new();
        loop {
            let last = ordered.last().map(|one| one.stored.id.clone());
            let page = self.store.changes(&filter, last.as_ref(), 1_000).await?;
            if page.is_empty() {
                break;
            }
            ordered.extend(page);
        }
        let documents = ordered.iter().filter_map(|one| one.stored.change.document.as_deref());
        let withdrawn: BTreeSet<ChangeId> = documents.filter_map(original).collect();
        let open = ordered.iter().filter(|one| {
            one.order.as_deref() == Some(order.id.as_str()) && !withdrawn.contains(&one.stored.id)
        });
        Ok(open.filter_map(|one| self.late_line(&one.stored.change)).collect())
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
