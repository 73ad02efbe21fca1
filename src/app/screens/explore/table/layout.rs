//! One way of looking at a table, as a plain value: undo keeps whole ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::analysis::sqltext::names_in;
use crate::query::{Schema, View};

/// How wide a column is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// So many cells.
    Cells(u16),
    /// As wide as its longest text in sight.
    Whole,
}

/// Rows, order, columns, widths. What is not named is as in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Derived columns, filter, sort.
    pub view: View,
    /// Columns that are not shown.
    pub hidden: BTreeSet<String>,
    /// All columns in the order shown; those it does not name come behind. Empty: as in the file.
    pub order: Vec<String>,
    /// That many of the shown columns stay at the left.
    pub frozen: usize,
    /// Widths that were set.
    pub widths: BTreeMap<String, Shape>,
}

impl Default for Layout {
    fn default() -> Self {
        // The first column often says which row it is.
        Self { view: View::default(), hidden: BTreeSet::new(), order: Vec::new(), frozen: 1, widths: BTreeMap::new() }
    }
}

impl Layout {
    /// Places in the schema of the shown columns, in their order.
    #[must_use]
    pub fn columns(&self, schema: &Schema) -> Vec<usize> {
        let shown = |i: &usize| schema.columns.get(*i).is_some_and(|c| !self.hidden.contains(&c.name));
        if self.order.is_empty() {
            return (0..schema.columns.len()).filter(shown).collect();
        }
        let places: BTreeMap<&str, usize> =
            schema.columns.iter().enumerate().map(|(i, c)| (c.name.as_str(), i)).collect();
        let mut out: Vec<usize> = self.order.iter().filter_map(|name| places.get(name.as_str()).copied()).collect();
        let named: BTreeSet<usize> = out.iter().copied().collect();
        out.extend((0..schema.columns.len()).filter(|i| !named.contains(i)));
        out.retain(shown);
        out
    }

    /// Drops what names columns that the file does not have; gives that in words.
    pub fn fit(&mut self, file: &Schema) -> Vec<String> {
        let mut known: BTreeSet<String> = file.columns.iter().map(|c| c.name.clone()).collect();
        let mut dropped = Vec::new();
        self.view.derived.retain(|d| {
            // Bare words may be of the language; only quoted names that are missing are sure to be columns. The engine
            // says the rest.
            let fits = !known.contains(&d.name) && quoted_known(&d.sql, &known);
            if fits {
                known.insert(d.name.clone());
            } else {
                dropped.push(format!("the derived column {}", d.name));
            }
            fits
        });
        self.view.filter.retain(|condition| {
            let fits = quoted_known(condition, &known);
            if !fits {
                dropped.push(format!("the condition {condition}"));
            }
            fits
        });
        self.view.sort.retain(|key| {
            let fits = known.contains(&key.column);
            if !fits {
                dropped.push(format!("the sort by {}", key.column));
            }
            fits
        });
        self.hidden.retain(|name| known.contains(name));
        self.order.retain(|name| known.contains(name));
        self.widths.retain(|name, _| known.contains(name));
        dropped
    }
}

/// Whether every column that an expression names in quotes is known.
fn quoted_known(sql: &str, known: &BTreeSet<String>) -> bool {
    names_in(sql)
        .iter()
        .all(|name| known.contains(name) || !sql.contains(&format!("\"{}\"", name.replace('"', "\"\""))))
}
