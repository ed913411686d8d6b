//! Words for matches: by which rule somebody was found, and how sure that is.

use crate::model::Lang;
use crate::model::ids::AgencyCode;

pub use crate::words::{found_by, matches_confirmed};

/// Why an account that nobody claims waits.
pub fn unsettled(agency: &AgencyCode, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!("{agency} còn kết quả khớp theo họ tên và số điện thoại chưa xác nhận"),
        Lang::En => format!("some matches of {agency} by name and phone are not confirmed"),
    }
}

/// What a change waits for, and how that is done.
pub fn waits_for_matches(agency: &AgencyCode, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!(
            "chờ xác nhận kết quả khớp theo họ tên và số điện thoại: rosterd review confirm-matches --agency {agency}"
        ),
        Lang::En => format!(
            "its match by name and phone to be confirmed: rosterd review confirm-matches --agency {agency}"
        ),
    }
}

/// How many matches wait.
pub fn open_matches(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!(
            "{count} kết quả khớp theo họ tên và số điện thoại chờ xác nhận. Nếu tất cả đều đúng, nhập thêm --count {count}; \
             nếu có dòng sai, đề nghị cơ quan ghi địa chỉ thư công vụ hoặc số hiệu vào danh sách"
        ),
        Lang::En => format!(
            "{count} matches by name and phone wait. If all are right, add --count {count}; where one is wrong, ask the \
             agency for the official address or staff code on its list"
        ),
    }
}
