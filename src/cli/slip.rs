//! `rosterd slip`: handover slips (phiếu bàn giao) of first passwords. A password is kept sealed from its intent until
//! its slip is confirmed, and shown only by printing, which is audited.

use super::args::Slip;
use super::review::find_change;
use super::{Code, print_json, who};
use crate::apply::seal::open;
use crate::model::account::Attr;
use crate::model::change::StoredChange;
use crate::model::ids::ChangeId;
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};
use serde_json::json;

/// Runs `rosterd slip`.
pub async fn run(engine: &Engine, action: Slip, as_json: bool) -> Result<Code> {
    match action {
        Slip::List => list(engine, as_json).await,
        Slip::Print { change } => print(engine, &change).await,
        Slip::Confirm { change } => confirm(engine, &change).await,
    }
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let mut lines = Vec::new();
    for (id, at) in engine.store.sealed().await? {
        if let Some(standing) = engine.store.change(&id).await? {
            lines.push((standing.stored, at));
        }
    }
    if as_json {
        let list: Vec<_> = lines
            .iter()
            .map(|(one, at)| json!({ "change": one.id, "agency": one.change.agency, "label": one.change.label, "since": at }))
            .collect();
        print_json(&json!({ "schema": 1, "slips": list }))?;
    } else {
        for (one, at) in lines {
            println!(
                "{} {:<14} {} ({})",
                one.id,
                one.change.agency,
                one.change.label,
                engine.local(at).format("%d/%m/%Y")
            );
        }
    }
    Ok(0)
}

async fn find(engine: &Engine, id: &str) -> Result<StoredChange> {
    let direct = engine.store.change(&ChangeId::new(id)).await?.map(|one| one.stored);
    match direct {
        Some(stored) => Ok(stored),
        None => find_change(engine, id).await?.ok_or_else(|| anyhow!("there is no change {id:?}")),
    }
}

async fn print(engine: &Engine, id: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let stored = find(engine, id).await?;
    if !operator.may_see(&stored.change.agency) {
        bail!("agency {} is not in your scope", stored.change.agency);
    }
    let Some(sealed) = engine.store.sealed_password(&stored.id).await? else {
        bail!("change {} has no slip: it set no password, or its slip was confirmed", stored.id);
    };
    let password = open(&engine.keys.seal(), stored.id.as_str(), &sealed)?;
    engine
        .store
        .write(engine.now(), async |mut tx| {
            tx.audit(
                operator.login.as_str(),
                "slip.print",
                stored.change.subject.as_str(),
                stored.id.as_str(),
            );
            tx.commit(()).await
        })
        .await?;
    let change = &stored.change;
    let (name, address) = change.label.split_once(" <").unwrap_or((&change.label, ""));
    let agency =
        engine.site.agencies.get(&change.agency).map_or(change.agency.as_str(), |one| one.name.as_str());
    let document = change.document.as_deref().map(|number| format!("\nCăn cứ: {number}")).unwrap_or_default();
    println!(
        "{}\n\nPHIẾU BÀN GIAO TÀI KHOẢN\nNgày {}\n\nHọ và tên: {name}\nChức vụ: {}\nCơ quan: {agency}\nTài khoản: {}\n\
         Mật khẩu lần đầu: {}{document}\n\nNgười nhận phải đổi mật khẩu ngay lần đăng nhập đầu tiên, không tiết lộ mật khẩu cho người khác\n\
         và chịu trách nhiệm về việc sử dụng tài khoản.\n\n      BÊN GIAO                          BÊN NHẬN\n   (Ký, ghi rõ họ tên)               (Ký, ghi rõ họ tên)\n",
        engine.config().sender.agency,
        engine.local(engine.now()).format("%d/%m/%Y"),
        change.after(Attr::Title).unwrap_or(""),
        address.trim_end_matches('>'),
        password.reveal(),
    );
    Ok(0)
}

async fn confirm(engine: &Engine, id: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let stored = find(engine, id).await?;
    let forgotten = engine
        .store
        .write(engine.now(), async |mut tx| {
            let forgotten = tx.forget_password(&stored.id, &operator.login).await?;
            tx.commit(forgotten).await
        })
        .await?;
    if !forgotten {
        bail!("change {} has no slip to confirm", stored.id);
    }
    eprintln!("{} confirmed; its first password is forgotten", stored.id);
    Ok(0)
}
