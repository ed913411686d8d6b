//! The vectors are made by Python's hashlib, openssl passwd, perl's crypt(3) and argon2-cffi, not by what is tested.

use super::*;

const PASSWORD: &str = "Gialai@123";

const VECTORS: &[&str] = &[
    "Gialai@123",
    "{CLEARTEXT}Gialai@123",
    "{SHA}V/FSiJ36N8BBJNS0M4VCc9fWFW4=",
    "{SHA256}uN7KrxS1RlDmvMXqrALO3K/lDgmz+GX+dN3p8VcZRMs=",
    "{SHA512}0BSbGOri/TGGGMYYkB+Np0Npd0E5osjSPpPDxJHM7f3ONLjKxVFtHy2GdHoq/91ONsfOiPA6Lt0OIO4YD0o99g==",
    "{SSHA}Odb1HA2YsPP+LdSkGMqY/ThS6on77211b2n//g==",
    "{ssha}Odb1HA2YsPP+LdSkGMqY/ThS6on77211b2n//g==",
    "{SSHA256}ncPfs+4sOa8v75Yp6EtqMNO/rv45yJqtQlcNxW1pNjb77211b2n//g==",
    "{SSHA384}9WGWnqoO535Nc3O6cwd8p+yisSsP+TzAJFzUpYiGUbMh4yKt5oFv+nHbneRWE7AM++9tdW9p//4=",
    "{SSHA512}TeynTk75U9NFpqe6E4dHLx5FdCPp8+Es1TASYBXyawqULG/8W7Z5Y3OhjmX1YdQKSF9g2bR2S8dLa9Ofam8Nm/vvbXVvaf/+",
    "{CRYPT}$5$saltsaltsaltsalt$vbemV7Zrbxe1HoLJMsGbnNNOXI1G.rQuozAG0/BhYu9",
    "{CRYPT}$6$abcdefgh$Vvacr9Mt671qxXUN5mOswJ.0KF8jfchFBOuVaIFdLQLv/jvqVj4L8G2F/Xz9Gf71oMRJzfWDP4yF8e1Bmu9Tz1",
    "{CRYPT}$6$rounds=1500$abcdefgh$zxiDJnWFKltQ08vC0w0JePeh5TfOK1S1AI7sVxbhAGUokrqnBjv/yB9ZbSSfMqHy0CqVN0hUn0HxRo3gsHyV7/",
    "{PBKDF2}10000$..9tdW9p//4$orngDrHO6zEejgFPdUH2SiCMuHg",
    "{PBKDF2-SHA1}10000$..9tdW9p//4$orngDrHO6zEejgFPdUH2SiCMuHg",
    "{PBKDF2-SHA256}10000$..9tdW9p//4$FvYtadRN6urzBuhfJ//2YieZSpdzEkQ2pVKQTFQmyrs",
    "{PBKDF2-SHA512}10000$..9tdW9p//4$U7wTx0rBBvnqMUm9URz7hVARodfQAjhlL.sBpA/PbiJUViEDfl4JQJ6k4JUQFF63POUY2h/Vp7Zyyjts8q3pcg",
    "{ARGON2}$argon2id$v=19$m=7168,t=5,p=1$c29tZXNhbHRzb21lc2FsdA$F1jB3arRTOSuV3iy0MB7NbrWwFOM1nduUArMRYEu2EA",
];

#[test]
fn each_scheme_knows_its_password_and_no_other() {
    for vector in VECTORS {
        let stored = StoredPassword::parse(vector).unwrap_or_else(|why| panic!("{vector}: {why}"));
        assert!(stored.is(PASSWORD), "{vector}");
        for other in ["", "gialai@123", "Gialai@1234", vector] {
            assert!(!stored.is(other) || *vector == other, "{vector} {other}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_told_apart_and_never_quoted() {
    for (value, why) in [
        ("{MD5}4QrcOUm6Wau+VuBX8g+IPg==", Unreadable::Scheme),
        ("{CRYPT}$2b$12$abcdefghijklmnopqrstuv", Unreadable::Scheme),
        ("{CRYPT}!", Unreadable::Scheme),
        ("{SASL}annv@tinh.gov.vn", Unreadable::Scheme),
        ("{SSHA}not base64", Unreadable::Form),
        ("{SSHA}c2hvcnQ=", Unreadable::Form),
        ("{CRYPT}$6$salt", Unreadable::Form),
        ("{CRYPT}$6$rounds=x$salt$hash", Unreadable::Form),
        ("{PBKDF2-SHA256}0$AAAA$AAAA", Unreadable::Form),
        ("{ARGON2}$argon2id$", Unreadable::Form),
    ] {
        let refused = StoredPassword::parse(value).err();
        assert_eq!(refused, Some(why), "{value}");
        assert!(!format!("{why} {why:?}").contains("salt"));
    }
}

#[test]
fn a_value_that_would_keep_the_machine_busy_is_refused() {
    for value in [
        "{CRYPT}$6$rounds=999999999$abcdefgh$hash",
        "{PBKDF2-SHA512}4000000000$AAAA$AAAA",
        "{ARGON2}$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$F1jB3arRTOSuV3iy0MB7NbrWwFOM1nduUArMRYEu2EA",
        "{ARGON2}$argon2id$v=19$m=7168,t=4000,p=1$c29tZXNhbHRzb21lc2FsdA$F1jB3arRTOSuV3iy0MB7NbrWwFOM1nduUArMRYEu2EA",
    ] {
        assert_eq!(StoredPassword::parse(value).err(), Some(Unreadable::Costly), "{value}");
    }
}
