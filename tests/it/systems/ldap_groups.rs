//! Groups on a real OpenLDAP.

use super::{ROLE, give, held, holds, online, read, read_after, system, take, write};
use crate::support::slapd::{SUFFIX, Slapd};
use rosterd::model::intent::WriteError;
use rosterd::systems::{ReadError, System, Write};

/// The sample province with three groups of one class: the role in one agency and in another, and one beside them.
fn server(class: &str, member: &str) -> Slapd {
    let slapd = Slapd::sample();
    let base =
        format!("dn: ou=groups,{SUFFIX}\nchangetype: add\nobjectClass: organizationalUnit\nou: groups\n");
    slapd.ldapmodify(&base);
    let nhung = slapd.dn_of("nhungkb.snv");
    for (cn, role, office, members) in [
        ("a", ROLE, "Sở Nội vụ", [nhung.as_str(), "cn=nobody,dc=placeholder"]),
        ("b", ROLE, "skhcn", ["cn=nobody,dc=placeholder", ""]),
        ("c", "Vai trò khác", "skhcn", [&*format!("cn=rosterd,{SUFFIX}"), &*nhung.to_uppercase()]),
    ] {
        let members = members.iter().filter(|one| !one.is_empty());
        let members: Vec<_> = members.map(|one| format!("{member}: {one}")).collect();
        let members = members.join("\n");
        slapd.ldapmodify(&format!(
            "dn: cn={cn},ou=groups,{SUFFIX}\nchangetype: add\nobjectClass: {class}\ncn: {cn}\ndescription: {role}\n\
             ou: {office}\n{members}\n"
        ));
    }
    slapd
}

fn groups_as(slapd: &Slapd, class: &str, bind: &str, timeout: u32) -> System {
    system(&format!(
        "kind = \"ldap-groups\"\nname = \"dvc\"\ntitle = \"DVC\"\ngroups = \"ou=groups,{SUFFIX}\"\nclass = {class:?}\n\
         role_attribute = \"description\"\nagency_attribute = \"ou\"\npeople = \"ou=people,{SUFFIX}\"\n\
         [connection]\nurl = {:?}\nbind_dn = \"cn={bind},{SUFFIX}\"\npassword_file = {:?}\nca_file = {:?}\n\
         timeout_seconds = {timeout}\npage_size = 25",
        slapd.ldaps(),
        slapd.password_file(),
        slapd.ca(),
    ))
}

fn groups(slapd: &Slapd, class: &str) -> System {
    groups_as(slapd, class, "rosterd", 10)
}

const CLASSES: [(&str, &str); 2] = [("groupOfNames", "member"), ("groupOfUniqueNames", "uniqueMember")];
const NHUNG: &str = "nhungkb.snv@tinhmau.gov.vn";

#[tokio::test]
async fn the_members_that_are_people_hold_the_role() {
    for (class, member) in CLASSES {
        let slapd = server(class, member);
        let system = groups(&slapd, class);
        let line = |agency: &str, role: &str| format!("nhungkb.snv {NHUNG} Kpă Bích Nhung {agency} {role}");
        // However a name is written, it is the same entry.
        assert_eq!(held(&system).await, [line("skhcn", "Vai trò khác"), line("snv", ROLE)]);
        assert!(read(&system).await.unwrap().can.roles);
    }
}

#[tokio::test]
async fn a_member_is_added_and_deleted_and_nothing_else() {
    for (class, member) in CLASSES {
        let slapd = server(class, member);
        let system = groups(&slapd, class);
        write(&system, &give(NHUNG, "skhcn")).await.unwrap();
        assert!(holds(&system, &give(NHUNG, "skhcn")).await);
        write(&system, &take(NHUNG, "snv")).await.unwrap();
        assert!(!holds(&system, &take(NHUNG, "snv")).await);
        let first = slapd.ldapsearch("(cn=a)", &[member]);
        assert_eq!(first.matches(&format!("{member}: ")).count(), 1, "the placeholder stays: {first}");
        let second = slapd.ldapsearch("(cn=b)", &[member]);
        assert_eq!(second.matches(&format!("{member}: ")).count(), 2, "{second}");
    }
}

#[tokio::test]
async fn what_is_no_longer_as_the_plan_saw_it_is_left() {
    let slapd = server("groupOfNames", "member");
    let system = groups(&slapd, "groupOfNames");
    for stale in [give(NHUNG, "snv"), take(NHUNG, "skhcn")] {
        let outcome = write(&system, &stale).await;
        assert!(matches!(outcome, Err(WriteError::Stale(_))), "{stale:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn nobody_two_people_no_group_and_two_groups_are_refused() {
    let slapd = server("groupOfNames", "member");
    let system = groups(&slapd, "groupOfNames");
    let refused = async |write_it: Write, says: &str| {
        let outcome = write(&system, &write_it).await;
        assert!(matches!(&outcome, Err(WriteError::Refused(why)) if why.contains(says)), "{outcome:?}");
    };
    refused(give("nobody@tinhmau.gov.vn", "snv"), "no account there").await;
    refused(give("*", "snv"), "no account there").await;
    let mut other = super::seat(NHUNG, "Không có", "snv");
    refused(Write::Give(other.clone()), "no group").await;
    other.role = "*".into();
    refused(Write::Give(other), "no group").await;
    slapd.ldapmodify(&format!(
        "dn: cn=d,ou=groups,{SUFFIX}\nchangetype: add\nobjectClass: groupOfNames\ncn: d\ndescription: {ROLE}\nou: skhcn\n\
         member: cn=nobody\n"
    ));
    refused(give(NHUNG, "skhcn"), "several groups").await;
}

#[tokio::test]
async fn the_last_member_is_not_taken_and_the_reason_is_said() {
    let slapd = server("groupOfNames", "member");
    slapd.ldapmodify(&format!(
        "dn: cn=a,ou=groups,{SUFFIX}\nchangetype: modify\ndelete: member\nmember: cn=nobody,dc=placeholder\n"
    ));
    let refused = write(&groups(&slapd, "groupOfNames"), &take(NHUNG, "snv")).await;
    assert!(matches!(&refused, Err(WriteError::Refused(why)) if why.contains("placeholder")), "{refused:?}");
}

#[tokio::test]
async fn an_account_without_the_right_is_told_which_one() {
    let slapd = server("groupOfNames", "member");
    let refused = write(&groups_as(&slapd, "groupOfNames", "limited", 10), &give(NHUNG, "skhcn")).await;
    assert!(
        matches!(&refused, Err(WriteError::Refused(why)) if why.contains("right to write member")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_read_that_may_not_be_the_whole_is_none() {
    let mut slapd = server("groupOfNames", "member");
    let limited = read(&groups_as(&slapd, "groupOfNames", "limited", 10)).await;
    assert!(matches!(limited, Err(ReadError::Search(_))), "a size limit: {limited:?}");
    let system = groups(&slapd, "groupOfNames");
    let shrank = read_after(&system, Some(100)).await;
    assert!(matches!(shrank, Err(ReadError::Shrank(_))), "{shrank:?}");
    let none = read(&groups(&slapd, "groupOfUniqueNames")).await;
    assert!(none.unwrap_err().to_string().contains("no group is visible"));
    slapd.stop();
    assert!(matches!(read(&system).await, Err(ReadError::Connect(_))));
    let away = write(&system, &give(NHUNG, "skhcn")).await;
    assert!(matches!(away, Err(WriteError::NotSent(_))), "{away:?}");
}

#[tokio::test]
async fn a_server_that_goes_silent_amid_a_write_leaves_it_to_be_read() {
    let slapd = server("groupOfNames", "member");
    let system = groups_as(&slapd, "groupOfNames", "rosterd", 1);
    let mut writer = online(&system).writer();
    writer.write(&give(NHUNG, "skhcn")).await.unwrap();
    slapd.freeze();
    // Its threads stop one after the other.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    // The read before the write is what finds out: nothing was sent.
    let silent = writer.write(&take(NHUNG, "skhcn")).await;
    slapd.thaw();
    assert!(matches!(silent, Err(WriteError::NotSent(_))), "{silent:?}");
    // And the connection that was given up is not used again.
    writer.write(&take(NHUNG, "skhcn")).await.unwrap();
    assert!(!holds(&system, &take(NHUNG, "skhcn")).await);
}
