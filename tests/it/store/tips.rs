//! Tips: the triage list of what people told of odd accounts.

use super::*;
use rosterd::model::ids::AccountId;
use rosterd::model::tip::{Sign, Tip};
use rosterd::store::{NewIncident, NewTip, TakenDown, WriteTx};

fn tip(account: &str) -> NewTip {
    NewTip {
        target: TargetId::mail(),
        account: AccountId::new(account),
        label: format!("Nguyễn Văn An <{account}@tinh.gov.vn>"),
        agency: agency("skhcn"),
        sign: Sign::OddMail,
        words: "người khác nhận thư lạ mang tên tôi".into(),
        told_by: "chủ tài khoản, gọi điện".into(),
    }
}

impl Site {
    async fn take(&self, account: &str, by: &Login) -> Result<TakenDown, StoreError> {
        let new = tip(account);
        let work = async |mut tx: WriteTx| {
            let taken = tx.take_tip(&new, by).await?;
            tx.commit(taken).await
        };
        self.store.write(now(), work).await
    }

    async fn dismiss(&self, id: &str, by: &Login) -> Result<bool, StoreError> {
        let work = async |mut tx: WriteTx| {
            let dismissed = tx.dismiss_tip(id, by, "thư quảng cáo thông thường").await?;
            tx.commit(dismissed).await
        };
        self.store.write(now(), work).await
    }

    async fn incident_on(&self, account: &str, by: &Login) -> String {
        let NewTip { target, account, label, agency, .. } = tip(account);
        let new = NewIncident {
            target,
            account,
            label,
            person: None,
            agency,
            reason: "theo tin báo".into(),
            by_hand: false,
            is_locked: false,
            evidence: "{}".into(),
        };
        let work = async |mut tx: WriteTx| {
            let id = tx.open_incident(&new, by).await?;
            tx.commit(id).await
        };
        self.store.write(now(), work).await.unwrap().expect("none is open")
    }

    async fn waiting(&self) -> Vec<String> {
        let account = |one: Tip| one.account.to_string();
        self.store.waiting_tips().await.unwrap().into_iter().map(account).collect()
    }
}

fn id(taken: Result<TakenDown, StoreError>) -> String {
    match taken.unwrap() {
        TakenDown::Waits(id) => id,
        TakenDown::BelongsTo(incident) => panic!("it belongs to {incident}"),
    }
}

#[tokio::test]
async fn a_tip_waits_until_it_is_dismissed_once_with_a_reason() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let first = id(site.take("a1", &an).await);
        id(site.take("a2", &an).await);
        let listed = site.store.waiting_tip(&first).await.unwrap().unwrap();
        let NewTip { sign, words, told_by, .. } = tip("a1");
        assert_eq!((listed.sign, listed.words, listed.told_by), (sign, words, told_by));
        assert_eq!(site.waiting().await, ["a1", "a2"]);
        assert!(site.dismiss(&first, &an).await.unwrap());
        assert!(!site.dismiss(&first, &an).await.unwrap(), "it waits no more");
        assert_eq!(site.waiting().await, ["a2"]);
        assert!(matches!(site.dismiss("khong-co", &an).await, Err(StoreError::Missing { what: "tip", .. })));
        let verbs: Vec<_> =
            site.store.audit_export("", 0, 99).await.unwrap().into_iter().map(|row| row.verb).collect();
        let ours = verbs.iter().filter(|verb| verb.starts_with("tip.")).collect::<Vec<_>>();
        assert_eq!(ours, ["tip.take", "tip.take", "tip.dismiss"]);
    })
    .await;
}

#[tokio::test]
async fn an_incident_settles_every_tip_of_its_account_and_takes_those_that_come_later() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let before = [id(site.take("a1", &an).await), id(site.take("a1", &an).await)];
        id(site.take("a2", &an).await);
        let incident = site.incident_on("a1", &an).await;
        assert_eq!(site.waiting().await, ["a2"]);
        assert_eq!(site.take("a1", &an).await.unwrap(), TakenDown::BelongsTo(incident.clone()));
        assert_eq!(site.waiting().await, ["a2"]);
        let told = site.store.tips_of_incident(&incident).await.unwrap();
        assert_eq!(told.len(), 3);
        assert_eq!([&told[0].id, &told[1].id], before.each_ref());
        assert!(!site.dismiss(&before[0], &an).await.unwrap(), "it is the incident's now");
    })
    .await;
}

#[tokio::test]
async fn a_contact_tells_of_the_own_agency_and_dismisses_nothing() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let (contact, other) = (Login::new("lan"), Login::new("hoa"));
        for (login, code) in [(&contact, "skhcn"), (&other, "snv")] {
            let operator = Operator {
                login: login.clone(),
                name: "Đầu mối".into(),
                role: OperatorRole::Contact,
                agencies: [agency(code)].into(),
            };
            let work = async |mut tx: WriteTx| {
                tx.add_operator(&operator, &an).await?;
                tx.commit(()).await
            };
            site.store.write(now(), work).await.unwrap();
        }
        let taken = id(site.take("a1", &contact).await);
        assert!(matches!(site.take("a1", &other).await, Err(StoreError::OutOfScope { .. })));
        assert!(site.take("a1", &Login::new("stranger")).await.is_err());
        assert!(matches!(site.dismiss(&taken, &contact).await, Err(StoreError::OnlyContact(_))));
        assert!(matches!(site.dismiss(&taken, &other).await, Err(StoreError::OutOfScope { .. })));
        assert_eq!(site.waiting().await, ["a1"]);
    })
    .await;
}
