//! The checks pane: what can be tested, what was found.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::screens::explore::current_checks;
use crate::query::Outcome;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose};
use crate::ui::widgets::{list, pane};

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let rows = current_checks(app);
    let run = rows.iter().filter(|r| r.outcome.is_some()).count();
    let note = format!("{run} of {} run", rows.len());
    let foot = if area.height >= 16 { 8 } else { 4 };
    let top = Rect { height: area.height.saturating_sub(foot), ..area };
    let rest = pane::title(top, buf, theme, "Checks: forecast first, then look", &note, true);
    if rows.is_empty() {
        pane::empty(
            rest,
            buf,
            theme,
            "The playbook has no check. From a group on the KPI pane, t makes one on the spot.",
        );
        return;
    }
    list::draw(rest, buf, theme, &app.views.explore.checks, rows.len(), true, |i, width| {
        let Some(row) = rows.get(i) else { return Line::default() };
        let (sign, ink) = match row.outcome {
            Some(Outcome::Yes) => (theme.glyphs.yes, theme.good),
            Some(Outcome::No) => (theme.glyphs.no, theme.bad),
            Some(Outcome::Unclear) => ("?", theme.warn),
            Some(Outcome::Failed) => ("!", theme.bad),
            None if row.forecast => (theme.glyphs.here, theme.accent),
            None => (theme.glyphs.dot, theme.dim),
        };
        let minutes = format!("{:.0} min", row.minutes);
        let side = if row.outcome.is_some() { row.op.clone() } else { row.columns.clone() };
        let room = usize::from(width);
        let side_room = (room / 4).min(30);
        let title_room = room.saturating_sub(side_room + 13);
        let quiet = row.predicted_by.is_empty() && row.outcome.is_none();
        Line::from(vec![
            Span::styled(text::fit(sign, 2), ink),
            Span::styled(text::fit(&text::clean(&row.title), title_room), if quiet { theme.dim } else { theme.text }),
            Span::raw("  "),
            Span::styled(text::fit(&text::clean(&side), side_room), theme.dim),
            Span::styled(text::fit_right(&minutes, 8), theme.dim),
        ])
    });
    let Some(row) = app.views.explore.checks.selected(rows.len()).and_then(|i| rows.get(i)) else { return };
    let detail = below(area, top.height + 1);
    let mut rest = Rect { x: detail.x + detail.width.min(3), width: detail.width.saturating_sub(4), ..detail };
    let mut say = |words: &str, ink| {
        let used = put_prose(buf, Rect { height: rest.height.min(2), ..rest }, words, ink);
        rest = below(rest, used);
    };
    say(&row.title, theme.title);
    if !row.says.is_empty() {
        say(&row.says, theme.text);
    } else if !row.rule.is_empty() {
        say(&format!("yes if {}", row.rule), theme.dim);
    }
    if row.predicted_by.is_empty() {
        say("No hypothesis on the board predicts this check.", theme.dim);
    } else {
        say(&format!("predicted by: {}", row.predicted_by.join("; ")), theme.dim);
    }
    let words = match (row.outcome, row.forecast) {
        (Some(_), _) => "c pins this result as a clue",
        (None, true) => "t runs it: the forecast stands",
        (None, false) => "t asks for your forecast, then runs it",
    };
    put(buf, rest, 0, 0, words, theme.dim);
}
