//! Reports to download: what `rosterd report` makes, within the operator's scope, as a workbook or a page ready to print.

use super::super::back_office::{Wanted, WantedReport};
use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::{Signed, query_value};
use super::rosters::download;
use crate::model::Lang;
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::{Operator, Right};
use crate::report::html;
use crate::workbook;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json, http::HeaderValue, http::header::CONTENT_TYPE};
use chrono::NaiveDate;
use minijinja::context;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What can be asked for.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Case>,
) -> Result<Response, PageError> {
    let agencies: Vec<_> =
        desk.agencies_of(&signed.operator).into_iter().map(|(code, name)| context! { code, name }).collect();
    let systems: Vec<_> = std::iter::once("mail".to_owned())
        .chain(desk.site.config.systems.iter().map(|one| one.name().to_string()))
        .collect();
    signed.view.page(
        &desk,
        "reports.html",
        context! { agencies, systems, rules => desk.site.rotation.is_some(), case => asked.case },
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Case {
    /// Its id, or that of one of its changes.
    case: String,
}

/// The evidence of a case. Its rosters hold whole citizen IDs: it is for who may see them, and the password is asked for.
pub(in super::super) async fn pack(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(asked): Form<Case>,
) -> Result<Response, PageError> {
    signed.require(Right::Reveal)?;
    let id = asked.case.trim();
    if !signed.is_confirmed(&desk) {
        return signed.ask_password(&format!("/reports?case={}", query_value(id)));
    }
    let Some(bytes) = desk.back.case_pack(id, &signed.operator).await? else {
        return Err(PageError::Bad(
            format!("Không có vụ việc hoặc thay đổi nào có mã “{id}” trong phạm vi của bạn."),
            format!("There is no case and no change with the id “{id}” within your scope."),
        ));
    };
    let mut response = download(&format!("ho-so-{id}.zip"), bytes)?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    /// `adoption`, `accounts`, `rotation`, `review` or `access`.
    report: String,
    /// `xlsx`, `html` or `json`.
    as_file: String,
    agency: String,
    from: String,
    to: String,
    on: String,
    person: String,
    system: String,
}

impl Asked {
    fn day(text: &str) -> Result<NaiveDate, PageError> {
        text.parse().map_err(|_| {
            PageError::Bad(format!("“{text}” không phải là một ngày."), format!("“{text}” is no date."))
        })
    }

    /// The report, of the agencies that are asked for and within sight.
    fn wanted(&self, desk: &Desk, operator: &Operator, lang: Lang) -> Result<Wanted, PageError> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let agency = match given(&self.agency) {
            Some(code) => {
                let code = AgencyCode::parse(&code).map_err(|_| PageError::NotFound)?;
                decide::sight(operator, &code)?;
                if !desk.site.agencies.contains_key(&code) {
                    return Err(PageError::NotFound);
                }
                Some(code)
            }
            None => None,
        };
        let what = match self.report.as_str() {
            "adoption" => WantedReport::Adoption,
            "accounts" => WantedReport::Accounts,
            "rotation" if desk.site.rotation.is_some() => WantedReport::Rotation,
            "review" => {
                let agency = agency.clone().ok_or_else(|| {
                    PageError::Bad(
                        "Chưa chọn cơ quan cần rà soát.".into(),
                        "Choose the agency to review.".into(),
                    )
                })?;
                let period = match (given(&self.from), given(&self.to)) {
                    (Some(from), Some(to)) => Some((Self::day(&from)?, Self::day(&to)?)),
                    _ => None,
                };
                if period.is_some_and(|(from, to)| from > to) {
                    return Err(PageError::Bad(
                        "Ngày đầu phải trước ngày cuối.".into(),
                        "The first day must come before the last.".into(),
                    ));
                }
                WantedReport::Review(agency, period)
            }
            "access" => {
                let on = given(&self.on).map_or(Ok(desk.today()), |text| Self::day(&text))?;
                if on > desk.today() {
                    return Err(PageError::Bad(
                        "Ngày này chưa đến.".into(),
                        "That day is still to come.".into(),
                    ));
                }
                let system = given(&self.system);
                let known = |name: &String| {
                    name == "mail" || desk.site.config.systems.iter().any(|one| one.name().as_str() == name)
                };
                if system.as_ref().is_some_and(|name| !known(name)) {
                    return Err(PageError::NotFound);
                }
                WantedReport::Access { on, person: given(&self.person), system }
            }
            _ => return Err(PageError::NotFound),
        };
        let agencies: BTreeSet<AgencyCode> = match agency {
            Some(code) => [code].into(),
            None => operator.agencies.clone(),
        };
        Ok(Wanted { what, agencies, lang })
    }
}

/// Makes one. It names people: who took which is written into the trail.
pub(in super::super) async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(asked): Form<Asked>,
) -> Result<Response, PageError> {
    made(&desk, &signed.operator, signed.view.lang, &asked).await
}

/// The same, for whoever may have it.
pub(in super::super) async fn made(
    desk: &Desk,
    operator: &Operator,
    lang: Lang,
    asked: &Asked,
) -> Result<Response, PageError> {
    let wanted = asked.wanted(desk, operator, lang)?;
    let whole = if asked.agency.is_empty() { "*" } else { asked.agency.as_str() };
    let name = format!("{}-{}-{}", asked.report, whole.replace('*', "tat-ca"), desk.today());
    let report = desk.back.report(wanted).await?;
    let response = match asked.as_file.as_str() {
        "xlsx" => {
            let bytes = workbook::report::write(&report).map_err(PageError::internal)?;
            download(&format!("{name}.xlsx"), bytes)?
        }
        "html" => {
            let mut response = download(&format!("{name}.html"), html::page(&report).into_bytes())?;
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, kind);
            response
        }
        "json" => Json(&report).into_response(),
        _ => return Err(PageError::NotFound),
    };
    note(desk, &operator.login, whole, &asked.report).await?;
    Ok(response)
}

async fn note(desk: &Desk, by: &Login, of: &str, report: &str) -> Result<(), PageError> {
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.audit(by.as_str(), "report.make", of, report);
            tx.commit(()).await
        })
        .await?;
    Ok(())
}
