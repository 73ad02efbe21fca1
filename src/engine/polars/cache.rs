//! Columnar copies of large text tables, so that any row is at hand at once and the next opening is immediate.
//!
//! A table has a folder of its own under the user's cache folder, private to the user: `meta.json`, and one Arrow IPC
//! file for each part. The folder's name says which file it was made of, how large and how old that file was, and how
//! it was read. A folder that is in use is locked; the oldest ones give way when all together grow too large.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ::polars::prelude::{DataFrame, DataType, IpcCompression, IpcReader, IpcWriter, SerReader, SerWriter, TimeUnit};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::guarded;
use crate::engine::{CachedTable, EngineError, ReadOptions};
use crate::query::ReadingReport;

/// Changes when the files are written otherwise or text is read otherwise: older folders are then not used any more.
const VERSION: u32 = 2;
/// All folders together take at most this many megabytes unless `WHYBOARD_CACHE_MB` says otherwise.
const ROOM_MB: u64 = 8192;
const META: &str = "meta.json";
const LOCK: &str = "lock";
/// Folders being written end so; those of a program that died are swept after a day.
const DRAFT: &str = ".draft";

/// What a folder holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meta {
    version: u32,
    /// The file it was made of.
    source: PathBuf,
    /// Names and types of the columns.
    columns: Vec<(String, String)>,
    /// Rows of each part.
    pub rows: Vec<usize>,
    /// How the file was read.
    pub report: ReadingReport,
}

impl Meta {
    /// For columns of the few types that text is read as.
    pub fn new(source: &Path, columns: &[(String, DataType)], rows: Vec<usize>, report: ReadingReport) -> Self {
        let columns = columns.iter().map(|(name, dtype)| (name.clone(), word(dtype).to_owned())).collect();
        Self { version: VERSION, source: source.to_owned(), columns, rows, report }
    }

    /// Names and types; `None` when a type is not known.
    pub fn fields(&self) -> Option<Vec<(String, DataType)>> {
        self.columns.iter().map(|(name, word)| Some((name.clone(), dtype(word)?))).collect()
    }
}

fn word(dtype: &DataType) -> &'static str {
    match dtype {
        DataType::Int64 => "int",
        DataType::Float64 => "float",
        DataType::Boolean => "bool",
        DataType::Date => "date",
        DataType::Datetime(..) => "moment",
        _ => "text",
    }
}

fn dtype(word: &str) -> Option<DataType> {
    Some(match word {
        "int" => DataType::Int64,
        "float" => DataType::Float64,
        "bool" => DataType::Boolean,
        "date" => DataType::Date,
        "moment" => DataType::Datetime(TimeUnit::Microseconds, None),
        "text" => DataType::String,
        _ => return None,
    })
}

/// Where copies are kept and how much room they have. `None`: nowhere (no home, or switched off).
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
    room: u64,
}

impl Cache {
    /// The user's: `$XDG_CACHE_HOME/whyboard/tables`, else `~/.cache/whyboard/tables`.
    pub fn of_user() -> Option<Self> {
        let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|h| h.join(".cache")))?;
        let megabytes = env::var("WHYBOARD_CACHE_MB").ok().and_then(|t| t.trim().parse().ok()).unwrap_or(ROOM_MB);
        (megabytes > 0).then(|| Self { root: base.join("whyboard/tables"), room: megabytes << 20 })
    }

    /// In a folder, with room for so many bytes.
    #[cfg(test)]
    pub fn at(root: &Path, room: u64) -> Self {
        Self { root: root.to_owned(), room }
    }

    /// The name of the folder for a file as it is now, read in this way.
    pub fn key(path: &Path, file: &File, options: &ReadOptions) -> Option<String> {
        let meta = file.metadata().ok()?;
        let mut sha = Sha256::new();
        sha.update(VERSION.to_le_bytes());
        sha.update(fs::canonicalize(path).ok()?.as_os_str().as_encoded_bytes());
        for number in [meta.dev(), meta.ino(), meta.len()] {
            sha.update(number.to_le_bytes());
        }
        for number in [meta.mtime(), meta.mtime_nsec()] {
            sha.update(number.to_le_bytes());
        }
        sha.update(serde_json::to_vec(options).ok()?);
        Some(sha.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect())
    }

    /// The copy of that name, if there is a whole one.
    pub fn find(&self, key: &str) -> Option<(Arc<Folder>, Meta)> {
        let path = self.root.join(key);
        let meta: Meta = serde_json::from_slice(&fs::read(path.join(META)).ok()?).ok()?;
        if meta.version != VERSION || meta.fields().is_none() {
            return None;
        }
        let folder = Folder::open(path)?;
        // Used now: others give way first.
        if let Ok(file) = File::options().append(true).open(folder.path.join(META)) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some((Arc::new(folder), meta))
    }

    /// Begins a copy.
    ///
    /// # Errors
    /// When the cache can't be written to.
    pub fn begin(&self, key: &str) -> Result<Draft, EngineError> {
        let prefix = format!("{key}.");
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.root);
        let made = made.and_then(|()| tempfile::Builder::new().prefix(&prefix).suffix(DRAFT).tempdir_in(&self.root));
        let folder = made.map_err(|e| unwritable(&self.root, &e))?;
        Ok(Draft { cache: self.clone(), key: key.to_owned(), folder })
    }

    /// A file without a name beside the copies; `None` where there is no room for one.
    pub fn spool(&self) -> Option<File> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.root).ok()?;
        tempfile::tempfile_in(&self.root).ok()
    }

    /// The copies, those used last first.
    pub fn list(&self) -> Vec<CachedTable> {
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let mut out: Vec<CachedTable> = entries
            .flatten()
            .filter_map(|e| {
                let path = e.path();
                let meta: Meta = serde_json::from_slice(&fs::read(path.join(META)).ok()?).ok()?;
                let used = fs::metadata(path.join(META)).and_then(|m| m.modified()).ok()?;
                let rows = meta.rows.iter().map(|n| *n as u64).sum();
                Some(CachedTable { source: meta.source, rows, bytes: size(&path), used, folder: path })
            })
            .collect();
        out.sort_by_key(|t| std::cmp::Reverse(t.used));
        out
    }

    /// Takes away all copies that nobody uses; bytes freed, and copies left because they are in use.
    pub fn clear(&self) -> (u64, usize) {
        let (mut freed, mut left) = (0, 0);
        for table in self.list() {
            if remove(&table.folder) {
                freed += table.bytes;
            } else {
                left += 1;
            }
        }
        self.sweep_drafts();
        (freed, left)
    }

    /// Makes room: the copies that were not used for longest go first.
    fn sweep(&self) {
        self.sweep_drafts();
        let mut total = 0;
        for table in self.list() {
            total += table.bytes;
            if total > self.room && remove(&table.folder) {
                total -= table.bytes;
            }
        }
    }

    fn sweep_drafts(&self) {
        const OLD: std::time::Duration = std::time::Duration::from_secs(86_400);
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let path = entry.path();
            let draft = path.to_string_lossy().ends_with(DRAFT);
            let old = entry.metadata().and_then(|m| m.modified()).is_ok_and(|m| m.elapsed().is_ok_and(|e| e >= OLD));
            if draft && old {
                let _ = fs::remove_dir_all(path);
            }
        }
    }
}

fn size(folder: &Path) -> u64 {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|e| e.metadata().ok()).map(|m| m.len()).sum()
}

/// Takes a folder away unless somebody uses it.
fn remove(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join(LOCK)) else { return fs::remove_dir_all(folder).is_ok() };
    lock.try_lock().is_ok() && fs::remove_dir_all(folder).is_ok()
}

fn unwritable(path: &Path, error: &std::io::Error) -> EngineError {
    EngineError::input(
        format!("The copy of the table can't be written to {}: {error}.", path.display()),
        "Free some disk space, or set WHYBOARD_CACHE_MB=0 to read without a copy.",
    )
}

fn file_name(part: usize) -> String {
    format!("{part:06}.arrow")
}

/// A copy in use.
pub struct Folder {
    path: PathBuf,
    /// Held (shared) while the copy is in use.
    _lock: File,
}

impl Folder {
    fn open(path: PathBuf) -> Option<Self> {
        let lock = File::open(path.join(LOCK)).ok()?;
        lock.try_lock_shared().ok()?;
        Some(Self { path, _lock: lock })
    }

    /// Some columns of a part.
    pub fn read(&self, part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let path = self.path.join(file_name(part));
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        let file = File::open(&path).map_err(|e| {
            EngineError::input(format!("The copy of the table is gone ({}: {e}).", path.display()), "Open it again.")
        })?;
        guarded("The copy of the table is broken", || IpcReader::new(file).with_columns(Some(names)).finish())
    }

    /// The files of the first so many parts.
    pub fn paths(&self, parts: usize) -> Vec<PathBuf> {
        (0..parts).map(|i| self.path.join(file_name(i))).collect()
    }
}

/// A copy that is being written; it is taken away again unless it is finished.
pub struct Draft {
    cache: Cache,
    key: String,
    folder: tempfile::TempDir,
}

impl Draft {
    /// Writes a part; one that is there is replaced.
    ///
    /// # Errors
    /// A full disk, for example.
    pub fn write(&self, part: usize, frame: &mut DataFrame) -> Result<(), EngineError> {
        let path = self.folder.path().join(file_name(part));
        let file = private(&path).map_err(|e| unwritable(&path, &e))?;
        let mut buffered = std::io::BufWriter::with_capacity(1 << 20, file);
        guarded("The copy of the table can't be written", || {
            IpcWriter::new(&mut buffered).with_compression(Some(IpcCompression::LZ4)).finish(frame)
        })?;
        buffered.flush().map_err(|e| unwritable(&path, &e))
    }

    /// A part that was written before.
    pub fn read(&self, part: usize) -> Result<DataFrame, EngineError> {
        let path = self.folder.path().join(file_name(part));
        let file = File::open(&path).map_err(|e| unwritable(&path, &e))?;
        guarded("The copy of the table is broken", || IpcReader::new(file).finish())
    }

    /// Gives the copy its name.
    ///
    /// # Errors
    /// As [`Draft::write`].
    pub fn finish(self, meta: &Meta) -> Result<Arc<Folder>, EngineError> {
        let (from, to) = (self.folder.path().to_owned(), self.cache.root.join(&self.key));
        let text = serde_json::to_vec_pretty(meta).unwrap_or_default();
        let written = private(&from.join(LOCK))
            .and_then(|_| private(&from.join(META)))
            .and_then(|mut file| file.write_all(&text));
        written.map_err(|e| unwritable(&from, &e))?;
        if fs::rename(&from, &to).is_err() {
            // Another program made the same copy meanwhile: it serves as well, unless it is an old or broken one.
            if let Some((folder, _)) = self.cache.find(&self.key) {
                return Ok(folder);
            }
            remove(&to);
            fs::rename(&from, &to).map_err(|e| unwritable(&to, &e))?;
        }
        // It bears its own name now.
        let _ = self.folder.keep();
        let folder = Folder::open(to.clone())
            .ok_or_else(|| EngineError::input(format!("The copy {} can't be opened.", to.display()), "Try again."))?;
        self.cache.sweep();
        Ok(Arc::new(folder))
    }
}

fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ::polars::prelude::Column;

    fn frame(from: i64) -> DataFrame {
        let numbers: Vec<i64> = (from..from + 1000).collect();
        let texts: Vec<String> = numbers.iter().map(|n| format!("text number {n}")).collect();
        DataFrame::new(1000, vec![Column::new("n".into(), numbers), Column::new("t".into(), texts)]).unwrap()
    }

    fn made(cache: &Cache, key: &str) -> Arc<Folder> {
        let draft = cache.begin(key).unwrap();
        draft.write(0, &mut frame(0)).unwrap();
        draft.write(1, &mut frame(1000)).unwrap();
        let fields = [("n".to_owned(), DataType::Int64), ("t".to_owned(), DataType::String)];
        draft.finish(&Meta::new(Path::new("/x.csv"), &fields, vec![1000, 1000], ReadingReport::default())).unwrap()
    }

    #[test]
    fn what_is_written_is_found_again_and_private() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::at(home.path(), 1 << 30);
        assert!(cache.find("k").is_none());
        drop(made(&cache, "k"));
        let (folder, meta) = cache.find("k").unwrap();
        assert_eq!(meta.rows, [1000, 1000]);
        assert_eq!(meta.fields().unwrap()[1], ("t".to_owned(), DataType::String));
        let part = folder.read(1, &["t"]).unwrap();
        assert_eq!((part.height(), part.width()), (1000, 1));
        assert_eq!(part.column("t").unwrap().get(3).unwrap().to_string(), "\"text number 1003\"");
        for entry in fs::read_dir(home.path().join("k")).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().mode() & 0o077, 0);
        }
    }

    #[test]
    fn an_unfinished_copy_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::at(home.path(), 1 << 30);
        let draft = cache.begin("k").unwrap();
        draft.write(0, &mut frame(0)).unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_oldest_give_way_but_none_in_use() {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::at(home.path(), 1);
        let used = made(&cache, "used");
        drop(made(&cache, "old"));
        drop(made(&cache, "new"));
        let names: Vec<String> =
            cache.list().iter().map(|t| t.folder.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert!(names.contains(&"used".to_owned()) && !names.contains(&"old".to_owned()), "{names:?}");
        assert_eq!(cache.clear().1, 1);
        drop(used);
        assert!(cache.clear().0 > 0);
        assert!(cache.list().is_empty());
    }
}
