//! Trouble with the server: a read fails, a write says what is known of it.

use super::{LINH, account, now, sample, update, write};
use crate::support::slapd::Slapd;
use crate::support::tls::certificates;
use rosterd::directory::compare::{Shows, shows};
use rosterd::directory::{Directory, LdapSettings, ReadDirectory, ReadError, Settings, WriteError};
use rosterd::ldap::{ConnectError, SearchError};
use rosterd::model::account::Attr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn open(settings: LdapSettings) -> Directory {
    Directory::open(&Settings::Ldap(settings)).unwrap()
}

async fn connect_error(settings: LdapSettings) -> ConnectError {
    match open(settings).probe().await {
        Err(ReadError::Connect(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_way_not_to_connect_has_its_own_sentence() {
    let mut server = Slapd::sample();
    let folder = tempfile::tempdir().unwrap();

    let mut stranger = server.settings();
    stranger.connection.ca_file = Some(certificates(folder.path()).ca);
    assert!(matches!(connect_error(stranger).await, ConnectError::Tls { .. }));

    let mut plain_port = server.settings();
    plain_port.connection.url = server.ldap().replace("ldap:", "ldaps:");
    assert!(matches!(connect_error(plain_port).await, ConnectError::Tls { .. }));

    let wrong = folder.path().join("wrong");
    std::fs::write(&wrong, "sai-mat-khau").unwrap();
    let mut refused = server.settings();
    refused.connection.password_file = wrong.clone();
    let error = connect_error(refused).await;
    assert!(matches!(error, ConnectError::Credentials { .. }));
    assert!(!error.to_string().contains("sai-mat-khau"));

    std::fs::write(&wrong, "\n").unwrap();
    let mut empty = server.settings();
    empty.connection.password_file = wrong;
    assert!(matches!(connect_error(empty).await, ConnectError::Settings { field: "password_file", .. }));

    let mut elsewhere = server.settings();
    elsewhere.people = server.dn("ou=nobody");
    assert!(matches!(open(elsewhere).probe().await, Err(ReadError::Search(SearchError::NoBase { .. }))));

    server.stop();
    assert!(matches!(connect_error(server.settings()).await, ConnectError::Unreachable { .. }));
}

#[tokio::test]
async fn a_limit_is_a_failed_read_and_no_short_list() {
    let server = Slapd::sample();
    for page_size in [5, 20, 500] {
        let mut settings = server.settings();
        settings.connection.bind_dn = server.dn("cn=limited");
        settings.connection.page_size = page_size;
        match open(settings).snapshot(now()).await {
            Err(ReadError::Search(SearchError::Limit { entries, .. })) => assert!(entries <= 20, "{entries}"),
            other => panic!("page size {page_size}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_of_a_search_is_a_failed_read() {
    let mut server = Slapd::sample();
    let mut settings = server.settings();
    // Bytes from the server after which the line falls silent: past the handshake and into the entries.
    let (port, silent) = line(server.ldaps_port(), 20_000).await;
    settings.connection.url = format!("ldaps://127.0.0.1:{port}");
    settings.connection.page_size = 500;
    let reading = tokio::spawn(async move { open(settings).snapshot(now()).await });
    silent.await.unwrap();
    server.stop();
    match reading.await.unwrap() {
        Err(ReadError::Search(SearchError::Cut { entries, .. })) => {
            assert!((1..90).contains(&entries), "{entries}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_stops_answering_is_a_failed_read_in_time() {
    let server = Slapd::sample();
    let mut settings = server.settings();
    settings.connection.timeout_seconds = 1;
    server.freeze();
    let result = open(settings).snapshot(now()).await;
    server.thaw();
    assert!(matches!(result, Err(ReadError::Connect(ConnectError::Unreachable { .. }))), "{result:?}");
}

#[tokio::test]
async fn a_write_without_a_server_was_not_sent() {
    let (mut server, directory) = sample();
    let change = update(&account(&directory, LINH).await, [(Attr::Title, "Trưởng phòng")]);
    server.stop();
    assert!(matches!(write(&directory, &change).await, Err(WriteError::NotSent(_))));
    server.restart();
    assert_eq!(write(&directory, &change).await, Ok(()));
}

#[tokio::test]
async fn a_write_without_an_answer_is_unknown_and_then_read() {
    let (server, _) = sample();
    let mut settings = server.settings();
    settings.connection.timeout_seconds = 1;
    let directory = open(settings);
    let linh = account(&directory, LINH).await;
    let mut writer = directory.writer();
    writer.write(&update(&linh, [(Attr::Title, "Trưởng phòng")])).await.unwrap();

    let change = update(&account(&directory, LINH).await, [(Attr::Title, "Phó Giám đốc")]);
    server.freeze();
    let result = writer.write(&change).await;
    server.thaw();
    assert!(matches!(result, Err(WriteError::Unknown(_))), "{result:?}");
    // The request lies in the server's socket: it is carried out once the server goes on.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        match shows(directory.subject(&change).await.unwrap().as_ref(), &change) {
            Shows::Done => break,
            Shows::NotDone => assert!(std::time::Instant::now() < deadline, "never done"),
            other => panic!("{other:?}"),
        }
    }
    // The writer goes on, on a new connection.
    let next = update(&account(&directory, LINH).await, [(Attr::Title, "Kế toán")]);
    assert_eq!(writer.write(&next).await, Ok(()));
}

#[tokio::test]
async fn a_writer_outlives_a_restart_of_the_server() {
    let (mut server, directory) = sample();
    let mut writer = directory.writer();
    writer.write(&update(&account(&directory, LINH).await, [(Attr::Title, "Trưởng phòng")])).await.unwrap();
    server.restart();
    let change = update(&account(&directory, LINH).await, [(Attr::Title, "Phó Giám đốc")]);
    assert_eq!(writer.write(&change).await, Ok(()));
}

#[tokio::test]
async fn an_account_without_rights_is_refused_and_told_what_it_lacks() {
    let server = Slapd::sample();
    let mut settings = server.settings();
    settings.connection.bind_dn = server.dn("cn=limited");
    let change = update(&account(&server.directory(), LINH).await, [(Attr::Title, "Trưởng phòng")]);
    match write(&open(settings), &change).await {
        Err(WriteError::Refused(why)) => assert!(why.contains("cn=limited"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// A line to `port` that lets `limit` bytes come back and then holds everything, its end included, until the
/// server is gone. Says when it fell silent.
async fn line(port: u16, limit: usize) -> (u16, tokio::sync::oneshot::Receiver<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let local = listener.local_addr().unwrap().port();
    let (silent, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
            (client.into_split(), server.into_split());
        tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
        let mut left = limit;
        let mut buffer = [0; 1024];
        while left > 0 {
            let room = left.min(buffer.len());
            let read = from_server.read(&mut buffer[..room]).await.unwrap();
            assert!(read > 0, "the server ended before the line was cut");
            to_client.write_all(&buffer[..read]).await.unwrap();
            left -= read;
        }
        silent.send(()).unwrap();
        // What still comes is lost; then the end.
        while from_server.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
    (local, told)
}
