//! Names side by side, one of them chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw::{put, row_of};
use crate::ui::text;
use crate::ui::theme::Theme;

/// The cells that tabs take with two blanks between.
pub fn width(names: &[&str]) -> usize {
    names.iter().map(|name| text::width(name) + 2).sum()
}

/// Draws tabs in the first row of an area, two blanks between, or one where `tight`. When they do not all fit, those
/// around the current one stay, and `‹` or `›` says that there are more. Returns where each stands.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    names: &[&str],
    current: usize,
    tight: bool,
) -> Vec<(Rect, usize)> {
    let area = row_of(area, 0);
    let after = u16::from(!tight);
    let mut places = Vec::new();
    let Some(last) = names.len().checked_sub(1) else { return places };
    let current = current.min(last);
    let room = usize::from(area.width);
    let cost = |range: std::ops::RangeInclusive<usize>| -> usize {
        let shown = names.get(range.clone()).unwrap_or_default();
        let text: usize = shown.iter().map(|name| text::width(name) + 1 + usize::from(after)).sum();
        text + 2 * usize::from(*range.start() > 0) + 2 * usize::from(*range.end() < last)
    };
    // Grow from the current tab, to the right first.
    let (mut from, mut to) = (current, current);
    loop {
        if to < last && cost(from..=to + 1) <= room {
            to += 1;
        } else if from > 0 && cost(from - 1..=to) <= room {
            from -= 1;
        } else {
            break;
        }
    }
    let mut at = 0;
    if from > 0 {
        at += put(buf, area, at, 0, theme.glyphs.off_left, theme.dim) + 1;
    }
    for (index, name) in names.iter().enumerate().take(to + 1).skip(from) {
        let style = if index == current { theme.focus } else { theme.dim };
        at = at.saturating_add(1);
        let used = put(buf, area, at, 0, name, style);
        places.push((Rect { x: area.x.saturating_add(at), width: used, ..area }, index));
        at = at.saturating_add(used).saturating_add(after);
    }
    if to < last {
        put(buf, area, at, 0, theme.glyphs.off_right, theme.dim);
    }
    places
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;

    fn drawn(width: u16, current: usize) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buf.area;
        draw(area, &mut buf, &Theme::dark(), &["Table", "Columns", "KPI", "Drivers"], current, false);
        lines(&buf).concat()
    }

    #[test]
    fn the_current_tab_is_always_shown() {
        assert_eq!(drawn(32, 1), " Table  Columns  KPI  Drivers   ");
        assert_eq!(drawn(18, 0), " Table  Columns › ");
        assert_eq!(drawn(18, 3), "‹  KPI  Drivers   ");
        assert_eq!(drawn(5, 3), "‹  D…");
        assert_eq!(drawn(0, 3), "");
    }

    #[test]
    fn tight_tabs_stand_one_blank_apart() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 1));
        let area = buf.area;
        let places = draw(area, &mut buf, &Theme::dark(), &["Table", "Columns", "KPI"], 1, true);
        assert_eq!(lines(&buf).concat(), " Table Columns KPI      ");
        assert_eq!(places.iter().map(|(r, _)| (r.x, r.width)).collect::<Vec<_>>(), [(1, 5), (7, 7), (15, 3)]);
        assert_eq!(width(&["Table", "KPI"]), 12);
    }
}
