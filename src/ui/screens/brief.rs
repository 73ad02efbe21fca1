//! 5 Brief: the decision, and the data-science problem field by field.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::domain::board::in_ten;
use crate::domain::brief::{FIELDS, suggested, words};
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
        let gates: Vec<String> = decision.red_gates.iter().map(|g| g.replace('_', " ")).collect();
        put(buf, line, 2, 0, &format!("decided with red gates: {}", gates.join(", ")), theme.warn);
        rest = below(rest, 1);
    }
    if roomy {
        rest = below(rest, 1);
    }
    let suggestions = suggested(&doc.session, doc.playbook.as_deref());
    let width = usize::from(area.width.saturating_sub(LABEL + 3)).max(8);
    let most = if roomy { 3 } else { 1 };
    let rows: Vec<(String, u16, bool)> = FIELDS
        .iter()
        .map(|f| {
            let own = state.brief.get(f.key).map(words).filter(|w| !w.is_empty());
            let is_own = own.is_some();
            let shown = own
                .or_else(|| suggestions.get(f.key).map(|s| format!("{} (suggested)", words(s))))
                .unwrap_or_else(|| f.asks.to_owned());
            let lines = text::wrap(&text::clean_prose(&shown), width).len();
            (shown, u16::try_from(lines).unwrap_or(most).clamp(1, most), is_own)
        })
        .collect();
    let selected = app.views.brief.list.selected(FIELDS.len());
    let height = |i: usize| rows.get(i).map_or(1, |(_, h, _)| *h);
    let mut first = 0;
    if let Some(sel) = selected {
        let mut used: u16 = (0..=sel).map(height).sum();
        while used > rest.height && first < sel {
            used -= height(first);
            first += 1;
        }
    }
    for (i, field) in FIELDS.iter().enumerate().skip(first) {
        if rest.height == 0 {
            break;
        }
        let Some((words, lines, is_own)) = rows.get(i) else { continue };
        let on = selected == Some(i);
        put(buf, rest, 1, 0, if on { theme.glyphs.cursor } else { " " }, theme.accent);
        put(buf, rest, 3, 0, field.title, if on { theme.focus } else { theme.title });
        let left = (LABEL + 2).min(rest.width);
        let prose = Rect { x: rest.x + left, width: rest.width - left, height: (*lines).min(rest.height), ..rest };
        put_prose(buf, prose, words, if *is_own { theme.text } else { theme.dim });
        if on {
            for k in 0..*lines {
                select(buf, row_of(rest, k), theme);
            }
        }
        rest = below(rest, height(i));
    }
    None
}
