//! What floats: help, palette, messages, longer words, a question.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::theme::Theme;
use super::widgets::draw::{put, put_prose, put_right, row_of, select};
use super::widgets::popup;
use super::{form, text};
use crate::app::commands::Scope;
use crate::app::hits::Target;
use crate::app::palette::{Palette, Stand, stand};
use crate::app::screens::help_sections;
use crate::app::{App, Confirmed, Popup, Tone};

/// Draws one popup.
pub fn draw(app: &App, popup: &Popup, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    match popup {
        Popup::Form(f) => return form::draw(f, &app.hits, theme, area, buf),
        Popup::Cells(float) => return super::screens::explore::cells::draw(app, float, theme, area, buf),
        Popup::Palette(p) => return palette(app, p, theme, area, buf),
        Popup::Help { scroll } => help(app, *scroll, theme, area, buf),
        Popup::Messages { scroll } => {
            let lines: Vec<(String, Style)> = if app.messages.is_empty() {
                vec![("Nothing was said yet.".into(), theme.dim)]
            } else {
                app.messages.iter().rev().map(|m| (m.text.clone(), tone_ink(m.tone, theme))).collect()
            };
            app.reading_end.set(Some(reading(
                "Messages, newest first",
                &lines,
                "Esc closes",
                *scroll,
                theme,
                area,
                buf,
            )));
        }
        Popup::Words { title, lines, scroll } => {
            let lines: Vec<(String, Style)> = lines.iter().map(|l| (l.clone(), theme.text)).collect();
            app.reading_end.set(Some(reading(title, &lines, "y copies   Esc closes", *scroll, theme, area, buf)));
        }
        Popup::Confirm { question, yes } => {
            let (title, foot) = match yes {
                Confirmed::Safe(_) => ("Private words", "y replace   n keep as typed   Esc back"),
                Confirmed::Quit | Confirmed::Retract(_) | Confirmed::Replace(_) => ("Sure?", "y yes   n no"),
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
#[allow(clippy::too_many_arguments)]
fn reading(
    title: &str,
    lines: &[(String, Style)],
    keys: &str,
    scroll: usize,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> usize {
    let (width, content) = reading_room(area);
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
    let words = if more > 0 { format!("{more} more lines, j scrolls   {keys}") } else { keys.to_owned() };
    put(buf, foot, 0, 0, &words, theme.dim);
    last
}

fn help(app: &App, scroll: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    // Help floats above the screen that it explains, so the scopes are those without it.
    let mut lines = Vec::new();
    for (scope, commands) in help_sections(app) {
        lines.push((scope.title().to_owned(), theme.title));
        for command in commands {
            lines.extend(help_lines(&app.keymap.all(command), command.help, area).map(|l| (l, theme.text)));
        }
        lines.push((String::new(), theme.text));
    }
    lines.push(("Mouse".to_owned(), theme.title));
    for (what, does) in MOUSE {
        lines.extend(help_lines(what, does, area).map(|l| (l, theme.text)));
    }
    app.reading_end.set(Some(reading("Keys", &lines, "Esc closes", scroll, theme, area, buf)));
}

/// A key and what it does, wrapped under itself.
fn help_lines(key: &str, does: &str, area: Rect) -> impl Iterator<Item = String> {
    const KEY: usize = 16;
    let room = reading_room(area).1.saturating_sub(KEY + 3).max(1);
    let head = text::fit(key, KEY);
    text::wrap(does, room)
        .into_iter()
        .enumerate()
        .map(move |(i, part)| if i == 0 { format!("  {head} {part}") } else { format!("{:1$}{part}", "", KEY + 3) })
}

/// Cells of the window in which text is read, and those of a line in it.
fn reading_room(area: Rect) -> (u16, usize) {
    let width = area.width.saturating_sub(4).min(100);
    (width, usize::from(width.saturating_sub(4)).max(1))
}

/// What the mouse does.
const MOUSE: [(&str, &str); 3] = [
    (
        "click",
        "Selects a row, a tab, a stage, a field; on a key of the last line presses it; a second click opens the row",
    ),
    ("wheel", "Scrolls the list, or what floats above it"),
    ("Shift-drag", "Selects text for the terminal, to copy it (Option-drag in some terminals)"),
];

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
    if let Some(command) = p.found.get(p.selected).filter(|_| query.width >= 60) {
        // The name under which keys.yaml changes the key.
        put_right(buf, query, 0, command.id, theme.rule);
    }
    if typed.is_empty() {
        put(buf, query, 3, 0, "a few letters of what you want", theme.dim);
    }
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let room = usize::from(list.height);
    let first = (p.selected + 1).saturating_sub(room);
    app.hits.note(inside, Target::Nothing);
    if p.found.is_empty() {
        put(buf, list, 2, 0, "Nothing matches.", theme.dim);
    }
    for (i, command) in p.found.iter().enumerate().skip(first).take(room) {
        let row = row_of(list, u16::try_from(i - first).unwrap_or(u16::MAX));
        let keys = app.keymap.first(command);
        let words = Rect { width: row.width.saturating_sub(10), ..row };
        // Why it can't be done now, and where it can, come first, so that they are never cut.
        let (first, ink) = match stand(app, command) {
            Stand::Here => (String::new(), theme.text),
            Stand::NotNow(why) => (format!("not now: {why}"), theme.dim),
            Stand::Elsewhere => (elsewhere(command.scope), theme.dim),
        };
        let used = put(buf, words, 2, 0, &first, theme.warn);
        let gap = if used > 0 { 3 } else { 0 };
        if gap > 0 {
            put(buf, words, 2 + used, 0, &format!(" {} ", theme.glyphs.dot), theme.dim);
        }
        put(buf, words, 2 + used + gap, 0, command.help, ink);
        put_right(buf, row, 0, &keys, theme.dim);
        app.hits.note(row, Target::PopupRow(i));
        if i == p.selected {
            select(buf, row, theme);
        }
    }
    Some(
        Position { x: query.x + 2 + used, y: query.y }
            .min(Position { x: inside.right().saturating_sub(1), y: query.y }),
    )
}

/// Where a command of another screen or mode can be given.
fn elsewhere(scope: Scope) -> String {
    match scope {
        Scope::Form => "in a form".to_owned(),
        Scope::Replay => "in a replay".to_owned(),
        Scope::Interview => "in an interview".to_owned(),
        scope => format!("on {}", scope.title()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_wrapped_under_itself() {
        let does = "Say what the selected hypothesis could move and what it costs, in days of work until it runs";
        let lines: Vec<String> = help_lines("e", does, Rect::new(0, 0, 60, 20)).collect();
        assert!(lines.len() > 1 && lines.iter().skip(1).all(|l| l.starts_with(&" ".repeat(19))), "{lines:?}");
        let words: Vec<&str> = lines.iter().flat_map(|l| l.split_whitespace()).skip(1).collect();
        assert_eq!(words.join(" "), does);
    }
}
