//! A session is nothing but the fold of its events.

mod apply;
mod effective;
mod state;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use state::{
    AnswerRecord, CheckRecord, ClueRecord, Decided, Forecast, GoalState, HypothesisRow, KpiBinding, NoteRecord, Person,
    Proposal, ProposalFate, State, TableState,
};

use super::event::{Event, EventRef};

/// What never changes: the head of the file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Header {
    /// `session/1`.
    pub schema: String,
    /// The session's id.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// When it was created, UTC.
    #[serde(default)]
    pub created: String,
    /// The program that wrote it.
    #[serde(default)]
    pub tool: Map<String, Value>,
    /// The playbook: id, version, digest.
    #[serde(default)]
    pub playbook: Map<String, Value>,
    /// Older files keep settings, people and columns here.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Header {
    /// The playbook's id.
    #[must_use]
    pub fn playbook_id(&self) -> Option<&str> {
        self.playbook.get("id").and_then(Value::as_str)
    }
}

/// Something in the file that makes no sense; the rest stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Position of the event.
    pub event: u64,
    /// Why.
    pub why: String,
}

/// One investigation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// The head.
    pub header: Header,
    /// All events in order, those undone among them.
    pub events: Vec<Event>,
    /// What they add up to.
    pub state: State,
    /// What makes no sense.
    pub faults: Vec<Fault>,
}

impl Session {
    /// An empty session.
    #[must_use]
    pub fn new(header: Header) -> Self {
        let mut session = Self { header, ..Self::default() };
        session.refold();
        session
    }

    /// The fold of these events.
    #[must_use]
    pub fn fold(header: Header, events: Vec<Event>) -> Self {
        let mut session = Self { header, events, ..Self::default() };
        session.refold();
        session
    }

    /// Adds an event. Never fails: what makes no sense becomes a [`Fault`].
    pub fn apply(&mut self, event: Event) {
        let reaches_back = effective::reaches_back(&event.act);
        self.events.push(event);
        if reaches_back {
            self.refold();
        } else if let Some(event) = self.events.last().cloned() {
            self.check_order(self.events.len() - 1);
            self.apply_one(&event);
            self.sort_faults();
        }
    }

    /// The session as it stood after the first `n` events.
    #[must_use]
    pub fn at(&self, n: usize) -> Self {
        Self::fold(self.header.clone(), self.events.iter().take(n).cloned().collect())
    }

    /// The index of the event that a reference names, looking at the first `before` events.
    #[must_use]
    pub fn find(&self, reference: &EventRef, before: usize) -> Option<usize> {
        let earlier = self.events.get(..before).unwrap_or(&self.events);
        match reference {
            EventRef::N(n) => earlier.iter().position(|e| e.n == *n),
            EventRef::Id(id) => earlier.iter().position(|e| e.id.as_deref() == Some(id)),
        }
    }

    /// The number of the next event.
    #[must_use]
    pub fn next_n(&self) -> u64 {
        self.events.last().map_or(1, |e| e.n + 1)
    }

    fn refold(&mut self) {
        self.faults.clear();
        self.state = State::from_header(&self.header);
        let events = effective::effective(self);
        for i in 0..self.events.len() {
            self.check_order(i);
        }
        for event in &events {
            self.apply_one(event);
        }
        self.sort_faults();
    }

    /// One order, however the events came in.
    fn sort_faults(&mut self) {
        self.faults.sort_by(|a, b| (a.event, &a.why).cmp(&(b.event, &b.why)));
    }

    /// Numbers run 1, 2, 3 … and time does not run backwards.
    fn check_order(&mut self, i: usize) {
        let Some(event) = self.events.get(i) else { return };
        let (n, at) = (event.n, event.at.clone());
        if n != i as u64 + 1 {
            self.fault(n, format!("its number is {n}, but it stands at place {}", i + 1));
        }
        if let Some(before) = i.checked_sub(1).and_then(|j| self.events.get(j)) {
            if before.at > at {
                self.fault(n, format!("its time {at} is before that of the event above ({})", before.at));
            }
        }
    }

    fn fault(&mut self, event: u64, why: impl Into<String>) {
        self.faults.push(Fault { event, why: why.into() });
    }
}
