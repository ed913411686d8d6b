//! A site whose system takes a write and does not answer: what it came to is read, never sent again blindly.

use super::ROLE;
use crate::support::desk;
use crate::support::http::Said;
use crate::support::keycloak::{Keycloak, SECRET};
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State, StoredChange};

async fn site(keycloak: &Keycloak) -> Site {
    let system = format!(
        "[[system]]\nkind = \"keycloak\"\nname = \"igate\"\ntitle = \"iGate\"\nrealm = \"digo\"\nclient_id = \"rosterd\"\n\
         client_secret_file = \"secrets/igate\"\nroles = [{{ role = {ROLE:?}, realm_role = \"một cửa\" }}]\n\
         [system.connection]\nurl = {:?}\nallow_plaintext = true\ntimeout_seconds = 2",
        keycloak.url()
    );
    let site = Site::new(Base::Sqlite, Dir::Ldif, &system).await;
    desk::edit_config(&site, "[\"roles/tthc.toml\"]", "[\"roles/tthc.toml\", \"roles/igate.toml\"]");
    let map = std::fs::read_to_string(site.path("roles/tthc.toml")).unwrap();
    std::fs::write(site.path("roles/igate.toml"), map.replace("tthc", "igate")).unwrap();
    std::fs::write(site.path("secrets/igate"), SECRET).unwrap();
    site
}

async fn of_igate(site: &Site) -> Vec<StoredChange> {
    let mut found = site.changes(None).await;
    found.retain(|one| one.change.target.as_str() == "igate");
    found
}

fn count(changes: &[StoredChange], state: State) -> usize {
    changes.iter().filter(|one| one.state == state).count()
}

#[tokio::test]
async fn an_unclear_answer_is_read_back_and_never_blindly_sent_again() {
    let keycloak = Keycloak::start();
    let site = site(&keycloak).await;
    // Whoever is to have the role in the one-stop system is to have it there, and has an account by then.
    keycloak.user("quantri", None, "");
    site.drop_province();
    site.rosterd(&["run", "--once"]);
    for one in site.changes(None).await.iter().filter(|one| one.change.kind == ChangeKind::GrantRole) {
        keycloak.user(one.change.subject.as_str().split('#').next().unwrap(), None, "");
    }
    site.rosterd(&["run", "--once"]);
    site.approve_everything().await;
    let planned = of_igate(&site).await;
    assert!(
        planned.len() > 3 && planned.iter().all(|one| one.change.kind == ChangeKind::GrantRole),
        "{planned:?}"
    );
    // The answer to the first is lost, and the second on its way.
    let mut posts = 0;
    keycloak.twist(move |asked, kept| {
        let user = asked
            .path
            .strip_prefix("/auth/admin/realms/digo/users/")?
            .strip_suffix("/role-mappings/realm")?;
        posts += u32::from(asked.method == "POST");
        if asked.method != "POST" || posts > 2 {
            return None;
        }
        if posts == 1 {
            kept.held.insert(("roles/một cửa".into(), user.to_owned()));
        }
        Some(Said::Nothing)
    });
    let output = site.rosterd(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(1), "somebody must look: {output:?}");
    let after = of_igate(&site).await;
    assert_eq!((count(&after, State::Unknown), count(&after, State::Applied)), (1, planned.len() - 1));
    let open = desk::rows(&site, "SELECT target FROM intent WHERE resolved IS NULL").await;
    assert_eq!(open, ["igate"], "nothing else touches what is unclear");

    site.rosterd(&["run", "--once"]);
    let after = of_igate(&site).await;
    assert_eq!(count(&after, State::Applied), planned.len(), "{after:?}");
    assert_eq!(keycloak.kept.lock().unwrap().held.len(), planned.len());
    let posts = keycloak
        .server
        .asked()
        .iter()
        .filter(|asked| asked.path.contains("role-mappings") && asked.method == "POST")
        .count();
    assert_eq!(posts, planned.len() + 1, "only what two reads showed as not done was sent again");
    assert_eq!(desk::rows(&site, "SELECT id FROM intent WHERE resolved IS NULL").await, [""; 0]);
}
