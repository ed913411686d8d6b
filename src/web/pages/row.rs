//! A row of a roster: as it was understood, personal data masked, and as it was sent.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::sheet::{original, reader};
use crate::model::Lang;
use crate::model::citizen::{CitizenId, CitizenMark};
use crate::model::ids::RosterId;
use crate::model::person::Gender;
use crate::model::record::{Action, Record, Status};
use serde::Serialize;

/// One field of a row.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Field {
    /// The canonical column.
    pub name: &'static str,
    pub value: String,
}

fn fields<C>(
    record: &Record<C>,
    lang: Lang,
    citizen: impl Fn(&C) -> String,
    hide: impl Fn(&str) -> String,
) -> Vec<Field> {
    let Record {
        sheet: _,
        row: _,
        full_name,
        birth,
        gender,
        citizen_id,
        staff_code,
        position,
        unit,
        phone,
        email,
        status,
        action,
        effective_date,
        note,
        departure_confirmed: _,
    } = record;
    let open = |text: &Option<String>| text.clone();
    let all = [
        ("full_name", Some(full_name.to_string())),
        ("birth", birth.map(|birth| hide(&birth.written()))),
        (
            "gender",
            gender.as_ref().map(|gender| {
                hide(match gender {
                    Gender::Male => "Nam",
                    Gender::Female => "Nữ",
                })
            }),
        ),
        ("citizen_id", citizen_id.as_ref().map(citizen)),
        ("staff_code", open(staff_code)),
        ("position", open(position)),
        ("unit", open(unit)),
        ("phone", phone.as_ref().map(|phone| hide(phone))),
        ("email", open(email)),
        ("status", status.map(|one| status_name(one, lang).to_owned())),
        ("action", action.map(|one| action_name(one, lang).to_owned())),
        ("effective_date", effective_date.map(|date| date.format("%d/%m/%Y").to_string())),
        ("note", note.as_ref().map(|note| hide(note))),
    ];
    all.into_iter().filter_map(|(name, value)| value.map(|value| Field { name, value })).collect()
}

fn status_name(status: Status, lang: Lang) -> &'static str {
    let (vi, en) = match status {
        Status::Active => ("đang công tác", "works here"),
        Status::Transferred => ("chuyển công tác", "transferred"),
        Status::Retired => ("nghỉ hưu", "retired"),
        Status::Resigned => ("thôi việc", "resigned"),
        Status::Dismissed => ("buộc thôi việc", "dismissed"),
        Status::Deceased => ("từ trần", "deceased"),
        Status::Leave => ("nghỉ thai sản, ốm, không lương", "on leave"),
        Status::Seconded => ("biệt phái", "seconded"),
    };
    if lang == Lang::Vi { vi } else { en }
}

fn action_name(action: Action, lang: Lang) -> &'static str {
    let (vi, en) = match action {
        Action::Create => ("cấp mới", "create"),
        Action::Change => ("thay đổi", "change"),
        Action::Suspend => ("tạm khóa", "suspend"),
        Action::Revoke => ("thu hồi", "revoke"),
        Action::ResetPassword => ("đặt lại mật khẩu", "new password"),
    };
    if lang == Lang::Vi { vi } else { en }
}

/// All but the last two characters, as dots.
pub(super) fn masked(text: &str) -> String {
    let count = text.chars().count();
    let shown: String = text.chars().skip(count.saturating_sub(2)).collect();
    if count <= 4 { "•••".to_owned() } else { format!("{}{shown}", "•".repeat((count - 2).min(8))) }
}

/// A stored row, personal data masked.
pub(in super::super) fn record_masked(record: &Record<CitizenMark>, lang: Lang) -> Vec<Field> {
    fields(record, lang, CitizenMark::masked, masked)
}

/// A row read anew from the workbook as it was sent, nothing masked.
pub(in super::super) async fn record_as_sent(
    desk: &Desk,
    roster: &RosterId,
    sheet: &str,
    row: u32,
    lang: Lang,
) -> Result<Vec<Field>, PageError> {
    let (feedback, _) = desk.store.arrival(roster).await?.ok_or(PageError::NotFound)?;
    let arrival = feedback.arrival;
    let missing = |(vi, en): (&str, &str)| PageError::Bad(vi.to_owned(), en.to_owned());
    let bytes = original(&arrival).map_err(missing)?;
    // Each holds a workbook and a process.
    let _turn = desk.reading.acquire().await.map_err(PageError::internal)?;
    let reading = reader(desk)
        .read_of(Some(arrival.agency.as_str()), &bytes, &arrival.file, desk.today())
        .await
        .map_err(PageError::internal)?;
    let mut records = reading.blocks.into_iter().flat_map(|block| block.records);
    let record = records.find(|one| one.sheet == sheet && one.row == row).ok_or(PageError::NotFound)?;
    Ok(fields(&record, lang, |id: &CitizenId| id.reveal().to_owned(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_is_masked_shows_two_characters_at_most() {
        assert_eq!(masked("0912345678"), "••••••••78");
        assert_eq!(masked("1980"), "•••");
    }
}
