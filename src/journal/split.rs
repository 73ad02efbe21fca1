//! Finds header, items and markers in a session's text by its lines alone.
//!
//! Lines that belong to a value always stand deeper than the dash of their item, so a dash at
//! exactly the list's indent starts an item, and a comment two blanks deeper than the dash can not
//! be part of a block of text. Whatever breaks that order becomes a piece of junk of its own, which
//! keeps the items around it readable.

use std::ops::Range;

/// The comment on the `events:` line of files whose items all carry markers.
pub const MARKED: &str = "# every item ends with \"# end\", its number and a CRC-32 of its bytes";

/// Where the parts of a session stand.
#[derive(Debug, Default)]
pub struct Layout {
    /// Bytes of the header, up to the `events:` line.
    pub header: Range<usize>,
    /// Line of `events:`, from 1; 0 when it was not found.
    pub events_line: usize,
    /// The `events:` line promises markers.
    pub marked: bool,
    /// Blanks before each dash.
    pub indent: usize,
    /// Items in file order.
    pub items: Vec<Item>,
    /// The first thing that this splitter does not cope with: line and what it is.
    pub odd: Option<(usize, &'static str)>,
}

/// One list item, or a piece of junk between items.
#[derive(Debug)]
pub struct Item {
    /// First byte of its first line.
    pub start: usize,
    /// First byte after its content: the start of its marker line, or the end of its last content line.
    pub end: usize,
    /// First line, from 1.
    pub line: usize,
    /// Its marker line, if it has one.
    pub mark: Option<Mark>,
    /// It does not begin with a dash at the list's indent.
    pub junk: bool,
}

/// A marker line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the line, with its line end.
    pub bytes: Range<usize>,
    /// The number it names.
    pub n: u64,
    /// The checksum it names.
    pub crc: u32,
    /// The item was found without its marker once.
    pub recovered: bool,
}

/// CRC-32 of an item's bytes, CR LF counted as LF.
pub fn checksum(item: &[u8]) -> u32 {
    if !item.contains(&b'\r') {
        return crc32fast::hash(item);
    }
    let mut hasher = crc32fast::Hasher::new();
    for line in item.split_inclusive(|b| *b == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(content) => {
                hasher.update(content);
                hasher.update(b"\n");
            }
            None => hasher.update(line),
        }
    }
    hasher.finalize()
}

/// The marker line of an item, with its line end. `indent` is that of the item's dash.
pub fn marker_line(indent: usize, n: u64, item: &[u8], recovered: bool) -> String {
    let word = if recovered { "recovered " } else { "" };
    format!("{:pad$}# end {n} {word}{:08x}\n", "", checksum(item), pad = indent + 2)
}

fn parse_marker(comment: &str, bytes: Range<usize>) -> Option<Mark> {
    let mut words = comment.strip_prefix("# end ")?.split(' ');
    let n = words.next()?.parse().ok()?;
    let mut last = words.next()?;
    let recovered = last == "recovered";
    if recovered {
        last = words.next()?;
    }
    let sound = last.len() == 8 && last.bytes().all(|b| b.is_ascii_hexdigit()) && words.next().is_none();
    let crc = if sound { u32::from_str_radix(last, 16).ok()? } else { return None };
    Some(Mark { bytes, n, crc, recovered })
}

/// Splits a session's text.
pub fn split(text: &str) -> Layout {
    let mut layout = Layout::default();
    let mut at = 0;
    let mut line = 0;
    let mut lines = text.split_inclusive('\n');
    for raw in lines.by_ref() {
        line += 1;
        let start = at;
        at += raw.len();
        let Some(rest) = raw.strip_prefix("events:") else { continue };
        let rest = rest.trim_end_matches(['\n', '\r']);
        if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
            continue;
        }
        layout.header = 0..start;
        layout.events_line = line;
        let rest = rest.trim();
        layout.marked = rest.starts_with("# every item ends");
        if !rest.is_empty() && !rest.starts_with('#') {
            layout.odd = Some((line, "the events stand on the line of `events:`"));
        }
        break;
    }
    if layout.events_line == 0 {
        let Some((start, number)) = first_item(text) else {
            layout.header = 0..text.len();
            return layout;
        };
        layout.header = 0..start;
        layout.events_line = number.saturating_sub(1).max(1);
        layout.odd = Some((layout.events_line, "the line `events:` is missing or damaged"));
        (at, line) = (start, number - 1);
        lines = text.get(start..).unwrap_or_default().split_inclusive('\n');
    }
    let mut indent = indent_of(text.get(at..).unwrap_or_default(), layout.marked);
    for raw in lines {
        line += 1;
        let start = at;
        at += raw.len();
        body_line(&mut layout, &mut indent, raw, start..at, line);
    }
    layout.indent = indent.unwrap_or(2);
    layout
}

/// Blanks before each dash: as before the first one, unless the markers say otherwise. In a file
/// without own markers, those that a text quotes stand deeper than the first dash.
fn indent_of(body: &str, marked: bool) -> Option<usize> {
    let first = body.split('\n').find_map(|line| {
        let inner = line.trim_start_matches(' ');
        let dash = inner.trim_end() == "-" || inner.starts_with("- ");
        dash.then(|| line.len() - inner.len())
    });
    match (first, marked_indent(body)) {
        (Some(first), Some(told)) if told < first || marked => Some(told),
        (None, told) => told,
        (first, _) => first,
    }
}

/// The dash's indent that the markers speak for: the smallest that two of them share, as one line may
/// be damaged and deeper ones may be quoted inside a text; else the smallest; `None` without markers.
fn marked_indent(body: &str) -> Option<usize> {
    let lead = |line: &str| {
        let inner = line.trim_start_matches(' ');
        parse_marker(inner.trim_end_matches('\r'), 0..0).map(|_| line.len() - inner.len())
    };
    let (mut smallest, mut shared) = (None, None);
    let mut seen = std::collections::BTreeSet::new();
    for lead in body.split('\n').filter(|l| l.contains("# end ")).filter_map(lead).filter_map(|l| l.checked_sub(2)) {
        smallest = Some(smallest.map_or(lead, |s: usize| s.min(lead)));
        if !seen.insert(lead) {
            shared = Some(shared.map_or(lead, |s: usize| s.min(lead)));
        }
    }
    shared.or(smallest)
}

/// The first line that begins an event of our own writing: its byte and its number.
fn first_item(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for (i, raw) in text.split_inclusive('\n').enumerate() {
        let n = raw.trim_start_matches(' ').strip_prefix("- n: ");
        if n.is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit())) {
            return Some((at, i + 1));
        }
        at += raw.len();
    }
    None
}

fn body_line(layout: &mut Layout, indent: &mut Option<usize>, raw: &str, bytes: Range<usize>, line: usize) {
    let content = raw.trim_end_matches(['\n', '\r']);
    let inner = content.trim_start_matches(' ');
    let lead = content.len() - inner.len();
    if inner.trim().is_empty() {
        return;
    }
    let column = indent.unwrap_or(lead);
    if inner.starts_with('#') {
        let Some(item) = layout.items.last_mut() else { return };
        if lead == column + 2 && item.mark.is_none() {
            item.mark = parse_marker(inner, bytes.clone());
            if item.mark.is_some() {
                item.end = bytes.start;
                return;
            }
        }
        if lead > column + 2 && item.mark.is_none() {
            item.end = bytes.end;
        }
        return;
    }
    let dash = inner == "-" || inner.starts_with("- ") || inner.starts_with("-\t");
    if lead == column && dash {
        *indent = Some(column);
        layout.items.push(Item { start: bytes.start, end: bytes.end, line, mark: None, junk: false });
        return;
    }
    let printable = inner.chars().next().is_some_and(|c| !c.is_control());
    if lead == 0 && column > 0 && printable && layout.odd.is_none() {
        layout.odd = Some((line, "`events:` is not the last key, or this line lost its indent"));
    }
    match layout.items.last_mut() {
        Some(item) if item.mark.is_none() && (lead > column || item.junk) => item.end = bytes.end,
        _ => layout.items.push(Item { start: bytes.start, end: bytes.end, line, mark: None, junk: true }),
    }
}
