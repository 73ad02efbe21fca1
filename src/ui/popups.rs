//! What floats: help, palette, messages, longer words, a question.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::theme::Theme;
use super::widgets::draw::{put, put_prose, put_right, row_of, select};
use super::widgets::popup;
use super::{form, text};
use crate::app::palette::Palette;
use crate::app::screens::help_sections;
use crate::app::{App, Confirmed, Popup, Tone};

/// Draws one popup.
pub fn draw(app: &App, popup: &Popup, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    match popup {
        Popup::Form(f) => return form::draw(f, theme, area, buf),
        Popup::Palette(p) => return palette(app, p, theme, area, buf),
        Popup::Help { scroll } => help(app, *scroll, theme, area, buf),
        Popup::Messages { scroll } => {
            let lines: Vec<(String, Style)> = if app.messages.is_empty() {
                vec![("Nothing was said yet.".into(), theme.dim)]
            } else {
                app.messages.iter().rev().map(|m| (m.text.clone(), tone_ink(m.tone, theme))).collect()
            };
            app.reading_end.set(Some(reading("Messages, newest first", &lines, *scroll, theme, area, buf)));
        }
        Popup::Words { title, lines, scroll } => {
            let lines: Vec<(String, Style)> = lines.iter().map(|l| (l.clone(), theme.text)).collect();
            app.reading_end.set(Some(reading(title, &lines, *scroll, theme, area, buf)));
        }
        Popup::Confirm { question, yes } => {
            let (title, foot) = match yes {
                Confirmed::Safe(_) => ("Private words", "y replace   n keep as typed   Esc back"),
                Confirmed::Quit | Confirmed::Retract(_) => ("Sure?", "y yes   n no"),
            };
            let width = area.width.saturating_sub(8).min(64);
            let lines = text::wrap(question, usize::from(width.saturating_sub(4)).max(1)).len();
            let height = u16::try_from(lines + 2).unwrap_or(4).clamp(4, 8);
            let inside = popup::open(area, buf, theme, title, width, height);
            let words = Rect { height: inside.height.saturating_sub(1), ..inside };
            put_prose(buf, words, question, theme.text);
            put(buf, row_of(inside, inside.height.saturating_sub(1)), 0, 0, foot, theme.dim);
        }
    }
    None
}

fn tone_ink(tone: Tone, theme: &Theme) -> Style {
    match tone {
        Tone::Plain => theme.text,
        Tone::Good => theme.good,
        Tone::Bad => theme.bad,
        Tone::Warn => theme.warn,
    }
}

/// Text to read, wrapped, with a foot that says how much more there is. Gives the last line at which it can begin.
fn reading(
    title: &str,
    lines: &[(String, Style)],
    scroll: usize,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> usize {
    let width = area.width.saturating_sub(4).min(100);
    let content = usize::from(width.saturating_sub(4)).max(1);
    let wrapped: Vec<(String, Style)> = lines
        .iter()
        .flat_map(|(l, s)| {
            let parts = if l.is_empty() { vec![String::new()] } else { text::wrap(&text::clean(l), content) };
            parts.into_iter().map(move |p| (p, *s))
        })
        .collect();
    let height = u16::try_from(wrapped.len()).unwrap_or(u16::MAX).saturating_add(1);
    let inside = popup::open(area, buf, theme, title, width, height.min(area.height.saturating_sub(2)));
    let room = usize::from(inside.height.saturating_sub(1));
    let last = wrapped.len().saturating_sub(room);
    let first = scroll.min(last);
    for (i, (line, style)) in wrapped.iter().skip(first).take(room).enumerate() {
        put(buf, inside, 0, u16::try_from(i).unwrap_or(u16::MAX), line, *style);
    }
    let foot = row_of(inside, inside.height.saturating_sub(1));
    let more = wrapped.len().saturating_sub(first + room);
    let words = if more > 0 { format!("{more} more lines, j scrolls   Esc closes") } else { "Esc closes".into() };
    put(buf, foot, 0, 0, &words, theme.dim);
    last
}

fn help(app: &App, scroll: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    // Help floats above the screen that it explains, so the scopes are those without it.
    let mut below = Vec::new();
    for (scope, commands) in scopes_below(app) {
        below.push((scope.to_owned(), theme.title));
        for (keys, words) in commands {
            below.push((format!("  {} {words}", text::fit(&keys, 16)), theme.text));
        }
        below.push((String::new(), theme.text));
    }
    app.reading_end.set(Some(reading("Keys", &below, scroll, theme, area, buf)));
}

/// Scope title → keys and help, for the screen under the popup.
fn scopes_below(app: &App) -> Vec<(&'static str, Vec<(String, &'static str)>)> {
    help_sections(app)
        .into_iter()
        .map(|(scope, commands)| (scope.title(), commands.into_iter().map(|c| (c.keys.join(" "), c.help)).collect()))
        .collect()
}

fn palette(app: &App, p: &Palette, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let width = area.width.saturating_sub(4).min(84);
    let height = area.height.saturating_sub(4).min(22);
    let inside = popup::open(area, buf, theme, "Commands", width, height);
    if inside.is_empty() {
        return None;
    }
    let query = row_of(inside, 0);
    put(buf, query, 0, 0, theme.glyphs.cursor, theme.accent);
    let typed = p.query.text();
    let used = put(buf, query, 2, 0, &typed, theme.text);
    if typed.is_empty() {
        put(buf, query, 3, 0, "a few letters of what you want", theme.dim);
    }
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let room = usize::from(list.height);
    let first = (p.selected + 1).saturating_sub(room);
    if p.found.is_empty() {
        put(buf, list, 2, 0, "Nothing matches.", theme.dim);
    }
    for (i, command) in p.found.iter().enumerate().skip(first).take(room) {
        let row = row_of(list, u16::try_from(i - first).unwrap_or(u16::MAX));
        // What can't be done now says why.
        let (words, ink) = match (command.when)(app) {
            Ok(()) => (command.help.to_owned(), theme.text),
            Err(why) => (format!("{} (not now: {why})", command.help), theme.dim),
        };
        let keys = command.keys.first().copied().unwrap_or("");
        let words_area = Rect { width: row.width.saturating_sub(10), ..row };
        put(buf, words_area, 2, 0, &words, ink);
        put_right(buf, row, 0, keys, theme.dim);
        if i == p.selected {
            select(buf, row, theme);
        }
    }
    Some(
        Position { x: query.x + 2 + used, y: query.y }
            .min(Position { x: inside.right().saturating_sub(1), y: query.y }),
    )
}
