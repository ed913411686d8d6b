//! The interface for programs: the reads and decisions of the page as JSON, for who bears a token. Described by
//! `/api/v1/openapi.json`.
//!
//! Some things stay on the page on purpose. Operators, tokens, and one's own password and codes are changed there alone: a
//! token that could would widen its own rights, or outlive its revocation. What the page asks the password anew for has a
//! route that says so (422), since a token is no proof that its operator sits there: what is of high risk, releasing a brake
//! (that of reminders included), opening an incident, asking for and agreeing to a campaign, printing a slip, what was sent
//! unmasked, the evidence of a case.

mod bulk;
mod decisions;
mod handovers;
mod holds;
mod incidents;
mod matches;
mod office;
mod phone;
mod reads;
mod rosters;
mod rotation;
mod shapes;

use super::desk::Desk;
use super::error::PageError;
use super::secret;
use crate::model::operator::{Operator, Right};
use crate::store::{StoreError, TokenScope};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Query, Request};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "rosterd",
        description = "What the page shows and decides, within the role and scope of the token's operator. What the page asks the password again for is done there: a program is answered 422.",
        version = "1"
    ),
    paths(
        reads::overview,
        reads::changes,
        reads::by_agency,
        reads::by_roster,
        reads::stale,
        bulk::preview,
        bulk::approve,
        bulk::selected,
        reads::change,
        decisions::as_sent,
        decisions::approve,
        decisions::reject,
        decisions::undo,
        decisions::left,
        phone::call_backs,
        phone::call_back,
        phone::unlock,
        holds::of_change,
        reads::questions,
        reads::question,
        decisions::answer_question,
        reads::brakes,
        reads::brake,
        decisions::release,
        decisions::discard,
        rosters::agencies,
        rosters::agency,
        matches::list,
        matches::confirm,
        rosters::template,
        rosters::upload,
        rosters::list,
        rosters::one,
        rosters::feedback,
        rosters::document,
        rosters::sheet,
        rosters::as_sent,
        reads::rotation,
        rotation::accounts,
        rotation::list,
        rotation::handed,
        rotation::release_mail,
        reads::campaigns,
        rotation::ask,
        rotation::campaign,
        rotation::approve,
        rotation::stop,
        incidents::list,
        incidents::open,
        incidents::one,
        incidents::close,
        incidents::tips,
        incidents::take,
        incidents::dismiss,
        holds::list,
        holds::agree,
        holds::lift,
        holds::slips,
        holds::print,
        holds::confirm,
        handovers::list,
        handovers::one,
        handovers::minutes,
        handovers::sign,
        office::pauses,
        office::pause,
        office::resume,
        office::mails,
        office::retry,
        office::dismiss,
        office::operators,
        office::trail,
        office::export,
        office::verify,
        office::report,
        office::pack
    ),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The routes, below `/api/v1`; a workbook of more than `largest` bytes is not taken.
pub(super) fn router(largest: usize) -> Router<Arc<Desk>> {
    Router::new()
        .route("/openapi.json", get(description))
        .route("/overview", get(reads::overview))
        .route("/changes", get(reads::changes))
        .route("/changes/by-agency", get(reads::by_agency))
        .route("/changes/by-roster", get(reads::by_roster))
        .route("/changes/stale", get(reads::stale))
        .route("/changes/bulk", get(bulk::preview).post(bulk::approve))
        .route("/changes/selected", post(bulk::selected))
        .route("/changes/{id}", get(reads::change))
        .route("/changes/{id}/as-sent", post(decisions::as_sent))
        .route("/changes/{id}/approvals", post(decisions::approve))
        .route("/changes/{id}/rejection", post(decisions::reject))
        .route("/changes/{id}/undo", post(decisions::undo))
        .route("/changes/{id}/left", post(decisions::left))
        .route("/changes/{id}/call-backs", get(phone::call_backs).post(phone::call_back))
        .route("/unlocks", post(phone::unlock))
        .route("/changes/{id}/hold", post(holds::of_change))
        .route("/questions", get(reads::questions))
        .route("/questions/{key}", get(reads::question))
        .route("/questions/{key}/answer", post(decisions::answer_question))
        .route("/brakes", get(reads::brakes))
        .route("/brakes/{key}", get(reads::brake))
        .route("/brakes/{key}/release", post(decisions::release))
        .route("/brakes/{key}/discard", post(decisions::discard))
        .route("/agencies", get(rosters::agencies))
        .route("/agencies/{code}", get(rosters::agency))
        .route("/agencies/{code}/matches", get(matches::list))
        .route("/agencies/{code}/matches/confirmation", post(matches::confirm))
        .route("/agencies/{code}/template", post(rosters::template))
        .route("/agencies/{code}/rosters", post(rosters::upload).layer(DefaultBodyLimit::max(largest)))
        .route("/rosters", get(rosters::list))
        .route("/rosters/{id}", get(rosters::one))
        .route("/rosters/{id}/feedback", get(rosters::feedback))
        .route("/rosters/{id}/document", get(rosters::document))
        .route("/rosters/{id}/sheet", get(rosters::sheet).post(rosters::as_sent))
        .route("/rotation", get(reads::rotation))
        .route("/rotation/accounts", get(rotation::accounts))
        .route("/rotation/list", get(rotation::list))
        .route("/rotation/handed", post(rotation::handed))
        .route("/rotation/mail-brake/release", post(rotation::release_mail))
        .route("/campaigns", get(reads::campaigns).post(rotation::ask))
        .route("/campaigns/{name}", get(rotation::campaign))
        .route("/campaigns/{name}/approvals", post(rotation::approve))
        .route("/campaigns/{name}/stop", post(rotation::stop))
        .route("/incidents", get(incidents::list).post(incidents::open))
        .route("/incidents/{id}", get(incidents::one))
        .route("/incidents/{id}/close", post(incidents::close))
        .route("/tips", get(incidents::tips).post(incidents::take))
        .route("/tips/{id}/dismiss", post(incidents::dismiss))
        .route("/holds", get(holds::list))
        .route("/holds/{id}/agree", post(holds::agree))
        .route("/holds/{id}/lift", post(holds::lift))
        .route("/slips", get(holds::slips))
        .route("/slips/{id}/print", post(holds::print))
        .route("/slips/{id}/confirm", post(holds::confirm))
        .route("/handovers", get(handovers::list))
        .route("/handovers/{id}", get(handovers::one))
        .route("/handovers/{id}/minutes", get(handovers::minutes))
        .route("/handovers/{id}/signatures", post(handovers::sign))
        .route("/pauses", get(office::pauses).post(office::pause))
        .route("/pauses/resume", post(office::resume))
        .route("/mails", get(office::mails))
        .route("/mails/{id}/retry", post(office::retry))
        .route("/mails/{id}/dismiss", post(office::dismiss))
        .route("/operators", get(office::operators))
        .route("/audit", get(office::trail))
        .route("/audit/export", get(office::export))
        .route("/audit/verification", get(office::verify))
        .route("/reports", post(office::report))
        .route("/cases/{id}/pack", post(office::pack))
        .fallback(nothing)
}

/// What there is, for whoever has a token: even its shape is nobody else's business.
async fn description(_: Caller) -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

async fn nothing(_: Caller) -> ApiError {
    ApiError(PageError::NotFound)
}

/// A program with its operator.
pub(super) struct Caller {
    pub operator: Operator,
    scope: TokenScope,
}

impl Caller {
    /// Refuses where the operator's role does not have the right.
    pub fn may(&self, right: Right) -> Result<(), ApiError> {
        if self.operator.role.may(right) { Ok(()) } else { Err(ApiError(PageError::Forbidden)) }
    }

    /// Refuses where the token only reads, or the operator's role does not have the right.
    pub fn decides(&self, right: Right) -> Result<(), ApiError> {
        match self.scope {
            TokenScope::Decide => self.may(right),
            TokenScope::Read => Err(ApiError(PageError::Forbidden)),
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|text| text.strip_prefix("Bearer ")).map(str::trim);
        let holder = match token {
            Some(token) => desk.store.token_holder(&secret::hash(token), desk.now()).await,
            None => Ok(None),
        };
        match holder {
            Ok(Some((operator, scope))) => match desk.with_mandates(operator).await {
                Ok(operator) => Ok(Self { operator, scope }),
                Err(error) => Err(ApiError(error.into()).into_response()),
            },
            Ok(None) => {
                let mut response =
                    (StatusCode::UNAUTHORIZED, Json(shapes::Problem::new("a token is needed")))
                        .into_response();
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                Err(response)
            }
            Err(error) => Err(ApiError(error.into()).into_response()),
        }
    }
}

/// A request's body; one that cannot be read is refused with the reason.
pub(super) struct Given<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<Desk>> for Given<T> {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        match Json::from_request(request, desk).await {
            Ok(Json(given)) => Ok(Self(given)),
            Err(why) => Err(unread(why.status(), &why.body_text())),
        }
    }
}

/// A request's query; one that cannot be read is refused with the reason.
pub(super) struct Sought<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Desk>> for Sought<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        match Query::from_request_parts(parts, desk).await {
            Ok(Query(sought)) => Ok(Self(sought)),
            Err(why) => Err(unread(why.status(), &why.body_text())),
        }
    }
}

fn unread(status: StatusCode, why: &str) -> Response {
    (status, Json(shapes::Problem::new(why))).into_response()
}

/// What may come of any request.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it is there to be described")]
enum Refused {
    /// The query or the body cannot be read.
    #[response(status = 400)]
    Unread(shapes::Problem),
    /// Without a token that is good.
    #[response(status = 401)]
    NoToken(shapes::Problem),
    /// The token only reads, or its operator's role does not include this.
    #[response(status = 403)]
    NotAllowed(shapes::Problem),
    /// There is no such thing, or it is outside of the operator's scope.
    #[response(status = 404)]
    NotFound(shapes::Problem),
}

/// An error as JSON.
pub(super) struct ApiError(pub PageError);

impl<E: Into<PageError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, why) = match &self.0 {
            PageError::NotFound
            | PageError::Store(StoreError::Missing { .. } | StoreError::OutOfScope { .. }) => {
                (StatusCode::NOT_FOUND, "not found".to_owned())
            }
            PageError::Forbidden
            | PageError::Form
            | PageError::Store(StoreError::NotEnrolled(_) | StoreError::NotAllowed { .. }) => {
                (StatusCode::FORBIDDEN, "the token or its operator's role does not allow this".to_owned())
            }
            PageError::Bad(_, why) => (StatusCode::UNPROCESSABLE_ENTITY, why.clone()),
            PageError::SignIn(status, _, why) => (*status, why.clone()),
            PageError::Store(StoreError::Busy { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "busy, try again".to_owned())
            }
            PageError::Store(_) | PageError::Internal(_) => {
                tracing::error!(error = %self.0, "a request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "failed; the server's log has the cause".to_owned())
            }
        };
        (status, Json(shapes::Problem::new(&why))).into_response()
    }
}
