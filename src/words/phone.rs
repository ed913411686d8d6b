//! Words for requests by phone and for call-backs.

use crate::model::Lang;
use crate::model::phone::NotByPhone;
use crate::store::Noted;

/// Why an account is not opened because of a call, with what to do.
pub fn not_by_phone(why: &NotByPhone, lang: Lang) -> String {
    if lang == Lang::En {
        return format!("{why}.");
    }
    match why {
        NotByPhone::Protected(label) => format!(
            "{label} là tài khoản được bảo vệ, hệ thống này không bao giờ ghi vào; quản trị viên của tài khoản tự mở."
        ),
        NotByPhone::Open(label) => format!(
            "{label} không bị khóa. Nếu quên mật khẩu, cơ quan gửi phiếu đề nghị “Đặt lại mật khẩu” để được duyệt."
        ),
        NotByPhone::NotByRule(label) => format!(
            "{label} bị vô hiệu hóa không phải do quy định về mật khẩu, danh sách lộ lọt hay sự cố; tài khoản được mở lại khi \
             cơ quan gửi danh sách có tên người dùng."
        ),
        NotByPhone::Leaves(label) => format!(
            "Theo danh sách gần nhất hoặc xác nhận của cơ quan, người dùng {label} không còn công tác ở đó nên tài khoản vẫn khóa."
        ),
        NotByPhone::Incident(label) => {
            format!(
                "Sự cố của {label} đang mở: hãy đóng sự cố trước, khi đó việc mở tài khoản được đề nghị để duyệt."
            )
        }
        NotByPhone::Waits { label, id } => {
            format!("Việc mở {label} đã có đề nghị đang chờ, mã thay đổi {id}.")
        }
        NotByPhone::NoContact { name, agency: _, known } => format!(
            "“{name}” không phải đầu mối của cơ quan quản lý tài khoản này hoặc cơ quan cấp trên. Những người được đề nghị: {known}."
        ),
    }
}

/// What became of noting a call-back.
pub fn noted(noted: Noted, lang: Lang) -> &'static str {
    match (noted, lang) {
        (Noted::Noted, Lang::Vi) => "Đã ghi nhận cuộc gọi lại; từ nay việc duyệt được tính.",
        (Noted::Noted, Lang::En) => "The call-back is noted; from here on approvals count.",
        (Noted::NotNeeded, Lang::Vi) => "Thay đổi này không cần gọi lại.",
        (Noted::NotNeeded, Lang::En) => "This change asks for no call-back.",
        (Noted::PutInByYou, Lang::Vi) => {
            "Bạn là đầu mối của cơ quan gửi đề nghị này; người khác phải gọi lại."
        }
        (Noted::PutInByYou, Lang::En) => {
            "You answer for the roster that asks for it; somebody else must call."
        }
    }
}
