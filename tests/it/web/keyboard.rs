//! With the keyboard alone: Tab to what is wanted, Enter or Space to do it; nothing is clicked and nothing is focused by
//! script.

use super::decisions::pause;
use super::{approvals, state, waiting};
use crate::support::page::{PASSWORD, Page};
use crate::support::webdriver::{Manner, Window};
use rosterd::model::change::{Gate, Risk, State};

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";
const SPACE: &str = " ";

/// Tabs on until what has the focus fits, from wherever the focus is; fails where it is not reached.
fn tab_to(window: &Window, css: &str) {
    let fits = format!("return Boolean(document.activeElement?.matches({}));", serde_json::json!(css));
    for _ in 0..400 {
        window.press(&[TAB]);
        if window.run(&fits) == serde_json::json!(true) {
            // What has the focus is seen, and seen to have it.
            let shown = "const box = document.activeElement.getBoundingClientRect();
                return document.activeElement.matches(':focus-visible') && box.top >= 0 && box.bottom <= innerHeight;";
            assert_eq!(window.run(shown), serde_json::json!(true), "{css} has the focus out of sight");
            return;
        }
    }
    panic!("Tab does not reach {css} at {}", window.address());
}

fn write(window: &Window, text: &str) {
    for letter in text.chars() {
        window.press(&[letter.to_string().as_str()]);
    }
}

fn signed_in(page: &Page) -> Window {
    let window = Window::open(Manner::default());
    window.go(&page.at("/"));
    tab_to(&window, "input[name=login]");
    write(&window, "an");
    tab_to(&window, "input[name=password]");
    write(&window, PASSWORD);
    window.press(&[ENTER]);
    window.arrives(&page.at("/"));
    window
}

#[tokio::test]
async fn one_is_opened_and_approved_and_another_rejected_with_tab_and_enter() {
    let page = Page::of_province().await;
    pause(&page).await;
    let window = signed_in(&page);
    // The way past what every page begins with.
    tab_to(&window, "a.skip");
    window.press(&[ENTER]);
    assert_eq!(window.run("return document.activeElement.id"), serde_json::json!("main"));
    tab_to(&window, ".figures a[href='/changes']");
    window.press(&[ENTER]);
    window.arrives(&page.at("/changes"));
    let change = waiting(&page, Risk::Medium, Gate::One).await;
    tab_to(&window, "input[type=search]");
    write(&window, change.change.subject.as_str());
    window.press(&[ENTER]);
    window.sees("p[@class='sum']", "trong bộ lọc");
    tab_to(&window, &format!("a[href='/changes/{}']", change.id));
    window.press(&[ENTER]);
    window.arrives(&page.at(&format!("/changes/{}", change.id)));
    tab_to(&window, ".decision button.main");
    window.press(&[SPACE]);
    window.sees("p[@class='said']", "đã duyệt");
    assert_eq!(
        (state(&page, &change).await, approvals(&page, &change).await),
        (State::Approved, vec!["an".into()])
    );

    let other = waiting(&page, Risk::Medium, Gate::One).await;
    window.go(&page.at(&format!("/changes/{}", other.id)));
    tab_to(&window, ".decision form[action$='/reject'] input[name=reason]");
    write(&window, "chức danh ghi sai");
    tab_to(&window, ".decision form[action$='/reject'] button");
    window.press(&[ENTER]);
    window.sees("main", "chức danh ghi sai");
    assert_eq!(state(&page, &other).await, State::Rejected);
}

#[tokio::test]
async fn some_are_picked_with_space_and_a_whole_filter_approved_in_bulk() {
    let page = Page::with("bulk_typed_above = 0\n", |site| {
        site.drop_province();
        site.pass(3);
    })
    .await;
    pause(&page).await;
    let window = signed_in(&page);
    window.go(&page.at("/changes?risk=medium&gate=one"));
    for _ in 0..2 {
        tab_to(&window, "tbody input[name=pick]:not(:checked)");
        window.press(&[SPACE]);
    }
    assert_eq!(window.count("input[name=pick]:checked"), 2);
    tab_to(&window, ".decide button[value=approve]");
    window.press(&[ENTER]);
    window.sees("p[@class='said']", "Đã duyệt 2 thay đổi");
    assert_eq!(page.site.changes(Some(State::Approved)).await.len(), 2);
    // A rejection without a reason goes nowhere, and the reason has the focus.
    tab_to(&window, "tbody input[name=pick]");
    window.press(&[SPACE]);
    tab_to(&window, ".decide button[value=reject]");
    window.press(&[ENTER]);
    assert_eq!(window.run("return document.activeElement.name"), serde_json::json!("reason"));
    write(&window, "thiếu văn bản");
    tab_to(&window, ".decide button[value=reject]");
    window.press(&[SPACE]);
    window.sees("p[@class='said']", "Đã từ chối 1 thay đổi");

    window.go(&page.at("/changes"));
    tab_to(&window, "a[href^='/changes/bulk']");
    window.press(&[ENTER]);
    window.sees("h1", "Duyệt hàng loạt");
    let number = window.text(".lead strong").replace('.', "");
    tab_to(&window, "input[name=typed]");
    write(&window, &number);
    window.press(&[ENTER]);
    window.sees("p[@class='said']", &format!("Đã duyệt {number} thay đổi"));
    let left = page.site.changes(Some(State::Proposed)).await;
    assert!(!left.iter().any(|one| one.change.risk == Risk::Low && one.change.gate == Gate::One));
}
