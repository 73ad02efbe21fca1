//! Progress and cancel of one piece of work, shared between the worker and whoever waits for it.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use super::EngineError;

/// Handed to every long verb of an engine. Cloning shares the same state.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    cancelled: Arc<AtomicBool>,
    progress: Arc<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    /// Whether somebody counts; what is done inside that work counts nothing of its own.
    counting: AtomicBool,
    unit: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

/// What a ticket counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Parts of any size.
    #[default]
    Steps,
    /// Bytes.
    Bytes,
    /// Rows.
    Rows,
    /// Columns.
    Columns,
}

const UNITS: [Unit; 4] = [Unit::Steps, Unit::Bytes, Unit::Rows, Unit::Columns];

/// A reading of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TicketState {
    /// Units of work done.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
    /// What is counted.
    pub unit: Unit,
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

    /// Begins to count a piece of work, with how much there is to do (0 when unknown). Where a larger piece is being
    /// counted already, that one goes on and this one counts for itself alone.
    #[must_use = "the work is counted for as long as this lives"]
    pub fn begin(&self, unit: Unit, total: u64) -> Counted {
        let mine = !self.progress.counting.swap(true, Ordering::AcqRel);
        let ticket = if mine { self.clone() } else { self.without_progress() };
        ticket.progress.unit.store(unit as u8, Ordering::Relaxed);
        ticket.progress.done.store(0, Ordering::Relaxed);
        ticket.progress.total.store(total, Ordering::Relaxed);
        Counted { ticket, mine }
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
            unit: UNITS.get(usize::from(self.progress.unit.load(Ordering::Relaxed))).copied().unwrap_or_default(),
        }
    }
}

/// A piece of work that is being counted; it is a ticket of its own.
#[derive(Debug)]
pub struct Counted {
    ticket: Ticket,
    mine: bool,
}

impl Deref for Counted {
    type Target = Ticket;

    fn deref(&self) -> &Ticket {
        &self.ticket
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.mine {
            self.ticket.progress.counting.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_work_is_counted() {
        let ticket = Ticket::default();
        {
            let outer = ticket.begin(Unit::Columns, 3);
            outer.advance(1);
            let inner = ticket.begin(Unit::Rows, 1000);
            inner.advance(500);
            assert_eq!(ticket.state(), TicketState { done: 1, total: 3, unit: Unit::Columns });
        }
        let next = ticket.begin(Unit::Bytes, 10);
        next.advance(4);
        assert_eq!(ticket.state(), TicketState { done: 4, total: 10, unit: Unit::Bytes });
        ticket.cancel();
        assert_eq!(next.check(), Err(EngineError::Cancelled));
    }
}
