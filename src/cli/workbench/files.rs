//! Sessions, recent list, demonstration, report.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Workbench;
use super::data::{DEMO, Done};
use super::private;
use crate::app::{Loaded, Msg, Recent, Tone};
use crate::cli::load::{
    ReadSession, all_playbooks, find_playbook, interpret, new_header, now, open_session, read_session,
};
use crate::domain::decide::{Intent, Stamp, decide};
use crate::domain::event::{Act, TableFacts};
use crate::domain::redact::{self, Removal};
use crate::domain::session::{Header, Session};
use crate::journal::{Edit, Journal, JournalError, home, inspect, read_file};

/// Makes a new session file: head, yourself as p1, and the tables.
///
/// # Errors
/// A sentence when the playbook is unknown or the file can't be made; nothing is left behind then.
pub fn create_session(path: &Path, playbook: &str, tables: &[(String, String)]) -> Result<(), String> {
    let found = find_playbook(playbook, path.parent())?;
    let created = now();
    let header = new_header(path, &found, &created);
    let head: Header = serde_json::from_value(header.clone()).map_err(|e| e.to_string())?;
    let session = Session::new(head);
    let mut acts = vec![Act::Person { alias: "p1".into(), role: "data".into(), shown_as: "Data scientist".into() }];
    acts.extend(tables.iter().map(|(data, path)| Act::AttachData {
        data: data.clone(),
        path: path.clone(),
        sql: None,
        facts: TableFacts::default(),
    }));
    let stamp = Stamp { at: created, by: "p1".into(), seed: super::random() };
    let events = decide(&session, Some(&found.playbook), Intent::RecordAll(acts), &stamp).map_err(|r| r.to_string())?;
    let mut journal = Journal::create(path, &header).map_err(|e| e.to_string())?;
    let values: Vec<Value> = events.iter().map(crate::domain::event::Event::to_value).collect();
    journal.append(&values).map_err(|e| e.to_string())?;
    Ok(())
}

impl Workbench {
    pub(super) fn load_home(&mut self) {
        if let Some(folder) = &self.state {
            let recents = home::recent(folder)
                .into_iter()
                .map(|r| Recent { path: r.path, title: r.title, leader: r.leader, at: r.at })
                .collect();
            self.tell(Msg::Recents(recents));
        }
        let playbooks = all_playbooks(None)
            .into_iter()
            .map(|f| (f.playbook.id.clone(), f.playbook.title.clone(), f.playbook.one_line.clone()))
            .collect();
        self.tell(Msg::Playbooks(playbooks));
    }

    pub(super) fn create(&mut self, path: &Path, playbook: &str, tables: &[(String, String)]) {
        if !self.all_saved() {
            return;
        }
        match create_session(path, playbook, tables) {
            Ok(()) => {
                self.open(path, None);
                if let Err(words) = private::cover(path) {
                    self.say(Tone::Warn, words);
                }
            }
            Err(why) => self.tell(Msg::NotOpened(why)),
        }
    }

    /// Tries to write what is not on disk yet. Another session is opened only when nothing of this one would be lost.
    fn all_saved(&mut self) -> bool {
        self.flush();
        self.remove_words();
        if self.pending.is_empty() && self.to_remove.is_empty() {
            return true;
        }
        let why = self.app.doc.as_ref().and_then(|d| d.unsaved.clone()).unwrap_or_default();
        let words = format!("This session is not all on disk yet, so no other one was opened. {why}");
        self.tell(Msg::NotOpened(words.trim().to_owned()));
        false
    }

    /// Whether the session at this path is the one that is open for writing.
    fn is_open(&self, path: &Path) -> bool {
        let real = std::fs::canonicalize(path);
        self.journal.as_ref().is_some_and(|j| real.is_ok_and(|real| real == j.path()))
    }

    /// Opens for writing. What is open already stays so unless the other one is there.
    fn open_for_writing(&mut self, path: &Path) -> Result<(Option<Journal>, ReadSession), JournalError> {
        if !self.is_open(path) {
            return open_session(path);
        }
        // Its own lock would make it read-only. It goes only when the file can be read again.
        read_session(path)?;
        self.journal = None;
        open_session(path).inspect_err(|_| {
            // Between the two looks the file went bad; perhaps only for a moment.
            self.journal = Journal::open(path).ok().and_then(|(journal, _)| journal);
        })
    }

    pub(super) fn open(&mut self, path: &Path, replay: Option<usize>) {
        if !self.all_saved() {
            return;
        }
        let opened = match replay {
            Some(_) => read_session(path).map(|(read, _)| (None, read)),
            None => self.open_for_writing(path),
        };
        let (journal, read) = match opened {
            Ok(pair) => pair,
            Err(e) => {
                self.tell(Msg::NotOpened(e.to_string()));
                return;
            }
        };
        self.keep_typed();
        self.keep_place();
        self.remember();
        self.tables.clear();
        self.views.clear();
        if let Some(jobs) = &self.jobs {
            jobs.abandon_all();
        }
        self.journal = journal;
        let warnings = read
            .warnings
            .iter()
            .map(|(line, _, message)| if *line > 0 { format!("line {line}: {message}") } else { message.clone() })
            .collect();
        self.tell(Msg::Opened(Box::new(Loaded {
            path: path.to_path_buf(),
            session: read.session,
            playbook: read.playbook,
            read_only: read.read_only,
            warnings,
            replay_from: replay,
        })));
        self.bring_back(path);
        self.remember();
    }

    /// Puts the open session at the top of the recent ones.
    pub(super) fn remember(&mut self) {
        let (Some(folder), Some(doc)) = (&self.state, &self.app.doc) else { return };
        if doc.replay.is_some() {
            return;
        }
        let sentence = doc.session.state.sentence.clone();
        let title = if sentence.is_empty() { doc.title() } else { sentence };
        let leader = doc.board.board.leader().map(|id| doc.row_title(id).to_owned()).unwrap_or_default();
        let path = std::path::absolute(&doc.path).unwrap_or_else(|_| doc.path.clone());
        // Best effort: the list is a convenience.
        let _ = home::remember(folder, home::Recent { path, title, leader, at: now() });
    }

    /// Makes data and session off the screen's thread: the case is really played.
    pub(super) fn demo(&mut self) {
        self.job(DEMO.into(), "making the demonstration".into(), |_| Done::Demo(crate::cli::demo::prepare_default()));
    }

    pub(super) fn report(&mut self, path: &str) {
        let Some(doc) = &self.app.doc else { return };
        let text = crate::report::markdown::brief(&doc.session, doc.playbook.as_deref());
        match super::super::save::save(Path::new(path), &text, super::super::save::Kind::Report, false) {
            Ok(()) => self.say(Tone::Good, format!("Written: {path}")),
            Err(e) => self.say(Tone::Bad, e.message),
        }
    }

    /// Removes words from the file wherever they stand, in one atomic rewrite.
    pub(super) fn scrub(&mut self, removal: Removal) {
        self.to_remove.push(removal);
        self.remove_words();
    }

    /// Removes the words that wait for it; those that can't go yet are tried again after the next save.
    pub(super) fn remove_words(&mut self) {
        if !self.pending.is_empty() {
            return;
        }
        for removal in std::mem::take(&mut self.to_remove) {
            match self.remove(&removal) {
                Ok(places) => {
                    if let Some(doc) = &mut self.app.doc {
                        doc.unsaved = None;
                    }
                    self.say(Tone::Good, format!("Removed in {places} places. Copies in git history stay there."));
                }
                Err(why) => {
                    self.to_remove.push(removal);
                    self.tell(Msg::NotSaved(format!("The words still stand in the file. {why}")));
                }
            }
        }
    }

    /// Folds the session without the words before the file is touched. Gives how many events held them.
    fn remove(&mut self, removal: &Removal) -> Result<usize, String> {
        let closed = "The session's file is not open for writing. Open the session again.";
        let (Some(journal), Some(doc)) = (&mut self.journal, &mut self.app.doc) else { return Err(closed.into()) };
        let path: PathBuf = journal.path().to_path_buf();
        let opened = read_file(&path).and_then(|bytes| inspect(&path, &bytes)).map_err(|e| e.to_string())?;
        let values: Vec<Value> = opened.events.iter().map(|raw| raw.value.clone()).collect();
        redact::removed(&doc.session, removal, &values).map_err(|r| r.to_string())?;
        let edits: Vec<Edit> = opened
            .events
            .iter()
            .enumerate()
            .filter_map(|(place, raw)| {
                Some(Edit::Event { bytes: raw.bytes.clone(), value: removal.of(place, &raw.value)? })
            })
            .collect();
        let opened = if edits.is_empty() { opened } else { journal.rewrite(&edits).map_err(|e| e.to_string())? };
        doc.session = interpret(&opened).session;
        doc.refresh();
        Ok(edits.len())
    }
}
