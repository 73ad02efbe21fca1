//! What is true: session, events, apply, decide, playbook, scoreboard. Values and rules; no input or output.

pub mod board;
pub mod brief;
pub mod decide;
pub mod event;
pub mod playbook;
pub mod privacy;
pub mod redact;
pub mod scoreboard;
pub mod session;
pub mod words;
