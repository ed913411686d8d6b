//! A real OpenLDAP server for one test: its own folder, certificates and ports; gone with the value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use super::port::Port;
use super::tls::{Certificates, certificates};
use rosterd::directory::{Directory, LdapSettings, Settings};
use rosterd::ldap;
use rosterd::model::dn::Dn;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The password of the rootdn, of `cn=rosterd` and of `cn=limited`.
pub const PASSWORD: &str = "mat-khau-thu-nghiem";

/// The sample province's directory.
pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/province/directory.ldif");

/// What gives a program a clock of its own.
const CLOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/clock.c");

/// The sample's root.
pub const SUFFIX: &str = "dc=tinhmau,dc=gov,dc=vn";

/// A running server. Its data: the given LDIF (which brings the suffix entry and `ou=people`), `cn=rosterd`, which
/// may do everything, `cn=limited`, which may read 20 entries a search, and a password policy.
pub struct Slapd {
    folder: tempfile::TempDir,
    suffix: String,
    certificates: Certificates,
    ports: (Port, Port),
    child: Option<Child>,
    /// Whether a write that is answered is on the disk; what tests write need not outlive the machine.
    durable: bool,
    /// Whether its clock is another than the machine's (see [`Slapd::set_clock`]).
    own_clock: bool,
}

impl Slapd {
    /// A server with the sample province.
    pub fn sample() -> Self {
        Self::start(SUFFIX, Path::new(SAMPLE), "")
    }

    /// A server with what [`Slapd::slapcat`] or rosterd wrote, accounts and policy included.
    pub fn load(data: &Path) -> Self {
        Self::new(SUFFIX, &std::fs::read_to_string(data).unwrap(), "", false, false)
    }

    /// A server with the entries of `data`; what it has answered is on the disk, as a site would have it.
    #[allow(dead_code, reason = "the measurements start one")]
    pub fn durable(suffix: &str, data: &str) -> Self {
        Self::new(suffix, &format!("{data}\n{}", accounts(suffix)), "", true, false)
    }

    /// A server with the entries of `data`; `overlays` is added to its configuration (cn=config LDIF).
    pub fn start(suffix: &str, data: &Path, overlays: &str) -> Self {
        let data = std::fs::read_to_string(data).unwrap();
        Self::new(suffix, &format!("{data}\n{}", accounts(suffix)), overlays, false, false)
    }

    /// A server with the entries of `data` and a clock of its own: a calendar is played on it.
    pub fn with_clock(suffix: &str, data: &str) -> Self {
        Self::new(suffix, &format!("{data}\n{}", accounts(suffix)), "", false, true)
    }

    /// Sets the clock of [`Slapd::with_clock`] to `seconds` from the machine's.
    pub fn set_clock(&self, seconds: i64) {
        let file = self.path("clock");
        std::fs::write(file.with_extension("new"), format!("{seconds:+}\n")).unwrap();
        std::fs::rename(file.with_extension("new"), file).unwrap();
    }

    fn new(suffix: &str, data: &str, overlays: &str, durable: bool, own_clock: bool) -> Self {
        for tool in ["/usr/sbin/slapd", "/usr/sbin/slapadd", "/usr/bin/ldapsearch"] {
            assert!(Path::new(tool).exists(), "{tool} is missing: apt-get install slapd ldap-utils");
        }
        let folder = tempfile::Builder::new().prefix("slapd").tempdir().unwrap();
        let certificates = certificates(folder.path());
        let suffix = suffix.to_owned();
        let mut server = Self {
            folder,
            suffix,
            certificates,
            ports: (Port::free(), Port::free()),
            child: None,
            durable,
            own_clock,
        };
        if own_clock {
            let mut compiler = Command::new("cc");
            compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(server.path("clock.so")).arg(CLOCK);
            checked("cc", compiler.output().unwrap());
            server.set_clock(0);
        }
        for part in ["config", "db"] {
            std::fs::create_dir(server.path(part)).unwrap();
        }
        server.slapadd(0, &(server.configuration() + overlays));
        server.slapadd(1, data);
        for attempt in 1.. {
            // Another process can take a port between the look and the start.
            server.ports = (Port::free(), Port::free());
            if server.launch() {
                return server;
            }
            assert!(attempt < 10, "slapd does not start: {}", server.log());
        }
        unreachable!()
    }

    /// Stops the server at once, as a power cut would.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again on the same ports with the same data.
    pub fn restart(&mut self) {
        self.stop();
        assert!(self.launch(), "slapd does not start again: {}", self.log());
    }

    /// Stops it from answering without closing anything, until [`Slapd::thaw`].
    pub fn freeze(&self) {
        self.signal(nix::sys::signal::Signal::SIGSTOP);
        // The signal is sent, and each thread stops when it next runs.
        let until = Instant::now() + Duration::from_secs(10);
        while !self.stands_still() {
            assert!(Instant::now() < until, "slapd does not stop");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn stands_still(&self) -> bool {
        let threads = format!("/proc/{}/task", self.child.as_ref().expect("slapd runs").id());
        std::fs::read_dir(threads).unwrap().all(|thread| {
            let status = std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap();
            // After the name, which may hold anything, comes the state.
            status.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T'))
        })
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.signal(nix::sys::signal::Signal::SIGCONT);
    }

    fn signal(&self, signal: nix::sys::signal::Signal) {
        let id = self.child.as_ref().expect("slapd runs").id();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(id.try_into().unwrap()), signal).unwrap();
    }

    /// The address with TLS from the first byte.
    pub fn ldaps(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.ports.1.number)
    }

    /// The address without, for `StartTLS`.
    pub fn ldap(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.ports.0.number)
    }

    /// The port of [`Slapd::ldaps`].
    pub fn ldaps_port(&self) -> u16 {
        self.ports.1.number
    }

    /// The authority that signed its certificate.
    pub fn ca(&self) -> &Path {
        &self.certificates.ca
    }

    /// A file with [`PASSWORD`].
    pub fn password_file(&self) -> PathBuf {
        let path = self.path("password");
        std::fs::write(&path, format!("{PASSWORD}\n")).unwrap();
        path
    }

    /// `name` below the suffix.
    pub fn dn(&self, name: &str) -> Dn {
        Dn::parse(&format!("{name},{}", self.suffix)).unwrap()
    }

    /// Settings that bind as `cn=rosterd` over TLS.
    pub fn connection(&self) -> ldap::Settings {
        ldap::Settings {
            url: self.ldaps(),
            starttls: false,
            allow_plaintext: false,
            bind_dn: self.dn("cn=rosterd"),
            password_file: self.password_file(),
            ca_file: Some(self.ca().to_owned()),
            timeout_seconds: 10,
            page_size: 25,
        }
    }

    /// The directory's settings over [`Slapd::connection`].
    pub fn settings(&self) -> LdapSettings {
        LdapSettings {
            connection: self.connection(),
            base: Dn::parse(&self.suffix).unwrap(),
            people: self.dn("ou=people"),
            dialect: "openldap".to_owned(),
            protected: Vec::new(),
            service_accounts: Vec::new(),
        }
    }

    /// The directory over [`Slapd::settings`].
    pub fn directory(&self) -> Directory {
        Directory::open(&Settings::Ldap(self.settings())).unwrap()
    }

    /// What ldapsearch prints for the entries below the suffix that `filter` finds, as the rootdn.
    pub fn ldapsearch(&self, filter: &str, attributes: &[&str]) -> String {
        let output = self
            .tool("ldapsearch")
            .args(["-LLL", "-o", "ldif-wrap=no", "-b", &self.suffix, filter])
            .args(attributes)
            .output();
        checked("ldapsearch", output.unwrap())
    }

    /// Runs ldapmodify on `ldif` as the rootdn; what it says if it fails.
    pub fn try_ldapmodify(&self, ldif: &str) -> Result<(), String> {
        let mut child = self
            .tool("ldapmodify")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Runs ldapmodify on `ldif` as the rootdn.
    pub fn ldapmodify(&self, ldif: &str) {
        self.try_ldapmodify(ldif).unwrap_or_else(|error| panic!("ldapmodify: {error}\n{ldif}"));
    }

    /// Gives the account with this login a password, as the rootdn.
    pub fn set_password(&self, login: &str, password: &str) {
        let output = self.tool("ldappasswd").args(["-s", password, &self.dn_of(login)]).output();
        checked("ldappasswd", output.unwrap());
    }

    /// Whether the account with this login can sign in with `password`; a success counts as its last login.
    pub fn can_sign_in(&self, login: &str, password: &str) -> bool {
        let dn = self.dn_of(login);
        let mut tool = self.client("ldapwhoami");
        tool.args(["-D", &dn, "-w", password]).output().unwrap().status.success()
    }

    /// The account with this login changes its own password.
    pub fn change_own_password(&self, login: &str, old: &str, new: &str) {
        let output = self
            .client("ldappasswd")
            .args(["-D", &self.dn_of(login), "-w", old, "-a", old, "-s", new])
            .output();
        checked("ldappasswd", output.unwrap());
    }

    /// Everything, as slapcat exports it.
    pub fn slapcat(&self) -> String {
        let output =
            Command::new("/usr/sbin/slapcat").arg("-F").arg(self.path("config")).args(["-n", "1"]).output();
        checked("slapcat", output.unwrap())
    }

    /// The name of the entry with this login.
    pub fn dn_of(&self, login: &str) -> String {
        let found = self.ldapsearch(&format!("(uid={login})"), &["1.1"]);
        let dn = found.lines().find_map(|line| line.strip_prefix("dn: "));
        dn.unwrap_or_else(|| panic!("no entry has the login {login}: {found}")).to_owned()
    }

    /// An OpenLDAP client command on the TLS address, bound as the rootdn.
    fn tool(&self, name: &str) -> Command {
        let mut command = self.client(name);
        command.args(["-D", &format!("cn=admin,{}", self.suffix), "-w", PASSWORD]);
        command
    }

    fn client(&self, name: &str) -> Command {
        let mut command = Command::new(Path::new("/usr/bin").join(name));
        command.env("LDAPTLS_CACERT", self.ca());
        command.args(["-x", "-H", &self.ldaps()]);
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the server has logged of its operations so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn launch(&mut self) -> bool {
        let log = std::fs::File::create(self.path("log")).unwrap();
        let mut slapd = Command::new("/usr/sbin/slapd");
        if self.own_clock {
            slapd.env("LD_PRELOAD", self.path("clock.so")).env("CLOCK_SHIFT", self.path("clock"));
        }
        let mut child = slapd
            .arg("-F")
            .arg(self.path("config"))
            .args(["-h", &format!("{}/ {}/", self.ldap(), self.ldaps()), "-d", "stats"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            // Only a slapd that got both ports says so.
            if self.log().contains("slapd starting")
                && TcpStream::connect(("127.0.0.1", self.ports.1.number)).is_ok()
            {
                self.child = Some(child);
                return true;
            }
            if Instant::now() > deadline {
                child.kill().unwrap();
                child.wait().unwrap();
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn slapadd(&self, database: u8, ldif: &str) {
        let file = self.path("load.ldif");
        std::fs::write(&file, ldif).unwrap();
        let mut slapadd = Command::new("/usr/sbin/slapadd");
        // Nothing is in the database yet that could be broken: load it without a sync an entry.
        slapadd
            .arg("-q")
            .arg("-n")
            .arg(database.to_string())
            .arg("-F")
            .arg(self.path("config"))
            .arg("-l")
            .arg(&file);
        checked("slapadd", slapadd.output().unwrap());
    }

    fn configuration(&self) -> String {
        let (folder, suffix) = (self.folder.path().display(), &self.suffix);
        let Certificates { ca, certificate, key } = &self.certificates;
        let (ca, certificate, key) = (ca.display(), certificate.display(), key.display());
        let no_sync = if self.durable { "FALSE" } else { "TRUE" };
        format!(
            "dn: cn=config
objectClass: olcGlobal
cn: config
olcTLSCACertificateFile: {ca}
olcTLSCertificateFile: {certificate}
olcTLSCertificateKeyFile: {key}
olcTLSVerifyClient: never
olcLogLevel: stats

dn: cn=module{{0}},cn=config
objectClass: olcModuleList
cn: module{{0}}
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: ppolicy
olcModuleLoad: memberof
olcModuleLoad: refint
olcModuleLoad: unique
olcModuleLoad: pw-sha2

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif

include: file:///etc/ldap/schema/cosine.ldif

include: file:///etc/ldap/schema/inetorgperson.ldif

dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {{-1}}frontend
olcPasswordHash: {{SSHA512}}

dn: olcDatabase={{0}}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {{0}}config

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcSuffix: {suffix}
olcRootDN: cn=admin,{suffix}
olcRootPW: {PASSWORD}
olcDbDirectory: {folder}/db
olcDbMaxSize: 4294967296
olcDbNoSync: {no_sync}
olcLastBind: TRUE
olcSizeLimit: size.soft=500 size.hard=500 size.prtotal=unlimited
olcDbIndex: objectClass eq
olcDbIndex: entryUUID,entryCSN eq
olcDbIndex: uid,mail,cn,member,memberOf eq
olcAccess: {{0}}to attrs=userPassword by self write by dn.exact=\"cn=rosterd,{suffix}\" write by anonymous auth by * none
olcAccess: {{1}}to * by dn.exact=\"cn=rosterd,{suffix}\" manage by users read by * none
olcLimits: dn.exact=\"cn=rosterd,{suffix}\" size=unlimited
olcLimits: dn.exact=\"cn=limited,{suffix}\" size.soft=20 size.hard=20 size.prtotal=20

dn: olcOverlay={{0}}ppolicy,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: {{0}}ppolicy
olcPPolicyDefault: cn=default,ou=policies,{suffix}
olcPPolicyHashCleartext: TRUE
olcPPolicyUseLockout: TRUE

dn: olcOverlay={{1}}memberof,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOfConfig
olcOverlay: {{1}}memberof
olcMemberOfRefInt: TRUE

dn: olcOverlay={{2}}unique,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcUniqueConfig
olcOverlay: {{2}}unique
olcUniqueURI: ldap:///?mail?sub
olcUniqueURI: ldap:///?uid?sub

"
        )
    }
}

/// rosterd's own account, a limited one, and the policy.
fn accounts(suffix: &str) -> String {
    let account = |name: &str| {
        format!(
            "dn: cn={name},{suffix}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n\
                 cn: {name}\nuserPassword: {PASSWORD}\n\n"
        )
    };
    format!(
        "{}{}dn: ou=policies,{suffix}
objectClass: organizationalUnit
ou: policies

dn: cn=default,ou=policies,{suffix}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdMaxAge: 7776000
pwdInHistory: 3
pwdMinLength: 8
pwdCheckQuality: 1
pwdLockout: TRUE
pwdLockoutDuration: 900
pwdMaxFailure: 5
pwdMustChange: TRUE
pwdAllowUserChange: TRUE
",
        account("rosterd"),
        account("limited")
    )
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn checked(name: &str, output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    String::from_utf8(output.stdout).unwrap()
}
