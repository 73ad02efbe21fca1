//! Rules of settings, of what is known about columns and tables, and of records with free fields.

use serde_json::{Map, Value};

use super::Refusal;
use super::rules::{Acts, no};
use crate::domain::event::Act;
use crate::domain::session::{Session, State};
use crate::query::{sql_tables, sql_words};

/// Settings of the arithmetic: key, lowest, highest.
const NUMBERS: [(&str, f64, f64); 3] =
    [("family_discount", 0.0, 1.0), ("humility", 0.0, 0.5), ("spend_weight", 0.0, 10.0)];

/// A setting, a column, a way of reading.
pub(super) fn of_session(session: &Session, act: Act) -> Acts {
    let state = &session.state;
    match &act {
        Act::Setting { key, value } => {
            if key.trim().is_empty() {
                return no("The setting has no name.", "Name it, such as family_discount.");
            }
            if let Some((_, low, high)) = NUMBERS.iter().find(|(k, ..)| k == key) {
                if !value.as_f64().is_some_and(|x| (*low..=*high).contains(&x)) {
                    return no(format!("{key} can't be {value}."), format!("Write a number from {low} to {high}."));
                }
            }
        }
        Act::KnownBefore { column, before, said_by, .. } => {
            if column.trim().is_empty() {
                return no("No column was named.", "");
            }
            if before.contains(column) {
                return no(
                    format!("{column} can't be fixed before itself."),
                    "Name the column that it is held against.",
                );
            }
            if let Some(who) = said_by.as_deref().filter(|p| !state.people.contains_key(*p)) {
                return no(format!("Nobody is known as {who}."), "Add the person with p on 1 Problem first.");
            }
            // Until a table was read nobody knows its columns.
            let known: Vec<&Map<String, Value>> =
                state.tables.iter().filter_map(|t| t.facts.columns.as_ref()).collect();
            let stands = |name: &String| known.is_empty() || known.iter().any(|columns| columns.contains_key(name));
            if let Some(missing) = std::iter::once(column).chain(before).find(|name| !stands(name)) {
                return no(format!("No table has a column {missing}."), "Write it as it stands in the table.");
            }
        }
        Act::ReadOptions { data, options } => {
            if !state.tables.iter().any(|t| t.data == *data) {
                return no(format!("There is no table {data}."), "Attach the data first.");
            }
            if options.is_empty() {
                return no("No option was named.", "Say what is read otherwise: delimiter, encoding, header_row …");
            }
        }
        _ => {}
    }
    Ok(vec![act])
}

/// Whether a query can make a table: of tables of the session that are files.
pub(super) fn made_of(state: &State, data: &str, path: &str, sql: &str) -> Result<(), Refusal> {
    if !path.trim().is_empty() {
        return refuse("A table is a file or a query, not both.", "Leave the path or the query out.");
    }
    let read = sql_tables(&sql_words(sql));
    if read.is_empty() {
        return refuse("The query reads no table.", "Write SELECT … FROM and a table of the session.");
    }
    for (name, _) in read {
        let there = state.tables.iter().find(|t| t.data == name);
        // Names given inside the query by WITH are no tables of the session.
        let inside = sql.trim_start().get(..4).is_some_and(|w| w.eq_ignore_ascii_case("with"));
        match there {
            _ if name == data => {
                return refuse(
                    format!("The query reads {data}, which is to be its own name."),
                    "Give it another name.",
                );
            }
            Some(t) if t.sql.is_some() => {
                return refuse(
                    format!("The query reads {name}, which is a query itself."),
                    "Read the tables that are files.",
                );
            }
            None if !inside => {
                return refuse(
                    format!("There is no table {name} in the session."),
                    "Attach it first, or write the name that it has on 1 Problem.",
                );
            }
            _ => {}
        }
    }
    Ok(())
}

fn refuse<T>(what: impl Into<String>, next: &str) -> Result<T, Refusal> {
    Err(Refusal::new(what, next))
}

/// A key that every event has for itself.
pub(super) fn reserved(fields: &Map<String, Value>) -> Option<&str> {
    ["n", "id", "at", "by", "do"].into_iter().find(|key| fields.contains_key(*key))
}

/// A rerun, an outcome, a review, or a brief: fields of one's own.
pub(super) fn free(session: &Session, act: Act) -> Acts {
    let (what, fields, after_decision) = match &act {
        Act::Rerun { fields } => ("The rerun", fields, false),
        Act::Outcome { fields } => ("The outcome", fields, true),
        Act::Review { fields } => ("The review", fields, true),
        Act::Problem { fields, .. } => ("The brief", fields, true),
        _ => return Ok(vec![act]),
    };
    if let Some(key) = reserved(fields) {
        return no(format!("A field can't be called {key}: every event has one of its own."), "Give it another name.");
    }
    let empty = |v: &Value| v.is_null() || v.as_str().is_some_and(|s| s.trim().is_empty());
    if fields.values().all(empty) {
        return no(format!("{what} says nothing."), "Write at least one field.");
    }
    if after_decision && session.state.decision.is_none() {
        return no("Nothing is decided yet.", "Choose a hypothesis on the Score screen first.");
    }
    if matches!(act, Act::Rerun { .. }) && session.state.checks.is_empty() {
        return no("No check was run yet.", "Run one first; a rerun repeats it on other data.");
    }
    Ok(vec![act])
}
