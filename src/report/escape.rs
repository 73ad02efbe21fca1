//! Text from sessions and data as Markdown that stays text: no markup, no HTML, no links, no broken tables.

/// Characters that a reader does not see, or that turn the direction of writing.
fn unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// One line of text: runs of blanks and line ends become one blank, control and unseen characters go.
#[must_use]
pub fn flat(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{2028}' || c == '\u{2029}' {
            // Thin and no-break blanks inside numbers are kept.
            if matches!(c, '\u{2009}' | '\u{a0}' | '\u{202f}') {
                out.push(c);
            } else if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !unseen(c) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// Text within a line, a table cell or a heading. What Markdown or HTML would act on is escaped; addresses are not
/// made into links.
#[must_use]
pub fn inline(text: &str) -> String {
    let flat = flat(text);
    let mut out = String::with_capacity(flat.len() + 8);
    let mut rest = flat.as_str();
    rest = lead(rest, &mut out);
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let tail = &rest[c.len_utf8()..];
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // No address becomes a link by itself.
            '@' => out.push_str("&#64;"),
            ':' if tail.starts_with("//") => out.push_str("&#58;"),
            '.' if before_is_www(&out) => out.push_str("&#46;"),
            // No shortcode such as :smile: (and no mailto: or xmpp:).
            ':' if before.is_alphanumeric()
                && tail.starts_with(|t: char| t.is_alphanumeric())
                && !before.is_ascii_digit() =>
            {
                out.push_str("&#58;");
            }
            '#' if tail.starts_with(|t: char| t.is_ascii_digit()) => out.push_str("\\#"),
            c => out.push(c),
        }
        before = c;
        rest = tail;
    }
    out
}

fn before_is_www(out: &str) -> bool {
    let tail: String = out.chars().rev().take(3).collect();
    tail.eq_ignore_ascii_case("www")
}

/// What would begin a heading, a list, a quote, a rule or a code block at the start of a line.
fn lead<'a>(text: &'a str, out: &mut String) -> &'a str {
    let mut chars = text.chars();
    match chars.next() {
        Some(c @ ('#' | '-' | '+' | '=')) => {
            out.push('\\');
            out.push(c);
            chars.as_str()
        }
        Some(c) if c.is_ascii_digit() => {
            let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = text.split_at(digits);
            match tail.chars().next() {
                // `1. one` begins a list, `8.0` is a number.
                Some(mark @ ('.' | ')')) if tail[1..].is_empty() || tail[1..].starts_with(' ') => {
                    out.push_str(number);
                    out.push('\\');
                    out.push(mark);
                    &tail[1..]
                }
                _ => text,
            }
        }
        _ => text,
    }
}

/// Code within a line, whatever backquotes it holds (CommonMark, code spans); pipes are kept out of the table's way.
#[must_use]
pub fn code(text: &str) -> String {
    let text = flat(text);
    if text.is_empty() {
        return String::new();
    }
    // Inside a code span nothing can be escaped, and a table's cell ends at any pipe that is not.
    if text.contains('|') {
        return inline(&text);
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A quotation: each line after `> `.
#[must_use]
pub fn quote(text: &str) -> String {
    let lines: Vec<String> = text.split(['\n', '\u{2028}', '\u{2029}']).map(inline).filter(|l| !l.is_empty()).collect();
    // Two blanks at the end keep the line ends of what was said.
    lines.iter().map(|l| format!("> {l}")).collect::<Vec<_>>().join("  \n")
}

/// A table; cells must be escaped already. Nothing without rows.
#[must_use]
pub fn table(names: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!("| {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len()));
    for row in rows {
        out.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_becomes_text() {
        for (from, to) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a | b\nc", "a \\| b c"),
            ("**bold** _x_ `c`", "\\*\\*bold\\*\\* \\_x\\_ \\`c\\`"),
            ("[x](javascript:alert)", "\\[x\\](javascript&#58;alert)"),
            ("![i](http://evil/x.png)", "!\\[i\\](http&#58;//evil/x.png)"),
            ("www.evil.example", "www&#46;evil.example"),
            ("mail ann@example.com", "mail ann&#64;example.com"),
            ("# heading", "\\# heading"),
            ("1. one", "1\\. one"),
            ("- item", "\\- item"),
            ("=== rule", "\\=== rule"),
            ("8.0 → 7.6 at 12:30", "8.0 → 7.6 at 12:30"),
            ("2)", "2\\)"),
            ("\u{1b}[31mred\u{202e}", "\\[31mred"),
            ("1\u{2009}204", "1\u{2009}204"),
            ("see #12 & co", "see \\#12 &amp; co"),
            ("  \n ", ""),
        ] {
            assert_eq!(inline(from), to, "{from:?}");
        }
    }

    #[test]
    fn code_holds_what_it_is_given() {
        assert_eq!(code("rate(Churn = 'Yes')"), "`rate(Churn = 'Yes')`");
        assert_eq!(code("a ` b"), "``a ` b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code("a || b"), "a \\|\\| b");
        assert_eq!(code(""), "");
    }

    #[test]
    fn quotes_keep_their_lines() {
        assert_eq!(quote("one\n\n- two\n"), "> one  \n> \\- two");
    }

    proptest! {
        #[test]
        fn nothing_acts(text in "\\PC*|[<>|`*_\\[\\]()!#@:/.wW&$~\\\\\n\r\t\u{1b}\u{202e} a-z0-9-]{0,60}") {
            let out = inline(&text);
            let acts = out.contains(['\n', '\r', '\u{1b}', '<', '>', '\u{202e}']);
            prop_assert!(!acts);
            let links = out.contains("://") || out.contains('@');
            prop_assert!(!links);
            // Every sign that Markdown acts on stands after an odd number of backslashes.
            let mut slashes = 0;
            for c in out.chars() {
                if matches!(c, '|' | '*' | '_' | '`' | '[' | ']' | '~' | '$') {
                    prop_assert!(slashes % 2 == 1, "{}", out);
                }
                slashes = if c == '\\' { slashes + 1 } else { 0 };
            }
            let cell = code(&text);
            let bare = cell.replace("\\|", "");
            let splits = bare.contains(['|', '\n', '\r']);
            prop_assert!(!splits);
        }
    }
}
