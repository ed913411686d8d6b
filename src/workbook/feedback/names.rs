//! The names of sheets.

use std::collections::BTreeSet;

/// The names of the sheets so far: Excel takes 31 characters, no signs of its own, and each name once.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// `wanted`, or what comes next to it.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let clean: String = wanted
            .chars()
            .map(|c| if matches!(c, '*' | '?' | ':' | '[' | ']' | '\\' | '/') { ' ' } else { c })
            .collect();
        let clean = clean.trim_matches(|c: char| c == '\'' || c.is_whitespace() || c.is_control());
        let clean = if clean.is_empty() { "Sheet" } else { clean };
        let name = |nth: usize| {
            let tail = if nth == 0 { String::new() } else { format!(" ({})", nth + 1) };
            let mut head = String::new();
            let mut units = tail.len();
            for c in clean.chars() {
                units += c.len_utf16();
                if units > 31 {
                    break;
                }
                head.push(c);
            }
            head + &tail
        };
        let mut nth = 0;
        while !self.0.insert(name(nth).to_lowercase()) {
            nth += 1;
        }
        name(nth)
    }
}
