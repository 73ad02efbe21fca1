//! A form: labels, fields, what each asks for, and the place that has the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::text;
use super::theme::Theme;
use super::widgets::draw::{below, put, put_line, put_prose, put_right, row_of, select};
use super::widgets::popup;
use crate::app::editor::Editor;
use crate::app::form::{Choice, Field, FieldKind, Form, fitting, is_list};
use crate::app::hits::{Hits, Target};
use crate::domain::words::Rating;
use ratatui::text::{Line, Span};

/// Most options of a list in sight at once; the rest scrolls.
const OPTIONS: usize = 12;
/// Suggestions in sight below a text.
const SUGGESTED: usize = 6;
/// Most ratings in sight at once.
const RATINGS: usize = 12;
/// Most rows that the words beside a label take.
const HELP: usize = 3;
/// Most rows that a reproach takes.
const ERROR: usize = 4;

fn rows(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// What a field asks for, in lines: none when it fits beside the label.
fn help_below(field: &Field, width: u16) -> Vec<String> {
    let beside = text::width(&field.label) + 2 + text::width(&field.help);
    if field.help.is_empty() || beside <= usize::from(width) {
        return Vec::new();
    }
    text::wrap(&field.help, usize::from(width.saturating_sub(2))).into_iter().take(HELP).collect()
}

/// A choice fits on one line when its words do.
fn is_short(options: &[(String, String)], width: u16) -> bool {
    if is_list(options) {
        return false;
    }
    let wide: usize = options.iter().map(|(_, w)| text::width(w) + 6).sum();
    wide <= usize::from(width)
}

/// Rows that a field takes at a width, with the blank one after it.
fn height_of(field: &Field, width: u16) -> u16 {
    let label = 1 + rows(help_below(field, width).len());
    let body = match &field.kind {
        FieldKind::Info(words) => return rows(text::wrap(words, usize::from(width)).len()) + 1,
        FieldKind::Text(e) if e.has_many_lines() => 4,
        FieldKind::Text(_) => 1,
        FieldKind::Suggest { options, .. } => 1 + rows(options.len().min(SUGGESTED)),
        FieldKind::Choice { options, .. } if is_short(options, width) => 1,
        FieldKind::Choice { options, .. } | FieldKind::Many { options, .. } => rows(options.len().clamp(1, OPTIONS)),
        FieldKind::Ratings { rows: list, .. } => rows(list.len().clamp(1, RATINGS)),
    };
    label + body + 1
}

/// The foot: why the form was not accepted, whole, or the keys.
fn foot(form: &Form, width: u16) -> Vec<String> {
    match &form.error {
        Some(error) => text::wrap(error, usize::from(width.saturating_sub(2))).into_iter().take(ERROR).collect(),
        None => {
            let writes = form
                .fields
                .get(form.focus)
                .is_some_and(|f| matches!(f.kind, FieldKind::Text(_) | FieldKind::Suggest { .. }));
            let mut words = format!("Ctrl-S {}   Tab next   Esc leaves, all is kept", form.submit);
            if writes && text::width(&words) + 17 <= usize::from(width) {
                words.push_str("   Ctrl-G editor");
            }
            vec![words]
        }
    }
}

/// Draws a form as a popup; the part around the focus stays in sight.
pub fn draw(form: &Form, hits: &Hits, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let width = area.width.saturating_sub(4).min(96);
    let content = width.saturating_sub(4);
    let heights: Vec<u16> = form.fields.iter().map(|f| height_of(f, content)).collect();
    let wanted: u16 = heights.iter().sum::<u16>() + 1 + rows(foot(form, content).len());
    let inside = popup::open(area, buf, theme, &form.title, width, wanted.min(area.height.saturating_sub(2)));
    if inside.is_empty() {
        return None;
    }
    let foot_lines = foot(form, inside.width);
    let foot = if inside.height > 3 { rows(foot_lines.len()).min(inside.height / 2) } else { 0 };
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
            // A field that is cut at the bottom begins all the same where something of it can be read; another cut one
            // is drawn only when it has the keys and nothing else fits.
            let begins = top >= 0 && top + 3 <= i32::from(room);
            if !begins && (i != form.focus || top >= i32::from(room) || bottom <= 0) {
                continue;
            }
        }
        let at = u16::try_from(top.max(0)).unwrap_or(0);
        let rect = Rect { y: inside.y + at, height: (*height).min(room.saturating_sub(at)), ..inside };
        hits.note(rect, Target::Field(i));
        let drawn = field_in(field, i == form.focus, theme, rect, buf);
        if i == form.focus {
            cursor = drawn;
        }
    }
    let ink = if form.error.is_some() { theme.bad } else { theme.dim };
    let indent = if form.error.is_some() { 2 } else { 0 };
    for (i, line) in (0..foot).zip(&foot_lines) {
        let row = row_of(inside, room + i);
        if i == 0 && form.error.is_some() {
            put(buf, row, 0, 0, theme.glyphs.no, theme.bad);
        }
        put(buf, row, indent, 0, line, ink);
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
    let help = help_below(field, area.width);
    if help.is_empty() {
        put(buf, label, used + 2, 0, &field.help, theme.dim);
    }
    for (i, line) in help.iter().enumerate() {
        put(buf, row_of(area, 1 + rows(i)), 2, 0, line, theme.dim);
    }
    let body = below(area, 1 + rows(help.len()));
    // The last row is the blank one before the next field.
    let list = Rect { height: body.height.saturating_sub(1).max(1).min(body.height), ..body };
    match &field.kind {
        FieldKind::Text(editor) => text_in(editor, focused, theme, body, buf),
        FieldKind::Suggest { editor, options, at } => {
            let cursor = text_in(editor, focused, theme, row_of(body, 0), buf);
            let list = Rect { y: body.y + 1.min(body.height), height: body.height.saturating_sub(2), ..body };
            suggestions_in(&fitting(options, &editor.text()), *at, theme, list, buf);
            cursor
        }
        FieldKind::Choice { options, selected } => {
            choice_in(options, *selected, focused, theme, list, buf);
            None
        }
        FieldKind::Many { options, chosen, cursor } => {
            if options.is_empty() {
                put(buf, list, 2, 0, "nobody is known yet", theme.dim);
            }
            for (row, i) in in_sight(options.len(), *cursor, list) {
                let Some((_, words)) = options.get(i) else { continue };
                let sign = if chosen.contains(&i) { "[x]" } else { "[ ]" };
                put(buf, row, 2, 0, &format!("{sign} {words}"), theme.text);
                if focused && i == *cursor {
                    select(buf, row, theme);
                }
            }
            more(options.len(), *cursor, list, theme, buf);
            None
        }
        FieldKind::Ratings { rows, cursor } => {
            ratings_in(rows, *cursor, focused, theme, list, buf);
            None
        }
        FieldKind::Info(_) => None,
    }
}

/// The rows of a long list that are in sight, so that the cursor is among them: each with its place.
fn in_sight(len: usize, cursor: usize, area: Rect) -> impl Iterator<Item = (Rect, usize)> {
    let first = (cursor + 1).saturating_sub(usize::from(area.height));
    (0..area.height).map(move |y| row_of(area, y)).zip(first..len)
}

/// At the right of the last and the first row: how many more there are below and above.
fn more(len: usize, cursor: usize, area: Rect, theme: &Theme, buf: &mut Buffer) {
    let height = usize::from(area.height);
    let first = (cursor + 1).saturating_sub(height);
    let after = len.saturating_sub(first + height);
    if after > 0 && area.height > 0 {
        let words = format!(" {} {after} more", theme.glyphs.down);
        put_right(buf, row_of(area, area.height - 1), 0, &words, theme.dim);
    }
    if first > 0 && area.height > 1 {
        put_right(buf, row_of(area, 0), 0, &format!(" {} {first} more", theme.glyphs.up), theme.dim);
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

/// What can be taken: the text at the left, what it is at the right.
fn suggestions_in(options: &[&Choice], at: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let room = usize::from(area.height);
    let first = at.map_or(0, |i| (i + 1).saturating_sub(room));
    if options.is_empty() && room > 0 {
        put(buf, area, 2, 0, "no column fits; what is typed is taken as it is", theme.dim);
    }
    let widest = options.iter().skip(first).take(room).map(|(t, _)| text::width(t)).max().unwrap_or(0);
    let wide = widest.min(usize::from(area.width) * 2 / 3);
    for (line, (i, (taken, words))) in options.iter().enumerate().skip(first).take(room).enumerate() {
        let row = row_of(area, u16::try_from(line).unwrap_or(u16::MAX));
        put(buf, row, 2, 0, &text::fit(&text::clean(taken), wide), theme.text);
        let x = u16::try_from(wide + 4).unwrap_or(u16::MAX);
        if words != taken {
            put(buf, row, x, 0, words, theme.dim);
        }
        if at == Some(i) {
            select(buf, row, theme);
        }
    }
    let more = options.len().saturating_sub(first + room);
    if more > 0 && room > 0 {
        put_right(buf, row_of(area, area.height - 1), 0, &format!("{more} more"), theme.dim);
    }
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
    let at = selected.unwrap_or(0);
    for (row, i) in in_sight(options.len(), at, area) {
        let Some((_, words)) = options.get(i) else { continue };
        let on = selected == Some(i);
        let sign = if on { "(•) " } else { "( ) " };
        put(buf, row, 2, 0, &format!("{sign}{words}"), if on { theme.text } else { theme.dim });
        if on && focused {
            select(buf, row, theme);
        }
    }
    more(options.len(), at, area, theme, buf);
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
    let scale = "−−− −− − · + ++ +++";
    for (row, i) in in_sight(rows.len(), cursor, area) {
        let Some((_, title, rating)) = rows.get(i) else { continue };
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
    more(rows.len(), cursor, area, theme, buf);
    if rows.is_empty() {
        put(buf, area, 2, 0, scale, theme.dim);
    }
}
