//! A desk: the operator at the terminal, who is whoever runs the tests, and what a site's database and folders hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests fails as a test does"
)]

use super::site::Site;
use super::slapd::{SAMPLE, SUFFIX};
use rosterd::directory::{Directory, ReadDirectory};
use rosterd::model::account::{Account, AccountKind, Attr, Values};
use rosterd::model::change::{ChangeKind, State, StoredChange};
use rosterd::model::ids::Login;
use rosterd::model::operator::{Operator, OperatorRole};
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The login the tests run as.
pub fn login() -> String {
    nix::unistd::User::from_uid(nix::unistd::Uid::current()).unwrap().expect("this user has a name").name
}

/// Enrols the login the tests run as.
pub async fn enrol(site: &Site) {
    let store = site.store().await;
    let operator = Operator {
        login: Login::new(login()),
        name: "Nguyễn Văn Trực".into(),
        role: OperatorRole::Administrator,
        agencies: BTreeSet::default(),
    };
    store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.add_operator(&operator, &Login::new("an")).await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    store.close().await;
}

/// The changes of a kind and state.
pub async fn of_kind(site: &Site, kind: ChangeKind, state: State) -> Vec<StoredChange> {
    let mut found = site.changes(Some(state)).await;
    found.retain(|one| one.change.kind == kind);
    found
}

/// The first column of every row a query on the site's database gives, as text.
pub async fn rows(site: &Site, query: &'static str) -> Vec<String> {
    sqlx::any::install_default_drivers();
    let text = std::fs::read_to_string(site.path("rosterd.toml")).unwrap();
    let config: toml::Table = toml::from_str(&text).unwrap();
    let url = config["store"]["url"].as_str().unwrap();
    let url = if url.starts_with("postgres:") {
        url.to_owned()
    } else {
        format!("sqlite://{}", site.path(url).display())
    };
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    let found = sqlx::query(query).fetch_all(&pool).await.unwrap();
    pool.close().await;
    found.iter().map(|row| row.get::<String, _>(0)).collect()
}

/// Every file below a folder of the site, relative to the site; none where there is no such folder.
pub fn listing(site: &Site, folder: &str) -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&site.path(folder), &mut found);
    let relative =
        |path: PathBuf| path.strip_prefix(site.folder.path()).unwrap().to_string_lossy().into_owned();
    found.into_iter().map(relative).collect()
}

/// How many mails lie in the mail folder, by addressee and subject.
pub fn mails(site: &Site) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for name in listing(site, "mail").iter().filter(|name| name.ends_with(".eml")) {
        let text = std::fs::read_to_string(site.path(name)).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let of =
            |field: &str| head.lines().find_map(|line| line.strip_prefix(field)).unwrap_or("-").to_owned();
        *found.entry(format!("{} {}", of("To:"), of("Subject:"))).or_default() += 1;
    }
    found
}

/// The first password on a printed slip, and its account's login.
pub fn slip(site: &Site, change: &StoredChange) -> (String, String) {
    let text = site.expect(&["slip", "print", change.id.as_str()], 0);
    let of = |field: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        line.unwrap_or_else(|| panic!("no {field} on {text}")).trim().to_owned()
    };
    let login = of("Tài khoản: ").split('@').next().unwrap().to_owned();
    (login, of("Mật khẩu lần đầu: "))
}

/// Whether the directory takes this password for this login; a first password opens nothing but its own change.
pub fn password_fits(site: &Site, login: &str, password: &str) -> bool {
    let slapd = site.slapd.as_ref().unwrap();
    let output = Command::new("ldapwhoami")
        .env("LDAPTLS_CACERT", slapd.ca())
        .args(["-x", "-H", &slapd.ldaps(), "-D", &slapd.dn_of(login), "-w", password])
        .output()
        .unwrap();
    !String::from_utf8_lossy(&output.stderr).contains("Invalid credentials")
}

/// The accounts of an agency in the sample's directory.
pub async fn accounts(agency: &str) -> Vec<Account> {
    let text =
        format!("kind = \"ldif\"\npath = {SAMPLE:?}\nbase = {SUFFIX:?}\npeople = \"ou=people,{SUFFIX}\"\n");
    let directory = Directory::open(&toml::from_str(&text).unwrap()).unwrap();
    let snapshot = directory.snapshot(chrono::Utc::now()).await.unwrap();
    let of = |one: &Account| one.agency.as_ref().is_some_and(|code| code.as_str() == agency);
    snapshot.accounts.into_values().filter(|one| of(one) && one.kind == AccountKind::Person).collect()
}

/// A line of a list: name, position, phone, address.
pub type Line = [String; 4];

/// What a list says of an account.
pub fn line(account: &Account) -> Line {
    [Attr::FullName, Attr::Title, Attr::Phone, Attr::Mail]
        .map(|attr| account.attrs.get(&attr).and_then(Values::first).unwrap_or_default().to_owned())
}

/// Somebody new.
pub fn newcomer(name: &str, phone: &str) -> Line {
    [name, "Chuyên viên", phone, ""].map(str::to_owned)
}

/// A workbook with a title over a list; `more` is a last column, its header and the same text in each row.
pub fn list(title: &str, lines: &[Line], more: Option<(&str, &str)>) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, title).unwrap();
    let header = ["STT", "Họ và tên", "Chức vụ", "Số điện thoại", "Địa chỉ thư điện tử"];
    for (column, text) in header.into_iter().chain(more.map(|(header, _)| header)).enumerate() {
        sheet.write(2, u16::try_from(column).unwrap(), text).unwrap();
    }
    for (at, line) in lines.iter().enumerate() {
        let row = 3 + u32::try_from(at).unwrap();
        sheet.write(row, 0, row - 2).unwrap();
        for (column, text) in line.iter().map(String::as_str).chain(more.map(|(_, text)| text)).enumerate() {
            sheet.write(row, 1 + u16::try_from(column).unwrap(), text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// Replaces a text of the site's configuration, which must be there.
pub fn edit_config(site: &Site, from: &str, to: &str) {
    let path = site.path("rosterd.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Whether bytes hold a text, or, in a workbook, any of its parts does.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    let found = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    if found(bytes) {
        return true;
    }
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else { return false };
    (0..archive.len()).any(|at| {
        let mut part = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(at).unwrap(), &mut part).unwrap();
        found(&part)
    })
}

/// Fails unless every change is carried out or handed over, save what is due another day.
pub async fn all_carried_out(site: &Site) {
    let tomorrow =
        chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive().succ_opt().unwrap();
    for one in site.changes(None).await {
        let done = matches!(one.state, State::Applied | State::Ordered);
        assert!(done || one.state == State::Approved && one.change.due >= tomorrow, "{one:?}");
    }
}

/// Runs a statement on a site's SQLite database, as somebody with the file at hand could.
pub async fn execute(site: &Site, statement: &str) {
    let url = format!("sqlite://{}", site.path("state/rosterd.db").display());
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
}
