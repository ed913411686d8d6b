//! Signing in through the provider of OpenID Connect, and giving the password again there.
//!
//! A person leaves with a cookie and comes back with it: state, nonce and the proof of PKCE are made of its value and our
//! own key, so that an answer fits the one browser that asked. The session's own cookie does not come along from
//! another site, so the answer is a page of ours that leads on: from there it does.

use super::desk::Desk;
use super::error::PageError;
use super::sign_in::{Began, OF_AN_ADDRESS, open, too_often};
use super::view::{Cookie, Signed, View, own_path};
use super::{guard, secret};
use crate::model::Time;
use crate::model::ids::{Login, hex};
use crate::openid::{Asking, Identity, OpenidError, Provider};
use crate::store::{AtProvider, Means, Pending, Subject};
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use minijinja::context;
use ring::hmac;
use serde::Deserialize;
use std::sync::Arc;

/// Where the provider sends people back to.
pub(super) const BACK: &str = "/sign-in/openid/back";

/// Whoever needs longer at the provider begins anew.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::minutes(10);

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
}

/// What binds a question to its answer.
struct Secrets {
    state: String,
    nonce: String,
    verifier: String,
}

impl Secrets {
    /// Those of a cookie, by its hash: nobody else can make them.
    fn of(desk: &Desk, id: &str) -> Self {
        let one =
            |what: &str| hex(hmac::sign(&desk.form_key, format!("openid {what} {id}").as_bytes()).as_ref());
        Self { state: one("state"), nonce: one("nonce"), verifier: one("verifier") }
    }

    fn asking<'a>(&'a self, back: &'a str, anew_since: Option<Time>) -> Asking<'a> {
        let Self { state, nonce, verifier } = self;
        Asking { state, nonce, verifier, back, anew_since }
    }
}

fn provider(desk: &Desk) -> Result<&Provider, PageError> {
    desk.provider.as_ref().ok_or(PageError::NotFound)
}

fn back_address(desk: &Desk) -> String {
    format!("{}{}", desk.address(), BACK.trim_start_matches('/'))
}

/// Sends somebody to the provider to sign in.
pub(super) async fn sign_in(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    extensions: Extensions,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    provider(&desk)?;
    let address = format!("address {}", guard::address(&desk, &headers, guard::peer(&extensions)));
    let wait = desk
        .store
        .write(desk.now(), async |mut tx| {
            let wait = tx.attempt(&address, &OF_AN_ADDRESS).await?;
            tx.commit(wait).await
        })
        .await?;
    if let Some(until) = wait {
        let (vi, en) = too_often(&desk, until);
        return Err(PageError::SignIn(StatusCode::TOO_MANY_REQUESTS, vi, en));
    }
    leave(&desk, None, &asked.next).await
}

/// Sends an operator to the provider to give the password again, before a decision of high risk.
pub(super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    leave(&desk, Some(&signed.session.id), &asked.next).await
}

async fn leave(desk: &Desk, session: Option<&str>, next: &str) -> Result<Response, PageError> {
    let (cookie, now) = (secret::fresh()?, desk.now());
    let id = secret::hash(cookie.reveal());
    let (secrets, back) = (Secrets::of(desk, &id), back_address(desk));
    let asking = secrets.asking(&back, session.map(|_| now));
    let to = provider(desk)?.sign_in_address(&asking).await.map_err(|error| refused(&error))?;
    desk.store
        .write(now, async |mut tx| {
            tx.ask_provider(&id, session, own_path(next), now + ANSWERED_WITHIN).await?;
            tx.commit(()).await
        })
        .await?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(to.as_str()).map_err(PageError::internal)?);
    headers.append(SET_COOKIE, Cookie::Openid.set(desk, Some(cookie.reveal()))?);
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    iss: Option<String>,
    error: Option<String>,
}

/// Somebody comes back.
pub(super) async fn back(
    State(desk): State<Arc<Desk>>,
    view: View,
    headers: HeaderMap,
    extensions: Extensions,
    Query(answer): Query<Answer>,
) -> Result<Response, PageError> {
    let address = guard::address(&desk, &headers, guard::peer(&extensions));
    let (pending, secrets) = asked(&desk, &headers, &answer.state).await?;
    if let Some(error) = answer.error {
        let error: String = error.chars().filter(char::is_ascii_graphic).take(100).collect();
        tracing::warn!(address, error, "the provider did not sign somebody in");
        return Err(refusal(
            StatusCode::FORBIDDEN,
            format!("Nhà cung cấp định danh không cho đăng nhập ({error})."),
            format!("The provider did not sign you in ({error})."),
        ));
    }
    let back = back_address(&desk);
    let asking = secrets.asking(&back, pending.session.as_ref().map(|_| pending.made));
    let (provider, issuer) = (provider(&desk)?, answer.iss.as_deref());
    let identity = provider
        .identify(&answer.code, issuer, &asking, desk.now())
        .await
        .inspect_err(|error| tracing::warn!(address, %error, "a sign-in through the provider was refused"))
        .map_err(|error| refused(&error))?;
    let login = operator(&desk, provider, &identity, &address).await?;
    let mut response = onward(
        &desk,
        &View { session: None, ..view.clone() },
        own_path(&pending.next),
        view.t("Đã đăng nhập", "Signed in"),
    )?;
    match &pending.session {
        Some(session) => again(&desk, session, &login).await?,
        None => {
            let began = Began { login: &login, means: Means::Openid, confirmed: identity.signed_in };
            let cookie = open(&desk, &began, &headers, &address).await?;
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response.headers_mut().append(SET_COOKIE, Cookie::Openid.set(&desk, None)?);
    Ok(response)
}

/// What this answer was asked for. It is taken once, and only from the browser that asked.
async fn asked(desk: &Desk, headers: &HeaderMap, state: &str) -> Result<(Pending, Secrets), PageError> {
    if let Some(cookie) = Cookie::Openid.read(desk, headers) {
        let id = secret::hash(&cookie);
        let secrets = Secrets::of(desk, &id);
        if guard::is_same(state, &secrets.state) {
            let pending = desk
                .store
                .write(desk.now(), async |mut tx| {
                    let pending = tx.provider_answered(&id).await?;
                    tx.commit(pending).await
                })
                .await?;
            if let Some(pending) = pending {
                return Ok((pending, secrets));
            }
        }
    }
    Err(refusal(
        StatusCode::BAD_REQUEST,
        "Lần đăng nhập này đã dùng, đã quá hạn hoặc không do trình duyệt này bắt đầu. Hãy đăng nhập lại từ đầu.".into(),
        "This sign-in was used, has run out, or was not begun by this browser. Sign in anew.".into(),
    ))
}

/// The operator who this is; anybody else is told so, and it is on record.
async fn operator(
    desk: &Desk,
    provider: &Provider,
    identity: &Identity,
    address: &str,
) -> Result<Login, PageError> {
    let subject = Subject { issuer: &provider.settings().issuer, id: &identity.subject };
    let claimed = identity.login.as_deref().map(Login::new);
    let who = desk
        .store
        .write(desk.now(), async |mut tx| {
            let who = tx.at_provider(subject, claimed.as_ref()).await?;
            let why = match &who {
                AtProvider::Operator(_) => None,
                AtProvider::Unknown => Some("unknown".to_owned()),
                AtProvider::Removed(login) => Some(format!("removed operator {login}")),
                AtProvider::AnotherIs(login) => Some(format!("operator {login} is another subject")),
            };
            if let Some(why) = why {
                tx.audit(
                    "openid",
                    "session.refuse",
                    subject.id,
                    &format!("{why}, {}, {address}", subject.id),
                );
            }
            tx.commit(who).await
        })
        .await?;
    let AtProvider::Operator(login) = who else {
        let id = &identity.subject;
        return Err(refusal(
            StatusCode::FORBIDDEN,
            format!(
                "Nhà cung cấp đã xác nhận bạn, nhưng bạn chưa được giao quyền ở hệ thống này. Nếu cần, hãy gửi mã định \
                 danh sau cho quản trị viên: {id}"
            ),
            format!(
                "The provider vouches for you, but you are no operator of this site. If you should be, give this \
                 subject to an administrator: {id}"
            ),
        ));
    };
    Ok(login)
}

/// The operator of a session has given the password again.
async fn again(desk: &Desk, id: &str, login: &Login) -> Result<(), PageError> {
    let now = desk.now();
    let idle = TimeDelta::minutes(i64::from(desk.settings.idle_minutes));
    let session = desk.store.session(id, now, now - idle).await?;
    if session.is_none_or(|session| session.operator.login != *login) {
        return Err(refusal(
            StatusCode::FORBIDDEN,
            "Người vừa nhập mật khẩu không phải là người đang đăng nhập ở đây, hoặc phiên đã kết thúc."
                .into(),
            "Whoever gave the password is not who is signed in here, or the session has ended.".into(),
        ));
    }
    desk.store
        .write(now, async |mut tx| {
            tx.confirm_session(id).await?;
            tx.commit(()).await
        })
        .await?;
    Ok(())
}

/// Where whoever signed in through the provider signs out of it; nowhere, if it has no such place or is down.
pub(super) async fn way_out(desk: &Desk, signed: &Signed) -> Option<String> {
    let provider = desk.provider.as_ref().filter(|_| signed.session.means == Means::Openid)?;
    let back = format!("{}sign-in", desk.address());
    match provider.sign_out_address(&back).await {
        Ok(address) => address.map(String::from),
        Err(error) => {
            tracing::warn!(%error, "the provider could not be asked where to sign out");
            None
        }
    }
}

/// A page that leads on: of our own origin, which a redirect from elsewhere is not.
pub(super) fn onward(desk: &Desk, view: &View, to: &str, heading: &str) -> Result<Response, PageError> {
    let view = View { session: None, ..view.clone() };
    view.page(desk, "onward.html", context! { to, heading })
}

fn refusal(status: StatusCode, vi: String, en: String) -> PageError {
    PageError::SignIn(status, vi, en)
}

/// What the person is told; the log has the rest.
fn refused(error: &OpenidError) -> PageError {
    match error {
        OpenidError::Http(_) | OpenidError::Setup(_) => {
            tracing::error!(%error, "the provider cannot be used");
            refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "Nhà cung cấp định danh không phản hồi hoặc chưa được cấu hình đúng. Hãy thử lại sau ít phút; nếu vẫn \
                 không được, hãy báo quản trị viên."
                    .into(),
                "The provider does not answer, or is not set up rightly. Try again in a few minutes, then tell an \
                 administrator."
                    .into(),
            )
        }
        OpenidError::Code(_) | OpenidError::Token(_) => refusal(
            StatusCode::FORBIDDEN,
            "Xác nhận của nhà cung cấp định danh không hợp lệ. Hãy đăng nhập lại từ đầu.".into(),
            "The provider's word does not hold. Sign in anew.".into(),
        ),
    }
}
