//! `plan --ldif`: the approved directory changes as records that the server's own tool takes.

use super::entries::accounts;
use super::expected::{RETIRES, Truth};
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, Reason, State};
use rosterd::model::ids::TargetId;

#[tokio::test]
async fn ldapmodify_takes_the_approved_changes_and_then_there_is_nothing_new() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let slapd = site.slapd.as_ref().unwrap();
    site.drop_province();
    site.pass(3);
    let file = site.path("changes.ldif");
    let path = file.to_str().unwrap();
    site.expect(&["plan", "--ldif", path], 3);
    let early = std::fs::read_to_string(&file).unwrap();
    assert!(!early.contains("changetype"), "nothing is approved yet: {early}");
    site.approve_everything().await;
    let approved = site.changes(Some(State::Approved)).await;
    site.expect(&["plan", "--ldif", path], 0);
    let records = std::fs::read_to_string(&file).unwrap();
    assert!(!records.to_lowercase().contains("password"), "no passwords");
    slapd.ldapmodify(&records);

    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
    let done = |stored: &&rosterd::model::change::StoredChange| {
        stored.change.target == TargetId::mail() && stored.change.due <= today
    };
    let written: Vec<_> = approved.iter().filter(done).collect();
    let retired = if today >= RETIRES { 2 } else { 0 };
    assert_eq!(written.len(), 38 + 1 + 4 + 10 + 8 + retired, "creations, a title, moves, disables");
    let records = records.lines().filter(|line| line.starts_with("dn:")).count();
    assert!(records >= written.len(), "{records} records");
    let now = accounts(slapd);
    let truth = Truth::read();
    for (file, row) in truth.joiners() {
        let is = now.values().any(|one| {
            one.first("cn") == Some(&row.full_name)
                && one.branch() == file.agency
                && one.first("title") == Some(&row.position)
        });
        assert!(is, "{}", row.full_name);
    }
    for one in &truth.directory.moved {
        let is = |entry: &super::entries::Entry| {
            entry.first("cn") == Some(&one.name)
                && entry.branch() == one.to
                && entry.first("departmentNumber") == Some(&one.to)
        };
        assert!(now.values().any(is), "{}", one.name);
    }
    for (_, row) in truth.asked("suspend").chain(truth.asked("revoke")) {
        let locked = |entry: &super::entries::Entry| {
            entry.first("cn") == Some(&row.full_name) && entry.first("pwdAccountLockedTime").is_some()
        };
        assert!(now.values().any(locked), "{}", row.full_name);
    }

    // Nothing is asked for that was not asked for before, and what was done by hand is not shown as still to do.
    let plan = site.plan();
    assert_eq!(plan["summary"]["new"], 0, "{:#}", plan["summary"]);
    let shown: Vec<_> =
        plan["changes"].as_array().unwrap().iter().filter(|one| one["target"] == "mail").collect();
    let left = approved.iter().filter(|one| one.change.target == TargetId::mail() && !done(one)).count();
    assert_eq!(shown.len(), left, "{shown:#?}");
    site.expect(&["plan"], 0);

    // The next pass takes note, and writes nothing.
    let before = super::directory(&site);
    let out = site.pass(0);
    assert!(out.contains("Đề nghị thay đổi mới: 0"), "{out}");
    super::assert_same_lines(&before, &super::directory(&site), "the directory");
    for stored in site.changes(None).await {
        let by_hand = written.iter().any(|one| one.id == stored.id);
        let name = stored.change.after(Attr::Login);
        assert!(!by_hand || stored.state == State::Applied, "{:?} {name:?}", stored.state);
    }
    let untold = desk::rows(&site, "SELECT id FROM change WHERE state = 'applied' AND told = 0").await;
    assert_eq!(untold, [""; 0], "the agencies were told");
    site.expect(&["audit", "verify"], 0);

    // It can be undone as if rosterd had written it.
    desk::enrol(&site).await;
    let locked = written.iter().find(|one| one.change.kind == ChangeKind::DisableAccount).unwrap();
    site.expect(&["undo", locked.id.as_str()], 0);
    let undo = site.changes(None).await.into_iter().find(|one| one.change.reason == Reason::Undo).unwrap();
    assert_eq!((undo.change.kind, &undo.change.subject), (ChangeKind::EnableAccount, &locked.change.subject));
    if undo.state == State::Proposed {
        site.expect(&["review", "approve", undo.id.as_str()], 0);
    }
    site.expect(&["apply"], 0);
    let after = site.changes(None).await.into_iter().find(|one| one.id == locked.id).unwrap();
    assert_eq!(after.state, State::Undone);
}
