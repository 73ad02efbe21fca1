//! `whyboard rerun S.yaml --data NAME=PATH… [-o CHILD.yaml]`: every check once more, and a child session with what came
//! out.
//!
//! | file | holds |
//! |---|---|
//! | `again` | a check or a look as it was run, and once more |
//! | `verdict` | what became of it |
//! | `child` | the events of the child session |
//! | `show` | the result in its forms |

mod again;
mod child;
mod show;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::board::session_at;
use super::data_args::OutputArgs;
use super::exit::{Exit, Failure, Outcome, Streams, written};
use super::load::{beside, resolve};
use super::progress;
use super::visible::visible;
use crate::app::read_options;
use crate::domain::board::BoardView;
use crate::domain::session::{Session, TableState};
use crate::engine::{self, ByName, Engine, EngineError, ReadOptions, Source};
use crate::query::{sql_tables, sql_words};
use again::Again;
use verdict::Became;

/// Arguments of `rerun`.
#[derive(Debug, Clone, Args)]
pub struct RerunArgs {
    /// The session
    #[arg(value_name = "S.yaml")]
    pub path: PathBuf,
    /// Another file for a table of the session: name=path, or the path alone where the session has one table. Tables that
    /// are not named are read from where they were
    #[arg(long, value_name = "NAME=PATH")]
    pub data: Vec<String>,
    /// Where the child session goes (beside the session otherwise: S.rerun.yaml, S.rerun-2.yaml …)
    #[arg(short, long, value_name = "CHILD.yaml")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// A table of the session, opened for this run.
struct Opened {
    /// Its path as the child records it.
    path: String,
    /// It is another file than the session's.
    replaced: bool,
    /// It has to be recorded anew.
    attach: bool,
    engine: Arc<dyn Engine>,
}

type Tables = BTreeMap<String, Opened>;

/// Runs the command: exit 1 where another hypothesis leads than before.
///
/// # Errors
/// Exit 2 for a session without checks and for names that do not fit, 3 for what can't be read or written.
pub fn run(args: &RerunArgs, streams: &mut Streams<'_>) -> Outcome {
    let looked = session_at(&args.path, None, streams)?;
    let session = &looked.session;
    let playbook = looked.playbook.as_deref();
    let shown = visible(&args.path.display().to_string());
    if session.state.checks.is_empty() {
        return Err(Failure::usage(format!(
            "{shown} has no check that was run. Run one in 3 Explore first; a rerun repeats it on other data."
        )));
    }
    let Some(binding) = session.state.kpi.clone() else {
        return Err(Failure::usage(format!("{shown} has no KPI. Bind one on 1 Problem first; checks are of a KPI.")));
    };
    let named = named(session, &args.data)?;
    let to = child::path(&args.path, args.out.as_deref())?;
    let mut tables = Tables::new();
    let mut not_open = Vec::new();
    for table in &session.state.tables {
        match open(session, &args.path, &to, table, &named, streams) {
            Ok(opened) => drop(tables.insert(table.data.clone(), opened)),
            // The KPI's table, and what was named, must be there; a check that misses another one says so.
            Err(e) if e == EngineError::Cancelled || named.contains_key(&table.data) || table.data == binding.data => {
                return Err(e.into());
            }
            Err(e) => not_open.push(format!("{} could not be opened: {e}", table.data)),
        }
    }
    let all: Vec<(String, Arc<dyn Engine>)> = tables.iter().map(|(n, t)| (n.clone(), t.engine.clone())).collect();
    let mut became = Vec::new();
    for record in latest(session) {
        let again = Again::of(session, playbook, &binding, record);
        let label = format!("running {} again", record.check);
        let found = progress::run(&label, streams.err_is_terminal, |ticket| {
            Ok::<_, EngineError>(match again.run(&binding, &all, ticket) {
                Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
                other => other.map_err(|e| e.to_string()),
            })
        })?;
        became.push(Became::of(record, again, found));
    }
    let before = BoardView::of(session, playbook);
    let made = child::make(&args.path, &to, &looked, &tables, &became, streams)?;
    let after = BoardView::of(&made.session, playbook);
    let told = show::Told { session, before: &before, after: &after, became: &became, child: &to, not_open };
    written(told.write(&args.output, streams))?;
    Ok(if told.verdict_changed() { Exit::No } else { Exit::Done })
}

/// The latest run of each check, in the order in which they were first run.
fn latest(session: &Session) -> Vec<&crate::domain::session::CheckRecord> {
    let mut seen = std::collections::BTreeSet::new();
    let ids = session.state.checks.iter().map(|c| c.check.as_str()).filter(|id| seen.insert(*id));
    ids.filter_map(|id| session.state.latest_check(id)).collect()
}

/// The files that were named, by table.
fn named(session: &Session, data: &[String]) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let tables: Vec<&str> = session.state.tables.iter().map(|t| t.data.as_str()).collect();
    let mut out = BTreeMap::new();
    for text in data {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) if !name.contains(['/', '.']) => (name, path),
            _ => match tables.as_slice() {
                [one] => (*one, text.as_str()),
                many => {
                    return Err(Failure::usage(format!(
                        "{}: the session has {} tables ({}). Say which one it is, as in name=path.",
                        visible(text),
                        many.len(),
                        visible(&many.join(", "))
                    )));
                }
            },
        };
        if !tables.contains(&name) {
            return Err(Failure::usage(format!(
                "The session has no table {}. Its tables are {}.",
                visible(name),
                visible(&tables.join(", "))
            )));
        }
        if out.insert(name.to_owned(), PathBuf::from(path)).is_some() {
            return Err(Failure::usage(format!("The table {} is named twice. Name each once.", visible(name))));
        }
    }
    Ok(out)
}

fn open(
    session: &Session,
    at: &Path,
    child: &Path,
    table: &TableState,
    named: &BTreeMap<String, PathBuf>,
    streams: &Streams<'_>,
) -> Result<Opened, EngineError> {
    let label = format!("opening {}", table.data);
    if let (Some(query), false) = (&table.sql, named.contains_key(&table.data)) {
        // Made by the same query, out of the files of now.
        let read = sql_tables(&sql_words(query));
        let files = session.state.tables.iter().filter(|t| t.sql.is_none() && read.iter().any(|(n, _)| *n == t.data));
        let sources: Vec<(String, Source)> = files.map(|t| (t.data.clone(), source(at, t, named).1)).collect();
        let own = read_options(&table.options);
        let engine = progress::run(&label, streams.err_is_terminal, |ticket| {
            engine::open_joined(&sources, &ByName::default(), query, &own, ticket)
        })?;
        return Ok(Opened { path: String::new(), replaced: false, attach: false, engine });
    }
    let (replaced, source) = source(at, table, named);
    let engine = progress::run(&label, streams.err_is_terminal, |ticket| engine::open(&source, ticket))?;
    let recorded = beside(child, &source.path);
    Ok(Opened { attach: replaced || recorded != table.path, path: recorded, replaced, engine })
}

/// Whether another file stands for a table's, and the file with how it is read.
fn source(at: &Path, table: &TableState, named: &BTreeMap<String, PathBuf>) -> (bool, Source) {
    let own = resolve(at, &table.path);
    let other = named.get(&table.data);
    let path = other.cloned().unwrap_or_else(|| own.clone());
    // What was said of how a file is read holds for the next one of its kind.
    let alike = path.extension() == own.extension();
    let options = if alike { read_options(&table.options) } else { ReadOptions::default() };
    (other.is_some(), Source { path, options })
}
