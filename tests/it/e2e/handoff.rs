//! The one-stop system, which has no API: work orders out, exports in, and only a newer export confirms.

use super::carry_out;
use super::expected::Truth;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use calamine::{Data, Reader as _};
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, State, StoredChange};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

const ROLE: &str = "Cán bộ một cửa";
const EXPORT: &str = "systems/tthc/export/xuat.csv";

/// Who holds a role by the site's first export.
const HOLDER: (&str, &str, &str, &str) = ("nhungkb.snv", "Kpă Bích Nhung", "snv", ROLE);

#[tokio::test]
async fn only_a_newer_export_confirms_an_order_on_sqlite() {
    orders(Base::Sqlite).await;
}

#[tokio::test]
async fn only_a_newer_export_confirms_an_order_on_postgresql() {
    orders(Base::Postgres).await;
}

async fn orders(base: Base) {
    let site = Site::new(base, Dir::Slapd, "").await;
    carry_out(&site).await;
    let ordered = site.changes(Some(State::Ordered)).await;
    assert_eq!(ordered.len(), Truth::read().clerks().count());
    assert!(ordered.iter().all(|one| one.change.kind == ChangeKind::GrantRole));
    assert_order(&site, &ordered);

    let seats: Vec<_> = ordered.iter().map(seat).collect();
    let all: Vec<_> = std::iter::once(HOLDER).chain(seats.iter().map(line)).collect();

    // It shows them, but was taken before the order.
    site.export(&all);
    age(&site, Duration::from_hours(1));
    site.pass(0);
    assert_eq!(site.changes(Some(State::Ordered)).await.len(), ordered.len());

    // A newer one lacks the last.
    site.export(&all[..all.len() - 1]);
    let out = site.pass(0);
    assert!(out.contains(&format!("đã được xác nhận: {}", ordered.len() - 1)), "{out}");
    let left = site.changes(Some(State::Ordered)).await;
    assert_eq!(left.len(), 1);
    assert_eq!(seat(&left[0]), *seats.last().unwrap());
    let confirmed = site.changes(Some(State::Applied)).await;
    let granted = confirmed.iter().filter(|one| one.change.kind == ChangeKind::GrantRole).count();
    assert_eq!(granted, ordered.len() - 1);

    // The next one has it too: nothing is left, nothing is asked for again, and there was one order in all.
    site.export(&all);
    let out = site.pass(0);
    assert!(out.contains("đã được xác nhận: 1") && out.contains("Đề nghị thay đổi mới: 0"), "{out}");
    assert_eq!(site.changes(Some(State::Ordered)).await, []);
    assert_eq!(order_files(&site).len(), 1);
}

/// The work order lists each change once, as text: no cell is a formula.
fn assert_order(site: &Site, ordered: &[StoredChange]) {
    let files = order_files(site);
    let [path] = &files[..] else { panic!("one order: {files:?}") };
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = book.sheet_names()[0].clone();
    assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "no formulas");
    let mut parts = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    for index in 0..parts.len() {
        let mut part = parts.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("<f>") && !part.name().unwrap().contains("externalLink"));
    }
    let range = book.worksheet_range(&sheet).unwrap();
    let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    let head = rows.iter().position(|row| row[0] == "STT").expect("a table");
    let lines: BTreeSet<_> = rows[head + 1..]
        .iter()
        .take_while(|row| row[0].parse::<u32>().is_ok())
        .map(|row| (row[1].clone(), row[2].clone(), row[4].clone(), row[5].clone()))
        .collect();
    let expected: BTreeSet<_> = ordered
        .iter()
        .map(|one| {
            let (login, name, _) = seat(one);
            (name, format!("{login}@tinhmau.gov.vn"), ROLE.to_owned(), "Cấp".to_owned())
        })
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(lines.len(), ordered.len());
}

#[tokio::test]
async fn a_failed_export_leaves_every_open_change_and_its_approvals_on_sqlite() {
    failed_exports(Base::Sqlite).await;
}

#[tokio::test]
async fn a_failed_export_leaves_every_open_change_and_its_approvals_on_postgresql() {
    failed_exports(Base::Postgres).await;
}

async fn failed_exports(base: Base) {
    let site = Site::new(base, Dir::Slapd, "").await;
    // Somebody holds a role whose position does not give it: one to be taken.
    let good = [HOLDER, ("nhungtt.phuonghoabinh", "Trần Thị Nhung", "vpub", ROLE)];
    site.export(&good);
    site.drop_province();
    site.pass(3);
    // Some are ordered, some approved, some wait for it.
    approve_some(&site, 3).await;
    site.pass(3);
    approve_some(&site, 3).await;
    let open = |changes: Vec<StoredChange>| -> Vec<_> {
        changes.into_iter().filter(|one| one.change.target.as_str() == "tthc").collect()
    };
    let before = open(site.changes(None).await);
    let count = |state| before.iter().filter(|one| one.state == state).count();
    assert_eq!(count(State::Ordered), 3);
    assert_eq!(count(State::Approved), 3);
    assert!(count(State::Proposed) > 0);
    assert!(before.iter().any(|one| one.change.kind == ChangeKind::RevokeRole), "{before:#?}");

    pause_writes(&site).await;
    let whole = std::fs::read_to_string(site.path(EXPORT)).unwrap();
    let cut = whole.rsplit_once(';').unwrap().0;
    let without: Vec<_> = whole.lines().map(|line| line.rsplit_once(';').unwrap().0).collect();
    let without = without.join("\n");
    let only_headings = whole.lines().next().unwrap().to_owned();
    for (what, content) in
        [("empty", ""), ("cut", cut), ("no role column", &without), ("no rows", &only_headings)]
    {
        std::fs::write(site.path(EXPORT), content).unwrap();
        let output = site.rosterd(&["run", "--once"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("xuat.csv"), "{what}: the error names the file: {said}");
        assert_eq!(open(site.changes(None).await), before, "{what}");
        assert_eq!(site.rosterd(&["plan"]).status.code(), Some(1), "{what}");
    }
    std::fs::remove_file(site.path(EXPORT)).unwrap();
    let output = site.rosterd(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(1), "none at all");
    assert_eq!(open(site.changes(None).await), before, "none at all");

    // The export as it was: all goes on where it stood.
    site.export(&good);
    site.pass(3);
    assert_eq!(open(site.changes(None).await), before);
}

/// Approves the first changes of the one-stop system that wait and that nothing has to precede.
async fn approve_some(site: &Site, how_many: usize) {
    let waiting = site.changes(Some(State::Proposed)).await;
    let grants =
        waiting.iter().filter(|one| one.change.kind == ChangeKind::GrantRole && one.change.needs.is_empty());
    let chosen: Vec<_> = grants.take(how_many).collect();
    assert_eq!(chosen.len(), how_many);
    let store = site.store().await;
    let an = rosterd::model::ids::Login::new("an");
    for one in chosen {
        store
            .write(chrono::Utc::now(), async |mut tx| {
                let approval = tx.approve(&one.id, &one.key, &an, &BTreeSet::new()).await?;
                tx.commit(approval).await
            })
            .await
            .unwrap();
    }
    store.close().await;
}

async fn pause_writes(site: &Site) {
    let store = site.store().await;
    let an = rosterd::model::ids::Login::new("an");
    store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.pause(rosterd::store::Paused::Writes, &an, "thử").await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    store.close().await;
}

/// Login, name and agency of a role's holder to be.
fn seat(stored: &StoredChange) -> (String, String, String) {
    let change = &stored.change;
    let mail = change.before(Attr::Mail).or_else(|| change.after(Attr::Mail)).unwrap();
    let name = change.label.split(" <").next().unwrap();
    (mail.split('@').next().unwrap().to_owned(), name.to_owned(), change.agency.to_string())
}

fn line(seat: &(String, String, String)) -> (&str, &str, &str, &str) {
    (&seat.0, &seat.1, &seat.2, ROLE)
}

fn age(site: &Site, by: Duration) {
    let file = File::options().write(true).open(site.path(EXPORT)).unwrap();
    file.set_modified(SystemTime::now() - by).unwrap();
}

fn order_files(site: &Site) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(site.path("systems/tthc/orders")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension() == Some("xlsx".as_ref()));
    files
}

/// A site with two orders of one work order, and escalation up to a chief.
async fn ordered() -> (Site, Vec<StoredChange>) {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let folder = "orders_dir = \"systems/tthc/orders\"";
    let steps = "escalation = [{ days = 1 }, { days = 3, to = { name = \"Lê Văn Trưởng\", mail = \"truong@tinhmau.gov.vn\" } }]";
    desk::edit_config(&site, folder, &format!("{folder}\n{steps}"));
    desk::enrol(&site).await;
    site.drop_province();
    site.rosterd(&["run", "--once"]);
    approve_some(&site, 2).await;
    site.rosterd(&["run", "--once"]);
    let ordered = site.changes(Some(State::Ordered)).await;
    assert_eq!(ordered.len(), 2);
    (site, ordered)
}

/// The letters to the system's contact and to the chief.
fn pressed(site: &Site) -> (usize, usize) {
    let mails = desk::mails(site);
    let to =
        |address: &str| mails.iter().filter(|(head, _)| head.contains(address)).map(|(_, count)| count).sum();
    (to("tthc@"), to("truong@"))
}

#[tokio::test]
async fn a_late_order_is_written_of_once_a_step() {
    let (site, ordered) = ordered().await;
    assert_eq!(pressed(&site), (0, 0), "it is not late yet");
    // Due on the working day before today: the first step has come, the second has not.
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
    let none = BTreeSet::new();
    let before = today.iter_days().rev();
    let mut before = before.filter(|day| rosterd::model::calendar::add_working_days(*day, 1, &none) <= today);
    let due = before.next().unwrap();
    desk::execute(&site, &format!("UPDATE work_order SET due = '{due}'")).await;
    for _ in 0..2 {
        site.rosterd(&["run", "--once"]);
        assert_eq!(pressed(&site), (1, 0), "once");
    }
    desk::execute(&site, "UPDATE work_order SET due = '2026-01-05'").await;
    for _ in 0..2 {
        site.rosterd(&["run", "--once"]);
        assert_eq!(pressed(&site), (1, 1), "then to the chief, once");
    }
    assert_eq!(site.changes(Some(State::Ordered)).await.len(), ordered.len(), "the order stands");
}

#[tokio::test]
async fn an_order_that_nobody_confirmed_is_taken_back_by_another() {
    let (site, ordered) = ordered().await;
    let (one, other) = (&ordered[0], &ordered[1]);
    site.expect(&["undo", one.id.as_str()], 0);
    site.rosterd(&["run", "--once"]);
    let files = order_files(&site);
    assert_eq!(files.len(), 2, "{files:?}");
    let first = one.outcome.as_deref().unwrap().trim_end_matches(".xlsx");
    let texts: Vec<String> = files.iter().map(text_of).collect();
    let back = format!("Rút yêu cầu tại phiếu số {first}: không cấp; nếu đã cấp thì thu hồi");
    assert!(texts.iter().any(|text| text.contains(&back) && text.contains("rút lại 1")), "{texts:?}");
    // What is taken back is not pressed for; the rest is.
    desk::execute(&site, "UPDATE work_order SET due = '2026-01-05'").await;
    site.rosterd(&["run", "--once"]);
    assert_eq!(pressed(&site), (2, 2), "one of each order");

    // A newer export has the other alone: both orders are settled, and nothing is asked for again.
    site.export(&[HOLDER, line(&seat(other))]);
    site.rosterd(&["run", "--once"]);
    let state = async |id| {
        let changes = site.changes(None).await;
        changes.into_iter().find(|change| change.id == id).unwrap().state
    };
    assert_eq!(state(one.id.clone()).await, State::Undone);
    assert_eq!(state(other.id.clone()).await, State::Applied);
    assert_eq!(site.changes(Some(State::Ordered)).await, []);
    assert_eq!(desk::rows(&site, "SELECT file FROM work_order WHERE confirmed_at IS NULL").await, [""; 0]);
    site.rosterd(&["run", "--once"]);
    let again = site.changes(None).await;
    assert!(
        again.iter().all(|change| change.change.subject != one.change.subject || !change.state.is_live()),
        "it stays away"
    );
}

fn text_of(path: &PathBuf) -> String {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&sheet).unwrap();
    range.rows().flatten().map(Data::to_string).collect::<Vec<_>>().join("|")
}
