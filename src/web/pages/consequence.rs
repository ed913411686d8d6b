//! Consequences: what happens to an account once a change is approved, and how that is undone.

use crate::model::Lang;
use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind};
use crate::model::ids::TargetId;

/// What happens on approval.
pub(in super::super) fn then(change: &Change, lang: Lang) -> &'static str {
    let (vi, en) = match change.kind {
        ChangeKind::CreateAccount if change.target == TargetId::mail() => (
            "Tài khoản được lập với mật khẩu lần đầu ngẫu nhiên, in trên phiếu bàn giao; người dùng phải đổi khi đăng nhập lần đầu.",
            "The account is made with a random first password, printed on a slip; it must be changed at the first sign-in.",
        ),
        ChangeKind::CreateAccount => (
            "Tài khoản được lập trong hệ thống này cho địa chỉ thư công vụ của người dùng.",
            "An account is made in this system for the holder’s official address.",
        ),
        ChangeKind::ResetPassword => (
            "Mật khẩu mới ngẫu nhiên được in trên phiếu bàn giao; người dùng phải đổi khi đăng nhập.",
            "A new random password is printed on a slip; it must be changed at sign-in.",
        ),
        ChangeKind::UnlockAccount => (
            "Tài khoản được mở với mật khẩu tạm ngẫu nhiên, in trên phiếu bàn giao; người dùng phải đổi khi đăng nhập.",
            "The account opens with a random temporary password, printed on a slip; it must be changed at sign-in.",
        ),
        ChangeKind::EnableAccount => ("Tài khoản đăng nhập được trở lại.", "The account can sign in again."),
        ChangeKind::DisableAccount | ChangeKind::OrphanAccount | ChangeKind::LockAccount => (
            "Tài khoản bị khóa, không đăng nhập được; hộp thư vẫn nhận và giữ thư.",
            "The account is locked and cannot sign in; the mailbox still receives and is kept.",
        ),
        ChangeKind::SuspectLeaver => (
            "Duyệt là xác nhận người này đã nghỉ hoặc chuyển đi; việc khóa tài khoản được đề nghị ở lượt xử lý sau.",
            "Approving says that this person has left; locking the account is proposed by the next pass.",
        ),
        ChangeKind::CloseAccount => (
            "Hộp thư không nhận thư nữa; thư đã có vẫn được giữ.",
            "The mailbox receives nothing more; what is in it is kept.",
        ),
        ChangeKind::ReopenMailbox => (
            "Hộp thư nhận thư trở lại; tài khoản vẫn bị khóa.",
            "The mailbox receives again; the account stays locked.",
        ),
        ChangeKind::DeleteAccount => (
            "Tài khoản và hộp thư bị xóa khỏi hệ thống. Không lấy lại được.",
            "Account and mailbox are removed. Nothing gives them back.",
        ),
        ChangeKind::ForcePasswordChange => (
            "Người dùng phải đổi mật khẩu ở lần đăng nhập tới.",
            "The holder must change the password at the next sign-in.",
        ),
        ChangeKind::SetCustodian if change.before(Attr::Custodian).is_some() => (
            "Người quản lý hộp thư được thay; mật khẩu được đổi và in trên phiếu bàn giao, phiên đăng nhập của người giao bị kết thúc ở hệ thống cho phép, biên bản bàn giao in được từ trang này.",
            "The custodian changes; the password is new and printed on a slip, the giver’s sessions end where a system can, and the minutes can be printed from here.",
        ),
        ChangeKind::SetCustodian => {
            ("Người quản lý của hộp thư đơn vị được ghi nhận.", "Who keeps the unit mailbox is noted.")
        }
        ChangeKind::EndSessions => ("Mọi phiên đăng nhập đang mở bị kết thúc.", "Every open session ends."),
        ChangeKind::GrantRole | ChangeKind::RevokeRole => (
            "Vai trò được thay đổi trên hệ thống đích, hoặc chuyển thành phiếu yêu cầu nếu hệ thống đó không có giao diện.",
            "The role is changed in the target, or ordered where the target has no interface.",
        ),
        ChangeKind::MoveAccount => (
            "Tài khoản được chuyển sang cơ quan mới cùng các giá trị ở cột “Sau khi thực hiện”; địa chỉ và thư được giữ.",
            "The account goes to the new agency with the values under “Afterwards”; address and mail are kept.",
        ),
        ChangeKind::UpdateAttributes => (
            "Các giá trị ở cột “Sau khi thực hiện” được ghi vào hệ thống.",
            "The values under “Afterwards” are written.",
        ),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// How it is undone afterwards; the same as [`crate::apply::undo`] does.
pub(in super::super) fn undone_by(change: &Change, lang: Lang) -> &'static str {
    let (vi, en) = match change.kind {
        ChangeKind::CreateAccount => (
            "Hoàn tác: tài khoản mới bị khóa (không bị xóa ngay).",
            "Undone by locking the new account; it is not deleted at once.",
        ),
        ChangeKind::UpdateAttributes => {
            ("Hoàn tác: ghi lại các giá trị cũ.", "Undone by writing the former values back.")
        }
        ChangeKind::MoveAccount => {
            ("Hoàn tác: chuyển tài khoản về cơ quan cũ.", "Undone by moving the account back.")
        }
        ChangeKind::DisableAccount | ChangeKind::OrphanAccount | ChangeKind::LockAccount => (
            "Hoàn tác: mở lại tài khoản; trong 72 giờ một người được mở lại ngay.",
            "Undone by opening the account again; within 72 hours one operator may.",
        ),
        ChangeKind::EnableAccount => ("Hoàn tác: khóa lại tài khoản.", "Undone by disabling it again."),
        ChangeKind::UnlockAccount => (
            "Hoàn tác: khóa lại tài khoản; mật khẩu tạm đã cấp không còn dùng được.",
            "Undone by locking it again; the temporary password then opens nothing.",
        ),
        ChangeKind::CloseAccount => {
            ("Hoàn tác: hộp thư nhận thư trở lại.", "Undone by letting it receive again.")
        }
        ChangeKind::ReopenMailbox => ("Hoàn tác: đóng lại hộp thư.", "Undone by closing it again."),
        ChangeKind::ForcePasswordChange => {
            ("Hoàn tác: bỏ yêu cầu đổi mật khẩu.", "Undone by taking the demand back.")
        }
        ChangeKind::SetCustodian if change.before(Attr::Custodian).is_some() => (
            "Hoàn tác: giao lại cho người quản lý cũ, với mật khẩu mới.",
            "Undone by handing it back, with another password.",
        ),
        ChangeKind::GrantRole => ("Hoàn tác: thu hồi vai trò.", "Undone by taking the role."),
        ChangeKind::RevokeRole => ("Hoàn tác: cấp lại vai trò.", "Undone by giving the role again."),
        ChangeKind::DeleteAccount => (
            "Không hoàn tác được; chỉ khôi phục được từ bản sao lưu của thư mục và máy chủ thư.",
            "It cannot be undone; only the backups of the directory and the mail server give it back.",
        ),
        ChangeKind::ResetPassword => (
            "Không hoàn tác được: mật khẩu cũ không được lưu. Nếu sai, đặt lại lần nữa hoặc khóa tài khoản.",
            "It cannot be undone: the former password is not kept. If it was wrong, set another or lock the account.",
        ),
        ChangeKind::SuspectLeaver => (
            "Không có thao tác ngược; nếu xác nhận sai, danh sách mới của cơ quan có tên người này sẽ thay lời xác nhận.",
            "There is no reverse; where the word was wrong, a new roster that names the person overrules it.",
        ),
        ChangeKind::SetCustodian => (
            "Không có thao tác ngược: trước đó chưa có người quản lý. Nếu sai, nêu người khác.",
            "There is no reverse: nobody kept it before. Where it is wrong, name somebody else.",
        ),
        ChangeKind::EndSessions => (
            "Không có thao tác ngược: người dùng chỉ cần đăng nhập lại.",
            "There is no reverse: the holder signs in again.",
        ),
    };
    if lang == Lang::Vi { vi } else { en }
}
