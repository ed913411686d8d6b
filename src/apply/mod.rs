//! Apply: approved changes are carried out, journalled.
