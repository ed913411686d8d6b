//! The background worker: what arrives starts a pass, another process wakes it, SIGTERM ends it; who is told when
//! something fails; mail that cannot leave.

use crate::support::desk;
use crate::support::script::{Fault, Script};
use crate::support::site::{Base, Dir, Site};
use crate::support::smtp::Exim;
use rosterd::model::change::{ChangeKind, State};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A running worker, killed with the value.
struct Worker(Child);

impl Worker {
    fn start(site: &Site) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command.arg("--config").arg(site.path("rosterd.toml")).arg("run");
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn terminate(mut self) -> ExitStatus {
        let id = nix::unistd::Pid::from_raw(self.0.id().try_into().unwrap());
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "SIGTERM did not end the worker");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `found` says so.
async fn until(what: &str, mut found: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !found().await {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

const POLLED: &str = "[worker]\npoll_seconds = 1\nschedule = [\"0 0 3 1 1 *\"]\n";

async fn passes(site: &Site) -> usize {
    desk::rows(site, "SELECT id FROM pass WHERE ended IS NOT NULL").await.len()
}

async fn drop_newcomer(site: &Site) {
    let mut lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    lines.push(desk::newcomer("Trần Thị Mới", "0912345678"));
    site.drop_bytes("snv", "danh-sach.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
}

#[tokio::test]
async fn a_running_worker_takes_what_arrives_is_woken_and_stops_cleanly() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, POLLED).await;
    let worker = Worker::start(&site);
    until("the first pass", async || passes(&site).await >= 1).await;
    drop_newcomer(&site).await;
    until("the newcomer", async || !site.changes(Some(State::Proposed)).await.is_empty()).await;
    site.approve_everything().await;
    let output = site.rosterd(&["apply"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("running worker"), "{output:?}");
    until("the account", async || {
        !desk::of_kind(&site, ChangeKind::CreateAccount, State::Applied).await.is_empty()
    })
    .await;
    let refused = site.rosterd(&["run", "--once"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("already runs"), "{refused:?}");
    assert_eq!(worker.terminate().code(), Some(0));
    site.pass(0);
}

#[tokio::test]
async fn sigterm_amid_the_writes_finishes_and_journals_what_is_under_way() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, POLLED).await;
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    let worker = Worker::start(&site);
    let deadline = Instant::now() + Duration::from_mins(1);
    while site.slapd.as_ref().unwrap().log().matches(" ADD dn=").count() < 4 {
        assert!(Instant::now() < deadline, "nothing was written");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(worker.terminate().code(), Some(0));
    let open = desk::rows(&site, "SELECT id FROM intent WHERE resolved IS NULL").await;
    assert!(open.is_empty(), "{open:?}");
    assert!(!site.changes(Some(State::Approved)).await.is_empty(), "it did not stop before the end");
    site.expect(&["audit", "verify"], 0);
    site.pass(0);
    desk::all_carried_out(&site).await;
}

#[tokio::test]
async fn somebody_is_told_when_a_pass_fails() {
    let folder = tempfile::tempdir().unwrap();
    let (script, told) = (folder.path().join("alert"), folder.path().join("told"));
    std::fs::write(&script, format!("#!/bin/sh\ncat >> '{}'\n", told.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let more = format!("{POLLED}alert_command = [{script:?}]\n");
    let mut site = Site::new(Base::Sqlite, Dir::Slapd, &more).await;
    site.slapd.as_mut().unwrap().stop();
    let worker = Worker::start(&site);
    until("the alert", async || std::fs::read_to_string(&told).is_ok_and(|text| text.contains("directory")))
        .await;
    assert_eq!(worker.terminate().code(), Some(0));
}

#[tokio::test]
async fn mail_waits_for_its_server_and_goes_out_once() {
    let server = Exim::start();
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let eml = "kind = \"eml\"\nfolder = \"mail\"\n";
    let smtp = format!(
        "kind = \"smtp\"\nhost = \"localhost\"\nport = {closed}\ntls = \"starttls\"\nuser = \"rosterd\"\npassword_file = {:?}\nca_file = {:?}\n",
        server.password_file("secret"),
        server.ca_file()
    );
    desk::edit_config(&site, eml, &smtp);
    drop_newcomer(&site).await;
    let output = site.rosterd(&["run", "--once"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error: ") && said.contains(&closed.to_string()), "{said}");
    assert_eq!(desk::rows(&site, "SELECT state FROM outbox").await, ["queued"]);
    assert!(!site.changes(Some(State::Proposed)).await.is_empty(), "mail holds up nothing else");

    desk::edit_config(&site, &format!("port = {closed}"), &format!("port = {}", server.port));
    site.pass(0);
    assert!(server.accepted().is_empty(), "its next attempt is a minute away");
    desk::rows(&site, "UPDATE outbox SET next_at = '2026-01-01T00:00:00.000Z'").await;
    site.pass(0);
    assert_eq!(desk::rows(&site, "SELECT state FROM outbox").await, ["sent"]);
    site.pass(0);
    assert_eq!(server.accepted().len(), 1);
}

#[tokio::test]
async fn a_second_attempt_does_not_wait_for_the_next_pass() {
    let server = Script::start(&[("daumoi.snv", &[Fault::Addressee("451 4.7.1 Greylisted")])]);
    let site = Site::new(Base::Sqlite, Dir::Slapd, POLLED).await;
    desk::edit_config(
        &site,
        "kind = \"eml\"\nfolder = \"mail\"\nfrom = \"quantri@tinhmau.gov.vn\"\n",
        &server.mail(),
    );
    drop_newcomer(&site).await;
    let worker = Worker::start(&site);
    until("the first attempt", async || server.asked("daumoi.snv") == 1 && passes(&site).await >= 1).await;
    let before = passes(&site).await;
    desk::rows(&site, "UPDATE outbox SET next_at = '2026-01-01T00:00:00.000Z' WHERE state = 'queued'").await;
    until("the second attempt", async || {
        desk::rows(&site, "SELECT id FROM outbox WHERE state <> 'sent'").await.is_empty()
    })
    .await;
    assert_eq!(passes(&site).await, before, "no pass was needed");
    assert!(!server.taken().is_empty());
    assert_eq!(worker.terminate().code(), Some(0));
}
