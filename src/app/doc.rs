//! The session that is open, with what is computed from it once per change.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::board::{BeliefStep, BoardView, belief, inputs};
use crate::domain::playbook::{Flow, Playbook};
use crate::domain::scoreboard::score;
use crate::domain::session::Session;
use crate::query::{Page, ProfileResult, ReadingReport, Schema};

/// A session as it came from the journal.
#[derive(Debug)]
pub struct Loaded {
    /// Where it lives.
    pub path: PathBuf,
    /// The fold.
    pub session: Session,
    /// Its playbook, where it was found.
    pub playbook: Option<Arc<Playbook>>,
    /// Why it can't be changed.
    pub read_only: Option<String>,
    /// What the journal noticed: a torn tail, an edit by hand, faults.
    pub warnings: Vec<String>,
    /// Open it for replay from this event on (0: from the start).
    pub replay_from: Option<usize>,
}

/// The session that is open.
#[derive(Debug)]
pub struct Doc {
    /// Where it lives.
    pub path: PathBuf,
    /// The fold of its events; in replay, of the first ones.
    pub session: Session,
    /// Its playbook.
    pub playbook: Option<Arc<Playbook>>,
    /// Why it can't be changed.
    pub read_only: Option<String>,
    /// Number of the last event on disk, and when.
    pub saved: Option<(u64, String)>,
    /// Why the last write failed.
    pub unsaved: Option<String>,
    /// The board.
    pub board: BoardView,
    /// The board over time, once somebody has asked for it.
    belief: OnceCell<Vec<BeliefStep>>,
    /// Replay.
    pub replay: Option<ReplayView>,
}

/// Where a replay stands.
#[derive(Debug)]
pub struct ReplayView {
    /// The whole session.
    pub full: Session,
    /// Events shown.
    pub at: usize,
    /// Whether it plays by itself.
    pub playing: bool,
    /// Events per second while playing.
    pub speed: f64,
    /// What the last event shown did to the board.
    pub moved: Option<Moved>,
}

/// A row of the board before and after one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The row's id.
    pub row: String,
    /// Its plausibility before, 0 to 1.
    pub before: f64,
    /// Its plausibility after.
    pub after: f64,
}

impl Doc {
    /// A session ready to be shown.
    #[must_use]
    pub fn new(loaded: Loaded) -> Self {
        let Loaded { path, session, playbook, read_only, replay_from, .. } = loaded;
        let saved = session.events.last().map(|e| (e.n, e.at.get(11..16).unwrap_or_default().to_owned()));
        let (session, replay, read_only) = match replay_from {
            Some(at) => {
                let at = at.min(session.events.len());
                let shown = session.at(at);
                let why = Some("This is a replay.".to_owned());
                (shown, Some(ReplayView { full: session, at, playing: false, speed: 1.0, moved: None }), why)
            }
            None => (session, None, read_only),
        };
        let mut doc = Self {
            path,
            session,
            playbook,
            read_only,
            saved,
            unsaved: None,
            board: BoardView::default(),
            belief: OnceCell::new(),
            replay,
        };
        match doc.replay.as_ref().map(|r| r.at) {
            Some(at) => doc.replay_to(at),
            None => doc.refresh(),
        }
        doc
    }

    /// Computes the board again after a change.
    pub fn refresh(&mut self) {
        self.board = BoardView::of(&self.session, self.playbook.as_deref());
        self.belief = OnceCell::new();
    }

    /// The board over time. It goes through the whole session, so it is computed when it is first looked at.
    #[must_use]
    pub fn belief(&self) -> &[BeliefStep] {
        self.belief.get_or_init(|| belief(&self.session))
    }

    /// The row that the last event of a replay moved: the leader, else the one that moved most.
    fn moved(&self, before: &BTreeMap<String, f64>) -> Option<Moved> {
        /// Below this nobody would see a difference.
        const SEEN: f64 = 0.01;
        let after = &self.board.board.plausibility;
        let of = |id: &str| {
            let (before, after) = (*before.get(id)?, *after.get(id)?);
            ((after - before).abs() >= SEEN).then(|| Moved { row: id.to_owned(), before, after })
        };
        let by = |m: &Moved| (m.after - m.before).abs();
        let leader = self.board.board.leader().and_then(of);
        leader.or_else(|| after.keys().filter_map(|id| of(id)).max_by(|a, b| by(a).total_cmp(&by(b))))
    }

    /// The question flow, where there is a playbook.
    #[must_use]
    pub fn flow(&self) -> Option<Flow<'_>> {
        self.playbook.as_deref().map(|p| Flow::new(p, &self.session))
    }

    /// The title for the first line.
    #[must_use]
    pub fn title(&self) -> String {
        let header = &self.session.header.title;
        if header.is_empty() {
            self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
        } else {
            header.clone()
        }
    }

    /// A hypothesis' title.
    #[must_use]
    pub fn row_title<'a>(&'a self, id: &'a str) -> &'a str {
        self.session.state.row(id).map_or(id, |r| r.title.as_str())
    }

    /// Moves a replay to the state after `at` events.
    pub fn replay_to(&mut self, at: usize) {
        let Some(replay) = &mut self.replay else { return };
        let (from, to) = (replay.at, at.min(replay.full.events.len()));
        replay.at = to;
        // The board before the last event that is shown: it stands already where that is the next one.
        let before = match to.checked_sub(1) {
            None => BTreeMap::new(),
            Some(last) if last == from => std::mem::take(&mut self.board.board.plausibility),
            Some(last) => score(&inputs(&replay.full.at(last).state)).plausibility,
        };
        // A step forward adds what came; a step back or a leap begins again.
        match replay.full.events.get(from..to) {
            Some(next) if next.len() <= 16 && self.session.events.len() == from => {
                for event in next {
                    self.session.apply(event.clone());
                }
            }
            _ => self.session = replay.full.at(to),
        }
        self.refresh();
        let moved = self.moved(&before);
        if let Some(replay) = &mut self.replay {
            replay.moved = moved;
        }
    }
}

/// An opened table as the screens see it.
#[derive(Debug, Clone, Default)]
pub struct TableInfo {
    /// Columns, derived ones last.
    pub schema: Schema,
    /// Rows as the filter leaves them.
    pub rows: u64,
    /// Rows without the filter.
    pub all_rows: u64,
    /// Columns of the file alone.
    pub own_columns: usize,
    /// How it was read.
    pub reading: ReadingReport,
    /// The options under which it was opened, or is, as they were recorded.
    pub read_as: Option<Map<String, Value>>,
    /// Why it could not be opened.
    pub failed: Option<String>,
    /// Whether it is being opened.
    pub opening: bool,
    /// The profile, once it is there.
    pub profile: Option<ProfileResult>,
    /// The profile is being made.
    pub profiling: bool,
    /// Why there is no profile.
    pub profile_failed: Option<String>,
    /// The rows last read.
    pub page: Page,
    /// The rows asked for: the first one, how many, and which columns where not all.
    pub asked: Option<(u64, usize, Option<Vec<usize>>)>,
}
