//! The sample province, from the drop folder to the directory, held against its truth.

use super::carry_out;
use super::entries::{Entry, accounts};
use super::expected::{RETIRES, Record, Truth, line};
use crate::support::site::{Base, Dir, Site};
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, State, StoredChange};
use rosterd::model::ids::Login;
use rosterd::model::operator::{Operator, OperatorRole};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

#[tokio::test]
async fn the_province_becomes_what_its_rosters_say_on_sqlite() {
    province(Base::Sqlite).await;
}

#[tokio::test]
async fn the_province_becomes_what_its_rosters_say_on_postgresql() {
    province(Base::Postgres).await;
}

#[tokio::test]
async fn the_plan_is_the_same_against_an_export_of_the_directory() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    let out = site.pass(3);
    assert!(out.contains("Danh sách đã đọc: 6"), "{out}");
    assert_planned(&site.changes(None).await);
}

async fn province(base: Base) {
    let truth = Truth::read();
    let site = Site::new(base, Dir::Slapd, "").await;
    let before = accounts(site.slapd.as_ref().unwrap());
    carry_out(&site).await;
    let changes = site.changes(None).await;
    assert_planned(&changes);
    assert_states(&changes);
    let now = accounts(site.slapd.as_ref().unwrap());
    assert_created(&truth, &changes, &before, &now);
    assert_changed(&truth, &before, &now);
    a_joiner_signs_in_with_the_slip(&site, &changes).await;
}

/// The set of changes is exactly what the truth says: nothing missed, nothing invented, each with its evidence.
fn assert_planned(changes: &[StoredChange]) {
    let expected = Truth::read().changes();
    let planned: BTreeSet<_> = changes.iter().map(|stored| line(&stored.change)).collect();
    let missed: Vec<_> = expected.difference(&planned).collect();
    let invented: Vec<_> = planned.difference(&expected).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}\ninvented {invented:#?}");
    assert_eq!(changes.len(), expected.len(), "none twice");
}

/// Everything is done but what waits for its date or for an export.
fn assert_states(changes: &[StoredChange]) {
    for stored in changes {
        let change = &stored.change;
        let expected = match change.kind {
            ChangeKind::GrantRole => State::Ordered,
            _ if change.effective == Some(RETIRES) && !retirement_has_come() => State::Approved,
            _ => State::Applied,
        };
        assert_eq!(stored.state, expected, "{}", line(change));
        let approvals = stored.approvals.iter().map(String::as_str);
        match change.kind {
            ChangeKind::OrphanAccount => assert!(approvals.eq(["an", "binh"]), "{stored:?}"),
            _ if change.gate.needed() == 1 => assert!(approvals.eq(["an"]), "{stored:?}"),
            _ => assert_eq!(stored.approvals.len(), 1, "the policy approved: {stored:?}"),
        }
    }
}

fn retirement_has_come() -> bool {
    chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive() >= RETIRES
}

type Accounts = BTreeMap<String, Entry>;

/// Every joiner has an account in his or her agency, and nobody else got one.
fn assert_created(truth: &Truth, changes: &[StoredChange], before: &Accounts, now: &Accounts) {
    let mut created: BTreeMap<_, _> = now.iter().filter(|(uid, _)| !before.contains_key(*uid)).collect();
    for (file, row) in truth.joiners() {
        let is = |entry: &Entry| entry.first("cn") == Some(&row.full_name) && entry.branch() == file.agency;
        let found: Vec<_> = created.iter().filter(|(_, entry)| is(entry)).map(|(uid, _)| *uid).collect();
        let [uid] = found[..] else { panic!("{} of {}: {found:?}", row.full_name, file.agency) };
        let entry = created.remove(uid).unwrap();
        assert_states_the_row(entry, row, &file.agency);
        let change = changes.iter().find(|one| one.change.after(Attr::Login) == Some(uid)).unwrap();
        assert_eq!(change.change.after(Attr::Dn), Some(entry.dn()), "the DN was settled in the plan");
    }
    assert!(created.is_empty(), "nobody asked for {:?}", created.keys());
}

fn assert_states_the_row(entry: &Entry, row: &Record, agency: &str) {
    let uid = entry.first("uid").unwrap();
    assert_eq!(entry.first("departmentNumber"), Some(agency));
    assert_eq!(entry.first("title"), Some(row.position.as_str()));
    assert_eq!(entry.first("ou"), row.unit.as_deref());
    assert_eq!(entry.first("telephoneNumber"), row.phone.as_deref());
    assert_eq!(entry.first("employeeNumber"), row.staff_code.as_deref());
    assert_eq!(entry.first("sn"), row.full_name.split(' ').next());
    assert_eq!(entry.first("givenName"), row.full_name.split(' ').next_back());
    let mail = entry.first("mail").unwrap();
    assert_eq!(mail, format!("{uid}@tinhmau.gov.vn"));
    assert!(uid.ends_with(&format!(".{agency}")), "{uid}");
    if let Some(stated) = &row.email {
        assert_eq!(mail, stated, "the address that the roster states");
    }
    assert_eq!(entry.first("pwdReset"), Some("TRUE"), "{uid} must change the first password");
    assert_eq!(entry.first("pwdAccountLockedTime"), None);
}

/// Of the accounts that were there, those the truth names changed as it says, and no other by a single byte.
fn assert_changed(truth: &Truth, before: &Accounts, now: &Accounts) {
    let named = |name: &str, branch: &str| {
        let mut found = before.values().filter(|one| one.first("cn") == Some(name) && one.branch() == branch);
        let entry = found.next().unwrap_or_else(|| panic!("{name} of {branch} has an account"));
        assert_eq!(found.next(), None, "{name} of {branch} has one");
        entry
    };
    let mut rest: BTreeMap<_, _> = before.iter().collect();
    let mut take = |name: &str, branch: &str| {
        let was = named(name, branch);
        let uid = was.first("uid").unwrap();
        assert!(rest.remove(&uid.to_owned()).is_some(), "{uid} changes once");
        let is = now.get(uid).unwrap_or_else(|| panic!("{uid} is gone"));
        assert_eq!(is.first("entryUUID"), was.first("entryUUID"));
        (was, is)
    };
    for one in &truth.directory.title_differs {
        let (was, is) = take(&one.name, &one.agency);
        assert_eq!(is.first("title"), Some(truth.row(&one.agency, &one.name).1.position.as_str()));
        assert_eq!(was.differs_in(is), ["title"]);
    }
    for one in &truth.directory.moved {
        let (was, is) = take(&one.name, &one.frm);
        assert_eq!((is.branch(), is.first("departmentNumber")), (one.to.as_str(), Some(one.to.as_str())));
        assert_eq!(was.differs_in(is), ["departmentnumber", "dn", "entrydn"], "the address stays");
    }
    let asked = truth.asked("suspend").chain(truth.asked("revoke"));
    let retired: Vec<_> = truth.retired().filter(|_| retirement_has_come()).collect();
    let leavers = asked.chain(retired).map(|(file, row)| (&row.full_name, &file.agency));
    for (name, agency) in leavers.chain(truth.directory.extra.iter().map(|one| (&one.name, &one.agency))) {
        let (was, is) = take(name, agency);
        assert_eq!(was.first("pwdAccountLockedTime"), None);
        assert_eq!(is.first("pwdAccountLockedTime"), Some("000001010000Z"), "{name}");
        assert_eq!(was.differs_in(is), ["pwdaccountlockedtime"]);
    }
    assert_eq!(rest.len(), before.len() - 4 - 4 - 10 - 8 - if retirement_has_come() { 2 } else { 0 });
    for (uid, was) in rest {
        assert_eq!(was.text, now[uid].text, "{uid} was touched");
    }
}

/// The slip's password lets its holder do one thing: choose another.
async fn a_joiner_signs_in_with_the_slip(site: &Site, changes: &[StoredChange]) {
    let who = Command::new("id").arg("-un").output().unwrap();
    let login = Login::new(String::from_utf8(who.stdout).unwrap().trim());
    let operator = Operator {
        login,
        name: "Người trực".into(),
        role: OperatorRole::Administrator,
        agencies: BTreeSet::default(),
    };
    let store = site.store().await;
    let by = Login::new("an");
    store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.add_operator(&operator, &by).await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    store.close().await;
    let created = changes.iter().find(|one| one.change.kind == ChangeKind::CreateAccount).unwrap();
    let uid = created.change.after(Attr::Login).unwrap();
    let slip = site.expect(&["slip", "print", created.id.as_str()], 0);
    let password = slip.lines().find_map(|line| line.strip_prefix("Mật khẩu lần đầu: ")).unwrap();
    let slapd = site.slapd.as_ref().unwrap();
    assert!(!slapd.can_sign_in(uid, "Mat-khau-khac-2026"), "another password does not do");
    assert!(slapd.can_sign_in(uid, password));
    slapd.change_own_password(uid, password, "Mat-khau-moi-2026");
    assert!(slapd.can_sign_in(uid, "Mat-khau-moi-2026"));
    site.expect(&["slip", "confirm", created.id.as_str()], 0);
    site.expect(&["slip", "print", created.id.as_str()], 1);
}
