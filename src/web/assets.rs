//! The style and the script: our own, in the program, known by their content so that a browser may keep them.

use super::secret;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// Where they are.
pub(super) const FOLDER: &str = "/assets/";

/// A file of ours.
pub(super) struct Asset {
    path: &'static str,
    kind: &'static str,
    text: &'static str,
}

/// How pages look.
pub(super) const STYLE: Asset = Asset {
    path: "/assets/rosterd.css",
    kind: "text/css; charset=utf-8",
    text: include_str!("assets/rosterd.css"),
};

/// What makes them quicker to use; they work without it.
pub(super) const SCRIPT: Asset = Asset {
    path: "/assets/rosterd.js",
    kind: "text/javascript; charset=utf-8",
    text: include_str!("assets/rosterd.js"),
};

impl Asset {
    /// Its address, another one whenever its content is.
    pub fn address(&self) -> String {
        format!("{}?{}", self.path, &secret::hash(self.text)[..12])
    }

    fn response(&self) -> Response {
        ([(CONTENT_TYPE, self.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], self.text)
            .into_response()
    }
}

/// The style.
pub(super) async fn style() -> Response {
    STYLE.response()
}

/// The script.
pub(super) async fn script() -> Response {
    SCRIPT.response()
}
