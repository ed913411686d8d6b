//! What stands below headers and around lists: sections, strays, merges, titles, odd cells.

use super::{block, book, codes, merged, names, read, sheet};
use rosterd::model::citizen::CitizenId;
use rosterd::model::finding::FindingCode;
use rosterd::model::person::Gender;
use rosterd::model::record::Action;
use rosterd::model::roster::Declared;
use rosterd::roster::sheet::{Cell, Sheet};

#[test]
fn combined_headers_are_taken_apart() {
    let block = block(sheet(&[
        "STT|Họ và tên|Chức danh, chức vụ, đơn vị công tác|Số CMND và ngày cấp",
        "1|Nguyễn Văn An|Chuyên viên, Phòng Nội vụ|012345678, cấp ngày 01/02/2010",
        "2|Trần Thị Bé|Trưởng phòng Nội vụ|022201921394 ngày 01/02/2021",
        "3|Lê Văn Cường|Phó Giám đốc Sở Tài chính|",
    ]));
    let read: Vec<_> = block
        .records
        .iter()
        .map(|r| (r.position.as_deref(), r.unit.as_deref(), r.citizen_id.as_ref().map(CitizenId::reveal)))
        .collect();
    assert_eq!(
        read,
        [
            (Some("Chuyên viên"), Some("Phòng Nội vụ"), Some("012345678")),
            (Some("Trưởng phòng Nội vụ"), None, Some("022201921394")),
            (Some("Phó Giám đốc"), Some("Sở Tài chính"), None),
        ]
    );
}

#[test]
fn sections_carry_the_unit_down_and_strays_are_ignored() {
    let block = block(sheet(&[
        "DANH SÁCH CÁN BỘ, CÔNG CHỨC",
        "TT||HỌ VÀ TÊN|CHỨC VỤ|ĐIỆN THOẠI||Số liệu tạm",
        "A||LÃNH ĐẠO",
        "1||Nguyễn Văn An|Giám đốc|0978721495||cần xem lại",
        "II. PHÒNG NỘI VỤ",
        "2||Trần Thị Bé|Trưởng phòng|978721496",
        "||||",
        "3||||",
        "4|||Chuyên viên|0978721497",
        "||Cộng: 2 người",
        "Phòng Tài chính",
        "5||Tống Công Minh|Kế toán|01655123456",
        "||Nguyễn Thị Lạc",
        "Tổng cộng: 3 người",
        "Ghi chú: danh sách có thay đổi so với tháng trước",
        "|||Tân Lập, ngày 15 tháng 11 năm 2026",
        "||NGƯỜI LẬP BIỂU|THỦ TRƯỞNG",
        "||Lê Thị Lập|Nguyễn Văn An",
    ]));
    let read: Vec<_> =
        block.records.iter().map(|r| (r.row, r.full_name.as_str(), r.unit.as_deref())).collect();
    assert_eq!(
        read,
        [
            (4, "Nguyễn Văn An", Some("Lãnh đạo")),
            (6, "Trần Thị Bé", Some("Phòng Nội vụ")),
            (12, "Tống Công Minh", Some("Phòng Tài chính")),
        ]
    );
    assert_eq!(
        codes(&block),
        ["phone-zero-restored@6", "no-name@9", "phone-prefix-converted@12", "unnumbered-name@13"]
    );
    assert_eq!(block.records[2].phone.as_deref(), Some("0355123456"));
}

#[test]
fn a_unit_merged_over_its_people_counts_for_each() {
    let sheet = merged(
        sheet(&[
            "STT|Họ và tên|Đơn vị công tác|Chức vụ",
            "1|Nguyễn Văn An|Văn phòng|Kế toán",
            "2|Trần Thị Bé||Văn thư",
            "3|Lê Văn Cường||Lái xe",
        ]),
        &[(1, 2, 2, 2)],
    );
    let units: Vec<_> = block(sheet).records.into_iter().map(|record| record.unit).collect();
    assert_eq!(units, [Some("Văn phòng".into()), Some("Văn phòng".into()), None]);
}

#[test]
fn a_name_merged_over_two_columns_is_joined() {
    let sheet = merged(
        sheet(&["STT|Họ và tên||Chức vụ", "1|Nguyễn Văn|An|Kế toán", "2|Trần Thị Bé||Văn thư"]),
        &[(0, 1, 0, 2)],
    );
    assert_eq!(names(&block(sheet)), ["Nguyễn Văn An", "Trần Thị Bé"]);
}

#[test]
fn what_a_list_declares() {
    let declared = |title: &str| {
        block(sheet(&[title, "STT|Họ và tên|Chức vụ|Đơn vị", "1|Nguyễn Văn An|Kế toán|Văn phòng"])).declared
    };
    for (title, expected) in [
        ("DANH SÁCH TOÀN BỘ CÁN BỘ, CÔNG CHỨC SỞ NỘI VỤ", Declared::WholeAgency),
        ("Danh sách đầy đủ công chức", Declared::WholeAgency),
        ("DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC", Declared::StaffList),
        ("DANH SACH CAN BO, CONG CHUC", Declared::StaffList),
        ("DANH SÁCH VIÊN CHỨC PHÒNG ĐÀO TẠO", Declared::SomePeople),
        ("DANH SÁCH CÔNG CHỨC THAM GIA TẬP HUẤN", Declared::SomePeople),
        ("DANH SÁCH ĐẢNG VIÊN", Declared::SomePeople),
        ("DANH SÁCH ĐỀ NGHỊ NÂNG LƯƠNG", Declared::SomePeople),
        ("DANH SÁCH ĐỀ NGHỊ THU HỒI TÀI KHOẢN", Declared::Request),
        ("DANH SÁCH CÁN BỘ, CÔNG CHỨC SỞ GIÁO DỤC VÀ ĐÀO TẠO", Declared::StaffList),
        ("DANH SÁCH CÔNG CHỨC SỞ NỘI VỤ VÀ CÁC ĐƠN VỊ TRỰC THUỘC", Declared::StaffList),
        ("", Declared::SomePeople),
    ] {
        assert_eq!(declared(title), expected, "{title}");
    }
}

#[test]
fn a_list_of_one_unit_names_it_and_several_together_are_a_staff_list() {
    let of = |title: &str, name: &str| {
        let mut sheet = sheet(&[title, "STT|Họ và tên|Chức vụ", &format!("1|{name}|Kế toán")]);
        name.clone_into(&mut sheet.name);
        sheet
    };
    let one = block(of("DANH SÁCH CÁN BỘ, CÔNG CHỨC PHÒNG NỘI VỤ NĂM 2026", "Nguyễn Văn An"));
    assert_eq!(
        (one.declared, Vec::from_iter(one.units)),
        (Declared::SomePeople, vec!["Phòng Nội vụ".to_owned()])
    );
    assert_eq!(one.records[0].unit.as_deref(), Some("Phòng Nội vụ"));
    let both = read(&book([
        of("DANH SÁCH CÔNG CHỨC PHÒNG NỘI VỤ", "Nguyễn Văn An"),
        of("DANH SÁCH CÔNG CHỨC PHÒNG TÀI CHÍNH", "Trần Thị Bé"),
    ]));
    assert!(both.blocks.iter().all(|block| block.declared == Declared::StaffList));
}

#[test]
fn hidden_and_empty_sheets_are_skipped() {
    let list = || sheet(&["STT|Họ và tên|Chức vụ", "1|Nguyễn Văn An|Kế toán"]);
    let hidden = Sheet { hidden: true, name: "Cũ".into(), ..list() };
    let reading = read(&book([hidden, list(), Sheet::default(), sheet(&["Hướng dẫn điền mẫu"])]));
    assert_eq!(reading.blocks.len(), 1);
    let found: Vec<_> = reading.findings.iter().map(|f| (f.code, f.sheet.as_deref())).collect();
    assert_eq!(
        found,
        [(FindingCode::HiddenSheet, Some("Cũ")), (FindingCode::SheetWithoutList, Some("Sheet1"))]
    );
}

#[test]
fn a_book_that_holds_no_list_says_why() {
    let why = |sheets: Vec<Sheet>| {
        let reading = read(&book(sheets));
        assert!(reading.blocks.is_empty());
        reading.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(why(vec![]), [FindingCode::EmptyWorkbook]);
    assert_eq!(why(vec![Sheet::default(), sheet(&["", "| |"])]), [FindingCode::EmptyWorkbook]);
    assert_eq!(why(vec![sheet(&["Nguyễn Văn An|Kế toán|0978721495"])]), [FindingCode::NoHeader]);
    assert_eq!(
        why(vec![sheet(&["STT|Chức vụ|Đơn vị|Số điện thoại", "1|Kế toán|Văn phòng|"])]),
        [FindingCode::NoNameColumn]
    );
    assert_eq!(why(vec![sheet(&["STT|Họ và tên|Chức vụ", "1||", "2||"])]), [FindingCode::NoNames]);
}

#[test]
fn a_header_printed_anew_on_each_page_goes_on() {
    let header = "STT|Họ và tên|Chức vụ";
    let block = block(sheet(&[header, "1|Nguyễn Văn An|Kế toán", header, "2|Trần Thị Bé|Văn thư"]));
    assert_eq!(names(&block), ["Nguyễn Văn An", "Trần Thị Bé"]);
}

#[test]
fn the_same_person_twice_is_said() {
    let block = block(sheet(&[
        "STT|Họ và tên|Ngày sinh|Số CCCD|Đơn vị",
        "1|Nguyễn Văn An|05/10/2001|022201921394|Văn phòng",
        "2|Nguyễn Văn Anh|05/10/2001|022201921394|Văn phòng",
        "3|NGUYỄN VĂN AN|5-10-2001||Văn phòng",
        "4|Nguyễn Văn An|5-10-2001||Phòng Nội vụ",
    ]));
    assert_eq!(block.records.len(), 4);
    assert_eq!(
        codes(&block),
        ["names-recased@-", "shared-citizen-id@2", "shared-citizen-id@3", "duplicate-row@4"]
    );
    let [_, first, second, ..] = &block.findings[..] else { panic!() };
    assert_eq!((&first.details[..], &second.details[..]), (&["3".to_owned()][..], &["2".to_owned()][..]));
    assert_eq!(first.column.as_deref(), Some("D"));
    assert!(block.records.iter().all(|record| record.citizen_id.is_none()), "nothing tells whose it is");
}

#[test]
fn one_person_may_hold_posts_in_two_units_and_one_id_in_two_sheets_is_seen() {
    let of = |name: &str, person: &str| {
        let header = "STT|Họ và tên|Ngày sinh|Số CCCD|Đơn vị";
        Sheet { name: name.into(), ..sheet(&[header, &format!("1|{person}|05/10/2001|022201921394|{name}")]) }
    };
    let told = |sheets: [Sheet; 2]| {
        let blocks = read(&book(sheets)).blocks;
        let findings = blocks.into_iter().flat_map(|block| block.findings);
        findings.map(|finding| (finding.code, finding.details.join(","))).collect::<Vec<_>>()
    };
    assert_eq!(told([of("Phòng A", "Nguyễn Văn An"), of("Phòng B", "Nguyễn Văn An")]), []);
    assert_eq!(
        told([of("Phòng A", "Nguyễn Văn An"), of("Phòng B", "Lê Thị Bé")]),
        [
            (FindingCode::SharedCitizenId, "2 (Phòng B)".to_owned()),
            (FindingCode::SharedCitizenId, "2 (Phòng A)".to_owned())
        ]
    );
    let same = Sheet { name: "Phòng A (2)".into(), ..of("Phòng A", "NGUYỄN VĂN AN") };
    let told = told([of("Phòng A", "Nguyễn Văn An"), same]);
    assert!(told.contains(&(FindingCode::DuplicateRow, "2 (Phòng A)".to_owned())), "{told:?}");
}

#[test]
fn sections_in_every_shape_carry_the_unit() {
    for section in [
        "I|PHÒNG NỘI VỤ||",
        "II.|Phòng Nội vụ||",
        "A|Phòng Nội vụ||",
        "1|Phòng Nội vụ||",
        "I. PHÒNG NỘI VỤ|||",
        "|A) Phòng Nội vụ||",
        "|Phòng Nội vụ||",
        "|PHÒNG NỘI VỤ (02 người)||",
        "Phòng Nội vụ|||",
        "||Phòng Nội vụ|",
    ] {
        let block = block(sheet(&[
            "STT|Họ và tên|Chức vụ|Điện thoại",
            section,
            "1|Nguyễn Văn An|Kế toán|0978721495",
            "2|Trần Thị Bé|Văn thư|0978721496",
        ]));
        let units: Vec<_> = block.records.iter().map(|r| r.unit.as_deref()).collect();
        assert_eq!(units, [Some("Phòng Nội vụ"); 2], "{section}");
        assert_eq!(codes(&block), Vec::<String>::new(), "{section}");
    }
}

#[test]
fn people_numbered_by_letters_are_no_sections() {
    let block = block(sheet(&[
        "STT|Họ và tên|Đơn vị",
        "I|Phòng Nội vụ|",
        "a|Nguyễn Văn An|Phòng Nội vụ",
        "b|Trần Thị Bé|Phòng Nội vụ",
    ]));
    assert_eq!(names(&block), ["Nguyễn Văn An", "Trần Thị Bé"]);
}

#[test]
fn lists_side_by_side_are_both_read() {
    let reading = read(&book([sheet(&[
        "DANH SÁCH CÔNG CHỨC",
        "STT|Họ và tên|Chức vụ||STT|Họ và tên|Chức vụ",
        "1|Nguyễn Văn An|Kế toán||3|Lê Văn Cường|Lái xe",
        "2|Trần Thị Bé|Văn thư||4|Phạm Thị Dung|Kế toán",
    ])]));
    assert_eq!(reading.findings, []);
    let read: Vec<_> = reading.blocks.iter().map(|block| (names(block), block.declared)).collect();
    assert_eq!(
        read,
        [
            (vec!["Nguyễn Văn An", "Trần Thị Bé"], Declared::StaffList),
            (vec!["Lê Văn Cường", "Phạm Thị Dung"], Declared::StaffList)
        ]
    );
    assert_eq!(reading.blocks[1].records[0].position.as_deref(), Some("Lái xe"));
}

#[test]
fn rows_that_may_be_people_are_told_of_and_never_dropped_in_silence() {
    let block = block(sheet(&[
        "STT|Họ và tên|Chức vụ|Đơn vị|Ghi chú",
        "1|Nguyễn Văn An|Kế toán|Văn phòng|",
        "|Trần Thị Bé (PGĐ)|Phó Giám đốc|Ban Giám đốc|",
        "|Các đồng chí sau đây sẽ nghỉ hưu từ năm 2027|x|y|",
        "||Lái xe|Văn phòng|",
        "2|…|Văn thư|Văn phòng|",
        "3|Văn phòng Đảng ủy|Chánh Văn phòng|Đảng ủy|",
        "|NGƯỜI LẬP BIỂU|||THỦ TRƯỞNG",
        "|Lê Thị Lập|||Bùi Văn Ổi",
        "|Phạm Thị Dung|Kế toán|Văn phòng|",
    ]));
    assert_eq!(names(&block), ["Nguyễn Văn An", "Trần Thị Bé (PGĐ)"]);
    assert_eq!(
        codes(&block),
        ["odd-name@3", "no-name@4", "no-name@5", "no-name@6", "unit-row@7", "row-below-signature@10"]
    );
}

#[test]
fn look_alikes_and_capitals_are_set_right_and_said() {
    let block = block(sheet(&[
        "STT|Họ và tên|ÐƠN VỊ|Số điện thoại|Số CCCD",
        "1|ÐỖ VĂN ÐỨC|Phòng Nội vụ|０９７８７２１４９５|022201921394",
        "2|Trần Thị Bé|Vаn phòng|0978721496|０２２２０１９２１３９４",
        "3|Анна|Văn phòng||",
    ]));
    let read: Vec<_> =
        block.records.iter().map(|r| (r.full_name.as_str(), r.unit.as_deref(), r.phone.as_deref())).collect();
    assert_eq!(
        read,
        [
            ("Đỗ Văn Đức", Some("Phòng Nội vụ"), Some("0978721495")),
            ("Trần Thị Bé", Some("Van phòng"), Some("0978721496")),
            ("Анна", Some("Văn phòng"), None),
        ]
    );
    assert_eq!(
        codes(&block),
        [
            "names-recased@-",
            "look-alike@1",
            "look-alike@2",
            "look-alike@2",
            "shared-citizen-id@2",
            "look-alike@3",
            "look-alike@3",
            "shared-citizen-id@3",
            "odd-name@4",
        ]
    );
    assert_eq!(block.findings[0].details, ["1"]);
}

#[test]
fn passwords_in_a_sheet_without_a_list_are_told_of_too() {
    let accounts = || sheet(&["Tên đăng nhập|Mật khẩu", "an|I-love-you"]);
    let list = sheet(&["STT|Họ và tên|Chức vụ", "1|Nguyễn Văn An|Kế toán"]);
    let hidden = Sheet { hidden: true, ..accounts() };
    for sheets in [vec![accounts()], vec![list.clone(), accounts()], vec![list, hidden]] {
        let reading = read(&book(sheets));
        let told: Vec<_> =
            reading.findings.iter().filter(|f| f.code == FindingCode::PasswordColumn).collect();
        assert_eq!((told.len(), told[0].column.as_deref()), (1, Some("B")), "{reading:?}");
        assert!(!format!("{reading:?}").contains("love"));
    }
}

#[test]
fn legacy_text_is_decoded_by_column() {
    let block = block(sheet(&[
        "STT|Họ và tên|Chức vụ|§¬n vÞ",
        "1|NguyÔn V¨n Hïng|Chuyên viên|V¨n phßng",
        "2|TrÇn ThÞ Thñy|Văn thư|Phßng Néi vô",
        "3|§Æng §×nh L\u{ad}u|Kế toán|V¨n phßng",
    ]));
    assert_eq!(block.records[2].full_name.as_str(), "Đặng Đình Lưu");
    assert_eq!(block.records[1].unit.as_deref(), Some("Phòng Nội vụ"));
}

#[test]
fn odd_cells_are_repaired_or_told_of_and_data_stays_data() {
    let mut form = sheet(&[
        "STT|Họ và tên|Ngày sinh|Số điện thoại|Email|Số CCCD|Chức vụ|Ghi chú",
        "1|Nguyễn\u{202e} Văn An|31/02/1990|12345|khong co|7.9E+10|=cmd|",
        "2|Trần Thị Bé|5/10/85|+84978721495|A@tinhmau.gov.vn|*********394||Sắp nghỉ hưu",
        "3|=HYPERLINK(1)||||||",
    ]);
    form.rows[2][6] = Cell::Error("#N/A".into());
    let block = block(form);
    assert_eq!(
        codes(&block),
        [
            "invisible-characters@2",
            "bad-date@2",
            "citizen-id-lost@2",
            "bad-phone@2",
            "bad-email@2",
            "formula-error@3",
            "two-digit-year@3",
            "status-unclear@3",
            "odd-name@4",
        ]
    );
    let [first, second, third] = &block.records[..] else { panic!("{block:#?}") };
    assert_eq!((first.birth, first.phone.as_deref(), first.citizen_id.as_ref()), (None, None, None));
    assert_eq!(first.position.as_deref(), Some("=cmd"));
    assert_eq!((second.phone.as_deref(), second.status), (Some("0978721495"), None));
    assert_eq!(third.full_name.as_str(), "=HYPERLINK(1)");
}

#[test]
fn sub_columns_are_read_in_the_light_of_their_heading() {
    let block = block(sheet(&[
        "STT|Họ và tên|Điện thoại||Email||Chức vụ|Số CMND|",
        "||Cơ quan|Di động|Công vụ|Cá nhân||Số|Ngày cấp",
        "1|Nguyễn Văn An|02513822222|0978721495|an@tinhmau.gov.vn|an@gmail.com|Kế toán|012345678|01/02/2010",
    ]));
    let record = &block.records[0];
    assert_eq!(record.phone.as_deref(), Some("0978721495"));
    assert_eq!(record.email.as_deref(), Some("an@tinhmau.gov.vn"));
    assert_eq!(record.citizen_id.as_ref().map(CitizenId::reveal), Some("012345678"));
    assert_eq!((block.header_end, record.unit.as_deref()), (2, None));
}

#[test]
fn headings_may_stand_above_the_row_with_the_name() {
    let block = block(sheet(&[
        "DANH SÁCH CÔNG CHỨC",
        "||Ngày sinh|||Thông tin liên hệ|",
        "STT|Họ và tên|Nam|Nữ|Chức vụ|Email|Điện thoại",
        "1|Nguyễn Văn An|5/10/1985||Kế toán|an@tinhmau.gov.vn|0978721495",
        "2|Trần Thị Bé||6/11/1990|Văn thư|be@tinhmau.gov.vn|0978721496",
    ]));
    assert_eq!((block.header_row, block.header_end), (2, 3));
    let genders: Vec<_> =
        block.records.iter().map(|r| (r.gender, r.birth.is_some(), r.phone.is_some())).collect();
    assert_eq!(genders, [(Some(Gender::Male), true, true), (Some(Gender::Female), true, true)]);
}

#[test]
fn people_below_a_stray_signature_are_not_lost() {
    let block = block(sheet(&[
        "Họ và tên|Ngày sinh|Chức vụ",
        "Nguyễn Văn An|05/10/1985|Kế toán",
        "GIÁM ĐỐC||",
        "Trần Thị Bé|06/11/1990|Văn thư",
        "Lê Thị Lập||",
    ]));
    assert_eq!(names(&block), ["Nguyễn Văn An", "Trần Thị Bé"]);
}

#[test]
fn a_password_alone_in_its_row_becomes_neither_section_nor_title() {
    let reading = read(&book([sheet(&[
        "STT|Họ và tên|Chức vụ|Mật khẩu",
        "1|Nguyễn Văn An|Kế toán|I-love-you",
        "|||I-love-you",
        "|||Phòng 123",
        "STT|Họ và tên|Đơn vị",
        "1|Trần Thị Bé|Văn phòng",
    ])]));
    assert_eq!(reading.blocks.len(), 2);
    let shown = format!("{reading:?}");
    assert!(!shown.contains("love") && !shown.contains("123"), "{shown}");
}

#[test]
fn two_requests_with_the_same_header_keep_their_own_titles() {
    let header = "STT|Họ và tên|Chức vụ";
    let reading = read(&book([sheet(&[
        "I. DANH SÁCH ĐỀ NGHỊ CẤP MỚI HỘP THƯ",
        header,
        "1|Nguyễn Văn An|Kế toán",
        "II. DANH SÁCH ĐỀ NGHỊ THU HỒI HỘP THƯ",
        header,
        "1|Trần Thị Bé|Văn thư",
    ])]));
    let actions: Vec<_> = reading.blocks.iter().map(|block| block.records[0].action).collect();
    assert_eq!(actions, [Some(Action::Create), Some(Action::Revoke)]);
}
