//! What is kept beside the log for the next opening: where the session was left, and what was typed.

use std::path::{Path, PathBuf};

use super::{Workbench, private};
use crate::app::{Msg, Tone, place, typed};
use crate::journal::kept;

impl Workbench {
    /// The open session under its full name, and the folder for what is kept.
    fn kept_at(&self) -> Option<(PathBuf, PathBuf)> {
        let doc = self.app.doc.as_ref().filter(|d| d.replay.is_none())?;
        Some((self.state.clone()?, full(&doc.path)))
    }

    /// Keeps screen and cursors. Best effort.
    pub(super) fn keep_place(&mut self) {
        let Some((state, session)) = self.kept_at() else { return };
        let place = place::of(&mut self.app).and_then(|p| serde_json::to_value(p).ok());
        if let Some(place) = place {
            let _ = kept::keep_place(&state, &session, &place);
        }
    }

    /// Keeps what was typed and not recorded, and says where that fails.
    pub(super) fn keep_typed(&mut self) {
        let Some((state, session)) = self.kept_at() else { return };
        let typed = typed::of(&self.app).and_then(|t| serde_json::to_value(t).ok());
        if let Some(Err(why)) = typed.map(|typed| kept::keep_typed(&state, &session, &typed)) {
            self.last_words.push(format!("What was typed and not recorded is lost. {why}"));
        }
    }

    /// Brings back what was kept for the session that was just opened.
    pub(super) fn bring_back(&mut self, path: &Path) {
        match private::names(path) {
            Ok(names) => self.tell(Msg::Names(names)),
            Err(why) => self.say(Tone::Warn, why),
        }
        let Some((state, session)) = self.kept_at() else { return };
        if let Some(place) = kept::place(&state, &session).and_then(|p| serde_json::from_value(p).ok()) {
            self.tell(Msg::Place(Box::new(place)));
        }
        let writable = self.app.doc.as_ref().is_some_and(|d| d.read_only.is_none());
        // Where nothing can be recorded it would be of no use, and gone.
        if writable {
            if let Some(typed) = kept::take_typed(&state, &session).and_then(|t| serde_json::from_value(t).ok()) {
                self.tell(Msg::Typed(Box::new(typed)));
            }
        }
    }
}

/// One name for a session, however it was called.
fn full(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}
