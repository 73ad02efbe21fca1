//! `whyboard demo`: the ride-hailing case, made on the spot, half played to go on with, or told whole as text.
//!
//! | file | holds |
//! |---|---|
//! | `dice` | chance that is the same on every machine |
//! | [`riders`] | the riders, and what is planted among them |
//! | [`data`] | the table on disk |
//! | [`case`] | the format of the script `assets/demo/case.yaml` |
//! | [`play`] | plays a script: all events through `decide`, all figures from the engine |
//! | `tell`, `board`, `page` | the whole case as text |

mod board;
pub mod case;
pub mod data;
mod dice;
mod page;
pub mod play;
pub mod riders;
mod tell;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::engine::{self, ReadOptions, Source, Ticket};
use crate::journal::{Journal, JournalError};

use super::exit::{Exit, Failure, Outcome, written};
use case::Case;
use data::Places;
use play::{Play, Until};

/// Seed of the shipped table.
pub const SEED: u64 = 20_261_005;
/// Its rows.
pub const RIDERS: u32 = 60_000;
/// The session's file name.
const SESSION: &str = "ride-hailing.yaml";

/// `whyboard demo`: a ride-hailing case with its data, half played and ready to go on with.
#[derive(Debug, Clone, Default, Args)]
pub struct DemoArgs {
    /// Start over; what you did before is kept beside it under another name
    #[arg(long)]
    pub fresh: bool,
    /// Tell the whole case as text, with its checks really run; so it is without a terminal
    #[arg(long)]
    pub text: bool,
    /// Keep session and data in this folder instead of your own state and cache folders
    #[arg(long = "in", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// No colours
    #[arg(long)]
    pub no_color: bool,
}

impl DemoArgs {
    fn places(&self) -> Result<Places, Failure> {
        match &self.folder {
            Some(folder) => Ok(Places::in_folder(folder)),
            None => Places::of_user().map_err(Failure::input),
        }
    }

    /// The session to open on the screen, made ready.
    ///
    /// # Errors
    /// When data or session can't be written.
    pub fn session(&self) -> Result<PathBuf, Failure> {
        let places = self.places()?;
        if self.fresh {
            set_aside(&places.session.join(SESSION)).map_err(Failure::input)?;
        }
        prepare_in(&places).map_err(Failure::input)
    }
}

/// Data and session in one folder: made where they are absent, kept and continued where they are there. Gives the
/// session's path.
///
/// # Errors
/// A sentence when something can't be written or computed.
pub fn prepare(folder: &Path) -> Result<PathBuf, String> {
    prepare_in(&Places::in_folder(folder))
}

/// The same in the user's own folders.
///
/// # Errors
/// As [`prepare`]; also when there is no home.
pub fn prepare_default() -> Result<PathBuf, String> {
    prepare_in(&Places::of_user()?)
}

/// The same in given places.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_in(places: &Places) -> Result<PathBuf, String> {
    let table = data::ensure(&places.data)?;
    let session = places.session.join(SESSION);
    if fs::symlink_metadata(&session).is_ok() {
        return Ok(session);
    }
    let case = Case::shipped()?;
    let engine = open_table(&table)?;
    // Beside the session the name alone goes on holding when the folder moves.
    let recorded = if places.session == places.data {
        data::FILE.to_owned()
    } else {
        std::path::absolute(&table).unwrap_or(table).display().to_string()
    };
    let mut play = Play::new(&case, engine.as_ref(), &recorded)?;
    play.run(Until::Half)?;
    match write_session(&play, &session) {
        Ok(()) | Err(JournalError::Exists(_)) => Ok(session),
        Err(e) => Err(e.to_string()),
    }
}

/// Writes a played session to a new file (0600), with the folders above it (0700).
///
/// # Errors
/// When the name is taken or the file can't be written.
pub fn write_session(play: &Play<'_>, path: &Path) -> Result<(), JournalError> {
    let mut journal = Journal::create(path, play.header())?;
    journal.append(&play.values()).map(drop)
}

/// Opens the table.
///
/// # Errors
/// A sentence when it can't be read.
pub fn open_table(path: &Path) -> Result<std::sync::Arc<dyn engine::Engine>, String> {
    let source = Source { path: path.to_owned(), options: ReadOptions::default() };
    engine::open(&source, &Ticket::default()).map_err(|e| e.to_string())
}

/// Gives a session that is there another name, so that a new one can take its place.
fn set_aside(session: &Path) -> Result<(), String> {
    if fs::symlink_metadata(session).is_err() {
        return Ok(());
    }
    let free = (1..1000)
        .map(|i| session.with_file_name(format!("ride-hailing-before-{i}.yaml")))
        .find(|p| fs::symlink_metadata(p).is_err());
    let Some(to) = free else {
        return Err(format!("Too many earlier demonstrations stand beside {}. Remove some.", session.display()));
    };
    fs::rename(session, &to).map_err(|e| format!("{} can't be set aside: {e}.", session.display()))
}

/// Tells the whole case as text: the table is made where it is absent, every check is run. It is also the trial of an
/// installation: [`Exit::No`] with a word on standard error when the explanation that leads at the end is not the one
/// that was planted.
///
/// # Errors
/// When data can't be written or read.
pub fn play_as_text(args: &DemoArgs, out: &mut dyn Write, colour: bool) -> Outcome {
    let table = data::ensure(&args.places()?.data).map_err(Failure::input)?;
    let case = Case::shipped().map_err(Failure::input)?;
    let engine = open_table(&table).map_err(Failure::input)?;
    let mut play = Play::new(&case, engine.as_ref(), data::FILE).map_err(Failure::input)?;
    match tell::whole(&case, &mut play, out, colour) {
        Ok(()) => {}
        Err(tell::Stop::Write(e)) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
        Err(tell::Stop::Write(e)) => return written(Err(e)),
        Err(tell::Stop::Play(why)) => return Err(Failure { exit: Exit::No, message: why }),
    }
    match tell::verdict(&case, &play) {
        None => Ok(Exit::Done),
        Some(why) => Err(Failure { exit: Exit::No, message: why }),
    }
}

#[cfg(test)]
mod tests;
