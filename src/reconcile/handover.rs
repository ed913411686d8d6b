//! Hand-over: who takes over the files (hồ sơ) of an officer who leaves or goes elsewhere. Asked as soon as the date is
//! known, before it has come, and asked on when the role has ended: the answer delays nothing.

use super::Scene;
use super::draft::Draft;
use super::fate::{Fate, fate};
use super::fold::Stand;
use super::logins::Logins;
use super::policy::RoleMap;
use super::roles::Desk;
use crate::model::account::Attr;
use crate::model::change::{Change, Reason};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, PersonId};
use crate::model::question::{Question, QuestionKind};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Asks once for each agency in which `revocations` take a role with files from somebody who goes.
pub fn ask(desk: &Desk<'_>, revocations: &[Change], logins: &Logins<'_>, out: &mut Draft) {
    let mut asked: BTreeSet<&AgencyCode> = BTreeSet::new();
    for change in revocations {
        let goes = matches!(change.reason, Reason::RoleEndsByLeaving | Reason::RoleEndsByTransfer);
        let Some(role) = change.before(Attr::Role).filter(|role| desk.map.files.contains(*role)) else {
            continue;
        };
        let files = logins.open_files(desk.mail);
        if !goes || files == Some(0) || !asked.insert(&change.agency) {
            continue;
        }
        let mut entry = format!("{}; {role}; until = {}", desk.mail, change.due);
        if let Some(files) = files {
            let _ = write!(entry, "; open_files = {files}");
        }
        let sources = change.evidence.iter().filter(|one| !matches!(one, Evidence::Snapshot { .. }));
        let target = desk.map.target.to_string();
        let question = Question {
            kind: QuestionKind::HandOver,
            agency: change.agency.clone(),
            about: format!("files|{}|{}", desk.person.id, desk.map.target),
            label: desk.person.name.to_string(),
            candidates: Vec::new(),
            evidence: sources.cloned().chain([Evidence::Snapshot { target, entry }]).collect(),
        };
        out.ask(desk.world, question);
    }
}

/// Asks on about those whose role has ended meanwhile, as long as they are said to have gone and the system does not
/// say that nothing is left.
pub fn ask_still(scene: &Scene<'_>, map: &RoleMap, logins: &Logins<'_>, out: &mut Draft) {
    let open = scene.world.asked.values().filter(|one| one.kind == QuestionKind::HandOver);
    for question in open {
        let mut parts = question.about.split('|').skip(1);
        let (Some(person), Some(target)) = (parts.next(), parts.next()) else { continue };
        let id = PersonId::new(person);
        if target != map.target.as_str() || !is_gone(scene, &id, &question.agency) {
            continue;
        }
        let account = scene.correlation.people.get(&id).and_then(|person| scene.account_of(person));
        let files = account.and_then(|account| logins.open_files(account.get(Attr::Mail)?));
        if files != Some(0) {
            out.ask(scene.world, question.clone());
        }
    }
}

/// Whether nothing says that the person works at `agency` after all.
fn is_gone(scene: &Scene<'_>, id: &PersonId, agency: &AgencyCode) -> bool {
    let Some(person) = scene.correlation.people.get(id) else { return false };
    match scene.standing.people.get(id).and_then(|stands| stands.get(agency)) {
        Some(Stand::Present(_) | Stand::Suspended(_)) => false,
        Some(Stand::Left(_) | Stand::Away(_) | Stand::Revoked(_)) => true,
        Some(Stand::Absent(_)) | None => {
            let home = scene.account_of(person).and_then(|account| account.agency.as_ref());
            match fate(scene, id, home) {
                Fate::Works { home, .. } => home != *agency,
                Fate::Missing(_) | Fate::Unspoken => scene.world.departures.contains(id),
                Fate::Moves { .. } | Fate::Leaves { .. } => true,
            }
        }
    }
}
