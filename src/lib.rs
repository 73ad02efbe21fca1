//! whyboard: from a sentence to the one data-science problem worth solving.
//!
//! # Map of the crate
//!
//! Each layer may import only the layers below it; `tests/layers.rs` holds that.
//!
//! | layer | holds |
//! |---|---|
//! | [`cli`] | one file per command; the only place that prints |
//! | [`term`] | the wire: raw mode, input, signals, main loop; only user of crossterm |
//! | [`ui`] | how it looks: draws an `App` with a theme; only user of ratatui |
//! | [`app`] | how it behaves: a pure machine of messages and effects |
//! | [`jobs`] | work off the screen's thread: progress, cancel, latest wins |
//! | [`report`] | the brief as Markdown |
//! | [`analysis`] | what numbers mean: pure functions over small aggregates |
//! | [`engine`] | how numbers are fetched: opening files, pages of rows, grouped sums |
//! | [`journal`] | how a session survives: append, torn tails, locks |
//! | [`yaml`] | the only door to YAML |
//! | [`domain`] | what is true: session, events, decide, apply, playbook, scoreboard |
//! | [`query`] | what can be asked of data: plain values |
#![forbid(unsafe_code)]

pub mod analysis;
pub mod app;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod jobs;
pub mod journal;
pub mod query;
pub mod report;
pub mod term;
pub mod ui;
pub mod yaml;
