//! Replacing a session file in one step, for redaction: what is not named stays byte for byte.

use std::io;
use std::ops::Range;

use serde_json::Value;

use super::{Journal, header_part, lock_error};
use crate::journal::disk::folder_of;
use crate::journal::read::{self, Mode, Opened};
use crate::journal::{JournalError, atomic, split};

/// One change for [`Journal::rewrite`].
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Writes another event in the place of the one that stands at these bytes.
    Event {
        /// [`crate::journal::RawEvent::bytes`] as last read.
        bytes: Range<usize>,
        /// What it says from now on.
        value: Value,
    },
    /// Writes another header.
    Header(Value),
    /// Adds an event at the end, in the same step.
    Add(Value),
}

impl Journal {
    /// Replaces the whole file in one step: the events and header named in `edits` change, all other
    /// bytes stay as they are. Meant for redaction; note that `NAME.torn-UTC` files and copies kept
    /// elsewhere still hold the old words.
    ///
    /// # Errors
    /// As [`Journal::append`]; also [`JournalError::Unwritable`] if no event stands at the bytes of an
    /// edit. Except for [`JournalError::NotSynced`], the file is as it was before.
    pub fn rewrite(&mut self, edits: &[Edit]) -> Result<Opened, JournalError> {
        self.still_ours()?;
        let old = self.text()?;
        let text = self.edited(&old, edits)?;
        self.set_torn_aside()?;
        let mut bytes = Vec::with_capacity(text.len() + 3);
        if self.plan.bom > 0 {
            bytes.extend_from_slice(b"\xef\xbb\xbf");
        }
        bytes.extend_from_slice(text.as_bytes());
        let (opened, plan) = read::interpret(&self.path, &bytes)?;
        if opened.mode != Mode::ReadWrite {
            return Err(self.unwritable("the new content would not be a sound session"));
        }
        let (temp, file) = atomic::beside(self.disk.as_mut(), &self.path, &bytes, 0o600)?;
        let placed = file.try_lock().map_or_else(lock_error, Ok).and_then(|()| match self.stamp.differs(&self.path) {
            Some(why) => Err(io::Error::other(why)),
            None => self.disk.rename(&temp, &self.path),
        });
        if let Err(source) = placed {
            let _ = self.disk.remove(&temp);
            return Err(JournalError::NotSaved { path: self.path.clone(), source, restored: true });
        }
        let synced = self.disk.sync_folder(folder_of(&self.path));
        (self.file, self.plan) = (file, plan);
        (self.len, self.count) = (bytes.len() as u64, opened.events.len() as u64);
        self.restamp();
        synced.map_err(|source| JournalError::NotSynced { path: self.path.clone(), source })?;
        Ok(opened)
    }

    /// The new text after `edits`.
    fn edited(&self, old: &str, edits: &[Edit]) -> Result<String, JournalError> {
        let layout = split::split(old);
        let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
        let mut text = String::new();
        for edit in edits {
            match edit {
                Edit::Add(_) => {}
                Edit::Header(header) => cuts.push((layout.header.clone(), header_part(&self.path, header)?)),
                Edit::Event { bytes, value } => {
                    let found = layout.items.iter().position(|i| !bytes.is_empty() && i.start == bytes.start);
                    let item = found.and_then(|at| Some((at, layout.items.get(at)?)));
                    let Some((at, item)) = item.filter(|(_, i)| !i.junk && i.start < self.plan.keep) else {
                        return Err(
                            self.unwritable("the event to be replaced is not where it was; open the session again")
                        );
                    };
                    let mut new = String::new();
                    self.item(value, at as u64 + 1, 0, &mut new)?;
                    let end = item.mark.as_ref().map_or(item.end.min(self.plan.keep), |m| m.bytes.end);
                    cuts.push((item.start..end, new));
                }
            }
        }
        cuts.sort_by_key(|(range, _)| range.start);
        let mut at = 0;
        for (range, new) in &cuts {
            let Some(between) = old.get(at..range.start) else {
                return Err(self.unwritable("two changes concern the same event"));
            };
            text.push_str(between);
            text.push_str(new);
            at = range.end;
        }
        text.push_str(old.get(at..self.plan.keep).unwrap_or_default());
        let last_replaced = self.plan.unmarked.is_some_and(|(start, ..)| cuts.iter().any(|(r, _)| r.start == start));
        if last_replaced {
            if !text.ends_with('\n') {
                text.push('\n');
            }
        } else {
            let grown = text.len();
            let mut end = String::new();
            self.finish_last(old.get(..self.plan.keep).unwrap_or_default(), &mut end);
            text.insert_str(grown, &end);
        }
        let mut count = self.count;
        for edit in edits {
            if let Edit::Add(value) = edit {
                count += 1;
                text.push('\n');
                self.item(value, count, 0, &mut text)?;
            }
        }
        Ok(text)
    }
}
