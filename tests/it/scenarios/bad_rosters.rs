//! Sixty offices, each of whose next full roster is bad in another way, through the program itself: nothing is taken
//! away, nobody but the office's contact gets a mail, and that contact exactly one.

use super::bad_books::{Bad, COUNTER, Office, bad};
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use crate::support::slapd::SUFFIX;
use base64::Engine as _;
use rosterd::directory::{Directory, ReadDirectory};
use rosterd::model::account::{Account, Attr};
use rosterd::model::change::{ChangeKind, State, StoredChange};
use rosterd::model::ids::AccountId;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const OFFICES: usize = 60;
const ROLE: &str = "Cán bộ một cửa";

/// A site of sixty offices, each of which has sent a good list.
async fn site(offices: &[Office]) -> Site {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let mut agencies = String::new();
    let mut ldif = format!("dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: x\n\n");
    writeln!(ldif, "dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n").unwrap();
    let mut held = Vec::new();
    for Office { code, people } in offices {
        let (code, name) = (code.as_str(), format!("Cơ quan {}", code.as_str().to_uppercase()));
        writeln!(
            agencies,
            "[[agency]]\ncode = {code:?}\nname = {name:?}\nkind = \"so\"\n\
             contacts = [{{ name = \"Đầu mối\", mail = \"daumoi.{code}@tinhmau.gov.vn\", phone = \"0900000000\" }}]"
        )
        .unwrap();
        writeln!(ldif, "dn: ou={code},ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: {code}\n")
            .unwrap();
        for [name, position, phone, mail] in people {
            let login = mail.split('@').next().unwrap();
            let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
            let (family, given) = (name.split(' ').next().unwrap(), name.rsplit(' ').next().unwrap());
            writeln!(
                ldif,
                "dn: uid={login},ou={code},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {login}\ncn:: {}\n\
                 sn:: {}\ngivenName:: {}\nmail: {mail}\ntitle:: {}\ndepartmentNumber: {code}\n\
                 telephoneNumber: {phone}\n",
                base64(name),
                base64(family),
                base64(given),
                base64(position)
            )
            .unwrap();
            if position == COUNTER {
                held.push((login, name.as_str(), code, ROLE));
            }
        }
    }
    std::fs::write(site.path("agencies.toml"), agencies).unwrap();
    std::fs::write(site.path("directory.ldif"), ldif).unwrap();
    site.export(&held);
    for office in offices {
        site.drop_bytes(office.code.as_str(), "danh-sach-thang-10.xlsx", &office.good());
    }
    site.pass(0);
    site
}

async fn accounts(site: &Site) -> BTreeMap<AccountId, Account> {
    let text = format!(
        "kind = \"ldif\"\npath = {:?}\nbase = {SUFFIX:?}\npeople = \"ou=people,{SUFFIX}\"\n",
        site.path("directory.ldif")
    );
    let directory = Directory::open(&toml::from_str(&text).unwrap()).unwrap();
    directory.snapshot(chrono::Utc::now()).await.unwrap().accounts
}

/// What nobody may lose.
fn owned(account: &Account) -> String {
    let kept = [Attr::Login, Attr::Mail, Attr::FullName, Attr::Phone, Attr::Agency, Attr::Disabled];
    kept.iter().fold(account.dn.to_string(), |text, attr| format!("{text} {:?}", account.all(*attr)))
}

fn takes(one: &StoredChange) -> bool {
    match one.change.kind {
        ChangeKind::DisableAccount
        | ChangeKind::LockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::DeleteAccount
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount
        | ChangeKind::MoveAccount
        | ChangeKind::RevokeRole => true,
        ChangeKind::CreateAccount
        | ChangeKind::UpdateAttributes
        | ChangeKind::EnableAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::ForcePasswordChange
        | ChangeKind::SetCustodian
        | ChangeKind::EndSessions
        | ChangeKind::ResetPassword
        | ChangeKind::GrantRole => false,
    }
}

async fn mails(site: &Site) -> BTreeMap<String, usize> {
    let mut by_address = BTreeMap::new();
    for address in desk::rows(site, "SELECT address FROM outbox ORDER BY id").await {
        *by_address.entry(address).or_default() += 1;
    }
    by_address
}

#[tokio::test]
async fn sixty_bad_full_rosters_take_nothing_and_are_told_of_once() {
    let offices: Vec<Office> = (1..=OFFICES).map(Office::new).collect();
    let site = site(&offices).await;
    let (before, mailed) = (accounts(&site).await, mails(&site).await);
    assert!(site.changes(None).await.is_empty(), "the good lists agree with the directory");

    let bad = bad(&offices);
    assert_eq!(bad.len(), OFFICES);
    for (office, Bad { bytes, .. }) in offices.iter().zip(&bad) {
        site.drop_bytes(office.code.as_str(), "danh-sach-thang-11.xlsx", bytes);
    }
    site.pass(3);
    site.pass(3);

    let what = |code: &str| {
        let mut of = offices.iter().zip(&bad).filter(|(office, _)| office.code.as_str() == code);
        of.next().map_or("?", |(_, bad)| bad.what.as_str())
    };
    let mut wrong = Vec::new();
    for one in site.changes(None).await.iter().filter(|one| takes(one)) {
        if !matches!(one.state, State::Proposed | State::Held) {
            wrong.push(format!("{}: {} {}", what(one.change.agency.as_str()), one.state, one.change.label));
        }
    }
    for one in site.changes(None).await.iter().filter(|one| one.change.kind == ChangeKind::CreateAccount) {
        let name = one.change.after(Attr::FullName).unwrap();
        if name.contains(|c: char| c.is_ascii_digit() || c == '@') {
            wrong.push(format!("{}: an account for {name:?}", what(one.change.agency.as_str())));
        }
    }
    let after = accounts(&site).await;
    for (id, account) in &before {
        let code = account.agency.as_ref().unwrap().as_str();
        match after.get(id) {
            Some(now) if owned(now) == owned(account) => {}
            now => wrong.push(format!("{}: {} is now {:?}", what(code), owned(account), now.map(owned))),
        }
    }
    let more = mails(&site).await;
    for (address, count) in &more {
        let code = address.strip_prefix("daumoi.").and_then(|rest| rest.split('@').next()).unwrap_or("?");
        let new = count - mailed.get(address).copied().unwrap_or(0);
        if new != 1 {
            wrong.push(format!("{}: {new} mails to {address}", what(code)));
        }
    }
    assert_eq!(more.len(), OFFICES, "{:?}", more.keys());
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The clerks who said "nghỉ việc" on slipped rows: held or waiting, whole families of them.
    let held = site.changes(Some(State::Held)).await;
    assert!(held.iter().any(|one| one.change.kind == ChangeKind::DisableAccount), "the brakes have held");
    assert_eq!(desk::listing(&site, "systems/tthc/orders").len(), 0, "no order was handed over");
}
