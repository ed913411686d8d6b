//! Sample letters, invented: every template is rendered with them before a site relies on it. Between them,
//! every optional field is once there and once not.

mod safety;

use crate::model::change::ChangeKind;
use crate::model::lookup::Period;
use crate::model::notice::Step;
use crate::model::roster::RosterKind;
use crate::notify::letter::{
    AccountCreated, AttestationAsked, ChangesMade, ContactLeaves, Counts, CreatedAccount, CustodianLeaves,
    DailyReport, HeldByBrake, KeptMailbox, LateLine, Letter, MadeChange, Missing, Named, NotReceived,
    NotReceivedMail, OrderLate, ReadAs, ReceiverAsks, RosterFeedback, SlipsWaiting, SuspicionsWaiting,
    UnagedSystem, WaitingByDue, WaitingSlip,
};
use chrono::NaiveDate;
use safety::{
    after_default, after_leak, digest, forced_by_age, full_mailboxes, incident_closed, incident_opened,
    locked, lookups, mailbox_full, reminder,
};

/// One or more of each letter.
pub fn samples() -> Vec<Letter> {
    vec![
        created(true),
        created(false),
        changes(),
        accepted(),
        older(),
        refused(),
        asked(true),
        asked(false),
        again(),
        slips(Step::Remind),
        slips(Step::Overdue),
        suspicions(Step::Remind),
        suspicions(Step::Escalate),
        suspicions(Step::Overdue),
        attestation(None),
        attestation(Some(Step::Escalate)),
        attestation(Some(Step::Overdue)),
        contact_leaves(true),
        contact_leaves(false),
        custodian_leaves(true),
        custodian_leaves(false),
        late(true),
        late(false),
        reminder(true),
        reminder(false),
        digest("contact"),
        digest("department"),
        digest("chief"),
        incident_opened(true),
        incident_opened(false),
        incident_closed(true),
        incident_closed(false),
        after_leak(false),
        after_leak(true),
        lookups(Period::Minute, 1, false),
        lookups(Period::Hour, 2, false),
        lookups(Period::Day, 3, false),
        lookups(Period::Day, 3, true),
        after_default(),
        not_received(),
        rejected(),
        mailbox_full(1),
        mailbox_full(2),
        full_mailboxes(),
        forced_by_age(),
        daily(true),
        daily(false),
        locks(),
    ]
}

const AGENCY: &str = "Sở Khoa học và Công nghệ";

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

fn created(full: bool) -> Letter {
    let account = |name: &str, address: &str, full: bool| CreatedAccount {
        name: name.into(),
        position: full.then(|| "Chuyên viên".into()),
        address: address.into(),
        document: full.then(|| "626/CV-SKHCN".into()),
        approved_by: if full { vec!["Trần Thị Bình".into()] } else { vec![] },
    };
    Letter::AccountCreated(AccountCreated {
        agency: AGENCY.into(),
        accounts: vec![
            account("Nguyễn Văn An", "annv.skhcn@example.vn", true),
            account("Lê Thị Cúc", "cuclt.skhcn@example.vn", false),
        ],
        date: day(11, 20),
        slips_at: "Phòng Hạ tầng số, tầng 2, số 1 đường Trần Phú, từ 8 giờ đến 17 giờ ngày làm việc".into(),
        collect_by: full.then(|| day(11, 27)),
    })
}

fn changes() -> Letter {
    let change = |kind, full: bool| MadeChange {
        kind,
        system: full.then(|| "Hệ thống thông tin giải quyết thủ tục hành chính".into()),
        name: "Nguyễn Văn An".into(),
        address: "annv.skhcn@example.vn".into(),
        detail: full.then(|| "Cán bộ một cửa".into()),
        date: day(12, 1),
        document: full.then(|| "626/CV-SKHCN".into()),
        approved_by: if full {
            vec!["Trần Thị Bình".into(), "Phạm Văn Dũng".into()]
        } else {
            vec![]
        },
    };
    Letter::ChangesMade(ChangesMade {
        agency: AGENCY.into(),
        changes: vec![change(ChangeKind::GrantRole, true), change(ChangeKind::DisableAccount, false)],
        locked: Vec::new(),
    })
}

fn locks() -> Letter {
    let Letter::ChangesMade(made) = changes() else { return changes() };
    let lock = MadeChange {
        kind: ChangeKind::LockAccount,
        name: locked().name,
        address: locked().address,
        document: Some("Quyết định 99/2025/QĐ-UBND".into()),
        ..made.changes[1].clone()
    };
    Letter::ChangesMade(ChangesMade { changes: vec![lock], locked: vec![locked()], ..made })
}

fn feedback(read: ReadAs, counts: Counts, feedback: &str) -> Letter {
    Letter::RosterFeedback(RosterFeedback {
        agency: AGENCY.into(),
        file: "danh-sach-cong-chuc.xlsx".into(),
        received: day(11, 20),
        read,
        counts,
        feedback: feedback.into(),
    })
}

fn accepted() -> Letter {
    let why = "Danh sách có 42 trong 45 người đã biết của cơ quan, đơn vị.".into();
    let read = ReadAs::Accepted { kind: RosterKind::Full, why };
    let counts = Counts { ok: 40, warnings: 2, errors: 1 };
    feedback(read, counts, "done/skhcn/2026-11-20/danh-sach-cong-chuc.ketqua.xlsx")
}

fn older() -> Letter {
    let counts = Counts { ok: 42, warnings: 0, errors: 0 };
    let read = ReadAs::Older { in_force: day(11, 1) };
    feedback(read, counts, "done/skhcn/2026-11-20/danh-sach-cong-chuc.ketqua.xlsx")
}

fn again() -> Letter {
    let counts = Counts { ok: 42, warnings: 0, errors: 0 };
    let read = ReadAs::Again { first: day(11, 1), name: "danh-sach.xlsx".into() };
    feedback(read, counts, "done/skhcn/2026-11-20/danh-sach-cong-chuc.ketqua.xlsx")
}

fn rejected() -> Letter {
    let counts = Counts { ok: 40, warnings: 2, errors: 0 };
    let read = ReadAs::Rejected { count: 2 };
    feedback(read, counts, "done/skhcn/2026-11-20/danh-sach-cong-chuc.ketqua.xlsx")
}

fn refused() -> Letter {
    let read = ReadAs::Refused { why: "Không tìm thấy dòng tiêu đề.".into() };
    let counts = Counts { ok: 0, warnings: 0, errors: 0 };
    feedback(read, counts, "refused/skhcn/2026-11-20/danh-sach-cong-chuc.ketqua.xlsx")
}

fn late(above: bool) -> Letter {
    let line = |kind, role: &str| LateLine {
        kind,
        name: "Nguyễn Văn An".into(),
        address: "annv.skhcn@example.vn".into(),
        role: role.into(),
        unit: AGENCY.into(),
    };
    Letter::OrderLate(OrderLate {
        agency: None,
        system: "Hệ thống thông tin giải quyết thủ tục hành chính".into(),
        order: "tthc-2026-11-20-01".into(),
        ordered: day(11, 20),
        due: day(11, 23),
        urgent: above,
        contact: above.then(|| "Phạm Thị Em".into()),
        phone: above.then(|| "0200 0000 001".into()),
        lines: vec![
            line(ChangeKind::RevokeRole, "Cán bộ một cửa"),
            line(ChangeKind::GrantRole, "Chuyên viên xử lý"),
        ],
    })
}

fn asked(full: bool) -> Letter {
    Letter::ReceiverAsks(ReceiverAsks {
        agency: AGENCY.into(),
        receiver: "Sở Nội vụ".into(),
        name: "Nguyễn Văn An".into(),
        address: "annv.skhcn@example.vn".into(),
        position: full.then(|| "Phó Trưởng phòng".into()),
        file: "danh-sach-cong-chuc.xlsx".into(),
        document: full.then(|| "118/SNV-VP".into()),
        from: full.then(|| day(12, 1)),
    })
}

/// To whom a letter of this step goes: the agency, the one above it, or those on duty.
fn addressee(step: Option<Step>) -> String {
    match step {
        None | Some(Step::Remind) => AGENCY.into(),
        Some(Step::Escalate) => "Ủy ban nhân dân tỉnh".into(),
        Some(Step::Overdue) => "Trung tâm Chuyển đổi số".into(),
    }
}

fn slips(step: Step) -> Letter {
    let slip = |name: &str, address: &str, printed| WaitingSlip {
        name: name.into(),
        address: address.into(),
        made: day(11, 20),
        printed,
    };
    Letter::SlipsWaiting(SlipsWaiting {
        agency: AGENCY.into(),
        about: AGENCY.into(),
        step,
        slips: vec![
            slip("Nguyễn Văn An", "annv.skhcn@example.vn", false),
            slip("Lê Thị Cúc", "cuclt.skhcn@example.vn", step != Step::Overdue),
        ],
        slips_at: "Phòng Hạ tầng số, tầng 2, số 1 đường Trần Phú, từ 8 giờ đến 17 giờ ngày làm việc".into(),
        collect_by: day(12, 18),
    })
}

fn suspicions(step: Step) -> Letter {
    let person = |name: &str, address: &str| Missing {
        name: name.into(),
        address: address.into(),
        file: "danh-sach-cong-chuc.xlsx".into(),
        asked: day(11, 20),
    };
    Letter::SuspicionsWaiting(SuspicionsWaiting {
        agency: addressee(Some(step)),
        about: AGENCY.into(),
        step,
        people: vec![
            person("Nguyễn Văn An", "annv.skhcn@example.vn"),
            person("Lê Thị Cúc", "cuclt.skhcn@example.vn"),
        ],
        answer_by: day(12, 11),
    })
}

fn attestation(step: Option<Step>) -> Letter {
    let mailbox = |address: &str, custodian: Option<&str>| KeptMailbox {
        address: address.into(),
        custodian: custodian.map(str::to_owned),
    };
    Letter::AttestationAsked(AttestationAsked {
        agency: addressee(step),
        about: AGENCY.into(),
        step,
        contacts: vec![Named {
            name: "Trần Thị Bình".into(), address: "binhtt.skhcn@example.vn".into()
        }],
        mailboxes: vec![
            mailbox("vanthu.skhcn@example.vn", Some("Nguyễn Văn An")),
            mailbox("tiepdan.skhcn@example.vn", None),
        ],
        systems: match step {
            None => vec![UnagedSystem { system: "Hệ thống một cửa".into(), accounts: 12 }],
            Some(_) => Vec::new(),
        },
        answer_by: day(12, 18),
    })
}

fn contact_leaves(last: bool) -> Letter {
    Letter::ContactLeaves(ContactLeaves {
        agency: addressee(last.then_some(Step::Overdue)),
        about: AGENCY.into(),
        contact: "Trần Thị Bình".into(),
        address: "binhtt.skhcn@example.vn".into(),
        absent: last,
        last,
    })
}

fn custodian_leaves(absent: bool) -> Letter {
    Letter::CustodianLeaves(CustodianLeaves {
        agency: AGENCY.into(),
        about: AGENCY.into(),
        custodian: "Nguyễn Văn An".into(),
        mailboxes: vec!["vanthu.skhcn@example.vn".into(), "tiepdan.skhcn@example.vn".into()],
        absent,
        answer_by: day(12, 11),
    })
}

fn not_received() -> Letter {
    let mail = |name: &str, address: &str, code: Option<&str>| NotReceivedMail {
        name: name.into(),
        address: address.into(),
        subject: "Đề nghị đổi mật khẩu thư điện tử công vụ (lần 2/3)".into(),
        returned: code.is_some(),
        code: code.map(str::to_owned),
    };
    Letter::NotReceived(NotReceived {
        agency: None,
        date: day(11, 20),
        count: 2,
        mails: vec![
            mail("Nguyễn Văn An", "annv.skhcn@example.vn", Some("5.2.2")),
            mail("Lê Thị Cúc", "cuclt.skhcn@example.vn", None),
        ],
    })
}

fn daily(busy: bool) -> Letter {
    let head = |lane: &str, seq: u32, digit: &str| format!("{lane}:{seq}:{}", digit.repeat(64));
    let brake = |kind: &str, agency: Option<&str>, count| HeldByBrake {
        kind: kind.into(),
        agency: agency.map(str::to_owned),
        count,
    };
    let quiet = DailyReport {
        agency: None,
        date: day(11, 23),
        waiting: WaitingByDue::default(),
        expired: 0,
        held: vec![],
        held_count: 0,
        failed: 0,
        unknown: 0,
        questions: 0,
        incidents: 0,
        incidents_open_somewhere: 0,
        undelivered: 0,
        late_count: 0,
        late: vec![],
        late_unnamed: 0,
        heads: vec![head("rosterd", 1, "a")],
    };
    Letter::DailyReport(if busy {
        DailyReport {
            waiting: WaitingByDue { sum: 61, overdue: 2, today: 4, week: 25, later: 30 },
            expired: 1,
            held: vec![brake("khóa tài khoản", Some(AGENCY), 14), brake("chuyển đơn vị", None, 230)],
            held_count: 244,
            failed: 3,
            unknown: 1,
            questions: 5,
            incidents: 2,
            incidents_open_somewhere: 1,
            undelivered: 7,
            late_count: 12,
            late: vec![AGENCY.into(), "Sở Nội vụ".into()],
            late_unnamed: 10,
            heads: vec![head("operators", 412, "c"), head("rosterd", 9035, "d")],
            ..quiet
        }
    } else {
        quiet
    })
}
