//! What the review list finds: every filter alone and every combination of them, against a set that is known; refused
//! writes that nothing took the place of; what a change waits for; uploads that no pass has read.

use super::rows::{arrival, insert};
use super::*;
use rosterd::model::ids::ChangeId;
use rosterd::store::{Place, Query, Upload};

const DAY: i64 = 24 * 60;

/// A change of the known set, with what a filter may ask of it beside what it says itself.
struct Known {
    change: Change,
    proposed: Time,
    decided: Option<Time>,
}

/// Changes that differ in everything that is filtered by, each property going its own way through the numbers.
fn known() -> Vec<Known> {
    let one = |at: usize| {
        let subject = format!("a{at}");
        let kinds = [ChangeKind::UpdateAttributes, ChangeKind::DisableAccount, ChangeKind::GrantRole];
        let names = ["Nguyễn Thị Hòa", "Trần Đức Ước", "Lê Đình Hoàng"];
        let change = Change {
            kind: kinds[at % 3],
            risk: [Risk::Low, Risk::Medium, Risk::High][at / 3 % 3],
            target: if (at / 2).is_multiple_of(2) { TargetId::mail() } else { TargetId::new("tthc") },
            agency: agency(["skhcn", "snv", "stc"][at / 5 % 3]),
            label: format!("{} <{subject}@x.gov.vn>", names[at / 7 % 3]),
            due: today() + TimeDelta::days(i64::try_from(at % 5).unwrap() - 2),
            ..title(&subject, if (at / 4).is_multiple_of(2) { Gate::One } else { Gate::Two })
        };
        Known {
            change,
            proposed: if at.is_multiple_of(2) { minutes(-3 * DAY) } else { now() },
            decided: match at % 4 {
                0 => Some(minutes(-DAY)),
                1 => Some(minutes(-5)),
                _ => None,
            },
        }
    };
    (0..90).map(one).collect()
}

/// One filter: how it is asked for, and what it lets through.
struct Filter {
    name: &'static str,
    ask: fn(&mut Query),
    lets: fn(&Known) -> bool,
}

const FILTERS: [Filter; 10] = [
    Filter {
        name: "agencies",
        ask: |query| query.agencies = vec![agency("snv"), agency("skhcn")],
        lets: |one| ["snv", "skhcn"].contains(&one.change.agency.as_str()),
    },
    Filter {
        name: "kind",
        ask: |query| query.kind = Some(ChangeKind::GrantRole),
        lets: |one| one.change.kind == ChangeKind::GrantRole,
    },
    Filter {
        name: "risk",
        ask: |query| query.risk = Some(Risk::Medium),
        lets: |one| one.change.risk == Risk::Medium,
    },
    Filter {
        name: "gate",
        ask: |query| query.gate = Some(Gate::Two),
        lets: |one| one.change.gate == Gate::Two,
    },
    Filter {
        name: "target",
        ask: |query| query.target = Some(TargetId::new("tthc")),
        lets: |one| one.change.target.as_str() == "tthc",
    },
    Filter {
        name: "text without tone marks",
        ask: |query| query.text = Some("DUC uoc".into()),
        lets: |one| one.change.label.starts_with("Trần Đức Ước"),
    },
    Filter {
        name: "age",
        ask: |query| query.proposed_before = Some(minutes(-2 * DAY)),
        lets: |one| one.proposed < minutes(-2 * DAY),
    },
    Filter {
        name: "due by",
        ask: |query| query.due_by = Some(today()),
        lets: |one| one.change.due <= today(),
    },
    Filter {
        name: "due from",
        ask: |query| query.due_from = Some(today()),
        lets: |one| one.change.due >= today(),
    },
    Filter {
        name: "decided since",
        ask: |query| query.decided_since = Some(minutes(-60)),
        lets: |one| one.decided.is_some_and(|at| at >= minutes(-60)),
    },
];

impl Site {
    async fn found(&self, query: &Query) -> BTreeSet<String> {
        let listing = self.store.list_changes(query, &Place::First, 1_000).await.unwrap();
        assert!(!listing.more_after);
        let subjects = listing.rows.iter().map(|one| one.stored.change.subject.to_string());
        let found: BTreeSet<_> = subjects.collect();
        assert_eq!(found.len(), listing.rows.len(), "each once");
        found
    }

    async fn set(&self, id: &ChangeId, what: &str) {
        let done = self.raw(&format!("UPDATE change SET {what} WHERE id = '{id}'")).await.unwrap();
        assert_eq!(done, 1);
    }
}

#[tokio::test]
async fn every_filter_and_every_combination_of_them_finds_what_it_should() {
    on_both(async |site| {
        let known = known();
        for proposed_at in [minutes(-3 * DAY), now()] {
            let batch = known.iter().filter(|one| one.proposed == proposed_at);
            let insert: Vec<_> = batch.map(|one| proposed(&one.change)).collect();
            let pass = format!("p{}", proposed_at.timestamp());
            let plan = PlanDelta { insert, ..PlanDelta::empty(&pass, proposed_at, today()) };
            let published = site.publish_at(&plan, proposed_at).await;
            assert_eq!(published.inserted, plan.insert.len() as u64, "{published:?}");
        }
        for (at, one) in known.iter().enumerate() {
            if let Some(decided) = one.decided {
                let decided = rosterd::model::rfc3339(decided);
                let set = format!("UPDATE change SET decided = '{decided}' WHERE subject = 'a{at}'");
                assert_eq!(site.raw(&set).await.unwrap(), 1);
            }
        }
        for chosen in 0..1_u32 << FILTERS.len() {
            let filters: Vec<_> = FILTERS
                .iter()
                .enumerate()
                .filter(|(at, _)| chosen >> at & 1 == 1)
                .map(|(_, one)| one)
                .collect();
            let mut query = Query::of(State::Proposed, Vec::new());
            for filter in &filters {
                (filter.ask)(&mut query);
            }
            let wanted: BTreeSet<_> = known
                .iter()
                .filter(|one| filters.iter().all(|filter| (filter.lets)(one)))
                .map(|one| one.change.subject.to_string())
                .collect();
            let names: Vec<_> = filters.iter().map(|filter| filter.name).collect();
            if filters.len() < 2 {
                // Alone, each lets some through and holds some back.
                assert!(
                    !wanted.is_empty() && (wanted.len() < known.len() || filters.is_empty()),
                    "{names:?}"
                );
            }
            assert_eq!(site.found(&query).await, wanted, "{names:?}");
            assert_eq!(
                site.store.count_changes(&query, 1_000).await.unwrap(),
                wanted.len() as u64,
                "{names:?}"
            );
        }
        // By agency, the sums are those of the lists.
        let all = Query::of(State::Proposed, Vec::new());
        let groups = site.store.changes_by_agency(&all).await.unwrap();
        assert_eq!(groups.len(), 3);
        for group in &groups {
            let own = Query::of(State::Proposed, vec![group.agency.clone()]);
            let high = Query { risk: Some(Risk::High), ..own.clone() };
            let counts = (group.count, group.high);
            assert_eq!(counts, (site.found(&own).await.len() as u64, site.found(&high).await.len() as u64));
        }
        // Another state, and signs that mean something to LIKE.
        assert_eq!(site.found(&Query::of(State::Held, Vec::new())).await.len(), 0);
        for text in ["%", "_", "a1_", "\\", "' OR 1=1"] {
            let query = Query { text: Some(text.into()), ..all.clone() };
            assert_eq!(site.found(&query).await.len(), 0, "{text}");
        }
    })
    .await;
}

/// What few contain is found before it is listed, what many contain while it is: the same list comes of both.
#[tokio::test]
async fn a_text_that_many_contain_is_paged_through_as_one_that_few_contain() {
    on_both(async |site| {
        let one = |number: usize| Change {
            label: format!(
                "{} <a{number}@x.gov.vn>",
                ["Trần Đức Ước", "Lê Đình Hoàng"][usize::from(number < 1_200)]
            ),
            due: today() + TimeDelta::days(i64::try_from(number % 7).unwrap()),
            ..title(&format!("a{number}"), Gate::One)
        };
        let changes: Vec<_> = (0..1_500).map(one).collect();
        let insert = changes.iter().map(proposed).collect();
        site.publish(&PlanDelta { insert, ..delta("p1") }).await;
        for (text, name, many) in [("duc uoc", "Trần Đức Ước", 300), ("DINH hoang", "Lê Đình Hoàng", 1_200)]
        {
            let query = Query { text: Some(text.into()), ..Query::of(State::Proposed, Vec::new()) };
            let (mut place, mut pages) = (Place::First, Vec::new());
            loop {
                let (listing, count) = site.store.list_and_count(&query, &place, 70, 2_001).await.unwrap();
                assert_eq!(count, many, "{text}");
                place = Place::After(listing.rows.last().unwrap().stored.id.clone());
                let more = listing.more_after;
                pages.push(listing.rows);
                if !more {
                    break;
                }
            }
            let listed: Vec<_> = pages.iter().flatten().map(|one| &one.stored).collect();
            assert_eq!(listed.len() as u64, many);
            assert!(listed.iter().all(|one| one.change.label.starts_with(name)));
            assert!(listed.is_sorted_by_key(|one| (one.change.due, &one.id)) && pages[0].len() == 70);
            let before = Place::Before(pages[2][0].stored.id.clone());
            let back = site.store.list_changes(&query, &before, 70).await.unwrap();
            assert_eq!((back.rows, back.more_before), (pages[1].clone(), true), "{text}");
            assert_eq!(site.store.count_changes(&query, 250).await.unwrap(), 250, "counted so far");
            let groups = site.store.changes_by_agency(&query).await.unwrap();
            assert!(matches!(&groups[..], [group] if group.count == many), "{groups:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_write_is_counted_and_listed_until_something_newer_answers_it() {
    on_both(async |site| {
        let since = minutes(-DAY);
        let count = async |scope: &[AgencyCode]| {
            let listed = site.store.refused_writes(scope, since, None, 100).await.unwrap();
            let counted = site.store.count_refused_writes(scope, since).await.unwrap();
            assert_eq!(counted, listed.len() as u64);
            counted
        };
        let subjects = ["a1", "a2", "a3", "a4"];
        let mut other = title("b1", Gate::One);
        other.agency = agency("snv");
        let mut wanted: Vec<_> = subjects.iter().map(|subject| title(subject, Gate::One)).collect();
        wanted.push(other);
        let refused = site.propose(&wanted).await;
        assert_eq!(count(&[]).await, 0, "what waits is not refused");
        let at = rosterd::model::rfc3339(now());
        for one in &refused {
            site.set(&one.stored.id, &format!("state = 'stale', since = '{at}', decided = '{at}'")).await;
        }
        assert_eq!(count(&[]).await, 5);
        assert_eq!(count(&[agency("snv")]).await, 1);
        assert_eq!(count(&[agency("stc")]).await, 0);
        // A page at a time, each once.
        let (mut seen, mut after) = (BTreeSet::new(), None);
        loop {
            let page = site.store.refused_writes(&[], since, after.as_ref(), 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.stored.id.clone());
            assert!(page.into_iter().all(|one| seen.insert(one.stored.id)));
        }
        assert_eq!(seen.len(), 5);
        // Long ago.
        let old = rosterd::model::rfc3339(minutes(-2 * DAY));
        site.set(&refused[3].stored.id, &format!("since = '{old}'")).await;
        assert_eq!(count(&[]).await, 4);
        // Proposed anew, with whatever becomes of that, it is answered; another kind of change answers nothing.
        site.raw("UPDATE change SET decided = NULL").await.unwrap();
        let anew = site.propose(&[title("a1", Gate::One)]).await.remove(0);
        let mut unlike = title("a2", Gate::One);
        unlike.kind = ChangeKind::DisableAccount;
        site.propose(&[unlike]).await;
        assert_eq!(count(&[]).await, 3);
        for (state, left) in [
            ("held", 3),
            ("approved", 3),
            ("applied", 3),
            ("rejected", 3),
            ("failed", 3),
            ("undone", 3),
            // The newer one was refused in turn: it is the one to look at.
            ("stale", 4),
            // No longer wanted by any plan: the refused one is the last word again.
            ("superseded", 4),
        ] {
            site.set(&anew.stored.id, &format!("state = '{state}'")).await;
            assert_eq!(count(&[]).await, left, "{state}");
            let listed = site.store.refused_writes(&[], since, None, 100).await.unwrap();
            let has = |id: &ChangeId| listed.iter().any(|one| one.stored.id == *id);
            assert_eq!(has(&refused[0].stored.id), state == "superseded", "{state}");
            assert_eq!(has(&anew.stored.id), state == "stale", "{state}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_change_waits_for_is_found_within_its_case() {
    on_both(async |site| {
        let (first, second) = (create("p1", "p1@x"), create("p2", "p2@x"));
        let mut waits = title("a1", Gate::One);
        waits.needs = vec![second.key(), first.key(), ChangeKey::new("gone")];
        let mut elsewhere = create("p3", "p3@x");
        elsewhere.case = CaseId::new("case-2");
        let stored = site.propose(&[first.clone(), second.clone(), waits.clone(), elsewhere.clone()]).await;
        let found = async |change: &Change| -> Vec<ChangeId> {
            let found = site.store.predecessors(change).await.unwrap();
            found.into_iter().map(|one| one.stored.id).collect()
        };
        assert_eq!(found(&waits).await, [stored[1].stored.id.clone(), stored[0].stored.id.clone()]);
        assert!(found(&first).await.is_empty(), "it waits for nothing");
        waits.needs = vec![elsewhere.key()];
        assert!(found(&waits).await.is_empty(), "of another case");
        // Superseded and proposed anew under the same key: the latest one is meant.
        site.set(&stored[0].stored.id, "state = 'superseded'").await;
        let anew = site.propose(std::slice::from_ref(&first)).await.remove(0);
        waits.needs = vec![first.key()];
        assert_eq!(found(&waits).await, [anew.stored.id]);
    })
    .await;
}

#[tokio::test]
async fn an_upload_waits_until_its_bytes_have_arrived() {
    on_both(async |site| {
        let by = site.operators(["an", "binh"]).await;
        for (code, sha256, file, who) in [
            ("skhcn", "aa", "mot.xlsx", 0),
            ("skhcn", "aa", "mot.xlsx", 1),
            ("skhcn", "bb", "hai.xlsx", 0),
            ("skhcn", "cc", "Quyết định.PDF", 0),
            ("snv", "aa", "ba.xlsx", 0),
        ] {
            let work = async |mut tx: rosterd::store::WriteTx| {
                tx.note_upload(&agency(code), sha256, file, &by[who]).await?;
                tx.commit(()).await
            };
            site.store.write(now(), work).await.unwrap();
        }
        let waiting = async |scope: &[AgencyCode], since| -> Vec<String> {
            let found: Vec<Upload> = site.store.unread_uploads(scope, since).await.unwrap();
            found.into_iter().map(|one| format!("{} {}", one.agency, one.file)).collect()
        };
        let all = ["skhcn hai.xlsx", "skhcn mot.xlsx", "snv ba.xlsx"];
        assert_eq!(
            waiting(&[], minutes(-1)).await,
            all,
            "each once, whoever handed it in; no document alone"
        );
        assert_eq!(waiting(&[agency("snv")], minutes(-1)).await, ["snv ba.xlsx"]);
        assert!(waiting(&[], minutes(1)).await.is_empty());
        insert(site, &arrival("r1", "aa")).await;
        assert_eq!(
            waiting(&[], minutes(-1)).await,
            ["skhcn hai.xlsx", "snv ba.xlsx"],
            "the bytes of skhcn alone"
        );
    })
    .await;
}
