//! `whyboard sql DATA "SELECT … FROM data"`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use super::data_args::{DataArgs, OutputArgs, sample_words};
use super::exit::{Exit, Failure, Outcome, Streams, written};
use super::figures::raw;
use super::output::{Column, Sheet, write};
use super::profile::cell;
use super::progress;
use super::visible::visible;
use crate::analysis::format;
use crate::engine::Engine;
use crate::query::{Export, ExportFormat, Page, Schema};

/// Arguments of `sql`.
#[derive(Debug, Clone, Args)]
pub struct SqlCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The query; the table is called data
    #[arg(value_name = "QUERY")]
    pub query: String,
    /// At most so many rows of the result; a file takes all
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub limit: usize,
    /// Write all rows to a file instead; its ending tells the format: .csv, .tsv, .parquet, .json, .jsonl or .arrow
    #[arg(short = 'o', long = "output", visible_alias = "out", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long, requires = "file")]
    pub force: bool,
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
    if let Some(file) = &args.file {
        return to_file(args, file, opened.engine.as_ref(), streams);
    }
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

/// Writes all rows of the query to a file, whole or not at all.
fn to_file(args: &SqlCommand, file: &Path, engine: &dyn Engine, streams: &mut Streams<'_>) -> Outcome {
    let path = file.display().to_string();
    let format = ExportFormat::of_path(&path).map_err(|e| Failure::usage(visible(&e.to_string())))?;
    if !args.force && file.exists() {
        return Err(Failure::usage(format!(
            "{} exists, so it was left alone. Choose another name, or replace it with --force.",
            visible(&path)
        )));
    }
    let export = Export {
        path,
        format,
        query: Some(args.query.clone()),
        rows: None,
        columns: None,
        guard: !args.output.raw,
        replace: args.force,
    };
    let done = progress::run("writing", streams.err_is_terminal, |ticket| engine.export(&export, ticket))?;
    let guarded = match done.guarded {
        0 => String::new(),
        n => format!("; {} texts that a spreadsheet would run got a ' in front, --raw leaves them", format::count(n)),
    };
    let notes = sample_words(engine.reading()).map(|w| format!("; {w}")).unwrap_or_default();
    let _ = writeln!(
        streams.err,
        "written: {} ({} rows, {} columns{guarded}{notes})",
        visible(&done.path),
        format::count(done.rows),
        done.columns
    );
    Ok(Exit::Done)
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
