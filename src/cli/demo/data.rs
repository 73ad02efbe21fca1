//! The demonstration's table on disk: made when it is absent or not as it should be.

use std::fs::{self, DirBuilder};
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::riders::csv;
use super::{RIDERS, SEED};
use crate::journal::{atomic_write_private, home};

/// SHA-256 of the table that this version makes; a test holds that it does.
pub(super) const DIGEST: &str = "4230d90119e60d37f463f217a010c8be22038aae747cbcd2074899782d932d2c";

/// The table's file name.
pub const FILE: &str = "riders.csv";

/// Where the demonstration's session and its data stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Folder of the session.
    pub session: PathBuf,
    /// Folder of the table; it may be emptied at any time.
    pub data: PathBuf,
}

impl Places {
    /// Both in one folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { session: folder.to_owned(), data: folder.to_owned() }
    }

    /// The user's own folders: the session under the state folder (`$XDG_STATE_HOME` or `~/.local/state`), the table
    /// under the cache folder (`$XDG_CACHE_HOME` or `~/.cache`), both in `whyboard/demo`.
    ///
    /// # Errors
    /// A sentence when neither a home nor such folders are known.
    pub fn of_user() -> Result<Self, String> {
        let absolute = |p: PathBuf| p.is_absolute().then_some(p);
        let var = |name: &str| std::env::var_os(name).map(PathBuf::from).and_then(absolute);
        let cache = var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|h| h.join(".cache")));
        match (home::state_folder(), cache) {
            (Some(state), Some(cache)) => {
                Ok(Self { session: state.join("demo"), data: cache.join("whyboard").join("demo") })
            }
            _ => Err("There is no folder for the demonstration, since HOME is not set. \
                      Name one: whyboard demo --in FOLDER."
                .into()),
        }
    }
}

/// Makes a folder and those above it for this user alone (0700); existing ones are left as they are.
pub(super) fn private_folder(folder: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|e| format!("The folder {} can't be made: {e}.", folder.display()))
}

/// The path of the table in this folder, made there (0600, in one step) unless it stands there as it should.
///
/// # Errors
/// A sentence when it can't be written.
pub fn ensure(folder: &Path) -> Result<PathBuf, String> {
    let path = folder.join(FILE);
    if digest(&path).as_deref() == Some(DIGEST) {
        return Ok(path);
    }
    let bytes = csv(SEED, RIDERS);
    if path.is_file() && !begins_alike(&path, &bytes) {
        return Err(format!(
            "{} is not the demonstration's, so it was left alone. Move it away, or name another folder: whyboard demo --in FOLDER.",
            path.display()
        ));
    }
    private_folder(folder)?;
    atomic_write_private(&path, &bytes).map_err(|e| format!("The demonstration's data can't be written. {e}"))?;
    Ok(path)
}

/// Whether a file begins with the header line of the table: then an earlier version, or a damaged one, of ours.
fn begins_alike(path: &Path, table: &[u8]) -> bool {
    let header = table.split_inclusive(|b| *b == b'\n').next().unwrap_or_default();
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|f| f.take(header.len() as u64).read_to_end(&mut head));
    read.is_ok() && head == header
}

/// SHA-256 of a plain file, in hexadecimal.
fn digest(path: &Path) -> Option<String> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let (mut sha, mut file) = (Sha256::new(), fs::File::open(path).ok()?);
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hex(&sha.finalize())),
            n => sha.update(buffer.get(..n)?),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_table_is_the_one_that_the_digest_names() {
        let bytes = csv(SEED, RIDERS);
        assert!(bytes.len() < 8 << 20, "{} bytes", bytes.len());
        assert_eq!(hex(&Sha256::digest(&bytes)), DIGEST);
    }

    #[test]
    fn it_is_private_kept_and_repaired() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        let path = ensure(&folder).unwrap();
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
        let made = fs::metadata(&path).unwrap().modified().unwrap();
        ensure(&folder).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), made);
        let header = fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
        fs::write(&path, format!("{header}\nr1,cut short")).unwrap();
        ensure(&folder).unwrap();
        assert_eq!(digest(&path).unwrap(), DIGEST);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_the_users_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        for mine in ["name,club\nAda,Oslo\n", "rider_id\n", ""] {
            fs::write(&path, mine).unwrap();
            let why = ensure(dir.path()).unwrap_err();
            assert!(why.contains("left alone") && why.contains("--in"), "{why}");
            assert_eq!(fs::read_to_string(&path).unwrap(), mine);
        }
    }

    #[test]
    fn a_folder_in_the_way_is_said() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(FILE)).unwrap();
        let why = ensure(dir.path()).unwrap_err();
        assert!(why.contains("can't be written") && why.contains(FILE), "{why}");
    }
}
