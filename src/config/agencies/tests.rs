//! The agencies' file as TOML; the workbooks are read in `tests/it/cli/agencies.rs`, where the reader can be started.

use super::*;
use crate::workbook::Limits;

async fn parse(text: &str) -> Result<Agencies, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut reader = Reader::new("no-reader".into(), Limits::default());
    read(file.path(), &mut reader).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_tree_is_read() {
    let text = "[[agency]]\ncode='a'\nname='A'\n[[agency]]\ncode='b'\nname='B'\nparent='a'\n\
                contacts=[{name='X',mail='x@a.vn',phone='0900000000'}]";
    assert_eq!(parse(text).await.unwrap().len(), 2);
}

#[tokio::test]
async fn doubles_orphans_circles_and_misspellings_are_refused() {
    for (text, why) in [
        (
            "[[agency]]\ncode='a'\nname='A'\n[[agency]]\ncode='A'\nname='B'",
            "agency a: code: the code a is given twice",
        ),
        ("[[agency]]\ncode='a'\nname='A'\nparent='b'", "agency a: parent: agency b is not in this file"),
        (
            "[[agency]]\ncode='a'\nname='A'\nparent='b'\n[[agency]]\ncode='b'\nname='B'\nparent='a'",
            "agency b: parent: the agencies above it form a circle",
        ),
        ("[[agency]]\ncode='a/b'\nname='A'", "agency code"),
        ("[[agency]]\ncode='a'\nnaam='A'", "naam"),
        ("[[agency]]\ncode='a'\nname=' '", "agency a: name: "),
        (
            "[[agency]]\ncode='a'\nname='A'\ncontacts=[{name='X',mail='x'}]",
            "contacts[0].mail: \"x\" is not an address",
        ),
        ("[[agency]]\ncode='a'\nname='A'\ndeputy={name='',mail='x@a.vn'}", "deputy.name: a full name"),
        (
            "[[agency]]\ncode='a'\nname='A'\ncontacts=[{name='X',mail='x@a.vn'},{name='Y',mail='y@a.vn',phone='912345678'}]",
            "contacts[1].phone: \"912345678\" has lost",
        ),
        (
            "[[agency]]\ncode='a'\nname='A'\nmailboxes=[{mail='vt@a.vn',custodian='x'}]",
            "agency a: mailboxes: \"x\" is not an address",
        ),
        (
            "[[agency]]\ncode='a'\nname='A'\nmailboxes=[{mail='vt@a.vn',custodian='VT@a.vn'}]",
            "agency a: mailboxes: vt@a.vn cannot keep itself",
        ),
        (
            "[[agency]]\ncode='a'\nname='A'\nmailboxes=[{mail='vt@a.vn',custodian='x@a.vn'}]\n\
             [[agency]]\ncode='b'\nname='B'\nmailboxes=[{mail='VT@a.vn',custodian='y@a.vn'}]",
            "agency b: mailboxes: VT@a.vn is named twice",
        ),
        ("[[agency]]\ncode='a'\nname='A'\nmailboxes=[{mail='vt@a.vn'}]", "custodian"),
        (
            "[[agency]]\ncode='a'\nname='A'\ncontacts=[{name='X',mail='x@a.vn'},{name='Y',mail='y@a.vn'},{name='Z',mail='z@a.vn'}]",
            "at most two",
        ),
    ] {
        let said = parse(text).await.unwrap_err();
        assert!(said.contains(why), "{why}\n{said}");
    }
}

#[tokio::test]
async fn everything_wrong_is_said_a_line_each_with_the_file() {
    let text = "[[agency]]\ncode='a'\nname=''\nparent='c'\n[[agency]]\ncode='b'\nname='B'\nparent='c'";
    let said = parse(text).await.unwrap_err();
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(said.lines().all(|line| line.contains(": agency ")), "{said}");
}

#[test]
fn content_tells_toml_from_a_workbook() {
    for toml in ["", "# none\n", "\n# x\n[[agency]]\n", "agency = [\n", "[[agency]\ncode,", "code='a'"] {
        assert!(is_toml(toml.as_bytes()), "{toml}");
    }
    let table: [&[u8]; 5] = [
        "Mã,Tên\na,A".as_bytes(),
        "Mã;Tên=\n".as_bytes(),
        b"PK\x03\x04\xFF",
        b"\xFF\xFEM\0",
        b"\xEF\xBB\xBFM\tT",
    ];
    for table in table {
        assert!(!is_toml(table), "{table:?}");
    }
}
