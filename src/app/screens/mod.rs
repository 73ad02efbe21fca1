//! The state of each screen's view and its commands. Names repeat in `ui/screens`.

pub mod ask;
pub mod brief;
pub mod checks;
pub mod explore;
pub mod home;
pub mod problem;
pub mod replay;
pub mod score;

use super::commands::{self, CommandSpec, Scope, always, in_sight, with_session, writable_in_sight};
use super::copy::copy_text;
use super::palette::Palette;
use super::scroll::Scroll;
use super::{App, CANCELLED, Confirmed, Effect, Popup, Screen, Tone, forms};
use crate::domain::decide::Intent;

/// Cursors and scrolls; never recorded.
#[derive(Debug, Default)]
pub struct Views {
    /// Home.
    pub home: home::HomeView,
    /// 1 Problem.
    pub problem: problem::ProblemView,
    /// 2 Ask.
    pub ask: ask::AskView,
    /// 3 Explore.
    pub explore: explore::ExploreView,
    /// 4 Score.
    pub score: score::ScoreView,
    /// 5 Brief.
    pub brief: brief::BriefView,
    /// Checks that wait for their result.
    pub checks: checks::ChecksView,
}

/// Rows of the list that has the keys.
pub(super) fn list_len(app: &App) -> usize {
    match app.screen {
        Screen::Home => home::len(app),
        Screen::Problem => problem::len(app),
        Screen::Ask => ask::len(app),
        Screen::Explore => explore::len(app),
        Screen::Score => score::len(app),
        Screen::Brief => brief::len(app),
    }
}

/// The list that has the keys.
pub(super) fn list_scroll(app: &mut App) -> Option<&mut Scroll> {
    match app.screen {
        Screen::Home => Some(&mut app.views.home.list),
        Screen::Problem => Some(&mut app.views.problem.list),
        Screen::Ask => ask::scroll(app),
        Screen::Explore => explore::scroll(app),
        Screen::Score => Some(score::scroll(app)),
        Screen::Brief => Some(&mut app.views.brief.list),
    }
}

/// Moves the list that has the keys and lets its screen follow (a table may have to read rows).
pub fn move_list(app: &mut App, by: impl FnOnce(&mut Scroll, usize)) -> Vec<Effect> {
    let len = list_len(app);
    if let Some(scroll) = list_scroll(app) {
        by(scroll, len);
    }
    match app.screen {
        Screen::Explore => explore::moved(app),
        _ => Vec::new(),
    }
}

/// Goes back one step; on the top level of a screen nothing happens.
fn back(app: &mut App) -> Vec<Effect> {
    if app.board_open {
        app.board_open = false;
        return Vec::new();
    }
    match app.screen {
        Screen::Explore if explore::is_filtered(app) => explore::show_all(app),
        Screen::Explore if explore::cells::may_escape(app) => explore::cells::escape(app),
        Screen::Explore if explore::filter::can_drop(app) => explore::filter::drop_last(app),
        Screen::Explore if explore::pages::is_page(app.views.explore.pane) => explore::pages::back(app),
        Screen::Explore if explore::change::can_leave(app) => {
            explore::change::leave(app);
            explore::entered(app)
        }
        Screen::Explore if explore::columns::sides::can_leave(app) => {
            explore::columns::sides::leave(app);
            explore::entered(app)
        }
        // The KPI pane is opened from a column.
        Screen::Explore if app.views.explore.pane == explore::Pane::Kpi => {
            app.views.explore.pane = explore::Pane::Columns;
            explore::entered(app)
        }
        Screen::Score => score::back(app),
        _ => Vec::new(),
    }
}

fn can_copy(app: &App) -> Result<(), &'static str> {
    if copy_text(app).is_some() { Ok(()) } else { Err("nothing to copy is selected") }
}

/// What is in sight that a new hypothesis can begin from.
fn seed(app: &App) -> forms::Seed {
    match app.screen {
        Screen::Explore => explore_seed(app).unwrap_or_default(),
        Screen::Ask => ask::list::seed(app).unwrap_or_default(),
        _ => forms::Seed::default(),
    }
}

/// The group in sight: it goes with the KPI, which is no proof of a cause.
fn explore_seed(app: &App) -> Option<forms::Seed> {
    let group = explore::selected_group(app)?;
    let condition = group.condition.clone()?;
    let kpi = app.doc.as_ref()?.session.state.kpi.as_ref()?;
    let all = app.views.explore.level.as_ref().and_then(|r| r.level.value);
    let words = |x: Option<f64>| x.map(|x| problem::level_words(&kpi.kpi, x, None));
    let level = match (words(group.level.value), words(all)) {
        (Some(here), Some(all)) => format!(": {here} there, {all} over all"),
        (Some(here), None) => format!(": {here} there"),
        _ => String::new(),
    };
    Some(forms::Seed {
        name: condition.clone(),
        title: String::new(),
        claim: format!("{condition} goes with {}{level}.", kpi.kpi),
        wrong_if: format!("Among rows alike in all else, {condition} makes no difference to {}.", kpi.kpi),
        question: None,
    })
}

/// Opens a screen.
pub fn go(app: &mut App, screen: Screen) -> Vec<Effect> {
    if app.doc.is_none() && screen != Screen::Home {
        app.say(Tone::Warn, "No session is open. Open one here, or press n for a new one.");
        return Vec::new();
    }
    app.screen = screen;
    match screen {
        Screen::Home => vec![Effect::LoadHome],
        Screen::Explore => {
            let mut effects: Vec<Effect> = explore::open_again(app).into_iter().collect();
            effects.extend(explore::entered(app));
            effects
        }
        _ => Vec::new(),
    }
}

const fn spec(
    id: &'static str,
    scope: Scope,
    keys: &'static [&'static str],
    name: &'static str,
    help: &'static str,
    run: fn(&mut App) -> Vec<Effect>,
) -> CommandSpec {
    CommandSpec { id, scope, name, help, keys, danger: false, hint: 0, when: always, run }
}

/// Commands that work everywhere.
pub static GLOBAL: &[CommandSpec] = &[
    CommandSpec {
        when: with_session,
        ..spec("stage.problem", Scope::Global, &["1"], "Problem", "Go to stage 1 Problem", |a| go(a, Screen::Problem))
    },
    CommandSpec {
        when: with_session,
        ..spec("stage.ask", Scope::Global, &["2"], "Ask", "Go to stage 2 Ask", |a| go(a, Screen::Ask))
    },
    CommandSpec {
        when: with_session,
        ..spec("stage.explore", Scope::Global, &["3"], "Explore", "Go to stage 3 Explore", |a| go(a, Screen::Explore))
    },
    CommandSpec {
        when: with_session,
        ..spec("stage.score", Scope::Global, &["4"], "Score", "Go to stage 4 Score", |a| go(a, Screen::Score))
    },
    CommandSpec {
        when: with_session,
        ..spec("stage.brief", Scope::Global, &["5"], "Brief", "Go to stage 5 Brief", |a| go(a, Screen::Brief))
    },
    CommandSpec {
        hint: 9,
        ..spec(
            "palette",
            Scope::Global,
            &[":", "Ctrl-P"],
            "all",
            "Open the command palette: every command with its key",
            |a| {
                let palette = Palette::new(a);
                a.popups.push(Popup::Palette(Box::new(palette)));
                Vec::new()
            },
        )
    },
    CommandSpec {
        hint: 8,
        ..spec("help", Scope::Global, &["?", "F1"], "help", "Show the keys of this screen", |a| {
            a.popups.push(Popup::Help { scroll: 0 });
            Vec::new()
        })
    },
    CommandSpec {
        when: writable_in_sight,
        ..spec(
            "hypothesis.new",
            Scope::Global,
            &["H"],
            "hypothesis",
            "Add a hypothesis from what is in sight: the group, the question; or from nothing",
            |a| {
                let seed = seed(a);
                forms::open_hypothesis(a, seed);
                Vec::new()
            },
        )
    },
    CommandSpec {
        when: writable_in_sight,
        ..spec("note.new", Scope::Global, &["o"], "note", "Write a note", |a| {
            forms::open_note(a);
            Vec::new()
        })
    },
    CommandSpec {
        when: writable_in_sight,
        ..spec("undo", Scope::Global, &["u"], "undo", "Take the last recorded step back", |a| {
            let out = a.record_or_say(Intent::Undo);
            if !out.is_empty() {
                a.say(Tone::Good, "Undone. Ctrl-R brings it back.");
            }
            out
        })
    },
    CommandSpec {
        when: writable_in_sight,
        ..spec("redo", Scope::Global, &["Ctrl-R"], "redo", "Bring back what the last undo took", |a| {
            a.record_or_say(Intent::Redo)
        })
    },
    CommandSpec {
        when: in_sight,
        ..spec("board", Scope::Global, &["b"], "board", "Show or hide the board beside a narrow screen", |a| {
            a.board_open = !a.board_open;
            Vec::new()
        })
    },
    spec("messages", Scope::Global, &["M"], "messages", "Show all messages so far", |a| {
        a.popups.push(Popup::Messages { scroll: 0 });
        Vec::new()
    }),
    spec("jobs.cancel", Scope::Global, &["Ctrl-C"], "cancel", "Cancel the running job; never the program", |a| {
        if a.jobs.is_empty() {
            a.say(Tone::Plain, "Nothing is running. q quits.");
            Vec::new()
        } else {
            // The next one would begin when this one ends.
            a.views.explore.to_associate.clear();
            a.say(Tone::Plain, CANCELLED);
            vec![Effect::CancelJobs]
        }
    }),
    spec("suspend", Scope::Global, &["Ctrl-Z"], "suspend", "Suspend to the shell; fg comes back", |_| {
        vec![Effect::Suspend]
    }),
    CommandSpec {
        when: in_sight,
        ..spec("report", Scope::Global, &["Ctrl-E"], "export", "Export the brief as Markdown", |a| {
            forms::open_report(a);
            Vec::new()
        })
    },
    spec("home", Scope::Global, &["0"], "home", "Go home: recent sessions, new, demo", |a| go(a, Screen::Home)),
    spec("back", Scope::Global, &["Esc"], "back", "Go back one step: the board, a panel, a pane, a filter", back),
    CommandSpec {
        when: can_copy,
        ..spec(
            "copy",
            Scope::Global,
            &["y"],
            "copy",
            "Copy what is selected: a cell, marked rows, a clue, the brief as Markdown",
            |a| match a.screen {
                Screen::Explore if a.views.explore.pane.has_rows() => explore::cells::copy(a),
                _ => copy_text(a).map(Effect::Copy).into_iter().collect(),
            },
        )
    },
    CommandSpec {
        hint: 10,
        ..spec("quit", Scope::Global, &["q"], "quit", "Quit; everything recorded is saved already", |a| {
            if a.doc.as_ref().is_some_and(|d| d.unsaved.is_some()) {
                let question = "The last steps could not be written to disk and would be lost. Quit anyway?".into();
                a.popups.push(Popup::Confirm { question, yes: Confirmed::Quit });
                return Vec::new();
            }
            if a.drafts.keys().any(|k| forms::worth_keeping(k)) {
                let question = "A form was left with what you typed and is not recorded. Quit without it?".into();
                a.popups.push(Popup::Confirm { question, yes: Confirmed::Quit });
                return Vec::new();
            }
            if !a.views.ask.drafts.is_empty() {
                let question = "An answer was begun and is not recorded (\"begun\" in 2 Ask). Quit without it?".into();
                a.popups.push(Popup::Confirm { question, yes: Confirmed::Quit });
                return Vec::new();
            }
            a.quitting = true;
            vec![Effect::Quit]
        })
    },
];

/// Movement in lists and tables.
pub static LIST: &[CommandSpec] = &[
    spec("list.down", Scope::List, &["j", "Down"], "down", "Next row", |a| move_list(a, |s, n| s.step(1, n))),
    spec("list.up", Scope::List, &["k", "Up"], "up", "Row before", |a| move_list(a, |s, n| s.step(-1, n))),
    spec("list.page_down", Scope::List, &["PageDown", "Ctrl-F"], "page down", "Next page", |a| {
        move_list(a, |s, n| s.page(1, n))
    }),
    spec("list.page_up", Scope::List, &["PageUp", "Ctrl-B"], "page up", "Page before", |a| {
        move_list(a, |s, n| s.page(-1, n))
    }),
    spec("list.half_down", Scope::List, &["Ctrl-D"], "half down", "Half a page down", |a| {
        move_list(a, |s, n| s.half_page(1, n))
    }),
    spec("list.half_up", Scope::List, &["Ctrl-U"], "half up", "Half a page up", |a| {
        move_list(a, |s, n| s.half_page(-1, n))
    }),
    spec("list.first", Scope::List, &["g", "Home"], "first", "First row", |a| move_list(a, |s, _| s.home())),
    spec("list.last", Scope::List, &["G", "End"], "last", "Last row", |a| move_list(a, |s, n| s.end(n))),
];

/// Keys of forms and other text; they are handled by the form itself and stand here for help.
pub static FORM: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        ..spec(
            "form.submit",
            Scope::Form,
            &["Ctrl-S"],
            "save",
            "Save the form; Enter on the last line does too",
            |_| Vec::new(),
        )
    },
    CommandSpec { hint: 2, ..spec("form.next", Scope::Form, &["Tab"], "next", "Next field", |_| Vec::new()) },
    CommandSpec {
        hint: 4,
        ..spec(
            "form.editor",
            Scope::Form,
            &["Ctrl-G"],
            "editor",
            "Change the text in your own editor ($EDITOR)",
            |_| Vec::new(),
        )
    },
    CommandSpec { hint: 3, ..spec("form.before", Scope::Form, &["S-Tab"], "before", "Field before", |_| Vec::new()) },
    CommandSpec {
        hint: 5,
        ..spec("form.leave", Scope::Form, &["Esc"], "leave", "Leave; what was entered is kept as a draft", |_| {
            Vec::new()
        })
    },
];

/// The titles of the stages with their progress: a word such as `8/18`, `●` or `✓`.
#[must_use]
pub fn progress(app: &App) -> [String; 5] {
    let Some(doc) = &app.doc else { return Default::default() };
    let state = &doc.session.state;
    let problem = if state.kpi.is_some() && state.goal.target_points().is_some() { "✓" } else { "" };
    let ask = doc.flow().map(|f| f.coverage()).map_or(String::new(), |(done, all)| format!("{done}/{all}"));
    // A sign that something was done, without a count that says nothing about how much is left.
    let begun = |any: bool| if any { "●" } else { "" };
    let explore = begun(!state.checks.is_empty());
    let score = if state.decision.is_some() { "✓" } else { begun(!state.clues.is_empty()) };
    let filled = crate::domain::brief::FIELDS.iter().filter(|f| state.brief.contains_key(f.key)).count();
    let fields = crate::domain::brief::FIELDS.len();
    let brief = match filled {
        0 => String::new(),
        n if n == fields => "✓".to_owned(),
        n => format!("{n}/{fields}"),
    };
    [problem.to_owned(), ask, explore.to_owned(), score.to_owned(), brief]
}

/// The commands of the screen, for help that floats above it.
#[must_use]
pub fn help_sections(app: &App) -> Vec<(Scope, Vec<&'static CommandSpec>)> {
    commands::screen_scopes(app)
        .into_iter()
        .map(|scope| (scope, commands::all().filter(|c| c.scope == scope && !c.keys.is_empty()).collect()))
        .collect()
}
