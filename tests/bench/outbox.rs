//! Sending what the outbox holds to a sink on this machine, against bare lettre with as many connections.

use crate::province::{Behind, DOMAIN, SUFFIX, ldif, province};
use crate::report::{Line, Quantity, Report, Target};
use crate::sink::Sink;
use crate::site::{Site, wait};
use crate::support::slapd::Slapd;
use futures_util::{StreamExt, stream};
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rosterd::config;
use rosterd::model::notice::Notice;
use rosterd::worker::engine::{Engine, Gripped};
use std::time::Instant;

/// Mails to be sent.
const MAILS: usize = 10_000;
/// Connections at once, as rosterd has them.
const CONNECTIONS: u32 = 4;

pub fn measure(report: &mut Report) {
    let offices = province(1, 10, Behind::Little);
    let slapd = Slapd::durable(SUFFIX, &ldif(&offices));
    let sink = Sink::start();
    let (host, port) = (sink.address.ip(), sink.address.port());
    let mail = format!("kind = \"smtp\"\nhost = \"{host}\"\nport = {port}\nallow_plaintext = true");
    let site = Site::new(&offices, &slapd, &mail);
    let notices: Vec<Notice> = (0..MAILS).map(notice).collect();

    Report::progress(&format!("sending {MAILS} mails by bare lettre"));
    let bare = wait(bare(&sink, &notices));
    assert_eq!(sink.taken(), MAILS, "mails taken from lettre");
    Report::progress(&format!("sending {MAILS} mails through the outbox"));
    let ours = wait(outbox(&site, &notices));
    assert_eq!(sink.taken(), MAILS, "mails taken from the outbox");
    let line = Line::plain(format!("{MAILS} mails, {CONNECTIONS} connections"), Quantity::PerSecond(ours));
    report.table("outbox", &[line.against(Quantity::PerSecond(bare)).target(Target::RatioAtLeast(0.8))]);
}

/// A mail of the usual length.
fn notice(number: usize) -> Notice {
    let text = "Kính gửi đồng chí,\n\nMật khẩu thư điện tử công vụ của đồng chí sắp hết hạn. Đề nghị đổi trước ngày 30/11.\n"
        .repeat(8);
    Notice {
        key: format!("bench:{number}"),
        template: "bench".into(),
        to: format!("nguoi{number}@{DOMAIN}"),
        to_name: "Nguyễn Văn An".into(),
        subject: "Nhắc đổi mật khẩu thư điện tử công vụ".into(),
        html: format!("<p>{text}</p>"),
        text,
    }
}

/// Mails a second, as the worker sends them; queueing them is not part of it.
async fn outbox(site: &Site, notices: &[Notice]) -> f64 {
    let engine = Engine::open(config::load(&site.configuration()).await.unwrap()).await.unwrap();
    let Gripped::Yes(grip) = engine.grip().await.unwrap() else { panic!("another worker has the lease") };
    for some in notices.chunks(1_000) {
        let queued = engine.store.write(engine.now(), async |mut tx| {
            for notice in some {
                tx.enqueue(notice).await?;
            }
            tx.commit(()).await
        });
        queued.await.unwrap();
    }
    let transport = engine.transport().unwrap();
    let start = Instant::now();
    let mailed = engine.mail(&grip.token, &transport).await.unwrap();
    let took = start.elapsed();
    assert_eq!(mailed.sent, notices.len() as u64, "{mailed:?}");
    engine.store.close().await;
    notices.len() as f64 / took.as_secs_f64()
}

/// Mails a second.
async fn bare(sink: &Sink, notices: &[Notice]) -> f64 {
    let pool = PoolConfig::new().max_size(CONNECTIONS);
    let mailer = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(sink.address.ip().to_string())
        .port(sink.address.port())
        .pool_config(pool)
        .build();
    let start = Instant::now();
    stream::iter(notices)
        .for_each_concurrent(usize::try_from(CONNECTIONS).unwrap(), |notice| {
            let mailer = mailer.clone();
            async move {
                let message = Message::builder()
                    .from(format!("quantri@{DOMAIN}").parse().unwrap())
                    .to(format!("{} <{}>", notice.to_name, notice.to).parse().unwrap())
                    .subject(&notice.subject)
                    .message_id(Some(format!("<{}@{DOMAIN}>", notice.message_id())))
                    .multipart(MultiPart::alternative_plain_html(notice.text.clone(), notice.html.clone()))
                    .unwrap();
                mailer.send(message).await.unwrap();
            }
        })
        .await;
    notices.len() as f64 / start.elapsed().as_secs_f64()
}
