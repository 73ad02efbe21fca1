//! One frame everywhere: first line, body, board strip, last line, and what floats above them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::theme::Theme;
use super::widgets::draw::{below, clear, put, put_right, row_of};
use super::widgets::hints::{self, Hint, Hints, Tone as HintTone};
use super::widgets::titlebar::{Stage, TitleBar};
use super::{board, glyphs, popups, screens};
use crate::app::hits::Target;
use crate::app::key::Key;
use crate::app::screens::{problem, progress};
use crate::app::{App, JobView, Screen, Tone, commands};

/// Width of the board strip.
const STRIP: u16 = 36;
/// From this width on the strip is shown.
const WIDE: u16 = 110;

/// Draws everything and notes in the application where things stand, for the mouse. Returns where the terminal's cursor belongs, when text is typed at one place.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    app.hits.clear();
    let mut cursor = None;
    let mut keys = Vec::new();
    if area.height < 4 || area.width < 20 {
        tiny(app, theme, area, buf);
    } else {
        title(app, theme, row_of(area, 0), buf);
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
        app.hits.note(body, Target::Body);
        cursor = screen(app, theme, body, buf);
        if strip_wanted && area.width < WIDE && app.board_open {
            let width = STRIP.min(body.width);
            let over = Rect { x: body.x + body.width - width, width, ..body };
            clear(buf, over);
            app.hits.note(over, Target::Nothing);
            board::strip(app, theme, over, buf);
        }
        keys = last_line(app, theme, area, buf);
    }
    if !app.popups.is_empty() {
        // What floats takes all clicks; the keys of the last line are its own then.
        app.hits.clear();
    }
    for (place, key) in keys {
        app.hits.note(place, Target::Key(key));
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
    // While an interview runs nothing tells what is looked for, how the board stands, or how much is left.
    if app.screen == Screen::Ask && app.views.ask.interview.is_some() {
        TitleBar { title: &doc.title(), kpi: &[], stages: &[], current: None }.draw(inside, buf, theme);
        return;
    }
    let stages: Vec<Stage<'_>> =
        Screen::STAGES.iter().zip(progress(app)).map(|((_, name), progress)| Stage { name, progress }).collect();
    let current = Screen::STAGES.iter().position(|(s, _)| *s == app.screen);
    let kpi = problem::goal_lines(doc);
    let bar = TitleBar { title: &doc.title(), kpi: &kpi, stages: &stages, current };
    for (place, i) in bar.draw(inside, buf, theme) {
        if let Some((screen, _)) = Screen::STAGES.get(i) {
            app.hits.note(place, Target::Stage(*screen));
        }
    }
}

/// The first job in words: a spinner, how far it is, how long it will take, and the key that cancels where it does.
fn job_words(app: &App, theme: &Theme) -> String {
    let Some(job) = app.jobs.first() else { return String::new() };
    let more = if app.jobs.len() > 1 { format!(" +{}", app.jobs.len() - 1) } else { String::new() };
    // In a form or an interview the key goes to the text.
    let cancel = commands::all().find(|c| c.id == "jobs.cancel").map(|c| app.keymap.keys(c)).unwrap_or_default();
    let works = |k: &Key| commands::find(app, *k).is_some_and(|c| c.id == "jobs.cancel");
    let cancel = cancel.into_iter().find(works).map(|k| format!(" · {k} cancels")).unwrap_or_default();
    format!("{}{more}{cancel}", told(job, theme))
}

/// A job under 200 ms is not worth a word; time left is told after two seconds; where the share is unknown the seconds
/// are the sign of life.
fn told(job: &JobView, theme: &Theme) -> String {
    if job.seconds < 0.2 {
        return String::new();
    }
    // Four steps a second, as often as the loop wakes.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let turn = (job.seconds.max(0.0) * 4.0) as usize % theme.glyphs.spin.len();
    let spin = theme.glyphs.spin.get(turn).copied().unwrap_or(theme.glyphs.dot);
    let how = match job.share.filter(|s| *s > 0.0) {
        Some(share) if job.seconds >= 2.0 => {
            let left = job.seconds * (1.0 - share) / share;
            format!(" {:.0}% · {} left", share * 100.0, duration(left))
        }
        Some(share) => format!(" {:.0}%", share * 100.0),
        None if job.seconds >= 1.0 => format!(" {}", duration(job.seconds.floor())),
        None => String::new(),
    };
    format!("{spin} {}{how}", job.label)
}

fn duration(seconds: f64) -> String {
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

/// The last line, and a message above it where one line does not hold it. Returns where each key stands.
fn last_line(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Vec<(Rect, Key)> {
    let given = commands::hints(app);
    let keys: Vec<Hint<'_>> = given.iter().map(|(key, does)| Hint { key, does }).collect();
    let interview = app.screen == Screen::Ask && app.views.ask.interview.is_some();
    let status = match &app.doc {
        None => String::new(),
        Some(d) if d.replay.is_some() => "replay".into(),
        Some(d) if d.read_only.is_some() => "read-only".into(),
        Some(d) if d.unsaved.is_some() => "NOT SAVED".into(),
        // The keys of an interview need the room more.
        Some(_) if interview && area.width < 100 => String::new(),
        Some(d) => d.saved.as_ref().map(|(n, at)| format!("#{n} saved {at}")).unwrap_or_default(),
    };
    let jobs = job_words(app, theme);
    let mode = if app.is_edit_mode() { "edit" } else { "" };
    let row = row_of(area, area.height - 1);
    let message = app.message.as_ref().map(|m| {
        let tone = match m.tone {
            Tone::Plain => HintTone::Plain,
            Tone::Good => HintTone::Good,
            Tone::Bad => HintTone::Bad,
            Tone::Warn => HintTone::Warn,
        };
        (tone, m.text.as_str())
    });
    let most = usize::from(area.height / 5).clamp(1, 3);
    let lines = message.map(|(_, text)| hints::message_lines(text, area.width, most)).unwrap_or_default();
    // A short message takes the place of the hints; a long one stands above them.
    let line = Hints { mode, status: &status, jobs: &jobs, message: message.filter(|_| lines.len() < 2), keys: &keys };
    let places = line.draw(row, buf, theme);
    if let (Some((tone, _)), true) = (message, lines.len() > 1) {
        hints::message(Rect { height: area.height - 1, ..area }, buf, theme, tone, &lines);
    }
    let key = |i: usize| given.get(i).and_then(|(key, _)| key.parse().ok());
    places.into_iter().filter_map(|(place, i)| Some((place, key(i)?))).collect()
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_tells_as_much_as_is_known() {
        let theme = Theme::dark();
        let job = |share, seconds| told(&JobView { label: "profile".into(), share, seconds }, &theme);
        assert_eq!(job(None, 0.1), "");
        assert_eq!(job(None, 0.3), "◓ profile");
        assert_eq!(job(None, 7.9), "◒ profile 7 s");
        assert_eq!(job(Some(0.25), 1.0), "◐ profile 25%");
        assert_eq!(job(Some(0.25), 5.0), "◐ profile 25% · 15 s left");
        assert_eq!(job(Some(0.01), 4.0), "◐ profile 1% · 7 min left");
        assert_eq!(job(Some(0.0), 3.0), "◐ profile 3 s");
    }
}
