//! One's own account: password, one-time codes, sessions.

use super::super::account::{set_password, set_totp};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::sign_in::is_own_password;
use super::super::totp as codes;
use super::super::view::Signed;
use crate::model::ids::hex;
use crate::model::secret::Secret;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use minijinja::{Value, context};
use ring::hmac;
use serde::Deserialize;
use std::sync::Arc;

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    show(&desk, &signed).await
}

async fn show(desk: &Desk, signed: &Signed) -> Result<Response, PageError> {
    let login = &signed.operator.login;
    let credential = desk.store.credential(login).await?;
    let (now, idle) = (desk.now(), TimeDelta::minutes(i64::from(desk.settings.idle_minutes)));
    let sessions = desk.store.sessions(Some(login), now, now - idle).await?;
    // A new secret is offered until one is kept; the form brings it back, vouched for, so that nothing is stored
    // before the authenticator has shown a code.
    let offered = codes::fresh().map_err(PageError::internal)?;
    let (text, address) =
        codes::enrolment(&offered, login.as_str(), &issuer(desk)).map_err(PageError::internal)?;
    let secret = hex(&offered);
    let more = context! {
        has_password => credential.password.is_some(),
        passwords => desk.leaves_password(login),
        has_codes => credential.totp.is_some(),
        shortest => super::super::password::SHORTEST,
        sessions => Value::from_serialize(&sessions),
        own => signed.session.id,
        offered_text => text.reveal(),
        offered_address => address.reveal(),
        voucher => voucher(desk, signed, &secret),
        secret,
    };
    signed.view.page(desk, "account.html", more)
}

fn issuer(desk: &Desk) -> String {
    format!("rosterd {}", desk.site.config.sender.agency)
}

fn voucher(desk: &Desk, signed: &Signed, secret: &str) -> String {
    hex(hmac::sign(&desk.form_key, format!("totp {} {secret}", signed.session.id).as_bytes()).as_ref())
}

#[derive(Deserialize)]
pub(in super::super) struct NewPassword {
    #[serde(default)]
    old: String,
    new: String,
    again: String,
}

/// Sets the password. The old one is asked for, unless there is none or the sign-in is fresh and one-time.
pub(in super::super) async fn password(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<NewPassword>,
) -> Result<Response, PageError> {
    let login = &signed.operator.login;
    let bad = |vi: &str, en: &str| PageError::Bad(vi.to_owned(), en.to_owned());
    if given.new != given.again {
        return Err(bad("Hai lần gõ mật khẩu mới không giống nhau.", "The two new passwords differ."));
    }
    let had_one = desk.store.credential(login).await?.password.is_some();
    if had_one && !is_own_password(&desk, &signed, &given.old).await? {
        return Err(bad("Mật khẩu hiện tại không đúng.", "The present password is wrong."));
    }
    let (now, id) = (desk.now(), &signed.session.id);
    set_password(&desk.store, now, login, Secret::new(given.new), login, Some(id)).await?;
    let said = signed.view.t(
        "Đã đặt mật khẩu; các phiên khác của bạn đã kết thúc.",
        "The password is set; your other sessions have ended.",
    );
    signed.view.go(&desk, "/account", said)
}

#[derive(Deserialize)]
pub(in super::super) struct NewCodes {
    secret: String,
    voucher: String,
    code: String,
}

/// Keeps the codes' secret, once the authenticator has shown that it has it.
pub(in super::super) async fn totp(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<NewCodes>,
) -> Result<Response, PageError> {
    if !super::super::guard::is_same(&given.voucher, &voucher(&desk, &signed, &given.secret)) {
        return Err(PageError::Form);
    }
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/account");
    }
    let pairs = given.secret.as_bytes().chunks(2);
    let secret: Vec<u8> = pairs
        .filter_map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let now = desk.now();
    if codes::step_of(&secret, &given.code, now.timestamp()).map_err(PageError::internal)?.is_none() {
        let wrong = signed.view.t(
            "Mã một lần không đúng; chưa thay đổi gì. Hãy nhập lại khóa mới vào ứng dụng.",
            "The code is wrong; nothing was changed. Enter the new secret into the authenticator again.",
        );
        return signed.view.go(&desk, "/account", wrong);
    }
    let login = &signed.operator.login;
    set_totp(&desk.store, &desk.keys, now, login, Some(&secret), login).await?;
    let said = signed.view.t("Đã bật mã một lần.", "One-time codes are on.");
    signed.view.go(&desk, "/account", said)
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    id: String,
}

/// Ends another session of one's own.
pub(in super::super) async fn end_session(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(ended): Form<Ended>,
) -> Result<Response, PageError> {
    let login = &signed.operator.login;
    let (now, idle) = (desk.now(), TimeDelta::minutes(i64::from(desk.settings.idle_minutes)));
    let own = desk.store.sessions(Some(login), now, now - idle).await?;
    if !own.iter().any(|one| one.id == ended.id) {
        return Err(PageError::NotFound);
    }
    desk.store
        .write(now, async |mut tx| {
            let done = tx.end_session(&ended.id, login).await?;
            tx.commit(done).await
        })
        .await?;
    signed.view.go(&desk, "/account", signed.view.t("Phiên đã kết thúc.", "The session has ended."))
}
