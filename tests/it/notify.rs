//! Notices handed to a real mail server, to one that breaks off, and to a folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use crate::support::smtp::{Break, Exim, breaking};
use rosterd::model::Lang;
use rosterd::model::notice::Notice;
use rosterd::notify::outbox::{Delivery, deliver};
use rosterd::notify::templates::{Sender, Templates, samples};
use rosterd::notify::transport::smtp::{Settings as Smtp, TlsMode};
use rosterd::notify::transport::{SendError, Settings, Transport, eml};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

fn notice(local_part: &str) -> Notice {
    let sender = Sender {
        agency: "Trung tâm Chuyển đổi số".into(),
        phone: "0200 0000 000".into(),
        sign_off: "TRUNG TÂM CHUYỂN ĐỔI SỐ".into(),
    };
    let to = format!("{local_part}@mail.example");
    let templates = Templates::load(None, &sender).unwrap();
    templates.render(&samples()[0], Lang::Vi, &to, "Nguyễn Văn Ánh", "case-1/created").unwrap()
}

fn smtp(exim: &Exim) -> Smtp {
    Smtp {
        host: "localhost".into(),
        port: Some(exim.port),
        tls: Some(TlsMode::Starttls),
        allow_plaintext: false,
        ca_file: Some(exim.ca_file()),
        user: Some("rosterd".into()),
        password_file: Some(exim.password_file("secret")),
        from: "Trung tâm Chuyển đổi số <hotro@mail.example>".into(),
        bounces: None,
        dkim: None,
        timeout_seconds: 20,
        pool: 2,
    }
}

fn open(settings: Smtp) -> Transport {
    Transport::open(&Settings::Smtp(Box::new(settings))).unwrap()
}

/// A transport to the scripted server, with one second a step.
fn plaintext(server: SocketAddr) -> Transport {
    let settings = format!(
        "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nallow_plaintext = true\ntimeout_seconds = 1\nfrom = \"hotro@mail.example\"",
        server.port()
    );
    Transport::open(&toml::from_str(&settings).unwrap()).unwrap()
}

#[tokio::test]
async fn a_mail_server_accepts_a_notice_with_its_own_message_id() {
    let exim = Exim::start();
    let transport = open(smtp(&exim));
    let notice = notice("annv");
    assert_eq!(deliver(&transport, &notice).await, Delivery::Sent);
    assert_eq!(deliver(&transport, &notice).await, Delivery::Sent, "a repeat after a crash");
    let accepted = exim.accepted();
    assert_eq!(accepted.len(), 2);
    for mail in accepted {
        let id = format!("Message-ID: <{}@mail.example>", notice.message_id());
        assert!(mail.head.contains(&id), "{}", mail.head);
        assert!(mail.head.contains("annv@mail.example") && mail.head.contains("<hotro@mail.example>"));
        assert!(mail.body.contains("text/plain; charset=utf-8") && mail.body.contains("text/html"));
    }
    assert_eq!(exim.connections(), 1 + 1, "the port check of the start, then one connection for both mails");
}

#[tokio::test]
async fn tls_from_the_first_byte_works_too() {
    let exim = Exim::start_wrapped();
    let transport = open(Smtp { tls: Some(TlsMode::Wrapper), ..smtp(&exim) });
    transport.probe().await.unwrap();
    assert_eq!(deliver(&transport, &notice("annv")).await, Delivery::Sent);
    assert_eq!(exim.accepted().len(), 1);
}

#[tokio::test]
async fn an_unknown_addressee_fails_for_good_and_harms_no_other() {
    let exim = Exim::start();
    let transport = open(smtp(&exim));
    let refused = deliver(&transport, &notice("no")).await;
    assert!(matches!(&refused, Delivery::Failed(why) if why.contains("User unknown")), "{refused:?}");
    assert_eq!(deliver(&transport, &notice("annv")).await, Delivery::Sent);
    assert_eq!(exim.accepted().len(), 1);
    assert_eq!(exim.connections(), 1 + 1, "a refused address does not cost the connection");
}

#[tokio::test]
async fn a_temporary_refusal_is_tried_again() {
    let exim = Exim::start();
    let transport = open(smtp(&exim));
    let full = deliver(&transport, &notice("full")).await;
    assert!(matches!(&full, Delivery::Retry(why) if why.contains("Mailbox full")), "{full:?}");
    let grey = deliver(&transport, &notice("grey")).await;
    assert!(matches!(&grey, Delivery::Retry(why) if why.contains("Greylisted")), "{grey:?}");
    exim.forget_grey();
    assert_eq!(deliver(&transport, &notice("grey")).await, Delivery::Sent);
}

#[tokio::test]
async fn a_server_that_hangs_up_on_one_takes_the_next() {
    let (server, _task) = breaking(Break::GoodbyeToBusy).await;
    let transport = plaintext(server);
    assert_eq!(deliver(&transport, &notice("annv")).await, Delivery::Sent);
    let busy = deliver(&transport, &notice("busy")).await;
    assert!(matches!(&busy, Delivery::Retry(why) if why.contains("shutting down")), "{busy:?}");
    assert_eq!(deliver(&transport, &notice("annv")).await, Delivery::Sent, "on a new connection");
}

#[tokio::test]
async fn a_refusal_of_the_text_is_for_good() {
    let exim = Exim::start();
    let transport = open(smtp(&exim));
    let late = transport.send(&notice("late")).await;
    assert!(matches!(&late, Err(SendError::Refused(why)) if why.contains("after DATA")), "{late:?}");
    assert_eq!(exim.accepted().len(), 0);
}

#[tokio::test]
async fn a_certificate_of_another_ca_gets_neither_password_nor_mail() {
    let exim = Exim::start();
    let transport = open(Smtp { ca_file: Some(exim.other_ca_file()), ..smtp(&exim) });
    for outcome in [transport.probe().await, transport.send(&notice("annv")).await] {
        let why = match outcome {
            Err(SendError::Unavailable(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(why.contains("does not start TLS that we trust"), "{why}");
        assert!(why.to_lowercase().contains("certificate"), "{why}");
    }
    assert_eq!(exim.accepted().len(), 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let exim = Exim::start();
    let transport = open(Smtp { host: "127.0.0.1".into(), ..smtp(&exim) });
    let outcome = transport.probe().await;
    assert!(matches!(&outcome, Err(SendError::Unavailable(why)) if why.contains("trust")), "{outcome:?}");
}

#[tokio::test]
async fn a_wrong_password_stops_all_mail_and_fails_none() {
    let exim = Exim::start();
    let transport = open(Smtp { password_file: Some(exim.password_file("Wrong1234")), ..smtp(&exim) });
    for outcome in [transport.probe().await, transport.send(&notice("annv")).await] {
        let why = match outcome {
            Err(SendError::Unavailable(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(why.contains("refuses our user and password"), "{why}");
        assert!(!why.contains("Wrong1234"), "{why}");
    }
    assert!(!format!("{transport:?}").contains("Wrong1234"));
}

#[tokio::test]
async fn starttls_is_never_optional() {
    let (server, _task) = breaking(Break::CloseAtRcpt).await;
    let settings = Smtp {
        host: "localhost".into(),
        port: Some(server.port()),
        tls: None,
        allow_plaintext: false,
        ca_file: None,
        user: None,
        password_file: None,
        from: "hotro@mail.example".into(),
        bounces: None,
        dkim: None,
        timeout_seconds: 5,
        pool: 1,
    };
    let outcome = open(settings).send(&notice("annv")).await;
    assert!(matches!(&outcome, Err(SendError::Unavailable(why)) if why.contains("STARTTLS")), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_stops_all_mail() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = deliver(&plaintext(nobody), &notice("annv")).await;
    assert!(
        matches!(&outcome, Delivery::Unavailable(why) if why.contains("cannot be reached")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_server_that_never_answers_costs_one_timeout() {
    for (at, unavailable) in [(Break::HangAtOnce, true), (Break::HangAtRcpt, false)] {
        let (server, _task) = breaking(at).await;
        let started = Instant::now();
        let outcome = plaintext(server).send(&notice("annv")).await;
        assert!(started.elapsed() < Duration::from_secs(5), "{at:?}: {:?}", started.elapsed());
        match outcome {
            Err(SendError::Unavailable(why)) if unavailable => assert!(why.contains("within 1 s"), "{why}"),
            Err(SendError::Retry(why)) if !unavailable => assert!(why.contains("within 1 s"), "{why}"),
            other => panic!("{at:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_lost_connection_means_depends_on_how_far_it_came() {
    let (server, _task) = breaking(Break::CloseAtRcpt).await;
    let before = plaintext(server).send(&notice("annv")).await;
    assert!(matches!(before, Err(SendError::Retry(_))), "{before:?}");
    for at in [Break::CloseAfterText, Break::HangAfterText] {
        let (server, _task) = breaking(at).await;
        let transport = plaintext(server);
        let after = transport.send(&notice("annv")).await;
        assert!(matches!(after, Err(SendError::Unknown(_))), "{at:?}: {after:?}");
        let again = deliver(&transport, &notice("annv")).await;
        assert!(matches!(again, Delivery::Retry(_)), "{again:?}");
    }
}

#[tokio::test]
async fn a_folder_holds_one_file_a_notice() {
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("var/mail");
    let settings = eml::Settings { folder: mail.clone(), from: "hotro@mail.example".into() };
    let transport = Transport::open(&Settings::Eml(settings)).unwrap();
    transport.probe().await.unwrap();
    assert!(!mail.exists(), "a probe leaves nothing");
    let (one, other) = (notice("annv"), notice("cuclt"));
    for sent in [&one, &one, &other] {
        assert_eq!(deliver(&transport, sent).await, Delivery::Sent);
    }
    let mut names: Vec<_> = std::fs::read_dir(&mail)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut expected = [&one, &other].map(|notice| format!("{}.eml", notice.message_id()));
    expected.sort();
    assert_eq!(names, expected);
    let text = std::fs::read_to_string(mail.join(format!("{}.eml", one.message_id()))).unwrap();
    assert!(text.contains(&format!("Message-ID: <{}@mail.example>", one.message_id())), "{text}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_so() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let settings = eml::Settings { folder: file.path().join("mail"), from: "hotro@mail.example".into() };
    let transport = Transport::open(&Settings::Eml(settings)).unwrap();
    for outcome in [transport.probe().await, transport.send(&notice("annv")).await] {
        let path = file.path().display().to_string();
        assert!(matches!(&outcome, Err(SendError::Unavailable(why)) if why.contains(&path)), "{outcome:?}");
    }
}

#[tokio::test]
async fn settings_that_would_leak_or_not_work_are_refused() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = empty.path().display();
    for (settings, said) in [
        ("allow_plaintext = true\nhost = \"mail.example\"", "on this machine only"),
        ("allow_plaintext = true\nhost = \"localhost\"\ntls = \"starttls\"", "contradict"),
        ("host = \"mail.example\"\nuser = \"rosterd\"", "belong together"),
        ("host = \"mail.example\"\npool = 0", "pool must be at least 1"),
        ("host = \"mail.example\"\ntimeout_seconds = 0", "timeout_seconds must be at least 1"),
        ("host = \"mail.example\"\nca_file = \"/nowhere/ca.pem\"", "/nowhere/ca.pem"),
        (&format!("host = \"mail.example\"\nca_file = \"{empty}\""), "holds no PEM certificate"),
        (&format!("host = \"mail.example\"\nuser = \"u\"\npassword_file = \"{empty}\""), "is empty"),
    ] {
        let text = format!("kind = \"smtp\"\nfrom = \"hotro@mail.example\"\n{settings}");
        let error = Transport::open(&toml::from_str(&text).unwrap()).unwrap_err().to_string();
        assert!(error.contains(said), "{settings}: {error}");
    }
    let from = "kind = \"eml\"\nfolder = \"mail\"\nfrom = \"nobody\"";
    assert!(
        Transport::open(&toml::from_str(from).unwrap()).unwrap_err().to_string().contains("not a mailbox")
    );
    let unknown = "kind = \"eml\"\nfolder = \"mail\"\nfrom = \"a@b.example\"\npassword = \"x\"";
    assert!(
        toml::from_str::<Settings>(unknown).unwrap_err().to_string().contains("unknown field `password`")
    );
}
