//! Values of polars as plain cells.

use ::polars::prelude::{AnyValue, DataFrame, DataType, TimeUnit};

use super::dates;
use crate::engine::EngineError;
use crate::query::{Cell, Page, ValueType};

/// Text beyond this many bytes is cut in pages.
pub const LONGEST: usize = 64 << 10;

/// The coarse type.
pub fn value_type(dtype: &DataType) -> ValueType {
    match dtype {
        DataType::Boolean => ValueType::Bool,
        DataType::Float16 | DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => ValueType::Float,
        t if t.is_integer() => ValueType::Int,
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) | DataType::Null => ValueType::Text,
        DataType::Date => ValueType::Date,
        DataType::Datetime(..) => ValueType::Datetime,
        DataType::Time => ValueType::Time,
        DataType::Duration(_) => ValueType::Duration,
        _ => ValueType::Other,
    }
}

/// Rows from `start`, as many as there are up to `len`; long text is cut.
pub fn page(frame: &DataFrame, start: u64, len: usize) -> Result<Page, EngineError> {
    let first = usize::try_from(start).unwrap_or(usize::MAX).min(frame.height());
    let count = len.min(frame.height() - first);
    let mut rows: Vec<Vec<Cell>> = (0..count).map(|_| Vec::with_capacity(frame.width())).collect();
    for column in frame.columns() {
        for (i, row) in rows.iter_mut().enumerate() {
            let value = column.get(first + i).map_err(|e| super::broken(&e))?;
            row.push(cut(cell(&value)));
        }
    }
    Ok(Page { start: first as u64, rows, columns: None })
}

/// Cuts long text at a character, with an ellipsis and the original length.
fn cut(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) if text.len() > LONGEST => {
            let end = (0..=LONGEST).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            Cell::Text(format!("{}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len()))
        }
        other => other,
    }
}

/// One value.
pub fn cell(value: &AnyValue<'_>) -> Cell {
    #[allow(clippy::cast_precision_loss)]
    match value {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(b) => Cell::Bool(*b),
        AnyValue::String(s) => Cell::Text((*s).to_owned()),
        AnyValue::StringOwned(s) => Cell::Text(s.to_string()),
        AnyValue::Int8(x) => Cell::Int(i64::from(*x)),
        AnyValue::Int16(x) => Cell::Int(i64::from(*x)),
        AnyValue::Int32(x) => Cell::Int(i64::from(*x)),
        AnyValue::Int64(x) => Cell::Int(*x),
        AnyValue::UInt8(x) => Cell::Int(i64::from(*x)),
        AnyValue::UInt16(x) => Cell::Int(i64::from(*x)),
        AnyValue::UInt32(x) => Cell::Int(i64::from(*x)),
        AnyValue::UInt64(x) => i64::try_from(*x).map_or(Cell::Float(*x as f64), Cell::Int),
        AnyValue::Int128(x) => i64::try_from(*x).map_or(Cell::Float(*x as f64), Cell::Int),
        AnyValue::UInt128(x) => i64::try_from(*x).map_or(Cell::Float(*x as f64), Cell::Int),
        AnyValue::Float32(x) => Cell::Float(f64::from(*x)),
        AnyValue::Float64(x) => Cell::Float(*x),
        AnyValue::Date(days) => Cell::Text(dates::iso_day(i64::from(*days))),
        AnyValue::Datetime(t, unit, _) | AnyValue::DatetimeOwned(t, unit, _) => {
            Cell::Text(dates::iso_moment(micros(*t, *unit)))
        }
        AnyValue::Time(nanos) => Cell::Text(dates::iso_clock(nanos / 1000)),
        AnyValue::Duration(t, unit) => Cell::Text(span(micros(*t, *unit))),
        AnyValue::Decimal(..) => value.extract::<f64>().map_or(Cell::Null, Cell::Float),
        other => Cell::Text(nested(other)),
    }
}

/// A moment or length of time in microseconds.
pub fn micros(t: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => t.div_euclid(1000),
        TimeUnit::Microseconds => t,
        TimeUnit::Milliseconds => t.saturating_mul(1000),
    }
}

/// A length of time as ISO 8601, in days and hours at most: `P1DT2H`, `-PT30S`.
fn span(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let total = micros.unsigned_abs();
    let (seconds, rest) = (total / 1_000_000, total % 1_000_000);
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let mut out = format!("{sign}P");
    if days > 0 {
        out.push_str(&format!("{days}D"));
    }
    let mut clock = String::new();
    if hours > 0 {
        clock.push_str(&format!("{hours}H"));
    }
    if minutes > 0 {
        clock.push_str(&format!("{minutes}M"));
    }
    if seconds > 0 || rest > 0 || (days == 0 && clock.is_empty()) {
        let decimals = if rest == 0 { String::new() } else { format!(".{rest:06}") };
        clock.push_str(&format!("{seconds}{}S", decimals.trim_end_matches('0')));
    }
    if !clock.is_empty() {
        out.push('T');
        out.push_str(&clock);
    }
    out
}

/// Lists and records as JSON-like text.
fn nested(value: &AnyValue<'_>) -> String {
    let quoted = |v: &AnyValue<'_>| match cell(v) {
        Cell::Text(t) if matches!(v, AnyValue::List(_) | AnyValue::Struct(..) | AnyValue::StructOwned(_)) => t,
        Cell::Text(t) => serde_json::Value::String(t).to_string(),
        other => other.to_string(),
    };
    match value {
        AnyValue::List(series) => {
            let items: Vec<String> = (0..series.len()).filter_map(|i| Some(quoted(&series.get(i).ok()?))).collect();
            format!("[{}]", items.join(", "))
        }
        AnyValue::StructOwned(inner) => {
            let fields: Vec<String> = inner
                .0
                .iter()
                .zip(&inner.1)
                .map(|(v, f)| format!("{}: {}", serde_json::Value::String(f.name().to_string()), quoted(v)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        AnyValue::Struct(..) => nested(&value.clone().into_static()),
        AnyValue::Binary(bytes) => hex(bytes),
        AnyValue::BinaryOwned(bytes) => hex(bytes),
        other => other.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let shown: String = bytes.iter().take(64).map(|b| format!("{b:02x}")).collect();
    if bytes.len() > 64 { format!("0x{shown}… ({} bytes)", bytes.len()) } else { format!("0x{shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_iso() {
        for (micros, text) in
            [(0, "PT0S"), (86_400_000_000, "P1D"), (93_600_500_000, "P1DT2H0.5S"), (-1_800_000_000, "-PT30M")]
        {
            assert_eq!(span(micros), text);
        }
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let Cell::Text(text) = cut(Cell::Text("é".repeat(40_000))) else { unreachable!() };
        assert!(text.ends_with("… (80000 bytes)") && text.len() < LONGEST + 40);
    }
}
