//! A site: the sample province in a folder of its own, with a store, a directory and a TTHC export, driven through
//! the program itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests fails as a test does"
)]

use super::postgres::{self, Database};
use super::slapd::{SAMPLE, SUFFIX, Slapd};
use rosterd::config;
use rosterd::config::keys::SiteKey;
use rosterd::model::change::{State, StoredChange};
use rosterd::model::ids::{Login, TargetId};
use rosterd::model::operator::{Operator, OperatorRole};
use rosterd::store::{Filter, MatchesConfirmed, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The sample province.
pub const PROVINCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/province");

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    Sqlite,
    Postgres,
}

/// Which directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dir {
    /// A real OpenLDAP over TLS.
    Slapd,
    /// An export.
    Ldif,
}

/// A site in a folder of its own; servers end with it.
pub struct Site {
    pub folder: tempfile::TempDir,
    pub slapd: Option<Slapd>,
    database: Option<Database>,
}

impl Site {
    /// The sample province, nothing dropped yet, the operators `an` and `binh` enrolled. `more` is added to the
    /// configuration.
    pub async fn new(base: Base, dir: Dir, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Self {
            slapd: (dir == Dir::Slapd).then(Slapd::sample),
            database: (base == Base::Postgres).then(postgres::database),
            folder,
        };
        for name in ["inbox", "state", "secrets", "roles", "systems/tthc/export"] {
            std::fs::create_dir_all(site.path(name)).unwrap();
        }
        SiteKey::create(&site.path("secrets/site.key")).unwrap();
        std::fs::copy(SAMPLE, site.path("directory.ldif")).unwrap();
        std::fs::write(site.path("agencies.toml"), agencies()).unwrap();
        std::fs::write(site.path("roles/tthc.toml"), ROLES).unwrap();
        site.export(&[("nhungkb.snv", "Kpă Bích Nhung", "snv", "Cán bộ một cửa")]);
        std::fs::write(site.path("rosterd.toml"), site.configuration(more)).unwrap();
        let store = site.store().await;
        for (login, name) in [("an", "Trần Thị An"), ("binh", "Lê Văn Bình")] {
            let operator = Operator {
                login: Login::new(login),
                name: name.into(),
                role: OperatorRole::Administrator,
                agencies: BTreeSet::default(),
            };
            let by = Login::new("an");
            store
                .write(chrono::Utc::now(), async |mut tx| {
                    tx.add_operator(&operator, &by).await?;
                    tx.commit(()).await
                })
                .await
                .unwrap();
        }
        store.close().await;
        site
    }

    /// A path below the site's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configuration(&self, more: &str) -> String {
        let store = match &self.database {
            Some(database) => format!("url = {:?}", database.url()),
            None => "url = \"state/rosterd.db\"".into(),
        };
        let directory = match &self.slapd {
            Some(slapd) => format!(
                "kind = \"ldap\"\n[directory.connection]\nurl = {:?}\nbind_dn = \"cn=rosterd,{SUFFIX}\"\n\
                 password_file = {:?}\nca_file = {:?}\ntimeout_seconds = 10\n",
                slapd.ldaps(),
                slapd.password_file(),
                slapd.ca(),
            ),
            None => "kind = \"ldif\"\npath = \"directory.ldif\"\n".into(),
        };
        let directory =
            directory.replacen('\n', &format!("\nbase = {SUFFIX:?}\npeople = \"ou=people,{SUFFIX}\"\n"), 1);
        let (top, tables) = more.split_once("\n---\n").unwrap_or(("", more));
        format!(
            "agencies = \"agencies.toml\"\nsite_key_file = \"secrets/site.key\"\nrole_maps = [\"roles/tthc.toml\"]\n\
             slips_at = \"Phòng 101\"\n{top}\n\
             [sender]\nagency = \"Sở Khoa học và Công nghệ\"\nphone = \"0200 0000 000\"\nsign_off = \"Quản trị\"\n\
             [folders]\ninbox = \"inbox\"\ndone = \"done\"\nrefused = \"refused\"\nspool = \"spool\"\nsettle_seconds = 0\n\
             [store]\n{store}\n[directory]\n{directory}\
             [[system]]\nname = \"tthc\"\ntitle = \"Một cửa\"\nexport_dir = \"systems/tthc/export\"\n\
             orders_dir = \"systems/tthc/orders\"\nsettle_seconds = 0\n\
             contact = {{ name = \"Quản trị TTHC\", mail = \"tthc@tinhmau.gov.vn\", phone = \"0200 0000 001\" }}\n\
             [mail]\nkind = \"eml\"\nfolder = \"mail\"\nfrom = \"quantri@tinhmau.gov.vn\"\n\
             [policy.naming]\ndomain = \"tinhmau.gov.vn\"\n[log]\nlevel = \"warn\"\n{tables}\n"
        )
    }

    /// Writes a TTHC export: login, name, agency, role.
    pub fn export(&self, lines: &[(&str, &str, &str, &str)]) {
        let mut text = String::from("Tên đăng nhập;Họ và tên;Thư điện tử;Đơn vị;Vai trò\n");
        for (login, name, agency, role) in lines {
            writeln!(text, "{login};{name};{login}@tinhmau.gov.vn;{agency};{role}").unwrap();
        }
        std::fs::write(self.path("systems/tthc/export/xuat.csv"), text).unwrap();
    }

    /// Drops the whole sample province.
    pub fn drop_province(&self) {
        for agency in std::fs::read_dir(format!("{PROVINCE}/inbox")).unwrap() {
            for file in std::fs::read_dir(agency.unwrap().path()).unwrap() {
                let file = file.unwrap().path();
                let agency = file.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
                self.drop_file(&agency, &file);
            }
        }
    }

    /// Drops one file into an agency's folder.
    pub fn drop_file(&self, agency: &str, file: &Path) {
        let bytes = std::fs::read(file).unwrap();
        self.drop_bytes(agency, &file.file_name().unwrap().to_string_lossy(), &bytes);
    }

    /// Drops bytes under a name into an agency's folder.
    pub fn drop_bytes(&self, agency: &str, name: &str, bytes: &[u8]) {
        let folder = self.path("inbox").join(agency);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }

    /// Runs the program on this site; fails the test where it takes more than two minutes.
    pub fn rosterd(&self, arguments: &[&str]) -> Output {
        self.rosterd_with(arguments, &[])
    }

    /// The same with environment variables.
    pub fn rosterd_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        Command::new("timeout")
            .args(["-s", "KILL", "120", env!("CARGO_BIN_EXE_rosterd")])
            .arg("--config")
            .arg(self.path("rosterd.toml"))
            .args(arguments)
            .envs(environment.iter().copied())
            .output()
            .expect("coreutils' timeout")
    }

    /// One pass; panics with the program's own words where it ends with another code.
    pub fn pass(&self, expected: i32) -> String {
        self.expect(&["run", "--once"], expected)
    }

    /// Runs the program and expects an exit code; returns its standard output.
    pub fn expect(&self, arguments: &[&str], expected: i32) -> String {
        let output = self.rosterd(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let code = output.status.code();
        let signal = output.status.signal();
        assert_eq!(code, Some(expected), "rosterd {arguments:?} (signal {signal:?})\n{out}\n{err}");
        out.into_owned()
    }

    /// `rosterd plan --json`, whatever its code.
    pub fn plan(&self) -> serde_json::Value {
        let output = self.rosterd(&["plan", "--json"]);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// The site's store, opened beside the program.
    pub async fn store(&self) -> Store {
        let key = SiteKey::read(&self.path("secrets/site.key")).unwrap();
        let audit = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key.audit());
        let text = std::fs::read_to_string(self.path("rosterd.toml")).unwrap();
        let mut config: config::Config = toml::from_str(&text).unwrap();
        if self.database.is_none() {
            config.store.url = self.path("state/rosterd.db").to_string_lossy().into_owned();
        }
        Store::open(&config.store, audit).await.unwrap()
    }

    /// Every change of a state.
    pub async fn changes(&self, state: Option<State>) -> Vec<StoredChange> {
        let store = self.store().await;
        let filter = Filter { state, ..Filter::default() };
        let found = store.changes(&filter, None, 10_000).await.unwrap();
        store.close().await;
        found.into_iter().map(|one| one.stored).collect()
    }

    /// Approves everything that waits, as `an` and, where two must, `binh`; released first, where a brake holds it.
    pub async fn approve_everything(&self) {
        let store = self.store().await;
        let (an, binh) = (Login::new("an"), Login::new("binh"));
        let nobody = BTreeSet::new();
        let now = chrono::Utc::now();
        confirm_all(&store, &an).await;
        for (brake, _) in store.open_brakes().await.unwrap() {
            for by in [&an, &binh] {
                store
                    .write(now, async |mut tx| {
                        let release = tx.release(&brake.key, by, "đã kiểm tra", &BTreeSet::new()).await?;
                        tx.commit(release).await
                    })
                    .await
                    .unwrap();
            }
        }
        let filter = Filter { state: Some(State::Proposed), ..Filter::default() };
        for one in store.changes(&filter, None, 10_000).await.unwrap() {
            let stored = one.stored;
            for by in [&an, &binh].into_iter().take(stored.change.gate.needed()) {
                store
                    .write(now, async |mut tx| {
                        let approval = tx.approve(&stored.id, &stored.key, by, &nobody).await?;
                        tx.commit(approval).await
                    })
                    .await
                    .unwrap();
            }
        }
        store.close().await;
    }

    /// Confirms every match by name and phone, as `an`.
    pub async fn confirm_matches(&self) {
        let store = self.store().await;
        confirm_all(&store, &Login::new("an")).await;
        store.close().await;
    }

    /// Every file below the site's folder but the database's and locks, with its bytes: to tell that nothing was
    /// written.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    found.insert(path, bytes);
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(self.folder.path(), &mut found);
        found.retain(|path, _| {
            !path.starts_with(self.path("state")) && path.extension() != Some("lock".as_ref())
        });
        found
    }
}

/// Confirms every match by name and phone.
async fn confirm_all(store: &Store, by: &Login) {
    let mut open: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for person in store.people().await.unwrap() {
        let account = person.accounts.get(&TargetId::mail()).cloned();
        if let (Some(matched), Some(account)) = (person.matched.filter(|one| !one.is_settled()), account) {
            open.entry(matched.agency).or_default().push((person.id, account));
        }
    }
    for (agency, matches) in open {
        let confirmed = store
            .write(chrono::Utc::now(), async |mut tx| {
                let confirmed = tx.confirm_matches(&agency, &matches, by, &BTreeSet::new()).await?;
                tx.commit(confirmed).await
            })
            .await
            .unwrap();
        assert!(matches!(confirmed, MatchesConfirmed::Confirmed { .. }), "{confirmed:?}");
    }
}

/// The sample's agencies, each with a contact.
fn agencies() -> String {
    let text = std::fs::read_to_string(format!("{PROVINCE}/agencies.json")).unwrap();
    let agencies: Vec<BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    agencies.iter().fold(String::new(), |mut toml, agency| {
        let (code, name) = (&agency["code"], &agency["name"]);
        writeln!(
            toml,
            "[[agency]]\ncode = {code:?}\nname = {name:?}\nkind = \"so\"\n\
             contacts = [{{ name = \"Đầu mối {code}\", mail = \"daumoi.{code}@tinhmau.gov.vn\", phone = \"0900000000\" }}]"
        )
        .unwrap();
        toml
    })
}

const ROLES: &str = r#"
target = "tthc"
managed = ["Cán bộ một cửa"]

[[rule]]
positions = ["Công chức một cửa"]
roles = ["Cán bộ một cửa"]
"#;
