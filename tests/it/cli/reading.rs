//! `rosterd read`.

use super::first_steps::{rosterd, said};
use crate::support::site::PROVINCE;
use rosterd::model::finding::FindingCode;
use serde_json::Value;
use std::path::Path;

fn read(file: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["read", "--json", file];
    arguments.extend(more);
    let output = rosterd(Path::new(PROVINCE), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let mut citizens = 0;
    for file in ["vpub/vpub-mau01.xlsx", "snv/snv-mau06.xlsx", "xatanlap/xatanlap-mau11.xlsx"] {
        let read = read(&format!("inbox/{file}"), &["--agency", "snv"]);
        assert_eq!(read["schema"], 1);
        let one = &read["files"][0];
        for key in [
            "file",
            "sheet",
            "header_row",
            "form",
            "kind",
            "agency",
            "document",
            "columns",
            "records",
            "findings",
        ] {
            assert!(one.get(key).is_some(), "{file}: {key}");
        }
        assert_eq!(one["agency"], "snv");
        assert!(["full", "partial", "request"].contains(&one["kind"].as_str().unwrap()));
        assert!(one["columns"]["full_name"].as_array().is_some_and(|letters| !letters.is_empty()), "{one}");
        for record in one["records"].as_array().unwrap() {
            for key in [
                "row",
                "full_name",
                "birth_date",
                "birth_year",
                "gender",
                "citizen_id",
                "staff_code",
                "position",
                "unit",
                "phone",
                "email",
                "status",
                "action",
                "effective_date",
                "note",
            ] {
                assert!(record.get(key).is_some(), "{file}: {key}: {:?}", keys(record));
            }
            if let Some(id) = record["citizen_id"].as_str() {
                citizens += 1;
                assert!(!id.chars().take(id.chars().count() - 3).any(|one| one.is_ascii_digit()), "{id}");
            }
        }
        for finding in one["findings"].as_array().unwrap() {
            for key in ["row", "column", "severity", "code", "message"] {
                assert!(finding.get(key).is_some(), "{finding}");
            }
        }
    }
    assert!(citizens > 0, "no roster with citizen ids was read");
}

#[test]
fn citizen_ids_are_whole_only_when_asked_for() {
    let whole = |value: &Value| {
        let records = value["files"][0]["records"].as_array().unwrap().clone();
        let digits = |id: &str| id.len() == 12 && id.bytes().all(|one| one.is_ascii_digit());
        records.iter().filter(|one| one["citizen_id"].as_str().is_some_and(digits)).count()
    };
    let with = |more: &[&str]| {
        let files = std::fs::read_dir(format!("{PROVINCE}/inbox"))
            .unwrap()
            .flat_map(|agency| std::fs::read_dir(agency.unwrap().path()).unwrap());
        files.map(|file| whole(&read(file.unwrap().path().to_str().unwrap(), more))).sum::<usize>()
    };
    assert_eq!(with(&[]), 0);
    assert!(with(&["--reveal"]) > 10);
}

#[test]
fn an_unreadable_file_is_a_finding_and_exit_1_and_others_are_read_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("a.xlsx");
    std::fs::write(&bad, "not a workbook").unwrap();
    let output =
        rosterd(Path::new(PROVINCE), &["read", "--json", bad.to_str().unwrap(), "inbox/snv/snv-mau06.xlsx"]);
    assert_eq!(output.status.code(), Some(1));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = read["files"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!((&findings[0]["severity"], &findings[0]["code"]), (&"error".into(), &"not-a-workbook".into()));
    assert!(!read["files"][1]["records"].as_array().unwrap().is_empty());
    let none = rosterd(folder.path(), &["read", "no-such-file.xlsx"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(said(&none).contains("no-such-file.xlsx"), "{}", said(&none));
}

#[test]
fn every_finding_code_has_its_sentence() {
    let output = rosterd(Path::new("/"), &["read", "--codes"]);
    let text = said(&output);
    assert_eq!(text.lines().count(), FindingCode::ALL.len());
    for code in FindingCode::ALL {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(code.as_str())).unwrap();
        assert!(line.len() > code.as_str().len() + 20, "{line}");
        let severity = serde_json::to_value(code.severity()).unwrap();
        assert_eq!(line.split_whitespace().nth(1), severity.as_str());
    }
    let english = said(&rosterd(Path::new("/"), &["--lang", "en", "read", "--codes"]));
    assert!(english.contains("encrypted") && english.contains("locked with a password"), "{english}");
    let output = rosterd(Path::new("/"), &["--json", "read", "--codes"]);
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes = listed["codes"].as_array().unwrap();
    assert_eq!(codes.len(), FindingCode::ALL.len());
    assert!(codes.iter().all(|code| code["vi"] != code["en"] && code["severity"].is_string()));
}

#[test]
fn what_a_file_costs_is_a_line_of_fields() {
    let output = rosterd(Path::new(PROVINCE), &["read", "--cost", "inbox/snv/snv-mau06.xlsx", "truth.json"]);
    assert_eq!(output.status.code(), Some(0));
    let text = said(&output);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let outcomes: Vec<_> = lines.iter().map(|fields| (fields.len(), fields[3], fields[4])).collect();
    assert_eq!(outcomes[0], (5, "read", "inbox/snv/snv-mau06.xlsx"));
    assert_eq!((outcomes[1].0, outcomes[1].2), (5, "truth.json"));
    assert_ne!(outcomes[1].1, "read");
    assert!(lines.iter().flat_map(|fields| &fields[..3]).all(|field| field.parse::<u64>().is_ok()), "{text}");
}

#[test]
fn an_agencys_own_mapping_is_used_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let agencies = folder.path().join("mappings/rosters/agencies");
    std::fs::create_dir_all(&agencies).unwrap();
    std::fs::write(folder.path().join("ds.csv"), "Ai;Ở đâu\nNguyễn Văn An;Văn phòng\n").unwrap();
    let pins = "[[list]]\nheader_row = 1\ncolumns = { full_name = \"A\", unit = \"B\" }\n";
    std::fs::write(agencies.join("snv.toml"), pins).unwrap();
    let read = |agency: &str| {
        let arguments = ["read", "--mappings", "mappings", "--agency", agency, "ds.csv"];
        rosterd(folder.path(), &arguments)
    };
    let output = read("snv");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("Nguyễn Văn An"), "{}", said(&output));
    assert_eq!(read("stc").status.code(), Some(1));
    std::fs::write(agencies.join("snv.toml"), pins.replace("\"B\"", "\"A\"")).unwrap();
    let output = read("snv");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("agencies/snv.toml: list 1: columns.unit"), "{}", said(&output));
}
