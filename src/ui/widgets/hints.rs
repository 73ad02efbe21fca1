//! The last line: what was saved, what runs, and which keys help now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::draw::{clear, put, put_line, row_of};
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

/// The sign of a message and its ink.
fn tone_sign(tone: Tone, theme: &Theme) -> (&'static str, Style) {
    match tone {
        Tone::Plain => (theme.glyphs.dot, theme.text),
        Tone::Good => (theme.glyphs.yes, theme.good),
        Tone::Bad => (theme.glyphs.no, theme.bad),
        Tone::Warn => (theme.glyphs.warn, theme.warn),
    }
}

/// A message in lines of a width, at most `most`; what is left out stays among all messages, and the last line says so.
pub fn message_lines(message: &str, width: u16, most: usize) -> Vec<String> {
    let wide = usize::from(width.saturating_sub(4));
    let mut lines = text::wrap(&text::clean(message), wide);
    if lines.len() > most {
        const REST: &str = " … M shows all";
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let room = wide.saturating_sub(text::width(REST));
            *last = format!("{}{REST}", text::cut(last, room).trim_end_matches('…'));
        }
    }
    lines
}

/// Draws a message over the last rows of an area. Returns the rows taken.
pub fn message(area: Rect, buf: &mut Buffer, theme: &Theme, tone: Tone, lines: &[String]) -> u16 {
    let area = area.intersection(buf.area);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let place = Rect { y: area.bottom() - rows, height: rows, ..area };
    clear(buf, place);
    let (sign, style) = tone_sign(tone, theme);
    put(buf, place, 1, 0, sign, style);
    for (i, line) in (0..rows).zip(lines) {
        put(buf, place, 3, i, line, style);
    }
    rows
}

impl Hints<'_> {
    /// Draws into the first row of the area. Returns where each key stands.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Vec<(Rect, usize)> {
        let area = row_of(area.intersection(buf.area), 0);
        if area.is_empty() {
            return Vec::new();
        }
        if let Some((tone, message)) = self.message {
            let (sign, style) = tone_sign(tone, theme);
            let used = put(buf, area, 1, 0, sign, style);
            put(buf, area, 1 + used + 1, 0, message, style);
            return Vec::new();
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
        let mut at = start;
        let mut places = Vec::with_capacity(count);
        for (i, hint) in self.keys.iter().take(count).enumerate() {
            let x = area.x.saturating_add(narrow(at));
            places.push((Rect { x, width: narrow(wide_of(hint)), ..area }, i));
            at += wide_of(hint) + 2;
        }
        places
    }

    /// How many of the first keys fit into `room` cells.
    fn fitting(&self, room: usize) -> usize {
        let mut used = 0;
        let mut count = 0;
        for hint in self.keys.iter().take(MOST) {
            used += wide_of(hint) + if count > 0 { 2 } else { 0 };
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
            cells += wide_of(hint);
        }
        (Line::from(spans), cells)
    }
}

fn wide_of(hint: &Hint<'_>) -> usize {
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
    fn a_long_message_is_wrapped_and_never_loses_its_end_in_silence() {
        let words = "The file is not there. Attach it again with a on 1 Problem, or open another session.";
        assert_eq!(
            message_lines(words, 48, 2),
            ["The file is not there. Attach it again with", "a on 1 Problem, or open another session."]
        );
        assert_eq!(message_lines(words, 34, 2), ["The file is not there. Attach", "it again with a … M shows all"]);
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 3));
        let area = buf.area;
        let lines = message_lines("one two three", 12, 2);
        assert_eq!(message(area, &mut buf, &Theme::dark(), Tone::Warn, &lines), 2);
        assert_eq!(super::super::fuzz::lines(&buf), ["            ", " ⚠ one two  ", "   three    "]);
    }

    #[test]
    fn each_key_says_where_it_stands() {
        let hints = Hints { mode: "", status: "", jobs: "", message: None, keys: &KEYS[..2] };
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 1));
        let area = buf.area;
        let places = hints.draw(area, &mut buf, &Theme::dark());
        assert_eq!(places, [(Rect::new(9, 0, 12, 1), 0), (Rect::new(23, 0, 6, 1), 1)]);
        assert_eq!(lines(&buf), ["         Enter decide  r rate "]);
    }

    #[test]
    fn the_mode_and_jobs_stand_beside_what_was_saved() {
        let hints = Hints { mode: "edit", status: "#1 saved", jobs: "profile 40% Ctrl-C", message: None, keys: &[] };
        assert_eq!(drawn(40, &hints), " edit  #1 saved  profile 40% Ctrl-C     ");
    }
}
