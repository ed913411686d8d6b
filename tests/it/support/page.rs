//! The review page of a site, served by the program itself, and its operators.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

pub use super::browser::{Browser, parse};
use super::site::{Base, Dir, Site};
use rosterd::model::ids::{AgencyCode, Login};
use rosterd::model::operator::{Operator, OperatorRole};
use rosterd::model::secret::Secret;
use rosterd::store::{Store, TokenScope};
use rosterd::web::{account, secret};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The password of everybody in these tests.
pub const PASSWORD: &str = "lúa chín ngoài đồng xa";

/// A site with its page running; the program ends with it.
pub struct Page {
    pub site: Site,
    pub store: Store,
    pub port: u16,
    program: Child,
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Page {
    /// The sample province after a first pass, operators `an` and `binh` with passwords.
    pub async fn of_province() -> Self {
        Self::with("", |site| {
            site.drop_province();
            site.pass(3);
        })
        .await
    }

    /// A site with more settings in `[web]`, prepared before the program runs.
    pub async fn with(settings: &str, prepare: impl FnOnce(&Site)) -> Self {
        Self::on(Base::Sqlite, settings, prepare).await
    }

    /// The same on this database.
    pub async fn on(base: Base, settings: &str, prepare: impl FnOnce(&Site)) -> Self {
        let port = free_port();
        let web = format!("[web]\nlisten = \"127.0.0.1:{port}\"\ncodes = \"optional\"\n{settings}");
        let site = Site::new(base, Dir::Ldif, &web).await;
        prepare(&site);
        let store = site.store().await;
        for login in ["an", "binh"] {
            let login = Login::new(login);
            let password = Secret::new(PASSWORD);
            account::set_password(&store, chrono::Utc::now(), &login, password, &login, None).await.unwrap();
        }
        let before = store.last_pass().await.unwrap().map(|pass| pass.id);
        let program = Command::new(env!("CARGO_BIN_EXE_rosterd"))
            .arg("--config")
            .arg(site.path("rosterd.toml"))
            .arg("run")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(site.path("page.log")).unwrap())
            .spawn()
            .unwrap();
        let page = Self { site, store, port, program };
        page.wait(before).await;
        page
    }

    /// Waits until the page answers and the pass that the program begins with is over: what a test looks at does not move.
    async fn wait(&self, before: Option<String>) {
        let until = Instant::now() + Duration::from_mins(1);
        let is_up = async || {
            let last = self.store.last_pass().await.unwrap();
            last.is_some_and(|pass| Some(pass.id) != before && pass.ended.is_some())
                && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        };
        while !is_up().await {
            let log = || std::fs::read_to_string(self.site.path("page.log")).unwrap_or_default();
            assert!(Instant::now() < until, "no page, or no end of the first pass: {}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Enrols an operator with the password of everybody.
    pub async fn enrol(&self, login: &str, role: OperatorRole, agencies: &[&str]) {
        let agencies = agencies.iter().map(|code| AgencyCode::parse(code).unwrap()).collect();
        let operator =
            Operator { login: Login::new(login), name: format!("Người {login}"), role, agencies };
        let by = Login::new("an");
        self.store
            .write(chrono::Utc::now(), async |mut tx| {
                tx.add_operator(&operator, &by).await?;
                tx.commit(()).await
            })
            .await
            .unwrap();
        let password = Secret::new(PASSWORD);
        account::set_password(&self.store, chrono::Utc::now(), &operator.login, password, &by, None)
            .await
            .unwrap();
    }

    /// A token of `login`.
    pub async fn token(&self, login: &str, scope: TokenScope) -> String {
        let (token, now) = (secret::fresh().unwrap(), chrono::Utc::now());
        let (hash, expires) = (secret::hash(token.reveal()), now + chrono::TimeDelta::days(1));
        let (login, by) = (Login::new(login), Login::new("an"));
        self.store
            .write(now, async |mut tx| {
                let id = tx.add_token(&login, "thử", scope, &hash, expires, &by).await?;
                tx.commit(id).await
            })
            .await
            .unwrap();
        token.reveal().to_owned()
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser::at(self.port)
    }

    /// A browser signed in as `login`.
    pub fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(login, PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
