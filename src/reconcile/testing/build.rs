//! Accounts, rosters and rows, said shortly.

use super::{at, code, day, mail};
use crate::model::account::{Account, AccountKind, Attr, Attrs, Values};
use crate::model::citizen::CitizenMark;
use crate::model::dn::Dn;
use crate::model::evidence::DocumentRef;
use crate::model::ids::{AccountId, RosterId};
use crate::model::name::PersonName;
use crate::model::person::Birth;
use crate::model::record::{Action, Status};
use crate::model::roster::{Declared, Roster, WordsRow};
use crate::reconcile::correlate::Row;

/// An account in the making.
#[derive(Debug)]
pub(crate) struct Entry(pub(crate) Account);

/// A person's account in `agency`; its id is the login.
pub(crate) fn entry(agency: &str, login: &str, name: &str) -> Entry {
    let full = PersonName::new(name).unwrap();
    let attrs = Attrs::from([
        (Attr::FamilyName, Values::one(crate::reconcile::attributes::family(&full))),
        (Attr::GivenName, Values::one(full.given())),
        (Attr::Login, Values::one(login)),
        (Attr::Mail, Values::one(mail(login))),
        (Attr::FullName, Values::one(name)),
        (Attr::Agency, Values::one(agency)),
        (Attr::Disabled, Values::one("false")),
    ]);
    Entry(Account {
        id: AccountId::new(login),
        dn: Dn::parse(&format!("uid={login},ou={agency},ou=people,dc=tinh")).unwrap(),
        attrs,
        agency: Some(code(agency)),
        kind: AccountKind::Person,
        protected: false,
        password: crate::model::password::PasswordFacts::default(),
    })
}

impl Entry {
    fn set(mut self, attr: Attr, value: &str) -> Self {
        self.0.attrs.insert(attr, Values::one(value));
        self
    }

    pub(crate) fn phone(self, value: &str) -> Self {
        self.set(Attr::Phone, value)
    }

    pub(crate) fn title(self, value: &str) -> Self {
        self.set(Attr::Title, value)
    }

    pub(crate) fn unit(self, value: &str) -> Self {
        self.set(Attr::Unit, value)
    }

    pub(crate) fn staff_code(self, value: &str) -> Self {
        self.set(Attr::StaffCode, value)
    }

    pub(crate) fn alias(self, login: &str) -> Self {
        self.set(Attr::Alias, &mail(login))
    }

    pub(crate) fn disabled(self) -> Self {
        self.set(Attr::Disabled, "true")
    }

    pub(crate) fn protected(mut self) -> Self {
        self.0.protected = true;
        self
    }

    pub(crate) fn kind(mut self, kind: AccountKind) -> Self {
        self.0.kind = kind;
        self
    }
}

/// A roster in the making.
#[derive(Debug, Clone)]
pub(crate) struct Sheet(Roster);

fn sheet(agency: &str, declared: Declared) -> Sheet {
    Sheet(Roster {
        id: RosterId::new(""),
        agency: code(agency),
        file: "ds.xlsx".into(),
        sha256: String::new(),
        arrived: at("2026-11-20"),
        declared,
        kind: None,
        document: None,
        as_of: None,
        has_pdf: false,
        units: std::collections::BTreeSet::new(),
        rows: Vec::new(),
        in_words: Vec::new(),
    })
}

/// A roster that says it lists everyone.
pub(crate) fn full(agency: &str) -> Sheet {
    sheet(agency, Declared::WholeAgency)
}

/// A staff list, full or not.
pub(crate) fn staff_list(agency: &str) -> Sheet {
    sheet(agency, Declared::StaffList)
}

/// A list of some people.
pub(crate) fn some_people(agency: &str) -> Sheet {
    sheet(agency, Declared::SomePeople)
}

/// A request.
pub(crate) fn request(agency: &str) -> Sheet {
    sheet(agency, Declared::Request)
}

impl Sheet {
    /// Dropped on this day.
    pub(crate) fn arrived(mut self, date: &str) -> Self {
        self.0.arrived = at(date);
        self
    }

    /// With a document of this day, dropped on it too; another arrival is said afterwards.
    pub(crate) fn dated(mut self, date: &str) -> Self {
        self.0.arrived = at(date);
        let number = self.0.document.take().and_then(|document| document.number);
        self.0.document = Some(DocumentRef { number, date: Some(day(date)) });
        self
    }

    pub(crate) fn numbered(mut self, number: &str) -> Self {
        let date = self.0.document.take().and_then(|document| document.date);
        self.0.document = Some(DocumentRef { number: Some(number.into()), date });
        self
    }

    pub(crate) fn with_pdf(mut self) -> Self {
        self.0.has_pdf = true;
        self
    }

    pub(crate) fn of_units(mut self, units: &[&str]) -> Self {
        self.0.units = units.iter().map(|one| (*one).to_owned()).collect();
        self
    }

    pub(crate) fn row(mut self, line: Line) -> Self {
        let mut row = line.0;
        row.row = u32::try_from(self.0.rows.len()).unwrap() + 5;
        self.0.rows.push(row);
        self
    }

    /// A row in free words.
    pub(crate) fn in_words(mut self, row: u32) -> Self {
        self.0.in_words.push(WordsRow { sheet: "Sheet1".into(), row });
        self
    }

    pub(crate) fn rows(self, lines: impl IntoIterator<Item = Line>) -> Self {
        lines.into_iter().fold(self, Self::row)
    }

    /// The roster, with an id and a hash of its own.
    pub(crate) fn roster(self, number: usize) -> Roster {
        Roster { id: RosterId::new(format!("r{number}")), sha256: format!("{number:064}"), ..self.0 }
    }
}

/// A row in the making.
#[derive(Debug, Clone)]
pub(crate) struct Line(pub(crate) Row);

pub(crate) fn line(name: &str) -> Line {
    Line(Row {
        sheet: "Sheet1".into(),
        row: 0,
        full_name: PersonName::new(name).unwrap(),
        birth: None,
        gender: None,
        citizen_id: None,
        staff_code: None,
        position: None,
        unit: None,
        phone: None,
        email: None,
        status: None,
        action: None,
        effective_date: None,
        note: None,
        departure_confirmed: false,
    })
}

impl Line {
    fn set(mut self, set: impl FnOnce(&mut Row)) -> Self {
        set(&mut self.0);
        self
    }

    pub(crate) fn phone(self, value: &str) -> Self {
        self.set(|row| row.phone = Some(value.into()))
    }

    pub(crate) fn title(self, value: &str) -> Self {
        self.set(|row| row.position = Some(value.into()))
    }

    pub(crate) fn unit(self, value: &str) -> Self {
        self.set(|row| row.unit = Some(value.into()))
    }

    pub(crate) fn born(self, value: &str) -> Self {
        self.set(|row| {
            row.birth = Some(match value.parse() {
                Ok(year) => Birth::Year(year),
                Err(_) => Birth::Date(day(value)),
            });
        })
    }

    /// A citizen ID, by the hash its mark has.
    pub(crate) fn citizen(self, hash: &str) -> Self {
        self.set(|row| {
            row.citizen_id = Some(CitizenMark { hash: hash.into(), tail: "123".into(), sealed: None });
        })
    }

    pub(crate) fn staff_code(self, value: &str) -> Self {
        self.set(|row| row.staff_code = Some(value.into()))
    }

    pub(crate) fn mail(self, login: &str) -> Self {
        self.set(|row| row.email = Some(mail(login)))
    }

    pub(crate) fn status(self, value: Status) -> Self {
        self.set(|row| row.status = Some(value))
    }

    pub(crate) fn asks(self, value: Action) -> Self {
        self.set(|row| row.action = Some(value))
    }

    /// Takes effect on this day.
    pub(crate) fn from(self, date: &str) -> Self {
        self.set(|row| row.effective_date = Some(day(date)))
    }

    pub(crate) fn note(self, value: &str) -> Self {
        self.set(|row| row.note = Some(value.into()))
    }
}
