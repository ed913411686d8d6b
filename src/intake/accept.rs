//! Accepting: a reading becomes a roster, in which marks stand for citizen IDs. Pure but for the key.

use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::citizen::CitizenMark;
use crate::model::finding::{Finding, FindingCode};
use crate::model::ids::{AgencyCode, RosterId};
use crate::model::leak::{LeakEntry, LeakKind, LeakList};
use crate::model::name::ascii;
use crate::model::roster::{Block, Column, Declared, Reading, Roster, WordsRow};
use crate::store::Arrival;
use ring::hmac;

/// What is known of a file beside what it says.
#[derive(Debug, Clone)]
pub struct Source {
    /// The arrival's id.
    pub id: RosterId,
    /// Whose folder it lay in.
    pub agency: AgencyCode,
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// When it was taken.
    pub arrived: Time,
    /// Whether a PDF came with it.
    pub has_pdf: bool,
}

/// The roster in `reading`, or `None` where nothing in it can be used; the findings then say why.
pub fn accept(reading: &mut Reading, source: Source, agencies: &Agencies, key: &hmac::Key) -> Option<Roster> {
    if let Some(other) = names_another_agency(reading, &source.agency, agencies) {
        reading.findings.push(Finding {
            sheet: None,
            row: None,
            column: None,
            code: FindingCode::OtherAgency,
            details: vec![other, agencies[&source.agency].name.clone()],
        });
        return None;
    }
    let blocks = &reading.blocks;
    // A request in free words, or for unit mailboxes alone, has no person's row and is still an answerable list.
    if blocks.iter().all(|block| block.records.is_empty() && in_words(block).next().is_none()) {
        return None;
    }
    let declared = declared(blocks.iter().map(|block| block.declared));
    let Source { id, agency, file, sha256, arrived, has_pdf } = source;
    Some(Roster {
        id,
        agency,
        file,
        sha256,
        arrived,
        declared,
        kind: None,
        document: blocks.iter().find_map(|block| block.document.clone()),
        as_of: blocks.iter().find_map(|block| block.as_of),
        has_pdf,
        units: blocks.iter().flat_map(|block| block.units.iter().cloned()).collect(),
        rows: blocks
            .iter()
            .flat_map(|block| &block.records)
            .map(|record| record.clone().map_citizen(|id| CitizenMark::of(&id, key)))
            .collect(),
        in_words: blocks.iter().flat_map(in_words).collect(),
    })
}

/// The rows of a block that a person must read: in free words, or about a unit's mailbox.
fn in_words(block: &Block) -> impl Iterator<Item = WordsRow> {
    let handled = [FindingCode::FreeTextRow, FindingCode::UnitRow];
    let rows = block.findings.iter().filter(move |finding| handled.contains(&finding.code));
    rows.filter_map(|finding| Some(WordsRow { sheet: block.sheet.clone(), row: finding.row? }))
}

/// What several blocks say together: the least of what they claim; rows of a request among lists keep their
/// action.
fn declared(blocks: impl Iterator<Item = Declared>) -> Declared {
    let rank = |declared: &Declared| match declared {
        Declared::SomePeople => 0,
        Declared::StaffList => 1,
        Declared::WholeAgency => 2,
        Declared::Request => 3,
    };
    blocks.min_by_key(rank).unwrap_or(Declared::SomePeople)
}

/// The agency a title names, where that is certainly another one than the folder's.
fn names_another_agency(reading: &Reading, own: &AgencyCode, agencies: &Agencies) -> Option<String> {
    let own_name = fold(&agencies.get(own)?.name);
    reading.blocks.iter().filter_map(|block| block.agency_in_title.as_deref()).find_map(|title| {
        let title = fold(title);
        if title.contains(&own_name) {
            return None;
        }
        agencies.values().find(|other| fold(&other.name) == title).map(|other| other.name.clone())
    })
}

/// An agency's name as titles are compared: without marks, abbreviations written out.
fn fold(name: &str) -> String {
    let long = |word| match word {
        "ubnd" => "uy ban nhan dan",
        "hdnd" => "hoi dong nhan dan",
        "mttq" => "mat tran to quoc",
        other => other,
    };
    ascii(name).split_whitespace().map(long).collect::<Vec<_>>().join(" ")
}

/// Whether the workbook holds passwords: it is fed back without them and its original deleted.
pub fn holds_passwords(reading: &Reading) -> bool {
    let told = |finding: &Finding| finding.code == FindingCode::PasswordColumn;
    reading.findings.iter().any(told)
        || reading.blocks.iter().any(|block| block.columns.contains_key(&Column::Password))
}

/// The accounts in a workbook that holds passwords: they count as leaked from its arrival on. A row without an address
/// stands for everybody of its name in the agency.
pub fn leak_of(arrival: &Arrival) -> Option<LeakList> {
    let rows = arrival.notes.blocks.iter().filter(|block| block.columns.contains_key(&Column::Password));
    let mut entries: Vec<LeakEntry> = rows
        .flat_map(|block| &block.records)
        .map(|record| {
            let address = record.email.as_ref().map(|one| (LeakKind::Address, one.to_lowercase()));
            let (kind, value) = address.unwrap_or_else(|| (LeakKind::Name, record.full_name.ascii()));
            LeakEntry { kind, value, leaked: None, site: None }
        })
        .collect();
    entries.sort();
    entries.dedup();
    (!entries.is_empty()).then(|| LeakList {
        id: arrival.id.to_string(),
        source: arrival.file.clone(),
        document: None,
        leaked: None,
        imported: arrival.arrived,
        by: None,
        agency: Some(arrival.agency.clone()),
        entries,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_is_the_same_abbreviated_or_not() {
        assert_eq!(fold("UBND  XÃ TÂN LẬP"), fold("Ủy ban nhân dân xã Tân Lập"));
        assert_ne!(fold("UBND xã Tân Lập"), fold("UBND xã Tân Lộc"));
    }
}
