//! Labels: header synonyms, and how a header cell's text finds its column.

use crate::model::roster::Column;
use crate::roster::text::{Phrase, Said, plain};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// `columns.toml` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnsFile {
    columns: BTreeMap<Column, Synonyms>,
    groups: BTreeMap<String, Vec<Phrase>>,
    other: Synonyms,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Synonyms {
    is: Vec<Phrase>,
    starts: Vec<Phrase>,
    holds: Vec<Phrase>,
    under: BTreeMap<Column, Vec<Phrase>>,
}

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// A canonical column.
    Column(Column),
    /// A heading over sub-columns.
    Group,
    /// Known, and of no use here.
    Other,
}

/// The synonyms, indexed by their letters without marks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    is: HashMap<String, (Phrase, Label)>,
    starts: HashMap<String, (Phrase, Label)>,
    holds: HashMap<String, (Phrase, Label)>,
    under: HashMap<Column, HashMap<String, (Phrase, Label)>>,
}

/// Text of more words than this is no label.
const MOST_WORDS: usize = 16;

/// Up to so many letters a label's tone marks are read, where it has any: Nam is no Năm.
const SHORT: usize = 4;

impl Labels {
    pub(super) fn new(file: ColumnsFile) -> Result<Self, String> {
        let mut labels = Self::default();
        let columns = file.columns.into_iter().map(|(column, synonyms)| (Label::Column(column), synonyms));
        for (label, synonyms) in columns.chain([(Label::Other, file.other)]) {
            insert(&mut labels.is, synonyms.is, label)?;
            insert(&mut labels.starts, synonyms.starts, label)?;
            insert(&mut labels.holds, synonyms.holds, label)?;
            for (parent, phrases) in synonyms.under {
                insert(labels.under.entry(parent).or_default(), phrases, label)?;
            }
        }
        for phrases in file.groups.into_values() {
            for phrase in phrases {
                labels.is.entry(phrase.plain().to_owned()).or_insert((phrase, Label::Group));
            }
        }
        Ok(labels)
    }

    /// What a header cell's text stands for: the whole label, else the longest beginning, else the longest
    /// word group in it.
    pub(crate) fn find(&self, text: &str) -> Option<Label> {
        let label = plain(text);
        let ends: Vec<usize> = label
            .match_indices(' ')
            .map(|(at, _)| at)
            .chain((!label.is_empty()).then_some(label.len()))
            .collect();
        if ends.is_empty() || ends.len() > MOST_WORDS {
            return None;
        }
        exact(&self.is, text, &label)
            .or_else(|| ends.iter().rev().find_map(|end| exact(&self.starts, text, &label[..*end])))
            .or_else(|| self.held(&label, &ends))
    }

    /// Whether a text is a known label or group heading and nothing more.
    pub(crate) fn is_whole(&self, text: &str) -> bool {
        let label = plain(text);
        let found = exact(&self.is, text, &label).or_else(|| exact(&self.starts, text, &label));
        found.is_some_and(|label| label != Label::Other)
    }

    /// What the text of a sub-column stands for below a column.
    pub(crate) fn find_under(&self, parent: Column, text: &str) -> Option<Label> {
        exact(self.under.get(&parent)?, text, &plain(text))
    }

    fn held(&self, label: &str, ends: &[usize]) -> Option<Label> {
        let begins = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
        let groups =
            begins.flat_map(|from| ends.iter().filter(move |to| **to > from).map(move |to| (from, *to)));
        groups
            .filter_map(|(from, to)| Some((to - from, self.holds.get(&label[from..to])?.1)))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, label)| label)
    }
}

fn exact(index: &HashMap<String, (Phrase, Label)>, text: &str, key: &str) -> Option<Label> {
    let (phrase, label) = index.get(key)?;
    let fits = key.len() > SHORT || Said::new(text).is_any(std::slice::from_ref(phrase));
    fits.then_some(*label)
}

fn insert(
    index: &mut HashMap<String, (Phrase, Label)>,
    phrases: Vec<Phrase>,
    label: Label,
) -> Result<(), String> {
    for phrase in phrases {
        let key = phrase.plain().to_owned();
        if key.is_empty() {
            return Err("a synonym without letters; expected words".to_owned());
        }
        match index.insert(key.clone(), (phrase, label)) {
            Some((_, old)) if old != label => {
                return Err(format!("`{key}` stands for two columns; expected one"));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::model::roster::Column;
    use crate::roster::mapping::{Label, Mapping};
    use std::sync::LazyLock;

    fn find(text: &str) -> Option<Label> {
        static MAPPING: LazyLock<Mapping> = LazyLock::new(|| Mapping::embedded().unwrap());
        MAPPING.labels.find(text)
    }

    #[test]
    fn a_label_is_found_whatever_its_case_marks_and_spaces() {
        for text in [
            "Họ và tên",
            "HỌ  VÀ\nTÊN",
            "Ho va ten",
            "Họ tên viên chức…",
            "Stt|Họ tên".split('|').next_back().unwrap(),
        ] {
            assert_eq!(find(text), Some(Label::Column(Column::FullName)), "{text}");
        }
    }

    #[test]
    fn the_most_specific_synonym_wins() {
        for (text, column) in [
            ("Đơn vị/Cá nhân", Column::FullName),
            ("Tên cơ quan/ Cá nhân", Column::FullName),
            ("Đơn vị/bộ phận công tác", Column::Unit),
            ("Phòng (Đơn Vị)", Column::Unit),
            ("Chức danh, chức vụ, đơn vị công tác", Column::PositionAndUnit),
            ("Chức danh, chức vụ", Column::Position),
            ("Số CMND và ngày cấp", Column::CitizenId),
            ("Số Căn cước/ Căn cước công dân/Mã số định danh cá nhân", Column::CitizenId),
            ("Địa chỉ thư điện tử công vụ", Column::Email),
            ("Số hiệu Công chức thừa hành", Column::StaffCode),
            ("Ngày Sinh (d/m/Y)", Column::BirthDate),
            ("Mật khẩu đăng nhập", Column::Password),
        ] {
            assert_eq!(find(text), Some(Label::Column(column)), "{text}");
        }
        for text in ["Ngày cấp CCCD", "Nơi cấp CMND", "Thời gian giữ chức vụ", "Đơn vị cấp", "Tên đăng nhập"]
        {
            assert_eq!(find(text), Some(Label::Other), "{text}");
        }
    }

    #[test]
    fn nam_is_a_gender_and_not_a_year() {
        let labels = Mapping::embedded().unwrap().labels;
        assert_eq!(labels.find_under(Column::BirthDate, "NAM"), Some(Label::Column(Column::BirthMale)));
        assert_eq!(labels.find_under(Column::BirthDate, "Năm"), None);
        assert_eq!(labels.find_under(Column::BirthDate, "Nu"), Some(Label::Column(Column::BirthFemale)));
    }
}
