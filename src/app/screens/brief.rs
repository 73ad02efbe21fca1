//! 5 Brief: the data-science problem, field by field.

use super::spec;
use crate::app::commands::{CommandSpec, Scope, with_session, writable};
use crate::app::forms;
use crate::app::scroll::Scroll;
use crate::app::{App, Doc, Effect, Tone};
use crate::domain::board::in_ten;
use crate::domain::brief::{self, FIELDS};
use crate::domain::decide::Intent;
use crate::domain::event::Act;

/// The view.
#[derive(Debug, Default)]
pub struct BriefView {
    /// The fields.
    pub list: Scroll,
}

/// A kind of data-science problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemKind {
    /// Key in files.
    pub key: &'static str,
    /// Plain title.
    pub title: &'static str,
    /// What it is for.
    pub line: &'static str,
}

const fn kind(key: &'static str, title: &'static str, line: &'static str) -> ProblemKind {
    ProblemKind { key, title, line }
}

/// The kinds that a brief can be of.
pub const KINDS: [ProblemKind; 10] = [
    kind("uplift", "uplift", "whom would the lever change? Treat those"),
    kind("forecast_then_allocate", "forecast, allocate", "how much is needed where and when? Send it there"),
    kind("detection", "detection", "notice early that something breaks"),
    kind("ranking", "ranking", "show or offer the best first"),
    kind("elasticity", "elasticity", "how does demand answer to price?"),
    kind("survival", "survival", "when does it happen, and to whom first?"),
    kind("classification", "classification", "which of several does a case belong to?"),
    kind("regression", "regression", "how large will a number be?"),
    kind("experiment", "experiment", "no prediction yet: try the lever and measure"),
    kind("none", "no model: fix it", "the cause is known and can be repaired"),
];

/// The plain title of a kind; one of one's own as it was written.
#[must_use]
pub fn kind_title(key: &str) -> String {
    KINDS.iter().find(|k| k.key == key).map_or_else(|| key.replace('_', " "), |k| k.title.to_owned())
}

/// Where the words of a row come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Recorded in the brief.
    Recorded,
    /// The playbook suggests them.
    Suggested,
    /// What should be written here.
    Asked,
    /// They follow from the decision and the board.
    Decision,
}

/// A row of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The field of the brief; none for what follows from the decision.
    pub key: Option<&'static str>,
    /// Title.
    pub title: &'static str,
    /// What it says.
    pub words: String,
    /// Where that comes from.
    pub origin: Origin,
}

/// The fields of the brief, then what the decision rests on; none before something is decided.
#[must_use]
pub fn rows(app: &App) -> Vec<Row> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let Some(decision) = &state.decision else { return Vec::new() };
    let suggestions = brief::suggested(&doc.session, doc.playbook.as_deref());
    let say = |key: &str, value: &serde_json::Value| match value.as_str() {
        Some(kind) if key == "kind" => kind_title(kind),
        _ => brief::words(value),
    };
    let mut out: Vec<Row> = FIELDS
        .iter()
        .map(|f| {
            let own = state.brief.get(f.key).map(|v| say(f.key, v)).filter(|w| !w.is_empty());
            let (words, origin) = match (own, suggestions.get(f.key)) {
                (Some(own), _) => (own, Origin::Recorded),
                (None, Some(s)) => (format!("{} (suggested)", say(f.key, s)), Origin::Suggested),
                (None, None) => (f.asks.to_owned(), Origin::Asked),
            };
            Row { key: Some(f.key), title: f.title, words, origin }
        })
        .collect();
    let mut add = |title, words: String| out.push(Row { key: None, title, words, origin: Origin::Decision });
    let people: Vec<&str> = decision.agreed_by.iter().map(|a| state.shown_as(a)).collect();
    add("Also contributing", contributing(doc, &decision.chosen));
    let board = &doc.board.board;
    let next = decision.runner_up.as_deref().or_else(|| {
        let listed = board.order.iter().map(String::as_str);
        listed.into_iter().find(|id| *id != decision.chosen && *id != "other" && *id != "data")
    });
    let next = next.map(|id| format!("{}, {}", doc.row_title(id), in_ten(board.p(id))));
    add("Runner-up", next.unwrap_or_else(|| "none: nothing else stands on the board".into()));
    let or = |words: &str, none: &str| if words.trim().is_empty() { none.to_owned() } else { words.to_owned() };
    add("Would change it", or(&decision.would_change_our_mind, "nobody said what would change our mind"));
    add("Look again on", or(decision.review_on.as_deref().unwrap_or_default(), "no day was set"));
    add("Agreed by", or(&people.join(", "), "nobody yet"));
    out
}

/// The other causes that could give points back, the largest first.
fn contributing(doc: &Doc, chosen: &str) -> String {
    let mut list: Vec<(f64, String)> = doc
        .board
        .inputs
        .impacts
        .iter()
        .filter(|(id, impact)| *id != chosen && impact.reach() > 0.0)
        .map(|(id, impact)| {
            let (reach, p) = (impact.reach(), in_ten(doc.board.board.p(id)));
            (reach, format!("{}: {reach:.2} KPI points ({}), {p}", doc.row_title(id), impact.quality.word()))
        })
        .collect();
    list.sort_by(|a, b| b.0.total_cmp(&a.0));
    let own = doc.board.inputs.impacts.get(chosen).map(|i| format!("; the chosen one {:.2}", i.reach()));
    match list.is_empty() {
        true => "no other cause is sized: e on 4 Score".to_owned(),
        false => {
            let words: Vec<String> = list.into_iter().map(|(_, w)| w).collect();
            format!("{}{}", words.join("; "), own.unwrap_or_default())
        }
    }
}

/// The whole brief as Markdown.
#[must_use]
pub fn copy_text(app: &App) -> Option<String> {
    let doc = app.doc.as_ref()?;
    Some(crate::report::markdown::brief(&doc.session, doc.playbook.as_deref()))
}

/// Rows: the fields and the decision, once something is decided.
#[must_use]
pub fn len(app: &App) -> usize {
    let decided = app.doc.as_ref().is_some_and(|d| d.session.state.decision.is_some());
    if decided { FIELDS.len() + 5 } else { 0 }
}

fn decided(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    if len(app) > 0 { Ok(()) } else { Err("nothing is decided yet: Enter on a row of 4 Score") }
}

fn edit(app: &mut App) -> Vec<Effect> {
    let rows = rows(app);
    match app.views.brief.list.selected(rows.len()).and_then(|i| rows.get(i)) {
        Some(Row { key: Some(key), .. }) => forms::open_brief_field(app, key),
        Some(Row { title: "Also contributing", .. }) => {
            app.say(Tone::Plain, "The sizes stand on 4 Score: e there says what a hypothesis could move.");
        }
        Some(_) => app.say(Tone::Plain, "This belongs to the decision: Enter on its row of 4 Score decides anew."),
        None => {}
    }
    Vec::new()
}

/// Takes over everything that the playbook suggests for fields that are still empty.
fn take_suggestions(app: &mut App) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let fields = brief::suggested(&doc.session, doc.playbook.as_deref());
    if fields.is_empty() {
        app.say(Tone::Plain, "Nothing more is suggested. Enter edits a field.");
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
