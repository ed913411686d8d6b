//! `rosterd check`: a line a finding, with the remedy; 1 if anything is wrong.

use super::{Code, print_json, words};
use crate::config::keys::SiteKey;
use crate::config::{self, ConfigError, Site};
use crate::directory::{Directory, ReadDirectory};
use crate::intake::scan::look;
use crate::model::Lang;
use crate::model::account::{Account, AccountKind, Attr, Snapshot};
use crate::model::agency::KeptMailbox;
use crate::model::custodian::may_keep;
use crate::model::ids::AccountId;
use crate::model::lookup::Period;
use crate::notify::paper::Papers;
use crate::notify::templates::Templates;
use crate::notify::transport::Transport;
use crate::openid::Provider;
use crate::rotation::compare::compare;
use crate::store::Store;
use crate::systems::{self, Look, LookForLookups, ReadSystem, System};
use crate::workbook::{Reader, mappings};
use crate::worker::schedule::Schedule;
use anyhow::Result;
use chrono::{TimeDelta, Utc};
use ring::hmac;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

/// Accounts whose stored passwords are asked for, to see whether they are shown.
const LOOKED_AT: usize = 200;

/// One thing that was checked.
#[derive(Debug, Serialize)]
struct Line {
    what: String,
    fine: bool,
    says: String,
}

/// What was checked so far.
#[derive(Default)]
struct Report(Vec<Line>);

impl Report {
    fn note(&mut self, what: &str, result: Result<String, String>) {
        let (fine, says) = match result {
            Ok(says) => (true, says),
            Err(says) => (false, says),
        };
        self.0.push(Line { what: what.to_owned(), fine, says });
    }
}

/// Runs `rosterd check`.
pub async fn run(path: &Path, as_json: bool, _lang: Option<Lang>) -> Result<Code> {
    let mut report = Report::default();
    match config::load(path).await {
        Ok(site) => {
            report.note("configuration", Ok(format!("{} agencies", site.agencies.len())));
            Box::pin(everything(&site, &mut report)).await;
        }
        Err(ConfigError::Agencies { path, wrong }) => {
            for one in wrong {
                report.note("agencies", Err(format!("{}: {one}", path.display())));
            }
        }
        Err(ConfigError::Reorganisation { path, wrong }) => {
            for one in wrong {
                report.note("reorganisation", Err(format!("{}: {one}", path.display())));
            }
        }
        Err(error) => report.note("configuration", Err(error.to_string())),
    }
    let wrong = report.0.iter().any(|line| !line.fine);
    if as_json {
        print_json(&report.0)?;
    } else {
        for Line { what, fine, says } in &report.0 {
            crate::cli::line!("{:<6} {what}: {says}", if *fine { "ok" } else { "ERROR" });
        }
    }
    Ok(u8::from(wrong))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What the mappings lay down for single agencies, each of which must be known.
fn lists(site: &Site) -> anyhow::Result<String> {
    let mapping = mappings::load(site.config.mappings.as_deref())?;
    let known = |code: &str| site.agencies.keys().any(|agency| agency.as_str() == code);
    if let Some(code) = mapping.pinned_agencies().find(|code| !known(code)) {
        anyhow::bail!(
            "mappings/rosters/agencies/{code}.toml: no agency has the code {code}; rename the file"
        );
    }
    let pinned: Vec<&str> = mapping.pinned_agencies().collect();
    Ok(if pinned.is_empty() {
        "rosters".into()
    } else {
        format!("rosters; laid down for {}", pinned.join(", "))
    })
}

/// Whether operators can sign in through the provider.
async fn openid(settings: &crate::openid::Settings) -> Result<String, String> {
    Provider::open(settings).map_err(text)?.probe().await.map_err(text)
}

async fn everything(site: &Site, report: &mut Report) {
    let config = &site.config;
    report.note("mappings", lists(site).map_err(text));
    for schedule in &config.worker.schedule {
        let next = Schedule::parse(schedule, config.time_zone).map_err(text).map(|schedule| {
            schedule.next_after(Utc::now()).map_or("never".to_owned(), |next| {
                format!("next {}", next.with_timezone(&config.time_zone).format("%d/%m/%Y %H:%M"))
            })
        });
        report.note(&format!("schedule {schedule:?}"), next);
    }
    for agency in site.agencies.values().filter(|agency| agency.contacts.is_empty()) {
        report.note(
            &format!("agency {}", agency.code),
            Err("has no contact: nobody gets its feedback; add contacts to the agencies' file".into()),
        );
    }
    folders(site, report);
    match SiteKey::read(&config.site_key_file) {
        Ok(key) => {
            report.note("site key", Ok("keep a copy apart from the database's backup".into()));
            let audit = hmac::Key::new(hmac::HMAC_SHA256, &key.audit());
            report.note("database", database(site, audit).await);
        }
        Err(error) => report.note("site key", Err(text(error))),
    }
    match directory(site).await {
        Ok(snapshot) => {
            let without = snapshot.accounts.values().filter(|one| one.agency.is_none()).count();
            let says = format!("{} accounts, {without} of them in no agency", snapshot.accounts.len());
            report.note("directory", Ok(says));
            custodians(site, &snapshot, report);
            if site.guesses.is_some() {
                report.note("stored passwords", stored_passwords(site, &snapshot).await);
            }
        }
        Err(error) => report.note("directory", Err(error)),
    }
    password_policy(site, report).await;
    let program = std::env::current_exe().unwrap_or_else(|_| "rosterd".into());
    let mut reader = Reader::new(program, config.reader);
    for system in &config.systems {
        let says = system_says(&System::new(system, &site.agencies), &mut reader).await;
        report.note(&format!("system {}", system.name()), says);
        lookups(site, system, &mut reader, report).await;
        if !config.policy.roles.iter().any(|map| map.target == *system.name()) {
            let why = "no role map: list its file under role_maps, or nothing is given or taken there";
            report.note(&format!("system {}", system.name()), Err(why.into()));
        }
    }
    match Templates::load(config.mail_templates.as_deref(), &config.sender) {
        Ok(templates) => {
            let errors = templates.check_all();
            if errors.is_empty() {
                report.note("mail templates", Ok("each renders in both languages".into()));
            }
            for error in errors {
                report.note("mail templates", Err(text(error)));
            }
        }
        Err(error) => report.note("mail templates", Err(text(error))),
    }
    let papers = Papers::load(config.mappings.as_deref()).map_err(text);
    report.note("papers", papers.map(|_| "each can be printed".into()));
    mail(site, report).await;
    if let Some(settings) = config.web.as_ref().and_then(|web| web.openid.as_ref()) {
        report.note("web.openid", openid(settings).await);
    }
}

fn folders(site: &Site, report: &mut Report) {
    for (name, path) in site.config.folders.all() {
        let probe = path.join(".rosterd-check");
        let made = match name {
            "spool" => crate::files::private_folder(path),
            _ => std::fs::create_dir_all(path),
        };
        let written = made.and_then(|()| std::fs::write(&probe, b""));
        let _ = std::fs::remove_file(&probe);
        let result = written.map(|()| path.display().to_string());
        report
            .note(&format!("folders.{name}"), result.map_err(|error| format!("{}: {error}", path.display())));
    }
    match look(&site.config.folders.inbox, &site.agencies, SystemTime::now()) {
        Ok(look) => {
            for (path, why) in look.strays {
                report.note("inbox", Err(format!("{}: {why}", path.display())));
            }
            for (path, why) in look.unread {
                report.note("inbox", Err(format!("{}: {why}", path.display())));
            }
        }
        Err(error) => report.note("inbox", Err(text(error))),
    }
}

async fn database(site: &Site, audit: hmac::Key) -> Result<String, String> {
    let store = Store::open(&site.config.store, audit).await.map_err(text)?;
    let health = store.health().await.map_err(text)?;
    let operators = store.operators().await.map_err(text)?;
    if operators.iter().all(|one| one.removed.is_some()) {
        return Err(format!(
            "{}: no operator is enrolled, so nothing can be approved: rosterd operator add LOGIN --name \"…\"",
            health.database
        ));
    }
    store.audit_verify().await.map_err(text)?;
    Ok(format!("{}, schema {}, the audit chain holds", health.database, health.schema))
}

async fn directory(site: &Site) -> Result<Snapshot, String> {
    let directory = Directory::open(&site.config.directory).map_err(text)?;
    directory.probe().await.map_err(text)?;
    let snapshot = directory.snapshot(Utc::now()).await.map_err(text)?;
    if snapshot.accounts.is_empty() {
        return Err(
            "no account is visible below the people base: check what the service account may read".into()
        );
    }
    Ok(snapshot)
}

/// Holds the unit mailboxes that the agencies' file names, with their custodians, against the directory.
fn custodians(site: &Site, directory: &Snapshot, report: &mut Report) {
    for agency in site.agencies.values() {
        for KeptMailbox { mail, custodian } in &agency.mailboxes {
            let is = |one: &&Account| one.get(Attr::Mail).is_some_and(|it| it.eq_ignore_ascii_case(mail));
            let why = match directory.accounts.values().find(is) {
                None => format!("{mail} is not in the directory: correct mailboxes in the agencies' file"),
                Some(one) if one.kind != AccountKind::Unit => {
                    format!(
                        "{mail} is marked as no unit mailbox in the directory: mark it there, as the dialect has it"
                    )
                }
                Some(one) if one.agency.as_ref() != Some(&agency.code) => {
                    format!("{mail} belongs to another agency by the directory")
                }
                Some(_) => match may_keep(directory, &agency.code, custodian) {
                    Ok(()) => continue,
                    Err(unfit) => words::unfit(unfit, custodian, Lang::En),
                },
            };
            report.note(&format!("agency {}: unit mailbox", agency.code), Err(why));
        }
    }
}

/// Holds the directory's own password policy against the written rules, and the calendar against the year.
/// Whether the directory shows what it stores in place of passwords, where the site has it read.
async fn stored_passwords(site: &Site, snapshot: &Snapshot) -> Result<String, String> {
    let ids: Vec<AccountId> = snapshot.accounts.keys().take(LOOKED_AT).cloned().collect();
    let directory = Directory::open(&site.config.directory).map_err(text)?;
    let entries = directory.stored_passwords(&ids).await.map_err(text)?;
    let shown = entries.iter().filter(|(_, stored)| !stored.is_empty()).count();
    let known = entries.iter().filter(|(_, stored)| stored.iter().any(Result::is_ok)).count();
    if shown == 0 {
        let attribute = site.config.directory.tree().map_err(text)?.dialect.password.stored;
        return Err(format!(
            "none is shown: give rosterd's account the right to read {}, or set \
             rotation.default_passwords.read_stored to false",
            attribute.unwrap_or_default()
        ));
    }
    Ok(format!(
        "of {} accounts looked at, {shown} show one, {known} of a kind that can be checked",
        entries.len()
    ))
}

async fn password_policy(site: &Site, report: &mut Report) {
    let Some(policy) = &site.rotation else { return };
    let next = chrono::Datelike::year(&Utc::now()) + 1;
    match config::holidays::known_until() {
        Ok(Some(last)) if last < next => {
            let why = format!(
                "Tết of {next} is not in the calendar: add its days to holidays in the configuration"
            );
            report.note("rotation calendar", Err(why));
        }
        Ok(_) => {}
        Err(error) => report.note("rotation calendar", Err(text(error))),
    }
    let read = match Directory::open(&site.config.directory) {
        Ok(directory) => directory.password_policies().await.map_err(text),
        Err(error) => Err(text(error)),
    };
    match read {
        Ok(policies) => {
            let differences = policies.iter().flat_map(|one| compare(policy, one));
            let (breaking, others): (Vec<_>, Vec<_>) = differences.partition(|one| one.breaks);
            for one in &breaking {
                report.note("password policy", Err(one.says.clone()));
            }
            for one in &others {
                report.note("password policy", Ok(format!("differs: {}", one.says)));
            }
            if breaking.is_empty() && others.is_empty() {
                report.note(
                    "password policy",
                    Ok(format!(
                        "{} of the directory's own, none against {}",
                        policies.len(),
                        policy.document
                    )),
                );
            }
        }
        Err(error) => report.note("password policy", Err(error)),
    }
}

/// Reads a system whole, as a pass does.
async fn system_says(system: &System, reader: &mut Reader) -> Result<String, String> {
    let look = &mut Look { now: Utc::now(), last: None, reader };
    let snapshot = system.snapshot(look).await.map_err(text)?;
    let writes = match system {
        System::Handoff(_) => "written to by work orders",
        System::Online(_) if snapshot.can.roles => "written to",
        System::Online(_) => "only read",
    };
    Ok(format!("{} roles as of {}, {writes}", snapshot.holdings.len(), crate::model::rfc3339(snapshot.taken)))
}

/// Holds the limits on look-ups against what the system counts: what cannot be told is said, for nobody is held to it.
async fn lookups(site: &Site, settings: &systems::Settings, reader: &mut Reader, report: &mut Report) {
    let rule = site.config.lookup_limits.iter().find(|rule| rule.system == *settings.name());
    let what = format!("look-ups in {}", settings.name());
    let (rule, counting) = match (rule, settings.counting()) {
        (Some(rule), Some(counting)) => (rule, counting),
        (Some(_), None) => {
            let why = "limits are set and nothing is known of look-ups there: the system counts none, or say where \
                       its counts are under lookups of its [[system]] (kinds sql and handoff)";
            return report.note(&what, Err(why.into()));
        }
        (None, Some(_)) => {
            return report.note(&what, Ok("counted, and no limit is set under [[lookup_limits]]".into()));
        }
        (None, None) => return,
    };
    for limit in rule.limits.iter().filter(|limit| limit.per < counting.by) {
        let why = format!(
            "the limit per {} cannot be told: the system counts by the {}; {} is not held against anybody",
            limit.per, counting.by, limit.basis
        );
        report.note(&what, Err(why));
    }
    let now = Utc::now();
    let zone = site.config.time_zone;
    let since = Period::Day.began(now, zone) - TimeDelta::days(1);
    let read = System::new(settings, &site.agencies)
        .lookups(&mut LookForLookups { now, since, zone, reader })
        .await
        .map_err(text);
    let says = read.and_then(|counted| {
        if let Some(first) = counted.unread.first() {
            return Err(format!("{} lines cannot be read, the first: {first}", counted.unread.len()));
        }
        let logins: BTreeSet<&String> = counted.lookups.keys().map(|(login, _)| login).collect();
        let limits: Vec<String> =
            rule.told_by(counting.by).map(|limit| format!("{} a {}", limit.most, limit.per)).collect();
        Ok(format!(
            "{} accounts counted since yesterday, read every {} minutes, limits: {}",
            logins.len(),
            counting.every.num_minutes(),
            limits.join(", ")
        ))
    });
    report.note(&what, says);
}

async fn mail(site: &Site, report: &mut Report) {
    match Transport::open(&site.config.mail) {
        Ok(transport) => {
            report.note("mail", transport.probe().await.map(|()| "mail can leave".into()).map_err(text));
            if let Some((name, record)) = transport.dkim_record() {
                report.note("mail.dkim", Ok(format!("letters are signed; publish TXT {name} \"{record}\"")));
            }
        }
        Err(error) => report.note("mail", Err(text(error))),
    }
    match site.config.mail.bounces() {
        Some(bounces) => report.note("mail.bounces", folder_of_bounces(&bounces.folder)),
        None if site.config.rotation.is_some() => {
            let why = "none are read: a reminder that comes back counts as accepted; set [mail.bounces]";
            report.note("mail.bounces", Ok(why.into()));
        }
        None => {}
    }
}

/// Bounces are read where they lie, and moved aside there.
fn folder_of_bounces(folder: &Path) -> Result<String, String> {
    let maildir = folder.join("new").is_dir();
    let inner = if maildir { "cur" } else { "." };
    let written = folder.join(inner).join(".rosterd-check");
    let tried = std::fs::read_dir(folder).and_then(|_| std::fs::write(&written, b""));
    let _ = std::fs::remove_file(&written);
    let kind = if maildir { "a Maildir" } else { "a folder of .eml files" };
    tried
        .map(|()| format!("{}: {kind}", folder.display()))
        .map_err(|error| format!("{}: {error}; rosterd must read it and move files in it", folder.display()))
}
