//! A session file as it was found.

use std::ops::Range;
use std::path::PathBuf;

use serde_json::Value;

/// One event as it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct RawEvent {
    /// Its bytes in [`Opened::text`], from its dash line up to its marker line; empty if the file's
    /// layout does not tell.
    pub bytes: Range<usize>,
    /// Its first line in the file, from 1.
    pub line: usize,
    /// What it says.
    pub value: Value,
    /// What its marker tells.
    pub marker: Marker,
    /// It was found without its marker, now or at an earlier opening: its words may be cut short.
    pub provisional: bool,
}

/// What the marker line after an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// The bytes are those that were written.
    Matches,
    /// The bytes differ from those that were written: edited by hand.
    Edited,
    /// There is no marker.
    Missing,
}

/// How the file ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// With a complete event, or with none.
    Clean,
    /// In the middle of a write.
    Torn {
        /// First line of the torn event, from 1.
        from_line: usize,
        /// Its bytes, up to the end of the file.
        bytes: Range<usize>,
        /// Where in [`Opened::events`] the part of it that can be read stands (always the last, and
        /// provisional); `None` when nothing of it can be read.
        kept: Option<usize>,
    },
}

/// Whether events can be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Yes.
    ReadWrite,
    /// No, the file is only looked at.
    ReadOnly {
        /// Why, in words for the user.
        why: String,
    },
}

/// Something in the file that the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Line, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 when unknown.
    pub column: usize,
    /// What it is, in words for the user.
    pub message: String,
}

/// A session file as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The file.
    pub path: PathBuf,
    /// Its text without a byte order mark. Bytes that are not UTF-8 are replaced one by one by
    /// U+001A, so that all ranges hold.
    pub text: String,
    /// The header's map; `null` when it is damaged.
    pub header: Value,
    /// All events that can be read, in file order.
    pub events: Vec<RawEvent>,
    /// How the file ends.
    pub tail: Tail,
    /// Whether events can be appended.
    pub mode: Mode,
    /// Damage, edits by hand, recovered events.
    pub warnings: Vec<Warning>,
}
