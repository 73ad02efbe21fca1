//! Sessions, recent list, demonstration, report.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Workbench;
use crate::app::{Loaded, Msg, Recent, Tone};
use crate::cli::load::{
    ReadSession, all_playbooks, find_playbook, interpret, new_header, now, open_session, read_session,
};
use crate::domain::decide::{Intent, Stamp, decide};
use crate::domain::event::{Act, TableFacts};
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
        if let Some(folder) = home::state_folder() {
            let recents = home::recent(&folder)
                .into_iter()
                .map(|r| Recent { path: r.path, title: r.title, leader: String::new(), at: r.at })
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
        match create_session(path, playbook, tables) {
            Ok(()) => self.open(path, None),
            Err(why) => self.tell(Msg::NotOpened(why)),
        }
    }

    pub(super) fn open(&mut self, path: &Path, replay: Option<usize>) {
        let opened: Result<(Option<Journal>, ReadSession), JournalError> = if replay.is_some() {
            read_session(path).map(|(read, _)| (None, read))
        } else {
            // The lock on the same session, if it is open here, goes first.
            self.journal = None;
            open_session(path)
        };
        let (journal, read) = match opened {
            Ok(pair) => pair,
            Err(e) => {
                self.tell(Msg::NotOpened(e.to_string()));
                return;
            }
        };
        self.remember();
        self.tables.clear();
        if let Some(jobs) = &self.jobs {
            jobs.cancel_all();
        }
        self.journal = journal;
        self.pending.clear();
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
        self.remember();
    }

    /// Puts the open session at the top of the recent ones.
    pub(super) fn remember(&mut self) {
        let (Some(folder), Some(doc)) = (home::state_folder(), &self.app.doc) else { return };
        if doc.replay.is_some() {
            return;
        }
        let sentence = doc.session.state.sentence.clone();
        let title = if sentence.is_empty() { doc.title() } else { sentence };
        let path = std::path::absolute(&doc.path).unwrap_or_else(|_| doc.path.clone());
        // Best effort: the list is a convenience.
        let _ = home::remember(&folder, home::Recent { path, title, at: now() });
    }

    pub(super) fn demo(&mut self) {
        match crate::cli::demo::prepare_default() {
            Ok(path) => self.open(&path, None),
            Err(why) => self.tell(Msg::NotOpened(why)),
        }
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
    pub(super) fn scrub(&mut self, words: &str, instead: &str) {
        let Some(journal) = &mut self.journal else { return };
        let path: PathBuf = journal.path().to_path_buf();
        let opened = match read_file(&path).and_then(|bytes| inspect(&path, &bytes)) {
            Ok(opened) => opened,
            Err(e) => return self.say(Tone::Bad, e.to_string()),
        };
        let edits: Vec<Edit> = opened
            .events
            .iter()
            .filter_map(|raw| {
                let value = replaced(&raw.value, words, instead);
                (value != raw.value).then(|| Edit::Event { bytes: raw.bytes.clone(), value })
            })
            .collect();
        if edits.is_empty() {
            return;
        }
        match journal.rewrite(&edits) {
            Ok(opened) => {
                let read = interpret(&opened);
                if let Some(doc) = &mut self.app.doc {
                    doc.session = read.session;
                    doc.refresh();
                }
                self.say(Tone::Good, format!("Removed in {} places. Copies in git history stay there.", edits.len()));
            }
            Err(e) => self.say(Tone::Bad, e.to_string()),
        }
    }
}

/// The value with the words replaced in every text.
fn replaced(value: &Value, words: &str, instead: &str) -> Value {
    match value {
        Value::String(s) if s.contains(words) => Value::String(s.replace(words, instead)),
        Value::Array(l) => Value::Array(l.iter().map(|v| replaced(v, words, instead)).collect()),
        Value::Object(m) => Value::Object(m.iter().map(|(k, v)| (k.clone(), replaced(v, words, instead))).collect()),
        other => other.clone(),
    }
}
