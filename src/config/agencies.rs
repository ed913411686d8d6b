//! The agencies' file: one `[[agency]]` table each.

use super::{ConfigError, read_toml};
use crate::model::agency::{Agencies, Agency};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agency: Vec<Agency>,
}

/// Reads the agencies and checks that codes are given once and parents exist.
pub fn read(path: &Path) -> Result<Agencies, ConfigError> {
    let form = |why: String| ConfigError::Form { path: path.to_owned(), why };
    let file: File = read_toml(path)?;
    let mut agencies = Agencies::new();
    for agency in file.agency {
        let code = agency.code.clone();
        if agency.contacts.len() > 2 {
            return Err(form(format!("agency {code}: contacts: at most two are named, beside a deputy")));
        }
        if agencies.insert(code.clone(), agency).is_some() {
            return Err(form(format!("agency {code} is given twice")));
        }
    }
    for agency in agencies.values() {
        let mut above = agency.parent.as_ref();
        let mut steps = 0;
        while let Some(parent) = above {
            let found = agencies.get(parent);
            let found = found.ok_or_else(|| {
                form(format!("agency {}: parent {parent} is not in this file", agency.code))
            })?;
            above = found.parent.as_ref();
            steps += 1;
            if steps > agencies.len() {
                return Err(form(format!("agency {}: its parents form a circle", agency.code)));
            }
        }
    }
    Ok(agencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Agencies, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_tree_is_read() {
        let text = "[[agency]]\ncode='a'\nname='A'\n[[agency]]\ncode='b'\nname='B'\nparent='a'\n\
                    contacts=[{name='X',mail='x@a.vn',phone='0900000000'}]";
        assert_eq!(parse(text).unwrap().len(), 2);
    }

    #[test]
    fn doubles_orphans_circles_and_misspellings_are_refused() {
        let wrong = |text: &str| parse(text).unwrap_err();
        assert!(wrong("[[agency]]\ncode='a'\nname='A'\n[[agency]]\ncode='A'\nname='B'").contains("twice"));
        assert!(wrong("[[agency]]\ncode='a'\nname='A'\nparent='b'").contains("parent b"));
        let circle = "[[agency]]\ncode='a'\nname='A'\nparent='b'\n[[agency]]\ncode='b'\nname='B'\nparent='a'";
        assert!(wrong(circle).contains("circle"));
        assert!(wrong("[[agency]]\ncode='a/b'\nname='A'").contains("agency code"));
        assert!(wrong("[[agency]]\ncode='a'\nnaam='A'").contains("naam"));
    }
}
