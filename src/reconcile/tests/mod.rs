//! What the rules come to, a behaviour a test.

mod absence;
mod attributes;
mod coverage;
mod history;
mod identity;
mod joiners;
mod leavers;
mod newcomers;
mod properties;
mod protected;
mod requests;
mod roles;
mod roll;
mod row_results;
mod transfers;
mod worlds;

const PHONE: &str = "0912000001";
const OTHER_PHONE: &str = "0912000002";
