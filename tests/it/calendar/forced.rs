//! A ladder with a step that forces the change: on a real directory the holder must change the password at the next
//! sign-in, before anybody is locked.

use super::town::{Town, person};
use crate::support::slapd::SUFFIX;
use rosterd::model::change::{ChangeKind, State};
use rosterd::model::evidence::Evidence;
use rosterd::store::Filter;

const PROFILE: &str = r#"
[rotation]
document = "Quyết định 1/2026/QĐ-UBND"
title = "Quy chế thử"
ladder = [
  { name = "nhac-1", days = -7, to = "holder" },
  { name = "dau-moi", days = 3, to = "contact" },
  { name = "bat-doi", days = 5, to = "force-change" },
  { name = "nhac-2", days = 7, to = "holder" },
  { name = "khoa", days = 14, to = "lock" },
]
[[rotation.rule]]
kinds = ["person", "administrator"]
basis = "Điều 1"
[rotation.rule.max_age]
within = "180 ngày"
basis = "Điều 2 khoản 1"
[rotation.rule.first_password]
within = "15 ngày"
basis = "Điều 3"
"#;

const MARKED: &str = "(pwdReset=TRUE)";

fn mark(town: &Town, login: &str, change: &str) {
    town.slapd
        .ldapmodify(&format!("dn: uid={login},ou=so,ou=people,{SUFFIX}\nchangetype: modify\n{change}\n"));
}

#[tokio::test]
async fn a_step_forces_the_change_once_with_its_basis_and_the_same_ladder_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("quy-che.toml");
    std::fs::write(&profile, PROFILE).unwrap();
    let used = "2026-03-01T08:00:00";
    // 180 days after 10 September 2025 is Monday 9 March 2026.
    let people = ["an", "binh", "chi", "dung", "quantri"]
        .map(|login| person(login, "so", "2025-09-10T09:00:00", used));
    let mut town = Town::new(
        "2026-02-20T07:00:00",
        &people,
        profile.to_str().unwrap(),
        "active_from = \"2026-01-01\"\n",
        "",
    )
    .await;
    town.days("2026-02-20", "2026-03-12", &["08:30"]).await;
    assert_eq!(town.found(MARKED), [""; 0]);
    town.changes_password("2026-03-13T09:00:00", "binh");
    town.days("2026-03-13", "2026-03-16", &["09:30"]).await;
    assert_eq!(
        town.found(MARKED),
        ["an", "chi", "dung"],
        "neither who has changed it nor a protected account"
    );
    let filter = Filter { kind: Some(ChangeKind::ForcePasswordChange), ..Filter::default() };
    let changes = town.engine.store.every_change(&filter).await.unwrap();
    assert_eq!(changes.len(), 3);
    for one in &changes {
        let stored = &one.stored;
        assert_eq!((stored.state, stored.change.reason.as_str()), (State::Applied, "password-overdue"));
        let basis = stored.change.evidence.iter().find_map(|one| match one {
            Evidence::Rule { document, basis, .. } => Some((document.as_str(), basis.as_str())),
            _ => None,
        });
        assert_eq!(basis, Some(("Quyết định 1/2026/QĐ-UBND", "Điều 2 khoản 1")));
    }
    // An administrator takes the mark off: it is not set again, and the lock comes as it was announced.
    mark(&town, "chi", "delete: pwdReset");
    // The forced holder changes the password, as the directory asks.
    town.changes_password("2026-03-17T10:00:00", "dung");
    town.days("2026-03-17", "2026-03-24", &["09:30"]).await;
    assert_eq!(town.found(MARKED), ["an"]);
    assert_eq!(town.engine.store.every_change(&filter).await.unwrap().len(), 3, "never twice");
    insta::assert_snapshot!(town.said().join("\n"));
    let first = town.notices().await.into_values().find(|one| one.key.ends_with("nhac-1")).unwrap();
    assert!(first.text.contains("lần đăng nhập tiếp theo"), "{}", first.text);
}

#[tokio::test]
async fn what_is_forced_counts_against_a_brake_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("quy-che.toml");
    std::fs::write(&profile, PROFILE).unwrap();
    let people = ["an", "binh", "chi", "dung"]
        .map(|login| person(login, "so", "2025-09-10T09:00:00", "2026-03-01T08:00:00"));
    let more = "";
    let mut town = Town::new(
        "2026-02-20T07:00:00",
        &people,
        profile.to_str().unwrap(),
        "active_from = \"2026-01-01\"\n",
        more,
    )
    .await;
    town.engine.site.config.brakes.forced_changes =
        toml::from_str("count = 2\npercent = 1\ncap = 2\n").unwrap();
    town.days("2026-02-20", "2026-03-16", &["08:30"]).await;
    let summary = town.pass("2026-03-16T09:30:00").await;
    assert_eq!((town.found(MARKED).len(), summary.brakes > 0), (0, true), "{summary:?}");
}
