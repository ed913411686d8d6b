//! Đồng Tháp 2021: the password is changed every six months. The ladder runs over Tết.

use super::town::{FIRST, Person, Town, person};

#[tokio::test]
async fn dong_thap_2021_six_months_and_the_ladder() {
    let used = "2021-02-05T08:00:00";
    // 180 days after 30 August 2020 is 26 February 2021.
    let old = "2020-08-30T08:00:00";
    let people = [
        person("an", "so", old, used),
        person("binh", "so", old, used),
        person("chi", "tt", "2021-01-04T08:00:00", used),
        // Made on 1 February with a password that the holder has not changed.
        Person { created: "2021-02-01T08:00:00", ..person("dao", "tt", "2021-02-01T08:00:00", used) },
        // Nobody has signed in for more than six months.
        person("em", "xa", "2021-01-04T08:00:00", "2020-07-01T08:00:00"),
        person("gam", "xa", "", used),
        person("huong", "xa", old, used),
        person("kim", "xa", old, used),
        person("quantri", "so", old, used),
    ];
    let rotation = "active_from = \"2021-01-01\"\n[[rotation.exempt]]\naccount = \"huong\"\nuntil = \"2021-06-30\"\n\
                    reason = \"Công văn 15/SNV\"\n";
    let mut town = Town::new("2021-02-08T07:00:00", &people, "dong-thap-2021", rotation, "").await;
    town.days("2021-02-08", "2021-02-21", &["08:30"]).await;
    town.changes_password("2021-02-22T07:00:00", "an");
    town.days("2021-02-22", "2021-03-02", &["08:30"]).await;
    // An administrator resets the password without marking it: no rotation, and a first password with a term of its own.
    town.go_to("2021-03-02T14:00:00");
    town.slapd.set_password("kim", FIRST);
    town.days("2021-03-03", "2021-03-15", &["08:30"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);
}
