use super::*;
use crate::model::agency::Agency;
use crate::model::ids::AgencyCode;
use proptest::prelude::*;

const HEAD: [&str; 5] = ["Tên đăng nhập", "Họ và tên", "Thư điện tử", "Đơn vị", "Vai trò"];

fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

fn settings(more: &str) -> Settings {
    toml::from_str(&format!(
        "name = \"tthc\"\ntitle = \"Một cửa\"\nexport_dir = \"e\"\norders_dir = \"o\"\ncontact = {{ name = \"A\", mail = \"a@example.vn\" }}\n{more}"
    ))
    .unwrap()
}

fn agencies() -> Agencies {
    let offices = [
        ("skhcn", "Sở Khoa học và Công nghệ"),
        ("xatanlap", "UBND xã Tân Lập"),
        ("xatanlap2", "UBND xã Tấn Lập"),
        ("stc", "Sở Tài chính"),
    ];
    offices
        .iter()
        .map(|(code, name)| {
            let code = AgencyCode::parse(code).unwrap();
            let name = (*name).to_owned();
            (
                code.clone(),
                Agency {
                    code,
                    name,
                    parent: None,
                    kind: None,
                    contacts: vec![],
                    deputy: None,
                    mailboxes: vec![],
                },
            )
        })
        .collect()
}

fn taken() -> Time {
    "2026-11-22T01:00:00Z".parse().unwrap()
}

fn parse_with(rows: &[&[&str]], more: &str, last: Option<usize>) -> Result<RoleSnapshot, ExportError> {
    parse_export(&table(rows), &settings(more), &agencies(), last, taken(), "d")
}

fn parse(rows: &[&[&str]]) -> Result<RoleSnapshot, ExportError> {
    parse_with(rows, "", None)
}

/// `login role@agency` a line.
fn shown(snapshot: &RoleSnapshot) -> Vec<String> {
    let line = |one: &Holding| {
        let agency = one.agency.as_ref().map_or("?", AgencyCode::as_str);
        format!("{} {}@{agency}", one.login, one.role)
    };
    snapshot.holdings.iter().map(line).collect()
}

#[test]
fn an_export_under_a_title_is_read() {
    let snapshot = parse(&[
        &["DANH SÁCH NGƯỜI DÙNG"],
        &[],
        &HEAD,
        &[
            "annv",
            " Nguyễn  Văn An",
            "AnNV@example.vn",
            "Sở Khoa học và Công nghệ",
            "Chuyên viên;Cán bộ một cửa",
        ],
        &["cuclt", "Lê Thị Cúc", "", "STC", "Lãnh đạo phòng\nChuyên viên"],
        &["cuclt", "Lê Thị Cúc", "", "stc", "Chuyên viên"],
    ])
    .unwrap();
    assert_eq!(
        shown(&snapshot),
        [
            "annv Chuyên viên@skhcn",
            "annv Cán bộ một cửa@skhcn",
            "cuclt Chuyên viên@stc",
            "cuclt Lãnh đạo phòng@stc"
        ]
    );
    let first = &snapshot.holdings[0];
    assert_eq!(first.mail.as_deref(), Some("annv@example.vn"));
    assert_eq!(first.name.as_deref(), Some("Nguyễn Văn An"));
    assert_eq!((snapshot.target.as_str(), snapshot.taken, snapshot.digest.as_str()), ("tthc", taken(), "d"));
}

#[test]
fn headings_are_found_by_other_names_and_in_any_order() {
    let snapshot = parse(&[
        &["STT", "NHÓM QUYỀN", "Cơ quan", "E-mail", "Họ tên"],
        &["1", "Chuyên viên", "skhcn", "annv@example.vn", "An"],
    ])
    .unwrap();
    assert_eq!(shown(&snapshot), ["annv@example.vn Chuyên viên@skhcn"], "the address is the login");
}

#[test]
fn a_site_names_its_own_headings() {
    let rows: &[&[&str]] = &[&["Mã NSD", "Vai trò", "Nhóm quyền"], &["annv", "x", "Chuyên viên"]];
    assert_eq!(parse(rows), Err(ExportError::NoHeader));
    let snapshot = parse_with(rows, "columns = { login = \"mã nsd\", role = \"Nhóm quyền\" }", None).unwrap();
    assert_eq!(shown(&snapshot), ["annv Chuyên viên@?"]);
    let missing =
        parse_with(rows, "columns = { login = \"Mã NSD\", role = \"Nhóm quyền\", mail = \"Hòm thư\" }", None);
    assert_eq!(missing, Err(ExportError::NoColumn("Hòm thư".into())));
}

#[test]
fn two_headings_for_one_column_are_a_question_for_the_site() {
    let error = parse(&[&["Tài khoản", "Vai trò", "Nhóm quyền"], &["annv", "x", "y"]]).unwrap_err();
    assert!(matches!(error, ExportError::TwoColumns { row: 1, column: "role", .. }), "{error}");
}

#[test]
fn agencies_are_found_by_code_and_by_name_without_regard_to_marks() {
    let at = |agency: &str| {
        let snapshot = parse(&[&HEAD, &["a", "", "", agency, "r"]]).unwrap();
        snapshot.holdings[0].agency.as_ref().map(ToString::to_string)
    };
    assert_eq!(at("SKHCN").as_deref(), Some("skhcn"));
    assert_eq!(at("SO KHOA HOC VA CONG NGHE").as_deref(), Some("skhcn"));
    assert_eq!(at("Ủy ban nhân dân xã Tân Lập").as_deref(), Some("xatanlap"));
    assert_eq!(at("UBND xã Tân Lập").as_deref(), Some("xatanlap"));
    assert_eq!(at("UBND xã Tấn Lập").as_deref(), Some("xatanlap2"));
    assert_eq!(at("UBND xa Tan Lap"), None, "two communes fold to this");
    assert_eq!(at("Sở Khác"), None);
}

#[test]
fn an_export_that_holds_nothing_is_never_taken_for_nobody_holds_anything() {
    assert_eq!(parse(&[]), Err(ExportError::Empty));
    assert_eq!(parse(&[&["", " "], &[]]), Err(ExportError::Empty));
    assert_eq!(parse(&[&["Lỗi máy chủ 500"]]), Err(ExportError::NoHeader));
    assert_eq!(parse(&[&HEAD]), Err(ExportError::NoRows));
    assert_eq!(parse(&[&HEAD, &["", "", "", "", ""]]), Err(ExportError::NoRows));
    assert_eq!(parse(&[&HEAD, &["annv", "", "", "", "-"]]), Err(ExportError::NoRoles));
    let no_role: &[&[&str]] = &[&HEAD[..4], &["annv", "An", "a@example.vn", "skhcn"]];
    assert_eq!(parse(no_role), Err(ExportError::NoHeader));
}

#[test]
fn a_row_that_breaks_off_makes_the_export_a_cut_one() {
    let good: &[&str] = &["annv", "An", "a@example.vn", "skhcn", "Chuyên viên"];
    for (bad, missing) in [
        (&["cuclt", "Cúc", "c@example.vn", "stc"] as &[&str], "role"),
        (&["cuclt"], "role"),
        (&["cuclt", "", "", "", " "], "role"),
        (&["", "Cúc"], "login"),
        (&["", "", "", "", "Chuyên viên"], "login"),
    ] {
        assert_eq!(parse(&[&HEAD, good, bad]), Err(ExportError::Cut { row: 3, missing }), "{bad:?}");
    }
}

#[test]
fn no_role_is_said_with_a_dash_or_by_setting() {
    let good: &[&str] = &["annv", "An", "", "skhcn", "Chuyên viên"];
    for none in ["-", "Không có", "(không)"] {
        let snapshot = parse(&[&HEAD, good, &["cuclt", "Cúc", "", "stc", none]]).unwrap();
        assert_eq!(shown(&snapshot), ["annv Chuyên viên@skhcn"]);
    }
    let rows: &[&[&str]] = &[&HEAD, good, &["cuclt", "Cúc", "", "stc"]];
    let snapshot = parse_with(rows, "empty_role_means_none = true", None).unwrap();
    assert_eq!(shown(&snapshot), ["annv Chuyên viên@skhcn"]);
}

#[test]
fn shifted_and_unreadable_cells_are_not_data() {
    for (bad, column) in [
        (["Nguyễn Văn An", "", "", "", "Chuyên viên"], "login"),
        (["#REF!", "", "", "", "Chuyên viên"], "login"),
        (["annv", "", "", "", "#N/A"], "role"),
        (["annv", "", "", "", "Chuyên viên;#NAME?"], "role"),
    ] {
        assert_eq!(parse(&[&HEAD, &bad]), Err(ExportError::Shifted { row: 2, column }), "{bad:?}");
    }
}

#[test]
fn a_total_is_held_against_the_rows() {
    let one: &[&str] = &["annv", "An", "", "skhcn", "Chuyên viên"];
    let two: &[&str] = &["cuclt", "Cúc", "", "stc", "Chuyên viên"];
    let signed: &[&str] = &["", "Người lập biểu"];
    assert_eq!(parse(&[&HEAD, one, two, &["Tổng số: 2"], signed]).unwrap().holdings.len(), 2);
    assert_eq!(parse(&[&HEAD, one, two, &["", "Tổng cộng", "2"]]).unwrap().holdings.len(), 2);
    let said = parse(&[&HEAD, one, two, &["Tổng số", "1.203"]]);
    assert_eq!(said, Err(ExportError::Total { row: 4, said: 1203, rows: 2 }));
    assert_eq!(parse(&[&HEAD, one, &["Tổng số: 1"], two]), Err(ExportError::AfterTotal { row: 4 }));
    let person: &[&str] = &["tongcm", "Tống Công Minh", "", "stc", "Chuyên viên"];
    assert_eq!(parse(&[&HEAD, person, one]).unwrap().holdings.len(), 2);
}

#[test]
fn a_person_called_tong_is_no_total() {
    let head: &[&str] = &["Họ và tên", "Tài khoản", "Vai trò"];
    let person: &[&str] = &["Tống Công Minh", "minhtc", ""];
    let rows: &[&[&str]] = &[head, person, &["An", "annv", "Chuyên viên"]];
    assert_eq!(parse(rows), Err(ExportError::Cut { row: 2, missing: "role" }));
}

#[test]
fn headings_repeated_at_a_page_break_and_lines_between_are_passed_over() {
    let one: &[&str] = &["1", "annv", "Chuyên viên"];
    let head: &[&str] = &["STT", "Tài khoản", "Vai trò"];
    let section: &[&str] = &["I. Khối sở, ngành"];
    let two: &[&str] = &["2", "cuclt", "Chuyên viên"];
    assert_eq!(parse(&[head, section, one, head, &[], two]).unwrap().holdings.len(), 2);
}

#[test]
fn an_export_that_shrank_too_much_is_not_believed() {
    let logins: Vec<String> = (0..100).map(|number| format!("user{number}")).collect();
    let export = |size: usize| -> Vec<Vec<String>> {
        let rows = logins[..size].iter().map(|login| vec![login.clone(), "Chuyên viên".into()]);
        std::iter::once(vec!["Tài khoản".into(), "Vai trò".into()]).chain(rows).collect()
    };
    let read = |size, last, more: &str| {
        parse_export(&export(size), &settings(more), &agencies(), last, taken(), "d")
    };
    assert!(read(80, Some(100), "").is_ok(), "a fifth may go");
    assert_eq!(read(79, Some(100), ""), Err(ExportError::Shrank(Shrank { before: 100, now: 79 })));
    assert!(read(79, Some(100), "shrink = { percent = 30 }").is_ok());
    assert!(read(79, Some(100), "shrink = { percent = 100 }").is_ok());
    assert!(read(1, Some(11), "").is_ok(), "of few, ten may go");
    assert_eq!(read(1, Some(12), ""), Err(ExportError::Shrank(Shrank { before: 12, now: 1 })));
    assert!(read(1, None, "").is_ok(), "the first export is not held against anything");
}

proptest! {
    #[test]
    fn the_order_of_rows_is_irrelevant_and_a_row_cut_short_never_reads_as_nothing(
        people in prop::collection::vec(("[a-z]{3,8}", 0usize..3, 0usize..4), 1..20),
        turn in 0usize..20,
        cut in 0usize..20,
        keep in 1usize..5,
    ) {
        let roles = ["Chuyên viên", "Cán bộ một cửa", "Lãnh đạo phòng;Chuyên viên"];
        let offices = ["skhcn", "stc", "UBND xã Tân Lập", "Sở Khác"];
        let row = |(login, role, office): &(String, usize, usize)| -> Vec<String> {
            let mail = format!("{login}@example.vn");
            [login, "Nguyễn Văn An", &mail, offices[*office], roles[*role]].map(str::to_owned).to_vec()
        };
        let mut rows: Vec<_> = people.iter().map(row).collect();
        let read = |rows: &[Vec<String>]| {
            let mut whole = table(&[&HEAD]);
            whole.extend_from_slice(rows);
            parse_export(&whole, &settings(""), &agencies(), None, taken(), "d")
        };
        let straight = read(&rows).unwrap();
        let middle = turn % rows.len();
        rows.rotate_left(middle);
        prop_assert_eq!(&read(&rows).unwrap(), &straight);
        let cut = cut % rows.len();
        rows[cut].truncate(keep);
        prop_assert_eq!(read(&rows), Err(ExportError::Cut { row: cut + 2, missing: "role" }));
    }
}

#[test]
fn files_in_hand_and_the_age_of_a_password_are_told_where_a_column_has_them() {
    let head = ["Tài khoản", "Vai trò", "Số hồ sơ đang xử lý", "Ngày đổi mật khẩu"];
    let rows =
        table(&[&head, &["an", "A", "12", "05/11/2026"], &["an", "B", "", ""], &["ba", "A", "nhiều", "-"]]);
    let snapshot = parse_export(&rows, &settings(""), &agencies(), None, Time::default(), "d").unwrap();
    assert!(snapshot.can.password_age && !snapshot.can.list);
    let [an] = &snapshot.accounts[..] else { panic!("{:?}", snapshot.accounts) };
    assert_eq!((an.login.as_str(), an.open_files), ("an", Some(12)), "what cannot be read is no statement");
    assert_eq!(an.password_changed, "2026-11-05".parse().ok());
    let without = table(&[&head[..2], &["an", "A"]]);
    let snapshot = parse_export(&without, &settings(""), &agencies(), None, Time::default(), "d").unwrap();
    assert!(!snapshot.can.password_age && snapshot.accounts.is_empty());
}
