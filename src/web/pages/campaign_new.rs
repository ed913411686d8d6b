//! Setting up a campaign: a profile chosen or values typed, a preview of who is in it and when its steps are taken, then the
//! first of two operators asks for it.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::campaigns::{moment, require, start, told};
use super::rotation::figures;
use crate::config::profile::Profile;
use crate::model::ids::AgencyCode;
use crate::model::rotation::{CampaignContact, CampaignPlan};
use crate::rotation::campaign::check;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::NaiveDateTime;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The form as it is filled in.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in super::super) struct Typed {
    /// A profile to fill the form from.
    profile: String,
    name: String,
    document: String,
    decided_by: String,
    basis: String,
    contact_name: String,
    contact_phone: String,
    contact_mail: String,
    /// Codes, apart by commas or spaces; none means all.
    agencies: String,
    unit_mailboxes: String,
    opens: String,
    closes: String,
    lock: String,
    delete_after_days: String,
    /// `preview` or `start`.
    #[serde(skip_serializing)]
    what: String,
}

/// What the form's moments look like.
const CLOCK: &str = "%Y-%m-%dT%H:%M";

impl Typed {
    fn of(plan: &CampaignPlan) -> Self {
        let flag = |on: bool| if on { "1".to_owned() } else { String::new() };
        let codes: Vec<&str> = plan.agencies.iter().map(AgencyCode::as_str).collect();
        Self {
            profile: String::new(),
            name: plan.name.clone(),
            document: plan.document.clone(),
            decided_by: plan.decided_by.clone(),
            basis: plan.basis.clone(),
            contact_name: plan.contact.name.clone(),
            contact_phone: plan.contact.phone.clone(),
            contact_mail: plan.contact.mail.clone(),
            agencies: codes.join(", "),
            unit_mailboxes: flag(plan.unit_mailboxes),
            opens: plan.opens.format(CLOCK).to_string(),
            closes: plan.closes.format(CLOCK).to_string(),
            lock: flag(plan.lock),
            delete_after_days: plan.delete_after_days.map(|days| days.to_string()).unwrap_or_default(),
            what: String::new(),
        }
    }

    /// The plan, or what is wrong with it in both languages.
    fn plan(&self, desk: &Desk) -> Result<CampaignPlan, (String, String)> {
        let wrong = |vi: &str, en: &str| (vi.to_owned(), en.to_owned());
        let clock = |text: &str| {
            let seconds = format!("{CLOCK}:%S");
            NaiveDateTime::parse_from_str(text, CLOCK)
                .or_else(|_| NaiveDateTime::parse_from_str(text, &seconds))
                .map_err(|_| {
                    wrong(
                        "Giờ mở và giờ kết thúc phải là ngày và giờ.",
                        "Opening and end must be a date and a time.",
                    )
                })
        };
        let text = |text: &str, vi: &str, en: &str| match text.trim() {
            "" => Err((format!("Chưa ghi {vi}."), format!("{en} is missing."))),
            text => Ok(text.to_owned()),
        };
        let mut agencies = BTreeSet::new();
        for code in self.agencies.split([',', ';', ' ']).map(str::trim).filter(|code| !code.is_empty()) {
            let known = AgencyCode::parse(code).ok().filter(|code| desk.site.agencies.contains_key(code));
            agencies.insert(known.ok_or_else(|| {
                (
                    format!("Không có cơ quan nào mang mã “{code}”."),
                    format!("No agency has the code “{code}”."),
                )
            })?);
        }
        let delete_after_days = match self.delete_after_days.trim() {
            "" => None,
            days => Some(days.parse().map_err(|_| {
                wrong(
                    "Số ngày đến khi đề nghị xóa phải là một số.",
                    "The days until deletion must be a number.",
                )
            })?),
        };
        let plan = CampaignPlan {
            name: text(&self.name, "tên đợt", "The name")?,
            document: text(&self.document, "số, ngày văn bản", "The document")?,
            decided_by: text(&self.decided_by, "cơ quan quyết định", "Who decided")?,
            basis: text(&self.basis, "căn cứ", "The legal basis")?,
            contact: CampaignContact {
                name: text(&self.contact_name, "người giải đáp", "Whom to ask")?,
                phone: text(&self.contact_phone, "số điện thoại giải đáp", "The phone")?,
                mail: text(&self.contact_mail, "địa chỉ thư giải đáp", "The mail address")?,
            },
            agencies,
            unit_mailboxes: !self.unit_mailboxes.is_empty(),
            opens: clock(&self.opens)?,
            closes: clock(&self.closes)?,
            lock: !self.lock.is_empty(),
            delete_after_days,
        };
        let now = desk.now().with_timezone(&desk.site.config.time_zone).naive_local();
        if plan.closes <= now {
            return Err(wrong("Giờ kết thúc đã qua.", "The end has passed."));
        }
        if plan.closes <= plan.opens {
            return Err(wrong("Giờ kết thúc phải sau giờ mở.", "It must end after it opens."));
        }
        check(&plan, &desk.site.agencies).map_err(|why| {
            let name = "Tên đợt chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, không quá 64 ký tự.";
            (name.to_owned(), why)
        })?;
        Ok(plan)
    }
}

/// The form, filled from a profile or from what was typed before the password was asked for.
pub(in super::super) async fn form(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(typed): Query<Typed>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if typed.profile.is_empty() {
        return show(&desk, &signed, &typed, None).await;
    }
    let (_, plan) = Profile::campaigns()
        .into_iter()
        .find(|(name, _)| *name == typed.profile)
        .ok_or(PageError::NotFound)?;
    show(&desk, &signed, &Typed::of(&plan), None).await
}

/// Shows who and when, or asks for it.
pub(in super::super) async fn ask(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if desk.site.rotation.is_none() {
        return Err(PageError::Bad(
            "Cấu hình chưa có mục [rotation]: đợt đổi mật khẩu cần lịch làm việc và nơi nhận của mục này."
                .into(),
            "The configuration has no [rotation]: a campaign needs its calendar and its recipients.".into(),
        ));
    }
    let plan = typed.plan(&desk);
    match (&plan, typed.what.as_str()) {
        (Ok(plan), "start") => {
            if !signed.is_confirmed(&desk) {
                // What was typed waits in the form.
                let query = query_of(&typed);
                return signed.ask_password(&format!("/rotation/campaigns/new?{query}"));
            }
            start(&desk, &signed, plan).await
        }
        _ => show(&desk, &signed, &typed, Some(&plan)).await,
    }
}

/// The form's fields as a query.
fn query_of(typed: &Typed) -> String {
    let value = serde_json::to_value(typed).unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in value.as_object().into_iter().flatten() {
        query.append_pair(name, value.as_str().unwrap_or_default());
    }
    query.finish()
}

async fn show(
    desk: &Desk,
    signed: &Signed,
    typed: &Typed,
    plan: Option<&Result<CampaignPlan, (String, String)>>,
) -> Result<Response, PageError> {
    let (mut preview, mut wrong) = (Value::from(()), Value::from(()));
    match plan {
        Some(Ok(plan)) => {
            let figures = figures(desk, &signed.operator).await?;
            let reach = figures.as_ref().map(|figures| figures.reach(plan, &desk.site.agencies));
            let who: Vec<_> =
                reach.iter().flatten().map(|(agency, count)| context! { agency, count }).collect();
            let accounts: u64 = reach.iter().flatten().map(|(_, count)| count).sum();
            let day = figures.map(|figures| figures.day.to_string());
            preview = context! { plan => told(desk, signed, plan), who, accounts, day };
        }
        Some(Err((vi, en))) => wrong = Value::from(signed.view.t(vi, en)),
        None => {}
    }
    let profiles: Vec<_> = Profile::campaigns()
        .iter()
        .map(|(name, plan)| context! { name, document => plan.document, opens => moment(plan.opens) })
        .collect();
    let more = context! { typed => Value::from_serialize(typed), preview, wrong, profiles, rules => desk.site.rotation.is_some() };
    signed.view.page(desk, "campaign_new.html", more)
}
