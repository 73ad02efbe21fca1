//! The board as text.

use std::io;

use super::page::{Ink, Page};
use super::play::Play;
use crate::domain::board::{BoardView, in_ten_short, odds};
use crate::domain::scoreboard::GateState;
use crate::ui::glyphs::Glyphs;
use crate::ui::text::{clean, fit, fit_right, width};
use crate::ui::widgets::shapes::bar;

const TITLE: usize = 34;
const BAR: usize = 22;

/// The rows with a bar each; their worth once something is sized.
pub(super) fn rows(page: &mut Page<'_>, play: &Play<'_>, words: &str) -> io::Result<()> {
    let view = view(play);
    let state = &play.session().state;
    let sized = !view.board.worth.is_empty();
    page.blank()?;
    let plausible = fit("plausible", BAR + 8);
    let head = format!("    {} {plausible}{}", fit("board", TITLE), if sized { "worth" } else { "" });
    let head = page.ink(Ink::Dim, &head);
    page.line(&head)?;
    for (i, id) in view.listed().iter().enumerate() {
        let p = view.board.p(id);
        let title = state.row(id).map_or(id.as_str(), |r| r.title.as_str());
        let ink = if i == 0 { Ink::Strong } else { Ink::Text };
        let title = page.ink(ink, &fit(&clean(title), TITLE));
        let bar = bar(p, BAR, &Glyphs::unicode());
        let mark = if i == 0 { "▸" } else { " " };
        let worth = view.board.worth.get(id).map(|w| worth(*w));
        let worth = worth.or_else(|| sized.then(|| "–".to_owned())).unwrap_or_default();
        page.line(&format!("  {mark} {title} {bar} {} {}", fit_right(&in_ten_short(p), 5), fit_right(&worth, 6)))?;
    }
    if !words.is_empty() {
        page.para("    ", words, Ink::Dim)?;
    }
    // The gates are judged when everything is in.
    if sized { standing(page, &view) } else { Ok(()) }
}

/// How far ahead the leader is, what the verdict hangs on, and the gates.
fn standing(page: &mut Page<'_>, view: &BoardView) -> io::Result<()> {
    page.blank()?;
    if let Some(margin) = view.board.margin_db {
        let flips = view.without_clue.values().filter(|w| w.flips).count();
        let weakest = view.without_source.iter().min_by(|a, b| a.1.margin_db.total_cmp(&b.1.margin_db));
        let hangs = match (flips, weakest) {
            (0, Some((source, w))) => format!(
                "No single clue decides it; without its strongest source ({source}) it is still {}.",
                odds(w.margin_db)
            ),
            (n, _) => format!("{n} clues could each turn it."),
        };
        page.para("    ", &format!("{} over the next. {hangs}", odds(margin)), Ink::Text)?;
    }
    let mut line = String::from("    gates");
    let mut used = width(&line);
    for gate in &view.gates.0 {
        let (sign, ink) = match gate.state {
            GateState::Green => ("✓", Ink::Good),
            GateState::Amber => ("~", Ink::Warn),
            GateState::Red => ("✗", Ink::Bad),
        };
        let word = format!("{sign} {}", gate.short);
        if used + 2 + width(&word) > super::page::WIDE {
            page.line(&line)?;
            line = " ".repeat(9);
            used = 9;
        }
        used += 2 + width(&word);
        line.push_str("  ");
        line.push_str(&page.ink(ink, &word));
    }
    page.line(&line)
}

/// The board of a play.
pub(super) fn view(play: &Play<'_>) -> BoardView {
    BoardView::of(play.session(), Some(play.playbook()))
}

fn worth(x: f64) -> String {
    crate::analysis::format::signed(x, 0)
}
