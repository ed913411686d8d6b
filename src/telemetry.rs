//! Telemetry: log lines without personal data, once, at the boundary.
