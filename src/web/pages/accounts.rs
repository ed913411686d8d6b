//! The accounts behind the numbers of rotation: whoever a number counts, a page at a time by key, agency by agency.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::rotation::figures;
use crate::model::ids::{AccountId, AgencyCode, TargetId};
use crate::model::operator::Operator;
use crate::report::rotation::cause_words;
use crate::report::spread::bands;
use crate::rotation::figures::{AGE_BANDS, FIRST_BANDS, Figures, IDLE_BANDS, Place};
use crate::rotation::part::{Counted, Share};
use crate::rotation::policy::{Audience, Holder};
use crate::rotation::row::{AsOf, Entry, Number, Row, Set, Wanted};
use crate::rotation::verdict::Standing;
use crate::words;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Accounts a page.
const PER_PAGE: usize = 50;

/// A filter as a query has it; what is empty filters nothing.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    agency: String,
    system: String,
    standing: String,
    kind: String,
    /// The word of a [`Number`].
    of: String,
    /// The name of a campaign.
    campaign: String,
    /// The word of a [`Share`]: which of the campaign's; all without one.
    share: String,
    /// A day: those of the campaign who had changed at its end.
    by: String,
    text: String,
    #[serde(skip_serializing)]
    after: String,
}

impl Asked {
    pub fn wanted(&self, operator: &Operator) -> Result<Wanted, PageError> {
        let agency = parsed(&self.agency, AgencyCode::stored)?;
        if let Some(code) = &agency {
            decide::sight(operator, code)?;
        }
        Ok(Wanted {
            agency,
            system: parsed(&self.system, |text| Some(TargetId::new(text)))?,
            standing: parsed(&self.standing, Standing::parse)?,
            holder: parsed(&self.kind, Holder::parse)?,
            number: parsed(&self.of, Number::parse)?,
            campaign: self.counted()?,
            text: parsed(self.text.trim(), |text| Some(text.to_owned()))?,
        })
    }

    fn counted(&self) -> Result<Option<Counted>, PageError> {
        let campaign = parsed(&self.campaign, |text| Some(text.to_owned()))?;
        let share = parsed(&self.share, Share::parse)?.unwrap_or(Share::All);
        let by = parsed(&self.by, |text| text.parse().ok())?;
        Ok(campaign.map(|campaign| Counted { campaign, share, by }))
    }

    pub fn after(&self) -> Result<Option<Key>, PageError> {
        parsed(&self.after, Key::read)
    }
}

fn parsed<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    parse(text).map(Some).ok_or(PageError::NotFound)
}

/// Where a page ends: the key that the next one begins behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Key {
    agency: AgencyCode,
    system: TargetId,
    at: usize,
    account: AccountId,
}

impl Key {
    fn of(place: &Place, entry: Entry<'_>) -> Self {
        Self {
            agency: place.agency.clone(),
            system: place.system.clone(),
            at: entry.at,
            account: entry.row.id.clone(),
        }
    }

    fn written(&self) -> String {
        let Self { agency, system, at, account } = self;
        format!("{agency}|{system}|{at}|{account}")
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '|');
        let (agency, system) = (AgencyCode::stored(parts.next()?)?, TargetId::new(parts.next()?));
        Some(Self { agency, system, at: parts.next()?.parse().ok()?, account: AccountId::new(parts.next()?) })
    }
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let wanted = asked.wanted(&signed.operator)?;
    let after = asked.after()?;
    let figures = figures(&desk, &signed.operator).await?.unwrap_or_default();
    let (lines, last) =
        listed(&desk, &figures, &wanted, after.as_ref(), |place, entry| line(&signed, place, entry)).await?;
    let count: u64 = figures.places.iter().map(|place| wanted.at_most(&figures, place)).sum();
    let agencies: Vec<_> =
        desk.agencies_of(&signed.operator).into_iter().map(|(code, name)| context! { code, name }).collect();
    let status = figures.status();
    let systems: Vec<_> = status.systems.keys().collect();
    let standings: Vec<_> = status.total.states.keys().collect();
    let lang = signed.view.lang;
    let kinds: Vec<_> =
        Holder::ALL.iter().map(|one| context! { word => one, title => words::holder(*one, lang) }).collect();
    let numbers: Vec<_> = Number::all()
        .into_iter()
        .map(|one| context! { word => one.word(), title => title(&signed, one) })
        .collect();
    let more = context! {
        asked => Value::from_serialize(&asked),
        filtered => wanted != Wanted::default(),
        title => wanted.number.map(|one| title(&signed, one)),
        of_campaign => wanted.campaign.as_ref().map(|one| of_campaign(&signed, one)),
        standing => wanted.standing,
        count => wanted.is_counted().then_some(count),
        first => after.is_none(),
        last,
        lines,
        agencies,
        systems => Value::from_serialize(&systems),
        standings => Value::from_serialize(&standings),
        kinds,
        numbers,
        day => figures.day.to_string(),
    };
    signed.view.page(&desk, "rotation_accounts.html", more)
}

/// The lines of one page, and the key of the last one where more follow. Of the places in the order of their keys only
/// those are read that have what is wanted.
pub(in super::super) async fn listed<T>(
    desk: &Desk,
    figures: &Figures,
    wanted: &Wanted,
    after: Option<&Key>,
    line: impl Fn(&Place, Entry<'_>) -> T,
) -> Result<(Vec<T>, Option<String>), PageError> {
    let as_of = AsOf { day: figures.day, idle_after: figures.idle_after };
    let (mut lines, mut last) = (Vec::new(), None);
    for place in figures.places.iter().filter(|place| wanted.at_most(figures, place) > 0) {
        let here = (&place.agency, &place.system);
        let begins = after.map(|key| (&key.agency, &key.system));
        if begins.is_some_and(|begins| here < begins) {
            continue;
        }
        let rows: Vec<Row> = desk.store.rotation_rows(&place.agency, &place.system).await?;
        let entries = wanted.entries(&rows, as_of);
        let behind = after.filter(|_| begins == Some(here));
        // An account that is gone since: its place is shown from the beginning.
        let from = behind.and_then(|key| entries.iter().position(|one| Key::of(place, *one) == *key));
        for entry in entries.iter().skip(from.map_or(0, |at| at + 1)) {
            if lines.len() == PER_PAGE {
                return Ok((lines, last));
            }
            lines.push(line(place, *entry));
            last = Some(Key::of(place, *entry).written());
        }
    }
    Ok((lines, None))
}

fn line(signed: &Signed, place: &Place, Entry { row, step, at: _ }: Entry<'_>) -> Value {
    let lang = signed.view.lang;
    let (set, first) = match row.set {
        Set::Own(day) => (Some(day), false),
        Set::First(day) => (Some(day), true),
        Set::Unknown => (None, false),
    };
    context! {
        name => row.name,
        address => row.address,
        agency => place.agency,
        system => place.system,
        kind => words::holder(row.holder, lang),
        standing => row.standing,
        cause => row.cause.map(|cause| cause_words(cause, lang)),
        set,
        first,
        deadline => row.deadline,
        on => step.map(|(on, _)| on),
        step => step.map(|(_, to)| words::next_step(to, lang)),
    }
}

/// What a number of a campaign counts.
fn of_campaign(signed: &Signed, Counted { campaign, share, by }: &Counted) -> String {
    let t = |vi: &'static str, en: &'static str| signed.view.t(vi, en);
    let share = match share {
        Share::All => t("thuộc đợt", "in the campaign"),
        Share::Changed => t("đã đổi mật khẩu trong đợt", "changed in the campaign"),
        Share::Open => t("chưa đổi mật khẩu trong đợt", "not changed in the campaign"),
        Share::Locked => t("đã khóa trong đợt", "locked in the campaign"),
    };
    let until = t("tính đến hết ngày", "by the end of");
    let by = by.map(|day| format!(", {until} {}", day.format("%d/%m/%Y"))).unwrap_or_default();
    format!("{share} {campaign}{by}")
}

/// What a number counts.
pub(super) fn title(signed: &Signed, number: Number) -> String {
    let t = |vi: &'static str, en: &'static str| signed.view.t(vi, en);
    let within = |all: &[i64], at: usize| bands(all, signed.view.lang).swap_remove(at.min(all.len()));
    match number {
        Number::ProtectedOverdue => {
            t("được bảo vệ, quá hạn (không khóa)", "protected and overdue (never locked)").into()
        }
        Number::Idle => t("lâu không sử dụng", "not used for long").into(),
        Number::NeverUsed => t("chưa sử dụng lần nào", "never used").into(),
        Number::NearlyFull => t("hộp thư gần đầy", "mailbox nearly full").into(),
        Number::DefaultPassword => {
            t("đang dùng mật khẩu mặc định đã biết", "with a known default password").into()
        }
        Number::Postponed => t("có thư nhắc đang chờ gửi", "with a reminder that waits").into(),
        Number::Age(at) => {
            format!("{}: {}", t("tuổi mật khẩu", "age of the password"), within(&AGE_BANDS, at))
        }
        Number::First(None) => t("mật khẩu lần đầu, chưa đổi", "first password, never changed").into(),
        Number::First(Some(at)) => {
            let of = t("mật khẩu lần đầu, chưa đổi từ", "first password, unchanged for");
            format!("{of}: {}", within(&FIRST_BANDS, at))
        }
        Number::AgeUnknown => t("đang mở, không rõ tuổi mật khẩu", "open, the password’s age unknown").into(),
        Number::Use(at) => format!("{}: {}", t("không sử dụng", "not used for"), within(&IDLE_BANDS, at)),
        Number::UseUnknown => t("đang mở, không rõ lần sử dụng", "open, its use unknown").into(),
        Number::Ahead(to, days) => {
            let step = match to {
                Audience::Holder => t("thư nhắc", "reminders"),
                Audience::Contact => t("lượt báo đơn vị", "told to units"),
                Audience::Department => t("lượt báo Sở", "told to the department"),
                Audience::ForceChange => t("lượt buộc đổi mật khẩu", "forced changes"),
                Audience::Lock => t("tài khoản đến ngày khóa", "locks"),
            };
            format!("{step} {} {days} {}", t("trong", "within"), t("ngày tới", "days"))
        }
    }
}
