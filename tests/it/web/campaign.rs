//! A campaign on the page: every number of it opens the list of the accounts that it counts.

use super::numbers::{body, numbers, rows};
use super::pressing::{figures, pressed};
use super::taken_over::until;
use crate::support::page::Page;
use rosterd::config::profile::Profile;
use rosterd::model::ids::Login;
use rosterd::model::operator::OperatorRole;
use rosterd::model::rotation::CampaignPlan;
use rosterd::rotation::status::Progress;
use rosterd::store::TokenScope;
use std::collections::BTreeMap;

const NAME: &str = "dot-mau";

/// A campaign that opened `days` ago; gives how far a pass has found it to have come, by agency.
async fn running(page: &Page, days: i64) -> BTreeMap<String, Progress> {
    let now = chrono::Utc::now().naive_utc();
    let plan = CampaignPlan {
        name: NAME.into(),
        opens: now - chrono::TimeDelta::days(days),
        closes: now + chrono::TimeDelta::days(3),
        ..Profile::campaigns().remove(0).1
    };
    for login in ["an", "binh"] {
        let by = Login::new(login);
        page.store
            .write(chrono::Utc::now(), async |mut tx| {
                let started = tx.start_campaign(&plan, &by).await?;
                tx.commit(started).await
            })
            .await
            .unwrap();
    }
    std::fs::write(page.site.path("spool/wake"), b"").unwrap();
    let table = until("no pass counted it", async || figures(page).await.campaigns.get(NAME).cloned()).await;
    table.into_iter().map(|(agency, row)| (agency.to_string(), row)).collect()
}

#[tokio::test]
async fn every_number_of_a_campaign_opens_a_list_as_long() {
    let page = pressed("").await;
    let table = running(&page, 30).await;
    let sum = |of: fn(&Progress) -> u64| -> u64 { table.values().map(of).sum() };
    let (accounts, changed) = (sum(|row| row.accounts), sum(|row| row.changed));
    assert!(changed > 0 && changed < accounts, "{changed} of {accounts}");
    let mut an = page.signed_in("an");
    let path = format!("/rotation/campaigns/{NAME}");
    let counted = numbers(&body(&mut an, &path), "/rotation/accounts?");
    let of = |query: &str| counted.get(&format!("/rotation/accounts?{query}")).copied();
    assert_eq!(of("campaign=dot-mau&share=all"), Some(accounts));
    assert_eq!(of("campaign=dot-mau&share=open"), Some(accounts - changed));
    assert!(counted.len() > table.len() * 2, "{counted:#?}");
    let mut last = 0;
    for (path, count) in &counted {
        let listed = rows(&mut an, path).len() as u64;
        if path.contains("by=") {
            // The share that had changed at the end of a day.
            assert_eq!(listed * 100 / accounts, *count, "{path}");
            assert!(listed >= last, "{path}: it grows from day to day");
            last = listed;
        } else {
            assert_eq!(listed, *count, "{path}");
        }
    }
    assert_eq!(last, changed, "at the end of the last day there are all of them");
    let shown = body(&mut an, "/rotation/accounts?campaign=dot-mau&share=open");
    assert!(shown.contains("chưa đổi mật khẩu trong đợt dot-mau"), "{shown}");
    assert!(
        shown.contains("type=\"hidden\" name=\"campaign\" value=\"dot-mau\""),
        "a filter keeps it: {shown}"
    );

    // Each scope its own.
    page.enrol("hoa", OperatorRole::Viewer, &["snv"]).await;
    let mut hoa = page.signed_in("hoa");
    let own = numbers(&body(&mut hoa, &path), "/rotation/accounts?");
    assert_eq!(own["/rotation/accounts?campaign=dot-mau&share=all"], table["snv"].accounts);
    for (path, count) in own.iter().filter(|(path, _)| !path.contains("by=")) {
        let listed = rows(&mut hoa, path);
        assert_eq!(listed.len() as u64, *count, "{path}");
        assert!(listed.iter().all(|row| row.contains("Sở Nội vụ")), "{path}: {listed:#?}");
    }
    for wrong in ["agency=skhcn&campaign=dot-mau", "campaign=dot-mau&share=some", "campaign=dot-mau&by=today"]
    {
        assert_eq!(hoa.get(&format!("/rotation/accounts?{wrong}")).status, 404, "{wrong}");
    }
    assert!(rows(&mut an, "/rotation/accounts?campaign=another").is_empty());

    // Programs read the same list.
    let mut program = page.browser();
    let token = page.token("hoa", TokenScope::Read).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let read = program.get("/api/v1/rotation/accounts?campaign=dot-mau&share=changed").json();
    assert_eq!(read["accounts"].as_array().unwrap().len() as u64, table["snv"].changed);
}
