//! 4 Score: hypotheses as rows, clues as columns; below it what the verdict hangs on, what is next, and the gates.

mod panels;
mod rows;
mod verdict;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use panels::{belief, row_panel};
use rows::{board, clue_line};
use verdict::verdict;

use crate::app::App;
use crate::app::screens::score::Panel;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put};
use crate::ui::widgets::pane;

/// Below this height a panel that was opened takes the rows of the board.
const SMALL: u16 = 16;

/// Draws the screen.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let doc = app.doc.as_ref()?;
    let state = &doc.session.state;
    let view = &app.views.score;
    let asks = "Which is the largest single cause of the gap?";
    if let Some(blind) = &view.blind {
        let rest = pane::title(area, buf, theme, asks, "", true);
        let who = state.shown_as(&blind.by);
        let words = format!("{who} rates alone. The board and what others gave come back afterwards.");
        pane::empty(rest, buf, theme, &words);
        return None;
    }
    let sources: std::collections::BTreeSet<&str> = state.clues.iter().map(|c| c.family.as_str()).collect();
    let plural = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    let note = format!("{} · {}", plural(state.clues.len(), "clue"), plural(sources.len(), "source"));
    let rest = pane::title(area, buf, theme, asks, &note, !view.on_next);
    let opened = view.on_next || view.panel != Panel::Verdict;
    let tight = area.height < SMALL && opened;
    let used = board(app, doc, theme, tight, rest, buf);
    let mut rest = below(rest, used);
    let rivals = doc.board.listed().iter().filter(|id| *id != "other" && *id != "data").count();
    if rivals == 1 && rest.height > 4 {
        put(buf, rest, 3, 0, theme.glyphs.warn, theme.warn);
        put(buf, rest, 5, 0, "no rival: a hypothesis that stands alone always leads. H adds another.", theme.warn);
        rest = below(rest, 1);
    }
    if state.clues.is_empty() {
        let words = if rivals == 0 {
            "No hypothesis and no clue yet. 2 interviews people, whose answers propose both; H adds a hypothesis of your own; \
             3 explores the data."
        } else {
            "No clues yet. Pin one from 3 Explore with c, run a check with t, or triage an interview on 2 Ask."
        };
        pane::empty(below(rest, 1), buf, theme, words);
        rest = below(rest, 4);
    } else if !tight {
        let used = clue_line(app, doc, theme, rest, buf);
        rest = below(rest, used);
    }
    // The list that has the keys is in sight whatever panel was opened before.
    match if view.on_next { Panel::Verdict } else { view.panel } {
        Panel::Verdict => {
            let used = verdict(app, doc, theme, rest, buf);
            // On a tall screen the selected hypothesis is told in full as well.
            if rest.height >= used + 9 {
                row_panel(app, doc, theme, below(rest, used), buf);
            }
        }
        Panel::Belief => belief(doc, theme, rest, buf),
        Panel::Row => row_panel(app, doc, theme, rest, buf),
    }
    None
}
