//! A query over several tables whose answer is a table, and what is wrong with one that gives none: at its place in the
//! text.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;

use ::polars::prelude::LazyFrame;
use ::polars::sql::SQLContext;

use super::table::Table;
use super::{PolarsEngine, columnar, first_line, near, quiet, sql, unwound};
use crate::engine::{Answer, Engine, EngineError, QueryError, Ticket};
use crate::query::{ReadingReport, Schema, SqlKind, TextPlace, sql_tables, sql_words};

/// The names of the functions that a query may use.
#[must_use]
pub fn sql_functions() -> Vec<&'static str> {
    ::polars::sql::keywords::all_functions()
}

/// Runs a query over tables, each under its name. At most `most_cells` cells are kept (at least one row); `None` keeps
/// all. No other file is read.
///
/// # Errors
/// What is wrong with the query, with near names where one is not known, and its place in the text; or a cancel.
pub fn ask(
    tables: &[(String, Arc<dyn Engine>)],
    query: &str,
    most_cells: Option<usize>,
    ticket: &Ticket,
) -> Result<Answer, QueryError> {
    quiet();
    let mut place = None;
    let answer = unwound(|| {
        run(tables, query, most_cells, ticket).map_err(|e| {
            place = e.place;
            e.why
        })
    });
    answer.map_err(|why| QueryError { why, place })
}

fn run(
    tables: &[(String, Arc<dyn Engine>)],
    query: &str,
    most_cells: Option<usize>,
    ticket: &Ticket,
) -> Result<Answer, QueryError> {
    ticket.check()?;
    // A statement ends where the text ends.
    let query = query.trim_end().trim_end_matches(';');
    if query.trim().is_empty() {
        let first = tables.first().map_or("data", |(name, _)| name.as_str());
        let next = format!("Write SELECT … FROM {first}.");
        return Err(EngineError::request("There is no query yet.", next).into());
    }
    sql::refuse_all_but_select(query)?;
    if query.len() > sql::LONGEST || sql::operators(query) > sql::MOST_OPERATORS {
        return Err(EngineError::request("The query is too long.", "Split it into smaller questions.").into());
    }
    let mut known: Vec<(&str, &PolarsEngine)> = Vec::with_capacity(tables.len());
    for (name, table) in tables {
        let any: &dyn Any = table.as_ref();
        match any.downcast_ref::<PolarsEngine>() {
            Some(table) => known.push((name, table)),
            None => return Err(EngineError::request(format!("{name} can't be asked by SQL."), "").into()),
        }
    }
    let words = sql_words(query);
    let read: Vec<String> = sql_tables(&words).into_iter().map(|(name, _)| name).collect();
    let named: Vec<(&str, &PolarsEngine)> =
        known.iter().copied().filter(|(name, _)| read.iter().any(|r| r == name)).collect();
    let fail = |cause: &str| fault(query, &known, &named, cause);
    let mut context = SQLContext::new();
    for (name, table) in &named {
        context.register(name, table.table.lazy()?);
    }
    let lazy = context.execute(query);
    let mut lazy: LazyFrame = lazy.and_then(|lazy| sql::once_each(lazy, query)).map_err(|e| fail(&e.to_string()))?;
    let width = lazy.collect_schema().map_err(|e| fail(&e.to_string()))?.len().max(1);
    let most = most_cells.map(|cells| (cells / width).max(1));
    if let Some(most) = most {
        lazy = lazy.limit(u32::try_from(most + 1).unwrap_or(u32::MAX));
    }
    let mut frame = lazy.collect().map_err(|e| fail(&e.to_string()))?;
    ticket.check()?;
    let more = most.is_some_and(|most| frame.height() > most);
    if let Some(most) = most.filter(|_| more) {
        frame = frame.head(Some(most));
    }
    let (frame, report) = columnar::finish(frame, "sql")?;
    let report = ReadingReport { format: "sql".into(), ..report };
    let mut paths: Vec<PathBuf> = named.iter().flat_map(|(_, t)| t.paths.iter().cloned()).collect();
    paths.dedup();
    Ok(Answer { engine: Arc::new(PolarsEngine::new(paths, Table::memory(frame), report)), more })
}

/// The first text in quotes of any kind.
fn first_quoted(text: &str) -> Option<&str> {
    let open = text.find(['\'', '"', '`'])?;
    let quote = text.get(open..)?.chars().next()?;
    let rest = text.get(open + 1..)?;
    rest.get(..rest.find(quote)?)
}

/// The number behind a word.
fn number_after(text: &str, word: &str) -> Option<usize> {
    let rest = text.split_once(word)?.1.trim_start();
    rest.get(..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()))?.parse().ok()
}

/// Where a name stands in a query, bare or in double quotes.
fn place_of(query: &str, name: &str) -> Option<TextPlace> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let words = sql_words(query);
    let is = |w: &&crate::query::SqlWord<'_>| {
        matches!(w.kind, SqlKind::Word | SqlKind::Name) && w.name().eq_ignore_ascii_case(last)
    };
    words.iter().find(is).map(|w| TextPlace::of(query, w.start))
}

/// A cause in words for people, with the place in the query.
fn fault(query: &str, known: &[(&str, &PolarsEngine)], named: &[(&str, &PolarsEngine)], cause: &str) -> QueryError {
    let line = first_line(cause);
    let request = |what: String, next: String, place: Option<TextPlace>| QueryError {
        why: EngineError::request(what, next),
        place,
    };
    if let Some(parse) = line.strip_prefix("sql parser error: ") {
        // Where the text ends too early the parser tells no place.
        let end = parse.contains("found: EOF").then(|| TextPlace::of(query, query.len()));
        let place = number_after(parse, "Line:")
            .zip(number_after(parse, "Column:"))
            .map(|(line, column)| TextPlace { line: line.max(1), column: column.max(1) })
            .or(end);
        let what = parse.split(" at Line:").next().unwrap_or(parse).trim_start_matches("sql parser error: ");
        let at = place.map(|p| format!("Line {}, column {}: ", p.line, p.column)).unwrap_or_default();
        return request(
            format!("{at}{what}."),
            "Text stands in single quotes, odd names in double quotes.".into(),
            place,
        );
    }
    let name = first_quoted(&line).unwrap_or_default().to_owned();
    let place = if name.is_empty() { None } else { place_of(query, &name) };
    if line.starts_with("relation ") {
        let names: Vec<&str> = known.iter().map(|(n, _)| *n).collect();
        let near = near::near(&name, names.iter().copied());
        let next = if near.is_empty() {
            format!("The tables are {}.", names.join(", "))
        } else {
            format!("Did you mean {}?", near.join(" or "))
        };
        return request(format!("There is no table \"{name}\"."), next, place);
    }
    if line.starts_with("unsupported function") {
        let functions = sql_functions();
        let near: Vec<String> =
            near::near(&name, functions.iter().copied()).into_iter().map(str::to_uppercase).collect();
        let next = if near.is_empty() {
            "Tab offers the functions that there are.".to_owned()
        } else {
            format!("Did you mean {}?", near.join(" or "))
        };
        return request(format!("There is no function \"{name}\"."), next, place);
    }
    let columns: Vec<_> = named.iter().flat_map(|(_, t)| t.schema.columns.iter().cloned()).collect();
    let all = Schema { columns };
    let bare = name.rsplit('.').next().unwrap_or(&name);
    let missing = ["unable to find column", "not found", "no column", "not find"].iter().any(|w| line.contains(w));
    if missing && !bare.is_empty() && all.get(bare).is_none() {
        return QueryError { why: near::unknown_column(bare, &all), place };
    }
    let next = if line.contains("compare string with numeric") || line.contains("cannot compare") {
        "Put text in single quotes and numbers without; dates as DATE '2024-01-31'."
    } else {
        "Check the names and types; Tab offers what there is."
    };
    request(format!("The query can't be run: {line}."), next.into(), place)
}
