//! A real PostgreSQL: one cluster for all test processes of this checkout, a database for each test.
//!
//! The first test that needs it starts it; every test process holds a shared lock on `users.lock` while it lives; a
//! watchdog beside the server tries every few seconds to get that lock alone and, once nobody uses the cluster,
//! stops it and removes its files. A killed test run therefore leaves nothing behind for long, and a new one that
//! comes in between either finds the server running or waits for its end and starts it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests fails as a test does"
)]

use nix::unistd::{Uid, User};
use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A database of its own for one test; dropped with it.
pub struct Database {
    name: String,
    port: u16,
}

/// Makes an empty database that sorts by bytes.
pub fn database() -> Database {
    database_with("LC_COLLATE 'C' LC_CTYPE 'C'")
}

/// Makes an empty database with these locale options.
pub fn database_with(locale: &str) -> Database {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("t{}_{number}", std::process::id());
    psql(cluster.port, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {locale}"));
    Database { name, port: cluster.port }
}

impl Database {
    /// Where it is; no password is needed.
    pub fn url(&self) -> String {
        format!("postgres://rosterd@127.0.0.1:{}/{}", self.port, self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = Command::new(bin().join("psql"))
            .args(psql_arguments(self.port, &drop))
            .stdin(Stdio::null())
            .output();
    }
}

struct Cluster {
    port: u16,
    /// Held until the process ends.
    _in_use: File,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let folder = folder();
        let in_use = lock_file(&folder.join("users.lock"));
        in_use.lock_shared().unwrap();
        let starting = lock_file(&folder.join("start.lock"));
        starting.lock().unwrap();
        let port = running(&folder).unwrap_or_else(|| start(&folder));
        Cluster { port, _in_use: in_use }
    })
}

/// One folder a checkout and user, in the system's temporary folder: the server's user must be able to enter it.
fn folder() -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    let name = format!("rosterd-test-postgres-{}-{:016x}", Uid::current(), hasher.finish());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn lock_file(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

/// The port of the cluster, if it answers.
fn running(folder: &Path) -> Option<u16> {
    let port = fs::read_to_string(folder.join("port")).ok()?.parse().ok()?;
    let arguments = psql_arguments(port, "SELECT 1");
    let output = Command::new(bin().join("psql")).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then_some(port)
}

fn start(folder: &Path) -> u16 {
    let data = folder.join("data");
    let _ = as_server_user("pg_ctl").args(["stop", "-m", "immediate", "-D"]).arg(&data).output();
    let _ = fs::remove_dir_all(&data);
    fs::create_dir(&data).unwrap();
    if Uid::current().is_root() {
        let user = User::from_name("postgres").unwrap().expect("PostgreSQL's packages make a user postgres");
        std::os::unix::fs::chown(&data, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
    watch(folder, &data);
    let mut initdb = as_server_user("initdb");
    run(initdb
        .args(["--username=rosterd", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"])
        .arg(&data));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let socket = data.display();
    let options = format!(
        "-p {port} -h 127.0.0.1 -k {socket} -c fsync=off -c full_page_writes=off -c max_connections=300"
    );
    let mut pg_ctl = as_server_user("pg_ctl");
    run(pg_ctl.args(["start", "-w", "-o", &options, "-l"]).arg(data.join("log")).arg("-D").arg(&data));
    fs::write(folder.join("port"), port.to_string()).unwrap();
    port
}

/// Starts the watchdog, out of this process's group and without its output, so that it outlives the test.
fn watch(folder: &Path, data: &Path) {
    let stop = as_server_user("pg_ctl");
    let words = std::iter::once(stop.get_program()).chain(stop.get_args()).map(|word| word.to_str().unwrap());
    let stop = format!("{} stop -m immediate -D '{}'", words.collect::<Vec<_>>().join(" "), data.display());
    let script = format!(
        "(while sleep 5; do flock -n -x -E 9 users.lock sh -c \"{stop}; rm -rf '{}' port\"; [ $? = 9 ] || exit 0; done) &",
        data.display()
    );
    let mut shell = Command::new("sh");
    run(shell.args(["-c", &script]).current_dir(folder).process_group(0).stdin(Stdio::null()));
}

/// A program of the server: PostgreSQL refuses to run as root.
fn as_server_user(program: &str) -> Command {
    let path = bin().join(program);
    let mut command = if Uid::current().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Where the newest installed PostgreSQL has its programs.
fn bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let folders = versions.map(|version| version.path().join("bin"));
        let mut found: Vec<_> = folders.filter(|bin| bin.join("initdb").exists()).collect();
        found.sort();
        found
            .pop()
            .expect("PostgreSQL is missing: install the package postgresql, or run ops/test, which does")
    })
}

fn psql_arguments(port: u16, statement: &str) -> Vec<String> {
    let port = port.to_string();
    let fixed = ["-X", "-q", "-h", "127.0.0.1", "-U", "rosterd", "-d", "postgres", "-v", "ON_ERROR_STOP=1"];
    fixed.into_iter().chain(["-p", &port, "-c", statement]).map(str::to_owned).collect()
}

fn psql(port: u16, statement: &str) {
    run(Command::new(bin().join("psql")).args(psql_arguments(port, statement)).stdin(Stdio::null()));
}

/// Runs a program to its end. Its output goes to a file: a daemon it leaves would keep a pipe open for ever.
fn run(command: &mut Command) {
    let log = tempfile::NamedTempFile::new().unwrap();
    command.stdout(log.reopen().unwrap()).stderr(log.reopen().unwrap());
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}\n{}", fs::read_to_string(log.path()).unwrap());
}
