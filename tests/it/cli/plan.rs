//! `rosterd plan` for one agency.

use crate::support::site::{Base, Dir, Site};
use serde_json::Value;

#[tokio::test]
async fn the_plan_of_one_agency_shows_no_brake_question_or_count_of_another() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.drop_province();
    let all = site.plan();
    let braked: Vec<&str> =
        all["brakes"].as_array().unwrap().iter().filter_map(|one| one["scope"]["agency"].as_str()).collect();
    let [one, ..] = braked[..] else { panic!("the sample trips an agency's brake: {all:#}") };
    let asked: Vec<&str> =
        all["questions"].as_array().unwrap().iter().filter_map(|one| one["agency"].as_str()).collect();
    for agency in ["vpub", one] {
        let text = String::from_utf8(site.rosterd(&["plan", "--json", "--agency", agency]).stdout).unwrap();
        let plan: Value = serde_json::from_str(&text).unwrap();
        let brakes = plan["brakes"].as_array().unwrap();
        let of_agency = brakes.iter().filter(|brake| brake["scope"]["scope"] == "agency");
        assert!(of_agency.clone().all(|brake| brake["scope"]["agency"] == agency), "{brakes:#?}");
        assert_eq!(of_agency.count(), braked.iter().filter(|code| **code == agency).count());
        let questions = plan["questions"].as_array().unwrap();
        assert_eq!(questions.len(), asked.iter().filter(|code| **code == agency).count());
        assert_eq!(plan["summary"]["questions"], questions.len());
    }
    let output = site.rosterd(&["plan", "--agency", "vpub"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("vpub") && !text.contains(&format!("({one}, ")), "{text}");
    let text = String::from_utf8(site.rosterd(&["plan", "--agency", one]).stdout).unwrap();
    assert!(text.contains(&format!("({one}, ")), "{text}");
}
