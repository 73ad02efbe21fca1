//! How it behaves: a pure machine of messages and effects. No input or output, no clock, no terminal.
//!
//! [`update`] takes the application and one message and gives the effects to carry out. Everything that the screens
//! do is tested that way.

pub mod commands;
pub mod copy;
pub mod doc;
pub mod editor;
pub mod form;
pub mod forms;
pub mod hits;
pub mod key;
pub mod keymap;
mod mouse;
pub mod palette;
pub mod place;
pub mod safe;
pub mod screens;
pub mod scroll;
pub mod typed;
mod update;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub use doc::{Doc, Loaded, Moved, ReplayView, TableInfo};
pub use update::{read_options, update};

use crate::domain::decide::{Intent, Refusal, Stamp};
use crate::domain::event::Event;
use crate::domain::redact::Removal;
use crate::engine::{FileAt, ReadOptions};
use crate::query::{Analysis, Export, Findings, Page, ReadingReport, Schema, TextPlace, View};
use form::Form;
use key::Input;
use palette::Palette;
use place::Place;
use safe::Then;
use screens::explore::cells;
use screens::{Views, explore};
use typed::Typed;

/// The five stages, and home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Screen {
    /// Recent sessions.
    #[default]
    Home,
    /// The sentence, the data, the KPI, the goal.
    Problem,
    /// Questions, interviews, triage.
    Ask,
    /// The data.
    Explore,
    /// The board.
    Score,
    /// The data-science problem.
    Brief,
}

impl Screen {
    /// The stages in order, with their title.
    pub const STAGES: [(Self, &'static str); 5] = [
        (Self::Problem, "Problem"),
        (Self::Ask, "Ask"),
        (Self::Explore, "Explore"),
        (Self::Score, "Score"),
        (Self::Brief, "Brief"),
    ];
}

/// What a job that was cancelled gives instead of its result.
pub const CANCELLED: &str = "Cancelled.";

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// For your information.
    Plain,
    /// It worked.
    Good,
    /// It did not work.
    Bad,
    /// Look at this.
    Warn,
}

/// One line for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it is meant.
    pub tone: Tone,
    /// The words.
    pub text: String,
}

/// What floats above the screen.
#[derive(Debug, Clone)]
pub enum Popup {
    /// The keys of this screen.
    Help {
        /// First line shown.
        scroll: usize,
    },
    /// Every command, fuzzy.
    Palette(Box<Palette>),
    /// Something to fill in.
    Form(Box<Form>),
    /// All messages so far.
    Messages {
        /// First line shown.
        scroll: usize,
    },
    /// Longer words: why a number is what it is, a full cell, a text.
    Words {
        /// Title.
        title: String,
        /// The words, line by line; long lines are wrapped.
        lines: Vec<String>,
        /// First line shown.
        scroll: usize,
    },
    /// What one does with cells of the table: the search line, a cell or a row looked at closely.
    Cells(Box<cells::Float>),
    /// A question with yes or no.
    Confirm {
        /// The question.
        question: String,
        /// What happens on yes.
        yes: Confirmed,
    },
}

/// What a confirmation leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// Quit although something is not saved.
    Quit,
    /// Take a clue back.
    Retract(String),
    /// Write rows over a file that exists.
    Replace(Box<Export>),
    /// Replace private words by what is suggested, then go on. No goes on with what was typed.
    Safe(Then),
}

/// A job that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// What it does.
    pub label: String,
    /// 0 to 1; `None` when unknown.
    pub share: Option<f64>,
    /// Seconds since it began.
    pub seconds: f64,
}

/// A recent session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Path.
    pub path: PathBuf,
    /// Title or sentence.
    pub title: String,
    /// Who leads, if anybody.
    pub leader: String,
    /// When it was last open, UTC.
    pub at: String,
}

/// What the outside tells the application.
#[derive(Debug)]
pub enum Msg {
    /// Keys, mouse, paste, resize.
    Input(Input),
    /// A session was opened or created.
    Opened(Box<Loaded>),
    /// A session could not be opened.
    NotOpened(String),
    /// Events are on disk up to number `n`.
    Saved {
        /// Number of the last event.
        n: u64,
        /// Local time of day, `12:04`.
        at: String,
    },
    /// Events could not be written; they stay in memory.
    NotSaved(String),
    /// The first rows of a table that is being opened.
    DataHead {
        /// Alias.
        data: String,
        /// Its columns, as far as the first rows tell.
        schema: Schema,
        /// The rows.
        page: Page,
        /// How it is read.
        reading: ReadingReport,
    },
    /// A table was opened.
    DataOpened {
        /// Alias.
        data: String,
        /// Columns, rows, how it was read; or why not.
        result: Result<(Schema, u64, ReadingReport), String>,
    },
    /// The facts that identify a table.
    Fingerprint {
        /// Alias.
        data: String,
        /// The facts.
        facts: Box<crate::domain::event::TableFacts>,
    },
    /// The first rows of a file as they would be read.
    Previewed {
        /// Alias.
        data: String,
        /// Which of its files was asked for.
        file: usize,
        /// The file that was read, where there is one.
        found: Option<Box<FileAt>>,
        /// How.
        options: Box<ReadOptions>,
        /// The rows; nothing for a file that is no text; or why not.
        result: Box<Result<Option<explore::pages::reading::Seen>, String>>,
    },
    /// A table is seen through another view from now on.
    Viewed {
        /// Alias.
        data: String,
        /// The view.
        view: Box<View>,
        /// Columns and rows as seen through it; or why not, and the view before stays.
        result: Result<(Schema, u64), String>,
    },
    /// Rows arrived.
    Rows {
        /// Alias.
        data: String,
        /// The rows.
        page: Result<Page, String>,
    },
    /// An analysis is done.
    Found {
        /// The slot it was asked for.
        slot: String,
        /// What was found, or why not.
        result: Box<Result<Findings, String>>,
        /// Seconds of work.
        seconds: f64,
    },
    /// A query is done, and its result is at hand; or why not, and where in its text that shows.
    Queried {
        /// The query.
        query: String,
        /// What it gave.
        result: Box<Result<explore::sql::Answered, (String, Option<TextPlace>)>>,
        /// Seconds of work.
        seconds: f64,
    },
    /// About cells of a table: finds, a whole row, a copy, a file.
    Cells(Box<cells::Told>),
    /// The jobs that run now.
    Jobs(Vec<JobView>),
    /// Recent sessions.
    Recents(Vec<Recent>),
    /// Names of the playbooks at hand, with title and one line.
    Playbooks(Vec<(String, String, String)>),
    /// A text as it was saved in the user's own editor.
    Edited(String),
    /// Something to say.
    Say(Message),
    /// Time passed (a clock is on screen).
    Tick,
    /// Where the session that was opened was left.
    Place(Box<Place>),
    /// What was typed in it when the program was ended.
    Typed(Box<Typed>),
    /// Real names with their aliases, from beside the session.
    Names(Vec<(String, String)>),
    /// The program ends without asking.
    Ending,
}

/// What the application asks of the outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Append events to the journal.
    Append(Vec<Event>),
    /// Remove words wherever they stand in the file, after the redaction was recorded.
    Scrub(Box<Removal>),
    /// Open a table.
    OpenData {
        /// Alias.
        data: String,
        /// Path as recorded; empty where a query makes it.
        path: String,
        /// The query that makes it out of other tables of the session.
        sql: Option<String>,
        /// How to read it.
        options: ReadOptions,
    },
    /// Read the first rows of a file.
    Preview {
        /// Alias.
        data: String,
        /// Path as recorded.
        path: String,
        /// Which of its files, from 0.
        file: usize,
        /// How to read them.
        options: ReadOptions,
    },
    /// Compute the fingerprint of a table.
    Fingerprint(String),
    /// See a table through a view: its rows, exports and what is measured on 3 Explore. Until it is there the view
    /// before stays.
    View {
        /// Alias.
        data: String,
        /// The view.
        view: Box<View>,
    },
    /// Read rows.
    Rows {
        /// Alias.
        data: String,
        /// First row.
        start: u64,
        /// How many.
        len: usize,
        /// Which columns (places in the schema, ascending), where not all of them.
        columns: Option<Vec<usize>>,
    },
    /// Run an analysis; a newer one in the same slot takes its place.
    Run {
        /// Slot.
        slot: String,
        /// What is shown while it runs.
        label: String,
        /// Table alias.
        data: String,
        /// What to run.
        analysis: Box<Analysis>,
    },
    /// Run a query over tables; its result becomes the table [`explore::sql::RESULT`].
    Query {
        /// The query.
        query: String,
        /// The tables that it may name, by alias.
        tables: Vec<String>,
        /// The one that `data` stands for.
        main: Option<String>,
    },
    /// Find, read, copy or write cells of a table.
    Cells {
        /// Alias.
        data: String,
        /// What.
        ask: Box<cells::Ask>,
    },
    /// Cancel all jobs.
    CancelJobs,
    /// Create a session.
    Create {
        /// Path of the new file.
        path: String,
        /// Playbook id or path.
        playbook: String,
    },
    /// Open a session.
    Open(PathBuf),
    /// Open the demonstration.
    Demo,
    /// Write the brief.
    Report(String),
    /// Copy text to the clipboard.
    Copy(String),
    /// Let the user change a text in their own editor; it comes back as [`Msg::Edited`].
    Edit(String),
    /// Look up recent sessions and playbooks.
    LoadHome,
    /// Suspend to the shell.
    Suspend,
    /// Leave.
    Quit,
}

/// The application.
#[derive(Debug, Default)]
pub struct App {
    /// Cells across and down.
    pub size: (u16, u16),
    /// The screen shown.
    pub screen: Screen,
    /// The session that is open.
    pub doc: Option<Doc>,
    /// Tables by alias.
    pub tables: BTreeMap<String, TableInfo>,
    /// Cursors and scrolls of the screens; never recorded.
    pub views: Views,
    /// What floats, the last on top.
    pub popups: Vec<Popup>,
    /// The line for the user, gone on the next key.
    pub message: Option<Message>,
    /// All lines so far.
    pub messages: Vec<Message>,
    /// Jobs that run.
    pub jobs: Vec<JobView>,
    /// Recent sessions.
    pub recents: Vec<Recent>,
    /// Playbooks at hand: id, title, one line.
    pub playbooks: Vec<(String, String, String)>,
    /// What was changed in forms that were left: by form.
    pub drafts: BTreeMap<String, form::Draft>,
    /// The board is shown on a narrow terminal too.
    pub board_open: bool,
    /// Which keys give which command.
    pub keymap: keymap::Keymap,
    /// Where things were drawn last.
    pub hits: hits::Hits,
    /// The row that the last click selected; a second click there opens it.
    pub clicked: Option<(Screen, usize)>,
    /// Time, person and seed, stamped before each message.
    pub stamp: Option<Stamp>,
    /// Real names with their aliases; never recorded.
    pub names: Vec<(String, String)>,
    /// Asked to leave.
    pub quitting: bool,
    /// The last line at which the text that floats can begin, as last drawn; `None` before it is drawn.
    pub reading_end: Cell<Option<usize>>,
}

impl App {
    /// Says something on the message line and keeps it.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let message = Message { tone, text: text.into() };
        self.messages.push(message.clone());
        if self.messages.len() > 500 {
            self.messages.remove(0);
        }
        self.message = Some(message);
    }

    /// Records an intent: rules first, then the session in memory, then the journal.
    ///
    /// # Errors
    /// The refusal; nothing was changed.
    pub fn record(&mut self, intent: Intent) -> Result<Vec<Effect>, Refusal> {
        let stamp = self.stamp.clone().unwrap_or_else(|| Stamp { at: String::new(), by: "p1".into(), seed: 1 });
        let Some(doc) = &mut self.doc else {
            return Err(Refusal::new("No session is open.", "Open one from Home, or start a new one."));
        };
        if let Some(why) = &doc.read_only {
            return Err(Refusal::new(why.clone(), "Nothing can be changed here."));
        }
        let events = crate::domain::decide::decide(&doc.session, doc.playbook.as_deref(), intent, &stamp)?;
        for event in &events {
            doc.session.apply(event.clone());
        }
        doc.refresh();
        Ok(vec![Effect::Append(events)])
    }

    /// Records an intent and says why where it is refused.
    pub fn record_or_say(&mut self, intent: Intent) -> Vec<Effect> {
        match self.record(intent) {
            Ok(effects) => effects,
            Err(refusal) => {
                self.say(Tone::Bad, refusal.to_string());
                Vec::new()
            }
        }
    }

    /// Opens a form; a draft that was left before comes back.
    pub fn open_form(&mut self, form: Form) {
        let mut form = form.ready();
        if let Some(draft) = self.drafts.get(&form.id.draft_key()) {
            form.restore(draft);
        }
        self.popups.push(Popup::Form(Box::new(form)));
    }

    /// The table that Explore shows: a query's result while its pane is in sight, the one that was chosen on the panes of
    /// tables and columns, else the one of the KPI.
    #[must_use]
    pub fn main_table(&self) -> Option<&str> {
        if explore::sql::shows_result(self) {
            return Some(explore::sql::RESULT);
        }
        explore::chosen_table(self).or_else(|| self.kpi_table())
    }

    /// What is known of the table of the KPI.
    #[must_use]
    pub fn kpi_info(&self) -> Option<&TableInfo> {
        self.tables.get(self.kpi_table()?)
    }

    /// The table that the KPI is bound to; else the first one that opened, or the first one.
    #[must_use]
    pub fn kpi_table(&self) -> Option<&str> {
        let state = &self.doc.as_ref()?.session.state;
        let opened = |data: &&str| self.tables.get(*data).is_some_and(|t| !t.opening && t.failed.is_none());
        let mut names = state.tables.iter().map(|t| t.data.as_str());
        let first = names.clone().next();
        state.kpi.as_ref().map(|k| k.data.as_str()).or_else(|| names.find(opened)).or(first)
    }

    /// What is known of the table that Explore shows.
    #[must_use]
    pub fn main_info(&self) -> Option<&TableInfo> {
        self.tables.get(self.main_table()?)
    }

    /// Whether text is being typed: only `Ctrl-…`, `Alt-…`, `Tab` and `Esc` act then.
    #[must_use]
    pub fn is_edit_mode(&self) -> bool {
        match self.popups.last() {
            Some(Popup::Form(_) | Popup::Palette(_)) => true,
            Some(Popup::Cells(float)) => float.is_typing(),
            Some(_) => false,
            None => {
                (self.screen == Screen::Ask && self.views.ask.interview.is_some())
                    || (self.screen == Screen::Explore && explore::is_typing(self))
            }
        }
    }

    /// Whether the board may be shown: never while an interview runs, so that it can't lead the witness.
    #[must_use]
    pub fn may_show_board(&self) -> bool {
        self.doc.is_some() && self.screen != Screen::Home && self.views.ask.interview.is_none()
    }
}
