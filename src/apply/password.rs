//! A first password: random, readable over the phone, of four classes, to be changed at first sign-in.

use crate::model::secret::Secret;
use ring::rand::SecureRandom;

/// Letters and digits that are not mistaken for one another on paper, then signs every keyboard has.
const CLASSES: [&[u8]; 4] =
    [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnpqrstuvwxyz", b"23456789", b"@#%+=?"];

/// Its length: 16 characters, about 90 bits.
const LENGTH: usize = 16;

/// The system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes; no password is made")]
pub struct NoRandomness;

/// Makes a first password from `random`.
pub fn first_password(random: &dyn SecureRandom) -> Result<Secret, NoRandomness> {
    let all: Vec<u8> = CLASSES.concat();
    let mut text: Vec<u8> = Vec::with_capacity(LENGTH);
    for class in CLASSES {
        text.push(class[below(random, class.len())?]);
    }
    while text.len() < LENGTH {
        text.push(all[below(random, all.len())?]);
    }
    // One of each class stands in front until here.
    for at in (1..text.len()).rev() {
        text.swap(at, below(random, at + 1)?);
    }
    Ok(Secret::new(text.into_iter().map(char::from).collect::<String>()))
}

/// A number below `bound`, each as likely as the next.
fn below(random: &dyn SecureRandom, bound: usize) -> Result<usize, NoRandomness> {
    let fair = 256 - 256 % bound;
    loop {
        let mut byte = [0];
        random.fill(&mut byte).map_err(|_| NoRandomness)?;
        let drawn = usize::from(byte[0]);
        if drawn < fair {
            return Ok(drawn % bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_there_and_no_two_are_alike() {
        let random = ring::rand::SystemRandom::new();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let password = first_password(&random).unwrap();
            let bytes = password.reveal().as_bytes();
            assert_eq!(bytes.len(), LENGTH);
            for class in CLASSES {
                assert!(bytes.iter().any(|byte| class.contains(byte)), "{}", password.reveal());
            }
            assert!(seen.insert(password.reveal().to_owned()));
        }
    }
}
