//! 1 Problem: the steps, each skippable, with what is known.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::problem::{next_open, steps};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, row_of, select};
use crate::ui::widgets::pane;

/// What stands in place of a value at the step that comes next.
const NEXT: &str = "fill this in next";

/// Cells before a step's value.
const LABEL: u16 = 20;

/// The first lines; the last one says when more follows.
fn cut_lines(mut lines: Vec<String>, most: usize, width: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = text::cut(&format!("{last} …"), width).into_owned();
        }
    }
    lines
}

/// Draws the screen.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let mut rest = pane::title(area, buf, theme, "The problem", "every step can be skipped", true);
    let steps = steps(app);
    let selected = app.views.problem.list.selected(steps.len());
    let next = next_open(&steps);
    let roomy = usize::from(rest.height) >= steps.len() * 4;
    // Heights first, so that the selected step stays in sight on a small screen.
    let width = usize::from(area.width.saturating_sub(LABEL + 2)).max(8);
    let lines: Vec<Vec<String>> = steps
        .iter()
        .map(|s| {
            if s.value.is_empty() {
                vec![theme.glyphs.unknown.to_owned()]
            } else {
                text::wrap(&text::clean_prose(&s.value), width)
            }
        })
        .map(|l| l.into_iter().take(3).collect())
        .collect();
    // What a step is for is read once: it stands at the one selected and the one that comes next.
    let shows_note = |i: usize| selected == Some(i) || next == Some(i) || steps.get(i).is_some_and(|s| s.warn);
    // What is wrong is said whole; a remark gets one line where lines are scarce.
    let notes: Vec<Vec<String>> = steps
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let most = if !shows_note(i) {
                0
            } else if roomy || s.warn {
                2
            } else {
                1
            };
            cut_lines(text::wrap(&text::clean_prose(&s.note), width), most, width)
        })
        .collect();
    let rows = |l: &[Vec<String>], i: usize| u16::try_from(l.get(i).map_or(0, Vec::len)).unwrap_or(0);
    let height = |i: usize| rows(&lines, i) + rows(&notes, i) + u16::from(roomy);
    let mut first = 0;
    if let Some(sel) = selected {
        let mut used: u16 = (0..=sel).map(height).sum();
        while used > rest.height && first < sel {
            used -= height(first);
            first += 1;
        }
    }
    for (i, step) in steps.iter().enumerate().skip(first) {
        if rest.height == 0 {
            break;
        }
        let on = selected == Some(i);
        let done = !step.value.is_empty();
        let (sign, sign_ink) = if step.warn {
            (theme.glyphs.warn, theme.warn)
        } else if done {
            (theme.glyphs.yes, theme.good)
        } else if next == Some(i) {
            (theme.glyphs.arrow, theme.accent)
        } else {
            (theme.glyphs.dot, theme.dim)
        };
        let value_rows = lines.get(i).map_or(1, Vec::len);
        put(buf, rest, 1, 0, if on { theme.glyphs.cursor } else { " " }, theme.accent);
        put(buf, rest, 3, 0, sign, sign_ink);
        put(buf, rest, 5, 0, step.title, if on { theme.focus } else { theme.title });
        for (k, line) in lines.get(i).into_iter().flatten().enumerate() {
            let y = u16::try_from(k).unwrap_or(0);
            let open_next = next == Some(i);
            let ink = if done { theme.text } else { theme.dim };
            put(
                buf,
                rest,
                LABEL + 2,
                y,
                if open_next { NEXT } else { line },
                if open_next { theme.accent } else { ink },
            );
        }
        let place = Rect { height: height(i).min(rest.height), ..rest };
        app.hits.note(place, Target::Row(i));
        if on {
            for k in 0..value_rows {
                select(buf, row_of(rest, u16::try_from(k).unwrap_or(0)), theme);
            }
        }
        for (k, line) in notes.get(i).into_iter().flatten().enumerate() {
            let y = u16::try_from(value_rows + k).unwrap_or(u16::MAX);
            put(buf, rest, LABEL + 2, y, line, if step.warn { theme.warn } else { theme.dim });
        }
        rest = below(rest, height(i));
    }
    None
}
