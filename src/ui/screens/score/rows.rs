//! The board itself: a row for each hypothesis, a column for each clue.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::app::hits::Target;
use crate::app::screens::brief::kind_title;
use crate::app::{App, Doc};
use crate::domain::board::in_ten_short;
use crate::domain::session::ClueRecord;
use crate::domain::words::{Origin, Rating};
use crate::ui::board::row_ink;
use crate::ui::form::rating_ink;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of, select};
use crate::ui::widgets::shapes;

/// Cells of one clue column.
const CLUE: u16 = 5;
/// Cells below which lever and solution say nothing.
const LEVER: u16 = 22;
/// From this width on they have their place, and clues that do not fit are counted instead.
const WIDE: u16 = 110;
/// Where a title begins: after the cursor and the rank.
const TITLE: u16 = 6;
/// Where the columns of the board stand.
struct Columns {
    title: u16,
    bar: u16,
    plain: u16,
    worth: u16,
    clues: u16,
    shown: usize,
    lever: u16,
}

impl Columns {
    fn fit(width: u16, clues: usize, has_lever: bool) -> Self {
        let title = match width {
            w if w >= 130 => 38,
            w if w >= WIDE => 32,
            w if w >= 100 => 30,
            w if w >= 80 => 23,
            w => w.saturating_sub(40).clamp(10, 24),
        };
        let bar_cells: u16 = if width >= 100 { 10 } else { 6 };
        let bar = TITLE + title + 1;
        let plain = bar + bar_cells + 1;
        // The range beside the plausibility has room from 80 cells on.
        let worth = plain + if width >= 80 { 11 } else { 6 };
        let clues_at = worth + 6;
        let room = width.saturating_sub(clues_at + 1);
        let wanted = u16::try_from(clues).unwrap_or(u16::MAX).saturating_mul(CLUE);
        let count = 3;
        let (shown, lever) = if has_lever && room.saturating_sub(wanted) > LEVER {
            (clues, clues_at + wanted + 1)
        } else if has_lever && width >= WIDE {
            let shown = (room.saturating_sub(LEVER + 1 + count) / CLUE).max(1);
            (usize::from(shown), clues_at + shown * CLUE + count + 1)
        } else if wanted <= room {
            (clues, 0)
        } else {
            (usize::from(room.saturating_sub(count) / CLUE), 0)
        };
        Self { title, bar, plain, worth, clues: clues_at, shown: shown.min(clues), lever }
    }
}

/// Ranks of the rows that compete; those that stand even share theirs. Permanent rows have none.
fn ranks(doc: &Doc, rows: &[String]) -> Vec<String> {
    let score = |id: &String| doc.board.board.score.get(id).copied().unwrap_or(0.0);
    let competes = |id: &&String| *id != "other" && *id != "data";
    rows.iter()
        .map(|id| {
            if !competes(&id) {
                return String::new();
            }
            let others = || rows.iter().filter(competes).filter(|o| *o != id);
            // Less than a twentieth of a deciban is no difference.
            let above = others().filter(|o| score(o) > score(id) + 0.05).count();
            let even = others().any(|o| (score(o) - score(id)).abs() <= 0.05);
            format!("{:>2}{}", above + 1, if even { "=" } else { " " })
        })
        .collect()
}

/// A clue that says the same of every row moves nothing.
fn is_flat(doc: &Doc, clue: &ClueRecord) -> bool {
    let cells = || doc.board.inputs.rows.iter().map(|r| clue.cell(&r.id).unwrap_or(0.0));
    cells().fold(f64::NEG_INFINITY, f64::max) - cells().fold(f64::INFINITY, f64::min) < 0.01
}

/// Raters who differ by 9 decibans or more should talk.
fn is_disputed(doc: &Doc, clue: &ClueRecord) -> bool {
    doc.board.inputs.rows.iter().any(|r| clue.disagreement(&r.id))
}

/// The board. Returns the rows used.
pub(super) fn board(app: &App, doc: &Doc, theme: &Theme, tight: bool, area: Rect, buf: &mut Buffer) -> u16 {
    let state = &doc.session.state;
    let rows = doc.board.listed();
    let n = state.clues.len();
    let has_lever = rows.iter().any(|id| lever_of(doc, id) != (String::new(), String::new()));
    let cols = Columns::fit(area.width, n, has_lever);
    let selected_clue = app.views.score.clue.min(n.saturating_sub(1));
    let first_clue = (selected_clue + 1).saturating_sub(cols.shown);
    let clues: Vec<(usize, &ClueRecord)> = state.clues.iter().enumerate().skip(first_clue).take(cols.shown).collect();

    let head = row_of(area, 0);
    put(buf, head, TITLE, 0, "hypothesis", theme.dim);
    put(buf, head, cols.bar, 0, "plausible", theme.dim);
    put_right(buf, Rect { width: cols.worth + 4, ..head }, 0, "worth", theme.dim);
    for (k, (i, clue)) in clues.iter().enumerate() {
        let at = cols.clues + u16::try_from(k).unwrap_or(0) * CLUE;
        let ink = if *i == selected_clue { theme.focus.add_modifier(Modifier::UNDERLINED) } else { theme.dim };
        let label = format!("{}{}", if first_clue > 0 && k == 0 { "‹" } else { " " }, clue.id);
        put(buf, Rect { width: at + CLUE, ..head }, at, 0, &text::fit(&label, 4), ink);
    }
    let hidden = n.saturating_sub(first_clue + clues.len());
    if hidden > 0 {
        let at = cols.clues + u16::try_from(clues.len()).unwrap_or(0) * CLUE;
        put(buf, head, at, 0, &format!("+{hidden}"), theme.dim);
    }
    if cols.lever > 0 {
        put(buf, head, cols.lever, 0, &format!("lever {} solution", theme.glyphs.arrow), theme.dim);
    }
    let selected = app.views.score.list.selected(rows.len());
    // Rows that do not fit scroll; the lower panels keep at least a few lines.
    let keep = if area.height > 18 { 11 } else { 6 };
    let room = usize::from(area.height.saturating_sub(2 + keep)).max(3).min(rows.len());
    let room = if tight { room.min(2) } else { room };
    let window = app.views.score.list.window(rows.len(), room);
    let ranks = ranks(doc, &rows);
    let mut y = 1;
    for i in window {
        let Some(id) = rows.get(i) else { continue };
        let line = row_of(area, y);
        if line.is_empty() {
            break;
        }
        y += 1;
        let rank = ranks.get(i).map_or("", String::as_str);
        put(buf, line, 2, 0, rank, theme.dim);
        row(doc, id, &cols, &clues, theme, line, buf);
        // While the other list has the keys a click here gives them back.
        let back = Target::Command("next.back");
        app.hits.note(line, if app.views.score.on_next { back } else { Target::Row(i) });
        if selected == Some(i) {
            put(buf, line, 1, 0, theme.glyphs.cursor, theme.accent);
            if !app.views.score.on_next {
                select(buf, line, theme);
            }
        }
    }
    let foot = row_of(area, y);
    if !clues.is_empty() && !foot.is_empty() && !tight {
        y += under_the_clues(doc, &cols, &clues, theme, foot, buf);
    }
    y
}

/// Under each clue what should be known of its weight, and what the signs mean. Returns the rows used.
fn under_the_clues(
    doc: &Doc,
    cols: &Columns,
    clues: &[(usize, &ClueRecord)],
    theme: &Theme,
    foot: Rect,
    buf: &mut Buffer,
) -> u16 {
    let mut legend: Vec<&str> = Vec::new();
    let mut told = |words: &'static str| {
        if !legend.contains(&words) {
            legend.push(words);
        }
    };
    for (k, (_, clue)) in clues.iter().enumerate() {
        let d = doc.board.board.discount.get(&clue.id).copied().unwrap_or(1.0);
        let (sign, ink) = if is_disputed(doc, clue) {
            told("talk: raters differ");
            ("talk", theme.warn)
        } else if is_flat(doc, clue) {
            told("= moves nothing");
            ("=", theme.dim)
        } else if d <= 0.9 {
            told("counts less: same source as a stronger clue");
            let words = match d {
                d if d <= 0.0 => "0",
                d if d > 0.4 => "½",
                d if d > 0.2 => "¼",
                _ => "⅛",
            };
            (words, theme.dim)
        } else {
            continue;
        };
        let at = cols.clues + u16::try_from(k).unwrap_or(0) * CLUE;
        put(buf, Rect { width: (at + CLUE).min(foot.width), ..foot }, at + 1, 0, sign, ink);
    }
    if legend.is_empty() {
        return 0;
    }
    let place = Rect { width: cols.clues.saturating_sub(1).min(foot.width), ..foot };
    put(buf, place, 3, 0, &legend.join(", "), theme.dim);
    1
}

fn row(
    doc: &Doc,
    id: &str,
    cols: &Columns,
    clues: &[(usize, &ClueRecord)],
    theme: &Theme,
    line: Rect,
    buf: &mut Buffer,
) {
    let view = &doc.board;
    let p = view.board.p(id);
    let leads = view.board.leader() == Some(id);
    let ink = row_ink(doc, id, theme);
    put(buf, line, TITLE, 0, &text::fit(doc.row_title(id), usize::from(cols.title)), ink);
    let bar_cells = usize::from(cols.plain.saturating_sub(cols.bar + 1));
    put(
        buf,
        line,
        cols.bar,
        0,
        &shapes::bar(p, bar_cells, &theme.glyphs),
        if leads { theme.accent } else { theme.dim },
    );
    let used = put(
        buf,
        line,
        cols.plain,
        0,
        &text::fit_right(&in_ten_short(p), 5),
        if leads { theme.text } else { theme.dim },
    );
    // How far it moves when any one clue is left out.
    if cols.worth - cols.plain >= 11 {
        let (low, high) = view.range(id);
        let tenth = |x: f64| format!("{:.0}", x * 10.0);
        let range = format!("{}–{}", tenth(low), tenth(high));
        if tenth(low) != tenth(high) {
            put(buf, Rect { width: cols.worth.min(line.width), ..line }, cols.plain + used + 1, 0, &range, theme.dim);
        }
    }
    let worth = view.board.worth.get(id).copied();
    let harms = view.inputs.impacts.get(id).is_some_and(|i| i.reach() < 0.0);
    let (words, ink) = match worth {
        _ if harms => (format!("{}harm", theme.glyphs.down), theme.bad),
        Some(w) if w > 0.5 => (format!("+{w:.0}"), theme.good),
        Some(w) if w < -0.5 => (format!("−{:.0}", w.abs()), theme.bad),
        Some(_) => ("0".into(), theme.dim),
        None => ("–".into(), theme.dim),
    };
    put_right(buf, Rect { width: (cols.worth + 4).min(line.width), ..line }, 0, &words, ink);
    for (k, (_, clue)) in clues.iter().enumerate() {
        let at = cols.clues + u16::try_from(k).unwrap_or(0) * CLUE;
        let (sign, ink) = match clue.cell(id) {
            None => ("?", theme.rule),
            Some(db) => {
                let rating = nearest(db);
                let ink = if is_flat(doc, clue) { theme.dim } else { rating_ink(rating, theme) };
                (if db == 0.0 { "·" } else { rating.sign() }, ink)
            }
        };
        let disputed = clue.disagreement(id);
        let sign = if disputed { format!("{sign}!") } else { sign.to_owned() };
        let ink = if disputed { theme.warn } else { ink };
        put(buf, Rect { width: (at + CLUE).min(line.width), ..line }, at + 1, 0, &sign, ink);
    }
    if cols.lever > 0 {
        let room = usize::from(line.width.saturating_sub(cols.lever + 1));
        put(buf, line, cols.lever, 0, &lever_words(doc, id, room, theme), theme.dim);
    }
}

/// The lever of a row and the kind of solution that it leads to.
pub(super) fn lever_of(doc: &Doc, id: &str) -> (String, String) {
    (doc.session.state.row(id).map(|r| r.lever.clone()).unwrap_or_default(), solution(doc, id))
}

/// `bonus → forecast, then allocate`; a long lever is cut, so that the solution stays.
fn lever_words(doc: &Doc, id: &str, room: usize, theme: &Theme) -> String {
    let (lever, solution) = lever_of(doc, id);
    if solution.is_empty() {
        return lever;
    }
    let arrow = theme.glyphs.arrow;
    let left = room.saturating_sub(text::width(&solution) + 3);
    if lever.is_empty() || left < 5 {
        return format!("{arrow} {solution}");
    }
    format!("{} {arrow} {solution}", text::cut(&lever, left))
}

/// The kind of data-science problem that a row becomes: as the brief says for the chosen one, else as its playbook
/// hypothesis does.
pub(super) fn solution(doc: &Doc, id: &str) -> String {
    let state = &doc.session.state;
    let chosen = state.decision.as_ref().is_some_and(|d| d.chosen == id);
    let own = state.brief.get("kind").and_then(|k| k.as_str()).filter(|_| chosen);
    let from = state.row(id).and_then(|r| r.from.as_deref());
    let book = || Some(doc.playbook.as_ref()?.hypothesis(from?)?.ds_problem.kind.as_str());
    own.or_else(book).filter(|k| !k.is_empty()).map(kind_title).unwrap_or_default()
}

fn nearest(db: f64) -> Rating {
    Rating::ALL
        .into_iter()
        .min_by(|a, b| (a.decibans() - db).abs().total_cmp(&(b.decibans() - db).abs()))
        .unwrap_or(Rating::NoDifference)
}

/// The selected clue in words. Returns the rows used.
pub(super) fn clue_line(app: &App, doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let clues = &doc.session.state.clues;
    let Some(clue) = clues.get(app.views.score.clue.min(clues.len().saturating_sub(1))) else { return 0 };
    let inside = Rect { x: area.x + area.width.min(3), width: area.width.saturating_sub(4), ..area };
    let who = match clue.family.strip_prefix("person:") {
        Some(p) => doc.session.state.shown_as(p).to_owned(),
        None => clue.family.trim_start_matches("data:").trim_start_matches("check:").replace('/', " · "),
    };
    let how = match clue.origin {
        Origin::Predicted => "predicted, then measured",
        Origin::Told => "told",
        Origin::Browsed => "found while looking",
    };
    let used = put(buf, inside, 0, 0, &format!("{} · {how} · {} · {who}", clue.id, clue.grade.words()), theme.dim);
    if is_disputed(doc, clue) {
        let words = format!("   {} raters differ by 9 decibans or more: talk about it", theme.glyphs.warn);
        put(buf, inside, used, 0, &words, theme.warn);
    }
    let prose = Rect { height: below(inside, 1).height.min(if area.height > 16 { 2 } else { 1 }), ..below(inside, 1) };
    put_prose(buf, prose, &clue.text, theme.text) + 1
}
