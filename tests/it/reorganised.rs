//! The shape of July 2025 in memory: two provinces become one (as 63 became 34), their districts are dissolved and their
//! communes merged. Some 700 agencies and 20,000 people go over in one batch under one brake; nobody is lost, nobody's
//! address is given to another, and old addresses reach for the set time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails as a test does")]

use chrono::NaiveDate;
use rosterd::model::account::{Account, AccountKind, Attr, Attrs, Snapshot, Values};
use rosterd::model::agency::{Agencies, Agency};
use rosterd::model::brake::{BrakeKind, BrakeScope};
use rosterd::model::change::{ChangeKind, Reason, State};
use rosterd::model::dn::Dn;
use rosterd::model::ids::{AccountId, AgencyCode};
use rosterd::model::password::PasswordFacts;
use rosterd::plan::brakes::Limits;
use rosterd::plan::{Counts, Plan, Standing, plan};
use rosterd::reconcile::policy::{Layout, Policy};
use rosterd::reconcile::reorganisation::{Move, Reorganisation};
use rosterd::reconcile::{Proposals, World, reconcile};
use std::collections::{BTreeMap, BTreeSet};

const PROVINCES: [&str; 2] = ["a", "b"];
const DEPARTMENTS: usize = 20;
const DISTRICTS: usize = 10;
/// Old communes a district, and how many of them become one.
const COMMUNES: usize = 32;
const MERGED: usize = 4;
/// People in a department, a district's offices, a commune.
const PEOPLE: [usize; 3] = [100, 200, 19];
const DOMAIN: &str = "tinhmoi.gov.vn";
const EFFECTIVE: &str = "2025-07-01";
const ALIAS_UNTIL: &str = "2026-06-30";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

/// The old agencies, each with how many people it has.
fn old() -> Vec<(String, usize)> {
    let mut all = Vec::new();
    for province in PROVINCES {
        all.extend((0..DEPARTMENTS).map(|number| (format!("{province}-so{number:02}"), PEOPLE[0])));
        for district in 0..DISTRICTS {
            all.push((format!("{province}-huyen{district}"), PEOPLE[1]));
            let communes = 0..COMMUNES;
            all.extend(communes.map(|commune| (format!("{province}-xa{district}-{commune:02}"), PEOPLE[2])));
        }
    }
    all
}

/// Where a commune goes: the first of its neighbours gives the name.
fn commune(province: &str, district: usize, commune: usize) -> String {
    format!("xa-{province}{district}-{:02}", commune / MERGED)
}

/// The map as it was issued: departments of the same field become one, communes merge, and of each district the home
/// affairs office goes to the department while all others go to the commune at its seat.
fn map() -> Reorganisation {
    let whole = |from: Vec<String>, to: &str| Move {
        from: from.iter().map(|one| code(one)).collect(),
        to: code(to),
        units: Vec::new(),
    };
    let mut moves = Vec::new();
    for number in 0..DEPARTMENTS {
        let from = PROVINCES.map(|province| format!("{province}-so{number:02}")).to_vec();
        moves.push(whole(from, &format!("so{number:02}")));
    }
    for province in PROVINCES {
        for district in 0..DISTRICTS {
            let dissolved = format!("{province}-huyen{district}");
            let part = whole(vec![dissolved.clone()], "so00");
            moves.push(Move { units: vec!["Phòng Nội vụ*".into()], ..part });
            moves.push(whole(vec![dissolved], &commune(province, district, 0)));
            for one in 0..COMMUNES {
                let from = vec![format!("{province}-xa{district}-{one:02}")];
                moves.push(whole(from, &commune(province, district, one)));
            }
        }
    }
    Reorganisation {
        name: "Sắp xếp đơn vị hành chính 2025".into(),
        document: "202/2025/QH15".into(),
        effective: day(EFFECTIVE),
        alias_until: Some(day(ALIAS_UNTIL)),
        domains: PROVINCES.map(|one| (format!("tinh{one}.gov.vn"), DOMAIN.to_owned())).into(),
        moves,
    }
}

/// The agencies there are from the day on.
fn agencies(map: &Reorganisation) -> Agencies {
    let agency = |code: &AgencyCode| Agency {
        code: code.clone(),
        name: code.to_string(),
        parent: None,
        kind: None,
        contacts: Vec::new(),
        deputy: None,
        mailboxes: Vec::new(),
    };
    map.moves.iter().map(|one| (one.to.clone(), agency(&one.to))).collect()
}

const FAMILIES: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Kpă"];
const MIDDLES: [&str; 6] = ["Văn", "Thị", "Hữu", "Minh", "Thanh", "H'"];
const GIVENS: [&str; 12] =
    ["An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hà", "Khánh", "Lan", "Minh", "Oanh", "Yến"];

/// The accounts of both provinces. In each of them a name is called by its initials and a number, so that the same
/// address stands in both domains thousands of times over.
fn directory(layout: &Layout) -> Snapshot {
    let mut accounts = BTreeMap::new();
    let mut called: BTreeMap<String, usize> = BTreeMap::new();
    for (office, people) in old() {
        let province = &office[..1];
        for number in 0..people {
            let pick = |names: &[&'static str], by: usize| names[by % names.len()];
            let (family, middle) = (pick(&FAMILIES, number * 5 + office.len()), pick(&MIDDLES, number / 3));
            let given = pick(&GIVENS, number + accounts.len() / 7);
            let name = format!("{family} {middle} {given}");
            let plain = rosterd::model::name::ascii(given).to_lowercase();
            let times = called.entry(format!("{province}{plain}")).or_default();
            *times += 1;
            let login = format!("{plain}{times}");
            let kind = if number == 0 { AccountKind::Unit } else { AccountKind::Person };
            let unit = if number % 4 == 1 { "Phòng Nội vụ và Lao động" } else { "Văn phòng" };
            let attrs: Attrs = [
                (Attr::Login, login.clone()),
                (Attr::FullName, name),
                (Attr::Mail, format!("{login}@tinh{province}.gov.vn")),
                (Attr::Agency, office.clone()),
                (Attr::Unit, unit.into()),
            ]
            .map(|(attr, value)| (attr, Values::one(value)))
            .into();
            let id = AccountId::new(format!("{province}-{login}"));
            let account = Account {
                id: id.clone(),
                dn: layout.account(&code(&office), &format!("{province}-{login}")),
                attrs,
                agency: Some(code(&office)),
                kind,
                protected: accounts.len() % 4_000 == 17,
                password: PasswordFacts::default(),
            };
            accounts.insert(id, account);
        }
    }
    Snapshot { taken: "2025-06-30T17:30:00Z".parse().unwrap(), accounts }
}

fn policy(map: Reorganisation) -> Policy {
    let mut policy = Policy { reorganisation: Some(map), ..Policy::default() };
    policy.layout.people = Dn::parse("ou=people,dc=tinh").unwrap();
    policy.naming.domain = DOMAIN.into();
    policy.naming.pattern = "{given}{initials}".into();
    policy.naming.on_collision = vec!["{given}{initials}{seq}".into(), "{full}{seq}".into()];
    policy
}

/// What a pass on `today` comes to.
fn pass(today: &str, policy: &Policy, agencies: &Agencies, directory: &Snapshot) -> (Proposals, Plan) {
    let (people, answers, departures) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    let (holds, locked, reserved) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let (asked, custodians, citizen_digits) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let proposals = reconcile(&World {
        today: day(today),
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        agencies,
        rosters: &[],
        people: &people,
        directory,
        systems: &[],
        answers: &answers,
        departures: &departures,
        holds: &holds,
        locked_by_rule: &locked,
        reserved: &reserved,
        asked: &asked,
        custodians: &custodians,
        citizen_digits: &citizen_digits,
        policy,
    });
    let read = [rosterd::model::ids::TargetId::mail()].into();
    let counts = Counts::of(directory);
    let plan = plan(&proposals.changes, &Standing::default(), &Limits::default(), &counts, &read, day(today))
        .unwrap();
    (proposals, plan)
}

/// Carries a batch out.
fn carry_out(plan: &Plan, directory: &mut Snapshot) {
    for (change, ..) in &plan.insert {
        let account = directory.accounts.get_mut(&AccountId::new(change.subject.as_str())).unwrap();
        for (attr, values) in &change.after {
            match attr {
                Attr::Dn => account.dn = Dn::parse(values.first().unwrap()).unwrap(),
                Attr::Agency => account.agency = Some(code(values.first().unwrap())),
                _ => {}
            }
            account.attrs.insert(*attr, values.clone());
        }
    }
}

/// Every address, with those who have it.
fn addresses(directory: &Snapshot) -> BTreeMap<String, BTreeSet<&AccountId>> {
    let mut held: BTreeMap<String, BTreeSet<&AccountId>> = BTreeMap::new();
    for (id, account) in &directory.accounts {
        for address in account.all(Attr::Mail).iter().chain(account.all(Attr::Alias)) {
            held.entry(address.to_lowercase()).or_default().insert(id);
        }
    }
    held
}

/// The one brake of a batch, which holds all of it.
fn one_batch(plan: &Plan) {
    let [brake] = &plan.brakes[..] else { panic!("{} brakes", plan.brakes.len()) };
    assert_eq!((brake.kind, &brake.scope), (BrakeKind::Reorganisation, &BrakeScope::Province));
    assert_eq!((brake.wanted, brake.limit), (plan.insert.len() as u64, 0));
    assert!(plan.insert.iter().all(|(change, state, held)| {
        *state == State::Held && change.reason == Reason::Reorganisation && held.as_ref() == Some(&brake.key)
    }));
}

#[test]
fn two_provinces_become_one_in_one_batch_and_nobody_is_lost() {
    let map = map();
    let agencies = agencies(&map);
    map.check(&agencies).unwrap();
    let policy = policy(map);
    let mut directory = directory(&policy.layout);
    let before = directory.clone();
    let people = directory.accounts.len();
    assert!(old().len() >= 700 && people >= 20_000, "{} agencies, {people} accounts", old().len());
    assert_eq!(agencies.len(), 20 + 2 * 80);

    let (proposals, plan) = pass(EFFECTIVE, &policy, &agencies, &directory);
    one_batch(&plan);
    let protected: BTreeSet<_> =
        before.accounts.values().filter(|one| one.protected).map(|one| &one.id).collect();
    assert!(!protected.is_empty() && proposals.protected.iter().eq(protected.iter().copied()));
    // Everybody goes, once; whoever is never written is named.
    let going: BTreeSet<&str> = plan.insert.iter().map(|(change, ..)| change.subject.as_str()).collect();
    assert_eq!((going.len(), plan.insert.len()), (people - protected.len(), people - protected.len()));
    assert!(plan.insert.iter().all(|(change, ..)| change.kind == ChangeKind::MoveAccount));
    assert_eq!(proposals.questions, []);

    carry_out(&plan, &mut directory);
    assert_eq!(directory.accounts.len(), people);
    for (id, account) in directory.accounts.iter().filter(|(_, one)| !one.protected) {
        let was = &before.accounts[id];
        let (office, unit) = (was.get(Attr::Agency).unwrap(), was.get(Attr::Unit).unwrap());
        let home = match office[2..].split_at(2) {
            ("so", _) => office[2..].to_owned(),
            ("hu", _) if unit.starts_with("Phòng Nội vụ") => "so00".to_owned(),
            ("hu", _) => commune(&office[..1], office[7..].parse().unwrap(), 0),
            _ => commune(&office[..1], office[4..5].parse().unwrap(), office[6..].parse().unwrap()),
        };
        assert_eq!(account.agency.as_ref().unwrap().as_str(), home, "{office} {unit}");
        assert_eq!(account.dn.parent(), policy.layout.branch(&code(&home)));
        assert!(account.get(Attr::Mail).unwrap().ends_with(&format!("@{DOMAIN}")));
        assert_eq!(account.all(Attr::Alias), was.all(Attr::Mail), "the old address still reaches");
    }
    let twice: Vec<_> = addresses(&directory).into_iter().filter(|(_, held)| held.len() > 1).collect();
    assert_eq!(twice, [], "no address is given to two");
    let renamed = directory.accounts.iter().filter(|(id, one)| {
        let local = |text: &str| text.split('@').next().unwrap().to_owned();
        local(one.get(Attr::Mail).unwrap()) != local(before.accounts[*id].get(Attr::Mail).unwrap())
    });
    assert!(renamed.count() > 5_000, "the same names stood in both domains");

    // Until the day is over nothing more is asked for; then the old addresses go, as one batch again.
    for quiet in ["2025-07-02", ALIAS_UNTIL] {
        let (_, plan) = pass(quiet, &policy, &agencies, &directory);
        assert_eq!(plan.insert.len(), 0, "{quiet}");
    }
    let (_, plan) = pass("2026-07-01", &policy, &agencies, &directory);
    one_batch(&plan);
    assert_eq!(plan.insert.len(), people - protected.len());
    carry_out(&plan, &mut directory);
    for account in directory.accounts.values().filter(|one| !one.protected) {
        assert_eq!(account.all(Attr::Alias), [] as [String; 0]);
    }
    assert_eq!(pass("2026-07-02", &policy, &agencies, &directory).1.insert.len(), 0);
}
