//! The file that is written: first beside its place, then in it.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use crate::engine::EngineError;
use crate::query::Export;

/// A file beside the target; dropped unfinished, it is taken away again.
pub struct Target {
    path: PathBuf,
    file: NamedTempFile,
    replace: bool,
}

impl Target {
    /// Begins, without touching a file of that name.
    ///
    /// # Errors
    /// What is there and may not be replaced, and a folder that can't be written to.
    pub fn new(export: &Export) -> Result<Self, EngineError> {
        let path = PathBuf::from(&export.path);
        let mut mode = None;
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => {
                return Err(EngineError::request(format!("{} is a folder.", path.display()), "Name a file in it."));
            }
            Ok(meta) if !meta.is_file() => {
                let what = if meta.is_symlink() { "a link" } else { "no regular file" };
                return Err(EngineError::request(
                    format!("{} is {what}, which is not written over.", path.display()),
                    "Choose another name.",
                ));
            }
            Ok(_) if !export.replace => return Err(exists(&path)),
            Ok(meta) => mode = Some(meta.permissions().mode() & 0o777),
            Err(_) => {}
        }
        let folder =
            path.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from);
        if path.file_name().is_none() {
            return Err(EngineError::request(format!("\"{}\" names no file.", export.path), "Write a file's name."));
        }
        let made = tempfile::Builder::new()
            .prefix(".whyboard-export-")
            .suffix(".tmp")
            // What the user's umask allows: the file is meant to be handed on.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(&folder);
        let file = made.map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => EngineError::request(
                format!("The folder {} does not exist.", folder.display()),
                "Make it first, or choose another place.",
            ),
            io::ErrorKind::NotADirectory => {
                EngineError::request(format!("{} is no folder.", folder.display()), "Choose another place.")
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => EngineError::request(
                format!("Nothing may be written in the folder {}.", folder.display()),
                "Choose another place.",
            ),
            _ => trouble(&path, &e),
        })?;
        if let Some(mode) = mode {
            file.as_file().set_permissions(Permissions::from_mode(mode)).map_err(|e| trouble(&path, &e))?;
        }
        Ok(Self { path, file, replace: export.replace })
    }

    /// The file to write to.
    ///
    /// # Errors
    /// When the system gives no second handle.
    pub fn file(&self) -> Result<File, EngineError> {
        self.file.as_file().try_clone().map_err(|e| self.failed(&e))
    }

    /// Says why writing failed.
    pub fn failed(&self, error: &io::Error) -> EngineError {
        trouble(&self.path, error)
    }

    /// The same for an error of the library.
    pub fn failed_polars(&self, error: &::polars::prelude::PolarsError) -> EngineError {
        if let ::polars::prelude::PolarsError::IO { error, .. } = error {
            return self.failed(error);
        }
        EngineError::request(
            format!("{} can't be written: {}.", self.path.display(), super::super::first_line(&error.to_string())),
            "Choose another format, such as .csv.",
        )
    }

    /// Puts the file in its place; its bytes.
    ///
    /// # Errors
    /// A full disk, or a file that has come meanwhile.
    pub fn finish(self) -> Result<u64, EngineError> {
        let bytes = self.file.as_file().sync_all().and_then(|()| self.file.as_file().metadata());
        let bytes = bytes.map_err(|e| trouble(&self.path, &e))?.len();
        if self.replace {
            self.file.persist(&self.path).map_err(|e| trouble(&self.path, &e.error))?;
        } else {
            self.file.persist_noclobber(&self.path).map_err(|e| match e.error.kind() {
                io::ErrorKind::AlreadyExists => exists(&self.path),
                _ => trouble(&self.path, &e.error),
            })?;
        }
        Ok(bytes)
    }
}

fn exists(path: &std::path::Path) -> EngineError {
    EngineError::request(
        format!("{} exists already and was left alone.", path.display()),
        "Choose another name, or let it be replaced.",
    )
}

fn trouble(path: &std::path::Path, error: &io::Error) -> EngineError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            EngineError::request(
                format!("There is no room for {}; nothing was written.", path.display()),
                "Make room, or choose another place.",
            )
        }
        _ => EngineError::request(
            format!("{} can't be written: {error}; nothing was changed.", path.display()),
            "Choose another place.",
        ),
    }
}
