//! The printed list from end to end: accounts that no reminder reached, and mailboxes that a rule has locked, stand in the
//! mail of their unit's contact and on the page, the same ones, until the list was handed over.

use super::by_phone;
use super::town::{Person, Town, person};
use crate::support::page::{Browser, PASSWORD, free_port};
use crate::support::slapd::SUFFIX;
use rosterd::cli::run;
use rosterd::config;
use rosterd::config::profile::Profile;
use rosterd::model::ids::Login;
use rosterd::model::notice::Notice;
use rosterd::model::secret::Secret;
use rosterd::web::account;
use rosterd::worker::engine::Engine;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

type Listed = BTreeSet<(String, String)>;

/// What the list of accounts that no reminder reached begins with.
const UNREACHED: &str = "Các tài khoản sau đây không nhận được thư nhắc";
/// And that of locked mailboxes.
const LOCKED: &str = "Chủ các tài khoản sau đây không đọc được thư";

/// Name and address of each line of the list to print that begins so, in every such mail.
async fn mailed(town: &Town, begins: &str, such: impl Fn(&Notice) -> bool) -> Listed {
    let notices = town.notices().await;
    let lines = notices.values().filter(|one| such(one)).flat_map(|one| {
        let list = one.text.split_once(begins).map_or("", |(_, list)| list);
        assert!(list.is_empty() || list.contains("Đề nghị in danh sách này"), "{list}");
        let is_line = |line: &&str| line.is_empty() || line.starts_with(|first: char| first.is_ascii_digit());
        list.lines().skip(1).skip_while(|line| !line.is_empty()).take_while(is_line).filter_map(|line| {
            let (number, rest) = line.split_once(". ")?;
            let (name, address) = rest.split_once(", ")?;
            number.parse::<u32>().ok().map(|_| (name.to_owned(), address.to_owned()))
        })
    });
    lines.collect()
}

/// The same of the page's list.
fn shown(browser: &mut Browser, path: &str) -> Listed {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cell = |cells: &mut dyn Iterator<Item = &str>| -> String {
        cells.next().unwrap().split("</td>").next().unwrap().to_owned()
    };
    let rows = answer.body.split("<tr><td>").skip(1).map(|row| {
        let mut cells = row.split("<td>");
        (cell(&mut cells), cell(&mut cells))
    });
    rows.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_list_of_the_page_is_the_one_that_the_contact_was_mailed() {
    let (old, used) = ("2019-05-06T08:00:00", "2020-01-06T08:00:00");
    // Reads mail; has never opened the mailbox; its mail comes back.
    let people =
        [person("an", "xa", old, used), person("binh", "xa", old, ""), person("cuc", "xa", old, used)];
    let port = free_port();
    let more = format!(
        "[mail.bounces]\nfolder = \"@ROOT@/bounces\"\n[web]\nlisten = \"127.0.0.1:{port}\"\ncodes = \"optional\"\n"
    );
    let mut town = Town::new("2020-01-08T09:00:00", &people, "gia-lai-2020", "", &more).await;
    std::fs::create_dir(town.path("bounces")).unwrap();
    town.start(&Profile::load("gia-lai-2020").unwrap().campaign.unwrap()).await;
    town.days("2020-01-08", "2020-01-13", &["08:30"]).await;
    let line = |login: &str| (format!("Người {login}"), format!("{login}@tinhmau.gov.vn"));
    let to_contact =
        |template| move |one: &Notice| one.template == template && one.to.starts_with("daumoi.xa@");
    let unreached = async |town: &Town| mailed(town, UNREACHED, to_contact("rotation_digest")).await;
    assert_eq!(unreached(&town).await, Listed::from([line("binh")]), "as far as is known");
    for (number, notice) in town.notices().await.values().filter(|one| one.to.starts_with("cuc@")).enumerate()
    {
        let path = town.path(&format!("bounces/{number}.eml"));
        std::fs::write(path, crate::mail::bounce("gone", notice)).unwrap();
    }
    // The pass that reads them says so among its errors.
    town.go_to("2020-01-14T08:30:00");
    let grip = town.engine.grip_or_say().await.unwrap();
    assert!(town.engine.pass_under(&grip).await.unwrap().returned > 0);
    town.engine.let_go(grip).await.unwrap();
    town.days("2020-01-15", "2020-01-20", &["08:30"]).await;
    let both = Listed::from(["binh", "cuc"].map(line));
    assert_eq!(unreached(&town).await, both);
    let locked: Vec<_> = town.said().into_iter().filter(|line| line.ends_with("LOCKED")).collect();
    assert_eq!(locked, ["2020-01-16 08:30 an LOCKED"], "nobody on the list");
    let told = mailed(&town, LOCKED, to_contact("changes_made")).await;
    assert_eq!(told, Listed::from([line("an")]), "with the notice of the lock");
    let all: Listed = ["an", "binh", "cuc"].map(line).into();

    // The page, over the same store.
    let login = Login::new("an");
    let (store, now) = (&town.engine.store, chrono::Utc::now());
    account::set_password(store, now, &login, Secret::new(PASSWORD), &login, None).await.unwrap();
    let engine =
        Arc::new(Engine::open(config::load(&town.path("rosterd.toml")).await.unwrap()).await.unwrap());
    let page = run::page(&engine).await.unwrap().unwrap();
    let serving = tokio::spawn(page.serve());
    let mut browser = Browser::at(port);
    assert_eq!(browser.sign_in("an", PASSWORD).status, 303);
    assert_eq!(shown(&mut browser, "/rotation/list"), all);
    assert_eq!(shown(&mut browser, "/rotation/list?agency=xa&waiting=1"), all);
    let page = browser.get("/rotation/list").body;
    assert_eq!(page.matches(">hộp thư đã bị khóa<").count(), 1, "{page}");
    assert_eq!(page.matches(">không nhận được thư nhắc<").count(), 2, "{page}");
    assert_eq!(browser.post("/rotation/handed", &[("agency", "xa")]).status, 303);
    assert_eq!(shown(&mut browser, "/rotation/list"), all, "they are on it until they change the password");
    assert_eq!(shown(&mut browser, "/rotation/list?waiting=1"), Listed::new());
    engine.stop.store(true, Ordering::Relaxed);
    serving.await.unwrap();

    // Who changes the password leaves the list with the next pass.
    town.changes_password("2020-01-20T10:00:00", "binh");
    town.pass("2020-01-20T10:30:00").await;
    let figures: rosterd::rotation::figures::Figures =
        town.engine.store.rotation_figures().await.unwrap().unwrap();
    let listed: Vec<_> = figures.listed.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(listed, ["an@tinhmau.gov.vn", "cuc@tinhmau.gov.vn"]);
}

#[tokio::test]
async fn a_digest_names_those_whose_mailbox_a_rule_has_locked_until_it_opens() {
    let new = |login, made| Person { reset: true, created: made, ..person(login, "so", made, made) };
    let people = [
        new("an", "2020-09-28T08:00:00"),
        new("binh", "2020-10-05T08:00:00"),
        new("cuc", "2020-10-16T08:00:00"),
        // Gone for another reason than a rule about passwords.
        new("dung", "2020-09-28T08:00:00"),
    ];
    let rotation = "active_from = \"2020-09-28\"";
    let mut town = Town::new("2020-09-28T09:00:00", &people, "que-son-2020", rotation, "").await;
    town.slapd.ldapmodify(&format!(
        "dn: uid=dung,ou=so,ou=people,{SUFFIX}\nchangetype: modify\nadd: pwdAccountLockedTime\n\
         pwdAccountLockedTime: 000001010000Z\n"
    ));
    town.days("2020-09-28", "2020-10-14", &["10:30"]).await;
    let said = town.said();
    let at =
        |line: &str| said.iter().position(|one| one == line).unwrap_or_else(|| panic!("{line}: {said:#?}"));
    assert!(at("2020-10-12 10:30 an LOCKED") < at("2020-10-13 10:30 daumoi.so digest to the contact"));
    let line = |login: &str| (format!("Người {login}"), format!("{login}@tinhmau.gov.vn"));
    let is_digest = |one: &Notice| one.template == "rotation_digest" && one.to.starts_with("daumoi.so@");
    assert_eq!(mailed(&town, LOCKED, is_digest).await, Listed::from([line("an")]));
    // Opened again, with an approval: later digests have only who is locked by then.
    town.go_to("2020-10-14T11:00:00");
    by_phone::unlock(&town, "an").await;
    town.days("2020-10-15", "2020-10-26", &["10:30"]).await;
    let later = mailed(&town, LOCKED, |one| is_digest(one) && one.text.contains("Người cuc")).await;
    assert_eq!(later, Listed::from([line("binh")]));
}
