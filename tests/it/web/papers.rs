//! Pictures with their tables: a campaign by day and agency on its page, and the charts in reports, as workbook and as paper.

use super::numbers::body;
use super::pressing::{figures, pressed};
use crate::support::desk;
use crate::support::page::{Browser, Page};
use rosterd::config::profile::Profile;
use rosterd::model::ids::{AgencyCode, Login};
use rosterd::model::rotation::CampaignPlan;
use rosterd::rotation::status::Progress;

/// A campaign that began some days ago, and how far it has come in two agencies.
async fn under_way(page: &Page) -> CampaignPlan {
    let (now, day) = (chrono::Utc::now().naive_utc(), chrono::TimeDelta::days);
    let plan = CampaignPlan {
        name: "dot-mau".into(),
        opens: now - day(3),
        closes: now + day(3),
        ..Profile::campaigns().remove(0).1
    };
    for login in ["an", "binh"] {
        let by = Login::new(login);
        let work = async |mut tx: rosterd::store::WriteTx| {
            let started = tx.start_campaign(&plan, &by).await?;
            tx.commit(started).await
        };
        page.store.write(chrono::Utc::now(), work).await.unwrap();
    }
    let mut all = figures(page).await;
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
    let came = |accounts, changed, locked, on: i64| Progress {
        accounts,
        changed,
        locked,
        days: [(today - day(on), changed)].into(),
    };
    let table = [("snv", came(10, 4, 1, 2)), ("skhcn", came(20, 15, 0, 1))];
    let table = table.map(|(code, row)| (AgencyCode::parse(code).unwrap(), row)).into();
    all.campaigns.insert("dot-mau".into(), table);
    let json = serde_json::to_string(&all).unwrap().replace('\'', "''");
    desk::execute(&page.site, &format!("UPDATE rotation_figures SET body = '{json}'")).await;
    plan
}

/// A chart: its name, how many bars it has, the rows of the table beside it.
type Chart = (String, usize, Vec<(String, String)>);

/// The charts of a page.
fn charts(shown: &str) -> Vec<Chart> {
    let figures =
        shown.split("<section class=\"figure\"").skip(1).map(|rest| rest.split("</section>").next().unwrap());
    let number = |row: &str| -> String {
        let cell = row.split("<td class=\"num\">").nth(1).unwrap().split("</td>").next().unwrap();
        // With its link, where it opens a list.
        cell.split(['<', '>']).rfind(|part| part.contains('%')).unwrap_or(cell).to_owned()
    };
    let between = |text: &str, from: &str| {
        text.split(from).nth(1).unwrap_or_default().split('<').next().unwrap().to_owned()
    };
    figures
        .map(|figure| {
            let (_, picture) = figure.split_once("<svg class=\"chart\" role=\"img\"").expect("a picture");
            let (picture, table) = picture.split_once("</svg>").unwrap();
            assert!(
                picture.contains("<title ") && picture.contains("<desc "),
                "it has a name and a description"
            );
            let rows = table.split("<tr><th scope=\"row\">").skip(1);
            let rows = rows.map(|row| (row.split('<').next().unwrap().to_owned(), number(row)));
            (between(figure, "-head\">"), picture.matches("<rect ").count(), rows.collect())
        })
        .collect()
}

#[tokio::test]
async fn a_campaign_is_drawn_by_day_and_by_agency_with_a_table_beside_each() {
    let page = pressed("").await;
    let plan = under_way(&page).await;
    let mut an = page.signed_in("an");
    let shown = body(&mut an, &format!("/rotation/campaigns/{}", plan.name));
    let drawn = charts(&shown);
    assert_eq!(drawn.len(), 2, "{shown}");
    let (_, bars, days) = &drawn[0];
    assert!(*bars >= 4 && days.len() == *bars, "a bar and a row a day since the opening: {drawn:?}");
    let shares: Vec<_> = days.iter().map(|(_, share)| share.as_str()).collect();
    assert_eq!(shares[shares.len() - 4..], ["0 %", "13 %", "63 %", "63 %"], "day after day, all until then");
    let (_, bars, agencies) = &drawn[1];
    assert_eq!((*bars, agencies.len()), (2, 2), "{drawn:?}");
    assert!(agencies[0].0.contains("Khoa học") && agencies[0].1.contains("75 % (15/20)"), "{agencies:?}");
    assert!(agencies[1].0.contains("Nội vụ") && agencies[1].1.contains("40 % (4/10)"), "{agencies:?}");
    assert!(shown.contains("<strong>63 %</strong>") && shown.contains("19/30"), "{shown}");
    // It runs: the page follows it, and who has no script has a link.
    assert!(
        shown.contains("id=\"progress\" data-said=\"Đã đổi: 19/30") && shown.contains("data-live"),
        "{shown}"
    );
    assert!(
        shown.contains(&format!("<a href=\"/rotation/campaigns/{}\">Tải lại trang", plan.name)),
        "{shown}"
    );
    assert_eq!(
        an.post(&format!("/rotation/campaigns/{}/stop", plan.name), &[("reason", "CV 9")]).status,
        303
    );
    let stopped = body(&mut an, &format!("/rotation/campaigns/{}", plan.name));
    assert!(!stopped.contains("data-live") && !stopped.contains("Tải lại trang"), "{stopped}");
}

/// The report as bytes of a workbook, taken by the terminal: the page's body is text here.
fn workbook(page: &Page, arguments: &[&str]) -> Vec<u8> {
    let out = page.site.path("bao-cao.xlsx");
    page.site.expect(&[arguments, &["--out", out.to_str().unwrap()]].concat(), 0);
    std::fs::read(out).unwrap()
}

fn parts(bytes: &[u8], folder: &str) -> usize {
    let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    archive.file_names().flatten().filter(|name| name.starts_with(folder) && name.ends_with(".xml")).count()
}

#[tokio::test]
async fn reports_hold_their_charts_as_workbook_and_as_paper() {
    let page = pressed("").await;
    let mut an = page.signed_in("an");
    let paper = |browser: &mut Browser, report: &str| {
        let answer = browser.post("/reports", &[("report", report), ("agency", "snv"), ("as_file", "html")]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    };
    for report in ["review", "rotation"] {
        let shown = paper(&mut an, report);
        let drawn = shown.matches("<svg ").count();
        assert!(drawn >= 4, "{report}: {drawn}");
        assert!(shown.contains("mật khẩu mặc định đã biết"), "{report}: {shown}");
        assert!(!shown.contains("<script"), "{report}");
        let book = workbook(&page, &["report", report, "--agency", "snv"]);
        assert_eq!(parts(&book, "xl/charts/chart"), drawn, "{report}: as many as on paper");
    }
    let accounts = workbook(&page, &["report", "accounts", "--agency", "snv"]);
    assert_eq!(parts(&accounts, "xl/charts/chart"), 0, "a list has none");
}
