//! When reminders leave, how many at once, and to whom: quiet hours, the most of one pass, the domains they may go to.

use super::town::{Person, Town, person};
use rosterd::config::profile::Profile;
use rosterd::model::ids::{AgencyCode, Login, TargetId};
use rosterd::rotation::figures::Figures;
use rosterd::rotation::room::MailBraked;
use rosterd::rotation::row::Row;
use rosterd::worker::pass::Ending;

fn five() -> Vec<Person> {
    let (old, used) = ("2019-05-06T08:00:00", "2020-01-06T08:00:00");
    ["an", "binh", "cuc", "dung", "em"].map(|login| person(login, "so", old, used)).into()
}

async fn amid_a_campaign(rotation: &str) -> Town {
    let town = Town::new("2020-01-08T09:00:00", &five(), "gia-lai-2020", rotation, "").await;
    town.start(&Profile::load("gia-lai-2020").unwrap().campaign.unwrap()).await;
    town
}

#[tokio::test]
async fn no_reminder_leaves_in_the_quiet_hours_and_each_leaves_once_they_are_over() {
    let mut town = amid_a_campaign("quiet = { from = \"20:00\", until = \"06:00\" }").await;
    for hour in ["2020-01-09T20:00:00", "2020-01-09T23:30:00", "2020-01-10T05:59:00"] {
        town.pass(hour).await;
    }
    assert_eq!(town.said(), Vec::<String>::new());
    town.pass("2020-01-10T06:00:30").await;
    let said = town.said();
    assert_eq!(
        said,
        ["an", "binh", "cuc", "dung", "em"].map(|login| format!("2020-01-10 06:00 {login} mo-dot"))
    );
    town.pass("2020-01-10T09:00:00").await;
    assert_eq!(town.said(), Vec::<String>::new());
}

#[tokio::test]
async fn a_pass_writes_no_more_reminders_than_it_may_and_the_next_ones_write_the_rest() {
    let mut town = amid_a_campaign("reminders_per_pass = 2").await;
    let mut left = Vec::new();
    for minute in ["07:05", "07:10", "07:15", "07:20"] {
        let summary = town.pass(&format!("2020-01-09T{minute}:00")).await;
        left.push((summary.reminded.queued, summary.reminded.postponed));
    }
    assert_eq!(left, [(2, 3), (2, 1), (1, 0), (0, 0)]);
    let mut who: Vec<_> = town.said().iter().map(|line| line[17..].to_owned()).collect();
    who.sort();
    assert_eq!(who, ["an", "binh", "cuc", "dung", "em"].map(|login| format!("{login} mo-dot")));
}

#[tokio::test]
async fn a_reminder_goes_to_no_foreign_domain_and_nobody_is_locked_without_one() {
    let mut town = amid_a_campaign("recipient_domains = [\"mail.tinhmau.gov.vn\"]").await;
    town.days("2020-01-09", "2020-01-20", &["08:30", "16:00"]).await;
    let said = town.said();
    assert!(said.iter().all(|line| line.contains("daumoi.so digest to the contact")), "{said:#?}");
    assert!(!said.is_empty(), "the unit is told");
    assert_eq!(town.standings().await, [("unreachable", 5)].into());
}

#[tokio::test]
async fn more_letters_than_on_other_days_wait_for_two_operators_and_nobody_is_locked_meanwhile() {
    let rotation = "active_from = \"2020-01-01\"\nmail_brake = { count = 2, percent = 10 }";
    let mut town = Town::new("2020-03-02T07:00:00", &five(), "dong-thap-2021", rotation, "").await;
    for day in 2..=6 {
        let summary = town.pass(&format!("2020-03-0{day}T08:30:00")).await;
        assert_eq!(summary.reminded.braked, Some(MailBraked { due: 5, limit: 2, of_accounts: 5 }));
        assert_eq!(summary.ending(), Ending::Held);
    }
    assert_eq!(town.said(), Vec::<String>::new());
    // Laid down for the page: that it is on, and whose letters wait.
    let laid_down = async |town: &Town| {
        let store = &town.engine.store;
        let figures: Figures = store.rotation_figures().await.unwrap().unwrap();
        let so = AgencyCode::parse("so").unwrap();
        let rows: Vec<Row> = store.rotation_rows(&so, &TargetId::mail()).await.unwrap();
        let waiting = rows.iter().filter(|row| row.postponed).count();
        (figures.braked.map(|one| one.due), figures.status().total.postponed, waiting)
    };
    assert_eq!(laid_down(&town).await, (Some(5), 5, 5));
    let release = async |town: &Town, by: &str| {
        let (engine, by) = (&town.engine, Login::new(by));
        let today = engine.local(engine.now());
        let said = engine.store.write(engine.now(), async |mut tx| {
            let said = tx.release_mail(today, &by, "đã kiểm tra danh sách").await?;
            tx.commit(said).await
        });
        said.await.unwrap()
    };
    assert_eq!((release(&town, "an").await, release(&town, "an").await), (1, 1), "one person");
    town.pass("2020-03-06T09:00:00").await;
    assert_eq!(town.said(), Vec::<String>::new());
    assert_eq!(release(&town, "binh").await, 2);
    town.pass("2020-03-06T10:00:00").await;
    assert_eq!(
        town.said(),
        ["an", "binh", "cuc", "dung", "em"].map(|login| format!("2020-03-06 10:00 {login} nhac-1"))
    );
    assert_eq!(laid_down(&town).await, (None, 0, 0));
    let releases = town.engine.store.mail_releases("2020-03-06".parse().unwrap()).await.unwrap();
    assert_eq!(releases.iter().map(|one| one.by.as_str()).collect::<Vec<_>>(), ["an", "binh"]);
    // It was let go for that day: the next reminder is held again.
    let summary = town.pass("2020-03-13T08:30:00").await;
    assert_eq!((summary.reminded.braked.map(|one| one.due), town.said()), (Some(5), Vec::new()));
    assert_eq!(town.found("(pwdAccountLockedTime=*)"), [""; 0]);
}
