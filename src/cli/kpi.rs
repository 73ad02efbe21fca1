//! `whyboard kpi DATA --kpi K [--by A,B] [--trend COL --every 1d]`.

use clap::Args;
use serde_json::{Map, Value, json};

use super::data_args::{DataArgs, KpiArgs, OutputArgs};
use super::exit::{Outcome, Streams, written};
use super::output::{Column, Field, Format, Sheet, json_interval, json_number, write};
use super::visible::visible;
use crate::analysis::{self, format};
use crate::engine::{Engine, Ticket};
use crate::query::{Analysis, Cell, Every, Findings, Key, KpiResult};

/// Arguments of `kpi`.
#[derive(Debug, Clone, Args)]
pub struct KpiCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub kpi: KpiArgs,
    /// Columns (or SQL expressions) to split by, at most two
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub by: Vec<String>,
    /// A time column to follow the KPI along
    #[arg(long, value_name = "COLUMN")]
    pub trend: Option<String>,
    /// Step of the trend: 1h, 1d, 1w, 1mo, 1q or 1y (fitting to the span otherwise)
    #[arg(long, value_name = "STEP", requires = "trend", value_parser = every)]
    pub every: Option<Every>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

fn every(text: &str) -> Result<Every, String> {
    Ok(match text.strip_prefix('1').unwrap_or(text) {
        "h" | "hour" => Every::Hour,
        "d" | "day" => Every::Day,
        "w" | "week" => Every::Week,
        "mo" | "month" => Every::Month,
        "q" | "quarter" => Every::Quarter,
        "y" | "year" => Every::Year,
        _ => return Err("a step is 1h, 1d, 1w, 1mo, 1q or 1y".to_owned()),
    })
}

/// A column of that name, or else a SQL expression.
fn key(engine: &dyn Engine, text: &str) -> Key {
    let expression = !text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if expression && engine.schema().get(text).is_none() { Key::sql(text) } else { Key::column(text) }
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for arguments that do not fit the table, 3 when it can't be read.
pub fn run(args: &KpiCommand, streams: &mut Streams<'_>) -> Outcome {
    let ticket = Ticket::default();
    let opened = args.data.open(streams, &ticket)?;
    let engine = opened.engine.as_ref();
    let mut by: Vec<Key> = args.by.iter().map(|b| key(engine, b)).collect();
    let trend = match (&args.trend, args.every) {
        (Some(column), Some(step)) => Some((column.clone(), step)),
        (Some(column), None) => {
            // Without a step the analysis chooses one for a time column.
            by.insert(0, Key::column(column));
            None
        }
        (None, _) => None,
    };
    let analysis = Analysis::Kpi {
        kpi: args.kpi.kpi.clone(),
        by,
        trend,
        filter: args.data.filter.clone(),
        unit: args.data.unit.clone(),
    };
    let Findings::Kpi(result) = analysis::run(engine, &analysis, &ticket)? else {
        return Err(super::exit::Failure::input("The analysis gave something else than a KPI."));
    };
    if !matches!(args.output.format, Format::Table | Format::Markdown) {
        for note in &result.notes {
            let _ = writeln!(streams.err, "note: {}", visible(note));
        }
    }
    written(write(&sheet(&result), &shape(&result), args.output.format, streams.out))
}

/// The shape of 6-cli.md.
fn shape(r: &KpiResult) -> Value {
    let groups: Vec<Value> = r
        .groups
        .iter()
        .map(|g| {
            let place: Map<String, Value> = g.place.iter().map(|(name, cell)| (name.clone(), raw(cell))).collect();
            json!({
                "where": place,
                "n": g.n,
                "value": json_number(g.level.value),
                "interval": json_interval(g.level.interval),
            })
        })
        .collect();
    json!({
        "kpi": r.kpi.to_string(),
        "n": r.n,
        "value": json_number(r.level.value),
        "interval": json_interval(r.level.interval),
        "groups": groups,
    })
}

/// A cell as JSON.
pub(super) fn raw(cell: &Cell) -> Value {
    match cell {
        Cell::Float(x) => json_number(Some(*x)),
        other => serde_json::to_value(other).unwrap_or(Value::Null),
    }
}

fn sheet(r: &KpiResult) -> Sheet {
    let names: Vec<String> =
        r.groups.first().map(|g| g.place.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
    let head = format!("{}: {} · {} rows", r.kpi, format::level_with_interval(&r.kpi, &r.level), format::count(r.n));
    let mut columns: Vec<Column> = names.iter().map(Column::left).collect();
    columns.extend(["n", "value", "interval"].map(Column::right));
    let rows = r
        .groups
        .iter()
        .map(|g| {
            let mut row: Vec<Field> = g.place.iter().map(|(_, c)| Field::new(c.to_string(), raw(c))).collect();
            row.push(Field::new(format::count(g.n), g.n));
            row.push(Field::new(format::level(&r.kpi, g.level.value), json_number(g.level.value)));
            row.push(match format::interval(&r.kpi, g.level.interval) {
                Some(text) => Field::new(text, json_interval(g.level.interval)),
                None => Field::unknown(),
            });
            row
        })
        .collect();
    let values = |place: Vec<Value>, n: u64, e: &crate::query::Estimate| {
        let (low, high) = e.interval.map_or((None, None), |(l, h)| (Some(l), Some(h)));
        let mut row = place;
        row.extend([Value::from(n), json_number(e.value), json_number(low), json_number(high)]);
        row
    };
    let csv_rows = if r.groups.is_empty() {
        vec![values(Vec::new(), r.n, &r.level)]
    } else {
        r.groups.iter().map(|g| values(g.place.iter().map(|(_, c)| raw(c)).collect(), g.n, &g.level)).collect()
    };
    let mut csv_columns = names;
    csv_columns.extend(["n", "value", "low", "high"].map(str::to_owned));
    Sheet { head: vec![head], columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}
