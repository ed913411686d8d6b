//! Real SCIM servers, each on a port of its own; gone with the value. ops/test installs them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The bearer token they take.
pub const TOKEN: &str = "tok";

const SERVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/servers");

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// `PyPI` scim2-server: a version, 204 without a body.
    Scim2,
    /// npm scimmy: neither.
    Scimmy,
}

/// A running server.
pub struct Scim {
    child: Child,
    url: String,
}

impl Scim {
    pub fn start(which: Which) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (mut command, path) = match which {
            Which::Scim2 => {
                let program = format!("{SERVERS}/scim2/bin/scim2-server");
                assert!(
                    Path::new(&program).exists(),
                    "{program} is missing: run ops/test, which installs it"
                );
                let mut command = Command::new(program);
                command.args(["--bearer-token", TOKEN, "--port", &port.to_string()]);
                (command, "/v2")
            }
            Which::Scimmy => {
                let modules = format!("{SERVERS}/scimmy");
                let there = Path::new(&modules).join("node_modules/scimmy-routers").exists();
                assert!(there, "{modules} lacks scimmy: run ops/test, which installs it");
                let mut command = Command::new("/usr/bin/node");
                command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/scimmy.cjs"));
                command.args([&modules, &port.to_string()]);
                (command, "/scim")
            }
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Self { child, url: format!("http://127.0.0.1:{port}{path}") };
        let deadline = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(server.child.try_wait().unwrap().is_none(), "{command:?} ended");
            assert!(Instant::now() < deadline, "{command:?} does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// Where users and groups lie.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it at once.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Scim {
    fn drop(&mut self) {
        self.stop();
    }
}
