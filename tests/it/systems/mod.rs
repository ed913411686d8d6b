//! Systems beside the mailbox, each against a real one.

mod accounts;
mod exports;
mod http;
mod keycloak;
mod ldap_groups;
mod lookups;
mod scim;
mod sql;
mod unclear;
mod whole;

use rosterd::model::agency::{Agencies, Agency};
use rosterd::model::ids::AgencyCode;
use rosterd::model::intent::WriteError;
use rosterd::model::role::RoleSnapshot;
use rosterd::systems::{Look, Online, ReadError, ReadSystem, Seat, System, Write};
use rosterd::workbook::{Limits, Reader};

/// The role that is given and taken.
pub const ROLE: &str = "Cán bộ một cửa";

/// Two agencies.
fn agencies() -> Agencies {
    [("skhcn", "Sở Khoa học và Công nghệ"), ("snv", "Sở Nội vụ")]
        .map(|(code, name)| {
            let code = AgencyCode::parse(code).unwrap();
            let agency = Agency {
                code: code.clone(),
                name: name.into(),
                parent: None,
                kind: None,
                contacts: Vec::new(),
                deputy: None,
                mailboxes: Vec::new(),
            };
            (code, agency)
        })
        .into()
}

/// The system that a `[[system]]` table describes.
fn system(table: &str) -> System {
    let settings: rosterd::systems::Settings = toml::from_str(table).unwrap();
    settings.check().unwrap();
    System::new(&settings, &agencies())
}

/// Reads it, after `last` roles in the last good read.
async fn read_after(system: &System, last: Option<usize>) -> Result<RoleSnapshot, ReadError> {
    let mut reader = Reader::new(env!("CARGO_BIN_EXE_rosterd").into(), Limits::default());
    system.snapshot(&mut Look { now: chrono::Utc::now(), last, reader: &mut reader }).await
}

async fn read(system: &System) -> Result<RoleSnapshot, ReadError> {
    read_after(system, None).await
}

/// A line a holding.
async fn held(system: &System) -> Vec<String> {
    let snapshot = read(system).await.unwrap();
    let line = |one: rosterd::model::role::Holding| {
        let agency = one.agency.map_or("-".to_owned(), |code| code.to_string());
        let (mail, name) = (one.mail.unwrap_or("-".into()), one.name.unwrap_or("-".into()));
        format!("{} {mail} {name} {agency} {}", one.login, one.role)
    };
    snapshot.holdings.into_iter().map(line).collect()
}

fn seat(mail: &str, role: &str, agency: &str) -> Seat {
    Seat { mail: mail.into(), role: role.into(), agency: Some(AgencyCode::parse(agency).unwrap()) }
}

fn give(mail: &str, agency: &str) -> Write {
    Write::Give(seat(mail, ROLE, agency))
}

fn take(mail: &str, agency: &str) -> Write {
    Write::Take(seat(mail, ROLE, agency))
}

fn online(system: &System) -> &Online {
    system.online().expect("a system with an API")
}

async fn write(system: &System, write: &Write) -> Result<(), WriteError> {
    online(system).writer().write(write).await
}

async fn holds(system: &System, write: &Write) -> bool {
    online(system).holds(write).await.unwrap()
}
