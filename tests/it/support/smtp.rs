//! A real mail server (Exim) with a CA of its own, and a scripted one that breaks off where no real one can
//! be made to.
//!
//! Exim wants STARTTLS and the user `rosterd` with the password `secret`, and answers by the addressee's local
//! part: `no` 550, `full` 452, `grey` 451 until [`Exim::forget_grey`], `late` 554 after DATA.
//! What it accepts stays in its queue, where [`Exim::accepted`] reads it; unless it was started to return mail: then it
//! delivers what comes for `thutra` into a Maildir, returns what is for `gone`, and drops the rest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::net::{SocketAddr, TcpListener as Port, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running Exim; it ends with the value.
pub struct Exim {
    folder: TempDir,
    child: Child,
    pub port: u16,
}

/// One mail in the queue.
pub struct Accepted {
    /// The envelope's addressees and the header fields, as Exim spools them.
    pub head: String,
    /// The body as it came.
    pub body: String,
}

impl Exim {
    pub fn start() -> Self {
        Self::start_with("tls_on_connect_ports =", CONFIG)
    }

    /// One that delivers, and returns what it cannot deliver.
    pub fn start_returning() -> Self {
        let config = CONFIG.replace("queue_only", "deliver_drop_privilege");
        Self::start_with("tls_on_connect_ports =", &config.replace("begin authenticators", DELIVERY))
    }

    /// With TLS from the first byte.
    pub fn start_wrapped() -> Self {
        Self::start_with("tls_on_connect_ports = @PORT@", CONFIG)
    }

    fn start_with(tls: &str, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        make_ca(root, "ca");
        make_certificate(root, "ca", "server");
        let port = Port::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Started by root, Exim gives up its rights for its own user; otherwise it stays with ours.
        let root_starts = nix::unistd::geteuid().is_root();
        let (uid, gid) = (nix::unistd::getuid(), nix::unistd::getgid());
        let user = if root_starts { String::new() } else { format!("exim_user = {uid}\nexim_group = {gid}") };
        let config = config
            .replace("@USER@", &user)
            .replace("@TLS@", tls)
            .replace("@DIR@", &root.display().to_string())
            .replace("@PORT@", &port.to_string());
        std::fs::write(root.join("exim.conf"), config).unwrap();
        for name in ["spool", "log", "returned"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        if root_starts {
            std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755)).unwrap();
            let names = ["spool", "log", "returned", "server.key", "server.pem"].map(|name| root.join(name));
            run(Command::new("chown").arg("Debian-exim:").args(names));
        }
        let child = Command::new("/usr/sbin/exim4")
            .args(["-bdf", "-C"])
            .arg(root.join("exim.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(root.join("stderr")).unwrap())
            .spawn()
            .expect("Exim is needed: apt-get install exim4-daemon-light");
        let mut exim = Self { folder, child, port };
        exim.wait();
        exim
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.child.try_wait().unwrap();
            let said = || std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default();
            assert!(ended.is_none(), "Exim ended with {ended:?}: {}", said());
            assert!(Instant::now() < deadline, "Exim does not listen: {}", said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The Maildir in which what comes for `thutra` lies.
    pub fn maildir(&self) -> PathBuf {
        self.folder.path().join("returned")
    }

    /// The CA that signed its certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A CA that did not.
    pub fn other_ca_file(&self) -> PathBuf {
        make_ca(self.folder.path(), "other");
        self.folder.path().join("other.pem")
    }

    /// A password file with `password`.
    pub fn password_file(&self, password: &str) -> PathBuf {
        let path = self.folder.path().join(format!("password-{password}"));
        std::fs::write(&path, format!("{password}\n")).unwrap();
        path
    }

    /// From now on `grey` is let in.
    pub fn forget_grey(&self) {
        std::fs::write(self.folder.path().join("spool/seen"), "").unwrap();
    }

    /// What it accepted so far, in no particular order.
    pub fn accepted(&self) -> Vec<Accepted> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("spool/input")) else { return vec![] };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.to_string_lossy().ends_with("-H"));
        let read = |path: &Path| String::from_utf8(std::fs::read(path).unwrap()).unwrap();
        paths
            .iter()
            .map(|head| Accepted {
                head: read(head),
                body: read(Path::new(&head.to_string_lossy().replace("-H", "-D"))),
            })
            .collect()
    }

    /// How many connections it was asked for, by its own log.
    pub fn connections(&self) -> usize {
        // Without root's rights it logs to stderr.
        let log = if nix::unistd::geteuid().is_root() { "log/main" } else { "stderr" };
        let log = std::fs::read_to_string(self.folder.path().join(log)).unwrap();
        log.lines().filter(|line| line.contains("TCP/IP connection count")).count()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const CONFIG: &str = r"
primary_hostname = mx.rosterd.test
spool_directory = @DIR@/spool
pid_file_path = @DIR@/spool/pid
log_file_path = @DIR@/log/%s
log_selector = +smtp_connection
local_interfaces = 127.0.0.1
daemon_smtp_ports = @PORT@
@TLS@
@USER@
tls_advertise_hosts = *
tls_certificate = @DIR@/server.pem
tls_privatekey = @DIR@/server.key
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = rcpt
acl_smtp_data = data
queue_only
keep_environment =
begin acl
rcpt:
  deny    !authenticated = *
          message = 5.7.0 auth required
  defer   local_parts = grey
          !condition = ${if exists{@DIR@/spool/seen}}
          message = 4.7.1 Greylisted
  defer   local_parts = full
          message = 452 4.2.2 Mailbox full
  deny    local_parts = no
          message = 5.1.1 User unknown
  accept
data:
  deny    condition = ${if match{$recipients}{late@}}
          message = 5.7.1 rejected after DATA
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{rosterd}}{eq{$auth3}{secret}}}}
  server_set_id = $auth2
";

/// How it delivers.
const DELIVERY: &str = r"
begin routers
returned:
  driver = accept
  local_parts = thutra
  transport = maildir
gone:
  driver = redirect
  local_parts = gone
  allow_fail
  data = :fail: no such mailbox here
others:
  driver = redirect
  data = :blackhole:
begin transports
maildir:
  driver = appendfile
  maildir_format
  create_directory
  directory = @DIR@/returned
begin authenticators";

/// Makes `<name>.pem` and `<name>.key`: a CA.
fn make_ca(folder: &Path, name: &str) {
    run(Command::new("openssl")
        .current_dir(folder)
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "2", "-subj", &format!("/CN=rosterd test {name}")])
        .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]));
}

/// Makes `<name>.pem` and `<name>.key` for `localhost` (not for its address), signed by `ca`.
fn make_certificate(folder: &Path, ca: &str, name: &str) {
    let extensions = "subjectAltName = DNS:localhost\nbasicConstraints = CA:FALSE\n";
    std::fs::write(folder.join("extensions"), extensions).unwrap();
    run(Command::new("openssl")
        .current_dir(folder)
        .args(["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-subj", "/CN=localhost"])
        .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.csr")]));
    run(Command::new("openssl")
        .current_dir(folder)
        .args(["x509", "-req", "-days", "2", "-CAcreateserial", "-extfile", "extensions"])
        .args(["-in", &format!("{name}.csr"), "-out", &format!("{name}.pem")])
        .args(["-CA", &format!("{ca}.pem"), "-CAkey", &format!("{ca}.key")]));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Where the scripted server stops answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Before the greeting, and keeps the connection open.
    HangAtOnce,
    /// Says 421 to an addressee `busy` and closes; takes every other mail.
    GoodbyeToBusy,
    /// Closes after MAIL.
    CloseAtRcpt,
    /// Stays silent after MAIL.
    HangAtRcpt,
    /// Closes once it has the whole text.
    CloseAfterText,
    /// Stays silent once it has the whole text.
    HangAfterText,
}

/// Starts a plaintext server on this machine that greets, takes a mail and breaks off at `at`.
pub async fn breaking(at: Break) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(converse(stream, at));
        }
    });
    (address, server)
}

async fn converse(stream: tokio::net::TcpStream, at: Break) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    if at == Break::HangAtOnce {
        return std::future::pending().await;
    }
    write.write_all(b"220 ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.get(..4).unwrap_or(&line) {
            "RCPT" if at == Break::CloseAtRcpt => return Ok(()),
            "RCPT" if at == Break::HangAtRcpt => return std::future::pending().await,
            "RCPT" if at == Break::GoodbyeToBusy && line.contains("busy") => {
                return write.write_all(b"421 4.3.2 Service shutting down\r\n").await;
            }
            "EHLO" | "MAIL" | "NOOP" | "RSET" | "RCPT" => "250 fine\r\n",
            "DATA" => "354 go on\r\n",
            "." if at == Break::CloseAfterText => return Ok(()),
            "." if at == Break::HangAfterText => return std::future::pending().await,
            "." => "250 queued\r\n",
            _ => "",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
