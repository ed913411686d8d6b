//! Tests of the sample province: it is what it says it is.

use rosterd::sample;

#[test]
fn look() {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let laid = sample::lay_out(std::path::Path::new("/tmp/sample-out"), today).unwrap();
    println!(
        "{} {} {} {} {} {}",
        laid.agencies, laid.people, laid.rosters, laid.bad_files, laid.accounts, laid.roles
    );
}
