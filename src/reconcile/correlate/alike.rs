//! Whether two rows, or a row and a person, can be one: what they share and what speaks against it.

use super::{Row, goes};
use crate::model::person::{Birth, Person};
use crate::reconcile::ledger::{phone, staff};
use std::cmp::Ordering;

/// Births that cannot be the same.
pub(super) fn born_apart(one: Option<Birth>, two: Option<Birth>) -> bool {
    one.zip(two).is_some_and(|(one, two)| !one.agrees_with(two))
}

/// The same full birth date.
pub(super) fn born_together(one: Option<Birth>, two: Option<Birth>) -> bool {
    one.and_then(Birth::date).zip(two.and_then(Birth::date)).is_some_and(|(one, two)| one == two)
}

/// Both state it and it differs.
pub(super) fn differ(one: Option<&str>, two: Option<&str>, as_compared: fn(&str) -> String) -> bool {
    one.zip(two).is_some_and(|(one, two)| as_compared(one) != as_compared(two))
}

/// Both state it and it is the same.
pub(super) fn agree(one: Option<&str>, two: Option<&str>, as_compared: fn(&str) -> String) -> bool {
    one.zip(two).is_some_and(|(one, two)| as_compared(one) == as_compared(two))
}

/// Whether a person of this name cannot be the row's. Within the agency the name and the full birth date outweigh
/// the citizen ID: the nine-digit CMND gives way to the CCCD, and digits get mistyped.
pub(super) fn conflict(person: &Person, row: &Row, within_agency: bool) -> bool {
    let ids_differ = person
        .citizen
        .as_ref()
        .zip(row.citizen_id.as_ref())
        .is_some_and(|(one, two)| one != two && !person.former_citizens.contains(&two.hash));
    born_apart(person.birth, row.birth)
        || ids_differ && !(within_agency && born_together(person.birth, row.birth))
}

/// Nobody is listed more often than this in one roster: so many rows of one name are namesakes.
const LISTED_AT_MOST: usize = 32;

/// Sorts rows of one name in one roster into people: rows of one person are linked by what namesakes do not share,
/// and none speaks against another. The rows go by their place in `rows`.
pub(super) fn one_by_one(rows: &[&Row]) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..rows.len()).collect();
    if rows.len() > LISTED_AT_MOST {
        return left.into_iter().map(|at| vec![at]).collect();
    }
    let mut people = Vec::new();
    while let Some(first) = left.pop() {
        let mut person = vec![first];
        let mut next = 0;
        while let Some(at) = person.get(next).copied() {
            let (near, far) = left.into_iter().partition(|other| shared(rows[at], rows[*other]));
            person.extend::<Vec<usize>>(near);
            left = far;
            next += 1;
        }
        let torn = person.iter().any(|a| person.iter().any(|b| apart(rows[*a], rows[*b])));
        if torn {
            people.extend(person.into_iter().map(|at| vec![at]));
        } else {
            people.push(person);
        }
    }
    people
}

fn apart(a: &Row, b: &Row) -> bool {
    let citizens = a.citizen_id.as_ref().zip(b.citizen_id.as_ref());
    born_apart(a.birth, b.birth)
        || citizens.is_some_and(|(one, two)| one != two)
        || differ(a.staff_code.as_deref(), b.staff_code.as_deref(), staff)
}

/// Whether two rows share what namesakes do not share, within one agency.
pub(super) fn shared(a: &Row, b: &Row) -> bool {
    let citizens = a.citizen_id.as_ref().zip(b.citizen_id.as_ref());
    citizens.is_some_and(|(one, two)| one == two)
        || born_together(a.birth, b.birth)
        || agree(a.staff_code.as_deref(), b.staff_code.as_deref(), staff)
        || agree(a.phone.as_deref(), b.phone.as_deref(), phone)
        || agree(a.email.as_deref(), b.email.as_deref(), str::to_lowercase)
        || same_words(a, b)
}

/// Two rows that say the same in every cell.
fn same_words(a: &Row, b: &Row) -> bool {
    content(a, b) == Ordering::Equal
}

/// The order of two rows about one person in one roster, by what they say and not by where they stand: that
/// somebody works there outweighs that he or she has left.
pub(super) fn precedence(a: &Row, b: &Row) -> Ordering {
    goes(b).cmp(&goes(a)).then_with(|| content(a, b)).then_with(|| (&a.sheet, a.row).cmp(&(&b.sheet, b.row)))
}

/// The order of two rows by their cells. Every field is named, so that a new one is not forgotten.
fn content(a: &Row, b: &Row) -> Ordering {
    let Row {
        sheet: _,
        row: _,
        full_name,
        birth,
        gender,
        citizen_id,
        staff_code,
        position,
        unit,
        phone,
        email,
        status,
        action,
        effective_date,
        note,
        departure_confirmed,
    } = a;
    let born = |birth: Option<Birth>| birth.map(|birth| (birth.year(), birth.date()));
    full_name
        .cmp(&b.full_name)
        .then_with(|| born(*birth).cmp(&born(b.birth)))
        .then_with(|| (gender, citizen_id, staff_code).cmp(&(&b.gender, &b.citizen_id, &b.staff_code)))
        .then_with(|| (position, unit, phone, email).cmp(&(&b.position, &b.unit, &b.phone, &b.email)))
        .then_with(|| (status, action, effective_date).cmp(&(&b.status, &b.action, &b.effective_date)))
        .then_with(|| (note, departure_confirmed).cmp(&(&b.note, &b.departure_confirmed)))
}
