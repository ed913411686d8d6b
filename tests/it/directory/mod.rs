//! Tests of the mail directory, on a real server and in an export.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod ending;
mod export;
mod reading;
mod records;
mod trouble;
mod writing;

use crate::support::slapd::{SUFFIX, Slapd};
use rosterd::directory::{Directory, LdifSettings, ReadDirectory, Settings, Write, WriteError};
use rosterd::model::Time;
use rosterd::model::account::{Account, Attr, Attrs, Values};
use rosterd::model::dn::Dn;
use rosterd::model::secret::Secret;
use std::path::Path;

/// Somebody in the sample.
const LINH: &str = "linhpb.stc";

fn now() -> Time {
    "2026-11-22T06:07:47Z".parse().unwrap()
}

/// The directory that the LDIF file at `path` is.
fn export(path: &Path) -> Directory {
    Directory::open(&Settings::Ldif(export_settings(path))).unwrap()
}

fn export_settings(path: &Path) -> LdifSettings {
    let base = Dn::parse(SUFFIX).unwrap();
    LdifSettings {
        path: path.to_owned(),
        people: base.child("ou", "people"),
        base,
        dialect: "openldap".to_owned(),
        protected: Vec::new(),
        service_accounts: Vec::new(),
    }
}

/// The account with this login, as a plan sees it.
async fn account(directory: &Directory, login: &str) -> Account {
    let snapshot = directory.snapshot(now()).await.unwrap();
    snapshot.accounts.into_values().find(|one| one.get(Attr::Login) == Some(login)).unwrap()
}

async fn write(directory: &Directory, write: &Write) -> Result<(), WriteError> {
    directory.writer().write(write).await
}

fn attrs<const N: usize>(pairs: [(Attr, &str); N]) -> Attrs {
    pairs.into_iter().map(|(attr, value)| (attr, values(value))).collect()
}

/// One value; nothing for the empty text.
fn values(value: &str) -> Values {
    if value.is_empty() { Values::none() } else { Values::one(value) }
}

/// An update of `account` that touches exactly the attributes of `after`.
fn update<const N: usize>(account: &Account, after: [(Attr, &str); N]) -> Write {
    let after = attrs(after);
    let before =
        after.keys().map(|attr| (*attr, account.attrs.get(attr).cloned().unwrap_or_default())).collect();
    Write::Update { id: account.id.clone(), dn: account.dn.clone(), before, after }
}

/// A move of `account` to the branch of `agency`.
fn relocate(account: &Account, agency: &str) -> Write {
    let people = account.dn.parent().parent();
    Write::Move {
        id: account.id.clone(),
        from: account.dn.clone(),
        to: people.child("ou", agency).child("uid", account.get(Attr::Login).unwrap()),
        before: [(Attr::Agency, account.attrs[&Attr::Agency].clone())].into(),
        after: attrs([(Attr::Agency, agency)]),
    }
}

fn disable(account: &Account) -> Write {
    let before = attrs([(Attr::Disabled, "false")]);
    Write::Disable { id: account.id.clone(), dn: account.dn.clone(), before }
}

fn enable(account: &Account, password: Option<&str>) -> Write {
    let (before, password) = (attrs([(Attr::Disabled, "true")]), password.map(Secret::new));
    Write::Enable { id: account.id.clone(), dn: account.dn.clone(), before, password }
}

fn reset(account: &Account, password: &str) -> Write {
    let (before, password) = (attrs([(Attr::Disabled, "false")]), Secret::new(password));
    Write::ResetPassword { id: account.id.clone(), dn: account.dn.clone(), before, password }
}

/// An update of one mark, which was not set.
fn mark(account: &Account, attr: Attr) -> Write {
    let before = attrs([(attr, ""), (Attr::Disabled, if account.is_disabled() { "true" } else { "false" })]);
    let after = attrs([(attr, "true")]);
    Write::Update { id: account.id.clone(), dn: account.dn.clone(), before, after }
}

/// The same mark taken off.
fn unmark(account: &Account, attr: Attr) -> Write {
    let (before, after) = (attrs([(attr, "true")]), attrs([(attr, "")]));
    Write::Update { id: account.id.clone(), dn: account.dn.clone(), before, after }
}

/// The entry removed, as the plan saw it.
fn delete(account: &Account) -> Write {
    Write::Delete { id: account.id.clone(), dn: account.dn.clone(), before: account.attrs.clone() }
}

/// A new account in the branch of `agency`.
fn create(agency: &str, login: &str, password: Option<&str>) -> Write {
    let people = Dn::parse(SUFFIX).unwrap().child("ou", "people");
    Write::Create {
        dn: people.child("ou", agency).child("uid", login),
        attrs: attrs([
            (Attr::Login, login),
            (Attr::FullName, "Đinh Thùy Thuý"),
            (Attr::FamilyName, "Đinh"),
            (Attr::GivenName, "Thuý"),
            (Attr::Mail, &format!("{login}@tinhmau.gov.vn")),
            (Attr::Title, "Văn thư"),
            (Attr::Agency, agency),
            (Attr::Phone, "0978721495"),
        ]),
        password: password.map(Secret::new),
    }
}

fn is_stale(result: &Result<(), WriteError>) -> bool {
    matches!(result, Err(WriteError::Stale(_)))
}

fn is_refused(result: &Result<(), WriteError>) -> bool {
    matches!(result, Err(WriteError::Refused(_)))
}

/// One write of every kind on the sample, each on an account of its own.
async fn one_of_each(directory: &Directory) -> Vec<Write> {
    vec![
        update(
            &account(directory, "thuylh.skhcn").await,
            [(Attr::Title, "Phó Giám đốc"), (Attr::Phone, ""), (Attr::Mail, "thuy.moi@tinhmau.gov.vn")],
        ),
        relocate(&account(directory, LINH).await, "sgtvt"),
        disable(&account(directory, "nhungkb.snv").await),
        create("vpub", "thuydt.vpub", None),
    ]
}

/// Kept alive by name: a server dropped early takes its directory along.
fn sample() -> (Slapd, Directory) {
    let server = Slapd::sample();
    let directory = server.directory();
    (server, directory)
}
