//! The jobs that wait and run, behind one lock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::JobId;
use crate::engine::{Ticket, TicketState};

/// The slots of jobs that go first.
const QUICK: [&str; 4] = ["rows:", "head:", "row:", "find:"];

pub(super) type Work<T> = Box<dyn FnOnce(&Ticket) -> T + Send>;

/// A job as the queue knows it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub id: JobId,
    pub slot: String,
    pub label: String,
    pub ticket: Ticket,
}

/// Whether a job runs already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// No thread is free yet.
    Waiting,
    /// A thread works on it.
    Running,
    /// It was told to stop and has not yet.
    Stopping,
}

/// A job that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// The job.
    pub id: JobId,
    /// Its slot.
    pub slot: String,
    /// Its label.
    pub label: String,
    /// Waiting, running or stopping.
    pub stage: Stage,
    /// Its progress.
    pub progress: TicketState,
}

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    wake: Condvar,
}

struct State<T> {
    next: u64,
    closed: bool,
    waiting: VecDeque<(Entry, Work<T>)>,
    running: Vec<Entry>,
    latest: BTreeMap<String, JobId>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        let state =
            State { next: 1, closed: false, waiting: VecDeque::new(), running: Vec::new(), latest: BTreeMap::new() };
        Self { state: Mutex::new(state), wake: Condvar::new() }
    }
}

impl<T> Queue<T> {
    /// No work runs under the lock, so a poisoned one still holds a sound state.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job, cancelling those of its slot; gives back those that had not started.
    pub fn push(&self, slot: String, label: String, work: Work<T>) -> (JobId, Vec<Entry>) {
        let mut state = self.lock();
        let id = JobId(state.next);
        state.next += 1;
        let (_, never_started) = state.cancel(|e| e.slot == slot);
        state.latest.insert(slot.clone(), id);
        let entry = Entry { id, slot, label, ticket: Ticket::default() };
        // What somebody looks at right now is quick, and must not wait for what takes long.
        if QUICK.iter().any(|q| entry.slot.starts_with(q)) {
            state.waiting.push_front((entry, work));
        } else {
            state.waiting.push_back((entry, work));
        }
        drop(state);
        self.wake.notify_one();
        (id, never_started)
    }

    /// Cancels the jobs that match; gives back how many there were and those that had not started.
    pub fn cancel(&self, which: impl Fn(&Entry) -> bool) -> (usize, Vec<Entry>) {
        self.lock().cancel(which)
    }

    /// Cancels everything and forgets which job is the latest of its slot; gives back those that had not started.
    pub fn abandon(&self) -> Vec<Entry> {
        let mut state = self.lock();
        state.latest.clear();
        state.cancel(|_| true).1
    }

    /// Waits for work; `None` once the queue is closed.
    pub fn take(&self) -> Option<(Entry, Work<T>)> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some((entry, work)) = state.waiting.pop_front() {
                state.running.push(entry.clone());
                return Some((entry, work));
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn finished(&self, id: JobId) {
        self.lock().running.retain(|e| e.id != id);
    }

    pub fn latest(&self, slot: &str) -> Option<JobId> {
        self.lock().latest.get(slot).copied()
    }

    pub fn list(&self) -> Vec<JobStatus> {
        let state = self.lock();
        let status = |e: &Entry, waiting: bool| JobStatus {
            id: e.id,
            slot: e.slot.clone(),
            label: e.label.clone(),
            stage: match (waiting, e.ticket.is_cancelled()) {
                (_, true) => Stage::Stopping,
                (true, false) => Stage::Waiting,
                (false, false) => Stage::Running,
            },
            progress: e.ticket.state(),
        };
        let mut all: Vec<JobStatus> = state.running.iter().map(|e| status(e, false)).collect();
        all.extend(state.waiting.iter().map(|(e, _)| status(e, true)));
        all.sort_by_key(|s| s.id);
        all
    }

    /// Cancels everything and ends the threads.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let _ = state.cancel(|_| true);
        drop(state);
        self.wake.notify_all();
    }
}

impl<T> State<T> {
    fn cancel(&mut self, which: impl Fn(&Entry) -> bool) -> (usize, Vec<Entry>) {
        let mut found = 0;
        for e in self.running.iter().filter(|e| which(e) && !e.ticket.is_cancelled()) {
            e.ticket.cancel();
            found += 1;
        }
        let mut never_started = Vec::new();
        let mut kept = VecDeque::with_capacity(self.waiting.len());
        for (e, work) in self.waiting.drain(..) {
            if which(&e) {
                e.ticket.cancel();
                never_started.push(e);
            } else {
                kept.push_back((e, work));
            }
        }
        self.waiting = kept;
        (found + never_started.len(), never_started)
    }
}
