//! Agencies as an export writes them: by code or by name.

use super::fold;
use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use crate::model::name::PersonName;
use std::collections::BTreeMap;

/// Agencies by what an export may call them.
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
