//! The outbox before servers that fail: nothing is lost, nothing repeated but under its own Message-ID, and a server in
//! trouble is not pressed.

use super::{Post, notice};
use crate::support::desk;
use crate::support::script::Fault::{
    Addressee, Careless, CloseAfter, CloseBefore, Goodbye, HangAfter, HangBefore, Text,
};
use crate::support::script::{Fault, Script};
use crate::support::site::{Base, Dir, Site};
use chrono::TimeDelta;
use rosterd::kill::VARIABLE;
use rosterd::model::notice::Notice;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;

/// What ends an attempt and says nothing for good.
const TEMPORARY: [(&str, &[Fault]); 7] = [
    ("tam-451", &[Addressee("451 4.7.1 Greylisted")]),
    ("day-452", &[Addressee("452 4.2.2 Mailbox full")]),
    ("ban-421", &[Goodbye]),
    ("sau-451", &[Text("451 4.3.0 Try again later")]),
    ("sau-452", &[Text("452 4.3.1 Insufficient system storage")]),
    ("rot-truoc", &[CloseBefore]),
    ("treo-truoc", &[HangBefore]),
];

#[tokio::test]
async fn a_temporary_failure_is_tried_again_when_its_wait_is_over_on_sqlite() {
    temporary(Base::Sqlite).await;
}

#[tokio::test]
async fn a_temporary_failure_is_tried_again_when_its_wait_is_over_on_postgresql() {
    temporary(Base::Postgres).await;
}

/// How a scripted server is started.
type Start = fn(&[(&str, &[Fault])]) -> Script;

/// One that takes several commands at once, and one that does not.
const SERVERS: [Start; 2] = [Script::start, Script::start_plain];

async fn temporary(base: Base) {
    for start in SERVERS {
        temporary_before(base, &start(&TEMPORARY)).await;
    }
}

async fn temporary_before(base: Base, server: &Script) {
    let post = Post::new(base, server, "").await;
    let names: Vec<&str> = TEMPORARY.iter().map(|(name, _)| *name).chain(["thuong"]).collect();
    post.queue(&names.iter().map(|name| notice(name)).collect::<Vec<_>>()).await;
    let first = post.mail().await;
    assert_eq!(
        (first.sent, first.waiting, first.failed),
        (1, 7, 0),
        "one in trouble harms no other: {first:?}"
    );
    let said = first.errors.iter().any(|line| line.contains("Greylisted"));
    assert!(said && !format!("{first:?}").contains("tam-451@"), "{first:?}");
    post.later(TimeDelta::seconds(30));
    assert_eq!(post.mail().await.sent, 0, "a minute has not passed");
    assert!(names.iter().all(|name| server.asked(name) == 1), "nobody was asked again");
    post.later(TimeDelta::seconds(45));
    let second = post.mail().await;
    assert_eq!((second.sent, second.waiting, second.failed), (7, 0, 0), "{second:?}");
    post.later(TimeDelta::days(9));
    assert_eq!(post.mail().await.sent, 0);
    assert_eq!(server.copies().values().copied().collect::<Vec<_>>(), [1; 8], "each arrived once");
}

#[tokio::test]
async fn a_greylisting_that_never_ends_is_given_up_after_days_and_few_attempts() {
    let server = Script::start(&[("mai", &[Addressee("451 4.7.1 Greylisted"); 99])]);
    let post = Post::new(Base::Sqlite, &server, "").await;
    post.queue(&[notice("mai")]).await;
    for _ in 0..7 * 24 {
        post.mail().await;
        post.later(TimeDelta::hours(1));
    }
    assert_eq!(post.states().await["mai"], ("failed".to_owned(), 11));
    assert_eq!(server.asked("mai"), 11);
}

#[tokio::test]
async fn a_refusal_for_good_is_given_up_at_once_and_said_without_the_address() {
    for start in SERVERS {
        let server = start(&[
            ("khong-co", &[Addressee("550 5.1.1 <khong-co@tinhmau.gov.vn>: no such user")]),
            ("tu-choi", &[Text("554 5.7.1 Message refused")]),
        ]);
        refused_for_good(&server).await;
    }
}

async fn refused_for_good(server: &Script) {
    let post = Post::new(Base::Sqlite, server, "").await;
    post.queue(&["khong-co", "tu-choi", "thuong"].map(notice)).await;
    let mailed = post.mail().await;
    assert_eq!((mailed.sent, mailed.waiting, mailed.failed), (1, 0, 2), "{mailed:?}");
    assert!(
        mailed.errors.iter().any(|line| line.contains("550") && line.contains("<address>")),
        "{mailed:?}"
    );
    assert!(!format!("{mailed:?}").contains("khong-co@"), "{mailed:?}");
    post.later(TimeDelta::days(3));
    post.mail().await;
    assert_eq!((server.asked("khong-co"), server.asked("tu-choi")), (1, 1));
    let failed = ("failed".to_owned(), 1);
    let states = post.states().await;
    assert_eq!((&states["khong-co"], &states["tu-choi"]), (&failed, &failed));
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_is_repeated_under_its_own_message_id() {
    for start in SERVERS {
        answer_lost(&start(&[("rot-sau", &[CloseAfter]), ("treo-sau", &[HangAfter])])).await;
    }
}

async fn answer_lost(server: &Script) {
    let post = Post::new(Base::Sqlite, server, "").await;
    let notices = ["rot-sau", "treo-sau", "thuong"].map(notice);
    post.queue(&notices).await;
    let first = post.mail().await;
    assert_eq!((first.sent, first.waiting), (1, 2), "{first:?}");
    post.later(TimeDelta::minutes(2));
    assert_eq!(post.mail().await.sent, 2);
    post.later(TimeDelta::days(9));
    post.mail().await;
    let expected: BTreeMap<_, _> = notices.iter().map(Notice::message_id).zip([2, 2, 1]).collect();
    assert_eq!(server.copies(), expected);
}

#[tokio::test]
async fn commands_leave_together_where_the_server_takes_them() {
    for (start, together) in SERVERS.into_iter().zip([3, 0]) {
        let server = start(&[]);
        let post = Post::new(Base::Sqlite, &server, "").await;
        post.queue(&["mot", "hai", "ba"].map(notice)).await;
        assert_eq!(post.mail().await.sent, 3);
        assert_eq!(server.together(), together);
    }
}

#[tokio::test]
async fn a_server_that_waits_for_a_text_to_nobody_gets_none() {
    let server = Script::start(&[("khong-co", &[Careless("550 5.1.1 no such user")])]);
    let post = Post::new(Base::Sqlite, &server, "pool = 1\n").await;
    post.queue(&["khong-co", "thuong"].map(notice)).await;
    let mailed = post.mail().await;
    assert_eq!((mailed.sent, mailed.failed), (1, 1), "{mailed:?}");
    assert_eq!((server.taken().len(), server.connections()), (1, 1), "nor is the connection lost");
}

#[tokio::test]
async fn three_days_without_a_server_lose_nothing_and_press_nobody_on_sqlite() {
    outage(Base::Sqlite).await;
}

#[tokio::test]
async fn three_days_without_a_server_lose_nothing_and_press_nobody_on_postgresql() {
    outage(Base::Postgres).await;
}

async fn outage(base: Base) {
    /// More than one batch.
    const MAILS: usize = 600;
    /// A pass every two hours of three days.
    const PASSES: usize = 36;
    let server = Script::start(&[]);
    server.set_down(true);
    let post = Post::new(base, &server, "").await;
    let notices: Vec<_> = (0..MAILS).map(|number| notice(&format!("nguoi{number}"))).collect();
    post.queue(&notices).await;
    for _ in 0..PASSES {
        let mailed = post.mail().await;
        assert!(mailed.unavailable && mailed.sent == 0 && mailed.failed == 0, "{mailed:?}");
        assert_eq!(mailed.errors.len(), 1, "said once, not a line a mail: {:?}", mailed.errors);
        post.later(TimeDelta::hours(2));
    }
    // Four at once find out, whatever waits behind them.
    assert!(server.connections() <= 4 * PASSES, "{} connections", server.connections());
    assert!(
        post.states().await.values().all(|one| *one == ("queued".to_owned(), 0)),
        "no attempt is used up"
    );
    server.set_down(false);
    let mailed = post.mail().await;
    assert_eq!((mailed.sent, mailed.waiting), (MAILS as u64, 0), "{mailed:?}");
    assert_eq!(server.copies().len(), MAILS);
    assert_eq!(server.taken().len(), MAILS, "each once");
}

/// The mails of a site's outbox.
async fn notices(site: &Site) -> Vec<Notice> {
    let rows = desk::rows(site, "SELECT body FROM outbox_content").await;
    rows.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn kill_9_in_the_outbox_loses_nothing_and_repeats_few_each_under_its_own_message_id() {
    /// Mails in flight at once.
    const AT_ONCE: usize = 4;
    for base in [Base::Sqlite, Base::Postgres] {
        let server = Script::start(&[]);
        let site = Site::new(base, Dir::Ldif, "").await;
        desk::edit_config(&site, EML, &server.mail());
        site.drop_province();
        let mut may_repeat = 0;
        for (point, sent) in [("after-send", 2), ("before-send", 1), ("after-send", 5), ("before-send", 4)] {
            let at = format!("{point}@{sent}");
            let output = site.rosterd_with(&["run", "--once"], &[(VARIABLE, &at)]);
            assert_eq!(output.status.signal(), Some(9), "{at}: {output:?}");
            // What was sent and not yet noted, and what was just being sent.
            may_repeat += sent + AT_ONCE;
        }
        let output = site.rosterd(&["run", "--once"]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
        let none: [String; 0] = [];
        assert_eq!(desk::rows(&site, "SELECT id FROM outbox WHERE state <> 'sent'").await, none);
        let notices = notices(&site).await;
        assert!(notices.len() >= 10, "{} mails", notices.len());
        let copies = server.copies();
        for notice in &notices {
            assert!(copies.contains_key(&notice.message_id()), "{} was lost", notice.key);
        }
        assert_eq!(copies.len(), notices.len(), "nothing else was sent");
        let repeated = server.taken().len() - notices.len();
        assert!(0 < repeated && repeated <= may_repeat, "{repeated} repeated, at most {may_repeat}");
        site.pass(3);
        assert_eq!(server.taken().len(), notices.len() + repeated, "nothing afterwards");
    }
}

/// The mail settings of a site as it comes.
pub(super) const EML: &str = "kind = \"eml\"\nfolder = \"mail\"\nfrom = \"quantri@tinhmau.gov.vn\"\n";
