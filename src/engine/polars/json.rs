//! JSON arrays of records, JSON Lines, and a table under a key of an object.
//!
//! Records pass one at a time, twice: once to see which type fits every value, once to build the columns.

use ::polars::prelude::{Column, DataFrame};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use super::cache::Draft;
use super::csv::stream::Streamed;
use super::infer::{BOOL, Decimals, Expected, Guess, Kind};
use super::numbers::{DOT, INT};
use super::table::PART;
use super::typed::Builder;
use crate::engine::{EngineError, ReadOptions, Ticket, Unit};
use crate::query::{OddLines, ReadingReport};

const MOST_COLUMNS: usize = 100_000;

/// How the records are laid out.
enum Form {
    Array,
    Lines,
    Values,
    UnderKey(String),
}

/// Reads a whole JSON file.
pub fn read(bytes: Vec<u8>, options: &ReadOptions, ticket: &Ticket) -> Result<(DataFrame, ReadingReport), EngineError> {
    let decoded = super::text::decode(bytes, options.encoding.as_deref())?;
    let text = decoded.text.as_str();
    ticket.check()?;
    let form = form_of(text)?;
    // Numbers have one form in JSON.
    let options = &ReadOptions { decimal_comma: None, thousands: None, ..options.clone() };
    let mut look = Look::new(options);
    {
        let work = ticket.begin(Unit::Rows, 0);
        each(text, &form, &work, &mut |value| look.see(&value))?;
    }
    let decided = look.decided()?;
    let mut notes = decoded.notes;
    if let Form::UnderKey(key) = &form {
        notes.push(format!("The table was found under the key \"{key}\"."));
    }
    let rows = decided.rows;
    let mut filling = decided.filling(rows);
    let work = ticket.begin(Unit::Rows, rows as u64);
    each(text, &form, &work, &mut |value| {
        filling.put(&value);
        Ok(())
    })?;
    let frame = filling.frame()?;
    let format = if matches!(form, Form::Lines) { "json lines" } else { "json" };
    Ok((frame, decided.report(format, decoded.encoding, notes)))
}

/// A line longer than this is no record.
const LONGEST_LINE: u64 = 64 << 20;

/// Reads large JSON Lines into a copy, part by part. `None`: it is another kind of JSON, or not UTF-8.
///
/// # Errors
/// As [`read`]; also when the copy can't be written.
pub fn stream(
    file: &mut File,
    size: u64,
    options: &ReadOptions,
    draft: &Draft,
    ticket: &Ticket,
) -> Result<Option<Streamed>, EngineError> {
    let mut head = Vec::new();
    file.rewind().and_then(|()| file.take(1 << 20).read_to_end(&mut head)).map_err(|e| gone(&e))?;
    let end = memchr::memrchr(b'\n', &head).map_or(0, |at| at + 1);
    let Ok(text) = std::str::from_utf8(head.get(..end).unwrap_or_default()) else { return Ok(None) };
    if text.starts_with('\u{feff}') || !matches!(form_of(text), Ok(Form::Lines)) {
        return Ok(None);
    }
    let options = &ReadOptions { decimal_comma: None, thousands: None, ..options.clone() };
    let mut look = Look::new(options);
    let work = ticket.begin(Unit::Bytes, 2 * size);
    if !each_line(file, &work, &mut |value| look.see(&value))? {
        return Ok(None);
    }
    let decided = look.decided()?;
    let (mut rows, mut filling) = (Vec::new(), decided.filling(PART));
    each_line(file, &work, &mut |value| {
        filling.put(&value);
        if filling.rows == PART {
            let full = std::mem::replace(&mut filling, decided.filling(PART));
            draft.write(rows.len(), &mut full.frame()?)?;
            rows.push(PART);
        }
        Ok(())
    })?;
    if filling.rows > 0 {
        rows.push(filling.rows);
        draft.write(rows.len() - 1, &mut filling.frame()?)?;
    }
    let fields = decided.columns.iter().map(|(name, kind)| (name.clone(), kind.dtype())).collect();
    Ok(Some(Streamed { fields, rows, report: decided.report("json lines", "utf-8".into(), Vec::new()) }))
}

fn gone(error: &std::io::Error) -> EngineError {
    EngineError::input(format!("The file can't be read any more: {error}."), "Check the disk.")
}

/// Calls `take` with the record of each line of a file; false where a line is not UTF-8.
fn each_line(
    file: &mut File,
    work: &Ticket,
    take: &mut dyn FnMut(Value) -> Result<(), EngineError>,
) -> Result<bool, EngineError> {
    file.rewind().map_err(|e| gone(&e))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut line = Vec::new();
    for number in 1usize.. {
        line.clear();
        let got = (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|e| gone(&e))?;
        if got == 0 {
            return Ok(true);
        }
        if got as u64 == LONGEST_LINE {
            return Err(EngineError::input(
                format!("Line {number} of the JSON is longer than {} MB.", LONGEST_LINE >> 20),
                "Write one record to a line.",
            ));
        }
        if number.is_multiple_of(1024) {
            work.check()?;
        }
        work.advance(got as u64);
        let Ok(text) = std::str::from_utf8(&line) else { return Ok(false) };
        if !text.trim().is_empty() {
            take(serde_json::from_str(text).map_err(|e| broken_json(&e, number))?)?;
        }
    }
    Ok(true)
}

/// The columns of records of which all were looked at.
struct Decided {
    columns: Vec<(String, Kind)>,
    places: HashMap<String, usize>,
    rows: usize,
    notes: Vec<String>,
    odd: OddLines,
}

impl Decided {
    /// Empty columns with room for so many rows.
    fn filling(&self, rows: usize) -> Filling<'_> {
        let builders = self.columns.iter().map(|(name, kind)| Builder::new(name, *kind, rows)).collect();
        Filling { builders, places: &self.places, rows: 0 }
    }

    /// How the file was read; `before` are remarks that come first.
    fn report(self, format: &str, encoding: String, before: Vec<String>) -> ReadingReport {
        let notes = before.into_iter().chain(self.notes).collect();
        ReadingReport { format: format.into(), encoding: Some(encoding), notes, odd: self.odd, ..Default::default() }
    }
}

/// Columns under construction.
struct Filling<'a> {
    builders: Vec<Builder>,
    places: &'a HashMap<String, usize>,
    rows: usize,
}

impl Filling<'_> {
    /// Adds an entry; one that is no record is an empty row.
    fn put(&mut self, value: &Value) {
        let mut filled = vec![false; self.builders.len()];
        if let Value::Object(map) = value {
            for (key, value) in map {
                let Some(at) = self.places.get(key).copied() else { continue };
                let (Some(builder), false) = (self.builders.get_mut(at), value.is_null()) else { continue };
                if let Some(done) = filled.get_mut(at) {
                    *done = true;
                }
                match value {
                    Value::String(s) => builder.push(s),
                    other => builder.push(&other.to_string()),
                }
            }
        }
        for (builder, done) in self.builders.iter_mut().zip(filled) {
            if !done {
                builder.null();
            }
        }
        self.rows += 1;
    }

    fn frame(self) -> Result<DataFrame, EngineError> {
        let columns: Vec<Column> = self.builders.into_iter().map(|b| Column::from(b.finish())).collect();
        DataFrame::new(self.rows, columns).map_err(|e| super::broken(&e))
    }
}

struct Look<'a> {
    options: &'a ReadOptions,
    rows: usize,
    names: Vec<String>,
    places: HashMap<String, usize>,
    guesses: Vec<Guess>,
    not_records: usize,
    first_not_record: usize,
}

impl<'a> Look<'a> {
    fn new(options: &'a ReadOptions) -> Self {
        Self {
            options,
            rows: 0,
            names: Vec::new(),
            places: HashMap::new(),
            guesses: Vec::new(),
            not_records: 0,
            first_not_record: 0,
        }
    }

    /// The type of each column.
    fn decided(self) -> Result<Decided, EngineError> {
        if self.rows == 0 {
            return Err(EngineError::input("The JSON has no rows.", "An array with at least one record is expected."));
        }
        if self.names.is_empty() {
            return Err(EngineError::input(
                "The JSON holds no records.",
                "Write one object per row, as in [{\"city\": \"Oslo\", \"churned\": 0}, …].",
            ));
        }
        let (mut notes, mut odd) = (Vec::new(), OddLines::default());
        if self.not_records > 0 {
            notes.push(format!(
                "{} of {} entries are no records and were read as empty rows (first: entry {}).",
                self.not_records, self.rows, self.first_not_record
            ));
        }
        let mut columns = Vec::with_capacity(self.names.len());
        for (name, guess) in self.names.into_iter().zip(&self.guesses) {
            let (kind, remarks) = guess.decide(Decimals { comma: false, spaces: false });
            let by_entry = |r: String| r.replace("(line ", "(entry ").replace("in line ", "in entry ");
            notes.extend(remarks.into_iter().map(|r| by_entry(format!("{name} {r}."))));
            super::infer::put_misfits(&mut odd, &name, guess);
            columns.push((name, kind));
        }
        Ok(Decided { columns, places: self.places, rows: self.rows, notes, odd })
    }

    fn see(&mut self, value: &Value) -> Result<(), EngineError> {
        self.rows += 1;
        let entry = self.rows as u64;
        let Value::Object(map) = value else {
            self.not_records += 1;
            if self.not_records == 1 {
                self.first_not_record = self.rows;
            }
            return Ok(());
        };
        for (key, value) in map {
            let at = match self.places.get(key) {
                Some(at) => *at,
                None => {
                    if self.names.len() >= MOST_COLUMNS {
                        return Err(EngineError::input(
                            format!("The records have more than {MOST_COLUMNS} different keys."),
                            "Write the table with one key per column.",
                        ));
                    }
                    self.names.push(key.clone());
                    let asked = self.options.types.get(key).copied();
                    self.guesses.push(Expected::new(self.options, asked).guess());
                    self.places.insert(key.clone(), self.names.len() - 1);
                    self.names.len() - 1
                }
            };
            let Some(guess) = self.guesses.get_mut(at) else { continue };
            match value {
                Value::Null => {}
                Value::Bool(b) => guess.see_as(BOOL, if *b { "true" } else { "false" }, entry),
                Value::Number(n) if n.is_i64() => guess.see_as(INT | DOT, "a number", entry),
                Value::Number(_) => guess.see_as(DOT, "a number", entry),
                Value::String(s) => guess.see_string(s, entry),
                Value::Array(_) | Value::Object(_) => guess.see_as(0, "a list or record", entry),
            }
        }
        Ok(())
    }
}

fn form_of(text: &str) -> Result<Form, EngineError> {
    let start = text.trim_start();
    if start.starts_with('[') {
        return Ok(Form::Array);
    }
    let line = start.lines().next().unwrap_or_default();
    if serde_json::from_str::<Value>(line).is_ok_and(|v| v.is_object())
        && start.get(line.len()..).is_some_and(|r| !r.trim().is_empty())
    {
        return Ok(Form::Lines);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Keys>();
    match values.next() {
        Some(Ok(keys)) => {
            let alone = text.get(values.byte_offset()..).is_some_and(|r| r.trim().is_empty());
            match keys.tables.as_slice() {
                [key] if alone => Ok(Form::UnderKey(key.clone())),
                [] => Ok(Form::Values),
                _ if !alone => Ok(Form::Values),
                many => Err(EngineError::input(
                    format!("The JSON is an object with several lists: {}.", many.join(", ")),
                    "Save the one you want as a file of its own.",
                )),
            }
        }
        Some(Err(e)) if first_line_broken(start, line) => Err(broken_json(&e, 1)),
        Some(Err(e)) => Err(broken_json(&e, 0)),
        None => Err(EngineError::input("The JSON is empty.", "An array of records is expected.")),
    }
}

fn first_line_broken(start: &str, line: &str) -> bool {
    line.starts_with('{') && start.lines().nth(1).is_some_and(|l| l.trim_start().starts_with('{'))
}

/// Calls `take` with each record.
fn each(
    text: &str,
    form: &Form,
    work: &Ticket,
    take: &mut dyn FnMut(Value) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    match form {
        Form::Lines => {
            for (number, line) in (1usize..).zip(text.lines()) {
                look_up(number as u64, work)?;
                if !line.trim().is_empty() {
                    take(serde_json::from_str(line).map_err(|e| broken_json(&e, number))?)?;
                }
            }
            Ok(())
        }
        Form::Values => {
            for (number, value) in (1u64..).zip(serde_json::Deserializer::from_str(text).into_iter::<Value>()) {
                look_up(number, work)?;
                take(value.map_err(|e| broken_json(&e, 0))?)?;
            }
            Ok(())
        }
        Form::Array | Form::UnderKey(_) => {
            let key = if let Form::UnderKey(key) = form { Some(key.as_str()) } else { None };
            let mut stopped = None;
            let mut reader = serde_json::Deserializer::from_str(text);
            let records = Records { key, work, take, stopped: &mut stopped };
            let result = reader.deserialize_any(records).and_then(|()| reader.end());
            match (stopped, result) {
                (Some(error), _) => Err(error),
                (None, Err(e)) => Err(broken_json(&e, 0)),
                (None, Ok(())) => Ok(()),
            }
        }
    }
}

/// Looks at the ticket now and then.
fn look_up(entry: u64, work: &Ticket) -> Result<(), EngineError> {
    if entry.is_multiple_of(1024) {
        work.check()?;
        work.advance(1024);
    }
    Ok(())
}

/// Streams the elements of an array (or of the array under a key) into a function.
struct Records<'a> {
    key: Option<&'a str>,
    work: &'a Ticket,
    take: &'a mut dyn FnMut(Value) -> Result<(), EngineError>,
    stopped: &'a mut Option<EngineError>,
}

impl<'de> DeserializeSeed<'de> for Records<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut n = 0u64;
        while let Some(value) = seq.next_element::<Value>()? {
            n += 1;
            if let Err(error) = look_up(n, self.work).and_then(|()| (self.take)(value)) {
                *self.stopped = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut inner = Some(Self { key: None, ..self });
        while let Some(key) = map.next_key::<String>()? {
            match inner.take_if(|_| self.key == Some(key.as_str())) {
                Some(records) => map.next_value_seed(records)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The keys of an object under which an array of objects stands.
#[derive(Default)]
struct Keys {
    tables: Vec<String>,
}

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let Value::Object(map) = value else { return Ok(Self::default()) };
        let is_table = |v: &Value| v.as_array().is_some_and(|a| !a.is_empty() && a.iter().all(Value::is_object));
        Ok(Self { tables: map.iter().filter(|(_, v)| is_table(v)).map(|(k, _)| k.clone()).collect() })
    }
}

fn broken_json(error: &serde_json::Error, line: usize) -> EngineError {
    let text = error.to_string();
    let cause = text.split(" at line ").next().unwrap_or_default().to_owned();
    let line = if line == 0 { error.line() } else { line };
    if cause.contains("recursion limit") {
        return EngineError::input(
            format!("The JSON is nested more than 127 levels deep (line {line}, column {}).", error.column()),
            "A table is expected: an array of flat records.",
        );
    }
    EngineError::input(
        format!("The JSON can't be read at line {line}, column {}: {cause}.", error.column()),
        "Mend that place, or export the file again.",
    )
}
