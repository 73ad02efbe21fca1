//! 5 Brief: the data-science problem, field by field.

use super::spec;
use crate::app::commands::{CommandSpec, Scope, with_session, writable};
use crate::app::forms;
use crate::app::scroll::Scroll;
use crate::app::{App, Effect};
use crate::domain::brief::{self, FIELDS};
use crate::domain::decide::Intent;
use crate::domain::event::Act;

/// The view.
#[derive(Debug, Default)]
pub struct BriefView {
    /// The fields.
    pub list: Scroll,
}

/// Rows: the fields, once something is decided.
#[must_use]
pub fn len(app: &App) -> usize {
    if app.doc.as_ref().is_some_and(|d| d.session.state.decision.is_some()) { FIELDS.len() } else { 0 }
}

fn decided(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    if len(app) > 0 { Ok(()) } else { Err("nothing is decided yet: Enter on a row of 4 Score") }
}

fn edit(app: &mut App) -> Vec<Effect> {
    if let Some(field) = app.views.brief.list.selected(FIELDS.len()).and_then(|i| FIELDS.get(i)) {
        forms::open_brief_field(app, field.key);
    }
    Vec::new()
}

/// Takes over everything that the playbook suggests for fields that are still empty.
fn take_suggestions(app: &mut App) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let fields = brief::suggested(&doc.session, doc.playbook.as_deref());
    if fields.is_empty() {
        app.say(crate::app::Tone::Plain, "Nothing more is suggested. Enter edits a field.");
        return Vec::new();
    }
    app.record_or_say(Intent::record(Act::Problem { hypothesis: String::new(), fields }))
}

/// Commands of 5 Brief.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: decided,
        ..spec("brief.edit", Scope::Brief, &["Enter", "e"], "edit", "Edit the selected field in place", edit)
    },
    CommandSpec {
        hint: 2,
        when: decided,
        ..spec(
            "brief.suggest",
            Scope::Brief,
            &["s"],
            "take suggestions",
            "Fill empty fields with what the playbook suggests",
            take_suggestions,
        )
    },
    CommandSpec {
        hint: 3,
        when: with_session,
        ..spec("brief.export", Scope::Brief, &["x"], "export", "Export the brief as Markdown", |a| {
            forms::open_report(a);
            Vec::new()
        })
    },
];
