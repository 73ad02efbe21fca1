//! What values are held against: words that mean missing, and what is known of columns beforehand.

use super::super::infer::{Expected, Guess};
use super::nulls::NullWords;
use crate::engine::ReadOptions;

/// The rules for the columns of a file.
pub struct Rules {
    /// Words that mean missing.
    pub words: NullWords,
    /// What is known of each column.
    expected: Vec<Expected>,
}

impl Rules {
    /// By the options.
    pub fn new(options: &ReadOptions, names: &[String]) -> Self {
        let expected = names.iter().map(|name| Expected::new(options, options.types.get(name).copied())).collect();
        Self { words: NullWords::new(options.null_words.as_deref()), expected }
    }

    /// The guess of a column of which no value was seen yet.
    pub fn guess(&self, column: usize) -> Guess {
        self.expected.get(column).copied().unwrap_or_default().guess()
    }

    /// Those of all columns.
    pub fn guesses(&self) -> Vec<Guess> {
        self.expected.iter().map(|e| e.guess()).collect()
    }
}
