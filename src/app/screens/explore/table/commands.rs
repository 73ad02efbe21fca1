//! The commands that arrange the table.

use super::{columns, derive, like, redo, sort, undo};
use crate::app::commands::{CommandSpec, Scope};
use crate::app::screens::spec;
use crate::app::{App, Effect};

/// The table is there, all of it.
fn opened(app: &App) -> Result<(), &'static str> {
    match app.main_info() {
        None => Err("there is no table"),
        Some(info) if info.opening => Err("the file is still being read"),
        Some(info) if info.failed.is_some() => Err("the table could not be opened"),
        Some(_) => Ok(()),
    }
}

const fn one(
    id: &'static str,
    keys: &'static [&'static str],
    name: &'static str,
    help: &'static str,
    run: fn(&mut App) -> Vec<Effect>,
) -> CommandSpec {
    CommandSpec { when: opened, ..spec(id, Scope::Arrange, keys, name, help, run) }
}

fn form(app: &mut App, open: fn(&mut App)) -> Vec<Effect> {
    open(app);
    Vec::new()
}

/// The commands, in the order of help.
pub static ARRANGE: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        ..one("table.sort", &["s"], "sort", "Sort by this column: upwards, downwards, as in the file", sort::sort)
    },
    one("table.also_sort", &["S"], "sort also", "Sort by this column next, after those before it", sort::also_sort),
    CommandSpec {
        hint: 2,
        ..one("table.filter", &["f"], "filter", "Only rows that meet a SQL condition", |a| form(a, like::open_filter))
    },
    one("table.like", &["+"], "like this", "Only rows with the value of this cell", like::like),
    one("table.unlike", &["-"], "unlike this", "Without the rows that have the value of this cell", like::unlike),
    one("table.hide", &["x"], "hide", "Hide this column", columns::hide),
    one("table.hidden", &["X"], "hidden", "List the hidden columns and bring them back", |a| {
        form(a, columns::open_hidden)
    }),
    one("table.move_left", &["<"], "move left", "Move this column to the left", columns::move_left),
    one("table.move_right", &[">"], "move right", "Move this column to the right", columns::move_right),
    one("table.freeze", &["F"], "freeze", "Keep the columns up to here in sight, or let all scroll", columns::freeze),
    one("table.narrower", &["["], "narrower", "Make this column narrower", columns::narrower),
    one("table.wider", &["]"], "wider", "Make this column wider", columns::wider),
    one(
        "table.whole",
        &["_"],
        "full width",
        "As wide as the longest text in sight, or as before",
        columns::whole_width,
    ),
    one("table.derive", &["a"], "add column", "Add a column made of others by a SQL expression", |a| {
        form(a, derive::open_derive)
    }),
    one("table.derived", &["D"], "derived", "Change or drop a derived column", |a| form(a, derive::open_change)),
    CommandSpec { hint: 3, ..one("table.undo", &["z"], "undo view", "Undo the last change of the view", undo) },
    one("table.redo", &["Z"], "redo view", "Bring back what was undone of the view", redo),
];
