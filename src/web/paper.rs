//! A paper as an answer: a page to print that brings its own style, which is named to the browser by its hash, so that no
//! other style or script of it counts.

use axum::http::HeaderValue;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A page from [`crate::notify::paper`].
pub(super) struct Paper(pub String);

/// The content policy of an answer that has one of its own.
#[derive(Clone)]
pub(super) struct OwnPolicy(pub HeaderValue);

impl IntoResponse for Paper {
    fn into_response(self) -> Response {
        let policy = policy(&self.0);
        let mut response = Html(self.0).into_response();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.extensions_mut().insert(OwnPolicy(policy));
        }
        response
    }
}

/// Nothing but the styles that stand in the page.
fn policy(page: &str) -> String {
    let styles = page.split("<style>").skip(1).filter_map(|rest| rest.split("</style>").next());
    let hashes: Vec<_> = styles
        .map(|style| {
            let hash = ring::digest::digest(&ring::digest::SHA256, style.as_bytes());
            format!("'sha256-{}'", STANDARD.encode(hash.as_ref()))
        })
        .collect();
    let style = if hashes.is_empty() { "'none'".to_owned() } else { hashes.join(" ") };
    format!(
        "default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::policy;

    #[test]
    fn a_paper_s_own_style_is_allowed_and_nothing_else() {
        // The hash as `printf 'p{}' | openssl dgst -sha256 -binary | base64` gives it.
        let said = policy("<html><style>p{}</style><p style=\"x\"></p></html>");
        insta::assert_snapshot!(said, @"default-src 'none'; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        assert!(policy("<p></p>").contains("style-src 'none'"));
    }
}
