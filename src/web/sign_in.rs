//! Signing in and out, giving the password again, choosing the language.

use super::account::open_totp;
use super::desk::Desk;
use super::error::PageError;
use super::settings::Codes;
use super::view::{Cookie, Signed, View, own_path, query_value, redirect};
use super::{guard, password, secret, totp};
use crate::model::ids::Login;
use crate::model::secret::Secret;
use crate::store::{Means, NewSession, Patience};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use chrono::TimeDelta;
use minijinja::context;
use serde::Deserialize;
use std::sync::Arc;

/// A login may be wrong so often.
const OF_A_LOGIN: Patience =
    Patience { free: 5, first: TimeDelta::seconds(30), longest: TimeDelta::minutes(15) };
/// A whole office may sit behind one address.
pub(super) const OF_AN_ADDRESS: Patience =
    Patience { free: 30, first: TimeDelta::seconds(30), longest: TimeDelta::minutes(15) };

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    once: String,
}

#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    once: String,
    #[serde(default)]
    next: String,
}

/// The form. It is tied to its browser by a random cookie, so that nobody is signed in as somebody else unawares.
pub(super) async fn form(
    State(desk): State<Arc<Desk>>,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    if view.session.is_some() && asked.once.is_empty() {
        return redirect(own_path(&asked.next));
    }
    let cookie = secret::fresh()?;
    let form = View::form_token(&desk, cookie.reveal());
    let view = View { form, session: None, ..view };
    let mut response = show(&desk, &view, &asked.next, &asked.once, "", StatusCode::OK)?;
    response.headers_mut().append(SET_COOKIE, Cookie::Session.set(&desk, Some(cookie.reveal()))?);
    Ok(response)
}

fn show(
    desk: &Desk,
    view: &View,
    next: &str,
    once: &str,
    wrong: &str,
    status: StatusCode,
) -> Result<Response, PageError> {
    let codes = desk.settings.codes == Codes::Required;
    let openid = desk.settings.openid.as_ref();
    let alone = openid.is_some_and(|openid| openid.passwords_only_for.is_some());
    let provider = openid.map(crate::openid::Settings::shown);
    let next = own_path(next);
    let more = context! { next, next_query => query_value(next), once, wrong, codes, provider, alone };
    let mut response = view.page(desk, "sign_in.html", more)?;
    *response.status_mut() = status;
    Ok(response)
}

/// Somebody signs in, with login, password and code, or with a one-time sign-in.
pub(super) async fn sign_in(
    State(desk): State<Arc<Desk>>,
    view: View,
    headers: HeaderMap,
    extensions: Extensions,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    let address = guard::address(&desk, &headers, guard::peer(&extensions));
    // The session that was there, if any, is none of this one's; the page shows nobody's name.
    let view = View { session: None, ..view };
    if let Some(until) = attempt(&desk, &given.login, &address).await? {
        let (vi, en) = too_often(&desk, until);
        return show(&desk, &view, &given.next, "", view.t(&vi, &en), StatusCode::TOO_MANY_REQUESTS);
    }
    let signed =
        if given.once.is_empty() { known(&desk, &given).await? } else { invited(&desk, &given).await? };
    let Some(login) = signed else {
        tracing::warn!(address, "a sign-in was refused");
        let wrong = if given.once.is_empty() {
            view.t(
                "Tên đăng nhập, mật khẩu hoặc mã một lần không đúng.",
                "Login, password or one-time code is wrong.",
            )
        } else {
            view.t(
                "Liên kết đăng nhập một lần đã được dùng hoặc đã hết hạn. Hãy xin liên kết mới.",
                "This one-time sign-in was used or has run out. Ask for a new one.",
            )
        };
        return show(&desk, &view, &given.next, "", wrong, StatusCode::UNAUTHORIZED);
    };
    if !desk.leaves_password(&login) {
        let wrong = view.t(
            "Tài khoản này chỉ đăng nhập qua nhà cung cấp định danh.",
            "This account signs in through the provider alone.",
        );
        return show(&desk, &view, &given.next, "", wrong, StatusCode::FORBIDDEN);
    }
    let means = if given.once.is_empty() { Means::Password } else { Means::Invitation };
    // A one-time sign-in is as fresh a proof as a password.
    let began = Began { login: &login, means, confirmed: Some(desk.now()) };
    let cookie = open(&desk, &began, &headers, &address).await?;
    let mut response = redirect(own_path(&given.next))?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// What is said to whom has to wait, in both languages.
pub(super) fn too_often(desk: &Desk, until: crate::model::Time) -> (String, String) {
    let until = until.with_timezone(&desk.site.config.time_zone).format("%H:%M:%S");
    (
        format!("Đã thử quá nhiều lần. Hãy thử lại sau {until}."),
        format!("Too many attempts. Try again after {until}."),
    )
}

/// Counts the attempt; the time to wait for, if it comes too early.
async fn attempt(desk: &Desk, login: &str, address: &str) -> Result<Option<crate::model::Time>, PageError> {
    let (login, address) = (attempts_of(login), format!("address {address}"));
    let waits = desk
        .store
        .write(desk.now(), async |mut tx| {
            let mut wait = tx.attempt(&address, &OF_AN_ADDRESS).await?;
            if wait.is_none() && login != attempts_of("") {
                wait = tx.attempt(&login, &OF_A_LOGIN).await?;
            }
            tx.commit(wait).await
        })
        .await?;
    Ok(waits)
}

/// What a login's attempts are counted under. A login that is none is counted like any other.
fn attempts_of(login: &str) -> String {
    let short: String = login.trim().chars().take(64).collect();
    format!("login {}", short.to_lowercase())
}

/// The login whose password and code these are.
async fn known(desk: &Desk, given: &Given) -> Result<Option<Login>, PageError> {
    let login = Login::new(given.login.trim());
    let credential = desk.store.credential(&login).await?;
    if !is_password(desk, &login, &given.password).await? {
        return Ok(None);
    }
    let Some(sealed) = &credential.totp else {
        return Ok((desk.settings.codes == Codes::Optional).then_some(login));
    };
    let secret = open_totp(&desk.keys, &login, sealed)?;
    let step = totp::step_of(&secret, &given.code, desk.now().timestamp()).map_err(PageError::internal)?;
    let Some(step) = step else { return Ok(None) };
    let fresh = desk
        .store
        .write(desk.now(), async |mut tx| {
            let fresh = tx.use_totp_step(&login, step).await?;
            tx.commit(fresh).await
        })
        .await?;
    Ok(fresh.then_some(login))
}

/// Whether this is the login's password; it takes the same time where there is none.
pub(super) async fn is_password(desk: &Desk, login: &Login, text: &str) -> Result<bool, PageError> {
    let hash = desk.store.credential(login).await?.password;
    let password = Secret::new(text);
    let _turn = desk.hashing.acquire().await.map_err(PageError::internal)?;
    tokio::task::spawn_blocking(move || password::verify(&password, hash.as_deref()))
        .await
        .map_err(PageError::internal)
}

/// The login that was invited with this code.
async fn invited(desk: &Desk, given: &Given) -> Result<Option<Login>, PageError> {
    let hash = secret::hash(given.once.trim());
    let login = desk
        .store
        .write(desk.now(), async |mut tx| {
            let login = tx.use_invitation(&hash).await?;
            tx.commit(login).await
        })
        .await;
    match login {
        Ok(login) => Ok(login),
        // Removed in the meantime.
        Err(crate::store::StoreError::NotEnrolled(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How somebody has signed in.
pub(super) struct Began<'a> {
    pub login: &'a Login,
    pub means: Means,
    /// When the password was given, if it is known.
    pub confirmed: Option<crate::model::Time>,
}

/// Opens a session under a new cookie: one that was there before the sign-in is worth nothing.
pub(super) async fn open(
    desk: &Desk,
    began: &Began<'_>,
    headers: &HeaderMap,
    address: &str,
) -> Result<HeaderValue, PageError> {
    let (cookie, now) = (secret::fresh()?, desk.now());
    let Began { login, means, confirmed } = *began;
    let id = secret::hash(cookie.reveal());
    let browser = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("");
    let session = NewSession {
        id: &id,
        login,
        expires: now + TimeDelta::hours(i64::from(desk.settings.session_hours)),
        confirmed,
        means,
        address,
        browser,
    };
    desk.store
        .write(now, async |mut tx| {
            tx.open_session(&session).await?;
            tx.attempts_ended(&attempts_of(login.as_str())).await?;
            tx.attempt_was_right(&format!("address {address}")).await?;
            tx.commit(()).await
        })
        .await?;
    Cookie::Session.set(desk, Some(cookie.reveal()))
}

/// The operator leaves.
pub(super) async fn sign_out(State(desk): State<Arc<Desk>>, signed: Signed) -> Result<Response, PageError> {
    let (id, by) = (&signed.session.id, &signed.operator.login);
    desk.store
        .write(desk.now(), async |mut tx| {
            let ended = tx.end_session(id, by).await?;
            tx.commit(ended).await
        })
        .await?;
    let mut response = match super::openid::way_out(&desk, &signed).await {
        Some(out) => {
            super::openid::onward(&desk, &signed.view, &out, signed.view.t("Đăng xuất", "Sign out"))?
        }
        None => redirect("/sign-in")?,
    };
    response.headers_mut().append(SET_COOKIE, Cookie::Session.set(&desk, None)?);
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Again {
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Asks for the password before a decision of high risk.
pub(super) async fn confirm_form(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Again>,
) -> Result<Response, PageError> {
    show_confirm(&desk, &signed, &asked.next, false).await
}

async fn show_confirm(desk: &Desk, signed: &Signed, next: &str, wrong: bool) -> Result<Response, PageError> {
    let login = &signed.operator.login;
    let has_password = has_password(desk, login).await?;
    let mut provider = None;
    if let Some(openid) = &desk.settings.openid
        && desk.store.is_at_provider(login, &openid.issuer).await?
    {
        provider = Some(openid.shown());
    }
    let next = own_path(next);
    let more = context! { next, next_query => query_value(next), has_password, provider, wrong };
    signed.view.page(desk, "confirm.html", more)
}

/// The password again.
pub(super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<Again>,
) -> Result<Response, PageError> {
    if !is_own_password(&desk, &signed, &given.password).await? {
        let mut response = show_confirm(&desk, &signed, &given.next, true).await?;
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return Ok(response);
    }
    let id = &signed.session.id;
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.confirm_session(id).await?;
            tx.commit(()).await
        })
        .await?;
    redirect(own_path(&given.next))
}

/// Whether an operator has a password here that lets him or her in; others give theirs at the provider.
pub(super) async fn has_password(desk: &Desk, login: &Login) -> Result<bool, PageError> {
    Ok(desk.leaves_password(login) && desk.store.credential(login).await?.password.is_some())
}

/// Has whoever is signed in prove it once more before personal data is shown: with the password where there is one here,
/// else by a proof so fresh that a decision of high risk would not ask for another. What to answer where there is none;
/// `back` is where the operator then tries again.
pub(super) async fn unproved(
    desk: &Desk,
    signed: &Signed,
    password: &str,
    back: &str,
) -> Result<Option<Response>, PageError> {
    if !has_password(desk, &signed.operator.login).await? {
        return if signed.is_confirmed(desk) { Ok(None) } else { signed.ask_password(back).map(Some) };
    }
    if is_own_password(desk, signed, password).await? {
        return Ok(None);
    }
    signed.view.go(desk, back, signed.view.t("Mật khẩu không đúng.", "The password is wrong.")).map(Some)
}

/// Whether this is the password of whoever is signed in; attempts are counted as those to sign in.
pub(super) async fn is_own_password(desk: &Desk, signed: &Signed, text: &str) -> Result<bool, PageError> {
    let login = &signed.operator.login;
    let wait = desk
        .store
        .write(desk.now(), async |mut tx| {
            let wait = tx.attempt(&attempts_of(login.as_str()), &OF_A_LOGIN).await?;
            tx.commit(wait).await
        })
        .await?;
    if wait.is_some() || !desk.leaves_password(login) || !is_password(desk, login, text).await? {
        return Ok(false);
    }
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.attempts_ended(&attempts_of(login.as_str())).await?;
            tx.commit(()).await
        })
        .await?;
    Ok(true)
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    lang: String,
    #[serde(default)]
    next: String,
}

/// Chooses the language.
pub(super) async fn language(
    State(desk): State<Arc<Desk>>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, PageError> {
    let lang = if chosen.lang == "en" { "en" } else { "vi" };
    let mut response = redirect(own_path(&chosen.next))?;
    response.headers_mut().append(SET_COOKIE, Cookie::Lang.set(&desk, Some(lang))?);
    Ok(response)
}
