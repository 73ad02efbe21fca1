//! Commands of 3 Explore.

use super::{Pane, actions, search, time_column};
use crate::analysis::format;
use crate::app::commands::{CommandSpec, Scope, with_session, writable};
use crate::app::form::Form;
use crate::app::forms::FormId;
use crate::app::screens::spec;
use crate::app::{App, Effect, forms};

fn can_pin(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    match app.views.explore.pane {
        Pane::Checks => Ok(()),
        Pane::Table => measurable(app),
        Pane::Sql if super::sql::shows_result(app) => Ok(()),
        Pane::Sql => Err("no query was run yet"),
        Pane::Drivers | Pane::Segments if super::clues::group(app).is_some() => Ok(()),
        Pane::Drivers | Pane::Segments => Err("no group is in sight"),
        Pane::Change if super::change::selected(app).is_some() => Ok(()),
        Pane::Change => Err("nothing was compared yet"),
        Pane::Leaks if super::leaks::selected(app).is_some() => Ok(()),
        Pane::Leaks => Err("there is no column in sight"),
        Pane::Confounders | Pane::Reach | Pane::Experiment => Ok(()),
        Pane::Reading => Err("there is no figure in sight"),
        Pane::Columns if super::columns::sides::shown(app) => Ok(()),
        _ if actions::has_groups(app) => Ok(()),
        _ => Err("there is no figure in sight: bind the KPI and select a column"),
    }
}

/// In the table a value is measured when it is asked for.
fn measurable(app: &App) -> Result<(), &'static str> {
    let bound = app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_some());
    if bound { Ok(()) } else { Err("it needs the KPI: K binds it") }
}

fn can_size(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    if app.views.explore.pane == Pane::Sql {
        return Err("a query's result is no group of the KPI's rows");
    }
    if app.views.explore.pane == Pane::Table {
        return measurable(app);
    }
    match app.views.explore.pane {
        Pane::Change | Pane::Confounders | Pane::Experiment => return Err("r shows the reach, from where e sizes it"),
        Pane::Leaks => return Err("a column is selected, not a group"),
        Pane::Reading => return Err("there is no group in sight"),
        Pane::Reach => return super::group_in_sight(app).map(|_| ()).map_err(|_| "it is not measured yet"),
        _ => {}
    }
    let clue = super::clues::group(app).is_some();
    if clue || actions::has_groups(app) { Ok(()) } else { Err("there is no group in sight") }
}

fn can_test(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    match app.views.explore.pane {
        Pane::Sql => Err("a query's result is no group of the KPI's rows"),
        Pane::Reading => Err("there is no group in sight"),
        _ => Ok(()),
    }
}

pub(super) fn has_time(app: &App) -> Result<(), &'static str> {
    if time_column(app).is_some() { Ok(()) } else { Err("it needs a time column") }
}

fn several_tables(app: &App) -> Result<(), &'static str> {
    let tables = app.doc.as_ref().map_or(0, |d| d.session.state.tables.len());
    if tables > 1 { Ok(()) } else { Err("the session has one table; a on 1 Problem attaches more") }
}

/// `L`: which table is looked at.
fn tables(app: &mut App) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let kpi = app.kpi_table();
    let words = |name: &str| {
        let of_kpi = if Some(name) == kpi { "   the KPI's" } else { "" };
        match app.tables.get(name) {
            Some(t) if t.failed.is_some() => format!("{name}   can't be opened"),
            Some(t) if t.opening => format!("{name}   being read"),
            Some(t) => {
                let (rows, columns) = (format::count(t.all_rows.max(t.rows)), t.schema.columns.len());
                format!("{name}   {rows} rows × {columns}{of_kpi}")
            }
            None => name.to_owned(),
        }
    };
    let choices = doc.session.state.tables.iter().map(|t| (t.data.clone(), words(&t.data))).collect();
    let now = app.main_table().map(str::to_owned);
    app.open_form(Form::new(FormId::Choose("table"), "Which table?", "look").choice(
        "choice",
        "Table",
        "K binds the KPI to it",
        choices,
        now.as_deref(),
    ));
    Vec::new()
}

/// A table was chosen to be looked at.
pub(super) fn table_chosen(app: &mut App, name: &str) -> Vec<Effect> {
    let of_kpi = app.kpi_table() == Some(name);
    let view = &mut app.views.explore;
    view.chosen = (!of_kpi).then(|| name.to_owned());
    let pane = if view.pane == Pane::Columns { Pane::Columns } else { Pane::Table };
    actions::show(app, pane)
}

/// The commands of the Table pane.
pub static TABLE: &[CommandSpec] = &[CommandSpec {
    when: with_session,
    ..spec("explore.go_row", Scope::Table, &["#", "Ctrl-G"], "go to row", "Go to a row by its number", |a| {
        forms::open_go_to_row(a);
        Vec::new()
    })
}];

/// The commands of every pane.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: with_session,
        ..spec(
            "explore.enter",
            Scope::Explore,
            &["Enter"],
            "open",
            "Open: the whole cell, the KPI by this column, how it is computed, the check",
            actions::enter,
        )
    },
    CommandSpec {
        hint: 2,
        when: can_pin,
        ..spec(
            "explore.pin",
            Scope::Explore,
            &["c"],
            "pin clue",
            "Pin what is in sight as a clue, with ratings",
            actions::pin,
        )
    },
    CommandSpec {
        hint: 3,
        when: can_test,
        ..spec(
            "explore.test",
            Scope::Explore,
            &["t"],
            "test it",
            "Test it: forecast first, then the check; from a group, a check on the spot",
            actions::test_it,
        )
    },
    CommandSpec {
        hint: 4,
        ..spec(
            "explore.pane",
            Scope::Explore,
            &["Tab"],
            "pane",
            "Next pane: Table, Columns, KPI, Checks, Drivers, Segments, Change, Leaks, SQL",
            |a| actions::step_pane(a, true),
        )
    },
    spec("explore.pane_before", Scope::Explore, &["S-Tab"], "pane before", "Pane before", |a| {
        actions::step_pane(a, false)
    }),
    spec("explore.left", Scope::Explore, &["h", "Left"], "left", "Column to the left", |a| actions::step_column(a, -1)),
    spec("explore.right", Scope::Explore, &["l", "Right"], "right", "Column to the right", |a| {
        actions::step_column(a, 1)
    }),
    CommandSpec {
        hint: 5,
        when: can_size,
        ..spec(
            "explore.impact",
            Scope::Explore,
            &["e"],
            "size",
            "Take the reach of this group as what a hypothesis could move",
            actions::impact,
        )
    },
    CommandSpec {
        when: with_session,
        ..spec(
            "explore.dimension",
            Scope::Explore,
            &["d"],
            "add column",
            "Split the KPI by a second column, or take it away again",
            actions::add_dimension,
        )
    },
    CommandSpec {
        when: has_time,
        ..spec(
            "explore.trend",
            Scope::Explore,
            &["T"],
            "over time",
            "The KPI over time, or by column again",
            actions::toggle_trend,
        )
    },
    CommandSpec {
        when: writable,
        ..spec(
            "explore.kpi",
            Scope::Explore,
            &["K"],
            "KPI",
            "Bind the KPI; a column of few values suggests a rate",
            actions::bind,
        )
    },
    CommandSpec {
        hint: 7,
        when: with_session,
        ..spec(
            "explore.search",
            Scope::Explore,
            &["/"],
            "find",
            "Look for text in the cells; filter the columns or the checks; on the KPI pane go to a column",
            search::open,
        )
    },
    CommandSpec {
        when: with_session,
        ..spec("explore.next", Scope::Explore, &["n"], "next found", "The next one that was found", |a| {
            search::next_found(a, true)
        })
    },
    CommandSpec {
        when: with_session,
        ..spec("explore.before", Scope::Explore, &["N"], "found before", "The one found before", |a| {
            search::next_found(a, false)
        })
    },
    CommandSpec {
        when: several_tables,
        ..spec(
            "explore.tables",
            Scope::Explore,
            &["L"],
            "tables",
            "Look at another table of the session in Table and Columns; all other panes speak of the KPI's",
            tables,
        )
    },
    CommandSpec {
        when: with_session,
        ..spec(
            "explore.reading",
            Scope::Explore,
            &["R"],
            "reading",
            "How the file is read, with its first rows; every guess can be changed",
            super::pages::reading::open,
        )
    },
];
