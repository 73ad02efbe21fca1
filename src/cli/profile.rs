//! `whyboard profile DATA [--compare "CONDITION"]`.

use clap::Args;
use serde_json::{Value, json};

use super::data_args::{DataArgs, OutputArgs, sample_words};
use super::exit::{Failure, Outcome, Streams, written};
use super::figures::{put_sample, raw};
use super::output::{Column, Field, Sheet, json_number, write};
use super::visible::visible;
use super::{profile_sides, progress};
use crate::analysis::{self, format};
use crate::query::{Analysis, Cell, ColumnProfile, Findings, ProfileAlert, ProfileResult, ShiftRequest, ValueType};

/// Arguments of `profile`.
#[derive(Debug, Clone, Args)]
pub struct ProfileCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// Hold every column of the rows that meet this SQL condition against all others, side by side
    #[arg(long, value_name = "SQL")]
    pub compare: Option<String>,
    /// The rows that they are held against instead of all others
    #[arg(long, value_name = "SQL", requires = "compare")]
    pub against: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for arguments that do not fit the table, 3 when it can't be read.
pub fn run(args: &ProfileCommand, streams: &mut Streams<'_>) -> Outcome {
    let opened = args.data.open(streams)?;
    let engine = opened.engine.as_ref();
    if let Some(a) = &args.compare {
        let (filter, unit) = (args.data.filter.clone(), args.data.unit.clone());
        let request = ShiftRequest { a: a.clone(), b: args.against.clone(), filter, unit };
        return profile_sides::run(engine, request, &args.data.exclude, &args.output, streams);
    }
    let analysis = Analysis::Profile { filter: args.data.filter.clone() };
    let found = progress::run("profiling", streams.err_is_terminal, |ticket| analysis::run(engine, &analysis, ticket))?;
    let Findings::Profile(mut result) = found else {
        return Err(Failure::input("The analysis gave something else than a profile."));
    };
    result.columns.retain(|c| !args.data.exclude.contains(&c.name));
    let mendable: Vec<&str> = result.columns.iter().filter(|c| is_mendable(c)).map(|c| c.name.as_str()).collect();
    if !mendable.is_empty() {
        // Whether a remark can be shown does not decide whether the work is done.
        let _ = writeln!(
            streams.err,
            "note: the spelling of {} can be mended: --fix all, or --fix COLUMN=spelling for one column",
            visible(&mendable.join(", "))
        );
    }
    written(write(&sheet(&result), &shape(&result), &args.output, streams))
}

fn is_mendable(column: &ColumnProfile) -> bool {
    column.alerts.iter().any(|a| matches!(a.kind.as_str(), "twins" | "blanks"))
}

fn alerts(list: &[ProfileAlert]) -> Value {
    list.iter().map(|a| json!({"kind": a.kind, "detail": a.detail})).collect()
}

/// The shape of 6-cli.md, with `sample` where the table is one.
fn shape(r: &ProfileResult) -> Value {
    let columns: Vec<Value> = r
        .columns
        .iter()
        .map(|c| {
            let quantiles: serde_json::Map<String, Value> =
                c.quantiles.iter().map(|(p, x)| (p.clone(), quantile(*x, c.dtype))).collect();
            let top: Vec<Value> = c.top.iter().map(|t| json!({"value": raw(&t.value), "n": t.n})).collect();
            json!({
                "name": c.name,
                "dtype": c.dtype,
                "nulls": c.nulls,
                "distinct": c.distinct,
                "distinct_exact": c.distinct_exact,
                "min": raw(&c.min),
                "max": raw(&c.max),
                "mean": json_number(c.mean),
                "sd": json_number(c.sd),
                "quantiles": quantiles,
                "top": top,
                "alerts": alerts(&c.alerts),
            })
        })
        .collect();
    let mut shape = json!({ "rows": r.rows, "columns": columns, "read": r.read, "alerts": alerts(&r.alerts) });
    put_sample(&mut shape, &r.read);
    shape
}

/// A quantile as its column's other values are written: times as ISO 8601. Between two days a date has a time of day.
fn quantile(x: f64, dtype: ValueType) -> Value {
    if !dtype.is_temporal() {
        return json_number(Some(x));
    }
    #[allow(clippy::cast_possible_truncation)]
    let moment =
        jiff::Timestamp::from_microsecond((x * 1e6).round() as i64).map(|t| jiff::tz::Offset::UTC.to_datetime(t));
    match moment {
        Ok(t) if dtype == ValueType::Date && t.time() == jiff::civil::Time::midnight() => json!(t.date().to_string()),
        Ok(t) => json!(t.to_string()),
        Err(_) => Value::Null,
    }
}

/// A cell as a table shows it and as JSON and CSV carry it.
pub(super) fn cell(c: &Cell) -> Field {
    match c {
        Cell::Null => Field::unknown(),
        Cell::Float(x) => Field::new(format::number(*x), json_number(Some(*x))),
        other => Field::new(other.to_string(), raw(other)),
    }
}

fn number(x: Option<f64>) -> Field {
    x.map_or_else(Field::unknown, |x| Field::new(format::number(x), json_number(Some(x))))
}

fn row(c: &ColumnProfile, rows: u64) -> Vec<Field> {
    // Where no value comes twice there is no most frequent one.
    let top = c.top.first().filter(|t| t.n > 1 || c.distinct == 1);
    let known = rows.saturating_sub(c.nulls);
    #[allow(clippy::cast_precision_loss)]
    let share = top.filter(|_| known > 0).map(|t| t.n as f64 / known as f64);
    let kinds: Vec<&str> = c.alerts.iter().map(|a| a.kind.as_str()).collect();
    vec![
        Field::text(&c.name),
        Field::text(c.dtype.word()),
        Field::new(format::count(c.nulls), c.nulls),
        Field::new(format!("{}{}", if c.distinct_exact { "" } else { "≈" }, format::count(c.distinct)), c.distinct),
        cell(&c.min),
        number(c.mean),
        cell(&c.max),
        top.map_or_else(Field::unknown, |t| cell(&t.value)),
        share.map_or_else(Field::unknown, |s| Field::new(format::percent_with(s, 0), json_number(Some(s)))),
        Field::text(kinds.join(", ")),
    ]
}

fn sheet(r: &ProfileResult) -> Sheet {
    let head = format!("{} rows, {} columns", format::count(r.rows), format::count(r.columns.len() as u64));
    let left = Column::left;
    let right = Column::right;
    let mut notes: Vec<String> = r.alerts.iter().map(|a| a.detail.clone()).collect();
    for c in &r.columns {
        notes.extend(c.alerts.iter().map(|a| format!("{}: {}", c.name, a.detail)));
    }
    let names =
        ["name", "dtype", "nulls", "distinct", "distinct_exact", "min", "max", "mean", "sd", "top", "top_n", "alerts"];
    let csv_rows = r
        .columns
        .iter()
        .map(|c| {
            let top = c.top.first();
            let kinds: Vec<&str> = c.alerts.iter().map(|a| a.kind.as_str()).collect();
            vec![
                Value::from(c.name.as_str()),
                json!(c.dtype),
                c.nulls.into(),
                c.distinct.into(),
                c.distinct_exact.into(),
                raw(&c.min),
                raw(&c.max),
                json_number(c.mean),
                json_number(c.sd),
                top.map_or(Value::Null, |t| raw(&t.value)),
                top.map_or(Value::Null, |t| t.n.into()),
                Value::from(kinds.join(" ")),
            ]
        })
        .collect();
    Sheet {
        head: std::iter::once(head).chain(sample_words(&r.read)).collect(),
        columns: vec![
            left("column"),
            left("type"),
            right("null"),
            right("distinct"),
            right("min"),
            right("mean"),
            right("max"),
            left("most frequent"),
            right("share"),
            left("alerts"),
        ],
        rows: r.columns.iter().map(|c| row(c, r.rows)).collect(),
        csv_columns: names.map(str::to_owned).to_vec(),
        csv_rows,
        notes,
    }
}
