//! What can go wrong with a request, and what the person is told.

use super::password::PasswordError;
use crate::apply::seal::SealError;
use crate::store::StoreError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A request that is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    /// Nothing is there, or nothing that this operator may know of.
    #[error("not found")]
    NotFound,
    /// The role does not have the right.
    #[error("forbidden")]
    Forbidden,
    /// A form that was not made by this page for this session.
    #[error("form")]
    Form,
    /// What was sent cannot be understood; the sentence says what, in both languages.
    #[error("{1}")]
    Bad(String, String),
    /// Nobody is signed in, or not so; the sentence says why, in both languages.
    #[error("{2}")]
    SignIn(StatusCode, String, String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything of our own making.
    #[error("{0}")]
    Internal(String),
}

/// What the error page says, put into the response for the guard to render.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub vi: String,
    pub en: String,
}

impl PageError {
    /// An error of our own making, logged and not shown.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    fn told(&self) -> (StatusCode, Told) {
        let told = |status, vi: &str, en: &str| (status, Told { vi: vi.into(), en: en.into() });
        match self {
            Self::NotFound => told(
                StatusCode::NOT_FOUND,
                "Không có nội dung này, hoặc nội dung nằm ngoài phạm vi được giao cho bạn.",
                "There is no such thing, or it is outside of what was given to you.",
            ),
            Self::Forbidden => told(
                StatusCode::FORBIDDEN,
                "Vai trò của bạn không được làm việc này.",
                "Your role does not include this.",
            ),
            Self::Form => told(
                StatusCode::FORBIDDEN,
                "Biểu mẫu đã cũ hoặc không do trang này lập. Hãy mở lại trang và làm lại.",
                "The form is old, or was not made by this page. Open the page again and repeat.",
            ),
            Self::Bad(vi, en) => told(StatusCode::UNPROCESSABLE_ENTITY, vi, en),
            Self::SignIn(status, vi, en) => told(*status, vi, en),
            Self::Store(StoreError::SubjectTaken { subject }) => told(
                StatusCode::CONFLICT,
                &format!(
                    "Mã định danh “{subject}” đã gắn với một quản trị viên khác. Hãy gỡ liên kết ở người đó trước."
                ),
                &format!("The subject “{subject}” is tied to another operator. Untie it there first."),
            ),
            Self::Store(StoreError::Missing { .. } | StoreError::OutOfScope { .. }) => Self::NotFound.told(),
            Self::Store(StoreError::NotEnrolled(_) | StoreError::NotAllowed { .. }) => Self::Forbidden.told(),
            Self::Store(StoreError::Busy { .. }) => told(
                StatusCode::SERVICE_UNAVAILABLE,
                "Hệ thống đang bận. Hãy thử lại sau ít phút.",
                "The system is busy. Try again in a few minutes.",
            ),
            Self::Store(_) | Self::Internal(_) => told(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Có lỗi trong hệ thống; việc này chưa được thực hiện. Nhật ký của máy chủ ghi rõ nguyên nhân.",
                "Something failed; it was not done. The server's log has the cause.",
            ),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, told) = self.told();
        if status.is_server_error() {
            tracing::error!(error = %self, "a request failed");
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(told);
        response
    }
}

impl From<minijinja::Error> for PageError {
    fn from(error: minijinja::Error) -> Self {
        Self::Internal(format!("{error:#}"))
    }
}

impl From<SealError> for PageError {
    fn from(error: SealError) -> Self {
        Self::internal(error)
    }
}

impl From<super::secret::NoRandom> for PageError {
    fn from(error: super::secret::NoRandom) -> Self {
        Self::internal(error)
    }
}

impl From<super::account::AccountError> for PageError {
    fn from(error: super::account::AccountError) -> Self {
        use super::account::AccountError;
        match error {
            AccountError::Store(error) => Self::Store(error),
            AccountError::Password(PasswordError::Length) => Self::Bad(
                format!("Mật khẩu phải có từ {} ký tự trở lên.", super::password::SHORTEST),
                format!("A password has at least {} characters.", super::password::SHORTEST),
            ),
            AccountError::Password(PasswordError::Easy) => Self::Bad(
                "Mật khẩu này quá dễ đoán. Hãy dùng nhiều từ không ai thường nói liền nhau.".into(),
                "This password is too easily guessed: take several words that nobody says together.".into(),
            ),
            other => Self::internal(other),
        }
    }
}
