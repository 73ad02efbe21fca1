//! A form: labels, fields, what each asks for, and the place that has the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::text;
use super::theme::Theme;
use super::widgets::draw::{put, put_line, put_prose, row_of, select};
use super::widgets::popup;
use crate::app::editor::Editor;
use crate::app::form::{Field, FieldKind, Form};
use crate::domain::words::Rating;
use ratatui::text::{Line, Span};

/// Rows that a field takes at a width.
fn rows_of(field: &Field, width: u16) -> u16 {
    let lines = |t: &str| u16::try_from(text::wrap(t, usize::from(width)).len()).unwrap_or(1);
    match &field.kind {
        FieldKind::Info(words) => lines(words) + 1,
        FieldKind::Text(e) if e.has_many_lines() => 1 + 5,
        FieldKind::Text(_) => 3,
        FieldKind::Choice { options, .. } => 2 + u16::try_from(options.len().min(9)).unwrap_or(1),
        FieldKind::Many { options, .. } => 2 + u16::try_from(options.len().clamp(1, 8)).unwrap_or(1),
        FieldKind::Ratings { rows, .. } => 3 + u16::try_from(rows.len().min(12)).unwrap_or(1),
    }
}

/// A choice fits on one line when its words do.
fn is_short(options: &[(String, String)], width: u16) -> bool {
    let wide: usize = options.iter().map(|(_, w)| text::width(w) + 6).sum();
    wide <= usize::from(width)
}

fn height_of(field: &Field, width: u16) -> u16 {
    match &field.kind {
        FieldKind::Choice { options, .. } if is_short(options, width) => 3,
        _ => rows_of(field, width),
    }
}

/// Draws a form as a popup; the part around the focus stays in sight.
pub fn draw(form: &Form, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let width = area.width.saturating_sub(4).min(96);
    let content = width.saturating_sub(4);
    let heights: Vec<u16> = form.fields.iter().map(|f| height_of(f, content)).collect();
    let wanted: u16 = heights.iter().sum::<u16>() + 2;
    let inside = popup::open(area, buf, theme, &form.title, width, wanted.min(area.height.saturating_sub(2)));
    if inside.is_empty() {
        return None;
    }
    let foot = u16::from(inside.height > 3);
    let room = inside.height - foot;
    // The focused field must be whole in sight; what comes before it scrolls away.
    let upto = |i: usize| heights.iter().take(i).sum::<u16>();
    let focus_end = upto(form.focus + 1);
    let skip = focus_end.saturating_sub(room).min(upto(form.focus));
    let mut cursor = None;
    let mut y: i32 = -i32::from(skip);
    for (i, (field, height)) in form.fields.iter().zip(&heights).enumerate() {
        let (top, bottom) = (y, y + i32::from(*height));
        y = bottom;
        if top < 0 || bottom > i32::from(room) {
            // A field that is cut is drawn only when it has the keys and nothing else fits.
            if i != form.focus || top >= i32::from(room) || bottom <= 0 {
                continue;
            }
        }
        let at = u16::try_from(top.max(0)).unwrap_or(0);
        let rect = Rect { y: inside.y + at, height: (*height).min(room.saturating_sub(at)), ..inside };
        let drawn = field_in(field, i == form.focus, theme, rect, buf);
        if i == form.focus {
            cursor = drawn;
        }
    }
    if foot > 0 {
        let line = row_of(inside, inside.height - 1);
        match &form.error {
            Some(error) => {
                put(buf, line, 0, 0, theme.glyphs.no, theme.bad);
                put(buf, line, 2, 0, error, theme.bad);
            }
            None => {
                let hint = format!("Ctrl-S {}   Tab next   Esc leaves, text is kept", form.submit);
                put(buf, line, 0, 0, &hint, theme.dim);
            }
        }
    }
    cursor
}

fn field_in(field: &Field, focused: bool, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if let FieldKind::Info(words) = &field.kind {
        put_prose(buf, area, words, theme.dim);
        return None;
    }
    let label = row_of(area, 0);
    let used = put(buf, label, 0, 0, &field.label, if focused { theme.focus } else { theme.title });
    if !field.help.is_empty() {
        put(buf, label, used + 2, 0, &field.help, theme.dim);
    }
    let body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    match &field.kind {
        FieldKind::Text(editor) => text_in(editor, focused, theme, body, buf),
        FieldKind::Choice { options, selected } => {
            choice_in(options, *selected, focused, theme, body, buf);
            None
        }
        FieldKind::Many { options, chosen, cursor } => {
            if options.is_empty() {
                put(buf, body, 2, 0, "nobody is known yet", theme.dim);
            }
            for (i, (_, words)) in options.iter().enumerate().take(usize::from(body.height)) {
                let row = row_of(body, u16::try_from(i).unwrap_or(u16::MAX));
                let sign = if chosen.contains(&i) { "[x]" } else { "[ ]" };
                put(buf, row, 2, 0, &format!("{sign} {words}"), theme.text);
                if focused && i == *cursor {
                    select(buf, row, theme);
                }
            }
            None
        }
        FieldKind::Ratings { rows, cursor } => {
            ratings_in(rows, *cursor, focused, theme, body, buf);
            None
        }
        FieldKind::Info(_) => None,
    }
}

/// Draws what is typed, with a cursor where the keys go.
pub fn text_in(editor: &Editor, focused: bool, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let rows = if editor.has_many_lines() { area.height.saturating_sub(1).max(1) } else { 1 };
    let inside = Rect {
        x: area.x + area.width.min(2),
        width: area.width.saturating_sub(3),
        height: rows.min(area.height),
        ..area
    };
    if inside.is_empty() {
        return None;
    }
    // A thin bar at the left says "type here" without a box round every line.
    for y in 0..inside.height {
        put(
            buf,
            area,
            0,
            y,
            if theme.glyphs.unicode { "▏" } else { "|" },
            if focused { theme.accent } else { theme.rule },
        );
    }
    let mut shown = editor.area().clone();
    shown.set_style(theme.text);
    shown.set_cursor_line_style(Style::new());
    shown.set_cursor_style(if focused { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() });
    (&shown).render(inside, buf);
    None
}

fn choice_in(
    options: &[(String, String)],
    selected: Option<usize>,
    focused: bool,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    if options.is_empty() {
        put(buf, area, 2, 0, "nothing to choose from", theme.dim);
        return;
    }
    if is_short(options, area.width) {
        let mut x = 2;
        for (i, (_, words)) in options.iter().enumerate() {
            let on = selected == Some(i);
            let sign = if on { "(•) " } else { "( ) " };
            let ink = if on { theme.text.add_modifier(Modifier::BOLD) } else { theme.dim };
            x += put(buf, row_of(area, 0), x, 0, &format!("{sign}{words}"), ink) + 2;
        }
        if focused {
            put(buf, row_of(area, 0), 0, 0, theme.glyphs.cursor, theme.accent);
        }
        return;
    }
    let room = usize::from(area.height.saturating_sub(1).max(1));
    let at = selected.unwrap_or(0);
    let first = at.saturating_sub(room.saturating_sub(1));
    for (line, (i, (_, words))) in options.iter().enumerate().skip(first).take(room).enumerate() {
        let on = selected == Some(i);
        let sign = if on { "(•) " } else { "( ) " };
        let row = row_of(area, u16::try_from(line).unwrap_or(u16::MAX));
        put(buf, row, 2, 0, &format!("{sign}{words}"), if on { theme.text } else { theme.dim });
        if on && focused {
            select(buf, row, theme);
        }
    }
    if focused && selected.is_none() {
        put(buf, row_of(area, 0), 0, 0, theme.glyphs.cursor, theme.accent);
    }
}

/// The ink of a rating.
pub fn rating_ink(rating: Rating, theme: &Theme) -> Style {
    match rating.decibans() {
        x if x > 0.0 => theme.good,
        x if x < 0.0 => theme.bad,
        _ => theme.dim,
    }
}

fn ratings_in(
    rows: &[(String, String, Option<Rating>)],
    cursor: usize,
    focused: bool,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let room = usize::from(area.height.saturating_sub(1).max(1));
    let first = (cursor + 1).saturating_sub(room);
    let scale = "−−− −− − · + ++ +++";
    for (line, (i, (_, title, rating))) in rows.iter().enumerate().skip(first).take(room).enumerate() {
        let row = row_of(area, u16::try_from(line).unwrap_or(u16::MAX));
        let title_room = usize::from(area.width.saturating_sub(30)).clamp(10, 48);
        let (sign, words, ink) = match rating {
            Some(r) => (r.sign(), r.words(), rating_ink(*r, theme)),
            None => ("?", "not rated", theme.dim),
        };
        let content = Line::from(vec![
            Span::styled(text::fit(title, title_room), theme.text),
            Span::raw("  "),
            Span::styled(text::fit_right(sign, 4), ink),
            Span::raw("  "),
            Span::styled(words.to_owned(), ink),
        ]);
        put_line(buf, row, 2, 0, &content);
        if focused && i == cursor {
            select(buf, row, theme);
        }
    }
    if rows.is_empty() {
        put(buf, area, 2, 0, scale, theme.dim);
    }
}
