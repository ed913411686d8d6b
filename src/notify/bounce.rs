//! A bounce: what a mail server sends back when it took a mail and cannot deliver it (a delivery status notification,
//! RFC 3464). Read from bytes that come from outside; everything else that lies in the same folder is left to a person.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use serde::Deserialize;
use std::path::PathBuf;

/// Where bounces come to, under `[mail.bounces]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The envelope's sender, to which servers return what they cannot deliver; without it the sender of the letters.
    pub address: Option<String>,
    /// Where the mail server puts what comes to it: a Maildir, or a folder of `.eml` files.
    pub folder: PathBuf,
}

/// The largest file that is read: a returned letter is far smaller.
pub const LARGEST: u64 = 1024 * 1024;

/// A notification with the letter it is about has some ten parts. The parser nests messages as deep as they come, and
/// gives them up one within the other: what holds more parts is not parsed.
const MOST_PARTS: usize = 200;

/// What a delivery status notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The Message-ID of the mail it is about, without its brackets, where it came back with it.
    pub message_id: Option<String>,
    /// The addressees it could not be delivered to; none where it says that a mail is late, or arrived.
    pub failed: Vec<Failed>,
}

/// An addressee that a mail could not be delivered to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The address the mail was sent to.
    pub address: String,
    /// What the server that refused it said, or its status; for the store, not for a log.
    pub why: String,
}

/// Reads `bytes`; `None` where they are no delivery status notification.
pub fn read(bytes: &[u8]) -> Option<Report> {
    if parts(bytes) > MOST_PARTS {
        return None;
    }
    let parser = MessageParser::new().with_mime_headers().with_message_ids();
    let message = parser.parse(bytes)?;
    let kind = message.content_type()?;
    let report = kind.attribute("report-type").is_some_and(|of| of.eq_ignore_ascii_case("delivery-status"));
    if !message.is_content_type("multipart", "report") || !report {
        return None;
    }
    let status = message.parts.iter().find(|part| {
        part.is_content_type("message", "delivery-status")
            || part.is_content_type("message", "global-delivery-status")
    })?;
    let text = String::from_utf8_lossy(status.contents()).into_owned();
    let failed = groups(&text).iter().filter_map(|fields| failed(fields)).collect();
    Some(Report { message_id: message.parts.iter().find_map(returned_id), failed })
}

/// How many parts there can be at most: each that may hold others says what it holds.
fn parts(bytes: &[u8]) -> usize {
    const NAME: &[u8] = b"content-type";
    bytes.windows(NAME.len()).filter(|some| some.eq_ignore_ascii_case(NAME)).count()
}

/// The Message-ID of the mail that came back, whole or as its header alone.
fn returned_id(part: &MessagePart<'_>) -> Option<String> {
    let id = |message: &Message<'_>| message.message_id().map(str::to_owned);
    match &part.body {
        PartType::Message(message) => id(message),
        PartType::Text(text) if part.is_content_type("text", "rfc822-headers") => {
            MessageParser::new().with_message_ids().parse_headers(text.as_bytes()).as_ref().and_then(id)
        }
        PartType::Text(_)
        | PartType::Html(_)
        | PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Multipart(_) => None,
    }
}

/// The groups of fields of a delivery status: one about the mail, then one an addressee. Names are in lower case.
fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines() {
        let Some(fields) = groups.last_mut() else { break };
        if line.trim().is_empty() {
            if !fields.is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            // The rest of the field above.
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

/// An addressee whose group says that delivery failed for good. The address is the one that the mail was sent to, where
/// it was forwarded to another.
fn failed(fields: &[(String, String)]) -> Option<Failed> {
    let of = |name: &str| fields.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    if !of("action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    let address = of("original-recipient").or_else(|| of("final-recipient"))?;
    let address = after_type(address).trim_matches(['<', '>']);
    let why = of("diagnostic-code").map(after_type).or_else(|| of("status")).unwrap_or("returned");
    Some(Failed { address: address.to_owned(), why: why.replace(char::is_control, " ") })
}

/// A value without its type: `rfc822;a@b` is about `a@b`.
fn after_type(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/data/bounces/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn failed_to(id: &str, address: &str, why: &str) -> Report {
        let failed = vec![Failed { address: address.into(), why: why.into() }];
        Report { message_id: Some(format!("{id}@tinhmau.gov.vn")), failed }
    }

    #[test]
    fn what_exim_returns_names_the_mail_the_addressee_and_the_reason() {
        let [nobody, full] = ["0", "1"].map(|digit| digit.repeat(32));
        assert_eq!(read(&fixture("gone.eml")).unwrap(), failed_to(&nobody, "gone@tinhmau.gov.vn", "5.0.0"));
        let why = "552 5.2.2 Hop thu day / mailbox full";
        assert_eq!(read(&fixture("full.eml")).unwrap(), failed_to(&full, "full@tinhmau.gov.vn", why));
    }

    #[test]
    fn the_header_alone_a_forwarded_address_and_folded_fields_are_read() {
        let why = "550 5.1.1 <annv@noi-khac.example>: Recipient address rejected: User unknown";
        let id = "3".repeat(32);
        assert_eq!(read(&fixture("postfix.eml")).unwrap(), failed_to(&id, "annv@tinhmau.gov.vn", why));
    }

    #[test]
    fn a_mail_that_is_late_has_failed_for_nobody() {
        let report = read(&fixture("delayed.eml")).unwrap();
        assert_eq!(report.failed, []);
    }

    #[test]
    fn what_is_no_notification_is_none() {
        let gone = String::from_utf8(fixture("gone.eml")).unwrap();
        let reply = "From: a@b.example\nSubject: Re\nContent-Type: text/plain\n\nKhong nhan duoc\n";
        let cut = &gone[..gone.find("Content-type: message/delivery-status").unwrap()];
        for text in ["", "\0\u{1}", reply, cut, &gone.replace("report-type=delivery-status;", "")] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_nest_of_parts_is_no_way_to_stop_the_worker() {
        let mut text =
            String::from("Content-Type: multipart/report; report-type=delivery-status; boundary=b0\n\n");
        for depth in 0..8_000 {
            let next = depth + 1;
            let part = format!("--b{depth}\nContent-Type: multipart/mixed; boundary=b{next}\n\n");
            text.push_str(&part);
        }
        assert!(text.len() < usize::try_from(LARGEST).unwrap());
        assert_eq!(read(text.as_bytes()), None);
        let nested = "Content-Type: message/rfc822\n\n".repeat(30_000);
        assert_eq!(read(nested.as_bytes()), None);
    }
}
