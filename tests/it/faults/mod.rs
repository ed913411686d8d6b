//! What goes wrong outside: a directory that is away, cut or changed under the plan, files that are no rosters, lists
//! that miss half their people, a mail server that is down, a signal. Nothing is lost, nothing is guessed.

mod directory;
mod files;
mod inbox;
mod lists;
mod service;
