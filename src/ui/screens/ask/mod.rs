//! 2 Ask: the questions, the interview, the triage.
//!
//! While an interview runs this draws nothing that could lead the witness: no hypothesis, no proposal, no grade, no
//! answer of anybody else.

mod detail;
mod interview;
mod list;
pub(super) mod parts;
mod plan;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
mod triage;
mod typed;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::ui::theme::Theme;

/// From this width on, details stand beside the list; below it, under the list.
const BESIDE: u16 = 100;

/// Draws the screen into an area of any size. Gives the place of the cursor where text is typed.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    if let Some(running) = &app.views.ask.interview {
        return interview::draw(app, running, theme, area, buf);
    }
    if app.views.ask.triage {
        triage::draw(app, theme, area, buf);
    } else {
        list::draw(app, theme, area, buf);
    }
    None
}

/// A list and its details: side by side with a blank column between, or one under the other.
fn split(area: Rect, rows: usize) -> (Rect, Rect) {
    if area.width >= BESIDE {
        let left = area.width * 11 / 20;
        let right = Rect { x: area.x + left + 1, width: area.width - left - 1, ..area };
        return (Rect { width: left, ..area }, right);
    }
    // The list keeps what it needs up to half of the height, and no less than a few lines.
    let half = area.height / 2;
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(1).clamp(4, half.max(4));
    let top = wanted.min(area.height);
    let below = Rect { y: area.y + top, height: area.height - top, ..area };
    (Rect { height: top, ..area }, below)
}
