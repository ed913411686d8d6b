//! Operators: who may decide, their sessions, tokens of programs.

use super::super::account::invite as make_invitation;
use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::secret;
use super::super::view::Signed;
use crate::model::ids::{AgencyCode, Login};
use crate::model::name::{PersonName, by_given};
use crate::model::operator::{Operator, OperatorRole, Right};
use crate::store::{Enrolled, StoreError, Subject, TokenScope};
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use minijinja::{Value, context};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An invitation from the page is good for so long.
const INVITED_FOR: TimeDelta = TimeDelta::hours(24);

/// Operators, sessions, tokens.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    require(&signed)?;
    show(&desk, &signed, Value::from(())).await
}

fn require(signed: &Signed) -> Result<(), PageError> {
    decide::for_province(&signed.operator, Right::Administer)
}

/// Everybody who is or was enrolled, those who are first, by given name.
pub(in super::super) async fn enrolled(desk: &Desk) -> Result<Vec<Enrolled>, PageError> {
    let mut operators = desk.store.operators().await?;
    operators.sort_by_cached_key(|one| (one.removed.is_some(), by_given(&one.operator.name)));
    Ok(operators)
}

async fn show(desk: &Desk, signed: &Signed, secret: Value) -> Result<Response, PageError> {
    let operators = enrolled(desk).await?;
    let operators: Vec<_> = operators
        .iter()
        .map(|Enrolled { operator, by, at, removed, subject }| {
            context! {
                operator => Value::from_serialize(operator),
                by,
                at => crate::model::rfc3339(*at),
                removed => removed.map(crate::model::rfc3339),
                subject,
            }
        })
        .collect();
    let now = desk.now();
    let idle = now - TimeDelta::minutes(i64::from(desk.settings.idle_minutes));
    let sessions = desk.store.sessions(None, now, idle).await?;
    let tokens = desk.store.tokens(now).await?;
    let agencies: Vec<_> =
        desk.agencies_of(&signed.operator).into_iter().map(|(code, name)| context! { code, name }).collect();
    let more = context! {
        operators,
        sessions => Value::from_serialize(&sessions),
        tokens => Value::from_serialize(&tokens),
        roles => Value::from_serialize(OperatorRole::ALL),
        agencies,
        own => signed.session.id,
        provider => desk.settings.openid.as_ref().map(crate::openid::Settings::shown),
        secret,
    };
    signed.view.page(desk, "operators.html", more)
}

#[derive(Deserialize)]
pub(in super::super) struct New {
    login: String,
    name: String,
    role: String,
    #[serde(default)]
    agencies: String,
}

/// Enrols an operator, or changes name, role and scope.
pub(in super::super) async fn add(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(new): Form<New>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/operators");
    }
    let bad = |vi: &str, en: &str| PageError::Bad(vi.to_owned(), en.to_owned());
    let login = new.login.trim();
    let fine = !login.is_empty()
        && login.len() <= 64
        && login.starts_with(|c: char| c.is_ascii_lowercase())
        && login.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c));
    if !fine {
        return Err(bad(
            "Tên đăng nhập chỉ gồm chữ thường không dấu, số và . _ - @, bắt đầu bằng chữ.",
            "A login has small letters, digits and . _ - @, and begins with a letter.",
        ));
    }
    let name =
        PersonName::new(&new.name).ok_or_else(|| bad("Chưa ghi họ và tên.", "The name is missing."))?;
    let role = OperatorRole::parse(&new.role).ok_or(PageError::Form)?;
    let mut agencies = BTreeSet::new();
    for text in new.agencies.split([',', ' ', ';']).filter(|text| !text.is_empty()) {
        let code = AgencyCode::parse(text).ok().filter(|code| desk.site.agencies.contains_key(code));
        agencies.insert(code.ok_or_else(|| {
            PageError::Bad(
                format!("Không có cơ quan nào có mã “{text}”."),
                format!("No agency has the code “{text}”."),
            )
        })?);
    }
    if role == OperatorRole::Contact && agencies.is_empty() {
        return Err(bad("Đầu mối phải thuộc một cơ quan.", "A contact belongs to an agency."));
    }
    let operator = Operator { login: Login::new(login), name: name.to_string(), role, agencies };
    let by = &signed.operator.login;
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.add_operator(&operator, by).await?;
            tx.commit(()).await
        })
        .await
        .map_err(|error| match error {
            StoreError::NoProvinceOperator(_) => bad(
                "Phải luôn còn một quản trị viên toàn tỉnh: không đổi được vai trò, phạm vi của người cuối cùng.",
                "An administrator for the province must stay: role and scope of the last one cannot be changed.",
            ),
            error => error.into(),
        })?;
    let said = signed.view.t("Đã ghi người dùng quản trị.", "The operator was enrolled.");
    signed.view.go(&desk, "/operators", said)
}

#[derive(Deserialize)]
pub(in super::super) struct Named {
    login: String,
}

/// Removes an operator.
pub(in super::super) async fn remove(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(named): Form<Named>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/operators");
    }
    let (login, by) = (Login::new(named.login), &signed.operator.login);
    let removed = desk
        .store
        .write(desk.now(), async |mut tx| {
            let removed = tx.remove_operator(&login, by).await?;
            tx.commit(removed).await
        })
        .await;
    let said = match removed {
        Ok(true) => signed
            .view
            .t("Đã gỡ; các phiên của người này đã kết thúc.", "Removed; his or her sessions have ended."),
        Ok(false) => signed.view.t("Người này không còn trong danh sách.", "He or she is not enrolled."),
        Err(StoreError::LastOperator(_)) => signed.view.t(
            "Không gỡ được quản trị viên cuối cùng của toàn tỉnh.",
            "The last administrator for the province cannot be removed.",
        ),
        Err(error) => return Err(error.into()),
    };
    signed.view.go(&desk, "/operators", said)
}

/// Makes a one-time sign-in and shows it, once.
pub(in super::super) async fn invite(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(named): Form<Named>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/operators");
    }
    let (login, now) = (Login::new(named.login), desk.now());
    if !desk.leaves_password(&login) {
        return Err(PageError::Bad(
            "Người này chỉ đăng nhập qua nhà cung cấp định danh; liên kết một lần không dùng được.".into(),
            "He or she signs in through the provider alone; a one-time sign-in would not let them in.".into(),
        ));
    }
    let code = make_invitation(&desk.store, now, &login, INVITED_FOR, &signed.operator.login).await?;
    let address = format!("{}sign-in?once={}", desk.address(), code.reveal());
    let expires = crate::model::rfc3339(now + INVITED_FOR);
    show(&desk, &signed, context! { what => "invitation", login, text => address, expires }).await
}

#[derive(Deserialize)]
pub(in super::super) struct Tie {
    login: String,
    #[serde(default)]
    subject: String,
}

/// Ties an operator to somebody at the provider; without a subject, unties.
pub(in super::super) async fn tie(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(tie): Form<Tie>,
) -> Result<Response, PageError> {
    require(&signed)?;
    let Some(openid) = &desk.settings.openid else { return Err(PageError::NotFound) };
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/operators");
    }
    let (login, by, id) = (Login::new(tie.login.trim()), &signed.operator.login, tie.subject.trim());
    let subject = (!id.is_empty()).then_some(Subject { issuer: &openid.issuer, id });
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.set_subject(&login, subject, by).await?;
            tx.commit(()).await
        })
        .await?;
    let said = match subject {
        Some(_) => signed.view.t("Đã gắn liên kết.", "The operator is tied."),
        None => signed.view.t("Đã gỡ liên kết.", "The operator is untied."),
    };
    signed.view.go(&desk, "/operators", said)
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    id: String,
}

/// Ends somebody's session.
pub(in super::super) async fn end_session(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(ended): Form<Ended>,
) -> Result<Response, PageError> {
    require(&signed)?;
    let by = &signed.operator.login;
    let done = desk
        .store
        .write(desk.now(), async |mut tx| {
            let done = tx.end_session(&ended.id, by).await?;
            tx.commit(done).await
        })
        .await?;
    if !done {
        return Err(PageError::NotFound);
    }
    signed.view.go(&desk, "/operators", signed.view.t("Phiên đã kết thúc.", "The session has ended."))
}

#[derive(Deserialize)]
pub(in super::super) struct NewToken {
    login: String,
    name: String,
    scope: String,
    days: u16,
}

/// Makes a token and shows it, once.
pub(in super::super) async fn add_token(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(new): Form<NewToken>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/operators");
    }
    let scope = TokenScope::parse(&new.scope).ok_or(PageError::Form)?;
    let (login, token, now) = (Login::new(new.login), secret::fresh()?, desk.now());
    let hash = secret::hash(token.reveal());
    let expires = now + TimeDelta::days(i64::from(new.days.clamp(1, 366)));
    let name: String = new.name.trim().chars().take(100).collect();
    let by = &signed.operator.login;
    desk.store
        .write(now, async |mut tx| {
            let id = tx.add_token(&login, &name, scope, &hash, expires, by).await?;
            tx.commit(id).await
        })
        .await?;
    let expires = crate::model::rfc3339(expires);
    show(&desk, &signed, context! { what => "token", login, text => token.reveal(), expires }).await
}

/// Revokes a token.
pub(in super::super) async fn revoke_token(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(ended): Form<Ended>,
) -> Result<Response, PageError> {
    require(&signed)?;
    let by = &signed.operator.login;
    desk.store
        .write(desk.now(), async |mut tx| {
            let done = tx.revoke_token(&ended.id, by).await?;
            tx.commit(done).await
        })
        .await?;
    signed.view.go(&desk, "/operators", signed.view.t("Đã thu hồi mã truy cập.", "The token was revoked."))
}
