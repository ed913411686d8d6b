//! A real browser: Debian's Chromium, driven over `WebDriver` (W3C) through its chromedriver.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use super::page::{free_port, parse};
use base64::Engine as _;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where screenshots go: build output, to be looked at.
const SHOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/screenshots");
/// axe-core, put there by ops/test.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/servers/axe/node_modules/axe-core/axe.min.js");

/// How the browser is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    pub dark: bool,
    pub phone: bool,
    pub without_script: bool,
}

/// A browser window; the browser ends with it.
pub struct Window {
    port: u16,
    session: String,
    driver: Child,
    /// Its profile.
    _folder: tempfile::TempDir,
}

impl Window {
    /// Opens a window.
    pub fn open(manner: Manner) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: ops/test installs it");
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "chromedriver does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        let profile = format!("--user-data-dir={}", folder.path().display());
        let mut arguments = vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1280,900",
            // What scrolls smoothly is not yet where it is clicked.
            "--force-prefers-reduced-motion",
            &profile,
        ];
        arguments.push(if manner.dark {
            "--blink-settings=preferredColorScheme=0"
        } else {
            "--blink-settings=preferredColorScheme=1"
        });
        let mut options = json!({ "args": arguments });
        if manner.phone {
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": 360, "height": 800, "pixelRatio": 1.0 } });
        }
        if manner.without_script {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut window = Self { port, session: String::new(), driver, _folder: folder };
        let asked = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let made = window.ask("POST", "/session", &asked);
        made["sessionId"].as_str().unwrap().clone_into(&mut window.session);
        window
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.try_ask(method, path, body);
        answer.unwrap_or_else(|wrong| panic!("{method} {path}: {wrong}"))
    }

    /// What the driver answers; else its error.
    fn try_ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let answer = parse(&whole(&mut stream));
        let value = answer.json()["value"].clone();
        if answer.status == 200 { Ok(value) } else { Err(value) }
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    /// Goes to an address.
    pub fn go(&self, address: &str) {
        self.command("POST", "/url", &json!({ "url": address }));
    }

    /// The address it is at.
    pub fn address(&self) -> String {
        self.command("GET", "/url", &Value::Null).as_str().unwrap().to_owned()
    }

    /// Sets a cookie of the site it is at.
    pub fn cookie(&self, name: &str, value: &str) {
        self.command("POST", "/cookie", &json!({ "cookie": { "name": name, "value": value, "path": "/" } }));
    }

    /// The first element that fits; a page that is on its way is waited for.
    fn element(&self, css: &str) -> String {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let asked = json!({ "using": "css selector", "value": css });
            let found = self.command("POST", "/elements", &asked);
            if let Some(first) = found.as_array().unwrap().first() {
                return first.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
            }
            assert!(Instant::now() < until, "no {css} at {}", self.address());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Does something with the first element that fits; where the page went away meanwhile, with the next page's.
    fn with(&self, css: &str, method: &str, what: &str, body: &Value) -> Value {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let path = format!("/session/{}/element/{}/{what}", self.session, self.element(css));
            match self.try_ask(method, &path, body) {
                Ok(value) => return value,
                Err(wrong) if wrong["error"] == "stale element reference" && Instant::now() < until => {}
                Err(wrong) => panic!("{method} {path}: {wrong}"),
            }
        }
    }

    /// Waits until it is at an address.
    pub fn arrives(&self, address: &str) {
        let until = Instant::now() + Duration::from_secs(10);
        while self.address() != address {
            assert!(Instant::now() < until, "at {}, not {address}", self.address());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until an element of this name holds `part`: the page before may have such an
    /// element too.
    pub fn sees(&self, element: &str, part: &str) {
        let until = Instant::now() + Duration::from_secs(10);
        let path = format!("//{element}[contains(normalize-space(.), \"{part}\")]");
        let asked = json!({ "using": "xpath", "value": path });
        while self.command("POST", "/elements", &asked).as_array().unwrap().is_empty() {
            assert!(Instant::now() < until, "no {element} with {part:?} at {}", self.address());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How many elements fit.
    pub fn count(&self, css: &str) -> usize {
        let found = self.command("POST", "/elements", &json!({ "using": "css selector", "value": css }));
        found.as_array().unwrap().len()
    }

    /// Clicks on the first element that fits.
    pub fn click(&self, css: &str) {
        self.with(css, "POST", "click", &json!({}));
    }

    /// Types into the first element that fits.
    pub fn fill(&self, css: &str, text: &str) {
        self.with(css, "POST", "value", &json!({ "text": text }));
    }

    /// Presses keys wherever the focus is, one after the other.
    pub fn press(&self, keys: &[&str]) {
        let actions: Vec<_> = keys
            .iter()
            .flat_map(|key| {
                [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
            })
            .collect();
        let asked = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.command("POST", "/actions", &asked);
    }

    /// The text of the first element that fits.
    pub fn text(&self, css: &str) -> String {
        let text = self.with(css, "GET", "text", &Value::Null);
        text.as_str().unwrap().to_owned()
    }

    /// A property of the first element that fits.
    pub fn property(&self, css: &str, name: &str) -> String {
        let value = self.with(css, "GET", &format!("property/{name}"), &Value::Null);
        value.as_str().unwrap().to_owned()
    }

    /// Sets a field, whatever stands in it; moments as the form sends them.
    pub fn set(&self, css: &str, text: &str) {
        let put = format!("document.querySelector({}).value = {};", json!(css), json!(text));
        self.run(&put);
    }

    /// What a piece of script gives.
    pub fn run(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Keeps a picture of what is shown.
    pub fn shoot(&self, name: &str) {
        let picture = self.command("GET", "/screenshot", &Value::Null);
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture.as_str().unwrap()).unwrap();
        std::fs::create_dir_all(SHOTS).unwrap();
        std::fs::write(Path::new(SHOTS).join(format!("{name}.png")), bytes).unwrap();
    }

    /// What axe-core finds against WCAG 2.2 A and AA: rule and place, a line each.
    pub fn violations(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(AXE).expect("axe-core: ops/test installs it");
        self.run(&format!("{axe}\nreturn null;"));
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                .then((found) => done(found.violations.flatMap((one) => one.nodes.map((node) =>
                    `${one.id}: ${node.target.join(' ')} ${node.failureSummary}`))));";
        let found = self.command("POST", "/execute/async", &json!({ "script": script, "args": [] }));
        found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }
}

/// One answer, by the length it states: chromedriver keeps the connection open, whatever it is asked.
fn whole(stream: &mut TcpStream) -> Vec<u8> {
    let (mut bytes, mut part) = (Vec::new(), [0; 8192]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.expect("a length").trim().parse().unwrap();
            if bytes.len() >= end + 4 + length {
                return bytes;
            }
        }
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "chromedriver hung up");
        bytes.extend_from_slice(&part[..read]);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let path = format!("/session/{}", self.session);
            // Without parsing what comes: the test may be failing already.
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
                let _ = stream.write_all(
                    format!("DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                        .as_bytes(),
                );
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let _ = stream.read(&mut [0; 64]);
            }
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
