//! `whyboard cache`: the copies of large tables on disk.

use std::time::SystemTime;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::data_args::OutputArgs;
use super::exit::{Exit, Outcome, Streams, written};
use super::output::{Column, Field, Sheet, write};
use crate::analysis::format;
use crate::engine::{self, CachedTable};

/// Arguments of `cache`.
#[derive(Debug, Clone, Args)]
pub struct CacheCommand {
    /// What to do; without it the copies are listed
    #[command(subcommand)]
    pub command: Option<CacheAction>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// What can be done with the copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum CacheAction {
    /// List the copies, those used last first
    List,
    /// Take away all copies that are not in use
    Clear,
}

/// Runs the command.
///
/// # Errors
/// When the result can't be written.
pub fn run(args: &CacheCommand, streams: &mut Streams<'_>) -> Outcome {
    if args.command == Some(CacheAction::Clear) {
        let (freed, left) = engine::clear_cache();
        let words = match left {
            0 => format!("{} freed.", size(freed)),
            1 => format!("{} freed; 1 copy is in use and stays.", size(freed)),
            n => format!("{} freed; {n} copies are in use and stay.", size(freed)),
        };
        return match writeln!(streams.out, "{words}") {
            Ok(()) => Ok(Exit::Done),
            Err(e) => written(Err(e)),
        };
    }
    let tables = engine::cached();
    written(write(&sheet(&tables), &shape(&tables), &args.output, streams))
}

fn size(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let megabytes = bytes as f64 / 1e6;
    format!("{} MB", format::number(megabytes))
}

fn when(at: SystemTime) -> String {
    jiff::Timestamp::try_from(at).map(|t| t.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

fn shape(tables: &[CachedTable]) -> Value {
    let one = |t: &CachedTable| {
        json!({
            "source": t.source.to_string_lossy(),
            "rows": t.rows,
            "bytes": t.bytes,
            "used": when(t.used),
            "folder": t.folder.to_string_lossy(),
        })
    };
    json!({ "tables": tables.iter().map(one).collect::<Vec<_>>() })
}

fn sheet(tables: &[CachedTable]) -> Sheet {
    let bytes: u64 = tables.iter().map(|t| t.bytes).sum();
    let head = match tables.len() {
        0 => "No copies. Large text files get one when they are opened, so that the next opening is immediate."
            .to_owned(),
        1 => format!("1 copy, {}", size(bytes)),
        n => format!("{n} copies, {}", size(bytes)),
    };
    let row = |t: &CachedTable| {
        vec![
            Field::text(t.source.to_string_lossy()),
            Field::new(format::count(t.rows), t.rows),
            Field::new(size(t.bytes), t.bytes),
            Field::text(when(t.used)),
        ]
    };
    let csv = |t: &CachedTable| {
        vec![Value::from(t.source.to_string_lossy()), t.rows.into(), t.bytes.into(), Value::from(when(t.used))]
    };
    Sheet {
        head: vec![head],
        columns: vec![Column::left("made of"), Column::right("rows"), Column::right("size"), Column::left("used")],
        rows: tables.iter().map(row).collect(),
        csv_columns: ["source", "rows", "bytes", "used"].map(str::to_owned).to_vec(),
        csv_rows: tables.iter().map(csv).collect(),
        notes: Vec::new(),
    }
}
