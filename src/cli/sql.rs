//! `whyboard sql DATA "SELECT … FROM data"`.

use clap::Args;
use serde_json::{Map, Value};

use super::data_args::{DataArgs, OutputArgs, sample_words};
use super::exit::{Outcome, Streams, written};
use super::kpi::raw;
use super::output::{Column, Sheet, write};
use super::profile::cell;
use super::progress;
use crate::analysis::format;
use crate::query::{Page, Schema};

/// Arguments of `sql`.
#[derive(Debug, Clone, Args)]
pub struct SqlCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The query; the table is called data
    #[arg(value_name = "QUERY")]
    pub query: String,
    /// At most so many rows of the result
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub limit: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// Runs the command. The result of a query is told whole; where the limit cuts it, that is said.
///
/// # Errors
/// Exit 2 for a query that can't be run, 3 when the table can't be read.
pub fn run(args: &SqlCommand, streams: &mut Streams<'_>) -> Outcome {
    let opened = args.data.open(streams)?;
    // One row more than wanted tells whether there are more.
    let (schema, mut page) = progress::run("asking", streams.err_is_terminal, |ticket| {
        opened.engine.sql(&args.query, args.limit.saturating_add(1), ticket)
    })?;
    let cut = page.rows.len() > args.limit;
    page.rows.truncate(args.limit);
    let mut notes: Vec<String> = sample_words(opened.engine.reading()).into_iter().collect();
    if cut {
        notes.push(format!("The first {} rows; --limit shows more.", format::count(args.limit as u64)));
    }
    written(write(&sheet(&schema, &page, notes), &shape(&schema, &page), &args.output, streams))
}

/// Rows as objects, in the order of the columns.
fn shape(schema: &Schema, page: &Page) -> Value {
    page.rows
        .iter()
        .map(|row| {
            let fields = schema.columns.iter().zip(row).map(|(c, cell)| (c.name.clone(), raw(cell)));
            Value::Object(fields.collect::<Map<_, _>>())
        })
        .collect()
}

fn sheet(schema: &Schema, page: &Page, notes: Vec<String>) -> Sheet {
    let column = |c: &crate::query::ColumnInfo| {
        if c.dtype.is_number() { Column::right(&c.name) } else { Column::left(&c.name) }
    };
    Sheet {
        head: Vec::new(),
        columns: schema.columns.iter().map(column).collect(),
        rows: page.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        csv_columns: schema.columns.iter().map(|c| c.name.clone()).collect(),
        csv_rows: page.rows.iter().map(|row| row.iter().map(raw).collect()).collect(),
        notes,
    }
}
