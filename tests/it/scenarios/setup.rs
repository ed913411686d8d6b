//! Setup: agencies, accounts, roles and policy of a scenario out of its tables.

use super::show::DOMAIN;
use super::text::{Row, Wrong, wrong};
use rosterd::config::profile::Profile;
use rosterd::model::account::{Account, AccountKind, Attr, Attrs, Values};
use rosterd::model::agency::{Agencies, Agency, KeptMailbox};
use rosterd::model::dn::Dn;
use rosterd::model::ids::{AccountId, AgencyCode};
use rosterd::model::name::PersonName;
use rosterd::model::role::{Holding, SystemAccount};
use rosterd::reconcile::attributes::family;
use rosterd::reconcile::policy::{Layout, Policy, RoleMap};
use std::collections::BTreeMap;

const PEOPLE: &str = "ou=people,dc=tinh";
/// Those every scenario has, unless it names its own.
const AGENCIES: &[(&str, &str, &str, Option<&str>)] = &[
    ("snv", "Sở Nội vụ", "so", None),
    ("stc", "Sở Tài chính", "so", None),
    ("sgddt", "Sở Giáo dục và Đào tạo", "so", None),
    ("ttlt", "Trung tâm Lưu trữ lịch sử", "don-vi-su-nghiep", Some("snv")),
    ("xatanlap", "Ủy ban nhân dân xã Tân Lập", "xa", None),
];

/// The agencies that every scenario has.
pub fn agencies() -> Agencies {
    let agency = |(code, name, kind, below): &(&str, &str, &str, Option<&str>)| Agency {
        code: AgencyCode::parse(code).unwrap(),
        name: (*name).to_owned(),
        parent: below.map(|below| AgencyCode::parse(below).unwrap()),
        kind: Some((*kind).to_owned()),
        contacts: Vec::new(),
        deputy: None,
        mailboxes: Vec::new(),
    };
    AGENCIES.iter().map(agency).map(|one| (one.code.clone(), one)).collect()
}

/// The agencies that a table names.
pub fn agencies_of(rows: &[Row]) -> Result<Agencies, Wrong> {
    let mut agencies = Agencies::new();
    for row in rows {
        let one = Agency {
            code: code(row, row.must("code")?)?,
            name: row.must("full_name")?.to_owned(),
            parent: row.get("below").map(|below| code(row, below)).transpose()?,
            kind: row.get("kind").map(str::to_owned),
            contacts: Vec::new(),
            deputy: None,
            mailboxes: row.get("mailboxes").map(|text| mailboxes(row, text)).transpose()?.unwrap_or_default(),
        };
        agencies.insert(one.code.clone(), one);
    }
    Ok(agencies)
}

/// `vt.snv: an.snv; td.snv: ba.snv`: each unit mailbox with who keeps it by the agencies' file, by their logins.
fn mailboxes(row: &Row, text: &str) -> Result<Vec<KeptMailbox>, Wrong> {
    let address = |login: &str| format!("{}@{DOMAIN}", login.trim());
    let one = |part: &str| match part.split_once(':') {
        Some((mailbox, keeper)) => Ok(KeptMailbox { mail: address(mailbox), custodian: address(keeper) }),
        None => wrong(row.line, format!("{part:?}: write \"MAILBOX: KEEPER\"")),
    };
    text.split(';').map(one).collect()
}

fn code(row: &Row, text: &str) -> Result<AgencyCode, Wrong> {
    AgencyCode::parse(text).or_else(|error| wrong(row.line, error.to_string()))
}

/// Makes the account of a row, or changes the one that is there by the cells that are filled.
pub fn account(
    directory: &mut BTreeMap<AccountId, Account>,
    agencies: &Agencies,
    row: &Row,
) -> Result<(), Wrong> {
    let login = row.must("login")?;
    let id = AccountId::new(login);
    let mut attrs = match directory.get(&id) {
        Some(account) => account.attrs.clone(),
        None => Attrs::from([
            (Attr::Login, Values::one(login)),
            (Attr::Mail, Values::one(format!("{login}@{DOMAIN}"))),
            (Attr::Disabled, Values::one("false")),
        ]),
    };
    if let Some(name) = row.get("full_name").and_then(PersonName::new) {
        attrs.insert(Attr::FullName, Values::one(name.as_str()));
        attrs.insert(Attr::FamilyName, Values::one(family(&name)));
        attrs.insert(Attr::GivenName, Values::one(name.given()));
    }
    for (attr, column) in [
        (Attr::Agency, "agency"),
        (Attr::Phone, "phone"),
        (Attr::Title, "position"),
        (Attr::Unit, "unit"),
        (Attr::StaffCode, "staff_code"),
        (Attr::Alias, "alias"),
    ] {
        if let Some(cell) = row.get(column) {
            attrs.insert(attr, Values::one(cell));
        }
    }
    let agency = attrs.get(&Attr::Agency).and_then(Values::first).map(|text| code(row, text)).transpose()?;
    if let Some(unknown) = agency.as_ref().filter(|code| !agencies.contains_key(*code)) {
        return wrong(row.line, format!("no agency {unknown}"));
    }
    let (mut kind, mut protected) = (AccountKind::Person, false);
    match row.get("mark") {
        None => {}
        Some("open") => {
            attrs.insert(Attr::Disabled, Values::one("false"));
        }
        Some("disabled" | "locked") => {
            attrs.insert(Attr::Disabled, Values::one("true"));
        }
        Some("protected") => protected = true,
        Some("unit") => kind = AccountKind::Unit,
        Some("service") => kind = AccountKind::Service,
        Some(mark) => {
            return wrong(
                row.line,
                format!("{mark:?} is no mark; known are open, disabled, locked, protected, unit, service"),
            );
        }
    }
    let layout = layout();
    let dn = match &agency {
        Some(agency) => layout.account(agency, login),
        None => layout.people.child(&layout.login_attribute, login),
    };
    directory.insert(
        id.clone(),
        Account {
            id,
            dn,
            attrs,
            agency,
            kind,
            protected,
            password: rosterd::model::password::PasswordFacts::default(),
        },
    );
    Ok(())
}

/// A line of a system's export.
pub fn holding(row: &Row) -> Result<Holding, Wrong> {
    let mail = format!("{}@{DOMAIN}", row.must("login")?);
    Ok(Holding {
        login: mail.clone(),
        mail: Some(mail),
        name: None,
        agency: row.get("agency").map(|text| code(row, text)).transpose()?,
        role: row.must("role")?.to_owned(),
    })
}

/// An account in a system; its login there is the address, unless it is another.
pub fn login(row: &Row) -> Result<SystemAccount, Wrong> {
    let mail = format!("{}@{DOMAIN}", row.must("login")?);
    let open = match row.get("mark") {
        None | Some("open") => true,
        Some("closed") => false,
        Some(mark) => return wrong(row.line, format!("{mark:?} is no mark; known are open and closed")),
    };
    let files = row.get("open_files").map(str::parse).transpose();
    Ok(SystemAccount {
        login: row.get("there").map_or(mail.clone(), str::to_owned),
        mail: Some(mail),
        open: Some(open),
        open_files: files.or_else(|_| wrong(row.line, "open_files is a number"))?,
        ..SystemAccount::default()
    })
}

/// A position map, checked as the configuration checks it.
pub fn map(text: &str) -> Result<RoleMap, String> {
    let map: RoleMap = toml::from_str(text).map_err(|error| error.to_string())?;
    let systems = map.pairs().flat_map(|(roles, _)| roles.map(|(system, _)| system)).collect();
    map.check(&systems)?;
    Ok(map)
}

fn layout() -> Layout {
    Layout { people: Dn::parse(PEOPLE).unwrap(), ..Layout::default() }
}

/// The default policy with what `text` states otherwise, and the position map that comes with the program.
pub fn policy(text: &str) -> Result<Policy, String> {
    let mut policy: Policy = toml::from_str(text).map_err(|error| error.to_string())?;
    let map = map(include_str!("../../../mappings/roles/tthc.toml"))?;
    if let Some(name) = policy.naming.profile.clone() {
        let profile = Profile::load(&name).map_err(|error| error.to_string())?;
        policy.naming = profile.name(&policy.naming)?;
    }
    policy.layout = layout();
    policy.roles = vec![map];
    Ok(policy)
}
