//! Sample letters on passwords, leaks, incidents, look-ups and full mailboxes.

use super::{AGENCY, day};
use crate::model::lookup::Period;
use crate::notify::letter::{
    AgencyCount, IncidentClosed, IncidentOpened, LeakedFrom, Letter, LockedMailbox, LookupsExceeded,
    MailboxFull, OverdueAccount, RotationDigest, RotationReminder,
};

pub(super) fn reminder(campaign: bool) -> Letter {
    Letter::RotationReminder(RotationReminder {
        agency: AGENCY.into(),
        account: "annv.skhcn@example.vn".into(),
        system: "thư điện tử công vụ".into(),
        cause: if campaign { "campaign" } else { "first-password" }.into(),
        leak: None,
        number: 2,
        of: if campaign { 4 } else { 1 },
        deadline: day(11, 27),
        until_hour: campaign.then(|| "17 giờ 00".into()),
        force_on: None,
        lock_on: campaign.then(|| day(11, 30)),
        deletes: campaign,
        document: "99/2025/QĐ-UBND".into(),
        decided_by: "Ủy ban nhân dân tỉnh".into(),
        basis: "Điều 8".into(),
        sign_in_at: "mail.example.vn".into(),
        leak_check_at: campaign.then(|| "kiemtra.example".into()),
        min_length: campaign.then_some(8),
        classes: if campaign { vec!["chữ hoa".into(), "chữ số".into()] } else { Vec::new() },
        contact_name: "Bộ phận hỗ trợ".into(),
        contact_phone: "0200 0000 000".into(),
    })
}

pub(super) fn after_leak(by_agency: bool) -> Letter {
    let Letter::RotationReminder(reminder) = reminder(false) else { return reminder(false) };
    let source = if by_agency { "Danh sach can bo.xlsx" } else { "forum.example" };
    Letter::RotationReminder(RotationReminder {
        cause: "leak".into(),
        leak: Some(LeakedFrom { source: source.into(), on: (!by_agency).then(|| day(10, 30)), by_agency }),
        of: 2,
        lock_on: Some(day(11, 30)),
        ..reminder
    })
}

pub(super) fn after_default() -> Letter {
    let Letter::RotationReminder(reminder) = reminder(false) else { return reminder(false) };
    Letter::RotationReminder(RotationReminder {
        cause: "default-password".into(),
        of: 2,
        lock_on: Some(day(12, 4)),
        ..reminder
    })
}

pub(super) fn locked() -> LockedMailbox {
    LockedMailbox { name: "Đỗ Văn Em".into(), address: "emdv.skhcn@example.vn".into() }
}

pub(super) fn digest(audience: &'static str) -> Letter {
    let account = |name: &str, address: &str, lock_on| OverdueAccount {
        name: name.into(),
        address: address.into(),
        agency: AGENCY.into(),
        deadline: day(11, 20),
        lock_on,
        percent: None,
    };
    let contact = audience == "contact";
    Letter::RotationDigest(RotationDigest {
        agency: AGENCY.into(),
        audience,
        cause: if contact { "max-age" } else { "idle" }.into(),
        document: "99/2025/QĐ-UBND".into(),
        basis: "Điều 8".into(),
        count: if contact { 4 } else { 2 },
        accounts: vec![
            account("Nguyễn Văn An", "annv.skhcn@example.vn", Some(day(12, 4))),
            account("Lê Thị Cúc", "cuclt.skhcn@example.vn", None),
        ],
        unreached: if contact {
            vec![account("Lê Thị Cúc", "cuclt.skhcn@example.vn", None)]
        } else {
            Vec::new()
        },
        locked: if contact { vec![locked()] } else { Vec::new() },
        below: if contact {
            vec![AgencyCount { agency: "Trung tâm Khuyến nông".into(), count: 2 }]
        } else {
            Vec::new()
        },
    })
}

pub(super) fn lookups(per: Period, number: u32, by_hand: bool) -> Letter {
    Letter::LookupsExceeded(LookupsExceeded {
        agency: AGENCY.into(),
        about: (!by_hand).then(|| AGENCY.into()),
        system: "Hệ thống một cửa".into(),
        name: (!by_hand).then(|| "Nguyễn Văn An".into()),
        login: "annv.skhcn".into(),
        date: day(11, 23),
        hour: "09:41".into(),
        per,
        count: 640,
        most: 500,
        basis: "Văn bản 5722/TCTTKĐA ngày 10/8/2023, mục 2".into(),
        number,
        within_days: 30,
        suspends: number > 2,
        by_hand,
    })
}

pub(super) fn incident_opened(by_hand: bool) -> Letter {
    Letter::IncidentOpened(IncidentOpened {
        agency: by_hand.then(|| AGENCY.into()),
        about: AGENCY.into(),
        name: "Nguyễn Văn An".into(),
        address: "annv.skhcn@example.vn".into(),
        date: day(11, 22),
        hour: "14:05".into(),
        reason: "Phát hiện đăng nhập từ nước ngoài".into(),
        by_hand,
        systems: if by_hand {
            vec![]
        } else {
            vec!["Hệ thống một cửa".into(), "Quản lý văn bản".into()]
        },
    })
}

pub(super) fn incident_closed(reopens: bool) -> Letter {
    Letter::IncidentClosed(IncidentClosed {
        agency: reopens.then(|| AGENCY.into()),
        about: AGENCY.into(),
        name: "Nguyễn Văn An".into(),
        address: "annv.skhcn@example.vn".into(),
        date: day(11, 22),
        reopens,
        slips_at: "Phòng Hạ tầng số, tầng 2".into(),
    })
}

pub(super) fn mailbox_full(number: usize) -> Letter {
    Letter::MailboxFull(MailboxFull {
        agency: AGENCY.into(),
        account: "annv.skhcn@example.vn".into(),
        percent: 93,
        used_mb: 1_904,
        limit_mb: 2_048,
        number,
        of: if number == 1 { 1 } else { 2 },
        deadline: day(12, 4),
        document: "143/2025/QĐ-UBND".into(),
        basis: "Quy định về dung lượng hộp thư".into(),
        sign_in_at: "mail.example.vn".into(),
        contact_name: "Bộ phận hỗ trợ".into(),
        contact_phone: "0200 0000 000".into(),
    })
}

pub(super) fn full_mailboxes() -> Letter {
    let Letter::RotationDigest(digest) = digest("contact") else { return digest("contact") };
    let accounts = digest.accounts.into_iter().zip([93, 97]);
    Letter::RotationDigest(RotationDigest {
        cause: "quota".into(),
        accounts: accounts
            .map(|(one, percent)| OverdueAccount { lock_on: None, percent: Some(percent), ..one })
            .collect(),
        unreached: Vec::new(),
        locked: Vec::new(),
        ..digest
    })
}

pub(super) fn forced_by_age() -> Letter {
    let Letter::RotationReminder(reminder) = reminder(false) else { return reminder(false) };
    Letter::RotationReminder(RotationReminder {
        cause: "max-age".into(),
        of: 3,
        force_on: Some(day(12, 2)),
        lock_on: Some(day(12, 11)),
        ..reminder
    })
}
