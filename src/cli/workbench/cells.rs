//! Cells of a table: finds, whole rows, copies and files, all as jobs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Workbench;
use super::data::Done;
use crate::analysis::format;
use crate::app::screens::explore::cells::{Ask, CELL_MOST, COPY_MOST, Copying, Told, as_text};
use crate::app::{CANCELLED, Msg};
use crate::engine::{Engine, EngineError, Ticket, Unit};
use crate::query::{Cell, ColumnInfo, Export, Find};

/// After so long a count tells how far it is, and goes on.
const PATIENCE: Duration = Duration::from_millis(150);
/// Rows read at a time for a copy.
const ROWS: u64 = 1000;

const FIND: &str = "find:";
const COUNT: &str = "count:";
const ROW: &str = "row:";
const COPY: &str = "copy:";
const EXPORT: &str = "export:";

/// Whether a job's slot is one of these.
pub(super) fn is_slot(slot: &str) -> bool {
    [FIND, COUNT, ROW, COPY, EXPORT].iter().any(|s| slot.starts_with(s))
}

fn words(e: &EngineError) -> String {
    if *e == EngineError::Cancelled { CANCELLED.to_owned() } else { e.to_string() }
}

impl Workbench {
    /// Does what is asked about the cells of a table.
    pub(super) fn cells(&mut self, data: &str, ask: Ask) {
        let Some(engine) = self.shown(data) else {
            self.tell(Msg::Cells(Box::new(Told::NotCopied(format!("The table {data} is not open.")))));
            return;
        };
        match ask {
            Ask::Find { find, from, direction } => {
                let label = format!("searching {}", format::short(&find.text));
                self.job(format!("{FIND}{}", key(&find)), label, move |ticket| {
                    let result = engine.find(&find, &from, direction, ticket).map_err(|e| words(&e));
                    Done::Cells(Told::Found(Box::new(find), result))
                });
            }
            Ask::Count { find, from } => {
                let label = format!("counting {}", format::short(&find.text));
                self.job(format!("{COUNT}{}", key(&find)), label, move |ticket| {
                    let result = engine.count_found(&find, from, PATIENCE, ticket).map_err(|e| words(&e));
                    Done::Cells(Told::Counted(Box::new(find), result))
                });
            }
            Ask::Row(row) => self.job(format!("{ROW}{row}"), "reading a row".into(), move |_| {
                Done::Cells(Told::Row(row, engine.row(row).map_err(|e| words(&e))))
            }),
            Ask::Copy(copying) => {
                self.job(COPY.into(), "copying".into(), move |ticket| match copied(&engine, &copying, ticket) {
                    Ok((text, words)) => Done::Copy { text, words },
                    Err(e) => Done::Cells(Told::NotCopied(words(&e))),
                })
            }
            Ask::Export(export) => self.export(engine, *export),
        }
    }

    fn export(&mut self, engine: Arc<dyn Engine>, mut export: Export) {
        if let Some(rest) = export.path.strip_prefix("~/")
            && let Some(home) = std::env::var_os("HOME")
        {
            export.path = Path::new(&home).join(rest).display().to_string();
        }
        if !export.replace && Path::new(&export.path).is_file() {
            self.tell(Msg::Cells(Box::new(Told::Exists(Box::new(export)))));
            return;
        }
        self.job(EXPORT.into(), format!("writing {}", export.path), move |ticket| {
            Done::Cells(Told::Exported(engine.export(&export, ticket).map_err(|e| words(&e))))
        });
    }

    /// A job of these gave nothing.
    pub(super) fn cells_failed(&mut self, slot: &str, why: String) {
        let find = |text: &str| serde_json::from_str::<Find>(text).unwrap_or_default();
        let told = if let Some(text) = slot.strip_prefix(FIND) {
            Told::Found(Box::new(find(text)), Err(why))
        } else if let Some(text) = slot.strip_prefix(COUNT) {
            Told::Counted(Box::new(find(text)), Err(why))
        } else if let Some(row) = slot.strip_prefix(ROW) {
            Told::Row(row.parse().unwrap_or(u64::MAX), Err(why))
        } else if slot.starts_with(EXPORT) {
            Told::Exported(Err(why))
        } else {
            Told::NotCopied(why)
        };
        self.tell(Msg::Cells(Box::new(told)));
    }
}

/// What a find is known by in the name of its slot, so that whoever waits for it can be told.
fn key(find: &Find) -> String {
    serde_json::to_string(find).unwrap_or_default()
}

/// Cells as text, as many rows as go into a copy; words say what was copied where it is not plain.
fn copied(engine: &Arc<dyn Engine>, copying: &Copying, ticket: &Ticket) -> Result<(String, String), EngineError> {
    let all: u64 = copying.rows.iter().map(|(_, n)| n).sum();
    let work = ticket.begin(Unit::Rows, all);
    let schema = engine.schema();
    let columns: Vec<ColumnInfo> = copying.columns.iter().filter_map(|i| schema.columns.get(*i)).cloned().collect();
    let mut text = String::new();
    let mut taken = 0u64;
    'stretches: for (from, n) in &copying.rows {
        let mut at = *from;
        while at < from + n {
            work.check()?;
            let page = engine.page(at, usize::try_from(ROWS.min(from + n - at)).unwrap_or(1))?;
            if page.rows.is_empty() {
                break;
            }
            for (row, cells) in (at..).zip(&page.rows) {
                // A page cuts long text; a copy does not.
                let long = |i: &usize| matches!(cells.get(*i), Some(Cell::Text(t)) if t.len() >= CELL_MOST);
                let whole = copying.columns.iter().any(long).then(|| engine.row(row)).transpose()?;
                let cells = whole.as_ref().unwrap_or(cells);
                let picked = copying.columns.iter().filter_map(|i| cells.get(*i)).cloned().collect();
                let more = as_text(copying.shape, &columns, &[picked], taken == 0);
                if taken > 0 && text.len() + more.len() > COPY_MOST {
                    break 'stretches;
                }
                text.push_str(&more);
                taken += 1;
            }
            work.advance(page.rows.len() as u64);
            at += page.rows.len() as u64;
        }
    }
    let words = if taken < all {
        format!(
            "Only the first {} of {} rows: a copy holds {} MB at most, W writes all to a file. ",
            format::count(taken),
            format::count(all),
            COPY_MOST >> 20
        )
    } else if all > 1 {
        format!("{} rows. ", format::count(all))
    } else {
        String::new()
    };
    // One value is copied as it is, without the end of a line.
    if all == 1 && text.ends_with('\n') {
        text.pop();
    }
    Ok((text, words))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::app::screens::explore::cells::Shape;
    use crate::engine::{ReadOptions, Source, open};

    fn engine(text: &str) -> Arc<dyn Engine> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        open(&Source { path, options: ReadOptions::default() }, &Ticket::default()).unwrap()
    }

    fn copy(engine: &Arc<dyn Engine>, rows: Vec<(u64, u64)>, columns: Vec<usize>, shape: Shape) -> (String, String) {
        copied(engine, &Copying { rows, columns, shape }, &Ticket::default()).unwrap()
    }

    #[test]
    fn rows_and_single_values_are_copied_whole() {
        let long = "é".repeat(CELL_MOST);
        let engine = engine(&format!("a,b\n1,x\n2,{long}\n3,z\n"));
        let (text, words) = copy(&engine, vec![(0, 1), (2, 1)], vec![0, 1], Shape::Tsv);
        assert_eq!((text.as_str(), words.as_str()), ("a\tb\n1\tx\n3\tz\n", "2 rows. "));
        assert_eq!(copy(&engine, vec![(1, 1)], vec![1], Shape::Values), (long, String::new()));
    }

    #[test]
    fn a_copy_stops_at_its_limit_and_says_so() {
        let cell = "x".repeat(1000);
        let rows = COPY_MOST / 1000 + 500;
        let mut text = String::from("a,b\n");
        for i in 0..rows {
            text.push_str(&format!("{i},{cell}\n"));
        }
        let engine = engine(&text);
        let (text, words) = copy(&engine, vec![(0, rows as u64)], vec![1], Shape::Values);
        assert!(text.len() <= COPY_MOST && text.len() > COPY_MOST - 1100);
        assert!(words.starts_with("Only the first ") && words.contains("8 MB"), "{words}");
        let ticket = Ticket::default();
        ticket.cancel();
        let copying = Copying { rows: vec![(0, 9)], columns: vec![0], shape: Shape::Csv };
        assert_eq!(copied(&engine, &copying, &ticket), Err(EngineError::Cancelled));
    }
}
