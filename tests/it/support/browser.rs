//! A browser's part of HTTP, which says exactly what a test wants said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// By lower-case name, in order.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The token of the page's forms.
    pub fn form(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"form\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A browser: cookies, and headers that go with every request.
#[derive(Debug, Clone)]
pub struct Browser {
    pub port: u16,
    pub cookies: BTreeMap<String, String>,
    pub more: Vec<(String, String)>,
}

impl Browser {
    /// One that has no cookies yet.
    pub fn at(port: u16) -> Self {
        Self { port, cookies: BTreeMap::new(), more: Vec::new() }
    }

    /// Gets a page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    /// Posts a form as a page of the site would: with the token that its forms bear.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get("/account").form();
        let mut all = vec![("form", form.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all, &[("Sec-Fetch-Site", "same-origin")])
    }

    /// Posts exactly these fields under these headers.
    pub fn post_bare(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        self.send("POST", path, &headers, &body)
    }

    /// Signs in with a password.
    pub fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let form = self.get("/sign-in").form();
        let fields = [("form", form.as_str()), ("login", login), ("password", password), ("next", "/")];
        self.post_bare("/sign-in", &fields, &[("Sec-Fetch-Site", "same-origin")])
    }

    /// Hands a workbook in.
    pub fn upload(&mut self, agency: &str, name: &str, content: &str) -> Answer {
        static BOUNDARY: AtomicU32 = AtomicU32::new(0);
        let form = self.get("/account").form();
        let boundary = format!("----rosterd{}", BOUNDARY.fetch_add(1, Ordering::Relaxed));
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{form}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"agency\"\r\n\r\n{agency}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{content}\r\n--{boundary}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={boundary}");
        self.send(
            "POST",
            "/rosters/upload",
            &[("Content-Type", &kind), ("Sec-Fetch-Site", "same-origin")],
            &body,
        )
    }

    /// Sends a request as it is; cookies that the answer sets are kept.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let own: Vec<_> = self.more.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut all = [headers, own.as_slice()].concat();
        let (host, length) = (format!("127.0.0.1:{}", self.port), body.len().to_string());
        if !all.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            all.push(("Host", &host));
        }
        if method == "POST" {
            all.push(("Content-Length", &length));
        }
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        if !cookies.is_empty() {
            all.push(("Cookie", &cookies));
        }
        for (name, value) in all {
            head = format!("{head}{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let answer = parse(&bytes);
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// An HTTP answer from its bytes.
pub fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let body = &bytes[end + 4..];
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunked(body) } else { body.to_vec() };
    Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|part| part == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    body
}
