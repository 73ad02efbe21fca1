//! One frame everywhere: first line, body, board strip, last line, and what floats above them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::theme::Theme;
use super::widgets::draw::{below, clear, put, put_right, row_of};
use super::widgets::hints::{Hint, Hints, Tone as HintTone};
use super::widgets::titlebar::{Stage, TitleBar};
use super::{board, glyphs, popups, screens};
use crate::app::screens::{problem, progress};
use crate::app::{App, Screen, Tone, commands};

/// Width of the board strip.
const STRIP: u16 = 36;
/// From this width on the strip is shown.
const WIDE: u16 = 110;

/// Draws everything. Returns where the terminal's cursor belongs, when text is typed at one place.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let mut cursor = None;
    if area.height < 4 || area.width < 20 {
        tiny(app, theme, area, buf);
    } else {
        title(app, theme, row_of(area, 0), buf);
        hints(app, theme, row_of(area, area.height - 1), buf);
        let mut body = Rect { y: area.y + 1, height: area.height - 2, ..area };
        // A small screen needs every row; from 20 rows on the first line gets air.
        if area.height >= 20 {
            body = below(body, 1);
        }
        if app.doc.as_ref().is_some_and(|d| d.replay.is_some()) && body.height > 4 {
            let line = Rect { y: body.y + body.height - 2, height: 2, ..body };
            screens::replay::draw(app, theme, line, buf);
            body.height -= 2;
        }
        let strip_wanted =
            matches!(app.screen, Screen::Problem | Screen::Ask | Screen::Explore) && app.may_show_board();
        if strip_wanted && area.width >= WIDE {
            let strip = Rect { x: body.x + body.width - STRIP, width: STRIP, ..body };
            body.width -= STRIP + 1;
            board::strip(app, theme, strip, buf);
        }
        cursor = screen(app, theme, body, buf);
        if strip_wanted && area.width < WIDE && app.board_open {
            let width = STRIP.min(body.width);
            let over = Rect { x: body.x + body.width - width, width, ..body };
            clear(buf, over);
            board::strip(app, theme, over, buf);
        }
    }
    for (i, popup) in app.popups.iter().enumerate() {
        let at = popups::draw(app, popup, theme, area, buf);
        if i + 1 == app.popups.len() {
            cursor = at;
        }
    }
    if !theme.glyphs.unicode {
        glyphs::to_ascii(buf);
    }
    cursor
}

fn screen(app: &App, theme: &Theme, body: Rect, buf: &mut Buffer) -> Option<Position> {
    match app.screen {
        Screen::Home => screens::home::draw(app, theme, body, buf),
        Screen::Problem => screens::problem::draw(app, theme, body, buf),
        Screen::Ask => screens::ask::draw(app, theme, body, buf),
        Screen::Explore => screens::explore::draw(app, theme, body, buf),
        Screen::Score => screens::score::draw(app, theme, body, buf),
        Screen::Brief => screens::brief::draw(app, theme, body, buf),
    }
}

/// Too small for a screen: the essentials, and a word that more room helps.
fn tiny(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let title = app.doc.as_ref().map_or_else(|| "whyboard".to_owned(), crate::app::Doc::title);
    put(buf, area, 0, 0, &title, theme.title);
    let leader = app.doc.as_ref().and_then(|d| {
        let id = d.board.board.leader()?;
        app.may_show_board()
            .then(|| format!("{} {}", crate::domain::board::in_ten_short(d.board.board.p(id)), d.row_title(id)))
    });
    if let Some(leader) = leader {
        put(buf, area, 0, 1, &leader, theme.text);
    }
    put(buf, area, 0, area.height.saturating_sub(1).max(1), "more room helps · q quits", theme.dim);
}

fn title(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let Some(doc) = &app.doc else {
        put(buf, inside, 0, 0, "whyboard", theme.title);
        put_right(buf, inside, 0, "from a sentence to the one problem worth solving", theme.dim);
        return;
    };
    let progress = progress(app);
    let stages: Vec<Stage<'_>> = Screen::STAGES
        .iter()
        .zip(progress)
        .enumerate()
        .map(|(i, ((_, name), progress))| {
            // While an interview runs nothing tells how the board stands.
            let hidden = app.views.ask.interview.is_some() && i > 1;
            Stage { name, progress: if hidden { String::new() } else { progress } }
        })
        .collect();
    let current = Screen::STAGES.iter().position(|(s, _)| *s == app.screen);
    TitleBar { title: &doc.title(), kpi: &problem::goal_line(doc), stages: &stages, current }.draw(inside, buf, theme);
}

fn hints(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let keys: Vec<Hint<'_>> = commands::hints(app).into_iter().map(|(key, does)| Hint { key, does }).collect();
    let status = match &app.doc {
        None => String::new(),
        Some(d) if d.replay.is_some() => "replay".into(),
        Some(d) if d.read_only.is_some() => "read-only".into(),
        Some(d) if d.unsaved.is_some() => "NOT SAVED".into(),
        Some(d) => d.saved.as_ref().map(|(n, at)| format!("#{n} saved {at}")).unwrap_or_default(),
    };
    let jobs = match app.jobs.first() {
        None => String::new(),
        Some(job) => {
            // A spinner would cost bytes; the share says as much.
            let share = job.share.map(|s| format!(" {:.0}%", s * 100.0)).unwrap_or_default();
            let more = if app.jobs.len() > 1 { format!(" +{}", app.jobs.len() - 1) } else { String::new() };
            format!("{}{share}{more} · Ctrl-C cancels", job.label)
        }
    };
    let message = app.message.as_ref().map(|m| {
        let tone = match m.tone {
            Tone::Plain => HintTone::Plain,
            Tone::Good => HintTone::Good,
            Tone::Bad => HintTone::Bad,
            Tone::Warn => HintTone::Warn,
        };
        (tone, m.text.as_str())
    });
    let mode = if app.is_edit_mode() { "edit" } else { "" };
    Hints { mode, status: &status, jobs: &jobs, message, keys: &keys }.draw(area, buf, theme);
}
