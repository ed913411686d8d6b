//! A paper: a page to print and sign, in the form of official documents (Vietnamese). Its words are data
//! (`mappings/papers/`), which a site's own mappings replace file by file.

use super::templates::Sender;
use crate::model::account::Attr;
use crate::model::change::{ChangeKind, StoredChange};
use crate::model::ids::ChangeId;
use crate::model::secret::Secret;
use chrono::{Datelike, NaiveDate};
use minijinja::{Environment, UndefinedBehavior, Value, context};
use std::path::{Path, PathBuf};

/// The papers that come with the program.
const EMBEDDED: [(&str, &str); 4] = [
    ("style.css", include_str!("../../mappings/papers/style.css")),
    ("slip.html", include_str!("../../mappings/papers/slip.html")),
    ("slip.txt", include_str!("../../mappings/papers/slip.txt")),
    ("handover.html", include_str!("../../mappings/papers/handover.html")),
];

/// A paper that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// A site's own file cannot be read.
    #[error("paper {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It does not parse, or names a field that is not there.
    #[error("paper {name}: {source}")]
    Broken {
        /// Which.
        name: &'static str,
        /// What is wrong, and where.
        source: minijinja::Error,
    },
}

/// A handover slip (phiếu bàn giao).
#[derive(Debug)]
pub struct SlipPaper<'a> {
    /// Its number: the end of the change's id.
    pub number: &'a str,
    /// What set the password.
    pub kind: ChangeKind,
    /// The day it is printed.
    pub date: NaiveDate,
    /// The day the password was set.
    pub made: NaiveDate,
    /// Who issues accounts.
    pub issuer: &'a str,
    /// Under which published number to ask.
    pub phone: &'a str,
    /// Who hands it over.
    pub giver: &'a str,
    /// Who receives it.
    pub name: &'a str,
    /// As what.
    pub position: &'a str,
    /// Of which agency.
    pub agency: &'a str,
    /// The account.
    pub account: &'a str,
    /// The first password.
    pub password: &'a Secret,
    /// Number of the document it follows.
    pub document: Option<&'a str>,
}

impl<'a> SlipPaper<'a> {
    /// The slip of the password that `stored` set on `made`, printed on `date` by `giver`; `agency` is the agency's name.
    pub fn of(
        stored: &'a StoredChange,
        sender: &'a Sender,
        (agency, giver): (&'a str, &'a str),
        (made, date): (NaiveDate, NaiveDate),
        password: &'a Secret,
    ) -> Self {
        let change = &stored.change;
        let (holder, address) = change.label.split_once(" <").unwrap_or((&change.label, ""));
        Self {
            number: number_of(&stored.id),
            kind: change.kind,
            date,
            made,
            issuer: &sender.agency,
            phone: &sender.phone,
            giver,
            // The first password of a unit mailbox is for whoever keeps it from now on.
            name: change.after(Attr::Custodian).unwrap_or(holder),
            position: change.after(Attr::Title).or_else(|| change.before(Attr::Title)).unwrap_or(""),
            agency,
            account: address.trim_end_matches('>'),
            password,
            document: change.document_number(),
        }
    }
}

/// The number of the paper of a change: the end of its id.
pub fn number_of(id: &ChangeId) -> &str {
    let id = id.as_str();
    &id[id.len().saturating_sub(8)..]
}

/// The minutes (biên bản bàn giao) of handing over a unit mailbox or a desk's account.
#[derive(Debug)]
pub struct HandoverPaper<'a> {
    /// Its number: the end of the change's id.
    pub number: &'a str,
    /// The day it is printed.
    pub date: NaiveDate,
    /// The day the custodian changed.
    pub changed: NaiveDate,
    /// Who runs the accounts.
    pub issuer: &'a str,
    /// Of which agency.
    pub agency: &'a str,
    /// The account.
    pub account: &'a str,
    /// Who kept it, where that is known.
    pub giver: Option<&'a str>,
    /// Who keeps it now.
    pub receiver: &'a str,
    /// Number of the document it follows.
    pub document: Option<&'a str>,
    /// Who approved it, by name.
    pub approved_by: &'a [String],
    /// What became of the sessions of whoever kept it, a line a system.
    pub sessions: &'a [String],
}

/// The papers, parsed.
pub struct Papers(Environment<'static>);

impl Papers {
    /// Takes the embedded ones, each replaced by `<folder>/papers/<name>` where a site has one, and makes one of each.
    pub fn load(mappings: Option<&Path>) -> Result<Self, PaperError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_keep_trailing_newline(true);
        for (name, text) in EMBEDDED {
            let own = mappings.map(|folder| folder.join("papers").join(name));
            let text = match own.as_ref().map(std::fs::read_to_string) {
                Some(Ok(text)) => text,
                Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(PaperError::Read { path: own.unwrap_or_default(), source: error });
                }
                Some(Err(_)) | None => text.to_owned(),
            };
            environment
                .add_template_owned(name, text)
                .map_err(|source| PaperError::Broken { name, source })?;
        }
        let papers = Self(environment);
        papers.check()?;
        Ok(papers)
    }

    /// Makes one of each with invented values.
    fn check(&self) -> Result<(), PaperError> {
        let (date, password) = (NaiveDate::default(), Secret::new("x"));
        let slip = SlipPaper {
            number: "1",
            kind: ChangeKind::CreateAccount,
            date,
            made: date,
            issuer: "A",
            phone: "0",
            giver: "B",
            name: "C",
            position: "D",
            agency: "E",
            account: "c@example.vn",
            password: &password,
            document: None,
        };
        self.slip_page(&slip)?;
        self.slip_text(&slip)?;
        self.handover_page(&HandoverPaper {
            number: "1",
            date,
            changed: date,
            issuer: "A",
            agency: "E",
            account: "c@example.vn",
            giver: None,
            receiver: "C",
            document: None,
            approved_by: &[],
            sessions: &[],
        })?;
        Ok(())
    }

    /// A slip as a page to print.
    pub fn slip_page(&self, slip: &SlipPaper<'_>) -> Result<String, PaperError> {
        self.render("slip.html", slip_values(slip))
    }

    /// A slip as plain text.
    pub fn slip_text(&self, slip: &SlipPaper<'_>) -> Result<String, PaperError> {
        self.render("slip.txt", slip_values(slip))
    }

    /// The minutes as a page to print.
    pub fn handover_page(&self, paper: &HandoverPaper<'_>) -> Result<String, PaperError> {
        let HandoverPaper {
            number,
            date,
            changed,
            issuer,
            agency,
            account,
            giver,
            receiver,
            document,
            approved_by,
            sessions,
        } = paper;
        let values = context! {
            number, issuer, agency, account, giver, receiver, document, approved_by, sessions,
            what => "Hộp thư đơn vị, tài khoản theo vị trí công tác",
            date => changed.format("%d/%m/%Y").to_string(),
            ..day(*date)
        };
        self.render("handover.html", values)
    }

    fn render(&self, name: &'static str, values: Value) -> Result<String, PaperError> {
        let broken = |source| PaperError::Broken { name, source };
        self.0.get_template(name).and_then(|template| template.render(values)).map_err(broken)
    }
}

fn slip_values(slip: &SlipPaper<'_>) -> Value {
    let SlipPaper {
        number,
        kind,
        date,
        made,
        issuer,
        phone,
        giver,
        name,
        position,
        agency,
        account,
        password,
        document,
    } = slip;
    context! {
        number, issuer, phone, giver, name, position, agency, account, document,
        purpose => purpose(*kind),
        made => made.format("%d/%m/%Y").to_string(),
        password => password.reveal(),
        ..day(*date)
    }
}

/// The parts of a date as official documents write it: the day, and the first two months, with a leading zero.
fn day(date: NaiveDate) -> Value {
    let month = if date.month() < 3 { format!("{:02}", date.month()) } else { date.month().to_string() };
    context! { day => format!("{:02}", date.day()), month, year => date.year() }
}

/// What the password is for.
fn purpose(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::CreateAccount => "Cấp mới tài khoản thư điện tử công vụ",
        ChangeKind::ResetPassword => "Đặt lại mật khẩu tài khoản thư điện tử công vụ",
        ChangeKind::EnableAccount => "Mở lại tài khoản thư điện tử công vụ",
        ChangeKind::UnlockAccount => "Mở khóa tài khoản thư điện tử công vụ",
        ChangeKind::SetCustodian => "Bàn giao hộp thư đơn vị",
        _ => "Cấp mật khẩu tạm thời cho tài khoản thư điện tử công vụ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password() -> Secret {
        Secret::new("K7@mQz<2pX&t9RwE")
    }

    fn slip<'a>(name: &'a str, password: &'a Secret) -> SlipPaper<'a> {
        SlipPaper {
            number: "8K2M4Q7T",
            kind: ChangeKind::CreateAccount,
            date: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            made: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            issuer: "Trung tâm Chuyển đổi số tỉnh Mẫu",
            phone: "0200 0000 000",
            giver: "Trần Thị Bình",
            name,
            position: "Chuyên viên",
            agency: "Sở Khoa học và Công nghệ",
            account: "annv.skhcn@tinhmau.gov.vn",
            password,
            document: Some("626/CV-SKHCN"),
        }
    }

    fn handover() -> HandoverPaper<'static> {
        HandoverPaper {
            number: "8K2M4Q7T",
            date: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            changed: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            issuer: "Trung tâm Chuyển đổi số tỉnh Mẫu",
            agency: "Sở Khoa học và Công nghệ",
            account: "vanthu.skhcn@tinhmau.gov.vn",
            giver: Some("Lê Thị Cúc"),
            receiver: "Nguyễn Văn An",
            document: None,
            approved_by: &[],
            sessions: &[],
        }
    }

    #[test]
    fn papers_read_as_approved() {
        let papers = Papers::load(None).unwrap();
        let password = password();
        insta::assert_snapshot!("slip-page", papers.slip_page(&slip("Nguyễn Văn An", &password)).unwrap());
        insta::assert_snapshot!("slip-text", papers.slip_text(&slip("Nguyễn Văn An", &password)).unwrap());
        let sessions = ["Thư điện tử: mật khẩu đã đổi.".to_owned(), "iGate: đã kết thúc.".to_owned()];
        let handover = HandoverPaper { sessions: &sessions, ..handover() };
        insta::assert_snapshot!("handover-page", papers.handover_page(&handover).unwrap());
    }

    #[test]
    fn a_page_has_no_link_and_what_comes_from_outside_is_data() {
        let papers = Papers::load(None).unwrap();
        let password = password();
        let page = papers.slip_page(&slip("<b>{{ phone }}</b>", &password)).unwrap();
        assert!(page.contains("&lt;b&gt;{{ phone }}&lt;"), "{page}");
        assert!(page.contains("K7@mQz&lt;2pX&amp;t9RwE"), "{page}");
        for page in [page, papers.handover_page(&handover()).unwrap()] {
            for link in ["http:", "https:", "href", "src=", "<script", "url("] {
                assert!(!page.contains(link), "{link}");
            }
        }
        assert!(papers.slip_text(&slip("An", &password)).unwrap().contains("K7@mQz<2pX&t9RwE"));
        assert!(!format!("{:?}", slip("An", &password)).contains("K7@"));
    }

    #[test]
    fn a_sites_own_paper_replaces_one_file_and_a_broken_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("papers")).unwrap();
        let write = |text| std::fs::write(folder.path().join("papers/slip.txt"), text).unwrap();
        write("{{ name }}: {{ password }}\n");
        let password = password();
        let papers = Papers::load(Some(folder.path())).unwrap();
        assert_eq!(papers.slip_text(&slip("An", &password)).unwrap(), "An: K7@mQz<2pX&t9RwE\n");
        assert!(papers.slip_page(&slip("An", &password)).unwrap().contains("PHIẾU BÀN GIAO TÀI KHOẢN"));
        write("{{ nome }}");
        let error = Papers::load(Some(folder.path())).err().unwrap().to_string();
        assert!(error.contains("slip.txt"), "{error}");
    }
}
