//! A record: what one row of a roster says about one person. An empty cell says nothing (`None`).

use super::citizen::CitizenId;
use super::name::PersonName;
use super::person::{Birth, Gender};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a roster says of a person's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Works here.
    #[default]
    Active,
    /// Chuyển công tác.
    Transferred,
    /// Nghỉ hưu.
    Retired,
    /// Thôi việc.
    Resigned,
    /// Buộc thôi việc, kỷ luật.
    Dismissed,
    /// Từ trần.
    Deceased,
    /// Nghỉ thai sản, ốm, không lương.
    Leave,
    /// Biệt phái.
    Seconded,
}

impl Status {
    /// Whether the person leaves the agency for good: the account is to end.
    pub fn leaves(self) -> bool {
        match self {
            Self::Retired | Self::Resigned | Self::Dismissed | Self::Deceased => true,
            Self::Active | Self::Transferred | Self::Leave | Self::Seconded => false,
        }
    }

    /// Whether roles at home rest while the mailbox stays.
    pub fn pauses(self) -> bool {
        matches!(self, Self::Leave | Self::Seconded)
    }

    /// The word in the contract (`active`, `retired`…).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Transferred => "transferred",
            Self::Retired => "retired",
            Self::Resigned => "resigned",
            Self::Dismissed => "dismissed",
            Self::Deceased => "deceased",
            Self::Leave => "leave",
            Self::Seconded => "seconded",
        }
    }
}

/// What a request row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Cấp mới.
    Create,
    /// Thay đổi.
    Change,
    /// Tạm khóa.
    Suspend,
    /// Thu hồi, xóa.
    Revoke,
    /// Đặt lại mật khẩu.
    ResetPassword,
}

impl Action {
    /// The word in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Suspend => "suspend",
            Self::Revoke => "revoke",
            Self::ResetPassword => "reset-password",
        }
    }
}

/// One row. `C` is the citizen ID: whole from the reader, a mark once stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record<C = CitizenId> {
    /// The sheet it stands in.
    pub sheet: String,
    /// The row, from 1, as a spreadsheet counts.
    pub row: u32,
    /// Full name, title-cased where the roster shouts.
    pub full_name: PersonName,
    /// Birth date or year.
    pub birth: Option<Birth>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Citizen ID.
    pub citizen_id: Option<C>,
    /// Staff code.
    pub staff_code: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Unit within the agency.
    pub unit: Option<String>,
    /// Phone: digits with the leading 0.
    pub phone: Option<String>,
    /// Official address, lower case.
    pub email: Option<String>,
    /// What the row says of the person's standing; `None` where the form has no such column.
    pub status: Option<Status>,
    /// What a request row asks for.
    pub action: Option<Action>,
    /// The date it takes effect.
    pub effective_date: Option<NaiveDate>,
    /// The note as written.
    pub note: Option<String>,
    /// Whether the agency's contact confirms in our template that the person has left.
    #[serde(default)]
    pub departure_confirmed: bool,
}

impl<C> Record<C> {
    /// The record with its citizen ID turned into what may be kept.
    pub fn map_citizen<D>(self, turn: impl FnOnce(C) -> D) -> Record<D> {
        let Self {
            sheet,
            row,
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
            departure_confirmed,
        } = self;
        Record {
            sheet,
            row,
            full_name,
            birth,
            gender,
            citizen_id: citizen_id.map(turn),
            staff_code,
            position,
            unit,
            phone,
            email,
            status,
            action,
            effective_date,
            note,
            departure_confirmed,
        }
    }
}
