//! Values, columns and pages of rows as every layer above an engine sees them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The type of a column, as coarse as the screens and the analyses need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// True or false.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers with decimals.
    Float,
    /// Text.
    Text,
    /// A calendar day.
    Date,
    /// A moment, with or without zone.
    Datetime,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
    /// Lists, structs, binary and others: shown, not analysed.
    Other,
}

impl ValueType {
    /// True for whole and decimal numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    /// True for dates and moments.
    #[must_use]
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Date | Self::Datetime)
    }

    /// The word shown in headers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "num",
            Self::Text => "text",
            Self::Date => "date",
            Self::Datetime => "time",
            Self::Time => "clock",
            Self::Duration => "span",
            Self::Other => "other",
        }
    }
}

/// One column's name and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// The name in the (possibly repaired) header.
    pub name: String,
    /// Its type.
    pub dtype: ValueType,
}

/// The columns of a table, in file order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// The columns.
    pub columns: Vec<ColumnInfo>,
}

impl Schema {
    /// The column of that exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ColumnInfo> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// One value. Text is as it stands in the data: clean it before drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Missing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with decimals; may be infinite or NaN.
    Float(f64),
    /// Text; dates, moments and others come formatted (ISO 8601).
    Text(String),
}

impl Cell {
    /// The number, where it is one.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Float(x) => Some(*x),
            Self::Bool(b) => Some(f64::from(u8::from(*b))),
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x}"),
            Self::Text(s) => f.write_str(s),
        }
    }
}

/// Some consecutive rows of a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Page {
    /// Index of the first row, from 0.
    pub start: u64,
    /// Row-major cells, one per column of the schema, or one for each of `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Places in the schema of the columns that were read, ascending; `None` where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<usize>>,
}

impl Page {
    /// The cell of a row of the table in a column of the schema, as far as it was read.
    #[must_use]
    pub fn cell(&self, row: u64, column: usize) -> Option<&Cell> {
        self.rows.get(usize::try_from(row.checked_sub(self.start)?).ok()?)?.get(self.place(column)?)
    }

    /// Where the cells of a column of the schema stand in each row, if it was read.
    #[must_use]
    pub fn place(&self, column: usize) -> Option<usize> {
        match &self.columns {
            None => Some(column),
            Some(read) => read.binary_search(&column).ok(),
        }
    }

    /// Whether all these columns were read.
    #[must_use]
    pub fn has_columns(&self, columns: &[usize]) -> bool {
        columns.iter().all(|c| self.place(*c).is_some())
    }

    /// The page with only those columns (places in the schema, ascending) of it.
    #[must_use]
    pub fn narrowed(self, columns: &[usize]) -> Self {
        let mut picked = Self { start: self.start, rows: Vec::with_capacity(self.rows.len()), columns: None };
        for row in &self.rows {
            let cells = columns.iter().filter_map(|c| row.get(self.place(*c)?).cloned());
            picked.rows.push(cells.collect());
        }
        picked.columns = Some(columns.to_vec());
        picked
    }
}
