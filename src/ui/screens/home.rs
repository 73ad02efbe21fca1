//! Home: recent sessions, and how to begin.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose};
use crate::ui::widgets::{list, pane};

/// Draws the screen.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let wide = area.width >= 100;
    let (left, right) = if wide {
        let w = area.width * 3 / 5;
        (Rect { width: w, ..area }, Rect { x: area.x + w + 1, width: area.width - w - 1, ..area })
    } else {
        (Rect { height: area.height.saturating_sub(8), ..area }, below(area, area.height.saturating_sub(8)))
    };
    let rest = pane::title(left, buf, theme, "Recent sessions", "", true);
    if app.recents.is_empty() {
        pane::empty(
            rest,
            buf,
            theme,
            "No session yet. d opens the demonstration: a ride-hailing case with its data, half played. n starts your own.",
        );
    } else {
        list::draw(rest, buf, theme, &app.views.home.list, app.recents.len(), true, |i, width| {
            let Some(r) = app.recents.get(i) else { return Line::default() };
            let day = r.at.get(..10).unwrap_or_default();
            let path = r.path.display().to_string();
            let room = usize::from(width).saturating_sub(14);
            // The question first, then who leads; the path takes what is left.
            let title_room = (room / 2).clamp(8, 44);
            let leader_room = if room >= 40 { room.saturating_sub(title_room).min(28) } else { 0 };
            let path_room = room.saturating_sub(title_room + leader_room + 2);
            let mut spans = vec![Span::styled(text::fit(&r.title, title_room), theme.text), Span::raw("  ")];
            if leader_room > 0 {
                let leader = if r.leader.is_empty() { "nothing leads yet" } else { r.leader.as_str() };
                let ink = if r.leader.is_empty() { theme.dim } else { theme.text };
                spans.extend([Span::styled(text::fit(leader, leader_room), ink), Span::raw("  ")]);
            }
            spans.push(Span::styled(text::fit(day, 10), theme.dim));
            if path_room >= 8 || leader_room == 0 {
                spans.extend([Span::raw("  "), Span::styled(text::fit(&path, path_room), theme.dim)]);
            }
            Line::from(spans)
        });
    }
    let rest = pane::title(right, buf, theme, "Begin", "", false);
    let lines = [
        ("n", "a new session: one sentence, one YAML file"),
        ("d", "the demonstration, with data, half played"),
        ("p", "open a session by its path"),
        (":", "every command"),
        ("q", "quit"),
    ];
    for (i, (key, words)) in lines.iter().enumerate() {
        let y = u16::try_from(i).unwrap_or(0);
        put(buf, rest, 1, y, key, theme.accent);
        put(buf, rest, 4, y, words, theme.text);
    }
    let rest = below(rest, 6);
    if wide && !app.playbooks.is_empty() && rest.height > 3 {
        let mut rest = pane::title(rest, buf, theme, "Playbooks", "", false);
        for (id, title, one_line) in &app.playbooks {
            if rest.height < 2 {
                break;
            }
            put(buf, rest, 1, 0, id, theme.title);
            put(buf, rest, 1 + u16::try_from(text::width(id)).unwrap_or(0) + 2, 0, title, theme.text);
            let prose = Rect { x: rest.x + 1, width: rest.width.saturating_sub(2), ..below(rest, 1) };
            let used = put_prose(buf, Rect { height: prose.height.min(3), ..prose }, one_line, theme.dim);
            rest = below(rest, used + 2);
        }
    }
    None
}
