//! Default passwords: what a real OpenLDAP stores is held against the list, in each scheme; who has one must change it, and
//! neither the stored value nor what it was held against lies anywhere.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use crate::support::slapd::{SAMPLE, SUFFIX, Slapd};
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, Reason, State};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// The rules on age bind nobody for a long time: what is seen comes of the stored passwords.
const ROTATION: &str = "[rotation]\nprofile = \"ha-giang-2018\"\nactive_from = \"2099-01-05\"\n\
                        sign_in_at = \"mail.tinhmau.gov.vn\"\n\
                        department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                        chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n\
                        [rotation.default_passwords]\nread_stored = true\n";

/// What the offices of this site have handed out.
const DEFAULT: &str = "Gialai@123";

/// That password as servers store it, by Python's hashlib, openssl passwd, crypt(3) and argon2-cffi.
const STORED: &[&str] = &[
    "{SHA}V/FSiJ36N8BBJNS0M4VCc9fWFW4=",
    "{SSHA}Odb1HA2YsPP+LdSkGMqY/ThS6on77211b2n//g==",
    "{SSHA256}ncPfs+4sOa8v75Yp6EtqMNO/rv45yJqtQlcNxW1pNjb77211b2n//g==",
    "{SSHA512}TeynTk75U9NFpqe6E4dHLx5FdCPp8+Es1TASYBXyawqULG/8W7Z5Y3OhjmX1YdQKSF9g2bR2S8dLa9Ofam8Nm/vvbXVvaf/+",
    "{CRYPT}$5$saltsaltsaltsalt$vbemV7Zrbxe1HoLJMsGbnNNOXI1G.rQuozAG0/BhYu9",
    "{CRYPT}$6$rounds=1500$abcdefgh$zxiDJnWFKltQ08vC0w0JePeh5TfOK1S1AI7sVxbhAGUokrqnBjv/yB9ZbSSfMqHy0CqVN0hUn0HxRo3gsHyV7/",
    "{PBKDF2-SHA1}10000$..9tdW9p//4$orngDrHO6zEejgFPdUH2SiCMuHg",
    "{PBKDF2-SHA256}10000$..9tdW9p//4$FvYtadRN6urzBuhfJ//2YieZSpdzEkQ2pVKQTFQmyrs",
    "{PBKDF2-SHA512}10000$..9tdW9p//4$U7wTx0rBBvnqMUm9URz7hVARodfQAjhlL.sBpA/PbiJUViEDfl4JQJ6k4JUQFF63POUY2h/Vp7Zyyjts8q3pcg",
    "{ARGON2}$argon2id$v=19$m=7168,t=5,p=1$c29tZXNhbHRzb21lc2FsdA$F1jB3arRTOSuV3iy0MB7NbrWwFOM1nduUArMRYEu2EA",
];

/// The same costly scheme with a password that no list has.
const COSTLY: &str = "{ARGON2}$argon2id$v=19$m=7168,t=5,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What slappasswd makes of a password.
fn slappasswd(password: &str) -> String {
    let output = Command::new("/usr/sbin/slappasswd").args(["-s", password]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Stores something in place of a password, as an administrator with a tool does. A server that does not know its scheme
/// takes it for a password and hashes it.
fn store(site: &Site, login: &str, stored: &str) {
    let slapd = site.slapd.as_ref().unwrap();
    let dn = slapd.dn_of(login);
    slapd.ldapmodify(&format!(
        "dn: {dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: {stored}\n"
    ));
}

/// A site whose directory was loaded with these stored passwords, whatever their schemes.
async fn site(more: &str, stored: &[(&str, &str)]) -> Site {
    let mut site = Site::new(Base::Sqlite, Dir::Slapd, &format!("{ROTATION}{more}")).await;
    desk::enrol(&site).await;
    let mut data = std::fs::read_to_string(SAMPLE).unwrap();
    for (login, value) in stored {
        let line = format!("\nuid: {login}\n");
        assert!(data.contains(&line), "{login}");
        data =
            data.replace(&line, &format!("{line}userPassword: {value}\npwdChangedTime: 20260105010203Z\n"));
    }
    let file = site.path("stored.ldif");
    std::fs::write(&file, data).unwrap();
    let loaded = Slapd::start(SUFFIX, &file, "");
    std::fs::remove_file(file).unwrap();
    let before = site.slapd.replace(loaded).unwrap();
    let now = site.slapd.as_ref().unwrap();
    desk::edit_config(&site, &format!("{:?}", before.ldaps()), &format!("{:?}", now.ldaps()));
    let paths = [(before.password_file(), now.password_file()), (before.ca().into(), now.ca().into())];
    for (before, now) in paths {
        desk::edit_config(&site, &format!("{before:?}"), &format!("{now:?}"));
    }
    site
}

async fn logins(count: usize) -> Vec<String> {
    let mut logins: Vec<String> =
        desk::accounts("snv").await.iter().map(|one| one.get(Attr::Login).unwrap().to_owned()).collect();
    logins.sort();
    assert!(logins.len() >= count, "{}", logins.len());
    logins.truncate(count);
    logins
}

/// A pass; what it says of stored passwords.
fn pass(site: &Site) -> Value {
    let said: Value = serde_json::from_str(&site.expect(&["run", "--once", "--json"], 0)).unwrap();
    said["guessing"].clone()
}

/// How many forced changes were carried out.
async fn forced(site: &Site) -> usize {
    desk::of_kind(site, ChangeKind::ForcePasswordChange, State::Applied).await.len()
}

#[tokio::test]
async fn a_default_password_in_any_scheme_must_be_changed_and_lies_nowhere() {
    let logins = logins(STORED.len() + 3).await;
    let [variant, good, unknown] = &logins[STORED.len()..] else { panic!() };
    let made = [slappasswd(&format!("{variant}@123")), slappasswd("Con-meo-nam-ngu-tren-mai-nha-7")];
    let others =
        [(variant, made[0].as_str()), (good, made[1].as_str()), (unknown, "{MD5}4QrcOUm6Wau+VuBX8g+IPg==")];
    let stored = logins.iter().zip(STORED.iter().copied()).chain(others);
    let stored: Vec<(&str, &str)> = stored.map(|(login, value)| (login.as_str(), value)).collect();
    // A busy machine must not end the look early.
    let site = site("lists = [\"secrets/known.toml\"]\nseconds_per_pass = 300\n", &stored).await;
    desk::edit_config(&site, "level = \"warn\"", "level = \"trace\"");
    std::fs::write(site.path("secrets/known.toml"), format!("known = [{DEFAULT:?}]\n")).unwrap();
    let slapd = site.slapd.as_ref().unwrap();
    let first = site.rosterd(&["run", "--once", "--json"]);
    let said: Value = serde_json::from_slice(&first.stdout).unwrap();
    let found = STORED.len() as u64 + 1;
    assert_eq!(
        (said["guessing"]["found"].as_u64(), said["guessing"]["left"].as_u64()),
        (Some(found), Some(0))
    );
    assert_eq!(said["guessing"]["checked"].as_u64(), Some(found + 1));
    // The flag is there from the next pass on, which has nothing left to look at.
    let second = site.rosterd(&["run", "--once", "--json"]);
    let said: Value = serde_json::from_slice(&second.stdout).unwrap();
    let nothing =
        ["checked", "found", "unreadable", "left"].map(|name| said["guessing"][name].as_u64().unwrap());
    assert_eq!(nothing, [0; 4]);
    let done = desk::of_kind(&site, ChangeKind::ForcePasswordChange, State::Applied).await;
    assert_eq!(done.len() as u64, found);
    assert!(done.iter().all(|one| one.change.reason == Reason::DefaultPassword));
    for (login, must) in [(variant, true), (&logins[0], true), (good, false), (unknown, false)] {
        let entry = slapd.ldapsearch(&format!("(uid={login})"), &["pwdReset"]);
        assert_eq!(entry.contains("pwdReset: TRUE"), must, "{login}: {entry}");
    }
    let letters = "SELECT body FROM outbox JOIN outbox_content USING (id) WHERE key LIKE 'rotation:%'";
    let bodies = desk::rows(&site, letters).await;
    assert_eq!(bodies.len() as u64, found);
    assert!(bodies.iter().all(|body| body.contains("mật khẩu mặc định")), "{bodies:?}");

    let check = site.rosterd(&["check"]);
    let says = String::from_utf8_lossy(&check.stdout);
    assert!(says.contains("ok     stored passwords: of "), "{says}");
    let status: Value = serde_json::from_str(&site.expect(&["rotation", "status", "--json"], 0)).unwrap();
    assert_eq!(status["total"]["default_passwords"].as_u64(), Some(found));

    // Neither the store, the spool, the trail, the mail nor a log has any of it.
    let trail = site.expect(&["audit", "export"], 0).into_bytes();
    let logs = [&first, &second].map(|output| [&output.stdout[..], &output.stderr[..]].concat());
    let files = desk::listing(&site, "").into_iter().filter(|path| path != "secrets/known.toml");
    let files = files.map(|path| (std::fs::read(site.path(&path)).unwrap(), path));
    let all: Vec<_> =
        files.chain([(trail, "trail".into())]).chain(logs.map(|log| (log, "log".into()))).collect();
    assert!(all.iter().any(|(_, name)| name.ends_with("rosterd.db")));
    for (bytes, name) in &all {
        for secret in STORED.iter().map(|stored| stored.rsplit('}').next().unwrap()).chain([DEFAULT, "@123"])
        {
            assert!(!desk::holds(bytes, secret), "{secret} lies in {name}");
        }
    }

    // The holder's own change clears it; a reset to another default password is found again.
    slapd.change_own_password(&logins[1], DEFAULT, "Con-meo-nam-ngu-tren-mai-nha-8");
    let after = pass(&site);
    assert_eq!((after["checked"].as_u64(), after["found"].as_u64()), (Some(1), Some(0)));
    // The server writes the moment of a change to the second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    store(&site, &logins[1], &slappasswd("Abc@123"));
    assert_eq!(pass(&site)["found"].as_u64(), Some(1));
    pass(&site);
    assert_eq!(desk::rows(&site, letters).await.len() as u64, found + 1, "and it begins anew");
}

#[tokio::test]
async fn a_pass_spends_its_time_and_the_next_goes_on_where_it_stopped() {
    let logins = logins(3).await;
    let stored: Vec<(&str, &str)> = logins.iter().map(|login| (login.as_str(), COSTLY)).collect();
    let site = site("seconds_per_pass = 1\n", &stored).await;
    let mut passes = Vec::new();
    loop {
        let said = pass(&site);
        passes.push(said["checked"].as_u64().unwrap());
        if said["left"].as_u64() == Some(0) {
            break;
        }
        assert!(passes.len() < 9, "{passes:?}");
    }
    assert_eq!(passes.iter().sum::<u64>(), 3, "each once: {passes:?}");
    assert!(passes.iter().filter(|count| **count > 0).count() > 1, "one pass has time for fewer: {passes:?}");
}

#[tokio::test]
async fn nothing_stored_is_read_unless_the_site_allows_it_and_the_directory_shows_it() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, ROTATION.split("[rotation.").next().unwrap()).await;
    desk::enrol(&site).await;
    let slapd = site.slapd.as_ref().unwrap();
    let logins = logins(1).await;
    store(&site, &logins[0], STORED[1]);
    let said = pass(&site);
    assert_eq!((said["checked"].as_u64(), said["unreadable"].as_u64()), (Some(0), Some(0)));
    let asked = |line: &str| line.contains("SRCH attr=") && line.contains("userPassword");
    assert!(!slapd.log().lines().any(asked), "a stored password was asked for");

    // Allowed, and signed in as somebody to whom the directory shows none.
    slapd.set_password(&logins[0], "Mat-khau-tam-2026");
    slapd.change_own_password(&logins[0], "Mat-khau-tam-2026", "Con-trau-ngoai-dong-3");
    let file = site.path("secrets/other");
    std::fs::write(&file, "Con-trau-ngoai-dong-3").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let rosterd = format!("cn=rosterd,{SUFFIX}");
    desk::edit_config(&site, &format!("{rosterd:?}"), &format!("{:?}", slapd.dn_of(&logins[0])));
    desk::edit_config(&site, &format!("{:?}", slapd.password_file()), &format!("{file:?}"));
    let path = site.path("rosterd.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\n[rotation.default_passwords]\nread_stored = true\n")).unwrap();
    let said = pass(&site);
    assert_eq!((said["checked"].as_u64(), said["left"].as_u64()), (Some(1), Some(0)), "its own alone");
    assert!(said["unreadable"].as_u64().unwrap() > 0);
    assert!(slapd.log().lines().any(asked));
    assert_eq!(forced(&site).await, 0);
    let check = site.rosterd(&["check"]);
    let says = String::from_utf8_lossy(&check.stdout);
    assert!(says.contains("stored passwords: of 90 accounts looked at, 1 show one, 1 of a kind"), "{says}");
}
