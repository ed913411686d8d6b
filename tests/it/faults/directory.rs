//! The directory is away, cut, empty, or not what the plan saw.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use crate::support::slapd::SUFFIX;
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, State, StoredChange};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

async fn planned() -> Site {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    site.drop_province();
    site.pass(3);
    site
}

async fn approved() -> Site {
    let site = planned().await;
    site.approve_everything().await;
    site
}

async fn states(site: &Site) -> BTreeMap<String, State> {
    site.changes(None).await.into_iter().map(|one| (one.id.to_string(), one.state)).collect()
}

/// A pass that fails, and what it says.
fn failed_pass(site: &Site) -> String {
    let output = site.rosterd(&["run", "--once"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

#[tokio::test]
async fn without_the_directory_rosters_are_taken_in_and_nothing_is_planned() {
    let mut site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    site.drop_province();
    site.slapd.as_mut().unwrap().stop();
    let said = failed_pass(&site);
    assert!(said.contains("error: directory: ") && said.contains("cannot be reached"), "{said}");
    assert!(site.changes(None).await.is_empty());
    assert!(desk::listing(&site, "inbox").is_empty());
    assert_eq!(desk::listing(&site, "done").len(), 6);
    site.slapd.as_mut().unwrap().restart();
    site.pass(3);
    assert!(site.changes(None).await.len() > 20);
}

#[tokio::test]
async fn a_directory_that_goes_away_or_freezes_leaves_plans_and_approvals_as_they_were() {
    let mut site = approved().await;
    let before = states(&site).await;
    site.slapd.as_mut().unwrap().stop();
    let said = failed_pass(&site);
    assert!(said.contains("cannot be reached"), "{said}");
    let directory = |states: BTreeMap<String, State>| -> Vec<_> {
        states.into_iter().filter(|(_, state)| *state != State::Ordered).collect()
    };
    let after = states(&site).await;
    assert!(directory(after.clone()).iter().all(|(id, state)| before[id] == *state), "{before:?}\n{after:?}");

    site.slapd.as_mut().unwrap().restart();
    site.slapd.as_ref().unwrap().freeze();
    let start = Instant::now();
    let said = failed_pass(&site);
    assert!(start.elapsed() < Duration::from_secs(90), "{:?}", start.elapsed());
    assert!(said.contains("directory: "), "{said}");
    assert_eq!(states(&site).await, after);
    site.slapd.as_ref().unwrap().thaw();

    site.pass(0);
    desk::all_carried_out(&site).await;
}

/// Passes connections on to a port and cuts each once the server has sent `bytes`.
fn cutting_proxy(to: u16, bytes: usize) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
            std::thread::spawn(move || {
                let mut client = client;
                let mut sent = 0;
                let mut buffer = [0; 1024];
                while let Ok(read @ 1..) = (&server).read(&mut buffer) {
                    sent += read;
                    if sent > bytes || client.write_all(&buffer[..read]).is_err() {
                        break;
                    }
                }
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.shutdown(Shutdown::Both);
            });
        }
    });
    port
}

#[tokio::test]
async fn a_search_that_is_cut_in_the_middle_is_a_failed_read() {
    let site = planned().await;
    let before = states(&site).await;
    let slapd = site.slapd.as_ref().unwrap();
    let (whole, real) = (slapd.ldaps(), slapd.ldaps_port());
    for bytes in [6_000, 12_000, 20_000] {
        let cut = format!("ldaps://127.0.0.1:{}", cutting_proxy(real, bytes));
        desk::edit_config(&site, &whole, &cut);
        let said = failed_pass(&site);
        assert!(said.contains("error: directory: "), "{bytes}: {said}");
        assert_eq!(states(&site).await, before, "{bytes}");
        desk::edit_config(&site, &cut, &whole);
    }
    site.pass(3);
    assert_eq!(states(&site).await, before);
}

#[tokio::test]
async fn a_directory_that_shows_too_little_or_nothing_is_not_believed() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    site.slapd.as_ref().unwrap().ldapmodify(&format!(
        "dn: ou=empty,{SUFFIX}\nchangetype: add\nobjectClass: organizationalUnit\nou: empty\n"
    ));
    let (people, empty) =
        (format!("people = \"ou=people,{SUFFIX}\""), format!("people = \"ou=empty,{SUFFIX}\""));
    site.drop_province();
    // The first read ever, and one after a good one.
    desk::edit_config(&site, &people, &empty);
    let said = failed_pass(&site);
    assert!(said.contains("nothing is planned"), "{said}");
    assert!(site.changes(None).await.is_empty());
    desk::edit_config(&site, &empty, &people);
    site.pass(3);
    let before = states(&site).await;
    desk::edit_config(&site, &people, &empty);
    let said = failed_pass(&site);
    assert!(said.contains("nothing is planned"), "{said}");
    assert_eq!(states(&site).await, before);
    desk::edit_config(&site, &empty, &people);
    // A service account that the server gives no more than a few entries.
    desk::edit_config(&site, "cn=rosterd,", "cn=limited,");
    let said = failed_pass(&site);
    assert!(said.contains("error: directory: "), "{said}");
    assert_eq!(states(&site).await, before);
}

#[tokio::test]
async fn a_directory_that_stops_amid_the_writes_is_settled_by_the_next_pass() {
    let mut site = approved().await;
    desk::enrol(&site).await;
    let wanted = site.changes(None).await.len();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rosterd"))
        .arg("--config")
        .arg(site.path("rosterd.toml"))
        .args(["run", "--once"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let writes = |site: &Site| site.slapd.as_ref().unwrap().log().matches(" ADD dn=").count();
    while writes(&site) < 5 {
        assert!(
            Instant::now() < deadline && child.try_wait().unwrap().is_none(),
            "five accounts were never made"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    site.slapd.as_mut().unwrap().stop();
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(1), None));
    site.slapd.as_mut().unwrap().restart();
    site.pass(0);
    let all = site.changes(None).await;
    assert_eq!(all.len(), wanted, "nothing is planned twice");
    desk::all_carried_out(&site).await;
    for change in desk::of_kind(&site, ChangeKind::CreateAccount, State::Applied).await {
        let (login, password) = desk::slip(&site, &change);
        assert!(desk::password_fits(&site, &login, &password), "{login}");
    }
    site.expect(&["audit", "verify"], 0);
}

/// A site where three people of one agency are to get a new title, approved; with the logins they are about.
async fn retitled() -> (Site, Vec<(StoredChange, String)>) {
    // What needs no approval is else carried out by the pass that plans it.
    let site = Site::new(Base::Sqlite, Dir::Slapd, "[worker]\napply = false\n").await;
    let mut lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    for line in &mut lines[..3] {
        line[1] = "Chuyên viên cao cấp".into();
    }
    site.drop_bytes("stc", "can-bo.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    site.pass(0);
    site.approve_everything().await;
    let found = site.changes(None).await.into_iter().filter(|one| one.change.after(Attr::Title).is_some());
    let titles: Vec<_> = found
        .map(|one| {
            let dn = one.change.before(Attr::Dn).unwrap();
            let login = dn.strip_prefix("uid=").unwrap().split(',').next().unwrap().to_owned();
            (one, login)
        })
        .collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    (site, titles)
}

async fn state_of(site: &Site, change: &StoredChange) -> State {
    site.changes(None).await.into_iter().find(|one| one.id == change.id).unwrap().state
}

#[tokio::test]
async fn a_login_refuses_nothing_and_a_foreign_edit_refuses_that_change_only() {
    let (site, titles) = retitled().await;
    let slapd = site.slapd.as_ref().unwrap();
    let ((edited, edited_login), (used, used_login)) = (&titles[0], &titles[1]);
    slapd.set_password(used_login, "Mat-khau-cua-toi-1");
    assert!(slapd.can_sign_in(used_login, "Mat-khau-cua-toi-1"));
    slapd.ldapmodify(&format!(
        "dn: {}\nchangetype: modify\nreplace: title\ntitle: Someone elses word\n",
        slapd.dn_of(edited_login)
    ));
    site.expect(&["apply"], 0);
    assert_eq!(state_of(&site, edited).await, State::Stale);
    assert_eq!(state_of(&site, used).await, State::Applied);
    assert_eq!(state_of(&site, &titles[2].0).await, State::Applied);

    site.pass(0);
    let anew: Vec<_> = site
        .changes(None)
        .await
        .into_iter()
        .filter(|one| one.change.subject == edited.change.subject && one.id != edited.id)
        .filter(|one| one.change.kind == ChangeKind::UpdateAttributes)
        .collect();
    assert_eq!(anew.len(), 1, "{anew:?}");
    assert_eq!(anew[0].change.before(Attr::Title), Some("Someone elses word"));
}

#[tokio::test]
async fn an_entry_made_anew_under_the_same_name_is_another_entry() {
    let (site, mut titles) = retitled().await;
    let slapd = site.slapd.as_ref().unwrap();
    let (change, login) = titles.remove(0);
    let dn = slapd.dn_of(&login);
    let entry = slapd.ldapsearch(&format!("(uid={login})"), &["*"]);
    slapd.ldapmodify(&format!("dn: {dn}\nchangetype: delete\n"));
    slapd.ldapmodify(&entry.trim_end().replacen('\n', "\nchangetype: add\n", 1));
    site.expect(&["apply"], 0);
    assert_eq!(state_of(&site, &change).await, State::Stale);
    assert_eq!(slapd.ldapsearch(&format!("(uid={login})"), &["*"]), entry, "it was written to");
}
