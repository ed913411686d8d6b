//! The plan: proposals against open changes become changes with gates and brakes. Pure.
