//! All rules: what may be recorded, and what follows from it. Nothing here writes; a refusal leaves no trace.

mod answers;
mod numbers;
mod proposals;
mod records;
mod rules;
mod suggest;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

pub use numbers::{number_in, read_number};
pub use suggest::{SEARCHED, family_of_column, origin_of, suggest_for_columns, suggest_ratings};

pub use super::event::batch_of;
use super::event::{Act, Event, EventRef, Ratings};
use super::playbook::Playbook;
use super::session::Session;
use super::words::Grade;

/// What the user wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Record a fact. An empty id of a hypothesis or clue is filled in.
    Record(Box<Act>),
    /// Record several facts that belong together; `u` takes them back together.
    RecordAll(Vec<Act>),
    /// Take a proposal.
    Accept {
        /// The proposal.
        proposal: String,
        /// Other words than the proposed ones.
        text: Option<String>,
        /// Other ratings than the proposed ones.
        ratings: Option<Ratings>,
        /// Another grade.
        grade: Option<Grade>,
        /// Why a rating is extreme.
        reason: Option<String>,
    },
    /// Take the last intent back.
    Undo,
    /// Bring back what the last undo took.
    Redo,
}

impl Intent {
    /// Records one fact.
    #[must_use]
    pub fn record(act: Act) -> Self {
        Self::Record(Box::new(act))
    }
}

/// Why something is not recorded, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub next: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { why: why.into(), next: next.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.why)?;
        if self.next.is_empty() { Ok(()) } else { write!(f, " {}", self.next) }
    }
}

impl std::error::Error for Refusal {}

/// What is stamped at the edge: time, person, and a seed for ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// UTC with seconds: `2026-10-05T08:02:10Z`.
    pub at: String,
    /// Alias of who records.
    pub by: String,
    /// Random.
    pub seed: u64,
}

/// The event ids of one batch: a short random name, then `name-2`, `name-3` …
fn batch_id(seed: u64, k: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (seed >> 31);
    // The first sign is a letter, so that YAML never reads an id as a number.
    let mut name = String::new();
    for i in 0..6 {
        let range = if i == 0 { 24 } else { 32 };
        name.push(char::from(ALPHABET.get((x % range) as usize).copied().unwrap_or(b'a')));
        x /= range;
    }
    if k == 0 { name } else { format!("{name}-{}", k + 1) }
}

/// A seed whose name no intent of the session has: two of six letters meet sooner than one thinks.
fn free_seed(session: &Session, seed: u64) -> u64 {
    let mut seed = seed;
    while session.batch_taken(&batch_id(seed, 0)) {
        // SplitMix64 (Steele, Lea, Flood 2014).
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        seed = z ^ (z >> 31);
    }
    seed
}

/// Turns an intent into events, or refuses it.
///
/// # Errors
/// A [`Refusal`] in plain words; nothing is changed then.
pub fn decide(
    session: &Session,
    playbook: Option<&Playbook>,
    intent: Intent,
    stamp: &Stamp,
) -> Result<Vec<Event>, Refusal> {
    let seed = free_seed(session, stamp.seed);
    let acts = match intent {
        Intent::Record(act) => rules::check(session, playbook, &stamp.by, *act)?,
        Intent::RecordAll(acts) => one_by_one(session, playbook, acts, stamp, seed)?,
        Intent::Accept { proposal, text, ratings, grade, reason } => {
            let acts = proposals::accept(session, playbook, &proposal, text, ratings, grade, reason)?;
            one_by_one(session, playbook, acts, stamp, seed)?
        }
        Intent::Undo => vec![Act::Undo { events: last_batch(session)? }],
        Intent::Redo => match last_undo(session) {
            Some(undo) => vec![Act::Undo { events: vec![undo] }],
            None => return Err(Refusal::new("There is nothing to bring back.", "Redo works right after an undo.")),
        },
    };
    let first = session.next_n();
    Ok(acts
        .into_iter()
        .enumerate()
        .map(|(k, act)| Event {
            n: first + k as u64,
            id: Some(batch_id(seed, k)),
            at: not_before(session, &stamp.at),
            by: stamp.by.clone(),
            act: by_name(session, act, first, seed),
        })
        .collect())
}

/// Judges each act as if the ones before it stood already.
fn one_by_one(
    session: &Session,
    playbook: Option<&Playbook>,
    acts: Vec<Act>,
    stamp: &Stamp,
    seed: u64,
) -> Result<Vec<Act>, Refusal> {
    let last = acts.len().saturating_sub(1);
    if last == 0 {
        // A single act needs no copy of the session.
        return acts.into_iter().try_fold(Vec::new(), |_, act| rules::check(session, playbook, &stamp.by, act));
    }
    let mut trial = session.clone();
    let mut all = Vec::new();
    for (i, act) in acts.into_iter().enumerate() {
        for act in rules::check(&trial, playbook, &stamp.by, act)? {
            if i < last {
                let (n, id) = (trial.next_n(), Some(batch_id(seed, all.len())));
                trial.apply(Event { n, id, at: stamp.at.clone(), by: stamp.by.clone(), act: act.clone() });
            }
            all.push(act);
        }
    }
    Ok(all)
}

/// Sources are named by the id of their event, which survives a merge of two files; `first` is the number of the
/// first event that is about to be written.
fn by_name(session: &Session, mut act: Act, first: u64, seed: u64) -> Act {
    if let Act::Propose { source, .. } | Act::Clue { source, .. } = &mut act {
        if let EventRef::N(n) = &source.event {
            let new = n.checked_sub(first).and_then(|k| usize::try_from(k).ok());
            let name = match new {
                Some(k) => Some(EventRef::Id(batch_id(seed, k))),
                None => {
                    let at = session.find(&source.event, session.events.len());
                    at.and_then(|at| session.events.get(at)).map(Event::reference)
                }
            };
            if let Some(name) = name {
                source.event = name;
            }
        }
    }
    act
}

/// Time never runs backwards in a session, even when a clock does.
fn not_before(session: &Session, at: &str) -> String {
    match session.events.last() {
        Some(last) if last.at.as_str() > at => last.at.clone(),
        _ => at.to_owned(),
    }
}

/// Whether an event tells what was found of a table that another one attached: it goes with it.
fn is_of(attached: &Act, found: &Act) -> bool {
    matches!((attached, found), (Act::AttachData { data, .. }, Act::Fingerprint { data: of, .. }) if data == of)
}

/// The events of the last intent that still counts and that a person made.
fn last_batch(session: &Session) -> Result<Vec<EventRef>, Refusal> {
    let nothing = || Refusal::new("There is nothing to undo.", "Redaction, data that was read and undo itself stay.");
    let mut undone: std::collections::BTreeSet<usize> = std::collections::BTreeSet::new();
    for (i, event) in session.events.iter().enumerate().rev() {
        if undone.contains(&i) {
            continue;
        }
        if let Act::Undo { events } = &event.act {
            undone.extend(events.iter().filter_map(|r| session.find(r, i)));
            continue;
        }
        if matches!(
            event.act,
            Act::Redact { .. } | Act::Fingerprint { .. } | Act::AttachData { sql: None, .. } | Act::Open { .. }
        ) {
            continue;
        }
        let batch = event.id.as_deref().map(batch_of);
        let mut out: Vec<EventRef> = session
            .events
            .iter()
            .enumerate()
            .filter(|(j, e)| {
                !undone.contains(j)
                    && (is_of(&event.act, &e.act)
                        || match batch {
                            Some(b) => e.id.as_deref().map(batch_of) == Some(b),
                            None => *j == i,
                        })
            })
            .map(|(_, e)| e.reference())
            .collect();
        out.dedup();
        return if out.is_empty() { Err(nothing()) } else { Ok(out) };
    }
    Err(nothing())
}

/// The latest undo that still holds, when nothing but undo and redo came after it. A redo is an undo of an undo.
fn last_undo(session: &Session) -> Option<EventRef> {
    let mut gone = std::collections::BTreeSet::new();
    for (i, event) in session.events.iter().enumerate().rev() {
        let Act::Undo { events } = &event.act else { return None };
        if gone.contains(&i) {
            continue;
        }
        let targets: Vec<usize> = events.iter().filter_map(|r| session.find(r, i)).collect();
        let of_undos = |at: &usize| session.events.get(*at).is_some_and(|e| matches!(e.act, Act::Undo { .. }));
        if !targets.is_empty() && targets.iter().all(of_undos) {
            gone.extend(targets);
        } else {
            return Some(event.reference());
        }
    }
    None
}

/// Whether a value is missing.
pub(crate) fn is_unknown(value: &Value, text: &str) -> bool {
    value.is_null() && text.trim().is_empty()
}
