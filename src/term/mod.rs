//! The wire: raw mode, input, signals, main loop. The only user of crossterm.
//!
//! [`run`](live::run) takes the terminal over, starts the threads that feed the loop, and runs a
//! [`Program`] until it ends:
//!
//! | thread | sends |
//! |---|---|
//! | [`input`] | keys, pastes, mouse; the only reader of the terminal |
//! | [`signals`] | TERM, INT, HUP, stop and continue, new sizes |
//! | [`watch`] | the end of the terminal |
//! | jobs of the program | its events, by [`Events`] |
//!
//! All into one channel; the main thread alone updates and draws ([`run`](mod@run)).

pub mod caps;
pub mod clipboard;
pub mod editor;
pub mod error;
pub mod guard;
pub mod input;
pub mod live;
pub mod run;
pub mod screen;
mod shift;
pub mod signals;
pub mod watch;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod pty_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod run_tests;

pub use caps::Caps;
pub use error::TermError;
pub use live::{Options, Outcome, Start, run};
pub use run::{Ending, Events, Program, Reply, Request};
