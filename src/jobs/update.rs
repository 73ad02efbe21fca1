//! What becomes of a job.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::Work;
use crate::engine::Ticket;

/// Identifies a job for the life of its [`Jobs`](super::Jobs); never used twice, later jobs have larger ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(super) u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<T> {
    /// It gave a result.
    Done(T),
    /// It was cancelled or superseded; whatever it gave is gone.
    Cancelled,
    /// It broke down; in plain words.
    Failed(String),
}

/// The one message that is delivered for each job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update<T> {
    /// The job.
    pub id: JobId,
    /// Its slot.
    pub slot: String,
    /// Its label.
    pub label: String,
    /// How it ended.
    pub ended: Ended<T>,
}

/// Runs work; a panic becomes a failure, and a result that comes after a cancel is thrown away.
pub(super) fn run<T>(work: Work<T>, ticket: &Ticket) -> Ended<T> {
    // The work owns all that it uses, and what it shares is behind locks that tell when they are poisoned.
    let result = catch_unwind(AssertUnwindSafe(|| work(ticket)));
    match result {
        _ if ticket.is_cancelled() => Ended::Cancelled,
        Ok(value) => Ended::Done(value),
        Err(payload) => Ended::Failed(words(payload.as_ref())),
    }
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned());
    format!("The work broke down ({text}). The session is unharmed; try it with fewer rows or columns.")
}
