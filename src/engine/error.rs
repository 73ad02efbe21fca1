//! What can go wrong when data is opened or asked.

use std::fmt;

use crate::query::TextPlace;

/// A failure told in plain words: what, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineError {
    /// The input can't be read: the file is missing, a directory, empty, broken …
    Input {
        /// What is wrong.
        what: String,
        /// What to do next.
        next: String,
    },
    /// The request is wrong: an unknown column, SQL that can't be parsed …
    Request {
        /// What is wrong.
        what: String,
        /// What to do next.
        next: String,
    },
    /// The work was cancelled or superseded.
    Cancelled,
}

impl EngineError {
    /// An input that can't be read.
    pub fn input(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Input { what: what.into(), next: next.into() }
    }

    /// A request that can't be served.
    pub fn request(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Request { what: what.into(), next: next.into() }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { what, next } | Self::Request { what, next } => {
                write!(f, "{what}")?;
                if next.is_empty() { Ok(()) } else { write!(f, " {next}") }
            }
            Self::Cancelled => f.write_str("Cancelled."),
        }
    }
}

impl std::error::Error for EngineError {}

/// Why a query gave nothing, and where in its text that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong.
    pub why: EngineError,
    /// The word that it is about.
    pub place: Option<TextPlace>,
}

impl From<EngineError> for QueryError {
    fn from(why: EngineError) -> Self {
        Self { why, place: None }
    }
}

impl From<QueryError> for EngineError {
    fn from(error: QueryError) -> Self {
        error.why
    }
}
