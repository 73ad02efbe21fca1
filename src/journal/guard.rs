//! Keeping others out, and noticing them: lock, links, changes.
//!
//! The lock is an advisory lock (`flock`) on the session file itself: it leaves nothing behind and
//! the system drops it when the process ends, however it ends. A rewrite puts a new file under the
//! name; it locks that file before the rename. An opener that locked the old file meanwhile notices
//! that the name leads elsewhere, and starts over.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::JournalError;
use super::disk::folder_of;

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    /// The stamp of an open file or a path.
    pub fn of(meta: &Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino(), size: meta.size(), modified: (meta.mtime(), meta.mtime_nsec()) }
    }

    /// Says what the path has become since this stamp was taken; `None` if nothing.
    pub fn differs(&self, path: &Path) -> Option<&'static str> {
        let Ok(now) = fs::metadata(path).map(|m| Self::of(&m)) else { return Some("was moved or removed") };
        if (now.device, now.inode) != (self.device, self.inode) {
            Some("was replaced by another file")
        } else if now != *self {
            Some("was changed by another program")
        } else {
            None
        }
    }
}

/// How an opened file may be used.
pub enum Access {
    /// Locked for writing by us. The second is a word of caution, if locks do not work here.
    Write(File, Option<String>),
    /// To be read only, and why.
    Read(File, String),
}

/// Opens a session without waiting, whatever stands under its name.
pub fn open(path: &Path) -> Result<Access, JournalError> {
    let failed = |e| JournalError::io("open", path)(e);
    if let Err(e) = check_link(path) {
        return Ok(Access::Read(open_plain(path, false).map_err(failed)?, e.to_string()));
    }
    // A rename between opening and locking is rare, and several in a row are absurd.
    for _ in 0..20 {
        let file = match open_plain(path, true) {
            Ok(file) => file,
            Err(e) if matches!(e.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
                let file = open_plain(path, false).map_err(failed)?;
                return Ok(Access::Read(file, "you may read this file, but not write to it".into()));
            }
            Err(e) => return Err(failed(e)),
        };
        let mut caution = None;
        match lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let who = holder(&file).map_or(String::new(), |pid| format!(" (pid {pid})"));
                return Ok(Access::Read(file, format!("it is open in another whyboard{who}")));
            }
            Err(TryLockError::Error(e)) => {
                caution = Some(format!("this file system has no locks ({e}); do not open the session twice"));
            }
        }
        let here = file.metadata().map_err(failed)?;
        if fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (here.dev(), here.ino())) {
            return Ok(Access::Write(file, caution));
        }
    }
    Err(failed(io::Error::other("another program keeps replacing it")))
}

/// Locks, if need be at the sixth try in 25 ms: a process that is just starting a helper program
/// shares its files with it for a moment, also those that it has closed itself.
fn lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..5 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(5)),
            other => return other,
        }
    }
    file.try_lock()
}

/// Reads a session's bytes without its lock, for looking only.
///
/// # Errors
/// [`JournalError::Io`] when there is no such file, or it is not a plain one.
pub fn read_file(path: &Path) -> Result<Vec<u8>, JournalError> {
    let mut bytes = Vec::new();
    open_plain(path, false)
        .and_then(|mut file| std::io::Read::read_to_end(&mut file, &mut bytes))
        .map_err(JournalError::io("open", path))?;
    Ok(bytes)
}

/// Opens a regular file and nothing else: no waiting for a pipe's writer, no endless device.
fn open_plain(path: &Path, write: bool) -> io::Result<File> {
    let regular = |meta: &Metadata| {
        if meta.is_file() {
            Ok(())
        } else if meta.is_dir() {
            Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file"))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
        }
    };
    regular(&fs::metadata(path)?)?;
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).append(write).custom_flags(flags).open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// Which process holds the lock, as far as the system tells (Linux lists locks in `/proc/locks`).
fn holder(file: &File) -> Option<u32> {
    let inode = file.metadata().ok()?.ino().to_string();
    let table = fs::read_to_string("/proc/locks").ok()?;
    table.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, kind, _, _, pid, place, ..] = words.as_slice() else { return None };
        let here = *kind == "FLOCK" && place.rsplit(':').next() == Some(inode.as_str());
        pid.parse().ok().filter(|pid| here && *pid > 0)
    })
}

/// Where a write to `path` goes: the path itself, or what an own link leads to.
///
/// # Errors
/// [`JournalError::Link`] for a link of another user, a link to another user's file, a link in or
/// into a folder where everybody may write, and a link that leads nowhere: each could have been laid
/// by somebody else to make us write where we should not.
pub fn check_link(path: &Path) -> Result<PathBuf, JournalError> {
    let Ok(meta) = fs::symlink_metadata(path) else { return Ok(path.to_owned()) };
    if !meta.is_symlink() {
        return Ok(path.to_owned());
    }
    let refuse = |why: &str| Err(JournalError::Link { path: path.to_owned(), why: why.to_owned() });
    let Ok(target) = fs::canonicalize(path) else { return refuse("it leads nowhere") };
    let me = rustix::process::geteuid().as_raw();
    if meta.uid() != me {
        return refuse("another user made it");
    }
    if fs::metadata(&target).is_ok_and(|m| m.uid() != me) {
        return refuse("the file it leads to belongs to another user");
    }
    let open_to_all = |path: &Path| fs::metadata(folder_of(path)).is_ok_and(|m| m.mode() & 0o002 != 0);
    if open_to_all(path) || open_to_all(&target) {
        return refuse("everybody may write to its folder");
    }
    Ok(target)
}
