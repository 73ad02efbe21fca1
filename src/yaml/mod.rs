//! The only door to YAML.
//!
//! | file | holds |
//! |---|---|
//! | this one | reading: [`decode`], [`parse`], [`value`], and what may come in |
//! | [`error`] | [`YamlError`]: what is wrong, where, with the lines around it |
//! | `number` | refuses whole numbers that would lose digits |
//! | [`emit`] | writing: one deterministic house style that reads back exactly |
//!
//! What the door holds to:
//! - YAML 1.2: only `true` and `false` are booleans; `yes`, `no`, `on`, `off` stay words.
//! - Whole numbers are kept exactly or refused; `007` and `1_000` stay words; dates stay words.
//! - One document, no duplicate keys, no tags except the standard ones, no raw control characters.
//! - At most 64 MiB, 64 levels, and little expansion by aliases: a bomb is refused in milliseconds.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub mod emit;
pub mod error;
mod number;
mod screen;

pub use error::YamlError;

/// Largest text that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;
/// Deepest nesting of lists and maps that is read or can be written back.
pub const MAX_DEPTH: usize = 64;

/// Checks bytes from a file and gives their text without a leading byte order mark.
///
/// # Errors
/// Says so when the bytes are UTF-16, are not text at all (NUL bytes), or are not UTF-8; the last
/// names the byte offset, counted from 0.
pub fn decode<'a>(bytes: &'a [u8], origin: &str) -> Result<&'a str, YamlError> {
    screen::decode(bytes, origin)
}

/// Reads one YAML document as `T`. `origin` is the name shown in errors, usually the file's path.
///
/// # Errors
/// [`YamlError`] with line, column and snippet for anything that is not one sound document of this shape.
pub fn parse<T: DeserializeOwned>(text: &str, origin: &str) -> Result<T, YamlError> {
    parse_at(text, origin, 1)
}

/// Reads one YAML document as a plain value; the keys of maps keep their order.
///
/// # Errors
/// As [`parse`].
pub fn value(text: &str, origin: &str) -> Result<Value, YamlError> {
    parse_at(text, origin, 1)
}

/// As [`parse`] for a piece of a file that begins at `first_line` (counted from 1), so that errors
/// name the line in the file.
///
/// # Errors
/// As [`parse`].
pub fn parse_at<T: DeserializeOwned>(text: &str, origin: &str, first_line: usize) -> Result<T, YamlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let found = screen::check(text)
        .and_then(|()| number::check(text))
        .and_then(|()| serde_yaml::from_str_with_options(text, options()).map_err(|e| error::Fault::from_library(&e)));
    found.map_err(|fault| YamlError::at(fault, text, origin, first_line))
}

/// What the library may do for us: strict YAML 1.2, small budgets, nothing fetched or run.
fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH + 1,
            max_documents: 1,
            max_events: 12_000_000,
            max_nodes: 6_000_000,
            max_aliases: 10_000,
            max_anchors: 10_000,
            max_recorded_anchor_events: 200_000,
            max_total_scalar_bytes: MAX_BYTES,
            max_buffered_comment_events: 10_000,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: 200_000,
            max_replay_stack_depth: 16,
        },
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
        non_finite_float_policy: serde_yaml::NonFiniteFloatPolicy::Reject,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        emit_comments: false,
        with_snippet: false,
    }
}

/// Makes control characters, invisible and bidirectional marks visible as `\u{..}`; for messages only.
pub fn visible(text: &str) -> Cow<'_, str> {
    screen::visible(text)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::shared as shared_for_tests;
