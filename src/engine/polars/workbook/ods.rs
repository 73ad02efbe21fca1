//! How large the sheets of an OpenDocument file become once their repeats are written out.
//!
//! A cell and a row may say that they are repeated a million times, so that a few bytes stand for more than there is
//! memory for. The repeats are added up before the sheets are read.

/// More cells than this are not held: each takes more than a hundred bytes while it is read.
pub const MOST_CELLS: u64 = 8_000_000;
/// More text than this is not held.
const MOST_TEXT: u64 = 1 << 30;
const MOST_COLUMNS: u64 = 16_384;
const MOST_ROWS: u64 = 1_048_576;

/// Adds up what passes by.
#[derive(Default)]
pub struct Weigh {
    /// Cells and text of the sheets so far.
    cells: u64,
    text: u64,
    /// Of the sheet: rows up to the last that is filled, empty ones behind it, and its widest row.
    rows: u64,
    empty_rows: u64,
    width: u64,
    /// Of the row: repeats, cells up to the last that is filled, empty ones behind it.
    times: u64,
    filled: u64,
    empty: u64,
    row_text: u64,
    /// Repeats of the cell.
    cell: u64,
}

impl Weigh {
    /// Takes in a piece of the text that ends with `>`.
    ///
    /// # Errors
    /// What is too large, in words.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), String> {
        let tag = memchr::memrchr(b'<', piece).map_or(piece, |at| piece.get(at..).unwrap_or_default());
        let is = |name: &[u8]| tag.get(1..).is_some_and(|t| t.starts_with(name));
        let repeats = |most: u64| repeated(tag, b"-repeated").map_or(1, |n| n.min(most));
        if is(b"table:table-row") {
            (self.times, self.filled, self.empty, self.row_text) = (repeats(MOST_ROWS), 0, 0, 0);
        } else if is(b"table:table-cell") || is(b"table:covered-table-cell") {
            self.cell = repeats(MOST_COLUMNS);
            if [&b"office:"[..], b"calcext:", b"formula"].iter().any(|a| memchr::memmem::find(tag, a).is_some()) {
                self.filled = self.filled.saturating_add(self.empty.saturating_add(self.cell));
                self.empty = 0;
            } else {
                self.empty = self.empty.saturating_add(self.cell);
                self.cell = 0;
            }
        } else if is(b"text:s") {
            let blanks = repeated(tag, b"text:c").unwrap_or(1);
            self.row_text = self.row_text.saturating_add(blanks.saturating_mul(self.cell));
        } else if is(b"/table:table-row") {
            self.row_ends();
        } else if is(b"/table:table>") {
            self.cells = self.cells.saturating_add(self.rows.saturating_mul(self.width));
            (self.rows, self.empty_rows, self.width) = (0, 0, 0);
        }
        self.row_text = self.row_text.saturating_add(self.cell.saturating_mul(piece.len() as u64));
        let cells = self.cells.saturating_add(self.rows.saturating_mul(self.width)).saturating_add(self.filled);
        if cells > MOST_CELLS {
            return Err(format!("more than {MOST_CELLS} cells"));
        }
        if self.text.saturating_add(self.row_text) > MOST_TEXT {
            return Err(format!("more than {} MB of text", MOST_TEXT >> 20));
        }
        Ok(())
    }

    fn row_ends(&mut self) {
        if self.filled == 0 {
            self.empty_rows = self.empty_rows.saturating_add(self.times);
        } else {
            self.rows = self.rows.saturating_add(self.empty_rows).saturating_add(self.times);
            self.empty_rows = 0;
            self.width = self.width.max(self.filled);
            self.text = self.text.saturating_add(self.row_text.saturating_mul(self.times));
        }
        (self.filled, self.empty, self.row_text, self.cell) = (0, 0, 0, 0);
    }
}

/// The number behind a name in a tag; what is no plain number counts as without end.
fn repeated(tag: &[u8], name: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(tag, name)? + name.len();
    let value: Vec<u8> = tag
        .get(at..)?
        .iter()
        .copied()
        .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''))
        .take_while(|b| !matches!(b, b'"' | b'\'' | b'>'))
        .collect();
    Some(std::str::from_utf8(&value).ok().and_then(|t| t.trim().parse().ok()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(text: &str) -> Result<u64, String> {
        let mut weigh = Weigh::default();
        for piece in text.split_inclusive('>') {
            weigh.add(piece.as_bytes())?;
        }
        Ok(weigh.cells)
    }

    #[test]
    fn repeats_count_only_where_something_is_behind_them() {
        let filled = "<table:table-cell office:value=\"1\" table:number-columns-repeated=\"3\"/>";
        let empty = "<table:table-cell table:number-columns-repeated=\"16000\"/>";
        let row = |cells: &str, times: u64| {
            format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
        };
        let sheet = |rows: &str| format!("<table:table>{rows}</table:table>");
        assert_eq!(weighed(&sheet(&row(&format!("{filled}{empty}"), 2))), Ok(6));
        assert_eq!(weighed(&sheet(&(row(filled, 1) + &row(empty, 1_000_000)))), Ok(3));
        assert_eq!(weighed(&sheet(&(row(empty, 9) + &row(filled, 1)))), Ok(30));
        assert!(weighed(&sheet(&row(&format!("{empty}{filled}"), 1000))).is_err());
        let blanks = "<table:table-cell office:value-type=\"string\"><text:p><text:s text:c=\"9999999999\"/></text:p>";
        assert!(weighed(&sheet(&row(blanks, 1))).is_err());
    }
}
