//! The adoption report: the first look at a directory that nobody has reconciled.

use super::{Cell, Report, Table, columns, say, shown_day};
use crate::model::Lang;
use crate::model::adoption::{Adoption, Claim, Line};
use crate::model::agency::{Agencies, name_of};
use crate::model::ids::AgencyCode;
use crate::model::matching::MatchRule;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Lays out an adoption. `only` are the agencies to show; none means all.
pub fn report(
    adoption: &Adoption,
    only: &BTreeSet<AgencyCode>,
    agencies: &Agencies,
    issuer: &str,
    date: NaiveDate,
    lang: Lang,
) -> Report {
    let shown = |code: &AgencyCode| only.is_empty() || only.contains(code);
    let lines: Vec<&Line> = adoption.lines.iter().filter(|line| shown(&line.agency)).collect();
    let settled = adoption.agencies.iter().filter(|(code, one)| shown(code) && one.is_settled()).count();
    let all = adoption.agencies.keys().filter(|code| shown(code)).count();
    Report {
        lang,
        issuer: issuer.to_owned(),
        title: say(lang, "Báo cáo tiếp nhận thư mục tài khoản", "Adoption of the directory"),
        subtitle: say(lang, "Tính đến ngày ", "As of ") + &shown_day(date),
        date,
        facts: vec![
            (say(lang, "Số tài khoản", "Accounts"), lines.len().to_string()),
            (
                say(
                    lang,
                    "Cơ quan đã gửi danh sách đầy đủ và đã xác nhận xong kết quả khớp",
                    "Agencies with a full roster and settled matches",
                ),
                format!("{settled}/{all}"),
            ),
            (
                say(lang, "Nguyên tắc", "Rule"),
                say(
                    lang,
                    "Vắng tên hoặc không ai nhận chỉ được xét khi cơ quan đã gửi danh sách đầy đủ; không lấy đi gì dựa trên \
                     kết quả khớp chưa xác nhận",
                    "Absence counts only where the agency has sent a full roster; nothing is taken away on an unconfirmed match",
                ),
            ),
        ],
        charts: Vec::new(),
        tables: vec![
            by_agency(adoption, &shown, agencies, lang),
            by_rule(&lines, lang),
            accounts(
                say(lang, "Tài khoản chưa rõ của ai, cần trả lời", "Ambiguous accounts, to be answered"),
                &lines,
                |line| line.claim == Claim::Ambiguous,
                lang,
            ),
            accounts(
                say(lang, "Tài khoản không của ai", "Accounts of nobody"),
                &lines,
                |line| line.claim == Claim::Nobodys,
                lang,
            ),
            accounts(
                say(
                    lang,
                    "Tài khoản chưa có danh sách nào nhận (cơ quan chưa gửi danh sách đầy đủ)",
                    "Unclaimed accounts (no full roster yet)",
                ),
                &lines,
                |line| line.claim == Claim::Unclaimed,
                lang,
            ),
            misnamed(&lines, lang),
        ],
        minutes: Vec::new(),
        signatures: vec![say(lang, "Người lập báo cáo", "Prepared by")],
    }
}

fn by_agency(
    adoption: &Adoption,
    shown: &dyn Fn(&AgencyCode) -> bool,
    agencies: &Agencies,
    lang: Lang,
) -> Table {
    let row = |code: &AgencyCode| {
        let standing = &adoption.agencies[code];
        let count = |fits: fn(&Line) -> bool| Cell::Number(adoption.count(code, fits));
        let yes = |is: bool| Cell::Text(if is { say(lang, "có", "yes") } else { say(lang, "chưa", "no") });
        vec![
            name_of(agencies, code).into(),
            count(|_| true),
            count(|line| matches!(line.claim, Claim::Matched { .. })),
            standing.unconfirmed.into(),
            count(|line| line.claim == Claim::Ambiguous),
            count(|line| line.claim == Claim::Unclaimed),
            count(|line| line.claim == Claim::Nobodys),
            count(|line| line.by_the_rule.is_some()),
            standing.without_account.into(),
            yes(standing.full_roster),
            yes(standing.is_settled()),
        ]
    };
    Table {
        title: say(lang, "Theo cơ quan", "By agency"),
        columns: columns(
            lang,
            &[
                ("Cơ quan", "Agency", 34),
                ("Tài khoản", "Accounts", 10),
                ("Đã khớp", "Matched", 10),
                ("Chờ xác nhận", "To confirm", 10),
                ("Chưa rõ", "Ambiguous", 10),
                ("Chưa ai nhận", "Unclaimed", 10),
                ("Không của ai", "Nobody's", 10),
                ("Sai quy tắc đặt tên", "Misnamed", 12),
                ("Người chưa có tài khoản", "Without account", 13),
                ("Danh sách đầy đủ", "Full roster", 11),
                ("Đã xong", "Settled", 9),
            ],
        ),
        rows: adoption.agencies.keys().filter(|code| shown(code)).map(row).collect(),
    }
}

fn by_rule(lines: &[&Line], lang: Lang) -> Table {
    let matched = |rule: MatchRule, settled: bool| {
        let is = |line: &&&Line| matches!(&line.claim, Claim::Matched { by, .. } if by.rule == rule && by.is_settled() == settled);
        lines.iter().filter(is).count() as u64
    };
    let counted = |rule: &MatchRule| (*rule, matched(*rule, true), matched(*rule, false));
    let rows = MatchRule::ALL.iter().map(counted).filter(|(_, settled, open)| settled + open > 0);
    Table {
        title: say(lang, "Theo quy tắc khớp", "By rule of the match"),
        columns: columns(
            lang,
            &[("Quy tắc", "Rule", 40), ("Đã chắc chắn", "Settled", 14), ("Chờ xác nhận", "To confirm", 14)],
        ),
        rows: rows
            .map(|(rule, settled, open)| vec![rule.phrase(lang).into(), settled.into(), open.into()])
            .collect(),
    }
}

fn accounts(title: String, lines: &[&Line], fits: impl Fn(&Line) -> bool, lang: Lang) -> Table {
    let row = |line: &&Line| {
        let state =
            if line.disabled { say(lang, "đã khóa", "disabled") } else { say(lang, "đang mở", "open") };
        vec![line.agency.as_str().into(), line.address.clone().into(), line.name.clone().into(), state.into()]
    };
    Table {
        title,
        columns: columns(
            lang,
            &[
                ("Cơ quan", "Agency", 16),
                ("Địa chỉ", "Address", 34),
                ("Họ tên trong thư mục", "Name in the directory", 30),
                ("Trạng thái", "State", 12),
            ],
        ),
        rows: lines.iter().filter(|line| fits(line)).map(row).collect(),
    }
}

fn misnamed(lines: &[&Line], lang: Lang) -> Table {
    let row = |line: &&Line| {
        let wanted = line.by_the_rule.clone()?;
        let (agency, address) = (line.agency.as_str(), line.address.clone());
        Some(vec![agency.into(), address.into(), line.name.clone().into(), wanted.into()])
    };
    Table {
        title: say(
            lang,
            "Địa chỉ sai quy tắc đặt tên (giữ nguyên, chỉ để biết)",
            "Addresses that break the naming rule (kept; for information)",
        ),
        columns: columns(
            lang,
            &[
                ("Cơ quan", "Agency", 16),
                ("Địa chỉ", "Address", 34),
                ("Họ tên", "Name", 30),
                ("Theo quy tắc", "By the rule", 34),
            ],
        ),
        rows: lines.iter().filter_map(row).collect(),
    }
}
