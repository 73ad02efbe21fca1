//! Opening sessions and playbooks: from files and names to values of the domain.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};
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

/// The user's configuration: `$XDG_CONFIG_HOME/whyboard`, else `~/.config/whyboard`.
#[must_use]
pub fn config_folder() -> Option<PathBuf> {
    std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".config")))
        .map(|config| config.join("whyboard"))
}

/// Folders with playbooks of one's own: `playbooks` beside the session, then the user's.
#[must_use]
pub fn playbook_folders(beside: Option<&Path>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    if let Some(folder) = beside {
        out.push(folder.join("playbooks"));
    }
    if let Some(config) = config_folder() {
        out.push(config.join("playbooks"));
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
        Some((id, text)) => parse_playbook(text, id, "built in"),
        None => Err(format!(
            "There is no playbook \"{name}\". Built in are {}; give a path for one of your own.",
            BUILT_IN.map(|(id, _)| id).join(", ")
        )),
    }
}

fn read_playbook(path: &Path) -> Result<FoundPlaybook, String> {
    let origin = path.display().to_string();
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
        if let Ok(found) = parse_playbook(text, id, "built in") {
            if !out.iter().any(|f| f.playbook.id == found.playbook.id) {
                out.push(found);
            }
        }
    }
    out
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
                let n = raw.value.get("n").and_then(Value::as_u64).unwrap_or(events.len() as u64 + 1);
                warnings.push((raw.line, 1, format!("Event {n} is not understood: {why}.")));
                let verb = raw.value.get("do").and_then(Value::as_str).unwrap_or("?").to_owned();
                let text = |k: &str| raw.value.get(k).and_then(Value::as_str).unwrap_or_default().to_owned();
                let fields: Map<String, Value> = raw.value.as_object().cloned().unwrap_or_default();
                let act = crate::domain::event::Act::Unknown { verb, fields };
                events.push(Event { n, id: None, at: text("at"), by: text("by"), act });
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
    let folder = opened.path.parent().map(Path::to_path_buf);
    let playbook = match session.header.playbook_id() {
        Some(id) => match find_playbook(id, folder.as_deref()) {
            Ok(found) => {
                if let Some(was) = session.header.playbook.get("sha256_16").and_then(Value::as_str) {
                    if was != sha256_16(found.text.as_bytes()) {
                        warnings.push((0, 0, format!("The playbook {id} has changed since this session began.")));
                    }
                }
                Some(found.playbook)
            }
            Err(why) => {
                warnings.push((0, 0, why));
                None
            }
        },
        None => None,
    };
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
    json!({
        "schema": "session/1",
        "id": format!("{day}-{stem}"),
        "title": stem,
        "created": created,
        "tool": {"name": "whyboard", "version": env!("CARGO_PKG_VERSION"), "scoring": "scoreboard/1"},
        "playbook": {
            "id": found.playbook.id,
            "version": found.playbook.version,
            "sha256_16": sha256_16(found.text.as_bytes()),
        },
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
