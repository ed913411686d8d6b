//! Accepting: a reading becomes a roster, in which marks stand for citizen IDs. Pure but for the key.

use crate::model::Time;
use crate::model::agency::{Agencies, Agency};
use crate::model::citizen::MarkKeys;
use crate::model::finding::{Finding, FindingCode};
use crate::model::ids::{AgencyCode, RosterId};
use crate::model::leak::{LeakEntry, LeakKind, LeakList};
use crate::model::name::ascii;
use crate::model::roster::{Block, Column, Declared, Reading, Roster, WordsRow};
use crate::store::Arrival;

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
pub fn accept(reading: &mut Reading, source: Source, agencies: &Agencies, keys: &MarkKeys) -> Option<Roster> {
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
            .map(|record| record.clone().map_citizen(|id| keys.mark(&id)))
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
    let title = |block: &Block| block.agency_in_title.as_deref().map(fold);
    reading
        .blocks
        .iter()
        .filter_map(title)
        .find_map(|title| another(&title, own, agencies))
        .map(str::to_owned)
}

/// The agency other than `own` whose name `title` is, alone or with the place it lies in: `Sở Tài chính tỉnh Mẫu`,
/// `UBND xã Tân Lập, huyện Yên`. Of several the longest name counts.
fn another<'a>(title: &str, own: &AgencyCode, agencies: &'a Agencies) -> Option<&'a str> {
    let fits = |agency: &&Agency| is_called(title, &fold(&agency.name));
    let named = agencies.values().filter(fits).max_by_key(|agency| fold(&agency.name).len())?;
    let (own_name, name) = (fold(&agencies.get(own)?.name), fold(&named.name));
    // "Phòng Nội vụ, UBND xã Tân Lập" is the commune's; "UBND xã Tân Lập Hạ" is not that of Tân Lập.
    let is_own =
        named.code == *own || name == own_name || title.contains(&own_name) && !name.starts_with(&own_name);
    // What stands above an agency may head its letters, in words of its own.
    let heads = name != title && is_above(&named.code, own, agencies);
    (!is_own && !heads).then_some(named.name.as_str())
}

/// Whether a title is an agency's name, or that and where it lies; both folded. Other words may be about anything:
/// `Sở Tài chính tổ chức` stands over other agencies' lists.
fn is_called(title: &str, name: &str) -> bool {
    let place = |rest: &str| {
        rest.strip_prefix(' ').is_some_and(|rest| {
            LEVELS.iter().any(|level| rest.strip_prefix(level).is_some_and(|rest| rest.starts_with(' ')))
        })
    };
    !name.is_empty() && title.strip_prefix(name).is_some_and(|rest| rest.is_empty() || place(rest))
}

/// What a place's name begins with, folded; those of the time before July 2025 are still written.
const LEVELS: [&str; 9] = ["tinh", "thanh pho", "tp", "huyen", "quan", "thi xa", "xa", "phuong", "dac khu"];

/// Whether `above` is one of those that `agency` belongs to.
fn is_above(above: &AgencyCode, agency: &AgencyCode, agencies: &Agencies) -> bool {
    let parent = |code: &AgencyCode| agencies.get(code)?.parent.as_ref();
    // A circle of parents is the configuration's error; it must not be ours too.
    std::iter::successors(parent(agency), |code| parent(code)).take(agencies.len()).any(|code| code == above)
}

/// An agency's name as titles are compared: without marks and punctuation, abbreviations written out.
fn fold(name: &str) -> String {
    let long = |word| match word {
        "ubnd" => "uy ban nhan dan",
        "hdnd" => "hoi dong nhan dan",
        "mttq" => "mat tran to quoc",
        other => other,
    };
    let ascii = ascii(name);
    let words = ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(long).collect::<Vec<_>>().join(" ")
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

    fn agencies() -> Agencies {
        let agency = |code: &str, parent: Option<&str>, name: &str| {
            let code = AgencyCode::parse(code).unwrap();
            let parent = parent.map(|parent| AgencyCode::parse(parent).unwrap());
            let name = name.to_owned();
            (
                code.clone(),
                Agency { code, name, parent, kind: None, contacts: vec![], deputy: None, mailboxes: vec![] },
            )
        };
        Agencies::from([
            agency("ubt", None, "UBND tỉnh"),
            agency("stc", Some("ubt"), "Sở Tài chính"),
            agency("snv", Some("ubt"), "Sở Nội vụ"),
            agency("vp", Some("ubt"), "Văn phòng UBND tỉnh"),
            agency("yen", Some("ubt"), "UBND huyện Yên"),
            agency("tl", Some("yen"), "Ủy ban nhân dân xã Tân Lập"),
            agency("tlh", Some("yen"), "UBND xã Tân Lập Hạ"),
            agency("vh", Some("yen"), "Phòng Văn hóa - Thông tin"),
        ])
    }

    #[test]
    fn a_title_with_more_than_an_agencys_name_names_it_all_the_same() {
        let agencies = agencies();
        for (folder, title, other) in [
            ("snv", "SỞ TÀI CHÍNH", "Sở Tài chính"),
            ("snv", "Sở Tài chính tỉnh Mẫu", "Sở Tài chính"),
            ("tlh", "UBND xã Tân Lập, huyện Yên", "Ủy ban nhân dân xã Tân Lập"),
            ("tl", "UBND XÃ TÂN LẬP HẠ - TỈNH MẪU", "UBND xã Tân Lập Hạ"),
            ("stc", "UBND HUYỆN YÊN TỈNH MẪU", "UBND huyện Yên"),
            ("tl", "Phòng Văn hóa – Thông tin huyện Yên", "Phòng Văn hóa - Thông tin"),
        ] {
            let own = AgencyCode::parse(folder).unwrap();
            assert_eq!(another(&fold(title), &own, &agencies), Some(other), "{folder}: {title}");
        }
    }

    #[test]
    fn a_title_that_may_be_about_the_folders_agency_raises_no_alarm() {
        let agencies = agencies();
        for (folder, title) in [
            ("stc", "Sở Tài chính tỉnh Mẫu"),
            ("tl", "UBND xã Tân Lập, huyện Yên, tỉnh Mẫu"),
            ("tlh", "UBND xã Tân Lập Hạ"),
            // A part of the agency, or one that only begins like another.
            ("stc", "Phòng Tin học, Sở Tài chính"),
            ("snv", "Phòng Tài chính tỉnh Mẫu"),
            ("snv", "Sở Tài chính - Kế hoạch"),
            ("snv", "Sở Tài chính tổ chức bồi dưỡng"),
            ("snv", "UBND xã Tân Lập Thượng, huyện Yên"),
            ("ubt", "VĂN PHÒNG UBND TỈNH"),
            // The body above it, as its letters are headed.
            ("stc", "UBND TỈNH MẪU"),
            ("tl", "UBND HUYỆN YÊN TỈNH MẪU"),
            ("tl", "UBND tỉnh Mẫu"),
        ] {
            let own = AgencyCode::parse(folder).unwrap();
            assert_eq!(another(&fold(title), &own, &agencies), None, "{folder}: {title}");
        }
    }

    #[test]
    fn agencies_that_are_each_others_parent_are_no_endless_work() {
        let mut agencies = agencies();
        let (stc, snv) = (AgencyCode::parse("stc").unwrap(), AgencyCode::parse("snv").unwrap());
        agencies.get_mut(&stc).unwrap().parent = Some(snv.clone());
        agencies.get_mut(&snv).unwrap().parent = Some(stc.clone());
        assert!(
            is_above(&stc, &snv, &agencies) && !is_above(&AgencyCode::parse("yen").unwrap(), &stc, &agencies)
        );
    }
}
