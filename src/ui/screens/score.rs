//! 4 Score: hypotheses as rows, clues as columns; below it what the verdict hangs on, what is next, and the gates.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use crate::app::hits::Target;
use crate::app::screens::brief::kind_title;
use crate::app::screens::score::{Panel, next_entries};
use crate::app::{App, Doc, commands};
use crate::domain::board::{NextKind, in_ten, in_ten_short, odds};
use crate::domain::scoreboard::{GateState, Without};
use crate::domain::session::ClueRecord;
use crate::domain::words::{Origin, Rating};
use crate::ui::form::rating_ink;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of, select};
use crate::ui::widgets::{chart::Chart, interval, pane, shapes};

/// Cells of one clue column.
const CLUE: u16 = 5;
/// Cells below which lever and solution say nothing.
const LEVER: u16 = 22;
/// From this width on they have their place, and clues that do not fit are counted instead.
const WIDE: u16 = 110;
/// Where a title begins: after the cursor and the rank.
const TITLE: u16 = 6;
/// Below this height a panel that was opened takes the rows of the board.
const SMALL: u16 = 16;

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
fn board(app: &App, doc: &Doc, theme: &Theme, tight: bool, area: Rect, buf: &mut Buffer) -> u16 {
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
    let permanent = id == "other" || id == "data";
    let ink = if leads {
        theme.title
    } else if permanent {
        theme.dim
    } else {
        theme.text
    };
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
fn lever_of(doc: &Doc, id: &str) -> (String, String) {
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
fn solution(doc: &Doc, id: &str) -> String {
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
fn clue_line(app: &App, doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
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

/// Returns the rows used.
fn verdict(app: &App, doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
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

/// The board over time: one line per row, and the leader's curve.
fn belief(doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let area = if area.height > 8 { below(area, 1) } else { area };
    let rest = pane::title(area, buf, theme, "What moved it", "v closes", false);
    if doc.belief().is_empty() {
        pane::empty(rest, buf, theme, "Nothing moved yet. The first clue will.");
        return;
    }
    let leader = doc.board.board.leader().unwrap_or_default().to_owned();
    #[allow(clippy::cast_precision_loss)] // a session has few events
    let curve: Vec<(f64, f64)> =
        doc.belief().iter().filter_map(|s| s.plausibility.get(&leader).map(|p| (s.event as f64, *p))).collect();
    let tall = rest.height >= 12 && rest.width >= 60;
    let list = if tall {
        let chart = Rect { x: rest.x + 3, width: rest.width.saturating_sub(6).min(70), height: 6, ..rest };
        let ends = [
            format!("#{}", doc.belief().first().map_or(0, |s| s.event)),
            format!("#{}", doc.belief().last().map_or(0, |s| s.event)),
        ];
        chart_of(&curve, &ends, theme, chart, buf);
        below(rest, 7)
    } else {
        rest
    };
    let steps: Vec<(u64, String, String)> = doc
        .belief()
        .iter()
        .enumerate()
        .map(|(i, step)| {
            let before = i.checked_sub(1).and_then(|j| doc.belief().get(j));
            let mut moved: Vec<(f64, &String)> = step
                .plausibility
                .iter()
                .map(|(id, p)| (p - before.and_then(|b| b.plausibility.get(id)).copied().unwrap_or(*p), id))
                .collect();
            moved.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
            let words: Vec<String> = moved
                .iter()
                .filter(|(d, _)| d.abs() >= 0.03)
                .take(2)
                .map(|(d, id)| {
                    let sign = if *d > 0.0 { theme.glyphs.up } else { theme.glyphs.down };
                    format!(
                        "{sign} {} {}",
                        doc.row_title(id),
                        in_ten(step.plausibility.get(*id).copied().unwrap_or(0.0))
                    )
                })
                .collect();
            let what = doc
                .session
                .events
                .iter()
                .find(|e| e.n == step.event)
                .map(crate::app::screens::replay::describe)
                .unwrap_or_default();
            (step.event, what, if words.is_empty() { "hardly moved".into() } else { words.join("   ") })
        })
        .collect();
    let room = usize::from(list.height) / 2;
    for (k, (n, what, moved)) in steps.iter().rev().take(room).enumerate() {
        let y = u16::try_from(k * 2).unwrap_or(u16::MAX);
        put(buf, row_of(list, y), 1, 0, &text::fit_right(&format!("#{n}"), 5), theme.dim);
        put(buf, row_of(list, y), 8, 0, what, theme.text);
        put(buf, row_of(list, y + 1), 8, 0, moved, theme.accent);
    }
}

fn chart_of(curve: &[(f64, f64)], ends: &[String; 2], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let value = |p: f64| format!("{:.0}%", p * 100.0);
    Chart {
        line: curve,
        band: &[],
        marks: &[],
        level: Some(0.6),
        value: &value,
        ends: (&ends[0], &ends[1]),
        style: theme.accent,
    }
    .draw(area, buf, theme);
}

/// The selected hypothesis in full.
fn row_panel(app: &App, doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(id) = crate::app::screens::score::selected(app) else { return };
    let Some(row) = doc.session.state.row(&id) else { return };
    let area = if area.height > 8 { below(area, 1) } else { area };
    let mut rest = pane::title(area, buf, theme, &row.title, &in_ten(doc.board.board.p(&id)), false);
    let impact = doc.session.state.impacts.get(&id);
    let harms = impact.is_some_and(|i| i.reach() < 0.0);
    let size = impact.map(|i| {
        format!(
            "{}reach {:.2} KPI points: {:.0} % exposed × {:.0} % fixable × effect {} ({}); {} days",
            if harms { "would make it worse: " } else { "" },
            i.reach(),
            i.exposed * 100.0,
            i.fixable * 100.0,
            i.effect[1],
            i.quality.word(),
            i.cost_days
        )
    });
    let late = if row.late {
        "added once data had been looked at: it shares half of the first word of \"something else\""
    } else {
        ""
    };
    for (label, words) in [
        ("claim", row.claim.as_str()),
        ("wrong if", row.wrong_if.as_str()),
        ("lever", row.lever.as_str()),
        ("solution", &solution(doc, &id)),
        ("size", size.as_deref().unwrap_or("not sized yet: e")),
        ("note", late),
    ] {
        if words.is_empty() || rest.is_empty() {
            continue;
        }
        put(buf, rest, 3, 0, label, theme.dim);
        let prose = Rect {
            x: rest.x + rest.width.min(14),
            width: rest.width.saturating_sub(16),
            height: rest.height.min(3),
            ..rest
        };
        let used = put_prose(buf, prose, words, if label == "size" && harms { theme.bad } else { theme.text });
        rest = below(rest, used.max(1));
    }
}
