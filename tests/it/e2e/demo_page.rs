//! `rosterd demo` without `--once`: it serves the review page, says where, and its one-time links let people in, once.

use crate::support::browser::Browser;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The program, which ends with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_demo_serves_its_page_and_each_link_signs_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rosterd"))
        .arg("demo")
        .arg(folder.path().join("demo"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (sender, lines) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    let _demo = Demo(child);
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut said = Vec::new();
    while !said.last().is_some_and(|line: &String| line.contains("Ctrl+C")) {
        said.push(
            lines
                .recv_timeout(Duration::from_mins(2))
                .unwrap_or_else(|_| panic!("it says no more: {said:#?}")),
        );
    }
    let after = |what: &str| {
        let line = said.iter().find_map(|line| line.strip_prefix(what));
        line.unwrap_or_else(|| panic!("no {what:?}: {said:#?}")).trim().to_owned()
    };
    let address = after("Trang rà soát: ");
    let port = address.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix('/'));
    let port: u16 = port.unwrap_or_else(|| panic!("{address}")).parse().unwrap();
    assert_eq!(Browser::at(port).get("/").status, 303, "nobody is signed in yet");
    for (link, name, may_administer) in [
        ("Đăng nhập một lần (quản trị):", "Quản trị viên mẫu", true),
        ("Đăng nhập một lần (người duyệt thứ hai):", "Người phê duyệt mẫu", false),
    ] {
        let link = after(link);
        let path = link.strip_prefix(address.trim_end_matches('/')).unwrap_or_else(|| panic!("{link}"));
        let once = path.strip_prefix("/sign-in?once=").unwrap_or_else(|| panic!("{path}"));
        let sign_in = |browser: &mut Browser| {
            let form = browser.get(path).form();
            let fields = [("form", form.as_str()), ("once", once), ("next", "/")];
            browser.post_bare("/sign-in", &fields, &[("Sec-Fetch-Site", "same-origin")])
        };
        let mut browser = Browser::at(port);
        let answer = sign_in(&mut browser);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{}", answer.body);
        let shown = browser.get("/");
        assert!(shown.status == 200 && shown.body.contains(name), "{}", shown.body);
        assert_eq!(browser.get("/operators").status, if may_administer { 200 } else { 403 });
        assert!(browser.get("/changes").body.contains("name=\"pick\""), "there is something to decide");
        assert_ne!(sign_in(&mut Browser::at(port)).status, 303, "a link opens once");
    }
}
