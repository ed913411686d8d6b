//! What belongs to an agency: how its accounts stand to the rules on passwords, and the documents that came with its rosters.

use super::numbers::{body, numbers, rows};
use super::pressing::{figures, pressed};
use crate::support::desk;
use crate::support::page::Page;
use rosterd::model::ids::AgencyCode;
use rosterd::model::operator::OperatorRole;

#[tokio::test]
async fn an_agency_s_page_counts_its_own_accounts_by_their_standing() {
    let page = pressed("").await;
    let status = figures(&page).await.status();
    let snv = &status.agencies[&AgencyCode::parse("snv").unwrap()];
    assert!(snv.states.len() > 1, "{snv:?}");
    page.enrol("hoa", OperatorRole::Contact, &["snv"]).await;
    let mut hoa = page.signed_in("hoa");
    for browser in [&mut page.signed_in("an"), &mut hoa] {
        let shown = body(browser, "/agencies/snv");
        let (_, section) = shown.split_once("id=\"passwords\"").expect("the section");
        let counted = numbers(section.split("</section>").next().unwrap(), "/rotation/accounts?");
        let expected = snv
            .states
            .iter()
            .map(|(standing, count)| (format!("/rotation/accounts?agency=snv&standing={standing}"), *count));
        assert_eq!(counted, expected.collect(), "{shown}");
        for (path, count) in &counted {
            let listed = rows(browser, path);
            assert_eq!(listed.len() as u64, *count, "{path}");
            assert!(listed.iter().all(|row| row.contains("Sở Nội vụ")), "{path}: {listed:#?}");
        }
    }
    assert_eq!(hoa.get("/agencies/skhcn").status, 404);
    assert_eq!(hoa.get("/rotation/accounts?agency=skhcn&standing=fresh").status, 404);
    drop(page);
    // A site without rules has no standing to show.
    let page = Page::with("", |_| {}).await;
    assert!(!body(&mut page.signed_in("an"), "/agencies/snv").contains("id=\"passwords\""));
}

const PDF: &str = "%PDF-1.4 quyet dinh";

#[tokio::test]
async fn the_document_that_came_with_a_roster_is_for_who_sees_its_agency() {
    let lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    let page = Page::with("", |site| {
        let list = desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None);
        site.drop_bytes("snv", "quyết định.pdf", PDF.as_bytes());
        site.drop_bytes("snv", "quyết định.xlsx", &list);
        site.drop_bytes(
            "stc",
            "không kèm.csv",
            "Họ và tên;Chức vụ\nNguyễn Thị Không Kèm;Chuyên viên\n".as_bytes(),
        );
        site.rosterd(&["run", "--once"]);
    })
    .await;
    let all = page.store.arrivals(&[], None, None, 10).await.unwrap();
    let of = |file: &str| all.iter().find(|one| one.file == file).unwrap_or_else(|| panic!("{all:?}"));
    let (with, without) = (of("quyết định.xlsx"), of("không kèm.csv"));
    let path = format!("/rosters/{}/document", with.id);
    page.enrol("hoa", OperatorRole::Contact, &["snv"]).await;
    page.enrol("khac", OperatorRole::Administrator, &["stc"]).await;
    let (mut hoa, mut other) = (page.signed_in("hoa"), page.signed_in("khac"));
    assert!(body(&mut hoa, &format!("/rosters/{}", with.id)).contains(&format!("href=\"{path}\"")));
    let answer = hoa.get(&path);
    assert_eq!((answer.status, answer.body.as_str()), (200, PDF));
    for (header, value) in [
        ("content-type", "application/pdf"),
        (
            "content-disposition",
            "attachment; filename=\"quyetdinh.pdf\"; filename*=UTF-8''quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf",
        ),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(header), Some(value), "{header}");
    }
    assert_eq!(other.get(&path).status, 404, "another agency's, by its id");
    let nobody = page.browser().get(&path);
    assert!(nobody.header("location").is_some_and(|to| to.starts_with("/sign-in")), "{nobody:?}");
    let bare = format!("/rosters/{}", without.id);
    assert!(!body(&mut other, &bare).contains("/document"));
    assert_eq!(other.get(&format!("{bare}/document")).status, 404, "none came with it");
    // It was taken away, or something else lies in its place.
    let done = desk::listing(&page.site, "done");
    let place = page.site.path(done.iter().find(|path| path.ends_with(".pdf")).unwrap());
    std::fs::remove_file(&place).unwrap();
    assert_eq!(hoa.get(&path).status, 422);
    std::os::unix::fs::symlink("/etc/passwd", &place).unwrap();
    let linked = hoa.get(&path);
    assert!(linked.status == 422 && !linked.body.contains("root:"), "{}", linked.body);
}
