//! The back office: what the page asks of the program behind the desk. It reads the directory and the systems, which the
//! page does not hold, and locks at once what must be locked at once.

use super::error::PageError;
use crate::apply::undo::NotUndoable;
use crate::model::Lang;
use crate::model::account::{Account, Snapshot};
use crate::model::change::{Change, StoredChange};
use crate::model::ids::{AccountId, AgencyCode, ChangeId, Login};
use crate::model::incident::Incident;
use crate::model::operator::Operator;
use crate::model::phone::NotByPhone;
use crate::model::tip::Sign;
use crate::report::Report;
use crate::store::{StoreError, TakenDown};
use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use std::collections::BTreeSet;

/// What is asked for, on its way.
pub type Asked<'a, T> = BoxFuture<'a, Result<T, Refusal>>;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The directory shows no such account.
    #[error("no account is called {0:?}")]
    NoAccount(String),
    /// An incident on it is open.
    #[error("an incident on {0} is open already")]
    OpenAlready(String),
    /// None is open on it.
    #[error("no incident is open on {0}")]
    NotOpen(String),
    /// The change has no reverse.
    #[error(transparent)]
    NotUndoable(#[from] NotUndoable),
    /// A call opens no such account.
    #[error(transparent)]
    NotByPhone(#[from] NotByPhone),
    /// Something else is being done to the same account.
    #[error("another change of the account is under way")]
    UnderWay,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A source, or the program itself.
    #[error("{0}")]
    Failed(String),
}

/// A report that somebody wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which.
    pub what: WantedReport,
    /// Of these agencies; empty means all.
    pub agencies: BTreeSet<AgencyCode>,
    /// In which language.
    pub lang: Lang,
}

/// Which report.
#[derive(Debug, Clone)]
pub enum WantedReport {
    /// How accounts stand towards rosters.
    Adoption,
    /// The list of accounts.
    Accounts,
    /// One agency's review of a period; without one, the half-year in which today lies.
    Review(AgencyCode, Option<(NaiveDate, NaiveDate)>),
    /// Where accounts stand to the rules on passwords.
    Rotation,
    /// Who could do what on a day.
    Access {
        /// The day.
        on: NaiveDate,
        /// Only this person's, by name or address.
        person: Option<String>,
        /// Only this system.
        system: Option<String>,
    },
}

/// What stands behind the desk.
pub trait BackOffice: Send + Sync {
    /// An agency's workbook, filled in with what is known.
    fn template(&self, agency: AgencyCode) -> Asked<'_, Vec<u8>>;

    /// The directory as it is now.
    fn directory(&self) -> Asked<'_, Snapshot>;

    /// One account of the directory as it is now; `None` where it is gone.
    fn account<'a>(&'a self, id: &'a AccountId) -> Asked<'a, Option<Account>>;

    /// What became of the sessions that the former custodian may have, a line a system; none where nobody hands over.
    fn sessions<'a>(&'a self, change: &'a StoredChange, lang: Lang) -> Asked<'a, Vec<String>>;

    /// The minutes of the handover that a change carried out, as a page to print.
    fn minutes<'a>(&'a self, change: &'a StoredChange) -> Asked<'a, String>;

    /// Opens an incident on the account with this address or login and locks it everywhere; waits a little for the locks.
    fn open_incident<'a>(&'a self, account: &'a str, by: &'a Login, reason: &'a str) -> Asked<'a, Incident>;

    /// Closes an incident; how many changes that open its account again wait for approval.
    fn close_incident<'a>(
        &'a self,
        incident: &'a Incident,
        by: &'a Login,
        reason: &'a str,
    ) -> Asked<'a, usize>;

    /// Takes down what `told_by` said, in these words, of the account with this address or login.
    fn take_tip<'a>(
        &'a self,
        account: &'a str,
        sign: Sign,
        told: (&'a str, &'a str),
        by: &'a Login,
    ) -> Asked<'a, TakenDown>;

    /// Writes down that the contact `asked_by` asks by phone to unlock the account with this address or login; the change.
    fn unlock_by_phone<'a>(
        &'a self,
        account: &'a str,
        asked_by: &'a str,
        by: &'a Operator,
        reason: &'a str,
    ) -> Asked<'a, ChangeId>;

    /// Whether what a change of a system beside the mailbox is about is there now: the role held, the account there or
    /// open, a session; `None` where the change does not say what.
    fn is_there<'a>(&'a self, change: &'a Change) -> Asked<'a, Option<bool>>;

    /// Looks again whether the accounts of open incidents are locked, and notes it.
    fn watch_incidents(&self) -> Asked<'_, ()>;

    /// The commands that lock by hand what is never written.
    fn commands<'a>(&'a self, incident: &'a Incident) -> Asked<'a, String>;

    /// Reverses a change that was carried out, as approved by who asks for it; the reverse change.
    fn undo<'a>(
        &'a self,
        change: &'a StoredChange,
        by: &'a Login,
        reason: &'a str,
    ) -> Asked<'a, StoredChange>;

    /// Makes a report.
    fn report(&self, wanted: Wanted) -> Asked<'_, Report>;

    /// The evidence of the case with this id, or of a change with it, as a .zip file, taken by this operator; `None` where
    /// he or she sees no such case.
    fn case_pack<'a>(&'a self, id: &'a str, by: &'a Operator) -> Asked<'a, Option<Vec<u8>>>;
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        let bad = |vi: String, en: String| Self::Bad(vi, en);
        match refusal {
            Refusal::NoAccount(text) => bad(
                format!(
                    "Thư mục không có tài khoản nào là “{text}”. Hãy ghi địa chỉ thư hoặc tên đăng nhập."
                ),
                format!("No account of the directory is called “{text}”. Give its address or its login."),
            ),
            Refusal::OpenAlready(label) => {
                bad(format!("Sự cố của {label} đang mở."), format!("An incident on {label} is open already."))
            }
            Refusal::NotOpen(label) => bad(
                format!("Không có sự cố nào của {label} đang mở."),
                format!("No incident on {label} is open."),
            ),
            Refusal::UnderWay => bad(
                "Tài khoản này đang có một thay đổi khác được thực hiện. Hãy thử lại sau ít phút.".into(),
                "Another change of this account is being carried out. Try again in a few minutes.".into(),
            ),
            Refusal::NotByPhone(why) => {
                let say = |lang| crate::words::not_by_phone(&why, lang);
                bad(say(Lang::Vi), say(Lang::En))
            }
            Refusal::NotUndoable(why) => bad(no_reverse(&why).into(), why.to_string()),
            Refusal::Store(error) => Self::Store(error),
            Refusal::Failed(why) => {
                tracing::error!(why, "the back office failed");
                bad(
                    "Chưa làm được: không đọc được thư mục thư điện tử hoặc một hệ thống. Nhật ký của máy chủ ghi rõ nguyên nhân."
                        .into(),
                    "It was not done: the mail directory or a system cannot be read. The server's log has the cause.".into(),
                )
            }
        }
    }
}

fn no_reverse(why: &NotUndoable) -> &'static str {
    match why {
        NotUndoable::NotApplied(_) => "Thay đổi này chưa được thực hiện nên không có gì để hoàn tác.",
        NotUndoable::Withdrawal(_) => {
            "Thay đổi này rút lại một phiếu yêu cầu chưa được xác nhận. Hãy đề nghị đơn vị quản lý hệ thống gạch khỏi phiếu, hoặc hoàn tác sau khi có tệp kết xuất mới."
        }
        NotUndoable::NoReverse { .. } => "Loại thay đổi này không có thao tác ngược lại.",
        NotUndoable::Deleted(_) => {
            "Tài khoản đã bị xóa, không hoàn tác được; phải khôi phục từ bản sao lưu của thư mục và máy chủ thư."
        }
        NotUndoable::Gone(_) => "Tài khoản mà thay đổi này lập ra không còn trong thư mục.",
    }
}
