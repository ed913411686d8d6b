//! The words that templates take from closed sets and dates, by language.

use crate::model::Lang;
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
        CreateAccount, DisableAccount, EnableAccount, GrantRole, MoveAccount, OrphanAccount, ResetPassword,
        RevokeRole, SuspectLeaver, UpdateAttributes,
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
