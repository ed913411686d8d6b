//! A port for one server of one test.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::net::TcpListener;

/// A port that no other test uses while this one lives. slapd binds first and listens later: of two that bound the same
/// port one dies after it said that it is starting, and its test would talk to the other's server.
pub struct Port {
    pub number: u16,
    _lock: std::fs::File,
}

impl Port {
    pub fn free() -> Self {
        let locks = std::env::temp_dir().join("rosterd-test-ports");
        std::fs::create_dir_all(&locks).unwrap();
        loop {
            let number = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let lock = std::fs::File::create(locks.join(number.to_string())).unwrap();
            if lock.try_lock().is_ok() {
                return Self { number, _lock: lock };
            }
        }
    }
}
