//! Opening, migrating, and what a transaction guarantees.

use super::*;
use rosterd::model::ids::AccountId;
use rosterd::model::name::PersonName;
use rosterd::model::person::{OutOfUse, Person};
use rosterd::store::{Committed, Fenced, StoreError};
use std::os::unix::fs::PermissionsExt;

async fn begin_pass(mut tx: Fenced) -> Result<Committed<String>, StoreError> {
    let id = tx.begin_pass().await?;
    tx.commit(id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_starts_at_once_make_one_schema() {
    let folder = tempfile::tempdir().unwrap();
    let database = postgres::database();
    let file = folder.path().join("sub dir #1?.db").to_str().unwrap().to_owned();
    for url in [file.clone(), database.url()] {
        let settings = Settings { url, password_file: None };
        let starts: Vec<_> = (0..6)
            .map(|_| {
                let settings = settings.clone();
                tokio::spawn(async move { Store::open(&settings, site_key()).await.map(drop) })
            })
            .collect();
        for start in starts {
            start.await.unwrap().unwrap();
        }
        let store = Store::open(&settings, site_key()).await.unwrap();
        let health = store.health().await.unwrap();
        assert_eq!(health.schema, 2);
        assert!(
            health.database.starts_with("SQLite 3.") || health.database.starts_with("PostgreSQL "),
            "{health:?}"
        );
    }
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the store holds personal data");
}

#[tokio::test]
async fn a_database_that_sorts_by_language_is_refused() {
    let database = postgres::database_with("LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'");
    let settings = Settings { url: database.url(), password_file: None };
    let error = Store::open(&settings, site_key()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Collation { collation, .. } if collation == "C.UTF-8"), "{error}");
}

#[tokio::test]
async fn sqlite_connections_are_durable_and_keep_references() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("rosterd.db").to_str().unwrap().to_owned();
    let site = Site::new(Settings { url: url.clone(), password_file: None }, format!("sqlite://{url}")).await;
    assert_eq!(site.count("pragma_journal_mode WHERE journal_mode = 'wal'").await, 1);
    let lost =
        site.raw("INSERT INTO account_link (target, account, person) VALUES ('mail', 'a', 'nobody')").await;
    assert!(lost.is_err());
}

fn person(id: &str, account: Option<&str>) -> Person {
    Person {
        id: PersonId::new(id),
        name: PersonName::new("Trần Văn Bình").unwrap(),
        birth: None,
        gender: None,
        citizen: None,
        former_citizens: std::collections::BTreeSet::new(),
        staff_code: None,
        phone: None,
        mail: None,
        accounts: account.map(|account| (TargetId::mail(), AccountId::new(account))).into_iter().collect(),
        matched: None,
        met: std::collections::BTreeMap::new(),
        listed: std::collections::BTreeSet::new(),
        returned: None,
        out_of_use: OutOfUse::default(),
    }
}

#[tokio::test]
async fn a_failed_statement_poisons_its_transaction() {
    on_both(async |site| {
        let mut tx = site.store.begin_write(now()).await.unwrap();
        assert_eq!(tx.save_people(&[person("p1", Some("a1"))]).await.unwrap(), 1);
        tx.save_people(&[person("p2", Some("a1"))]).await.unwrap_err();
        assert!(matches!(tx.commit(()).await, Err(StoreError::Poisoned)));
        assert_eq!(site.store.people().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn people_are_written_only_when_they_differ() {
    on_both(async |site| {
        let save = async |people: &[Person]| {
            site.store
                .write(now(), async |mut tx| {
                    let n = tx.save_people(people).await?;
                    tx.commit(n).await
                })
                .await
        };
        let (one, two) = (person("p1", Some("a1")), person("p2", None));
        assert_eq!(save(&[one.clone(), two.clone()]).await.unwrap(), 2);
        assert_eq!(save(&[one.clone(), two.clone()]).await.unwrap(), 0);
        assert_eq!(site.store.people().await.unwrap(), [one.clone(), two.clone()]);
        // One account, one person; it passes from one to the other in one save.
        assert!(save(&[person("p2", Some("a1"))]).await.is_err());
        assert_eq!(save(&[person("p1", None), person("p2", Some("a1"))]).await.unwrap(), 2);
        assert_eq!(site.count("account_link WHERE person = 'p2' AND account = 'a1'").await, 1);
        assert_eq!(site.count("account_link").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_in_each_others_way_try_again() {
    on_both(async |site| {
        site.operators(["an"]).await;
        let other = site.second().await;
        let tasks: Vec<_> = (0..24)
            .map(|n| {
                let store = if n % 2 == 0 { site.store.clone() } else { other.clone() };
                tokio::spawn(async move {
                    let login = Login::new("an");
                    store
                        .write(now(), async |mut tx| {
                            tx.save_people(&[person(&format!("p{n}"), None)]).await?;
                            tx.audit(login.as_str(), "test", "subject", "");
                            tx.commit(()).await
                        })
                        .await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(site.store.people().await.unwrap().len(), 24);
        // One row for the enrolment; the chain has no gap although two processes wrote to one lane.
        assert_eq!(site.store.audit_verify().await.unwrap().rows, 25);
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_and_an_old_token_writes_nothing() {
    on_both(async |site| {
        let ttl = TimeDelta::minutes(5);
        let take =
            async |holder: &str, at: Time| site.store.acquire_lease("pass", holder, at, ttl).await.unwrap();
        let first = take("w1", now()).await.unwrap();
        assert_eq!(take("w2", minutes(4)).await, None);
        assert!(site.store.renew_lease(&first, minutes(4), ttl).await.unwrap());
        assert_eq!(take("w2", minutes(8)).await, None);
        let second = take("w2", minutes(9)).await.unwrap();
        assert!(second.number > first.number);
        // The first worker wakes up.
        let refused = site.store.write_fenced(&first, minutes(10), begin_pass).await;
        assert!(
            matches!(refused, Err(StoreError::Fenced { token, .. }) if token == first.number),
            "{refused:?}"
        );
        assert!(!site.store.renew_lease(&first, minutes(10), ttl).await.unwrap());
        assert!(!site.store.release_lease(&first, minutes(10)).await.unwrap());
        site.store.write_fenced(&second, minutes(10), begin_pass).await.unwrap();
        assert_eq!(site.count("pass").await, 1);
        // Released, it is free at once; the token still grows.
        assert!(site.store.release_lease(&second, minutes(10)).await.unwrap());
        assert!(take("w1", minutes(10)).await.unwrap().number > second.number);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taking_waits_for_the_old_holders_open_transaction() {
    on_both(async |site| {
        let other = site.second().await;
        let first = site.store.acquire_lease("pass", "w1", now(), TimeDelta::zero()).await.unwrap().unwrap();
        let mut open = site.store.begin_fenced(&first, now()).await.unwrap();
        open.begin_pass().await.unwrap();
        let taking = tokio::spawn(async move {
            other.acquire_lease("pass", "w2", minutes(1), TimeDelta::minutes(5)).await.unwrap().unwrap();
            let pass = other.last_pass().await.unwrap();
            other.close().await;
            pass
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!taking.is_finished());
        open.commit(()).await.unwrap();
        assert!(taking.await.unwrap().is_some(), "the new holder reads what the old one committed");
    })
    .await;
}

#[tokio::test]
async fn times_are_kept_to_the_millisecond_and_sort_as_text() {
    on_both(async |site| {
        let token = site.lease().await;
        let moments =
            [now(), now() + TimeDelta::milliseconds(1), now() + TimeDelta::milliseconds(10), minutes(1)];
        let mut ids = Vec::new();
        for at in moments {
            ids.push(site.store.write_fenced(&token, at, begin_pass).await.unwrap());
            let pass = site.store.last_pass().await.unwrap().unwrap();
            assert_eq!((pass.started, &pass.id, pass.token), (at, ids.last().unwrap(), token.number));
        }
        assert!(ids.is_sorted());
        let end = async |mut tx: Fenced| {
            tx.end_pass(&ids[3], "done", &[1, 2]).await?;
            tx.commit(()).await
        };
        site.store.write_fenced(&token, minutes(2), end).await.unwrap();
        let pass = site.store.last_pass().await.unwrap().unwrap();
        assert_eq!((pass.ended, pass.outcome.as_deref()), (Some(minutes(2)), Some("done")));
        assert!(site.store.write_fenced(&token, minutes(3), end).await.is_err(), "a pass ends once");
    })
    .await;
}
