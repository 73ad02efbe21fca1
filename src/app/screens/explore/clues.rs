//! The Drivers and Segments panes: what the KPI goes with, what is held out, and what keys do with it.

use super::{Pane, ask_reach, filter, known, pages};
use crate::analysis::dist::{Z95, wilson};
use crate::analysis::format;
use crate::app::commands::{CommandSpec, Scope};
use crate::app::screens::spec;
use crate::app::scroll::Scroll;
use crate::app::{App, CANCELLED, Effect, Popup, Tone};
use crate::query::{
    Analysis, Driver, DriverResult, Estimate, Explained, Findings, KpiGroup, Leak, LeakTier, Segment, SegmentRequest,
    SegmentResult,
};

/// Segments are of so many columns at most here; the command line goes to three.
const DEPTH: u8 = 2;
/// So many of them are listed.
const TOP: u32 = 40;

/// The state of both panes.
#[derive(Debug, Default)]
pub struct Clues {
    /// The columns that the KPI goes with, once they are known.
    pub drivers: Option<DriverResult>,
    /// The combinations, once they are known.
    pub segments: Option<SegmentResult>,
    /// The groups behind the rows of both, as the other panes take them.
    groups: (Vec<Option<KpiGroup>>, Vec<Option<KpiGroup>>),
    /// Which of the two are awaited.
    asked: (bool, bool),
    /// Why there are none.
    pub failed: Option<String>,
    /// The row of each pane.
    pub list: (Scroll, Scroll),
}

/// A row of either pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClueRow<'a> {
    /// A column that is held out.
    Held(&'a Leak),
    /// A column.
    Driver(&'a Driver),
    /// A combination.
    Segment(&'a Segment),
}

impl Clues {
    /// What is awaited comes too late for who looks at another table; it is asked for again later.
    pub fn set_aside(&mut self) {
        self.asked = (false, false);
    }

    /// Forgets what was found.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The rows of the pane that has the keys: what is held out first.
#[must_use]
pub fn rows(app: &App) -> Vec<ClueRow<'_>> {
    let clues = &app.views.explore.clues;
    match app.views.explore.pane {
        Pane::Drivers => clues.drivers.as_ref().map_or_else(Vec::new, |r| {
            r.leaks.iter().map(ClueRow::Held).chain(r.drivers.iter().map(ClueRow::Driver)).collect()
        }),
        Pane::Segments => clues.segments.as_ref().map_or_else(Vec::new, |r| {
            r.leaks.iter().map(ClueRow::Held).chain(r.segments.iter().map(ClueRow::Segment)).collect()
        }),
        _ => Vec::new(),
    }
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<ClueRow<'_>> {
    let rows = rows(app);
    let list = &app.views.explore.clues.list;
    let scroll = if app.views.explore.pane == Pane::Segments { &list.1 } else { &list.0 };
    scroll.selected(rows.len()).and_then(|at| rows.get(at).copied())
}

/// The group under the cursor: the worst one of a driver, or the segment itself.
#[must_use]
pub fn group(app: &App) -> Option<&KpiGroup> {
    let clues = &app.views.explore.clues;
    let n = rows(app).len();
    match app.views.explore.pane {
        Pane::Drivers => clues.groups.0.get(clues.list.0.selected(n)?)?.as_ref(),
        Pane::Segments => clues.groups.1.get(clues.list.1.selected(n)?)?.as_ref(),
        _ => None,
    }
}

/// Asks for what the pane shows, unless it is there or under way.
pub fn ask(app: &mut App) -> Option<Effect> {
    let (b, asked) = known::request(app)?;
    let pane = app.views.explore.pane;
    let clues = &mut app.views.explore.clues;
    let (slot, label, analysis) = match pane {
        Pane::Drivers if clues.drivers.is_none() && !clues.asked.0 => {
            clues.asked.0 = true;
            ("drivers", "what the KPI goes with", Analysis::Drivers(asked))
        }
        Pane::Segments if clues.segments.is_none() && !clues.asked.1 => {
            clues.asked.1 = true;
            ("segments", "combinations", Analysis::Segments(SegmentRequest { clues: asked, depth: DEPTH, top: TOP }))
        }
        _ => return None,
    };
    clues.failed = None;
    Some(Effect::Run { slot: slot.into(), label: label.into(), data: b.data, analysis: Box::new(analysis) })
}

/// A result is there.
pub(super) fn found(app: &mut App, findings: Findings) -> Vec<Effect> {
    let current = app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).map(|k| k.kpi.clone());
    let clues = &mut app.views.explore.clues;
    match findings {
        Findings::Drivers(r) if clues.asked.0 && current.as_ref().is_some_and(|k| k.is_same(&r.kpi)) => {
            clues.asked.0 = false;
            clues.groups.0 = std::iter::repeat_n(None, r.leaks.len())
                .chain(r.drivers.iter().map(|d| Some(of_driver(d, r.kpi.is_share()))))
                .collect();
            clues.drivers = Some(r);
        }
        Findings::Segments(r) if clues.asked.1 && current.as_ref().is_some_and(|k| k.is_same(&r.kpi)) => {
            clues.asked.1 = false;
            clues.groups.1 = std::iter::repeat_n(None, r.leaks.len())
                .chain(r.segments.iter().map(|s| Some(of_segment(s))))
                .collect();
            clues.segments = Some(r);
        }
        _ => {}
    }
    ask_reach(app).into_iter().collect()
}

/// A result will not come.
pub(super) fn failed(app: &mut App, slot: &str, why: &str) {
    let clues = &mut app.views.explore.clues;
    if slot == "segments" {
        clues.asked.1 = false
    } else {
        clues.asked.0 = false
    }
    clues.failed = Some(if why == CANCELLED { "Cancelled. 3 begins again.".into() } else { why.to_owned() });
}

fn of_driver(d: &Driver, share: bool) -> KpiGroup {
    #[allow(clippy::cast_precision_loss)]
    let n = d.worst.n as f64;
    KpiGroup {
        place: vec![(d.column.clone(), d.worst.value.clone())],
        label: d.worst.label.clone(),
        condition: d.worst.condition.clone(),
        n: d.worst.n,
        level: Estimate {
            value: Some(d.worst.level),
            interval: if share { wilson(d.worst.level, n, Z95) } else { None },
        },
    }
}

fn of_segment(s: &Segment) -> KpiGroup {
    KpiGroup {
        place: s.place.clone(),
        label: s.label.clone(),
        condition: s.condition.clone(),
        n: s.n,
        level: Estimate { value: s.level, interval: None },
    }
}

/// The columns of the group under the cursor, for the title of what is pinned.
#[must_use]
pub fn columns(app: &App) -> Option<String> {
    Some(group(app)?.place.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>().join(" × "))
}

/// Enter: the KPI by that column, or by the columns of the segment.
pub(super) fn enter(app: &mut App) -> Vec<Effect> {
    let (first, second) = match selected(app) {
        Some(ClueRow::Held(l)) => (l.column.clone(), None),
        Some(ClueRow::Driver(d)) => (d.column.clone(), None),
        Some(ClueRow::Segment(s)) => {
            let mut columns = s.place.iter().map(|(c, _)| c.clone());
            match columns.next() {
                Some(first) => (first, columns.next()),
                None => return Vec::new(),
            }
        }
        None => return Vec::new(),
    };
    let (first, second) = (source_column(app, &first), second.map(|c| source_column(app, &c)));
    to_kpi(app, &first, second).unwrap_or_else(|| explain(app))
}

/// Opens the KPI pane by a column, or by two; `None` where the profile does not hold the first.
pub(super) fn to_kpi(app: &mut App, first: &str, second: Option<String>) -> Option<Vec<Effect>> {
    app.views.explore.column_filter.clear();
    let at = super::ordered_columns(app).iter().position(|c| c.name == first)?;
    app.views.explore.columns.select(at);
    app.views.explore.second = second.filter(|s| s != first);
    app.views.explore.trend = false;
    app.views.explore.first_group();
    Some(super::show(app, Pane::Kpi))
}

/// `turned round by dept`, `82% explained by hour`.
#[must_use]
pub fn explained_words(e: &Explained) -> String {
    let columns = e.columns.join(" × ");
    match e.explained_away {
        _ if e.flips => format!("turned round by {columns}"),
        Some(x) => format!("{} explained by {columns}", format::percent_with(x.min(9.99), 0)),
        None => format!("explained by {columns}"),
    }
}

/// The row under the cursor in full sentences.
fn words(app: &mut App) {
    let Some(kpi) = app.doc.as_ref().and_then(|d| d.session.state.kpi.clone()).map(|k| k.kpi) else { return };
    let mut lines: Vec<String> = Vec::new();
    let title = match selected(app) {
        None => return,
        Some(ClueRow::Held(leak)) => {
            lines.push(match leak.tier {
                LeakTier::Leak => format!("{} nearly is the outcome: {}.", leak.column, leak.why),
                LeakTier::Suspect => format!("{} may know the outcome: {}.", leak.column, leak.why),
            });
            lines.push(String::new());
            lines.push(
                "A column that is only known once the outcome is there explains nothing, however well it fits. Was it \
                 known before? w answers; with a yes it is ranked like any other."
                    .into(),
            );
            leak.column.clone()
        }
        Some(ClueRow::Driver(d)) => {
            lines.push(format!(
                "ω² {} [{}, {}]: the share of the KPI's variation that goes with {}, chance taken off; the interval \
                 leaves out one of 50 buckets of units at a time. Columns are ranked by its lower end.",
                format::fixed(d.omega2, 3),
                format::fixed(d.interval.0, 3),
                format::fixed(d.interval.1, 3),
                d.column
            ));
            lines.push(format!(
                "Spread {}: √(ω² · variance), in the KPI's own unit.",
                format::level(&kpi, Some(d.spread))
            ));
            for (what, g) in [("worst", &d.worst), ("best", &d.best)] {
                lines.push(format!(
                    "{what}: {} {} of {} rows; drawn towards all rows for its size: {}.",
                    g.label,
                    format::level(&kpi, Some(g.level)),
                    format::count(g.n),
                    format::level(&kpi, Some(g.shrunk))
                ));
            }
            if let Some(w) = d.omega2_winsorised {
                lines.push(format!("With the largest 0.1 % of values cut off, ω² is {}.", format::fixed(w, 3)));
            }
            lines.push(format!("p {}, q {} over all columns tried.", format::p_value(d.p), format::p_value(d.q)));
            lines.extend(explained_lines(&kpi, &d.explained_by));
            d.column.clone()
        }
        Some(ClueRow::Segment(s)) => {
            lines.push(format!(
                "{} inside against {} of all others ({}), {} rows.",
                format::level(&kpi, s.level),
                format::level(&kpi, s.rest),
                format::change_with_interval(&kpi, &s.delta),
                format::count(s.n)
            ));
            lines.push(format!(
                "Reach {}: what the KPI would move by if it came to the level of the others. q {}.",
                format::change_with_interval(&kpi, &s.reach.negated()),
                format::p_value(s.q)
            ));
            lines.push("It was searched in one half of the units; these figures are of the other half.".into());
            if !s.also.is_empty() {
                lines.push(format!("Also visible as: {}.", s.also.join("; ")));
            }
            lines.extend(explained_lines(&kpi, &s.explained_by));
            s.label.clone()
        }
    };
    lines.push(String::new());
    lines.push("It goes with the KPI; that is no proof of a cause.".into());
    app.popups.push(Popup::Words { title, lines, scroll: 0 });
}

fn explained_lines(kpi: &crate::query::Kpi, list: &[Explained]) -> Vec<String> {
    if list.is_empty() {
        return vec!["No other column takes half of it away.".into()];
    }
    list.iter()
        .map(|e| {
            format!(
                "With {} held fixed the difference is {}: {}. Was it fixed before? If it came after, this says nothing.",
                e.columns.join(" × "),
                format::change_with_interval(kpi, &e.adjusted),
                explained_words(e)
            )
        })
        .collect()
}

/// `w`: was the column under the cursor known before the outcome?
fn ask_known(app: &mut App) -> Vec<Effect> {
    let column = match selected(app) {
        Some(ClueRow::Held(leak)) => leak.column.clone(),
        Some(ClueRow::Driver(d)) => d.column.clone(),
        _ => {
            app.say(Tone::Plain, "w answers for a column: was it known before the outcome?");
            return Vec::new();
        }
    };
    known::open(app, known::Asked { column: source_column(app, &column), before: Vec::new() });
    Vec::new()
}

/// The column behind a name such as `hour of when`.
pub(super) fn source_column(app: &App, name: &str) -> String {
    let stands = |c: &str| app.main_info().is_some_and(|i| i.schema.get(c).is_some());
    match name.split_once(" of ") {
        Some((_, of)) if !stands(name) && stands(of) => of.to_owned(),
        _ => name.to_owned(),
    }
}

/// `f`: only the rows of the group under the cursor, in all panes.
fn only(app: &mut App) -> Vec<Effect> {
    match group(app).and_then(|g| g.condition.clone()) {
        Some(condition) => filter::add_filter(app, &condition),
        None => {
            app.say(Tone::Warn, "This row is no group of rows.");
            Vec::new()
        }
    }
}

fn with_rows(app: &App) -> Result<(), &'static str> {
    if selected(app).is_some() { Ok(()) } else { Err("there is nothing in sight") }
}

const fn here(spec: CommandSpec) -> CommandSpec {
    CommandSpec { when: with_rows, ..spec }
}

fn explain(app: &mut App) -> Vec<Effect> {
    words(app);
    Vec::new()
}

/// The commands of the Drivers pane.
pub static DRIVERS: &[CommandSpec] = &[
    here(CommandSpec {
        hint: 1,
        ..spec(
            "drivers.why",
            Scope::Drivers,
            &["x"],
            "explain",
            "What explains this away: every other column held fixed",
            |a| pages::open(a, Pane::Confounders),
        )
    }),
    here(CommandSpec {
        hint: 2,
        ..spec(
            "drivers.known",
            Scope::Drivers,
            &["w"],
            "known before",
            "Answer whether this column was known before the outcome; it is recorded and counts everywhere",
            ask_known,
        )
    }),
    here(spec("drivers.how", Scope::Drivers, &["i"], "how", "What this row says, and how it is computed", explain)),
    here(CommandSpec {
        hint: 3,
        ..spec("drivers.reach", Scope::Drivers, &["r"], "reach", "What could be won in the worst group", |a| {
            pages::open(a, Pane::Reach)
        })
    }),
    here(spec(
        "drivers.mark",
        Scope::Drivers,
        &["Space"],
        "mark",
        "Mark the worst group, to take several together",
        pages::mark,
    )),
    here(spec("drivers.trial", Scope::Drivers, &["E"], "experiment", "The experiment that would show it", |a| {
        pages::open(a, Pane::Experiment)
    })),
    here(spec(
        "drivers.only",
        Scope::Drivers,
        &["f"],
        "only these",
        "Only the rows of the worst group, in all panes",
        only,
    )),
];

/// The commands of the Segments pane.
pub static SEGMENTS: &[CommandSpec] = &[
    here(CommandSpec {
        hint: 1,
        ..spec(
            "segments.why",
            Scope::Segments,
            &["x"],
            "explain",
            "What explains this segment away: every other column held fixed",
            |a| pages::open(a, Pane::Confounders),
        )
    }),
    here(CommandSpec {
        hint: 2,
        ..spec(
            "segments.known",
            Scope::Segments,
            &["w"],
            "known before",
            "Answer whether this column was known before the outcome, also here",
            ask_known,
        )
    }),
    here(spec("segments.how", Scope::Segments, &["i"], "how", "What this row says, and how it is computed", explain)),
    here(CommandSpec {
        hint: 3,
        ..spec("segments.reach", Scope::Segments, &["r"], "reach", "What could be won in this segment", |a| {
            pages::open(a, Pane::Reach)
        })
    }),
    here(spec(
        "segments.mark",
        Scope::Segments,
        &["Space"],
        "mark",
        "Mark this segment, to take several together",
        pages::mark,
    )),
    here(spec("segments.trial", Scope::Segments, &["E"], "experiment", "The experiment that would show it", |a| {
        pages::open(a, Pane::Experiment)
    })),
    here(spec(
        "segments.only",
        Scope::Segments,
        &["f"],
        "only these",
        "Only the rows of this segment, in all panes",
        only,
    )),
];
