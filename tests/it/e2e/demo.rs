//! `rosterd demo --once`: what it plans is what its truth says, which the story told and not the program.

use rosterd::config::{self, keys::SiteKey};
use rosterd::model::account::Attr;
use rosterd::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use rosterd::model::question::QuestionKind;
use rosterd::model::record::Action;
use rosterd::sample::{Someone, Truth};
use rosterd::store::{Filter, Store};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

type Lines = BTreeSet<String>;

#[tokio::test]
async fn the_demo_finds_exactly_what_its_truth_tells() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let output = Command::new("timeout")
        .args(["-s", "KILL", "120", env!("CARGO_BIN_EXE_rosterd"), "demo", "--once"])
        .arg(&dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.is_empty(), "{said}");
    let truth: Truth = serde_json::from_slice(&std::fs::read(dir.join("truth.json")).unwrap()).unwrap();
    let store = open(&dir).await;
    let filter = Filter::default();
    let changes: Vec<StoredChange> =
        store.changes(&filter, None, 10_000).await.unwrap().into_iter().map(|one| one.stored).collect();

    let planned: Lines = changes.iter().map(|stored| line(&stored.change)).collect();
    let expected = expected(&truth);
    let missed: Vec<_> = expected.difference(&planned).collect();
    let invented: Vec<_> = planned.difference(&expected).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}\ninvented {invented:#?}");
    assert_eq!(changes.len(), expected.len(), "none twice");
    assert_held(&truth, &changes);
    assert_values(&truth, &changes);
    assert_rosters(&truth, &store, &dir).await;
    assert_questions(&truth, &store).await;
    store.close().await;
}

async fn open(dir: &Path) -> Store {
    let key = SiteKey::read(&dir.join("secrets/site.key")).unwrap();
    let audit = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key.audit());
    let site = config::load(&dir.join("rosterd.toml")).await.unwrap();
    Store::open(&site.config.store, audit).await.unwrap()
}

/// Every change there must be, a line each.
fn expected(truth: &Truth) -> Lines {
    let directory = &truth.directory;
    let mut lines = Lines::new();
    let mut add = |kind: ChangeKind, who: &Someone, rest: &str| {
        let line = format!("{kind} {} {} {rest}", who.agency, named(&who.name, who.login.as_deref()));
        assert!(lines.insert(line.clone()), "{line} twice");
    };
    for one in &directory.missing {
        add(ChangeKind::CreateAccount, one, "");
    }
    let differs = [
        (&directory.title_differs, Attr::Title),
        (&directory.unit_differs, Attr::Unit),
        (&directory.phone_differs, Attr::Phone),
    ];
    let changed: BTreeSet<&Someone> = differs.iter().flat_map(|(list, _)| list.iter()).collect();
    for one in changed {
        let of_one = differs.iter().filter(|(list, _)| list.contains(one));
        let attrs: Vec<_> = of_one.map(|(_, attr)| attr.as_str()).collect();
        add(ChangeKind::UpdateAttributes, one, &attrs.join(" "));
    }
    for one in &directory.moved {
        let who = Someone { agency: one.to.clone(), name: one.name.clone(), login: Some(one.login.clone()) };
        add(ChangeKind::MoveAccount, &who, &one.frm);
    }
    for one in directory.noted.iter().filter(|one| one.status.leaves()) {
        add(ChangeKind::DisableAccount, &one.who, &format!("leaver-by-status {}", one.from));
    }
    for one in &directory.asked {
        let reason = match one.action {
            Action::Suspend => Reason::RequestSuspend,
            Action::Revoke => Reason::RequestRevoke,
            // What is to change stands among what differs.
            Action::Change => continue,
            Action::Create | Action::ResetPassword => panic!("the sample asks for none: {one:?}"),
        };
        add(ChangeKind::DisableAccount, &one.who, reason.as_str());
    }
    for one in &directory.extra {
        add(ChangeKind::OrphanAccount, one, "");
    }
    let roles =
        [(ChangeKind::GrantRole, &truth.roles.grants), (ChangeKind::RevokeRole, &truth.roles.revokes)];
    for (kind, list) in roles {
        for one in list {
            let who =
                Someone { agency: one.agency.clone(), name: one.name.clone(), login: one.login.clone() };
            add(kind, &who, &one.role);
        }
    }
    lines
}

/// A name and, where the account was there before, its login.
fn named(name: &str, login: Option<&str>) -> String {
    format!("{name} <{}>", login.unwrap_or("new"))
}

fn line(change: &Change) -> String {
    let (name, address) = change.label.split_once(" <").unwrap();
    let login = address.split('@').next().unwrap();
    let new = change.kind == ChangeKind::CreateAccount
        || change.kind == ChangeKind::GrantRole && !change.needs.is_empty() && !moves(change);
    let who = named(name, (!new).then_some(login));
    let rest = match change.kind {
        ChangeKind::CreateAccount | ChangeKind::OrphanAccount => String::new(),
        ChangeKind::UpdateAttributes => {
            let mut attrs: Vec<_> = change.after.keys().collect();
            attrs.sort_by_key(|attr| {
                [Attr::Title, Attr::Unit, Attr::Phone].iter().position(|one| one == *attr)
            });
            attrs.iter().map(|attr| attr.as_str()).collect::<Vec<_>>().join(" ")
        }
        ChangeKind::MoveAccount => change.before(Attr::Agency).unwrap().to_owned(),
        ChangeKind::DisableAccount => {
            let date = change.effective.map(|date| format!(" {date}")).unwrap_or_default();
            format!("{}{date}", change.reason)
        }
        ChangeKind::GrantRole => change.after(Attr::Role).unwrap().to_owned(),
        ChangeKind::RevokeRole => change.before(Attr::Role).unwrap().to_owned(),
        ChangeKind::EnableAccount
        | ChangeKind::LockAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::SetCustodian
        | ChangeKind::EndSessions
        | ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver => format!("{change:?}"),
    };
    format!("{} {} {who} {rest}", change.kind, change.agency)
}

/// Whether the holder comes from another agency: then what goes before is a move, not a creation.
fn moves(change: &Change) -> bool {
    !change.label.contains(&format!(".{}@", change.agency))
}

/// Brakes hold what the truth says and nothing else; only what the policy approves was carried out.
fn assert_held(truth: &Truth, changes: &[StoredChange]) {
    for stored in changes {
        let change = &stored.change;
        // Whose account a brake holds loses no role meanwhile.
        let of_an_orphan =
            change.kind == ChangeKind::OrphanAccount || change.reason == Reason::NoRosterClaims;
        let held = of_an_orphan && truth.held.contains(&change.agency.to_string());
        let expected = match change.gate.needed() {
            _ if held || change.waits_for_matches_of().is_some() => State::Held,
            0 => State::Applied,
            _ => State::Proposed,
        };
        assert_eq!(stored.state, expected, "{}", line(change));
    }
    let held = changes.iter().filter(|stored| stored.state == State::Held).count();
    assert!(held > 3, "{held}");
}

/// New values are those of the rows.
fn assert_values(truth: &Truth, changes: &[StoredChange]) {
    for stored in changes {
        let change = &stored.change;
        if !matches!(change.kind, ChangeKind::CreateAccount | ChangeKind::UpdateAttributes) {
            continue;
        }
        let name = change.label.split(" <").next().unwrap();
        let rows = truth.files.iter().filter(|file| file.agency == change.agency.as_str());
        let mut rows = rows.flat_map(|file| &file.records).filter(|row| row.full_name.as_str() == name);
        let stated = rows.any(|row| {
            let fits = |attr: Attr, value: &Option<String>| {
                change.after(attr).is_none_or(|after| value.as_deref() == Some(after))
            };
            fits(Attr::Title, &row.position) && fits(Attr::Unit, &row.unit) && fits(Attr::Phone, &row.phone)
        });
        assert!(stated, "{change:#?}");
    }
}

/// Each roster was taken for what it is; each bad file was refused, with an answer beside it.
async fn assert_rosters(truth: &Truth, store: &Store, dir: &Path) {
    let read: BTreeSet<_> = store
        .rosters()
        .await
        .unwrap()
        .into_iter()
        .map(|roster| (format!("inbox/{}/{}", roster.agency, roster.file), roster.kind))
        .collect();
    let told: BTreeSet<_> = truth.files.iter().map(|file| (file.file.clone(), Some(file.kind))).collect();
    assert_eq!(read, told);
    for bad in &truth.bad_files {
        let (agency, name) = bad.file.strip_prefix("inbox/").unwrap().split_once('/').unwrap();
        let day = dir.join("refused").join(agency).join(truth.today.to_string());
        let stem = name.rsplit_once('.').unwrap().0;
        assert!(day.join(name).is_file(), "{}", bad.file);
        assert!(day.join(format!("{stem}.ketqua.xlsx")).is_file(), "{}", bad.file);
    }
}

/// Who cannot be told by name alone is asked about; what is to change in free words, too.
async fn assert_questions(truth: &Truth, store: &Store) {
    let questions = store.questions().await.unwrap();
    let of = |kind: QuestionKind| -> BTreeSet<_> {
        let of_kind = questions.iter().filter(move |open| open.question.kind == kind);
        of_kind.map(|open| (open.question.agency.to_string(), open.question.label.clone())).collect()
    };
    let who = truth.directory.questions.iter().map(|one| (one.agency.clone(), one.name.clone()));
    assert_eq!(of(QuestionKind::WhoIs), who.collect());
    // What the notes say stands in the columns too.
    assert_eq!(of(QuestionKind::FreeText), BTreeSet::new());
    assert_eq!(of(QuestionKind::Contradiction), BTreeSet::new());
}
