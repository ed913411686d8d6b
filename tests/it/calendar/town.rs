//! A town: a few accounts, their agencies, a directory and a mail server, with a clock that a test moves.

use crate::support::slapd::{SUFFIX, Slapd};
use crate::support::smtp::Exim;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;
use rosterd::config;
use rosterd::config::keys::SiteKey;
use rosterd::model::change::{ChangeKind, State};
use rosterd::model::ids::Login;
use rosterd::model::leak::{LeakEntry, LeakKind, LeakList};
use rosterd::model::notice::Notice;
use rosterd::model::operator::{Operator, OperatorRole};
use rosterd::model::rotation::CampaignPlan;
use rosterd::store::{Filter, Start};
use rosterd::worker::engine::Engine;
use rosterd::worker::pass::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// An account. Times are local.
pub struct Person {
    pub login: &'static str,
    pub agency: &'static str,
    pub created: &'static str,
    /// When the password was last set; nothing shows it where this is empty.
    pub changed: &'static str,
    /// The last sign-in; empty: never.
    pub signed_in: &'static str,
    /// Whether it must be changed at the next sign-in.
    pub reset: bool,
    /// `unit` for a unit mailbox.
    pub kind: &'static str,
}

/// An account of `agency`, made in 2017, changed then by its holder and used lately.
pub fn person(
    login: &'static str,
    agency: &'static str,
    changed: &'static str,
    signed_in: &'static str,
) -> Person {
    Person { login, agency, created: "2017-01-02T08:00:00", changed, signed_in, reset: false, kind: "person" }
}

/// The password everybody begins with.
pub const FIRST: &str = "Mat-khau-cu-1";

pub struct Town {
    pub slapd: Slapd,
    pub exim: Exim,
    pub engine: Engine,
    offset: Arc<AtomicI64>,
    mailed: BTreeSet<String>,
    locked: BTreeSet<String>,
    there: BTreeSet<String>,
    /// What happened, a line each: the local day and hour, whom it concerns, what.
    pub said: Vec<String>,
    folder: tempfile::TempDir,
}

fn moment(local: &str) -> DateTime<Utc> {
    let local: NaiveDateTime = local.parse().unwrap();
    local.and_local_timezone(Ho_Chi_Minh).unwrap().to_utc()
}

fn generalized(local: &str) -> String {
    moment(local).format("%Y%m%d%H%M%SZ").to_string()
}

fn entries(people: &[Person]) -> String {
    let mut ldif = format!(
        "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Tỉnh mẫu\ndc: tinhmau\n\n\
         dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n"
    );
    let agencies: BTreeSet<_> = people.iter().map(|one| one.agency).collect();
    for agency in agencies {
        writeln!(ldif, "dn: ou={agency},ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: {agency}\n")
            .unwrap();
    }
    for Person { login, agency, created, changed, signed_in, reset, kind } in people {
        writeln!(
            ldif,
            "dn: uid={login},ou={agency},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {login}\n\
             cn: Người {login}\nsn: Người\ngivenName: {login}\nmail: {login}@tinhmau.gov.vn\n\
             departmentNumber: {agency}\nemployeeType: {kind}\nuserPassword: {FIRST}\n\
             createTimestamp: {}\nmodifyTimestamp: {}\nmodifiersName: cn=admin,{SUFFIX}",
            generalized(created),
            generalized(created),
        )
        .unwrap();
        if !changed.is_empty() {
            writeln!(ldif, "pwdChangedTime: {}", generalized(changed)).unwrap();
        }
        if !signed_in.is_empty() {
            writeln!(ldif, "pwdLastSuccess: {}", generalized(signed_in)).unwrap();
        }
        if *reset {
            writeln!(ldif, "pwdReset: TRUE").unwrap();
        }
        ldif.push('\n');
    }
    ldif
}

/// OpenLDAP, with a mail server that writes the size of a mailbox and its limit into the directory.
fn dialect() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/mappings/directories/openldap.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let (used, limit) = ("# quota_used = \"…\"", "# quota_limit = \"…\"");
    assert!(text.contains(used) && text.contains(limit));
    text.replace(used, "quota_used = \"roomNumber\"").replace(limit, "quota_limit = \"carLicense\"")
}

const AGENCIES: &str = r#"
[[agency]]
code = "so"
name = "Sở Thông tin và Truyền thông"
kind = "so"
contacts = [{ name = "Đầu mối Sở", mail = "daumoi.so@tinhmau.gov.vn", phone = "0200 0000 010" }]
[[agency]]
code = "tt"
name = "Trung tâm trực thuộc Sở"
parent = "so"
kind = "don-vi"
contacts = [{ name = "Đầu mối Trung tâm", mail = "daumoi.tt@tinhmau.gov.vn", phone = "0200 0000 011" }]
[[agency]]
code = "xa"
name = "Ủy ban nhân dân xã"
kind = "xa"
contacts = [{ name = "Đầu mối xã", mail = "daumoi.xa@tinhmau.gov.vn", phone = "0200 0000 012" }]
"#;

impl Town {
    /// A town at `now`. `rotation` is what follows the profile in `[rotation]`; `more` is added to the configuration.
    pub async fn new(now: &str, people: &[Person], profile: &str, rotation: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().display().to_string();
        let slapd = Slapd::with_clock(SUFFIX, &entries(people));
        // The directory itself expires nothing here: the written rules are rosterd's to keep.
        slapd.ldapmodify(&format!(
            "dn: cn=default,ou=policies,{SUFFIX}\nchangetype: modify\nreplace: pwdMaxAge\npwdMaxAge: 0\n"
        ));
        let exim = Exim::start();
        for name in ["inbox", "state", "secrets"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        SiteKey::create(&folder.path().join("secrets/site.key")).unwrap();
        std::fs::write(folder.path().join("agencies.toml"), AGENCIES).unwrap();
        std::fs::write(folder.path().join("dialect.toml"), dialect()).unwrap();
        let text = format!(
            "agencies = \"{root}/agencies.toml\"\nsite_key_file = \"{root}/secrets/site.key\"\nslips_at = \"Phòng 101\"\n\
             [sender]\nagency = \"Trung tâm Chuyển đổi số\"\nphone = \"0200 0000 000\"\nsign_off = \"TRUNG TÂM\"\n\
             [folders]\ninbox = \"{root}/inbox\"\ndone = \"{root}/done\"\nrefused = \"{root}/refused\"\n\
             spool = \"{root}/spool\"\nsettle_seconds = 0\n[store]\nurl = \"{root}/state/rosterd.db\"\n\
             [directory]\nkind = \"ldap\"\ndialect = \"{root}/dialect.toml\"\nbase = \"{SUFFIX}\"\npeople = \"ou=people,{SUFFIX}\"\n\
             protected = [\"quantri\"]\n\
             [directory.connection]\nurl = {:?}\nbind_dn = \"cn=rosterd,{SUFFIX}\"\npassword_file = {:?}\nca_file = {:?}\n\
             [mail]\nkind = \"smtp\"\nhost = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = {:?}\n\
             user = \"rosterd\"\npassword_file = {:?}\nfrom = \"Quản trị <quantri@tinhmau.gov.vn>\"\n\
             [policy.naming]\ndomain = \"tinhmau.gov.vn\"\n[log]\nlevel = \"warn\"\n\
             [brakes]\nladder_locks = {{ count = 50, percent = 50, cap = 200 }}\n\
             deletes = {{ count = 50, percent = 50, cap = 200 }}\n\
             [rotation]\nprofile = \"{profile}\"\nsign_in_at = \"mail.tinhmau.gov.vn\"\n\
             department = {{ name = \"Phòng Hạ tầng số\", mail = \"hatang@tinhmau.gov.vn\" }}\n\
             chief = {{ name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }}\n{rotation}\n{more}\n",
            slapd.ldaps(),
            slapd.password_file(),
            slapd.ca(),
            exim.port,
            exim.ca_file(),
            exim.password_file("secret"),
        );
        let text = text.replace("@ROOT@", &root);
        let file = folder.path().join("rosterd.toml");
        std::fs::write(&file, text).unwrap();
        let site = config::load(&file).await.unwrap();
        let mut engine = Engine::open(site).await.unwrap();
        engine.program = env!("CARGO_BIN_EXE_rosterd").into();
        let offset = Arc::new(AtomicI64::new(0));
        let shared = offset.clone();
        engine.clock = Some(Arc::new(move || Utc::now() + TimeDelta::seconds(shared.load(Ordering::SeqCst))));
        let there = people.iter().map(|one| one.login.to_owned()).collect();
        let mut town = Self {
            slapd,
            exim,
            engine,
            offset,
            mailed: BTreeSet::new(),
            locked: BTreeSet::new(),
            there,
            said: Vec::new(),
            folder,
        };
        town.go_to(now);
        for (login, name) in [("an", "Trần Thị An"), ("binh", "Lê Văn Bình")] {
            let operator = Operator {
                login: Login::new(login),
                name: name.into(),
                role: OperatorRole::Administrator,
                agencies: BTreeSet::new(),
            };
            let enrolled = town.engine.store.write(town.engine.now(), async |mut tx| {
                tx.add_operator(&operator, &Login::new("an")).await?;
                tx.commit(()).await
            });
            enrolled.await.unwrap();
        }
        town
    }

    /// A path below the town's folder.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Sets the clock of rosterd and of the directory.
    pub fn go_to(&mut self, local: &str) {
        let offset = (moment(local) - Utc::now()).num_seconds();
        self.offset.store(offset, Ordering::SeqCst);
        self.slapd.set_clock(offset);
    }

    /// One pass at this local time; what came of it is added to [`Town::said`].
    pub async fn pass(&mut self, local: &str) -> Summary {
        self.go_to(local);
        let grip = self.engine.grip_or_say().await.unwrap();
        let summary = self.engine.pass_under(&grip).await.unwrap();
        self.engine.let_go(grip).await.unwrap();
        assert_eq!(summary.errors, Vec::<String>::new(), "{local}");
        assert_eq!(summary.applied.errors, Vec::<String>::new(), "{local}");
        let when = local.replace('T', " ");
        let when = when.get(..16).unwrap();
        let mails = self.new_mails().await;
        self.said.extend(mails.into_iter().map(|mail| format!("{when} {mail}")));
        let locked = self.logins("(pwdAccountLockedTime=000001010000Z)");
        self.said.extend(locked.difference(&self.locked).map(|login| format!("{when} {login} LOCKED")));
        self.locked = locked;
        let there = self.logins("(objectClass=inetOrgPerson)");
        self.said.extend(self.there.difference(&there).map(|login| format!("{when} {login} GONE")));
        self.there = there;
        summary
    }

    /// Passes at these hours of every day from `from` to `until`.
    pub async fn days(&mut self, from: &str, until: &str, hours: &[&str]) {
        let (mut day, until): (chrono::NaiveDate, chrono::NaiveDate) =
            (from.parse().unwrap(), until.parse().unwrap());
        while day <= until {
            for hour in hours {
                self.pass(&format!("{day}T{hour}:00")).await;
            }
            day = day.succ_opt().unwrap();
        }
    }

    /// The holder changes the password over LDAP, with the directory's clock at this local time.
    pub fn changes_password(&mut self, local: &str, login: &str) {
        self.go_to(local);
        self.slapd.change_own_password(login, FIRST, &format!("Mat-khau-moi-{}", login.len()));
        let when = local.replace('T', " ");
        self.said.push(format!("{} {login} changes the password", when.get(..16).unwrap()));
    }

    /// The mail server writes how full a mailbox is, in megabytes; nothing where it stopped to.
    pub fn fills(&self, login: &str, agency: &str, sizes: Option<(u64, u64)>) {
        let dn = format!("dn: uid={login},ou={agency},ou=people,{SUFFIX}\nchangetype: modify\n");
        let value = |name: &str, value: Option<u64>| {
            let lines = value.map_or_else(String::new, |megabytes| format!("{name}: {}\n", megabytes << 20));
            format!("replace: {name}\n{lines}-\n")
        };
        let (used, limit) = (sizes.map(|one| one.0), sizes.map(|one| one.1));
        let text = format!("{dn}{}{}", value("roomNumber", used), value("carLicense", limit));
        self.slapd.ldapmodify(&text);
    }

    /// The logins of the accounts that a filter finds.
    pub fn found(&self, filter: &str) -> Vec<String> {
        self.logins(filter).into_iter().collect()
    }

    /// An operator takes in a list of addresses that leaked on a day.
    pub async fn leaked(&self, source: &str, on: &str, addresses: &[&str]) {
        let entry = |address: &&str| LeakEntry {
            kind: LeakKind::Address,
            value: (*address).to_owned(),
            leaked: None,
            site: None,
        };
        let list = LeakList {
            id: format!("l-{source}"),
            source: source.into(),
            document: None,
            leaked: Some(on.parse().unwrap()),
            imported: self.engine.now(),
            by: Some(Login::new("an")),
            agency: None,
            entries: addresses.iter().map(entry).collect(),
        };
        let imported = self.engine.store.write(self.engine.now(), async |mut tx| {
            let new = tx.import_leak(&list, &Login::new("an")).await?;
            tx.commit(new).await
        });
        assert!(imported.await.unwrap());
    }

    /// Two operators start a campaign.
    pub async fn start(&self, plan: &CampaignPlan) {
        for (by, expected) in
            [("an", Start::NeedsSecond), ("an", Start::AlreadyByYou), ("binh", Start::Started)]
        {
            let started = self.engine.store.write(self.engine.now(), async |mut tx| {
                let started = tx.start_campaign(plan, &Login::new(by)).await?;
                tx.commit(started).await
            });
            assert_eq!(started.await.unwrap(), expected, "{by}");
        }
    }

    /// Operators approve every change of a kind that waits, as many as its gate asks for; how many they were.
    pub async fn approve(&self, kind: ChangeKind) -> Vec<(String, usize)> {
        let filter = Filter { state: Some(State::Proposed), kind: Some(kind), ..Filter::default() };
        let mut approved = Vec::new();
        for one in self.engine.store.changes(&filter, None, 1_000).await.unwrap() {
            let stored = one.stored;
            let needed = stored.change.gate.needed();
            for by in ["an", "binh"].into_iter().take(needed) {
                let approve = self.engine.store.write(self.engine.now(), async |mut tx| {
                    let approval =
                        tx.approve(&stored.id, &stored.key, &Login::new(by), &BTreeSet::new()).await?;
                    tx.commit(approval).await
                });
                approve.await.unwrap();
            }
            let (_, address) = stored.change.label.split_once(" <").unwrap();
            approved.push((address.split('@').next().unwrap().to_owned(), needed));
        }
        approved.sort();
        approved
    }

    /// What was said since the last time.
    pub fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    /// The standing of every account by `rosterd rotation status`.
    pub async fn standings(&self) -> BTreeMap<&'static str, u64> {
        let directory = self.engine.look_at_directory().await.unwrap();
        let mut systems = Vec::new();
        for system in &self.engine.systems {
            let mut reader = self.engine.reader();
            systems.push(self.engine.look_at_system(system, &mut reader).await.unwrap());
        }
        let planned = self.engine.plan(&directory, &systems, Vec::new()).await.unwrap();
        let status = planned.rotated.unwrap().figures.status();
        status.total.states.iter().map(|(standing, count)| (standing.as_str(), *count)).collect()
    }

    fn logins(&self, filter: &str) -> BTreeSet<String> {
        let found = self.slapd.ldapsearch(&format!("(&(objectClass=inetOrgPerson){filter})"), &["uid"]);
        found.lines().filter_map(|line| line.strip_prefix("uid: ")).map(str::to_owned).collect()
    }

    /// The mails that the server has accepted since the last time: to whom, and which step.
    async fn new_mails(&mut self) -> Vec<String> {
        let sent: BTreeMap<String, Notice> = self.notices().await;
        let mut found = Vec::new();
        for mail in self.exim.accepted() {
            let id = mail.head.split("Message-ID: <").nth(1).unwrap().split('@').next().unwrap().to_owned();
            if !self.mailed.insert(id.clone()) {
                continue;
            }
            let notice = &sent[&id];
            let step = notice.key.rsplit(':').next().unwrap();
            let what = match notice.key.split(':').collect::<Vec<_>>().as_slice() {
                ["rotation-digest", audience, _] => format!("digest to the {audience}"),
                ["rotation", ..] => step.to_owned(),
                _ => notice.template.clone(),
            };
            found.push(format!("{} {what}", notice.to.split('@').next().unwrap()));
        }
        found.sort();
        found
    }

    /// Every notice of the outbox by its Message-ID.
    pub async fn notices(&self) -> BTreeMap<String, Notice> {
        use sqlx::Row;
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", self.engine.config().store.url);
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
        let rows = sqlx::query("SELECT body FROM outbox_content").fetch_all(&pool).await.unwrap();
        pool.close().await;
        let read = |text: String| serde_json::from_str::<Notice>(&text).unwrap();
        rows.iter().map(|row| read(row.get(0))).map(|notice| (notice.message_id(), notice)).collect()
    }
}
