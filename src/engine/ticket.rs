//! Progress and cancel of one piece of work, shared between the worker and whoever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::EngineError;

/// Handed to every long verb of an engine. Cloning shares the same state.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    cancelled: Arc<AtomicBool>,
    progress: Arc<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

/// A reading of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TicketState {
    /// Units of work done.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
}

impl Ticket {
    /// Asks the work to stop at its next look.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Gives up when it was asked to.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`].
    pub fn check(&self) -> Result<(), EngineError> {
        if self.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// Says how much there is to do.
    pub fn set_total(&self, total: u64) {
        self.progress.total.store(total, Ordering::Relaxed);
    }

    /// Says how much more is done.
    pub fn advance(&self, by: u64) {
        self.progress.done.fetch_add(by, Ordering::Relaxed);
    }

    /// A ticket that is cancelled with this one but keeps its own account of what is done.
    #[must_use]
    pub fn without_progress(&self) -> Self {
        Self { cancelled: Arc::clone(&self.cancelled), progress: Arc::default() }
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> TicketState {
        TicketState {
            done: self.progress.done.load(Ordering::Relaxed),
            total: self.progress.total.load(Ordering::Relaxed),
        }
    }
}
