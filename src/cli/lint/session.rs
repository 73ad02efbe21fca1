//! Faults of a session: damage, events that make no sense, references that lead nowhere.

use std::path::Path;

use serde_json::Value;

use super::Finding;
use crate::cli::load::playbook_of;
use crate::domain::event::{Event, VERBS};
use crate::domain::session::{Header, Session};
use crate::journal::{Marker, Mode, Opened, SCHEMA, inspect};
use crate::yaml;

/// Everything wrong or doubtful.
pub fn look(path: &Path, bytes: &[u8], text: &str) -> Vec<Finding> {
    let origin = path.display().to_string();
    let opened = match inspect(path, bytes) {
        Ok(opened) => opened,
        Err(e) => {
            // The door names the place.
            return vec![match yaml::value(text, &origin) {
                Err(e) => Finding::yaml(&e),
                Ok(_) => Finding::fault((1, 1), e.to_string().trim_end_matches('.')),
            }];
        }
    };
    let mut out: Vec<Finding> = opened
        .warnings
        .iter()
        .map(|w| {
            let edited = opened.events.iter().any(|e| e.line == w.line && e.marker == Marker::Edited);
            let f = Finding::fault((w.line, w.column), w.message.trim_end_matches('.'));
            Finding { warning: edited, ..f }
        })
        .collect();
    if let Some(finding) = newer(&opened) {
        out.push(finding);
        return out;
    }
    out.extend(events(&opened));
    out
}

/// A file of a newer version is none of our business.
fn newer(opened: &Opened) -> Option<Finding> {
    let schema = opened.header.get("schema").and_then(Value::as_str)?;
    if schema == SCHEMA {
        return None;
    }
    let why = match &opened.mode {
        Mode::ReadOnly { why } => why.clone(),
        Mode::ReadWrite => format!("the schema is {schema}, this version reads {SCHEMA}"),
    };
    Some(Finding::fault((1, 1), why))
}

fn events(opened: &Opened) -> Vec<Finding> {
    let mut out = Vec::new();
    let header: Header = match serde_json::from_value(opened.header.clone()) {
        Ok(header) => header,
        Err(e) => {
            out.push(Finding::fault((1, 1), format!("the head of the file does not fit: {e}")));
            Header::default()
        }
    };
    let mut events: Vec<(usize, Event)> = Vec::new();
    let mut unreadable = Vec::new();
    for raw in &opened.events {
        let event = Event::from_value(&raw.value).unwrap_or_else(|why| {
            out.push(Finding::fault((raw.line, 1), why));
            let event = Event::unreadable(&raw.value, events.len() as u64 + 1);
            unreadable.push(event.n);
            event
        });
        events.push((raw.line, event));
    }
    let session = Session::fold(header, events.iter().map(|(_, e)| e.clone()).collect());
    let lines: std::collections::HashMap<u64, usize> = events.iter().rev().map(|(line, e)| (e.n, *line)).collect();
    let line = |n: u64| lines.get(&n).copied().unwrap_or(0);
    for fault in &session.faults {
        out.push(Finding::fault((line(fault.event), 1), format!("event {}: {}", fault.event, fault.why)));
    }
    for (n, verb) in &session.state.not_understood {
        if !unreadable.contains(n) && !VERBS.contains(&verb.as_str()) {
            let message = format!("event {n}: the verb {verb} is of a newer version; it is kept as it is");
            out.push(Finding::warning((line(*n), 1), message));
        }
    }
    out.extend(playbook(opened, &session.header));
    out
}

/// The playbook is there and still the one with which the session began.
fn playbook(opened: &Opened, header: &Header) -> Option<Finding> {
    header.playbook_id()?;
    let at = opened.text.lines().position(|l| l.starts_with("playbook:")).map_or((0, 0), |i| (i + 1, 1));
    let (_, words) = playbook_of(header, &opened.path);
    words.map(|words| Finding::warning(at, words.trim_end_matches('.')))
}
