//! Words: closed sets as people call them, in both languages, for the terminal and the page alike.

mod phone;
mod question;

pub use phone::{not_by_phone, noted};
pub use question::{found_by, matches_confirmed, question_line};

use crate::model::Lang;
use crate::model::brake::BrakeKind;
use crate::model::change::{ChangeKind, Gate, Reason, Risk, State};
use crate::model::custodian::{Sessions, Unfit};
use crate::model::operator::OperatorRole;
use crate::model::rotation::CampaignState;
use crate::model::tip::Sign;
use crate::rotation::policy::{Audience, Holder};
use crate::rotation::verdict::Standing;
use crate::store::{Approval, Discard, Release};

/// A state as people call it.
pub fn state(state: State, lang: Lang) -> &'static str {
    match (state, lang) {
        (State::Proposed, Lang::Vi) => "chờ duyệt",
        (State::Held, Lang::Vi) => "tạm giữ",
        (State::Approved, Lang::Vi) => "đã duyệt",
        (State::Rejected, Lang::Vi) => "không duyệt",
        (State::Claimed, Lang::Vi) => "đang thực hiện",
        (State::Ordered, Lang::Vi) => "đã chuyển phiếu",
        (State::Applied, Lang::Vi) => "đã thực hiện",
        (State::Failed, Lang::Vi) => "bị từ chối",
        (State::Stale, Lang::Vi) => "đã lỗi thời",
        (State::Unknown, Lang::Vi) => "chưa rõ kết quả",
        (State::Superseded, Lang::Vi) => "đã thay thế",
        (State::Expired, Lang::Vi) => "hết hạn duyệt",
        (State::Undone, Lang::Vi) => "đã hoàn tác",
        (state, Lang::En) => state.as_str(),
    }
}

/// Why a change is proposed, in a sentence.
#[allow(clippy::too_many_lines, reason = "a table: one entry a reason and language")]
pub fn reason(reason: Reason, lang: Lang) -> &'static str {
    use Reason::{
        AbsentFromFull, Campaign, Custodian, CustodianNamed, DefaultPassword, Dormant, FirstLoginOverdue,
        HandOver, Incident, Joiner, Leak, LeavePolicy, LeaverByStatus, LeaverConfirmed, LookupsExceeded,
        MailboxRetention, MoverAlias, NoRosterClaims, PasswordOverdue, PhoneUnlock, Rehire, Reorganisation,
        RequestChange, RequestCreate, RequestReset, RequestRevoke, RequestSuspend, RequestUnlock,
        RoleByPosition, RoleEndsByLeaving, RoleEndsByTransfer, RoleNotByPosition, RoleRestsOnLeave,
        RolesApart, RosterAttribute, Transfer, TransferByReceiver, TransferredAway, Undo,
    };
    match (reason, lang) {
        (Joiner, Lang::Vi) => "Có tên trong danh sách của cơ quan nhưng chưa có tài khoản.",
        (Joiner, Lang::En) => "On the agency's roster, without an account.",
        (RequestCreate, Lang::Vi) => "Cơ quan đề nghị cấp mới tài khoản.",
        (RequestCreate, Lang::En) => "The agency asks for a new account.",
        (RequestChange, Lang::Vi) => "Cơ quan đề nghị thay đổi thông tin tài khoản.",
        (RequestChange, Lang::En) => "The agency asks for a change of the account.",
        (RequestSuspend, Lang::Vi) => "Cơ quan đề nghị tạm khóa tài khoản.",
        (RequestSuspend, Lang::En) => "The agency asks for the account to be suspended.",
        (RequestRevoke, Lang::Vi) => "Cơ quan đề nghị thu hồi tài khoản.",
        (RequestRevoke, Lang::En) => "The agency asks for the account to be revoked.",
        (RequestReset, Lang::Vi) => "Cơ quan đề nghị đặt lại mật khẩu.",
        (RequestReset, Lang::En) => "The agency asks for a new password.",
        (RosterAttribute, Lang::Vi) => "Danh sách của cơ quan ghi khác với thông tin trên hệ thống.",
        (RosterAttribute, Lang::En) => "The agency's roster states another value than the system holds.",
        (Transfer, Lang::Vi) => "Không còn trong danh sách cơ quan cũ và có tên trong danh sách cơ quan mới.",
        (Transfer, Lang::En) => "Gone from the former agency's roster and present on the new one's.",
        (TransferByReceiver, Lang::Vi) => {
            "Có tên trong danh sách cơ quan khác; cơ quan cũ chưa thông báo chuyển đi."
        }
        (TransferByReceiver, Lang::En) => {
            "Present on another agency's roster; the former agency has not said so yet."
        }
        (LeaverConfirmed, Lang::Vi) => "Đã thôi việc hoặc nghỉ hưu, có văn bản hoặc xác nhận của đầu mối.",
        (LeaverConfirmed, Lang::En) => "Has left, by a document or the contact's confirmation.",
        (LeaverByStatus, Lang::Vi) => "Danh sách ghi đã thôi việc hoặc nghỉ hưu nhưng chưa kèm văn bản.",
        (LeaverByStatus, Lang::En) => "The roster's status says so, without a document yet.",
        (TransferredAway, Lang::Vi) => "Cơ quan cũ ghi đã chuyển đi nhưng chưa cơ quan nào tiếp nhận.",
        (TransferredAway, Lang::En) => {
            "The former agency says transferred and no other lists the person yet."
        }
        (Rehire, Lang::Vi) => "Đã trở lại làm việc; tài khoản đang bị khóa.",
        (Rehire, Lang::En) => "Works here again; the account is disabled.",
        (AbsentFromFull, Lang::Vi) => "Không có tên trong danh sách đầy đủ của cơ quan.",
        (AbsentFromFull, Lang::En) => "Absent from the agency's full roster.",
        (NoRosterClaims, Lang::Vi) => {
            "Cơ quan đã gửi danh sách đầy đủ và không ai trong đó dùng tài khoản này."
        }
        (NoRosterClaims, Lang::En) => "The agency has sent a full roster and nobody on it has this account.",
        (RoleByPosition, Lang::Vi) => "Vị trí công tác được giao vai trò này.",
        (RoleByPosition, Lang::En) => "The position gives this role.",
        (RoleNotByPosition, Lang::Vi) => "Vị trí công tác hiện nay không còn được giao vai trò này.",
        (RoleNotByPosition, Lang::En) => "The position no longer gives this role.",
        (RoleEndsByTransfer, Lang::Vi) => "Người giữ vai trò chuyển sang cơ quan khác.",
        (RoleEndsByTransfer, Lang::En) => "The holder goes to another agency.",
        (RoleEndsByLeaving, Lang::Vi) => "Người giữ vai trò thôi việc.",
        (RoleEndsByLeaving, Lang::En) => "The holder leaves.",
        (RoleRestsOnLeave, Lang::Vi) => "Người giữ vai trò đang nghỉ dài ngày hoặc biệt phái.",
        (RoleRestsOnLeave, Lang::En) => "The holder is on leave or seconded.",
        (RequestUnlock, Lang::Vi) => "Cơ quan đề nghị mở khóa và đặt lại mật khẩu.",
        (RequestUnlock, Lang::En) => "The agency asks for the account to be unlocked with a new password.",
        (PhoneUnlock, Lang::Vi) => {
            "Đầu mối của cơ quan gọi điện đề nghị mở khóa; phải gọi lại theo số đã công bố trước khi duyệt."
        }
        (PhoneUnlock, Lang::En) => {
            "The agency's contact asked by phone for the account to be unlocked; the published number is called back before \
             anybody approves."
        }
        (MailboxRetention, Lang::Vi) => "Đã hết thời hạn giữ hộp thư của người thôi việc.",
        (MailboxRetention, Lang::En) => "The time for which a leaver's mailbox is kept has passed.",
        (LeavePolicy, Lang::Vi) => "Đang nghỉ dài ngày hoặc biệt phái; quy định của tỉnh tạm khóa tài khoản.",
        (LeavePolicy, Lang::En) => "On leave or seconded; the province suspends the account meanwhile.",
        (MoverAlias, Lang::Vi) => "Thêm địa chỉ phụ sau khi chuyển cơ quan, theo quy định của tỉnh.",
        (MoverAlias, Lang::En) => "A further address after a move, as the province wants it.",
        (Custodian, Lang::Vi) => "Hộp thư đơn vị có người phụ trách khác.",
        (Custodian, Lang::En) => "The unit mailbox has another custodian.",
        (HandOver, Lang::Vi) => "Vị trí hoặc hộp thư đơn vị đã được bàn giao.",
        (HandOver, Lang::En) => "A desk or a unit mailbox was handed over.",
        (PasswordOverdue, Lang::Vi) => "Mật khẩu đã quá thời hạn quy định và đã hết các bước đôn đốc.",
        (PasswordOverdue, Lang::En) => "The password is older than allowed, and the warnings have run out.",
        (FirstLoginOverdue, Lang::Vi) => "Mật khẩu lần đầu chưa được đổi trong thời hạn.",
        (FirstLoginOverdue, Lang::En) => "The first password was not changed in time.",
        (Dormant, Lang::Vi) => "Tài khoản không được dùng quá thời hạn quy định.",
        (Dormant, Lang::En) => "Not used for longer than the rule allows.",
        (Campaign, Lang::Vi) => "Đợt đổi mật khẩu chung.",
        (Campaign, Lang::En) => "A campaign in which everybody changes the password.",
        (Leak, Lang::Vi) => "Địa chỉ có trong danh sách tài khoản bị lộ.",
        (Leak, Lang::En) => "The address is on a list of leaked accounts.",
        (Incident, Lang::Vi) => "Tài khoản bị chiếm quyền sử dụng.",
        (Incident, Lang::En) => "The account was taken over.",
        (DefaultPassword, Lang::Vi) => "Mật khẩu là một trong các mật khẩu mặc định đã biết.",
        (DefaultPassword, Lang::En) => "The password is one of the known default ones.",
        (RolesApart, Lang::Vi) => {
            "Đang giữ cùng lúc hai vai trò không được kiêm; đã có người quyết định giữ vai trò nào."
        }
        (RolesApart, Lang::En) => {
            "Held together with a role that nobody may hold beside it; a person decided which stays."
        }
        (CustodianNamed, Lang::Vi) => {
            "Danh sách, hệ thống thư hoặc câu trả lời của cơ quan nêu người quản lý hộp thư đơn vị."
        }
        (CustodianNamed, Lang::En) => {
            "A roster, the directory or an answer names who keeps the unit mailbox."
        }
        (Reorganisation, Lang::Vi) => "Cơ quan được sắp xếp lại theo bảng chuyển đổi đã ban hành.",
        (Reorganisation, Lang::En) => "The agency is reorganised by the map that was issued.",
        (LookupsExceeded, Lang::Vi) => "Tra cứu thông tin công dân vượt giới hạn nhiều ngày.",
        (LookupsExceeded, Lang::En) => "Looked up more than the limits allow, on too many days.",
        (Undo, Lang::Vi) => "Khôi phục lại như trước một thay đổi đã thực hiện.",
        (Undo, Lang::En) => "Reverses a change that was carried out.",
    }
}

/// How much harm a wrong one does.
pub fn risk(risk: Risk, lang: Lang) -> &'static str {
    match (risk, lang) {
        (Risk::Low, Lang::Vi) => "thấp",
        (Risk::Medium, Lang::Vi) => "trung bình",
        (Risk::High, Lang::Vi) => "cao",
        (risk, Lang::En) => risk.as_str(),
    }
}

/// Why the risk is what it is.
pub fn risk_reason(risk: Risk, kind: ChangeKind, lang: Lang) -> &'static str {
    match (risk, lang) {
        (Risk::Low, Lang::Vi) => "Chỉ sửa thông tin do danh sách quản lý; sai thì sửa lại được ngay.",
        (Risk::Low, Lang::En) => "Only details that a roster owns; a wrong one is corrected at once.",
        (Risk::Medium, Lang::Vi) => {
            "Cấp thêm quyền hoặc chuyển tài khoản; sai thì người khác có thể truy cập."
        }
        (Risk::Medium, Lang::En) => "Gives or moves something; a wrong one lets the wrong person in.",
        (Risk::High, Lang::Vi) if kind.gives_access() => {
            "Mở quyền đăng nhập; sai thì người khác vào được tài khoản và hộp thư."
        }
        (Risk::High, Lang::En) if kind.gives_access() => {
            "Lets somebody sign in; a wrong one opens the account and its mail to somebody else."
        }
        (Risk::High, Lang::Vi) => {
            "Thu hồi quyền hoặc khóa tài khoản; sai thì công việc của người dùng bị gián đoạn."
        }
        (Risk::High, Lang::En) => "Takes something away; a wrong one stops somebody's work.",
    }
}

/// Who must approve.
pub fn gate(gate: Gate, lang: Lang) -> &'static str {
    match (gate, lang) {
        (Gate::None, Lang::Vi) => "không cần duyệt",
        (Gate::None, Lang::En) => "no approval",
        (Gate::One, Lang::Vi) => "một người duyệt",
        (Gate::One, Lang::En) => "one to approve",
        (Gate::Two, Lang::Vi) => "hai người duyệt",
        (Gate::Two, Lang::En) => "two to approve",
    }
}

/// What an operator is there for.
pub fn role(role: OperatorRole, lang: Lang) -> &'static str {
    match (role, lang) {
        (OperatorRole::Viewer, Lang::Vi) => "người xem",
        (OperatorRole::Contact, Lang::Vi) => "đầu mối cơ quan",
        (OperatorRole::Auditor, Lang::Vi) => "kiểm tra, giám sát",
        (OperatorRole::Reviewer, Lang::Vi) => "thẩm định",
        (OperatorRole::Approver, Lang::Vi) => "phê duyệt",
        (OperatorRole::Administrator, Lang::Vi) => "quản trị",
        (role, Lang::En) => role.as_str(),
    }
}

/// What a brake counts.
pub fn brake_kind(kind: BrakeKind, lang: Lang) -> &'static str {
    if lang == Lang::En {
        return kind.as_str();
    }
    match kind {
        BrakeKind::Disables => "khóa tài khoản",
        BrakeKind::Suspicions => "nghi đã nghỉ",
        BrakeKind::Orphans => "tài khoản không có trong danh sách",
        BrakeKind::Moves => "chuyển đơn vị",
        BrakeKind::RoleRemovals => "thu hồi vai trò",
        BrakeKind::Attributes => "cập nhật thông tin",
        BrakeKind::Creates => "cấp mới",
        BrakeKind::Grants => "cấp vai trò",
        BrakeKind::LadderLocks => "khóa theo quy định",
        BrakeKind::Closures => "đóng hộp thư",
        BrakeKind::Deletes => "xóa tài khoản",
        BrakeKind::ForcedChanges => "buộc đổi mật khẩu",
        BrakeKind::Incidents => "khóa do sự cố",
        BrakeKind::Reorganisation => "sắp xếp đơn vị",
    }
}

/// Where a campaign stands.
pub fn campaign_state(state: CampaignState, lang: Lang) -> &'static str {
    let (vi, en) = match state {
        CampaignState::Asked => ("chờ người thứ hai đồng ý", "waits for a second operator"),
        CampaignState::Running => ("đang thực hiện", "runs"),
        CampaignState::Stopped => ("đã dừng", "stopped"),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// Whom a step of a ladder or campaign reaches.
pub fn audience(to: Audience, lang: Lang) -> &'static str {
    let (vi, en) = match to {
        Audience::Holder => ("nhắc chủ tài khoản chưa đổi", "reminder to holders who have not changed"),
        Audience::Contact => ("báo đầu mối của cơ quan, đơn vị", "the agency’s contacts are told"),
        Audience::Department => ("báo Sở quản lý", "the department is told"),
        Audience::ForceChange => {
            ("buộc đổi mật khẩu ở lần đăng nhập tới", "a change is forced at the next sign-in")
        }
        Audience::Lock => ("khóa tài khoản chưa đổi", "accounts that are unchanged are locked"),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// A step that lies ahead of one account.
pub fn next_step(to: Audience, lang: Lang) -> &'static str {
    let (vi, en) = match to {
        Audience::Holder => ("nhắc chủ tài khoản", "the holder is reminded"),
        Audience::Contact => ("báo đầu mối của đơn vị", "the agency’s contacts are told"),
        Audience::Department => ("báo Sở quản lý", "the department is told"),
        Audience::ForceChange => ("buộc đổi mật khẩu", "a change is forced"),
        Audience::Lock => ("khóa", "it is locked"),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// Whose an account is.
pub fn holder(holder: Holder, lang: Lang) -> &'static str {
    let (vi, en) = match holder {
        Holder::Person => ("cá nhân", "a person’s"),
        Holder::Unit => ("hộp thư đơn vị", "unit mailbox"),
        Holder::Administrator => ("quản trị", "administrator’s"),
        Holder::Service => ("dịch vụ", "service"),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// Where an account stands to the rules on passwords.
pub fn standing(standing: Standing, lang: Lang) -> &'static str {
    let (vi, en) = match standing {
        Standing::Fresh => ("còn hạn", "fresh"),
        Standing::Warned => ("đã nhắc, chưa quá hạn", "reminded, not overdue"),
        Standing::Overdue => ("quá hạn", "overdue"),
        Standing::Unreachable => {
            ("quá hạn, không nhận được thư nhắc: in danh sách", "overdue and unreached: print the list")
        }
        Standing::Locked => ("đã khóa theo quy định", "locked by rule"),
        Standing::Unknown => ("không rõ tuổi mật khẩu", "age unknown"),
        Standing::Exempt => ("được miễn có thời hạn", "exempt for a while"),
        Standing::Away => ("tạm dừng: nghỉ dài hạn, biệt phái", "pauses: on leave or seconded"),
        Standing::Disabled => ("đã khóa vì lý do khác", "disabled for another reason"),
        Standing::Inactive => {
            ("quy định chưa áp dụng cho cơ quan, đơn vị", "the rules do not bind the agency yet")
        }
        Standing::NoRule => ("không có quy định về tuổi mật khẩu", "no rule on the password's age"),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// What became of an approval or a rejection.
pub fn approval(approval: &Approval, lang: Lang) -> String {
    match (approval, lang) {
        (Approval::Approved { have, needed, state: at }, Lang::Vi) => {
            format!("{have}/{needed} người đã duyệt: {}", state(*at, lang))
        }
        (Approval::Approved { have, needed, state: at }, Lang::En) => {
            format!("{have} of {needed} approved: {}", state(*at, lang))
        }
        (Approval::Rejected, Lang::Vi) => "không duyệt".into(),
        (Approval::Rejected, Lang::En) => "rejected".into(),
        (Approval::AlreadyApproved, Lang::Vi) => "bạn đã duyệt rồi; cần một người khác".into(),
        (Approval::AlreadyApproved, Lang::En) => "you approved it before; another person must".into(),
        (Approval::KeyMoved { .. }, Lang::Vi) => "nội dung đã thay đổi; hãy xem lại".into(),
        (Approval::KeyMoved { .. }, Lang::En) => "it says something else by now; look again".into(),
        (Approval::NeedsCallBack, Lang::Vi) => {
            "chưa duyệt được: phải gọi lại theo số điện thoại đã công bố và ghi nhận trước (rosterd review call-back)"
                .into()
        }
        (Approval::NeedsCallBack, Lang::En) => {
            "not yet: call the published number first and note it (rosterd review call-back)".into()
        }
        (Approval::NotProposed(at), Lang::Vi) => format!("không chờ duyệt: {}", state(*at, lang)),
        (Approval::NotProposed(at), Lang::En) => format!("does not wait for approval: {}", state(*at, lang)),
        (Approval::PutInByYou, Lang::Vi) => {
            "đề nghị này do bạn hoặc cơ quan bạn làm đầu mối gửi, hoặc do chính bạn ghi nhận; người khác phải duyệt"
                .into()
        }
        (Approval::PutInByYou, Lang::En) => {
            "you handed in or answer for a roster behind it, or wrote it down; somebody else must".into()
        }
    }
}

/// What became of a release.
pub fn release(release: &Release, lang: Lang) -> String {
    match (release, lang) {
        (Release::Released(count), Lang::Vi) => format!("đã mở phanh cho {count} thay đổi"),
        (Release::Released(count), Lang::En) => format!("released for {count} changes"),
        (Release::NeedsSecond, Lang::Vi) => "cần thêm một người nữa mở phanh".into(),
        (Release::NeedsSecond, Lang::En) => "a second operator must release it too".into(),
        (Release::AlreadyByYou, Lang::Vi) => "bạn đã mở phanh này; cần một người khác".into(),
        (Release::AlreadyByYou, Lang::En) => "you released it before; another person must".into(),
        (Release::NotOpen, Lang::Vi) => "phanh này không còn giữ gì".into(),
        (Release::NotOpen, Lang::En) => "this brake holds nothing".into(),
        (Release::PutInByYou, Lang::Vi) => {
            "có đề nghị bị giữ do bạn hoặc cơ quan bạn làm đầu mối gửi, hoặc do chính bạn ghi nhận; người khác phải mở"
                .into()
        }
        (Release::PutInByYou, Lang::En) => {
            "you handed in or answer for a roster behind what it holds, or wrote a request down; somebody else must"
                .into()
        }
    }
}

/// What became of a discard.
pub fn discard(discard: &Discard, lang: Lang) -> String {
    match (discard, lang) {
        (Discard::Discarded(count), Lang::Vi) => format!("đã bỏ {count} thay đổi mà phanh này giữ"),
        (Discard::Discarded(count), Lang::En) => format!("{count} changes held by this brake were rejected"),
        (Discard::NeedsSecond, Lang::Vi) => "cần thêm một người nữa đồng ý bỏ".into(),
        (Discard::NeedsSecond, Lang::En) => "a second operator must discard it too".into(),
        (Discard::AlreadyByYou, Lang::Vi) => "bạn đã đồng ý bỏ; cần một người khác".into(),
        (Discard::AlreadyByYou, Lang::En) => "you discarded it before; another person must".into(),
        (Discard::NotOpen, Lang::Vi) => "phanh này không còn giữ gì".into(),
        (Discard::NotOpen, Lang::En) => "this brake holds nothing".into(),
    }
}

/// What ends the sessions of a mailbox that was handed over, on the mail server itself.
pub fn mail_sessions(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => {
            "Thư điện tử: máy chủ thư không cho kết thúc phiên từ xa; mật khẩu được đổi khi bàn giao nên thiết bị còn đăng \
             nhập phải đăng nhập lại bằng mật khẩu mới."
        }
        Lang::En => {
            "Mail: the mail server ends no sessions from afar; the password is changed with the handover, so that a device \
             still signed in needs the new one when it next signs in."
        }
    }
}

/// What became of the sessions of a mailbox that was handed over, in the system called `title`.
pub fn sessions(sessions: Sessions, title: &str, lang: Lang) -> String {
    let says = match (sessions, lang) {
        (Sessions::WillEnd, Lang::Vi) => "mọi phiên đăng nhập được kết thúc ngay khi bàn giao.",
        (Sessions::WillEnd, Lang::En) => "every session ends with the handover.",
        (Sessions::Ended, Lang::Vi) => "mọi phiên đăng nhập đã được kết thúc.",
        (Sessions::Ended, Lang::En) => "every session is ended.",
        (Sessions::NoAccount, Lang::Vi) => "hộp thư không có tài khoản tại hệ thống này.",
        (Sessions::NoAccount, Lang::En) => "the mailbox has no account there.",
        (Sessions::Waiting, Lang::Vi) => "chưa kết thúc được các phiên đăng nhập, sẽ thực hiện lại.",
        (Sessions::Waiting, Lang::En) => "the sessions are not ended yet; it is tried again.",
        (Sessions::Failed, Lang::Vi) => {
            "không kết thúc được các phiên đăng nhập; quản trị viên phải kiểm tra và xử lý."
        }
        (Sessions::Failed, Lang::En) => "the sessions could not be ended; an operator must look.",
        (Sessions::Cannot, Lang::Vi) => {
            "hệ thống không cho kết thúc phiên từ xa; nếu hộp thư có tài khoản tại đây, bên giao phải tự đăng xuất và bên \
             nhận phải đổi mật khẩu."
        }
        (Sessions::Cannot, Lang::En) => {
            "the system ends no sessions from afar; if the mailbox has an account there, who hands it over must sign out and \
             who takes it over must change the password."
        }
    };
    format!("{title}: {says}")
}

/// What was noticed of an account.
pub fn sign(sign: Sign, lang: Lang) -> &'static str {
    match (sign, lang) {
        (Sign::OddMail, Lang::Vi) => "thư lạ",
        (Sign::OddMail, Lang::En) => "odd mail",
        (Sign::FailedSignIns, Lang::Vi) => "đăng nhập sai nhiều lần",
        (Sign::FailedSignIns, Lang::En) => "failed sign-ins",
        (Sign::UnknownSignIn, Lang::Vi) => "đăng nhập lạ",
        (Sign::UnknownSignIn, Lang::En) => "an unknown sign-in",
        (Sign::Other, Lang::Vi) => "dấu hiệu khác",
        (Sign::Other, Lang::En) => "another sign",
    }
}

/// Why an address was not taken for that of a unit mailbox's custodian.
pub fn unfit(unfit: Unfit, address: &str, lang: Lang) -> String {
    match (unfit, lang) {
        (Unfit::Nobody, Lang::Vi) => {
            format!(
                "“{address}” không phải địa chỉ thư công vụ của ai: ghi địa chỉ của người quản lý hộp thư."
            )
        }
        (Unfit::Nobody, Lang::En) => {
            format!("{address:?} is nobody's official address: give that of the person who keeps the mailbox")
        }
        (Unfit::Disabled, Lang::Vi) => format!("Tài khoản của {address} đang bị khóa."),
        (Unfit::Disabled, Lang::En) => format!("the account of {address} is disabled"),
        (Unfit::Elsewhere, Lang::Vi) => format!("{address} thuộc cơ quan khác."),
        (Unfit::Elsewhere, Lang::En) => format!("{address} belongs to another agency"),
    }
}
