//! The main job, end to end, through the program itself on real servers and real workbooks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod demo;
mod demo_page;
mod dump;
mod entries;
mod expected;
mod handoff;
mod ldif;
mod plan;
mod province;
mod quiet;

use crate::support::site::Site;
use dump::Tables;
use rosterd::model::change::State;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Everything that rosterd may write to.
#[derive(Debug, PartialEq)]
struct World {
    tables: Tables,
    files: BTreeMap<PathBuf, Vec<u8>>,
    directory: String,
}

impl World {
    async fn of(site: &Site) -> Self {
        Self { tables: Tables::of(site).await, files: site.files(), directory: directory(site) }
    }
}

/// Every entry with its versions, but rosterd's own: the server notes its last sign-in there.
fn directory(site: &Site) -> String {
    let all = site.slapd.as_ref().unwrap().slapcat();
    let entries: Vec<_> = all.split("\n\n").filter(|entry| !entry.starts_with("dn: cn=rosterd,")).collect();
    assert!(entries.len() > 90, "{} entries", entries.len());
    entries.join("\n\n")
}

/// Asserts that two texts have the same lines; shows those that differ.
fn assert_same_lines(before: &str, after: &str, what: &str) {
    let (was, is): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let gone: Vec<_> = was.iter().filter(|line| !is.contains(line)).collect();
    let new: Vec<_> = is.iter().filter(|line| !was.contains(line)).collect();
    assert!(was == is, "{what}:\nnew {new:#?}\ngone {gone:#?}");
}

/// The keys of every change that was ever stored.
async fn keys(site: &Site) -> BTreeSet<String> {
    site.changes(None).await.into_iter().map(|stored| stored.key.to_string()).collect()
}

/// The sample province dropped, planned, approved and carried out; what waits for its date waits.
async fn carry_out(site: &Site) {
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    site.pass(0);
    assert_eq!(site.changes(Some(State::Proposed)).await, [], "nothing waits for approval");
}
