//! Work orders: approved changes of a system without an API, handed over in one workbook. Claims and the order's
//! name are committed together, then the file is written, then the outcomes: a crash never writes two.

use super::undo::original;
use super::{Applied, Applier};
use crate::files;
use crate::kill::{KillPoint, reached};
use crate::model::account::Attr;
use crate::model::calendar::add_working_days;
use crate::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use crate::model::evidence::Evidence;
use crate::model::ids::ChangeId;
use crate::model::intent::{Intent, Outcome};
use crate::store::{Claim, StoreError};
use crate::systems::System;
use crate::systems::handoff::{Settings, next_order_number, order_name};
use crate::workbook::order::{Ask, Contact, OrderLine, WorkOrder, write};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The most lines one order takes.
const LINES: usize = 500;

/// A claimed change with its intent.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) stored: StoredChange,
    pub(crate) intent: Intent,
}

impl Applier<'_> {
    /// Hands over every system's approved changes: what takes away in an urgent order, the rest in a normal one.
    pub(crate) async fn hand_over(&self, done: &mut Applied) -> Result<(), StoreError> {
        for system in self.systems.iter().filter_map(System::handoff) {
            let mut last = None;
            let mut waiting = Vec::new();
            while let Some(page) = self.approved(&system.name, &mut last).await? {
                waiting.extend(page.into_iter().map(|standing| standing.stored));
            }
            let (urgent, normal): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|one| is_urgent(&one.change));
            for (urgent, changes) in [(true, urgent), (false, normal)] {
                for lines in changes.chunks(LINES) {
                    if !self.stopping() {
                        self.order(system, urgent, lines, done).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn order(
        &self,
        system: &Settings,
        urgent: bool,
        changes: &[StoredChange],
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        let file = match self.next_name(system).await {
            Ok(file) => file,
            Err(error) => {
                done.errors.push(format!("{}: {}: {error}", system.name, system.orders_dir.display()));
                return Ok(());
            }
        };
        let days = if urgent { system.deadline_days.urgent } else { system.deadline_days.normal };
        let due = add_working_days(self.today(), days.get(), self.holidays);
        let wanted: Vec<_> = changes.iter().map(|one| (one, self.terms(&one.change, None))).collect();
        let claims = self
            .store
            .write_fenced(self.token, self.now(), |mut tx| {
                let (wanted, file) = (&wanted, &file);
                async move {
                    let claims = tx.open_intents(wanted).await?;
                    if claims.iter().any(|claim| matches!(claim, Claim::Opened(_))) {
                        tx.insert_order(&system.name, file, urgent, due).await?;
                    }
                    tx.commit(claims).await
                }
            })
            .await?;
        let mut claimed = Vec::new();
        for (stored, claim) in changes.iter().zip(claims) {
            match claim {
                Claim::Opened(intent) => claimed.push(Claimed { stored: stored.clone(), intent }),
                other => Self::turned_away(&other, done),
            }
        }
        if claimed.is_empty() {
            return Ok(());
        }
        self.finish_order(system, (&file, due), &claimed, done).await
    }

    /// A name that neither the folder nor the store has.
    async fn next_name(&self, system: &Settings) -> Result<String, std::io::Error> {
        std::fs::create_dir_all(&system.orders_dir)?;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&system.orders_dir)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        let known = self.store.open_orders().await.map_err(std::io::Error::other)?;
        names.extend(known.into_iter().map(|order| order.file));
        let number = next_order_number(&system.name, self.today(), names.iter().map(String::as_str));
        Ok(order_name(&system.name, self.today(), number))
    }

    /// Writes the order unless it lies there, and notes it.
    pub(crate) async fn finish_order(
        &self,
        system: &Settings,
        (file, due): (&str, NaiveDate),
        claimed: &[Claimed],
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        let path = system.orders_dir.join(file);
        let written = if path.exists() {
            Ok(())
        } else {
            let withdrawn = self.withdrawn(claimed).await?;
            write(&self.work_order(system, (file, due), claimed, &withdrawn))
                .map_err(|error| error.to_string())
                .and_then(|bytes| files::write(&path, &bytes, 0o640).map_err(|error| error.to_string()))
        };
        reached(KillPoint::AfterOrder);
        let outcome = match written {
            Ok(()) => Outcome::Ordered { order: file.to_owned() },
            Err(why) => Outcome::NotSent { why: format!("{}: {why}", path.display()) },
        };
        self.resolve_order(claimed, &outcome, done).await
    }

    /// Notes one outcome for every line of an order, in one transaction.
    pub(crate) async fn resolve_order(
        &self,
        claimed: &[Claimed],
        outcome: &Outcome,
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        self.store
            .write_fenced(self.token, self.now(), |mut tx| async move {
                let ended: Vec<_> = claimed.iter().map(|one| (one.intent.id.as_str(), outcome)).collect();
                tx.resolve_intents(&ended).await?;
                tx.commit(()).await
            })
            .await?;
        for one in claimed {
            done.count(&one.stored, outcome);
        }
        Ok(())
    }

    /// The orders that lines of this one withdraw, by the line's change: an undo of what was handed over and not
    /// confirmed yet.
    async fn withdrawn(&self, claimed: &[Claimed]) -> Result<BTreeMap<ChangeId, String>, StoreError> {
        let mut withdrawn = BTreeMap::new();
        for one in claimed.iter().map(|one| &one.stored) {
            let Some(id) = original(&one.change) else { continue };
            let standing = self.store.change(&id).await?.map(|standing| standing.stored);
            if let Some(standing) = standing.filter(|standing| standing.state == State::Ordered) {
                let file = standing.outcome.unwrap_or_default();
                withdrawn.insert(one.id.clone(), file.trim_end_matches(".xlsx").to_owned());
            }
        }
        Ok(withdrawn)
    }

    fn work_order(
        &self,
        system: &Settings,
        (file, due): (&str, NaiveDate),
        claimed: &[Claimed],
        withdrawn: &BTreeMap<ChangeId, String>,
    ) -> WorkOrder {
        let urgent = claimed.first().is_some_and(|one| is_urgent(&one.stored.change));
        let contact = &system.contact;
        WorkOrder {
            issuer: self.issuer.to_owned(),
            system: system.title.clone(),
            number: file.trim_end_matches(".xlsx").to_owned(),
            date: self.today(),
            urgent,
            deadline: due,
            contact: Contact {
                name: contact.name.clone(),
                phone: contact.phone.clone().unwrap_or_default(),
                mail: contact.mail.clone(),
            },
            lines: claimed
                .iter()
                .filter_map(|one| self.line(&one.stored.change, withdrawn.get(&one.stored.id)))
                .collect(),
        }
    }

    /// A line; `withdrawn` is the number of the order whose line it takes back.
    fn line(&self, change: &Change, withdrawn: Option<&String>) -> Option<OrderLine> {
        let (ask, back) = match change.kind {
            ChangeKind::GrantRole => (Ask::Grant, "thu hồi; nếu đã thu hồi thì cấp lại"),
            ChangeKind::RevokeRole => (Ask::Revoke, "cấp; nếu đã cấp thì thu hồi"),
            _ => return None,
        };
        let (ask, basis) = match withdrawn {
            Some(number) => (Ask::Withdraw, format!("Rút yêu cầu tại phiếu số {number}: không {back}")),
            None => (ask, basis(change)),
        };
        let role = change.after(Attr::Role).or_else(|| change.before(Attr::Role))?;
        let unit = self.agencies.get(&change.agency).map_or(change.agency.as_str(), |one| one.name.as_str());
        Some(OrderLine {
            full_name: change.label.split(" <").next().unwrap_or_default().to_owned(),
            account: change.before(Attr::Mail).unwrap_or_default().to_owned(),
            unit: unit.to_owned(),
            role: role.to_owned(),
            ask,
            basis,
            effective: change.due,
        })
    }
}

/// What takes a role from somebody who left or went cannot wait, nor what takes back an order.
fn is_urgent(change: &Change) -> bool {
    change.reason == Reason::Undo
        || change.is_incident_lock()
        || change.kind == ChangeKind::RevokeRole
            && matches!(change.reason, Reason::RoleEndsByLeaving | Reason::RoleEndsByTransfer)
}

/// The document, else the roster behind a change; of an undo, who asked for it.
fn basis(change: &Change) -> String {
    if change.reason == Reason::Undo {
        return "Khôi phục theo yêu cầu của quản trị viên".to_owned();
    }
    if change.reason == Reason::Incident {
        return "Sự cố an toàn thông tin: tài khoản bị chiếm quyền sử dụng; đề nghị khóa tài khoản, chấm dứt các phiên \
                đăng nhập"
            .to_owned();
    }
    let row = change.evidence.iter().find_map(|evidence| match evidence {
        Evidence::Row { file, row, .. } => Some(format!("{file}, dòng {row}")),
        Evidence::Absence { file, .. } => Some(file.clone()),
        Evidence::Snapshot { .. }
        | Evidence::Operator { .. }
        | Evidence::Match { .. }
        | Evidence::Unsettled { .. } => None,
        Evidence::Rule { document, basis, .. } => Some(format!("{document}; {basis}")),
    });
    match (&change.document, row) {
        (Some(number), Some(row)) => format!("{number} ({row})"),
        (Some(number), None) => number.clone(),
        (None, row) => row.unwrap_or_default(),
    }
}
