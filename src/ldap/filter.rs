//! A search filter (RFC 4515), built from parts whose values are escaped here: a value never becomes syntax.

use std::fmt;

/// A filter. Attribute names come from a dialect, values from anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// The attribute has this value, by the server's own matching rule.
    pub fn equal(attribute: &str, value: &str) -> Self {
        Self(format!("({attribute}={})", ldap3::ldap_escape(value)))
    }

    /// The attribute has a value.
    pub fn present(attribute: &str) -> Self {
        Self(format!("({attribute}=*)"))
    }

    /// Not so.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "a filter's word, not an operator")]
    pub fn not(self) -> Self {
        Self(format!("(!{})", self.0))
    }

    /// All of them hold.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined('&', parts)
    }

    /// One of them holds.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined('|', parts)
    }

    fn joined(operator: char, parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: String = parts.into_iter().map(|part| part.0).collect();
        Self(format!("({operator}{parts})"))
    }

    /// The filter as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_stays_a_value() {
        let filter = Filter::all([
            Filter::equal("uid", "a)(|(cn=*"),
            Filter::present("title").not(),
            Filter::any([Filter::equal("ou", "x\\y")]),
        ]);
        assert_eq!(filter.as_str(), r"(&(uid=a\29\28|\28cn=\2a)(!(title=*))(|(ou=x\5cy)))");
    }

    proptest! {
        #[test]
        fn every_value_makes_a_filter_the_library_reads(value in any::<String>()) {
            prop_assert!(ldap3::parse_filter(Filter::equal("cn", &value).as_str()).is_ok());
        }
    }
}
