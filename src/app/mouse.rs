//! What the mouse does: a click selects, a second one opens; the wheel scrolls what is on top.

use super::hits::Target;
use super::key::{Key, KeyCode, MouseKind};
use super::screens::explore::cells;
use super::screens::{self, explore, list_len, list_scroll, move_list};
use super::update::{on_key, run, scroll_reading};
use super::{App, Effect, Popup, Screen, Tone, commands};

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

/// The mouse did something at a cell.
pub(super) fn on_mouse(app: &mut App, kind: MouseKind, column: u16, row: u16) -> Vec<Effect> {
    match kind {
        MouseKind::ScrollDown => on_wheel(app, NOTCH),
        MouseKind::ScrollUp => on_wheel(app, -NOTCH),
        MouseKind::Down => on_click(app, column, row),
        MouseKind::Up | MouseKind::Drag | MouseKind::ScrollLeft | MouseKind::ScrollRight => Vec::new(),
    }
}

fn on_wheel(app: &mut App, by: isize) -> Vec<Effect> {
    let typing = app.is_edit_mode();
    match app.popups.last_mut() {
        Some(Popup::Cells(_)) => cells::scroll(app, by),
        Some(Popup::Help { .. } | Popup::Messages { .. } | Popup::Words { .. }) => scroll_reading(app, by),
        Some(Popup::Palette(palette)) => {
            let last = palette.found.len().saturating_sub(1);
            palette.selected = palette.selected.saturating_add_signed(by).min(last);
        }
        Some(Popup::Form(form)) => form.wheel(by > 0),
        Some(Popup::Confirm { .. }) => {}
        // The list behind an interview is out of sight and stays where it is.
        None if typing => {}
        None => return move_list(app, |s, n| s.step(by, n)),
    }
    Vec::new()
}

fn on_click(app: &mut App, column: u16, row: u16) -> Vec<Effect> {
    let before = app.clicked.take();
    let Some(target) = app.hits.at(column, row) else { return Vec::new() };
    app.message = None;
    match target {
        Target::Key(key) => on_key(app, key),
        Target::PopupRow(i) => match app.popups.last_mut() {
            Some(Popup::Palette(palette)) => {
                palette.selected = i;
                on_key(app, Key::plain(KeyCode::Enter))
            }
            _ => Vec::new(),
        },
        Target::Field(i) => {
            if let Some(Popup::Form(form)) = app.popups.last_mut() {
                form.focus_on(i);
            }
            Vec::new()
        }
        Target::Nothing => Vec::new(),
        _ if !app.popups.is_empty() => Vec::new(),
        _ if app.is_edit_mode() => {
            app.say(Tone::Plain, "Esc leaves first; all is kept.");
            Vec::new()
        }
        Target::Stage(screen) => screens::go(app, screen),
        Target::Command(id) => commands::all().find(|c| c.id == id).map_or_else(Vec::new, |c| run(app, c)),
        Target::Tab(i) => {
            if let Some((pane, _)) = explore::Pane::ALL.get(i) {
                app.views.explore.pane = *pane;
            }
            explore::entered(app)
        }
        Target::Row(i) => on_row(app, i, before),
        Target::Body => {
            let len = list_len(app);
            match list_scroll(app).and_then(|s| s.row_under(column, row, len)) {
                Some(i) => on_row(app, i, before),
                None => Vec::new(),
            }
        }
    }
}

/// Selects a row; a second click on it opens it.
fn on_row(app: &mut App, row: usize, before: Option<(Screen, usize)>) -> Vec<Effect> {
    let this = (app.screen, row);
    if before == Some(this) {
        // Taking a proposal records something: a click only opens it.
        let open = if app.screen == Screen::Ask && app.views.ask.triage {
            commands::all().find(|c| c.id == "triage.edit")
        } else {
            commands::find(app, Key::plain(KeyCode::Enter))
        };
        return open.map_or_else(Vec::new, |command| run(app, command));
    }
    app.clicked = Some(this);
    move_list(app, |s, _| s.select(row))
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;
