//! Support: smtp.
