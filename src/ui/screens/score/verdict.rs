//! What the verdict hangs on, what is best done next, and the gates.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::hits::Target;
use crate::app::screens::score::next_entries;
use crate::app::{App, Doc, commands};
use crate::domain::board::{NextKind, odds};
use crate::domain::scoreboard::{GateState, Without};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_right, row_of, select};
use crate::ui::widgets::{interval, pane};

/// Returns the rows used.
pub(super) fn verdict(app: &App, doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    if area.height < 2 {
        return area.height;
    }
    let area = if area.height > 8 { below(area, 1) } else { area };
    let wide = area.width >= 96;
    let on_next = app.views.score.on_next;
    if wide {
        let left = Rect { width: area.width / 2, ..area };
        let right = Rect { x: left.right() + 1, width: area.width - left.width - 1, ..area };
        let first = hangs_on(doc, theme, left, buf);
        let used = next_best(app, theme, Rect { height: right.height.saturating_sub(4).max(1), ..right }, buf);
        let second = used + gates(doc, theme, below(right, used), buf);
        return first.max(second) + 1;
    } else if area.height >= 9 && !on_next {
        let rows = area.height.saturating_sub(6).clamp(2, 7);
        let used = hangs_on(doc, theme, Rect { height: rows.min(area.height), ..area }, buf);
        let rest = below(area, used);
        let used = next_best(app, theme, Rect { height: rest.height.saturating_sub(3).min(4), ..rest }, buf);
        gates(doc, theme, below(rest, used), buf);
    } else if on_next {
        // All gates are in sight below the list that has the keys.
        let used = next_best(app, theme, Rect { height: area.height.saturating_sub(3).max(2), ..area }, buf);
        gates(doc, theme, below(area, used), buf);
    } else {
        let used = hangs_on(doc, theme, Rect { height: area.height - 1, ..area }, buf);
        let line = row_of(area, used.saturating_sub(1).min(area.height - 1));
        let all = doc.board.gates.0.len();
        let green = doc.board.gates.0.iter().filter(|g| g.state == GateState::Green).count();
        let ink = if green == all { theme.good } else { theme.warn };
        let label = 1 + put(buf, line, 1, 0, "Gates", theme.title);
        let used = label + 1 + put(buf, line, label + 1, 0, &format!("{green} of {all} green"), ink);
        let key = commands::key_of(app, "score.panels");
        put(buf, line, used + 2, 0, &format!("{key} shows them and what is best done next"), theme.dim);
    }
    area.height
}

/// The margin without each source: which words or tables carry the verdict.
fn hangs_on(doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let Some(margin) = doc.board.board.margin_db.filter(|_| !doc.session.state.clues.is_empty()) else {
        let rest = pane::title(area, buf, theme, "What the verdict hangs on", "", false);
        pane::empty(rest, buf, theme, "Nothing yet: without clues every row stands where its first word put it.");
        return 3;
    };
    let note = format!("odds {} over the next", odds(margin));
    let rest = pane::title(area, buf, theme, "What the verdict hangs on", &note, false);
    let leader = doc.board.board.leader().unwrap_or_default();
    let mut list: Vec<(String, &Without)> = doc
        .board
        .without_source
        .iter()
        .map(|(family, w)| {
            let name = match family.strip_prefix("person:") {
                Some(p) => doc.session.state.shown_as(p).to_owned(),
                None => family.trim_start_matches("data:").trim_start_matches("check:").replace('/', " · "),
            };
            (name, w)
        })
        .collect();
    list.sort_by(|a, b| b.1.flips.cmp(&a.1.flips).then(a.1.margin_db.total_cmp(&b.1.margin_db)));
    let top = list.iter().map(|(_, w)| w.margin_db).fold(margin, f64::max).max(1.0);
    let mut y = 0;
    for (name, w) in list.iter().take(usize::from(rest.height)) {
        let line = row_of(rest, y);
        y += 1;
        let name_room = usize::from(line.width / 3).clamp(10, 30);
        put(buf, line, 3, 0, &text::fit(&format!("without {name}"), name_room + 8), theme.text);
        let at = 3 + u16::try_from(name_room).unwrap_or(0) + 9;
        let weak = w.flips || w.margin_db < 5.0;
        let words = if w.flips { format!("{} leads", doc.row_title(&w.leader)) } else { odds(w.margin_db) };
        let ink = if weak { theme.warn } else { theme.text };
        let used = put(buf, line, at, 0, &text::fit_right(&words, 10), ink);
        if weak {
            put(buf, line, at + used.max(10) + 1, 0, theme.glyphs.warn, theme.warn);
        }
        let track_at = at + used.max(10) + 3;
        let room = usize::from(line.width.saturating_sub(track_at + 2)).min(24);
        if room >= 8 && !w.flips {
            let track = interval::interval_line(0.0, w.margin_db, top, 0.0, top, room, &theme.glyphs);
            put(buf, line, track_at, 0, &track, theme.dim);
        }
    }
    // People are shown when somebody's words alone carry it.
    let person = doc.board.without_person.iter().find(|(_, w)| w.leader != leader);
    if let (Some((who, w)), true) = (person, y < rest.height) {
        let words = format!("without {} {} would lead", doc.session.state.shown_as(who), doc.row_title(&w.leader));
        put(buf, row_of(rest, y), 3, 0, &words, theme.warn);
        y += 1;
    }
    y + 2
}

/// What is best done next. Returns the rows used.
fn next_best(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let focused = app.views.score.on_next;
    let rest = pane::title(area, buf, theme, "Next best", "value/h", focused);
    let next = next_entries(app);
    if next.is_empty() {
        put(buf, rest, 3, 0, "nothing left worth an hour", theme.dim);
        return 3;
    }
    let height = rest.height.saturating_sub(1).max(1).min(if focused { u16::MAX } else { 5 });
    let window = app.views.score.next.window(next.len(), usize::from(height));
    let selected = app.views.score.next.selected(next.len());
    let mut y = 0;
    for i in window {
        let Some(entry) = next.get(i) else { continue };
        let line = row_of(rest, y);
        y += 1;
        let who = match (&entry.kind, &entry.ask) {
            (NextKind::Question, Some(role)) => format!("ask {role}: "),
            _ => "check: ".to_owned(),
        };
        let used = put(buf, line, 3, 0, &who, theme.dim);
        let words = Rect { width: line.width.saturating_sub(9), ..line };
        put(buf, words, 3 + used, 0, &entry.title, theme.text);
        let value = if entry.value.voi_per_hour >= 0.05 {
            format!("{:.1}", entry.value.voi_per_hour)
        } else {
            format!("{:.1} bit", entry.value.bits_per_hour)
        };
        put_right(buf, Rect { width: line.width.saturating_sub(1), ..line }, 0, &value, theme.dim);
        if selected == Some(i) && focused {
            put(buf, line, 1, 0, theme.glyphs.cursor, theme.accent);
            select(buf, line, theme);
        }
        let there = Target::Command("score.panels");
        app.hits.note(line, if focused { Target::Row(i) } else { there });
    }
    y + 2
}

/// Returns the rows used.
fn gates(doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    if area.is_empty() {
        return 0;
    }
    let (mut x, mut y) = (3, 0);
    let label = put(buf, area, 1, 0, "Gates", theme.title);
    x += label;
    let indent = x;
    for gate in &doc.board.gates.0 {
        let (sign, ink) = match gate.state {
            GateState::Green => (theme.glyphs.yes, theme.good),
            GateState::Amber => ("~", theme.warn),
            GateState::Red => (theme.glyphs.no, theme.bad),
        };
        let words = format!("{sign} {}", gate.short);
        let wide = u16::try_from(text::width(&words)).unwrap_or(0) + 2;
        if x + wide > area.width {
            x = indent;
            y += 1;
        }
        if y >= area.height {
            return area.height;
        }
        let line = row_of(area, y);
        let used = put(buf, line, x, 0, sign, ink);
        put(buf, line, x + used + 1, 0, gate.short, theme.text);
        x += wide;
    }
    y + 1
}
