//! What a handover of a unit mailbox comes to: a line for the mail server and each system on the sessions that the former
//! custodian may have. Where they cannot be ended from afar, it is said.

use super::words;
use crate::apply::handover::{address_of, ends_sessions, hands_over};
use crate::model::Lang;
use crate::model::change::{ChangeKind, State, StoredChange};
use crate::model::custodian::Sessions;
use crate::store::Filter;
use crate::worker::engine::Engine;
use anyhow::Result;

/// The lines; none where nobody hands the mailbox over.
pub async fn sessions(engine: &Engine, stored: &StoredChange, lang: Lang) -> Result<Vec<String>> {
    if !hands_over(&stored.change) {
        return Ok(Vec::new());
    }
    let filter = Filter {
        kind: Some(ChangeKind::EndSessions),
        text: Some(address_of(&stored.change.label).to_owned()),
        ..Filter::default()
    };
    let mut made = engine.store.every_change(&filter).await?;
    made.retain(|one| one.pass == stored.id.as_str());
    let mut lines = vec![words::mail_sessions(lang).to_owned()];
    for system in &engine.systems {
        let name = system.name();
        let ends = made.iter().find(|one| one.stored.change.target == *name);
        let sessions = match ends {
            Some(one) => Sessions::of(one.stored.state),
            None if ends_sessions(system) && stored.state != State::Applied => Sessions::WillEnd,
            None => Sessions::Cannot,
        };
        let title = engine.config().systems.iter().find(|one| one.name() == name);
        lines.push(words::sessions(sessions, title.map_or(name.as_str(), |one| one.title()), lang));
    }
    Ok(lines)
}
