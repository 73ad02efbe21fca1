//! Arguments that many commands share: the table, how to read it, the KPI, the format.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tempfile::NamedTempFile;

use super::exit::{Exit, Failure, Streams};
use super::output::Format;
use super::visible::visible;
use crate::engine::{self, Engine, ReadOptions, Source, Ticket};
use crate::query::{Better, Kpi, ReadingReport};

/// The table, how to read it, and which rows count.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The table: CSV or TSV (also .gz), Parquet, Arrow, JSON or JSON Lines; - for standard input
    #[arg(value_name = "DATA")]
    pub data: PathBuf,
    /// Delimiter of the columns: one character, or `tab` (guessed and shown otherwise)
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// Encoding of the text, for example utf-8 or windows-1252
    #[arg(long, value_name = "LABEL")]
    pub encoding: Option<String>,
    /// Line of the header, from 1; 0 for none
    #[arg(long, value_name = "LINE")]
    pub header_row: Option<u64>,
    /// Words that mean missing, separated by commas
    #[arg(long = "null", value_name = "WORD,…", value_delimiter = ',')]
    pub null_words: Vec<String>,
    /// Read 1.234,5 as a number
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub decimal_comma: Option<bool>,
    /// Only the rows for which this SQL condition holds
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// The column of the independent unit (user, day, store): errors are clustered on it
    #[arg(long, value_name = "COLUMN")]
    pub unit: Option<String>,
}

/// The KPI.
#[derive(Debug, Clone, Args)]
pub struct KpiArgs {
    /// What is measured: "rate(Churn = 'Yes')", "mean(x)", "sum(x)", "count()" or "ratio(sum(a), sum(b))"
    #[arg(long, value_name = "KPI")]
    pub kpi: Kpi,
    /// Which way it should move
    #[arg(long, value_name = "WAY", default_value = "lower")]
    pub better: BetterArg,
}

/// Which way the KPI should move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BetterArg {
    /// As little as possible.
    Lower,
    /// As much as possible.
    Higher,
}

impl From<BetterArg> for Better {
    fn from(b: BetterArg) -> Self {
        match b {
            BetterArg::Lower => Self::Lower,
            BetterArg::Higher => Self::Higher,
        }
    }
}

/// How results are shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct OutputArgs {
    /// Form of the result
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// No colours
    #[arg(long)]
    pub no_color: bool,
}

/// An opened table. Keeps what came from standard input for as long as it lives.
pub struct Opened {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    _spool: Option<NamedTempFile>,
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() => Ok(c),
        _ => Err("a delimiter is one ASCII character, or tab".to_owned()),
    }
}

impl DataArgs {
    /// How the file is to be read.
    #[must_use]
    pub fn read_options(&self) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            encoding: self.encoding.clone(),
            header_row: self.header_row,
            null_words: (!self.null_words.is_empty()).then(|| self.null_words.clone()),
            decimal_comma: self.decimal_comma,
        }
    }

    /// Opens the table, checks `--where` and `--unit` against it, and tells on standard error how it was read.
    ///
    /// # Errors
    /// Exit 3 when the input can't be read, 2 when the arguments do not fit the table.
    pub fn open(&self, streams: &mut Streams<'_>, ticket: &Ticket) -> Result<Opened, Failure> {
        let (path, spool) = if self.data == Path::new("-") {
            let spool = spooled(streams)?;
            (spool.path().to_path_buf(), Some(spool))
        } else {
            refuse_several(&self.data)?;
            (self.data.clone(), None)
        };
        let engine = engine::open(&Source { path, options: self.read_options() }, ticket).map_err(|e| {
            let mut failure = Failure::from(e);
            if let Some(spool) = &spool {
                failure.message = failure.message.replace(&spool.path().display().to_string(), "standard input");
            }
            failure
        })?;
        if let Some(condition) = &self.filter {
            engine.check_sql(condition)?;
        }
        if let Some(unit) = &self.unit {
            crate::analysis::keys::column_type(engine.as_ref(), unit)?;
        }
        // Whether a message can be shown does not decide whether the work is done.
        let _ = tell(engine.reading(), streams.err);
        Ok(Opened { engine, _spool: spool })
    }
}

/// Copies standard input to a private file (0600, made with O_EXCL), since tables are read more than once.
fn spooled(streams: &mut Streams<'_>) -> Result<NamedTempFile, Failure> {
    if streams.input_is_terminal {
        return Err(Failure::usage(
            "DATA is - and nothing is piped in. Pipe a table, as in zcat x.csv.gz | whyboard profile -, or name a file.",
        ));
    }
    let mut spool = tempfile::Builder::new()
        .prefix("whyboard-")
        .tempfile()
        .map_err(|e| Failure::input(format!("Standard input can't be kept in a temporary file: {e}.")))?;
    io::copy(streams.input, &mut spool).and_then(|_| spool.flush()).map_err(|e| {
        Failure::input(format!(
            "Standard input can't be read to its end: {e}. Look at free disk space in the temporary folder."
        ))
    })?;
    Ok(spool)
}

/// Folders, patterns and named tables need a table made of several; a file that really has such a name is fine.
fn refuse_several(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() && !path.is_dir() {
        return Ok(());
    }
    let text = path.to_string_lossy();
    let what = if path.is_dir() {
        "is a folder"
    } else if text.contains(['*', '?', '[']) {
        "is a pattern"
    } else if text
        .split_once('=')
        .is_some_and(|(name, rest)| name.chars().all(|c| c.is_alphanumeric() || c == '_') && Path::new(rest).exists())
    {
        "names a table"
    } else {
        return Ok(());
    };
    Err(Failure {
        exit: Exit::Usage,
        message: format!("{} {what}, and this command reads one file. Name a single file.", visible(&text)),
    })
}

/// One line for what was guessed, one for each remark.
fn tell(read: &ReadingReport, err: &mut dyn Write) -> io::Result<()> {
    let mut how: Vec<String> = Vec::new();
    if let Some(d) = read.delimiter.as_deref().filter(|d| *d != ",") {
        how.push(format!("delimiter {}", if d == "\t" { "tab" } else { d }));
    }
    if let Some(e) = read.encoding.as_deref().filter(|e| !e.eq_ignore_ascii_case("utf-8")) {
        how.push(format!("encoding {e}"));
    }
    match read.header_row {
        Some(0) => how.push("no header".to_owned()),
        Some(line) if line > 1 => how.push(format!("header in line {line}")),
        _ => {}
    }
    if !how.is_empty() {
        writeln!(err, "read as {}: {}", visible(&read.format), visible(&how.join(", ")))?;
    }
    for note in &read.notes {
        writeln!(err, "note: {}", visible(note))?;
    }
    Ok(())
}
