//! The forms: the shapes that real lists come in, as layouts.

use super::layout::{Col, Foot, Head, Layout};

const PLAIN: Layout = Layout {
    form: 0,
    head: Head::Plain,
    title: "",
    header: &[],
    columns: &[],
    numbers: false,
    sections: false,
    foot: Foot::Total,
    old_font: false,
};

/// A request for new accounts.
pub(super) static CREATE: Layout = Layout {
    form: 1,
    head: Head::Letterhead,
    title: "DANH SÁCH ĐỀ NGHỊ CẤP MỚI TÀI KHOẢN THƯ ĐIỆN TỬ CÔNG VỤ",
    header: &[&["Stt", "Họ và tên", "Chức vụ", "Đơn vị/bộ phận công tác", "Số điện thoại"]],
    columns: &[Col::NumberText, Col::Name, Col::Title, Col::Unit, Col::Phone],
    foot: Foot::Request,
    ..PLAIN
};

/// A request to change or revoke: the ticked column is the action. This agency added the address, as
/// several do.
pub(super) static CHANGE_OR_REVOKE: Layout = Layout {
    form: 2,
    head: Head::Letterhead,
    title: "DANH SÁCH ĐỀ NGHỊ THAY ĐỔI, THU HỒI TÀI KHOẢN THƯ ĐIỆN TỬ CÔNG VỤ",
    header: &[
        &[
            "Stt",
            "Tên cơ quan/ Cá nhân",
            "Chức vụ",
            "Đơn vị",
            "Địa chỉ thư điện tử công vụ",
            "Đề nghị",
            "<",
            "Nội dung đề nghị",
        ],
        &["^", "^", "^", "^", "^", "Thay đổi", "Thu hồi", "^"],
    ],
    columns: &[
        Col::NumberText,
        Col::Name,
        Col::Title,
        Col::Unit,
        Col::Mail,
        Col::TickChange,
        Col::TickRevoke,
        Col::Content,
    ],
    foot: Foot::Request,
    ..PLAIN
};

/// A request with the action in words.
pub(super) static ACTION_IN_WORDS: Layout = Layout {
    form: 4,
    title: "DANH SÁCH ĐỀ NGHỊ CẤP MỚI, TẠM KHÓA, XÓA HỘP THƯ",
    header: &[&["STT", "Họ và tên", "Chức vụ", "Phòng/ban/đơn vị", "Số điện thoại", "Nội dung đề nghị"]],
    columns: &[Col::Number, Col::Name, Col::Title, Col::Unit, Col::PhoneMixed, Col::ActionText],
    numbers: true,
    foot: Foot::Nothing,
    ..PLAIN
};

/// A staff list whose birth column tells the gender.
pub(super) static STAFF_LIST: Layout = Layout {
    form: 6,
    title: "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC",
    header: &[
        &["STT", "Họ và tên", "Ngày sinh", "<", "Chức vụ", "Đơn vị công tác", "Điện thoại"],
        &["^", "^", "Nam", "Nữ", "^", "^", "^"],
    ],
    columns: &[
        Col::Number,
        Col::Name,
        Col::BirthMale,
        Col::BirthFemale,
        Col::Title,
        Col::Unit,
        Col::PhoneMixed,
    ],
    ..PLAIN
};

/// A personnel form with four header rows and a row of column numbers.
pub(super) static PERSONNEL: Layout = Layout {
    form: 7,
    title: "DANH SÁCH, TIỀN LƯƠNG CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC",
    header: &[
        &[
            "STT",
            "Họ và tên",
            "Số hiệu công chức",
            "Ngày sinh",
            "Quê quán",
            "Chức vụ",
            "Đơn vị công tác",
            "Ngạch, bậc lương hiện hưởng",
            "<",
            "<",
            "Trình độ đào tạo",
            "<",
            "<",
            "<",
            "<",
            "<",
            "<",
            "Đảng viên",
            "Phụ nữ",
            "Dân tộc ít người",
        ],
        &[
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "Mã ngạch",
            "Hệ số lương",
            "Thời gian hưởng",
            "Chuyên môn",
            "<",
            "<",
            "<",
            "Lý luận chính trị",
            "<",
            "Tin học",
            "^",
            "^",
            "^",
        ],
        &[
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "Trên đại học",
            "<",
            "Đại học",
            "Cao đẳng",
            "Cao cấp",
            "Trung cấp",
            "^",
            "^",
            "^",
            "^",
        ],
        &[
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "Tiến sĩ",
            "Thạc sĩ",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
            "^",
        ],
    ],
    columns: &[
        Col::Number,
        Col::Name,
        Col::Staff,
        Col::BirthText,
        Col::Fixed("Tỉnh Mẫu"),
        Col::Title,
        Col::Unit,
        Col::Fixed("01.003"),
        Col::Fixed("3,33"),
        Col::Fixed("01/2024"),
        Col::Blank,
        Col::Blank,
        Col::Fixed("x"),
        Col::Blank,
        Col::Blank,
        Col::Fixed("x"),
        Col::Fixed("x"),
        Col::Blank,
        Col::FemaleFlag,
        Col::Blank,
    ],
    numbers: true,
    ..PLAIN
};

/// A list with years of birth only.
pub(super) static YEARS: Layout = Layout {
    form: 8,
    title: "DANH SÁCH CÁN BỘ, CÔNG CHỨC",
    header: &[
        &[
            "STT",
            "Họ và tên",
            "Năm sinh",
            "<",
            "Trình độ chuyên môn nghiệp vụ",
            "Chức vụ",
            "Bộ phận sử dụng",
            "Điện thoại liên hệ",
            "Ghi chú",
        ],
        &["^", "^", "Nam", "Nữ", "^", "^", "^", "^", "^"],
    ],
    columns: &[
        Col::Number,
        Col::Name,
        Col::YearMale,
        Col::YearFemale,
        Col::Fixed("Đại học"),
        Col::Title,
        Col::Unit,
        Col::Phone,
        Col::Note,
    ],
    numbers: true,
    ..PLAIN
};

/// The list of a uniformed office: header on row 1, the name whole and split, IDs that lost their zeros.
pub(super) static UNIFORMED: Layout = Layout {
    form: 9,
    head: Head::Bare,
    header: &[
        &[
            "TT",
            "Họ và tên",
            "Họ",
            "Tên",
            "Ngày tháng\nnăm sinh",
            "<",
            "Chức vụ",
            "Đơn vị",
            "Số hiệu Công chức thừa hành",
            "Số điện thoại",
            "Số CCCD",
        ],
        &["^", "^", "^", "^", "Nam", "Nữ", "^", "^", "^", "^", "^"],
        &["^", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^"],
    ],
    columns: &[
        Col::Number,
        Col::Name,
        Col::Family,
        Col::Given,
        Col::BirthMale,
        Col::BirthFemale,
        Col::Title,
        Col::Unit,
        Col::Staff,
        Col::Phone,
        Col::CitizenNumber,
    ],
    foot: Foot::Nothing,
    ..PLAIN
};

/// An input template: the name in two columns, no whole one.
pub(super) static SPLIT_NAME: Layout = Layout {
    form: 10,
    title: "DANH SÁCH CÁN BỘ, CÔNG CHỨC, NGƯỜI LAO ĐỘNG",
    header: &[&[
        "STT",
        "Họ",
        "Tên",
        "Giới tính",
        "Ngày Sinh (d/m/Y)",
        "Phòng (Đơn Vị)",
        "Chức vụ",
        "Số thẻ CC/CCCD",
        "Điện thoại",
        "Địa chỉ thư điện tử",
    ]],
    columns: &[
        Col::Number,
        Col::Family,
        Col::Given,
        Col::Gender,
        Col::BirthText,
        Col::Unit,
        Col::Title,
        Col::Citizen,
        Col::PhoneMixed,
        Col::Mail,
    ],
    foot: Foot::Nothing,
    ..PLAIN
};

/// A monthly list in sections, an empty column B, statuses in the notes.
pub(super) static MONTHLY: Layout = Layout {
    form: 11,
    head: Head::Letterhead,
    title: "DANH SÁCH CÁN BỘ, CÔNG CHỨC, NGƯỜI LAO ĐỘNG",
    header: &[&["TT", "", "HỌ VÀ TÊN", "NĂM SINH", "CHỨC VỤ", "SỐ CMND/ CCCD", "THƯ ĐIỆN TỬ", "GHI CHÚ"]],
    columns: &[
        Col::Number,
        Col::Blank,
        Col::Name,
        Col::BirthText,
        Col::Title,
        Col::Citizen,
        Col::Mail,
        Col::Note,
    ],
    sections: true,
    ..PLAIN
};

/// Contact sub-columns, as a school keeps them.
pub(super) static CONTACTS: Layout = Layout {
    form: 12,
    title: "DANH SÁCH CÔNG CHỨC, VIÊN CHỨC",
    header: &[
        &["TT", "MSVC", "Họ tên viên chức", "Ngày, tháng, năm sinh", "Chức vụ", "Thông tin liên hệ", "<"],
        &["^", "^", "^", "^", "^", "Email", "Điện thoại"],
    ],
    columns: &[Col::Number, Col::Staff, Col::Name, Col::Birth, Col::Title, Col::Mail, Col::Phone],
    ..PLAIN
};

/// What an office keeps for itself: everything in one header row.
pub(super) static ONE_ROW: Layout = Layout {
    title: "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC",
    header: &[&[
        "STT",
        "Họ và tên",
        "Ngày tháng năm sinh",
        "Số Căn cước/ Căn cước công dân/Mã số định danh cá nhân",
        "Chức vụ",
        "Đơn vị công tác",
        "Số điện thoại",
        "Email",
        "Ghi chú",
    ]],
    columns: &[
        Col::Number,
        Col::Name,
        Col::Birth,
        Col::Citizen,
        Col::Title,
        Col::Unit,
        Col::Phone,
        Col::Mail,
        Col::Note,
    ],
    ..PLAIN
};

/// One that says it lists everybody.
pub(super) static EVERYBODY: Layout =
    Layout { title: "DANH SÁCH TOÀN BỘ CÁN BỘ, CÔNG CHỨC, NGƯỜI LAO ĐỘNG", ..ONE_ROW };

/// What a personnel program exports as text.
pub(super) static EXPORT: Layout = Layout {
    title: "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC",
    header: &[&["STT", "Mã cán bộ", "Họ tên", "Giới tính", "Ngày sinh", "Chức vụ", "Đơn vị", "Điện thoại"]],
    columns: &[
        Col::Number,
        Col::Staff,
        Col::Name,
        Col::Gender,
        Col::BirthText,
        Col::Title,
        Col::Unit,
        Col::Phone,
    ],
    foot: Foot::Nothing,
    ..PLAIN
};

/// The same on a page of its own for each department.
pub(super) static ONE_DEPARTMENT: Layout = Layout { foot: Foot::Total, ..EXPORT };

/// The same, typed in an old font.
pub(super) static OLD_FONT: Layout = Layout { old_font: true, ..EXPORT };

/// Those who go to a course: some people, not all.
pub(super) static COURSE: Layout = Layout {
    form: 0,
    title: "DANH SÁCH THAM GIA LỚP TẬP HUẤN KỸ NĂNG SỐ",
    header: &[&["STT", "Họ và tên", "Chức vụ", "Phòng (Đơn Vị)", "Thư điện tử", "Số điện thoại"]],
    columns: &[Col::Number, Col::Name, Col::Title, Col::Unit, Col::Mail, Col::Phone],
    ..PLAIN
};
