//! What keys do on the Columns pane besides moving.

use super::{sides, words};
use crate::app::commands::{CommandSpec, Scope};
use crate::app::screens::explore::{ask_split, selected_column};
use crate::app::screens::spec;
use crate::app::{App, Effect};

/// `s`: the next order; the cursor stays on its column.
fn sort(app: &mut App) -> Vec<Effect> {
    let compared = sides::compared(app).is_some();
    let view = &mut app.views.explore;
    view.sort = view.sort.next(compared);
    view.columns.home();
    let mut effects = ask_split(app);
    effects.extend(super::ask(app));
    effects
}

fn has_column(app: &App) -> Result<(), &'static str> {
    if selected_column(app).is_some() { Ok(()) } else { Err("no column is in sight") }
}

/// The commands of the Columns pane.
pub static COLUMNS: &[CommandSpec] = &[
    CommandSpec {
        hint: 6,
        ..spec(
            "explore.sort",
            Scope::Columns,
            &["s"],
            "sort",
            "Sort the columns: file order, name, type, nulls, alerts; of two groups also by shift",
            sort,
        )
    },
    CommandSpec {
        hint: 7,
        when: has_column,
        ..spec(
            "columns.compare",
            Scope::Columns,
            &["v"],
            "compare",
            "Hold two periods, or some rows and all others, side by side in every column; Esc leaves",
            |a| {
                sides::open(a);
                Vec::new()
            },
        )
    },
    CommandSpec {
        when: has_column,
        ..spec(
            "columns.whole",
            Scope::Columns,
            &["i"],
            "in full",
            "The whole profile of this column in words: alerts, times, quantiles, values",
            |a| {
                words::open(a);
                Vec::new()
            },
        )
    },
];
