//! Arguments that many commands share: the table, how to read it, the KPI, the format.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::exit::{Failure, Streams};
use super::output::Format;
use super::progress;
use super::visible::visible;
use crate::analysis::keys::column_type;
use crate::analysis::{fixes, format};
use crate::app::forms::table_name;
use crate::engine::{self, ByName, DateOrder, Engine, EngineError, ReadOptions, SheetType, Source, Thousands, Ticket};
use crate::query::{Better, Fix, Kpi, ReadingReport};

/// The table, how to read it, and which rows count.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The table: CSV or TSV (also .gz), Parquet, Arrow, JSON or JSON Lines, a workbook (xlsx, xls, ods); a folder or a pattern such as 'data/*.csv'
    /// for files that are one table; - for standard input; name=path for each of several tables that --sql makes one of
    #[arg(value_name = "DATA", required = true)]
    pub data: Vec<PathBuf>,
    /// Make the table by a query: "SELECT … FROM users JOIN rides USING (user_id)"
    #[arg(long, value_name = "SELECT")]
    pub sql: Option<String>,
    /// Delimiter of the columns: one character, or `tab` (guessed and shown otherwise)
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// Encoding of the text, for example utf-8 or windows-1252
    #[arg(long, value_name = "LABEL")]
    pub encoding: Option<String>,
    /// Sheet of a workbook: its name, or its number from 1 (the first that holds anything otherwise)
    #[arg(long, value_name = "SHEET")]
    pub sheet: Option<String>,
    /// Line of the header, from 1; 0 for none
    #[arg(long, value_name = "LINE")]
    pub header_row: Option<u64>,
    /// Pass over so many lines at the top
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip_lines: u64,
    /// Pass over lines that begin with this text, for example #
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// What cells are quoted with: one character, or none
    #[arg(long, value_name = "CHAR")]
    pub quote: Option<String>,
    /// Words that mean missing, separated by commas
    #[arg(long = "null", value_name = "WORD,…", value_delimiter = ',')]
    pub null_words: Vec<String>,
    /// Read 1.234,5 as a number
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub decimal_comma: Option<bool>,
    /// What stands between thousands: comma, point, space or none
    #[arg(long, value_name = "MARK")]
    pub thousands: Option<Thousands>,
    /// The order of dates such as 03/04/2024: dmy, mdy or ymd
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<DateOrder>,
    /// The type of a column, whatever its values look like: text, int, num, bool, date or time; what does not fit is
    /// null, and counted. With --sql TABLE.COL is that of one table, COL that of all that have it
    #[arg(long, value_name = "COL=TYPE,…", value_delimiter = ',', value_parser = sheet_type)]
    pub sheet_type: Vec<(String, SheetType)>,
    /// Mend what was read: COLUMN=spelling, COLUMN=null:VALUE, rows=distinct, or all that the program proposes. With --sql
    /// a column is mended in every table that has it, TABLE.COLUMN in one; rows and all are of the table that the query makes
    #[arg(long, value_name = "FIX")]
    pub fix: Vec<String>,
    /// Keep a last line of totals as a row
    #[arg(long)]
    pub keep_footer: bool,
    /// Only that many rows, drawn at random; every result says so
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
    /// What the draw begins with; the same seed gives the same rows
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "sample")]
    pub seed: u64,
    /// Only the rows for which this SQL condition holds
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// The column of the independent unit (user, day, store): errors are clustered on it
    #[arg(long, value_name = "COLUMN")]
    pub unit: Option<String>,
    /// Columns to leave out of the result
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub exclude: Vec<String>,
    /// Columns that were known before the outcome, so that they are no leaks
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub known_before: Vec<String>,
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
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct OutputArgs {
    /// Form of the result
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Leave CSV cells as they are, also those that a spreadsheet would take for formulas
    #[arg(long)]
    pub raw: bool,
    /// No colours
    #[arg(long)]
    pub no_color: bool,
}

/// An opened table. Keeps what came from standard input for as long as it lives.
pub struct Opened {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    _spool: Option<File>,
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() => Ok(c),
        _ => Err("a delimiter is one ASCII character, or tab".to_owned()),
    }
}

fn sheet_type(text: &str) -> Result<(String, SheetType), String> {
    let (column, word) = text.rsplit_once('=').ok_or("write COLUMN=TYPE, as in zip=text")?;
    // The words of `profile --format json` are taken, too.
    let word = match word.trim() {
        "float" => SheetType::Num,
        "datetime" => SheetType::Time,
        other => other.parse()?,
    };
    Ok((column.trim().to_owned(), word))
}

/// The word that stands for all proposed fixes.
const ALL: &str = "all";

impl DataArgs {
    /// How a file is to be read, without what is said of single columns and rows.
    fn read_options(&self) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            encoding: self.encoding.clone(),
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            skip_lines: self.skip_lines,
            comment: self.comment.clone(),
            quote: self.quote.clone(),
            null_words: (!self.null_words.is_empty()).then(|| self.null_words.clone()),
            decimal_comma: self.decimal_comma,
            thousands: self.thousands,
            date_order: self.date_order,
            keep_footer: self.keep_footer,
            ..ReadOptions::default()
        }
    }

    /// What is to be opened, without the fixes that are proposed only once it is.
    ///
    /// # Errors
    /// Exit 2 for a fix that is none.
    fn asked(&self, tables: Vec<(String, PathBuf)>) -> Result<Asked, Failure> {
        let source = |path| Source { path, options: self.read_options() };
        let mut sources: Vec<(String, Source)> = tables.into_iter().map(|(name, path)| (name, source(path))).collect();
        let mut by_name = ByName::default();
        let joined = self.sql.is_some();
        for (column, kind) in &self.sheet_type {
            match one_of(&mut sources, column).filter(|_| joined) {
                Some((own, column)) => own.types.insert(column.to_owned(), *kind),
                None => by_name.types.insert(column.clone(), *kind),
            };
        }
        for text in self.fix.iter().filter(|f| *f != ALL) {
            let parsed = |text: &str| text.parse::<Fix>().map_err(|why| Failure::usage(format!("--fix: {why}.")));
            match one_of(&mut sources, text).filter(|_| joined) {
                Some((own, rest)) => own.fixes.push(parsed(rest)?),
                None => by_name.fixes.push(parsed(text)?),
            }
        }
        Ok(Asked { sources, by_name, sample: self.sample, seed: self.sample.map_or(0, |_| self.seed) })
    }

    /// Opens the table, checks `--where`, `--unit` and the columns named against it, and tells on standard error how it
    /// was read. Ctrl-C stops it.
    ///
    /// # Errors
    /// Exit 3 when the input can't be read, 2 when the arguments do not fit the table, 130 after Ctrl-C.
    pub fn open(&self, streams: &mut Streams<'_>) -> Result<Opened, Failure> {
        let mut tables: Vec<(String, PathBuf)> = Vec::new();
        let mut spool: Option<File> = None;
        for data in &self.data {
            let (name, path) = named(data);
            if path == Path::new("-") {
                if spool.is_some() {
                    return Err(Failure::usage(
                        "Standard input can be one of the tables only. Name a file for the others.",
                    ));
                }
                let file = spooled(streams)?;
                tables.push((name.unwrap_or_else(|| "stdin".to_owned()), descriptor(&file)));
                spool = Some(file);
            } else {
                tables.push((name.unwrap_or_else(|| table_name(&path.to_string_lossy())), path));
            }
        }
        if tables.len() > 1 && self.sql.is_none() {
            return Err(Failure::usage(format!(
                "{} tables were named, and it is not said how to make one of them. Add --sql, as in \
                 --sql \"SELECT * FROM {} JOIN {} USING (id)\".",
                tables.len(),
                tables.first().map_or("", |t| t.0.as_str()),
                tables.get(1).map_or("", |t| t.0.as_str()),
            )));
        }
        let bar = streams.err_is_terminal;
        let asked = self.asked(tables)?;
        let named = |e: EngineError| {
            let mut failure = Failure::from(e);
            if let Some(file) = &spool {
                failure.message = failure.message.replace(&descriptor(file).display().to_string(), "standard input");
            }
            failure
        };
        let read = |proposed: &[Fix]| {
            progress::run("reading", bar, |ticket| asked.open(self.sql.as_deref(), proposed, ticket)).map_err(named)
        };
        let mut engine = read(&[])?;
        if self.fix.iter().any(|f| f == ALL) {
            let proposed = progress::run("looking for what to mend", bar, |t| fixes::proposed(engine.as_ref(), t))?;
            let sure: Vec<Fix> = proposed.into_iter().filter(|p| p.sure).map(|p| p.fix).collect();
            if !sure.is_empty() {
                engine = read(&sure)?;
            }
        }
        if let Some(condition) = &self.filter {
            engine.check_sql(condition)?;
        }
        for column in self.unit.iter().chain(&self.exclude).chain(&self.known_before) {
            column_type(engine.as_ref(), column)?;
        }
        // Whether a message can be shown does not decide whether the work is done.
        let _ = tell(engine.reading(), streams.err);
        Ok(Opened { engine, _spool: spool })
    }
}

/// What is to be opened.
struct Asked {
    /// The tables, each with how it is read and what is said of it alone.
    sources: Vec<(String, Source)>,
    /// What is said of columns and rows without naming a table.
    by_name: ByName,
    sample: Option<u64>,
    seed: u64,
}

impl Asked {
    /// Opens the table, or makes it by a query. Fixes that were proposed for it are made last; what is drawn is drawn from it.
    fn open(&self, sql: Option<&str>, proposed: &[Fix], ticket: &Ticket) -> Result<Arc<dyn Engine>, EngineError> {
        let drawn = ReadOptions { sample: self.sample, seed: self.seed, ..ReadOptions::default() };
        match (sql, self.sources.as_slice()) {
            (None, [(_, source)]) => {
                let types = self.by_name.types.clone();
                let fixes = self.by_name.fixes.iter().chain(proposed).cloned().collect();
                let options =
                    ReadOptions { types, fixes, sample: drawn.sample, seed: drawn.seed, ..source.options.clone() };
                engine::open(&Source { options, ..source.clone() }, ticket)
            }
            _ => {
                let made = ReadOptions { fixes: proposed.to_vec(), ..drawn };
                engine::open_joined(&self.sources, &self.by_name, sql.unwrap_or("SELECT * FROM data"), &made, ticket)
            }
        }
    }
}

/// Of `users.zip` the table that is called users, and `zip`.
fn one_of<'a, 't>(sources: &'a mut [(String, Source)], text: &'t str) -> Option<(&'a mut ReadOptions, &'t str)> {
    let (table, rest) = text.split_once('.')?;
    sources.iter_mut().find(|(name, _)| name == table).map(|(_, source)| (&mut source.options, rest))
}

/// A name and a path: `rides=data/rides.csv`. A file that really is called so is meant as such.
fn named(data: &Path) -> (Option<String>, PathBuf) {
    let text = data.to_string_lossy();
    if data.symlink_metadata().is_err()
        && let Some((name, path)) = text.split_once('=')
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    {
        return (Some(name.to_owned()), PathBuf::from(path));
    }
    (None, data.to_owned())
}

/// Copies standard input to a file without a name, since tables are read more than once: whatever ends the program, it
/// is gone with it.
fn spooled(streams: &mut Streams<'_>) -> Result<File, Failure> {
    if streams.input_is_terminal {
        return Err(Failure::usage(
            "DATA is - and nothing is piped in. Pipe a table, as in zcat x.csv.gz | whyboard profile -, or name a file.",
        ));
    }
    let mut spool = tempfile::tempfile()
        .map_err(|e| Failure::input(format!("Standard input can't be kept in a temporary file: {e}.")))?;
    io::copy(streams.input, &mut spool).and_then(|_| io::Seek::rewind(&mut spool)).map_err(|e| {
        Failure::input(format!(
            "Standard input can't be read to its end: {e}. Look at free disk space in the temporary folder."
        ))
    })?;
    Ok(spool)
}

/// The path by which an open file can be opened again.
fn descriptor(file: &File) -> PathBuf {
    PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()))
}

/// `a random sample of 1 000 of 60 000 rows (seed 1)`, where the table is one.
#[must_use]
pub fn sample_words(read: &ReadingReport) -> Option<String> {
    let s = read.sample?;
    Some(format!("a random sample of {} of {} rows (seed {})", format::count(s.rows), format::count(s.of), s.seed))
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
    for note in sample_words(read).iter().chain(&read.notes) {
        writeln!(err, "note: {}", visible(note))?;
    }
    Ok(())
}
