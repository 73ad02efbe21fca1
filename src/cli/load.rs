//! Opening sessions and playbooks: from files and names to values of the domain.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::event::{Event, EventRef};
use crate::domain::playbook::Playbook;
use crate::domain::session::{Header, Session};
use crate::journal::{Journal, JournalError, Mode, Opened, Tail};

pub use super::books::{
    BUILT_IN, FoundPlaybook, PLAYBOOK_SCHEMA, all_playbooks, built_in_playbook, config_folder, find_playbook,
    newer_playbook, playbook_folders, read_playbook, with_bases,
};

/// The playbook of a session: where its head says it lies, else the one of that id; with a word where it is not the
/// one with which the session began, or is not there.
#[must_use]
pub fn playbook_of(header: &Header, session: &Path) -> (Option<FoundPlaybook>, Option<String>) {
    let Some(id) = header.playbook_id() else { return (None, None) };
    let said = |key: &str| header.playbook.get(key).and_then(Value::as_str);
    let other = |found: &FoundPlaybook| said("sha256_16").is_some_and(|was| was != found.digest());
    let changed = format!("The playbook {id} has changed since this session began.");
    let Some(path) = said("path") else {
        return match find_playbook(id, session.parent()) {
            Ok(found) => {
                let words = other(&found).then_some(changed);
                (Some(found), words)
            }
            Err(why) => (None, Some(why)),
        };
    };
    let there = read_playbook(&resolve(session, path)).and_then(|found| match &found.playbook.id {
        now if now == id => Ok(found),
        now => Err(format!("{path} holds the playbook {now} now, not {id}.")),
    });
    let why = match there {
        Ok(found) => {
            let words = other(&found).then_some(changed);
            return (Some(found), words);
        }
        Err(why) => why,
    };
    match find_playbook(id, session.parent()) {
        Ok(found) if other(&found) => {
            let words = format!(
                "{why} Another playbook called {id} ({}) stands in for it, with other content: questions and checks may not fit. Put the file back and open the session again.",
                found.origin
            );
            (Some(found), Some(words))
        }
        // The same text under its id is the same playbook, wherever it lies.
        Ok(found) => (Some(found), None),
        Err(_) => (None, Some(format!("{why} Put the file back and open the session again."))),
    }
}

/// A session read from a file.
#[derive(Debug)]
pub struct ReadSession {
    /// The fold.
    pub session: Session,
    /// Its playbook, where it was found.
    pub playbook: Option<Arc<Playbook>>,
    /// Why it can't be changed.
    pub read_only: Option<String>,
    /// What was noticed, each with the line in the file (0 when it has none) and column.
    pub warnings: Vec<(usize, usize, String)>,
}

/// The domain's view of what the journal found.
#[must_use]
pub fn interpret(opened: &Opened) -> ReadSession {
    let mut warnings: Vec<(usize, usize, String)> =
        opened.warnings.iter().map(|w| (w.line, w.column, w.message.clone())).collect();
    let header: Header = match serde_json::from_value(opened.header.clone()) {
        Ok(header) => header,
        Err(e) => {
            warnings.push((1, 1, format!("The head of the file does not fit: {e}.")));
            Header::default()
        }
    };
    let mut events = Vec::with_capacity(opened.events.len());
    for raw in &opened.events {
        match Event::from_value(&raw.value) {
            Ok(event) => events.push(event),
            Err(why) => {
                // The event keeps its place, so that numbers and references of the others stay right.
                let event = Event::unreadable(&raw.value, events.len() as u64 + 1);
                warnings.push((raw.line, 1, format!("Event {} is not understood: {why}.", event.n)));
                events.push(event);
            }
        }
    }
    let session = Session::fold(header, events);
    for fault in &session.faults {
        let at = session.find(&EventRef::N(fault.event), session.events.len());
        let line = at.and_then(|i| opened.events.get(i)).map_or(0, |r| r.line);
        warnings.push((line, 1, format!("Event {}: {}.", fault.event, fault.why)));
    }
    let read_only = match &opened.mode {
        Mode::ReadWrite => None,
        Mode::ReadOnly { why } => Some(why.clone()),
    };
    if let Tail::Torn { from_line, .. } = &opened.tail {
        let already = opened.warnings.iter().any(|w| w.line == *from_line);
        if !already {
            warnings.push((
                *from_line,
                1,
                "The end of the file was cut off; what could be read is kept as provisional.".into(),
            ));
        }
    }
    let (playbook, words) = playbook_of(&session.header, &opened.path);
    warnings.extend(words.map(|w| (0, 0, w)));
    let playbook = playbook.map(|f| f.playbook);
    ReadSession { session, playbook, read_only, warnings }
}

/// Reads a session without taking its lock.
///
/// # Errors
/// When the file can't be read or is no session.
pub fn read_session(path: &Path) -> Result<(ReadSession, Opened), JournalError> {
    let bytes = crate::journal::read_file(path)?;
    let opened = crate::journal::inspect(path, &bytes)?;
    // With neither a head nor an event there is nothing to tell.
    if let (Err(e), true) = (serde_json::from_value::<Header>(opened.header.clone()), opened.events.is_empty()) {
        return Err(JournalError::NotASession { path: path.to_owned(), why: format!("its head does not fit: {e}") });
    }
    Ok((interpret(&opened), opened))
}

/// Opens a session for work: the journal is absent where it is read-only.
///
/// # Errors
/// When the file can't be read or is no session.
pub fn open_session(path: &Path) -> Result<(Option<Journal>, ReadSession), JournalError> {
    let (journal, opened) = Journal::open(path)?;
    Ok((journal, interpret(&opened)))
}

/// The head of a new session.
#[must_use]
pub fn new_header(path: &Path, found: &FoundPlaybook, created: &str) -> Value {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let day = created.get(..10).unwrap_or_default();
    let mut playbook = json!({
        "id": found.playbook.id,
        "version": found.playbook.version,
        "sha256_16": found.digest(),
    });
    // One that was given by its path is not found by its id later.
    let origin = Path::new(&found.origin);
    let by_id =
        found.is_built_in() || playbook_folders(path.parent()).iter().any(|folder| origin.parent() == Some(folder));
    if !by_id {
        if let Some(map) = playbook.as_object_mut() {
            map.insert("path".into(), beside(path, origin).into());
        }
    }
    json!({
        "schema": "session/1",
        "id": format!("{day}-{stem}"),
        "title": stem,
        "created": created,
        "tool": {"name": "whyboard", "version": env!("CARGO_PKG_VERSION"), "scoring": "scoreboard/1"},
        "playbook": playbook,
    })
}

/// The first 16 hexadecimal digits of a SHA-256.
#[must_use]
pub fn sha256_16(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// Now, UTC with seconds.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A path as it is used: relative ones count from the session's folder.
#[must_use]
pub fn resolve(session: &Path, path: &str) -> PathBuf {
    let path = Path::new(path);
    if path.is_absolute() {
        return path.to_path_buf();
    }
    match session.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.join(path),
        _ => path.to_path_buf(),
    }
}

/// A path as the session records it: relative to the session's folder where both hang together.
#[must_use]
pub fn beside(session: &Path, path: &Path) -> String {
    let absolute = |p: &Path| std::fs::canonicalize(p).or_else(|_| std::path::absolute(p));
    let folder = session.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(folder), Ok(target)) = (absolute(folder), absolute(path)) else { return path.display().to_string() };
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), target.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if same < 2 {
        return target.display().to_string();
    }
    let mut out = PathBuf::new();
    for _ in same..from.len() {
        out.push("..");
    }
    for part in to.iter().skip(same) {
        out.push(part);
    }
    out.display().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
