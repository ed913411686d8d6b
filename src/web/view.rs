//! A view: who looks, in which language, and what every page is rendered with. Also the cookies.

use super::desk::Desk;
use super::error::PageError;
use super::secret;
use crate::model::Lang;
use crate::model::ids::hex;
use crate::model::operator::{Operator, Right};
use crate::store::Session;
use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minijinja::{Value, context};
use ring::hmac;
use std::convert::Infallible;
use std::sync::Arc;

/// The cookies the page sets. Over TLS each bears `__Host-`, which ties it to this very host, and is `Secure`. On
/// plain loopback browsers refuse that prefix or the flag, in part, so there the name bears the port instead:
/// cookies are not kept apart by port, and two sites on one machine must not sign each other out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The session; before one, a random value that ties the sign-in form to its browser.
    Session,
    /// The language chosen.
    Lang,
    /// What the last act came to, shown once.
    Said,
    /// Ties a sign-in at the provider of OpenID Connect to its browser. It must come back from there, from another site.
    Openid,
}

impl Cookie {
    fn name(self, desk: &Desk) -> String {
        let name = match self {
            Self::Session => "rosterd",
            Self::Lang => "rosterd-lang",
            Self::Said => "rosterd-said",
            Self::Openid => "rosterd-openid",
        };
        if desk.settings.is_secure() {
            format!("__Host-{name}")
        } else {
            format!("{name}-{}", desk.settings.listen.port())
        }
    }

    /// Its value in a request.
    pub fn read(self, desk: &Desk, headers: &HeaderMap) -> Option<String> {
        let name = self.name(desk);
        let all = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        all.flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// The header that sets it; without a value it is removed.
    pub fn set(self, desk: &Desk, value: Option<&str>) -> Result<HeaderValue, PageError> {
        let secure = if desk.settings.is_secure() { "; Secure" } else { "" };
        let age = match (value, self) {
            (None, _) => "; Max-Age=0",
            (Some(_), Self::Lang) => "; Max-Age=31536000",
            (Some(_), Self::Said) => "; Max-Age=60",
            (Some(_), Self::Openid) => "; Max-Age=600",
            // A session's cookie ends with the browser, and the session itself in the store.
            (Some(_), Self::Session) => "",
        };
        let site = if self == Self::Openid { "Lax" } else { "Strict" };
        let text = format!(
            "{}={}; Path=/; HttpOnly; SameSite={site}{secure}{age}",
            self.name(desk),
            value.unwrap_or("")
        );
        HeaderValue::from_str(&text).map_err(PageError::internal)
    }
}

/// Who looks, and how.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub lang: Lang,
    /// The path and query looked at.
    pub here: String,
    pub session: Option<Session>,
    /// What a form of this page must bear.
    pub form: String,
    pub said: Option<String>,
}

impl View {
    /// The form token of a cookie's value: nobody else can make it.
    pub fn form_token(desk: &Desk, cookie: &str) -> String {
        hex(hmac::sign(&desk.form_key, secret::hash(cookie).as_bytes()).as_ref())
    }

    /// A sentence in the view's language.
    pub fn t<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }

    /// Renders a page.
    pub fn page(&self, desk: &Desk, template: &str, more: Value) -> Result<Response, PageError> {
        let operator = self.session.as_ref().map(|session| &session.operator);
        let may = |right| operator.is_some_and(|one| one.role.may(right));
        let rights: std::collections::BTreeMap<String, bool> =
            Right::ALL.iter().map(|right| (right.as_str().replace('-', "_"), may(*right))).collect();
        let lang = match self.lang {
            Lang::Vi => "vi",
            Lang::En => "en",
        };
        let base = context! {
            lang,
            here => self.here,
            form => self.form,
            said => self.said,
            operator => operator,
            may => rights,
            sender => desk.site.config.sender.agency,
            today => desk.today().to_string(),
            style => super::assets::STYLE.address(),
            script => super::assets::SCRIPT.address(),
        };
        let page = desk.templates.get_template(template)?.render(context! { ..more, ..base })?;
        let mut response = Html(page).into_response();
        if self.said.is_some() {
            response.headers_mut().append(SET_COOKIE, Cookie::Said.set(desk, None)?);
        }
        Ok(response)
    }

    /// Goes on to another page of ours (303), where `said` is shown once.
    #[expect(clippy::unused_self, reason = "only who has signed in is sent on")]
    pub fn go(&self, desk: &Desk, to: &str, said: &str) -> Result<Response, PageError> {
        let mut response = redirect(to)?;
        if !said.is_empty() {
            // A cookie holds at most 4 KB.
            let short: String = said.chars().take(600).collect();
            let value = URL_SAFE_NO_PAD.encode(short);
            response.headers_mut().append(SET_COOKIE, Cookie::Said.set(desk, Some(&value))?);
        }
        Ok(response)
    }
}

/// What the last act came to, read back.
pub(super) fn said(desk: &Desk, headers: &HeaderMap) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(Cookie::Said.read(desk, headers)?).ok()?;
    String::from_utf8(bytes).ok()
}

/// A 303 to a page of ours.
pub(super) fn redirect(to: &str) -> Result<Response, PageError> {
    let place = HeaderValue::from_str(own_path(to)).map_err(PageError::internal)?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, place);
    Ok(response)
}

/// `path` where it leads to a page of ours, else the overview: never to another site.
pub(super) fn own_path(path: &str) -> &str {
    let fine = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.chars().all(|c| c.is_ascii_graphic());
    if fine { path } else { "/" }
}

impl FromRequestParts<Arc<Desk>> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        // The guard made it.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self {
            lang: Lang::default(),
            here: "/".into(),
            session: None,
            form: String::new(),
            said: None,
        }))
    }
}

/// A view of somebody who is signed in; others are sent to sign in.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub view: View,
    pub operator: Operator,
    /// The session's id.
    pub session: Session,
}

impl Signed {
    /// Refuses where the role does not have `right`.
    pub fn require(&self, right: Right) -> Result<(), PageError> {
        if self.operator.role.may(right) { Ok(()) } else { Err(PageError::Forbidden) }
    }

    /// The scope as a filter has it.
    pub fn scope(&self) -> Vec<crate::model::ids::AgencyCode> {
        self.operator.agencies.iter().cloned().collect()
    }

    /// Whether the password was given so lately that it is not asked for again.
    pub fn is_confirmed(&self, desk: &Desk) -> bool {
        let lasts = chrono::TimeDelta::minutes(i64::from(desk.settings.confirmed_minutes));
        self.session.confirmed.is_some_and(|at| desk.now() - at < lasts)
    }

    /// Sends the operator to give the password again, and back to `to`.
    #[expect(clippy::unused_self, reason = "only who has signed in is sent on")]
    pub fn ask_password(&self, to: &str) -> Result<Response, PageError> {
        redirect(&format!("/confirm?next={}", query_value(to)))
    }
}

/// Text as a value in a query.
pub(super) fn query_value(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl FromRequestParts<Arc<Desk>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        let Ok(view) = View::from_request_parts(parts, desk).await;
        match view.session.clone() {
            Some(session) => Ok(Self { operator: session.operator.clone(), session, view }),
            None => {
                let next = if parts.method == axum::http::Method::GET { view.here.as_str() } else { "/" };
                let to = format!("/sign-in?next={}", query_value(next));
                Err(redirect(&to).unwrap_or_else(IntoResponse::into_response))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn a_way_on_never_leads_to_another_site() {
        for bad in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "evil",
            "",
            "/a\r\nSet-Cookie: x",
            "/ă",
        ] {
            assert_eq!(own_path(bad), "/", "{bad:?}");
        }
        assert_eq!(own_path("/changes?state=held&text=a%20b"), "/changes?state=held&text=a%20b");
    }
}
