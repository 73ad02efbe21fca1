//! The checks pane: what can be tested, what was found.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::explore::{CheckRow, Ready, current_checks};
use crate::query::Outcome;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_line, put_prose, row_of, select};
use crate::ui::widgets::pane;

/// A line of the list.
enum Entry {
    Part(Ready, usize),
    Check(usize),
}

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let rows = current_checks(app);
    let foot = match area.height {
        30.. => 11,
        20.. => 9,
        14.. => 6,
        _ => 4,
    };
    let top = Rect { height: area.height.saturating_sub(foot), ..area };
    let rest = pane::title(top, buf, theme, "Checks: forecast first, then look", &note(app, &rows), true);
    if rows.is_empty() {
        let filter = &app.views.explore.check_filter;
        let words = if filter.is_empty() {
            "The playbook has no check. From a group on the KPI pane, t makes one on the spot.".to_owned()
        } else {
            format!("No check holds \"{filter}\". Esc shows all.")
        };
        pane::empty(rest, buf, theme, &words);
        return;
    }
    list(app, &rows, theme, rest, buf);
    let Some(row) = app.views.explore.checks.selected(rows.len()).and_then(|i| rows.get(i)) else { return };
    let detail = below(area, top.height + u16::from(foot > 4));
    let inside = Rect { x: detail.x + detail.width.min(3), width: detail.width.saturating_sub(4), ..detail };
    self::detail(row, theme, inside, buf);
}

fn note(app: &App, rows: &[CheckRow]) -> String {
    let filter = &app.views.explore.check_filter;
    if !filter.is_empty() {
        return format!("/{filter} {}", rows.len());
    }
    let count = |ready: Ready| rows.iter().filter(|r| r.ready == ready).count();
    format!("{} of {} run   {} can run now", count(Ready::Run), rows.len(), count(Ready::Now))
}

fn list(app: &App, rows: &[CheckRow], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut lines: Vec<Entry> = Vec::with_capacity(rows.len() + 4);
    for (i, row) in rows.iter().enumerate() {
        if i == 0 || rows.get(i - 1).is_some_and(|before| before.ready != row.ready) {
            lines.push(Entry::Part(row.ready, rows.iter().filter(|r| r.ready == row.ready).count()));
        }
        lines.push(Entry::Check(i));
    }
    let view = &app.views.explore;
    let height = usize::from(area.height);
    // Page keys move by what is in sight.
    view.checks.window(rows.len(), height);
    let at = view.checks.selected(rows.len()).unwrap_or(0);
    let line = lines.iter().position(|l| matches!(l, Entry::Check(i) if *i == at)).unwrap_or(0);
    // The title of a part stays with its first row.
    let from = line - usize::from(matches!(lines.get(line.wrapping_sub(1)), Some(Entry::Part(..))));
    let mut first = view.checks_top.get().min(lines.len().saturating_sub(height)).min(from);
    if height > 0 && line >= first + height {
        first = line + 1 - height;
    }
    view.checks_top.set(first);
    // The questions tell rows apart: what stands beside them gives way, and is said in full below the list.
    let room = usize::from(area.width.saturating_sub(3));
    let wanted = rows.iter().map(|r| text::width(&text::clean(&r.title))).max().unwrap_or(0);
    let least = if room >= 100 { 18 } else { 12 };
    let side_room = room.saturating_sub(wanted + 13).clamp(least, 30).min(room / 2);
    for (y, entry) in (0..area.height).zip(lines.iter().skip(first)) {
        let place = row_of(area, y);
        match entry {
            Entry::Part(ready, n) => {
                let used = 1 + put(buf, place, 1, 0, ready.title(), theme.title);
                put(buf, place, used + 2, 0, &n.to_string(), theme.dim);
            }
            Entry::Check(i) => {
                let Some(row) = rows.get(*i) else { continue };
                put_line(buf, place, 3, 0, &check_line(row, theme, place.width.saturating_sub(3), side_room));
                app.hits.note(place, Target::Row(*i));
                if *i == at {
                    put(buf, place, 1, 0, theme.glyphs.cursor, theme.accent);
                    select(buf, place, theme);
                }
            }
        }
    }
}

/// The sign of an outcome with its ink.
fn sign(row: &CheckRow, theme: &Theme) -> (&'static str, Style) {
    match row.outcome {
        Some(Outcome::Yes) => (theme.glyphs.yes, theme.good),
        Some(Outcome::No) => (theme.glyphs.no, theme.bad),
        Some(Outcome::Unclear) => ("?", theme.warn),
        Some(Outcome::Failed) => ("!", theme.bad),
        None if row.forecast => (theme.glyphs.here, theme.accent),
        None => (theme.glyphs.dot, theme.dim),
    }
}

fn check_line(row: &CheckRow, theme: &Theme, width: u16, side_room: usize) -> Line<'static> {
    let (sign, ink) = sign(row, theme);
    let minutes = if row.ready == Ready::Run { String::new() } else { format!("{:.0} min", row.minutes) };
    let side = match row.ready {
        Ready::Run if !row.estimate.is_empty() => row.estimate.clone(),
        Ready::Run | Ready::Outside => row.op.clone(),
        Ready::Now | Ready::Asks => row.columns.clone(),
    };
    let room = usize::from(width);
    let minutes_room = if room >= 70 { 8 } else { 0 };
    let title_room = room.saturating_sub(side_room + minutes_room + 4);
    // What can't be run, or says nothing about the board, stands back.
    let quiet =
        matches!(row.ready, Ready::Asks | Ready::Outside) || (row.predicted_by.is_empty() && row.ready == Ready::Now);
    Line::from(vec![
        Span::styled(text::fit(sign, 2), ink),
        Span::styled(text::fit(&text::clean(&row.title), title_room), if quiet { theme.dim } else { theme.text }),
        Span::raw("  "),
        Span::styled(
            text::fit(&text::clean(&side), side_room),
            if row.ready == Ready::Run { theme.text } else { theme.dim },
        ),
        Span::styled(text::fit_right(&minutes, minutes_room), theme.dim),
    ])
}

fn detail(row: &CheckRow, theme: &Theme, area: Rect, buf: &mut Buffer) {
    // What to do next stands on the last line, whatever is above it.
    let last = area.height.saturating_sub(1);
    put(buf, row_of(area, last), 0, 0, next_words(row), theme.dim);
    let mut rest = Rect { height: last, ..area };
    let mut say = |words: &str, most: u16, ink| {
        let used = put_prose(buf, Rect { height: rest.height.min(most), ..rest }, words, ink);
        rest = below(rest, used);
    };
    say(&row.title, 3, theme.title);
    if !row.says.is_empty() {
        say(&row.says, 4, theme.text);
    } else {
        if !row.missing.is_empty() {
            say(&format!("No column is known for {}.", row.missing.join("; ")), 2, theme.warn);
        }
        if !row.rule.is_empty() {
            say(&format!("Yes if {}.", row.rule), 3, theme.dim);
        }
    }
    if row.predicted_by.is_empty() {
        say("No hypothesis on the board predicts its answer.", 1, theme.dim);
    } else {
        say(&format!("Predicted by: {}", row.predicted_by.join("; ")), 3, theme.text);
    }
}

fn next_words(row: &CheckRow) -> &'static str {
    match (row.ready, row.forecast) {
        (Ready::Run, _) if row.op == "look" => "c pins it as a clue",
        (Ready::Run, _) => "c pins this result as a clue   t runs it again",
        (Ready::Now, true) => "t runs it: the forecast stands",
        (Ready::Now, false) => "t asks for your forecast, then runs it",
        (Ready::Asks, _) => "t asks which column it is, then for your forecast",
        (Ready::Outside, true) => "t takes the outcome: the forecast stands",
        (Ready::Outside, false) => "t asks for your forecast, then for the outcome",
    }
}
