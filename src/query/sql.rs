//! SQL as it is written: its words and where they stand. Nothing here knows what they mean.

/// A place in a text: line and column from 1, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPlace {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl TextPlace {
    /// The place of a byte of a text.
    #[must_use]
    pub fn of(text: &str, byte: usize) -> Self {
        let before = text.get(..byte.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column }
    }
}

/// What a word of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlKind {
    /// A bare word: a keyword or a name.
    Word,
    /// A name in double quotes.
    Name,
    /// Text in single quotes.
    Text,
    /// A number.
    Number,
    /// Any other mark.
    Mark,
}

/// A word of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlWord<'a> {
    /// What it is.
    pub kind: SqlKind,
    /// As it is written, quotes included.
    pub text: &'a str,
    /// Its first byte.
    pub start: usize,
}

impl SqlWord<'_> {
    /// The name that it writes: without quotes.
    #[must_use]
    pub fn name(&self) -> String {
        match self.kind {
            SqlKind::Name => {
                let inner = self.text.strip_prefix('"').unwrap_or(self.text);
                inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"")
            }
            _ => self.text.to_owned(),
        }
    }

    fn is(&self, word: &str) -> bool {
        self.kind == SqlKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    fn is_name(&self) -> bool {
        matches!(self.kind, SqlKind::Word | SqlKind::Name)
    }
}

/// The words of a query, comments left out. What is not closed reaches to the end.
#[must_use]
pub fn sql_words(text: &str) -> Vec<SqlWord<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        let (kind, len) = if first.is_whitespace() {
            (None, first.len_utf8())
        } else if rest.starts_with("--") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |i| i + 2))
        } else if matches!(first, '\'' | '"' | '`') {
            let kind = if first == '\'' { SqlKind::Text } else { SqlKind::Name };
            (Some(kind), quoted_len(rest, first))
        } else if first.is_alphabetic() || first == '_' {
            let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (Some(SqlKind::Word), len)
        } else if first.is_ascii_digit() {
            let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_')).unwrap_or(rest.len());
            (Some(SqlKind::Number), len)
        } else {
            (Some(SqlKind::Mark), first.len_utf8())
        };
        if let (Some(kind), Some(word)) = (kind, rest.get(..len)) {
            out.push(SqlWord { kind, text: word, start: at });
        }
        at += len.max(1);
    }
    out
}

/// Bytes of a text in quotes; a doubled quote stands for one.
fn quoted_len(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return i + c.len_utf8();
            }
        }
    }
    rest.len()
}

/// The tables that a query reads: the name behind FROM, JOIN or a comma among them, and what it is called there.
#[must_use]
pub fn sql_tables(words: &[SqlWord<'_>]) -> Vec<(String, Option<String>)> {
    const ENDS: [&str; 21] = [
        "WHERE",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "JOIN",
        "LEFT",
        "RIGHT",
        "INNER",
        "FULL",
        "CROSS",
        "OUTER",
        "SEMI",
        "ANTI",
        "ON",
        "USING",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "SELECT",
        "NATURAL",
    ];
    let ends = |w: &SqlWord<'_>| w.kind == SqlKind::Word && ENDS.iter().any(|e| w.is(e));
    let mut out = Vec::new();
    let mut wanted = false;
    let mut list = false;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if word.is("FROM") || word.is("JOIN") {
            (wanted, list) = (true, word.is("FROM"));
        } else if wanted && word.is_name() && !ends(word) {
            if words.peek().is_some_and(|w| w.is("AS")) {
                words.next();
            }
            let called = words.peek().filter(|w| w.is_name() && !ends(w)).map(|w| w.name());
            if called.is_some() {
                words.next();
            }
            out.push((word.name(), called));
            wanted = false;
        } else if list && word.text == "," {
            wanted = true;
        } else {
            if ends(word) || word.text == "(" || word.text == ")" {
                list = false;
            }
            wanted = false;
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        sql_tables(&sql_words(text))
    }

    fn named(list: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (!b.is_empty()).then(|| (*b).to_owned()))).collect()
    }

    #[test]
    fn tables_stand_behind_from_and_join() {
        assert_eq!(
            read("select a, b from users u join \"my trips\" as t using (id) where x in (1,2)"),
            named(&[("users", "u"), ("my trips", "t")])
        );
        assert_eq!(read("SELECT * FROM a, b -- FROM c\n WHERE 'FROM d' = x"), named(&[("a", ""), ("b", "")]));
        assert_eq!(read("SELECT * FROM (SELECT * FROM inside) WHERE a > 1"), named(&[("inside", "")]));
        assert_eq!(read("SELECT 1"), named(&[]));
    }

    #[test]
    fn places_count_characters() {
        let text = "SELECT 'é',\n  地區 FROM t";
        let words = sql_words(text);
        let word = words.iter().find(|w| w.text == "地區").unwrap();
        assert_eq!(TextPlace::of(text, word.start), TextPlace { line: 2, column: 3 });
    }

    proptest! {
        #[test]
        fn any_text_has_words_in_order(text in ".{0,60}") {
            let words = sql_words(&text);
            prop_assert!(words.windows(2).all(|w| w[0].start + w[0].text.len() <= w[1].start));
            for word in &words {
                prop_assert_eq!(&text[word.start..word.start + word.text.len()], word.text);
            }
            let _ = sql_tables(&words);
        }
    }
}
