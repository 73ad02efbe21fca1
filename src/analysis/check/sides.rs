//! The tables of a check that reads more than one, and their keys.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::analysis::format;
use crate::engine::{Engine, EngineError};
use crate::query::{Cell, CheckOp, GroupQuery, Key};

use super::ask::Ask;

/// What a playbook calls tables by the order in which they were attached; a session puts their names there.
pub const PLACES: [&str; 3] = ["first", "second", "third"];

/// Rows of a table with what identifies them.
pub(super) struct Side<'a> {
    /// What the rows are called.
    pub name: String,
    pub engine: &'a dyn Engine,
    /// The columns of the key.
    pub keys: Vec<String>,
    /// Which rows count.
    pub filter: Option<String>,
}

/// How often each key stands in a side.
#[derive(Default)]
pub(super) struct Counts {
    pub by: HashMap<String, u64>,
    /// Rows with a known key.
    pub known: u64,
    /// Rows without one.
    pub unknown: u64,
}

impl Counts {
    pub fn rows(&self) -> u64 {
        self.known + self.unknown
    }

    /// Rows whose key the other side lacks; rows without a key have no counterpart.
    pub fn unmatched(&self, other: &Self) -> u64 {
        let lacking = self.by.iter().filter(|(key, _)| !other.by.contains_key(*key));
        self.unknown + lacking.map(|(_, n)| n).sum::<u64>()
    }
}

impl Side<'_> {
    /// What the key is called.
    pub fn key_words(&self) -> String {
        self.keys.join(", ")
    }

    /// Counts the rows of each key.
    pub fn counts(&self, ask: &Ask<'_>) -> Result<Counts, EngineError> {
        let keys = self.keys.iter().map(Key::column).collect();
        let query = GroupQuery { keys, kpi: None, filter: self.filter.clone(), unit: None };
        let mut out = Counts::default();
        for row in self.engine.aggregate(&query, ask.ticket)? {
            match key_text(&row.keys) {
                Some(key) => {
                    *out.by.entry(key).or_default() += row.sums.n;
                    out.known += row.sums.n;
                }
                None => out.unknown += row.sums.n,
            }
        }
        Ok(out)
    }
}

/// A key as text, alike for whole numbers of either type; `None` where a part of it is missing.
pub(super) fn key_text(cells: &[Cell]) -> Option<String> {
    let mut out = String::new();
    for cell in cells {
        match cell {
            Cell::Null => return None,
            Cell::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => out.push_str(&format!("{x:.0}")),
            other => out.push_str(&other.to_string()),
        }
        out.push('\u{1f}');
    }
    Some(out)
}

/// Where nothing of one side stands in the other because the key is of another type, words that say so.
pub(super) fn type_words(left: &Side<'_>, right: &Side<'_>) -> Option<String> {
    left.keys.iter().zip(&right.keys).find_map(|(a, b)| {
        let (x, y) = (left.engine.schema().get(a)?.dtype, right.engine.schema().get(b)?.dtype);
        let alike = x == y || (x.is_number() && y.is_number());
        (!alike).then(|| format!("{a} is {} in {} and {b} is {} in {}", x.word(), left.name, y.word(), right.name))
    })
}

/// The two tables of `left` and `right` with their keys: `key` in both, `left_key` and `right_key` where it is called
/// otherwise. Without `left` it is the KPI's table, without `right` the only other one.
pub(super) fn two_tables<'a>(ask: &Ask<'a>) -> Result<(Side<'a>, Side<'a>), EngineError> {
    let (left, right) = (table(ask, "left")?, table(ask, "right")?);
    if left.0 == right.0 {
        return Err(ask.wrong("right", &format!("is {}, the same table as the left one", right.0)));
    }
    let side = |(name, engine): (String, &'a dyn Engine), own: &str| -> Result<Side<'a>, EngineError> {
        whole(ask, &name, engine)?;
        let keys = keys(ask, own, &name, engine)?;
        Ok(Side { name, engine, keys, filter: None })
    };
    let (left, right) = (side(left, "left_key")?, side(right, "right_key")?);
    if left.keys.len() != right.keys.len() {
        return Err(ask.wrong("right_key", &format!("names {} columns, not {}", right.keys.len(), left.keys.len())));
    }
    Ok((left, right))
}

/// Keys of a sample lack their counterparts by chance.
pub(super) fn whole(ask: &Ask<'_>, name: &str, engine: &dyn Engine) -> Result<(), EngineError> {
    let Some(sample) = engine.reading().sample else { return Ok(()) };
    Err(EngineError::request(
        format!(
            "{name} is a sample of {} of {} rows, and the check {} needs all of them: what a sample lacks, it lacks by chance.",
            format::count(sample.rows),
            format::count(sample.of),
            ask.request.op.word()
        ),
        "Open the whole table, or enter the result by hand.",
    ))
}

/// The columns that a role or a list of roles names, in this table.
fn keys(ask: &Ask<'_>, own: &str, name: &str, engine: &dyn Engine) -> Result<Vec<String>, EngineError> {
    let param = if ask.request.params.contains_key(own) { own } else { "key" };
    let roles = match ask.request.params.get(param) {
        Some(Value::String(role)) => vec![role.clone()],
        Some(Value::Array(roles)) if !roles.is_empty() => roles
            .iter()
            .map(|r| {
                r.as_str().map(str::to_owned).ok_or_else(|| ask.wrong(param, &format!("holds {r}, which is no role")))
            })
            .collect::<Result<_, _>>()?,
        None | Some(Value::Null) => ["key", "entity"]
            .into_iter()
            .find(|role| ask.request.columns.contains_key(*role))
            .map(|role| vec![role.to_owned()])
            .ok_or_else(|| ask.missing("key", "the role or column that identifies a row"))?,
        Some(other) => return Err(ask.wrong(param, &format!("is {other} and should be a role or a list of roles"))),
    };
    roles.iter().map(|role| column_in(ask, role, name, engine, own)).collect()
}

/// The column behind a role, or of that very name, in this table.
fn column_in(ask: &Ask<'_>, role: &str, name: &str, engine: &dyn Engine, own: &str) -> Result<String, EngineError> {
    let mapped = ask.request.columns.get(role).map_or(role, String::as_str);
    if engine.schema().get(mapped).is_some() {
        return Ok(mapped.to_owned());
    }
    if mapped == role && !ask.tables.iter().any(|(_, t)| t.schema().get(role).is_some()) {
        return ask.column(role);
    }
    Err(EngineError::request(
        format!(
            "The table {name} has no column \"{mapped}\", by which the check {} would find its rows.",
            ask.request.op.word()
        ),
        format!("Name the column of {name} with the parameter {own}, or enter the result by hand."),
    ))
}

/// A table by the parameter that names it.
pub(super) fn table<'a>(ask: &Ask<'a>, param: &str) -> Result<(String, &'a dyn Engine), EngineError> {
    let known = |(name, engine): &'a (String, Arc<dyn Engine>)| (name.clone(), engine.as_ref());
    let others = || ask.tables.iter().filter(|(_, engine)| !is_main(ask, engine));
    if let Some(name) = ask.text(param)? {
        if let Some(found) = ask.tables.iter().find(|(n, _)| *n == name) {
            return Ok(known(found));
        }
        // On the KPI's table alone nobody has named it.
        return if PLACES.contains(&name.as_str()) { Err(lacking(ask)) } else { Err(not_open(ask, &name)) };
    }
    if param == "left" {
        let name = ask.tables.iter().find(|(_, engine)| is_main(ask, engine)).map(|(name, _)| name.clone());
        return Ok((name.unwrap_or_else(|| "the KPI's table".to_owned()), ask.engine));
    }
    match (others().next(), others().nth(1)) {
        (Some(one), None) => Ok(known(one)),
        (None, _) => Err(lacking(ask)),
        _ => {
            let names: Vec<&str> = others().map(|(name, _)| name.as_str()).collect();
            Err(ask.missing(param, &format!("one of the tables {}", names.join(", "))))
        }
    }
}

/// Whether it is the table that the check is run on.
pub(super) fn is_main(ask: &Ask<'_>, engine: &Arc<dyn Engine>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(engine), std::ptr::from_ref(ask.engine))
}

fn lacking(ask: &Ask<'_>) -> EngineError {
    let names: Vec<&str> = ask.tables.iter().map(|(name, _)| name.as_str()).collect();
    let op = ask.request.op;
    let what = if op == CheckOp::RecountWithWindow { "a table of events" } else { "a second table" };
    let have = match names.as_slice() {
        [] => "only the KPI's table is at hand".to_owned(),
        [one] => format!("only {one} is open"),
        many => format!("only {} are open", many.join(", ")),
    };
    EngineError::request(
        format!("The check {} needs {what}, and {have}.", op.word()),
        "Attach it, or enter the result by hand.",
    )
}

fn not_open(ask: &Ask<'_>, name: &str) -> EngineError {
    let names: Vec<&str> = ask.tables.iter().map(|(name, _)| name.as_str()).collect();
    let next = if names.is_empty() {
        "Attach it, or enter the result by hand.".to_owned()
    } else {
        format!("Open are {}. Attach it, or enter the result by hand.", names.join(", "))
    };
    EngineError::request(
        format!("The table \"{name}\" is not open, and the check {} needs it.", ask.request.op.word()),
        next,
    )
}
