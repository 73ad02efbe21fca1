//! `whyboard kpi DATA --kpi K [--by A,B] [--trend COL --every 1d]`.

use clap::Args;
use serde_json::{Value, json};

use super::data_args::{DataArgs, KpiArgs, OutputArgs, sample_words};
use super::exit::{Failure, Outcome, Streams, written};
use super::figures::{ends, notes_aside, place, put_sample, raw};
use super::output::{Column, Field, Sheet, json_interval, json_number, write};
use super::progress;
use super::visible::visible;
use crate::analysis::keys::column_type;
use crate::analysis::{self, format};
use crate::engine::Engine;
use crate::query::{Analysis, Every, Findings, Key, KpiResult, ReadingReport, split_top_level};

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
    #[arg(long, value_name = "A,B")]
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

/// The keys to split by: parts between commas, but for those inside quotes and parentheses.
fn keys(args: &KpiCommand, engine: &dyn Engine) -> Result<Vec<Key>, Failure> {
    let mut out: Vec<Key> = Vec::new();
    for text in &args.by {
        let whole = engine.schema().get(text).is_some();
        let parts = if whole { vec![text.as_str()] } else { split_top_level(text) };
        for part in parts.into_iter().map(str::trim).filter(|p| !p.is_empty()) {
            let key = key(engine, part);
            if out.contains(&key) || args.trend.as_ref().is_some_and(|t| key.column && key.expr == *t) {
                return Err(Failure::usage(format!(
                    "{} is named twice, and the groups of a column can be split by it only once. Leave one out.",
                    visible(part)
                )));
            }
            out.push(key);
        }
    }
    let named = out.iter().filter(|k| k.column).map(|k| &k.expr).chain(&args.trend);
    if let Some(left_out) = args.data.exclude.iter().find(|e| named.clone().any(|n| n == *e)) {
        return Err(Failure::usage(format!("{} is excluded and split by at once. Leave one out.", visible(left_out))));
    }
    Ok(out)
}

/// A column of that name, bare or in double quotes, or else a SQL expression.
fn key(engine: &dyn Engine, text: &str) -> Key {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(|t| t.replace("\"\"", "\""));
    if let Some(column) = inner.filter(|c| engine.schema().get(c).is_some()) {
        return Key::column(column);
    }
    let expression = !text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if expression && engine.schema().get(text).is_none() { Key::sql(text) } else { Key::column(text) }
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for arguments that do not fit the table, 3 when it can't be read.
pub fn run(args: &KpiCommand, streams: &mut Streams<'_>) -> Outcome {
    let opened = args.data.open(streams)?;
    let engine = opened.engine.as_ref();
    let mut by = keys(args, engine)?;
    let trend = match (&args.trend, args.every) {
        (Some(column), Some(step)) => Some((column.clone(), step)),
        (Some(column), None) => {
            // Without a step the analysis chooses one for a time column.
            if !column_type(engine, column)?.is_temporal() {
                return Err(Failure::usage(format!(
                    "A trend needs a time column, and {} holds none. Name a column of dates or times, or use --by.",
                    visible(column)
                )));
            }
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
    let found = progress::run("counting", streams.err_is_terminal, |ticket| analysis::run(engine, &analysis, ticket))?;
    let Findings::Kpi(result) = found else {
        return Err(Failure::input("The analysis gave something else than a KPI."));
    };
    notes_aside(&result.notes, &args.output, streams);
    let read = engine.reading();
    written(write(&sheet(&result, read), &shape(&result, read), &args.output, streams))
}

/// The shape of 6-cli.md, with `sample` where the table is one.
fn shape(r: &KpiResult, read: &ReadingReport) -> Value {
    let groups: Vec<Value> = r
        .groups
        .iter()
        .map(|g| {
            json!({
                "where": place(&g.place),
                "n": g.n,
                "value": json_number(g.level.value),
                "interval": json_interval(g.level.interval),
            })
        })
        .collect();
    let mut shape = json!({
        "kpi": r.kpi.to_string(),
        "n": r.n,
        "value": json_number(r.level.value),
        "interval": json_interval(r.level.interval),
        "groups": groups,
    });
    put_sample(&mut shape, read);
    shape
}

fn sheet(r: &KpiResult, read: &ReadingReport) -> Sheet {
    let names: Vec<String> =
        r.groups.first().map(|g| g.place.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
    let level = format!("{}: {} · {} rows", r.kpi, format::level_with_interval(&r.kpi, &r.level), format::count(r.n));
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
        let mut row = place;
        row.extend([Value::from(n), json_number(e.value)]);
        row.extend(ends(e.interval));
        row
    };
    let csv_rows = if r.groups.is_empty() {
        vec![values(Vec::new(), r.n, &r.level)]
    } else {
        r.groups.iter().map(|g| values(g.place.iter().map(|(_, c)| raw(c)).collect(), g.n, &g.level)).collect()
    };
    let mut csv_columns = names;
    csv_columns.extend(["n", "value", "low", "high"].map(str::to_owned));
    let head = std::iter::once(level).chain(sample_words(read)).collect();
    Sheet { head, columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}
