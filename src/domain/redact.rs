//! Removing words for good: where else in a session they stand, and what is left in their place.
//!
//! Only prose is ever changed: what people wrote in their own words. Verbs, ids, times, outcomes, numbers and
//! references stay as they are, so that the session folds to the same state but for the words.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::decide::Refusal;
use super::event::{Act, Event, EventRef, ProposalKind};
use super::playbook::said;
use super::session::Session;

/// Keys that hold prose, whatever the verb.
const PROSE: [&str; 14] = [
    "text",
    "claim",
    "title",
    "wrong_if",
    "lever",
    "reason",
    "why",
    "because",
    "would_change_our_mind",
    "note",
    "keep_instead",
    "says",
    "shown_as",
    "scope",
];

/// Keys of the free verbs that name something instead of telling it.
const NAMES: [&str; 12] =
    ["n", "id", "at", "by", "do", "hypothesis", "event", "events", "check", "data", "source", "outcome"];

/// Shorter words stand in many sentences that have nothing to do with them: they are removed only where they are all
/// that was said.
const SHORT: usize = 12;

/// Letters of an answer that a proposal takes over.
const HEAD: usize = 160;

/// What is to be removed from a session, and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The words, the longest first; each of them long enough to be found anywhere.
    needles: Vec<String>,
    /// Fields that go as a whole: place of the event, from 0, and key.
    whole: BTreeSet<(usize, String)>,
    /// What stands there instead.
    instead: String,
}

impl Removal {
    /// The value of the event at this place (from 0) without the words; `None` where it holds none of them.
    #[must_use]
    pub fn of(&self, place: usize, event: &Value) -> Option<Value> {
        let map = event.as_object()?;
        let verb = map.get("do").and_then(Value::as_str).unwrap_or_default();
        let field = map.get("field").and_then(Value::as_str);
        let mut out = Map::with_capacity(map.len());
        for (key, value) in map {
            let new = if self.whole.contains(&(place, key.clone())) {
                match value {
                    Value::String(_) => Value::String(self.instead.clone()),
                    other => self.strings(other, &|_| true, true),
                }
            } else {
                let prose = |key: &str| is_prose(verb, field, key);
                self.strings(value, &prose, prose(key))
            };
            out.insert(key.clone(), new);
        }
        let out = Value::Object(out);
        (out != *event).then_some(out)
    }

    /// A text without the words: for drafts.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.needles.iter().fold(text.to_owned(), |text, needle| text.replace(needle.as_str(), &self.instead))
    }

    fn strings(&self, value: &Value, prose: &dyn Fn(&str) -> bool, here: bool) -> Value {
        match value {
            Value::String(s) if here => Value::String(self.text(s)),
            Value::Array(list) => list.iter().map(|v| self.strings(v, prose, here)).collect(),
            Value::Object(map) => {
                // Under a key that holds prose everything is, such as the guards of a brief.
                map.iter().map(|(k, v)| (k.clone(), self.strings(v, prose, here || prose(k)))).collect()
            }
            other => other.clone(),
        }
    }
}

/// Whether a key of an event holds prose. An amend's `value` does where the field that it changes does.
fn is_prose(verb: &str, field: Option<&str>, key: &str) -> bool {
    match (verb, key) {
        ("amend", "value") => field.is_some_and(|f| PROSE.contains(&f) || f == "value"),
        ("answer", "value") | ("goal", "kpi") => true,
        ("problem" | "rerun" | "outcome" | "review", key) => !NAMES.contains(&key),
        (_, key) => PROSE.contains(&key),
    }
}

/// What goes with the words in one field of an event: the words themselves and as they were amended, what was taken
/// over from them into proposals and clues, and earlier versions of the same answer. `instead` takes their place.
///
/// # Errors
/// When there are no words, or the session would not make sense without them.
pub fn plan(session: &Session, event: &EventRef, field: &str, instead: &str) -> Result<Removal, Refusal> {
    let missing = || Refusal::new(format!("Event {event} has no words in {field}."), "Name a field that holds text.");
    let at = session.find(event, session.events.len()).ok_or_else(missing)?;
    let target = session.events.get(at).ok_or_else(missing)?;
    let mut search =
        Search { session, targets: BTreeSet::from([at]), needles: BTreeSet::new(), whole: BTreeSet::new() };
    search.earlier_versions(target);
    let targets = search.targets.clone();
    for place in targets {
        search.field(place, field);
        search.amends(place, field);
        search.what_came_of_it(place);
    }
    if search.needles.is_empty() {
        return Err(missing());
    }
    // The head comes after the whole: a longer find must not leave its end behind.
    let mut needles: Vec<String> = search.needles.into_iter().filter(|n| n.chars().count() >= SHORT).collect();
    needles.sort_by_key(|n| std::cmp::Reverse(n.len()));
    let removal = Removal { needles, whole: search.whole, instead: instead.to_owned() };
    let values: Vec<Value> = session.events.iter().map(Event::to_value).collect();
    removed(session, &removal, &values)?;
    Ok(removal)
}

/// The session after a removal, from its events as they stand in the file.
///
/// # Errors
/// When an event would change more than its words, or would make less sense than before. Nothing is changed then.
pub fn removed(session: &Session, removal: &Removal, values: &[Value]) -> Result<Session, Refusal> {
    let no = |n: u64, why: String| {
        Refusal::new(
            format!("The words can't be removed: event {n} {why}."),
            "Nothing was changed. Take that event back or change it by hand in the file.",
        )
    };
    if values.len() != session.events.len() {
        return Err(Refusal::new(
            "The file does not hold the same events as the screen.",
            "Nothing was changed. Open the session again and remove the words then.",
        ));
    }
    let mut events = Vec::with_capacity(values.len());
    for (place, (value, old)) in values.iter().zip(&session.events).enumerate() {
        let Some(new) = removal.of(place, value) else {
            events.push(old.clone());
            continue;
        };
        let event = match (&old.act, Event::from_value(&new)) {
            // It could not be read before either.
            (Act::Unknown { .. }, Err(_)) => Event::unreadable(&new, place as u64 + 1),
            (_, Ok(event)) => event,
            (_, Err(why)) => return Err(no(old.n, format!("would not be understood any more: {why}"))),
        };
        let head = |e: &Event| (e.n, e.id.clone(), e.at.clone(), e.by.clone(), e.act.verb());
        if head(&event) != head(old) {
            return Err(no(old.n, "would become another one".into()));
        }
        events.push(event);
    }
    let after = Session::fold(session.header.clone(), events);
    match after.faults.iter().find(|f| !session.faults.contains(f)) {
        Some(fault) => Err(no(fault.event, format!("would make no sense: {}", fault.why))),
        None => Ok(after),
    }
}

struct Search<'a> {
    session: &'a Session,
    /// Places of the events whose words go.
    targets: BTreeSet<usize>,
    needles: BTreeSet<String>,
    whole: BTreeSet<(usize, String)>,
}

impl Search<'_> {
    fn names(&self, reference: &EventRef, place: usize) -> bool {
        self.session.find(reference, self.session.events.len()) == Some(place)
    }

    /// An answer that was given again leaves its first words in the file, undone.
    fn earlier_versions(&mut self, target: &Event) {
        let Act::Answer { question, said_by, .. } = &target.act else { return };
        let stands = |n: u64| self.session.state.answers.iter().any(|a| a.event == n);
        let same =
            |e: &Event| matches!(&e.act, Act::Answer { question: q, said_by: s, .. } if q == question && s == said_by);
        let older = self.session.events.iter().enumerate().filter(|(_, e)| same(e) && !stands(e.n)).map(|(i, _)| i);
        self.targets.extend(older.collect::<Vec<_>>());
    }

    fn field(&mut self, place: usize, field: &str) {
        let value = self.session.events.get(place).map(Event::to_value);
        if let Some(Value::String(words)) = value.as_ref().and_then(|v| v.get(field)) {
            self.words(words);
            self.whole.insert((place, field.to_owned()));
        }
    }

    /// The words in every form in which the program itself copies them.
    fn words(&mut self, words: &str) {
        let spoken = said(words).trim().to_owned();
        let head = |text: &str| text.chars().take(HEAD).collect::<String>().trim().to_owned();
        for form in [words.trim().to_owned(), head(words.trim()), head(&spoken), spoken] {
            if !form.is_empty() {
                self.needles.insert(form);
            }
        }
    }

    /// What the field was amended to.
    fn amends(&mut self, place: usize, field: &str) {
        let mut found = Vec::new();
        for (i, e) in self.session.events.iter().enumerate() {
            match &e.act {
                Act::Amend { event, field: f, value, .. } if f == field && self.names(event, place) => {
                    found.push((i, value.as_str().map(str::to_owned)));
                }
                _ => {}
            }
        }
        for (i, words) in found {
            self.whole.insert((i, "value".to_owned()));
            if let Some(words) = words {
                self.words(&words);
            }
        }
    }

    /// Proposals that take over what was said, and clues that come from them or from the event itself. What a playbook
    /// says in its own words stays.
    fn what_came_of_it(&mut self, place: usize) {
        let mut copied: Vec<&str> = Vec::new();
        let mut worded: Vec<(&str, &str)> = Vec::new();
        let mut found = Vec::new();
        for (i, e) in self.session.events.iter().enumerate() {
            match &e.act {
                Act::Propose { proposal, kind, text, source, .. } if self.names(&source.event, place) => {
                    if *kind == ProposalKind::ClueForm {
                        copied.push(proposal);
                        found.push(i);
                    } else {
                        worded.push((proposal, text));
                    }
                }
                Act::Clue { text, source, proposal, .. } if self.names(&source.event, place) => {
                    let own = |id: &str| worded.iter().any(|(p, w)| *p == id && w == text);
                    if !proposal.as_deref().is_some_and(own) {
                        found.push(i);
                    }
                }
                Act::Clue { proposal: Some(id), .. } if copied.contains(&id.as_str()) => found.push(i),
                _ => {}
            }
        }
        for i in found {
            self.field(i, "text");
            self.amends(i, "text");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
