//! A match: how a roster's row was held to be a person's, and a person's account to be this one. Each has its rule and,
//! by the rule, a confidence: what takes away never rests on a probable match that nobody has confirmed.

use super::Lang;
use super::ids::AgencyCode;
use super::vocabulary::words;
use serde::{Deserialize, Serialize};

words!(
    /// The rule of a match. The order is the order in which the rules are tried.
    MatchRule {
        /// A row that said the same was this person's.
        SameRow = "same-row",
        /// An operator said so.
        Answer = "answer",
        /// The same citizen ID.
        CitizenId = "citizen-id",
        /// The same staff code, and the name agrees.
        StaffCode = "staff-code",
        /// The same official address, and the name agrees.
        Address = "official-address",
        /// The same name and full birth date.
        NameAndBirth = "name-and-birth",
        /// A name unique on both sides, together with the phone.
        NameAndPhone = "name-and-phone",
        /// Known from a former match, and nothing speaks against it.
        Known = "former-match",
        /// Nobody known fits.
        New = "new",
        /// The account was planned for this person.
        Created = "created",
    }
);

words!(
    /// How far a match is to be trusted.
    Confidence {
        /// Enough for attributes and for what gives; what takes away waits until it is confirmed.
        Probable = "probable",
        /// Enough for everything.
        Strong = "strong",
        /// What names the person or the account itself, or an operator's word.
        Certain = "certain",
    }
);

impl MatchRule {
    /// How a reviewer calls it.
    pub fn phrase(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::SameRow, Lang::Vi) => "dòng đã khớp trước đây",
            (Self::SameRow, Lang::En) => "a row matched before",
            (Self::Answer, Lang::Vi) => "trả lời của quản trị viên",
            (Self::Answer, Lang::En) => "an operator's answer",
            (Self::CitizenId, Lang::Vi) => "số căn cước",
            (Self::CitizenId, Lang::En) => "citizen ID",
            (Self::StaffCode, Lang::Vi) => "số hiệu cán bộ",
            (Self::StaffCode, Lang::En) => "staff code",
            (Self::Address, Lang::Vi) => "địa chỉ thư công vụ",
            (Self::Address, Lang::En) => "official address",
            (Self::NameAndBirth, Lang::Vi) => "họ tên và ngày sinh",
            (Self::NameAndBirth, Lang::En) => "name and birth date",
            (Self::NameAndPhone, Lang::Vi) => "họ tên và số điện thoại",
            (Self::NameAndPhone, Lang::En) => "name and phone",
            (Self::Known, Lang::Vi) => "lần khớp trước",
            (Self::Known, Lang::En) => "a former match",
            (Self::New, Lang::Vi) => "người mới",
            (Self::New, Lang::En) => "somebody new",
            (Self::Created, Lang::Vi) => "tài khoản lập cho chính người này",
            (Self::Created, Lang::En) => "the account planned for this person",
        }
    }

    /// How far a match by this rule is to be trusted (DESIGN section 6, who is who).
    pub fn confidence(self) -> Confidence {
        match self {
            Self::Answer | Self::CitizenId | Self::StaffCode | Self::Address | Self::New | Self::Created => {
                Confidence::Certain
            }
            Self::NameAndBirth => Confidence::Strong,
            Self::SameRow | Self::NameAndPhone | Self::Known => Confidence::Probable,
        }
    }
}

/// How a person's mail account was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Matched {
    /// The best rule that has tied the account to the person so far.
    pub rule: MatchRule,
    /// The agency whose row did: its matches are confirmed together.
    pub agency: AgencyCode,
    /// Whether an operator has confirmed it.
    #[serde(default)]
    pub confirmed: bool,
}

impl Matched {
    /// How far it is to be trusted.
    pub fn confidence(&self) -> Confidence {
        if self.confirmed { Confidence::Certain } else { self.rule.confidence() }
    }

    /// Whether what takes away may rest on it.
    pub fn is_settled(&self) -> bool {
        self.confidence() > Confidence::Probable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_with_a_phone_or_a_former_match_waits_for_a_word() {
        let open: Vec<_> =
            MatchRule::ALL.iter().filter(|rule| rule.confidence() == Confidence::Probable).collect();
        assert_eq!(open, [&MatchRule::SameRow, &MatchRule::NameAndPhone, &MatchRule::Known]);
        let agency = AgencyCode::parse("snv").unwrap();
        let matched = Matched { rule: MatchRule::NameAndPhone, agency, confirmed: false };
        assert!(!matched.is_settled());
        assert!(Matched { confirmed: true, ..matched }.is_settled());
    }
}
