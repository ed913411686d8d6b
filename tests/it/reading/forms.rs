//! The header structures of real rosters, in code.

use super::{block, book, codes, merged, names, read, sheet};
use chrono::NaiveDate;
use rosterd::model::person::{Birth, Gender};
use rosterd::model::record::{Action, Status};
use rosterd::model::roster::{Column, Declared};
use rosterd::roster::sheet::Cell;

#[test]
fn form_2_ticked_columns_are_the_action_and_units_go_to_a_person() {
    let sheet = merged(
        sheet(&[
            "SỞ NỘI VỤ",
            "DANH SÁCH ĐỀ NGHỊ THAY ĐỔI, THU HỒI TÀI KHOẢN THƯ ĐIỆN TỬ",
            "Stt|Tên cơ quan/ Cá nhân|Chức vụ|Đơn vị|Đề nghị||Nội dung đề nghị",
            "||||Thay đổi|Thu hồi|",
            "01|Nguyễn Văn An|Chuyên viên|Phòng Nội vụ|x||Chuyển sang Phòng Tài chính",
            "02|Trần Thị Bé|Văn thư|Văn phòng||X|Nghỉ hưu",
            "03|Phòng Văn hóa|||x||Đổi tên hộp thư",
            "04|Lê Văn Cường|Kế toán|Văn phòng|||",
            "05|Phạm Thị Dung|Kế toán|Văn phòng|x|x|",
            "Danh sách đề nghị: 05 tài khoản./.",
        ]),
        &[(2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 3, 3), (2, 4, 2, 5), (2, 6, 3, 6)],
    );
    let block = block(sheet);
    assert_eq!((block.declared, block.form.as_deref()), (Declared::Request, Some("mau-02-thay-doi-thu-hoi")));
    let actions: Vec<_> =
        block.records.iter().map(|r| (r.full_name.as_str(), r.action, r.note.as_deref())).collect();
    assert_eq!(
        actions,
        [
            ("Nguyễn Văn An", Some(Action::Change), Some("Chuyển sang Phòng Tài chính")),
            ("Trần Thị Bé", Some(Action::Revoke), Some("Nghỉ hưu")),
        ]
    );
    assert_eq!(codes(&block), ["unit-row@7", "no-action@8", "no-action@9"]);
}

#[test]
fn form_3_asks_for_a_password_reset_by_its_title() {
    let block = block(sheet(&[
        "DANH SÁCH ĐỀ NGHỊ ĐẶT LẠI MẬT KHẨU THƯ ĐIỆN TỬ",
        "Stt|Đơn vị/Cá nhân|Đơn vị/bộ phận công tác|Địa chỉ thư điện tử công vụ|Số điện thoại",
        "1|Nguyễn Văn An|Phòng Nội vụ|AnNV@tinhmau.gov.vn|0978 721 495",
        "2|Phòng Nội vụ||phongnv@tinhmau.gov.vn|",
    ]));
    assert_eq!((block.declared, block.form.as_deref()), (Declared::Request, Some("mau-03-dat-lai-mat-khau")));
    let [record] = &block.records[..] else { panic!("{:?}", block.records) };
    assert_eq!(record.action, Some(Action::ResetPassword));
    assert_eq!(record.email.as_deref(), Some("annv@tinhmau.gov.vn"));
    assert_eq!(record.unit.as_deref(), Some("Phòng Nội vụ"));
    assert_eq!(codes(&block), ["unit-row@4"]);
}

#[test]
fn form_5_free_text_goes_to_a_person() {
    let block = block(sheet(&[
        "PHỤ LỤC 1.2",
        "DANH SÁCH ĐỀ NGHỊ THAY ĐỔI THÔNG TIN HỘP THƯ",
        "STT|Thông tin cần thay đổi|Thông tin thay đổi mới|Ghi chú",
        "1|Nguyễn Văn An, Phòng Nội vụ|Chuyển sang Văn phòng|",
        "2|||",
    ]));
    assert_eq!(
        (block.declared, block.form.as_deref()),
        (Declared::Request, Some("mau-05-thay-doi-thong-tin"))
    );
    assert!(block.records.is_empty());
    assert_eq!(codes(&block), ["free-text-row@4"]);
}

#[test]
fn form_7_four_header_rows_and_a_number_row() {
    let top = "STT|Họ và tên|Ngày sinh|Quê quán|Chức vụ|Đơn vị công tác|Ngạch, bậc lương hiện hưởng|||Trình độ đào tạo|||Đảng viên|Phụ nữ|Dân tộc ít người";
    let numbers = (1..=15).map(|n| Cell::Number(f64::from(n))).collect();
    let mut form = sheet(&[
        "UBND TỈNH MẪU|||||||||||Mẫu số 3",
        "SỞ NỘI VỤ",
        "DANH SÁCH VÀ TIỀN LƯƠNG CÔNG CHỨC NĂM 2026",
        "(Ban hành kèm theo Thông tư số 09/2004/TT-BNV ngày 19 tháng 02 năm 2004)",
        top,
        "||||||Mã ngạch|Hệ số lương|Thời gian hưởng|Chuyên môn||Tin học",
        "|||||||||Trình độ|Ngành",
        "|||||||||||",
        "",
        "1|Nguyễn Văn An|05/10/1975|Tân Lập|Giám đốc|Ban Giám đốc|01.002|4.40|01/2024|ĐH|Luật|A|x||",
        "2|Trần Thị Bé|12/1980|Tân Lập|Chuyên viên|Văn phòng|01.003|3.33|01/2024|ĐH|Luật|A||x|",
        "Tổng cộng||||||||",
        "||||||||||Tân Lập, ngày … tháng … năm 2026",
        "|Người lập bảng|||||||||Thủ trưởng đơn vị",
        "||||||||",
        "|Lê Thị Lập|||||||||Nguyễn Văn An",
    ]);
    form.rows[8] = numbers;
    let merges: Vec<_> = (0..6).chain(12..15).map(|column| (4, column, 7, column)).collect();
    let form = merged(form, &[&merges[..], &[(4, 6, 4, 8), (4, 9, 4, 11), (11, 0, 11, 8)]].concat());
    let block = block(form);
    assert_eq!(block.form.as_deref(), Some("mau-07-tt09-2004-bnv"));
    assert_eq!((block.header_row, block.header_end, block.declared), (5, 8, Declared::StaffList));
    assert_eq!(block.agency_in_title.as_deref(), Some("SỞ NỘI VỤ"));
    assert_eq!(block.document, None, "the circular is the form's basis, not the list's document");
    assert_eq!(block.columns[&Column::GenderFemaleFlag], ["N"]);
    let read: Vec<_> =
        block.records.iter().map(|r| (r.row, r.full_name.as_str(), r.gender, r.birth)).collect();
    let born = NaiveDate::from_ymd_opt(1975, 10, 5).unwrap();
    assert_eq!(
        read,
        [
            (10, "Nguyễn Văn An", None, Some(Birth::Date(born))),
            (11, "Trần Thị Bé", Some(Gender::Female), Some(Birth::Year(1980))),
        ]
    );
    assert_eq!(codes(&block), Vec::<String>::new());
}

#[test]
fn form_8_birth_years_under_nam_and_nu_without_merges() {
    let mut form = sheet(&[
        "Số TT|Họ và tên|Năm sinh||Trình độ chuyên môn nghiệp vụ|Bộ phận sử dụng|Ghi chú",
        "||Nam|Nữ|||",
        "(1)|(2)|(3)|(4)|(5)|(6)|(7)",
        "1|Nguyễn Văn An|||ĐH|Văn phòng|",
        "2|Trần Thị Bé||1985|ĐH|Phòng Nội vụ|Nghỉ thai sản",
    ]);
    form.rows[3][2] = Cell::Number(1979.0);
    let block = block(form);
    assert_eq!((block.header_row, block.header_end, block.declared), (1, 2, Declared::StaffList));
    let read: Vec<_> =
        block.records.iter().map(|r| (r.birth, r.gender, r.status, r.unit.as_deref())).collect();
    assert_eq!(
        read,
        [
            (Some(Birth::Year(1979)), Some(Gender::Male), Some(Status::Active), Some("Văn phòng")),
            (Some(Birth::Year(1985)), Some(Gender::Female), Some(Status::Leave), Some("Phòng Nội vụ")),
        ]
    );
}

#[test]
fn form_10_split_names_and_a_second_block_lower_in_the_sheet() {
    let sheet = sheet(&[
        "Họ|Tên|Giới tính|Ngày Sinh (d/m/Y)|Phòng (Đơn Vị)",
        "Nguyễn Văn|An|Nam|5/10/1985|Phòng Nội vụ",
        "TRẦN THỊ|BÉ|Nữ|6/11/1990|Văn phòng",
        "",
        "DANH SÁCH ĐỀ NGHỊ CẤP MỚI HỘP THƯ",
        "STT|Họ và tên|Chức vụ",
        "1|Lê Văn Cường|Kế toán",
    ]);
    let reading = read(&book([sheet]));
    let [first, second] = &reading.blocks[..] else { panic!("{reading:#?}") };
    assert_eq!(first.form.as_deref(), Some("mau-10-nhap-lieu"));
    assert_eq!(names(first), ["Nguyễn Văn An", "Trần Thị Bé"]);
    assert_eq!(first.columns[&Column::FamilyName], ["A"]);
    assert_eq!((second.header_row, names(second)), (6, vec!["Lê Văn Cường"]));
    assert_eq!((second.declared, second.records[0].action), (Declared::Request, Some(Action::Create)));
}

#[test]
fn form_13_a_party_application_lists_some_people_with_dates_in_a_year_column() {
    let block = block(sheet(&[
        "STT|Họ tên|Giới tính|Năm sinh|Dân tộc|Quê quán|Chức vụ|Đơn vị|Mã thẻ Đảng|Ngày vào Đảng CT",
        "1|Nguyễn Văn An|Nam|5/10/1985|Kinh|Tân Lập|Chuyên viên|Văn phòng|012345678901|03/02/2010",
    ]));
    assert_eq!(
        (block.declared, block.form.as_deref()),
        (Declared::SomePeople, Some("mau-13-de-nghi-vao-dang"))
    );
    let born = NaiveDate::from_ymd_opt(1985, 10, 5).unwrap();
    assert_eq!(block.records[0].birth, Some(Birth::Date(born)));
    assert_eq!(block.records[0].status, None);
}

#[test]
fn form_14_passwords_are_told_of_and_read_into_nothing() {
    let mut lines =
        vec!["STT|Họ và tên|Email|Tên đăng nhập|Mật khẩu", "1|Nguyễn Văn An|an@tinhmau.gov.vn|an|Hunter2@"];
    let rest: Vec<String> = (2..=100).map(|number| format!("{number}||||")).collect();
    lines.extend(rest.iter().map(String::as_str));
    let block = block(sheet(&lines));
    assert_eq!(names(&block), ["Nguyễn Văn An"]);
    assert_eq!(codes(&block), ["password-column@-"]);
    assert_eq!(block.findings[0].column.as_deref(), Some("E"));
    assert!(!format!("{block:?}").contains("Hunter2"));
}
