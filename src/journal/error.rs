//! What can go wrong with a session file, in words for the user.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a session file could not be opened, saved or replaced.
///
/// `Display` says what happened, where, what became of the data, and what to do next.
#[derive(Debug)]
pub enum JournalError {
    /// The file is not a session, or cannot be read as text at all.
    NotASession {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// A file of that name is there already; nothing was touched.
    Exists(PathBuf),
    /// The system refused to read or to prepare the file; nothing was changed.
    Io {
        /// What was tried, as in `open` or `make the folder`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The events could not be saved. All that was saved before is still there.
    NotSaved {
        /// The session.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
        /// Whether the file could be brought back to its last good length. If not, the journal takes
        /// no more events, and a reader finds the half-written tail by its missing marker.
        restored: bool,
    },
    /// The new content is in place, but the system could not promise that it outlives a power cut.
    NotSynced {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Somebody else changed, moved or replaced the file since it was opened; nothing was written.
    Changed {
        /// The session.
        path: PathBuf,
        /// What differs.
        why: &'static str,
    },
    /// The journal no longer takes events.
    ReadOnly {
        /// The session.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A link that is not followed for writing.
    Link {
        /// The link.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The event cannot be written so that it reads back the same; nothing was written.
    Unwritable {
        /// The session.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl JournalError {
    /// An [`JournalError::Io`] for use with `map_err`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

/// The system's answer in words a user can act on.
fn answer(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::StorageFull => "the disk is full; free some space and save again".into(),
        io::ErrorKind::QuotaExceeded => "your disk quota is used up; free some space and save again".into(),
        io::ErrorKind::FileTooLarge => "the file would exceed the size limit set for this process (ulimit -f)".into(),
        io::ErrorKind::PermissionDenied => "permission denied; check who owns the file and the folder".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only; save to another folder".into(),
        io::ErrorKind::NotFound => "it does not exist".into(),
        _ => e.to_string(),
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |path: &Path| crate::yaml::visible(&path.display().to_string()).into_owned();
        match self {
            Self::NotASession { path, why } => write!(f, "{} is not a session: {why}.", name(path)),
            Self::Exists(path) => write!(f, "{} exists already and was left alone; choose another name.", name(path)),
            Self::Io { doing, path, source } => {
                write!(f, "Cannot {doing} {}: {}. Nothing was changed.", name(path), answer(source))
            }
            Self::NotSaved { path, source, restored } => {
                write!(f, "Not saved to {}: {}. All that was saved before is still there", name(path), answer(source))?;
                if *restored {
                    write!(f, ".")
                } else {
                    write!(f, ", but a half-written event may follow it: open the session again to go on.")
                }
            }
            Self::NotSynced { path, source } => write!(
                f,
                "{} was written, but the system cannot promise that it outlives a power cut: {}.",
                name(path),
                answer(source)
            ),
            Self::Changed { path, why } => {
                write!(f, "{} {why} since it was opened. Nothing was written; open it again to go on.", name(path))
            }
            Self::ReadOnly { path, why } => write!(f, "{} takes no new events: {why}.", name(path)),
            Self::Link { path, why } => write!(f, "{} is a link that is not followed for writing: {why}.", name(path)),
            Self::Unwritable { path, why } => write!(f, "Not saved to {}: {why}.", name(path)),
        }
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::NotSaved { source, .. } | Self::NotSynced { source, .. } => Some(source),
            _ => None,
        }
    }
}
