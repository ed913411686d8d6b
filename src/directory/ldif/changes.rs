//! Writes as change records that ldapmodify accepts; passwords never among them.

use super::render::{comment, value};
use crate::directory::settings::Tree;
use crate::directory::write::{Write, differences};
use crate::model::account::Attrs;
use crate::model::dn::Dn;
use std::collections::BTreeSet;

/// The records that carry out `writes` on a directory that has the branches `existing` ([`Dn::folded`] form).
/// Moves come last, for every other write names its entry by where it lies now.
pub fn change_records(writes: &[Write], tree: &Tree, existing: &BTreeSet<String>) -> String {
    let mut records = Records { tree, branches: existing.clone(), out: "version: 1\n\n".to_owned() };
    let is_move = |write: &&Write| matches!(write, Write::Move { .. });
    writes.iter().filter(|write| !is_move(write)).for_each(|write| records.write(write));
    writes.iter().filter(is_move).for_each(|write| records.write(write));
    records.out
}

struct Records<'a> {
    tree: &'a Tree,
    branches: BTreeSet<String>,
    out: String,
}

impl Records<'_> {
    fn write(&mut self, write: &Write) {
        let dialect = &self.tree.dialect;
        let lock = &dialect.disabled;
        match write {
            Write::Create { dn, attrs, password: _ } => {
                self.branch(&dn.parent());
                self.head(dn, "add");
                for class in &dialect.new_person_classes {
                    value(&mut self.out, "objectClass", class.as_bytes());
                }
                for (attr, values) in attrs {
                    if let Some(name) = dialect.name(*attr) {
                        self.values(name, values.as_slice());
                    }
                }
                self.out.push('\n');
            }
            Write::Update { dn, before, after, .. } => self.modify(dn, before, after),
            Write::Move { from, to, before, after, .. } => {
                self.branch(&to.parent());
                self.modify(from, before, after);
                self.head(from, "modrdn");
                value(&mut self.out, "newrdn", to.rdn().as_bytes());
                value(&mut self.out, "deleteoldrdn", if from.rdn() == to.rdn() { b"0" } else { b"1" });
                value(&mut self.out, "newsuperior", to.parent().to_string().as_bytes());
                self.out.push('\n');
            }
            Write::Disable { dn, .. } => self.replace(dn, &lock.attribute, std::slice::from_ref(&lock.value)),
            Write::Enable { dn, password, .. } => {
                self.replace(dn, &lock.attribute, &[]);
                if password.is_some() {
                    self.without_password(dn);
                }
            }
            Write::Delete { dn, .. } => {
                // A record cannot say what must hold, and nothing gives the entry back.
                comment(&mut self.out, &format!(" Deleting {dn} is not in this file: rosterd does it."));
                self.out.push('\n');
            }
            Write::ResetPassword { dn, .. } => self.without_password(dn),
        }
    }

    fn head(&mut self, dn: &Dn, changetype: &str) {
        value(&mut self.out, "dn", dn.to_string().as_bytes());
        value(&mut self.out, "changetype", changetype.as_bytes());
    }

    fn values(&mut self, name: &str, values: &[String]) {
        for one in values {
            value(&mut self.out, name, one.as_bytes());
        }
    }

    /// Old values deleted, new ones added: ldapmodify refuses the record where the entry has moved on.
    fn modify(&mut self, dn: &Dn, before: &Attrs, after: &Attrs) {
        let changes: Vec<_> = differences(before, after)
            .filter_map(|(attr, gone, fresh)| {
                let dialect = &self.tree.dialect;
                let written = |values| dialect.written(attr, values);
                Some((dialect.name(attr)?, written(gone), written(fresh)))
            })
            .collect();
        if changes.is_empty() {
            return;
        }
        self.head(dn, "modify");
        for (name, gone, fresh) in changes {
            for (verb, values) in [("delete", gone), ("add", fresh)] {
                if !values.is_empty() {
                    value(&mut self.out, verb, name.as_bytes());
                    self.values(name, &values);
                    self.out.push_str("-\n");
                }
            }
        }
        self.out.push('\n');
    }

    fn replace(&mut self, dn: &Dn, name: &str, values: &[String]) {
        self.head(dn, "modify");
        value(&mut self.out, "replace", name.as_bytes());
        self.values(name, values);
        self.out.push_str("-\n\n");
    }

    fn without_password(&mut self, dn: &Dn) {
        comment(&mut self.out, &format!(" A new password for {dn} is not in this file: set it by hand."));
        self.out.push('\n');
    }

    /// The branch an entry is to lie in, and those above it, where they are missing.
    fn branch(&mut self, dn: &Dn) {
        if self.tree.people.is_within(dn) || !self.branches.insert(dn.folded()) {
            return;
        }
        self.branch(&dn.parent());
        self.head(dn, "add");
        for class in &self.tree.dialect.new_branch_classes {
            value(&mut self.out, "objectClass", class.as_bytes());
        }
        if let Some((attribute, name)) = dn.rdn_pair() {
            value(&mut self.out, attribute, name.as_bytes());
        }
        self.out.push('\n');
    }
}
