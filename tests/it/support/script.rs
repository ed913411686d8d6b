//! A mail server that does what a script says: which answer, or which silence, meets the first attempts for an
//! addressee, by the local part of the address; afterwards it takes the mail. It keeps what it took. It runs on threads
//! of its own, so that a test may wait for the program meanwhile; plaintext, on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What meets one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This answer to the addressee.
    Addressee(&'static str),
    /// This answer to the addressee, and it waits for a text all the same.
    Careless(&'static str),
    /// This answer once the whole text is there; it is thrown away.
    Text(&'static str),
    /// 421 to the addressee, and the connection is closed.
    Goodbye,
    /// The connection is closed when the addressee is named.
    CloseBefore,
    /// Silence when the addressee is named.
    HangBefore,
    /// The text is taken, and the connection closed without an answer.
    CloseAfter,
    /// The text is taken, and there is silence.
    HangAfter,
}

/// A mail it took.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The local part of the addressee.
    pub to: String,
    /// The envelope's sender.
    pub from: String,
    /// The left part of its Message-ID.
    pub id: String,
    /// The mail as it came.
    pub raw: Vec<u8>,
}

#[derive(Default)]
struct State {
    script: BTreeMap<String, VecDeque<Fault>>,
    taken: Vec<Taken>,
    asked: BTreeMap<String, usize>,
    connections: usize,
    together: usize,
    down: bool,
}

/// The running server; its thread ends with the test's process.
pub struct Script {
    state: Arc<Mutex<State>>,
    pub port: u16,
}

impl Script {
    /// Each addressee with what meets the first attempts. It takes several commands at once, as real servers do.
    pub fn start(faults: &[(&str, &[Fault])]) -> Self {
        Self::start_offering("250-ready\r\n250-PIPELINING\r\n250 8BITMIME", faults)
    }

    /// The same, one that takes a command at a time.
    pub fn start_plain(faults: &[(&str, &[Fault])]) -> Self {
        Self::start_offering("250 ready", faults)
    }

    fn start_offering(offers: &'static str, faults: &[(&str, &[Fault])]) -> Self {
        let script = faults.iter().map(|(to, faults)| ((*to).to_owned(), faults.iter().copied().collect()));
        let state = Arc::new(Mutex::new(State { script: script.collect(), ..State::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared) = (stream.unwrap(), shared.clone());
                std::thread::spawn(move || {
                    // Whatever breaks a connection off is the client's to tell.
                    let _ = converse(&stream, &shared, offers);
                });
            }
        });
        Self { state, port }
    }

    /// From now on every connection is closed before a word, or no longer.
    pub fn set_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// How often an addressee and DATA came together.
    pub fn together(&self) -> usize {
        self.state.lock().unwrap().together
    }

    /// How often mail for an addressee was tried.
    pub fn asked(&self, to: &str) -> usize {
        self.state.lock().unwrap().asked.get(to).copied().unwrap_or(0)
    }

    /// What it took, in order.
    pub fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// How often it took each mail, by Message-ID.
    pub fn copies(&self) -> BTreeMap<String, usize> {
        let mut copies = BTreeMap::new();
        for mail in self.taken() {
            *copies.entry(mail.id).or_default() += 1;
        }
        copies
    }

    /// What follows `[mail]` in a configuration that sends to it.
    pub fn mail(&self) -> String {
        format!(
            "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nallow_plaintext = true\ntimeout_seconds = 1\n\
             from = \"quantri@tinhmau.gov.vn\"\n",
            self.port
        )
    }
}

fn converse(stream: &TcpStream, state: &Mutex<State>, offers: &str) -> std::io::Result<()> {
    let down = {
        let mut state = state.lock().unwrap();
        state.connections += 1;
        state.down
    };
    if down {
        return Ok(());
    }
    let (mut read, mut write) = (BufReader::new(stream), stream);
    write.write_all(b"220 ready\r\n")?;
    let (mut from, mut to, mut fault, mut addressed) = (String::new(), String::new(), None, false);
    let mut line = String::new();
    while read.read_line(&mut line)? > 0 {
        let verb = line.get(..4).unwrap_or_default().to_uppercase();
        let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match verb.as_str() {
            "EHLO" => offers,
            "MAIL" => {
                addressed = false;
                from = address;
                "250 fine"
            }
            "RCPT" => {
                address.split('@').next().unwrap().clone_into(&mut to);
                let mut state = state.lock().unwrap();
                *state.asked.entry(to.clone()).or_default() += 1;
                state.together += usize::from(!read.buffer().is_empty());
                fault = state.script.get_mut(&to).and_then(VecDeque::pop_front);
                match fault {
                    Some(Fault::Addressee(answer) | Fault::Careless(answer)) => answer,
                    Some(Fault::Goodbye) => {
                        return write.write_all(b"421 4.3.2 Service shutting down\r\n");
                    }
                    Some(Fault::CloseBefore) => return Ok(()),
                    Some(Fault::HangBefore) => {
                        drop(state);
                        return silence(&mut read);
                    }
                    Some(Fault::Text(_) | Fault::CloseAfter | Fault::HangAfter) | None => {
                        addressed = true;
                        "250 fine"
                    }
                }
            }
            "DATA" if !addressed && matches!(fault, Some(Fault::Careless(_))) => {
                write.write_all(b"354 go on\r\n")?;
                assert_eq!(text(&mut read)?, b"", "a text to nobody");
                "554 no valid recipients"
            }
            "DATA" if !addressed => "503 no valid recipients",
            "DATA" => {
                write.write_all(b"354 go on\r\n")?;
                let raw = text(&mut read)?;
                if let Some(Fault::Text(answer)) = fault {
                    answer
                } else {
                    let id = message_id(&raw);
                    state.lock().unwrap().taken.push(Taken { to: to.clone(), from: from.clone(), id, raw });
                    match fault {
                        Some(Fault::CloseAfter) => return Ok(()),
                        Some(Fault::HangAfter) => return silence(&mut read),
                        _ => "250 queued",
                    }
                }
            }
            "QUIT" => return write.write_all(b"221 bye\r\n"),
            _ => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}

/// Says nothing until the other side has gone.
fn silence(read: &mut impl Read) -> std::io::Result<()> {
    std::io::copy(read, &mut std::io::sink()).map(|_| ())
}

/// The text up to the dot, without the dots that were put before dots.
fn text(read: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    loop {
        let mut line = Vec::new();
        if read.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(text);
        }
        text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn message_id(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let of = text.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
    of.and_then(|rest| rest.split('@').next()).expect("a Message-ID").to_owned()
}
