//! The user's own keys: `keys.yaml` in the configuration folder.

use std::path::Path;

use crate::app::keymap::Keymap;
use crate::yaml;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads the patch of a folder; without a file there is none. What can't be taken is told in a sentence each.
pub(super) fn load(folder: &Path) -> (Keymap, Vec<String>) {
    let path = folder.join("keys.yaml");
    let origin = path.display().to_string();
    let trouble = |why: String| (Keymap::default(), vec![format!("{why} The built-in keys stay.")]);
    let large = match std::fs::metadata(&path) {
        Ok(meta) => meta.len() > LARGEST,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Keymap::default(), Vec::new()),
        Err(e) => return trouble(format!("{origin}: {e}.")),
    };
    if large {
        return trouble(format!("{origin} is larger than a megabyte; it should hold a line a command."));
    }
    let patch = match std::fs::read(&path) {
        Ok(bytes) => yaml::decode(&bytes, &origin).and_then(|text| yaml::value(text, &origin)),
        Err(e) => return trouble(format!("{origin}: {e}.")),
    };
    match patch {
        Ok(patch) => {
            let (keymap, told) = Keymap::from_patch(&patch);
            (keymap, told.into_iter().map(|why| format!("keys.yaml, {why}")).collect())
        }
        // The first line says what is wrong and where; the lines around it are for a wider place.
        Err(e) => trouble(format!("{}.", e.to_string().lines().next().unwrap_or_default().trim_end_matches('.'))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> (Keymap, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keys.yaml"), text).unwrap();
        load(folder.path())
    }

    #[test]
    fn a_file_is_read_and_none_is_no_trouble() {
        let (keymap, told) = loaded("explore.pin: [p]\nundo: Ctrl-Y\n");
        assert!(told.is_empty() && keymap != Keymap::default(), "{told:?}");
        assert_eq!(load(tempfile::tempdir().unwrap().path()), (Keymap::default(), Vec::new()));
        assert_eq!(loaded("# nothing yet\n"), (Keymap::default(), Vec::new()));
    }

    #[test]
    fn a_broken_file_is_told_with_its_place_and_leaves_the_built_in_keys() {
        let (keymap, told) = loaded("undo: [u\n");
        assert_eq!(keymap, Keymap::default());
        assert!(
            told.len() == 1 && told[0].contains("keys.yaml") && told[0].ends_with("The built-in keys stay."),
            "{told:?}"
        );
        let (_, told) = loaded("undo: [t]\n");
        assert!(told[0].starts_with("keys.yaml, undo: t is the key of "), "{told:?}");
    }
}
