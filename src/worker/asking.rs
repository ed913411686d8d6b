//! Asking: where only the receiving agency lists somebody, the agency that the account lies in is asked to answer.

use super::engine::Engine;
use super::telling::{TellError, name_and_address};
use crate::model::account::Attr;
use crate::model::agency::Agency;
use crate::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use crate::model::dn::Dn;
use crate::model::evidence::Evidence;
use crate::model::ids::AgencyCode;
use crate::notify::letter::{Letter, ReceiverAsks};
use crate::store::{Filter, Token};

impl Engine {
    /// Queues a letter to the old agency's contacts for each move that only the new agency speaks of and that is not
    /// carried out yet. The outbox takes each once, so that a crash or a broken template costs no letter.
    pub(super) async fn ask_old_agencies(&self, token: &Token) -> Result<u64, TellError> {
        let spoken = Filter { reason: Some(Reason::TransferByReceiver), ..Filter::default() };
        let spoken = self.store.every_change(&spoken).await?;
        let lang = self.config().language;
        let mut notices = Vec::new();
        for one in spoken.iter().map(|one| &one.stored).filter(|one| is_unanswered(one)) {
            let Some((agency, letter)) = self.asking(&one.change) else { continue };
            let key = format!("{}:{}", letter.template(), one.key);
            for contact in &agency.contacts {
                notices.push(self.templates.render(&letter, lang, &contact.mail, &contact.name, &key)?);
            }
        }
        self.queue(token, &notices).await
    }

    /// The letter about one move, and whom it is for; `None` where the account lies in no agency's branch.
    fn asking(&self, change: &Change) -> Option<(&Agency, Letter)> {
        let agency = self.agency_of(&Dn::parse(change.before(Attr::Dn)?).ok()?)?;
        let receiver = self.site.agencies.get(&change.agency)?;
        let (file, document) = change.evidence.iter().find_map(|one| match one {
            Evidence::Row { file, document, .. } => Some((file.clone(), document.as_ref())),
            Evidence::Absence { .. }
            | Evidence::Snapshot { .. }
            | Evidence::Operator { .. }
            | Evidence::Match { .. }
            | Evidence::Unsettled { .. }
            | Evidence::Rule { .. } => None,
        })?;
        let (name, address) = name_and_address(change);
        let letter = Letter::ReceiverAsks(ReceiverAsks {
            agency: agency.name.clone(),
            receiver: receiver.name.clone(),
            name,
            address,
            position: change.after(Attr::Title).map(str::to_owned),
            file,
            document: document.and_then(|one| one.number.clone()),
            from: change.effective,
        });
        Some((agency, letter))
    }

    /// The agency in whose branch an entry lies.
    fn agency_of(&self, entry: &Dn) -> Option<&Agency> {
        let people = &self.config().policy.layout.people;
        let mut branch = entry.parent();
        while branch.is_within(people) && branch != *people {
            let code = branch.rdn_pair().and_then(|(_, value)| AgencyCode::parse(value).ok());
            if let Some(agency) = code.and_then(|code| self.site.agencies.get(&code)) {
                return Some(agency);
            }
            branch = branch.parent();
        }
        None
    }
}

fn is_unanswered(one: &StoredChange) -> bool {
    let waits = match one.state {
        State::Proposed | State::Held | State::Approved | State::Expired => true,
        State::Rejected
        | State::Claimed
        | State::Ordered
        | State::Applied
        | State::Failed
        | State::Stale
        | State::Unknown
        | State::Superseded
        | State::Undone => false,
    };
    waits && one.change.kind == ChangeKind::MoveAccount
}
