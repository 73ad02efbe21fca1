//! How a command ends (6-cli.md), and the streams that it uses.

use std::fmt;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use crate::engine::EngineError;

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, and the answer is "no".
    No,
    /// Wrong use: arguments that make no sense, an unknown column, SQL that can't be parsed.
    Usage,
    /// The input can't be read (or the output not written).
    Input,
    /// Cancelled by the user.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do its work: one or two plain sentences, and the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The status.
    pub exit: Exit,
    /// What, where, what to do next.
    pub message: String,
}

impl Failure {
    /// Wrong use.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// Input that can't be read.
    pub fn input(message: impl Into<String>) -> Self {
        Self { exit: Exit::Input, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<EngineError> for Failure {
    fn from(e: EngineError) -> Self {
        let exit = match e {
            EngineError::Input { .. } => Exit::Input,
            EngineError::Request { .. } => Exit::Usage,
            EngineError::Cancelled => Exit::Interrupted,
        };
        Self { exit, message: super::visible::visible(&e.to_string()) }
    }
}

/// What a command gives back.
pub type Outcome = Result<Exit, Failure>;

/// Where a command reads and writes.
pub struct Streams<'a> {
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// True where nobody pipes anything in.
    pub input_is_terminal: bool,
    /// Results.
    pub out: &'a mut dyn Write,
    /// True where people read the results on a terminal.
    pub out_is_terminal: bool,
    /// Messages.
    pub err: &'a mut dyn Write,
    /// True where progress may be drawn over the messages.
    pub err_is_terminal: bool,
}

/// Turns the end of writing into the end of the command: a reader that went away (`| head`) is no failure.
///
/// # Errors
/// When the output can't be written for another reason.
pub fn written(result: io::Result<()>) -> Outcome {
    match result {
        Ok(()) => Ok(Exit::Done),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(e) => Err(Failure::input(format!("The output can't be written: {e}."))),
    }
}
