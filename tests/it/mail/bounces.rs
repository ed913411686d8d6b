//! Mails that a server took and sent back: read where the site's mail server puts them, matched to what was sent, and
//! told to those on duty.

use super::{Post, notice};
use crate::support::script::Script;
use crate::support::site::Base;
use crate::support::smtp::Exim;
use chrono::TimeDelta;
use rosterd::model::notice::Notice;
use rosterd::worker::pass::{Ending, Summary};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const BOUNCES: &str = "[mail.bounces]\naddress = \"thutra@tinhmau.gov.vn\"\nfolder = \"@ROOT@/bounces\"\n\
                       [worker]\ndaily_letter_hour = 24\n";

/// A notification as Exim writes it, about this mail to this addressee.
pub fn bounce(of: &str, notice: &Notice) -> String {
    let path = format!("{}/tests/data/bounces/{of}.eml", env!("CARGO_MANIFEST_DIR"));
    let digit = if of == "gone" { "0" } else { "2" };
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace(&format!("<{}@", digit.repeat(32)), &format!("<{}@", notice.message_id()));
    let address = if of == "gone" { "gone@tinhmau.gov.vn" } else { "away@tinhmau.gov.vn" };
    text.replace(address, &notice.to)
}

impl Post {
    fn comes_back(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join("bounces").join(name), text).unwrap();
    }

    /// A whole pass.
    async fn pass(&self) -> Summary {
        let grip = self.engine.grip_or_say().await.unwrap();
        let summary = self.engine.pass_under(&grip).await.unwrap();
        self.engine.let_go(grip).await.unwrap();
        summary
    }

    fn names(&self, folder: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.folder.path().join("bounces").join(folder));
        entries.into_iter().flatten().map(|one| one.unwrap().file_name().into_string().unwrap()).collect()
    }

    async fn state(&self, to: &str) -> String {
        self.states().await.remove(to).unwrap().0
    }
}

#[tokio::test]
async fn what_comes_back_is_no_longer_sent_and_counts_once_on_sqlite() {
    comes_back(Base::Sqlite).await;
}

#[tokio::test]
async fn what_comes_back_is_no_longer_sent_and_counts_once_on_postgresql() {
    comes_back(Base::Postgres).await;
}

async fn comes_back(base: Base) {
    let server = Script::start(&[]);
    let post = Post::new(base, &server, BOUNCES).await;
    let [an, binh, cuc] = ["an", "binh", "cuc"].map(notice);
    post.queue(&[an.clone(), binh.clone(), cuc.clone()]).await;
    assert_eq!(post.mail().await.sent, 3);
    assert!(server.taken().iter().all(|mail| mail.from == "thutra@tinhmau.gov.vn"), "the envelope's sender");

    post.comes_back("1.eml", &bounce("gone", &an));
    post.comes_back("2.eml", &bounce("delayed", &binh));
    post.comes_back("3.eml", "From: hoa@tinhmau.gov.vn\nSubject: Re: mat khau\n\nCam on\n");
    let stranger = Notice { key: "khac".into(), ..an.clone() };
    post.comes_back("4.eml", &bounce("gone", &stranger));
    let summary = post.pass().await;
    assert_eq!(summary.returned, 1, "{summary:?}");
    assert_eq!(summary.errors, [""; 0], "it is told by letter, and no failure of the pass");
    assert!(!format!("{summary:?}").contains(&an.to), "without the address");
    assert_eq!((post.state("an").await, post.state("binh").await), ("returned".into(), "sent".into()));
    assert_eq!(post.names("read"), ["1.eml", "2.eml"].map(str::to_owned).into());
    assert_eq!(post.names("unclear"), ["3.eml", "4.eml"].map(str::to_owned).into(), "left to a person");

    // As after a crash between noting and moving; and another server's word on the same mail.
    post.comes_back("1.eml", &bounce("gone", &an));
    post.comes_back("5.eml", &bounce("gone", &an).replace("no such mailbox", "khong co hop thu"));
    assert_eq!(post.pass().await.returned, 0);

    // A notification without the mail it is about means the last one to the address, and that once.
    let text = bounce("gone", &cuc);
    let bare = text[..text.find("Content-type: message/rfc822").unwrap()].trim_end().to_owned();
    let bare = format!("{bare}--\n");
    for _ in 0..2 {
        post.comes_back("6.eml", &bare);
        post.pass().await;
    }
    assert_eq!(post.state("cuc").await, "returned");
    assert_eq!(server.taken().len(), 3, "what came back is not sent again");
}

#[tokio::test]
async fn those_on_duty_get_one_letter_about_what_did_not_arrive_on_a_day() {
    use crate::support::script::Fault::Addressee;
    let server =
        Script::start(&[("khong-co", &[Addressee("550 5.1.1 see https://x.example: no such user")])]);
    let post = Post::new(Base::Sqlite, &server, BOUNCES).await;
    let an = notice("an");
    post.queue(&[an.clone(), notice("khong-co"), notice("binh")]).await;
    post.mail().await;
    post.comes_back("1.eml", &bounce("gone", &an));
    post.pass().await;
    let to_duty = || server.taken().into_iter().filter(|mail| mail.to == "truc").collect::<Vec<_>>();
    assert_eq!(to_duty().len(), 0, "the day is not over");
    post.later(TimeDelta::days(1));
    post.pass().await;
    post.pass().await;
    let [letter] = &to_duty()[..] else { panic!("{} letters", to_duty().len()) };
    let letter =
        mail_parser::MessageParser::default().parse(&letter.raw).unwrap().body_text(0).unwrap().into_owned();
    assert!(letter.contains("có 2 thư"), "{letter}");
    assert!(letter.contains("an@tinhmau.gov.vn") && letter.contains("khong-co@tinhmau.gov.vn"), "{letter}");
    assert!(
        letter.contains("5.1.1") && !letter.contains("https"),
        "the number of the reply, not its words: {letter}"
    );
    assert!(!letter.contains("binh@"), "{letter}");
    // No pass ran for days: the letter is made up for, and a letter that fails asks for none.
    post.later(TimeDelta::days(3));
    post.pass().await;
    assert_eq!(to_duty().len(), 1);
}

#[tokio::test]
async fn where_nobody_is_on_duty_what_comes_back_is_told_by_the_pass() {
    let mut post = Post::new(Base::Sqlite, &Script::start(&[]), BOUNCES).await;
    post.engine.site.config.on_duty.clear();
    let an = notice("an");
    post.queue(std::slice::from_ref(&an)).await;
    post.mail().await;
    post.comes_back("1.eml", &bounce("gone", &an));
    let summary = post.pass().await;
    assert!(summary.errors.iter().any(|line| line.contains("came back")), "{summary:?}");
    assert_eq!(summary.ending(), Ending::Failed);
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_is_said_and_holds_up_nothing() {
    let server = Script::start(&[]);
    let post = Post::new(Base::Sqlite, &server, BOUNCES).await;
    std::fs::remove_dir(post.folder.path().join("bounces")).unwrap();
    post.queue(&[notice("an")]).await;
    let summary = post.pass().await;
    assert!(summary.errors.iter().any(|line| line.contains("mail.bounces") && line.contains("/bounces")));
    assert_eq!(summary.mailed.sent, 1);
}

#[tokio::test]
async fn a_real_mail_server_takes_a_letter_returns_it_and_rosterd_learns_it() {
    let exim = Exim::start_returning();
    let mail = format!(
        "kind = \"smtp\"\nhost = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = {:?}\nuser = \"rosterd\"\n\
         password_file = {:?}\nfrom = \"quantri@tinhmau.gov.vn\"\n",
        exim.port,
        exim.ca_file(),
        exim.password_file("secret"),
    );
    let bounces =
        format!("[mail.bounces]\naddress = \"thutra@tinhmau.gov.vn\"\nfolder = {:?}\n", exim.maildir());
    let post = Post::with_mail(Base::Sqlite, &mail, &bounces).await;
    post.queue(&[notice("gone"), notice("an")]).await;
    let mailed = post.mail().await;
    assert_eq!((mailed.sent, mailed.failed), (2, 0), "accepted at first: {mailed:?}");
    let deadline = Instant::now() + Duration::from_secs(20);
    let new = exim.maildir().join("new");
    while std::fs::read_dir(&new).map_or(0, Iterator::count) == 0 {
        assert!(Instant::now() < deadline, "Exim returned nothing");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let summary = post.pass().await;
    assert_eq!(summary.returned, 1, "{summary:?}");
    assert_eq!((post.state("gone").await, post.state("an").await), ("returned".into(), "sent".into()));
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 0);
    let seen = std::fs::read_dir(exim.maildir().join("cur")).unwrap().next().unwrap().unwrap();
    assert!(seen.file_name().to_string_lossy().ends_with(":2,S"), "{seen:?}");
}
