//! How operators sign in to the page: passwords, one-time codes, invitations, and tokens of programs.

use super::args::TokenAction;
use super::{Code, print_json, who};
use crate::model::ids::Login;
use crate::model::secret::Secret;
use crate::store::{Subject, TokenScope};
use crate::web::{account, secret, totp};
use crate::worker::engine::Engine;
use anyhow::{Result, bail};
use chrono::TimeDelta;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use serde_json::json;
use std::io::{BufRead, IsTerminal, stdin};

/// Sets a password.
pub async fn password(engine: &Engine, login: &Login) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let new = read_password()?;
    account::set_password(&engine.store, engine.now(), login, new, &by, None).await?;
    eprintln!("the password of {login} is set; his or her sessions have ended");
    Ok(0)
}

/// From a terminal, twice and unseen; else the first line of standard input.
fn read_password() -> Result<Secret> {
    let line = || -> Result<String> {
        let mut line = String::new();
        stdin().lock().read_line(&mut line)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    if !stdin().is_terminal() {
        return Ok(Secret::new(line()?));
    }
    let shown = tcgetattr(stdin())?;
    let mut hidden = shown.clone();
    hidden.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(stdin(), SetArg::TCSAFLUSH, &hidden)?;
    eprint!("New password: ");
    let one = line();
    eprint!("\nOnce more: ");
    let other = line();
    eprintln!();
    tcsetattr(stdin(), SetArg::TCSAFLUSH, &shown)?;
    let (one, other) = (one?, other?);
    if one != other {
        bail!("the two differ; nothing was set");
    }
    Ok(Secret::new(one))
}

/// Sets a new secret for one-time codes and prints it, or forgets the one there is.
pub async fn totp(engine: &Engine, login: &Login, remove: bool) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let fresh = if remove { None } else { Some(totp::fresh()?) };
    let keys = &engine.keys;
    account::set_totp(&engine.store, keys, engine.now(), login, fresh.as_deref(), &by).await?;
    match fresh {
        Some(fresh) => {
            let issuer = format!("rosterd {}", engine.config().sender.agency);
            let (text, address) = totp::enrolment(&fresh, login.as_str(), &issuer)?;
            eprintln!("enter this into the authenticator of {login}; it is not shown again");
            crate::cli::line!("{}\n{}", text.reveal(), address.reveal());
        }
        None => eprintln!("{login} has no one-time codes any more"),
    }
    Ok(0)
}

/// Prints a one-time sign-in.
pub async fn invite(engine: &Engine, login: &Login, lasts: TimeDelta) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let Some(page) = &engine.config().web else {
        bail!("there is no page: the configuration has no [web] table");
    };
    if page.openid.as_ref().is_some_and(|openid| !openid.leaves_password(login)) {
        bail!("{login} signs in through the provider alone (web.openid.passwords_only_for)");
    }
    let code = account::invite(&engine.store, engine.now(), login, lasts, &by).await?;
    let address =
        page.public.as_ref().map_or_else(|| format!("http://{}/", page.listen), ToString::to_string);
    eprintln!("good once, for {} minutes", lasts.num_minutes());
    crate::cli::line!("{address}sign-in?once={}", code.reveal());
    Ok(0)
}

/// Somebody at the configured provider.
pub fn subject<'a>(engine: &'a Engine, id: &'a str) -> Result<Subject<'a>> {
    let openid = engine.config().web.as_ref().and_then(|page| page.openid.as_ref());
    match openid {
        Some(openid) if !id.is_empty() => Ok(Subject { issuer: &openid.issuer, id }),
        Some(_) => bail!("the subject is empty; it is the provider's `sub` of the person"),
        None => bail!("there is no provider: the configuration has no [web.openid] table"),
    }
}

/// Ties an operator to somebody at the provider, or unties.
pub async fn openid(engine: &Engine, login: &Login, id: Option<&str>) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let subject = id.map(|id| subject(engine, id)).transpose()?;
    engine
        .store
        .write(engine.now(), async |mut tx| {
            tx.set_subject(login, subject, &by).await?;
            tx.commit(()).await
        })
        .await?;
    match id {
        Some(id) => eprintln!("{login} signs in as {id}; his or her sessions have ended"),
        None => eprintln!("{login} is tied to nobody at the provider; his or her sessions have ended"),
    }
    Ok(0)
}

/// Runs `rosterd operator token`.
pub async fn token(engine: &Engine, action: TokenAction, as_json: bool) -> Result<Code> {
    match action {
        TokenAction::Add { login, name, decide, days } => {
            let by = who::operator(engine).await?.login;
            let scope = if decide { TokenScope::Decide } else { TokenScope::Read };
            let (login, token, now) = (Login::new(login), secret::fresh()?, engine.now());
            let (hash, expires) = (secret::hash(token.reveal()), now + TimeDelta::days(days.into()));
            let id = engine
                .store
                .write(now, async |mut tx| {
                    let id = tx.add_token(&login, &name, scope, &hash, expires, &by).await?;
                    tx.commit(id).await
                })
                .await?;
            eprintln!(
                "token {id}, good until {}; it is not shown again",
                engine.local(expires).format("%d/%m/%Y")
            );
            crate::cli::line!("{}", token.reveal());
        }
        TokenAction::List => {
            let tokens = engine.store.tokens(engine.now()).await?;
            if as_json {
                print_json(&json!({ "schema": 1, "tokens": tokens }))?;
                return Ok(0);
            }
            for one in tokens {
                let until = engine.local(one.expires).format("%d/%m/%Y");
                crate::cli::line!(
                    "{} {:<16} {:<7} {until} {}",
                    one.id,
                    one.login.as_str(),
                    one.scope,
                    one.name
                );
            }
        }
        TokenAction::Revoke { id } => {
            let by = who::operator(engine).await?.login;
            let revoked = engine
                .store
                .write(engine.now(), async |mut tx| {
                    let revoked = tx.revoke_token(&id, &by).await?;
                    tx.commit(revoked).await
                })
                .await?;
            if !revoked {
                bail!("no token {id} is good; the list: rosterd operator token list");
            }
            eprintln!("{id} revoked");
        }
    }
    Ok(0)
}
