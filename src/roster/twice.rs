//! Twice: people listed more than once, and citizen IDs that stand for more than one person.

use crate::model::citizen::CitizenId;
use crate::model::finding::{Finding, FindingCode};
use crate::model::person::Birth;
use crate::model::record::Record;
use crate::model::roster::{Block, Column, Declared};
use std::collections::{BTreeMap, HashMap};

/// Where a record stands: its block, and its place in it.
type Place = (usize, usize);

/// Tells of people listed twice in one list or, in the same unit, in two; takes an ID that two people share from
/// both, for nothing tells whose it is.
pub(super) fn settle(blocks: &mut [Block]) {
    let mut found: Vec<(Place, FindingCode, String)> = Vec::new();
    let shared = shared_ids(blocks);
    for places in &shared {
        let is_first = |place: &Place| name(blocks, *place) == name(blocks, places[0]);
        let another = places.iter().find(|place| !is_first(place)).copied().unwrap_or(places[0]);
        for place in places {
            let other = if is_first(place) { another } else { places[0] };
            found.push((*place, FindingCode::SharedCitizenId, shown(blocks, *place, other)));
        }
    }
    for (place, first) in repeated(blocks) {
        found.push((place, FindingCode::DuplicateRow, shown(blocks, place, first)));
    }
    for (block, row) in shared.into_iter().flatten() {
        blocks[block].records[row].citizen_id = None;
    }
    for ((block, row), code, detail) in found {
        let block = &mut blocks[block];
        let record = &block.records[row];
        let ids = block.columns.get(&Column::CitizenId);
        let at = ids.and_then(|letters| letters.first()).filter(|_| code == FindingCode::SharedCitizenId);
        block.findings.push(Finding {
            sheet: Some(record.sheet.clone()),
            row: Some(record.row),
            column: at.cloned(),
            code,
            details: vec![detail],
        });
    }
    for block in blocks {
        block.findings.sort_by_key(|finding| finding.row);
    }
}

fn records(blocks: &[Block]) -> impl Iterator<Item = (Place, &Record<CitizenId>)> {
    blocks.iter().enumerate().flat_map(|(at, block)| {
        block.records.iter().enumerate().map(move |(row, record)| ((at, row), record))
    })
}

fn name(blocks: &[Block], (block, row): Place) -> String {
    blocks[block].records[row].full_name.matching()
}

/// The places of each ID that stands beside two names.
fn shared_ids(blocks: &[Block]) -> Vec<Vec<Place>> {
    let mut by_id: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for (place, record) in records(blocks) {
        if let Some(id) = &record.citizen_id {
            by_id.entry(id.reveal()).or_default().push(place);
        }
    }
    let differ = |places: &Vec<Place>| match places.as_slice() {
        [] | [_] => false,
        [first, others @ ..] => {
            let first = name(blocks, *first);
            others.iter().any(|place| name(blocks, *place) != first)
        }
    };
    by_id.into_values().filter(differ).collect()
}

/// A unit: of its name, and where it is one of a request alone, in which list.
type Unit<'a> = (Option<usize>, Option<&'a str>);

/// What tells that two records of one name are one person's.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Sign<'a> {
    /// The same ID in the same list.
    IdInList(&'a str, usize),
    /// The same ID in the same unit.
    IdInUnit(&'a str, Unit<'a>),
    /// The same birth in the same unit.
    BirthInUnit(Birth, Unit<'a>),
}

/// Records that repeat an earlier one, with it: the same name with the same ID or birth. One person may hold posts
/// in two units, so that in another list, or without an ID in the same one, the unit must be the same too; and may
/// be in two requests.
fn repeated(blocks: &[Block]) -> Vec<(Place, Place)> {
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut first: BTreeMap<(usize, Sign), Place> = BTreeMap::new();
    let mut repeated = Vec::new();
    for (place, record) in records(blocks) {
        let next = names.len();
        let name = *names.entry(record.full_name.matching()).or_insert(next);
        let alone = blocks[place.0].declared == Declared::Request;
        let unit = (alone.then_some(place.0), record.unit.as_deref());
        let id = record.citizen_id.as_ref().map(CitizenId::reveal);
        let signs = [
            id.map(|id| Sign::IdInList(id, place.0)),
            id.map(|id| Sign::IdInUnit(id, unit)),
            record.birth.map(|birth| Sign::BirthInUnit(birth, unit)),
        ];
        let signs = signs.into_iter().flatten();
        let earlier: Vec<Place> = signs.map(|sign| *first.entry((name, sign)).or_insert(place)).collect();
        repeated
            .extend(earlier.into_iter().find(|earlier| *earlier != place).map(|earlier| (place, earlier)));
    }
    repeated
}

/// A row as the clerk finds it from `from`: its number, and its sheet where that is another.
fn shown(blocks: &[Block], from: Place, (block, row): Place) -> String {
    let record = &blocks[block].records[row];
    if record.sheet == blocks[from.0].records[from.1].sheet {
        record.row.to_string()
    } else {
        format!("{} ({})", record.row, record.sheet)
    }
}
