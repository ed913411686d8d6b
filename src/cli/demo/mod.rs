//! `rosterd demo`: the real worker on an invented province, with nothing to install: SQLite, an LDIF file as the
//! directory, hand-off files as the TTHC system, mail as files.

use super::{Code, words};
use crate::config::{self, keys::SiteKey};
use crate::files;
use crate::model::Lang;
use crate::model::ids::Login;
use crate::model::operator::{Operator, OperatorRole};
use crate::sample;
use crate::web::account;
use crate::worker::engine::Engine;
use crate::worker::pass::Summary;
use anyhow::{Context, Result};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const CONFIG: &str = include_str!("rosterd.toml");
const ROLES: &str = include_str!("../../../mappings/roles/tthc.toml");

/// What an earlier demo's worker left, beside what [`sample::lay_out`] lays out anew.
const LEFT: [&str; 6] = ["state", "done", "refused", "mail", "systems/tthc/orders", "spool"];

/// Runs `rosterd demo`: a first pass, then the worker with its page, until it is asked to stop.
pub async fn run(dir: &Path, once: bool, lang: Lang) -> Result<Code> {
    let dir = std::path::absolute(dir)?;
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
    if sample::is_laid(&dir) {
        clear(&dir)?;
    }
    let laid = sample::lay_out(&dir, today)?;
    let config = dir.join("rosterd.toml");
    let write = |path: &Path, text: &str| {
        files::write(path, text.as_bytes(), 0o644).with_context(|| path.display().to_string())
    };
    write(&config, CONFIG)?;
    write(&dir.join("roles/tthc.toml"), ROLES)?;
    files::private_folder(&dir.join("secrets"))?;
    files::private_folder(&dir.join("state"))?;
    let key = dir.join("secrets/site.key");
    if !key.exists() {
        SiteKey::create(&key)?;
    }
    crate::cli::line!("{}", introduction(&laid, &dir, lang));
    let mut site = config::load(&config).await?;
    site.config.language = lang;
    if let Some(page) = &mut site.config.web
        && std::net::TcpListener::bind(page.listen).is_err()
    {
        // Another demo is there: any free port will do.
        page.listen.set_port(0);
    }
    let engine = Arc::new(Engine::open(site).await?);
    let grip = engine.grip_or_say().await?;
    let summary = engine.pass_under(&grip).await?;
    engine.let_go(grip).await?;
    crate::cli::line!("{}{}", words::summary(&summary, lang), next_steps(&dir, &summary, lang));
    for error in super::run::errors(&summary) {
        eprintln!("error: {error}");
    }
    if !once && let Some(page) = super::run::page(&engine).await? {
        crate::cli::line!("{}", sign_ins(&engine, &page.address(), lang).await?);
        super::run::serve(&engine, page).await?;
    }
    engine.store.close().await;
    let failed = super::run::errors(&summary).next().is_some();
    Ok(u8::from(failed))
}

/// Enrols whoever runs the demo, and an invented second operator for what two must decide; their one-time sign-ins.
async fn sign_ins(engine: &Engine, address: &str, lang: Lang) -> Result<String> {
    let own = super::who::login()?;
    let enrol = [
        (own.clone(), "Quản trị viên mẫu", OperatorRole::Administrator),
        (Login::new("nguoi.duyet"), "Người phê duyệt mẫu", OperatorRole::Approver),
    ];
    let mut links = Vec::new();
    for (login, name, role) in enrol {
        let operator = Operator { login: login.clone(), name: name.into(), role, agencies: BTreeSet::new() };
        engine
            .store
            .write(engine.now(), async |mut tx| {
                tx.add_operator(&operator, &own).await?;
                tx.commit(()).await
            })
            .await?;
        let code = account::invite(&engine.store, engine.now(), &login, TimeDelta::hours(12), &own).await?;
        links.push(format!("{address}sign-in?once={}", code.reveal()));
    }
    let [first, second] = [0, 1].map(|at| links.get(at).cloned().unwrap_or_default());
    Ok(match lang {
        Lang::Vi => format!(
            "Trang rà soát: {address}\nĐăng nhập một lần (quản trị):  {first}\nĐăng nhập một lần (người duyệt thứ hai): {second}\nNhấn Ctrl+C để dừng."
        ),
        Lang::En => format!(
            "The review page: {address}\nOne-time sign-in (administrator): {first}\nOne-time sign-in (second approver): {second}\nCtrl+C stops it."
        ),
    })
}

/// Removes what an earlier demo's worker wrote.
fn clear(dir: &Path) -> Result<()> {
    for name in LEFT {
        let path = dir.join(name);
        match std::fs::remove_dir_all(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        }
    }
    Ok(())
}

fn introduction(laid: &sample::Laid, dir: &Path, lang: Lang) -> String {
    let (dir, files) = (dir.display(), laid.rosters + laid.bad_files);
    match lang {
        Lang::Vi => format!(
            "Tỉnh mẫu trong {dir} (mọi tên người đều là giả định):\n  {} cơ quan, {} người, {files} tệp do các cơ quan gửi,\n  {} tài khoản trong thư mục thư điện tử, {} vai trò trong hệ thống một cửa.\n\nrosterd vừa đọc, đối chiếu và lập đề nghị:",
            laid.agencies, laid.people, laid.accounts, laid.roles
        ),
        Lang::En => format!(
            "A sample province in {dir} (every name is invented):\n  {} agencies, {} people, {files} files dropped by agencies,\n  {} accounts in the mail directory, {} roles in the one-stop system.\n\nrosterd has read, compared and proposed:",
            laid.agencies, laid.people, laid.accounts, laid.roles
        ),
    }
}

fn next_steps(dir: &Path, summary: &Summary, lang: Lang) -> String {
    let config = dir.join("rosterd.toml");
    let program =
        std::env::current_exe().map_or_else(|_| "rosterd".into(), |path| path.display().to_string());
    let (run, dir) = (format!("{program} --config {}", config.display()), dir.display());
    let login = super::who::login().map_or_else(|_| "LOGIN".to_owned(), |login| login.to_string());
    let brakes = summary.brakes;
    match lang {
        Lang::Vi => format!(
            "\nChưa có gì được ghi vào thư mục thư điện tử ngoài những thay đổi mà chính sách cho phép tự thực hiện;\n{brakes} phanh đang giữ những nhóm thay đổi bất thường.\n\nXem thử:\n  {dir}/done/          danh sách trả lại từng cơ quan, có ghi kết quả (.ketqua.xlsx)\n  {dir}/refused/       tệp không đọc được, kèm lý do\n  {dir}/mail/          thư sẽ gửi cho các cơ quan\n\nLàm tiếp:\n  {run} operator add {login} --name \"Quản trị viên\"\n  {run} review list\n  {run} review approve MÃ …\n  {run} apply\n  {run} audit verify\n"
        ),
        Lang::En => format!(
            "\nNothing was written to the mail directory but what policy carries out by itself;\n{brakes} brakes hold unusual groups of changes.\n\nLook at:\n  {dir}/done/          each agency's roster with its results (.ketqua.xlsx)\n  {dir}/refused/       files that cannot be read, with the reason\n  {dir}/mail/          mails to the agencies\n\nGo on:\n  {run} operator add {login} --name \"Administrator\"\n  {run} review list\n  {run} review approve ID …\n  {run} apply\n  {run} audit verify\n"
        ),
    }
}
