//! The mail directory as an LDIF export: what it believes, which is not what is so.

use super::offices::{OFFICES, Office};
use super::people::{DOMAIN, Entry, Person};
use super::story::{ADMIN, UNIT_MAILBOXES};
use crate::model::ids::Fingerprint;
use base64::Engine;

/// The directory's base.
pub(super) const BASE: &str = "dc=tinhmau,dc=gov,dc=vn";

/// What a disabled account carries on OpenLDAP.
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// An LDIF text under construction.
struct Ldif {
    text: String,
    accounts: usize,
}

/// The whole export and its number of accounts.
pub(super) fn export(people: &[Person]) -> (String, usize) {
    let mut ldif = Ldif { text: String::new(), accounts: 0 };
    let organisation = [("dc", "tinhmau"), ("o", "Tỉnh Mẫu")];
    ldif.entry(BASE, &["dcObject", "organization"], &organisation);
    ldif.entry(&format!("ou=people,{BASE}"), &["organizationalUnit"], &[("ou", "people")]);
    for office in &OFFICES {
        let branch = [("ou", office.code), ("description", office.name)];
        ldif.entry(&branch_dn(office), &["organizationalUnit"], &branch);
    }
    for office in &OFFICES {
        ldif.mailboxes(office);
        let mut there: Vec<(&Entry, &Person)> =
            people.iter().filter_map(|person| Some((person.entry.as_ref()?, person))).collect();
        there.retain(|(entry, _)| std::ptr::eq(entry.office, office));
        there.sort_by(|one, two| one.0.login.cmp(&two.0.login));
        for (entry, person) in there {
            ldif.person(person, entry);
        }
    }
    (ldif.text, ldif.accounts)
}

fn branch_dn(office: &Office) -> String {
    format!("ou={},ou=people,{BASE}", office.code)
}

impl Ldif {
    fn person(&mut self, person: &Person, entry: &Entry) {
        let mail = format!("{}@{DOMAIN}", entry.login);
        let mut attributes = vec![
            ("uid", entry.login.as_str()),
            ("cn", person.name.as_str()),
            ("sn", person.name.family()),
            ("givenName", person.name.given()),
            ("mail", &mail),
            ("title", entry.title),
            ("ou", entry.unit),
            ("departmentNumber", entry.office.code),
            ("telephoneNumber", &entry.phone),
            ("employeeNumber", &person.staff_code),
        ];
        if entry.disabled {
            attributes.push(("pwdAccountLockedTime", LOCKED_FOR_GOOD));
        }
        self.account(entry.office, &entry.login, &attributes);
    }

    /// The unit mailbox and the administrator that lie in an agency's branch.
    fn mailboxes(&mut self, office: &Office) {
        let mut add = |login: &str, name: &str, family: &str, what: &str| {
            let mail = format!("{login}@{DOMAIN}");
            let attributes = [
                ("uid", login),
                ("cn", name),
                ("sn", family),
                ("mail", &mail),
                ("departmentNumber", office.code),
                ("employeeType", what),
            ];
            self.account(office, login, &attributes);
        };
        if UNIT_MAILBOXES.contains(&office.code) {
            add(&format!("vanthu.{}", office.code), &format!("Văn thư {}", office.name), "Văn thư", "unit");
        }
        if office.code == "skhcn" {
            add(ADMIN, "Quản trị hệ thống thư điện tử", "Quản trị", "service");
        }
    }

    fn account(&mut self, office: &Office, login: &str, attributes: &[(&str, &str)]) {
        self.accounts += 1;
        self.entry(&format!("uid={login},{}", branch_dn(office)), &["inetOrgPerson"], attributes);
    }

    fn entry(&mut self, dn: &str, classes: &[&str], attributes: &[(&str, &str)]) {
        self.line("dn", dn);
        for class in classes {
            self.line("objectClass", class);
        }
        for (name, value) in attributes {
            self.line(name, value);
        }
        self.line("entryUUID", &uuid_of(dn));
        self.text.push('\n');
    }

    fn line(&mut self, name: &str, value: &str) {
        let safe = value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            && !value.starts_with([' ', ':', '<'])
            && !value.ends_with(' ');
        let line = if safe {
            format!("{name}: {value}")
        } else {
            format!("{name}:: {}", base64::engine::general_purpose::STANDARD.encode(value))
        };
        // RFC 2849: lines may be folded; a reader that cannot unfold them should fail on the sample, not on site.
        let mut rest = line.as_str();
        while rest.len() > 76 {
            let (head, tail) = rest.split_at(76);
            self.text.push_str(head);
            self.text.push_str("\n ");
            rest = tail;
        }
        self.text.push_str(rest);
        self.text.push('\n');
    }
}

/// The entry's immutable id, made from its name so that the sample is the same each time.
fn uuid_of(dn: &str) -> String {
    let hash = Fingerprint::of("sample-entry").part(dn).finish();
    let bytes = uuid::Uuid::parse_str(&hash[..32]).unwrap_or_default().into_bytes();
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}
