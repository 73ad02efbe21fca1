//! One file per command; the only place that prints.
//!
//! Each command is a `run(args, streams)` that gives an [`exit::Exit`] or a [`exit::Failure`], so that tests need no
//! process.

pub mod data_args;
pub mod exit;
pub mod experiment;
pub mod kpi;
pub mod output;
pub mod profile;
mod visible;

#[cfg(test)]
mod tests;
