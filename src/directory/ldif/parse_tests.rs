use super::*;
use proptest::prelude::*;

fn error(text: &str) -> LdifError {
    Document::parse(text).unwrap_err()
}

#[test]
fn every_way_to_write_a_value_is_read() {
    let text = "\u{feff}version: 1\r\n# of the\r\n  office\r\ndn:: b3U9UGjDsm5nLGRjPXZu\r\nchangetype: add\r\n\
                objectClass: top\r\ncn:   ba \r\n l cach\r\nou:: UGjDs\r\n m5n\r\nempty:\r\ncn;lang-vi: Phòng\r\n\r\n\r\n# end\r\n";
    let document = Document::parse(text).unwrap();
    assert!(document.version);
    assert_eq!(document.tail, [" end"]);
    let [record] = document.records.as_slice() else { panic!("{document:?}") };
    assert_eq!(record.comments, [" of the office"]);
    assert_eq!(record.dn.to_string(), "ou=Phòng,dc=vn");
    assert_eq!(record.values("CN"), ["ba l cach"]);
    assert_eq!(record.values("ou"), ["Phòng"]);
    assert_eq!(record.values("empty"), [""]);
    assert_eq!(record.values("cn;lang-vi"), ["Phòng"]);
}

#[test]
fn an_error_names_its_line() {
    for (text, line) in [
        ("dn: dc=vn\nobjectClass: top", 2),
        ("dn: dc=vn\nno colon\n", 2),
        ("dn: dc=vn\ncn:: !\n", 2),
        ("dn: dc=vn\njpegPhoto:< file:///etc/passwd\n", 2),
        ("dn: dc=vn\nchangetype: delete\n", 2),
        ("dn: dc=vn\ncontrol: 1.2.3\n", 2),
        ("dn: dc=vn\n\ndn: ou=a,dc=vn\ndn: ou=b,dc=vn\n", 4),
        ("dn: dc=vn\n\n cn: x\n", 3),
        ("cn: x\n", 1),
        ("dn: vn\n", 1),
        ("version: 2\n", 1),
        ("dn: DC=vn\ncn: x\n\ndn: dc=VN\ncn: y\n", 4),
        ("dn: dc=vn\ncn: x\n\nsearch: 2\nresult: 4 Size limit exceeded\n", 5),
    ] {
        assert_eq!(error(text).line, line, "{text:?}: {}", error(text));
    }
    let whole = "dn: dc=vn\ncn: x\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n";
    assert_eq!(Document::parse(whole).unwrap().records.len(), 1);
}

#[test]
fn what_would_be_read_otherwise_is_written_in_base64_and_folded() {
    let line = |value: &str| Line::Value { attribute: "cn".to_owned(), value: value.as_bytes().to_vec() };
    let values = [" a", "a ", ":a", "<a", "a\nb", "ă", "a\0", "#a", ""];
    let lines = values.iter().map(|value| line(value)).collect();
    let dn = Dn::parse("dc=vn").unwrap();
    let text =
        Document { records: vec![super::super::Record::new(dn, lines)], ..Document::default() }.render();
    assert_eq!(
        text,
        "dn: dc=vn\ncn:: IGE=\ncn:: YSA=\ncn:: OmE=\ncn:: PGE=\ncn:: YQpi\ncn:: xIM=\ncn:: YQA=\ncn: #a\ncn:\n\n"
    );
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let value = prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        "[ -~]{0,200}".prop_map(String::into_bytes),
    ];
    let attribute = "[a-zA-Z][a-zA-Z0-9-]{0,10}(;lang-[a-z]{2})?".prop_filter("keywords", |name| {
        !["dn", "changetype", "control"].contains(&name.to_ascii_lowercase().as_str())
    });
    let line = prop_oneof![
        4 => (attribute, value).prop_map(|(attribute, value)| Line::Value { attribute, value }),
        1 => "[ -~]{0,100}".prop_map(Line::Comment),
    ];
    prop::collection::vec(line, 0..8)
}

fn record(number: usize, name: &str, lines: Vec<Line>, comments: Vec<String>) -> Record {
    let dn = Dn::default().child("dc", "vn").child("ou", &number.to_string()).child("uid", name);
    Record { comments, dn_text: dn.to_string(), dn, lines }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        version in any::<bool>(),
        parts in prop::collection::vec((any::<String>(), lines(), prop::collection::vec("[ -~]{0,100}", 0..2)), 0..5),
    ) {
        let records = parts.into_iter().enumerate();
        let records: Vec<_> = records.map(|(at, (name, lines, comments))| record(at, &name, lines, comments)).collect();
        let document = Document { version, records, tail: Vec::new() };
        let text = document.render();
        prop_assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 102));
        prop_assert_eq!(Document::parse(&text), Ok(document));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(dn|cn|#|:|::|<| |\n|[a-z]|ă){0,60}") {
        drop(Document::parse(&text));
    }
}
