//! A chart: figures as a picture beside their table. SVG made of attributes alone, so that a page's content policy need
//! allow no inline style; its colours are the page's. Every bar bears its name and its number: nothing is said by
//! colour, and whoever cannot see it has a title, a description and the table.

use super::html::escaped;
use serde::Serialize;
use std::fmt::Write;

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// How long it is.
    pub value: u64,
    /// What is written at its end.
    pub shown: String,
}

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// Its id in the page, of letters, digits and hyphens.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What is to be seen in it, in a sentence.
    pub description: String,
    /// The bars, in order.
    pub bars: Vec<Bar>,
    /// The length of the longest possible bar; the longest one's where it is smaller.
    pub most: u64,
    /// How the bars run.
    pub shape: Shape,
}

/// How the bars of a chart run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// They lie, one below the other: for things.
    Lying,
    /// They stand, one after the other: for days.
    Standing,
}

/// The width of a picture with bars that lie, in its own units.
const WIDTH: u64 = 440;
/// Room at the end of a bar for its number.
const NUMBER: u64 = 90;
/// A bar with its name above it.
const ROW: u64 = 40;

/// The width and height of a picture with bars that stand.
const STANDING: (u64, u64) = (480, 210);
/// Room for the numbers above them, and for the names below.
const MARGINS: (u64, u64) = (24, 26);
/// More names than this do not fit beside each other.
const NAMES: usize = 8;

impl Bar {
    /// A bar as long as its share of a whole, in percent, with the counts beside it.
    pub fn share(label: String, part: u64, whole: u64) -> Self {
        let value = (part * 100 + whole / 2) / whole.max(1);
        Self { label, value, shown: format!("{value} % ({part}/{whole})") }
    }
}

impl Chart {
    /// The picture.
    pub fn svg(&self) -> String {
        match self.shape {
            Shape::Lying => self.lying(),
            Shape::Standing => self.standing(),
        }
    }

    fn most(&self) -> u64 {
        self.bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(self.most).max(1)
    }

    fn open(&self, width: u64, height: u64) -> String {
        let Self { id, title, description, .. } = self;
        format!(
            "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\" viewBox=\"0 0 {width} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-text\">{}</desc>\n",
            escaped(title),
            escaped(description)
        )
    }

    fn lying(&self) -> String {
        let height = ROW * self.bars.len() as u64 + 4;
        let mut out = self.open(WIDTH, height);
        for (at, bar) in self.bars.iter().enumerate() {
            let top = ROW * at as u64;
            // What is there is seen, however little it is.
            let long = bar.value * (WIDTH - NUMBER) / self.most();
            let long = if bar.value > 0 { long.max(2) } else { 0 };
            let _ = writeln!(
                out,
                "<text x=\"0\" y=\"{}\">{}</text><rect x=\"0\" y=\"{}\" width=\"{long}\" height=\"16\"/>\
                 <text class=\"number\" x=\"{}\" y=\"{}\">{}</text>",
                top + 14,
                escaped(&bar.label),
                top + 19,
                long + 6,
                top + 32,
                escaped(&bar.shown)
            );
        }
        out.push_str("</svg>");
        out
    }

    fn standing(&self) -> String {
        let (width, height) = STANDING;
        let (above, below) = MARGINS;
        let mut out = self.open(width, height);
        let count = self.bars.len().max(1) as u64;
        let step = width / count;
        let every = self.bars.len().div_ceil(NAMES).max(1);
        let room = height - above - below;
        for (at, bar) in self.bars.iter().enumerate() {
            let left = step * at as u64;
            let high = bar.value * room / self.most();
            let high = if bar.value > 0 { high.max(2) } else { 0 };
            let top = height - below - high;
            let _ = write!(
                out,
                "<rect x=\"{}\" y=\"{top}\" width=\"{}\" height=\"{high}\"/>",
                left + step / 8,
                (step * 3 / 4).max(1)
            );
            // The last day is the one that is asked about.
            if at % every == 0 && at + every <= self.bars.len() || at + 1 == self.bars.len() {
                let middle = left + step / 2;
                let _ = write!(
                    out,
                    "<text class=\"number\" text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">{}</text>\
                     <text text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">{}</text>",
                    top - 6,
                    escaped(&bar.shown),
                    height - 8,
                    escaped(&bar.label)
                );
            }
            out.push('\n');
        }
        let line = height - below;
        let _ = writeln!(out, "<line x1=\"0\" y1=\"{line}\" x2=\"{width}\" y2=\"{line}\"/>");
        out.push_str("</svg>");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(values: &[(&str, u64)]) -> Vec<Bar> {
        let bar = |(label, value): &(&str, u64)| Bar {
            label: (*label).to_owned(),
            value: *value,
            shown: value.to_string(),
        };
        values.iter().map(bar).collect()
    }

    fn chart(bars: &[Bar]) -> Chart {
        Chart {
            id: "tuoi".into(),
            title: "Tuổi mật khẩu".into(),
            description: "Nhiều nhất: đến 30 ngày.".into(),
            bars: bars.to_vec(),
            most: 0,
            shape: Shape::Lying,
        }
    }

    #[test]
    fn bars_that_lie_bear_their_names_and_numbers() {
        let bars = bars(&[("đến 30 ngày", 70), ("trên 365 ngày", 1), ("không rõ", 0)]);
        insta::assert_snapshot!(chart(&bars).lying(), @r##"
        <svg class="chart" role="img" aria-labelledby="tuoi-title tuoi-text" viewBox="0 0 440 124" xmlns="http://www.w3.org/2000/svg">
        <title id="tuoi-title">Tuổi mật khẩu</title>
        <desc id="tuoi-text">Nhiều nhất: đến 30 ngày.</desc>
        <text x="0" y="14">đến 30 ngày</text><rect x="0" y="19" width="350" height="16"/><text class="number" x="356" y="32">70</text>
        <text x="0" y="54">trên 365 ngày</text><rect x="0" y="59" width="5" height="16"/><text class="number" x="11" y="72">1</text>
        <text x="0" y="94">không rõ</text><rect x="0" y="99" width="0" height="16"/><text class="number" x="6" y="112">0</text>
        </svg>
        "##);
    }

    #[test]
    fn bars_that_stand_bear_their_days() {
        let bars = bars(&[("05/01", 10), ("06/01", 40), ("07/01", 100)]);
        insta::assert_snapshot!(Chart { most: 100, ..chart(&bars) }.standing(), @r##"
        <svg class="chart" role="img" aria-labelledby="tuoi-title tuoi-text" viewBox="0 0 480 210" xmlns="http://www.w3.org/2000/svg">
        <title id="tuoi-title">Tuổi mật khẩu</title>
        <desc id="tuoi-text">Nhiều nhất: đến 30 ngày.</desc>
        <rect x="20" y="168" width="120" height="16"/><text class="number" text-anchor="middle" x="80" y="162">10</text><text text-anchor="middle" x="80" y="202">05/01</text>
        <rect x="180" y="120" width="120" height="64"/><text class="number" text-anchor="middle" x="240" y="114">40</text><text text-anchor="middle" x="240" y="202">06/01</text>
        <rect x="340" y="24" width="120" height="160"/><text class="number" text-anchor="middle" x="400" y="18">100</text><text text-anchor="middle" x="400" y="202">07/01</text>
        <line x1="0" y1="184" x2="480" y2="184"/>
        </svg>
        "##);
    }

    #[test]
    fn of_many_days_the_last_is_always_named_and_none_covers_another() {
        let days: Vec<String> = (1..=31).map(|day| format!("{day:02}/01")).collect();
        let values: Vec<(&str, u64)> = days.iter().map(|day| (day.as_str(), 5)).collect();
        let made = bars(&values);
        let svg = chart(&made).standing();
        assert!(svg.contains(">31/01<") && svg.contains(">01/01<") && !svg.contains(">30/01<"), "{svg}");
        assert!(svg.matches("<text").count() <= 2 * (NAMES + 1), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 31);
    }

    #[test]
    fn a_name_is_text_and_nothing_at_all_is_still_a_picture() {
        let made = bars(&[("<script>alert(1)</script>\"", 1)]);
        let svg = chart(&made).lying();
        assert!(!svg.contains("<script") && !svg.contains("style="), "{svg}");
        assert!(chart(&[]).lying().ends_with("</svg>") && chart(&[]).standing().ends_with("</svg>"));
    }
}
