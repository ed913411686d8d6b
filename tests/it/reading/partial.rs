//! Lists of some people: they prove presence and never absence, so that nobody missing from one is suspected.

use super::{block, names, sheet};
use rosterd::model::roster::RosterKind;

#[test]
fn lists_of_some_people_are_partial() {
    let lists: [&[&str]; 14] = [
        &["DANH SÁCH CÁN BỘ, CÔNG CHỨC THAM GIA LỚP TẬP HUẤN CHUYỂN ĐỔI SỐ", "STT|Họ và tên|Chức vụ|Đơn vị"],
        &["DANH SÁCH CÔNG CHỨC, VIÊN CHỨC ĐI ĐÀO TẠO, BỒI DƯỠNG NĂM 2026", "STT|Họ và tên|Ngày sinh|Đơn vị"],
        &["DANH SÁCH ĐẢNG VIÊN CHI BỘ VĂN PHÒNG", "STT|Họ và tên|Năm sinh|Chức vụ"],
        &["Danh sách đề nghị kết nạp Đảng", "STT|Họ tên|Giới tính|Năm sinh|Dân tộc|Quê quán|Đơn vị"],
        &["STT|Họ tên|Năm sinh|Chức vụ|Mã thẻ Đảng|Ngày vào Đảng CT"],
        &["DANH SÁCH VIÊN CHỨC PHÒNG ĐÀO TẠO", "STT|Họ và tên|Chức vụ|Điện thoại"],
        &["DANH SÁCH CÔNG CHỨC PHÒNG NỘI VỤ NĂM 2026", "STT|Họ và tên|Chức vụ|Email"],
        &["DANH SÁCH XẾP LOẠI CÁN BỘ, CÔNG CHỨC THÁNG 11 NĂM 2026", "TT|HỌ VÀ TÊN|CHỨC VỤ|XẾP LOẠI"],
        &["BẢNG TỔNG HỢP ĐÁNH GIÁ CÔNG CHỨC QUÝ III", "TT|Họ và tên|Chức vụ|Kết quả đánh giá|Ghi chú"],
        &["DANH SÁCH CÔNG CHỨC ĐỀ NGHỊ NÂNG LƯƠNG TRƯỚC HẠN", "STT|Họ và tên|Chức vụ|Mã ngạch|Hệ số lương"],
        &["DANH SÁCH CÁN BỘ QUY HOẠCH LÃNH ĐẠO NHIỆM KỲ 2026-2030", "STT|Họ và tên|Ngày sinh|Chức vụ|Đơn vị"],
        &["LỊCH TRỰC LÃNH ĐẠO, CÔNG CHỨC THÁNG 12", "STT|Họ và tên|Chức vụ|Điện thoại"],
        &["DANH SÁCH CÁN BỘ, VIÊN CHỨC ĐƯỢC KHEN THƯỞNG", "STT|Họ và tên|Chức vụ|Đơn vị công tác"],
        &["STT|Họ và tên|Điện thoại"],
    ];
    for list in lists {
        let width = list.last().unwrap().split('|').count();
        let people = ["1|Nguyễn Văn An", "2|Trần Thị Bé"].map(|row| row.to_owned() + &"|".repeat(width - 2));
        let rows: Vec<&str> = list.iter().copied().chain(people.iter().map(String::as_str)).collect();
        let block = block(sheet(&rows));
        assert_eq!(block.declared.kind(), RosterKind::Partial, "{list:?}");
        assert_eq!(names(&block), ["Nguyễn Văn An", "Trần Thị Bé"], "{list:?}");
    }
}
