//! Carrying out approved changes of one attribute, journalled, against the same modifies by bare ldap3, one after the
//! other.

use crate::floor;
use crate::province::{Behind, Office, SUFFIX, ldif, province};
use crate::report::{Line, Quantity, Report, Target};
use crate::site::{Site, wait};
use crate::support::slapd::Slapd;
use crate::workbooks;
use chrono::Utc;
use ldap3::Mod;
use ldap3::controls::{Assertion, MakeCritical, RawControl};
use rosterd::config;
use rosterd::plan::Counts;
use rosterd::worker::engine::{Engine, Gripped};
use rosterd::worker::pass::Summary;
use std::collections::HashSet;
use std::time::Instant;

/// Changes to be made.
const CHANGES: usize = 2_000;

pub fn measure(report: &mut Report) {
    let offices = province(10, CHANGES, Behind::EveryTitle);
    let mut lines = Vec::new();
    for (name, durable) in [("slapd that syncs every write", true), ("slapd that never syncs", false)] {
        Report::progress(&format!("planning {CHANGES} changes on a {name}"));
        let slapd = if durable {
            Slapd::durable(SUFFIX, &ldif(&offices))
        } else {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), ldif(&offices)).unwrap();
            Slapd::start(SUFFIX, file.path(), "")
        };
        let site = Site::new(&offices, &slapd, "kind = \"eml\"\nfolder = \"mail\"");
        site.drop_rosters(&offices, &workbooks::rosters(&offices, Utc::now().date_naive()));
        let pass = site.pass();
        assert_eq!(pass.summary["proposed"]["update-attributes"], CHANGES, "{:#}", pass.summary);
        Report::progress("carrying them out, then taking them back by bare ldap3");
        let ours = wait(apply(&site));
        let bare = wait(take_back(&slapd, &offices));
        let line = Line::plain(format!("{CHANGES} changes, {name}"), Quantity::PerSecond(ours));
        let line = line.against(Quantity::PerSecond(bare));
        lines.push(if durable { line.target(Target::RatioAtLeast(0.7)) } else { line });
    }
    report.table("apply", &lines);
}

/// Carries out what is approved; changes a second.
async fn apply(site: &Site) -> f64 {
    let engine = Engine::open(config::load(&site.configuration()).await.unwrap()).await.unwrap();
    let Gripped::Yes(grip) = engine.grip().await.unwrap() else { panic!("another worker has the lease") };
    let counts = Counts::of(&engine.look_at_directory().await.unwrap());
    let mut summary = Summary::default();
    let start = Instant::now();
    engine.apply(&grip.token, &counts, &mut summary).await.unwrap();
    let took = start.elapsed();
    assert_eq!(summary.applied.applied, CHANGES as u64, "{:?}", summary.applied);
    engine.store.close().await;
    CHANGES as f64 / took.as_secs_f64()
}

/// The same requests the other way round: one modify each, with the old value and an assertion of what is there.
async fn take_back(slapd: &Slapd, offices: &[Office]) -> f64 {
    let mut ldap = floor::connect(slapd).await;
    let people = offices.iter().flat_map(|office| office.people.iter().map(move |person| (office, person)));
    let start = Instant::now();
    for (office, person) in people {
        let dn = format!("uid={},ou={},ou=people,{SUFFIX}", person.login, office.code);
        let filter = format!("(&(uid={})(title={}))", person.login, person.title);
        let assertion: RawControl = Assertion { filter }.critical().into();
        let old = person.known_title.unwrap();
        let changes = vec![
            Mod::Delete("title", HashSet::from([person.title])),
            Mod::Add("title", HashSet::from([old])),
        ];
        ldap.with_controls(assertion).modify(&dn, changes).await.unwrap().success().unwrap();
    }
    CHANGES as f64 / start.elapsed().as_secs_f64()
}
