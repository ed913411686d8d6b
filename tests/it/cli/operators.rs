//! Who may decide; pause; the trail.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::State;

#[tokio::test]
async fn who_is_not_enrolled_decides_nothing() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    site.pass(3);
    let change = site.changes(Some(State::Proposed)).await.remove(0);
    let id = change.id.as_str();
    for arguments in [
        vec!["review", "approve", id],
        vec!["review", "reject", id, "--reason", "không"],
        vec!["undo", id],
        vec!["pause", "writes", "--reason", "thử"],
        vec!["resume"],
        vec!["slip", "print", id],
        vec!["operator", "remove", "an"],
    ] {
        let output = site.rosterd(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains("operator add"), "{arguments:?}: {}", said(&output));
    }
    let own = site.rosterd(&["operator", "add", &desk::login(), "--name", "Tự ghi tên"]);
    assert_eq!(own.status.code(), Some(1), "{}", said(&own));
    assert_eq!(site.changes(Some(State::Proposed)).await.iter().filter(|one| one.id == change.id).count(), 1);
    // Reading is free.
    site.expect(&["review", "list"], 0);
    site.expect(&["review", "show", id], 0);
}

#[tokio::test]
async fn operators_enrol_list_and_remove_operators_and_nobody_widens_a_scope() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    desk::enrol(&site).await;
    let unknown = site.rosterd(&["operator", "add", "no-such-login-here", "--name", "Ai đó"]);
    assert!(unknown.status.code() == Some(1) && said(&unknown).contains("no login"), "{}", said(&unknown));
    let nowhere = site.rosterd(&["operator", "add", "nobody", "--name", "Ai đó", "--agency", "khongco"]);
    assert!(nowhere.status.code() == Some(1) && said(&nowhere).contains("khongco"), "{}", said(&nowhere));
    site.expect(&["operator", "add", "nobody", "--name", "Phạm Văn Không", "--agency", "snv"], 0);
    let list = site.expect(&["operator", "list"], 0);
    assert!(
        list.lines()
            .any(|line| line.contains("nobody") && line.contains("Phạm Văn Không") && line.contains("snv"))
    );
    site.expect(&["operator", "remove", "nobody"], 0);
    assert!(site.expect(&["operator", "list"], 0).contains("(removed)"));
    assert_eq!(site.rosterd(&["operator", "remove", "nobody"]).status.code(), Some(1));

    // Without anybody for the whole province nobody, or whoever installs, could enrol.
    site.expect(&["operator", "remove", "an"], 0);
    site.expect(&["operator", "remove", "binh"], 0);
    let last = site.rosterd(&["operator", "remove", &desk::login()]);
    assert_eq!(last.status.code(), Some(1), "{}", said(&last));
    assert!(said(&last).contains("last operator") && said(&last).contains("operator add"), "{}", said(&last));
    site.expect(&["operator", "add", "nobody", "--name", "Phạm Văn Không", "--agency", "snv"], 0);
    let last = site.rosterd(&["operator", "remove", &desk::login()]);
    assert_eq!(last.status.code(), Some(1), "one for a single agency enrols nobody: {}", said(&last));
    site.expect(&["operator", "remove", "nobody"], 0);

    let narrow = ["operator", "add", &desk::login(), "--name", "Chỉ một nơi", "--agency", "snv"];
    let only = site.rosterd(&narrow);
    assert!(only.status.code() == Some(1) && said(&only).contains("whole province"), "{}", said(&only));
    let contact = site.rosterd(&[&narrow[..], &["--contact"]].concat());
    assert!(
        contact.status.code() == Some(1) && said(&contact).contains("whole province"),
        "{}",
        said(&contact)
    );
    site.expect(&["operator", "add", "nobody", "--name", "Phạm Văn Không"], 0);
    site.expect(&narrow, 0);
    let wider = site.rosterd(&["operator", "add", &desk::login(), "--name", "Mọi nơi"]);
    assert_eq!(wider.status.code(), Some(1), "{}", said(&wider));
    site.drop_province();
    site.rosterd(&["run", "--once"]);
    let elsewhere = site
        .changes(Some(State::Proposed))
        .await
        .into_iter()
        .find(|one| one.change.agency.as_str() == "vpub");
    let refused = site.rosterd(&["review", "approve", elsewhere.unwrap().id.as_str()]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
}

#[tokio::test]
async fn paused_writes_and_mail_wait_and_go_on() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::enrol(&site).await;
    assert_eq!(site.rosterd(&["pause", "writes", "--reason", " "]).status.code(), Some(1));
    site.expect(&["pause", "mail", "--reason", "máy chủ thư bảo trì"], 0);
    site.expect(&["pause", "writes", "--reason", "kiểm tra"], 0);
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    let before = site.slapd.as_ref().unwrap().ldapsearch("(objectClass=*)", &["*"]);
    site.rosterd(&["run", "--once"]);
    assert_eq!(site.slapd.as_ref().unwrap().ldapsearch("(objectClass=*)", &["*"]), before);
    assert!(desk::mails(&site).is_empty() && desk::listing(&site, "systems/tthc/orders").is_empty());
    assert!(site.changes(Some(State::Applied)).await.is_empty());
    site.expect(&["resume", "writes"], 0);
    site.pass(0);
    desk::all_carried_out(&site).await;
    assert!(desk::mails(&site).is_empty());
    site.expect(&["resume"], 0);
    site.pass(0);
    assert!(desk::mails(&site).values().sum::<usize>() > 6);
}

#[tokio::test]
async fn a_row_of_the_trail_that_was_changed_is_found() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    site.pass(3);
    let out = site.expect(&["audit", "verify"], 0);
    assert!(out.contains("the chain holds"), "{out}");
    let rows = site.expect(&["audit", "export"], 0);
    assert!(
        rows.lines().count() > 6
            && rows.lines().all(|row| serde_json::from_str::<serde_json::Value>(row).is_ok())
    );
    // Whoever can change a row has first to take the guards away.
    for guard in desk::rows(&site, "SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
        desk::execute(&site, &format!("DROP TRIGGER {guard}")).await;
    }
    desk::execute(&site, "UPDATE audit SET verb = 'change.nothing' WHERE verb = 'roster.accept'").await;
    let broken = site.rosterd(&["audit", "verify"]);
    assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
    assert!(said(&broken).contains("error: "), "{}", said(&broken));
}

#[tokio::test]
async fn an_end_of_the_trail_that_somebody_noted_is_held_against_it() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    site.pass(3);
    let out = site.expect(&["audit", "verify"], 0);
    let noted: Vec<String> =
        out.lines().skip(1).map(|line| line.split(' ').collect::<Vec<_>>().join(":")).collect();
    assert!(noted.len() > 1, "{out}");
    let mut arguments = vec!["audit", "verify"];
    arguments.extend(noted.iter().flat_map(|head| ["--head", head]));
    let out = site.expect(&arguments, 0);
    assert!(out.contains(&format!("{} noted ends are still in it", noted.len())), "{out}");
    let (place, hash) = noted[0].rsplit_once(':').unwrap();
    let other: String = hash.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    let wrong = site.rosterd(&["audit", "verify", "--head", &format!("{place}:{other}")]);
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    assert!(said(&wrong).contains("not the row that was noted"), "{}", said(&wrong));
    let (lane, _) = place.rsplit_once(':').unwrap();
    let gone = site.rosterd(&["audit", "verify", "--head", &format!("{lane}:999999:{hash}")]);
    assert_eq!(gone.status.code(), Some(1), "{}", said(&gone));
    assert!(said(&gone).contains("the trail was cut"), "{}", said(&gone));
    let unclear = site.rosterd(&["audit", "verify", "--head", "rosterd"]);
    assert_eq!(unclear.status.code(), Some(1), "{}", said(&unclear));
    assert!(said(&unclear).contains("LANE:ROW:HASH"), "{}", said(&unclear));
}
