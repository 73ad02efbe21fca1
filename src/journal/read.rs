//! Reads a session file: what it holds, and how far it can be trusted.

use std::ops::Range;
use std::path::Path;

use serde_json::Value;

use super::JournalError;
pub(super) use super::opened::{Marker, Mode, Opened, RawEvent, Tail, Warning};
use super::split::{self, Item, Layout};
use crate::yaml;

/// The schema this program writes.
pub const SCHEMA: &str = "session/1";

/// What a writer has to know beside [`Opened`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Bytes of a byte order mark before the text.
    pub bom: usize,
    /// Blanks before each dash.
    pub indent: usize,
    /// How much of the text stays when the next event is appended.
    pub keep: usize,
    /// The torn tail that has to be set aside first; empty when appending alone repairs the file.
    pub torn: Range<usize>,
    /// The last kept item has no marker yet: where it starts, the number its marker names, and
    /// whether it was recovered.
    pub unmarked: Option<(usize, u64, bool)>,
    /// The kept text ends with a marker or header and its line end: appending needs no look at it.
    pub tidy: bool,
}

/// Reads a session file's bytes; nothing is opened, locked or changed.
///
/// # Errors
/// [`JournalError::NotASession`] when the bytes are no text, or hold no session.
pub fn inspect(path: &Path, bytes: &[u8]) -> Result<Opened, JournalError> {
    interpret(path, bytes).map(|(opened, _)| opened)
}

/// As [`inspect`], with the writer's plan.
pub(super) fn interpret(path: &Path, bytes: &[u8]) -> Result<(Opened, Plan), JournalError> {
    let reader = Reader { path, origin: path.display().to_string() };
    reader.read(bytes)
}

struct Reader<'a> {
    path: &'a Path,
    origin: String,
}

impl Reader<'_> {
    fn not_a_session(&self, why: impl Into<String>) -> JournalError {
        JournalError::NotASession { path: self.path.to_owned(), why: why.into() }
    }

    fn read(&self, bytes: &[u8]) -> Result<(Opened, Plan), JournalError> {
        if bytes.is_empty() {
            return Err(self.not_a_session("it is empty"));
        }
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = self.text_of(body)?;
        let layout = split::split(&text);
        let mut opened = Opened {
            path: self.path.to_owned(),
            text,
            header: Value::Null,
            events: Vec::new(),
            tail: Tail::Clean,
            mode: Mode::ReadWrite,
            warnings: Vec::new(),
        };
        let mut plan =
            Plan { bom: bytes.len() - body.len(), indent: layout.indent, keep: opened.text.len(), ..Plan::default() };
        self.header(&mut opened, &layout)?;
        if layout.events_line == 0 {
            return Ok((opened, plan));
        }
        let torn = self.tear(&opened.text, &layout);
        let last = layout.items.len().saturating_sub(usize::from(torn));
        let mut promised = layout.marked;
        for item in layout.items.iter().take(last) {
            self.item(&mut opened, item, promised);
            promised |= item.mark.is_some();
        }
        if let Some((line, why)) = layout.odd {
            damage(&mut opened, line, 1, why.to_owned());
        }
        if matches!(opened.mode, Mode::ReadOnly { .. }) && self.whole(&mut opened) {
            return Ok((opened, plan));
        }
        if let (true, Some(item)) = (torn, layout.items.last()) {
            self.torn_tail(&mut opened, &mut plan, item);
        }
        self.note_unmarked(&opened, &mut plan);
        Ok((opened, plan))
    }

    /// The text, with one U+001A for each byte that is not UTF-8.
    fn text_of(&self, body: &[u8]) -> Result<String, JournalError> {
        match yaml::decode(body, &self.origin) {
            Ok(text) => Ok(text.to_owned()),
            Err(e) if !body.windows(8).take(4096).any(|w| w == b"session/") => Err(self.not_a_session(e.message)),
            Err(_) => {
                let mut text = String::with_capacity(body.len());
                for chunk in body.utf8_chunks() {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
                }
                Ok(text)
            }
        }
    }

    fn header(&self, opened: &mut Opened, layout: &Layout) -> Result<(), JournalError> {
        let head = opened.text.get(layout.header.clone()).unwrap_or_default();
        let claims = head.contains("schema: session/");
        match yaml::value(head, &self.origin) {
            Ok(header) => match header.get("schema").and_then(Value::as_str) {
                Some(SCHEMA) => {
                    opened.header = header;
                    if layout.events_line == 0 {
                        damage(opened, 0, 0, "it ends before the line `events:`; its header was cut or damaged".into());
                    }
                    Ok(())
                }
                Some(newer) if newer.starts_with("session/") => {
                    let why = format!(
                        "it was written by a newer program ({}); this one knows {SCHEMA}. Update whyboard to change it",
                        yaml::visible(newer)
                    );
                    opened.header = header;
                    read_only(opened, why);
                    Ok(())
                }
                Some(other) => Err(self.not_a_session(format!("its schema is `{}`, not `{SCHEMA}`", yaml::visible(other)))),
                None => Err(self.not_a_session(format!(
                    "the line `schema: {SCHEMA}` is missing; it may be another kind of file, or come from a newer program"
                ))),
            },
            // Whoever has items or names the schema was a session once: show what is left of it.
            Err(e) if claims || !layout.items.is_empty() => {
                damage(opened, e.line, e.column, format!("the header cannot be read: {}", e.message));
                Ok(())
            }
            Err(e) => Err(self.not_a_session(e.to_string().trim_end_matches('.').to_owned())),
        }
    }

    /// Whether the last item was cut, or may have been: it has no marker although the file uses
    /// them, or it does not end its line, or it cannot be read.
    fn tear(&self, text: &str, layout: &Layout) -> bool {
        let Some(last) = layout.items.last() else { return false };
        if last.mark.is_some() {
            return false;
        }
        let uses_marks = layout.marked || layout.items.iter().any(|i| i.mark.is_some());
        let odd_here = layout.odd.is_some_and(|(line, _)| line >= last.line);
        !odd_here && (uses_marks || !text.ends_with('\n') || last.junk || self.event(text, last).is_err())
    }

    fn event(&self, text: &str, item: &Item) -> Result<Value, yaml::YamlError> {
        self.one(text.get(item.start..item.end).unwrap_or_default(), item.line)
    }

    /// Reads one list item.
    fn one(&self, text: &str, line: usize) -> Result<Value, yaml::YamlError> {
        let wrong = |message: &str| {
            let mut e = yaml::YamlError::without_place(message.into(), &self.origin);
            (e.line, e.column) = (line, 1);
            e
        };
        if let Some(value) = yaml::emit::read_item(text).filter(Value::is_object) {
            return Ok(value);
        }
        match yaml::parse_at::<Vec<Value>>(text, &self.origin, line)?.pop() {
            Some(value) if value.is_object() => Ok(value),
            _ => Err(wrong("an event is a map of keys and values, and this is not one")),
        }
    }

    /// Takes up one item; `promised` where the file says that each has a marker, or one before it has.
    fn item(&self, opened: &mut Opened, item: &Item, promised: bool) {
        let value = if item.junk {
            damage(opened, item.line, 1, "this is neither an event nor a comment".into());
            return;
        } else {
            match self.event(&opened.text, item) {
                Ok(value) => value,
                Err(e) => return damage(opened, e.line, e.column, e.message),
            }
        };
        let bytes = item.start..item.end;
        let content = opened.text.get(bytes.clone()).unwrap_or_default().as_bytes();
        let (marker, provisional) = match &item.mark {
            // Where every item gets a marker when it is written, one without was put in afterwards.
            None if promised => (Marker::Edited, false),
            None => (Marker::Missing, false),
            Some(mark) => {
                let same_n = value.get("n").and_then(Value::as_u64).is_none_or(|n| n == mark.n);
                let same = same_n && mark.crc == split::checksum(content);
                (if same { Marker::Matches } else { Marker::Edited }, mark.recovered)
            }
        };
        if marker == Marker::Edited {
            let message = match item.mark {
                Some(_) => "this event was edited by hand after it was written".into(),
                None => "this event was put in or edited by hand: it has no end marker".into(),
            };
            opened.warnings.push(Warning { line: item.line, column: 1, message });
        }
        if provisional {
            let message = "this event was recovered from an interrupted write; check its words".into();
            opened.warnings.push(Warning { line: item.line, column: 1, message });
        }
        opened.events.push(RawEvent { bytes, line: item.line, value, marker, provisional });
    }

    /// Keeps as much of a torn item as can be read: all of it, or what stands before the first byte
    /// that is no text, or its first lines if they name the verb.
    fn torn_tail(&self, opened: &mut Opened, plan: &mut Plan, item: &Item) {
        let len = opened.text.len();
        let kept = if item.junk { None } else { self.longest(&opened.text, item) };
        let message = match &kept {
            Some((_, end)) if *end == len => "the last write was interrupted; the event was recovered, check its words",
            Some(_) => "the last write was interrupted; only the first part of the event was recovered",
            None => "the last write was interrupted; this part of an event cannot be read",
        };
        opened.warnings.push(Warning { line: item.line, column: 1, message: message.into() });
        plan.torn = item.start..len;
        plan.keep = item.start;
        let mut index = None;
        if let Some((value, end)) = kept {
            index = Some(opened.events.len());
            plan.keep = end;
            if end == len {
                plan.torn = len..len;
            }
            opened.events.push(RawEvent {
                bytes: item.start..if end == len { item.end } else { end },
                line: item.line,
                value,
                marker: Marker::Missing,
                provisional: true,
            });
        }
        opened.tail = Tail::Torn { from_line: item.line, bytes: item.start..len, kept: index };
    }

    fn longest(&self, text: &str, item: &Item) -> Option<(Value, usize)> {
        let whole = text.get(item.start..)?;
        // The line end that a repair adds is part of what is read, so that both say the same.
        let closed = |part: &str| if part.ends_with('\n') { part.to_owned() } else { format!("{part}\n") };
        if let Ok(value) = self.one(&closed(whole), item.line) {
            return Some((value, text.len()));
        }
        let mut part = match whole.find(['\u{1a}', '\0']) {
            Some(at) => whole.get(..at)?,
            None => whole.get(..whole.trim_end_matches('\n').rfind('\n')? + 1)?,
        };
        for _ in 0..8 {
            if let Ok(value) = self.one(&closed(part), item.line)
                && value.get("do").is_some_and(Value::is_string)
            {
                return Some((value, item.start + part.len()));
            }
            part = part.get(..part.trim_end_matches('\n').rfind('\n')? + 1)?;
        }
        None
    }

    /// Reads the whole file as one document when item by item does not do: other legal layouts.
    fn whole(&self, opened: &mut Opened) -> bool {
        let Ok(mut document) = yaml::value(&opened.text, &self.origin) else { return false };
        let Some(map) = document.as_object_mut() else { return false };
        let Some(Value::Array(list)) = map.shift_remove("events") else { return false };
        let newer = document.get("schema").and_then(Value::as_str) != Some(SCHEMA);
        if list.len() < opened.events.len() || (newer && opened.events.len() == list.len()) {
            return false;
        }
        opened.events = list
            .into_iter()
            .map(|value| RawEvent { bytes: 0..0, line: 0, value, marker: Marker::Missing, provisional: false })
            .collect();
        if !newer {
            let first = opened.warnings.iter().find(|w| w.line > 0).map_or(0, |w| w.line);
            let why = format!(
                "its layout is sound YAML, but not one that events can be appended to (line {first}); write `events:` as the last key, one item after the other"
            );
            opened.mode = Mode::ReadOnly { why };
        }
        opened.header = document;
        true
    }

    /// The last event of a file that never had markers gets one when the next event is appended.
    fn note_unmarked(&self, opened: &Opened, plan: &mut Plan) {
        if let Some(last) = opened.events.last()
            && last.marker == Marker::Missing
        {
            let position = u64::try_from(opened.events.len()).unwrap_or(u64::MAX);
            let n = last.value.get("n").and_then(Value::as_u64).unwrap_or(position);
            plan.unmarked = Some((last.bytes.start, n, last.provisional));
        }
        let kept = opened.text.get(..plan.keep).unwrap_or_default();
        plan.tidy = plan.unmarked.is_none() && plan.torn.is_empty() && kept.ends_with('\n');
    }
}

fn read_only(opened: &mut Opened, why: String) {
    if opened.mode == Mode::ReadWrite {
        opened.mode = Mode::ReadOnly { why };
    }
}

/// Records damage and closes the file for writing; the first damage says why.
fn damage(opened: &mut Opened, line: usize, column: usize, message: String) {
    let place = if line > 0 { format!(" at line {line}, column {column}") } else { String::new() };
    read_only(opened, format!("it is damaged{place}: {message}"));
    opened.warnings.push(Warning { line, column, message });
}
