//! What should not stand in a session: mail addresses, phone numbers, and the real names behind aliases. It is found and
//! a replacement is suggested; the user decides.

use std::ops::Range;

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// The words as they stand there.
    pub words: String,
    /// What could stand there instead: an alias, `[mail]`, `[phone]`.
    pub instead: String,
}

/// Everything private in a text, in its order, without overlaps. `names` are real names with their aliases.
#[must_use]
pub fn find(text: &str, names: &[(String, String)]) -> Vec<Found> {
    let mut all = mails(text);
    all.extend(named(text, names));
    all.extend(phones(text));
    // What begins first counts; of two that begin alike, the longer one.
    all.sort_by_key(|f| (f.at.start, std::cmp::Reverse(f.at.end)));
    let mut out: Vec<Found> = Vec::new();
    for f in all {
        if out.last().is_none_or(|last| last.at.end <= f.at.start) {
            out.push(f);
        }
    }
    out
}

/// The text with the suggested replacements.
#[must_use]
pub fn safe(text: &str, names: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for f in find(text, names) {
        out.push_str(text.get(at..f.at.start).unwrap_or_default());
        out.push_str(&f.instead);
        at = f.at.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn found(text: &str, at: Range<usize>, instead: &str) -> Option<Found> {
    let words = text.get(at.clone())?.to_owned();
    Some(Found { at, words, instead: instead.to_owned() })
}

/// `local@host.tld`.
fn mails(text: &str) -> Vec<Found> {
    let local = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let host = |c: char| c.is_alphanumeric() || ".-".contains(c);
    let mut out = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let start = before.char_indices().rev().take_while(|(_, c)| local(*c)).last().map_or(at, |(i, _)| i);
        let end = after.char_indices().find(|(_, c)| !host(*c)).map_or(after.len(), |(i, _)| i);
        let domain = after.get(..end).unwrap_or_default().trim_end_matches(['.', '-']);
        let top = domain.rsplit('.').next().unwrap_or_default();
        let real =
            start < at && domain.contains('.') && top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
        if real {
            out.extend(found(text, start..at + 1 + domain.len(), "[mail]"));
        }
    }
    out
}

/// Digits as phone numbers are written: `+49 30 1234567`, `030 1234567`, `(030) 1234-567`, `212-555-0147`. Dates, amounts
/// and ids are none.
fn phones(text: &str) -> Vec<Found> {
    let part = |c: char| c.is_ascii_digit() || " -/()\u{a0}".contains(c);
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let Some(begin) = rest.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(') else { break };
        let start = at + begin;
        let tail = text.get(start..).unwrap_or_default();
        let plus = usize::from(tail.starts_with('+'));
        let run = tail.get(plus..).unwrap_or_default();
        let end = run.char_indices().find(|(_, c)| !part(*c)).map_or(run.len(), |(i, _)| i);
        let piece = tail.get(..plus + end).unwrap_or_default().trim_end_matches([' ', '-', '/', '(', '\u{a0}']);
        let next = text.get(start + piece.len()..).and_then(|r| r.chars().next());
        let before = text.get(..start).and_then(|b| b.chars().next_back());
        // Part of a word, of a decimal number or of an id.
        let alone = !before.is_some_and(|c| c.is_alphanumeric() || ".,_#".contains(c))
            && !next.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '%');
        if alone && is_phone(piece) {
            out.extend(found(text, start..start + piece.len(), "[phone]"));
        }
        at = start + piece.len().max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    out
}

fn is_phone(piece: &str) -> bool {
    let groups: Vec<&str> = piece.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).collect();
    let digits: usize = groups.iter().map(|g| g.len()).sum();
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    // A day (05/06/2026) or a span of hours (0800-1700) begins with a zero as well.
    let day = matches!(lengths.as_slice(), [1..=2, 1..=2, 4, ..] | [4, 1..=2, 1..=2, ..]);
    if !(8..=15).contains(&digits) || day || lengths.as_slice() == [4, 4] {
        return false;
    }
    let american = matches!(lengths.as_slice(), [3, 3, 4] | [1, 3, 3, 4]);
    let bare = piece.trim_start_matches('(');
    piece.starts_with('+') || bare.starts_with('0') || (american && !piece.contains('/'))
}

/// Whole names wherever they stand, and their parts where they are written as names.
fn named(text: &str, names: &[(String, String)]) -> Vec<Found> {
    let mut out = Vec::new();
    for (name, alias) in names {
        let name = name.trim();
        if name.chars().count() < 2 {
            continue;
        }
        out.extend(words_in(text, name, true).into_iter().filter_map(|at| found(text, at, alias)));
        for part in name.split_whitespace().filter(|p| p.chars().count() >= 3 && *p != name) {
            if part.chars().next().is_some_and(char::is_uppercase) {
                out.extend(words_in(text, part, false).into_iter().filter_map(|at| found(text, at, alias)));
            }
        }
    }
    out
}

/// Where words stand as whole words.
fn words_in(text: &str, words: &str, any_case: bool) -> Vec<Range<usize>> {
    let same = |a: char, b: char| a == b || (any_case && a.to_lowercase().eq(b.to_lowercase()));
    let mut out = Vec::new();
    let mut inside = false;
    for (start, c) in text.char_indices() {
        let begins = !inside;
        inside = c.is_alphanumeric();
        if !begins {
            continue;
        }
        let mut rest = text.get(start..).unwrap_or_default().char_indices();
        let fits = words.chars().all(|w| rest.next().is_some_and(|(_, t)| same(w, t)));
        let end = rest.next().map_or(text.len(), |(i, c)| if c.is_alphanumeric() { usize::MAX } else { start + i });
        if fits && end != usize::MAX {
            out.push(start..end);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> Vec<(String, String)> {
        [("Anna Smith", "p3"), ("Bo", "p4"), ("Renée Dupont", "p5"), ("王小明", "p6")]
            .map(|(n, a)| (n.to_owned(), a.to_owned()))
            .to_vec()
    }

    #[test]
    fn private_words_are_found_and_replaced() {
        for (text, expected) in [
            ("Anna Smith said so.", "p3 said so."),
            ("anna smith and ANNA SMITH", "p3 and p3"),
            ("Ask Anna's team, or Mrs Smith.", "Ask p3's team, or Mrs p3."),
            ("Bo knows; Bob does not.", "p4 knows; Bob does not."),
            ("Renée Dupont, Renée", "p5, p5"),
            ("王小明 说", "p6 说"),
            ("mail a.smith+x@example.co.uk.", "mail [mail]."),
            ("<bo@example.com>", "<[mail]>"),
            ("call +49 30 1234567 or 030/1234567", "call [phone] or [phone]"),
            ("call (030) 1234-567, 212-555-0147", "call [phone], [phone]"),
            ("+4915112345678", "[phone]"),
        ] {
            assert_eq!(safe(text, &names()), expected);
        }
    }

    #[test]
    fn what_is_not_private_stays() {
        for text in [
            "12,000 of 60 000 riders left by 2026-10-05.",
            "from 8.00000012 to 0.26512345 and 1 000 000 000",
            "2026-10-05 08:00 to 2026-12-31",
            "on 05/06/2026, 05-06-2026 08:00, from 0800-1700",
            "order 1234567890 of zone 0815",
            "ids x0123456789 and #0123456789",
            "at 10@night, @home, a@b",
            "smithereens and an annals of blacksmiths",
            "26.5 % [25.5, 27.6]",
            "",
        ] {
            assert_eq!(find(text, &names()), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_safe_text_is_safe(text in "[ a-zA-Z0-9@.+()/é王-]{0,60}|\\PC{0,40}") {
            let found = find(&text, &names());
            for f in &found {
                prop_assert_eq!(&text[f.at.clone()], f.words.as_str());
            }
            prop_assert!(found.windows(2).all(|w| w[0].at.end <= w[1].at.start));
        }
    }
}
