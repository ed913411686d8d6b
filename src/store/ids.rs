//! Ids that the program makes: text that sorts by time (the layout of `UUIDv7`).

use super::StoreError;
use crate::model::Time;
use crate::model::ids::hex;
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::atomic::{AtomicU32, Ordering};

/// The id made at `now` as the `sequence`th, with `random` bits against a second process in the same millisecond.
pub fn new_id(now: Time, sequence: u32, random: [u8; 6]) -> String {
    let millis = now.timestamp_millis().max(0).cast_unsigned() & 0xffff_ffff_ffff;
    let (high, low) = ((sequence >> 14) & 0xfff, sequence & 0x3fff);
    let tail = hex(&random);
    format!("{:08x}-{:04x}-7{high:03x}-{:04x}-{tail}", millis >> 16, millis & 0xffff, 0x8000 | low)
}

/// A fresh id; ids of one process and one millisecond keep the order they were made in.
pub fn fresh(now: Time) -> Result<String, StoreError> {
    static SEQUENCE: AtomicU32 = AtomicU32::new(0);
    let mut random = [0; 6];
    SystemRandom::new().fill(&mut random).map_err(|_| StoreError::Random)?;
    Ok(new_id(now, SEQUENCE.fetch_add(1, Ordering::Relaxed), random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, TimeZone, Utc};

    #[test]
    fn ids_sort_by_time_then_by_sequence() {
        let now = Utc.with_ymd_and_hms(2026, 11, 22, 6, 7, 47).unwrap();
        let made = [
            new_id(now, 0, [0xff; 6]),
            new_id(now, 1, [0; 6]),
            new_id(now, 0x3fff, [9; 6]),
            new_id(now, 0x4000, [0; 6]),
            new_id(now + TimeDelta::milliseconds(1), 0, [0; 6]),
        ];
        assert!(made.is_sorted(), "{made:#?}");
        assert_eq!(made[0], "01a201de-2b38-7000-8000-ffffffffffff");
        assert!(uuid::Uuid::parse_str(&made[3]).is_ok());
    }
}
