//! Invented names: Kinh names, and those of peoples whose names are built differently.
//!
//! No given name starts with a capital that carries a tone (Ánh, Ước): the old TCVN3 fonts have no code for
//! one, and the sample writes one list in such a font.

use super::rng::Rng;
use crate::model::name::PersonName;
use crate::model::person::Gender;

const FAMILIES: &[&str] = &[
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Trần", "Lê", "Lê", "Phạm",
    "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh",
    "Trịnh", "Mai", "Lưu", "Đoàn", "Tạ", "Cao", "Hà", "Thái", "Châu", "Quách",
];
const MINORITY_FAMILIES: &[&str] = &[
    "Rơ Châm",
    "Ksor",
    "Siu",
    "Kpă",
    "Nay",
    "Rah Lan",
    "Lò",
    "Quàng",
    "Giàng",
    "Sùng",
    "Nông",
    "Vi",
    "Thạch",
];
const MIDDLE_MALE: &[&str] = &[
    "Văn",
    "Văn",
    "Hữu",
    "Đức",
    "Minh",
    "Quang",
    "Công",
    "Đình",
    "Quốc",
    "Xuân",
    "Thanh",
    "Trọng",
    "Bá",
    "Anh",
    "Hoàng",
    "Ngọc",
    "Minh Quang",
    "Hữu Anh",
];
const MIDDLE_FEMALE: &[&str] = &[
    "Thị",
    "Thị",
    "Thị Thu",
    "Thị Ngọc",
    "Thị Kim",
    "Thị Hồng",
    "Ngọc",
    "Thu",
    "Phương",
    "Diệu",
    "Bích",
    "Mỹ",
    "Hồng",
    "Thùy",
    "Kim",
    "Thanh",
    "Thị Thanh",
    "Khánh",
];
const GIVEN_MALE: &[&str] = &[
    "Hùng", "Dũng", "Cường", "Tuấn", "Nam", "Sơn", "Hải", "Bình", "Hiếu", "Quân", "Thắng", "Tiến", "Đạt",
    "Khánh", "Long", "Phúc", "Hòa", "Giang", "Đông", "Nghĩa", "Toàn", "Việt", "Trung", "Kiên", "Duy", "Lâm",
    "Vinh", "Tùng",
];
const GIVEN_FEMALE: &[&str] = &[
    "Lan",
    "Hoa",
    "Mai",
    "Linh",
    "Hương",
    "Nga",
    "Thủy",
    "Thúy",
    "Hà",
    "Trang",
    "Nhung",
    "Oanh",
    "Phượng",
    "Tuyết",
    "Vân",
    "Quyên",
    "Đào",
    "Thảo",
    "An",
    "Chi",
    "Yến",
    "Hạnh",
    "Loan",
    "Xuân",
    "Dung",
    "Huệ",
    "Hòa",
    "Ngân",
];
/// Ê Đê names: a marker of gender, the given name, then the clan.
const EDE_MALE: &[&str] = &["Blui", "Wăn", "Thuyn", "Moan", "Khoa", "Phin"];
const EDE_FEMALE: &[&str] = &["Yam", "Liên", "Bích", "Ngân", "Lim", "Mrui"];
const EDE_CLANS: &[&str] = &["Niê", "Ayun", "Mlô", "Kbuôr", "Êban", "Bkrông"];

/// A name for a person of `gender`; `minority` of a hundred belong to a minority people.
pub(super) fn invent(rng: &mut Rng, gender: Gender, minority: u32) -> Option<PersonName> {
    let (middles, givens) = match gender {
        Gender::Male => (MIDDLE_MALE, GIVEN_MALE),
        Gender::Female => (MIDDLE_FEMALE, GIVEN_FEMALE),
    };
    let text = if rng.below(100) >= minority {
        format!("{} {} {}", rng.pick(FAMILIES), rng.pick(middles), rng.pick(givens))
    } else if rng.below(2) == 0 {
        format!("{} {} {}", rng.pick(MINORITY_FAMILIES), rng.pick(middles), rng.pick(givens))
    } else {
        let clan = rng.pick(EDE_CLANS);
        match gender {
            Gender::Male => format!("Y {} {clan}", rng.pick(EDE_MALE)),
            Gender::Female => format!("H'{} {clan}", rng.pick(EDE_FEMALE)),
        }
    };
    PersonName::new(&text)
}

/// How a clerk may type `name`; the person stays the same. `turn` chooses the habit.
pub(super) fn as_typed(name: &str, turn: u32) -> String {
    use unicode_normalization::UnicodeNormalization;
    match turn % 12 {
        2 => format!("  {}  ", name.replacen(' ', "  ", 1)),
        4 => name.replacen(' ', "\u{a0}", 1),
        // All capitals lose how `H'Yam` is written, so such a name is left alone.
        6 if !name.contains('\'') => name.to_uppercase(),
        8 => name.nfd().collect(),
        10 => name.replace("òa", "oà").replace("úy", "uý").replace("ủy", "uỷ").replace("ùy", "uỳ"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_of_typing_keep_the_person() {
        for name in ["Phạm Thùy Hòa", "H'Yam Niê", "Đặng Thị Thúy", "Rơ Châm Văn Đạt"] {
            let matching = PersonName::new(name).unwrap().matching();
            for turn in 0..12 {
                let typed = as_typed(name, turn);
                assert_eq!(PersonName::new(&typed).unwrap().matching(), matching, "{typed:?}");
            }
        }
    }
}
