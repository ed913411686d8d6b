//! Matches by name and phone: listed, confirmed in bulk, and what waits for them.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State, StoredChange};

#[tokio::test]
async fn matches_by_name_and_phone_are_listed_and_confirmed_by_their_exact_number() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    confirm(&site).await;
}

#[tokio::test]
async fn matches_are_confirmed_on_postgresql_too() {
    let site = Site::new(Base::Postgres, Dir::Ldif, "").await;
    confirm(&site).await;
}

fn of_snv(changes: Vec<StoredChange>) -> Vec<StoredChange> {
    changes
        .into_iter()
        .filter(|one| one.change.waits_for_matches_of().is_some_and(|code| code.as_str() == "snv"))
        .collect()
}

async fn confirm(site: &Site) {
    site.drop_province();
    site.pass(3);
    let waiting = of_snv(site.changes(Some(State::Held)).await);
    let moved = waiting.iter().find(|one| one.change.kind == ChangeKind::MoveAccount).unwrap();
    let orphans = waiting.iter().filter(|one| one.change.kind == ChangeKind::OrphanAccount).count();
    assert!(orphans > 0, "{waiting:#?}");

    let shown = site.expect(&["review", "show", moved.id.as_str()], 0);
    for part in ["tài khoản theo họ tên và số điện thoại (có thể đúng, chưa xác nhận)", "--agency snv"]
    {
        assert!(shown.contains(part), "{shown}");
    }
    let name = moved.change.label.split(" <").next().unwrap();
    let planned = site.expect(&["plan", "--person", name], 3);
    assert!(
        planned.contains("dòng theo họ tên và số điện thoại") && planned.contains("chờ xác nhận"),
        "{planned}"
    );

    let confirm = ["review", "confirm-matches", "--agency", "snv"];
    let listed = site.expect(&confirm, 0);
    let count = listed.lines().count() - 1;
    assert!(listed.contains(name) && listed.contains(&format!("--count {count}")), "{listed}");
    let exact = count.to_string();
    let exact = [&confirm[..], &["--count", &exact]].concat();
    assert!(said(&site.rosterd(&exact)).contains("operator add"), "who is not enrolled confirms none");
    desk::enrol(site).await;
    let one_less = (count - 1).to_string();
    let refused = site.rosterd(&[&confirm[..], &["--count", &one_less]].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains(&format!("{count} matches wait")), "{}", said(&refused));
    let early = site.rosterd(&["review", "approve", moved.id.as_str()]);
    assert_eq!(early.status.code(), Some(1), "{}", said(&early));
    assert_eq!(of_snv(site.changes(Some(State::Held)).await).len(), waiting.len());

    // Whoever answers for the agency's rosters confirms none of its matches.
    let contact =
        ("phone = \"0900000000\" }]", format!("phone = \"0900000000\", login = {:?} }}]", desk::login()));
    let agencies = std::fs::read_to_string(site.path("agencies.toml")).unwrap();
    std::fs::write(site.path("agencies.toml"), agencies.replace(contact.0, &contact.1)).unwrap();
    assert_eq!(site.rosterd(&exact).status.code(), Some(1));
    std::fs::write(site.path("agencies.toml"), &agencies).unwrap();

    let done = site.expect(&exact, 0);
    assert!(done.contains(&format!("{count} kết quả khớp; {} thay đổi", waiting.len())), "{done}");
    assert_eq!(of_snv(site.changes(Some(State::Held)).await), []);
    site.expect(&["review", "approve", moved.id.as_str()], 0);
    // The next pass finds nothing new to say of it.
    site.pass(3);
    let after = site.changes(Some(State::Applied)).await;
    assert!(after.iter().any(|one| one.key == moved.key), "carried out under the key that was planned");
    assert!(site.expect(&confirm, 0).lines().count() == 1, "nothing is open any more");
    let trail = site.expect(&["audit", "export"], 0);
    assert_eq!(trail.matches("match.confirm").count(), count, "{trail}");
    site.expect(&["audit", "verify"], 0);
}
