//! Reconcile: posts against accounts and roles; what differs becomes proposals. Pure.
