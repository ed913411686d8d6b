//! Mailboxes that are nearly full, on a real directory that shows their size: who is told, when, and how often.

use super::town::{Town, person};

const QUIET: &str = "active_from = \"2021-01-01\"\n";

#[tokio::test]
async fn the_holder_of_a_full_mailbox_is_told_what_to_do_then_the_unit_and_once_until_it_has_emptied() {
    let (changed, used) = ("2021-02-01T08:00:00", "2021-02-05T08:00:00");
    let people = ["an", "binh", "chi", "dung"]
        .map(|login| person(login, if login == "dung" { "tt" } else { "so" }, changed, used));
    let mut town = Town::new("2021-03-01T07:00:00", &people, "dong-thap-2021", QUIET, "").await;
    // From 90 percent on, by the letter's profile; of chi nothing is shown.
    town.fills("an", "so", Some((460, 500)));
    town.fills("binh", "so", Some((449, 500)));
    town.fills("dung", "tt", Some((500, 500)));
    town.days("2021-03-01", "2021-03-03", &["08:30"]).await;
    // A server that stops to show it says neither that it is full nor that it has emptied.
    town.fills("an", "so", None);
    town.days("2021-03-04", "2021-03-09", &["08:30"]).await;
    town.fills("an", "so", Some((470, 500)));
    // It emptied in time: nobody else is told.
    town.fills("dung", "tt", Some((100, 500)));
    town.days("2021-03-10", "2021-03-17", &["08:30"]).await;
    assert_eq!(
        town.said(),
        [
            "2021-03-01 08:30 an day-nhac-1",
            "2021-03-01 08:30 dung day-nhac-1",
            "2021-03-08 08:30 dung day-nhac-2",
            "2021-03-10 08:30 an day-nhac-2",
            "2021-03-17 08:30 daumoi.so digest to the contact",
        ]
    );
    let notices = town.notices().await;
    let text = |to: &str, template: &str| {
        let one = notices.values().find(|one| one.to.starts_with(to) && one.template == template);
        one.map(|one| format!("{}\n{}", one.subject, one.text)).unwrap()
    };
    let told = text("an@", "mailbox_full");
    for part in ["[Lần", "MB trên 500 MB", "Thùng rác", "mail.tinhmau.gov.vn", "phần hạn chế, mục 3"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    let digest = text("daumoi.so@", "rotation_digest");
    assert!(digest.contains("đã dùng 94 % dung lượng") && !digest.contains("binh@"), "{digest}");

    // About the line it is the same cycle; emptied and full again is another one.
    for (megabytes, day) in [(440, "2021-03-18"), (470, "2021-03-19")] {
        town.fills("an", "so", Some((megabytes, 500)));
        town.days(day, day, &["08:30"]).await;
    }
    assert_eq!(town.said(), [""; 0]);
    for (megabytes, day) in [(200, "2021-03-22"), (470, "2021-03-23")] {
        town.fills("an", "so", Some((megabytes, 500)));
        town.days(day, day, &["08:30"]).await;
    }
    assert_eq!(town.said(), ["2021-03-23 08:30 an day-nhac-1"]);
    assert_eq!(town.found("(pwdAccountLockedTime=*)"), [""; 0], "nobody is locked for it");
    let directory = town.engine.look_at_directory().await.unwrap();
    let letter = town.engine.preview_reminder(&directory, "an", "day-nhac-2").await.unwrap();
    assert!(letter.subject.starts_with("[Lần 2/2] Hộp thư đã dùng 94 %"), "{}", letter.subject);
}
