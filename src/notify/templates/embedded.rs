//! The templates that come with the program.

use crate::model::Lang::{self, En, Vi};

macro_rules! mail {
    ($lang:ident, $folder:literal, $name:literal) => {
        ($lang, $name, include_str!(concat!("../../../mappings/mail/", $folder, "/", $name)))
    };
}

/// Language, file name, text.
pub(super) const EMBEDDED: &[(Lang, &str, &str)] = &[
    mail!(Vi, "vi", "layout.txt"),
    mail!(Vi, "vi", "layout.html"),
    mail!(Vi, "vi", "account_created.subject"),
    mail!(Vi, "vi", "account_created.txt"),
    mail!(Vi, "vi", "account_created.html"),
    mail!(Vi, "vi", "changes_made.subject"),
    mail!(Vi, "vi", "changes_made.txt"),
    mail!(Vi, "vi", "changes_made.html"),
    mail!(Vi, "vi", "roster_feedback.subject"),
    mail!(Vi, "vi", "roster_feedback.txt"),
    mail!(Vi, "vi", "roster_feedback.html"),
    mail!(Vi, "vi", "receiver_asks.subject"),
    mail!(Vi, "vi", "receiver_asks.txt"),
    mail!(Vi, "vi", "receiver_asks.html"),
    mail!(Vi, "vi", "order_late.subject"),
    mail!(Vi, "vi", "order_late.txt"),
    mail!(Vi, "vi", "order_late.html"),
    mail!(En, "en", "layout.txt"),
    mail!(En, "en", "layout.html"),
    mail!(En, "en", "account_created.subject"),
    mail!(En, "en", "account_created.txt"),
    mail!(En, "en", "account_created.html"),
    mail!(En, "en", "changes_made.subject"),
    mail!(En, "en", "changes_made.txt"),
    mail!(En, "en", "changes_made.html"),
    mail!(En, "en", "roster_feedback.subject"),
    mail!(En, "en", "roster_feedback.txt"),
    mail!(En, "en", "roster_feedback.html"),
    mail!(En, "en", "receiver_asks.subject"),
    mail!(En, "en", "receiver_asks.txt"),
    mail!(En, "en", "receiver_asks.html"),
    mail!(En, "en", "order_late.subject"),
    mail!(En, "en", "order_late.txt"),
    mail!(En, "en", "order_late.html"),
];
