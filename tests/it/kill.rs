//! kill -9 at every kill point, and at any moment: nothing is lost, nothing is done twice.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::kill::{KillPoint, VARIABLE};
use rosterd::model::change::{ChangeKind, State};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a site comes to in the end, without what differs from run to run.
#[derive(Debug, PartialEq, Eq)]
struct End {
    entries: BTreeSet<String>,
    changes: BTreeMap<String, usize>,
    mails: BTreeMap<String, usize>,
    files: BTreeSet<String>,
}

async fn end(site: &Site) -> End {
    let found = site.slapd.as_ref().unwrap().ldapsearch("(objectClass=*)", &["*"]);
    let entry = |text: &str| {
        let mut lines: Vec<_> = text.lines().filter(|line| !line.starts_with("userPassword:")).collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    let mut changes = BTreeMap::new();
    for one in site.changes(None).await {
        let line = format!("{} {} {} {}", one.change.kind, one.change.agency, one.change.label, one.state);
        *changes.entry(line).or_default() += 1;
    }
    let files = ["inbox", "done", "refused", "spool", "systems"].map(|folder| desk::listing(site, folder));
    End {
        entries: found.split("\n\n").map(entry).collect(),
        changes,
        mails: desk::mails(site),
        files: files.into_iter().flatten().filter(|file| !file.ends_with(".lock")).collect(),
    }
}

/// Dropped, planned, approved, carried out; each pass by `pass`.
async fn whole_job(base: Base, mut pass: impl FnMut(&Site)) -> (Site, End) {
    let site = Site::new(base, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    site.drop_province();
    pass(&site);
    site.approve_everything().await;
    pass(&site);
    let end = end(&site).await;
    nothing_twice(&site).await;
    (site, end)
}

/// A pass to its end; one that only waits for mail after a crash is no failure.
fn undisturbed(site: &Site) {
    let output = site.rosterd(&["run", "--once"]);
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{:?}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

async fn nothing_twice(site: &Site) {
    let none: [String; 0] = [];
    let open = "SELECT id FROM intent WHERE resolved IS NULL";
    assert_eq!(desk::rows(site, open).await, none, "an intent without an outcome");
    let twice = "SELECT change_id FROM intent WHERE outcome IN ('applied', 'ordered') GROUP BY change_id HAVING COUNT(*) > 1";
    assert_eq!(desk::rows(site, twice).await, none, "carried out twice");
    assert_eq!(
        desk::rows(site, "SELECT id FROM outbox WHERE state <> 'sent'").await,
        none,
        "a mail that did not leave"
    );
    let sent = desk::rows(site, "SELECT id FROM outbox").await.len();
    assert_eq!(sent, desk::mails(site).values().sum::<usize>(), "each mail once");
    let orders = desk::rows(site, "SELECT file FROM work_order").await;
    let written = desk::listing(site, "systems/tthc/orders");
    assert_eq!(orders.len(), written.len(), "{orders:?} {written:?}");
    for change in desk::of_kind(site, ChangeKind::CreateAccount, State::Applied).await {
        let (login, password) = desk::slip(site, &change);
        assert!(desk::password_fits(site, &login, &password), "the slip of {login} opens nothing");
        assert!(!desk::password_fits(site, &login, "something else"));
    }
    let trail = site.expect(&["audit", "verify"], 0);
    assert!(trail.contains("the chain holds"), "{trail}");
}

/// The whole job with a crash at `point` in each pass that comes by it.
async fn dies_at(base: Base, point: &str, expected: &End) {
    let mut deaths = 0;
    let (_site, end) = whole_job(base, |site| {
        let output = site.rosterd_with(&["run", "--once"], &[(VARIABLE, point)]);
        if output.status.signal() == Some(9) {
            deaths += 1;
            undisturbed(site);
        } else {
            assert!(matches!(output.status.code(), Some(0 | 3)), "{point}: {output:?}");
        }
    })
    .await;
    assert!(deaths > 0, "{point} was never reached");
    assert_eq!(end, *expected, "{point}");
}

async fn all_die(points: &[KillPoint]) {
    let (_site, expected) = whole_job(Base::Sqlite, undisturbed).await;
    for point in points {
        dies_at(Base::Sqlite, point.as_str(), &expected).await;
    }
}

#[tokio::test]
async fn the_first_kill_points_lose_nothing_and_do_nothing_twice() {
    all_die(&KillPoint::ALL[..4]).await;
}

#[tokio::test]
async fn the_middle_kill_points_lose_nothing_and_do_nothing_twice() {
    all_die(&KillPoint::ALL[4..8]).await;
}

#[tokio::test]
async fn the_last_kill_points_lose_nothing_and_do_nothing_twice() {
    all_die(&KillPoint::ALL[8..12]).await;
}

#[tokio::test]
async fn a_plan_that_was_staged_and_not_published_is_seen_by_nobody() {
    for base in [Base::Sqlite, Base::Postgres] {
        let site = Site::new(base, Dir::Ldif, "").await;
        site.drop_province();
        let output = site.rosterd_with(&["run", "--once"], &[(VARIABLE, KillPoint::AfterStaging.as_str())]);
        assert_eq!(output.status.signal(), Some(9), "{output:?}");
        let mut staged = desk::rows(&site, "SELECT key FROM change_staged").await;
        assert!(staged.len() > 50, "{} staged", staged.len());
        assert_eq!(site.changes(None).await, []);
        assert!(site.expect(&["review", "list"], 0).lines().all(|line| !line.contains("create-account")));
        assert_eq!(desk::rows(&site, "SELECT id FROM roster WHERE feedback = 'written'").await, [""; 0]);
        undisturbed(&site);
        let mut published: Vec<_> = site.changes(None).await.iter().map(|one| one.key.to_string()).collect();
        published.sort();
        staged.sort();
        assert_eq!(published, staged, "each exactly once");
        assert_eq!(desk::rows(&site, "SELECT id FROM change_staged").await, [""; 0]);
    }
}

#[tokio::test]
async fn later_visits_to_a_kill_point_lose_nothing_either() {
    let (_site, expected) = whole_job(Base::Sqlite, undisturbed).await;
    for point in ["after-write@3", "between-entries@2", "after-arrival@4", "after-feedback@3", "after-send@5"]
    {
        dies_at(Base::Sqlite, point, &expected).await;
    }
}

#[tokio::test]
async fn postgresql_loses_nothing_either() {
    let (_site, expected) = whole_job(Base::Postgres, undisturbed).await;
    for point in ["after-intent", "after-write@2", "after-order"] {
        dies_at(Base::Postgres, point, &expected).await;
    }
}

#[tokio::test]
async fn kill_9_from_outside_at_any_moment_loses_nothing() {
    let (_site, expected) = whole_job(Base::Sqlite, undisturbed).await;
    let mut moment = Duration::from_millis(40);
    let (_site, end) = whole_job(Base::Sqlite, |site| {
        for _ in 0..8 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_rosterd"))
                .arg("--config")
                .arg(site.path("rosterd.toml"))
                .args(["run", "--once"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(moment);
            child.kill().unwrap();
            child.wait().unwrap();
            // Ever later, past the end of what a pass takes, and round again.
            moment = Duration::from_millis(40 + (u64::try_from(moment.as_millis()).unwrap() + 73) % 900);
        }
        undisturbed(site);
    })
    .await;
    assert_eq!(end, expected);
}

/// Three leavers, locked and closed, whose deletion is approved and due.
async fn to_be_deleted(base: Base) -> (Site, Vec<String>) {
    let rules = "[policy.retention]\nclose_after_months = 0\nclose_after_months_of_ranks = 0\n\
                 delete_after_months = 1\nnotice_days = 40\n";
    let site = Site::new(base, Dir::Slapd, rules).await;
    desk::enrol(&site).await;
    let leavers: Vec<_> = desk::accounts("snv").await.iter().take(3).map(desk::line).collect();
    let book = desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &leavers, Some(("Trạng thái", "Nghỉ việc")));
    site.drop_bytes("snv", "nghi-viec.xlsx", &book);
    for _ in 0..4 {
        undisturbed(&site);
        site.approve_everything().await;
    }
    let approved = desk::of_kind(&site, ChangeKind::DeleteAccount, State::Approved).await;
    assert_eq!(approved.len(), 3, "{:#?}", site.changes(None).await);
    site.expect(&["apply"], 0);
    let approved = desk::of_kind(&site, ChangeKind::DeleteAccount, State::Approved).await;
    assert_eq!(approved.len(), 3, "a month has to pass first");
    desk::execute(&site, "UPDATE change SET due = '2026-01-01' WHERE kind = 'delete-account'").await;
    (site, leavers.into_iter().map(|line| line[3].clone()).collect())
}

#[tokio::test]
async fn a_deletion_is_done_once_whatever_kills_the_worker() {
    let (site, addresses) = to_be_deleted(Base::Sqlite).await;
    let there = |address: &str| {
        let found =
            site.slapd.as_ref().unwrap().ldapsearch(&format!("(mail={address})"), &["uid", "employeeType"]);
        found.contains("employeeType: closed")
    };
    assert!(addresses.iter().all(|address| there(address)));
    for (point, left) in [("before-intent", 3), ("after-intent", 3), ("after-write", 1), ("after-outcome", 0)]
    {
        let output = site.rosterd_with(&["apply"], &[(VARIABLE, point)]);
        assert_eq!(output.status.signal(), Some(9), "{point}: {output:?}");
        assert_eq!(addresses.iter().filter(|address| there(address)).count(), left, "{point}");
    }
    site.expect(&["apply"], 0);
    assert_eq!(desk::of_kind(&site, ChangeKind::DeleteAccount, State::Applied).await.len(), 3);
    nothing_twice(&site).await;
    let kept = desk::rows(&site, "SELECT address FROM reservation WHERE used = 1").await;
    assert!(addresses.iter().all(|address| kept.contains(address)), "{kept:?}");
    // Nothing gives it back, and the program says so.
    let gone = desk::of_kind(&site, ChangeKind::DeleteAccount, State::Applied).await.remove(0);
    let undo = site.rosterd(&["undo", gone.id.as_str()]);
    assert_eq!(undo.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&undo.stderr).contains("cannot be undone"), "{undo:?}");
    undisturbed(&site);
    assert!(desk::of_kind(&site, ChangeKind::CreateAccount, State::Proposed).await.is_empty());
}

#[tokio::test]
async fn what_a_crash_left_is_not_written_during_a_pause() {
    let (site, addresses) = to_be_deleted(Base::Sqlite).await;
    let there = || {
        let found = site.slapd.as_ref().unwrap().ldapsearch("(employeeType=closed)", &["mail"]);
        addresses.iter().filter(|address| found.contains(address.as_str())).count()
    };
    assert_eq!(there(), 3);
    // The first group has one, the second the others.
    let output = site.rosterd_with(&["apply"], &[(VARIABLE, "after-intent@2")]);
    assert_eq!((output.status.signal(), there()), (Some(9), 2), "{output:?}");
    site.expect(&["pause", "writes", "--reason", "thử"], 0);
    site.expect(&["apply"], 0);
    assert_eq!(there(), 2);
    site.expect(&["resume", "writes"], 0);
    site.expect(&["apply"], 0);
    assert_eq!(there(), 0);
    nothing_twice(&site).await;
}
