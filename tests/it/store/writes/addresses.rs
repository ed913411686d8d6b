//! Addresses: what a write has used is never given to another.

use super::*;

#[tokio::test]
async fn an_address_that_a_write_has_used_is_never_freed() {
    on_both(async |site| {
        let policy = Change { gate: Gate::None, ..create("p1", "hoa@x.gov.vn") };
        let one = &site.propose(&[policy]).await[0].stored;
        let intent = site.opened(one).await;
        site.resolve(&intent, Outcome::Failed { why: "x".into() }).await.unwrap();
        let supersede =
            PlanDelta { supersede: vec![one.id.clone()], snapshot_start: minutes(5), ..delta("p2") };
        assert_eq!(site.publish(&supersede).await.superseded, 1);
        assert!(site.store.reserved_addresses().await.unwrap().contains_key("hoa@x.gov.vn"));
        let other = PlanDelta {
            insert: vec![proposed(&create("p2", "hoa@x.gov.vn"))],
            snapshot_start: minutes(5),
            ..delta("p3")
        };
        assert_eq!(site.publish(&other).await.address_taken, 1);
        // The same person gets it again.
        let same = PlanDelta { insert: vec![proposed(&create("p1", "hoa@x.gov.vn"))], ..other };
        assert_eq!(site.publish(&same).await.inserted, 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_deleted_account_was_called_is_never_given_to_another() {
    on_both(async |site| {
        let called = [
            (Attr::Login, Values::one("hoa")),
            (Attr::Mail, Values::one("Hoa@x.gov.vn")),
            (Attr::Alias, Values::many(vec!["hoa.stc@x.gov.vn".into(), "hoa.snv@x.gov.vn".into()])),
        ];
        let gone = Change {
            kind: ChangeKind::DeleteAccount,
            person: Some(PersonId::new("p1")),
            before: called.into(),
            after: [].into(),
            ..title("a1", Gate::None)
        };
        let one = &site.propose(&[gone]).await[0].stored;
        assert_eq!(site.store.reserved_addresses().await.unwrap(), [].into(), "it may be refused yet");
        let intent = site.opened(one).await;
        let kept = site.store.reserved_addresses().await.unwrap();
        let names: Vec<&str> = kept.keys().map(String::as_str).collect();
        assert_eq!(names, ["hoa", "hoa.snv@x.gov.vn", "hoa.stc@x.gov.vn", "hoa@x.gov.vn"]);
        assert!(kept.values().all(|person| person.as_str() == "p1"));
        site.resolve(&intent, Outcome::Applied).await.unwrap();
        let other = PlanDelta {
            insert: vec![proposed(&create("p2", "hoa.stc@x.gov.vn"))],
            snapshot_start: minutes(5),
            ..delta("p3")
        };
        assert_eq!(site.publish(&other).await.address_taken, 1);
    })
    .await;
}

#[tokio::test]
async fn an_alias_is_reserved_with_the_move_that_gives_it() {
    on_both(async |site| {
        let moved = Change {
            kind: ChangeKind::MoveAccount,
            person: Some(PersonId::new("p1")),
            before: [(Attr::Alias, Values::one("cu@x.gov.vn"))].into(),
            after: [(Attr::Alias, Values::many(vec!["cu@x.gov.vn".into(), "moi@x.gov.vn".into()]))].into(),
            ..title("a1", Gate::One)
        };
        site.propose(&[moved]).await;
        let reserved = site.store.reserved_addresses().await.unwrap();
        assert_eq!(reserved.into_iter().collect::<Vec<_>>(), [("moi@x.gov.vn".into(), PersonId::new("p1"))]);
    })
    .await;
}
