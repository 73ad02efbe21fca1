//! Where something stands in a text, and how that place is shown.

/// Widest line of a snippet, in characters.
const WIDEST: usize = 96;

/// Line and column, from 1, at which an entry `id: ID` of a list starts; the `nth` of them (0 for the first).
pub fn of_id(text: &str, id: &str, nth: usize) -> Option<(usize, usize)> {
    let hits = text.lines().enumerate().filter_map(|(i, line)| {
        let column = id_column(line, id)?;
        Some((i + 1, column))
    });
    let mut found = None;
    for (k, hit) in hits.enumerate() {
        found = Some(hit);
        if k == nth {
            break;
        }
    }
    found
}

fn id_column(line: &str, id: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find("id:") {
        let start = from + at;
        let before_fits = line[..start].ends_with([' ', '{', ',']) || start == 0;
        let rest = &line[start + 3..];
        let value = rest.trim_start();
        let word = value.trim_start_matches(['"', '\'']);
        let fits =
            word.strip_prefix(id).is_some_and(|tail| !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if before_fits && fits {
            let offset = start + 3 + (rest.len() - value.len());
            return Some(line[..offset].chars().count() + 1);
        }
        from = start + 3;
    }
    None
}

/// The first place of a word at or after a line, before the next entry of the list begins.
pub fn of_word_in_entry(text: &str, from_line: usize, word: &str) -> Option<(usize, usize)> {
    if word.is_empty() {
        return None;
    }
    let dash = |l: &str| {
        let indent = l.len() - l.trim_start().len();
        l.trim_start().starts_with("- ").then_some(indent)
    };
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.get(from_line.checked_sub(1)?)?;
    let own = dash(first);
    for (i, line) in lines.iter().enumerate().skip(from_line - 1) {
        let next_entry = i >= from_line && matches!((dash(line), own), (Some(d), Some(o)) if d <= o);
        let next_section = i >= from_line && !line.starts_with([' ', '#', '-']) && !line.is_empty();
        if next_entry || next_section {
            return None;
        }
        if let Some(column) = word_column(line, word) {
            return Some((i + 1, column));
        }
    }
    None
}

/// The column of a word that stands by itself.
pub fn word_column(line: &str, word: &str) -> Option<usize> {
    // An empty word would be found at the same place for ever.
    if word.is_empty() {
        return None;
    }
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find(word) {
        let start = from + at;
        let end = start + word.len();
        if !line[..start].ends_with(part) && !line[end..].starts_with(part) {
            return Some(line[..start].chars().count() + 1);
        }
        from = end;
    }
    None
}

/// The line of a top-level key.
pub fn of_key(text: &str, key: &str) -> Option<(usize, usize)> {
    let line = text.lines().position(|l| l.strip_prefix(key).is_some_and(|r| r.starts_with(':')))?;
    Some((line + 1, 1))
}

/// The line before, the line, and a caret; nothing where the place is unknown.
pub fn snippet(text: &str, line: usize, column: usize) -> Vec<String> {
    let Some(source) = line.checked_sub(1).and_then(|i| text.lines().nth(i)) else { return Vec::new() };
    let start = column.saturating_sub(WIDEST / 2);
    let shown = |s: &str| s.chars().skip(start).take(WIDEST).collect::<String>().replace('\t', " ");
    let width = line.to_string().len();
    let mut out = Vec::new();
    if let Some(before) = line.checked_sub(2).and_then(|i| text.lines().nth(i)) {
        out.push(format!("  {:>width$} | {}", line - 1, shown(before)));
    }
    out.push(format!("  {line:>width$} | {}", shown(source)));
    if column > 0 {
        out.push(format!("  {:>width$} | {}^", "", " ".repeat(column - 1 - start.min(column - 1))));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str =
        "id: book\nquestions:\n  - id: q1\n    ask: [ops, boss]\n  - {id: q10, ask: [boss]}\n  - id: \"q1\"\n";

    #[test]
    fn ids_are_found_where_they_are_given() {
        assert_eq!(of_id(TEXT, "book", 0), Some((1, 5)));
        assert_eq!(of_id(TEXT, "q1", 0), Some((3, 9)));
        assert_eq!(of_id(TEXT, "q1", 1), Some((6, 9)));
        assert_eq!(of_id(TEXT, "q10", 0), Some((5, 10)));
        assert_eq!(of_id(TEXT, "q2", 0), None);
    }

    #[test]
    fn words_are_looked_for_in_their_entry_only() {
        assert_eq!(of_word_in_entry(TEXT, 3, "boss"), Some((4, 16)));
        assert_eq!(of_word_in_entry(TEXT, 5, "boss"), Some((5, 21)));
        assert_eq!(of_word_in_entry(TEXT, 6, "boss"), None);
        assert_eq!(of_word_in_entry(TEXT, 3, "bos"), None);
    }

    #[test]
    fn no_word_is_nowhere() {
        assert_eq!(word_column("ask: [ops, boss]", ""), None);
        assert_eq!(word_column("ask: [ops, boss]", "boss"), Some(12));
    }

    #[test]
    fn snippets_put_the_caret_under_the_column() {
        assert_eq!(snippet(TEXT, 4, 16), ["  3 |   - id: q1", "  4 |     ask: [ops, boss]", "    |                ^"]);
        assert_eq!(snippet(TEXT, 0, 0), [""; 0]);
        assert_eq!(snippet(TEXT, 99, 1), [""; 0]);
        let long = format!("{}x", " ".repeat(500));
        let shown = snippet(&long, 1, 501);
        assert_eq!(shown[0].chars().nth(shown[1].chars().count() - 1), Some('x'));
    }
}
