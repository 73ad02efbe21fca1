//! The timeline of a replay: where it stands, and what the event did.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::screens::replay::describe;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, put_right, row_of};

/// Draws two lines: the event, and the track.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(doc) = &app.doc else { return };
    let Some(replay) = &doc.replay else { return };
    let n = replay.full.events.len();
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let line = row_of(inside, 0);
    let words = match doc.session.events.last() {
        Some(e) => format!(
            "#{} {} {} · {}",
            e.n,
            e.at.get(..16).unwrap_or_default().replace('T', " "),
            doc.session.state.shown_as(&e.by),
            describe(e)
        ),
        None => "Before the first event. n goes on, Space plays.".into(),
    };
    put(buf, line, 0, 0, &words, theme.accent);
    let track = row_of(inside, 1);
    let state = if replay.playing { format!("playing ×{}", replay.speed) } else { "paused".into() };
    let note = format!("{} of {n}  {state}", replay.at);
    put_right(buf, track, 0, &note, theme.dim);
    let room = usize::from(track.width).saturating_sub(text::width(&note) + 2);
    if room == 0 || n == 0 {
        return;
    }
    let filled = replay.at * room / n;
    let glyph = if theme.glyphs.unicode { ("━", "─") } else { ("=", "-") };
    put(buf, track, 0, 0, &glyph.0.repeat(filled), theme.accent);
    put(buf, track, u16::try_from(filled).unwrap_or(0), 0, &glyph.1.repeat(room - filled), theme.rule);
}
