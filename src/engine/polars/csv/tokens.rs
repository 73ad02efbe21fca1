//! Splitting delimited text into records and cells, leniently and always in the same way.
//!
//! A cell that starts with the quote runs to its closing quote (doubled quotes stand for one). Text between the
//! closing quote and the next delimiter is kept. A quote that is never closed is an ordinary character. Records end
//! at LF, CR LF or CR.

/// Cells of a record beyond this many are passed over.
pub const MOST_CELLS: usize = 100_000;
/// After this many quotes that are never closed, quotes are ordinary characters: each costs a look at the whole rest.
const MOST_UNCLOSED: u32 = 8;

/// A cell in the text: byte range, and whether it holds quotes to take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub quoted: bool,
}

/// Counts of what was met on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oddities {
    pub ends_lf: bool,
    pub ends_crlf: bool,
    pub ends_cr: bool,
    /// First line with text after a closing quote, and how many.
    pub text_after_quote: Option<(u64, u64)>,
    /// First line with a quote that is never closed.
    pub never_closed: Option<u64>,
    /// First line of a quoted cell over more than 200 lines.
    pub long_quote: Option<u64>,
}

impl Oddities {
    /// Adds those of the text that follows.
    pub fn append(&mut self, later: &Self) {
        self.ends_lf |= later.ends_lf;
        self.ends_crlf |= later.ends_crlf;
        self.ends_cr |= later.ends_cr;
        self.text_after_quote = match (self.text_after_quote, later.text_after_quote) {
            (Some((line, n)), Some((_, m))) => Some((line, n + m)),
            (mine, more) => mine.or(more),
        };
        self.never_closed = self.never_closed.or(later.never_closed);
        self.long_quote = self.long_quote.or(later.long_quote);
    }
}

/// Walks over the records.
pub struct Tokens<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: u64,
    delimiter: u8,
    quote: u8,
    unclosed: u32,
    pub odd: Oddities,
}

impl<'a> Tokens<'a> {
    /// Starts at a byte that begins a record on this line (from 1).
    pub fn new(text: &'a str, delimiter: u8, quote: u8, at: usize, line: u64) -> Self {
        let bytes = text.as_bytes();
        Self { text, bytes, at, line, delimiter, quote, unclosed: 0, odd: Oddities::default() }
    }

    /// Byte where the next record starts.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Line (from 1) where the next record starts.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Passes over the line that comes next if it is such a one; its number.
    pub fn pass_line(&mut self, is_such: impl Fn(&str) -> bool) -> Option<u64> {
        let rest = self.text.get(self.at..).filter(|r| !r.is_empty() && is_such(r))?;
        let line = self.line;
        let end = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        self.at += end;
        match rest.get(end..).map(str::as_bytes) {
            Some([b'\r', b'\n', ..]) => self.at += 2,
            Some([_, ..]) => self.at += 1,
            _ => {}
        }
        self.line += 1;
        Some(line)
    }

    /// Puts the cells of the next record into `cells`; its first line, or `None` at the end.
    pub fn next_record(&mut self, cells: &mut Vec<Span>) -> Option<u64> {
        cells.clear();
        if self.at >= self.bytes.len() {
            return None;
        }
        let line = self.line;
        loop {
            let quoted = self.bytes.get(self.at) == Some(&self.quote) && self.unclosed < MOST_UNCLOSED;
            let span = match if quoted { self.quoted_cell() } else { None } {
                Some(span) => span,
                None => {
                    let start = self.at;
                    self.run_to_mark();
                    Span { start, end: self.at, quoted: false }
                }
            };
            if cells.len() <= MOST_CELLS {
                cells.push(span);
            }
            match self.bytes.get(self.at) {
                Some(b) if *b == self.delimiter => self.at += 1,
                Some(b'\r') => {
                    self.at += 1;
                    if self.bytes.get(self.at) == Some(&b'\n') {
                        self.at += 1;
                        self.odd.ends_crlf = true;
                    } else {
                        self.odd.ends_cr = true;
                    }
                    self.line += 1;
                    return Some(line);
                }
                Some(_) => {
                    self.at += 1;
                    self.odd.ends_lf = true;
                    self.line += 1;
                    return Some(line);
                }
                None => return Some(line),
            }
        }
    }

    #[inline]
    fn run_to_mark(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += to_mark(rest, self.delimiter);
    }

    /// From the opening quote to the delimiter or line end behind it; `None` (and nothing consumed) if never closed.
    fn quoted_cell(&mut self) -> Option<Span> {
        let start = self.at;
        let mut at = start + 1;
        let (mut doubled, mut lines) = (false, 0u64);
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let quote = self.quote;
            let Some(length) = memchr::memchr(quote, rest) else {
                self.odd.never_closed.get_or_insert(self.line);
                self.unclosed += 1;
                return None;
            };
            lines += rest.iter().take(length).filter(|b| **b == b'\n').count() as u64;
            at += length + 1;
            if self.bytes.get(at) == Some(&quote) {
                doubled = true;
                at += 1;
            } else {
                break;
            }
        }
        let close = at - 1;
        if lines > 200 {
            self.odd.long_quote.get_or_insert(self.line);
        }
        self.at = at;
        self.run_to_mark();
        let first_line = self.line;
        self.line += lines;
        if self.at > at {
            let count = self.odd.text_after_quote.map_or(0, |(_, n)| n);
            let line = self.odd.text_after_quote.map_or(first_line, |(l, _)| l);
            self.odd.text_after_quote = Some((line, count + 1));
            return Some(Span { start, end: self.at, quoted: true });
        }
        Some(if doubled {
            Span { start, end: at, quoted: true }
        } else {
            Span { start: start + 1, end: close, quoted: false }
        })
    }

    /// The text of a cell without its quotes; `scratch` holds it where it must be put together.
    #[inline]
    pub fn cell<'s>(text: &'s str, quote: u8, span: Span, scratch: &'s mut String) -> &'s str {
        let raw = text.get(span.start..span.end).unwrap_or_default();
        if span.quoted { unquoted(raw, quote, scratch) } else { raw }
    }
}

/// A quoted cell as it was meant.
fn unquoted<'s>(raw: &'s str, quote: u8, scratch: &'s mut String) -> &'s str {
    scratch.clear();
    let quote = char::from(quote);
    let mut rest = raw.strip_prefix(quote).unwrap_or(raw);
    while let Some(at) = rest.find(quote) {
        let (head, tail) = rest.split_at(at);
        scratch.push_str(head);
        let tail = tail.get(1..).unwrap_or_default();
        match tail.strip_prefix(quote) {
            Some(after) => {
                scratch.push(quote);
                rest = after;
            }
            None => {
                // The closing quote: what follows is kept as it stands.
                scratch.push_str(tail);
                return scratch;
            }
        }
    }
    scratch.push_str(rest);
    scratch
}

/// Bytes before the first delimiter or line end; all where there is none. Eight bytes are looked at together (after
/// A. Mycroft's test for a zero byte), since most cells are about as short.
#[inline]
fn to_mark(bytes: &[u8], delimiter: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // The lowest bit is that of the first zero byte; those above may be false.
    let zero = |x: u64| x.wrapping_sub(ONES) & !x & TOPS;
    let marks = [delimiter, b'\n', b'\r'].map(|mark| ONES * u64::from(mark));
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let hits = marks.iter().fold(0, |hits, mark| hits | zero(word ^ mark));
        if hits != 0 {
            return at * 8 + hits.trailing_zeros() as usize / 8;
        }
    }
    let found = rest.iter().position(|b| *b == delimiter || *b == b'\n' || *b == b'\r');
    words.len() * 8 + found.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut tokens = Tokens::new(text, b',', b'"', 0, 1);
        let (mut cells, mut out, mut scratch) = (Vec::new(), Vec::new(), String::new());
        while tokens.next_record(&mut cells).is_some() {
            out.push(cells.iter().map(|s| Tokens::cell(text, b'"', *s, &mut scratch).to_owned()).collect());
        }
        out
    }

    #[test]
    fn splits_plain_quoted_and_odd_cells() {
        assert_eq!(rows("a,b\n1,2\r\n3,\r4,5"), [["a", "b"], ["1", "2"], ["3", ""], ["4", "5"]]);
        assert_eq!(rows("\"a,\n\"\"b\"\"\",c\n"), [["a,\n\"b\"", "c"]]);
        assert_eq!(
            rows("1,x\"y,0\n2,\"x\"y,1\n3,\"\"\",0"),
            [["1", "x\"y", "0"], ["2", "xy", "1"], ["3", "\"\"\"", "0"]]
        );
        assert_eq!(rows(",\n"), [["", ""]]);
    }

    #[test]
    fn lines_count_inside_quotes() {
        let text = "h\n\"a\nb\"\nc\n";
        let mut tokens = Tokens::new(text, b',', b'"', 0, 1);
        let (mut cells, mut lines) = (Vec::new(), Vec::new());
        while let Some(line) = tokens.next_record(&mut cells) {
            lines.push(line);
        }
        assert_eq!(lines, [1, 2, 4]);
    }

    proptest! {
        #[test]
        fn written_cells_come_back(table in proptest::collection::vec(proptest::collection::vec("[a\",;\r\n é]{0,6}", 2..4), 1..6)) {
            let text: String = table.iter().map(|row| {
                let cells: Vec<String> = row.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
                cells.join(",") + "\n"
            }).collect();
            prop_assert_eq!(rows(&text), table);
        }

        #[test]
        fn marks_are_found_wherever_they_stand(bytes in proptest::collection::vec(
            prop_oneof![Just(b','), Just(b'-'), Just(b'\n'), Just(b'\r'), Just(0x0b), Just(0x8a), Just(0xac), any::<u8>()], 0..40
        )) {
            let first = bytes.iter().position(|b| matches!(b, b',' | b'\n' | b'\r')).unwrap_or(bytes.len());
            prop_assert_eq!(to_mark(&bytes, b','), first);
        }

        #[test]
        fn any_text_ends_and_spans_hold(text in "[a\",\r\n]{0,60}") {
            let mut tokens = Tokens::new(&text, b',', b'"', 0, 1);
            let (mut cells, mut last) = (Vec::new(), 0);
            while tokens.next_record(&mut cells).is_some() {
                prop_assert!(tokens.position() > last || tokens.position() == text.len());
                prop_assert!(cells.iter().all(|s| s.start <= s.end && s.end <= text.len()));
                last = tokens.position();
            }
            prop_assert_eq!(tokens.position(), text.len());
        }
    }
}
