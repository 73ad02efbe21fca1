//! From a column to a key: values, quantile bins or calendar steps, with labels for people and conditions in SQL.

use jiff::Span;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Every, GroupQuery, Key, KeyBin, Kpi, ValueType};

pub use super::sqltext::{both, literal, quoted};
use super::sqltext::{moment, sql_number, timestamp};

/// How a column without explicit binning becomes groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// Numbers with at most this many distinct values are grouped by value …
    pub by_value: usize,
    /// … others into at most this many quantile bins.
    pub bins: usize,
    /// Other columns keep this many values, the rest becomes `other`; absent keeps all.
    pub top: Option<usize>,
}

/// For groups that are shown.
pub const SHOWN: Coding = Coding { by_value: 12, bins: 6, top: Some(12) };
/// For strata that are held fixed: nothing may be folded together but neighbouring numbers.
pub const STRATA: Coding = Coding { by_value: 8, bins: 5, top: None };
/// For the association of two columns.
pub const ASSOCIATION: Coding = Coding { by_value: 10, bins: 10, top: Some(50) };

/// A key made ready for a query, and what its groups are called.
#[derive(Debug, Clone, PartialEq)]
pub struct Coded {
    /// The key to group by.
    pub key: Key,
    /// The column's name, or the SQL text.
    pub name: String,
    dtype: Option<ValueType>,
}

/// Decides how `key` is grouped. A key with explicit binning is left as it is.
///
/// # Errors
/// An unknown column, or whatever the engine says.
pub fn code(
    engine: &dyn Engine,
    key: &Key,
    how: Coding,
    kpi: Option<&Kpi>,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Coded, EngineError> {
    let dtype = if key.column { Some(column_type(engine, &key.expr)?) } else { None };
    let coded = |key: Key| Coded { name: key.expr.clone(), key, dtype };
    if key.bin != KeyBin::Value || dtype == Some(ValueType::Bool) {
        return Ok(coded(key.clone()));
    }
    let filter = both(filter, kpi.and_then(|k| k.filter.as_deref()));
    if dtype.is_some_and(ValueType::is_temporal) {
        let ends = engine.quantiles(key, &[0.0, 1.0], filter.as_deref(), ticket)?;
        let step = step_for(ends.first().copied(), ends.last().copied());
        return Ok(coded(key.clone().binned(KeyBin::Every(step))));
    }
    if dtype.is_none_or(ValueType::is_number) {
        let (numeric, many) = match dtype {
            Some(_) => (true, engine.has_more_values_than(how.by_value, &key.expr, filter.as_deref(), ticket)?),
            None => numeric_and_many(engine, key, how, filter.as_deref(), ticket)?,
        };
        if numeric && many {
            let whole = dtype == Some(ValueType::Int);
            let edges = quantile_edges(engine, key, how.bins, whole, filter.as_deref(), ticket)?;
            return Ok(coded(key.clone().binned(KeyBin::Edges(edges))));
        }
        if numeric {
            return Ok(coded(key.clone()));
        }
    }
    Ok(coded(match how.top {
        Some(n) => key.clone().binned(KeyBin::Top(n)),
        None => key.clone(),
    }))
}

/// Whether an expression gives numbers, and more different ones than are grouped by value.
fn numeric_and_many(
    engine: &dyn Engine,
    key: &Key,
    how: Coding,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<(bool, bool), EngineError> {
    let probe = GroupQuery {
        keys: vec![key.clone().binned(KeyBin::Top(how.by_value))],
        kpi: None,
        filter: filter.map(str::to_owned),
        unit: None,
    };
    let groups = engine.aggregate(&probe, ticket)?;
    let cells: Vec<&Cell> = groups.iter().filter_map(|r| r.keys.first()).filter(|c| **c != Cell::Null).collect();
    let numeric = cells.iter().any(|c| matches!(c, Cell::Int(_) | Cell::Float(_)));
    Ok((numeric, cells.len() > how.by_value))
}

/// The parts of a time that make groups of their own, with their names: a moment has its hour and its weekday (1 is
/// Monday), a day its weekday.
#[must_use]
pub fn time_parts(name: &str, dtype: ValueType) -> Vec<(Key, String)> {
    let part = |what: &str, word: &str| {
        (Key::sql(format!("EXTRACT({what} FROM {})", quoted(name))), format!("{word} of {name}"))
    };
    match dtype {
        ValueType::Datetime => vec![part("HOUR", "hour"), part("ISODOW", "weekday")],
        ValueType::Date => vec![part("ISODOW", "weekday")],
        _ => Vec::new(),
    }
}

/// The key that a name stands for: a column, or a part of a time such as `hour of when`.
///
/// # Errors
/// Where it is neither; the engine names near columns where it can.
pub fn key_named(engine: &dyn Engine, name: &str) -> Result<Key, EngineError> {
    if engine.schema().get(name).is_none()
        && let Some((_, column)) = name.split_once(" of ")
        && let Some(info) = engine.schema().get(column)
    {
        let parts = time_parts(column, info.dtype);
        let names: Vec<&str> = parts.iter().map(|(_, n)| n.as_str()).collect();
        return match parts.iter().find(|(_, n)| n == name) {
            Some((key, _)) => Ok(key.clone()),
            None if names.is_empty() => Err(EngineError::request(
                format!("{column} holds no time, so there is no {name}."),
                "Name a column of days or moments.",
            )),
            None => Err(EngineError::request(
                format!("There is no {name}."),
                format!("{column} gives {}.", names.join(" and ")),
            )),
        };
    }
    column_type(engine, name).map(|_| Key::column(name))
}

/// The type of a column.
///
/// # Errors
/// When there is no such column; the engine names near ones where it can.
pub fn column_type(engine: &dyn Engine, name: &str) -> Result<ValueType, EngineError> {
    if let Some(info) = engine.schema().get(name) {
        return Ok(info.dtype);
    }
    // The engine's own message knows the near names.
    engine.check_sql(&quoted(name))?;
    Err(EngineError::request(format!("There is no column \"{name}\"."), "Look at the columns with whyboard profile."))
}

/// Inner edges of quantile bins: ties merged, rounded to figures that people can read (a hundredth of the spread),
/// whole where the column is whole.
///
/// # Errors
/// As [`Engine::quantiles`].
pub fn quantile_edges(
    engine: &dyn Engine,
    key: &Key,
    bins: usize,
    whole: bool,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Vec<f64>, EngineError> {
    let parts = u32::try_from(bins.max(1)).unwrap_or(1);
    let probabilities: Vec<f64> = (1..parts).map(|i| f64::from(i) / f64::from(parts)).collect();
    let raw = engine.quantiles(key, &probabilities, filter, ticket)?;
    Ok(readable_edges(&raw, whole))
}

fn readable_edges(raw: &[f64], whole: bool) -> Vec<f64> {
    let finite: Vec<f64> = raw.iter().copied().filter(|x| x.is_finite()).collect();
    let spread = match (finite.first(), finite.last()) {
        (Some(a), Some(b)) => b - a,
        _ => return Vec::new(),
    };
    let decimals = if spread > 0.0 { 2.0 - spread.log10().floor().clamp(-12.0, 12.0) } else { 12.0 };
    let round = |x: f64| {
        if whole {
            // For whole numbers x ≤ 12.5 and x ≤ 12 are the same; a coarser cut would move rows.
            return x.floor();
        }
        let step = 10f64.powf(decimals);
        let rounded = (x * step).round() / step;
        if rounded.is_finite() { rounded } else { x }
    };
    let mut edges: Vec<f64> = finite.into_iter().map(round).collect();
    edges.dedup();
    edges
}

impl Coded {
    /// The group's value for people: `Month-to-month`, `(12, 29]`, `null`.
    #[must_use]
    pub fn value(&self, cell: &Cell) -> Cell {
        match (&self.key.bin, cell) {
            (_, Cell::Null) => Cell::Null,
            (KeyBin::Edges(edges), Cell::Int(i)) => Cell::Text(range_label(edges, *i)),
            _ => cell.clone(),
        }
    }

    /// A label for people: `Contract = Month-to-month`, `tenure (12, 29]`, `tenure ≤ 6`, `plan is null`.
    #[must_use]
    pub fn label(&self, cell: &Cell) -> String {
        match (&self.key.bin, cell) {
            (_, Cell::Null) => format!("{} is null", self.name),
            (KeyBin::Edges(edges), Cell::Int(i)) => format!("{} {}", self.name, range_label(edges, *i)),
            // A condition as key reads better as itself.
            (_, Cell::Bool(true)) if !self.key.column => self.name.clone(),
            (_, Cell::Bool(false)) if !self.key.column => format!("not ({})", self.name),
            _ => format!("{} = {cell}", self.name),
        }
    }

    /// A SQL condition that selects the group, where one can be written. `named` are the other groups of the key,
    /// which the group `other` leaves out.
    #[must_use]
    pub fn condition(&self, cell: &Cell, named: &[Cell]) -> Option<String> {
        let column = if self.key.column { quoted(&self.key.expr) } else { format!("({})", self.key.expr) };
        match (&self.key.bin, cell) {
            (_, Cell::Null) => Some(format!("{column} IS NULL")),
            (KeyBin::Edges(edges), Cell::Int(i)) => range_condition(&column, edges, *i),
            (KeyBin::Every(step), Cell::Text(start)) => step_condition(&column, start, *step, self.dtype),
            (KeyBin::Top(_), Cell::Text(s)) if s == OTHER => {
                let values: Option<Vec<String>> =
                    named.iter().filter(|c| **c != Cell::Null && *c != cell).map(|c| literal(c, self.dtype)).collect();
                let values = values?;
                if values.is_empty() {
                    return Some(format!("{column} IS NOT NULL"));
                }
                Some(format!("{column} NOT IN ({})", values.join(", ")))
            }
            (KeyBin::Bucket(_), _) => None,
            (_, Cell::Bool(true)) if !self.key.column => Some(column),
            (_, Cell::Bool(false)) if !self.key.column => Some(format!("NOT {column}")),
            _ => Some(format!("{column} = {}", literal(cell, self.dtype)?)),
        }
    }

    /// True where the column holds numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.dtype.is_some_and(ValueType::is_number)
    }

    /// True where the column is a date or a time.
    #[must_use]
    pub fn is_time(&self) -> bool {
        self.dtype.is_some_and(ValueType::is_temporal)
    }

    /// True where the groups have an order of their own: numbers and time.
    #[must_use]
    pub fn ordered(&self) -> bool {
        matches!(self.key.bin, KeyBin::Edges(_) | KeyBin::Every(_))
            || (self.key.bin == KeyBin::Value && self.dtype.is_some_and(ValueType::is_number))
    }
}

/// A place of several keys in words, `city = Ahvaz and app = 4.2`, and as a condition where each part has one. Every part
/// is the key, its group, and all groups of the key that occur.
pub fn place_words<'a>(parts: impl Iterator<Item = (&'a Coded, &'a Cell, &'a [Cell])>) -> (String, Option<String>) {
    let mut labels = Vec::new();
    let mut condition: Option<String> = None;
    let mut written = true;
    for (coded, value, occurring) in parts {
        labels.push(coded.label(value));
        match coded.condition(value, occurring) {
            Some(one) => condition = both(condition.as_deref(), Some(&one)),
            None => written = false,
        }
    }
    (labels.join(" and "), condition.filter(|_| written))
}

/// The distinct values of each of `keys` keys in the order in which they first occur.
pub fn occurring<'a>(keys: usize, places: impl Iterator<Item = &'a [Cell]>) -> Vec<Vec<Cell>> {
    let mut out: Vec<Vec<Cell>> = vec![Vec::new(); keys];
    for place in places {
        for (known, value) in out.iter_mut().zip(place) {
            if !known.contains(value) {
                known.push(value.clone());
            }
        }
    }
    out
}

/// The name of the group of all values beyond the most frequent ones.
pub const OTHER: &str = "other";

fn edge(edges: &[f64], i: i64) -> Option<f64> {
    usize::try_from(i).ok().and_then(|i| edges.get(i).copied())
}

fn range_label(edges: &[f64], i: i64) -> String {
    match (edge(edges, i - 1), edge(edges, i)) {
        (None, Some(high)) => format!("≤ {high}"),
        (Some(low), Some(high)) => format!("({low}, {high}]"),
        (Some(low), None) => format!("> {low}"),
        (None, None) => "all".to_owned(),
    }
}

fn range_condition(column: &str, edges: &[f64], i: i64) -> Option<String> {
    match (edge(edges, i - 1).map(sql_number), edge(edges, i).map(sql_number)) {
        (None, Some(high)) => Some(format!("{column} <= {high}")),
        (Some(low), Some(high)) => Some(format!("{column} > {low} AND {column} <= {high}")),
        (Some(low), None) => Some(format!("{column} > {low}")),
        (None, None) => Some(format!("{column} IS NOT NULL")),
    }
}

fn step_condition(column: &str, start: &str, step: Every, dtype: Option<ValueType>) -> Option<String> {
    let from = moment(start)?;
    let to = from.checked_add(step_span(step)).ok()?;
    if dtype == Some(ValueType::Date) {
        return Some(format!("{column} >= DATE '{}' AND {column} < DATE '{}'", from.date(), to.date()));
    }
    Some(format!("{column} >= {} AND {column} < {}", timestamp(from), timestamp(to)))
}

/// The length of a calendar step.
#[must_use]
pub fn step_span(step: Every) -> Span {
    match step {
        Every::Hour => Span::new().hours(1),
        Every::Day => Span::new().days(1),
        Every::Week => Span::new().weeks(1),
        Every::Month => Span::new().months(1),
        Every::Quarter => Span::new().months(3),
        Every::Year => Span::new().years(1),
    }
}

/// The step that gives a readable number of periods between two moments in seconds.
fn step_for(first: Option<f64>, last: Option<f64>) -> Every {
    let days = match (first, last) {
        (Some(a), Some(b)) => (b - a) / 86_400.0,
        _ => 0.0,
    };
    match days {
        d if d <= 2.0 => Every::Hour,
        d if d <= 45.0 => Every::Day,
        d if d <= 200.0 => Every::Week,
        d if d <= 4.0 * 366.0 => Every::Month,
        d if d <= 10.0 * 366.0 => Every::Quarter,
        _ => Every::Year,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn coded(bin: KeyBin, dtype: ValueType) -> Coded {
        Coded { key: Key::column("a \"b\"").binned(bin), name: "a \"b\"".into(), dtype: Some(dtype) }
    }

    #[test]
    fn ranges_have_labels_and_conditions() {
        let c = coded(KeyBin::Edges(vec![12.0, 29.5]), ValueType::Float);
        assert_eq!(c.value(&Cell::Int(1)), Cell::Text("(12, 29.5]".into()));
        assert_eq!(c.label(&Cell::Int(0)), "a \"b\" ≤ 12");
        assert_eq!(c.condition(&Cell::Int(1), &[]).unwrap(), r#""a ""b""" > 12 AND "a ""b""" <= 29.5"#);
        assert_eq!(c.condition(&Cell::Int(2), &[]).unwrap(), r#""a ""b""" > 29.5"#);
        assert_eq!(c.condition(&Cell::Null, &[]).unwrap(), r#""a ""b""" IS NULL"#);
    }

    #[test]
    fn text_is_quoted_and_other_leaves_the_named_out() {
        let c = coded(KeyBin::Top(2), ValueType::Text);
        let all = [Cell::Text("it's".into()), Cell::Text("b".into()), Cell::Text("other".into()), Cell::Null];
        assert_eq!(c.condition(&all[0], &all).unwrap(), r#""a ""b""" = 'it''s'"#);
        assert_eq!(c.condition(&all[2], &all).unwrap(), r#""a ""b""" NOT IN ('it''s', 'b')"#);
        let alone = [Cell::Text("other".into())];
        assert_eq!(c.condition(&alone[0], &alone).unwrap(), r#""a ""b""" IS NOT NULL"#);
    }

    #[test]
    fn a_place_is_told_with_each_value_once_and_without_a_condition_where_a_part_has_none() {
        let (city, bucket) = (coded(KeyBin::Top(1), ValueType::Text), coded(KeyBin::Bucket(2), ValueType::Text));
        let (a, other) = (Cell::Text("x".into()), Cell::Text("other".into()));
        let rows = [vec![a.clone(), Cell::Int(0)], vec![other.clone(), Cell::Int(1)], vec![a, Cell::Int(1)]];
        let seen = occurring(2, rows.iter().map(Vec::as_slice));
        assert_eq!(seen, [vec![Cell::Text("x".into()), other.clone()], vec![Cell::Int(0), Cell::Int(1)]]);
        let (label, condition) = place_words([(&city, &other, seen[0].as_slice())].into_iter());
        assert_eq!((label.as_str(), condition.as_deref()), (r#"a "b" = other"#, Some(r#""a ""b""" NOT IN ('x')"#)));
        let both = [(&city, &other, seen[0].as_slice()), (&bucket, &Cell::Int(1), seen[1].as_slice())];
        assert_eq!(place_words(both.into_iter()), (r#"a "b" = other and a "b" = 1"#.to_owned(), None));
    }

    #[test]
    fn calendar_steps_end_where_the_next_begins() {
        let c = coded(KeyBin::Every(Every::Month), ValueType::Date);
        let text = c.condition(&Cell::Text("2024-12-01".into()), &[]).unwrap();
        assert!(text.ends_with("< DATE '2025-01-01'"), "{text}");
        let c = coded(KeyBin::Every(Every::Hour), ValueType::Datetime);
        let text = c.condition(&Cell::Text("2024-12-31T23:00:00".into()), &[]).unwrap();
        assert!(text.ends_with("< TIMESTAMP '2025-01-01 00:00:00'"), "{text}");
    }

    #[test]
    fn edges_are_readable_and_without_ties() {
        assert_eq!(readable_edges(&[0.0, 0.0, 5.123_456, 99.987_6], false), [0.0, 5.1, 100.0]);
        assert_eq!(readable_edges(&[1.5, 2.0, 2.5, 7.9], true), [1.0, 2.0, 7.0]);
        assert_eq!(readable_edges(&[0.1, 0.1], false), [0.1]);
        assert_eq!(readable_edges(&[f64::NAN], false), Vec::<f64>::new());
        assert_eq!(readable_edges(&[1_700_000_000.25, 1_700_000_001.75], false), [1_700_000_000.25, 1_700_000_001.75]);
    }

    #[test]
    fn a_span_of_time_gets_a_readable_step() {
        assert_eq!(step_for(Some(0.0), Some(86_400.0 * 365.0)), Every::Month);
        assert_eq!(step_for(Some(0.0), Some(86_400.0 * 30.0)), Every::Day);
        assert_eq!(step_for(None, None), Every::Hour);
    }
}
