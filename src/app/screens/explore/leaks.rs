//! The Leaks pane: columns that know the outcome, and what was answered about them.

use serde_json::{Map, json};

use super::pin::{self, Look};
use super::{Pane, clues, filter, independence, known};
use crate::analysis::format;
use crate::analysis::leaks::ALONE;
use crate::analysis::sqltext::quoted;
use crate::app::commands::{CommandSpec, Scope, writable};
use crate::app::screens::spec;
use crate::app::scroll::Scroll;
use crate::app::{App, CANCELLED, Effect, Popup, Tone};
use crate::domain::session::KnownAnswer;
use crate::query::{Analysis, ClueRequest, Findings, Leak, LeakResult, LeakTier};

/// The state of the pane.
#[derive(Debug, Default)]
pub struct LeaksView {
    /// What was found, whatever was answered.
    pub found: Option<LeakResult>,
    /// It is awaited.
    asked: bool,
    /// Why there is none.
    pub failed: Option<String>,
    /// The row.
    pub list: Scroll,
    /// The column that a replay leads to; its row is found once the columns were looked at.
    lead: Option<String>,
}

/// A row: a column that may know the outcome, or one of which something was answered without its being found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// The column.
    pub column: &'a str,
    /// What was found of it.
    pub leak: Option<&'a Leak>,
    /// What was answered.
    pub answer: Option<&'a KnownAnswer>,
}

impl Row<'_> {
    /// Whether it is held out of the rankings.
    #[must_use]
    pub fn held_out(&self) -> bool {
        match self.answer {
            Some(a) => !a.known,
            None => self.leak.is_some(),
        }
    }
}

/// The rows: those found, the strongest first, then those that were only answered. Until the columns were looked at it
/// is the answers alone.
#[must_use]
pub fn rows(app: &App) -> Vec<Row<'_>> {
    let found = app.views.explore.leaks.found.iter().flat_map(|r| &r.leaks);
    let mut out: Vec<Row<'_>> =
        found.map(|l| Row { column: &l.column, leak: Some(l), answer: known::answer_of(app, &l.column) }).collect();
    let answers = app.doc.as_ref().map(|d| &d.session.state.known_before);
    for (column, answer) in answers.into_iter().flatten() {
        let stands = app.main_info().is_some_and(|i| i.schema.get(column).is_some());
        if stands && !out.iter().any(|r| r.column == column) {
            out.push(Row { column, leak: None, answer: Some(answer) });
        }
    }
    out
}

/// Leads to the row of a column: at once where it is there, else as soon as the columns were looked at.
pub(in crate::app::screens) fn lead(app: &mut App, column: &str) {
    app.views.explore.pane = Pane::Leaks;
    app.views.explore.leaks.lead = Some(column.to_owned());
    to_lead(app);
}

fn to_lead(app: &mut App) {
    let Some(column) = app.views.explore.leaks.lead.clone() else { return };
    if let Some(at) = rows(app).iter().position(|r| r.column == column) {
        app.views.explore.leaks.list.select(at);
    }
    if app.views.explore.leaks.found.is_some() {
        app.views.explore.leaks.lead = None;
    }
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<Row<'_>> {
    let rows = rows(app);
    app.views.explore.leaks.list.selected(rows.len()).and_then(|at| rows.get(at).copied())
}

/// Asks for the scan, unless it is there or under way.
pub(super) fn ask(app: &mut App) -> Option<Effect> {
    if app.views.explore.pane != Pane::Leaks {
        return None;
    }
    let (b, request) = known::request(app)?;
    let view = &mut app.views.explore.leaks;
    if view.found.is_some() || view.asked {
        return None;
    }
    view.asked = true;
    view.failed = None;
    // All of them are shown here, whatever was answered: an answer can be changed.
    let request = ClueRequest { exclude: Vec::new(), known_before: Vec::new(), ..request };
    Some(Effect::Run {
        slot: "leaks".into(),
        label: "columns that know the outcome".into(),
        data: b.data,
        analysis: Box::new(Analysis::Leaks(request)),
    })
}

/// A result is there.
pub(super) fn found(app: &mut App, findings: Findings) -> Vec<Effect> {
    let current = app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).map(|k| k.kpi.clone());
    let view = &mut app.views.explore.leaks;
    if let Findings::Leaks(r) = findings
        && view.asked
        && current.as_ref().is_some_and(|k| k.is_same(&r.kpi))
    {
        view.asked = false;
        view.found = Some(r);
        to_lead(app);
    }
    Vec::new()
}

/// A result will not come.
pub(super) fn failed(app: &mut App, why: &str) {
    let view = &mut app.views.explore.leaks;
    view.asked = false;
    view.failed = Some(if why == CANCELLED { "Cancelled. 3 begins again.".into() } else { why.to_owned() });
}

/// `leak`, `suspect`, or nothing found.
#[must_use]
pub fn tier_word(row: &Row<'_>) -> &'static str {
    match row.leak.map(|l| l.tier) {
        Some(LeakTier::Leak) => "leak",
        Some(LeakTier::Suspect) => "suspect",
        None => "–",
    }
}

/// The row in a sentence.
#[must_use]
pub fn sentence(app: &App, row: &Row<'_>) -> String {
    let held = if row.held_out() { "it is held out of every ranking" } else { "it is ranked like any other" };
    let answer = row
        .answer
        .map_or_else(|| "nobody has said yet whether it was known before".to_owned(), |a| known::words(app, a, false));
    match row.leak {
        None => format!("{}: {answer}; {held}", row.column),
        Some(l) => {
            // Most reasons end with what it would tell alone.
            let accuracy = l
                .accuracy
                .filter(|_| !l.why.contains(ALONE))
                .map(|a| format!("; {ALONE} {} of rows right", format::percent(a)))
                .unwrap_or_default();
            format!("{}: {}{accuracy}; {answer}; {held}", l.column, l.why)
        }
    }
}

/// What the row says and how it was found.
fn explain(app: &mut App) -> Vec<Effect> {
    let mut lines = Vec::new();
    if let Some(row) = selected(app) {
        lines.push(format!("{}.", sentence(app, &row)));
        if let Some(l) = row.leak {
            lines.push(format!("Strength {} of 1, the largest of its measures.", format::fixed(l.strength, 3)));
        }
        lines.push(String::new());
    }
    lines.push(
        "A column that is written once the outcome is there (a reason for leaving, a refund, a final status) tells it \
         perfectly and explains nothing; a model that uses it looks splendid and is worthless on the day."
            .into(),
    );
    lines.push(
        "leak: AUC of 0.95 or R² of 0.9 and more; almost no uncertainty left once it is known (H(y|x)/H(y) below 0.1); a value \
         that decides; missing cells that tell; columns that add up to the KPI; telling names."
            .into(),
    );
    lines.push(
        "suspect: AUC of 0.85, a correlation of 0.8 or an information value above 1: close enough that somebody must say \
         whether it was known before."
            .into(),
    );
    lines.push(
        "w answers. With yes the column is ranked like any other; with no it stays out everywhere. The answer is recorded, \
         with who gave it and why, and u takes it back."
            .into(),
    );
    lines.push(independence(app));
    if let Some(r) = &app.views.explore.leaks.found {
        lines.push(format!("{} columns were looked at.", format::count(r.tried)));
        lines.extend(r.notes.iter().filter(|n| *n != crate::analysis::coding::ROWS_ALONE).cloned());
    }
    app.popups.push(Popup::Words { title: "Columns that know the outcome".into(), lines, scroll: 0 });
    Vec::new()
}

/// Enter: the KPI by the column.
pub(super) fn enter(app: &mut App) -> Vec<Effect> {
    let Some(column) = selected(app).map(|r| r.column.to_owned()) else { return Vec::new() };
    clues::to_kpi(app, &column, None).unwrap_or_else(|| explain(app))
}

fn ask_known(app: &mut App) -> Vec<Effect> {
    if let Some(column) = selected(app).map(|r| r.column.to_owned()) {
        known::open(app, known::Asked { column, before: Vec::new() });
    }
    Vec::new()
}

/// `c`: pins the row under the cursor.
pub(super) fn pin_row(app: &mut App) -> Vec<Effect> {
    let Some(row) = selected(app) else {
        app.say(Tone::Warn, "There is nothing to pin.");
        return Vec::new();
    };
    let says = sentence(app, &row);
    let column = row.column.to_owned();
    let mut result = Map::new();
    if let Some(l) = row.leak {
        result.insert("estimate".into(), json!(l.strength));
        result.insert("auc".into(), json!(l.auc));
        result.insert("accuracy".into(), json!(l.accuracy));
    }
    let found = app.views.explore.leaks.found.as_ref();
    let (tried, n) = found.map_or((1, 0), |r| (r.tried, r.n));
    result.insert("n".into(), json!(n));
    result.insert("tried".into(), json!(tried));
    let mut params = Map::new();
    params.insert("kpi".into(), json!(found.map(|r| &r.kpi)));
    params.insert("column".into(), json!(column));
    params.insert("tried".into(), json!(tried));
    let title = format!("does {column} know the outcome?");
    pin::open(app, Look { title, columns: vec![column], params, result, says, off_zero: false, tried });
    Vec::new()
}

fn only(app: &mut App) -> Vec<Effect> {
    match selected(app).map(|r| format!("{} IS NOT NULL", quoted(r.column))) {
        Some(condition) => filter::add_filter(app, &condition),
        None => Vec::new(),
    }
}

fn has_rows(app: &App) -> Result<(), &'static str> {
    if selected(app).is_some() { Ok(()) } else { Err("there is nothing in sight") }
}

fn can_answer(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    has_rows(app)
}

/// The commands of the Leaks pane.
pub static LEAKS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: can_answer,
        ..spec(
            "leaks.known",
            Scope::Leaks,
            &["w"],
            "known before",
            "Answer whether this column was known before the outcome; it is recorded and counts everywhere",
            ask_known,
        )
    },
    CommandSpec {
        hint: 2,
        when: has_rows,
        ..spec(
            "leaks.how",
            Scope::Leaks,
            &["i", "x"],
            "why",
            "Why this column is held out, and how such columns are found",
            explain,
        )
    },
    CommandSpec {
        when: has_rows,
        ..spec(
            "leaks.only",
            Scope::Leaks,
            &["f"],
            "only filled",
            "Only the rows where this column is filled, in all panes",
            only,
        )
    },
];
