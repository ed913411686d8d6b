//! An office: one of the 20 invented agencies, with what is peculiar to it.

/// One agency of the sample province.
#[derive(Debug)]
pub(super) struct Office {
    /// Its code: folder and branch.
    pub(super) code: &'static str,
    /// Its official name.
    pub(super) name: &'static str,
    /// What it is; the position map speaks of it.
    pub(super) kind: &'static str,
    /// The agency above it.
    pub(super) parent: Option<&'static str>,
    /// How many people there are, those without an account and those who should have none included.
    pub(super) size: usize,
    /// Its departments.
    pub(super) units: &'static [&'static str],
}

const fn office(
    code: &'static str,
    name: &'static str,
    kind: &'static str,
    size: usize,
    units: &'static [&'static str],
) -> Office {
    Office { code, name, kind, parent: None, size, units }
}

const COMMUNE: &[&str] = &[
    "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
    "Phòng Kinh tế",
    "Phòng Văn hóa - Xã hội",
    "Bộ phận Một cửa",
];
/// The commune whose list is typed in an old font: no capital with a tone in its departments.
const COMMUNE_PLAIN: &[&str] = &["Văn phòng", "Phòng Kinh tế", "Phòng Văn hóa - Xã hội", "Bộ phận Một cửa"];

/// All agencies. Sizes add up to 600.
pub(super) static OFFICES: [Office; 20] = [
    office(
        "vpub",
        "Văn phòng Ủy ban nhân dân tỉnh",
        "vanphong",
        36,
        &["Phòng Tổng hợp", "Phòng Nội chính", "Phòng Kinh tế - Ngân sách", "Phòng Hành chính - Quản trị"],
    ),
    office(
        "skhcn",
        "Sở Khoa học và Công nghệ",
        "so",
        40,
        &["Văn phòng", "Phòng Chuyển đổi số", "Phòng Quản lý khoa học", "Phòng Kế hoạch - Tài chính"],
    ),
    office(
        "snv",
        "Sở Nội vụ",
        "so",
        36,
        &["Văn phòng", "Phòng Công chức, viên chức", "Phòng Cải cách hành chính"],
    ),
    office(
        "stc",
        "Sở Tài chính",
        "so",
        36,
        &["Văn phòng", "Phòng Quản lý ngân sách", "Phòng Giá và Công sản"],
    ),
    office("sxd", "Sở Xây dựng", "so", 32, &["Văn phòng", "Phòng Quy hoạch", "Phòng Quản lý vận tải"]),
    office("syt", "Sở Y tế", "so", 34, &["Văn phòng", "Phòng Nghiệp vụ y", "Phòng Quản lý dược"]),
    office(
        "sgddt",
        "Sở Giáo dục và Đào tạo",
        "so",
        32,
        &["Văn phòng", "Phòng Giáo dục phổ thông", "Phòng Tổ chức cán bộ"],
    ),
    office("stp", "Sở Tư pháp", "so", 26, &["Văn phòng", "Phòng Hành chính tư pháp", "Phòng Bổ trợ tư pháp"]),
    office(
        "snnmt",
        "Sở Nông nghiệp và Môi trường",
        "so",
        36,
        &["Văn phòng", "Phòng Quản lý đất đai", "Phòng Tài nguyên nước", "Phòng Kế hoạch - Tài chính"],
    ),
    office(
        "sct",
        "Sở Công Thương",
        "so",
        30,
        &["Văn phòng", "Phòng Quản lý thương mại", "Phòng Quản lý năng lượng"],
    ),
    office(
        "bqlkcn",
        "Ban Quản lý các khu công nghiệp tỉnh",
        "ban",
        24,
        &["Văn phòng", "Phòng Quản lý đầu tư", "Phòng Quản lý doanh nghiệp"],
    ),
    Office {
        parent: Some("snnmt"),
        ..office(
            "cckl",
            "Chi cục Kiểm lâm",
            "chicuc",
            26,
            &["Phòng Hành chính - Tổng hợp", "Phòng Thanh tra - Pháp chế", "Đội Kiểm lâm cơ động"],
        )
    },
    Office {
        parent: Some("vpub"),
        ..office(
            "ttpvhcc",
            "Trung tâm Phục vụ hành chính công tỉnh",
            "trungtam",
            22,
            &["Bộ phận Tiếp nhận và Trả kết quả", "Phòng Kỹ thuật"],
        )
    },
    office("xatanlap", "Ủy ban nhân dân xã Tân Lập", "xa", 34, COMMUNE),
    office("xahungthinh", "Ủy ban nhân dân xã Hưng Thịnh", "xa", 26, COMMUNE),
    office("xabinhminh", "Ủy ban nhân dân xã Bình Minh", "xa", 26, COMMUNE_PLAIN),
    office("xaeabang", "Ủy ban nhân dân xã Ea Băng", "xa", 28, COMMUNE),
    office("phuonghoabinh", "Ủy ban nhân dân phường Hòa Bình", "phuong", 30, COMMUNE),
    office("phuongtranphu", "Ủy ban nhân dân phường Trần Phú", "phuong", 20, COMMUNE),
    office("phuongtanan", "Ủy ban nhân dân phường Tân An", "phuong", 26, COMMUNE),
];

impl Office {
    /// Its head and the head's deputies.
    pub(super) fn chiefs(&self) -> [&'static str; 2] {
        match self.kind {
            "vanphong" => ["Chánh Văn phòng", "Phó Chánh Văn phòng"],
            "ban" => ["Trưởng ban", "Phó Trưởng ban"],
            "chicuc" => ["Chi cục trưởng", "Phó Chi cục trưởng"],
            "xa" | "phuong" => ["Chủ tịch", "Phó Chủ tịch"],
            _ => ["Giám đốc", "Phó Giám đốc"],
        }
    }

    /// What its other people do.
    pub(super) fn titles(&self) -> &'static [&'static str] {
        match self.kind {
            "xa" | "phuong" => &[
                "Chuyên viên",
                "Công chức một cửa",
                "Công chức Tư pháp - Hộ tịch",
                "Công chức Địa chính - Xây dựng",
                "Công chức Văn phòng - Thống kê",
                "Trưởng phòng",
                "Phó Trưởng phòng",
                "Văn thư",
                "Kế toán",
            ],
            "trungtam" => &["Nhân viên tiếp nhận hồ sơ", "Nhân viên", "Chuyên viên", "Công chức một cửa"],
            "chicuc" => {
                &["Kiểm lâm viên", "Kiểm lâm viên", "Chuyên viên", "Trưởng phòng", "Văn thư", "Kế toán"]
            }
            _ => &[
                "Chuyên viên",
                "Chuyên viên",
                "Chuyên viên",
                "Chuyên viên",
                "Chuyên viên chính",
                "Chuyên viên chính",
                "Trưởng phòng",
                "Phó Trưởng phòng",
                "Công chức một cửa",
                "Văn thư",
                "Kế toán",
            ],
        }
    }

    /// Of a hundred people, how many belong to a minority people.
    pub(super) fn minority(&self) -> u32 {
        match self.kind {
            "xa" => 35,
            _ => 8,
        }
    }
}

/// The office with this code; the story names only codes that exist, and a test says so.
pub(super) fn by_code(code: &str) -> Option<&'static Office> {
    OFFICES.iter().find(|office| office.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_offices_hold_six_hundred_people() {
        assert_eq!(OFFICES.iter().map(|office| office.size).sum::<usize>(), 600);
        for office in &OFFICES {
            assert!(by_code(office.code).is_some_and(|found| std::ptr::eq(found, office)), "{}", office.code);
            assert!(office.parent.is_none_or(|code| by_code(code).is_some()));
        }
    }
}
