//! `new`, `open` and the interactive `replay`.

use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Failure, Outcome};
use super::load::{beside, find_playbook};
use super::workbench::Begin;
use super::workbench_begin;
use crate::app::forms::table_name;

/// `whyboard new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// The session's file; one YAML file holds everything
    #[arg(value_name = "NAME.yaml")]
    pub path: Option<PathBuf>,
    /// Playbook: an id or a path
    #[arg(long, value_name = "PLAYBOOK", default_value = "churn")]
    pub playbook: String,
    /// A table: a path, name=path, or - for standard input
    #[arg(long, value_name = "DATA")]
    pub data: Vec<String>,
}

/// `whyboard open`.
#[derive(Debug, Clone, Args)]
pub struct OpenArgs {
    /// The session's file
    #[arg(value_name = "S.yaml")]
    pub path: PathBuf,
}

/// `whyboard replay` on the screens.
///
/// # Errors
/// A file that is missing or no session.
pub fn replay(path: &Path, at: Option<usize>, speed: Option<f64>, no_color: bool) -> Outcome {
    super::load::read_session(path).map_err(|e| Failure::input(e.to_string()))?;
    let begin =
        Begin { open: Some(path.to_path_buf()), replay: Some(at.unwrap_or(0)), speed, no_color, ..Begin::default() };
    workbench_begin(&begin, "`whyboard replay --headless` plays a session as text")
}

/// Starts a session. Everything that can be wrong is found before the file is made.
///
/// # Errors
/// An unknown playbook, data that can't be read, a file that exists.
pub fn new(args: &NewArgs) -> Outcome {
    let path = match &args.path {
        Some(p) if p.extension().is_some_and(|e| e == "yaml" || e == "yml") => p.clone(),
        Some(p) => {
            let mut name = p.clone().into_os_string();
            name.push(".yaml");
            name.into()
        }
        None => PathBuf::from(format!("session-{}.yaml", jiff::ZonedDateTime::now().strftime("%Y-%m-%d"))),
    };
    if path.exists() {
        return Err(Failure::usage(format!(
            "{} exists already and was left alone. `whyboard open` continues it, or choose another name.",
            path.display()
        )));
    }
    find_playbook(&args.playbook, path.parent()).map_err(Failure::usage)?;
    if !io::stdout().is_terminal() {
        return Err(Failure::usage(
            "This needs a terminal; `whyboard profile DATA` and `whyboard kpi DATA` look at data as text.",
        ));
    }
    let mut tables = Vec::new();
    for data in &args.data {
        tables.push(table(data, &path)?);
    }
    let begin = Begin { create: Some((path, args.playbook.clone(), tables)), ..Begin::default() };
    workbench_begin(&begin, "`whyboard profile DATA` looks at the data as text")
}

/// A table's name and its path as the session records it.
fn table(data: &str, session: &Path) -> Result<(String, String), Failure> {
    let (name, path) = match data.split_once('=') {
        Some((name, path)) if !name.contains(['/', '.']) => (name.to_owned(), path.to_owned()),
        _ => (table_name(data), data.to_owned()),
    };
    if path == "-" {
        let spooled = spool(session)?;
        let name = if data == "-" { "stdin".to_owned() } else { name };
        return Ok((name, beside(session, &spooled)));
    }
    let meta = fs::metadata(&path).map_err(|e| {
        let why = match e.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
            _ => e.to_string(),
        };
        Failure::input(format!("The data {path} can't be read: {why}. No session was made."))
    })?;
    if meta.is_dir() {
        return Err(Failure::input(format!(
            "{path} is a directory. Name a CSV, Parquet or JSON file. No session was made."
        )));
    }
    if meta.is_file() && meta.len() == 0 {
        return Err(Failure::input(format!("{path} is empty. No session was made.")));
    }
    Ok((name, beside(session, Path::new(&path))))
}

/// Standard input is kept beside the session, so that the session can be opened again.
fn spool(session: &Path) -> Result<PathBuf, Failure> {
    let target = session.with_extension("stdin.csv");
    let fail = |e: io::Error| Failure::input(format!("Standard input can't be kept in {}: {e}.", target.display()));
    let mut file: File = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target).map_err(fail)?;
    let copied = io::copy(&mut io::stdin().lock(), &mut file).map_err(fail)?;
    if copied == 0 {
        let _ = fs::remove_file(&target);
        return Err(Failure::input("Standard input is empty. No session was made."));
    }
    Ok(target)
}

/// Continues a session.
///
/// # Errors
/// A file that is missing or no session.
pub fn open(args: &OpenArgs) -> Outcome {
    // Said on the shell, not on a screen that opens for nothing.
    super::load::read_session(&args.path).map_err(|e| Failure::input(e.to_string()))?;
    let begin = Begin { open: Some(args.path.clone()), ..Begin::default() };
    workbench_begin(&begin, "`whyboard board` and `whyboard replay --headless` show a session as text")
}
