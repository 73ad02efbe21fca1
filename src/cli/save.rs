//! Writing files that are handed on: never over something that whyboard did not write.

use std::fs;
use std::path::Path;

use super::exit::Failure;
use super::visible::visible;
use crate::journal::atomic_write;

/// What is written; each kind begins with a mark by which it is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The brief as Markdown.
    Report,
    /// `S.derived.yaml`.
    Derived,
}

impl Kind {
    /// How its first line begins.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Report => crate::report::markdown::MARK,
            Self::Derived => "# Rebuilt from",
        }
    }
}

/// Writes a file in one step. A file of that name is replaced only if it begins with the kind's mark, or is empty, or
/// with `force`.
///
/// # Errors
/// Exit 2 for a file that whyboard did not write and for what is no file, 3 when it can't be written.
pub fn save(path: &Path, text: &str, kind: Kind, force: bool) -> Result<(), Failure> {
    let shown = || visible(&path.display().to_string());
    // Opening a pipe or a device could wait for ever, and nothing can take their place.
    if let Ok(meta) = fs::metadata(path)
        && !meta.is_file()
    {
        let what = if meta.is_dir() { "a directory" } else { "not a regular file" };
        return Err(Failure::usage(format!("{} is {what}. Name a file, or - to print.", shown())));
    }
    if !force && path.exists() {
        let ours = match fs::read(path) {
            Ok(bytes) => bytes.is_empty() || bytes.starts_with(kind.mark().as_bytes()),
            Err(_) => false,
        };
        if !ours {
            return Err(Failure::usage(format!(
                "{} exists and was not written by whyboard, so it was left alone. Choose another name, or overwrite it with --force.",
                shown()
            )));
        }
    }
    atomic_write(path, text.as_bytes()).map_err(|e| Failure::input(visible(&e.to_string())))
}
