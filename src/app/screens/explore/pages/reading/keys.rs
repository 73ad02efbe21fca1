//! Keys of the page on how a file is read.

use super::{Field, Row, ask, is_changed, recorded, selected, take};
use crate::app::commands::{CommandSpec, Scope, writable};
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::screens::spec;
use crate::app::{App, Effect, Popup, Tone};
use crate::engine::{ReadOptions, SheetType};
use crate::query::{Fix, OddLines, Schema};

/// `h` and `l`: the choice before or after.
pub fn step(app: &mut App, forward: bool) -> Vec<Effect> {
    match selected(app) {
        Some(Row::Field(field)) => {
            let choices = field.choices(super::report(app));
            if choices.is_empty() {
                return enter(app);
            }
            let draft = &app.views.explore.pages.reading.draft;
            let now = field.typed(draft);
            let at = choices.iter().position(|c| *c == now);
            let next = match (at, forward) {
                (Some(at), true) => (at + 1) % choices.len(),
                (Some(at), false) => (at + choices.len() - 1) % choices.len(),
                // What was typed stands before the first of those that are offered.
                (None, true) => 0,
                (None, false) => choices.len() - 1,
            };
            let text = choices.get(next).cloned().unwrap_or_default();
            change(app, |o| field.set(o, &text))
        }
        Some(Row::Type(column)) => {
            let all = SheetType::ALL;
            change(app, |o| {
                let now = o.types.get(&column).and_then(|t| all.iter().position(|x| x == t)).unwrap_or(0);
                let next = if forward { now + 1 } else { now + all.len() - 1 } % all.len();
                if let Some(next) = all.get(next) {
                    o.types.insert(column.clone(), *next);
                }
                Ok(())
            })
        }
        Some(Row::Fix(fix, on)) => toggle(app, &fix, on),
        Some(Row::Odd | Row::Notes) | None => Vec::new(),
    }
}

fn change(app: &mut App, make: impl FnOnce(&mut ReadOptions) -> Result<(), String>) -> Vec<Effect> {
    let mut draft = app.views.explore.pages.reading.draft.clone();
    match make(&mut draft) {
        Ok(()) => set(app, draft),
        Err(why) => {
            app.say(Tone::Bad, why);
            Vec::new()
        }
    }
}

/// Another draft; the one before can be brought back.
fn set(app: &mut App, draft: ReadOptions) -> Vec<Effect> {
    let view = &mut app.views.explore.pages.reading;
    if view.draft != draft {
        let before = std::mem::replace(&mut view.draft, draft);
        view.past.push(before);
    }
    ask(app)
}

/// `z`: the last change of the draft is taken back.
fn undo(app: &mut App) -> Vec<Effect> {
    match app.views.explore.pages.reading.past.pop() {
        Some(before) => {
            app.views.explore.pages.reading.draft = before;
            ask(app)
        }
        None => {
            app.say(Tone::Plain, "Nothing was changed here. u takes back what was recorded.");
            Vec::new()
        }
    }
}

fn toggle(app: &mut App, fix: &Fix, on: bool) -> Vec<Effect> {
    change(app, |o| {
        if on {
            o.fixes.retain(|f| f != fix);
        } else if *fix == Fix::Distinct {
            o.fixes.push(fix.clone());
        } else {
            // Repeated rows are found only once the cells are mended.
            let before = o.fixes.iter().position(|f| *f == Fix::Distinct).unwrap_or(o.fixes.len());
            o.fixes.insert(before, fix.clone());
        }
        Ok(())
    })
}

/// Enter: types a value, marks a repair, or looks at what did not fit.
pub fn enter(app: &mut App) -> Vec<Effect> {
    match selected(app) {
        Some(Row::Field(Field::Types)) => open_types(app),
        Some(Row::Field(field)) if field.is_typed() => {
            let text = field.typed(&app.views.explore.pages.reading.draft);
            let form = Form::new(FormId::Reading(field), field.title(), "set");
            app.open_form(form.line("value", field.title(), field.help(), &text));
            Vec::new()
        }
        Some(Row::Field(_) | Row::Type(_)) => step(app, true),
        Some(Row::Fix(fix, on)) => toggle(app, &fix, on),
        Some(Row::Odd) => {
            let odd = super::report(app).map(|r| r.odd.clone()).unwrap_or_default();
            app.popups.push(Popup::Words { title: "What did not fit".into(), lines: odd_lines(&odd), scroll: 0 });
            Vec::new()
        }
        Some(Row::Notes) => {
            let mut lines = super::report(app).map(|r| r.notes.clone()).unwrap_or_default();
            if lines.is_empty() {
                lines.push("Nothing was noticed.".into());
            }
            app.popups.push(Popup::Words { title: "What was noticed".into(), lines, scroll: 0 });
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn odd_lines(odd: &OddLines) -> Vec<String> {
    if odd.is_empty() {
        return vec!["Every line and every value fits.".into()];
    }
    let mut lines: Vec<String> = Vec::new();
    for one in &odd.first {
        lines.push(format!("line {}: {}", one.line, one.what));
        lines.push(format!("    {}", one.text.replace(['\n', '\r'], "␊")));
    }
    let more = odd.n.saturating_sub(odd.first.len() as u64);
    if more > 0 {
        lines.push(String::new());
        lines.push(format!("and {more} more."));
    }
    lines
}

/// The columns of the first rows as they would be read, or of the table while there are none.
fn columns(app: &App) -> Option<&Schema> {
    match &app.views.explore.pages.reading.seen {
        Some((_, Ok(Some(seen)))) => Some(&seen.schema),
        _ => super::table(app).map(|(_, info)| &info.schema),
    }
}

fn open_types(app: &mut App) -> Vec<Effect> {
    let known = columns(app).map(|schema| schema.columns.as_slice()).unwrap_or_default();
    let columns: Vec<Choice> =
        known.iter().map(|c| (c.name.clone(), format!("{}   {}", c.name, c.dtype.word()))).collect();
    let types: Vec<Choice> = SheetType::ALL.iter().map(|t| (t.word().to_owned(), t.word().to_owned())).collect();
    let form = Form::new(FormId::Reading(Field::Types), "The type of a column", "set")
        .suggest("column", "Column", "a few letters, ↓ chooses", "", columns)
        .choice("value", "Type", "What does not fit becomes null, and is counted", types, Some("text"));
    app.open_form(form);
    Vec::new()
}

/// Takes what was typed.
///
/// # Errors
/// A sentence for the form.
pub fn submit(app: &mut App, form: &Form, field: Field) -> Result<Vec<Effect>, String> {
    let mut draft = app.views.explore.pages.reading.draft.clone();
    if field == Field::Types {
        let column = form.text("column");
        if columns(app).is_none_or(|schema| schema.get(&column).is_none()) {
            return Err(format!("There is no column \"{column}\". ↓ chooses one."));
        }
        draft.types.insert(column, form.text("value").parse()?);
    } else {
        field.set(&mut draft, form.text("value").trim())?;
    }
    Ok(set(app, draft))
}

/// Backspace: the row is guessed again.
fn guess(app: &mut App) -> Vec<Effect> {
    match selected(app) {
        Some(Row::Field(Field::Types)) => change(app, |o| {
            o.types.clear();
            Ok(())
        }),
        Some(Row::Field(field)) => change(app, |o| field.set(o, "")),
        Some(Row::Type(column)) => change(app, |o| {
            o.types.remove(&column);
            Ok(())
        }),
        Some(Row::Fix(fix, true)) => toggle(app, &fix, true),
        _ => Vec::new(),
    }
}

/// Takes back what was changed here and not taken yet.
fn drop_changes(app: &mut App) -> Vec<Effect> {
    let draft = recorded(app);
    set(app, draft)
}

fn turn(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.explore.pages.reading;
    view.raw = !view.raw;
    Vec::new()
}

/// The page turns to the next table of the session.
fn next_table(app: &mut App) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let names: Vec<String> = doc.session.state.tables.iter().map(|t| t.data.clone()).collect();
    let at = names.iter().position(|n| Some(n) == app.views.explore.pages.reading.of.as_ref()).unwrap_or(0);
    let Some(next) = names.get((at + 1) % names.len().max(1)).cloned() else { return Vec::new() };
    super::about(app, next);
    ask(app)
}

/// The first rows are those of the next file of the table.
fn next_file(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.explore.pages.reading;
    let Some(of) = view.seen_of.as_ref().map(|f| f.of) else { return Vec::new() };
    view.file = (view.file + 1) % of.max(1);
    ask(app)
}

fn has_files(app: &App) -> Result<(), &'static str> {
    let seen = app.views.explore.pages.reading.seen_of.as_ref();
    if seen.is_some_and(|f| f.of > 1) { Ok(()) } else { Err("the table is one file") }
}

fn can_take(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    if is_changed(app) { Ok(()) } else { Err("nothing was changed") }
}

fn changed(app: &App) -> Result<(), &'static str> {
    if is_changed(app) { Ok(()) } else { Err("nothing was changed") }
}

fn several(app: &App) -> Result<(), &'static str> {
    let tables = app.doc.as_ref().map_or(0, |d| d.session.state.tables.len());
    if tables > 1 { Ok(()) } else { Err("the session has one table only") }
}

/// The commands of the page.
pub static READING: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: can_take,
        ..spec(
            "reading.take",
            Scope::Reading,
            &["a"],
            "read so",
            "Read the table in this way from now on; it is recorded, and u takes it back",
            take,
        )
    },
    CommandSpec {
        hint: 2,
        ..spec(
            "reading.guess",
            Scope::Reading,
            &["Backspace"],
            "guess",
            "Let the program make this out again, or take a repair away",
            guess,
        )
    },
    CommandSpec {
        hint: 3,
        ..spec(
            "reading.turn",
            Scope::Reading,
            &["v"],
            "as written",
            "The lines as they stand in the file, or the rows",
            turn,
        )
    },
    CommandSpec {
        hint: 4,
        ..spec("reading.undo", Scope::Reading, &["z"], "undo", "Take back the last change made here", undo)
    },
    CommandSpec {
        when: changed,
        ..spec(
            "reading.drop",
            Scope::Reading,
            &["r"],
            "drop changes",
            "Drop what was changed here and not taken",
            drop_changes,
        )
    },
    CommandSpec {
        when: has_files,
        ..spec(
            "reading.file",
            Scope::Reading,
            &["f"],
            "next file",
            "The first rows of the next file, where the table is several files",
            next_file,
        )
    },
    CommandSpec {
        when: several,
        ..spec(
            "reading.table",
            Scope::Reading,
            &["D"],
            "next table",
            "How the next table of the session is read",
            next_table,
        )
    },
];
