//! Real names stay out of sessions: where they stand instead, and that git does not take them along.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::journal::read_file;
use crate::yaml;

/// Real names by alias, beside the sessions that use them.
pub(super) const NAMES: &str = "people.local.yaml";

fn folder_of(session: &Path) -> &Path {
    session.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The real names beside a session, each with its alias; none where there is no such file. The file maps aliases to a
/// name or to several.
///
/// # Errors
/// A sentence when the file is there and can't be read.
pub(super) fn names(session: &Path) -> Result<Vec<(String, String)>, String> {
    let path = folder_of(session).join(NAMES);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(Vec::new());
    }
    let origin = path.display().to_string();
    let read = || -> Result<Value, String> {
        let bytes = read_file(&path).map_err(|e| e.to_string())?;
        let text = yaml::decode(&bytes, &origin).map_err(|e| e.to_string())?;
        yaml::value(text, &origin).map_err(|e| e.to_string())
    };
    let value = read().map_err(|e| format!("{e} Names are not looked for in what is typed until it is put right."))?;
    let people = value.get("people").filter(|p| p.is_object()).unwrap_or(&value);
    let mut out = Vec::new();
    for (alias, named) in people.as_object().into_iter().flatten() {
        let one = |v: &Value| v.as_str().or_else(|| v.get("name").and_then(Value::as_str)).map(str::to_owned);
        let all: Vec<String> = match named {
            Value::Array(list) => list.iter().filter_map(one).collect(),
            other => one(other).into_iter().collect(),
        };
        out.extend(all.into_iter().map(|name| (name, alias.clone())));
    }
    Ok(out)
}

/// Sees to it that git leaves the names alone: a `.gitignore` is written beside the session where there is none.
///
/// # Errors
/// A sentence when there is one that does not cover them; it is left as it is.
pub(super) fn cover(session: &Path) -> Result<(), String> {
    let folder = fs::canonicalize(folder_of(session)).unwrap_or_else(|_| folder_of(session).to_path_buf());
    if covered(&folder) {
        return Ok(());
    }
    let path = folder.join(".gitignore");
    let line = format!("{}: add the line {NAMES}, so that real names are not committed.", path.display());
    let mut file = match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(_) => return Err(line),
    };
    file.write_all(format!("# Real names behind the aliases of sessions.\n{NAMES}\n").as_bytes()).map_err(|_| line)
}

/// Whether a `.gitignore` here, or above within the same repository, names the file.
fn covered(folder: &Path) -> bool {
    let lines = [NAMES, "*.local.yaml", "*.local.*", "**/people.local.yaml", "**/*.local.yaml"];
    let mut at: Option<PathBuf> = Some(folder.to_path_buf());
    while let Some(here) = at {
        let text = fs::read_to_string(here.join(".gitignore")).unwrap_or_default();
        let own = here == folder;
        if text.lines().map(str::trim).any(|l| lines.contains(&l) || (own && l.trim_start_matches('/') == NAMES)) {
            return true;
        }
        if here.join(".git").exists() {
            return false;
        }
        at = here.parent().map(Path::to_path_buf);
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_shape() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("s.yaml");
        assert_eq!(names(&session), Ok(Vec::new()));
        let path = folder.path().join(NAMES);
        fs::write(&path, "people:\n  p2: Anna Smith\n  p3: [Bo, Bo Berg]\n  p4: {name: Cy}\n  p5: 7\n").unwrap();
        let pair = |n: &str, a: &str| (n.to_owned(), a.to_owned());
        let all = vec![pair("Anna Smith", "p2"), pair("Bo", "p3"), pair("Bo Berg", "p3"), pair("Cy", "p4")];
        assert_eq!(names(&session), Ok(all));
        fs::write(&path, "p2: Anna Smith\n").unwrap();
        assert_eq!(names(&session), Ok(vec![pair("Anna Smith", "p2")]));
        fs::write(&path, "p2: [").unwrap();
        assert!(names(&session).unwrap_err().contains("not looked for"));
    }

    #[test]
    fn git_is_told_once_and_foreign_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let session = folder.path().join("s.yaml");
        let path = folder.path().join(".gitignore");
        assert_eq!(cover(&session), Ok(()));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.lines().any(|l| l == NAMES));
        assert_eq!(cover(&session), Ok(()));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        // Below it is covered too.
        fs::create_dir(folder.path().join("sub")).unwrap();
        assert_eq!(cover(&folder.path().join("sub/s.yaml")), Ok(()));
        assert!(!folder.path().join("sub/.gitignore").exists());
        fs::write(&path, "target\n").unwrap();
        assert!(cover(&session).unwrap_err().contains("add the line people.local.yaml"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "target\n");
    }
}
