//! `rosterd plan`: what would change. It stores nothing; names of new accounts are provisional.

use super::args::PlanArgs;
use super::{Code, print_json, words};
use crate::directory::Write;
use crate::model::brake::{Brake, BrakeScope};
use crate::model::change::{Change, State, StoredChange};
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::name::ascii;
use crate::model::question::Question;
use crate::model::role::Unclaimed;
use crate::worker::engine::Engine;
use crate::worker::planning::Planned;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A change with where it stands, or would stand.
struct Shown<'a> {
    id: Option<&'a str>,
    state: State,
    new: bool,
    change: &'a Change,
}

/// What of a plan was asked for: that of one agency, of one person, or all of it.
struct View<'a> {
    shown: Vec<Shown<'a>>,
    /// Those of the agency, and the province's.
    brakes: Vec<&'a Brake>,
    /// Whether it is about one person: then with what each change rests on.
    of_one: bool,
    questions: Vec<&'a Question>,
    /// Roles held by nobody on a roster.
    unclaimed: Vec<&'a Unclaimed>,
    /// Changes that stand and are no longer wanted.
    superseded: Vec<&'a StoredChange>,
}

impl<'a> View<'a> {
    fn of(planned: &'a Planned, agency: Option<&AgencyCode>, person: Option<&str>) -> Self {
        let of_agency = |one: &AgencyCode| agency.is_none_or(|agency| agency == one);
        let asked_for = |change: &Change| {
            of_agency(&change.agency) && person.is_none_or(|person| is_about(change, person))
        };
        let shown = shown(planned).into_iter().filter(|one| asked_for(one.change)).collect();
        let brakes = planned.plan.brakes.iter().filter(|brake| match &brake.scope {
            BrakeScope::Agency(code) => of_agency(code),
            BrakeScope::Province => true,
        });
        let means = |label: &str| person.is_none_or(|person| ascii(label).contains(&ascii(person)));
        let questions = planned.proposals.questions.iter();
        let questions = questions.filter(|one| of_agency(&one.agency) && means(&one.label));
        let unclaimed = planned.proposals.unclaimed.iter().filter(|one| {
            agency.is_none_or(|agency| one.agency.as_ref() == Some(agency))
                && (means(&one.holder) || one.name.as_deref().is_some_and(means))
        });
        let superseded = planned.plan.supersede.iter().filter_map(|id| planned.live.get(id));
        Self {
            shown,
            brakes: brakes.collect(),
            of_one: person.is_some(),
            questions: questions.collect(),
            unclaimed: unclaimed.collect(),
            superseded: superseded.filter(|one| asked_for(&one.change)).collect(),
        }
    }
}

/// Runs `rosterd plan`. Exit code 0 nothing new, 2 changes, 3 something is held; an error outranks the rest.
pub async fn run(engine: &Engine, args: &PlanArgs, as_json: bool) -> Result<Code> {
    let agency = args.agency.as_deref().map(AgencyCode::parse).transpose()?;
    if let Some(code) = agency.as_ref().filter(|code| !engine.site.agencies.contains_key(*code)) {
        bail!("agency {code} is not in {}", engine.config().agencies.display());
    }
    let mut reader = engine.reader();
    let more = engine.preview(&mut reader).await?;
    let directory = engine.look_at_directory().await.context("directory")?;
    if let Err(why) = engine.believable(&directory).await? {
        bail!(why);
    }
    let (systems, unread) = engine.look_at_every_system(&mut reader).await;
    let planned = engine.plan(&directory, &systems, more).await?;
    let view = View::of(&planned, agency.as_ref(), args.person.as_deref());
    if let Some(file) = &args.ldif {
        write_ldif(engine, file, &view.shown, args.all).await?;
    } else if as_json {
        print_json(&as_document(&planned, &view))?;
    } else {
        crate::cli::text!("{}", as_text(engine, &view));
    }
    for error in &unread {
        eprintln!("error: {error}");
    }
    Ok(code(&planned, &view, !unread.is_empty()))
}

fn code(planned: &Planned, view: &View<'_>, failed: bool) -> Code {
    // What another hand has done is no news.
    let gone = |one: &&StoredChange| !planned.fulfilled.contains(&one.id);
    if failed {
        1
    } else if view.shown.iter().any(|one| one.state == State::Held) {
        3
    } else if view.shown.iter().any(|one| one.new) || view.superseded.iter().any(gone) {
        2
    } else {
        0
    }
}

/// Every change that stands after this plan, in its order of target, subject and kind.
fn shown(planned: &Planned) -> Vec<Shown<'_>> {
    let plan = &planned.plan;
    let moved: BTreeMap<_, _> = plan.moves.iter().map(|(id, _, to, _)| (id, *to)).collect();
    let mut shown: Vec<Shown<'_>> = planned
        .live
        .values()
        .filter(|stored| !plan.supersede.contains(&stored.id))
        .map(|stored| Shown {
            id: Some(stored.id.as_str()),
            state: moved.get(&stored.id).copied().unwrap_or(stored.state),
            new: false,
            change: &stored.change,
        })
        .filter(|one| one.state.is_live())
        .collect();
    shown.extend(plan.insert.iter().map(|(change, state, _)| Shown {
        id: None,
        state: *state,
        new: true,
        change,
    }));
    shown.sort_by_key(|one| (&one.change.agency, &one.change.target, one.change.kind, &one.change.label));
    shown
}

/// Whether a change is about the person somebody means: by id, by address, or by name with or without marks.
fn is_about(change: &Change, person: &str) -> bool {
    change.person.as_ref().is_some_and(|id| id.as_str() == person)
        || change.subject.as_str() == person
        || ascii(&change.label).contains(&ascii(person))
}

/// The contract's JSON, schema 1.
fn as_document(planned: &Planned, view: &View<'_>) -> Value {
    let View { shown, brakes, of_one: _, questions, unclaimed, superseded } = view;
    let changes: Vec<Value> = shown
        .iter()
        .map(|one| {
            let Change {
                target,
                subject,
                kind,
                agency,
                person,
                label,
                before,
                after,
                reason,
                effective: _,
                due,
                gate,
                risk,
                document,
                case,
                needs,
                evidence,
            } = one.change;
            json!({
                "key": one.change.key(), "id": one.id, "new": one.new, "kind": kind, "target": target,
                "subject": subject, "agency": agency, "person": person, "label": label, "reason": reason,
                "risk": risk, "gate": gate, "due": due, "state": one.state, "before": before, "after": after,
                "document": document, "case": case, "needs": needs, "evidence": evidence,
                "waits": one.change.waits_for_matches_of(),
            })
        })
        .collect();
    let questions: Vec<Value> = questions
        .iter()
        .map(|one| {
            let mut value = json!(one);
            value["key"] = json!(one.key());
            value
        })
        .collect();
    let unclaimed: Vec<Value> = unclaimed
        .iter()
        .map(|one| {
            let mut value = json!(one);
            value["key"] = json!(one.key());
            value
        })
        .collect();
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for one in shown {
        *kinds.entry(one.change.kind.as_str()).or_default() += 1;
    }
    let of = |test: &dyn Fn(&Shown<'_>) -> bool| shown.iter().filter(|one| test(one)).count();
    json!({
        "schema": 1,
        "changes": changes,
        "questions": questions,
        "brakes": brakes,
        "unclaimed": unclaimed,
        "summary": {
            "changes": shown.len(),
            "new": of(&|one| one.new),
            "held": of(&|one| one.state == State::Held),
            "superseded": superseded.len(),
            "suppressed": planned.plan.suppressed.len(),
            "questions": questions.len(),
            "unclaimed": unclaimed.len(),
            "kinds": kinds,
        },
    })
}

fn as_text(engine: &Engine, view: &View<'_>) -> String {
    let View { shown, brakes, of_one, questions, unclaimed, superseded } = view;
    let lang = engine.config().language;
    let mut text = String::new();
    let mut agency = None;
    for one in shown {
        if agency != Some(&one.change.agency) {
            agency = Some(&one.change.agency);
            let name = engine.site.agencies.get(&one.change.agency).map_or("", |agency| agency.name.as_str());
            let _ = writeln!(text, "\n{} {name}", one.change.agency);
        }
        let sign = if one.new { '+' } else { ' ' };
        let _ = writeln!(text, " {sign} {}", words::change_line(one.change, one.state, lang));
        let evidence = one.change.evidence.iter().filter(|_| *of_one);
        for line in evidence.map(|evidence| super::review::evidence(evidence, lang)) {
            let _ = writeln!(text, "       {line}");
        }
        if one.state == State::Held
            && let Some(agency) = one.change.waits_for_matches_of()
        {
            let _ = writeln!(text, "       {}", words::waits_for_matches(agency, lang));
        }
    }
    for brake in brakes {
        let _ = writeln!(text, "\n! {}", words::brake_line(brake, lang));
    }
    if !unclaimed.is_empty() {
        text.push('\n');
    }
    for one in unclaimed {
        let _ = writeln!(text, "{}", words::unclaimed_line(one, lang));
    }
    let _ = writeln!(
        text,
        "\n{}",
        words::plan_totals(
            shown.len(),
            shown.iter().filter(|one| one.new).count(),
            shown.iter().filter(|one| one.state == State::Held).count(),
            superseded.len(),
            questions.len(),
            lang,
        )
    );
    text
}

/// The approved directory changes as change records; the others as comments where asked for.
async fn write_ldif(engine: &Engine, file: &std::path::Path, shown: &[Shown<'_>], all: bool) -> Result<()> {
    let today = engine.local(engine.now());
    let mut writes = Vec::new();
    let mut others = String::new();
    for one in shown.iter().filter(|one| one.change.target == TargetId::mail()) {
        let due = one.change.due <= today;
        match Write::of(one.change, None) {
            Ok(write) if one.state == State::Approved && due => writes.push(write),
            Ok(_) | Err(_) => {
                // A comment is one line, whatever a name holds.
                let line = words::change_line(one.change, one.state, engine.config().language);
                let _ = writeln!(others, "# {}", line.replace(['\r', '\n'], " "));
            }
        }
    }
    let mut text = engine.directory.change_records(&writes).await?;
    if all {
        let _ = write!(text, "\n{others}");
    }
    if file.as_os_str() == "-" {
        crate::cli::text!("{text}");
        return Ok(());
    }
    crate::files::write(file, text.as_bytes(), 0o600).with_context(|| file.display().to_string())
}
