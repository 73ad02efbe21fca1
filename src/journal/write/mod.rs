//! Creating, opening, appending to and rewriting a session file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::disk::{Disk, RealDisk, folder_of, write_all};
use super::guard::{self, Access, Stamp};
use super::read::{self, Mode, Opened, Plan};
use super::{JournalError, atomic, split};
use crate::yaml::{self, emit};

mod rewrite;

pub use rewrite::Edit;

/// Largest session file that is opened, in bytes.
const LARGEST: u64 = 512 << 20;

/// A session file that is open for appending and locked against a second writer.
///
/// Dropping it closes the file and gives up the lock; so does any end of the process.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Length in bytes up to which all is well and on the disk.
    len: u64,
    stamp: Stamp,
    plan: Plan,
    /// Events in the file, for the number of a marker when an event names none.
    count: u64,
    /// Why nothing more can be written.
    closed: Option<String>,
    disk: Box<dyn Disk>,
}

impl Journal {
    /// Makes a new session file (0600) with this header and no events, and the folders above it (0700).
    /// The file appears under its name only when it is complete and on the disk.
    ///
    /// # Errors
    /// [`JournalError::Exists`] if the name is taken, also by a link; [`JournalError::Unwritable`] if
    /// the header is no map, lacks `schema: session/1` or holds `events`; else [`JournalError::Io`].
    pub fn create(path: &Path, header: &Value) -> Result<Self, JournalError> {
        Self::create_with(path, header, Box::new(RealDisk))
    }

    pub(super) fn create_with(path: &Path, header: &Value, mut disk: Box<dyn Disk>) -> Result<Self, JournalError> {
        let text = header_text(path, header)?;
        if fs::symlink_metadata(path).is_ok() {
            return Err(JournalError::Exists(path.to_owned()));
        }
        atomic::private_folder(folder_of(path))?;
        let failed = |e| JournalError::io("create", path)(e);
        let (temp, file) = atomic::beside(disk.as_mut(), path, text.as_bytes(), 0o600)?;
        let named = file.try_lock().map_or_else(lock_error, Ok).and_then(|()| disk.link(&temp, path));
        let _ = disk.remove(&temp);
        match named {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(JournalError::Exists(path.to_owned())),
            Err(e) if matches!(e.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
                // File systems without second names (FAT): take the name first, then fill the file.
                return Self::create_in_place(path, &text, disk);
            }
            Err(e) => return Err(failed(e)),
        }
        disk.sync_folder(folder_of(path)).map_err(failed)?;
        Self::fresh(path, file, &text, disk)
    }

    fn create_in_place(path: &Path, text: &str, mut disk: Box<dyn Disk>) -> Result<Self, JournalError> {
        let failed = |e: io::Error| match e.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Exists(path.to_owned()),
            _ => JournalError::io("create", path)(e),
        };
        let file = disk.create_new(path, 0o600).map_err(failed)?;
        let filled = file
            .try_lock()
            .map_or_else(lock_error, Ok)
            .and_then(|()| write_all(disk.as_mut(), &file, text.as_bytes()))
            .and_then(|()| disk.sync(&file))
            .and_then(|()| disk.sync_folder(folder_of(path)));
        if let Err(e) = filled {
            let _ = disk.remove(path);
            return Err(failed(e));
        }
        Self::fresh(path, file, text, disk)
    }

    fn fresh(path: &Path, file: File, text: &str, disk: Box<dyn Disk>) -> Result<Self, JournalError> {
        let stamp = Stamp::of(&file.metadata().map_err(JournalError::io("create", path))?);
        let plan = Plan { indent: 2, keep: text.len(), tidy: true, ..Plan::default() };
        let len = text.len() as u64;
        // The name that was asked for may contain links above the file; they may change, the file not.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self { path, file, len, stamp, plan, count: 0, closed: None, disk })
    }

    /// Opens a session file. Without a journal (the first is `None`) it can only be looked at;
    /// [`Opened::mode`] says why: damage, a newer program, another whyboard, no permission, a link.
    /// Opening changes nothing; a torn tail is repaired by the first append.
    ///
    /// # Errors
    /// [`JournalError::Io`] if it cannot be read, [`JournalError::NotASession`] if it is none.
    pub fn open(path: &Path) -> Result<(Option<Self>, Opened), JournalError> {
        Self::open_with(path, Box::new(RealDisk))
    }

    pub(super) fn open_with(path: &Path, disk: Box<dyn Disk>) -> Result<(Option<Self>, Opened), JournalError> {
        let (file, why_not, caution) = match guard::open(path)? {
            Access::Write(file, caution) => (file, None, caution),
            Access::Read(file, why) => (file, Some(why), None),
        };
        let failed = |e| JournalError::io("read", path)(e);
        let stamp = Stamp::of(&file.metadata().map_err(failed)?);
        let bytes = read_all(&file).map_err(failed)?;
        let (mut opened, plan) = read::interpret(path, &bytes)?;
        if let Some(message) = caution {
            opened.warnings.push(read::Warning { line: 0, column: 0, message });
        }
        if let Some(why) = why_not {
            opened.mode = Mode::ReadOnly { why };
        }
        if opened.mode != Mode::ReadWrite {
            return Ok((None, opened));
        }
        let path = fs::canonicalize(path).map_err(failed)?;
        let (len, count) = (bytes.len() as u64, opened.events.len() as u64);
        Ok((Some(Self { path, file, len, stamp, plan, count, closed: None, disk }), opened))
    }

    /// The file, links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends events in one write and waits until they are on the disk; gives the bytes of each as
    /// offsets in the file's text (without a byte order mark), as in [`super::RawEvent::bytes`].
    /// The first append to a file with a torn tail repairs it: what cannot be kept is first saved to
    /// `NAME.torn-UTC` beside the file.
    ///
    /// # Errors
    /// [`JournalError::Changed`] if somebody else touched the file, [`JournalError::Unwritable`] if an
    /// event would not read back the same: nothing was written. [`JournalError::NotSaved`] if the
    /// system refused: the file was brought back to what was saved before, and appending can be tried again.
    pub fn append(&mut self, events: &[Value]) -> Result<Vec<Range<usize>>, JournalError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.still_ours()?;
        let mut text = String::new();
        let base = self.plan.keep;
        // Only the first append after opening may find something to finish; all others cost the same
        // however long the file is.
        if !self.plan.tidy {
            self.finish_last(self.text()?.get(..base).unwrap_or_default(), &mut text);
        }
        let mut ranges = Vec::with_capacity(events.len());
        for event in events {
            text.push('\n');
            let range = self.item(event, self.count + ranges.len() as u64 + 1, base, &mut text)?;
            ranges.push(range);
        }
        self.set_torn_aside()?;
        self.cut_and_write(text.as_bytes())?;
        let (bom, indent) = (self.plan.bom, self.plan.indent);
        self.plan = Plan { bom, indent, keep: base + text.len(), tidy: true, ..Plan::default() };
        self.count += events.len() as u64;
        Ok(ranges)
    }

    /// Ends the last line and, if it lacks one, gives the last kept event its marker.
    fn finish_last(&self, kept: &str, out: &mut String) {
        if !kept.ends_with('\n') {
            out.push('\n');
        }
        if let Some((start, n, recovered)) = self.plan.unmarked {
            let item = format!("{}{out}", kept.get(start..).unwrap_or_default());
            out.push_str(&split::marker_line(self.plan.indent, n, item.as_bytes(), recovered));
        }
    }

    /// Adds an event and its marker to `out`; gives its bytes when `out` is put at `base`.
    fn item(&self, event: &Value, position: u64, base: usize, out: &mut String) -> Result<Range<usize>, JournalError> {
        if event.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(self.unwritable("an event must be a map of keys and values"));
        }
        let item = emit::list_item(event, self.plan.indent);
        match yaml::parse::<Vec<Value>>(&item, "the event") {
            Ok(back) if back.len() == 1 && back.first() == Some(event) => {}
            Ok(_) => return Err(self.unwritable("the event would not read back the same")),
            Err(e) => return Err(self.unwritable(&format!("the event could not be read back: {}", e.message))),
        }
        let n = event.get("n").and_then(Value::as_u64).unwrap_or(position);
        let start = base + out.len();
        out.push_str(&item);
        out.push_str(&split::marker_line(self.plan.indent, n, item.as_bytes(), false));
        Ok(start..start + item.len())
    }

    /// Saves the part of a torn tail that cannot be kept to a new file beside the session.
    fn set_torn_aside(&mut self) -> Result<(), JournalError> {
        if self.plan.torn.is_empty() {
            return Ok(());
        }
        let start = self.plan.torn.start + self.plan.bom;
        let bytes = read_all(&self.file).map_err(JournalError::io("read", &self.path))?;
        let torn = bytes.get(start..).unwrap_or_default();
        let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        for attempt in 1..100u32 {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".torn-{stamp}"));
            if attempt > 1 {
                name.push(format!("-{attempt}"));
            }
            let path = PathBuf::from(name);
            let failed = |e| JournalError::io("set the torn end of the session aside in", &path)(e);
            let file = match self.disk.create_new(&path, 0o600) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                other => other.map_err(failed)?,
            };
            let saved = write_all(self.disk.as_mut(), &file, torn)
                .and_then(|()| self.disk.sync(&file))
                .and_then(|()| self.disk.sync_folder(folder_of(&path)));
            if let Err(e) = saved {
                let _ = self.disk.remove(&path);
                return Err(failed(e));
            }
            return Ok(());
        }
        Err(JournalError::io("find a free name beside", &self.path)(io::ErrorKind::AlreadyExists.into()))
    }

    /// Cuts what is not kept, writes `bytes` and waits for the disk; undoes all on failure.
    fn cut_and_write(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let keep = (self.plan.keep + self.plan.bom) as u64;
        let cut = if keep < self.len { self.disk.set_len(&self.file, keep) } else { Ok(()) };
        if cut.is_ok() {
            self.len = keep;
            // From here on the torn tail is gone from the file and safe beside it.
            self.plan.torn = self.plan.keep..self.plan.keep;
        }
        let done = cut
            .and_then(|()| write_all(self.disk.as_mut(), &self.file, bytes))
            .and_then(|()| self.disk.sync(&self.file));
        let source = match done {
            Ok(()) => {
                self.len += bytes.len() as u64;
                self.restamp();
                return Ok(());
            }
            Err(source) => source,
        };
        let undone = self.disk.set_len(&self.file, self.len).and_then(|()| self.disk.sync(&self.file));
        if undone.is_err() {
            self.closed = Some("a failed write could not be taken back; open the session again to go on".into());
        }
        self.restamp();
        Err(JournalError::NotSaved { path: self.path.clone(), source, restored: undone.is_ok() })
    }

    /// Refuses when this journal was closed by a failure, or somebody else touched the file.
    fn still_ours(&self) -> Result<(), JournalError> {
        if let Some(why) = &self.closed {
            return Err(JournalError::ReadOnly { path: self.path.clone(), why: why.clone() });
        }
        match self.stamp.differs(&self.path) {
            Some(why) => Err(JournalError::Changed { path: self.path.clone(), why }),
            None => Ok(()),
        }
    }

    fn restamp(&mut self) {
        if let Ok(meta) = self.file.metadata() {
            self.stamp = Stamp::of(&meta);
        }
    }

    fn text(&self) -> Result<String, JournalError> {
        let bytes = read_all(&self.file).map_err(JournalError::io("read", &self.path))?;
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.get(self.plan.bom..).unwrap_or_default().utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
        }
        Ok(text)
    }

    fn unwritable(&self, why: &str) -> JournalError {
        JournalError::Unwritable { path: self.path.clone(), why: why.to_owned() }
    }
}

/// A file system without locks is no reason to refuse a file that nobody else can know yet.
fn lock_error(error: fs::TryLockError) -> io::Result<()> {
    match error {
        fs::TryLockError::WouldBlock => Err(io::Error::other("another program locked the new file")),
        fs::TryLockError::Error(_) => Ok(()),
    }
}

/// The whole file from its start, whatever was read before.
fn read_all(file: &File) -> io::Result<Vec<u8>> {
    use std::io::{Seek, SeekFrom};
    let size = file.metadata()?.len();
    if size > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it has {} MiB, which no session has", size >> 20),
        ));
    }
    let mut file = file;
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The header and the `events:` line of a new file.
fn header_text(path: &Path, header: &Value) -> Result<String, JournalError> {
    Ok(format!("{}events: {}\n", header_part(path, header)?, split::MARKED))
}

/// The header, with the blank line after it.
fn header_part(path: &Path, header: &Value) -> Result<String, JournalError> {
    let refuse = |why: &str| Err(JournalError::Unwritable { path: path.to_owned(), why: why.to_owned() });
    if header.get("schema").and_then(Value::as_str) != Some(read::SCHEMA) {
        return refuse("the header must be a map with `schema: session/1`");
    }
    if header.get("events").is_some() {
        return refuse("the header may not hold `events`");
    }
    let text = emit::document(header);
    match yaml::value(&text, "the header") {
        Ok(back) if &back == header => Ok(format!("{text}\n")),
        _ => refuse("the header would not read back the same"),
    }
}
