//! JSON arrays of records, JSON Lines, and a table under a key of an object.
//!
//! Records pass one at a time, twice: once to see which type fits every value, once to build the columns.

use ::polars::prelude::{Column, DataFrame};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

use super::infer::{BOOL, Builder, Decimals, Expected, Guess};
use super::numbers::{DOT, INT};
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
    if look.rows == 0 {
        return Err(EngineError::input("The JSON has no rows.", "An array with at least one record is expected."));
    }
    if look.names.is_empty() {
        return Err(EngineError::input(
            "The JSON holds no records.",
            "Write one object per row, as in [{\"city\": \"Oslo\", \"churned\": 0}, …].",
        ));
    }
    let mut notes = decoded.notes;
    if let Form::UnderKey(key) = &form {
        notes.push(format!("The table was found under the key \"{key}\"."));
    }
    if look.not_records > 0 {
        notes.push(format!(
            "{} of {} entries are no records and were read as empty rows (first: entry {}).",
            look.not_records, look.rows, look.first_not_record
        ));
    }
    let rows = look.rows;
    let mut odd = OddLines::default();
    let mut builders = Vec::with_capacity(look.names.len());
    for (name, guess) in look.names.iter().zip(&look.guesses) {
        let (kind, remarks) = guess.decide(Decimals { comma: false, spaces: false });
        notes.extend(
            remarks
                .into_iter()
                .map(|r| format!("{name} {r}.").replace("(line ", "(entry ").replace("in line ", "in entry ")),
        );
        super::infer::put_misfits(&mut odd, name, guess);
        builders.push(Builder::new(name, kind, rows));
    }
    let places = look.places;
    let work = ticket.begin(Unit::Rows, rows as u64);
    each(text, &form, &work, &mut |value| {
        let mut filled = vec![false; builders.len()];
        if let Value::Object(map) = &value {
            for (key, value) in map {
                let Some(at) = places.get(key).copied() else { continue };
                let (Some(builder), false) = (builders.get_mut(at), value.is_null()) else { continue };
                if let Some(done) = filled.get_mut(at) {
                    *done = true;
                }
                match value {
                    Value::String(s) => builder.push(s),
                    other => builder.push(&other.to_string()),
                }
            }
        }
        for (builder, done) in builders.iter_mut().zip(filled) {
            if !done {
                builder.null();
            }
        }
        Ok(())
    })?;
    let columns: Vec<Column> = builders.into_iter().map(|b| Column::from(b.finish())).collect();
    let frame = DataFrame::new(rows, columns).map_err(|e| super::broken(&e))?;
    let format = if matches!(form, Form::Lines) { "json lines" } else { "json" };
    let report =
        ReadingReport { format: format.into(), encoding: Some(decoded.encoding), notes, odd, ..Default::default() };
    Ok((frame, report))
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
