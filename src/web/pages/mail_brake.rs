//! The mail brake: more reminders were due at once than may be. Two operators let them go, for a day; then they leave.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::rotation::figures;
use crate::model::operator::Right;
use crate::rotation::figures::Figures;
use crate::rotation::room::MailBraked;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

const HERE: &str = "/rotation/mail-brake";

/// It in figures, for other pages; none where it is not on, or out of sight.
pub(super) async fn shown(desk: &Desk, figures: Option<&Figures>) -> Result<Value, PageError> {
    let found = decide::mail_brake(desk, figures).await?;
    let shown = found.map(|(MailBraked { due, limit, of_accounts }, releases)| {
        context! { due, limit, of_accounts, by => releases.iter().map(|one| one.by.to_string()).collect::<Vec<_>>() }
    });
    Ok(Value::from_serialize(shown))
}

/// The arithmetic, whose letters wait, who has let them go.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let figures = figures(&desk, &signed.operator).await?.unwrap_or_default();
    let (braked, releases) = decide::mail_brake(&desk, Some(&figures)).await?.ok_or(PageError::NotFound)?;
    let MailBraked { due, limit, of_accounts } = braked;
    let names = desk.store.operator_names().await?;
    let by: Vec<_> = releases
        .iter()
        .map(|one| {
            let name = names.get(&one.by).cloned().unwrap_or_else(|| one.by.to_string());
            context! { name, reason => one.reason, at => crate::model::rfc3339(one.at) }
        })
        .collect();
    let rule = desk.site.config.rotation.as_ref().map(|rotation| rotation.mail_brake);
    // The rule may have been written anew since: the arithmetic is shown where it still comes to the same.
    let rule = rule.map(|rule| (rule, of_accounts * rule.percent / 100));
    let rule = rule.filter(|(rule, share)| rule.count.max(*share) == limit);
    let more = context! {
        due, limit, of_accounts, by,
        rule => rule.map(|(rule, share)| context! { least => rule.count, percent => rule.percent, share }),
        over => due.saturating_sub(limit),
        waiting => figures.status().total.postponed,
        day => figures.day.to_string(),
        by_me => releases.iter().any(|one| one.by == signed.operator.login),
        by_two => releases.len() > 1,
        may_release => decide::for_province(&signed.operator, Right::Approve).is_ok(),
    };
    signed.view.page(&desk, "mail_brake.html", more)
}

#[derive(Deserialize)]
pub(in super::super) struct Reasoned {
    #[serde(default)]
    reason: String,
}

/// Lets the letters go for today.
pub(in super::super) async fn release(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    decide::for_province(&signed.operator, Right::Approve)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password(HERE);
    }
    let by_two = decide::release_mail(&desk, &signed.operator, &given.reason).await?;
    let (to, said) = if by_two {
        let said = signed.view.t(
            "Đã có hai người đồng ý: thư nhắc của hôm nay được gửi trong lượt xử lý tới.",
            "Two operators agreed: today’s reminders leave with the next pass.",
        );
        ("/rotation", said)
    } else {
        (
            HERE,
            signed.view.t(
                "Đã ghi nhận; cần thêm một người đồng ý trong hôm nay.",
                "Kept; a second operator must agree, today.",
            ),
        )
    };
    signed.view.go(&desk, to, said)
}
