//! Rows that are to be written to a file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a file is written; its name's ending says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Comma-separated text, RFC 4180, UTF-8. Null is nothing, empty text is `""`.
    Csv,
    /// The same with tabs.
    Tsv,
    /// Parquet.
    Parquet,
    /// One JSON array of records.
    Json,
    /// One JSON record a line.
    JsonLines,
    /// An Arrow IPC file.
    Arrow,
}

/// Whether a spreadsheet would run a text as a formula (OWASP, "CSV injection"); full-width signs count as theirs.
#[must_use]
pub fn begins_as_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// A file name that tells no format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The name {} does not tell the format: end it with {}.", self.0, ExportFormat::ENDINGS)
    }
}

impl std::error::Error for UnknownFormat {}

impl ExportFormat {
    /// The endings, for people.
    pub const ENDINGS: &str = ".csv, .tsv, .parquet, .json, .jsonl or .arrow";

    /// The format that a file's name tells.
    ///
    /// # Errors
    /// [`UnknownFormat`] for another ending, or none.
    pub fn of_path(path: &str) -> Result<Self, UnknownFormat> {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv") => Ok(Self::Csv),
            Some("tsv" | "tab") => Ok(Self::Tsv),
            Some("parquet" | "pq") => Ok(Self::Parquet),
            Some("json") => Ok(Self::Json),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            Some("arrow" | "ipc" | "feather") => Ok(Self::Arrow),
            _ => Err(UnknownFormat(path.to_owned())),
        }
    }

    /// Whether the file is delimited text, which spreadsheets open.
    #[must_use]
    pub fn is_delimited(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }
}

/// What to write, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The file.
    pub path: String,
    /// How it is written.
    pub format: ExportFormat,
    /// The rows of this query (`SELECT … FROM data`) instead of the table's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// First row (from 0) and number of rows of each stretch, in order; absent means all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<(u64, u64)>>,
    /// The columns in their order; absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// In delimited text, text cells that a spreadsheet would run as a formula get a `'` in front.
    pub guard: bool,
    /// A file of that name is replaced.
    pub replace: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exported {
    /// The file.
    pub path: String,
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Bytes on disk.
    pub bytes: u64,
    /// Cells that got a `'` in front.
    pub guarded: u64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_format() {
        for (path, format) in [
            ("a.csv", ExportFormat::Csv),
            ("a.b/C.TSV", ExportFormat::Tsv),
            ("x.parquet", ExportFormat::Parquet),
            ("x.ndjson", ExportFormat::JsonLines),
            ("x.json", ExportFormat::Json),
            ("x.feather", ExportFormat::Arrow),
        ] {
            assert_eq!(ExportFormat::of_path(path), Ok(format));
        }
        for path in ["a", "a.csv/b", "a.xlsx", "csv", ""] {
            let told = ExportFormat::of_path(path).unwrap_err().to_string();
            assert!(told.contains(".parquet"), "{told}");
        }
    }
}
