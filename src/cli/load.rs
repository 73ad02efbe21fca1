//! Opening sessions and playbooks: from files and names to values of the domain.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::event::Event;
use crate::domain::playbook::Playbook;
use crate::domain::session::{Header, Session};
use crate::journal::{Journal, JournalError, Mode, Opened, Tail};
use crate::yaml;

/// Playbooks that the program ships: id and text.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("churn", include_str!("../../assets/playbooks/churn.yaml")),
    ("data_bug_leakage", include_str!("../../assets/playbooks/data_bug_leakage.yaml")),
    ("model_underperforms", include_str!("../../assets/playbooks/model_underperforms.yaml")),
];

/// Where a playbook of [`BUILT_IN`] came from.
const BUILT_IN_ORIGIN: &str = "built in";

/// A playbook with where it came from.
#[derive(Debug, Clone)]
pub struct FoundPlaybook {
    /// The playbook.
    pub playbook: Arc<Playbook>,
    /// Its text.
    pub text: String,
    /// `built in`, or the path.
    pub origin: String,
}

/// Folders with playbooks of one's own: `playbooks` beside the session, then the user's.
#[must_use]
pub fn playbook_folders(beside: Option<&Path>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    if let Some(folder) = beside {
        out.push(folder.join("playbooks"));
    }
    let config = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".config")));
    if let Some(config) = config {
        out.push(config.join("whyboard/playbooks"));
    }
    out
}

/// Finds a playbook by a path, by its id among one's own, or by its id among the built-in ones.
///
/// # Errors
/// A sentence that names the playbooks at hand, or what is wrong with the file.
pub fn find_playbook(name: &str, beside: Option<&Path>) -> Result<FoundPlaybook, String> {
    let as_path = Path::new(name);
    if name.ends_with(".yaml") || name.ends_with(".yml") || name.contains('/') {
        return read_playbook(as_path);
    }
    for folder in playbook_folders(beside) {
        let path = folder.join(format!("{name}.yaml"));
        if path.is_file() {
            return read_playbook(&path);
        }
    }
    match BUILT_IN.iter().find(|(id, _)| *id == name) {
        Some((id, text)) => parse_playbook(text, id, BUILT_IN_ORIGIN),
        None => Err(format!(
            "There is no playbook \"{name}\". Built in are {}; give a path for one of your own.",
            BUILT_IN.map(|(id, _)| id).join(", ")
        )),
    }
}

fn read_playbook(path: &Path) -> Result<FoundPlaybook, String> {
    let origin = path.display().to_string();
    // The path may come from a file that somebody sent: a pipe or a device would be read for ever.
    let meta = std::fs::metadata(path).map_err(|e| format!("The playbook {origin} can't be read: {e}."))?;
    if !meta.is_file() {
        return Err(format!("The playbook {origin} can't be read: it is no file."));
    }
    let bytes = std::fs::read(path).map_err(|e| format!("The playbook {origin} can't be read: {e}."))?;
    let text = yaml::decode(&bytes, &origin).map_err(|e| e.to_string())?;
    parse_playbook(text, &origin, &origin)
}

fn parse_playbook(text: &str, name: &str, origin: &str) -> Result<FoundPlaybook, String> {
    let playbook: Playbook = yaml::parse(text, name).map_err(|e| e.to_string())?;
    Ok(FoundPlaybook { playbook: Arc::new(playbook), text: text.to_owned(), origin: origin.to_owned() })
}

/// Every playbook at hand: one's own first.
#[must_use]
pub fn all_playbooks(beside: Option<&Path>) -> Vec<FoundPlaybook> {
    let mut out: Vec<FoundPlaybook> = Vec::new();
    for folder in playbook_folders(beside) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        out.extend(
            paths.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml")).filter_map(|p| read_playbook(p).ok()),
        );
    }
    for (id, text) in BUILT_IN {
        if let Ok(found) = parse_playbook(text, id, BUILT_IN_ORIGIN) {
            if !out.iter().any(|f| f.playbook.id == found.playbook.id) {
                out.push(found);
            }
        }
    }
    out
}

/// The playbook of a session: where its head says it lies, else the one of that id; with a word where it is not the
/// one with which the session began, or is not there.
#[must_use]
pub fn playbook_of(header: &Header, session: &Path) -> (Option<FoundPlaybook>, Option<String>) {
    let Some(id) = header.playbook_id() else { return (None, None) };
    let said = |key: &str| header.playbook.get(key).and_then(Value::as_str);
    let other = |found: &FoundPlaybook| said("sha256_16").is_some_and(|was| was != sha256_16(found.text.as_bytes()));
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
        let at = session.events.iter().position(|e| e.n == fault.event);
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
        "sha256_16": sha256_16(found.text.as_bytes()),
    });
    // One that was given by its path is not found by its id later.
    let origin = Path::new(&found.origin);
    let by_id = found.origin == BUILT_IN_ORIGIN
        || playbook_folders(path.parent()).iter().any(|folder| origin.parent() == Some(folder));
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
