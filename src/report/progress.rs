//! The progress of a campaign as charts: by day, and by agency.

use super::chart::{Bar, Chart, Shape};
use super::say;
use crate::model::Lang;
use crate::rotation::status::Progress;
use chrono::NaiveDate;

/// So many agencies stand in the chart; the table has all of them.
const CHARTED: usize = 15;

/// All agencies together.
pub fn sum<'a>(rows: impl IntoIterator<Item = &'a Progress>) -> Progress {
    let mut whole = Progress::default();
    for Progress { accounts, changed, locked, days } in rows {
        whole.accounts += accounts;
        whole.changed += changed;
        whole.locked += locked;
        for (day, count) in days {
            *whole.days.entry(*day).or_default() += count;
        }
    }
    whole
}

/// The share that had changed at the end of each day, by the days on which holders changed last.
pub fn by_day(whole: &Progress, opens: NaiveDate, last: NaiveDate, lang: Lang) -> Chart {
    let mut changed = 0;
    let bar = |day: NaiveDate| {
        changed += whole.days.get(&day).copied().unwrap_or(0);
        let percent = changed * 100 / whole.accounts.max(1);
        Bar { label: day.format("%d/%m").to_string(), value: percent, shown: format!("{percent} %") }
    };
    Chart {
        id: "days".into(),
        title: say(lang, "Tiến độ theo ngày", "Progress by day"),
        description: say(
            lang,
            "Tỷ lệ tài khoản trong đợt đã được chủ tài khoản đổi mật khẩu, tính đến hết mỗi ngày.",
            "The share of accounts in the campaign whose holders have changed, at the end of each day.",
        ),
        bars: opens.iter_days().take_while(|day| *day <= last).map(bar).collect(),
        most: 100,
        shape: Shape::Standing,
    }
}

/// The agencies that have come furthest, out of all of them in that order.
pub fn by_agency<'a>(rows: impl Iterator<Item = (String, &'a Progress)>, lang: Lang) -> Chart {
    let bar = |(label, row): (String, &Progress)| Bar {
        label,
        value: row.percent(),
        shown: format!("{} % ({}/{})", row.percent(), row.changed, row.accounts),
    };
    Chart {
        id: "units".into(),
        title: say(lang, "Tiến độ theo cơ quan", "Progress by agency"),
        description: say(
            lang,
            "Những cơ quan có tỷ lệ đổi mật khẩu cao nhất; bảng xếp hạng bên dưới có tất cả.",
            "The agencies that have come furthest; the table below has all of them.",
        ),
        bars: rows.take(CHARTED).map(bar).collect(),
        most: 100,
        shape: Shape::Lying,
    }
}
