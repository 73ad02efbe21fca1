//! What the commands that tell figures of a KPI share.

use serde_json::{Map, Value, json};

use super::data_args::OutputArgs;
use super::exit::Streams;
use super::output::{Field, Format, json_interval, json_number};
use super::visible::visible;
use crate::analysis::format;
use crate::query::{Cell, Kpi, ReadingReport};

/// Adds `sample: {rows, of, seed}` where the table is a sample.
pub(super) fn put_sample(shape: &mut Value, read: &ReadingReport) {
    if let (Some(sample), Some(map)) = (read.sample, shape.as_object_mut()) {
        map.insert("sample".to_owned(), json!(sample));
    }
}

/// A cell as JSON.
pub(super) fn raw(cell: &Cell) -> Value {
    match cell {
        Cell::Float(x) => json_number(Some(*x)),
        other => serde_json::to_value(other).unwrap_or(Value::Null),
    }
}

/// A place as `{column: value}`.
pub(super) fn place(of: &[(String, Cell)]) -> Map<String, Value> {
    of.iter().map(|(name, value)| (name.clone(), raw(value))).collect()
}

/// The ends of an interval as two values, null where there is none.
pub(super) fn ends(interval: Option<(f64, f64)>) -> [Value; 2] {
    [interval.map(|i| i.0), interval.map(|i| i.1)].map(json_number)
}

/// The interval of a change, `-1.2 pp … +0.3 pp`.
pub(super) fn change_interval(kpi: &Kpi, interval: Option<(f64, f64)>) -> Field {
    let change = |x: f64| format::change(kpi, Some(x));
    match interval {
        Some((low, high)) => Field::new(format!("{} … {}", change(low), change(high)), json_interval(interval)),
        None => Field::unknown(),
    }
}

/// Writes the remarks beside the result where its form has no place for them.
pub(super) fn notes_aside(notes: &[String], output: &OutputArgs, streams: &mut Streams<'_>) {
    if !matches!(output.format, Format::Table | Format::Markdown) {
        for note in notes {
            let _ = writeln!(streams.err, "note: {}", visible(note));
        }
    }
}
