//! A session is nothing but the fold of its events.

mod apply;
mod effective;
mod index;
mod state;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use state::{
    AnswerRecord, CheckRecord, ClueRecord, Decided, Forecast, GoalState, HypothesisRow, KnownAnswer, KpiBinding,
    NoteRecord, Person, Proposal, ProposalFate, State, TableState,
};

use super::event::{Event, EventRef};
use apply::Fold;
use effective::Past;
pub(crate) use effective::frozen_field;
use index::Index;

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
    /// Where events stand.
    index: Index,
    /// What later events did to earlier ones.
    past: Past,
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
        let mut index = Index::default();
        for event in &events {
            index.push(event);
        }
        let mut session = Self { header, events, index, ..Self::default() };
        session.refold();
        session
    }

    /// Adds an event. Never fails: what makes no sense becomes a [`Fault`].
    pub fn apply(&mut self, event: Event) {
        let reaches_back = effective::reaches_back(&event.act);
        self.index.push(&event);
        self.events.push(event);
        if reaches_back {
            self.refold();
            return;
        }
        let known = self.faults.len();
        self.fold_from(self.events.len() - 1);
        if self.faults.len() > known {
            self.sort_faults();
        }
    }

    /// The session as it stood after the first `n` events.
    #[must_use]
    pub fn at(&self, n: usize) -> Self {
        Self::fold(self.header.clone(), self.events.iter().take(n).cloned().collect())
    }

    /// The index of the event that a reference names, looking at the first `before` events; those undone among them.
    #[must_use]
    pub fn find(&self, reference: &EventRef, before: usize) -> Option<usize> {
        self.index.find(reference, before)
    }

    /// The event that a reference names as it counts today: with its amends, and none if it was undone.
    #[must_use]
    pub fn standing(&self, reference: &EventRef) -> Option<&Event> {
        let at = self.find(reference, self.events.len())?;
        self.past.standing(&self.events, at)
    }

    /// Whether an intent has this name already.
    #[must_use]
    pub fn batch_taken(&self, name: &str) -> bool {
        self.index.batch_taken(name)
    }

    /// The highest number of a proposal so far, also of one that was undone: its name is not given twice.
    #[must_use]
    pub fn top_proposal(&self) -> u64 {
        self.index.top_proposal()
    }

    /// The number of the next event.
    #[must_use]
    pub fn next_n(&self) -> u64 {
        self.events.last().map_or(1, |e| e.n + 1)
    }

    fn refold(&mut self) {
        self.faults.clear();
        self.state = State::from_header(&self.header);
        self.past = Past::of(&self.events, &self.index, &mut self.faults);
        self.fold_from(0);
        self.sort_faults();
    }

    /// Adds the events from one position on to the state.
    fn fold_from(&mut self, first: usize) {
        let Self { events, state, faults, index, past, .. } = self;
        for at in first..events.len() {
            check_order(events, at, faults);
            if let Some(event) = past.standing(events, at) {
                Fold { events, index, past, state, faults, at }.apply(event);
            }
        }
    }

    /// One order, however the events came in.
    fn sort_faults(&mut self) {
        self.faults.sort_by(|a, b| (a.event, &a.why).cmp(&(b.event, &b.why)));
    }
}

/// Numbers run 1, 2, 3 … and time does not run backwards.
fn check_order(events: &[Event], i: usize, faults: &mut Vec<Fault>) {
    let Some(event) = events.get(i) else { return };
    let n = event.n;
    if n != i as u64 + 1 {
        faults.push(Fault { event: n, why: format!("its number is {n}, but it stands at place {}", i + 1) });
    }
    if let Some(before) = i.checked_sub(1).and_then(|j| events.get(j)) {
        if before.at > event.at {
            let why = format!("its time {} is before that of the event above ({})", event.at, before.at);
            faults.push(Fault { event: n, why });
        }
    }
}
