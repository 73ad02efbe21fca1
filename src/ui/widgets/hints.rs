//! The last line: what was saved, what runs, and which keys help now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::draw::{put, put_line, row_of};
use crate::ui::text;
use crate::ui::theme::Theme;

/// One key and what it does, for the line of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint<'a> {
    /// The key as printed, such as `Ctrl-N`.
    pub key: &'a str,
    /// What it does, in a word or two.
    pub does: &'a str,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Plainly.
    Plain,
    /// It worked.
    Good,
    /// It did not.
    Bad,
    /// Have a look.
    Warn,
}

/// The last line of the screen.
pub struct Hints<'a> {
    /// The key mode, such as `edit`; empty in list mode.
    pub mode: &'a str,
    /// What was saved last: `#33 saved 12:04`.
    pub status: &'a str,
    /// Running jobs with progress; empty when nothing runs.
    pub jobs: &'a str,
    /// A message until the next key; it takes the place of the hints.
    pub message: Option<(Tone, &'a str)>,
    /// Keys, the most useful first. At most six are drawn, and only those that fit whole.
    pub keys: &'a [Hint<'a>],
}

/// A seventh hint is one that nobody reads.
const MOST: usize = 6;

impl Hints<'_> {
    /// Draws into the first row of the area.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = row_of(area.intersection(buf.area), 0);
        if area.is_empty() {
            return;
        }
        if let Some((tone, message)) = self.message {
            let (sign, style) = match tone {
                Tone::Plain => (theme.glyphs.dot, theme.text),
                Tone::Good => (theme.glyphs.yes, theme.good),
                Tone::Bad => (theme.glyphs.no, theme.bad),
                Tone::Warn => (theme.glyphs.warn, theme.warn),
            };
            let used = put(buf, area, 1, 0, sign, style);
            put(buf, area, 1 + used + 1, 0, message, style);
            return;
        }
        let mut left = Vec::new();
        for (part, style) in [(self.mode, theme.accent), (self.status, theme.dim), (self.jobs, theme.accent)] {
            if !part.is_empty() {
                left.push(Span::raw(if left.is_empty() { " " } else { "  " }));
                left.push(Span::styled(part, style));
            }
        }
        let left = Line::from(left);
        let taken = left.spans.iter().map(|span| text::width(&span.content)).sum::<usize>();
        // Keys that fit beside the left part; when not even one does, the first is worth more than
        // the time of saving.
        let room = usize::from(area.width);
        let count = self.fitting(room.saturating_sub(taken + 3));
        let count = if count == 0 { self.fitting(room / 2).min(1) } else { count };
        let (keys, wide) = self.keys_line(count, theme);
        let start = room.saturating_sub(wide + 1);
        let left_room = if count == 0 { room } else { start.saturating_sub(2) };
        let narrow = |v: usize| u16::try_from(v).unwrap_or(u16::MAX);
        put_line(buf, Rect { width: narrow(left_room), ..area }, 0, 0, &left);
        put_line(buf, area, narrow(start), 0, &keys);
    }

    /// How many of the first keys fit into `room` cells.
    fn fitting(&self, room: usize) -> usize {
        let mut used = 0;
        let mut count = 0;
        for hint in self.keys.iter().take(MOST) {
            used += wide(hint) + if count > 0 { 2 } else { 0 };
            if used > room {
                break;
            }
            count += 1;
        }
        count
    }

    fn keys_line(&self, count: usize, theme: &Theme) -> (Line<'_>, usize) {
        let key_style = theme.text.patch(Style::new().add_modifier(ratatui::style::Modifier::BOLD));
        let mut spans = Vec::new();
        let mut cells = 0;
        for (i, hint) in self.keys.iter().take(count).enumerate() {
            if i > 0 {
                spans.push(Span::raw("  "));
                cells += 2;
            }
            spans.push(Span::styled(hint.key, key_style));
            spans.push(Span::raw(" "));
            spans.push(Span::styled(hint.does, theme.dim));
            cells += wide(hint);
        }
        (Line::from(spans), cells)
    }
}

fn wide(hint: &Hint<'_>) -> usize {
    text::width(hint.key) + 1 + text::width(hint.does)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;

    const KEYS: [Hint<'static>; 7] = [
        Hint { key: "Enter", does: "decide" },
        Hint { key: "r", does: "rate" },
        Hint { key: "v", does: "why" },
        Hint { key: "b", does: "belief" },
        Hint { key: "?", does: "help" },
        Hint { key: ":", does: "all" },
        Hint { key: "z", does: "never" },
    ];

    fn drawn(width: u16, hints: &Hints<'_>) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buf.area;
        hints.draw(area, &mut buf, &Theme::dark());
        lines(&buf).concat()
    }

    #[test]
    fn at_most_six_keys_and_only_whole_ones() {
        let hints = Hints { mode: "", status: "#30 saved 15:01", jobs: "", message: None, keys: &KEYS };
        assert_eq!(
            drawn(80, &hints),
            " #30 saved 15:01           Enter decide  r rate  v why  b belief  ? help  : all "
        );
        assert_eq!(drawn(40, &hints), " #30 saved 15:01   Enter decide  r rate ");
        // The most useful key is worth more than the time of saving.
        assert_eq!(drawn(26, &hints), " #30 saved…  Enter decide ");
        assert_eq!(drawn(12, &hints), " #30 saved …");
    }

    #[test]
    fn a_message_takes_the_line() {
        let hints =
            Hints { mode: "edit", status: "s", jobs: "", message: Some((Tone::Bad, "cannot\nsave")), keys: &KEYS };
        assert_eq!(drawn(24, &hints), " ✗ cannot⏎save          ");
    }

    #[test]
    fn the_mode_and_jobs_stand_beside_what_was_saved() {
        let hints = Hints { mode: "edit", status: "#1 saved", jobs: "profile 40% Ctrl-C", message: None, keys: &[] };
        assert_eq!(drawn(40, &hints), " edit  #1 saved  profile 40% Ctrl-C     ");
    }
}
