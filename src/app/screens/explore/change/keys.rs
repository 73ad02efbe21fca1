//! What keys do on the Change pane besides moving.

use super::{ChangeRow, Inside, open_second, periods, result, rows, selected, words};
use crate::app::commands::{CommandSpec, Scope, with_session};
use crate::app::screens::explore::{Pane, filter, pages};
use crate::app::screens::spec;
use crate::app::{App, Effect, Tone};

/// Enter: the parts of the group under the cursor by one more column; of a cause, or where there are two columns
/// already, the row in words.
pub(in crate::app::screens::explore) fn enter(app: &mut App) -> Vec<Effect> {
    if app.views.explore.change.compared.is_none() {
        periods::open(app);
        return Vec::new();
    }
    let part = match selected(app) {
        Some(ChangeRow::Part(p)) if p.place.len() == 1 => p.place.first().map(|(_, v)| (v.clone(), p.label.clone())),
        Some(_) => {
            words::explain(app);
            return Vec::new();
        }
        None => return Vec::new(),
    };
    let Some((value, label)) = part else { return Vec::new() };
    let title = format!("Inside {label}, by …");
    app.views.explore.change.inside = Some(Inside { value, label });
    open_second(app, &title);
    Vec::new()
}

fn map(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.explore.change;
    if view.by.len() < 2 || view.inside.is_some() {
        app.say(Tone::Plain, "A map needs two columns: d adds one.");
        return Vec::new();
    }
    view.map = !view.map;
    view.list.home();
    Vec::new()
}

fn only(app: &mut App) -> Vec<Effect> {
    match selected(app).and_then(|r| r.condition().map(str::to_owned)) {
        Some(condition) => filter::add_filter(app, &condition),
        None => {
            app.say(Tone::Warn, "This row is no group of rows.");
            Vec::new()
        }
    }
}

fn has_rows(app: &App) -> Result<(), &'static str> {
    if rows(app).is_empty() { Err("there is nothing in sight") } else { Ok(()) }
}

fn has_result(app: &App) -> Result<(), &'static str> {
    if result(app).is_some() { Ok(()) } else { Err("nothing was compared yet") }
}

/// The commands of the Change pane.
pub static CHANGE: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: with_session,
        ..spec(
            "change.compare",
            Scope::Change,
            &["v"],
            "compare",
            "Choose what is compared: two periods, two groups of rows, or what happened with what was expected",
            |a| {
                periods::open(a);
                Vec::new()
            },
        )
    },
    CommandSpec {
        hint: 2,
        when: has_result,
        ..spec(
            "change.map",
            Scope::Change,
            &["m"],
            "map",
            "Show two columns crossed as a map that names the worst slots, or as a list again",
            map,
        )
    },
    CommandSpec {
        hint: 3,
        when: has_rows,
        ..spec("change.only", Scope::Change, &["f"], "only these", "Only the rows of this group, in all panes", only)
    },
    CommandSpec {
        hint: 4,
        when: has_rows,
        ..spec(
            "change.why",
            Scope::Change,
            &["x"],
            "explain",
            "What explains this group away: every other column held fixed",
            |a| pages::open(a, Pane::Confounders),
        )
    },
    CommandSpec {
        when: has_rows,
        ..spec("change.reach", Scope::Change, &["r"], "reach", "What could be won in this group", |a| {
            pages::open(a, Pane::Reach)
        })
    },
    CommandSpec {
        when: has_rows,
        ..spec(
            "change.mark",
            Scope::Change,
            &["Space"],
            "mark",
            "Mark this group, to take several together",
            pages::mark,
        )
    },
    CommandSpec {
        when: has_rows,
        ..spec("change.trial", Scope::Change, &["E"], "experiment", "The experiment that would show it", |a| {
            pages::open(a, Pane::Experiment)
        })
    },
    CommandSpec {
        when: has_result,
        ..spec("change.how", Scope::Change, &["i"], "how", "How these figures are computed, in plain words", |a| {
            words::explain(a);
            Vec::new()
        })
    },
];
