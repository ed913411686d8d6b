//! `rosterd undo`.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, Reason, State};
use std::collections::BTreeMap;

/// The sample province, everything carried out.
async fn done() -> (Site, BTreeMap<String, String>) {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    let before = entries(&site);
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    site.pass(0);
    (site, before)
}

/// The people by their immutable id: everything but the password and when it was touched.
fn entries(site: &Site) -> BTreeMap<String, String> {
    let found = site
        .slapd
        .as_ref()
        .unwrap()
        .ldapsearch("(objectClass=inetOrgPerson)", &["*", "entryUUID", "pwdAccountLockedTime"]);
    let entry = |text: &str| {
        let mut lines: Vec<_> = text.lines().filter(|line| !line.starts_with("userPassword:")).collect();
        lines.sort_unstable();
        let id = lines.iter().find_map(|line| line.strip_prefix("entryUUID: "))?.to_owned();
        Some((id, lines.join("\n")))
    };
    found.split("\n\n").filter_map(entry).collect()
}

#[tokio::test]
async fn each_kind_is_reversed_and_stays_away() {
    let (site, before) = done().await;
    for kind in [
        ChangeKind::UpdateAttributes,
        ChangeKind::MoveAccount,
        ChangeKind::DisableAccount,
        ChangeKind::CreateAccount,
    ] {
        let change = desk::of_kind(&site, kind, State::Applied).await.remove(0);
        site.expect(&["undo", change.id.as_str()], 0);
        let applied = site.rosterd(&["apply"]);
        assert_eq!(applied.status.code(), Some(0), "{kind}: {}", said(&applied));
        let all = site.changes(None).await;
        assert_eq!(all.iter().find(|one| one.id == change.id).unwrap().state, State::Undone, "{kind}");
        if kind == ChangeKind::CreateAccount {
            let (login, password) = desk::slip(&site, &change);
            assert!(!desk::password_fits(&site, &login, &password), "{login} is still open");
        } else {
            let id = change.change.subject.as_str();
            let now = entries(&site);
            // Other changes of the same person stand.
            let alone = all.iter().filter(|one| one.change.subject == change.change.subject).count() == 2;
            assert!(!alone || now[id] == before[id], "{kind}\n{}\n{}", now[id], before[id]);
        }
        let known = site.changes(None).await.len();
        site.rosterd(&["run", "--once"]);
        let new: Vec<_> = site.changes(None).await.split_off(known);
        assert!(new.iter().all(|one| one.change.kind != kind), "{kind} came back: {new:?}");
        let twice = site.rosterd(&["undo", change.id.as_str()]);
        assert_eq!(twice.status.code(), Some(1), "{}", said(&twice));
    }
    site.expect(&["audit", "verify"], 0);
}

#[tokio::test]
async fn what_was_only_ordered_is_withdrawn_once_and_what_is_unknown_is_refused() {
    let (site, _) = done().await;
    let ordered = site.changes(Some(State::Ordered)).await.remove(0);
    site.expect(&["undo", ordered.id.as_str()], 0);
    site.rosterd(&["run", "--once"]);
    let withdrawals = site.changes(Some(State::Ordered)).await;
    let withdrawal = withdrawals.iter().find(|one| one.change.reason == Reason::Undo).unwrap();
    let refused = site.rosterd(&["undo", withdrawal.id.as_str()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("no export has confirmed it yet"), "{}", said(&refused));
    assert_eq!(site.rosterd(&["undo", "no-such-change"]).status.code(), Some(1));
    assert_eq!(site.rosterd(&["undo"]).status.code(), Some(1));
}

#[tokio::test]
async fn a_whole_day_is_undone_under_the_brakes() {
    let (site, before) = done().await;
    site.expect(&["undo", "--since", "2026-01-01"], 0);
    // As with any other change, too many locks at once are held until two operators release them.
    for _ in 0..3 {
        site.rosterd(&["run", "--once"]);
        site.approve_everything().await;
    }
    let last = site.rosterd(&["run", "--once"]);
    assert_eq!(last.status.code(), Some(0), "{}", said(&last));
    let undos = site.changes(None).await.into_iter().filter(|one| one.change.reason == Reason::Undo);
    let waiting: Vec<_> = undos.filter(|one| one.state != State::Applied).collect();
    assert!(waiting.is_empty(), "{waiting:?}");
    let now = entries(&site);
    for (id, entry) in &before {
        assert_eq!(now.get(id), Some(entry));
    }
    for (id, entry) in now.iter().filter(|(id, _)| !before.contains_key(*id)) {
        assert!(entry.contains("pwdAccountLockedTime: "), "{id} is open:\n{entry}");
    }
    let undone = site.changes(Some(State::Undone)).await.len();
    assert!(undone > 20, "{undone}");
    let open = site.changes(Some(State::Proposed)).await;
    assert!(open.is_empty(), "what was undone came back: {open:?}");
}

#[tokio::test]
async fn a_batch_is_undone_and_an_undo_is_seen_as_one() {
    let (site, _) = done().await;
    let batch = desk::rows(
        &site,
        "SELECT pass FROM change WHERE state = 'applied' AND kind = 'update-attributes' LIMIT 1",
    )
    .await
    .remove(0);
    let out = site.expect(&["undo", "--batch", &batch, "--json"], 0);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let count = json["changes"].as_array().unwrap().len();
    let undos = site.changes(None).await.into_iter().filter(|one| one.change.reason == Reason::Undo).count();
    assert!(count > 10 && undos == count, "{count} {undos}");
    assert_eq!(site.rosterd(&["undo", "--batch", "no-such-batch"]).status.code(), Some(1));
}
