//! What is looked for in the cells of a table, and what was found.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// Rows in a block; finds are counted by block, so that the place of a find among all of them is known without a list
/// of all.
pub const BLOCK: u64 = 1 << 14;

/// How the text of a [`Find`] is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindMode {
    /// As it stands.
    #[default]
    Plain,
    /// As a regular expression.
    Regex,
}

/// What is looked for. Case counts only where the text has a capital.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Find {
    /// The text or the expression.
    pub text: String,
    /// Which of both.
    pub mode: FindMode,
    /// Only these columns, in the order they are shown; absent means all, in the order of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Row, from 0.
    pub row: u64,
    /// Name of the column; absent means before the first one.
    pub column: Option<String>,
}

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Down and to the right.
    Forward,
    /// Up and to the left.
    Backward,
}

/// A cell that holds what is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Row, from 0.
    pub row: u64,
    /// Name of the column.
    pub column: String,
    /// How many cells of the same [`BLOCK`] before this one hold it too.
    pub before: u64,
    /// The search went round the end of the table.
    pub wrapped: bool,
}

/// Finds by block, as far as they were counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FoundCount {
    /// The block of the first figure.
    pub first_block: usize,
    /// Cells found, a figure a block; the first and the last block may be counted in part.
    pub blocks: Vec<u64>,
    /// The row to go on from; absent when all rows were counted.
    pub next: Option<u64>,
}

/// A [`Find`] made ready to compare with.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    /// The characters that a cell must have, where that is known.
    letters: Option<String>,
}

/// Why a regular expression can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPattern {
    /// What is wrong, in a few words.
    pub what: String,
    /// Where: characters from 1; absent when it is about the whole.
    pub at: Option<usize>,
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "The regular expression can't be read at character {at}: {}.", self.what),
            None => write!(f, "The regular expression can't be read: {}.", self.what),
        }
    }
}

impl std::error::Error for BadPattern {}

impl Find {
    /// Reads the text.
    ///
    /// # Errors
    /// [`BadPattern`] for a regular expression that is none, or too large.
    pub fn pattern(&self) -> Result<Pattern, BadPattern> {
        let source = match self.mode {
            FindMode::Plain => regex::escape(&self.text),
            FindMode::Regex => self.text.clone(),
        };
        let regex = RegexBuilder::new(&source)
            .case_insensitive(!has_capital(&self.text, self.mode))
            .size_limit(4 << 20)
            .build()
            .map_err(|e| explain(&e, &self.text))?;
        let letters = (self.mode == FindMode::Plain).then(|| self.text.to_lowercase());
        Ok(Pattern { regex, letters })
    }
}

/// Whether a text has a capital that is meant as one: `\W` and `\S` of an expression are not.
fn has_capital(text: &str, mode: FindMode) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let counts = !(escaped && mode == FindMode::Regex);
        escaped = c == '\\' && !escaped;
        counts && c.is_uppercase()
    })
}

/// The library's words for people: its picture of the place becomes a number.
fn explain(error: &regex::Error, text: &str) -> BadPattern {
    match error {
        regex::Error::CompiledTooBig(_) => {
            BadPattern { what: "it is too large; write fewer or smaller repetitions".into(), at: None }
        }
        other => {
            let told = other.to_string();
            let what = told.lines().rev().find_map(|l| l.strip_prefix("error: ")).unwrap_or("it is no expression");
            // The library draws the expression indented by four blanks with a mark below it.
            let mark = told.lines().find(|l| l.trim_start().starts_with('^')).and_then(|l| l.find('^'));
            let at = mark.and_then(|m| m.checked_sub(4)).filter(|m| !text.contains('\n') && *m <= text.chars().count());
            BadPattern { what: what.to_owned(), at: at.map(|a| a + 1) }
        }
    }
}

impl Pattern {
    /// Whether a cell's text holds it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Whether a text made of these (lower case) characters alone can hold it: columns that can't are not looked at.
    #[must_use]
    pub fn may_be_in(&self, characters: &str) -> bool {
        self.letters.as_ref().is_none_or(|l| l.chars().all(|c| characters.contains(c)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(text: &str, mode: FindMode) -> Result<Pattern, BadPattern> {
        Find { text: text.into(), mode, columns: None }.pattern()
    }

    #[test]
    fn case_counts_only_with_a_capital() {
        for (text, mode, cell, holds) in [
            ("oslo", FindMode::Plain, "OSLO", true),
            ("Oslo", FindMode::Plain, "oslo", false),
            ("Oslo", FindMode::Plain, "in Oslo", true),
            ("a.c", FindMode::Plain, "abc", false),
            ("a.c", FindMode::Regex, "ABC", true),
            (r"^\S+$", FindMode::Regex, "two words", false),
            (r"^\Sslo$", FindMode::Regex, "OSLO", true),
            ("straße", FindMode::Plain, "STRASSE", false),
            ("é", FindMode::Plain, "É", true),
        ] {
            assert_eq!(of(text, mode).unwrap().is_in(cell), holds, "{text} in {cell}");
        }
    }

    #[test]
    fn a_bad_expression_names_its_place() {
        let bad = of("a(b", FindMode::Regex).unwrap_err();
        assert_eq!(bad.to_string(), "The regular expression can't be read at character 2: unclosed group.");
        assert_eq!(of("é[", FindMode::Regex).unwrap_err().at, Some(2));
        assert_eq!(of("(a{1000}){1000}", FindMode::Regex).unwrap_err().at, None);
        assert!(of("a(b", FindMode::Plain).is_ok());
    }

    #[test]
    fn columns_that_can_not_hold_it_are_known() {
        let digits = "0123456789-";
        assert!(of("-12", FindMode::Plain).unwrap().may_be_in(digits));
        assert!(!of("12a", FindMode::Plain).unwrap().may_be_in(digits));
        assert!(of("a|1", FindMode::Regex).unwrap().may_be_in(digits));
    }
}
