//! What is wrong with a YAML text, and where.

use std::fmt;

use serde_yaml::{DefaultMessageFormatter, Error as Library, MessageFormatter as _, budget::BudgetBreach};

use super::screen::visible;

/// Widest snippet line shown, in characters.
const SNIPPET_WIDTH: usize = 76;

/// A YAML text that cannot be read: where it came from, where it breaks, and what is wrong.
///
/// `Display` gives `origin:line:column: message.` and the snippet lines; nothing in it can act on a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// Name of the text, usually the path of its file.
    pub origin: String,
    /// Line in the file, from 1; 0 when the error has no place.
    pub line: usize,
    /// Column in characters, from 1; 0 when the error has no place.
    pub column: usize,
    /// What is wrong and what to do, without place and without final stop.
    pub message: String,
    /// The line before, the line, and a caret under the column; empty when the error has no place.
    pub snippet: String,
}

impl YamlError {
    /// An error about the text as a whole.
    pub fn without_place(message: String, origin: &str) -> Self {
        Self { origin: visible(origin).into_owned(), line: 0, column: 0, message, snippet: String::new() }
    }

    /// Turns a fault in `text` into an error whose lines count from `first_line`.
    pub(super) fn at(fault: Fault, text: &str, origin: &str, first_line: usize) -> Self {
        let mut error = Self::without_place(visible(&fault.message).into_owned(), origin);
        if let Some((line, column)) = fault.place {
            error.line = line + first_line.saturating_sub(1);
            error.column = column;
            error.snippet = snippet(text, line, column, first_line);
        }
        error
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)?;
        if self.line > 0 {
            write!(f, ", line {}, column {}", self.line, self.column)?;
        }
        write!(f, ": {}.", self.message)?;
        if !self.snippet.is_empty() {
            write!(f, "\n{}", self.snippet)?;
        }
        Ok(())
    }
}

impl std::error::Error for YamlError {}

/// A message with a place inside the text that was looked at.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Line and column in that text, from 1.
    pub place: Option<(usize, usize)>,
}

impl Fault {
    /// A fault of the text as a whole.
    pub fn nowhere(message: String) -> Self {
        Self { message, place: None }
    }

    /// Puts the library's error into plain words.
    pub fn from_library(error: &Library) -> Self {
        let place = error
            .location()
            .and_then(|l| Some((usize::try_from(l.line()).ok()?, usize::try_from(l.column()).ok()?)))
            .filter(|(line, _)| *line > 0);
        Self { message: plain(error.without_snippet()), place }
    }
}

fn plain(error: &Library) -> String {
    match error {
        Library::Eof { .. } => "the text ends too early, or is empty".into(),
        Library::MultipleDocuments { .. } => {
            "a second document starts here (`---`); put each document in its own file".into()
        }
        Library::UnsupportedTag { tag, .. } => format!("the tag `{tag}` is not read here; remove it"),
        Library::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` stands twice in one map; keep one of them")
        }
        Library::DuplicateMappingKey { .. } => "a key stands twice in one map; keep one of them".into(),
        Library::NonFiniteFloat { value, .. } => {
            format!("`{value}` is not a finite number; write null, or put it in quotes if it is a word")
        }
        Library::UnknownAnchor { .. } => "this alias (`*`) refers to an anchor that is not defined above it".into(),
        Library::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        Library::SerdeUnknownField { field, expected, .. } => {
            format!("the key `{field}` is not known here; known are {}", expected.join(", "))
        }
        Library::SerdeUnknownVariant { variant, expected, .. } => {
            format!("`{variant}` is not known here; known are {}", expected.join(", "))
        }
        Library::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => format!("the nesting is deeper than {} levels; flatten it", super::MAX_DEPTH),
            BudgetBreach::Documents { .. } => "it holds more than one document; put each in its own file".into(),
            BudgetBreach::RecordedAnchorEvents { .. } | BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } => {
                "its aliases (`*`) expand to too much; write the values out".into()
            }
            other => format!("it is larger than this program reads ({other:?})"),
        },
        Library::AliasError { error, .. } => plain(error),
        Library::AliasReplayLimitExceeded { .. }
        | Library::AliasExpansionLimitExceeded { .. }
        | Library::AliasReplayStackDepthExceeded { .. } => {
            "its aliases (`*`) expand to too much; write the values out".into()
        }
        other => DefaultMessageFormatter.format_message(other).trim_end_matches('.').to_owned(),
    }
}

/// The line before, the line itself cut to a window around the column, and a caret.
fn snippet(text: &str, line: usize, column: usize, first_line: usize) -> String {
    let shown = |n: usize| n + first_line.saturating_sub(1);
    let width = shown(line).to_string().len();
    let start = column.saturating_sub(SNIPPET_WIDTH / 2);
    let window = |source: &str| {
        let source = source.strip_suffix('\r').unwrap_or(source);
        visible(&source.chars().skip(start).take(SNIPPET_WIDTH).collect::<String>()).into_owned()
    };
    let mut lines = text.split('\n').skip(line.saturating_sub(2));
    let mut out = String::new();
    if line > 1
        && let Some(before) = lines.next()
    {
        out.push_str(&format!("{:>width$} | {}\n", shown(line - 1), window(before)));
    }
    let source = lines.next().unwrap_or_default();
    out.push_str(&format!("{:>width$} | {}\n", shown(line), window(source)));
    let lead: String = source.chars().skip(start).take(column.saturating_sub(1).saturating_sub(start)).collect();
    let pad = visible(&lead).chars().count();
    out.push_str(&format!("{:>width$} | {:pad$}^", "", ""));
    out
}
