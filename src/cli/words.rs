//! Words of lists and mails, in both languages.

use crate::model::Lang;
use crate::model::account::Attr;

/// An attribute as people call it.
pub fn attr(attr: Attr, lang: Lang) -> &'static str {
    match (attr, lang) {
        (Attr::Dn, Lang::Vi) => "Vị trí trong thư mục",
        (Attr::Dn, Lang::En) => "Place in the directory",
        (Attr::Login, Lang::Vi) => "Tên đăng nhập",
        (Attr::Login, Lang::En) => "Login",
        (Attr::FullName, Lang::Vi) => "Họ và tên",
        (Attr::FullName, Lang::En) => "Full name",
        (Attr::FamilyName, Lang::Vi) => "Họ",
        (Attr::FamilyName, Lang::En) => "Family name",
        (Attr::GivenName, Lang::Vi) => "Tên",
        (Attr::GivenName, Lang::En) => "Given name",
        (Attr::Mail, Lang::Vi) => "Thư điện tử",
        (Attr::Mail, Lang::En) => "Mail address",
        (Attr::Alias, Lang::Vi) => "Địa chỉ phụ",
        (Attr::Alias, Lang::En) => "Alias",
        (Attr::Title, Lang::Vi) => "Chức vụ",
        (Attr::Title, Lang::En) => "Position",
        (Attr::Unit, Lang::Vi) => "Đơn vị",
        (Attr::Unit, Lang::En) => "Unit",
        (Attr::Agency, Lang::Vi) => "Cơ quan",
        (Attr::Agency, Lang::En) => "Agency",
        (Attr::Phone, Lang::Vi) => "Điện thoại",
        (Attr::Phone, Lang::En) => "Phone",
        (Attr::StaffCode, Lang::Vi) => "Mã cán bộ",
        (Attr::StaffCode, Lang::En) => "Staff code",
        (Attr::Disabled, Lang::Vi) => "Bị khóa",
        (Attr::Disabled, Lang::En) => "Disabled",
        (Attr::Role, Lang::Vi) => "Vai trò",
        (Attr::Role, Lang::En) => "Role",
    }
}
