//! Rows as they were sent, shown to operators whose password is the provider's.

use super::openid::{through, tie};
use crate::support::openid::{Provider, SECRET};
use crate::support::page::{PASSWORD, Page};
use rosterd::model::evidence::Evidence;
use serde_json::json;

#[tokio::test]
async fn rows_as_sent_are_shown_to_who_gave_the_password_at_the_provider() {
    let provider = Provider::start();
    // `an` has a password here that lets nobody in; `binh` might have one and has none.
    let page = Page::with(&provider.settings("passwords_only_for = \"binh\"\n"), |site| {
        std::fs::write(site.path("secrets/openid"), format!("{SECRET}\n")).unwrap();
        site.drop_province();
        site.pass(3);
    })
    .await;
    crate::support::desk::execute(&page.site, "UPDATE credential SET password = NULL WHERE login = 'binh'")
        .await;
    let changes = page.site.changes(None).await;
    let (id, roster, sheet, row) = changes
        .iter()
        .find_map(|one| {
            one.change.evidence.iter().find_map(|evidence| match evidence {
                Evidence::Row { roster, sheet, row, .. } => {
                    Some((&one.id, roster.to_string(), sheet.clone(), row.to_string()))
                }
                _ => None,
            })
        })
        .unwrap();
    let hour_ago = chrono::Utc::now().timestamp() - 3600;
    for (login, subject) in [("an", "s-an"), ("binh", "s-binh")] {
        tie(&page, &provider, login, subject).await.unwrap();
        provider.kept().claims = json!({ "sub": subject, "auth_time": hour_ago });
        let mut browser = page.browser();
        assert_eq!(through(&mut browser, "/sign-in/openid").status, 200);
        let one = format!("/changes/{id}");
        let cited = [("roster", roster.as_str()), ("sheet", sheet.as_str()), ("row", row.as_str())];
        let sheet_of = format!("/rosters/{roster}/sheet");
        let acts = [
            (one.clone(), format!("{one}/as-sent"), &cited[..]),
            (sheet_of.clone(), sheet_of.clone(), &[("sheet", sheet.as_str()), ("row", "1")][..]),
        ];
        for (shown_at, path, fields) in acts {
            let form = browser.get(&shown_at).body;
            assert!(form.contains("(ghi nhật ký)") && !form.contains("name=\"password\""), "{form}");
            assert!(!form.contains("đặt mật khẩu"), "there is none to be set: {form}");
            let verb = if path == sheet_of { "sheet.reveal" } else { "row.reveal" };
            let revealed = async || page.store.audit_page(login, verb, None, 9).await.unwrap().len();
            provider.kept().claims = json!({ "sub": subject, "auth_time": hour_ago });
            crate::support::desk::execute(&page.site, "UPDATE web_session SET confirmed = NULL").await;
            // Neither without a proof nor with a password that does not count.
            for more in [&[][..], &[("password", PASSWORD)][..]] {
                let asked = browser.post(&path, &[fields, more].concat());
                assert_eq!(asked.status, 303, "{}", asked.body);
                let to = asked.header("location").unwrap();
                let next: String = url::form_urlencoded::byte_serialize(shown_at.as_bytes()).collect();
                assert!(to.starts_with(&format!("/confirm?next={next}")), "{to}");
                assert_eq!(revealed().await, 0, "{login} {path}");
            }
            let next = format!("/confirm/openid?next={}", shown_at.replace('/', "%2F"));
            assert_eq!(through(&mut browser, &next).status, 403, "an old sign-in proves nothing");
            assert_eq!(browser.post(&path, fields).status, 303);
            provider.kept().claims = json!({ "sub": subject });
            assert_eq!(through(&mut browser, &next).status, 200);
            let shown = browser.post(&path, fields);
            assert_eq!(shown.status, 200, "{login} {path}: {}", shown.body);
            assert_eq!(revealed().await, 1, "{login} {path}: and it is written down");
        }
    }
}
