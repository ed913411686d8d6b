//! A sample province: invented agencies, rosters, a directory, a TTHC export.
