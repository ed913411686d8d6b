//! The words that templates take from closed sets and dates, by language.

use crate::model::Lang;
use crate::model::account::Attr;
use crate::model::change::ChangeKind;
use crate::model::roster::RosterKind;
use chrono::{Datelike, NaiveDate};

/// `22/11/2026` · `22 November 2026`.
pub fn date(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Vi => date.format("%d/%m/%Y").to_string(),
        Lang::En => date.format("%-d %B %Y").to_string(),
    }
}

/// `Chủ nhật, ngày 22/11/2026` · `Sunday, 22 November 2026`: a deadline is believed with its weekday.
pub fn weekday(day: NaiveDate, lang: Lang) -> String {
    const VI: [&str; 7] = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"];
    match lang {
        Lang::Vi => {
            format!("{}, ngày {}", VI[day.weekday().num_days_from_monday() as usize], date(day, lang))
        }
        Lang::En => format!("{}, {}", day.format("%A"), date(day, lang)),
    }
}

/// What was done, as the start of a line in a list.
pub fn kind(kind: ChangeKind, lang: Lang) -> &'static str {
    use ChangeKind::{
        CloseAccount, CreateAccount, DeleteAccount, DisableAccount, EnableAccount, EndSessions,
        ForcePasswordChange, GrantRole, LockAccount, MoveAccount, OrphanAccount, ReopenMailbox,
        ResetPassword, RevokeRole, SetCustodian, SuspectLeaver, UnlockAccount, UpdateAttributes,
    };
    match (kind, lang) {
        (CreateAccount, Lang::Vi) => "Cấp mới tài khoản",
        (CreateAccount, Lang::En) => "Account created",
        (UpdateAttributes, Lang::Vi) => "Cập nhật thông tin tài khoản",
        (UpdateAttributes, Lang::En) => "Account details updated",
        (MoveAccount, Lang::Vi) => "Chuyển tài khoản sang cơ quan, đơn vị khác",
        (MoveAccount, Lang::En) => "Account moved to another agency",
        (DisableAccount, Lang::Vi) => "Khóa tài khoản",
        (DisableAccount, Lang::En) => "Account locked",
        (EnableAccount, Lang::Vi) => "Mở lại tài khoản",
        (EnableAccount, Lang::En) => "Account reopened",
        (ResetPassword, Lang::Vi) => "Đặt lại mật khẩu",
        (ResetPassword, Lang::En) => "Password reset",
        (LockAccount, Lang::Vi) => "Khóa tài khoản theo quy định",
        (LockAccount, Lang::En) => "Account locked by rule",
        (UnlockAccount, Lang::Vi) => "Mở khóa tài khoản",
        (UnlockAccount, Lang::En) => "Account unlocked",
        (CloseAccount, Lang::Vi) => "Đóng hộp thư, ngừng nhận thư",
        (CloseAccount, Lang::En) => "Mailbox closed; it receives no mail",
        (ReopenMailbox, Lang::Vi) => "Mở lại hộp thư, nhận thư trở lại",
        (ReopenMailbox, Lang::En) => "Mailbox reopened; it receives mail again",
        (DeleteAccount, Lang::Vi) => "Xóa tài khoản và hộp thư",
        (DeleteAccount, Lang::En) => "Account and mailbox deleted",
        (SetCustodian, Lang::Vi) => "Thay đổi người quản lý hộp thư đơn vị",
        (SetCustodian, Lang::En) => "Custodian of a unit mailbox changed",
        (EndSessions, Lang::Vi) => "Kết thúc các phiên đăng nhập",
        (EndSessions, Lang::En) => "Sessions ended",
        (ForcePasswordChange, Lang::Vi) => "Buộc đổi mật khẩu ở lần đăng nhập tới",
        (ForcePasswordChange, Lang::En) => "Password must be changed at the next sign-in",
        (GrantRole, Lang::Vi) => "Cấp vai trò",
        (GrantRole, Lang::En) => "Role granted",
        (RevokeRole, Lang::Vi) => "Thu hồi vai trò",
        (RevokeRole, Lang::En) => "Role revoked",
        (SuspectLeaver, Lang::Vi) => "Khóa tài khoản của người không còn trong danh sách",
        (SuspectLeaver, Lang::En) => "Account of a person no longer on the roster locked",
        (OrphanAccount, Lang::Vi) => "Khóa tài khoản không có người sử dụng trong danh sách",
        (OrphanAccount, Lang::En) => "Account that no roster names locked",
    }
}

/// What a roster was taken for.
pub fn roster_kind(kind: RosterKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (RosterKind::Full, Lang::Vi) => "danh sách đầy đủ",
        (RosterKind::Full, Lang::En) => "a full roster",
        (RosterKind::Partial, Lang::Vi) => "danh sách một phần",
        (RosterKind::Partial, Lang::En) => "a partial roster",
        (RosterKind::Request, Lang::Vi) => "phiếu yêu cầu",
        (RosterKind::Request, Lang::En) => "a request",
    }
}

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
        (Attr::Closed, Lang::Vi) => "Hộp thư đã đóng",
        (Attr::Closed, Lang::En) => "Mailbox closed",
        (Attr::MustChange, Lang::Vi) => "Phải đổi mật khẩu",
        (Attr::MustChange, Lang::En) => "Password must be changed",
        (Attr::Custodian, Lang::Vi) => "Người quản lý hộp thư",
        (Attr::Custodian, Lang::En) => "Custodian",
        (Attr::Role, Lang::Vi) => "Vai trò",
        (Attr::Role, Lang::En) => "Role",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_said_with_its_weekday() {
        let sunday = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        assert_eq!(weekday(sunday, Lang::Vi), "Chủ nhật, ngày 22/11/2026");
        assert_eq!(weekday(sunday, Lang::En), "Sunday, 22 November 2026");
        let monday = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
        assert_eq!(weekday(monday, Lang::Vi), "Thứ Hai, ngày 01/02/2027");
        assert_eq!(weekday(monday, Lang::En), "Monday, 1 February 2027");
    }
}
