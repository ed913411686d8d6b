//! A row's result: what each row of a roster leads to, told back to the clerk who sent it.

use super::Scene;
use super::correlate::{Match, Resolved, Row, RowRef, goes};
use crate::model::Lang;
use crate::model::change::{Change, ChangeKind};
use crate::model::evidence::Evidence;
use crate::model::ids::RosterId;
use crate::model::record::Action;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one row leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum RowResult {
    /// The person is known and nothing differs.
    Matches {
        /// The account.
        account: String,
    },
    /// A person has to say who this is.
    Asked,
    /// Changes are proposed.
    Changes {
        /// Their kinds, with what they are about.
        kinds: Vec<(ChangeKind, String)>,
    },
    /// It asks for a password anew on a disabled account, which could open it.
    Disabled {
        /// The account.
        account: String,
    },
    /// What stands for a name is none, and nobody known fits.
    NoName,
    /// It asks for something on an account, or says that its holder goes, and there is no such account.
    NoAccount,
    /// A newer roster is in force.
    Outdated {
        /// Its date.
        in_force: NaiveDate,
    },
    /// Read; nothing follows.
    Noted,
}

/// Results by roster, sheet and row.
pub type RowResults = BTreeMap<RosterId, BTreeMap<String, BTreeMap<u32, RowResult>>>;

/// The result of every row of every roster that is decided in this pass: their senders wait for an answer.
pub fn results(scene: &Scene<'_>, changes: &[Change]) -> RowResults {
    type Place<'a> = (&'a RosterId, &'a str, u32);
    let mut asked: BTreeMap<Place<'_>, Vec<(ChangeKind, String)>> = BTreeMap::new();
    for change in changes {
        for evidence in &change.evidence {
            if let Evidence::Row { roster, sheet, row, .. } = evidence {
                asked.entry((roster, sheet.as_str(), *row)).or_default().push((change.kind, about(change)));
            }
        }
    }
    let mut rows = RowResults::new();
    let rosters = scene.world.rosters.iter().enumerate();
    for (index, roster) in rosters.filter(|(_, roster)| roster.kind.is_none()) {
        for (at, row) in roster.rows.iter().enumerate() {
            let kinds = asked.remove(&(&roster.id, row.sheet.as_str(), row.row));
            let result = match kinds {
                Some(kinds) => RowResult::Changes { kinds },
                None => without_change(scene, (index, at), row),
            };
            let sheets = rows.entry(roster.id.clone()).or_default();
            if let Some(rows) = sheets.get_mut(&row.sheet) {
                rows.insert(row.row, result);
            } else {
                sheets.insert(row.sheet.clone(), [(row.row, result)].into());
            }
        }
    }
    rows
}

/// The result of a row that no change cites.
fn without_change(scene: &Scene<'_>, reference: RowRef, row: &Row) -> RowResult {
    let resolved = scene.correlation.rows.get(&reference);
    if let Some(Resolved::Asked(_)) = resolved {
        return RowResult::Asked;
    }
    let newer = scene.timeline.replaced_by[reference.0].filter(|_| scene.timeline.late[reference.0]);
    if let Some(newer) = newer {
        let in_force = scene.world.rosters[newer].age(|time| scene.world.local(time)).0;
        return RowResult::Outdated { in_force };
    }
    let Some(Resolved::Person(id, why)) = resolved else {
        return if row.full_name.is_plausible() { RowResult::Noted } else { RowResult::NoName };
    };
    let account = scene.correlation.people.get(id).and_then(|person| scene.account_of(person));
    match account {
        Some(account) if account.is_disabled() && row.action == Some(Action::ResetPassword) => {
            RowResult::Disabled { account: account.label().to_owned() }
        }
        Some(account) if *why != Match::New => RowResult::Matches { account: account.label().to_owned() },
        None if goes(row) || row.action.is_some_and(|action| action != Action::Create) => {
            RowResult::NoAccount
        }
        Some(_) | None => RowResult::Noted,
    }
}

/// What a change is about, for the clerk: the address, or the role.
fn about(change: &Change) -> String {
    use crate::model::account::Attr;
    let role = change.after(Attr::Role).or_else(|| change.before(Attr::Role));
    let address = change
        .after(Attr::Mail)
        .map(str::to_owned)
        .or_else(|| change.label.split_once('<').map(|(_, rest)| rest.trim_end_matches('>').to_owned()));
    role.map(str::to_owned).or(address).unwrap_or_default()
}

impl RowResult {
    /// The sentence in the feedback's result column.
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Matches { account }, Lang::Vi) => {
                format!("Khớp với tài khoản {account}; không có thay đổi.")
            }
            (Self::Matches { account }, Lang::En) => format!("Matches account {account}; nothing to change."),
            (Self::Asked, Lang::Vi) => {
                "Chưa xác định được tài khoản của người này; quản trị viên sẽ liên hệ để xác nhận.".into()
            }
            (Self::Asked, Lang::En) => {
                "It is not certain which account is meant; an operator will ask.".into()
            }
            (Self::Disabled { account }, Lang::Vi) => {
                format!(
                    "Tài khoản {account} đang bị khóa nên không được đặt lại mật khẩu; nếu người này còn làm việc, \
                     đề nghị gửi danh sách có tên người này để mở lại."
                )
            }
            (Self::Disabled { account }, Lang::En) => {
                format!(
                    "Account {account} is disabled, so its password is not reset; if the holder works here, send a \
                     list that names him or her to open it again."
                )
            }
            (Self::NoName, Lang::Vi) => {
                "Nội dung ở cột họ tên không phải là họ tên nên dòng này không được dùng; đề nghị sửa rồi gửi lại."
                    .into()
            }
            (Self::NoName, Lang::En) => {
                "What stands for a name is none, so the row is not used; correct it and send the list again.".into()
            }
            (Self::NoAccount, Lang::Vi) => {
                "Không tìm thấy tài khoản của người này; không có việc gì phải làm.".into()
            }
            (Self::NoAccount, Lang::En) => "This person has no account; there is nothing to do.".into(),
            (Self::Outdated { in_force }, Lang::Vi) => {
                format!(
                    "Danh sách ngày {} đang có hiệu lực; dòng này không được áp dụng.",
                    in_force.format("%d/%m/%Y")
                )
            }
            (Self::Outdated { in_force }, Lang::En) => {
                format!("The list of {in_force} is in force; this row is not applied.")
            }
            (Self::Noted, Lang::Vi) => "Đã ghi nhận.".into(),
            (Self::Noted, Lang::En) => "Noted.".into(),
            (Self::Changes { kinds }, lang) => {
                let parts: Vec<String> = kinds
                    .iter()
                    .map(|(kind, about)| format!("{}: {about}", kind_phrase(*kind, lang)))
                    .collect();
                match lang {
                    Lang::Vi => format!("Đề nghị {}; chờ duyệt.", parts.join("; ")),
                    Lang::En => format!("Proposed: {}; waits for approval.", parts.join("; ")),
                }
            }
        }
    }
}

/// A kind of change as a phrase.
pub fn kind_phrase(kind: ChangeKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (ChangeKind::CreateAccount, Lang::Vi) => "cấp mới tài khoản",
        (ChangeKind::CreateAccount, Lang::En) => "create account",
        (ChangeKind::UpdateAttributes, Lang::Vi) => "cập nhật thông tin",
        (ChangeKind::UpdateAttributes, Lang::En) => "update attributes",
        (ChangeKind::MoveAccount, Lang::Vi) => "chuyển đơn vị",
        (ChangeKind::MoveAccount, Lang::En) => "move to another agency",
        (ChangeKind::DisableAccount, Lang::Vi) => "khóa tài khoản",
        (ChangeKind::DisableAccount, Lang::En) => "disable account",
        (ChangeKind::EnableAccount, Lang::Vi) => "mở lại tài khoản",
        (ChangeKind::EnableAccount, Lang::En) => "enable account",
        (ChangeKind::ResetPassword, Lang::Vi) => "đặt lại mật khẩu",
        (ChangeKind::ResetPassword, Lang::En) => "reset password",
        (ChangeKind::LockAccount, Lang::Vi) => "khóa tài khoản theo quy định",
        (ChangeKind::LockAccount, Lang::En) => "lock account by rule",
        (ChangeKind::UnlockAccount, Lang::Vi) => "mở khóa tài khoản",
        (ChangeKind::UnlockAccount, Lang::En) => "unlock account",
        (ChangeKind::CloseAccount, Lang::Vi) => "đóng hộp thư",
        (ChangeKind::CloseAccount, Lang::En) => "close mailbox",
        (ChangeKind::ReopenMailbox, Lang::Vi) => "mở lại hộp thư",
        (ChangeKind::ReopenMailbox, Lang::En) => "reopen mailbox",
        (ChangeKind::DeleteAccount, Lang::Vi) => "xóa tài khoản",
        (ChangeKind::DeleteAccount, Lang::En) => "delete account",
        (ChangeKind::SetCustodian, Lang::Vi) => "thay đổi người quản lý hộp thư đơn vị",
        (ChangeKind::SetCustodian, Lang::En) => "change the custodian of a unit mailbox",
        (ChangeKind::EndSessions, Lang::Vi) => "kết thúc các phiên đăng nhập",
        (ChangeKind::EndSessions, Lang::En) => "end sessions",
        (ChangeKind::ForcePasswordChange, Lang::Vi) => "buộc đổi mật khẩu",
        (ChangeKind::ForcePasswordChange, Lang::En) => "force a password change",
        (ChangeKind::GrantRole, Lang::Vi) => "cấp vai trò",
        (ChangeKind::GrantRole, Lang::En) => "grant role",
        (ChangeKind::RevokeRole, Lang::Vi) => "thu hồi vai trò",
        (ChangeKind::RevokeRole, Lang::En) => "revoke role",
        (ChangeKind::SuspectLeaver, Lang::Vi) => "xác nhận đã nghỉ hoặc chuyển",
        (ChangeKind::SuspectLeaver, Lang::En) => "confirm that the person has left",
        (ChangeKind::OrphanAccount, Lang::Vi) => "khóa tài khoản không có trong danh sách",
        (ChangeKind::OrphanAccount, Lang::En) => "disable account that no roster claims",
    }
}
