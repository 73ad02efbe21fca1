//! Several files as one table: a folder of them, or a pattern.
//!
//! Columns go together by name. A file without one of them has nulls there; a column that is of different kinds in
//! different files is text, or a number with decimals where it is a number in all. Folders named `key=value` give a
//! column of that name (Hive's layout).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::polars::prelude::DataType;

use super::open;
use super::table::{Keyed, Table};
use crate::engine::{EngineError, ReadOptions, Ticket};
use crate::query::ReadingReport;

/// Endings of data files; others in a folder are left alone.
const ENDINGS: [&str; 12] =
    ["csv", "tsv", "tab", "txt", "parquet", "arrow", "ipc", "feather", "json", "jsonl", "ndjson", "psv"];
/// Endings of workbooks, which count only where a folder holds no other data: beside other files they mostly tell about
/// these.
const WORKBOOKS: [&str; 5] = ["xlsx", "xlsm", "xlsb", "xls", "ods"];
/// More files than this are no table.
const MOST_FILES: usize = 10_000;
/// Folders are looked into so deep.
const DEEPEST: usize = 8;

/// A file with the values that its folders tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    /// The file.
    pub path: PathBuf,
    /// Column and value of each folder named `key=value`, the outermost first.
    pub keys: Vec<(String, String)>,
}

/// The files behind a path that is a folder or a pattern; none where it is a single file, or nothing at all.
///
/// # Errors
/// A folder or pattern without data files, one that can't be read, or too many files.
pub fn files(path: &Path) -> Result<Option<Vec<One>>, EngineError> {
    let shown = path.display();
    let text = path.to_string_lossy();
    let mut out: Vec<PathBuf> = Vec::new();
    let base = if path.is_dir() {
        walk(path, 0, &mut out)?;
        if out.iter().any(|p| !has_ending(p, &WORKBOOKS)) {
            out.retain(|p| !has_ending(p, &WORKBOOKS));
        }
        base(path)
    } else if path.symlink_metadata().is_err() && text.contains(['*', '?', '[']) {
        let found = glob::glob(&text).map_err(|e| {
            EngineError::input(
                format!("{shown} is no pattern: {}.", e.msg),
                "Write * for any characters, as in data/*.csv; ** goes into folders.",
            )
        })?;
        for one in found {
            let one = one.map_err(|e| {
                EngineError::input(
                    format!("{} can't be read: {}.", e.path().display(), e.error()),
                    "Check its permissions.",
                )
            })?;
            if one.is_file() {
                out.push(one);
            }
        }
        base(path)
    } else {
        return Ok(None);
    };
    if out.is_empty() {
        let what = if path.is_dir() { "is a directory without data files" } else { "fits no file" };
        return Err(EngineError::input(
            format!("{shown} {what}."),
            "Name a file, a folder or a pattern of CSV, Parquet, Arrow or JSON files.",
        ));
    }
    if out.len() > MOST_FILES {
        return Err(EngineError::input(
            format!("{shown} holds {} files, more than {MOST_FILES}.", out.len()),
            "Name a part of them by a pattern.",
        ));
    }
    out.sort();
    Ok(Some(out.into_iter().map(|path| One { keys: keys_of(&base, &path), path }).collect()))
}

/// The folder itself, or that of a pattern up to its first sign.
pub fn base(path: &Path) -> PathBuf {
    let plain = path.ancestors().find(|a| !a.to_string_lossy().contains(['*', '?', '[']));
    if path.is_dir() { path.to_owned() } else { plain.unwrap_or(Path::new("")).to_owned() }
}

/// Data files of a folder and of those inside; hidden ones and those that begin with _ or ~ (marks of other programs)
/// are left out.
fn walk(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<(), EngineError> {
    let unreadable = |e: std::io::Error| {
        EngineError::input(format!("The folder {} can't be read: {e}.", folder.display()), "Check its permissions.")
    };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(['.', '_', '~']) || out.len() > MOST_FILES {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            if depth < DEEPEST {
                walk(&path, depth + 1, out)?;
            }
        } else if path.is_file() && (has_ending(&path, &ENDINGS) || has_ending(&path, &WORKBOOKS)) {
            out.push(path);
        }
    }
    Ok(())
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
}

fn keys_of(base: &Path, file: &Path) -> Vec<(String, String)> {
    let Ok(inside) = file.strip_prefix(base) else { return Vec::new() };
    let Some(folders) = inside.parent() else { return Vec::new() };
    folders
        .iter()
        .filter_map(|f| f.to_str()?.split_once('='))
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Reads all files as one table.
///
/// # Errors
/// What is wrong with any of them, by its name; a file that has no column of the others.
pub fn read(files: &[One], options: &ReadOptions, ticket: &Ticket) -> Result<(Table, ReadingReport), EngineError> {
    let mut tables: Vec<Keyed> = Vec::with_capacity(files.len());
    let mut fields: Vec<(String, DataType)> = Vec::new();
    let mut report = ReadingReport::default();
    let (mut odd, mut notes): (Vec<String>, BTreeMap<String, usize>) = Default::default();
    for file in files {
        ticket.check()?;
        let (table, one) = open::read_one(&file.path, options, ticket)?;
        let mine: Vec<(String, DataType)> =
            table.names().map(str::to_owned).zip(table.names().filter_map(|n| table.dtype(n).cloned())).collect();
        if !fields.is_empty() {
            let known = mine.iter().filter(|(n, _)| fields.iter().any(|(f, _)| f == n)).count();
            if known == 0 {
                return Err(EngineError::input(
                    format!("{} has none of the columns of {}.", file.path.display(), files[0].path.display()),
                    "Name files of one table only, by a pattern.",
                ));
            }
            if known != fields.len() || known != mine.len() {
                odd.push(file.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
            }
        } else {
            report = ReadingReport { notes: Vec::new(), ..one.clone() };
        }
        for (name, dtype) in mine {
            match fields.iter_mut().find(|(n, _)| *n == name) {
                Some((_, known)) => *known = common(known, &dtype),
                None => fields.push((name, dtype)),
            }
        }
        for note in one.notes {
            *notes.entry(note).or_default() += 1;
        }
        tables.push((Arc::new(table), file.keys.clone()));
    }
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in tables.iter().flat_map(|(_, keys)| keys) {
        if !keys.contains(key) && !fields.iter().any(|(n, _)| n == key) {
            keys.push(key.clone());
        }
    }
    for key in keys {
        let whole = |(_, keys): &Keyed| {
            keys.iter()
                .find(|(k, _)| *k == key)
                .is_none_or(|(_, v)| v.parse::<i64>().is_ok_and(|n| n.to_string() == *v))
        };
        let dtype = if tables.iter().all(whole) { DataType::Int64 } else { DataType::String };
        fields.push((key, dtype));
    }
    report.notes.push(format!("{} files are read as one table.", files.len()));
    if !odd.is_empty() {
        let named = odd.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let more = if odd.len() > 3 { format!(" and {} more", odd.len() - 3) } else { String::new() };
        report.notes.push(format!("Not all have the same columns: {named}{more}; what is missing is null."));
    }
    for (note, times) in notes {
        report.notes.push(if times > 1 { format!("{note} (in {times} files)") } else { note });
    }
    Ok((Table::several(fields, tables), report))
}

/// The type that holds values of both.
fn common(a: &DataType, b: &DataType) -> DataType {
    if a == b || *b == DataType::Null {
        a.clone()
    } else if *a == DataType::Null {
        b.clone()
    } else if a.is_primitive_numeric() && b.is_primitive_numeric() {
        DataType::Float64
    } else if matches!((a, b), (DataType::Date, DataType::Datetime(..))) {
        b.clone()
    } else if matches!((a, b), (DataType::Datetime(..), DataType::Date)) {
        a.clone()
    } else {
        DataType::String
    }
}
