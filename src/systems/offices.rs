//! Agencies as a system writes them: by code or by name.

use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use crate::model::name::{PersonName, ascii};
use std::collections::BTreeMap;

/// Agencies by what a system may call them.
#[derive(Debug)]
pub(super) struct Offices {
    exact: BTreeMap<String, AgencyCode>,
    /// `None` where two agencies differ by their tone marks alone.
    folded: BTreeMap<String, Option<AgencyCode>>,
}

impl Offices {
    pub(super) fn new(agencies: &Agencies) -> Self {
        let mut offices = Self { exact: BTreeMap::new(), folded: BTreeMap::new() };
        for (code, agency) in agencies {
            for name in [code.as_str(), &agency.name] {
                offices.exact.insert(spoken(name), code.clone());
                let fold = offices.folded.entry(fold(name)).or_insert_with(|| Some(code.clone()));
                if fold.as_ref() != Some(code) {
                    *fold = None;
                }
            }
        }
        offices
    }

    pub(super) fn find(&self, text: &str) -> Option<AgencyCode> {
        self.exact.get(&spoken(text)).cloned().or_else(|| self.folded.get(&fold(text)).cloned().flatten())
    }
}

/// A name that keeps its marks: lower case, single spaces, `UBND` written out.
fn spoken(text: &str) -> String {
    PersonName::new(&text.replace("UBND", "Ủy ban nhân dân")).map(|name| name.matching()).unwrap_or_default()
}

/// Lower-case ASCII words, `UBND` written out.
pub(super) fn fold(text: &str) -> String {
    let ascii = ascii(text);
    let words = ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| if word == "ubnd" { "uy ban nhan dan" } else { word }).collect::<Vec<_>>().join(" ")
}
