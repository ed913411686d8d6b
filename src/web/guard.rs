//! The guard: what every request passes before a page sees it, and what every answer bears.

use super::desk::Desk;
use super::error::{PageError, Told};
use super::listen::Peer;
use super::paper::OwnPolicy;
use super::view::{Cookie, View, said};
use super::{assets, secret};
use crate::model::Lang;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use minijinja::context;
use std::net::IpAddr;
use std::sync::Arc;

/// A form is not larger: the longest holds the ids of a page of changes.
const LARGEST_FORM: usize = 256 * 1024;

/// The only path that takes files; it checks its form token itself, before the file.
pub(super) const UPLOAD: &str = "/rosters/upload";

/// What our script sends along when it asks for a page again without anybody having done anything.
const BY_ITSELF: HeaderName = HeaderName::from_static("x-rosterd-live");

/// No script but ours, none in the page; no frame, no plug-in, no form to elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where a request comes from: its connection, or what the proxy says of it.
pub(super) fn address(desk: &Desk, headers: &HeaderMap, peer: Option<IpAddr>) -> String {
    let forwarded = || {
        let mut lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        // The last one is our proxy's own word; those before it are the client's.
        lines
            .next_back()
            .and_then(|line| line.rsplit(',').next())
            .and_then(|text| text.trim().parse::<IpAddr>().ok())
    };
    let address = if desk.settings.is_behind_proxy() { forwarded().or(peer) } else { peer };
    address.map_or_else(|| "-".to_owned(), |address| address.to_string())
}

/// The guard of everything.
pub(super) async fn guard(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let asset = request.uri().path().starts_with(assets::FOLDER);
    let mut view = None;
    let mut response = match admit(&desk, request, &mut view).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(told) = response.extensions_mut().remove::<Told>() {
        response = explain(&desk, view, response.status(), &told);
    }
    let own = response.extensions_mut().remove::<OwnPolicy>();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if desk.settings.is_secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !asset {
        set(header::CACHE_CONTROL, "no-store");
    }
    if let Some(OwnPolicy(policy)) = own {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Lets a request in, with its view; programs' requests (`/api/`) bear a token and no cookie counts for them.
async fn admit(desk: &Desk, request: Request, seen: &mut Option<View>) -> Result<Request, PageError> {
    let path = request.uri().path();
    if path == "/healthz" || path == "/readyz" {
        return Ok(request);
    }
    if !is_our_host(desk, request.headers()) {
        return Err(PageError::Bad(
            "Địa chỉ truy cập không phải của hệ thống này.".into(),
            "This is not the address of this site.".into(),
        ));
    }
    if path.starts_with(assets::FOLDER) || path.starts_with("/api/") {
        return Ok(request);
    }
    let cookie = Cookie::Session.read(desk, request.headers());
    let here = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let view = view(desk, request.headers(), cookie.as_deref(), here).await?;
    *seen = Some(View { said: None, ..view.clone() });
    let (mut parts, body) = request.into_parts();
    let body = if parts.method == Method::GET || parts.method == Method::HEAD {
        body
    } else {
        is_from_here(desk, &parts.headers)?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if kind.starts_with("multipart/form-data") && parts.uri.path() == UPLOAD {
            body
        } else {
            Body::from(checked_form(body, &view, cookie.is_some()).await?)
        }
    };
    parts.extensions.insert(view);
    Ok(Request::from_parts(parts, body))
}

async fn view(
    desk: &Desk,
    headers: &HeaderMap,
    cookie: Option<&str>,
    here: String,
) -> Result<View, PageError> {
    let mut session = None;
    if let Some(cookie) = cookie {
        let (now, id) = (desk.now(), secret::hash(cookie));
        let idle = TimeDelta::minutes(i64::from(desk.settings.idle_minutes));
        session = desk.store.session(&id, now, now - idle).await?;
        if let Some(session) = &mut session {
            session.operator = desk.with_mandates(session.operator.clone()).await?;
        }
        // What a page asks by itself shows nobody at the desk: the session still ends when idle.
        let by_itself = headers.contains_key(BY_ITSELF);
        if !by_itself && session.as_ref().is_some_and(|session| now - session.seen > TimeDelta::minutes(1)) {
            desk.store
                .write(now, async |mut tx| {
                    tx.touch_session(&id).await?;
                    tx.commit(()).await
                })
                .await?;
        }
    }
    let lang = match Cookie::Lang.read(desk, headers).as_deref() {
        Some("vi") => Lang::Vi,
        Some("en") => Lang::En,
        _ => desk.site.config.language,
    };
    Ok(View {
        lang,
        here,
        session,
        form: cookie.map(|cookie| View::form_token(desk, cookie)).unwrap_or_default(),
        said: said(desk, headers),
    })
}

/// The hosts of this page: the public one, or on plain loopback this machine's own names, so that no other site's
/// name can be pointed at it.
fn is_our_host(desk: &Desk, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    match &desk.settings.public {
        Some(public) => Some(host) == authority(public).as_deref(),
        None => {
            let port = desk.settings.listen.port();
            let name = host.strip_suffix(&format!(":{port}")).unwrap_or(host);
            matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        }
    }
}

fn authority(public: &url::Url) -> Option<String> {
    let host = public.host_str()?;
    Some(public.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Refuses what another site's page sent.
fn is_from_here(desk: &Desk, headers: &HeaderMap) -> Result<(), PageError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if site == "same-origin" { Ok(()) } else { Err(PageError::Form) };
    }
    // A browser that does not say where from says at least the origin; a program of one's own says neither.
    match text("origin") {
        None => Ok(()),
        Some(origin) => {
            let host = text("host").unwrap_or_default();
            let scheme = if desk.settings.is_secure() { "https" } else { "http" };
            if origin == format!("{scheme}://{host}") { Ok(()) } else { Err(PageError::Form) }
        }
    }
}

/// The bytes of a form that bears the token of its session.
async fn checked_form(body: Body, view: &View, has_cookie: bool) -> Result<axum::body::Bytes, PageError> {
    let bytes = to_bytes(body, LARGEST_FORM).await.map_err(|_| PageError::Form)?;
    let token = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "form").map(|(_, value)| value);
    if has_cookie && token.is_some_and(|token| is_same(&token, &view.form)) {
        Ok(bytes)
    } else {
        Err(PageError::Form)
    }
}

/// Whether two tokens are the same, in a time that does not tell where they differ.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    !other.is_empty() && secret::hash(one) == secret::hash(other)
}

/// The error page.
fn explain(desk: &Desk, view: Option<View>, status: StatusCode, told: &Told) -> Response {
    let view = view.unwrap_or(View {
        lang: desk.site.config.language,
        here: "/".into(),
        session: None,
        form: String::new(),
        said: None,
    });
    let sentence = view.t(&told.vi, &told.en);
    match view.page(desk, "error.html", context! { status => status.as_u16(), sentence }) {
        Ok(mut response) => {
            *response.status_mut() = status;
            response
        }
        Err(error) => {
            tracing::error!(%error, "the error page cannot be rendered");
            (status, told.vi.clone()).into_response()
        }
    }
}

/// The connection's address, as the listener noted it.
pub(super) fn peer(extensions: &axum::http::Extensions) -> Option<IpAddr> {
    extensions.get::<Peer>().map(|peer| peer.0)
}
