//! Whole files replaced in one step: a reader finds the old content or the new, never a half.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::JournalError;
use super::disk::{Disk, RealDisk, folder_of, write_all};
use super::guard::check_link;

/// Writes a file that is meant to be handed on, such as a report. A file that is replaced keeps its
/// permissions; a new one gets those that the user's umask allows.
///
/// # Errors
/// [`JournalError::Link`], [`JournalError::Io`] (nothing changed), or [`JournalError::NotSynced`].
pub fn atomic_write(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    replace(&mut RealDisk, path, bytes, 0o666, true).map(drop)
}

/// Writes a file that only this user may read (0600), such as a list of recent sessions.
///
/// # Errors
/// As [`atomic_write`].
pub fn atomic_write_private(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    replace(&mut RealDisk, path, bytes, 0o600, false).map(drop)
}

/// A new file beside `target` with all of `bytes` in it and on the disk.
pub(super) fn beside(
    disk: &mut dyn Disk,
    target: &Path,
    bytes: &[u8],
    mode: u32,
) -> Result<(PathBuf, File), JournalError> {
    let failed = |e| JournalError::io("write beside", target)(e);
    let (temp, file) = fresh(disk, target, mode).map_err(failed)?;
    if let Err(e) = write_all(disk, &file, bytes).and_then(|()| disk.sync(&file)) {
        let _ = disk.remove(&temp);
        return Err(failed(e));
    }
    Ok((temp, file))
}

/// A new, empty, hidden file beside `target`; its name is never one that exists.
fn fresh(disk: &mut dyn Disk, target: &Path, mode: u32) -> io::Result<(PathBuf, File)> {
    let name =
        target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let mut taken = io::Error::other("no free name for a temporary file");
    for attempt in 0..100u32 {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temp = folder_of(target).join(hidden);
        match disk.create_new(&temp, mode) {
            Ok(file) => return Ok((temp, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => taken = e,
            Err(e) => return Err(e),
        }
    }
    Err(taken)
}

/// Puts `bytes` in the place of `path`; gives the path written to, links resolved.
pub(super) fn replace(
    disk: &mut dyn Disk,
    path: &Path,
    bytes: &[u8],
    mode: u32,
    keep_mode: bool,
) -> Result<PathBuf, JournalError> {
    let target = check_link(path)?;
    let failed = |e| JournalError::io("write", &target)(e);
    let old = fs::symlink_metadata(&target).ok();
    if old.as_ref().is_some_and(|m| !m.is_file()) {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "something that is not a file has that name")));
    }
    let (temp, file) = beside(disk, &target, bytes, mode)?;
    let moved = match old.filter(|_| keep_mode) {
        Some(meta) => file.set_permissions(Permissions::from_mode(meta.mode() & 0o777)),
        None => Ok(()),
    }
    .and_then(|()| disk.rename(&temp, &target));
    if let Err(e) = moved {
        let _ = disk.remove(&temp);
        return Err(failed(e));
    }
    disk.sync_folder(folder_of(&target)).map_err(|source| JournalError::NotSynced { path: target.clone(), source })?;
    Ok(target)
}

/// Makes a folder and those above it, for this user alone (0700); existing ones are left as they are.
pub(super) fn private_folder(folder: &Path) -> Result<(), JournalError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(JournalError::io("make the folder", folder))
}
