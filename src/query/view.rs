//! What a table is looked at through: further columns, a filter, an order.

use serde::{Deserialize, Serialize};

/// A column made of others by a SQL expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// Its name; no other column has it.
    pub name: String,
    /// The expression; it may name the file's columns and the derived ones before it.
    pub sql: String,
}

/// One column to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// The column.
    pub column: String,
    /// Largest first.
    #[serde(default)]
    pub descending: bool,
}

/// A view of a table. The plain one shows the table as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Further columns, each made of those before it.
    pub derived: Vec<Derived>,
    /// SQL conditions that must all hold.
    pub filter: Vec<String>,
    /// The order of the rows: by the first key, then by the next; rows alike in all keys stay as in the file, nulls come
    /// last.
    pub sort: Vec<SortKey>,
}

impl View {
    /// Whether it shows the table as it is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.derived.is_empty() && self.filter.is_empty() && self.sort.is_empty()
    }

    /// The filter as one SQL condition; `None` where all rows are shown.
    #[must_use]
    pub fn condition(&self) -> Option<String> {
        match self.filter.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            many => Some(many.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" AND ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_must_all_hold() {
        let mut view = View::default();
        assert!(view.is_plain() && view.condition().is_none());
        view.filter.push("a = 1 OR b = 2".into());
        assert_eq!(view.condition().as_deref(), Some("a = 1 OR b = 2"));
        view.filter.push("c IS NULL".into());
        assert_eq!(view.condition().as_deref(), Some("(a = 1 OR b = 2) AND (c IS NULL)"));
        assert!(!view.is_plain());
    }
}
