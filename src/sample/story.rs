//! The story: what happened in the province since the directory was last right. Each scene is one agency's.
//!
//! No agency but the one meant to loses more people, roles or attributes than a brake lets pass (three, or
//! 5 %), so what the demo holds is what it should hold.

use super::offices::{OFFICES, Office, by_code};
use super::people::{Part, Person, Slip, give_citizen_ids, give_logins, populate};
use super::rng::Rng;
use super::tthc::{Role, role_of};
use crate::model::person::Gender;
use crate::model::record::{Action, Status};
use chrono::{Datelike, Months, NaiveDate};

/// The same province on every machine.
const SEED: u64 = 0x726f_7374_6572_6400;

/// Logins of the unit mailboxes and of the administrator, taken before any person's.
pub(super) const UNIT_MAILBOXES: &[&str] = &["skhcn", "snv", "xatanlap", "phuonghoabinh"];
/// The protected account.
pub(super) const ADMIN: &str = "quantri.mail";

/// A title before and after.
type Retitled = (&'static str, &'static str);

/// What happens in one agency; who it happens to is whoever is free.
struct Scene {
    office: &'static str,
    joins: usize,
    unlisted: usize,
    retitled: &'static [Retitled],
    rephoned: usize,
    reseated: usize,
    /// From which agency, with the title there and the title here.
    moves: &'static [(&'static str, Retitled)],
    /// Months from the first of this one, and the title.
    noted: &'static [(Status, i32, &'static str)],
    asked: &'static [(Action, Retitled)],
    asked_by_name: &'static [(Action, &'static str)],
    lacks: usize,
    holds: &'static [(&'static str, Role)],
    disabled: usize,
}

const NONE: Scene = Scene {
    office: "",
    joins: 0,
    unlisted: 0,
    retitled: &[],
    rephoned: 0,
    reseated: 0,
    moves: &[],
    noted: &[],
    asked: &[],
    asked_by_name: &[],
    lacks: 0,
    holds: &[],
    disabled: 0,
};

static SCENES: [Scene; 17] = [
    Scene {
        office: "snv",
        joins: 2,
        unlisted: 1,
        retitled: &[("Chuyên viên", "Phó Trưởng phòng"), ("Chuyên viên", "Chuyên viên chính")],
        moves: &[("stc", ("Chuyên viên", "Phó Trưởng phòng"))],
        lacks: 1,
        ..NONE
    },
    Scene {
        office: "skhcn",
        joins: 2,
        unlisted: 1,
        retitled: &[("Phó Trưởng phòng", "Trưởng phòng")],
        reseated: 1,
        moves: &[("sct", ("Công chức một cửa", "Chuyên viên"))],
        lacks: 1,
        holds: &[("Kế toán", Role::Handler)],
        ..NONE
    },
    Scene {
        office: "cckl", joins: 1, retitled: &[("Chuyên viên", "Trưởng phòng")], rephoned: 1, ..NONE
    },
    Scene {
        office: "xatanlap",
        joins: 2,
        unlisted: 1,
        retitled: &[("Công chức một cửa", "Công chức Tư pháp - Hộ tịch")],
        noted: &[
            (Status::Retired, 0, "Công chức Địa chính - Xây dựng"),
            (Status::Retired, 1, "Phó Trưởng phòng"),
            (Status::Leave, 0, "Văn thư"),
        ],
        ..NONE
    },
    Scene {
        office: "sgddt",
        joins: 2,
        unlisted: 1,
        retitled: &[("Chuyên viên", "Chuyên viên chính")],
        rephoned: 1,
        moves: &[("stp", ("Kế toán", "Chuyên viên"))],
        lacks: 1,
        ..NONE
    },
    Scene {
        office: "stc",
        joins: 1,
        unlisted: 1,
        retitled: &[("Văn thư", "Công chức một cửa")],
        rephoned: 1,
        noted: &[(Status::Resigned, 0, "Chuyên viên")],
        ..NONE
    },
    Scene {
        office: "stp", joins: 2, retitled: &[("Chuyên viên", "Phó Trưởng phòng")], lacks: 1, ..NONE
    },
    Scene { office: "sct", joins: 1, reseated: 1, holds: &[("Văn thư", Role::Clerk)], ..NONE },
    Scene {
        office: "xabinhminh",
        joins: 1,
        retitled: &[("Chuyên viên", "Trưởng phòng")],
        moves: &[("xatanlap", ("Kế toán", "Chuyên viên"))],
        ..NONE
    },
    Scene {
        office: "phuonghoabinh",
        joins: 2,
        retitled: &[("Công chức một cửa", "Chuyên viên")],
        rephoned: 1,
        moves: &[("xabinhminh", ("Chuyên viên", "Văn thư"))],
        lacks: 1,
        ..NONE
    },
    Scene {
        office: "syt", joins: 1, retitled: &[("Chuyên viên", "Chuyên viên chính")], lacks: 1, ..NONE
    },
    Scene { office: "snnmt", joins: 1, unlisted: 18, ..NONE },
    Scene { office: "phuongtranphu", joins: 3, unlisted: 9, ..NONE },
    Scene { office: "vpub", joins: 6, ..NONE },
    Scene {
        office: "sxd",
        asked: &[
            (Action::Change, ("Chuyên viên", "Chuyên viên chính")),
            (Action::Change, ("Phó Trưởng phòng", "Trưởng phòng")),
            (Action::Revoke, ("Văn thư", "Văn thư")),
        ],
        asked_by_name: &[(Action::Revoke, "Kế toán")],
        ..NONE
    },
    Scene {
        office: "xaeabang",
        joins: 3,
        asked: &[(Action::Suspend, ("Kế toán", "Kế toán")), (Action::Revoke, ("Văn thư", "Văn thư"))],
        ..NONE
    },
    Scene { office: "bqlkcn", disabled: 1, ..NONE },
];

/// Everyone, with everything that happened.
pub(super) fn tell(today: NaiveDate) -> Vec<Person> {
    let mut rng = Rng::new(SEED);
    let mut people = populate(&mut rng, &OFFICES);
    for scene in &SCENES {
        if let Some(office) = by_code(scene.office) {
            Stage { people: &mut people, office, today }.play(scene);
        }
    }
    make_namesakes(&mut people);
    give_citizen_ids(&mut rng, &mut people);
    let reserved = UNIT_MAILBOXES.iter().map(|code| format!("vanthu.{code}")).chain([ADMIN.to_owned()]);
    give_logins(&mut people, reserved);
    people
}

/// An agency's people while its scene plays. The head and deputies are left alone; everyone else plays at
/// most one part.
struct Stage<'a> {
    people: &'a mut [Person],
    office: &'static Office,
    today: NaiveDate,
}

impl Stage<'_> {
    fn play(mut self, scene: &Scene) {
        for _ in 0..scene.joins {
            self.cast(|person| {
                person.part = Part::Joins;
                person.entry = None;
            });
        }
        for &(from, (old, new)) in scene.moves {
            self.cast(|person| {
                person.part = Part::Moves;
                person.title = new;
                if let (Some(entry), Some(office)) = (person.entry.as_mut(), by_code(from)) {
                    entry.office = office;
                    entry.unit = office.units[1];
                    entry.title = old;
                }
            });
        }
        for &(old, new) in scene.retitled {
            self.cast(|person| retitle(person, old, new));
        }
        for &(action, (old, new)) in scene.asked {
            self.cast(|person| {
                retitle(person, old, new);
                person.part = Part::Asked(action);
            });
        }
        for &(action, title) in scene.asked_by_name {
            self.cast(|person| {
                retitle(person, title, title);
                person.part = Part::AskedByName(action);
            });
        }
        for &(status, month, title) in scene.noted {
            self.note(status, month, title);
        }
        for _ in 0..scene.rephoned {
            self.cast(|person| {
                // Old numbers end below 100000, where no present one lies.
                if let Some(entry) = person.entry.as_mut() {
                    entry.phone = format!("09000{}", &person.phone[4..9]);
                }
            });
        }
        let units = self.office.units;
        for _ in 0..scene.reseated {
            self.cast(|person| {
                let other = units.iter().copied().find(|unit| *unit != person.unit);
                if let (Some(entry), Some(unit)) = (person.entry.as_mut(), other) {
                    entry.unit = unit;
                }
            });
        }
        for _ in 0..scene.disabled {
            self.cast(|person| {
                if let Some(entry) = person.entry.as_mut() {
                    entry.disabled = true;
                }
            });
        }
        for _ in 0..scene.unlisted {
            self.cast(|person| person.part = Part::Unlisted);
        }
        self.slip(scene);
    }

    fn note(&mut self, status: Status, month: i32, title: &'static str) {
        let first = self.today.with_day(1).unwrap_or(self.today);
        let from = first.checked_add_months(Months::new(month.unsigned_abs())).unwrap_or(first);
        let age = self.today.year() - 61;
        self.cast_where(
            |person| status != Status::Leave || person.gender == Gender::Female,
            |person| {
                retitle(person, title, title);
                person.part = Part::Noted(status, from);
                match status {
                    Status::Retired => person.birth = person.birth.with_year(age).unwrap_or(person.birth),
                    Status::Leave => person.birth = person.birth.with_year(age + 28).unwrap_or(person.birth),
                    _ => {}
                }
            },
        );
    }

    fn slip(&mut self, scene: &Scene) {
        let office = self.office;
        for _ in 0..scene.lacks {
            self.cast_where(
                |person| role_of(office, person.unit, person.title).is_some_and(|role| role != Role::Head),
                |person| person.slip = Some(Slip::Lacks),
            );
        }
        for &(title, role) in scene.holds {
            self.cast(|person| {
                retitle(person, title, title);
                person.slip = Some(Slip::Holds(role));
            });
        }
    }

    fn cast(&mut self, part: impl FnOnce(&mut Person)) {
        self.cast_where(|_| true, part);
    }

    fn cast_where(&mut self, fits: impl Fn(&Person) -> bool, part: impl FnOnce(&mut Person)) {
        let office = self.office;
        let free = |person: &Person| {
            let untouched = person.entry.as_ref().is_some_and(|entry| {
                std::ptr::eq(entry.office, office)
                    && !entry.disabled
                    && (entry.title, entry.unit, entry.phone.as_str())
                        == (person.title, person.unit, person.phone.as_str())
            });
            std::ptr::eq(person.office, office)
                && person.part == Part::Stays
                && person.slip.is_none()
                && untouched
                && !office.chiefs().contains(&person.title)
        };
        if let Some(person) = self.people.iter_mut().rev().find(|person| free(person) && fits(person)) {
            part(person);
        }
    }
}

fn retitle(person: &mut Person, old: &'static str, new: &'static str) {
    person.title = new;
    if let Some(entry) = person.entry.as_mut() {
        entry.title = old;
    }
}

/// Two people of one name: in one agency whose list holds staff codes or addresses, and across agencies.
fn make_namesakes(people: &mut [Person]) {
    for (one, two) in [("skhcn", "skhcn"), ("sgddt", "sgddt"), ("snv", "stp"), ("xaeabang", "phuonghoabinh")]
    {
        let quiet = |person: &Person, code: &str| {
            person.office.code == code
                && person.part == Part::Stays
                && person.gender == Gender::Male
                && person.name.family() != "Y"
                && !person.office.chiefs().contains(&person.title)
        };
        let model = people.iter().position(|person| quiet(person, one));
        let copy = people.iter().rposition(|person| quiet(person, two));
        if let (Some(model), Some(copy)) = (model, copy) {
            people[copy].name = people[model].name.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_cast() {
        let people = tell(NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        let count = |fits: &dyn Fn(&Part) -> bool| people.iter().filter(|person| fits(&person.part)).count();
        let sum = |of: &dyn Fn(&Scene) -> usize| SCENES.iter().map(of).sum::<usize>();
        for scene in &SCENES {
            assert!(by_code(scene.office).is_some(), "{}", scene.office);
            assert!(scene.moves.iter().all(|(from, _)| by_code(from).is_some()), "{}", scene.office);
        }
        assert_eq!(count(&|part| *part == Part::Joins), sum(&|scene| scene.joins));
        assert_eq!(count(&|part| *part == Part::Moves), sum(&|scene| scene.moves.len()));
        assert_eq!(count(&|part| *part == Part::Unlisted), sum(&|scene| scene.unlisted));
        assert_eq!(count(&|part| matches!(part, Part::Noted(..))), sum(&|scene| scene.noted.len()));
        assert_eq!(count(&|part| matches!(part, Part::Asked(_))), sum(&|scene| scene.asked.len()));
        assert_eq!(
            count(&|part| matches!(part, Part::AskedByName(_))),
            sum(&|scene| scene.asked_by_name.len())
        );
        let slips = people.iter().filter(|person| person.slip.is_some()).count();
        assert_eq!(slips, sum(&|scene| scene.lacks + scene.holds.len()));
        let disabled =
            people.iter().filter(|person| person.entry.as_ref().is_some_and(|entry| entry.disabled));
        assert_eq!(disabled.count(), sum(&|scene| scene.disabled));
    }

    #[test]
    fn no_two_people_share_a_number() {
        let people = tell(NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        let unique = |of: &dyn Fn(&Person) -> Option<String>| {
            let all: Vec<String> = people.iter().filter_map(of).collect();
            all.iter().collect::<std::collections::BTreeSet<_>>().len() == all.len()
        };
        assert!(unique(&|person| Some(person.citizen.clone())));
        assert!(unique(&|person| Some(person.staff_code.clone())));
        assert!(unique(&|person| Some(person.phone.clone())));
        assert!(unique(&|person| Some(person.entry.as_ref()?.phone.clone())));
        assert!(unique(&Person::mail));
    }
}
