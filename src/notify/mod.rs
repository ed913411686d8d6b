//! Notices: outbox, templates, transport.
