//! Which events count, and with which words, after undo, amend and redact.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Fault;
use super::index::Index;
use crate::domain::event::{Act, Event};

/// Whether an act changes what earlier events mean.
pub(super) fn reaches_back(act: &Act) -> bool {
    matches!(act, Act::Undo { .. } | Act::Amend { .. } | Act::Redact { .. })
}

/// Why a field of an event may not be amended, where it may not: a rating is changed by another rating with a reason,
/// and what was forecast, and whether it was, is what makes a forecast worth something.
#[must_use]
pub(crate) fn frozen_field(act: &Act, field: &str) -> Option<&'static str> {
    match (act, field) {
        (_, "n" | "id" | "at" | "by" | "do") => Some("it says which event this is"),
        (Act::Predict { .. }, _) => Some("a forecast never changes once it is written"),
        (Act::Check { .. }, "predicted" | "check") => Some("whether a forecast came first is not for afterwards"),
        (_, "ratings") => Some("a rating is changed by a new rating with a reason"),
        _ => None,
    }
}

/// What later events did to earlier ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Past {
    /// Positions of events that count no more.
    undone: BTreeSet<usize>,
    /// Positions of events with other words than they were written with.
    edited: BTreeMap<usize, Event>,
}

/// A change of one field.
struct Change {
    field: String,
    to: Value,
    /// Words that were removed rather than a correction.
    redacts: bool,
}

impl Past {
    /// The event at a position as it counts; none where it was undone.
    pub(super) fn standing<'a>(&'a self, events: &'a [Event], at: usize) -> Option<&'a Event> {
        if self.undone.contains(&at) {
            return None;
        }
        self.edited.get(&at).or_else(|| events.get(at))
    }

    /// Follows undo, amend and redact. References that lead nowhere, and changes that do not fit, are faults.
    pub(super) fn of(events: &[Event], index: &Index, faults: &mut Vec<Fault>) -> Self {
        let mut past = Self::default();
        let mut fault = |event: u64, why: String| faults.push(Fault { event, why });
        // From the end, so that an undone undo brings its events back.
        for (i, event) in events.iter().enumerate().rev() {
            let Act::Undo { events } = &event.act else { continue };
            if past.undone.contains(&i) {
                continue;
            }
            for reference in events {
                match index.find(reference, i) {
                    Some(at) => {
                        past.undone.insert(at);
                    }
                    None => fault(event.n, format!("it undoes {reference}, which does not stand before it")),
                }
            }
        }
        let mut changes: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
        for (i, event) in events.iter().enumerate() {
            let (reference, field, to, redacts) = match &event.act {
                Act::Amend { event, field, value, .. } => (event, field, value.clone(), false),
                Act::Redact { event: of, field, keep_instead, .. } => {
                    let words =
                        keep_instead.clone().unwrap_or_else(|| format!("[removed on request, see event {}]", event.n));
                    (of, field, Value::String(words), true)
                }
                _ => continue,
            };
            if past.undone.contains(&i) {
                continue;
            }
            match index.find(reference, i) {
                Some(at) => changes.entry(at).or_default().push(Change { field: field.clone(), to, redacts }),
                None => fault(event.n, format!("it changes {reference}, which does not stand before it")),
            }
        }
        for (at, changes) in changes {
            let Some(event) = events.get(at).filter(|_| !past.undone.contains(&at)) else { continue };
            match edited(event, &changes) {
                Ok(event) => {
                    past.edited.insert(at, event);
                }
                Err(why) => fault(event.n, format!("an amend of it does not fit: {why}")),
            }
        }
        past
    }
}

fn edited(event: &Event, changes: &[Change]) -> Result<Event, String> {
    let mut value = event.to_value();
    let Some(map) = value.as_object_mut() else { return Err("it is not a map".into()) };
    for Change { field, to, redacts } in changes {
        if let Some(why) = frozen_field(&event.act, field).filter(|_| !redacts) {
            return Err(format!("{field} can't be changed: {why}"));
        }
        map.insert(field.clone(), to.clone());
    }
    Event::from_value(&value)
}
