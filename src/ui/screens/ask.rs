//! Draws the stage.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::ui::theme::Theme;

/// Draws the screen.
pub fn draw(_app: &App, _theme: &Theme, _area: Rect, _buf: &mut Buffer) -> Option<Position> {
    None
}
