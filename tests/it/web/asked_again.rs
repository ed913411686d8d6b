//! What is of high risk asks for the password again; without it nothing is done.

use super::pressing::{ROTATION, age, idle};
use super::{approvals, state, waiting};
use crate::support::desk;
use crate::support::openid::{Provider, SECRET};
use crate::support::page::Page;
use rosterd::model::change::{ChangeKind, Gate, Risk, State};
use rosterd::model::ids::Login;
use rosterd::model::rotation::{CampaignPlan, CampaignState};
use url::form_urlencoded::byte_serialize;

/// What the trail holds of `an`, in order.
async fn deeds(page: &Page) -> Vec<String> {
    let rows = page.store.audit_page("an", "", None, 200).await.unwrap();
    rows.into_iter().map(|row| format!("{} {}", row.lane, row.verb)).collect()
}

/// A campaign that `binh` has asked for.
async fn asked_for(page: &Page) {
    let plan: CampaignPlan = toml::from_str(
        "name = 'dot-2037'\ndocument = '12/KH-UBND'\ndecided_by = 'Ủy ban nhân dân tỉnh'\nbasis = 'Quyết định 1/QĐ-UBND'\n\
         contact = { name = 'Bộ phận hỗ trợ', phone = '0200 0000 000', mail = 'hotro@tinhmau.gov.vn' }\n\
         opens = '2037-01-12T07:00:00'\ncloses = '2037-01-16T17:00:00'",
    )
    .unwrap();
    let work = async |mut tx: rosterd::store::WriteTx| {
        let start = tx.start_campaign(&plan, &Login::new("binh")).await?;
        tx.commit(start).await
    };
    page.store.write(chrono::Utc::now(), work).await.unwrap();
}

#[tokio::test]
async fn what_is_of_high_risk_leads_to_the_password_and_does_nothing_before() {
    let provider = Provider::start();
    let settings = format!("confirmed_minutes = 0\n{}{ROTATION}", provider.settings(""));
    let page = Page::with(&settings, |site| {
        std::fs::write(site.path("secrets/openid"), format!("{SECRET}\n")).unwrap();
        age(site);
        site.drop_province();
        site.pass(3);
    })
    .await;
    idle(&page).await;
    asked_for(&page).await;
    let high = waiting(&page, Risk::High, Gate::One).await;
    // As if it had been carried out.
    let mut done = page.site.changes(None).await;
    done.retain(|one| one.change.risk == Risk::High && one.change.has_reverse() && one.id != high.id);
    let done = done.into_iter().next().expect("the sample has two of high risk");
    desk::execute(&page.site, &format!("UPDATE change SET state = 'applied' WHERE id = '{}'", done.id)).await;
    let slip = page.site.changes(Some(State::Proposed)).await;
    let slip = slip.into_iter().find(|one| one.change.kind == ChangeKind::CreateAccount).unwrap();
    let brake = page.store.open_brakes().await.unwrap().remove(0).0;
    let mut an = page.signed_in("an");
    let account = an.get("/account").body;
    let field = |name: &str| {
        let (_, rest) = account.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (secret, voucher) = (field("secret"), field("voucher"));

    let (key, picked) = (high.key.as_str(), format!("{}.{}", high.id, high.key));
    let list = "/changes?risk=high";
    let of = |change: &rosterd::model::change::StoredChange| format!("/changes/{}", change.id);
    let cases = [
        (format!("{}/approve", of(&high)), vec![("key", key)], of(&high)),
        (
            "/changes/selected".into(),
            vec![("pick", picked.as_str()), ("what", "approve"), ("next", list)],
            list.into(),
        ),
        (format!("{}/undo", of(&done)), vec![("reason", "ghi nhầm người"), ("sure", "1")], of(&done)),
        (
            format!("/brakes/{}/release", brake.key),
            vec![("reason", "đã đối chiếu")],
            format!("/brakes/{}", brake.key),
        ),
        (format!("/slips/{}/print", slip.id), vec![], "/slips".into()),
        ("/rotation/campaigns/dot-2037/approve".into(), vec![], "/rotation/campaigns/dot-2037".into()),
        (
            "/operators/tokens".into(),
            vec![("login", "binh"), ("name", "thử"), ("scope", "read"), ("days", "1")],
            "/operators".into(),
        ),
        (
            "/operators".into(),
            vec![("login", "moi"), ("name", "Người Mới"), ("role", "viewer")],
            "/operators".into(),
        ),
        ("/operators/remove".into(), vec![("login", "binh")], "/operators".into()),
        ("/operators/invite".into(), vec![("login", "binh")], "/operators".into()),
        ("/operators/openid".into(), vec![("login", "binh"), ("subject", "s-binh")], "/operators".into()),
        (
            "/account/totp".into(),
            vec![("secret", secret.as_str()), ("voucher", voucher.as_str()), ("code", "000000")],
            "/account".into(),
        ),
    ];
    let before = deeds(&page).await;
    for (path, fields, back) in cases {
        let answer = an.post(&path, &fields);
        let next: String = byte_serialize(back.as_bytes()).collect();
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        assert_eq!(answer.header("location"), Some(format!("/confirm?next={next}").as_str()), "{path}");
        assert_eq!(deeds(&page).await, before, "{path}");
    }
    assert_eq!((state(&page, &high).await, approvals(&page, &high).await.len()), (State::Proposed, 0));
    assert_eq!(state(&page, &done).await, State::Applied);
    assert!(page.store.votes(&brake.key).await.unwrap().is_empty());
    let campaign = page.store.campaigns().await.unwrap().remove(0);
    assert_eq!((campaign.state, campaign.started_by.len()), (CampaignState::Asked, 1));
    assert!(page.store.tokens(chrono::Utc::now()).await.unwrap().is_empty());
    assert!(page.store.credential(&Login::new("an")).await.unwrap().totp.is_none());
    let tied = page.store.operators().await.unwrap();
    assert!(tied.iter().all(|one| one.operator.login.as_str() != "moi"), "{tied:?}");
    assert!(tied.iter().any(|one| one.operator.login.as_str() == "binh"), "{tied:?}");
    assert!(tied.iter().all(|one| one.subject.is_none()), "{tied:?}");
}
