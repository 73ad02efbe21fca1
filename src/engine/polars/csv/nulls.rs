//! Words that mean missing, and what is said of them.

use std::collections::BTreeMap;

const DEFAULT: [&str; 19] = [
    "NA", "N/A", "n/a", "na", "N.A.", "n.a.", "#N/A", "<NA>", "null", "NULL", "Null", "NaN", "nan", "none", "None",
    "NONE", "-", "?", "\\N",
];
/// More columns than this are summed up in one remark.
const MOST_NOTES: usize = 24;
/// Place of "empty" and "only spaces" among the counts; the words follow.
const EMPTY: usize = 0;
const BLANK: usize = 1;

/// The words, ready for quick looks.
pub struct NullWords {
    words: Vec<String>,
    first: [bool; 256],
    longest: usize,
}

impl NullWords {
    pub fn new(asked: Option<&[String]>) -> Self {
        let words: Vec<String> = match asked {
            Some(words) => words.iter().map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect(),
            None => DEFAULT.iter().map(ToString::to_string).collect(),
        };
        let mut first = [false; 256];
        for byte in words.iter().filter_map(|w| w.bytes().next()) {
            if let Some(slot) = first.get_mut(usize::from(byte)) {
                *slot = true;
            }
        }
        let longest = words.iter().map(String::len).max().unwrap_or(0);
        Self { words, first, longest }
    }

    /// How many kinds of null there are.
    pub fn kinds(&self) -> usize {
        self.words.len() + 2
    }

    /// Which kind of null a cell is, if any.
    #[inline]
    pub fn kind_of(&self, text: &str) -> Option<usize> {
        let Some(byte) = text.as_bytes().first() else { return Some(EMPTY) };
        // Most values begin as no word does.
        let may_be = *byte <= b' ' || *byte >= 0x80 || self.first.get(usize::from(*byte)).copied().unwrap_or(false);
        if may_be { self.looked_up(text, *byte) } else { None }
    }

    fn looked_up(&self, text: &str, byte: u8) -> Option<usize> {
        let start = if byte <= b' ' || byte >= 0x80 { text.trim_start() } else { text };
        let Some(byte) = start.as_bytes().first() else { return Some(BLANK) };
        if !self.first.get(usize::from(*byte)).copied().unwrap_or(false) {
            return None;
        }
        // A longer text is a word only by the blanks behind it.
        if start.len() > self.longest && !start.ends_with(|c: char| c.is_whitespace()) {
            return None;
        }
        let word = start.trim_end();
        if word.len() > self.longest {
            return None;
        }
        self.words.iter().position(|w| w == word).map(|at| at + 2)
    }

    fn word(&self, kind: usize) -> &str {
        match kind {
            EMPTY => "",
            BLANK => " ",
            _ => self.words.get(kind - 2).map_or("", String::as_str),
        }
    }

    /// The words that occur.
    pub fn met(&self, counts: &[Vec<u64>]) -> Vec<String> {
        (0..self.kinds())
            .filter(|kind| counts.iter().any(|c| c.get(*kind).is_some_and(|n| *n > 0)))
            .map(|kind| self.word(kind).to_owned())
            .collect()
    }
}

/// "11 blanks read as null in TotalCharges."
pub fn notes(names: &[String], counts: &[Vec<u64>], words: &NullWords) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    for (name, counts) in names.iter().zip(counts) {
        for (kind, n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            if out.len() < MOST_NOTES {
                out.push(format!("{} read as null in {name}.", counted(*n, kind, words)));
            } else {
                let sum = rest.entry(kind).or_default();
                *sum = (sum.0 + n, sum.1 + 1);
            }
        }
    }
    out.extend(rest.into_iter().map(|(kind, (n, columns))| {
        let s = if columns == 1 { "" } else { "s" };
        format!("{} read as null in {columns} more column{s}.", counted(n, kind, words))
    }));
    out
}

fn counted(n: u64, kind: usize, words: &NullWords) -> String {
    let s = if n == 1 { "" } else { "s" };
    match kind {
        EMPTY => format!("{n} empty cell{s}"),
        BLANK => format!("{n} blank{s}"),
        _ => format!("{n} × \"{}\"", words.word(kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_and_leaves_the_rest() {
        let words = NullWords::new(None);
        for (text, null) in [("", true), ("  ", true), (" NA ", true), ("-", true), ("No", false), ("-2", false)] {
            assert_eq!(words.kind_of(text).is_some(), null, "{text:?}");
        }
        let own = NullWords::new(Some(&["999".to_owned()]));
        assert!(own.kind_of("999").is_some() && own.kind_of("NA").is_none() && own.kind_of("").is_some());
    }
}
