//! Keys of the Table pane for cells: columns, marks, copies, files.

use super::{columns, copying, cursor, exporting, record};
use crate::app::commands::{CommandSpec, Scope};
use crate::app::screens::{move_list, spec};
use crate::app::{App, Effect};

fn with_rows(app: &App) -> Result<(), &'static str> {
    if cursor(app).is_some() { Ok(()) } else { Err("there is no row in sight") }
}

fn mark(app: &mut App) -> Vec<Effect> {
    if let Some((row, _)) = cursor(app) {
        app.views.explore.cells.marks.toggle(row);
    }
    debug_assert!(app.views.explore.pane.has_rows());
    move_list(app, |s, n| s.step(1, n))
}

fn range(app: &mut App) -> Vec<Effect> {
    if let Some((row, _)) = cursor(app) {
        app.views.explore.cells.marks.range(row);
    }
    Vec::new()
}

/// The commands.
pub static CELLS: &[CommandSpec] = &[
    CommandSpec {
        when: with_rows,
        ..spec(
            "cells.column",
            Scope::Table,
            &["|"],
            "column",
            "Go to a column by a few letters of its name",
            columns::open,
        )
    },
    CommandSpec {
        when: with_rows,
        ..spec(
            "cells.row",
            Scope::Table,
            &["="],
            "row",
            "The whole row as a form, one line a column",
            record::open_record,
        )
    },
    CommandSpec {
        when: with_rows,
        ..spec("cells.mark", Scope::Table, &["Space"], "mark", "Mark this row, or take its mark away", mark)
    },
    CommandSpec {
        when: with_rows,
        ..spec("cells.range", Scope::Table, &["v"], "range", "Begin a range of rows here; again: end it", range)
    },
    CommandSpec {
        when: with_rows,
        ..spec(
            "cells.copy",
            Scope::Table,
            &["Y"],
            "copy as",
            "Copy the cell, rows as JSON, TSV, CSV or Markdown, the column, or a SQL condition",
            copying::open_copy,
        )
    },
    CommandSpec {
        when: with_rows,
        ..spec(
            "cells.write",
            Scope::Table,
            &["W"],
            "write rows",
            "Write the rows to a CSV, TSV, Parquet, JSON or Arrow file",
            exporting::open_export,
        )
    },
];
