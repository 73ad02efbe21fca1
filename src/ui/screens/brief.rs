//! 5 Brief: the decision, the data-science problem field by field, and what the decision rests on.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::brief::{Origin, Row, rows};
use crate::domain::board::in_ten;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, row_of, select};
use crate::ui::widgets::pane;

const LABEL: u16 = 20;

/// Draws the screen.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let doc = app.doc.as_ref()?;
    let state = &doc.session.state;
    let Some(decision) = &state.decision else {
        let rest = pane::title(area, buf, theme, "The brief", "", true);
        pane::empty(
            rest,
            buf,
            theme,
            "Nothing is decided yet. On 4 Score, Enter on a hypothesis decides for it, with the reason; then it becomes a \
             data-science problem here. Ctrl-E exports the state of the investigation at any time.",
        );
        return None;
    };
    let title = doc.row_title(&decision.chosen);
    let note = in_ten(doc.board.board.p(&decision.chosen));
    let mut rest = pane::title(area, buf, theme, title, &note, true);
    let inside = |r: Rect| Rect { x: r.x + r.width.min(3), width: r.width.saturating_sub(4), ..r };
    let roomy = rest.height >= 26;
    let prose = Rect { height: rest.height.min(if roomy { 3 } else { 1 }), ..inside(rest) };
    let used = put_prose(buf, prose, &decision.because, theme.text);
    rest = below(rest, used);
    if !decision.red_gates.is_empty() {
        let line = row_of(inside(rest), 0);
        put(buf, line, 0, 0, theme.glyphs.warn, theme.warn);
        // In the words of the gates on 4 Score; a gate of a newer version by its key.
        let word = |key: &String| match doc.board.gates.0.iter().find(|g| g.key == key) {
            Some(gate) => gate.short.to_owned(),
            None => key.replace('_', " "),
        };
        let gates: Vec<String> = decision.red_gates.iter().map(word).collect();
        put(buf, line, 2, 0, &format!("decided with red gates: {}", gates.join(", ")), theme.warn);
        rest = below(rest, 1);
    }
    if roomy {
        rest = below(rest, 1);
    }
    let rows = rows(app);
    let width = usize::from(area.width.saturating_sub(LABEL + 3)).max(8);
    let whole: Vec<u16> = rows
        .iter()
        .map(|r| u16::try_from(text::wrap(&text::clean_prose(&r.words), width).len()).unwrap_or(1).max(1))
        .collect();
    let selected = app.views.brief.list.selected(rows.len());
    // The fields and the decision stand apart where there is a row for it.
    let gap = u16::from(roomy && usize::from(rest.height) > rows.len());
    let heights = share(&whole, selected, rest.height.saturating_sub(gap));
    let gap_at = rows.iter().position(|r| r.origin == Origin::Decision);
    let height = |i: usize| heights.get(i).copied().unwrap_or(1) + if gap_at == Some(i) { gap } else { 0 };
    let mut first = 0;
    if let Some(sel) = selected {
        let mut used: u16 = (0..=sel).map(height).sum();
        while used > rest.height && first < sel {
            used -= height(first);
            first += 1;
        }
    }
    for (i, row) in rows.iter().enumerate().skip(first) {
        if gap_at == Some(i) {
            rest = below(rest, gap);
        }
        if rest.height == 0 {
            break;
        }
        let lines = heights.get(i).copied().unwrap_or(1).min(rest.height);
        let place = Rect { height: lines, ..rest };
        draw_row(row, selected == Some(i), theme, place, buf);
        app.hits.note(place, Target::Row(i));
        rest = below(rest, lines);
    }
    None
}

fn draw_row(row: &Row, on: bool, theme: &Theme, place: Rect, buf: &mut Buffer) {
    put(buf, place, 1, 0, if on { theme.glyphs.cursor } else { " " }, theme.accent);
    let ink = match (on, row.origin) {
        (true, _) => theme.focus,
        (false, Origin::Decision) => theme.dim,
        (false, _) => theme.title,
    };
    put(buf, place, 3, 0, row.title, ink);
    let left = (LABEL + 2).min(place.width);
    let prose = Rect { x: place.x + left, width: (place.width - left).saturating_sub(1), ..place };
    let ink = if matches!(row.origin, Origin::Recorded | Origin::Decision) { theme.text } else { theme.dim };
    put_prose(buf, prose, &row.words, ink);
    if on {
        for k in 0..place.height {
            select(buf, row_of(place, k), theme);
        }
    }
}

/// Rows for each field: one each, then what is spare to the selected one until it is whole, then to all from the top.
fn share(whole: &[u16], selected: Option<usize>, height: u16) -> Vec<u16> {
    let mut out = vec![1; whole.len()];
    let mut spare = height.saturating_sub(u16::try_from(whole.len()).unwrap_or(u16::MAX));
    let order = selected.into_iter().chain((0..whole.len()).filter(|i| Some(*i) != selected));
    for i in order {
        let (Some(rows), Some(want)) = (out.get_mut(i), whole.get(i)) else { continue };
        // The selected one is read whole even where the others have to scroll for it.
        let limit = if Some(i) == selected { want.saturating_sub(1).min(height / 2) } else { spare };
        let more = want.saturating_sub(*rows).min(limit);
        *rows += more;
        spare = spare.saturating_sub(more);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::share;

    #[test]
    fn the_selected_field_is_whole_first_then_the_others_from_the_top() {
        assert_eq!(share(&[1, 3, 2, 4], Some(3), 10), [1, 3, 2, 4]);
        assert_eq!(share(&[1, 3, 2, 4], Some(3), 8), [1, 2, 1, 4]);
        assert_eq!(share(&[1, 3, 2, 4], None, 5), [1, 2, 1, 1]);
        // Even where nothing is spare.
        assert_eq!(share(&[1, 3, 2, 4], Some(1), 4), [1, 3, 1, 1]);
        assert_eq!(share(&[], None, 4), Vec::<u16>::new());
    }
}
