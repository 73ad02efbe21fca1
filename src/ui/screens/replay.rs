//! The timeline of a replay: where it stands, and what the event did.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::screens::replay::describe;
use crate::app::{App, Doc};
use crate::domain::board::in_ten;
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
    let mut left = track;
    left.width = left.width.saturating_sub(u16::try_from(text::width(&note) + 2).unwrap_or(u16::MAX));
    // The board's part keeps its cells whatever the event did, so that the track stands still.
    let words_room = if left.width >= 50 { left.width * 2 / 3 } else { left.width };
    if !may_tell(app) {
        track_line(replay.at, n, theme, left, buf);
        return;
    }
    let words = Rect { width: words_room.saturating_sub(2), ..left };
    board_words(doc, theme, words, buf);
    track_line(replay.at, n, theme, Rect { x: left.x + words_room, width: left.width - words_room, ..left }, buf);
}

/// Before the first clue there is no board to speak of.
fn may_tell(app: &App) -> bool {
    app.doc
        .as_ref()
        .is_some_and(|d| !d.session.state.clues.is_empty() || d.replay.as_ref().is_some_and(|r| r.moved.is_some()))
}

/// What the event did to the board: `Cars take too long: about 6 in 10 → about 9 in 10`.
fn board_words(doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let moved = doc.replay.as_ref().and_then(|r| r.moved.as_ref());
    let (row, tail, ink) = match moved {
        Some(m) => {
            let (before, after) = (in_ten(m.before), in_ten(m.after));
            let tail = if before == after {
                // Ten steps are too coarse for it.
                format!("{:.0} → {:.0} in 100", m.before * 100.0, m.after * 100.0)
            } else {
                format!("{before} {} {}", theme.glyphs.arrow, after.trim_start_matches("about "))
            };
            let ink = if m.after > m.before { theme.good } else { theme.bad };
            (m.row.clone(), tail, ink)
        }
        None => match doc.board.board.leader() {
            Some(leader) => (leader.to_owned(), format!("stays {}", in_ten(doc.board.board.p(leader))), theme.dim),
            None => return,
        },
    };
    let tail = format!(": {tail}");
    let room = usize::from(area.width).saturating_sub(text::width(&tail)).max(8);
    let used = put(buf, area, 0, 0, &text::cut(doc.row_title(&row), room), theme.text);
    put(buf, area, used, 0, &tail, ink);
}

fn track_line(at: usize, n: usize, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let room = usize::from(area.width);
    if room == 0 || n == 0 {
        return;
    }
    let filled = at * room / n;
    let glyph = if theme.glyphs.unicode { ("━", "─") } else { ("=", "-") };
    put(buf, area, 0, 0, &glyph.0.repeat(filled), theme.accent);
    put(buf, area, u16::try_from(filled).unwrap_or(0), 0, &glyph.1.repeat(room - filled), theme.rule);
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screens::ask::fixture;
    use crate::app::{Moved, ReplayView};
    use crate::domain::event::Act;

    fn bar(width: u16, moved: Option<(f64, f64)>) -> Vec<String> {
        let mut app = fixture::app();
        fixture::record(
            &mut app,
            crate::app::screens::explore::fixture::hypothesis("h_contract", "Cars take too long"),
        );
        fixture::record(&mut app, Act::Note { text: "Seen.".into() });
        let doc = app.doc.as_mut().unwrap();
        let moved = moved.map(|(before, after)| Moved { row: "h_contract".into(), before, after });
        let full = doc.session.clone();
        doc.replay = Some(ReplayView { at: full.events.len(), full, playing: false, speed: 1.0, moved });
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 2));
        let area = buf.area;
        draw(&app, &Theme::dark(), area, &mut buf);
        let line = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        vec![line(0), line(1)]
    }

    #[test]
    fn the_board_stands_before_and_after_the_step() {
        let drawn = bar(100, Some((0.61, 0.9)));
        assert!(drawn[0].contains("note Seen."), "{drawn:?}");
        assert!(drawn[1].starts_with(" Cars take too long: about 6 in 10 → 9 in 10 "), "{drawn:?}");
        assert!(drawn[1].trim_end().ends_with("6 of 6  paused") && drawn[1].contains('━'), "{drawn:?}");
        let small = bar(100, Some((0.61, 0.64)));
        assert!(small[1].starts_with(" Cars take too long: 61 → 64 in 100 "), "{small:?}");
        // At 60 columns the figures stay whole and the title gives way.
        let narrow = bar(60, Some((0.04, 0.9)));
        assert!(narrow[1].contains("less than 1 in 10 → 9 in 10"), "{narrow:?}");
    }

    #[test]
    fn without_a_clue_there_is_only_the_track() {
        let drawn = bar(80, None);
        assert!(drawn[1].starts_with(" ━"), "{drawn:?}");
    }
}
