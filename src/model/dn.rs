//! A distinguished name. It is built from parts that are escaped here, or parsed whole; never from raw text
//! glued together.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One level of a name: usually one attribute and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Rdn(Vec<(String, String)>);

/// A distinguished name (RFC 4514), the entry itself first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Dn(Vec<Rdn>);

/// Text that is not a distinguished name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a distinguished name, as in \"ou=people,dc=tinh,dc=gov,dc=vn\"")]
pub struct BadDn(pub String);

impl Dn {
    /// Parses a name as a server or a configuration writes it.
    pub fn parse(text: &str) -> Result<Self, BadDn> {
        let bad = || BadDn(text.to_owned());
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut rdns = vec![Rdn(Vec::new())];
        let mut rest = text;
        loop {
            let (attribute, after) = rest.split_once('=').ok_or_else(bad)?;
            let attribute = attribute.trim();
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == ';';
            if attribute.is_empty() || !attribute.chars().all(plain) {
                return Err(bad());
            }
            let (value, separator, after) = value(after).ok_or_else(bad)?;
            if let Some(last) = rdns.last_mut() {
                last.0.push((attribute.to_ascii_lowercase(), value));
            }
            match separator {
                None => return Ok(Self(rdns)),
                Some('+') => {}
                Some(_) => rdns.push(Rdn(Vec::new())),
            }
            rest = after;
        }
    }

    /// The name of a child: `attribute=value` under this one. `attribute` comes from a dialect, `value` may
    /// hold anything.
    #[must_use]
    pub fn child(&self, attribute: &str, value: &str) -> Self {
        let mut rdns = vec![Rdn(vec![(attribute.to_ascii_lowercase(), value.to_owned())])];
        rdns.extend(self.0.iter().cloned());
        Self(rdns)
    }

    /// The name one level up; the empty name has itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.iter().skip(1).cloned().collect())
    }

    /// The first level as text, escaped: what a rename is given.
    pub fn rdn(&self) -> String {
        self.0.first().map(ToString::to_string).unwrap_or_default()
    }

    /// The first level's attribute and value, for a single-valued one.
    pub fn rdn_pair(&self) -> Option<(&str, &str)> {
        match self.0.first()?.0.as_slice() {
            [(attribute, value)] => Some((attribute, value)),
            _ => None,
        }
    }

    /// Whether this entry lies below `base` or is it; compared without case.
    pub fn is_within(&self, base: &Self) -> bool {
        self.0.len() >= base.0.len()
            && self.0[self.0.len() - base.0.len()..]
                .iter()
                .zip(&base.0)
                .all(|(one, two)| one.folded() == two.folded())
    }

    /// The form in which equal names are equal: lower case.
    pub fn folded(&self) -> String {
        self.to_string().to_lowercase()
    }
}

impl Rdn {
    fn folded(&self) -> String {
        self.to_string().to_lowercase()
    }
}

/// Reads an attribute's value up to an unescaped `,`, `;` or `+`: the value, what ended it, the rest.
fn value(text: &str) -> Option<(String, Option<char>, &str)> {
    let text = text.trim_start_matches(' ');
    let mut bytes = Vec::with_capacity(text.len());
    let mut kept = 0;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ',' | ';' | '+' => {
                bytes.truncate(trimmed(&bytes, kept));
                return Some((String::from_utf8(bytes).ok()?, Some(c), &text[at + 1..]));
            }
            '\\' => {
                let (_, next) = chars.next()?;
                if let Some(high) = next.to_digit(16) {
                    let low = chars.next()?.1.to_digit(16)?;
                    bytes.push(u8::try_from(high * 16 + low).ok()?);
                } else {
                    bytes.extend(next.encode_utf8(&mut [0; 4]).bytes());
                }
                kept = bytes.len();
            }
            '"' | '<' | '>' | '\0' => return None,
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes.truncate(trimmed(&bytes, kept));
    Some((String::from_utf8(bytes).ok()?, None, ""))
}

/// The length of `bytes` without trailing spaces, none of which is among the first `kept`.
fn trimmed(bytes: &[u8], kept: usize) -> usize {
    let spaces = bytes[kept..].iter().rev().take_while(|b| **b == b' ').count();
    bytes.len() - spaces
}

impl fmt::Display for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (attribute, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("+")?;
            }
            write!(f, "{attribute}=")?;
            let last = value.chars().count().saturating_sub(1);
            for (at, c) in value.chars().enumerate() {
                match c {
                    ' ' if at == 0 || at == last => f.write_str("\\ ")?,
                    '#' if at == 0 => f.write_str("\\#")?,
                    ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => write!(f, "\\{c}")?,
                    c if c.is_ascii_control() => write!(f, "\\{:02x}", u32::from(c))?,
                    c => write!(f, "{c}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            rdn.fmt(f)?;
        }
        Ok(())
    }
}

impl Serialize for Dn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_is_named_never_becomes_syntax() {
        let base = Dn::parse("ou=people, dc=tinh,dc=gov,dc=vn").unwrap();
        let hostile = base.child("uid", " #a,ou=admins+cn=x\\\"<>;=\0 ");
        assert_eq!(hostile.parent(), base);
        assert_eq!(Dn::parse(&hostile.to_string()).unwrap(), hostile);
        assert!(hostile.is_within(&base));
    }

    #[test]
    fn servers_spellings_are_read() {
        let dn = Dn::parse("UID=a\\2Cb,OU=Ph\\C3\\B2ng ,DC=vn").unwrap();
        assert_eq!(dn.to_string(), "uid=a\\,b,ou=Phòng,dc=vn");
        assert_eq!(dn.rdn_pair(), Some(("uid", "a,b")));
        assert!(dn.is_within(&Dn::parse("ou=phòng,dc=VN").unwrap()));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["people", "=x", "ou=a,b", "ou=a\\", "ou=\\zz,dc", "o u=a"] {
            assert!(Dn::parse(bad).is_err(), "{bad:?}");
        }
    }
}
