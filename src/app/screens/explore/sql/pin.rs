//! `c`: the result as a clue, with the query beside it, so that it can be run again.

use serde_json::{Map, json};

use super::RESULT;
use crate::analysis::format;
use crate::app::forms::{self, Pin};
use crate::app::screens::explore::pin::free_id;
use crate::app::{App, Effect, Tone};
use crate::domain::event::{Act, Ratings};
use crate::domain::words::{Grade, Origin};
use crate::query::{Cell, Outcome, Page, Schema};

/// Rows and columns of a result that stand in the sentence.
const ROWS: usize = 4;
const COLUMNS: usize = 4;

/// Pins the result that is shown.
pub(in crate::app::screens::explore) fn pin(app: &mut App) -> Vec<Effect> {
    let (Some(ran), Some(info)) = (app.views.explore.sql.ran.clone(), app.tables.get(RESULT)) else {
        app.say(Tone::Warn, "No query was run yet. i writes one.");
        return Vec::new();
    };
    if info.page.rows.is_empty() && info.rows > 0 {
        app.say(Tone::Warn, "These rows are still being read.");
        return Vec::new();
    }
    if app.views.explore.arranged.get(RESULT).is_some_and(|a| !a.now.view.is_plain()) {
        app.say(Tone::Warn, "The result is sorted or filtered here; z undoes that, or write it into the query.");
        return Vec::new();
    }
    if info.page.start > 0 {
        app.say(Tone::Warn, "Go to the first row (g): the clue tells the first rows.");
        return Vec::new();
    }
    let says = sentence(&info.schema, &info.page, info.rows, ran.more);
    let number = one_number(&info.page, info.rows);
    let read: Vec<String> = crate::query::sql_tables(&crate::query::sql_words(&ran.query))
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| app.tables.contains_key(name))
        .collect();
    let main = app.kpi_table().map(str::to_owned);
    let data = if read.is_empty() { main.clone().into_iter().collect() } else { read };
    let mut params = Map::new();
    params.insert("op".into(), json!("sql"));
    params.insert("query".into(), json!(ran.query.trim()));
    let mut result = Map::new();
    result.insert("says".into(), json!(says));
    result.insert("n".into(), json!(info.rows));
    if let Some(number) = number {
        result.insert("estimate".into(), json!(number));
    }
    let family = data.first().cloned().unwrap_or_default();
    let record = Act::Check {
        check: free_id(app),
        data,
        predicted: false,
        title: Some(format!("SQL: {}", one_line(&ran.query))),
        params,
        result,
        outcome: Outcome::Unclear,
        took_seconds: Some(ran.seconds),
    };
    let pin = Pin {
        record: Some(Box::new(record)),
        source: None,
        origin: Origin::Browsed,
        family,
        grade: Grade::A,
        text: says,
        ratings: Ratings::new(),
        says: one_line(&ran.query),
    };
    forms::open_pin(app, pin);
    Vec::new()
}

fn one_line(query: &str) -> String {
    let words: Vec<&str> = query.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() > 160 { format!("{}…", line.chars().take(159).collect::<String>()) } else { line }
}

/// The number, where the result is nothing else.
fn one_number(page: &Page, rows: u64) -> Option<f64> {
    let [row] = page.rows.as_slice() else { return None };
    match (row.as_slice(), rows) {
        ([cell], 1) => cell.as_f64(),
        _ => None,
    }
}

fn value(cell: &Cell) -> String {
    match cell {
        Cell::Float(x) => format::number(*x),
        Cell::Int(i) if *i >= 0 => format::count(i.unsigned_abs()),
        other => format::short(&other.to_string()),
    }
}

/// The result in one sentence.
fn sentence(schema: &Schema, page: &Page, rows: u64, more: bool) -> String {
    let names: Vec<&str> = schema.columns.iter().map(|c| c.name.as_str()).collect();
    if rows == 0 {
        return format!("No row has {}.", names.join(", "));
    }
    let row = |cells: &Vec<Cell>| {
        let parts: Vec<String> =
            names.iter().zip(cells).take(COLUMNS).map(|(n, c)| format!("{n} {}", value(c))).collect();
        parts.join(", ")
    };
    let shown: Vec<String> = page.rows.iter().take(ROWS).map(row).collect();
    let all =
        if more { format!("more than {} rows", format::count(rows)) } else { format!("{} rows", format::count(rows)) };
    if rows as usize > ROWS || more { format!("{}; … ({all})", shown.join("; ")) } else { shown.join("; ") }
}
