//! The interface for programs: the reads and decisions of the page as JSON, for who bears a token. Described by
//! `/api/v1/openapi.json`.

mod decisions;
mod reads;
mod shapes;

use super::desk::Desk;
use super::error::PageError;
use super::secret;
use crate::model::operator::{Operator, Right};
use crate::store::{StoreError, TokenScope};
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "rosterd",
        description = "Changes to accounts, their approvals, questions, brakes, rotation and incidents, within the role and scope of the token's operator.",
        version = "1"
    ),
    paths(
        reads::changes,
        reads::change,
        reads::questions,
        reads::brakes,
        reads::rosters,
        reads::rotation,
        reads::campaigns,
        reads::incidents,
        decisions::approve,
        decisions::reject,
        decisions::answer_question,
        decisions::discard
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

/// The routes, below `/api/v1`.
pub(super) fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/openapi.json", get(description))
        .route("/changes", get(reads::changes))
        .route("/changes/{id}", get(reads::change))
        .route("/changes/{id}/approvals", post(decisions::approve))
        .route("/changes/{id}/rejection", post(decisions::reject))
        .route("/questions", get(reads::questions))
        .route("/questions/{key}/answer", post(decisions::answer_question))
        .route("/brakes", get(reads::brakes))
        .route("/brakes/{key}/discard", post(decisions::discard))
        .route("/rosters", get(reads::rosters))
        .route("/rotation", get(reads::rotation))
        .route("/campaigns", get(reads::campaigns))
        .route("/incidents", get(reads::incidents))
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
    /// Refuses where the token only reads, or the operator's role does not have the right.
    pub fn decides(&self, right: Right) -> Result<(), ApiError> {
        if self.scope == TokenScope::Decide && self.operator.role.may(right) {
            Ok(())
        } else {
            Err(ApiError(PageError::Forbidden))
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
