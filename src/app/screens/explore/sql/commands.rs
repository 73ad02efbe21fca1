//! Keys of the SQL pane: those of the editor, and those of the result besides the table's own.

use super::{again, complete, edit, leave, run, shows_result, step};
use crate::app::commands::{CommandSpec, Scope, with_session, writable};
use crate::app::form::Form;
use crate::app::forms::{self, FormId};
use crate::app::screens::spec;
use crate::app::{App, CANCELLED, Effect, Popup, Tone};

fn with_query(app: &App) -> Result<(), &'static str> {
    with_session(app)?;
    let view = &app.views.explore.sql;
    if view.ran.is_some() || !view.editor.text().trim().is_empty() { Ok(()) } else { Err("there is no query yet") }
}

fn tab(app: &mut App) -> Vec<Effect> {
    if !complete::take(app) {
        app.say(Tone::Plain, "Nothing fits here. Esc gives the keys to the result.");
    }
    Vec::new()
}

fn cancel(app: &mut App) -> Vec<Effect> {
    if app.views.explore.sql.running.is_none() {
        app.say(Tone::Plain, "No query is running. Esc leaves the editor.");
        return Vec::new();
    }
    app.say(Tone::Plain, CANCELLED);
    vec![Effect::CancelJobs]
}

/// The commands while the editor has the keys.
pub static EDIT: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        ..spec("sql.run", Scope::SqlEdit, &["Ctrl-R", "F5", "Alt-Enter"], "run", "Run the query", run)
    },
    CommandSpec {
        hint: 2,
        ..spec(
            "sql.complete",
            Scope::SqlEdit,
            &["Tab"],
            "complete",
            "Take what is offered for this word (Ctrl-N and Ctrl-P choose), or offer what fits",
            tab,
        )
    },
    CommandSpec {
        hint: 4,
        ..spec("sql.older", Scope::SqlEdit, &["Alt-Up"], "older", "The query that was run before", |a| step(a, true))
    },
    spec("sql.newer", Scope::SqlEdit, &["Alt-Down"], "newer", "The query that was run after it", |a| step(a, false)),
    CommandSpec {
        hint: 5,
        ..spec(
            "sql.editor",
            Scope::SqlEdit,
            &["Ctrl-G"],
            "editor",
            "Change the query in your own editor ($EDITOR)",
            |a| vec![Effect::Edit(a.views.explore.sql.editor.text())],
        )
    },
    spec("sql.cancel", Scope::SqlEdit, &["Ctrl-C"], "cancel", "Cancel the query that runs", cancel),
    spec("sql.help", Scope::SqlEdit, &["F1"], "help", "Show the keys of the editor", |a| {
        a.popups.push(Popup::Help { scroll: 0 });
        Vec::new()
    }),
    CommandSpec {
        hint: 3,
        ..spec("sql.leave", Scope::SqlEdit, &["Esc"], "leave", "Leave the editor; the result gets the keys", leave)
    },
];

/// The commands of the pane while the editor has not the keys.
pub static RESULTS: &[CommandSpec] = &[
    CommandSpec { hint: 1, when: with_session, ..spec("sql.edit", Scope::Sql, &["i"], "edit", "Edit the query", edit) },
    CommandSpec {
        hint: 2,
        when: with_query,
        ..spec("sql.again", Scope::Sql, &["r"], "run again", "Run the query again", again)
    },
    CommandSpec {
        hint: 3,
        when: can_keep,
        ..spec(
            "sql.keep",
            Scope::Sql,
            &["A"],
            "keep as table",
            "Keep the result as a table of the session, made anew by its query; K can bind the KPI to it",
            keep,
        )
    },
];

/// `A`: a name for the result, so that it stays as a table of the session.
fn keep(app: &mut App) -> Vec<Effect> {
    app.open_form(Form::new(FormId::QueryTable, "Keep the result as a table", "keep").line(
        "data",
        "Name",
        "The query is recorded with it and makes the table anew whenever the session is opened",
        "",
    ));
    Vec::new()
}

/// Keeps the query whose result is shown as a table.
///
/// # Errors
/// A sentence for the form.
pub fn submit(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let name = form.text("data");
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err("A name has letters, digits and _, so that queries can use it.".into());
    }
    let ran = app.views.explore.sql.ran.as_ref().ok_or("No query was run yet.")?;
    let query = ran.query.clone();
    forms::attach_query(app, &name, &query)
}

fn can_keep(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    if shows_result(app) { Ok(()) } else { Err("no query was run yet") }
}

/// From every pane to the editor.
pub static OPEN: &[CommandSpec] = &[CommandSpec {
    when: with_session,
    ..spec("explore.query", Scope::Explore, &["Q"], "SQL", "Write a query (SQL)", edit)
}];
