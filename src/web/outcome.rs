//! Outcomes: what became of a change, as the page says it.

use super::templates::attr;
use crate::model::Lang;

/// What became of a change, in the reader's language where it is one of the sentences that rosterd itself says; what a
/// target or a person said stays as it is.
pub(super) fn outcome(text: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return text.to_owned();
    }
    let moved = text.strip_suffix(" is no longer what the plan saw");
    if let Some(attr) = moved.and_then(attr) {
        return format!("{} đã khác so với lúc lập đề nghị", crate::notify::words::attr(attr, lang));
    }
    match text {
        "it is gone" | "the entry is gone" => "tài khoản không còn",
        "it lies elsewhere" => "tài khoản đã được chuyển đi nơi khác",
        "the password was set since the plan was made" => "mật khẩu đã được đổi sau khi lập đề nghị",
        "the role is held already" => "vai trò đã được cấp từ trước",
        "the role is not held any more" => "vai trò không còn được giữ",
        "the account is there already" => "tài khoản đã có sẵn",
        "the account is open already" => "tài khoản đang mở sẵn",
        "the account is not open any more" => "tài khoản không còn mở",
        "it was not open there" => "tài khoản ở đó không mở",
        "nobody has the address there" => "ở đó không ai có địa chỉ này",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rosterd_says_itself_is_said_in_vietnamese_and_what_others_said_is_left() {
        let said = |text: &str| outcome(text, Lang::Vi);
        assert_eq!(said("title is no longer what the plan saw"), "Chức vụ đã khác so với lúc lập đề nghị");
        assert_eq!(said("it is gone"), "tài khoản không còn");
        assert_eq!(said("Chức danh ghi sai"), "Chức danh ghi sai");
        assert_eq!(outcome("it is gone", Lang::En), "it is gone");
    }
}
