//! Change records: what ldapmodify makes of them is what the writer would have done.

use super::{LINH, account, create, disable, enable, now, one_of_each, reset, sample, update};
use rosterd::directory::compare::{Shows, shows};
use rosterd::directory::{ReadDirectory, Write};
use rosterd::model::account::Attr;

#[tokio::test]
async fn ldapmodify_carries_out_the_records() {
    let (server, directory) = sample();
    let mut writes = one_of_each(&directory).await;
    // An update and a move of one account, the move first: the update still finds it.
    writes.push(update(&account(&directory, LINH).await, [(Attr::Title, " #Trưởng\nphòng ")]));
    writes.push(create("sgtvt", "moi.sgtvt", Some("khong-duoc-in-ra")));
    writes.push(reset(&account(&directory, "hoalb.snv").await, "khong-duoc-in-ra"));
    let records = directory.change_records(&writes).await.unwrap();
    assert!(!records.contains("khong-duoc-in-ra"));
    server.ldapmodify(&records);
    for change in &writes {
        let subject = directory.subject(change).await.unwrap();
        match change {
            // A move takes the update's entry elsewhere; what both set is there.
            Write::Update { after, .. } => {
                let found = subject.unwrap();
                for (attr, values) in after {
                    assert_eq!(found.attrs.get(attr).cloned().unwrap_or_default(), *values);
                }
            }
            Write::Create { password: Some(_), .. } => {
                assert_eq!(shows(subject.as_ref(), change), Shows::Partly);
            }
            Write::ResetPassword { .. } => assert_eq!(shows(subject.as_ref(), change), Shows::NotDone),
            _ => assert_eq!(shows(subject.as_ref(), change), Shows::Done, "{change:?}"),
        }
    }
    let disabled = account(&directory, "nhungkb.snv").await;
    server.ldapmodify(&directory.change_records(&[enable(&disabled, None)]).await.unwrap());
    assert!(!account(&directory, "nhungkb.snv").await.is_disabled());
}

#[tokio::test]
async fn records_of_an_outdated_plan_are_refused_by_the_server() {
    let (server, directory) = sample();
    let linh = account(&directory, LINH).await;
    let records = directory.change_records(&[update(&linh, [(Attr::Title, "Giám đốc")])]).await.unwrap();
    server.ldapmodify(&format!("dn: {}\nreplace: title\ntitle: Thu quy\n", linh.dn));
    let before = directory.snapshot(now()).await.unwrap();
    assert!(server.try_ldapmodify(&records).is_err());
    assert_eq!(directory.snapshot(now()).await.unwrap(), before);
    let twice = directory.change_records(&[disable(&linh), disable(&linh)]).await.unwrap();
    server.ldapmodify(&twice);
}
