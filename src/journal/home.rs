//! The list of recent sessions, kept under the user's state folder. Best effort: it is a convenience,
//! and nothing depends on it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{JournalError, atomic};
use crate::yaml;

/// Most sessions remembered.
const MOST: usize = 30;
/// Largest list that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// A session that was open before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Its file, absolute.
    pub path: PathBuf,
    /// Its title.
    pub title: String,
    /// The hypothesis that led when it was last open; empty when none did.
    pub leader: String,
    /// When it was last open: UTC, as in `2026-10-05T08:00:00Z`.
    pub at: String,
}

/// `$XDG_STATE_HOME/whyboard`, else `~/.local/state/whyboard`; `None` when neither is an absolute path.
pub fn state_folder() -> Option<PathBuf> {
    let absolute = |p: PathBuf| p.is_absolute().then_some(p);
    let given = env::var_os("XDG_STATE_HOME").map(PathBuf::from).and_then(absolute);
    given
        .or_else(|| env::var_os("HOME").map(PathBuf::from).and_then(absolute).map(|home| home.join(".local/state")))
        .map(|state| state.join("whyboard"))
}

/// The remembered sessions, latest first; empty when there is no readable list.
pub fn recent(state: &Path) -> Vec<Recent> {
    let file = state.join("recent.yaml");
    let small = fs::metadata(&file).is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
    let Some(bytes) = small.then(|| fs::read(&file).ok()).flatten() else { return Vec::new() };
    let origin = file.display().to_string();
    let Ok(value) = yaml::decode(&bytes, &origin).and_then(|text| yaml::value(text, &origin)) else {
        return Vec::new();
    };
    let word = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = value.get("sessions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(|entry| {
            Some(Recent {
                path: word(entry, "path")?.into(),
                title: word(entry, "title").unwrap_or_default(),
                leader: word(entry, "leader").unwrap_or_default(),
                at: word(entry, "at").unwrap_or_default(),
            })
        })
        .collect()
}

/// Puts a session at the head of the list. A path that is not UTF-8 is not remembered.
///
/// # Errors
/// When the folder or the list cannot be written; callers may ignore that.
pub fn remember(state: &Path, session: Recent) -> Result<(), JournalError> {
    atomic::private_folder(state)?;
    let mut list = recent(state);
    list.retain(|r| r.path != session.path);
    list.insert(0, session);
    let entries: Vec<Value> = list
        .iter()
        .filter_map(|r| Some(json!({"path": r.path.to_str()?, "title": r.title, "leader": r.leader, "at": r.at})))
        .take(MOST)
        .collect();
    let text = yaml::emit::document(&json!({"schema": "recent/1", "sessions": entries}));
    atomic::atomic_write_private(&state.join("recent.yaml"), text.as_bytes())
}
