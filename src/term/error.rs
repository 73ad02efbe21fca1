//! Why there can be no screen.

use std::fmt;
use std::io;

/// Why the screen could not be started or went on no longer.
#[derive(Debug)]
pub enum TermError {
    /// Keys cannot be read, or nothing can be drawn.
    NoTerminal {
        /// What is missing: `input` or `output`.
        what: &'static str,
        /// What the system says.
        source: Option<io::Error>,
    },
    /// The system refused a thread, a pipe or a signal handler.
    System(io::Error),
}

impl fmt::Display for TermError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTerminal { what: "output", .. } => {
                write!(f, "the screen needs a terminal, and standard output is not one")
            }
            Self::NoTerminal { source, .. } => {
                write!(f, "the screen needs a terminal to read keys from, and there is none")?;
                match source {
                    Some(source) => write!(f, " ({source})"),
                    None => Ok(()),
                }
            }
            Self::System(source) => write!(f, "the screen could not be started: {source}"),
        }
    }
}

impl std::error::Error for TermError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoTerminal { source, .. } => source.as_ref().map(|e| e as _),
            Self::System(source) => Some(source),
        }
    }
}

impl From<io::Error> for TermError {
    fn from(source: io::Error) -> Self {
        Self::System(source)
    }
}

impl From<TermError> for io::Error {
    /// The system's own error where there is one, so that its number can still be read.
    fn from(error: TermError) -> Self {
        match error {
            TermError::NoTerminal { source: Some(source), .. } | TermError::System(source) => source,
            error @ TermError::NoTerminal { source: None, .. } => Self::other(error),
        }
    }
}
