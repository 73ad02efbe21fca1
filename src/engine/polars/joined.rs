//! Several named tables, made into one by a query.

use std::collections::BTreeMap;

use ::polars::prelude::DataFrame;

use super::table::Table;
use super::{columnar, fixes, near, open, sample, sql};
use crate::engine::{ByName, EngineError, ReadOptions, Source, Ticket};
use crate::query::{Fix, ReadingReport};

type Named = Vec<(String, Table)>;

/// Reads the files, mends them, and runs the query over them. Fixes and the draw of `options` are of what the query makes.
///
/// # Errors
/// A name that is used twice, a column that no table has, what is wrong with a file, and a query that can't be run.
pub fn read(
    sources: &[(String, Source)],
    by_name: &ByName,
    query: &str,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<(Table, ReadingReport), EngineError> {
    let (mut tables, mut notes) = (Named::new(), Vec::new());
    for (name, source) in sources {
        if tables.iter().any(|(taken, _)| taken == name) {
            return Err(EngineError::request(
                format!("Two tables are called {name}."),
                "Give each a name of its own, as in users=a.csv rides=b.csv.",
            ));
        }
        let own = &source.options;
        let types: BTreeMap<_, _> = by_name.types.iter().chain(&own.types).map(|(c, t)| (c.clone(), *t)).collect();
        let whole = ReadOptions { sample: None, seed: 0, fixes: Vec::new(), types, ..own.clone() };
        let (table, reading) = open::read(&source.path, &whole, ticket)?;
        let mut asked = own.types.keys().map(String::as_str).chain(own.fixes.iter().filter_map(Fix::column));
        if let Some(missing) = asked.find(|column| table.dtype(column).is_none()) {
            return Err(near::unknown_in(missing, &[(Some(name.as_str()), table.schema())]));
        }
        let (table, done) = fixes::apply(table, &own.fixes, ticket)?;
        notes.extend(reading.notes.into_iter().chain(done).map(|n| format!("{name}: {n}")));
        tables.push((name.clone(), table));
    }
    if let Some(missing) = by_name.types.keys().find(|column| tables.iter().all(|(_, t)| t.dtype(column).is_none())) {
        return Err(near::unknown_in(missing, &schemas(&tables)));
    }
    let mut left: Vec<&Fix> = Vec::new();
    for fix in &by_name.fixes {
        let held = fix.column().is_some_and(|column| tables.iter().any(|(_, t)| t.dtype(column).is_some()));
        if held {
            tables = fixes::apply_by_name(tables, fix, &mut notes, ticket)?;
        } else {
            left.push(fix);
        }
    }
    let frame: DataFrame = sql::joined(&tables, query, ticket)?;
    let (frame, mut reading) = columnar::finish(frame, "sql")?;
    notes.append(&mut reading.notes);
    reading.notes = notes;
    let made = Table::memory(frame);
    let unknown = left.iter().filter_map(|fix| fix.column()).find(|column| made.dtype(column).is_none());
    if let Some(missing) = unknown {
        let mut all = schemas(&tables);
        all.push((None, made.schema()));
        return Err(near::unknown_in(missing, &all));
    }
    let last: Vec<Fix> = left.into_iter().chain(&options.fixes).cloned().collect();
    let (made, done) = fixes::apply(made, &last, ticket)?;
    reading.notes.extend(done);
    let made = sample::draw(made, &mut reading, options, ticket)?;
    Ok((made, reading))
}

fn schemas(tables: &Named) -> Vec<near::Known<'_>> {
    tables.iter().map(|(name, table)| (Some(name.as_str()), table.schema())).collect()
}
