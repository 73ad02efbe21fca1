//! `whyboard replay S.yaml [--headless] [--at N] [--speed X]`.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use clap::Args;

use super::board::{session_at, title};
use super::exit::{Failure, Outcome, Streams, written};
use super::visible::visible;
use crate::domain::board::{Tracker, in_ten, odds};
use crate::domain::event::Event;
use crate::domain::playbook::Playbook;
use crate::domain::session::Session;
use crate::report::tell::tell;
use crate::ui::text;

/// Columns of the text form.
const WIDTH: usize = 100;
/// Columns before the words of an event: number, time, person.
const LEAD: usize = 32;

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// The session
    #[arg(value_name = "S.yaml")]
    pub path: PathBuf,
    /// Print every event as text instead of opening the screens
    #[arg(long)]
    pub headless: bool,
    /// Start at this event on the screens; with --headless stop after it
    #[arg(long, value_name = "N")]
    pub at: Option<usize>,
    /// Events per second; with --headless all at once unless this is given
    #[arg(long, value_name = "X", value_parser = speed)]
    pub speed: Option<f64>,
    /// No colours
    #[arg(long)]
    pub no_color: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.trim_start_matches('x').parse::<f64>() {
        Ok(x) if x.is_finite() && (0.05..=1000.0).contains(&x) => Ok(x),
        _ => Err("a number from 0.05 to 1000 is expected".to_owned()),
    }
}

/// Plays a session as text.
///
/// # Errors
/// Exit 3 when the session can't be read, 2 for an event that is not there.
pub fn run(args: &ReplayArgs, streams: &mut Streams<'_>) -> Outcome {
    let looked = session_at(&args.path, args.at, streams)?;
    let headline = headline(&looked.session, &title(&looked.session, &args.path), looked.all);
    let pause = args.speed.map(|s| Duration::from_secs_f64(1.0 / s));
    let playbook = looked.playbook.as_deref();
    let mut player = Player::new(&looked.session, playbook);
    let mut result = writeln!(streams.out, "{headline}");
    for event in &looked.session.events {
        if result.is_err() {
            break;
        }
        let lines = player.step(event);
        if let Some(pause) = pause {
            sleep(pause);
        }
        result = lines.iter().try_for_each(|l| writeln!(streams.out, "{l}")).and_then(|()| streams.out.flush());
    }
    if looked.session.events.is_empty() {
        result = result.and_then(|()| writeln!(streams.out, "Nothing has happened yet."));
    }
    written(result)
}

/// Checks what the screens need before they open.
///
/// # Errors
/// Exit 2 for an event that is not there, 3 when the session can't be read.
pub fn on_screen(args: &ReplayArgs) -> Outcome {
    let (read, _) = super::load::read_session(&args.path).map_err(|e| Failure::input(visible(&e.to_string())))?;
    let all = read.session.events.len();
    if let Some(n) = args.at.filter(|n| *n > all) {
        return Err(Failure::usage(format!("--at {n}: the session has only {all} events.")));
    }
    super::open::replay(&args.path, args.at, args.speed, args.no_color)
}

fn headline(session: &Session, title: &str, all: usize) -> String {
    let shown = session.events.len();
    let events = if shown == all { format!("{all} events") } else { format!("{shown} of {all} events") };
    let mut parts = vec![visible(title), events];
    if let Some(id) = session.header.playbook_id() {
        parts.push(format!("playbook {}", visible(id)));
    }
    parts.join(" · ")
}

/// Goes through the events and remembers where the board stood.
struct Player<'a> {
    so_far: Session,
    full: &'a Session,
    playbook: Option<&'a Playbook>,
    day: String,
    leader: Option<(String, f64)>,
    tracker: Tracker,
}

impl<'a> Player<'a> {
    fn new(full: &'a Session, playbook: Option<&'a Playbook>) -> Self {
        let so_far = Session::new(full.header.clone());
        Self { so_far, full, playbook, day: String::new(), leader: None, tracker: Tracker::default() }
    }

    /// The lines of one event: the day when it is a new one, the event, and the board when it moved.
    fn step(&mut self, event: &Event) -> Vec<String> {
        let mut out = Vec::new();
        let (day, time) = (event.at.get(..10).unwrap_or_default(), event.at.get(11..16).unwrap_or("--:--"));
        if day != self.day {
            day.clone_into(&mut self.day);
            out.push(String::new());
            out.push(visible(day));
        }
        self.so_far.apply(event.clone());
        // Names are those known in the end, so that nobody is a mere alias before being introduced.
        let (verb, words) = tell(&self.full.state, self.playbook, event);
        let who = text::fit_left(&text::cut(self.full.state.shown_as(&event.by), 18), 18);
        let lead = format!("{:>4}  {}  {who}", event.n, visible(time));
        let said = if words.is_empty() { verb } else { format!("{verb}  {words}") };
        let mut lines = text::wrap(&visible(&said), WIDTH - LEAD).into_iter();
        out.push(
            format!("{}  {}", text::fit_left(&lead, LEAD - 2), lines.next().unwrap_or_default()).trim_end().to_owned(),
        );
        out.extend(lines.map(|l| format!("{}{l}", " ".repeat(LEAD))));
        out.extend(self.moved(event));
        out
    }

    /// One line on the board, when its leader or the leader's place in ten changed.
    fn moved(&mut self, event: &Event) -> Option<String> {
        let moved = self.tracker.follow(&self.so_far, event);
        if !moved || (self.so_far.state.clues.is_empty() && self.leader.is_none()) {
            return None;
        }
        let stand = self.tracker.stand(&self.so_far.state);
        let leader = stand.leader?;
        let p = stand.plausibility.get(&leader).copied().unwrap_or(0.0);
        let now = (leader.clone(), p);
        let same = self.leader.as_ref().is_some_and(|(id, was)| *id == leader && (was - p).abs() < 5e-3);
        let change = self.leader.replace(now).is_some_and(|(id, _)| id != leader);
        if same {
            return None;
        }
        let title = |id: &str| visible(self.full.state.row(id).map_or(id, |r| r.title.as_str()));
        let margin = stand.margin_db;
        let next = stand.runner_up.as_deref().map(title).unwrap_or_default();
        let words = if margin < 1.0 {
            format!("\"{}\" and \"{next}\" are even, {}", title(&leader), in_ten(p))
        } else {
            let leads = if change { "now leads" } else { "leads" };
            format!("\"{}\" {leads}: {}, {} over \"{next}\"", title(&leader), in_ten(p), odds(margin))
        };
        let mark = " ".repeat(LEAD);
        let lines = text::wrap(&words, WIDTH - LEAD - 2);
        let first = lines.first().cloned().unwrap_or_default();
        let rest: Vec<String> = lines.iter().skip(1).map(|l| format!("{mark}  {l}")).collect();
        let mut out = vec![format!("{mark}→ {first}")];
        out.extend(rest);
        Some(out.join("\n"))
    }
}
