//! Which events count, and with which words, after undo, amend and redact.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Session;
use crate::domain::event::{Act, Event};

/// Whether an act changes what earlier events mean.
pub(super) fn reaches_back(act: &Act) -> bool {
    matches!(act, Act::Undo { .. } | Act::Amend { .. } | Act::Redact { .. })
}

/// The events that count, amended and redacted. Faults for references that lead nowhere are put on the session.
pub(super) fn effective(session: &mut Session) -> Vec<Event> {
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let mut faults: Vec<(u64, String)> = Vec::new();
    // From the end, so that an undone undo brings its events back.
    for (i, event) in session.events.iter().enumerate().rev() {
        if gone.contains(&i) {
            continue;
        }
        if let Act::Undo { events } = &event.act {
            for reference in events {
                match session.find(reference, i) {
                    Some(at) => {
                        gone.insert(at);
                    }
                    None => faults.push((event.n, format!("it undoes {reference}, which does not stand before it"))),
                }
            }
        }
    }
    let mut edits: BTreeMap<usize, Vec<(String, Value)>> = BTreeMap::new();
    for (i, event) in session.events.iter().enumerate().filter(|(i, _)| !gone.contains(i)) {
        let (reference, field, value) = match &event.act {
            Act::Amend { event, field, value, .. } => (event, field, value.clone()),
            Act::Redact { event: of, field, keep_instead, .. } => {
                let words =
                    keep_instead.clone().unwrap_or_else(|| format!("[removed on request, see event {}]", event.n));
                (of, field, Value::String(words))
            }
            _ => continue,
        };
        match session.find(reference, i) {
            Some(at) => edits.entry(at).or_default().push((field.clone(), value)),
            None => faults.push((event.n, format!("it changes {reference}, which does not stand before it"))),
        }
    }
    let mut out = Vec::with_capacity(session.events.len());
    for (i, event) in session.events.iter().enumerate().filter(|(i, _)| !gone.contains(i)) {
        match edits.get(&i) {
            None => out.push(event.clone()),
            Some(changes) => match edited(event, changes) {
                Ok(event) => out.push(event),
                Err(why) => {
                    faults.push((event.n, format!("an amend of it does not fit: {why}")));
                    out.push(event.clone());
                }
            },
        }
    }
    for (n, why) in faults {
        session.fault(n, why);
    }
    out
}

fn edited(event: &Event, changes: &[(String, Value)]) -> Result<Event, String> {
    let mut value = event.to_value();
    let Some(map) = value.as_object_mut() else { return Err("it is not a map".into()) };
    for (field, to) in changes {
        if matches!(field.as_str(), "n" | "id" | "at" | "by" | "do") {
            return Err(format!("{field} can't be changed"));
        }
        map.insert(field.clone(), to.clone());
    }
    Event::from_value(&value)
}
