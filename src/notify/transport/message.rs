//! A notice as an RFC 5322 message: multipart/alternative, its Message-ID made from the notice.

use super::{OpenError, SendError};
use crate::model::notice::Notice;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

/// Reads `from` of the settings.
pub(super) fn mailbox(from: &str) -> Result<Mailbox, OpenError> {
    from.parse().map_err(|why| OpenError::From(from.to_owned(), why))
}

/// The address a notice goes to. Official addresses are ASCII; another one cannot be right.
pub(super) fn address(notice: &Notice) -> Result<Address, SendError> {
    parse(&notice.to).map_err(SendError::Refused)
}

/// Whether mail can be sent to `text`; else why not.
pub fn check_address(text: &str) -> Result<(), String> {
    parse(text).map(|_| ())
}

fn parse(text: &str) -> Result<Address, String> {
    match text.parse::<Address>() {
        Ok(address) if text.is_ascii() => Ok(address),
        Ok(_) => Err(format!("{text:?} is not an ASCII address")),
        Err(why) => Err(format!("{text:?} is not an address: {why}")),
    }
}

/// The message from `from`. The date is the moment of the attempt; the Message-ID is the same each time.
pub(super) fn message(notice: &Notice, from: &Mailbox) -> Result<Message, SendError> {
    let to = Mailbox::new(Some(one_line(&notice.to_name)), address(notice)?);
    Message::builder()
        .from(from.clone())
        .to(to)
        .subject(one_line(&notice.subject))
        .message_id(Some(format!("<{}@{}>", notice.message_id(), from.email.domain())))
        // No out-of-office answer, please (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(MultiPart::alternative_plain_html(notice.text.clone(), notice.html.clone()))
        .map_err(|why| SendError::Refused(format!("no message can be made of the notice: {why}")))
}

/// `text` without control characters: a line break in a header field would begin another field (and lettre
/// panics on one in a name).
fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(to: &str, to_name: &str, subject: &str) -> Notice {
        Notice {
            key: "k".into(),
            template: "t".into(),
            to: to.into(),
            to_name: to_name.into(),
            subject: subject.into(),
            text: "Kính gửi".into(),
            html: "<p>Kính gửi</p>".into(),
        }
    }

    fn headers(notice: &Notice) -> String {
        let from = mailbox("Trung tâm Chuyển đổi số <hotro@mail.example>").unwrap();
        let bytes = message(notice, &from).unwrap().formatted();
        assert!(bytes.is_ascii(), "needs no 8BITMIME");
        let text = String::from_utf8(bytes).unwrap();
        text.split_once("\r\n\r\n").unwrap().0.to_owned()
    }

    #[test]
    fn a_line_break_in_a_name_or_subject_begins_no_header() {
        let headers = headers(&notice(
            "a@mail.example",
            "Lê Văn A\r\nBcc: x@evil.example",
            "Chào\nBcc: y@evil.example\u{0}",
        ));
        assert!(headers.lines().all(|line| !line.to_lowercase().starts_with("bcc")), "{headers}");
    }

    #[test]
    fn every_attempt_carries_the_same_message_id() {
        let one = notice("a@mail.example", "A", "s");
        let id = format!("Message-ID: <{}@mail.example>", one.message_id());
        for _ in 0..2 {
            let headers = headers(&one);
            assert!(headers.lines().any(|line| line == id), "{headers}");
            assert!(headers.contains("Auto-Submitted: auto-generated"));
        }
        assert_ne!(one.message_id(), notice("b@mail.example", "A", "s").message_id());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in
            ["", "a", "a@b@c", "a b@mail.example", "a@mail.example\r\nRCPT TO:<x@y>", "tên@mail.example"]
        {
            assert!(matches!(address(&notice(bad, "", "")), Err(SendError::Refused(_))), "{bad:?}");
        }
    }
}
