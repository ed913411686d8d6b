//! kill -9 between the reminders of rotation: each step is taken once an account and cycle, and each letter sent once.

use super::outbox::EML;
use crate::support::desk;
use crate::support::script::Script;
use crate::support::site::{Base, Dir, Site};
use chrono::{TimeDelta, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;
use rosterd::config::profile::Profile;
use rosterd::kill::{KillPoint, VARIABLE};
use rosterd::model::ids::Login;
use rosterd::model::rotation::CampaignPlan;
use std::os::unix::process::ExitStatusExt;

/// Rules by which nothing is quiet.
const ROTATION: &str = "[rotation]\nprofile = \"nghe-an-2025\"\nsign_in_at = \"mail.tinhmau.gov.vn\"\n\
                        quiet = { from = \"00:00\", until = \"00:00\" }\n\
                        department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                        chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n";

/// The sample province amid a campaign: a letter is due to every holder, a digest to every unit.
async fn site(server: &Script) -> Site {
    let site = Site::new(Base::Sqlite, Dir::Ldif, ROTATION).await;
    desk::edit_config(&site, EML, &server.mail());
    // All below one agency, whose digest holds what is due in each.
    let agencies = std::fs::read_to_string(site.path("agencies.toml")).unwrap();
    let below: Vec<String> = agencies
        .split_inclusive("[[agency]]\n")
        .map(|one| {
            if one.contains("\"snv\"") {
                one.to_owned()
            } else {
                one.replace("kind =", "parent = \"snv\"\nkind =")
            }
        })
        .collect();
    std::fs::write(site.path("agencies.toml"), below.concat()).unwrap();
    let now = Utc::now().with_timezone(&Ho_Chi_Minh).naive_local();
    let plan = Profile::load("gia-lai-2020").unwrap().campaign.unwrap();
    let (opens, closes) = (now - TimeDelta::days(10), now + TimeDelta::days(10));
    let plan = CampaignPlan { opens, closes, ..plan };
    let store = site.store().await;
    for by in ["an", "binh"] {
        let started = store.write(Utc::now(), async |mut tx| {
            let started = tx.start_campaign(&plan, &Login::new(by)).await?;
            tx.commit(started).await
        });
        started.await.unwrap();
    }
    store.close().await;
    site
}

/// Every letter of rotation, and every step that is remembered; both without what differs from run to run.
async fn end(site: &Site) -> (Vec<String>, Vec<String>) {
    let letters = "SELECT address || ' ' || key FROM outbox WHERE key LIKE 'rotation%' ORDER BY address, key";
    let memory = "SELECT agency || ' ' || body FROM rotation_memory ORDER BY agency";
    (desk::rows(site, letters).await, desk::rows(site, memory).await)
}

#[tokio::test]
async fn kill_9_between_reminders_takes_each_step_once_and_sends_each_letter_once() {
    let calm = Script::start(&[]);
    let undisturbed = site(&calm).await;
    undisturbed.pass(0);
    let expected = end(&undisturbed).await;
    let holders = expected.0.iter().filter(|line| line.contains(" rotation:")).count();
    let digests = expected.0.iter().filter(|line| line.contains(" rotation-digest:contact:")).count();
    assert!(holders > 50 && digests > 3, "{holders} to holders, {digests} to units");
    assert!(expected.1.len() > 3 && expected.1.iter().all(|line| line.contains("ngay-thu-ba")));
    assert_eq!(calm.taken().len(), expected.0.len());

    let server = Script::start(&[]);
    let site = site(&server).await;
    // After the first letters, after the last, and once they are remembered: whatever came before is made again.
    for visit in 1..=3 {
        let at = format!("{}@{visit}", KillPoint::BetweenReminders.as_str());
        let output = site.rosterd_with(&["run", "--once"], &[(VARIABLE, &at)]);
        assert_eq!(output.status.signal(), Some(9), "{at}: {output:?}");
    }
    assert_eq!(server.taken().len(), 0, "no letter leaves before the round is whole");
    let output = site.rosterd_with(&["run", "--once"], &[(VARIABLE, "before-send@40")]);
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    site.pass(0);
    assert_eq!(end(&site).await, expected);
    let copies = server.copies();
    assert_eq!(copies.len(), expected.0.len(), "each letter arrived");
    site.pass(0);
    assert_eq!(end(&site).await, expected, "the next pass takes no step again");
    assert_eq!(server.copies(), copies, "and sends nothing");
}

#[tokio::test]
async fn a_dry_run_amid_a_campaign_writes_and_sends_nothing() {
    let server = Script::start(&[]);
    let site = site(&server).await;
    let account = desk::accounts("snv").await.remove(0);
    let address = account.label().to_owned();
    for arguments in [
        &["plan"][..],
        &["rotation", "status"],
        &["rotation", "list"],
        &["rotation", "campaign", "show", "gia-lai-2020"],
        &["report", "rotation"],
        &["notice", "preview", "mo-dot", "--account", &address],
    ] {
        let output = site.rosterd(arguments);
        assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{arguments:?}: {output:?}");
    }
    assert_eq!(end(&site).await, (Vec::new(), Vec::new()));
    assert_eq!(desk::rows(&site, "SELECT key FROM outbox").await, Vec::<String>::new());
    assert_eq!(server.connections(), 0);
    site.pass(0);
    assert!(server.taken().len() > 50, "the pass that follows sends what was due");
}
