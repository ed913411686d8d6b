//! The page's templates, in the program, and the words they use. Whatever a template prints is escaped.

use crate::config::Site;
use crate::model::Lang;
use crate::model::account::Attr;
use crate::model::brake::BrakeKind;
use crate::model::change::{ChangeKind, Gate, Reason, Risk, State};
use crate::model::ids::AgencyCode;
use crate::model::operator::OperatorRole;
use crate::model::roster::RosterKind;
use crate::model::rotation::CampaignState;
use crate::model::tip::Sign;
use crate::reconcile::row_result::kind_phrase;
use crate::rotation::verdict::Standing;
use crate::{notify, words};
use chrono::{DateTime, NaiveDate};
use minijinja::{Environment, State as Rendering, Value};
use std::collections::BTreeMap;

/// The templates by name.
macro_rules! templates {
    ($($name:literal),+ $(,)?) => { [$(($name, include_str!(concat!("templates/", $name)))),+] };
}

const TEMPLATES: &[(&str, &str)] = &templates![
    "base.html",
    "parts.html",
    "field.html",
    "error.html",
    "sign_in.html",
    "confirm.html",
    "onward.html",
    "overview.html",
    "changes.html",
    "change.html",
    "bulk.html",
    "as_sent.html",
    "brakes.html",
    "brake.html",
    "questions.html",
    "question.html",
    "rosters.html",
    "roster.html",
    "sheet.html",
    "notes.html",
    "severity.html",
    "agencies.html",
    "agency.html",
    "matches.html",
    "match.html",
    "holds.html",
    "slips.html",
    "stale.html",
    "handovers.html",
    "handover.html",
    "audit.html",
    "operators.html",
    "account.html",
    "pause.html",
    "chart.html",
    "rotation.html",
    "rotation_list.html",
    "rotation_accounts.html",
    "mail_brake.html",
    "mails.html",
    "campaigns.html",
    "campaign.html",
    "campaign_plan.html",
    "campaign_new.html",
    "incidents.html",
    "incident.html",
    "reports.html",
];

fn lang(rendering: &Rendering<'_, '_>) -> Lang {
    match rendering.lookup("lang").as_ref().and_then(Value::as_str) {
        Some("en") => Lang::En,
        _ => Lang::Vi,
    }
}

/// The environment.
pub(super) fn environment(site: &Site) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    environment.add_function("t", |rendering: &Rendering<'_, '_>, vi: String, en: String| {
        match lang(rendering) {
            Lang::Vi => vi,
            Lang::En => en,
        }
    });
    environment.add_function("link", |path: &str, more: Value| -> Result<String, minijinja::Error> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in more.try_iter()? {
            let value = more.get_item(&name)?;
            let text = value.to_string();
            if !value.is_undefined() && !value.is_none() && !text.is_empty() {
                query.append_pair(&name.to_string(), &text);
            }
        }
        let query = query.finish();
        Ok(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    });
    word(&mut environment, "kind", ChangeKind::parse, kind_phrase);
    word(&mut environment, "state", State::parse, words::state);
    word(&mut environment, "risk", Risk::parse, words::risk);
    word(&mut environment, "gate", Gate::parse, words::gate);
    word(&mut environment, "reason", Reason::parse, words::reason);
    word(&mut environment, "role", OperatorRole::parse, words::role);
    word(&mut environment, "standing", Standing::parse, words::standing);
    word(&mut environment, "sign", Sign::parse, words::sign);
    word(&mut environment, "campaign_state", CampaignState::parse, words::campaign_state);
    word(&mut environment, "brake_kind", BrakeKind::parse, words::brake_kind);
    word(&mut environment, "attr", attr, notify::words::attr);
    word(&mut environment, "roster_kind", roster_kind, notify::words::roster_kind);
    environment
        .add_filter("count", |rendering: &Rendering<'_, '_>, number: i64| grouped(number, lang(rendering)));
    environment.add_filter("date", |text: &str| {
        text.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), |date| date.format("%d/%m/%Y").to_string())
    });
    environment.add_filter("outcome", |rendering: &Rendering<'_, '_>, text: &str| {
        super::outcome::outcome(text, lang(rendering))
    });
    let zone = site.config.time_zone;
    environment.add_filter("time", move |text: &str| {
        let format =
            |at: DateTime<chrono::FixedOffset>| at.with_timezone(&zone).format("%d/%m/%Y %H:%M").to_string();
        DateTime::parse_from_rfc3339(text).map_or_else(|_| text.to_owned(), format)
    });
    let names: BTreeMap<AgencyCode, String> =
        site.agencies.iter().map(|(code, agency)| (code.clone(), agency.name.clone())).collect();
    environment.add_filter("agency", move |rendering: &Rendering<'_, '_>, code: &str| {
        let unknown = || match lang(rendering) {
            Lang::Vi => "Chưa rõ cơ quan".to_owned(),
            Lang::En => "Agency unknown".to_owned(),
        };
        match AgencyCode::stored(code) {
            Some(code) if code == AgencyCode::unknown() => unknown(),
            Some(code) => names.get(&code).cloned().unwrap_or_else(|| code.to_string()),
            None => code.to_owned(),
        }
    });
    let names: BTreeMap<AgencyCode, String> =
        site.agencies.iter().map(|(code, agency)| (code.clone(), agency.name.clone())).collect();
    environment.add_filter("shown", move |rendering: &Rendering<'_, '_>, text: &str, attr: &str| {
        match (attr, text, lang(rendering)) {
            ("agency", code, _) => AgencyCode::stored(code)
                .and_then(|code| names.get(&code).cloned())
                .unwrap_or_else(|| code.to_owned()),
            ("disabled", "true", Lang::Vi) => "có".to_owned(),
            ("disabled", "true", Lang::En) => "yes".to_owned(),
            ("disabled", "false", Lang::Vi) => "không".to_owned(),
            ("disabled", "false", Lang::En) => "no".to_owned(),
            _ => text.to_owned(),
        }
    });
    let titles: BTreeMap<String, String> =
        site.config.systems.iter().map(|one| (one.name().to_string(), one.title().to_owned())).collect();
    environment.add_filter("system", move |rendering: &Rendering<'_, '_>, target: &str| {
        match (target, lang(rendering)) {
            ("mail", Lang::Vi) => "Thư điện tử công vụ".to_owned(),
            ("mail", Lang::En) => "Official mail".to_owned(),
            _ => titles.get(target).cloned().unwrap_or_else(|| target.to_owned()),
        }
    });
    Ok(environment)
}

/// A filter from a closed set's word to what people call it; another text stays as it is.
fn word<T: 'static>(
    environment: &mut Environment<'static>,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T> + Send + Sync + 'static,
    call: impl Fn(T, Lang) -> &'static str + Send + Sync + 'static,
) {
    environment.add_filter(name, move |rendering: &Rendering<'_, '_>, text: &str| {
        parse(text).map_or_else(|| text.to_owned(), |value| call(value, lang(rendering)).to_owned())
    });
}

/// The attribute of that name.
pub(super) fn attr(word: &str) -> Option<Attr> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

fn roster_kind(word: &str) -> Option<RosterKind> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// A number with its thousands set apart: `12.345` in Vietnamese, `12,345` in English.
fn grouped(number: i64, lang: Lang) -> String {
    let mark = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_as_each_language_does() {
        assert_eq!(grouped(1_234_567, Lang::Vi), "1.234.567");
        assert_eq!(grouped(999, Lang::Vi), "999");
        assert_eq!(grouped(-12_000, Lang::En), "-12,000");
    }
}
