//! Mail that an operator has paused: nothing leaves and nothing is lost, whatever the passes do meanwhile; afterwards each
//! mail leaves once.

use super::{Post, notice};
use crate::support::script::Fault::Addressee;
use crate::support::script::Script;
use crate::support::site::Base;
use chrono::TimeDelta;
use rosterd::model::ids::Login;
use rosterd::model::operator::{Operator, OperatorRole};
use rosterd::store::Paused;
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn paused_mail_waits_whole_and_leaves_once_when_it_is_resumed_on_sqlite() {
    paused(Base::Sqlite).await;
}

#[tokio::test]
async fn paused_mail_waits_whole_and_leaves_once_when_it_is_resumed_on_postgresql() {
    paused(Base::Postgres).await;
}

async fn paused(base: Base) {
    let server = Script::start(&[("tam", &[Addressee("451 4.7.1 Greylisted")])]);
    let post = Post::new(base, &server, "").await;
    let an = Login::new("an");
    let operator = Operator {
        login: an.clone(),
        name: "Trần Thị An".into(),
        role: OperatorRole::Administrator,
        agencies: BTreeSet::new(),
    };
    let store = &post.engine.store;
    let pause = store.write(post.engine.now(), async |mut tx| {
        tx.add_operator(&operator, &an).await?;
        tx.commit(()).await
    });
    pause.await.unwrap();
    // One is on its way already, and waits to be tried again.
    post.queue(&[notice("truoc"), notice("tam")]).await;
    assert_eq!((post.mail().await.sent, server.connections() > 0), (1, true));
    let pause = store.write(post.engine.now(), async |mut tx| {
        let paused = tx.pause(Paused::Mail, &an, "máy chủ thư bảo trì").await?;
        tx.commit(paused).await
    });
    assert!(pause.await.unwrap());
    let connections = server.connections();
    for day in 0..8 {
        post.queue(&[notice(&format!("ngay-{day}"))]).await;
        let mailed = post.mail().await;
        assert_eq!((mailed.sent, mailed.waiting, mailed.failed), (0, 0, 0), "{mailed:?}");
        post.later(TimeDelta::days(1));
    }
    assert_eq!(server.connections(), connections, "the server is left alone");
    let states = post.states().await;
    assert_eq!(states["tam"], ("queued".to_owned(), 1), "no attempt is used up");
    assert!((0..8).all(|day| states[&format!("ngay-{day}")] == ("queued".to_owned(), 0)), "{states:?}");
    let resume = store.write(post.engine.now(), async |mut tx| {
        let resumed = tx.resume(Paused::Mail, &an).await?;
        tx.commit(resumed).await
    });
    assert!(resume.await.unwrap());
    assert_eq!(post.mail().await.sent, 9);
    post.later(TimeDelta::days(9));
    assert_eq!(post.mail().await.sent, 0);
    let expected: BTreeMap<_, _> = (0..8)
        .map(|day| format!("ngay-{day}"))
        .chain(["truoc".to_owned(), "tam".to_owned()])
        .map(|to| (notice(&to).message_id(), 1))
        .collect();
    assert_eq!(server.copies(), expected);
}
