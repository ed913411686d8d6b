//! The store: what must outlive the process, in SQLite or PostgreSQL; one file a group of tables.
//!
//! Reading is on [`Store`]; writing is on [`WriteTx`], one transaction with its moment and its lane of the audit
//! trail, and on [`Fenced`], a worker's transaction under a live lease. Every decision writes its own audit row, so
//! that no caller can forget it.

mod api_token;
mod approval;
mod attempt;
mod audit;
mod brake;
mod change;
mod confirmation;
mod delegation;
mod credential;
mod delta;
mod dialect;
mod error;
pub mod ids;
mod incident;
mod intent;
mod lease;
mod legal_hold;
mod matching;
mod migrate;
mod open;
mod operator;
mod order;
mod outbox;
mod pass;
mod page;
mod pause;
mod person;
mod publish;
mod question;
mod reservation;
mod roster;
mod session;
mod settings;
mod slip;
mod snapshot;
mod stage;
mod statement;
mod told;
mod transition;
mod tx;
mod upload;

pub use api_token::{ApiToken, TokenScope};
pub use approval::Approval;
pub use attempt::Patience;
pub use audit::{AuditReport, AuditRow, LaneHead};
pub use brake::{Limit, Release};
pub use change::{Filter, OpenChanges, Standing, Suppressed};
pub use confirmation::Confirmation;
pub use delegation::Delegation;
pub use credential::Credential;
pub use delta::{NewChange, PlanDelta, Published, StateChange};
pub use error::StoreError;
pub use intent::{Claim, OpenIntent, Terms};
pub use lease::Token;
pub use legal_hold::Decided;
pub use matching::MatchesConfirmed;
pub use open::{Health, Store};
pub use operator::Enrolled;
pub use order::WorkOrder;
pub use outbox::{Fate, OutboxCounts, Queued, Settled};
pub use pass::Pass;
pub use page::{AgencyGroup, ArrivalLine, ChangeFigures, Listing, Place, Query, RosterState};
pub use pause::{Pause, Paused};
pub use question::OpenQuestion;
pub use roster::{Arrival, Feedback, Inserted, RowResult};
pub use session::{ListedSession, NewSession, Session};
pub use settings::Settings;
pub use slip::{Slip, SlipEnding, SlipStep};
pub use snapshot::{ExportState, SnapshotState};
pub use stage::Staged;
pub use tx::{Committed, Fenced, WriteTx};
