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
    let ids_differ =
        person.citizen.as_ref().zip(row.citizen_id.as_ref()).is_some_and(|(one, two)| one != two);
    born_apart(person.birth, row.birth)
        || ids_differ && !(within_agency && born_together(person.birth, row.birth))
}

/// Whether rows of one name in one roster are all one person, listed twice perhaps: each shares something with
/// the first that namesakes do not share.
pub(super) fn all_one(rows: &[&Row]) -> bool {
    rows.split_first().is_none_or(|(first, rest)| rest.iter().all(|row| one(first, row)))
}

fn one(a: &Row, b: &Row) -> bool {
    let (a_citizen, b_citizen) = (a.citizen_id.as_ref(), b.citizen_id.as_ref());
    let citizen = a_citizen.zip(b_citizen).map(|(one, two)| one == two);
    let (a_code, b_code) = (a.staff_code.as_deref(), b.staff_code.as_deref());
    let apart = born_apart(a.birth, b.birth) || citizen == Some(false) || differ(a_code, b_code, staff);
    let shared = citizen == Some(true)
        || born_together(a.birth, b.birth)
        || agree(a_code, b_code, staff)
        || agree(a.phone.as_deref(), b.phone.as_deref(), phone)
        || agree(a.email.as_deref(), b.email.as_deref(), str::to_lowercase);
    !apart && (shared || same_words(a, b))
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
    } = a;
    let born = |birth: Option<Birth>| birth.map(|birth| (birth.year(), birth.date()));
    full_name
        .cmp(&b.full_name)
        .then_with(|| born(*birth).cmp(&born(b.birth)))
        .then_with(|| (gender, citizen_id, staff_code).cmp(&(&b.gender, &b.citizen_id, &b.staff_code)))
        .then_with(|| (position, unit, phone, email).cmp(&(&b.position, &b.unit, &b.phone, &b.email)))
        .then_with(|| (status, action, effective_date).cmp(&(&b.status, &b.action, &b.effective_date)))
        .then_with(|| note.cmp(&b.note))
}
