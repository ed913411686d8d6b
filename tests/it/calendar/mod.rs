//! The five letters rosterd starts from, each played from its first day to its last: a real OpenLDAP whose clock is moved
//! with rosterd's, a real mail server, and holders who change their passwords over LDAP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod by_phone;
mod clock;
mod dong_nai;
mod dong_thap;
mod forced;
mod gia_lai;
mod ha_giang;
mod printed;
mod que_son;
mod quota;
mod returned;
mod sending;
mod town;
