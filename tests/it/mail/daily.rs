//! The daily letter to those on duty: one a day, whatever happens in between, and a witness of the audit trail.

use super::Post;
use crate::support::script::Script;
use crate::support::site::Base;
use chrono::{NaiveDateTime, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;
use rosterd::model::ids::Login;
use rosterd::model::operator::{Operator, OperatorRole};
use rosterd::store::{LaneHead, StoreError};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

impl Post {
    /// A whole pass at this local time.
    async fn pass_at(&self, local: &str) {
        let local: NaiveDateTime = local.parse().unwrap();
        let at = local.and_local_timezone(Ho_Chi_Minh).unwrap().to_utc();
        self.offset.store((at - Utc::now()).num_seconds(), Ordering::SeqCst);
        let grip = self.engine.grip_or_say().await.unwrap();
        let summary = self.engine.pass_under(&grip).await.unwrap();
        self.engine.let_go(grip).await.unwrap();
        assert_eq!(summary.errors, Vec::<String>::new());
    }

    async fn execute(&self, statement: &str) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// An operator, whose enrolment is a row of the operators' lane.
    async fn enrol(&self, login: &str) {
        let operator = Operator {
            login: Login::new(login),
            name: "Trần Thị An".into(),
            role: OperatorRole::Administrator,
            agencies: BTreeSet::new(),
        };
        let enrolled = self.engine.store.write(self.engine.now(), async |mut tx| {
            tx.add_operator(&operator, &Login::new("an")).await?;
            tx.commit(()).await
        });
        enrolled.await.unwrap();
    }
}

/// The letters that the server took: day as the subject has it, Message-ID, text.
fn letters(server: &Script) -> Vec<(String, String, String)> {
    let parse = |mail: crate::support::script::Taken| {
        let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
        let (subject, text) = (parsed.subject().unwrap(), parsed.body_text(0).unwrap());
        let day = subject.strip_prefix("Tình hình quản lý tài khoản ngày ").map(|rest| rest[..10].to_owned());
        day.map(|day| (day, mail.id, text.into_owned()))
    };
    server.taken().into_iter().filter(|mail| mail.to == "truc").filter_map(parse).collect()
}

fn days(server: &Script) -> Vec<String> {
    letters(server).into_iter().map(|(day, _, _)| day).collect()
}

/// The ends of lanes that a letter notes.
fn heads(text: &str) -> Vec<LaneHead> {
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

#[tokio::test]
async fn those_on_duty_get_one_letter_a_day_on_sqlite() {
    one_a_day(Base::Sqlite).await;
}

#[tokio::test]
async fn those_on_duty_get_one_letter_a_day_on_postgresql() {
    one_a_day(Base::Postgres).await;
}

async fn one_a_day(base: Base) {
    let server = Script::start(&[]);
    let post = Post::new(base, &server, "").await;
    post.enrol("an").await;
    post.pass_at("2026-11-23T06:55:00").await;
    assert_eq!(days(&server), Vec::<String>::new(), "the hour has not come");
    post.pass_at("2026-11-23T07:05:00").await;
    post.pass_at("2026-11-23T09:00:00").await;
    post.pass_at("2026-11-23T23:30:00").await;
    assert_eq!(days(&server), ["23/11/2026"]);
    // The worker died after the server took it and before that was noted: the same letter once more, no second one.
    post.execute("UPDATE outbox SET state = 'sending'").await;
    post.pass_at("2026-11-23T23:40:00").await;
    let sent = letters(&server);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].1, sent[1].1, "the same Message-ID");
    assert_eq!(sent[0].2, sent[1].2);
    // It died before anything left: the letter of the day goes out in the pass after.
    post.engine
        .store
        .write(post.engine.now(), async |mut tx| {
            tx.pause(rosterd::store::Paused::Mail, &Login::new("an"), "thử").await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    post.pass_at("2026-11-24T07:00:00").await;
    assert_eq!(days(&server).len(), 2, "mail is paused");
    post.engine
        .store
        .write(post.engine.now(), async |mut tx| {
            tx.resume(rosterd::store::Paused::Mail, &Login::new("an")).await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    post.pass_at("2026-11-24T08:00:00").await;
    post.pass_at("2026-11-24T10:00:00").await;
    assert_eq!(days(&server)[2..], ["24/11/2026"]);
    // On a day off nobody is written to about what can wait.
    post.pass_at("2026-11-28T10:00:00").await;
    assert_eq!(days(&server).len(), 3);
    // Nothing was ever sent by this agency's roster: the letter says so, and names nobody.
    let (_, _, text) = letters(&server).pop().unwrap();
    assert!(text.contains("chậm gửi danh sách đầy đủ: 1") && text.contains("Sở Nội vụ"), "{text}");
    assert!(!text.contains("http") && text.contains("0200 0000 000"), "{text}");
}

#[tokio::test]
async fn an_open_incident_is_told_on_a_day_off_too() {
    let server = Script::start(&[]);
    let post = Post::new(Base::Sqlite, &server, "").await;
    post.enrol("an").await;
    post.pass_at("2026-11-28T10:00:00").await;
    assert_eq!(days(&server), Vec::<String>::new());
    post.engine.open_incident("nhungkb.snv@tinhmau.gov.vn", &Login::new("an"), "đăng nhập lạ").await.unwrap();
    let grip = post.engine.grip_or_say().await.unwrap();
    post.engine.pass_under(&grip).await.unwrap();
    post.engine.let_go(grip).await.unwrap();
    assert_eq!(days(&server), ["28/11/2026"]);
    let (_, _, text) = letters(&server).pop().unwrap();
    assert!(text.contains("Sự cố đang mở: 1"), "{text}");
    assert!(!text.contains("nhungkb"), "numbers, no people: {text}");
}

#[tokio::test]
async fn the_letter_proves_that_the_trail_was_cut_where_the_trail_itself_does_not() {
    let server = Script::start(&[]);
    let post = Post::new(Base::Sqlite, &server, "").await;
    post.enrol("an").await;
    post.pass_at("2026-11-23T06:00:00").await;
    post.pass_at("2026-11-23T08:00:00").await;
    let noted = heads(&letters(&server)[0].2);
    let store = &post.engine.store;
    assert_eq!(noted, store.audit_heads().await.unwrap(), "every lane, as it ended");
    assert!(noted.iter().any(|head| head.lane == "operators"), "{noted:?}");
    // The trail grows, the noted rows stay where they are.
    post.enrol("binh").await;
    post.pass_at("2026-11-24T08:00:00").await;
    store.audit_verify_noted(&noted).await.unwrap();
    // Somebody cuts the worker's lane, and moves its end so that the rest fits together.
    for guard in ["audit_no_update", "audit_no_delete"] {
        post.execute(&format!("DROP TRIGGER {guard}")).await;
    }
    let worker = noted.iter().find(|head| head.lane != "operators").unwrap();
    let (lane, last) = (&worker.lane, worker.seq);
    for statement in [
        format!("DELETE FROM audit_detail WHERE lane = '{lane}' AND seq >= {last}"),
        format!("DELETE FROM audit WHERE lane = '{lane}' AND seq >= {last}"),
        format!(
            "UPDATE audit_head SET seq = {last} - 1, hash = COALESCE(
                 (SELECT hash FROM audit WHERE lane = '{lane}' AND seq = {last} - 1), '') WHERE lane = '{lane}'"
        ),
    ] {
        post.execute(&statement).await;
    }
    store.audit_verify().await.unwrap();
    let cut = store.audit_verify_noted(&noted).await;
    assert!(
        matches!(&cut, Err(StoreError::AuditBroken { lane: of, seq, .. }) if of == lane && *seq == last),
        "{cut:?}"
    );
    // What is written in its place is another row.
    post.enrol("cuc").await;
    post.pass_at("2026-11-25T08:00:00").await;
    assert!(store.audit_verify_noted(&noted).await.is_err());
}
