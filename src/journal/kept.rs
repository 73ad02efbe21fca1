//! What is kept for a session beside its log, in the user's state folder: where it was left, and what was typed and not
//! recorded when the program was ended. Best effort: nothing depends on it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{JournalError, atomic};
use crate::yaml;

/// Most sessions whose place is kept.
const MOST: usize = 100;
/// Largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Where a session was left, as the screens told it.
pub fn place(state: &Path, session: &Path) -> Option<Value> {
    places(state).into_iter().find(|(path, _)| path == session).map(|(_, place)| place)
}

/// Keeps where a session was left. Sessions that are gone, and the oldest ones, are forgotten.
///
/// # Errors
/// When the folder or the file cannot be written; callers may ignore that.
pub fn keep_place(state: &Path, session: &Path, place: &Value) -> Result<(), JournalError> {
    atomic::private_folder(state)?;
    let mut list = places(state);
    list.retain(|(path, _)| path != session && path.exists());
    list.insert(0, (session.to_owned(), place.clone()));
    let entries: Vec<Value> = list
        .iter()
        .filter_map(|(path, place)| Some(json!({"path": path.to_str()?, "place": place})))
        .take(MOST)
        .collect();
    let text = yaml::emit::document(&json!({"schema": "places/1", "sessions": entries}));
    atomic::atomic_write_private(&state.join("places.yaml"), text.as_bytes())
}

/// Keeps what was typed (0600) until [`take_typed`] gives it back.
///
/// # Errors
/// When it cannot be written.
pub fn keep_typed(state: &Path, session: &Path, typed: &Value) -> Result<(), JournalError> {
    let file = typed_file(state, session);
    atomic::private_folder(&state.join("typed"))?;
    let text =
        yaml::emit::document(&json!({"schema": "typed/1", "session": session.to_string_lossy(), "typed": typed}));
    atomic::atomic_write_private(&file, text.as_bytes())
}

/// What was typed in this session when the program was ended; it is given once.
pub fn take_typed(state: &Path, session: &Path) -> Option<Value> {
    let file = typed_file(state, session);
    let value = read(&file)?;
    let ours = value.get("session").and_then(Value::as_str) == Some(&*session.to_string_lossy());
    let typed = value.get("typed").filter(|_| ours).cloned()?;
    fs::remove_file(&file).ok()?;
    Some(typed)
}

fn typed_file(state: &Path, session: &Path) -> PathBuf {
    let digest = Sha256::digest(session.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    state.join("typed").join(format!("{name}.yaml"))
}

fn places(state: &Path) -> Vec<(PathBuf, Value)> {
    let value = read(&state.join("places.yaml")).unwrap_or_default();
    let list = value.get("sessions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let entry = |e: &Value| Some((e.get("path")?.as_str()?.into(), e.get("place")?.clone()));
    list.iter().filter_map(entry).collect()
}

fn read(file: &Path) -> Option<Value> {
    let small = fs::metadata(file).is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
    let bytes = small.then(|| fs::read(file).ok()).flatten()?;
    let origin = file.display().to_string();
    yaml::value(yaml::decode(&bytes, &origin).ok()?, &origin).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn places_are_bounded_and_those_of_lost_sessions_go() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        for i in 0..120 {
            let session = folder.path().join(format!("{i}.yaml"));
            fs::write(&session, "").unwrap();
            keep_place(&state, &session, &json!({"row": i})).unwrap();
        }
        let session = |i: usize| folder.path().join(format!("{i}.yaml"));
        assert_eq!(place(&state, &session(119)), Some(json!({"row": 119})));
        assert_eq!(place(&state, &session(19)), None, "the oldest are forgotten");
        fs::remove_file(session(50)).unwrap();
        keep_place(&state, &session(51), &json!({"row": 0})).unwrap();
        assert_eq!(place(&state, &session(50)), None);
        assert_eq!(place(&state, &session(51)), Some(json!({"row": 0})));
        assert_eq!(mode(&state.join("places.yaml")), 0o600);
        fs::write(state.join("places.yaml"), "{broken").unwrap();
        assert_eq!(place(&state, &session(119)), None);
    }

    #[test]
    fn what_was_typed_is_private_and_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("s.yaml");
        keep_typed(folder.path(), &session, &json!({"forms": {"Note": {"text": "half\na thought"}}})).unwrap();
        let file = typed_file(folder.path(), &session);
        assert_eq!((mode(&file), mode(&folder.path().join("typed"))), (0o600, 0o700));
        assert_eq!(take_typed(folder.path(), &folder.path().join("other.yaml")), None);
        let typed = take_typed(folder.path(), &session).unwrap();
        assert_eq!(typed["forms"]["Note"]["text"], "half\na thought");
        assert!(!file.exists());
        assert_eq!(take_typed(folder.path(), &session), None);
    }
}
