//! The strip that keeps the board in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme::Theme;
use super::widgets::draw::{below, put, put_prose, put_right, row_of};
use super::widgets::{pane, shapes};
use crate::app::{App, Doc};
use crate::domain::board::{in_ten, odds};
use crate::domain::scoreboard::GateState;

/// Draws the leading hypotheses with a bar each.
pub fn strip(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(doc) = &app.doc else { return };
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let clues = doc.session.state.clues.len();
    let note = match clues {
        0 => String::new(),
        1 => "1 clue".into(),
        n => format!("{n} clues"),
    };
    let mut rest = pane::title(inside, buf, theme, "Board", &note, false);
    let rows = doc.board.listed();
    if rows.len() <= 2 {
        put_prose(buf, rest, "No hypothesis yet. Interviews propose some; H adds your own.", theme.dim);
        return;
    }
    for id in &rows {
        if rest.height < 2 {
            break;
        }
        let p = doc.board.board.p(id);
        let leads = doc.board.board.leader() == Some(id);
        let ink = row_ink(doc, id, theme);
        put(buf, row_of(rest, 0), 0, 0, doc.row_title(id), ink);
        let bar_room = usize::from(rest.width.saturating_sub(19)).min(14);
        let style = if leads { theme.accent } else { theme.dim };
        put(buf, row_of(rest, 1), 0, 0, &shapes::bar(p, bar_room, &theme.glyphs), style);
        put_right(buf, row_of(rest, 1), 0, &in_ten(p), if leads { theme.text } else { theme.dim });
        // A blank row between hypotheses where there is room for it.
        let step = if usize::from(area.height) >= rows.len() * 3 + 6 { 3 } else { 2 };
        rest = below(rest, step);
    }
    if rest.height >= 2 && clues > 0 {
        let margin = doc.board.board.margin_db.unwrap_or(0.0);
        put(buf, row_of(rest, 0), 0, 0, &format!("{} over the next", odds(margin)), theme.dim);
        let green = doc.board.gates.0.iter().filter(|g| g.state == GateState::Green).count();
        let all = doc.board.gates.0.len();
        put(buf, row_of(rest, 1), 0, 0, &format!("{green} of {all} gates green"), theme.dim);
    }
}

/// The ink of a row's title: the leader stands out, the permanent rows step back.
pub fn row_ink(doc: &Doc, id: &str, theme: &Theme) -> Style {
    if doc.board.board.leader() == Some(id) {
        theme.title
    } else if id == "other" || id == "data" {
        theme.dim
    } else {
        theme.text
    }
}
