//! The writer: the only type that changes the directory, whichever it is.

use super::ldap_writer::LdapWriter;
use super::ldif_writer::LdifWriter;
use super::settings::Tree;
use super::write::{Write, WriteError, differences};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::dn::Dn;

/// Writes one change at a time.
#[derive(Debug)]
pub enum DirectoryWriter {
    /// To a server.
    Ldap(LdapWriter),
    /// To an export.
    Ldif(LdifWriter),
}

impl DirectoryWriter {
    /// Carries out `write`, if the directory is as it states. After [`WriteError::Unknown`] the connection is
    /// dropped: read and compare before anything else.
    pub async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        match self {
            Self::Ldap(one) => one.write(write).await,
            Self::Ldif(one) => one.write(write).await,
        }
    }
}

/// What no plan can change: protected accounts are never written, nothing outside the people base is, and
/// nothing the dialect has no word for.
pub(super) fn permit(tree: &Tree, write: &Write) -> Result<(), WriteError> {
    let refuse = |why: String| Err(WriteError::Refused(why));
    let (before, after) = (write.before(), write.after());
    for dn in [write.dn(), write.dn_after()] {
        if !dn.is_within(&tree.people) || tree.people.is_within(dn) {
            return refuse(format!("{dn} does not lie below {}", tree.people));
        }
        for attrs in [&before, &after] {
            let logins = attrs.get(&Attr::Login).map(Values::as_slice).unwrap_or_default();
            if tree.protects(dn, logins) {
                return refuse(protected());
            }
        }
    }
    if let Some(attr) = before.keys().chain(after.keys()).find(|attr| !is_known(tree, **attr)) {
        return refuse(format!("the dialect has no attribute for {}", attr.as_str()));
    }
    if let Write::Create { dn, attrs, .. } = write {
        names_itself(tree, dn, attrs)?;
    }
    if let Some((attribute, value)) = write.dn_after().rdn_pair() {
        // A server refuses to take away the value an entry is named by; an export would let it happen.
        let mut taken =
            differences(&before, &after).filter(|(_, gone, _)| gone.iter().any(|one| one == value));
        if taken.any(|(attr, ..)| {
            tree.dialect.name(attr).is_some_and(|name| name.eq_ignore_ascii_case(attribute))
        }) {
            return refuse(format!("{attribute} names the entry: changing it is a move"));
        }
    }
    if matches!(write, Write::Delete { .. })
        && before.get(&Attr::Disabled).and_then(Values::first) != Some("true")
    {
        return refuse("an account is not deleted before it was disabled".to_owned());
    }
    if let Write::ResetPassword { before, .. } = write
        && before.get(&Attr::Disabled).and_then(Values::first) != Some("false")
    {
        return refuse(
            "a password is not reset without making sure that the account is not disabled".to_owned(),
        );
    }
    Ok(())
}

/// The sentence for a protected account.
pub(super) fn protected() -> String {
    "the account is protected: rosterd never writes it".to_owned()
}

fn is_known(tree: &Tree, attr: Attr) -> bool {
    tree.dialect.name(attr).is_some()
}

/// A new entry must have the value it is named by.
fn names_itself(tree: &Tree, dn: &Dn, attrs: &Attrs) -> Result<(), WriteError> {
    let named = dn.rdn_pair().is_some_and(|(attribute, value)| {
        attrs.iter().any(|(attr, values)| {
            tree.dialect.name(*attr).is_some_and(|name| name.eq_ignore_ascii_case(attribute))
                && values.as_slice().iter().any(|one| one == value)
        })
    });
    if named {
        Ok(())
    } else {
        Err(WriteError::Refused(format!("{dn} is not named by one of its attributes")))
    }
}
