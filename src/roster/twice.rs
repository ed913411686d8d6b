//! Twice: people listed more than once, and citizen IDs that stand for more than one person.

use crate::model::citizen::CitizenId;
use crate::model::finding::{Finding, FindingCode};
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
    let differ =
        |places: &Vec<Place>| places.iter().any(|place| name(blocks, *place) != name(blocks, places[0]));
    by_id.into_values().filter(differ).collect()
}

/// Records that repeat an earlier one, with it: the same name with the same ID or birth. One person may hold posts
/// in two units, so that in another list, or without an ID in the same one, the unit must be the same too; and may
/// be in two requests.
fn repeated(blocks: &[Block]) -> Vec<(Place, Place)> {
    let mut first: HashMap<(String, String), Place> = HashMap::new();
    let mut repeated = Vec::new();
    for (place, record) in records(blocks) {
        let alone = blocks[place.0].declared == Declared::Request;
        let unit = format!("{:?} {:?}", alone.then_some(place.0), record.unit);
        let id = record.citizen_id.as_ref();
        let keys = [
            id.map(|id| format!("{} in list {}", id.reveal(), place.0)),
            id.map(|id| format!("{} in unit {unit}", id.reveal())),
            record.birth.map(|birth| format!("{birth:?} in unit {unit}")),
        ];
        let keys = keys.into_iter().flatten().map(|key| (record.full_name.matching(), key));
        let earlier: Vec<Place> = keys.map(|key| *first.entry(key).or_insert(place)).collect();
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
