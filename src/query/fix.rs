//! Repairs of a table after it was read: what is done, as a value that is shown, recorded and repeated.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fix {
    /// Texts of a column that differ in case, blanks or look-alike letters only become the most frequent of them: `Contract=spelling`.
    Spelling(String),
    /// A value of a column means missing: `days=null:999`.
    Null(String, String),
    /// Rows that repeat an earlier one in all columns are left out: `rows=distinct`.
    Distinct,
}

/// The word for the rows in place of a column.
const ROWS: &str = "rows";
const DISTINCT: &str = "distinct";
const SPELLING: &str = "spelling";
const NULL: &str = "null:";

impl Fix {
    /// The column that it is about; `None` for whole rows.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Spelling(column) | Self::Null(column, _) => Some(column),
            Self::Distinct => None,
        }
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spelling(column) => write!(f, "{column}={SPELLING}"),
            Self::Null(column, value) => write!(f, "{column}={NULL}{value}"),
            Self::Distinct => write!(f, "{ROWS}={DISTINCT}"),
        }
    }
}

impl FromStr for Fix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no fix: write COLUMN=spelling, COLUMN=null:VALUE or rows=distinct");
        // A value may hold the sign, and so may a name: the kind tells them apart.
        if let Some((column, value)) = text.split_once(&format!("={NULL}")).filter(|(c, _)| !c.is_empty()) {
            return Ok(Self::Null(column.to_owned(), value.to_owned()));
        }
        match text.rsplit_once('=').ok_or_else(wrong)? {
            (ROWS, DISTINCT) => Ok(Self::Distinct),
            (column, SPELLING) if !column.is_empty() => Ok(Self::Spelling(column.to_owned())),
            _ => Err(wrong()),
        }
    }
}

impl From<Fix> for String {
    fn from(fix: Fix) -> Self {
        fix.to_string()
    }
}

impl TryFrom<String> for Fix {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A repair that the data suggest, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedFix {
    /// What would be done.
    pub fix: Fix,
    /// The evidence: `" ONE YEAR" (45), "One year" (1 434) become "One year"`.
    pub why: String,
    /// Rows that it would change or leave out.
    pub rows: u64,
    /// Whether nothing speaks against it. What may be meant as it stands is left to the user.
    pub sure: bool,
}

/// A text without what spellings differ in: case, blanks before, behind and between, and letters of another kind that
/// look the same.
#[must_use]
pub fn folded(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_ascii() {
        return words.to_ascii_lowercase();
    }
    let words: String = words.chars().map(half_width).collect();
    // A word that is Cyrillic or Greek altogether is no Latin one in disguise.
    let mixed = words.chars().any(|c| c.is_ascii_alphabetic()) && words.chars().any(|c| latin(c) != c);
    if mixed { words.chars().map(latin).collect::<String>().to_lowercase() } else { words.to_lowercase() }
}

/// The usual form of a full-width letter, digit or sign (Unicode, Halfwidth and Fullwidth Forms).
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// The Latin letter that a Cyrillic or Greek one looks like (Unicode Technical Standard 39, confusables).
fn latin(c: char) -> char {
    const FROM: &str = "АВЕЅІЈКМНОРСТХУаеѕіјорсхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧο";
    const TO: &str = "ABESIJKMHOPCTXYaesijopcxyABEZHIKMNOPTYXo";
    FROM.chars().position(|f| f == c).and_then(|at| TO.chars().nth(at)).unwrap_or(c)
}

/// Different texts of a column that differ in case, blanks or look-alike letters only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family<'a> {
    /// The form to which they are brought; none of them where blanks stand around each.
    pub usual: &'a str,
    /// Each with its rows, in the order in which they were given.
    pub spellings: Vec<(&'a str, u64)>,
}

impl<'a> Family<'a> {
    /// The spellings that are not the usual one.
    pub fn others(&self) -> impl Iterator<Item = (&'a str, u64)> {
        self.spellings.iter().copied().filter(|(text, _)| *text != self.usual)
    }
}

/// The families of the different texts of a column, each given with its rows, in the order of what is common to them.
#[must_use]
pub fn families<'a>(texts: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<Family<'a>> {
    let mut alike: BTreeMap<String, Vec<(&str, u64)>> = BTreeMap::new();
    for (text, n) in texts {
        alike.entry(folded(text)).or_default().push((text, n));
    }
    let family = |spellings: Vec<(&'a str, u64)>| Some(Family { usual: usual_spelling(&spellings)?, spellings });
    alike.into_values().filter_map(family).collect()
}

/// The form to which texts that differ in case, blanks or look-alike letters only are brought: the most frequent one, without blanks around
/// it. Of several that are equally frequent the first in order.
fn usual_spelling<'a>(family: &[(&'a str, u64)]) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (text, n) in family {
        *counts.entry(text.trim()).or_default() += n;
    }
    counts.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then(b.cmp(a))).map(|(text, _)| text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_spelling_wins_and_the_first_of_equals() {
        assert_eq!(usual_spelling(&[(" ONE YEAR", 45), ("One year", 1434)]), Some("One year"));
        assert_eq!(usual_spelling(&[(" Oslo ", 3)]), Some("Oslo"));
        assert_eq!(usual_spelling(&[("b", 2), ("a", 1), (" a", 1)]), Some("a"));
        assert_eq!(folded("  One\u{a0} YEAR"), "one year");
        // Cyrillic о among Latin letters, full width; a Cyrillic word stays one.
        assert_eq!((folded("Prо"), folded("Ｐｒｏ")), ("pro".into(), "pro".into()));
        assert_eq!(folded("Оса"), "оса");
    }

    #[test]
    fn texts_stand_in_families_with_the_usual_spelling_and_the_others() {
        let found = families([("OSLO", 2), ("Bergen", 5), ("Oslo", 9), (" oslo", 1)]);
        let [bergen, oslo] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((bergen.usual, bergen.others().count()), ("Bergen", 0));
        assert_eq!(oslo.usual, "Oslo");
        assert_eq!(oslo.others().collect::<Vec<_>>(), [("OSLO", 2), (" oslo", 1)]);
        // With blanks around every spelling the usual one is none of them.
        assert_eq!(families([(" a", 1)])[0].others().count(), 1);
    }

    #[test]
    fn fixes_are_written_and_read() {
        for text in ["Contract=spelling", "a=b=spelling", "days=null:999", "x=null:a=b", "rows=distinct"] {
            assert_eq!(text.parse::<Fix>().unwrap().to_string(), text);
        }
        for text in ["", "Contract", "=spelling", "x=other", "=null:1"] {
            assert!(text.parse::<Fix>().unwrap_err().contains("is no fix"), "{text}");
        }
    }
}
