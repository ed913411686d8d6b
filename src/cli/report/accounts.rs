//! `rosterd report accounts`: the list of accounts in the mail directory and in every system.

use super::{Made, directory};
use crate::model::access::{Effect, Right, effect};
use crate::model::account::{Account, AccountKind, Attr};
use crate::model::agency::name_of;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::role::RoleSnapshot;
use crate::model::{Lang, Time};
use crate::report::accounts::{Kind, Line, report};
use crate::report::say;
use crate::store::Carried;
use crate::worker::engine::Engine;
use anyhow::Result;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The report of `agencies`, or of all.
pub async fn make(engine: &Engine, agencies: &BTreeSet<AgencyCode>, lang: Lang) -> Result<Made> {
    let directory = directory(engine).await?;
    let (systems, unread) = engine.look_at_every_system(&mut engine.reader()).await;
    let record = Record::of(engine).await?;
    let mut lines = Vec::new();
    let wanted = |agency: Option<&AgencyCode>| {
        agencies.is_empty() || agency.is_some_and(|agency| agencies.contains(agency))
    };
    for account in directory.accounts.values().filter(|one| wanted(one.agency.as_ref())) {
        lines.push(mailbox(engine, &record, account));
    }
    for system in &systems {
        lines.extend(of_system(engine, &record, system, &wanted));
    }
    lines.sort_by_cached_key(Line::place);
    let config = engine.config();
    let today = engine.local(engine.now());
    let report = report(&lines, &unread, &config.sender.agency, today, lang);
    let value = json!({ "schema": 1, "date": today, "unread": unread, "accounts": lines });
    Ok(Made { report, value, unread })
}

/// What is on record of accounts and roles.
struct Record {
    carried: HashMap<String, Vec<Carried>>,
    first_seen: HashMap<(TargetId, String), Time>,
}

impl Record {
    async fn of(engine: &Engine) -> Result<Self> {
        let now = engine.now();
        let mut carried: HashMap<String, Vec<Carried>> = HashMap::new();
        for one in engine.store.carried_out(Time::UNIX_EPOCH, now).await? {
            let change = &one.standing.stored.change;
            let subject = change.subject.as_str();
            let created = change.after(Attr::Mail).map(str::to_lowercase);
            let key = subject.split('#').next().unwrap_or(subject).to_lowercase();
            for key in created.into_iter().chain([key]).collect::<BTreeSet<_>>() {
                carried.entry(key).or_default().push(one.clone());
            }
        }
        let mut first_seen = HashMap::new();
        for span in engine.store.spans(Time::UNIX_EPOCH, now).await? {
            let first = first_seen.entry((span.target, span.right.subject)).or_insert(span.since);
            *first = span.since.min(*first);
        }
        Ok(Self { carried, first_seen })
    }

    /// When a right was given and when it was taken, by the last change of each.
    fn days(&self, engine: &Engine, target: &TargetId, right: &Right) -> [Option<NaiveDate>; 2] {
        let keys: BTreeSet<String> = [&right.subject, &right.label].map(|key| key.to_lowercase()).into();
        let acts = keys.iter().filter_map(|key| self.carried.get(key)).flatten();
        let mut days = [None, None];
        let mut acts: Vec<_> = acts.collect();
        acts.sort_by_key(|act| act.at);
        for act in acts {
            match effect(&act.standing.stored.change, target, right) {
                Some(Effect::Gives) => days = [Some(engine.local(act.at)), None],
                Some(Effect::Takes) => days[1] = Some(engine.local(act.at)),
                None => {}
            }
        }
        days
    }

    fn first_seen(&self, engine: &Engine, target: &TargetId, subject: &str) -> Option<NaiveDate> {
        self.first_seen.get(&(target.clone(), subject.to_owned())).map(|at| engine.local(*at))
    }
}

fn mailbox(engine: &Engine, record: &Record, account: &Account) -> Line {
    let target = TargetId::mail();
    let right = Right {
        subject: account.id.to_string(),
        role: String::new(),
        agency: account.agency.clone().unwrap_or_else(AgencyCode::unknown),
        label: account.label().to_owned(),
    };
    let [activated, disabled] = record.days(engine, &target, &right);
    let kind = match account.kind {
        _ if account.protected => Kind::Protected,
        AccountKind::Person => Kind::Person,
        AccountKind::Unit => Kind::Unit,
        AccountKind::Service => Kind::Service,
    };
    Line {
        system: say(engine.config().language, "Thư điện tử", "Mail"),
        agency: agency(engine, account.agency.as_ref()),
        unit: account.get(Attr::Unit).unwrap_or_default().to_owned(),
        account: account.label().to_owned(),
        name: account.get(Attr::FullName).unwrap_or_default().to_owned(),
        kind,
        manager: manager(engine, account.agency.as_ref()),
        open: !account.is_disabled(),
        roles: Vec::new(),
        activated,
        first_seen: record.first_seen(engine, &target, account.id.as_str()),
        disabled: disabled.filter(|_| account.is_disabled()),
    }
}

/// One line for each account of a system, with all its roles.
fn of_system(
    engine: &Engine,
    record: &Record,
    system: &RoleSnapshot,
    wanted: &dyn Fn(Option<&AgencyCode>) -> bool,
) -> Vec<Line> {
    let mut lines: BTreeMap<(String, Option<&AgencyCode>), Line> = BTreeMap::new();
    for holding in system.holdings.iter().filter(|one| wanted(one.agency.as_ref())) {
        let label = holding.mail.as_deref().unwrap_or(&holding.login);
        let right = Right {
            subject: label.to_lowercase(),
            role: holding.role.clone(),
            agency: holding.agency.clone().unwrap_or_else(AgencyCode::unknown),
            label: label.to_owned(),
        };
        let line = lines.entry((holding.login.clone(), holding.agency.as_ref())).or_insert_with(|| Line {
            system: system.target.to_string(),
            agency: agency(engine, holding.agency.as_ref()),
            unit: String::new(),
            account: holding.login.clone(),
            name: holding.name.clone().unwrap_or_default(),
            kind: Kind::Person,
            manager: manager(engine, holding.agency.as_ref()),
            open: true,
            roles: Vec::new(),
            activated: None,
            first_seen: record.first_seen(engine, &system.target, &right.subject),
            disabled: None,
        });
        let [activated, _] = record.days(engine, &system.target, &right);
        line.activated = [line.activated, activated].into_iter().flatten().min();
        line.roles.push(holding.role.clone());
    }
    lines.into_values().collect()
}

fn agency(engine: &Engine, code: Option<&AgencyCode>) -> String {
    code.map(|code| name_of(&engine.site.agencies, code)).unwrap_or_default()
}

/// Who answers for an agency's accounts.
fn manager(engine: &Engine, code: Option<&AgencyCode>) -> String {
    let contact = code.and_then(|code| engine.site.agencies.get(code)?.contacts.first());
    contact.map(|contact| contact.name.clone()).unwrap_or_default()
}
