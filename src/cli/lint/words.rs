//! Words that YAML 1.1 programs read as booleans: `yes`, `no`, `on`, `off` without quotes. whyboard keeps them as
//! words, other tools that read the same file do not.

const RISKY: [&str; 6] = ["yes", "no", "on", "off", "true", "false"];

/// Where such words stand as whole values or keys: line and column from 1, and the word. `true` and `false` are
/// booleans for everybody and are only looked for as keys.
pub fn risky(text: &str) -> Vec<(usize, usize, String)> {
    let mut out = Vec::new();
    // Brackets that are open, across lines; indent above which a block text is going on.
    let mut depth = 0usize;
    let mut block: Option<usize> = None;
    for (i, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if let Some(of) = block {
            if line.trim().is_empty() || indent > of {
                continue;
            }
            block = None;
        }
        for (at, token, is_key) in tokens(line, &mut depth) {
            let low = token.to_ascii_lowercase();
            let known = RISKY.contains(&low.as_str());
            if known && (is_key || !matches!(low.as_str(), "true" | "false")) {
                out.push((i + 1, line[..at].chars().count() + 1, token.to_owned()));
            }
        }
        let end = line.split(" #").next().unwrap_or(line).trim_end();
        let opens = end.ends_with(['|', '>']) || end.ends_with("|-") || end.ends_with(">-") || end.ends_with("|+");
        if depth == 0 && opens {
            block = Some(indent);
        }
    }
    out
}

/// The plain scalars of a line: byte offset, text, and whether it is a key.
fn tokens<'a>(line: &'a str, depth: &mut usize) -> Vec<(usize, &'a str, bool)> {
    let mut out = Vec::new();
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        match b {
            b' ' => at += 1,
            b'#' if at == 0 || bytes.get(at - 1) == Some(&b' ') => break,
            b'-' if matches!(bytes.get(at + 1), Some(b' ') | None) && *depth == 0 => at += 1,
            b'[' | b'{' => {
                *depth += 1;
                at += 1;
            }
            b']' | b'}' => {
                *depth = depth.saturating_sub(1);
                at += 1;
            }
            b',' | b':' => at += 1,
            b'"' | b'\'' => at = after_quote(bytes, at),
            _ => {
                let end = plain_end(bytes, at, *depth > 0);
                let token = line.get(at..end).unwrap_or_default().trim_end();
                let is_key = bytes.get(end) == Some(&b':');
                out.push((at, token, is_key));
                at = end;
            }
        }
    }
    out
}

fn after_quote(bytes: &[u8], from: usize) -> usize {
    let quote = bytes.get(from).copied();
    let mut at = from + 1;
    while let Some(&b) = bytes.get(at) {
        if b == b'\\' && quote == Some(b'"') {
            at += 2;
            continue;
        }
        at += 1;
        if Some(b) == quote {
            break;
        }
    }
    at.min(bytes.len())
}

fn plain_end(bytes: &[u8], from: usize, flow: bool) -> usize {
    let mut at = from;
    while let Some(&b) = bytes.get(at) {
        let next = bytes.get(at + 1);
        let ends = match b {
            b':' => next.is_none_or(|n| *n == b' ' || (flow && matches!(n, b',' | b']' | b'}'))),
            b'#' => at > from && bytes.get(at - 1) == Some(&b' '),
            b',' | b']' | b'}' => flow,
            _ => false,
        };
        if ends {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::risky;

    #[test]
    fn whole_words_only_and_not_in_quotes_comments_or_texts() {
        let text = "a: yes\nb: \"no\"\nc: well, no, on we go # off\nd: [on, 'off', {is: no}]\n- off\nno: x\ne: |\n  yes\n\n  no\nf: [1,\n  Yes]\ng: no\ntrue: y\nh: true\n";
        let found: Vec<String> = risky(text).into_iter().map(|(l, c, w)| format!("{l}:{c} {w}")).collect();
        assert_eq!(found, ["1:4 yes", "4:5 on", "4:21 no", "5:3 off", "6:1 no", "12:3 Yes", "13:4 no", "14:1 true"]);
    }
}
