//! A small HTTP server that answers as a test says: for what a real one cannot be made to do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Decoded.
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Said {
    /// A status with JSON; nothing where it is null.
    Json(u16, Value),
    /// A status with a header and JSON.
    With(u16, &'static str, String, Value),
    /// Bytes as they are.
    Bytes(u16, Vec<u8>),
    /// The connection ends without an answer.
    Nothing,
    /// No answer for a long time.
    Silence,
}

/// A running server; its thread ends with the test process.
pub struct Server {
    host: &'static str,
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn start(answer: impl FnMut(&Asked) -> Said + Send + 'static) -> Self {
        Self::start_at("127.0.0.1", answer)
    }

    /// At an address of its own: for a browser another one is another site.
    pub fn start_at(host: &'static str, answer: impl FnMut(&Asked) -> Said + Send + 'static) -> Self {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new(answer));
        let kept = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, kept) = (answer.clone(), kept.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &answer, &kept));
            }
        });
        Self { host, port, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    stream: TcpStream,
    answer: &Mutex<impl FnMut(&Asked) -> Said>,
    kept: &Mutex<Vec<Asked>>,
) -> Option<()> {
    let mut out = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let asked = request(&mut reader)?;
        kept.lock().unwrap().push(asked.clone());
        let said = (answer.lock().unwrap())(&asked);
        let (status, header, body) = match said {
            Said::Json(status, Value::Null) => (status, String::new(), Vec::new()),
            Said::Json(status, value) => (status, String::new(), value.to_string().into_bytes()),
            Said::With(status, name, value, body) => {
                let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
                (status, format!("{name}: {value}\r\n"), body)
            }
            Said::Bytes(status, bytes) => (status, String::new(), bytes),
            Said::Nothing => return None,
            Said::Silence => {
                std::thread::sleep(std::time::Duration::from_secs(20));
                return None;
            }
        };
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n{header}\r\n", body.len());
        out.write_all(head.as_bytes()).ok()?;
        out.write_all(&body).ok()?;
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let url = url::Url::parse(&format!("http://x{target}")).unwrap();
    let decoded = |text: &str| {
        let as_query = format!("http://x/?q={}", text.replace('+', "%2B"));
        url::Url::parse(&as_query).unwrap().query_pairs().next().unwrap().1.into_owned()
    };
    Some(Asked {
        method,
        path: decoded(url.path()),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}
