//! Rotation: what is remembered of accounts, what became of reminders, printed lists, campaigns; and what came back.

use super::*;
use rosterd::model::ids::AccountId;
use rosterd::model::notice::Notice;
use rosterd::model::rotation::{CampaignContact, CampaignPlan, CampaignState, Memory, Receipt, Run, Taken};
use rosterd::store::{
    Bounce, Bounced, Committed, Fate, Fenced, Handed, OutboxCounts, Queued, Settled, Start, WriteTx,
};
use std::collections::BTreeMap;

fn memory(step: &str) -> Memory {
    let taken = Taken { step: step.into(), on: today(), notice: Some(format!("rotation:mail:1:c:{step}")) };
    Memory {
        seen: Some(minutes(-9)),
        login: Some(today()),
        runs: [("max-age:2026-11-22".to_owned(), Run { taken: vec![taken], ..Run::default() })].into(),
        ..Memory::default()
    }
}

fn notice(key: &str, to: &str) -> Notice {
    Notice {
        key: key.into(),
        template: "rotation_reminder".into(),
        to: to.into(),
        to_name: "Nguyễn Văn A".into(),
        subject: "Đề nghị đổi mật khẩu".into(),
        text: "t".into(),
        html: "h".into(),
    }
}

fn plan(name: &str) -> CampaignPlan {
    let contact = CampaignContact {
        name: "Bộ phận hỗ trợ".into(),
        phone: "0200 0000 000".into(),
        mail: "ho.tro@x".into(),
    };
    CampaignPlan {
        name: name.into(),
        document: "01/KH".into(),
        decided_by: "UBND tỉnh".into(),
        basis: "Điều 8".into(),
        contact,
        agencies: [agency("snv")].into(),
        unit_mailboxes: true,
        opens: "2026-11-23T07:00:00".parse().unwrap(),
        closes: "2026-11-30T17:00:00".parse().unwrap(),
        lock: true,
        delete_after_days: Some(15),
    }
}

impl Site {
    async fn under<T, F>(&self, at: Time, work: impl Fn(Fenced) -> F) -> T
    where
        F: Future<Output = Result<Committed<T>, StoreError>>,
    {
        let token = self.lease().await;
        self.store.write_fenced(&token, at, work).await.unwrap()
    }

    async fn remember(&self, at: &str, memories: &BTreeMap<AccountId, Memory>) {
        let (target, agency) = (TargetId::mail(), agency(at));
        self.under(now(), async |mut tx| {
            tx.save_memory(&target, &agency, memories).await?;
            tx.commit(()).await
        })
        .await;
    }

    async fn enqueue(&self, notice: &Notice) {
        let new = self.store.write(now(), async |mut tx| {
            let new = tx.enqueue(notice).await?;
            tx.commit(new).await
        });
        assert!(new.await.unwrap());
    }

    async fn take_due(&self, at: Time) -> Vec<Queued> {
        self.under(at, async |mut tx| {
            let claimed = tx.claim_due(99, at + TimeDelta::minutes(10)).await?;
            tx.commit(claimed).await
        })
        .await
    }

    async fn settle(&self, at: Time, one: &Queued, fate: Fate) {
        let settled = [Settled { id: one.id.clone(), fate }];
        self.under(at, async |mut tx| {
            tx.settle(&settled).await?;
            tx.commit(()).await
        })
        .await;
    }

    async fn bounced(&self, at: Time, bounce: &Bounce) -> Bounced {
        self.under(at, async |mut tx| {
            let bounced = tx.note_bounce(bounce).await?;
            tx.commit(bounced).await
        })
        .await
    }

    async fn begin(&self, plan: &CampaignPlan, by: &Login) -> Result<Start, StoreError> {
        let work = async |mut tx: WriteTx| {
            let start = tx.start_campaign(plan, by).await?;
            tx.commit(start).await
        };
        self.store.write(now(), work).await
    }

    async fn stop(&self, name: &str, by: &Login) -> Result<bool, StoreError> {
        let work = async |mut tx: WriteTx| {
            let stopped = tx.stop_campaign(name, by, "Công văn 9").await?;
            tx.commit(stopped).await
        };
        self.store.write(now(), work).await
    }
}

fn bounce(digest: &str, of: Option<&Notice>, address: &str) -> Bounce {
    Bounce {
        digest: digest.into(),
        message_id: of.map(Notice::message_id),
        address: address.into(),
        why: "552 5.2.2 mailbox full".into(),
    }
}

#[tokio::test]
async fn what_is_remembered_of_an_agency_s_accounts_is_kept_whole_and_replaced_whole() {
    on_both(async |site| {
        let of = |step: &str| {
            BTreeMap::from([(AccountId::new("1"), memory(step)), (AccountId::new("2"), memory(step))])
        };
        site.remember("snv", &of("nhac-1")).await;
        site.remember("skhcn", &of("nhac-1")).await;
        site.remember("snv", &of("nhac-2")).await;
        site.remember("snv", &of("nhac-2")).await;
        let place = |code| (TargetId::mail(), agency(code));
        let expected = BTreeMap::from([(place("skhcn"), of("nhac-1")), (place("snv"), of("nhac-2"))]);
        assert_eq!(site.store.memories().await.unwrap(), expected);
        site.remember("snv", &BTreeMap::new()).await;
        assert_eq!(site.store.memories().await.unwrap()[&place("snv")], BTreeMap::new());
    })
    .await;
}

#[tokio::test]
async fn a_receipt_says_what_became_of_a_reminder_and_one_addressee_is_enough() {
    on_both(async |site| {
        for (key, to) in [("a", "1@x"), ("b", "1@x"), ("b", "2@x"), ("c", "1@x"), ("d", "1@x"), ("e", "1@x")]
        {
            site.enqueue(&notice(key, to)).await;
        }
        let claimed = site.take_due(now()).await;
        let of = |key: &str, to: &str| claimed.iter().find(|one| one.notice == notice(key, to)).unwrap();
        let given_up = || Fate::GivenUp { error: "550".into() };
        site.settle(minutes(1), of("a", "1@x"), Fate::Sent).await;
        site.settle(minutes(1), of("b", "1@x"), Fate::Sent).await;
        site.settle(minutes(1), of("b", "2@x"), given_up()).await;
        site.settle(minutes(1), of("c", "1@x"), given_up()).await;
        site.settle(minutes(1), of("e", "1@x"), Fate::Sent).await;
        assert_eq!(
            site.bounced(minutes(5), &bounce("d1", Some(&notice("e", "1@x")), "1@x")).await,
            Bounced::Noted
        );
        let receipts = site.store.receipts(["a", "b", "c", "d", "e", "unheard-of"]).await.unwrap();
        let accepted = Receipt::Accepted(minutes(1));
        let expected = [
            ("a", accepted),
            ("b", accepted),
            ("c", Receipt::Failed),
            ("d", Receipt::Waiting),
            ("e", Receipt::Failed),
        ];
        assert_eq!(receipts, expected.map(|(key, receipt)| (key.to_owned(), receipt)).into());
    })
    .await;
}

#[tokio::test]
async fn an_attempt_at_a_server_that_is_away_is_not_counted() {
    on_both(async |site| {
        site.enqueue(&notice("a", "1@x")).await;
        let mut at = now();
        for _ in 0..3 {
            let [one] = &site.take_due(at).await[..] else { panic!() };
            assert_eq!(one.attempts, 1);
            at += TimeDelta::minutes(15);
            site.settle(now(), one, Fate::Away { at, error: "not reached".into() }).await;
        }
        let [one] = &site.take_due(at).await[..] else { panic!() };
        site.settle(at, one, Fate::Again { at, error: "451".into() }).await;
        assert_eq!(site.take_due(at).await[0].attempts, 2);
    })
    .await;
}

#[tokio::test]
async fn a_bounce_counts_once_and_stops_what_was_still_to_be_repeated() {
    on_both(async |site| {
        let [lost, older, last] = [notice("a", "1@x"), notice("b", "2@x"), notice("c", "2@x")];
        for one in [&lost, &older, &last] {
            site.enqueue(one).await;
        }
        let claimed = site.take_due(now()).await;
        let of = |notice: &Notice| claimed.iter().find(|one| one.notice == *notice).unwrap();
        // The answer was lost, the mail was not: it is to be repeated, and its first copy comes back.
        site.settle(minutes(1), of(&lost), Fate::Again { at: minutes(2), error: "no answer".into() }).await;
        site.settle(minutes(1), of(&older), Fate::Sent).await;
        site.settle(minutes(2), of(&last), Fate::Sent).await;
        assert_eq!(site.bounced(minutes(3), &bounce("d1", Some(&lost), "1@x")).await, Bounced::Noted);
        assert_eq!(site.take_due(minutes(60)).await, [], "not sent again");
        assert_eq!(site.bounced(minutes(3), &bounce("d1", Some(&lost), "1@x")).await, Bounced::Known);
        assert_eq!(site.bounced(minutes(3), &bounce("d2", Some(&lost), "1@x")).await, Bounced::Known);
        // Without a Message-ID it is the last mail to the address, once, however the address is written.
        assert_eq!(site.bounced(minutes(4), &bounce("d3", None, "2@X")).await, Bounced::Noted);
        assert_eq!(site.bounced(minutes(4), &bounce("d3", None, "2@X")).await, Bounced::Known);
        assert_eq!(site.bounced(minutes(4), &bounce("d4", None, "9@x")).await, Bounced::Stranger);
        let unheard_of = notice("z", "1@x");
        assert_eq!(
            site.bounced(minutes(4), &bounce("d5", Some(&unheard_of), "1@x")).await,
            Bounced::Stranger
        );
        let undelivered = site.store.undelivered(now(), minutes(5)).await.unwrap();
        let found: Vec<_> = undelivered.iter().map(|one| (&one.notice, one.returned, one.at)).collect();
        assert_eq!(found, [(&lost, true, minutes(3)), (&last, true, minutes(4))]);
        assert_eq!(undelivered[0].why, "552 5.2.2 mailbox full");
        assert_eq!(site.store.undelivered(now(), minutes(3)).await.unwrap(), [], "until is not included");
        let counts = OutboxCounts { sent: 1, returned: 2, ..OutboxCounts::default() };
        assert_eq!(site.store.outbox_counts().await.unwrap(), counts);
        let stands = site.raw("UPDATE outbox SET state = 'sent' WHERE bounce IS NOT NULL").await;
        assert!(stands.is_err(), "a mail that came back cannot count as sent");
    })
    .await;
}

#[tokio::test]
async fn a_printed_list_counts_from_the_first_day_it_was_handed_over() {
    on_both(async |site| {
        let [an] = site.operators(["an"]).await;
        let binh = Login::new("binh");
        site.enrol(&binh, &["skhcn"]).await;
        let handed = |cycle: &str, days: i64| Handed {
            account: AccountId::new("1"),
            cycle: cycle.into(),
            agency: agency("snv"),
            on: today() + TimeDelta::days(days),
        };
        let give = async |one: Handed, by: &Login| {
            let work = async |mut tx: WriteTx| {
                let noted = tx.hand_over_list(std::slice::from_ref(&one), by).await?;
                tx.commit(noted).await
            };
            site.store.write(now(), work).await
        };
        assert!(give(handed("c1", 0), &binh).await.is_err(), "another agency's list");
        assert_eq!(give(handed("c1", 0), &an).await.unwrap(), 1);
        assert_eq!(give(handed("c1", 3), &an).await.unwrap(), 0);
        assert_eq!(give(handed("c2", 3), &an).await.unwrap(), 1);
        let expected = [(("1", "c1"), 0), (("1", "c2"), 3)].map(|((id, cycle), days)| {
            ((AccountId::new(id), cycle.to_owned()), today() + TimeDelta::days(days))
        });
        assert_eq!(site.store.handed().await.unwrap(), expected.into());
    })
    .await;
}

#[tokio::test]
async fn a_campaign_begins_with_its_second_operator_and_any_of_them_stops_it_for_good() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let cuc = Login::new("cuc");
        site.enrol(&cuc, &["snv"]).await;
        assert!(site.begin(&plan("dot-1"), &cuc).await.is_err(), "only for the whole province");
        assert_eq!(site.begin(&plan("dot-1"), &an).await.unwrap(), Start::NeedsSecond);
        assert_eq!(site.begin(&plan("dot-1"), &an).await.unwrap(), Start::AlreadyByYou);
        let other_words = CampaignPlan { lock: false, ..plan("dot-1") };
        assert_eq!(site.begin(&other_words, &binh).await.unwrap(), Start::Taken, "agreed to the same words");
        assert_eq!(site.begin(&plan("dot-1"), &binh).await.unwrap(), Start::Started);
        assert_eq!(site.begin(&plan("dot-1"), &binh).await.unwrap(), Start::Taken);
        assert_eq!(site.begin(&plan("dot-2"), &binh).await.unwrap(), Start::NeedsSecond);
        let campaigns = site.store.campaigns().await.unwrap();
        let shown: Vec<_> =
            campaigns.iter().map(|one| (&one.plan, one.state, one.started_by.len())).collect();
        assert_eq!(
            shown,
            [(&plan("dot-1"), CampaignState::Running, 2), (&plan("dot-2"), CampaignState::Asked, 1)]
        );
        assert!(site.stop("dot-1", &an).await.unwrap());
        assert!(!site.stop("dot-1", &an).await.unwrap());
        assert!(!site.stop("dot-9", &an).await.unwrap());
        assert_eq!(site.begin(&plan("dot-1"), &an).await.unwrap(), Start::Taken, "its name is used up");
        assert_eq!(site.store.campaigns().await.unwrap()[0].state, CampaignState::Stopped);
    })
    .await;
}

#[tokio::test]
async fn two_operators_who_start_a_campaign_at_once_start_it_once() {
    on_both(async |site| {
        let [an, binh] = site.operators(["an", "binh"]).await;
        let second = site.second().await;
        let plan = plan("dot-1");
        let start = async |store: &Store, by: &Login| {
            let work = async |mut tx: WriteTx| {
                let start = tx.start_campaign(&plan, by).await?;
                tx.commit(start).await
            };
            store.write(now(), work).await.unwrap()
        };
        let (one, other) = tokio::join!(start(&site.store, &an), start(&second, &binh));
        let mut both = [one, other];
        both.sort_by_key(|start| *start == Start::Started);
        assert_eq!(both, [Start::NeedsSecond, Start::Started]);
        assert_eq!(site.store.campaigns().await.unwrap()[0].started_by.len(), 2);
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn passes_are_told_since_a_moment_with_the_one_before_it() {
    on_both(async |site| {
        for at in [0, 10, 20, 30] {
            site.under(minutes(at), async |mut tx| {
                tx.begin_pass().await?;
                tx.commit(()).await
            })
            .await;
        }
        let since = async |at: i64| site.store.passes_since(minutes(at)).await.unwrap();
        assert_eq!(since(15).await, [10, 20, 30].map(minutes));
        assert_eq!(since(-5).await, [0, 10, 20, 30].map(minutes));
        assert_eq!(since(99).await, [minutes(30)]);
    })
    .await;
}
