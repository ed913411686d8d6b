//! Where the page is, and how long a sign-in lasts.

use crate::model::Time;
use crate::openid;
use chrono::TimeDelta;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// The `[web]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The address and port the page listens on. Without a certificate it must be a loopback address.
    pub listen: SocketAddr,
    /// The address people type, as in `https://rosterd.tinh.gov.vn`: with a certificate, or behind a proxy that has
    /// one. Requests for any other host are refused.
    pub public: Option<Url>,
    /// The certificate with its chain, PEM.
    pub certificate_file: Option<PathBuf>,
    /// Its key, PEM.
    pub key_file: Option<PathBuf>,
    /// Where `/metrics` is; without it there are none. A listener of its own, without sign-in.
    pub metrics_listen: Option<SocketAddr>,
    /// After so many minutes without use a session ends.
    pub idle_minutes: u32,
    /// After so many hours it ends in any case.
    pub session_hours: u32,
    /// For so many minutes after the password was given, decisions of high risk need it not again.
    pub confirmed_minutes: u32,
    /// Whether one-time codes are asked of everybody who has a password.
    pub codes: Codes,
    /// A bulk approval of more than this many needs their number typed.
    pub bulk_typed_above: u32,
    /// An agency whose last full roster is older than this many days is late.
    pub late_after_days: u32,
    /// A workbook larger than this many MB is not taken by upload.
    pub upload_mb: u32,
    /// The provider through which operators sign in; without it they do with passwords alone.
    pub openid: Option<openid::Settings>,
}

/// Who needs one-time codes (TOTP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codes {
    /// Everybody: a password alone lets nobody in.
    #[default]
    Required,
    /// Those who have set them up.
    Optional,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8780)),
            public: None,
            certificate_file: None,
            key_file: None,
            metrics_listen: None,
            idle_minutes: 30,
            session_hours: 10,
            confirmed_minutes: 15,
            codes: Codes::default(),
            bulk_typed_above: 20,
            late_after_days: 35,
            upload_mb: 32,
            openid: None,
        }
    }
}

impl Settings {
    /// Whether an agency whose last full roster came then, or never, is late.
    pub fn is_late(&self, last_full: Option<Time>, now: Time) -> bool {
        last_full.is_none_or(|at| at < now - TimeDelta::days(i64::from(self.late_after_days)))
    }

    /// Whether people reach the page over TLS: its own, or a proxy's.
    pub fn is_secure(&self) -> bool {
        self.public.is_some()
    }

    /// Whether a proxy stands in front, whose word about a client's address is taken.
    pub fn is_behind_proxy(&self) -> bool {
        self.public.is_some() && self.certificate_file.is_none()
    }

    /// What is wrong with them, with what was expected.
    pub fn check(&self) -> Result<(), String> {
        if self.certificate_file.is_some() != self.key_file.is_some() {
            return Err("certificate_file and key_file belong together: give both or neither".into());
        }
        if self.certificate_file.is_none() && !self.listen.ip().is_loopback() {
            return Err(format!(
                "listen = \"{}\": without a certificate the page listens on this machine alone; give certificate_file \
                 and key_file, or listen on 127.0.0.1 behind a proxy",
                self.listen
            ));
        }
        if self.certificate_file.is_some() && self.public.is_none() {
            return Err(
                "public is missing: the address people type, as in \"https://rosterd.tinh.gov.vn\"".into()
            );
        }
        if let Some(public) = &self.public
            && (public.scheme() != "https" || public.host_str().is_none() || public.path() != "/")
        {
            return Err(format!(
                "public = \"{public}\": expected an address as in \"https://rosterd.tinh.gov.vn\", without a path"
            ));
        }
        for (name, number) in [
            ("idle_minutes", self.idle_minutes),
            ("session_hours", self.session_hours),
            ("upload_mb", self.upload_mb),
        ] {
            if number == 0 {
                return Err(format!("{name} = 0: expected at least 1"));
            }
        }
        if let Some(openid) = &self.openid {
            openid.check().map_err(|why| format!("openid: {why}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, part: &str) {
        let settings: Settings = toml::from_str(text).unwrap();
        let why = settings.check().unwrap_err();
        assert!(why.contains(part), "{why}");
    }

    #[test]
    fn an_agency_is_late_once_its_last_full_roster_is_older_than_the_site_has_it_or_never_came() {
        let now = chrono::DateTime::UNIX_EPOCH + TimeDelta::days(1_000);
        for (days, extra, late) in [(35, 0, false), (35, 1, true), (0, 0, false), (400, 0, true)] {
            let at = now - TimeDelta::days(days) - TimeDelta::seconds(extra);
            assert_eq!(Settings::default().is_late(Some(at), now), late, "{days} days and {extra} s ago");
        }
        assert!(Settings::default().is_late(None, now), "never");
        let patient: Settings = toml::from_str("late_after_days = 100").unwrap();
        assert!(!patient.is_late(Some(now - TimeDelta::days(99)), now));
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        refused("listen = \"0.0.0.0:80\"", "certificate");
        refused("listen = \"[::]:80\"", "certificate");
        let fine: Settings = toml::from_str("listen = \"[::1]:8780\"").unwrap();
        assert_eq!(fine.check(), Ok(()));
        assert!(!fine.is_secure());
    }

    #[test]
    fn a_certificate_comes_with_its_key_and_a_public_address() {
        refused("certificate_file = \"a\"", "belong together");
        refused("certificate_file = \"a\"\nkey_file = \"b\"", "public");
        refused("public = \"http://rosterd.tinh.gov.vn\"", "https");
        refused("public = \"https://rosterd.tinh.gov.vn/x\"", "without a path");
        let proxy: Settings = toml::from_str("public = \"https://rosterd.tinh.gov.vn\"").unwrap();
        assert!(proxy.check().is_ok() && proxy.is_secure() && proxy.is_behind_proxy());
    }
}
