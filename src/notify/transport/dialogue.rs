//! A dialogue with a mail server: one mail after the other over one connection. It is driven step by step, because what a
//! failure means depends on the step: before the text is on its way nothing was handed over, afterwards nobody knows.

use super::SendError;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use std::fmt::Display;

/// An open dialogue, between two mails or within one.
pub(super) struct Dialogue {
    connection: AsyncSmtpConnection,
    /// Whether the sender, the addressee and DATA may leave together (RFC 2920): one journey to the server, not three.
    pipelines: bool,
}

impl Dialogue {
    /// Over a connection that is ready for mail.
    pub(super) const fn new(connection: AsyncSmtpConnection, pipelines: bool) -> Self {
        Self { connection, pipelines }
    }

    /// Whether the server takes several commands at once. lettre does not keep that part of the greeting, so it is asked
    /// for again.
    pub(super) async fn pipelines(
        connection: &mut AsyncSmtpConnection,
        hello: ClientId,
    ) -> Result<bool, Error> {
        let offers = connection.command(Ehlo::new(hello)).await?;
        Ok(offers.message().any(|offer| offer.trim().eq_ignore_ascii_case("PIPELINING")))
    }

    /// Begins a mail: the server takes `sender`. What [`Self::address`] will say may be on its way already.
    pub(super) async fn begin(&mut self, sender: &Address, to: &Address) -> Result<(), Error> {
        let sender = Mail::new(Some(sender.clone()), vec![]);
        if self.pipelines {
            let to = Rcpt::new(to.clone(), vec![]);
            self.connection.command(format!("{sender}{to}{Data}")).await?;
        } else {
            self.connection.command(sender).await?;
        }
        Ok(())
    }

    /// Names the addressee and has the server's word that it waits for the text.
    pub(super) async fn address(&mut self, to: &Address) -> Result<(), SendError> {
        let taken = self.answer(Rcpt::new(to.clone(), vec![])).await;
        if self.pipelines
            && let Err(error) = &taken
        {
            let waits = error.is_permanent() || error.is_transient();
            // The server has DATA already. Should it wait for a text to nobody, it gets none (RFC 2920, 3.1).
            if waits && self.connection.read_response().await.is_ok() {
                let _ = self.connection.command(".\r\n").await;
            }
        }
        taken.map_err(|error| refusal(&error))?;
        self.answer(Data).await.map_err(|error| refusal(&error))?;
        Ok(())
    }

    /// The server's answer to `command`, which has been sent already where commands leave together.
    async fn answer(&mut self, command: impl Display) -> Result<Response, Error> {
        if self.pipelines {
            self.connection.read_response().await
        } else {
            self.connection.command(command).await
        }
    }

    /// Hands over the text.
    pub(super) async fn hand_over(&mut self, text: &[u8]) -> Result<(), SendError> {
        match self.connection.message(text).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(SendError::Refused(said(&error))),
            Err(error) if error.is_transient() => Err(SendError::Retry(said(&error))),
            Err(error) => Err(SendError::Unknown(said(&error))),
        }
    }

    /// Ends a mail before its text; whether the server is ready for another.
    pub(super) async fn reset(&mut self) -> bool {
        self.connection.command(Rset).await.is_ok()
    }
}

/// What a failure at the address means: only a 5xx is for good.
fn refusal(error: &Error) -> SendError {
    if error.is_permanent() { SendError::Refused(said(error)) } else { SendError::Retry(said(error)) }
}

/// The server's words on one line.
pub(super) fn said(error: &Error) -> String {
    error.to_string().replace(char::is_control, " ")
}
