//! Mail: what the outbox does with servers that fail, what a crash repeats, what comes back, who signed it.

mod bounces;
mod daily;
mod dkim;
mod outbox;
mod paused;
mod reminders;

pub use bounces::bounce;

use crate::support::postgres::{self, Database};
use crate::support::script::Script;
use crate::support::site::Base;
use crate::support::slapd::{SAMPLE, SUFFIX};
use chrono::{TimeDelta, Utc};
use rosterd::config;
use rosterd::config::keys::SiteKey;
use rosterd::model::notice::Notice;
use rosterd::worker::engine::Engine;
use rosterd::worker::mailing::Mailed;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// An outbox before a scripted server, with a clock that is moved by hand.
struct Post {
    engine: Engine,
    offset: Arc<AtomicI64>,
    url: String,
    folder: tempfile::TempDir,
    _database: Option<Database>,
}

impl Post {
    /// `more` follows `[mail]`; `@ROOT@` in it is the post's folder.
    async fn new(base: Base, server: &Script, more: &str) -> Self {
        Self::with_mail(base, &server.mail(), more).await
    }

    /// The same before another server.
    async fn with_mail(base: Base, mail: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().display().to_string();
        SiteKey::create(&folder.path().join("site.key")).unwrap();
        std::fs::create_dir(folder.path().join("bounces")).unwrap();
        // Passes write to it.
        std::fs::copy(SAMPLE, folder.path().join("directory.ldif")).unwrap();
        let agency = "[[agency]]\ncode = \"snv\"\nname = \"Sở Nội vụ\"\nkind = \"so\"\n";
        std::fs::write(folder.path().join("agencies.toml"), agency).unwrap();
        let database = (base == Base::Postgres).then(postgres::database);
        let store = database.as_ref().map_or_else(|| format!("{root}/rosterd.db"), Database::url);
        let text = format!(
            "agencies = \"{root}/agencies.toml\"\nsite_key_file = \"{root}/site.key\"\nslips_at = \"Phòng 101\"\n\
             on_duty = [{{ name = \"Người trực\", mail = \"truc@tinhmau.gov.vn\" }}]\n\
             [sender]\nagency = \"Sở Khoa học và Công nghệ\"\nphone = \"0200 0000 000\"\nsign_off = \"Quản trị\"\n\
             [folders]\ninbox = \"{root}/inbox\"\ndone = \"{root}/done\"\nrefused = \"{root}/refused\"\n\
             spool = \"{root}/spool\"\nsettle_seconds = 0\n[store]\nurl = {store:?}\n\
             [directory]\nkind = \"ldif\"\npath = \"{root}/directory.ldif\"\nbase = {SUFFIX:?}\npeople = \"ou=people,{SUFFIX}\"\n\
             [policy.naming]\ndomain = \"tinhmau.gov.vn\"\n[log]\nlevel = \"warn\"\n[mail]\n{}{}\n",
            mail,
            more.replace("@ROOT@", &root),
        );
        let file = folder.path().join("rosterd.toml");
        std::fs::write(&file, text).unwrap();
        std::fs::create_dir(folder.path().join("inbox")).unwrap();
        let mut engine = Engine::open(config::load(&file).await.unwrap()).await.unwrap();
        engine.program = env!("CARGO_BIN_EXE_rosterd").into();
        let offset = Arc::new(AtomicI64::new(0));
        let shared = offset.clone();
        engine.clock = Some(Arc::new(move || Utc::now() + TimeDelta::seconds(shared.load(Ordering::SeqCst))));
        let url = if database.is_some() { store } else { format!("sqlite://{store}") };
        Self { engine, offset, url, folder, _database: database }
    }

    async fn queue(&self, notices: &[Notice]) {
        let queued = self.engine.store.write(self.engine.now(), async |mut tx| {
            for notice in notices {
                assert!(tx.enqueue(notice).await?);
            }
            tx.commit(()).await
        });
        queued.await.unwrap();
    }

    /// What a pass does with the outbox, and nothing else of it.
    async fn mail(&self) -> Mailed {
        let grip = self.engine.grip_or_say().await.unwrap();
        let mailed = self.engine.mail(&grip.token, &self.engine.transport().unwrap()).await.unwrap();
        self.engine.let_go(grip).await.unwrap();
        mailed
    }

    /// Moves the clock.
    fn later(&self, by: TimeDelta) {
        self.offset.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }

    /// State and attempts of every mail, by the local part of its addressee.
    async fn states(&self) -> BTreeMap<String, (String, i64)> {
        use sqlx::Row;
        sqlx::any::install_default_drivers();
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&self.url).await.unwrap();
        let rows = sqlx::query("SELECT address, state, attempts FROM outbox").fetch_all(&pool).await.unwrap();
        pool.close().await;
        let local = |address: String| address.split('@').next().unwrap().to_owned();
        rows.iter().map(|row| (local(row.get(0)), (row.get(1), row.get(2)))).collect()
    }
}

fn notice(to: &str) -> Notice {
    Notice {
        key: format!("thu:{to}"),
        template: "rotation_reminder".into(),
        to: format!("{to}@tinhmau.gov.vn"),
        to_name: "Nguyễn Văn Ánh".into(),
        subject: "Đề nghị đổi mật khẩu thư điện tử công vụ (lần 1/3)".into(),
        text: "Kính gửi Ông/Bà.\n\n. một dấu chấm đầu dòng  \n\nTrân trọng./.\n".into(),
        html: "<p>Kính gửi Ông/Bà.</p>".into(),
    }
}
