//! Protected accounts are never written, not even with approval.

use super::PHONE;
use crate::model::record::{Action, Status};
use crate::reconcile::testing::Province;
use crate::reconcile::testing::build::{Line, Sheet, entry, full, line, request};

const NAME: &str = "Nguyễn Văn An";

fn an() -> Line {
    line(NAME).phone(PHONE)
}

#[test]
fn nothing_is_proposed_for_a_protected_account_and_it_is_said_so() {
    let sheets: [Sheet; 6] = [
        full("a").row(an().title("Kế toán")),
        full("a").row(an().status(Status::Retired)),
        full("b").row(an()),
        full("a").row(line("Lê Thị Bình").mail("binh")),
        request("a").row(an().asks(Action::ResetPassword)),
        request("a").row(an().asks(Action::Revoke)),
    ];
    for sheet in sheets {
        let province = Province::new()
            .with(entry("a", "an", NAME).phone(PHONE).protected())
            .with(entry("a", "binh", "Lê Thị Bình"))
            .with(entry("b", "c", "Lê Thị Chi").disabled())
            .given(sheet);
        let proposals = province.reconcile();
        assert_eq!(proposals.changes.iter().filter(|one| one.subject.as_str() == "an").count(), 0);
        assert_eq!(proposals.protected.len(), 1, "{:?}", province.proposes());
    }
}

#[test]
fn the_roles_of_a_protected_accounts_holder_are_left_alone() {
    let province = Province::new()
        .with(entry("a", "an", NAME).phone(PHONE).protected())
        .holding(&[("an", "Một cửa", "a")])
        .given(full("a").row(an().title("Giám đốc")));
    assert_eq!(province.proposes(), [""; 0]);
}
