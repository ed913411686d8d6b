//! A shrink: a read that lost so many roles that it is not believed.

use serde::Deserialize;

/// A read that lost more roles than both, against the last good one, is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shrink {
    /// This many.
    pub count: usize,
    /// This share; 100 believes anything.
    pub percent: usize,
}

impl Default for Shrink {
    /// A reorganisation of one agency passes; a read of one agency only, or of half the pages, does not.
    fn default() -> Self {
        Self { count: 10, percent: 20 }
    }
}

/// Far fewer roles than last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it shows {now} roles, the last good read {before}: it may be filtered or cut. If that is right, raise shrink for \
     one pass"
)]
pub struct Shrank {
    /// Then.
    pub before: usize,
    /// Now.
    pub now: usize,
}

impl Shrink {
    /// Whether `now` roles are believed after `last` in the last good read.
    pub fn check(self, last: Option<usize>, now: usize) -> Result<(), Shrank> {
        let before = last.unwrap_or(0);
        let gone = before.saturating_sub(now);
        if gone > self.count && gone.saturating_mul(100) > before.saturating_mul(self.percent) {
            return Err(Shrank { before, now });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_the_count_and_the_share_must_be_passed() {
        let shrink = Shrink { count: 10, percent: 20 };
        assert_eq!(shrink.check(None, 0), Ok(()));
        assert_eq!(shrink.check(Some(11), 1), Ok(()));
        assert_eq!(shrink.check(Some(100), 80), Ok(()));
        assert_eq!(shrink.check(Some(100), 79), Err(Shrank { before: 100, now: 79 }));
        assert_eq!(Shrink { count: 10, percent: 100 }.check(Some(100), 0), Ok(()));
    }
}
