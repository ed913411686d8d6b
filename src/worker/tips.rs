//! Tips: what people told of odd accounts is taken down, against the account as the directory has it.

use super::engine::Engine;
use super::incidents::IncidentError;
use crate::directory::ReadDirectory;
use crate::model::account::Attr;
use crate::model::ids::{AgencyCode, Login, TargetId};
use crate::model::tip::Sign;
use crate::store::{NewTip, TakenDown};

impl Engine {
    /// Takes down what `told_by` said of the account that `text` calls. Gives how the account is called, and where the
    /// tip went.
    pub async fn take_tip(
        &self,
        text: &str,
        sign: Sign,
        (words, told_by): (&str, &str),
        by: &Login,
    ) -> Result<(String, TakenDown), IncidentError> {
        let account = self.directory.called(text).await?;
        let account = account.ok_or_else(|| IncidentError::Nobody(text.to_owned()))?;
        let name = account.get(Attr::FullName).unwrap_or_default();
        let new = NewTip {
            target: TargetId::mail(),
            account: account.id.clone(),
            label: format!("{name} <{}>", account.label()),
            agency: account.agency.clone().unwrap_or_else(AgencyCode::unknown),
            sign,
            words: words.to_owned(),
            told_by: told_by.to_owned(),
        };
        let taken = self
            .store
            .write(self.now(), async |mut tx| {
                let taken = tx.take_tip(&new, by).await?;
                tx.commit(taken).await
            })
            .await?;
        Ok((new.label, taken))
    }
}
