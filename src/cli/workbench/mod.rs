//! The interactive program: carries out what the application asks for, and hands it what happens.

mod cells;
mod data;
mod files;
mod kept;
mod keys;
mod private;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Frame;
use serde_json::Value;

use crate::app::key::Input;
use crate::app::{App, CANCELLED, Effect, JobView, Message, Msg, Screen, Tone, update};
use crate::domain::decide::Stamp;
use crate::domain::event::Event;
use crate::domain::redact::Removal;
use crate::engine::Engine;
use crate::jobs::{Deliver, Ended, Jobs, Update};
use crate::journal::Journal;
use crate::term::{self, Ending, Options, Program, Reply, Request, TermError};
use crate::ui;
use crate::ui::theme::Theme;

use super::load::now;
use data::Done;
pub(super) use data::facts;
#[cfg(test)]
pub(super) use files::create_session;

/// A session to create: its path, the playbook, and the tables as (name, path).
pub type NewSession = (PathBuf, String, Vec<(String, String)>);

/// What the program begins with.
#[derive(Debug, Clone, Default)]
pub struct Begin {
    /// A session to open.
    pub open: Option<PathBuf>,
    /// Open it as a replay from this event on.
    pub replay: Option<usize>,
    /// Speed of the replay, events per second; playing from the start.
    pub speed: Option<f64>,
    /// Create a session first: path, playbook, tables (name, path), a word for the message line.
    pub create: Option<NewSession>,
    /// Open the demonstration.
    pub demo: bool,
    /// Draw without colours.
    pub no_color: bool,
}

/// Runs the program on the terminal. Returns the exit status and whether anything may still be printed.
///
/// # Errors
/// When there is no terminal.
pub fn run(begin: &Begin) -> Result<(i32, bool, Vec<String>), TermError> {
    let mut caps = term::Caps::from_env();
    if begin.no_color {
        caps.depth = crate::ui::theme::Depth::Mono;
    }
    let copies = crate::journal::home::state_folder().unwrap_or_else(std::env::temp_dir).join("copied.txt");
    let options = Options { mouse: true, copies, caps };
    let outcome = term::run(&options, |start| {
        let events = start.events;
        let deliver = Arc::new(move |update: Update<Done>| {
            events.send(update);
        });
        let mut bench = Workbench::new(deliver, start.caps.theme(), crate::journal::home::state_folder());
        bench.app.size = (start.width, start.height);
        bench.begin(begin);
        bench
    })?;
    let mut words = outcome.panics.clone();
    words.extend(outcome.program.last_words);
    Ok((outcome.ending.status(), outcome.ending.may_print(), words))
}

struct Workbench {
    app: App,
    theme: Theme,
    jobs: Option<Jobs<Done>>,
    /// Tables as they are.
    tables: BTreeMap<String, Arc<dyn Engine>>,
    /// Tables seen through a view, where there is one.
    views: BTreeMap<String, Arc<dyn Engine>>,
    journal: Option<Journal>,
    /// Events that could not be written yet.
    pending: Vec<Value>,
    /// Where recent sessions, places and what was typed are kept.
    state: Option<PathBuf>,
    /// Words that still stand in the file.
    to_remove: Vec<Removal>,
    dirty: bool,
    requests: VecDeque<Request>,
    next_wake: Option<Instant>,
    started: BTreeMap<String, Instant>,
    last_words: Vec<String>,
    /// What is to be said of a copy beside where it went.
    copied: String,
}

impl Workbench {
    /// `state` is the folder for what is kept between sessions.
    fn new(deliver: Deliver<Done>, theme: Theme, state: Option<PathBuf>) -> Self {
        // One more than there are cores, so that rows to look at come while long work goes on.
        let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 4) + 1;
        Self {
            app: App::default(),
            theme,
            jobs: Jobs::new(threads, deliver).ok(),
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            journal: None,
            pending: Vec::new(),
            state,
            to_remove: Vec::new(),
            dirty: true,
            requests: VecDeque::new(),
            next_wake: None,
            started: BTreeMap::new(),
            last_words: Vec::new(),
            copied: String::new(),
        }
    }

    fn begin(&mut self, begin: &Begin) {
        let (keymap, told) = super::load::config_folder().map(|folder| keys::load(&folder)).unwrap_or_default();
        self.app.keymap = keymap;
        self.load_home();
        if let Some((path, playbook, tables)) = &begin.create {
            self.create(path, playbook, tables);
        } else if let Some(path) = &begin.open {
            self.open(path, begin.replay);
            if let (Some(speed), Some(doc)) = (begin.speed, &mut self.app.doc) {
                if let Some(replay) = &mut doc.replay {
                    replay.speed = speed.clamp(0.25, 32.0);
                    replay.playing = true;
                }
            }
        } else if begin.demo {
            self.demo();
        }
        // Last, so that it is seen; all of it stays among the messages.
        for why in told {
            self.say(Tone::Warn, why);
        }
        self.plan_wake();
    }

    /// Hands a message to the application and carries out what it asks for.
    fn tell(&mut self, msg: Msg) {
        self.app.stamp = Some(Stamp { at: now(), by: "p1".into(), seed: random() });
        self.dirty = true;
        let effects = update(&mut self.app, msg);
        for effect in effects {
            self.carry_out(effect);
        }
        self.plan_wake();
    }

    fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.tell(Msg::Say(Message { tone, text: text.into() }));
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Append(events) => self.append(&events),
            Effect::Scrub(removal) => self.scrub(*removal),
            Effect::OpenData { data, sql: Some(sql), options, .. } => self.make_data(data, sql, options),
            Effect::OpenData { data, path, options, .. } => self.open_data(data, &path, options),
            Effect::Preview { data, path, file, options } => self.preview(data, &path, file, options),
            Effect::Fingerprint(data) => self.fingerprint(data),
            Effect::View { data, view } => self.view(data, *view),
            Effect::Rows { data, start, len, columns } => self.rows(data, start, len, columns),
            Effect::Run { slot, label, data, analysis } => self.analyse(slot, label, &data, *analysis),
            Effect::Query { query, tables, main } => self.query(query, &tables, main.as_deref()),
            Effect::Cells { data, ask } => self.cells(&data, *ask),
            Effect::CancelJobs => {
                if let Some(jobs) = &self.jobs {
                    jobs.cancel_all();
                }
            }
            Effect::Create { path, playbook } => self.create(&PathBuf::from(path), &playbook, &[]),
            Effect::Open(path) => self.open(&path, None),
            Effect::Demo => self.demo(),
            Effect::Report(path) => self.report(&path),
            Effect::Copy(text) => self.requests.push_back(Request::Copy(text)),
            Effect::Edit(text) => self.requests.push_back(Request::Edit { text, suffix: ".md".into() }),
            Effect::LoadHome => self.load_home(),
            Effect::Suspend => self.requests.push_back(Request::Suspend),
            Effect::Quit => self.requests.push_back(Request::Quit(0)),
        }
    }

    /// Writes events; what fails stays in memory and is tried again with the next ones.
    fn append(&mut self, events: &[Event]) {
        self.pending.extend(events.iter().map(Event::to_value));
        self.flush();
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let Some(journal) = &mut self.journal else {
            let why = "The last steps are not on disk: the session's file is not open for writing. Open the session again, or copy what you need before you leave.";
            self.tell(Msg::NotSaved(why.into()));
            return;
        };
        match journal.append(&self.pending) {
            Ok(_) => {
                let n = self.pending.last().and_then(|v| v.get("n")).and_then(Value::as_u64).unwrap_or(0);
                self.pending.clear();
                let at = jiff::ZonedDateTime::now().strftime("%H:%M").to_string();
                self.tell(Msg::Saved { n, at });
                self.remove_words();
            }
            Err(why) => self.tell(Msg::NotSaved(why.to_string())),
        }
    }

    /// Jobs, clocks and a playing replay need time to pass; nothing else wakes the loop.
    fn plan_wake(&mut self) {
        let jobs = self.jobs.as_ref().is_some_and(|j| !j.list().is_empty());
        let playing = self.app.doc.as_ref().and_then(|d| d.replay.as_ref()).filter(|r| r.playing).map(|r| r.speed);
        let clock = self.app.screen == Screen::Ask && self.app.views.ask.interview.is_some();
        let wait = match (playing, jobs, clock) {
            (Some(speed), _, _) => Some(Duration::from_secs_f64(1.0 / speed)),
            (None, true, _) => Some(Duration::from_millis(250)),
            (None, false, true) => Some(Duration::from_secs(1)),
            _ => None,
        };
        self.next_wake = wait.map(|w| Instant::now() + w);
    }

    fn show_jobs(&mut self) {
        let Some(jobs) = &self.jobs else { return };
        let list = jobs.list();
        self.started.retain(|slot, _| list.iter().any(|j| j.slot == *slot));
        // Work that is done at once is not worth a word.
        let shown: Vec<JobView> = list
            .iter()
            .filter_map(|j| {
                let seconds = self.started.get(&j.slot).map_or(0.0, |s| s.elapsed().as_secs_f64());
                #[allow(clippy::cast_precision_loss)]
                let share = (j.progress.total > 0).then(|| (j.progress.done as f64 / j.progress.total as f64).min(1.0));
                (seconds >= 0.2).then(|| JobView { label: j.label.clone(), share, seconds })
            })
            .collect();
        if shown != self.app.jobs {
            self.tell(Msg::Jobs(shown));
        }
    }
}

/// A random number for event ids; the standard library's hasher is seeded by the system.
pub(super) fn random() -> u64 {
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u8(1);
    hasher.finish()
}

impl Program for Workbench {
    type Event = Update<Done>;

    fn input(&mut self, input: Input) {
        self.tell(Msg::Input(input));
    }

    fn event(&mut self, update: Self::Event) {
        let current = self.jobs.as_ref().is_none_or(|j| j.is_current(&update.slot, update.id));
        match update.ended {
            // A result that was superseded is not what the screen asks for any more.
            Ended::Done(done) if current => self.done(done),
            Ended::Failed(why) if current => self.failed(&update.slot, why),
            // Whatever waits for it must not wait for ever.
            Ended::Cancelled if current => self.failed(&update.slot, CANCELLED.to_owned()),
            Ended::Done(_) | Ended::Failed(_) | Ended::Cancelled => {}
        }
        self.show_jobs();
        self.plan_wake();
    }

    fn wake_at(&self) -> Option<Instant> {
        self.next_wake
    }

    fn wake(&mut self, _now: Instant) {
        self.show_jobs();
        let playing = self.app.doc.as_ref().and_then(|d| d.replay.as_ref()).is_some_and(|r| r.playing);
        let clock = self.app.views.ask.interview.is_some();
        if playing || clock {
            self.tell(Msg::Tick);
        }
        self.plan_wake();
    }

    fn wants_redraw(&self) -> bool {
        self.dirty
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if let Some(at) = ui::draw(&self.app, &self.theme, area, frame.buffer_mut()) {
            frame.set_cursor_position(at);
        }
        self.dirty = false;
    }

    fn request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    fn reply(&mut self, reply: Reply) {
        match reply {
            Reply::Copied(copied) => {
                let before = std::mem::take(&mut self.copied);
                self.say(Tone::Good, format!("{before}{}", copied.message()));
            }
            Reply::Edited(Err(why)) => self.say(Tone::Bad, why),
            Reply::Edited(Ok(text)) => self.tell(Msg::Edited(text)),
        }
    }

    fn ending(&mut self, why: &Ending) {
        let asked = matches!(why, Ending::Asked(_));
        if !asked {
            // Words typed in an interview are recorded as if it were left; open forms become drafts.
            self.tell(Msg::Ending);
        }
        self.flush();
        self.remove_words();
        if !self.pending.is_empty() {
            self.last_words.push(format!("{} events could not be saved.", self.pending.len()));
        }
        if !self.to_remove.is_empty() {
            self.last_words.push("Words that were to be removed still stand in the file: remove them again.".into());
        }
        if !asked {
            self.keep_typed();
        }
        self.keep_place();
        self.remember();
        if let Some(jobs) = self.jobs.take() {
            jobs.cancel_all();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
