//! A spread as charts: how old passwords are, how old first ones, and how long accounts have not been used.

use super::chart::{Bar, Chart, Shape};
use super::say;
use crate::model::Lang;
use crate::rotation::figures::{AGE_BANDS, FIRST_BANDS, IDLE_BANDS, Spread};
use crate::rotation::row::Number;

/// The names of bands, the one behind the last included.
pub fn bands(bands: &[i64], lang: Lang) -> Vec<String> {
    let unit = say(lang, "ngày", "days");
    let mut from = 0;
    let mut names = Vec::new();
    for last in bands {
        names.push(if from == 0 {
            format!("{} {last} {unit}", say(lang, "đến", "up to"))
        } else {
            format!("{from}–{last} {unit}")
        });
        from = last + 1;
    }
    names.push(format!("{} {} {unit}", say(lang, "trên", "over"), from - 1));
    names
}

/// The three charts, each with what its bars count, in their order. `defaults` are the accounts whose password was found to
/// be a known default one, whoever set it and when: they are counted beside the bands, not within them.
pub fn charts(spread: &Spread, defaults: u64, lang: Lang) -> [(Chart, Vec<Number>); 3] {
    let Spread { ages, first, unknown, idle, idle_unknown, people: _, units: _ } = spread;
    let firsts: u64 = first.iter().sum();
    let unclear = || say(lang, "không rõ", "unknown");
    let mut by_age = banded(bands(&AGE_BANDS, lang), ages, Number::Age);
    by_age.push((
        say(lang, "mật khẩu lần đầu, chưa đổi", "first password, never changed"),
        firsts,
        Number::First(None),
    ));
    by_age.push((unclear(), *unknown, Number::AgeUnknown));
    let mut by_first = vec![(
        say(lang, "mật khẩu mặc định đã biết", "known default password"),
        defaults,
        Number::DefaultPassword,
    )];
    by_first.extend(banded(bands(&FIRST_BANDS, lang), first, |at| Number::First(Some(at))));
    let mut by_use = banded(bands(&IDLE_BANDS, lang), idle, Number::Use);
    by_use.push((unclear(), *idle_unknown, Number::UseUnknown));
    let whole = ages.iter().sum::<u64>() + firsts + unknown;
    let used = idle.iter().sum::<u64>() + idle_unknown;
    [
        chart(
            "age",
            say(lang, "Tuổi mật khẩu", "Age of passwords"),
            &say(
                lang,
                "Số tài khoản đang mở theo thời gian từ lần chủ tài khoản tự đổi mật khẩu gần nhất.",
                "Open accounts by the time since their holders last changed the password.",
            ),
            by_age,
            whole,
            lang,
        ),
        chart(
            "first",
            say(lang, "Mật khẩu mặc định, mật khẩu lần đầu chưa đổi", "Default and first passwords"),
            &say(
                lang,
                "Số tài khoản mà phép kiểm tra thấy đang dùng mật khẩu mặc định đã biết; và số tài khoản đang mở còn dùng mật khẩu do người khác đặt, theo thời gian từ lúc đặt.",
                "Accounts that a check found to have a known default password; and open ones with a password that somebody else set, by the time since then.",
            ),
            by_first,
            whole,
            lang,
        ),
        chart(
            "idle",
            say(lang, "Thời gian không sử dụng", "Dormancy"),
            &say(
                lang,
                "Số tài khoản đang mở theo thời gian từ lần đăng nhập gần nhất.",
                "Open accounts by the time since the last sign-in.",
            ),
            by_use,
            used,
            lang,
        ),
    ]
}

/// Bands with their counts and what each counts.
fn banded(
    names: Vec<String>,
    counts: &[u64],
    number: impl Fn(usize) -> Number,
) -> Vec<(String, u64, Number)> {
    let counted = names.into_iter().zip(counts.iter().copied()).enumerate();
    counted.map(|(at, (name, count))| (name, count, number(at))).collect()
}

fn chart(
    id: &str,
    title: String,
    text: &str,
    named: Vec<(String, u64, Number)>,
    of: u64,
    lang: Lang,
) -> (Chart, Vec<Number>) {
    let numbers = named.iter().map(|(_, _, number)| *number).collect();
    let bar = |(label, value, _): (String, u64, Number)| {
        let percent = (value * 100 + of / 2) / of.max(1);
        Bar { label, value, shown: format!("{value} ({percent} %)") }
    };
    let bars: Vec<Bar> = named.into_iter().map(bar).collect();
    let description = match bars.iter().max_by_key(|bar| bar.value).filter(|bar| bar.value > 0) {
        Some(most) => {
            format!("{text} {}: {}, {}.", say(lang, "Nhiều nhất", "Most"), most.label, most.shown)
        }
        None => text.to_owned(),
    };
    (Chart { id: id.to_owned(), title, description, bars, most: 0, shape: Shape::Lying }, numbers)
}
