//! Where events stand, so that following a reference does not walk through the session.

use std::collections::{HashMap, HashSet};

use crate::domain::event::{Act, Event, EventRef, batch_of};

/// Positions by name and number, and the names that are taken. It follows from the events alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Index {
    by_id: HashMap<String, usize>,
    by_n: HashMap<u64, usize>,
    batches: HashSet<String>,
    top_proposal: u64,
    len: usize,
}

impl Index {
    /// Takes up the next event.
    pub(super) fn push(&mut self, event: &Event) {
        let at = self.len;
        self.len += 1;
        // The first of two with one name is the one that is meant.
        self.by_n.entry(event.n).or_insert(at);
        if let Some(id) = &event.id {
            self.batches.insert(batch_of(id).to_owned());
            self.by_id.entry(id.clone()).or_insert(at);
        }
        if let Act::Propose { proposal, .. } = &event.act {
            let number = proposal.strip_prefix('r').and_then(|n| n.parse().ok()).unwrap_or(0);
            self.top_proposal = self.top_proposal.max(number);
        }
    }

    /// The position that a reference names, among the first `before` events.
    pub(super) fn find(&self, reference: &EventRef, before: usize) -> Option<usize> {
        let at = match reference {
            EventRef::N(n) => self.by_n.get(n),
            EventRef::Id(id) => self.by_id.get(id),
        };
        at.copied().filter(|at| *at < before)
    }

    /// Whether an intent has this name already.
    pub(super) fn batch_taken(&self, name: &str) -> bool {
        self.batches.contains(name)
    }

    /// The highest number of a proposal so far, those undone among them.
    pub(super) fn top_proposal(&self) -> u64 {
        self.top_proposal
    }
}
