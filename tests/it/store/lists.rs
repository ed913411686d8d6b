//! What the page lists beside changes: mails that did not arrive, the accounts behind figures, what waits for one operator.

use super::*;
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::RosterId;
use rosterd::model::notice::Notice;
use rosterd::model::roster::RosterKind;
use rosterd::store::{Approval, MailList, OutboxCounts, Place, Query, Waiter};

fn notice(key: &str) -> Notice {
    Notice {
        key: key.into(),
        template: "rotation_reminder".into(),
        to: format!("{key}@x"),
        to_name: "Nguyễn Văn A".into(),
        subject: "Đề nghị đổi mật khẩu".into(),
        text: "t".into(),
        html: "h".into(),
    }
}

impl Site {
    async fn act(&self, id: &str, retry: bool, by: &str) -> Result<bool, StoreError> {
        let by = Login::new(by);
        self.store
            .write(now(), async |mut tx| {
                let done = if retry {
                    tx.retry_mail(id, &by).await?
                } else {
                    tx.dismiss_mail(id, &by, "thử").await?
                };
                tx.commit(done).await
            })
            .await
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_listed_by_key_until_it_is_sent_again_or_put_aside() {
    on_both(async |site| {
        let [admin] = site.operators(["quan.tri"]).await;
        let own = Login::new("rieng");
        site.enrol(&own, &["snv"]).await;
        for (number, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
            let work = async |mut tx: rosterd::store::WriteTx| {
                let new = tx.enqueue_for(&notice(key), minutes(i64::try_from(number).unwrap())).await?;
                tx.commit(new).await
            };
            assert!(site.store.write(now(), work).await.unwrap());
        }
        let failed = "UPDATE outbox SET state = 'failed', last_error = '550' WHERE key IN ('a', 'b')";
        site.raw(failed).await.unwrap();
        site.raw("UPDATE outbox SET state = 'returned', bounce = 'x' WHERE key = 'c'").await.unwrap();
        let listed = async |after: Option<&str>, limit| {
            site.store.mails(MailList::Undelivered, after, limit).await.unwrap()
        };
        let keys = |list: &[rosterd::store::ListedMail]| -> Vec<String> {
            list.iter().map(|one| one.notice.key.clone()).collect()
        };
        let first = listed(None, 2).await;
        assert_eq!(keys(&first), ["c", "b"], "the latest first");
        assert_eq!((first[0].returned, first[1].why.as_deref()), (true, Some("550")));
        let second = listed(Some(&first[1].id), 2).await;
        assert_eq!(keys(&second), ["a"]);
        assert_eq!(keys(&site.store.mails(MailList::Waiting, None, 9).await.unwrap()), ["d"]);
        assert!(site.act(&first[0].id, true, own.as_str()).await.is_err(), "the outbox is the province's");
        assert!(site.act(&first[0].id, true, admin.as_str()).await.unwrap());
        assert!(site.act(&first[1].id, false, admin.as_str()).await.unwrap());
        assert!(!site.act(&first[1].id, true, admin.as_str()).await.unwrap(), "put aside is put aside");
        assert_eq!(keys(&listed(None, 9).await), ["a"]);
        assert_eq!(keys(&site.store.mails(MailList::Waiting, None, 9).await.unwrap()), ["c", "d"]);
        let counts = OutboxCounts { queued: 2, failed: 1, ..OutboxCounts::default() };
        assert_eq!(site.store.outbox_counts().await.unwrap(), counts);
    })
    .await;
}

#[tokio::test]
async fn the_accounts_of_a_place_are_kept_with_their_digest_until_it_has_none() {
    on_both(async |site| {
        let (snv, mail) = (agency("snv"), TargetId::mail());
        let token = site.lease().await;
        for (digest, rows) in [("1", vec!["a", "b"]), ("2", vec!["b"])] {
            let work = async |mut tx: rosterd::store::Fenced| {
                tx.save_rotation_rows((&snv, &mail), digest, &rows).await?;
                tx.commit(()).await
            };
            site.store.write_fenced(&token, now(), work).await.unwrap();
            assert_eq!(site.store.rotation_rows::<String>(&snv, &mail).await.unwrap(), rows);
            let kept = site.store.rotation_digests().await.unwrap();
            assert_eq!(kept[&(snv.clone(), mail.clone())], digest);
        }
        let work = async |mut tx: rosterd::store::Fenced| {
            tx.drop_rotation_rows((&snv, &mail)).await?;
            tx.commit(()).await
        };
        site.store.write_fenced(&token, now(), work).await.unwrap();
        assert!(site.store.rotation_digests().await.unwrap().is_empty());
        assert!(site.store.rotation_rows::<String>(&snv, &mail).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_one_operator_is_counted_as_it_is_listed() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let two = &site.propose(&[title("a1", Gate::Two), title("a2", Gate::One)]).await[0];
        let work = async |mut tx: rosterd::store::WriteTx| {
            let done = tx.approve(&two.stored.id, &two.stored.key, &an, &nobody()).await?;
            tx.commit(done).await
        };
        assert!(matches!(site.store.write(now(), work).await.unwrap(), Approval::Approved { have: 1, .. }));
        for (login, not_of, scope, expected) in [
            (&an, vec![], vec![], 1),
            (&binh, vec![], vec![], 2),
            (&binh, vec![agency("skhcn")], vec![], 0),
            (&binh, vec![agency("snv")], vec![agency("skhcn")], 2),
            (&binh, vec![], vec![agency("snv")], 0),
        ] {
            let waiter = Waiter { login: login.clone(), not_of };
            let figures = site.store.figures(&scope, now()).await.unwrap();
            let counted = site.store.waiting_by_due(&figures, &scope, &waiter).await.unwrap();
            assert_eq!(counted.values().sum::<u64>(), expected, "{waiter:?} {scope:?}");
            let query = Query { waits_for: Some(waiter), ..Query::of(State::Proposed, scope) };
            let listed = site.store.list_changes(&query, &Place::First, 9).await.unwrap();
            assert_eq!(listed.rows.len() as u64, expected, "{query:?}");
            let due = two.stored.change.due;
            for (from, count) in [(due, expected), (due + TimeDelta::days(1), 0)] {
                let query = Query { due_from: Some(from), ..query.clone() };
                assert_eq!(site.store.count_changes(&query, 9).await.unwrap(), count);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_rejected_owes_the_rosters_behind_it_a_feedback_once_more() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let (roster, gone) = (RosterId::new("r1"), RosterId::new("r0"));
        super::rows::insert(site, &super::rows::arrival("r1", "aa")).await;
        let row = |roster: &RosterId, row| Evidence::Row {
            roster: roster.clone(),
            file: "ds.xlsx".into(),
            sheet: "Sheet1".into(),
            row,
            document: None,
        };
        let missing = Evidence::Absence { roster: roster.clone(), file: "ds.xlsx".into(), document: None };
        let change =
            Change { evidence: vec![row(&roster, 8), row(&gone, 3), missing], ..title("a1", Gate::One) };
        let one = &site.propose(&[change]).await[0];
        let work = async |mut tx: rosterd::store::WriteTx| {
            tx.decide_kinds(&[(roster.clone(), RosterKind::Full)]).await?;
            tx.set_results(&roster, &[]).await?;
            tx.feedback_written(&roster, "done/ds.ketqua.xlsx").await?;
            tx.commit(()).await
        };
        site.store.write(now(), work).await.unwrap();
        assert_eq!(site.store.feedback_due().await.unwrap(), []);
        let work = async |mut tx: rosterd::store::WriteTx| {
            let answer = tx.reject(&one.stored.id, &one.stored.key, &an, "sai chức danh").await?;
            tx.commit(answer).await
        };
        assert_eq!(site.store.write(now(), work).await.unwrap(), Approval::Rejected);
        let due = site.store.feedback_due().await.unwrap().remove(0);
        assert_eq!(due.written.as_deref(), Some("done/ds.ketqua.xlsx"), "what lies there stays until then");
        let told: Vec<_> =
            due.rejections.iter().map(|one| (one.place.clone(), one.reason.as_str())).collect();
        assert_eq!(told, [(None, "sai chức danh"), (Some(("Sheet1".to_owned(), 8)), "sai chức danh")]);
        let work = async |mut tx: rosterd::store::WriteTx| {
            tx.feedback_written(&roster, "done/ds.ketqua.xlsx").await?;
            tx.commit(()).await
        };
        site.store.write(now(), work).await.unwrap();
        assert_eq!(site.store.feedback_due().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn changes_are_counted_by_the_roster_that_asks_for_them() {
    on_both(async |site| {
        let row = |roster: &str, row| Evidence::Row {
            roster: RosterId::new(roster),
            file: "ds.xlsx".into(),
            sheet: "Sheet1".into(),
            row,
            document: None,
        };
        let asked = |who: &str, by: Vec<Evidence>| {
            let mut planned = title(who, Gate::Two);
            planned.evidence = by;
            planned
        };
        site.propose(&[
            asked("an", vec![row("ds1", 1), row("ds1", 2)]),
            asked("binh", vec![row("ds1", 3), row("ds2", 1)]),
            asked("cuc", vec![]),
        ])
        .await;
        let query = Query::of(State::Proposed, vec![]);
        let groups = site.store.changes_by_roster(&query, 10).await.unwrap();
        let counts: Vec<_> = groups.iter().map(|one| (one.roster.as_str(), one.count)).collect();
        assert_eq!(counts, [("ds1", 2), ("ds2", 1)], "two rows of one roster are one change");
        assert!(groups.iter().all(|one| one.file.is_none()), "rosters that are no longer kept");
        for group in &groups {
            let of = Query { roster: Some(group.roster.clone()), ..query.clone() };
            assert_eq!(site.store.count_changes(&of, 99).await.unwrap(), group.count);
        }
        assert_eq!(site.store.count_without_roster(&query).await.unwrap(), 1);
        assert_eq!(site.store.changes_by_roster(&query, 1).await.unwrap().len(), 1, "bounded");
        let other = Query::of(State::Held, vec![]);
        assert_eq!(site.store.changes_by_roster(&other, 10).await.unwrap(), []);
    })
    .await;
}
