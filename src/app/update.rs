//! One message at a time.

use super::form::FormAction;
use super::key::{Input, Key, KeyCode};
use super::safe::Then;
use super::screens::explore::cells;
use super::screens::{ask, checks, explore};
use super::{
    App, CANCELLED, Confirmed, Doc, Effect, Loaded, Message, Msg, Popup, Screen, TableInfo, Tone, commands, forms,
    mouse, palette,
};
use crate::domain::decide::Intent;
use crate::domain::event::Act;
use crate::domain::session::TableState;
use crate::engine::ReadOptions;

/// Takes a message and gives the effects to carry out.
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    // Whatever changed the KPI or the goal (a form, an answer, undo, a step of a replay), figures of the old one go.
    let before = explore::basis(app);
    let mut effects = take(app, msg);
    if explore::basis(app) != before {
        effects.extend(explore::basis_changed(app, before.as_ref()));
    }
    effects.extend(explore::pages::reading::read_anew(app));
    effects
}

fn take(app: &mut App, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Input(input) => on_input(app, input),
        Msg::Opened(loaded) => opened(app, *loaded),
        Msg::NotOpened(why) => {
            app.say(Tone::Bad, why);
            Vec::new()
        }
        Msg::Saved { n, at } => {
            if let Some(doc) = &mut app.doc {
                doc.saved = Some((n, at));
                doc.unsaved = None;
            }
            Vec::new()
        }
        Msg::NotSaved(why) => {
            if let Some(doc) = &mut app.doc {
                doc.unsaved = Some(why.clone());
            }
            app.say(Tone::Bad, why);
            Vec::new()
        }
        Msg::DataHead { data, schema, page, reading } => {
            if let Some(table) = app.tables.get_mut(&data).filter(|t| t.opening && t.schema.columns.is_empty()) {
                table.rows = page.rows.len() as u64;
                (table.all_rows, table.own_columns) = (table.rows, schema.columns.len());
                (table.schema, table.page, table.reading) = (schema, page, reading);
            }
            Vec::new()
        }
        Msg::DataOpened { data, result } => data_opened(app, data, result),
        Msg::Fingerprint { data, facts } => {
            if commands::writable(app).is_err() || !differs(app, &data, &facts) {
                return Vec::new();
            }
            app.record(Intent::record(Act::Fingerprint { data, facts: *facts })).unwrap_or_default()
        }
        Msg::Previewed { data, file, found, options, result } => {
            explore::pages::reading::previewed(app, &data, (*options, file), found, *result)
        }
        Msg::Viewed { data, view, result } => explore::table::viewed(app, &data, *view, result),
        Msg::Rows { data, page } => {
            match page {
                Ok(page) => {
                    if let Some(table) = app.tables.get_mut(&data) {
                        table.page = page;
                    }
                }
                Err(why) => {
                    // The same rows may be asked for again.
                    if let Some(table) = app.tables.get_mut(&data) {
                        table.asked = None;
                    }
                    if why != CANCELLED {
                        app.say(Tone::Bad, why);
                    }
                }
            }
            Vec::new()
        }
        Msg::Found { slot, result, seconds } => {
            if let Some(check) = slot.strip_prefix("check:") {
                checks::found(app, check, *result, seconds)
            } else if let Some(row) = slot.strip_prefix("rivals:") {
                super::screens::score::rivals::found(app, row, *result)
            } else {
                explore::found(app, &slot, *result, seconds)
            }
        }
        Msg::Queried { query, result, seconds } => explore::sql::answered(app, query, *result, seconds),
        Msg::Cells(told) => cells::told(app, *told),
        Msg::Jobs(jobs) => {
            app.jobs = jobs;
            Vec::new()
        }
        Msg::Recents(recents) => {
            app.recents = recents;
            Vec::new()
        }
        Msg::Playbooks(playbooks) => {
            app.playbooks = playbooks;
            Vec::new()
        }
        Msg::Edited(text) => {
            edited(app, &text);
            Vec::new()
        }
        Msg::Say(message) => {
            app.say(message.tone, message.text);
            Vec::new()
        }
        Msg::Tick => super::screens::replay::tick(app),
        Msg::Place(place) => super::place::restore(app, &place),
        Msg::Typed(typed) => {
            super::typed::restore(app, *typed);
            Vec::new()
        }
        Msg::Names(names) => {
            app.names = names;
            Vec::new()
        }
        Msg::Ending => super::typed::leave_all(app),
    }
}

fn on_input(app: &mut App, input: Input) -> Vec<Effect> {
    match input {
        Input::Key(key) => on_key(app, key),
        Input::Paste(text) => {
            on_paste(app, &text);
            let Some(Popup::Form(mut form)) = app.popups.pop_if(|p| matches!(p, Popup::Form(_))) else {
                return Vec::new();
            };
            let effects = forms::changed(app, &mut form);
            app.popups.push(Popup::Form(form));
            effects
        }
        Input::Mouse { kind, column, row } => mouse::on_mouse(app, kind, column, row),
        Input::Resize { width, height } => {
            app.size = (width, height);
            Vec::new()
        }
        Input::FocusGained | Input::FocusLost => Vec::new(),
    }
}

/// A text came back from the user's own editor: into the field that has the keys.
fn edited(app: &mut App, text: &str) {
    if app.popups.is_empty() && app.screen == Screen::Explore && explore::is_typing(app) {
        return explore::sql::edited(app, text);
    }
    let field = match app.popups.last_mut() {
        Some(Popup::Form(form)) => form.focused_text(),
        Some(_) => None,
        None => app.views.ask.interview.as_mut().and_then(|i| i.answer.as_mut()).map(|a| &mut a.words),
    };
    match field {
        Some(editor) => editor.set(text),
        None => app.say(Tone::Warn, "The field is gone; the text from the editor was not taken."),
    }
}

fn on_paste(app: &mut App, text: &str) {
    match app.popups.last_mut() {
        Some(Popup::Form(form)) => form.paste(text),
        Some(Popup::Cells(_)) => cells::paste(app, text),
        Some(Popup::Palette(palette)) => {
            palette.query.paste(text);
        }
        Some(_) => {}
        None if app.screen == Screen::Ask && app.views.ask.interview.is_some() => ask::paste(app, text),
        None if app.screen == Screen::Explore => explore::paste(app, text),
        // Pasted text is never taken for keys.
        None => app.say(Tone::Warn, "Nothing takes text here; the paste was ignored."),
    }
    if let Some(Popup::Palette(mut palette)) = app.popups.pop_if(|p| matches!(p, Popup::Palette(_))) {
        palette.search(app);
        app.popups.push(Popup::Palette(palette));
    }
}

pub(super) fn on_key(app: &mut App, key: Key) -> Vec<Effect> {
    app.message = None;
    app.clicked = None;
    match app.popups.last() {
        Some(Popup::Form(_)) => on_form_key(app, key),
        Some(Popup::Palette(_)) => on_palette_key(app, key),
        Some(Popup::Confirm { .. }) => on_confirm_key(app, key),
        Some(Popup::Cells(_)) => cells::key(app, key),
        Some(_) => on_reading_key(app, key),
        None => {
            let typing = app.is_edit_mode();
            let acts = key.ctrl || key.alt || matches!(key.code, KeyCode::Tab | KeyCode::Esc | KeyCode::F(_));
            if typing && (!acts || typed_first(app, key)) {
                return if app.screen == Screen::Ask { ask::key(app, key) } else { explore::key(app, key) };
            }
            match commands::find(app, key) {
                Some(command) => run(app, command),
                None if typing && app.screen == Screen::Ask => ask::key(app, key),
                None if typing => explore::key(app, key),
                None => Vec::new(),
            }
        }
    }
}

/// Editing keys with Ctrl or Alt that no command of the scope claims belong to the text.
fn typed_first(app: &App, key: Key) -> bool {
    commands::find(app, key).is_none()
}

/// Runs a command, or says why it can't.
pub(super) fn run(app: &mut App, command: &'static commands::CommandSpec) -> Vec<Effect> {
    // Whatever text floats now is not the one that was drawn last.
    app.reading_end.set(None);
    match (command.when)(app) {
        Ok(()) => (command.run)(app),
        Err(why) => {
            app.say(Tone::Warn, format!("{}: not now, {why}.", command.name));
            Vec::new()
        }
    }
}

fn on_form_key(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(Popup::Form(mut form)) = app.popups.pop() else { return Vec::new() };
    match form.key(key) {
        FormAction::Stay => {
            let effects = forms::changed(app, &mut form);
            app.popups.push(Popup::Form(form));
            effects
        }
        FormAction::Edit => {
            let text = form.focused_text().map(|e| e.text()).unwrap_or_default();
            app.popups.push(Popup::Form(form));
            vec![Effect::Edit(text)]
        }
        FormAction::Leave => {
            let draft = form.draft();
            if !draft.is_empty() {
                app.drafts.insert(form.id.draft_key(), draft);
                app.say(Tone::Plain, "Left. What you typed comes back when you open this again.");
            }
            forms::left(app, &form);
            Vec::new()
        }
        FormAction::Submit => {
            if let Some(question) = super::safe::of_form(&form, &app.names) {
                app.popups.push(Popup::Form(form));
                super::safe::ask(app, question, Then::Submit);
                return Vec::new();
            }
            submit(app, form)
        }
    }
}

/// Submits a form as it stands.
pub(super) fn submit(app: &mut App, mut form: Box<super::form::Form>) -> Vec<Effect> {
    match forms::submit(app, &form) {
        Ok(effects) => {
            app.drafts.remove(&form.id.draft_key());
            effects
        }
        Err(why) => {
            form.error = Some(why);
            app.popups.push(Popup::Form(form));
            Vec::new()
        }
    }
}

fn on_palette_key(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(Popup::Palette(mut palette)) = app.popups.pop() else { return Vec::new() };
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) | (KeyCode::Char('c'), true) => return Vec::new(),
        (KeyCode::Enter, _) => {
            return match palette.found.get(palette.selected).copied() {
                Some(command) => palette::choose(app, command),
                None => Vec::new(),
            };
        }
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => {
            palette.selected = (palette.selected + 1).min(palette.found.len().saturating_sub(1));
        }
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => palette.selected = palette.selected.saturating_sub(1),
        (KeyCode::PageDown, _) => palette.selected = (palette.selected + 10).min(palette.found.len().saturating_sub(1)),
        (KeyCode::PageUp, _) => palette.selected = palette.selected.saturating_sub(10),
        _ => {
            palette.query.key(key);
            palette.selected = 0;
            palette.search(app);
        }
    }
    app.popups.push(Popup::Palette(palette));
    Vec::new()
}

fn on_confirm_key(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(Popup::Confirm { question, yes }) = app.popups.pop() else { return Vec::new() };
    match key.code {
        KeyCode::Char('y' | 'Y') => match yes {
            Confirmed::Quit => {
                app.quitting = true;
                vec![Effect::Quit]
            }
            Confirmed::Retract(clue) => app.record_or_say(Intent::record(Act::Retract { clue, why: String::new() })),
            Confirmed::Replace(export) => cells::replace(app, *export),
            Confirmed::Safe(then) => super::safe::go_on(app, then, true),
        },
        KeyCode::Char('n' | 'N') if let Confirmed::Safe(then) = yes => super::safe::go_on(app, then, false),
        KeyCode::Char('n' | 'N' | 'q') | KeyCode::Esc => Vec::new(),
        _ => {
            app.popups.push(Popup::Confirm { question, yes });
            Vec::new()
        }
    }
}

fn on_reading_key(app: &mut App, key: Key) -> Vec<Effect> {
    let page = isize::try_from(usize::from(app.size.1).saturating_sub(6).max(1)).unwrap_or(1);
    match key.code {
        KeyCode::Down | KeyCode::Char('j') => scroll_reading(app, 1),
        KeyCode::Up | KeyCode::Char('k') => scroll_reading(app, -1),
        KeyCode::PageDown | KeyCode::Char(' ') => scroll_reading(app, page),
        KeyCode::PageUp => scroll_reading(app, -page),
        KeyCode::Home | KeyCode::Char('g') => scroll_reading(app, isize::MIN),
        KeyCode::End | KeyCode::Char('G') => scroll_reading(app, isize::MAX),
        KeyCode::Char('y') => {
            return match app.popups.last() {
                Some(Popup::Words { lines, .. }) => vec![Effect::Copy(lines.join("\n"))],
                _ => Vec::new(),
            };
        }
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | '?') | KeyCode::F(1) => {
            app.popups.pop();
        }
        _ => {}
    }
    Vec::new()
}

/// Moves the text that floats, never past what there is to read.
pub(super) fn scroll_reading(app: &mut App, by: isize) {
    let end = app.reading_end.get().unwrap_or(usize::MAX);
    if let Some(Popup::Help { scroll } | Popup::Messages { scroll } | Popup::Words { scroll, .. }) =
        app.popups.last_mut()
    {
        *scroll = (*scroll).min(end).saturating_add_signed(by).min(end);
    }
}

fn opened(app: &mut App, loaded: Loaded) -> Vec<Effect> {
    let warnings = loaded.warnings.clone();
    app.tables.clear();
    app.views = super::screens::Views::default();
    app.drafts.clear();
    app.names.clear();
    app.popups.clear();
    let doc = Doc::new(loaded);
    app.screen = first_screen(&doc);
    let mut effects = Vec::new();
    // A replay starts before any table was attached; those that the whole session has are opened all the same.
    let tables = doc.replay.as_ref().map_or(&doc.session, |r| &r.full).state.tables.clone();
    for table in &tables {
        let read_as = Some(table.options.clone());
        app.tables.insert(table.data.clone(), TableInfo { opening: true, read_as, ..TableInfo::default() });
        effects.push(opening(table));
    }
    let faults = doc.session.faults.len();
    app.doc = Some(doc);
    for warning in warnings {
        app.say(Tone::Warn, warning);
    }
    if faults > 0 {
        app.say(Tone::Warn, format!("{faults} events make no sense; `whyboard lint` says which. The rest stands."));
    }
    effects
}

/// Opens a table as it is recorded.
#[must_use]
pub(super) fn opening(table: &TableState) -> Effect {
    let options = read_options(&table.options);
    Effect::OpenData { data: table.data.clone(), path: table.path.clone(), sql: table.sql.clone(), options }
}

/// How a table is read, from the options recorded for it.
#[must_use]
pub fn read_options(options: &serde_json::Map<String, serde_json::Value>) -> ReadOptions {
    let known = options.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone()));
    serde_json::from_value(serde_json::Value::Object(known.collect())).unwrap_or_default()
}

/// A session opens where the work is.
fn first_screen(doc: &Doc) -> Screen {
    let state = &doc.session.state;
    if state.decision.is_some() {
        Screen::Brief
    } else if state.kpi.is_none() {
        Screen::Problem
    } else if !state.clues.is_empty() {
        Screen::Score
    } else {
        Screen::Ask
    }
}

fn data_opened(
    app: &mut App,
    data: String,
    result: Result<(crate::query::Schema, u64, crate::query::ReadingReport), String>,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(attaching) = app.views.problem.attaching.take_if(|a| a.data == data) {
        match &result {
            Ok(_) => effects.extend(forms::attached(app, &attaching)),
            Err(why) => return forms::not_attached(app, attaching, why),
        }
    }
    let tables = app.doc.as_ref().map(|d| d.session.state.tables.as_slice()).unwrap_or_default();
    let recorded = tables.iter().find(|t| t.data == data).map(|t| t.options.clone());
    let table = app.tables.entry(data.clone()).or_default();
    table.opening = false;
    if table.read_as.is_none() {
        table.read_as = recorded;
    }
    match result {
        Ok((schema, rows, reading)) => {
            table.failed = None;
            // Rows that were shown meanwhile may be read otherwise now.
            (table.page, table.asked) = Default::default();
            (table.all_rows, table.own_columns) = (rows, schema.columns.len());
            table.schema = schema;
            table.rows = rows;
            for note in &reading.notes {
                app.messages.push(Message { tone: Tone::Plain, text: format!("{data}: {note}") });
            }
            if let Some(table) = app.tables.get_mut(&data) {
                table.reading = reading;
            }
            effects.push(Effect::Fingerprint(data.clone()));
            effects.extend(explore::table_opened(app, &data));
            effects
        }
        Err(why) => {
            let words = if why == CANCELLED { format!("Opening {data} was cancelled.") } else { why };
            table.failed = Some(words.clone());
            app.say(Tone::Bad, words);
            effects
        }
    }
}

/// Whether a fingerprint says something that the session does not know yet.
fn differs(app: &App, data: &str, facts: &crate::domain::event::TableFacts) -> bool {
    let Some(doc) = &app.doc else { return false };
    let Some(table) = doc.session.state.tables.iter().find(|t| t.data == data) else { return false };
    table.facts.sha256_16 != facts.sha256_16 || table.facts.order_free_hash != facts.order_free_hash
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;
