//! The path of a user through the real program, from a sentence to a brief, and what must not break on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "path/cells.rs"]
mod cells;
#[path = "path/long.rs"]
mod long;
#[path = "path/reading.rs"]
mod reading;
#[path = "path/refuse.rs"]
mod refuse;
#[path = "path/survive.rs"]
mod survive;
#[path = "path/whole.rs"]
mod whole;
