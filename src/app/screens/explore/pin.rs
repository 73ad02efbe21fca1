//! A look at the data becomes a clue: the record of what was seen, a prefilled sentence, suggested ratings.

use serde_json::{Map, Value, json};

use super::actions::looked_words;
use crate::analysis::format;
use crate::app::forms::{self, Pin};
use crate::app::screens::checks;
use crate::app::{App, Tone};
use crate::domain::decide::{family_of_column, suggest_for_columns};
use crate::domain::event::{Act, Ratings};
use crate::domain::words::{Grade, Origin};
use crate::query::Outcome;

/// What was seen.
pub(super) struct Look {
    /// What was looked at, in a few words.
    pub title: String,
    /// The columns that it is about, the one that names its family first.
    pub columns: Vec<String>,
    /// What it takes to look again.
    pub params: Map<String, Value>,
    /// The figures.
    pub result: Map<String, Value>,
    /// The sentence with the figure.
    pub says: String,
    /// The interval lies off no effect: whoever predicted an effect of these columns expected it.
    pub off_zero: bool,
    /// How many things were looked at for it.
    pub tried: u64,
}

/// Opens the form that pins it.
pub(super) fn open(app: &mut App, look: Look) {
    let Some(table) = app.main_table().map(str::to_owned) else {
        app.say(Tone::Warn, "There is no table.");
        return;
    };
    let Look { title, columns, mut params, mut result, says, off_zero, tried } = look;
    if let Some(filter) = super::filter(app) {
        params.insert("filter".into(), json!(filter));
    }
    result.insert("says".into(), json!(says));
    let first = columns.first().cloned().unwrap_or_else(|| "kpi".to_owned());
    let associated = associated(app, &first);
    let ratings = match &app.doc {
        Some(doc) if off_zero => suggest_for_columns(&doc.session, doc.playbook.as_deref(), &columns),
        _ => Ratings::new(),
    };
    let record = Act::Check {
        check: free_id(app),
        data: vec![table.clone()],
        predicted: false,
        title: Some(title),
        params,
        result,
        outcome: Outcome::Unclear,
        took_seconds: None,
    };
    let among = if tried > 1 {
        format!("Found among {} that were looked at: the more looked at, the less surprising.", format::count(tried))
    } else {
        looked_words(app)
    };
    let pin = Pin {
        record: Some(Box::new(record)),
        source: None,
        origin: Origin::Browsed,
        family: family_of_column(&table, &first, &associated),
        grade: Grade::A,
        text: says,
        ratings,
        says: among,
    };
    forms::open_pin(app, pin);
}

/// Columns of earlier clues that go with this one, as far as that was measured.
fn associated(app: &App, column: &str) -> Vec<(String, f64)> {
    let clues = checks::clue_columns(app);
    let of = |((x, y), v): (&(String, String), &f64)| {
        if x == column && clues.contains(y) {
            Some((y.clone(), *v))
        } else if y == column && clues.contains(x) {
            Some((x.clone(), *v))
        } else {
            None
        }
    };
    app.views.explore.associations.iter().filter_map(of).collect()
}

/// A name for a look that no other has: `look-1`, `look-2` …
pub(super) fn free_id(app: &App) -> String {
    let taken = |id: &str| app.doc.as_ref().is_some_and(|d| d.session.state.latest_check(id).is_some());
    (1..).map(|i| format!("look-{i}")).find(|id| !taken(id)).unwrap_or_default()
}
