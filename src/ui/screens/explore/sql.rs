//! The SQL pane: the query, what is to be said of it, its result as a table.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::rows;
use crate::analysis::format;
use crate::app::screens::explore::sql::{RESULT, SqlView, shows_result};
use crate::app::{App, commands};
use crate::ui::screens::ask::parts;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, clear, put, put_right, row_of};
use crate::ui::widgets::{pane, popup};

/// Cells that an offer may take.
const WIDEST_OFFER: usize = 40;

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let view = &app.views.explore.sql;
    let query = view.editor.text();
    // The editor grows with the query, and leaves most of the room to the result.
    let wide = usize::from(area.width.saturating_sub(4)).max(1);
    let wanted: usize = query.split('\n').map(|l| text::width(l) / wide + 1).sum();
    let most = usize::from(area.height / 3).max(3);
    let height = u16::try_from(wanted.max(if area.height >= 18 { 3 } else { 1 }).min(most) + 2).unwrap_or(3);
    let boxed = area.height >= 8 && area.width >= 12;
    let height = if boxed { height } else { 1.min(area.height) };
    let place = Rect { height, ..area };
    let inside = if boxed {
        popup::frame(place, buf, theme, "SQL", view.editing);
        Rect { x: place.x + 2, y: place.y + 1, width: place.width - 4, height: place.height - 2 }
    } else {
        place
    };
    let cursor = if query.is_empty() && !view.editing {
        put(buf, inside, 0, 0, "i writes a query, such as SELECT … FROM … GROUP BY …", theme.dim);
        None
    } else {
        parts::words(&view.editor, inside, buf, theme, view.editing)
    };
    let rest = below(area, height);
    let rest = below(rest, status(app, view, theme, rest, buf));
    if shows_result(app) {
        rows::draw(app, theme, rest, buf);
    } else if view.running.is_none() && view.failed.is_none() {
        empty(app, theme, rest, buf);
    }
    if let Some(at) = cursor.filter(|_| view.editing) {
        offers(view, theme, area, at, buf);
    }
    cursor
}

/// What is to be said: an error, work in progress, or what the result is. Gives the lines used.
fn status(app: &App, view: &SqlView, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    if area.height == 0 {
        return 0;
    }
    if let Some((why, place)) = &view.failed {
        let at = place.filter(|_| !why.starts_with("Line ")).map(|p| format!("Line {}, column {}: ", p.line, p.column));
        let words = format!("{} {}{why}", theme.glyphs.no, at.unwrap_or_default());
        let lines = text::wrap(&words, usize::from(area.width.saturating_sub(2)));
        let used = lines.len().min(usize::from(area.height.min(4)));
        for (row, line) in (0..area.height).zip(lines.iter().take(used)) {
            put(buf, area, 1, row, line, theme.bad);
        }
        return u16::try_from(used).unwrap_or(1);
    }
    if view.running.is_some() {
        put(buf, area, 1, 0, "running … Ctrl-C cancels", theme.dim);
        return 1;
    }
    let (Some(ran), Some(info)) = (&view.ran, app.tables.get(RESULT)) else { return 0 };
    let seconds = format!("{:.2} s", ran.seconds);
    let rows = if ran.more {
        format!("{} the first {} rows only", theme.glyphs.warn, format::count(info.all_rows))
    } else {
        format!("{} rows", format::count(info.all_rows))
    };
    let changed = view.editor.text().trim() != ran.query.trim();
    let of = if changed { "   of the query before this text" } else { "" };
    let words = format!("{rows} × {} columns{of}", info.schema.columns.len());
    put(buf, area, 1, 0, &words, if ran.more { theme.warn } else { theme.dim });
    let line = Rect { width: area.width.saturating_sub(1), ..row_of(area, 0) };
    if usize::from(line.width) > text::width(&words) + text::width(&seconds) + 4 {
        put_right(buf, line, 0, &seconds, theme.dim);
    }
    1
}

fn empty(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let key = commands::key_of(app, "sql.edit");
    let run = commands::key_of(app, "sql.run");
    let mut words = format!("No result yet. {key} writes a query, {run} runs it. The tables:");
    for (name, info) in app.tables.iter().filter(|(name, _)| name.as_str() != RESULT) {
        words.push_str(&format!(" {name} ({} rows × {}),", format::count(info.all_rows), info.schema.columns.len()));
    }
    let words = words.trim_end_matches([',', ':']);
    pane::empty(below(area, u16::from(area.height > 3)), buf, theme, &format!("{words}."));
}

/// What the word may become, below the cursor.
fn offers(view: &SqlView, theme: &Theme, area: Rect, at: Position, buf: &mut Buffer) {
    if view.offers.is_empty() {
        return;
    }
    let names = view.offers.iter().map(|o| text::width(&o.text)).max().unwrap_or(0).min(WIDEST_OFFER);
    let kinds = view.offers.iter().map(|o| text::width(&o.what)).max().unwrap_or(0);
    let width = u16::try_from(names + kinds + 4).unwrap_or(20).min(area.width);
    let below = area.bottom().saturating_sub(at.y + 1);
    let height = u16::try_from(view.offers.len()).unwrap_or(0).min(below);
    let first = view.offer.saturating_sub(usize::from(height).saturating_sub(1));
    let x = at.x.min(area.right().saturating_sub(width));
    let list = Rect { x, y: at.y + 1, width, height }.intersection(area);
    clear(buf, list);
    for (row, (i, offer)) in (0..list.height).zip(view.offers.iter().enumerate().skip(first)) {
        let chosen = i == view.offer;
        let line = row_of(list, row);
        buf.set_style(line, if chosen { theme.select } else { theme.text });
        put(buf, line, 1, 0, &text::cut(&offer.text, names), if chosen { theme.focus } else { theme.text });
        put_right(buf, Rect { width: line.width.saturating_sub(1), ..line }, 0, &offer.what, theme.dim);
    }
}
