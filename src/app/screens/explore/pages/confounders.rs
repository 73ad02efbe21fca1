//! What explains a group's difference away: every other column held fixed, one by one.

use serde_json::{Map, json};

use super::Subject;
use crate::analysis::format;
use crate::analysis::sqltext::both;
use crate::app::commands::{CommandSpec, Scope, writable};
use crate::app::screens::explore::pin::{self, Look};
use crate::app::screens::explore::{Pane, clues, filter, independence, known, show};
use crate::app::screens::spec;
use crate::app::scroll::Scroll;
use crate::app::{App, CANCELLED, Effect, Popup, Tone};
use crate::query::{Analysis, ConfounderRequest, ConfounderResult, ConfounderStratum, Findings, Kpi};

/// Share of a segment's rows below which a comparison with others alike says too little.
pub const OVERLAP: f64 = 0.6;

/// The state of the page.
#[derive(Debug, Default)]
pub struct View {
    /// What was found, and of which group.
    found: Option<(Subject, ConfounderResult)>,
    /// The group whose result is awaited.
    asked: Option<Subject>,
    /// Why there is none.
    pub failed: Option<String>,
    /// The row.
    pub list: Scroll,
}

/// The result of the group that the page is about.
#[must_use]
pub fn result(app: &App) -> Option<&ConfounderResult> {
    let pages = &app.views.explore.pages;
    let (of, found) = pages.confounders.found.as_ref()?;
    (Some(of) == pages.subject.as_ref()).then_some(found)
}

/// The rows.
#[must_use]
pub fn rows(app: &App) -> &[ConfounderStratum] {
    result(app).map(|r| r.strata.as_slice()).unwrap_or_default()
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<&ConfounderStratum> {
    let rows = rows(app);
    app.views.explore.pages.confounders.list.selected(rows.len()).and_then(|at| rows.get(at))
}

/// Asks for the group that the page is about, unless it is there or under way.
pub(super) fn ask(app: &mut App) -> Option<Effect> {
    let (b, mut clues) = known::request(app)?;
    let subject = app.views.explore.pages.subject.clone()?;
    if result(app).is_some() || app.views.explore.pages.confounders.asked.as_ref() == Some(&subject) {
        return None;
    }
    clues.filter = both(clues.filter.as_deref(), subject.among.as_deref());
    let view = &mut app.views.explore.pages.confounders;
    view.failed = None;
    view.asked = Some(subject.clone());
    let label = format!("what explains {} away", subject.label);
    let request = ConfounderRequest { clues, segment: subject.condition };
    Some(Effect::Run {
        slot: "confounders".into(),
        label,
        data: b.data,
        analysis: Box::new(Analysis::Confounders(request)),
    })
}

/// A result is there.
pub(in crate::app::screens::explore) fn found(app: &mut App, findings: Findings) -> Vec<Effect> {
    let view = &mut app.views.explore.pages.confounders;
    if let (Findings::Confounders(result), Some(subject)) = (findings, view.asked.take()) {
        view.list.home();
        view.found = Some((subject, result));
    }
    Vec::new()
}

/// A result will not come.
pub(in crate::app::screens::explore) fn failed(app: &mut App, why: &str) {
    let view = &mut app.views.explore.pages.confounders;
    view.asked = None;
    view.failed = Some(if why == CANCELLED { "Cancelled. 3 begins again.".into() } else { why.to_owned() });
}

/// `82% explained away`, `turned round`, `hardly anything`.
#[must_use]
pub fn verdict(s: &ConfounderStratum) -> String {
    if s.overlap < OVERLAP {
        return "too few alike".to_owned();
    }
    match s.explained.explained_away {
        _ if s.explained.flips => "turned round".to_owned(),
        None => format::UNKNOWN.to_owned(),
        Some(x) if x >= 0.995 => "all of it".to_owned(),
        Some(x) if x.abs() < 0.005 => "nothing".to_owned(),
        Some(x) if x < 0.0 => format!("{} more", format::percent_with(-x, 0)),
        Some(x) => format::percent_with(x, 0),
    }
}

/// Whether all columns held fixed were fixed before the group's columns, as far as it was answered.
#[must_use]
pub fn fixed(app: &App, s: &ConfounderStratum) -> Option<bool> {
    let before = app.views.explore.pages.subject.as_ref().map(Subject::columns)?;
    let of = |c: &String| known::fixed_of(app, &clues::source_column(app, c), &sources(app, &before)).map(|a| a.known);
    s.explained.columns.iter().map(of).collect::<Option<Vec<bool>>>().map(|all| all.into_iter().all(|k| k))
}

fn sources(app: &App, columns: &[String]) -> Vec<String> {
    columns.iter().map(|c| clues::source_column(app, c)).collect()
}

fn kpi(app: &App) -> Option<Kpi> {
    app.doc.as_ref()?.session.state.kpi.as_ref().map(|k| k.kpi.clone())
}

/// One row in a sentence.
#[must_use]
pub fn sentence(app: &App) -> Option<String> {
    let (r, s, subject) = (result(app)?, selected(app)?, app.views.explore.pages.subject.as_ref()?);
    let kpi = kpi(app)?;
    let held = s.explained.columns.join(" × ");
    let crude = format::change_with_interval(&kpi, &r.crude);
    if s.overlap < OVERLAP {
        return Some(format!(
            "{}: {crude} against all others; with {held} held fixed only {} of its rows have others to be compared with, \
             too few",
            subject.label,
            format::percent_with(s.overlap, 0)
        ));
    }
    let adjusted = format::change_with_interval(&kpi, &s.explained.adjusted);
    let what = match s.explained.explained_away {
        _ if s.explained.flips => "it turns round".to_owned(),
        Some(x) if x >= 0.5 => format!("{held} explains {} of it away", format::percent_with(x.min(1.0), 0)),
        Some(x) if x > 0.1 => format!("{held} explains {} of it away, the rest stands", format::percent_with(x, 0)),
        Some(x) if x < -0.1 => "it grows".to_owned(),
        _ => "it stands".to_owned(),
    };
    Some(format!("{}: {crude} against all others, {adjusted} with {held} held fixed: {what}", subject.label))
}

/// How the figures come about.
fn explain(app: &mut App) -> Vec<Effect> {
    let (Some(r), Some(kpi)) = (result(app), kpi(app)) else { return Vec::new() };
    let mut lines: Vec<String> = Vec::new();
    if let (Some(s), Some(words)) = (selected(app), sentence(app)) {
        lines.push(format!("{words}."));
        if s.overlap >= OVERLAP {
            lines.push(format!(
                "Weighted by the strata's shares of all rows it is {}.",
                format::change_with_interval(&kpi, &s.explained.standardised)
            ));
        }
        if let Some(i2) = s.i2 {
            let how = if i2 < 0.3 {
                "the strata say about the same"
            } else if i2 < 0.6 {
                "the strata differ somewhat"
            } else {
                "the strata differ much: look at them one by one"
            };
            lines.push(format!("I² {}: {how}.", format::percent_with(i2, 0)));
        }
        lines.push(String::new());
    }
    lines.push(
        "The difference with a column held fixed: RD = Σ ω_k (r_Sk − r_Rk) / Σ ω_k over its groups k, ω_k = n_Sk·n_Rk/n_k \
         (Mantel and Haenszel): rows are only compared with others alike in that column. Explained away is 1 − RD/crude; it \
         turns round where the sign changes and the interval is off 0."
            .into(),
    );
    lines.push(format!(
        "Overlap is the share of the group's rows that have others alike; below {} nothing is said.",
        format::percent_with(OVERLAP, 0)
    ));
    if let Some(e) = r.e_value {
        lines.push(format!(
            "E-value {}: something unseen would have to go with both the group and the KPI by a ratio of {} each to explain \
             it away (VanderWeele and Ding 2017).",
            format::fixed(e, 2),
            format::fixed(e, 2)
        ));
    }
    lines.push(
        "Was it fixed before? Holding a consequence fixed would explain a cause by what it causes: w answers, and a \
         consequence is left out everywhere."
            .into(),
    );
    lines.push(independence(app));
    lines.extend(r.notes.iter().filter(|n| *n != crate::analysis::coding::ROWS_ALONE).cloned());
    let title = app.views.explore.pages.subject.as_ref().map(|s| s.label.clone()).unwrap_or_default();
    app.popups.push(Popup::Words { title: format!("What explains it away: {title}"), lines, scroll: 0 });
    Vec::new()
}

/// Enter: the KPI by the column that is held fixed, split by the group's own column.
pub(in crate::app::screens::explore) fn enter(app: &mut App) -> Vec<Effect> {
    let Some(s) = selected(app) else { return Vec::new() };
    let ([held], Some(own)) = (s.explained.columns.as_slice(), app.views.explore.pages.subject.as_ref()) else {
        return explain(app);
    };
    let held = clues::source_column(app, held);
    let own = own.columns().into_iter().next().map(|c| clues::source_column(app, &c));
    clues::to_kpi(app, &held, own).unwrap_or_else(|| explain(app))
}

/// `w`: was the column fixed before the group's?
fn ask_fixed(app: &mut App) -> Vec<Effect> {
    let Some(s) = selected(app) else { return Vec::new() };
    let Some(subject) = &app.views.explore.pages.subject else { return Vec::new() };
    let before = sources(app, &subject.columns());
    match s.explained.columns.as_slice() {
        [column] => {
            let column = clues::source_column(app, column);
            if before.contains(&column) {
                app.say(Tone::Warn, format!("{column} makes the group itself."));
            } else {
                known::open(app, known::Asked { column, before });
            }
        }
        _ => app.say(Tone::Plain, "Answer for each column by itself: the rows above."),
    }
    Vec::new()
}

/// `c`: pins the row under the cursor.
pub(in crate::app::screens::explore) fn pin_row(app: &mut App) -> Vec<Effect> {
    let (Some(r), Some(s), Some(says), Some(subject), Some(kpi)) =
        (result(app), selected(app), sentence(app), app.views.explore.pages.subject.clone(), kpi(app))
    else {
        app.say(Tone::Warn, "There is nothing to pin yet.");
        return Vec::new();
    };
    let mut params = Map::new();
    params.insert("kpi".into(), json!(kpi));
    params.insert("where".into(), json!(subject.condition));
    params.insert("within".into(), json!(s.explained.columns));
    params.insert("tried".into(), json!(r.strata.len()));
    let mut result = Map::new();
    result.insert("n".into(), json!([r.n.0, r.n.1]));
    result.insert("crude".into(), json!(r.crude.value));
    result.insert("estimate".into(), json!(s.explained.adjusted.value));
    result.insert("interval".into(), json!(s.explained.adjusted.interval));
    result.insert("explained_away".into(), json!(s.explained.explained_away));
    result.insert("overlap".into(), json!(s.overlap));
    result.insert("i2".into(), json!(s.i2));
    result.insert("e_value".into(), json!(r.e_value));
    result.insert("tried".into(), json!(r.strata.len()));
    // Only what still stands with the column held fixed speaks for whoever expects an effect.
    let same = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| a * b > 0.0);
    let stands = s.explained.adjusted.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
        && same(s.explained.adjusted.value, r.crude.value);
    let title = format!("{} with {} held fixed", subject.label, s.explained.columns.join(" × "));
    let tried = r.strata.len() as u64;
    let columns = subject.columns();
    pin::open(app, Look { title, columns, params, result, says, off_zero: stands, tried });
    Vec::new()
}

fn only(app: &mut App) -> Vec<Effect> {
    let condition = app.views.explore.pages.subject.as_ref().map(|s| s.condition.clone());
    let back = app.views.explore.pages.from;
    let mut effects = condition.map(|c| filter::add_filter(app, &c)).unwrap_or_default();
    // Among its own rows the group has no others to be compared with.
    effects.extend(show(app, back));
    effects
}

fn has_rows(app: &App) -> Result<(), &'static str> {
    if rows(app).is_empty() { Err("nothing was held fixed yet") } else { Ok(()) }
}

fn can_answer(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    has_rows(app)
}

/// The commands of the page.
pub static CONFOUNDERS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: can_answer,
        ..spec(
            "confounders.fixed",
            Scope::Confounders,
            &["w"],
            "fixed before",
            "Answer whether this column was fixed before the group's; a consequence is left out everywhere",
            ask_fixed,
        )
    },
    CommandSpec {
        hint: 2,
        when: has_rows,
        ..spec(
            "confounders.how",
            Scope::Confounders,
            &["i"],
            "how",
            "What this row says, and how it is computed",
            explain,
        )
    },
    CommandSpec {
        when: has_rows,
        ..spec(
            "confounders.only",
            Scope::Confounders,
            &["f"],
            "only these",
            "Only the rows of the group, in all panes",
            only,
        )
    },
    CommandSpec {
        hint: 4,
        ..spec("confounders.reach", Scope::Confounders, &["r"], "reach", "What could be won here", |a| {
            super::open(a, Pane::Reach)
        })
    },
];
