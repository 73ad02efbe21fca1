//! The typed part of an answer: options, numbers, a day, a point on a scale.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::parts::cursor_byte;
use crate::app::editor::Editor;
use crate::app::screens::ask::answer::{Answering, Part};
use crate::domain::decide::number_in;
use crate::domain::playbook::{Question, QuestionType};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, put_line, row_of};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::shapes;

/// What is said when nobody knows.
const UNKNOWN: &str = "does not know";

/// Lines that the typed part would like to have.
pub fn rows(a: &Answering) -> u16 {
    match &a.part {
        Part::None => 0,
        // One line when all are short, as yes and no are.
        Part::Options { options, many: false, .. } if is_short(a) && options.len() < 4 => 1,
        Part::Options { options, .. } => u16::try_from(options.len() + 1).unwrap_or(u16::MAX),
        Part::Lines(_) => 1,
    }
}

fn is_short(a: &Answering) -> bool {
    match &a.part {
        Part::Options { options, .. } => options.iter().map(|(_, w)| text::width(w) + 8).sum::<usize>() <= 36,
        _ => false,
    }
}

/// Draws the typed part into at least one line; options scroll where there is no room for all.
pub fn draw(a: &Answering, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    match &a.part {
        Part::None => None,
        Part::Options { .. } if rows(a) == 1 => {
            side_by_side(a, theme, area, buf);
            None
        }
        Part::Options { .. } => {
            options(a, theme, area, buf);
            None
        }
        Part::Lines(lines) => fields(a, lines, theme, area, buf),
    }
}

/// Key, sign and words of an option; the one after the last is "does not know".
fn option(a: &Answering, at: usize, theme: &Theme) -> (String, bool) {
    let Part::Options { options, many, chosen, .. } = &a.part else { return (String::new(), false) };
    let known = options.get(at);
    let on = if known.is_some() { chosen.contains(&at) } else { a.unknown };
    let full = if theme.glyphs.unicode { "•" } else { "o" };
    let sign = match (*many && known.is_some(), on) {
        (true, true) => "[x]".to_owned(),
        (true, false) => "[ ]".to_owned(),
        (false, true) => format!("({full})"),
        (false, false) => "( )".to_owned(),
    };
    let words = known.map_or(UNKNOWN, |(_, w)| w.as_str());
    let number = if at < 9 { format!("{} ", at + 1) } else { "  ".to_owned() };
    (format!("{number}{sign} {words}"), on)
}

fn side_by_side(a: &Answering, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Part::Options { options, cursor, .. } = &a.part else { return };
    let mut x = 0;
    for at in 0..=options.len() {
        let (words, on) = option(a, at, theme);
        let here = a.focus == 0 && *cursor == at;
        let mut style = if on { theme.focus } else { theme.text };
        if here {
            style = style.add_modifier(Modifier::UNDERLINED);
        }
        x += put(buf, area, x, 0, &words, style) + 3;
    }
}

fn options(a: &Answering, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Part::Options { options, cursor, chosen, .. } = &a.part else { return };
    let (n, height) = (options.len() + 1, usize::from(area.height));
    // Where the keys are elsewhere, what was chosen is what should be seen.
    let centre = if a.focus == 0 { *cursor } else { chosen.first().copied().unwrap_or(*cursor) };
    let first = centre.saturating_sub(height / 2).min(n.saturating_sub(height));
    for (line, at) in (0..area.height).zip(first..n) {
        let (words, on) = option(a, at, theme);
        let here = a.focus == 0 && *cursor == at;
        let place = row_of(area, line);
        if here {
            put(buf, place, 0, 0, theme.glyphs.cursor, theme.accent);
        }
        let style = if on {
            theme.focus
        } else if at == options.len() {
            theme.dim
        } else {
            theme.text
        };
        put(buf, place, 2, 0, &words, style);
        // What is out of sight is said at the edge.
        let hidden = (line == 0 && first > 0) || (line + 1 == area.height && at + 1 < n);
        if hidden && area.width > 4 {
            let mark = if line == 0 && first > 0 { theme.glyphs.up } else { theme.glyphs.down };
            put(buf, place, area.width - 1, 0, mark, theme.dim);
        }
    }
}

/// One field on its line; returns the cells used and the cursor.
fn field(
    label: &str,
    editor: &Editor,
    wide: u16,
    focused: bool,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> (u16, Option<Position>) {
    let used = put(buf, area, 0, 0, label, if focused { theme.focus } else { theme.dim });
    let start = if used > 0 { used + 1 } else { 0 };
    let place = Rect { x: area.x + start.min(area.width), width: wide.min(area.width.saturating_sub(start)), ..area };
    let content = editor.text();
    let cursor = cursor_byte(editor, &content);
    let field = Field { label: "", text: &content, cursor, placeholder: "", focused };
    (start + wide, field.draw(row_of(place, 0), buf, theme))
}

fn fields(a: &Answering, lines: &[Editor], theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = row_of(area, 0);
    let labels: &[&str] = match a.question.kind {
        QuestionType::NumberPair => &["from", "to"],
        QuestionType::Date => &["day"],
        QuestionType::MultiFree => &["list"],
        QuestionType::Person => &["who"],
        _ => &["number"],
    };
    let wide = match a.question.kind {
        QuestionType::NumberPair | QuestionType::Number => 12,
        QuestionType::Rating => 6,
        QuestionType::Date => 12,
        _ => area.width.saturating_sub(24).clamp(12, 60),
    };
    let (mut x, mut cursor) = (0, None);
    for (i, editor) in lines.iter().enumerate() {
        let place = Rect { x: area.x + x.min(area.width), width: area.width.saturating_sub(x), ..area };
        let label = labels.get(i).copied().unwrap_or_default();
        let (used, at) = field(label, editor, wide, a.focus == i, theme, place, buf);
        cursor = cursor.or(at);
        x = x.saturating_add(used).saturating_add(2);
    }
    let place = Rect { x: area.x + x.min(area.width), width: area.width.saturating_sub(x), ..area };
    if a.unknown {
        put(buf, place, 0, 0, UNKNOWN, theme.focus);
        return cursor;
    }
    let mut used = 0;
    if let (Some(scale), QuestionType::Rating) = (&a.question.scale, a.question.kind) {
        let value = lines.first().and_then(|e| number_in(&e.text()));
        let share = value.map_or(0.0, |v| (v - scale.min) / (scale.max - scale.min));
        let cells = usize::from(place.width).saturating_sub(30).min(24);
        if cells >= 8 {
            used = put_line(buf, place, 0, 0, &shapes::gauge(share, cells, theme, theme.accent)) + 2;
        }
    }
    put(buf, place, used, 0, &hint(&a.question), theme.dim);
    cursor
}

/// Unit, bounds and form of what is typed.
fn hint(q: &Question) -> String {
    if q.kind == QuestionType::Date {
        return "year-month-day, such as 2026-12-31".into();
    }
    if q.kind == QuestionType::MultiFree {
        return "between commas".into();
    }
    let (min, max, unit) = match &q.scale {
        Some(s) => (Some(s.min), Some(s.max), s.unit.as_ref().or(q.unit.as_ref())),
        None => (q.min, q.max, q.unit.as_ref()),
    };
    let bounds = match (min, max) {
        (Some(a), Some(b)) => format!("{a} to {b}"),
        (Some(a), None) => format!("{a} or more"),
        (None, Some(b)) => format!("{b} or less"),
        (None, None) => String::new(),
    };
    let unit = unit.cloned().unwrap_or_default();
    let steps = if q.kind == QuestionType::Rating { "arrows step" } else { "" };
    [unit, bounds, steps.to_owned()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ")
}
