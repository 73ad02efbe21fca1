//! Work off the screen's thread: progress, cancel, latest wins.
//!
//! [`Jobs`] owns a few named threads and a queue. A piece of work is started in a *slot* ("the KPI pane", "the
//! profile"); newer work in the same slot cancels and supersedes the older. Whatever becomes of a job, exactly one
//! [`Update`] is delivered for it, through the callback that was given at the start, so that a main loop needs one
//! channel only. A late result carries its job's id and can be dropped ([`Jobs::is_current`]).

mod queue;
mod update;

use std::io;
use std::sync::Arc;
use std::thread;

pub use queue::{JobStatus, Stage};
pub use update::{Ended, JobId, Update};

use crate::engine::Ticket;
use queue::{Entry, Queue, Work};

/// How results come back. Called on a job's thread (or on the caller's, when a job is cancelled before it starts):
/// it should only hand the update on.
pub type Deliver<T> = Arc<dyn Fn(Update<T>) + Send + Sync>;

/// A small pool of threads for long work.
///
/// Dropping it cancels all jobs and lets the threads end by themselves: a thread that is deep in a library call
/// finishes that call first, and must not hold up the program's end.
pub struct Jobs<T> {
    queue: Arc<Queue<T>>,
    deliver: Deliver<T>,
}

impl<T: Send + 'static> Jobs<T> {
    /// Starts `threads` threads (at least one), named `job 1`, `job 2` …
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(threads: usize, deliver: Deliver<T>) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let jobs = Self { queue: Arc::clone(&queue), deliver: Arc::clone(&deliver) };
        for i in 1..=threads.max(1) {
            let (queue, deliver) = (Arc::clone(&queue), Arc::clone(&deliver));
            // Should a later thread fail, dropping `jobs` ends the earlier ones.
            thread::Builder::new().name(format!("job {i}")).spawn(move || work_off(&queue, &deliver))?;
        }
        Ok(jobs)
    }

    /// Starts work in a slot, under a label for people ("KPI by Contract"). Whatever ran or waited in that slot is
    /// cancelled. The work looks at its ticket now and then and reports its progress there.
    pub fn spawn(
        &self,
        slot: impl Into<String>,
        label: impl Into<String>,
        work: impl FnOnce(&Ticket) -> T + Send + 'static,
    ) -> JobId {
        let work: Work<T> = Box::new(work);
        let (id, never_started) = self.queue.push(slot.into(), label.into(), work);
        self.report_cancelled(never_started);
        id
    }

    /// Cancels one job; `false` where it has ended already.
    pub fn cancel(&self, id: JobId) -> bool {
        let (found, never_started) = self.queue.cancel(|e| e.id == id);
        self.report_cancelled(never_started);
        found > 0
    }

    /// Cancels what runs or waits in a slot; `false` where nothing does.
    pub fn cancel_slot(&self, slot: &str) -> bool {
        let (found, never_started) = self.queue.cancel(|e| e.slot == slot);
        self.report_cancelled(never_started);
        found > 0
    }

    /// Cancels everything and says how many jobs that were.
    pub fn cancel_all(&self) -> usize {
        let (found, never_started) = self.queue.cancel(|_| true);
        self.report_cancelled(never_started);
        found
    }

    /// Cancels everything and forgets the slots: no result of a job from before is current any more.
    pub fn abandon_all(&self) {
        let never_started = self.queue.abandon();
        self.report_cancelled(never_started);
    }

    /// The jobs that run or wait, oldest first, with their progress.
    #[must_use]
    pub fn list(&self) -> Vec<JobStatus> {
        self.queue.list()
    }

    /// Whether no newer job was started in the slot: else a result of `id` is to be dropped.
    #[must_use]
    pub fn is_current(&self, slot: &str, id: JobId) -> bool {
        self.queue.latest(slot) == Some(id)
    }

    fn report_cancelled(&self, entries: Vec<Entry>) {
        for e in entries {
            (self.deliver)(Update { id: e.id, slot: e.slot, label: e.label, ended: Ended::Cancelled });
        }
    }
}

impl<T> Drop for Jobs<T> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What each thread does: takes work until the queue is closed.
fn work_off<T>(queue: &Queue<T>, deliver: &Deliver<T>) {
    while let Some((entry, work)) = queue.take() {
        let ended = update::run(work, &entry.ticket);
        queue.finished(entry.id);
        let update = Update { id: entry.id, slot: entry.slot, label: entry.label, ended };
        // A callback that panics must not take the thread with it; there is nobody left to tell.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| deliver(update)));
    }
}

#[cfg(test)]
mod tests;
